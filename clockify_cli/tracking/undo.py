"""Taking back the last change: what it did is undone by the writes that reverse it."""

from __future__ import annotations

from dataclasses import dataclass

from clockify_cli.core.errors import ConflictError, NotFoundError, RateLimitError, UnreachableError
from clockify_cli.core.model import TimeEntry, entry_from_body, is_running, same_content, write_body
from clockify_cli.journal.delivery import is_local
from clockify_cli.journal.lookup import changed_fields, current_entry
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    QUEUED,
    SET_ASIDE,
    STOP,
    UPDATE,
    Change,
    Draft,
    Operation,
)
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.pending import may_have_happened, with_followers
from clockify_cli.tracking.editing import delete_draft, update_draft


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back.

    Attributes:
        change: The change.
        entry: The entry that it left, or that is back.
        notes: What could not be restored as it was.
        queued: The reversal itself waits for the network.
        entries: All that it left or that are back, where they are known.
    """

    change: Change
    entry: TimeEntry | None
    notes: tuple[str, ...]
    queued: bool = False
    entries: tuple[TimeEntry, ...] = ()


def undo(outbox: Outbox, number: int | None = None) -> Undone:
    """Take back the newest change (or the one with this number).

    Raises:
        NotFoundError: There is nothing to take back.
        ConflictError: An entry was changed since; nothing is touched.
    """
    with outbox.delivery_lock():
        change = _choose(outbox, number)
        operations = outbox.journal.of_change(change.id)
        elsewhere = {o.workspace for o in operations} - {outbox.account.workspace, ""}
        if elsewhere:  # asked for here, its entries would look as if they were gone
            again = f"undo {number}" if number else "undo"
            raise ConflictError(
                f"The {change.verb} '{change.label}' was made in another workspace.",
                f"Take it back there: clockify {again} -w {min(elsewhere)}",
            )
        for operation in operations:
            if operation.is_unclear:
                outbox.took_effect(operation)
        if any(may_have_happened(outbox.journal, o) for o in operations):
            raise ConflictError(
                f"It is not known yet whether the {change.verb} happened.",
                "Run 'clockify sync' first.",
            )
        left = [o for o in operations if o.state in (QUEUED, *SET_ASIDE)]
        unsent = with_followers(outbox.journal, left)
        happened = [o for o in reversed(operations) if o.state == DONE]
        if not happened:
            outbox.journal.move_all(unsent, DROPPED)
            outbox.journal.mark_undone(change.id, 0)
            outbox.save()
            if not unsent:
                raise NotFoundError(
                    f"The {change.verb} '{change.label}' did not happen.",
                    "See 'clockify undo --list'.",
                )
            last = unsent[-1]
            return Undone(change, last.after or last.before, ("It had not been sent yet.",))
        if change.verb == "import":
            from clockify_cli.importing.undo import take_back

            return Undone(change, None, take_back(outbox, change, happened))
        notes: list[str] = []
        back = _returned(outbox, change)
        drafts = [d for o in happened if (d := _reverse(outbox, o, back, notes)) is not None]
        # A timer is brought back only when the one that had ended it is gone.
        drafts.sort(key=lambda d: d.kind != DELETE)
        _refuse_second_timer(outbox, drafts)
        if unsent:
            outbox.journal.move_all(unsent, DROPPED)
        if not drafts:
            outbox.journal.mark_undone(change.id, 0)
            return Undone(change, happened[0].after, tuple(notes))
        written = outbox.write("undo", f"{change.verb} {change.label}", drafts, undoes=change.id)
        for operation in written.operations:
            if operation.kind == CREATE and operation.state == DONE:
                notes.append(f"The entry is back under a new ID: {operation.entry}.")
            elif operation.kind == UPDATE and operation.state == DONE and operation.after:
                expected = next(d.after for d in drafts if d.entry == operation.entry)
                if expected and changed_fields(expected, operation.after):
                    fields = ", ".join(changed_fields(expected, operation.after))
                    notes.append(f"Clockify did not take back {fields} of {operation.entry}.")
        kept = [o.after or o.before for o in written.operations]
        entries = tuple(e for e in kept if e is not None and e.get("timeInterval"))
        return Undone(change, written.entry(), tuple(notes), written.queued, entries)


def _choose(outbox: Outbox, number: int | None) -> Change:
    if number is None:
        found = outbox.journal.undoable(1)
        if not found:
            raise NotFoundError(
                "There is nothing to undo.", "Only changes that this tool made can be taken back."
            )
        return found[0]
    change = outbox.journal.change(number)
    if change is None or change.undone_by is not None or change.undoes is not None:
        raise NotFoundError(f"There is no change {number} to undo.", "See 'clockify undo --list'.")
    return change


def _returned(outbox: Outbox, change: Change) -> list[Operation]:
    """Return what an earlier attempt to take the change back, which then failed, has recreated."""
    found = [o for o in outbox.journal.undoing(change.id) if o.kind == CREATE]
    return [o for o in found if o.state == DONE or (o.is_unclear and outbox.took_effect(o))]


def _reverse(
    outbox: Outbox, operation: Operation, back: list[Operation], notes: list[str]
) -> Draft | None:
    """Return the write that reverses ``operation``, or ``None`` where nothing is left to do."""
    if operation.kind == DELETE:
        return _recreate(operation, back, notes)
    now = _current(outbox, operation)
    if now is None:
        if operation.kind != CREATE:
            raise ConflictError(
                f"The entry {operation.entry} was deleted since.", "There is nothing to take back."
            )
        notes.append(f"The entry {operation.entry} was gone already.")
        return None
    if operation.before is not None and same_content(now, operation.before):
        notes.append(f"The entry {operation.entry} was as before already.")
        return None
    fits = operation.after is None or same_content(now, operation.after)
    if not fits and not _left_by_undo(outbox, now):
        fields = ", ".join(changed_fields(operation.after or {}, now))
        raise ConflictError(
            f"The entry {operation.entry} was changed since ({fields}); it was left as it is.",
            f"See it: clockify entries show {operation.entry}",
        )
    if operation.kind == CREATE:
        return delete_draft(outbox, now)
    if operation.before is None:
        raise ConflictError("It is not known what the entry was before.", "Edit it by hand.")
    restored = {**now, **operation.before, "id": now["id"]}
    return update_draft(outbox, now, restored)


def _left_by_undo(outbox: Outbox, now: TimeEntry) -> bool:
    """Say whether an entry is just as our own last undo has left it.

    Writes that were sent as one (a timer started and stopped offline) have one result: each
    but the last is then followed by what the undo of the next one has made of it.
    """
    last = outbox.journal.last_done(str(now["id"]))
    if last is None or last.after is None or not same_content(now, last.after):
        return False
    change = outbox.journal.change(last.change)
    return change is not None and change.undoes is not None


def _recreate(operation: Operation, back: list[Operation], notes: list[str]) -> Draft | None:
    before = operation.before
    if before is None:
        raise ConflictError("It is not known what the deleted entry held.", "Log it again.")
    body = write_body(before)
    there = next((o for o in back if o.payload == body), None)
    if there is not None:
        back.remove(there)
        notes.append(f"The entry is back already, under a new ID: {there.entry}.")
        return None
    if before.get("isLocked"):
        notes.append("It was locked before; it is not now.")
    after = entry_from_body("", operation.workspace, operation.user, body)
    return Draft(CREATE, operation.workspace, operation.user, "", body, after=after)


def _current(outbox: Outbox, operation: Operation) -> TimeEntry | None:
    if outbox.unreachable is not None:
        return _believed(outbox, operation)
    try:
        number: str | None = operation.entry
        while number is not None:
            found = None
            if not is_local(number):  # one that was deleted before it was ever sent
                found = current_entry(outbox.gateway(), operation, number)
            if found is not None:
                return found
            number = outbox.journal.successor(number)  # an undo has brought it back since
        return None
    except (UnreachableError, RateLimitError) as error:
        if not outbox.queues:
            raise
        outbox.unreachable = error
        return _believed(outbox, operation)


def _believed(outbox: Outbox, operation: Operation) -> TimeEntry | None:
    """Return what a write has left, under the ID that it has by now, or will have.

    It is compared when it is delivered: see ``journal.delivery``.
    """
    number = operation.entry
    while (next_one := outbox.journal.successor(number, waiting=True)) is not None:
        number = next_one
    return {**operation.after, "id": number} if operation.after is not None else None


def _refuse_second_timer(outbox: Outbox, drafts: list[Draft]) -> None:
    """Refuse to bring a timer back while another one runs: the service would end that one."""
    revived = [d for d in drafts if d.after is not None and is_running(d.after)]
    if not revived:
        return
    if len(revived) > 1:
        raise ConflictError(
            "It had ended two timers, which cannot run beside each other.",
            "Take it back by hand: clockify edit, clockify entries delete.",
        )
    gone = {d.entry for d in drafts if d.kind in (DELETE, STOP)}
    running = outbox.known_running
    if outbox.unreachable is None:
        try:
            running = outbox.running()
        except (UnreachableError, RateLimitError) as error:
            if not outbox.queues:
                raise
            outbox.unreachable = error
    if running is not None and str(running["id"]) not in gone | {d.entry for d in revived}:
        raise ConflictError(
            "Another timer is running now; the old one cannot run beside it.",
            "Stop it first: clockify stop.",
        )
