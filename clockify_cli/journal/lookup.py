"""Finding out whether a write whose answer was lost has happened.

The service has no idempotency keys and drops unknown fields, so an entry is recognised by
what it holds: the same user, the same start second, the same description and project. An
entry that another operation of the journal has already become is never taken.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from clockify_cli.core.errors import NotFoundError, UnknownWorkspaceError
from clockify_cli.core.model import TimeEntry, comparable, end_of, instant, start_of, utc_text
from clockify_cli.gateway import entries
from clockify_cli.gateway.client import Gateway
from clockify_cli.journal.operation import Operation


def created_entry(
    gateway: Gateway, operation: Operation, claimed: Callable[[list[str]], set[str]]
) -> TimeEntry | None:
    """Return the entry that a creation has become, or ``None`` where it has not happened.

    Args:
        gateway: The client.
        operation: The creation.
        claimed: Says which of these IDs are of entries that other creations have become.
    """
    body = operation.sent or operation.payload
    start = instant(body["start"])
    found = list(
        entries.entries_begun(
            gateway, operation.workspace, operation.user, start, start + timedelta(seconds=1)
        )
    )
    taken = claimed([str(entry["id"]) for entry in found])
    return best_match([e for e in found if e["id"] not in taken], body)


def best_match(candidates: list[TimeEntry], body: dict[str, Any]) -> TimeEntry | None:
    """Return the candidate that the request ``body`` would have become; the nearest of several.

    Start, description and project must agree; task, end and tags decide between several.
    """
    start = instant(body["start"])

    def fits(entry: TimeEntry) -> bool:
        return (
            start_of(entry) == start
            and (entry.get("description") or "").strip() == (body.get("description") or "").strip()
            and (entry.get("projectId") or None) == (body.get("projectId") or None)
        )

    def nearness(entry: TimeEntry) -> tuple[bool, bool, bool, str]:
        end = end_of(entry)
        return (
            (utc_text(end) if end else None) == body.get("end"),
            (entry.get("taskId") or None) == (body.get("taskId") or None),
            sorted(entry.get("tagIds") or []) == sorted(body.get("tagIds") or []),
            str(entry.get("id")),
        )

    return max(filter(fits, candidates), key=nearness, default=None)


def current_entry(gateway: Gateway, operation: Operation, entry: str) -> TimeEntry | None:
    """Return the entry as it is now, or ``None`` where it is gone.

    Raises:
        UnknownWorkspaceError: Its workspace is gone, or not this account's.
    """
    try:
        return entries.entry(gateway, operation.workspace, entry)
    except UnknownWorkspaceError:
        raise
    except NotFoundError:
        return None


def stopped_entry(gateway: Gateway, operation: Operation, others: set[str]) -> TimeEntry | None:
    """Return the entry that a stop of an unknown timer has ended, or ``None``.

    A timer that began before the stop and still runs tells that it has not happened. Else it
    is the entry with this end that no other operation of the journal (``others``) has ended.
    """
    end = instant(operation.payload["end"])
    for found in entries.recent_entries(gateway, operation.workspace, operation.user, 50):
        ended = end_of(found)
        if ended is None and start_of(found) <= end:
            return None
        if ended == end and found.get("id") not in others:
            return found
    return None


def changed_fields(before: TimeEntry, after: TimeEntry) -> dict[str, tuple[Any, Any]]:
    """Return the user-visible fields in which two versions differ, old and new value."""
    old, new = comparable(before), comparable(after)
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}
