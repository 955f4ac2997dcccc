"""Undo an import: its entries are compared in one listing and deleted many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from clockify_cli.core.errors import (
    ClockifyError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    SignInError,
    UnclearError,
    UnreachableError,
)
from clockify_cli.core.model import TimeEntry, same_content, start_of
from clockify_cli.gateway import entries
from clockify_cli.journal.batch import Batch, done
from clockify_cli.journal.operation import DELETE, DONE, DROPPED, SENDING, Change, Draft, Operation
from clockify_cli.journal.outbox import Outbox

AT_ONCE = 40  # entries that one request deletes
_UNREACHABLE = (UnreachableError, RateLimitError, SignInError)


def take_back(outbox: Outbox, change: Change, happened: Sequence[Operation]) -> tuple[str, ...]:
    """Delete the entries of an import that are still as it made them. Call it in the outbox's turn.

    What was changed since is left alone, and told. Should it be interrupted, undoing the same
    change again continues where it stopped.

    Args:
        outbox: The outbox.
        change: The import.
        happened: Its operations that were carried out.

    Returns:
        What was done, in words.

    Raises:
        UnreachableError, RateLimitError, SignInError: The service cannot be asked; nothing waits.
    """
    if outbox.unreachable is not None:
        raise outbox.unreachable
    present, changed, gone = _compared(outbox, happened)
    batch = Batch(
        outbox.journal,
        "undo",
        f"{change.verb} of {change.label}",
        happened[0].workspace,
        undoes=change.id,
    )
    refused: list[str] = []
    count = 0
    for begin in range(0, len(present), AT_ONCE):
        part = present[begin : begin + AT_ONCE]
        operations = batch.record([_draft(outbox, entry) for entry in part])
        try:
            _delete(outbox, operations, refused)
        finally:
            count += sum(1 for o in operations if o.state == DONE)
            batch.record((), operations)
            outbox.save()
    outbox.journal.mark_undone(change.id, batch.change or 0)
    notes = [f"{_entries(count)} deleted."]
    if gone:
        notes.append(f"{_entries(gone)} already gone.")
    if changed:
        notes.append(f"{_entries(len(changed))} changed since and left alone: {_listed(changed)}.")
    if refused:
        notes.append(f"Clockify refused to delete {len(refused)}: {refused[0]}")
    return tuple(notes)


def _compared(
    outbox: Outbox, happened: Sequence[Operation]
) -> tuple[list[TimeEntry], list[str], int]:
    """Return what is still as it was recorded, the IDs of what is not, how many are gone."""
    made = {o.entry: o.after for o in happened if o.after is not None}
    if not made:
        return [], [], 0
    starts = [start_of(after) for after in made.values()]
    user, workspace = happened[0].user, happened[0].workspace
    now = {
        str(entry["id"]): entry
        for entry in entries.entries_begun(
            outbox.gateway(), workspace, user, min(starts), max(starts) + timedelta(seconds=1)
        )
        if entry["id"] in made
    }
    present: list[TimeEntry] = []
    changed: list[str] = []
    gone = 0
    for number, after in made.items():
        found = now.get(number)
        if found is None:
            # It may have been moved out of the range.
            try:
                entries.entry(outbox.gateway(), workspace, number)
            except NotFoundError:
                gone += 1
            else:
                changed.append(number)
        elif same_content(found, after):
            present.append(found)
        else:
            changed.append(number)
    return present, changed, gone


def _draft(outbox: Outbox, entry: TimeEntry) -> Draft:
    user = str(entry.get("userId") or outbox.account.user)
    workspace = str(entry.get("workspaceId") or outbox.account.workspace)
    return Draft(DELETE, workspace, user, str(entry["id"]), before=entry)


def _delete(outbox: Outbox, operations: Sequence[Operation], refused: list[str]) -> None:
    """Delete entries in one request; each by itself where the service refuses them together."""
    left = _together(outbox, operations) if len(operations) > 1 else list(operations)
    try:
        for operation in left:
            _one(outbox, operation, refused)
    except _UNREACHABLE as error:
        # What was not sent does not wait either: undoing again continues with it.
        for operation in left:
            if operation.state == SENDING and not _is_unclear(operation, error):
                _drop(operation, error)
        raise


def _together(outbox: Outbox, operations: Sequence[Operation]) -> list[Operation]:
    """Delete entries in one request, and return those that are still there."""
    try:
        _request(outbox, operations)
    except UnclearError:
        return _still_there(outbox, operations)
    except (RefusedError, NotFoundError):
        return list(operations)  # one of them is in the way of all
    except _UNREACHABLE as error:
        for operation in operations:
            _drop(operation, error)
        raise
    _happened(outbox, operations)
    return []


def _one(outbox: Outbox, operation: Operation, refused: list[str]) -> None:
    try:
        _request(outbox, [operation])
    except NotFoundError:
        pass  # that is what was wanted
    except UnclearError as error:
        operation.error = error.as_json()["error"]
        if _still_there(outbox, [operation]):
            raise
        return
    except _UNREACHABLE:
        raise
    except ClockifyError as error:
        refused.append(error.message)
        _drop(operation, error)
        return
    _happened(outbox, [operation])


def _request(outbox: Outbox, operations: Sequence[Operation]) -> None:
    workspace, user = operations[0].workspace, operations[0].user
    if len(operations) == 1:
        outbox.gateway().send("DELETE", entries.entry_path(workspace, operations[0].entry))
        return
    numbers = ",".join(operation.entry for operation in operations)
    path = entries.user_path(workspace, user)
    outbox.gateway().send("DELETE", path, params={"time-entry-ids": numbers})


def _happened(outbox: Outbox, operations: Iterable[Operation]) -> None:
    for operation in operations:
        outbox.settle(done(operation))


def _still_there(outbox: Outbox, operations: Sequence[Operation]) -> list[Operation]:
    """After a lost answer: settle what is deleted by now, and return the rest."""
    starts: list[datetime] = [start_of(o.before) for o in operations if o.before is not None]
    there = {
        entry["id"]
        for entry in entries.entries_begun(
            outbox.gateway(),
            operations[0].workspace,
            operations[0].user,
            min(starts),
            max(starts) + timedelta(seconds=1),
        )
    }
    _happened(outbox, [o for o in operations if o.entry not in there])
    return [o for o in operations if o.entry in there]


def _is_unclear(operation: Operation, error: ClockifyError) -> bool:
    """Say whether it is this operation whose answer was lost: the journal looks it up."""
    return isinstance(error, UnclearError) and operation.error is not None


def _drop(operation: Operation, error: ClockifyError) -> None:
    operation.state, operation.hold_until = DROPPED, 0
    operation.error = error.as_json()["error"]


def _entries(count: int) -> str:
    return "1 entry was" if count == 1 else f"{count} entries were"


def _listed(numbers: Sequence[str]) -> str:
    return ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else "")
