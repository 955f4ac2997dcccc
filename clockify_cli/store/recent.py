"""The user's newest entries as last seen, for completing ``@1``, ``@2`` …

One small file, replaced whole. What it has is without holes from ``since`` to ``until``, for
``@2`` counts every entry; where what is newly seen does not reach back to what was known, the
older part is dropped. It is a convenience: it is never the truth of anything, and a disk that
does not take it is not an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from clockify_cli.core.errors import StorageError
from clockify_cli.store import files
from clockify_cli.store.cached import list_path

KEPT = 20
KIND = "recent"
_FIELDS = ("id", "description", "projectId", "taskId", "timeInterval")


class Recent:
    """The newest entries of one user.

    Args:
        account: ``Account.id``.
        workspace: The workspace's ID.
        user: The user's ID.
    """

    def __init__(self, account: str, workspace: str, user: str) -> None:
        self._path = list_path(account, workspace, KIND)
        self._user = user

    def entries(self) -> list[dict[str, Any]]:
        """Return the entries as last seen, newest first, with their times and IDs."""
        return [entry for entry in self._read()["items"] if _start(entry)]

    def learn(self, entries: Iterable[Mapping[str, Any]], since: str, until: str) -> None:
        """Take in all entries that began from ``since`` on, as they were at ``until``.

        Args:
            entries: What the service has just listed.
            since: A timestamp of the API; empty if there are no earlier entries.
            until: The present, likewise.
        """
        stored = self._read()
        # What is only pending has no lasting ID yet.
        seen = [e for e in entries if _start(e) >= since and not e.get("queued")]
        if since <= str(stored["until"]):
            seen += [entry for entry in stored["items"] if _start(entry) < since]
            since = min(since, str(stored["since"]))
        self._write(seen, since, until)

    def note(self, entry: Mapping[str, Any]) -> None:
        """Take in one entry that was just written."""
        stored = self._read()
        if stored["until"] and entry.get("id"):
            others = [e for e in stored["items"] if e.get("id") != entry["id"]]
            self._write([entry, *others], stored["since"], stored["until"])

    def drop(self, number: str) -> None:
        """Take out one entry that was just deleted."""
        stored = self._read()
        kept = [e for e in stored["items"] if e.get("id") != number]
        if len(kept) < len(stored["items"]):
            self._write(kept, stored["since"], stored["until"])

    def _read(self) -> dict[str, Any]:
        try:
            stored = json.loads(files.read(self._path) or "{}")
            if stored["user"] == self._user and isinstance(stored["items"], list):
                return dict(stored)
        except (StorageError, ValueError, KeyError, TypeError, RecursionError):
            pass
        return {"user": self._user, "since": "", "until": "", "items": []}

    def _write(self, entries: Iterable[Mapping[str, Any]], since: str, until: str) -> None:
        newest = sorted(entries, key=_start, reverse=True)
        since = since if len(newest) <= KEPT else _start(newest[KEPT - 1])
        items = [{k: e[k] for k in _FIELDS if e.get(k)} for e in newest[:KEPT]]
        stored = {"user": self._user, "since": since, "until": until, "items": items}
        try:
            files.replace(self._path, json.dumps(stored, ensure_ascii=False), synced=False)
        except StorageError:
            pass


def _start(entry: Mapping[str, Any]) -> str:
    return str((entry.get("timeInterval") or {}).get("start") or "")
