"""Paths of the cached lists; imports nothing slow, for the completion."""

from __future__ import annotations

import os
import zlib

from clockify_cli.core import paths

_LONGEST = 60  # characters of an account that its folder's name shows


def account_folder(account: str) -> str:
    """Return the cache folder of an account (``Account.id``)."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in account)[:_LONGEST]
    # Not hashlib: loading it costs a fifth of what the interpreter does.
    name = f"{plain}-{zlib.crc32(account.encode()):08x}"
    return os.path.join(paths.folder("cache"), name)


def list_path(account: str, workspace: str, kind: str) -> str:
    """Return the file of a list: ``projects``, ``workspaces``, ``tasks-PROJECTID`` …

    Args:
        account: ``Account.id``.
        workspace: The workspace's ID; the list of workspaces itself is in none.
        kind: Which list.
    """
    place = "" if kind == "workspaces" else workspace
    return os.path.join(account_folder(account), place, f"{kind}.json")
