"""Look up at the service what ``reconcile`` needs to know.

The service has no idempotency keys and drops unknown fields, so an entry is recognised by
what it holds: the same user, the same start second, the same description and project. An
entry that another operation of the journal has already become is never taken.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from clockify_cli.core.errors import NotFoundError, UnknownWorkspaceError
from clockify_cli.core.model import TimeEntry, instant
from clockify_cli.gateway import entries
from clockify_cli.gateway.client import Gateway
from clockify_cli.journal.operation import ONCE, QUEUED, Operation
from clockify_cli.journal.reconcile import Look, Seen
from clockify_cli.journal.store import Journal

NEWEST = 50  # entries that are looked through for the one that a stop has ended


def look(
    gateway: Gateway, journal: Journal, operation: Operation, what: Look, seen: Seen | None
) -> Seen:
    """Return what the service shows, added to what was seen before. One request."""
    seen = seen or Seen()
    if what is Look.SAME_START:
        return replace(seen, alike=_alike(gateway, journal, operation))
    if what is Look.NEWEST:
        newest = entries.recent_entries(gateway, operation.workspace, operation.user, NEWEST)
        taken = frozenset(journal.ended_alike(operation))
        return replace(seen, newest=tuple(newest), taken=taken)
    number = journal.service_id(operation.entry)
    return replace(seen, entry=current_entry(gateway, operation, number) if number else None)


def _alike(gateway: Gateway, journal: Journal, operation: Operation) -> tuple[TimeEntry, ...]:
    body = operation.sent or operation.payload
    start = instant(body["start"])
    found = list(
        entries.entries_begun(
            gateway, operation.workspace, operation.user, start, start + timedelta(seconds=1)
        )
    )
    numbers = [str(entry["id"]) for entry in found]
    if operation.state == QUEUED:  # has somebody, or another machine, recorded the same?
        key = str(operation.meta.get(ONCE) or "")
        taken = journal.under_other_keys(numbers, key) if key else set()
    else:
        taken = journal.created_here(numbers)
    return tuple(entry for entry in found if str(entry["id"]) not in taken)


def current_entry(gateway: Gateway, operation: Operation, entry: str) -> TimeEntry | None:
    """Return the entry as it is now, or ``None`` if it is gone."""
    try:
        return entries.entry(gateway, operation.workspace, entry)
    except UnknownWorkspaceError:
        raise  # that says nothing about the entry
    except NotFoundError:
        return None
