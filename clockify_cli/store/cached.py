"""Where the cached lists lie; imports nothing that costs the completion time."""

from __future__ import annotations

import hashlib
import os

from clockify_cli import paths


def account_folder(account: str) -> str:
    """Return the cache folder of an account (``Target.account``)."""
    digest = hashlib.sha1(account.encode(), usedforsecurity=False).hexdigest()[:12]
    return os.path.join(paths.folder("cache"), digest)  # noqa: PTH118


def list_path(account: str, workspace: str, kind: str) -> str:
    """Return the file of a list: ``projects``, ``workspaces``, ``tasks-PROJECTID`` …

    Args:
        account: ``Target.account``.
        workspace: The workspace's ID; the list of workspaces itself is in none.
        kind: Which list.
    """
    place = "" if kind == "workspaces" else workspace
    return os.path.join(account_folder(account), place, f"{kind}.json")  # noqa: PTH118
