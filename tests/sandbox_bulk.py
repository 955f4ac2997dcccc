"""Puts many time entries into a sandbox at once, past the service's rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clockify_cli.sandbox import USER_ID, WORKSPACE_ID, Sandbox
from clockify_cli.sandbox.instants import read_instant
from clockify_cli.sandbox.store import new_id

_INSERT = (
    "INSERT OR IGNORE INTO entries (id, workspace, user, start, stop, description, project, task,"
    " tags, billable, type, custom) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]')"
)


def insert(sandbox: Sandbox, entries: Iterable[Mapping[str, Any]]) -> int:
    """Add entries and return how many are new.

    Args:
        sandbox: Where to.
        entries: Bodies as a creation has them, with ``id``, ``userId`` and ``workspaceId`` if
            they are not to be made up or the first user's. An ``id`` that is there is left.
    """
    with sandbox.store.transaction(write=True) as db:
        before = db.total_changes
        db.executemany(_INSERT, _rows(entries))
        return db.total_changes - before


def _rows(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        end, tags = entry.get("end"), entry.get("tagIds")
        yield (
            entry.get("id") or new_id(),
            entry.get("workspaceId") or WORKSPACE_ID,
            entry.get("userId") or USER_ID,
            read_instant(entry["start"]),
            read_instant(end) if end else None,
            entry.get("description") or "",
            entry.get("projectId") or None,
            entry.get("taskId") or None,
            json.dumps(tags) if tags else None,
            bool(entry.get("billable")),
            entry.get("type") or "REGULAR",
        )
