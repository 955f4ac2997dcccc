"""Apply pending operations to entries, as they will be once the queue is delivered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clockify_cli.core.model import TimeEntry, instant, is_running, start_of, with_interval
from clockify_cli.journal.operation import CREATE, DELETE, STOP, UPDATE, Operation


def overlaid(
    entries: Iterable[TimeEntry], waiting: Iterable[Operation], user: str
) -> list[TimeEntry]:
    """Return ``entries`` as they will be, newest first; pending changes carry ``"queued": true``.

    Args:
        entries: What the service (or the last known state) says.
        waiting: Operations that have not been delivered, in order.
        user: Whose entries they are.
    """
    by_id: dict[str, TimeEntry] = {str(e["id"]): e for e in entries}
    known = set(by_id)
    for operation in waiting:
        if operation.user != user:
            continue
        entry = operation.entry
        if operation.kind == CREATE:
            if operation.after is not None:
                if is_running(operation.after):
                    _end_running(by_id, start_of(operation.after))
                by_id[operation.local_id] = queued(operation.after, operation.local_id)
        elif operation.kind == DELETE:
            by_id.pop(entry, None)
        elif operation.kind == STOP:
            _apply_stop(by_id, entry, operation)
        elif operation.kind == UPDATE and operation.after is not None:
            by_id[entry] = queued(operation.after, entry)
    # Of one second the service's own order stands, and what is not there yet is the newest:
    # the handles of a list and of a single look count alike.
    new = [e for number, e in by_id.items() if number not in known]
    old = [e for number, e in by_id.items() if number in known]
    return sorted([*reversed(new), *old], key=start_of, reverse=True)


def queued(entry: TimeEntry, number: str) -> TimeEntry:
    """Return a copy of ``entry`` that is marked as waiting."""
    marked: dict[str, Any] = {**entry, "id": number, "queued": True}
    return marked


def _apply_stop(by_id: dict[str, TimeEntry], entry: str, operation: Operation) -> None:
    end = instant(operation.payload["end"])
    if entry:
        found = by_id.get(entry) or operation.before
    else:
        found = next((e for e in by_id.values() if is_running(e)), None)
    if found is not None and is_running(found):
        stopped = with_interval(found, start_of(found), end)
        by_id[str(found["id"])] = queued(stopped, str(found["id"]))


def _end_running(by_id: dict[str, TimeEntry], at: Any) -> None:
    for number, entry in by_id.items():
        if is_running(entry):
            by_id[number] = with_interval(entry, start_of(entry), max(at, start_of(entry)))
