"""Retry or drop changes that are pending or set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clockify_cli.core.errors import ConflictError, NotFoundError, UnreachableError
from clockify_cli.core.model import (
    TimeEntry,
    instant,
    start_of,
    utc_text,
    with_interval,
    write_body,
)
from clockify_cli.journal.operation import (
    CONFLICT,
    CREATE,
    DROPPED,
    OPEN,
    QUEUED,
    SENDING,
    SET_ASIDE,
    STOP,
    UPDATE,
    WHOLE,
    Operation,
)
from clockify_cli.journal.outbox import DELIVERY_LOCK_SECONDS, Outbox
from clockify_cli.journal.reconcile import changed_fields, merged
from clockify_cli.journal.store import Journal


def open_operation(journal: Journal, number: int) -> Operation:
    """Return a change that is pending or was set aside.

    Raises:
        NotFoundError: There is none of that number.
    """
    operation = journal.operation(number)
    if operation.account != journal.account or operation.state not in OPEN:
        raise NotFoundError(
            f"Change {number} is not pending (it is {operation.state}).",
            "List them: clockify queue.",
        )
    return operation


def retry(outbox: Outbox, numbers: Sequence[int], *, force: bool = False) -> list[Operation]:
    """Put changes back into the queue and deliver pending changes; return them as they are then.

    Args:
        outbox: The outbox.
        numbers: Their numbers.
        force: Of a conflict: take what is at the service now for what was there before, so
            that what the user meant is written over it.
    """
    with outbox.delivery_lock():
        for number in numbers:
            operation = open_operation(outbox.journal, number)
            if force and operation.state == CONFLICT:
                _insist(outbox.journal, operation)
            elif operation.state in SET_ASIDE:
                # One that could not be looked up may have happened: it still has to be.
                unclear = (operation.error or {}).get("unclear")
                outbox.journal.move(operation, SENDING if unclear else QUEUED)
    outbox.sync()
    return [outbox.journal.operation(number) for number in numbers]


def _insist(journal: Journal, operation: Operation) -> None:
    """Make what the user meant fit what is at the service now; what else was changed there stays.

    A stop that was overtaken sets the end; a start behind which another timer was started ends
    where that one begins; an update changes its own fields; what was deleted is created again.
    """
    now: TimeEntry | None = (operation.error or {}).get("current")
    if now is None:
        if operation.kind in (STOP, UPDATE) and operation.after:
            body = write_body(operation.after)
            journal.move(operation, QUEUED, payload=body, kind=CREATE)
        else:
            journal.move(operation, QUEUED)
    elif operation.kind != CREATE and now.get("id") != journal.service_id(operation.entry):
        journal.move(operation, QUEUED)  # in its way is another timer, which still may run
    elif operation.kind == CREATE and start_of(now) < instant(operation.payload["start"]):
        journal.move(operation, QUEUED)
    elif operation.kind == CREATE:
        end = {"end": utc_text(start_of(now))}
        journal.move(operation, QUEUED, payload={**operation.payload, **end})
    elif operation.kind == STOP:
        ended = with_interval(now, start_of(now), instant(operation.payload["end"]))
        journal.move(
            operation, QUEUED, before=now, after=ended, payload=write_body(ended), kind=UPDATE
        )
    elif operation.kind == UPDATE and operation.before and operation.after:
        mine = changed_fields(operation.before, operation.after)
        wanted = merged(now, operation.after, set(mine))
        journal.move(operation, QUEUED, before=now, after=wanted, payload=write_body(wanted))
    else:
        journal.move(operation, QUEUED, before=now)


def with_dependents(journal: Journal, numbers: Sequence[int]) -> list[Operation]:
    """Return these writes and those that make no sense without them, in order.

    Raises:
        ConflictError: One may have happened already: its answer was lost.
    """
    chosen = with_followers(journal, [open_operation(journal, number) for number in numbers])
    for operation in chosen:
        if may_have_happened(journal, operation):
            raise ConflictError(
                f"It is not known yet whether change {operation.id} was made.",
                "Run 'clockify sync' first, then 'clockify undo'.",
            )
    return chosen


def may_have_happened(journal: Journal, operation: Operation) -> bool:
    """Say whether nobody knows what became of a write, or of a creation that had taken it in."""
    if operation.state == SENDING:
        return True
    creation = journal.creation_of(operation.entry) if operation.state == QUEUED else None
    return (
        creation is not None
        and creation.state == SENDING
        and creation.sent not in (None, creation.payload)
    )


def with_followers(journal: Journal, operations: Iterable[Operation]) -> list[Operation]:
    """Return operations with those that make no sense without them, in order.

    That is what waits for an entry that they create, and the rest of a change that is only
    made as a whole.
    """
    chosen = {operation.id: operation for operation in operations}
    parts = {o.change for o in chosen.values() if o.verb in WHOLE}
    if parts:
        chosen |= {o.id: o for o in journal.open_operations() if o.change in parts}
    created = {o.local_id for o in chosen.values() if o.entry == o.local_id}
    if created:
        chosen |= {o.id: o for o in journal.open_operations() if o.entry in created}
    return [chosen[number] for number in sorted(chosen)]


def drop(outbox: Outbox, operations: Sequence[Operation]) -> None:
    """Take changes out of the queue, should they still be there; an undo given up can be repeated.

    Raises:
        UnreachableError: Another process is sending.
        NotFoundError, ConflictError: One was sent in the meantime; nothing was dropped.
    """
    journal = outbox.journal
    with journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
        if not got:
            raise UnreachableError(
                "Another clockify process is still sending.", "Try again in a moment."
            )
        with_dependents(journal, [operation.id for operation in operations])
        journal.move_all(operations, DROPPED)
        for number in {operation.change for operation in operations}:
            change = journal.change(number)
            parts = journal.of_change(number)
            if change is not None and change.undoes and all(o.state == DROPPED for o in parts):
                journal.mark_undone(change.undoes, None)
    outbox.save()
