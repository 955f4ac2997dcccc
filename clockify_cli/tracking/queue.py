"""Mending the queue: writes that were set aside are tried again or given up."""

from __future__ import annotations

from collections.abc import Sequence

from clockify_cli.errors import ConflictError, NotFoundError
from clockify_cli.journal.book import Journal
from clockify_cli.journal.operation import (
    CONFLICT,
    DROPPED,
    QUEUED,
    SENDING,
    SET_ASIDE,
    WAITING,
    Operation,
)
from clockify_cli.tracking.desk import Desk


def open_operation(journal: Journal, number: int) -> Operation:
    """Return a write that waits or was set aside.

    Raises:
        NotFoundError: There is none of that number.
    """
    operation = journal.operation(number)
    if operation.account != journal.account or operation.state not in (*WAITING, *SET_ASIDE):
        raise NotFoundError(
            f"No write {number} waits (it is {operation.state}).", "List them: clockify queue."
        )
    return operation


def retry(desk: Desk, numbers: Sequence[int], *, force: bool = False) -> list[Operation]:
    """Put writes back into the queue and deliver what waits; return them as they are then.

    Args:
        desk: The desk.
        numbers: Their numbers.
        force: Of a conflict: take what is at the service now for what was there before, so
            that what the user meant is written over it.
    """
    with desk.turn():
        for number in numbers:
            operation = open_operation(desk.journal, number)
            if operation.state not in SET_ASIDE:
                continue
            before = operation.before
            if force and operation.state == CONFLICT:
                before = (operation.error or {}).get("current") or before
            desk.journal.move(operation, QUEUED, before=before)
    desk.sync()
    return [desk.journal.operation(number) for number in numbers]


def with_dependents(journal: Journal, numbers: Sequence[int]) -> list[Operation]:
    """Return these writes and those that make no sense without them, in order.

    Raises:
        ConflictError: One may have happened already: its answer was lost.
    """
    chosen = {number: open_operation(journal, number) for number in numbers}
    for operation in list(chosen.values()):
        if operation.state == SENDING:
            raise ConflictError(
                f"It is not known yet whether write {operation.id} has happened.",
                "Run 'clockify sync' first; then 'clockify undo' takes it back.",
            )
        if operation.entry != operation.local_id:
            continue
        for other in journal.open_operations():
            if other.entry == operation.local_id:
                chosen[other.id] = other
    return [chosen[number] for number in sorted(chosen)]


def drop(desk: Desk, operations: Sequence[Operation]) -> None:
    """Take writes out of the queue."""
    with desk.journal.turn(10):
        desk.journal.move_all(operations, DROPPED)
    desk.save()
