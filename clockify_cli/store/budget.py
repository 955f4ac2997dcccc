"""How many requests were made, per workspace: one line per request in a small file."""

from __future__ import annotations

import os
import time

from clockify_cli.core import paths
from clockify_cli.core.errors import StorageError
from clockify_cli.store import files

FILE = "requests.log"
KEPT_BYTES = 256 * 1024
HOUR = 3600
UNNAMED = "-"  # requests that name no workspace, such as who is signed in


def path() -> str:
    """Return the path of the file."""
    return paths.file("state", FILE)


def note(account: str, request_path: str, request_id: str = "") -> None:
    """Note one request; a full disk must not stop the request itself.

    Args:
        account: ``Target.realm``.
        request_path: The request's path, which names the workspace. What is not the API's
            (the control plane) is no request to Clockify and is not counted.
        request_id: The answer's ``X-Request-Id``.
    """
    if not request_path.startswith("/api/"):
        return
    line = f"{int(time.time())}\t{account}\t{workspace_of(request_path)}"
    if request_id and request_id.isascii() and request_id.isprintable():
        line += "\t" + request_id[:100]
    line += "\n"
    try:
        files.ensure_folder(paths.folder("state"))
        descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size > KEPT_BYTES:
            _shorten(path())
    except (OSError, StorageError):
        pass


def times(account: str, since: float) -> dict[str, list[int]]:
    """Return the times (seconds since the epoch) of the account's requests, by workspace ID.

    Those that name no workspace stand under ``UNNAMED``. Oldest first.
    """
    found: dict[str, list[int]] = {}
    for line in (files.read(path()) or "").splitlines():
        parts = line.split("\t")
        if len(parts) in (3, 4) and parts[0].isdecimal() and parts[1] == account:
            moment = int(parts[0])
            if moment >= since:
                found.setdefault(parts[2], []).append(moment)
    for moments in found.values():
        moments.sort()
    return found


def request_ids(count: int) -> list[str]:
    """Return the newest ``count`` request IDs, the newest last; no more than are noted."""
    lines = (files.read(path()) or "").splitlines()
    found = [parts[3] for parts in (line.split("\t") for line in lines) if len(parts) == 4]
    return found[-count:]


def workspace_of(request_path: str) -> str:
    """Return the workspace ID that a path names, or ``UNNAMED``."""
    parts = request_path.split("/")
    if len(parts) > 4 and parts[3] == "workspaces":
        return parts[4]
    return UNNAMED


def _shorten(name: str) -> None:
    with files.locked(name + ".lock", seconds=0) as got:
        if not got:
            return
        oldest = time.time() - 2 * HOUR
        lines = (files.read(name) or "").splitlines(keepends=True)
        kept = [
            x
            for x in lines
            if x.split("\t", 1)[0].isdecimal() and float(x.split("\t", 1)[0]) > oldest
        ]
        files.replace(name, "".join(kept[-4000:]), synced=False)
