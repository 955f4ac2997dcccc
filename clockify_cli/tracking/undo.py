"""Undo and redo: a change is reversed by operations of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from clockify_cli.core.errors import ClockifyError, ConflictError, NotFoundError
from clockify_cli.core.model import (
    Json,
    TimeEntry,
    entry_from_body,
    instant,
    is_running,
    same_content,
    write_body,
)
from clockify_cli.journal.lookup import current_entry
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    FOUND,
    QUEUED,
    SET_ASIDE,
    THING,
    UPDATE,
    Change,
    Draft,
    Operation,
)
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.pending import may_have_happened, with_followers
from clockify_cli.journal.reconcile import changed_fields
from clockify_cli.journal.store import is_local
from clockify_cli.tracking.editing import delete_draft, update_draft

UNASKED = timedelta(minutes=10)  # so young is a change that is taken back without a question
ReverseThings = Callable[[Change, Sequence[Operation], list[str]], Json | None]


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or done again.

    Attributes:
        change: The change.
        entry: The entry that it left, or that is back.
        notes: What could not be restored as it was.
        queued: The reversal itself is pending.
        entries: All that it left or that are back, if they are known.
        thing: The project, client, tag or task that it left, or that is back.
        kind: ``entry`` or the kind of thing.
    """

    change: Change
    entry: TimeEntry | None = None
    notes: tuple[str, ...] = ()
    queued: bool = False
    entries: tuple[TimeEntry, ...] = ()
    thing: Json | None = None
    kind: str = "entry"


@dataclass(slots=True)
class _Plan:
    """What has to be written to undo a change."""

    drafts: list[Draft] = field(default_factory=list)
    unsent: list[Operation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def choose(outbox: Outbox, number: int | None) -> Change:
    """Return the newest change that can be taken back, or the one with this number.

    Raises:
        NotFoundError: There is none.
    """
    outbox.deliver_first()
    if number is None:
        found = outbox.journal.undoable(1)
        if not found:
            raise NotFoundError(
                "There is nothing to undo.", "Only changes that this tool made can be undone."
            )
        return found[0]
    change = outbox.journal.change(number)
    if change is None or change.undone_by is not None or change.undoes is not None:
        raise NotFoundError(f"There is no change {number} to undo.", "See 'clockify undo --list'.")
    return change


def why_ask(outbox: Outbox, change: Change) -> str:
    """Return why a change is not taken back without a question; ``""`` if it is."""
    origin = outbox.journal.origin
    if change.session != origin.session:
        return "was made in another session"
    if change.typed != origin.typed:
        return "was made by a script" if origin.typed else "was typed at a terminal"
    if outbox.now - instant(change.created_at) > UNASKED:
        return "is more than ten minutes old"
    return ""


def last_of_session(outbox: Outbox) -> Change | None:
    """Return the newest change that was made here in the same way, for who says no to another."""
    return next((c for c in outbox.journal.undoable(200) if not why_ask(outbox, c)), None)


def undo(outbox: Outbox, change: Change, reverse_things: ReverseThings) -> Undone:
    """Undo a change.

    Args:
        outbox: The outbox.
        change: The change.
        reverse_things: Undoes what was done to projects, clients, tags and tasks.

    Raises:
        ConflictError: An entry was changed since; nothing is touched.
    """
    operations = outbox.journal.of_change(change.id)
    _learn_unclear(outbox, change, operations)
    things = [o for o in reversed(operations) if o.kind == THING and o.state == DONE]
    entries = [o for o in operations if o.kind != THING]
    if change.verb == "import":
        from clockify_cli.importing.undo import take_back

        # An earlier try may have been broken off.
        again = [o for o in outbox.journal.undoing(change.id) if o.state == DONE]
        over = {o.entry for o in again if o.kind in (DELETE, THING)}
        happened = [o for o in reversed(entries) if o.state == DONE and o.entry not in over]
        notes = list(take_back(outbox, change, happened)) if happened else []
        things = [o for o in things if o.entry not in over]
        if things:
            try:
                reverse_things(change, things, notes)
            except ClockifyError:
                outbox.journal.mark_undone(change.id, None)  # the next undo goes on with it
                raise
        return Undone(change, notes=tuple(notes))
    if things and not entries:
        notes = []
        thing = reverse_things(change, things, notes)
        kind = str(things[0].payload.get("list", "")).removesuffix("s")
        return Undone(change, notes=tuple(notes), thing=thing, kind=kind)
    return _reverse_entries(outbox, change, entries, verb="undo")


def redo(outbox: Outbox, reverse_things: ReverseThings) -> Undone:
    """Do again what the last undo has taken back, as long as no other change was made since.

    Raises:
        NotFoundError: The last change was no undo.
    """
    outbox.deliver_first()
    last = outbox.journal.newest_change()
    undone = None
    if last is not None and last.undoes is not None and last.undone_by is None:
        undone = outbox.journal.change(last.undoes)
    if last is None or undone is None or last.verb != "undo":
        raise NotFoundError(
            "There is nothing to redo.", "Only an undo that no other change followed can be redone."
        )
    if undone.verb == "import":
        raise ConflictError(
            "An import cannot be redone.", "Import the file again: clockify import FILE."
        )
    operations = outbox.journal.of_change(last.id)
    _learn_unclear(outbox, last, operations)
    if not operations:  # it had only been taken out of the queue
        dropped = [o for o in outbox.journal.of_change(undone.id) if o.state == DROPPED]
        with outbox.delivery_lock():
            outbox.journal.move_all(dropped, QUEUED)
            outbox.journal.mark_undone(last.id, 0)
            outbox.journal.mark_undone(undone.id, None)
        outbox.deliver_first()
        outbox.save()
        now = [outbox.journal.operation(o.id) for o in dropped]
        entry = next((o.after or o.before for o in reversed(now)), None)
        return Undone(undone, entry, queued=any(o.state != DONE for o in now))
    things = [o for o in reversed(operations) if o.kind == THING and o.state == DONE]
    if things:
        notes: list[str] = []
        thing = reverse_things(last, things, notes)
        kind = str(things[0].payload.get("list", "")).removesuffix("s")
        done = Undone(undone, notes=tuple(notes), thing=thing, kind=kind)
    else:
        found = _reverse_entries(outbox, last, operations, verb="redo")
        done = Undone(undone, found.entry, found.notes, found.queued, found.entries)
    outbox.journal.mark_undone(undone.id, None)
    return done


def _learn_unclear(outbox: Outbox, change: Change, operations: Sequence[Operation]) -> None:
    for operation in operations:
        if operation.is_unclear:
            outbox.took_effect(operation)
    if any(may_have_happened(outbox.journal, o) for o in operations):
        raise ConflictError(
            f"It is not known yet whether the {change.verb} happened.",
            "Run 'clockify sync' first.",
        )


def _reverse_entries(
    outbox: Outbox, change: Change, operations: Sequence[Operation], *, verb: str
) -> Undone:
    with outbox.delivery_lock():
        plan = _plan(outbox, change, operations)
        happened = [o for o in operations if o.state == DONE and o.kind != FOUND]
        if plan.unsent:
            outbox.journal.move_all(plan.unsent, DROPPED)
        if not happened and not plan.unsent:
            outbox.journal.mark_undone(change.id, 0)
            raise NotFoundError(
                f"The {change.verb} '{change.label}' did not happen.",
                "See 'clockify undo --list'.",
            )
        outbox.journal.forget_key(change.id)
        if not plan.drafts:
            outbox.journal.record(verb, change.label, [], undoes=change.id)
            outbox.save()
            last = happened[-1] if happened else plan.unsent[-1]
            notes = plan.notes if happened else ["It had not been sent yet."]
            return Undone(change, last.after or last.before, tuple(notes))
        written = outbox.write(verb, f"{change.verb} {change.label}", plan.drafts, undoes=change.id)
        notes = [*plan.notes, *_restored(written.operations, plan.drafts)]
        kept = [o.after or o.before for o in written.operations]
        entries = tuple(e for e in kept if e is not None and e.get("timeInterval"))
        return Undone(change, written.entry(), tuple(notes), written.queued, entries)


def _plan(outbox: Outbox, change: Change, operations: Sequence[Operation]) -> _Plan:
    """Return what undoes a change; nothing is written.

    Raises:
        ConflictError: An entry was changed since.
    """
    plan = _Plan()
    left = [o for o in operations if o.state in (QUEUED, *SET_ASIDE)]
    plan.unsent = with_followers(outbox.journal, left)
    happened = [o for o in reversed(operations) if o.state == DONE and o.kind != FOUND]
    back = _returned(outbox, change)
    reversals = (_reverse(outbox, o, back, plan.notes) for o in happened)
    plan.drafts = [draft for draft in reversals if draft is not None]
    # A timer is brought back only when the one that is in its way is gone or has ended.
    plan.drafts.sort(key=lambda d: (_is_revival(d), d.kind != DELETE))
    _refuse_second_timer(outbox, plan.drafts)
    return plan


def _restored(operations: Sequence[Operation], drafts: Sequence[Draft]) -> list[str]:
    """Return what has to be said of entries that are back."""
    notes = []
    for operation in operations:
        if operation.kind == CREATE and operation.state == DONE:
            notes.append(f"The entry is back under a new ID: {operation.entry}.")
        elif operation.kind == UPDATE and operation.state == DONE and operation.after:
            expected = next((d.after for d in drafts if d.entry == operation.entry), None)
            lost = changed_fields(expected, operation.after) if expected else {}
            if lost:
                notes.append(f"Clockify did not restore {', '.join(lost)} of {operation.entry}.")
    return notes


def _returned(outbox: Outbox, change: Change) -> list[Operation]:
    """Return what an earlier attempt to take the change back, which then failed, has recreated."""
    journal = outbox.journal

    def stands(operation: Operation) -> bool:
        attempt, last = journal.change(operation.change), journal.last_done(operation.entry)
        redone = attempt is not None and attempt.undone_by is not None
        return not redone and (last is None or last.kind != DELETE)

    found = [o for o in journal.undoing(change.id) if o.kind == CREATE and stands(o)]
    return [o for o in found if o.state == DONE or (o.is_unclear and outbox.took_effect(o))]


def _reverse(
    outbox: Outbox, operation: Operation, back: list[Operation], notes: list[str]
) -> Draft | None:
    """Return what reverses ``operation``, or ``None`` if nothing is left to do."""
    if operation.kind == DELETE:
        return _recreate(operation, back, notes)
    now = _current(outbox, operation)
    if now is None:
        if operation.kind != CREATE:
            raise ConflictError(
                f"The entry {operation.entry} was deleted since.", "There is nothing to undo."
            )
        notes.append(f"The entry {operation.entry} was already gone.")
        return None
    if operation.before is not None and same_content(now, operation.before):
        notes.append(f"The entry {operation.entry} was already as before.")
        return None
    fits = operation.after is None or same_content(now, operation.after)
    if not fits and not _left_by_undo(outbox, now):
        fields = ", ".join(changed_fields(operation.after or {}, now))
        raise ConflictError(
            f"The entry {operation.entry} was changed since ({fields}); it was left as it is.",
            f"See it: clockify entries show {operation.entry}",
        )
    if operation.kind == CREATE:
        return delete_draft(outbox, now, operation.workspace)
    if operation.before is None:
        raise ConflictError("The entry's earlier state is not known.", "Edit it by hand.")
    restored = {**now, **operation.before, "id": now["id"]}
    return update_draft(outbox, now, restored, operation.workspace)


def _left_by_undo(outbox: Outbox, now: TimeEntry) -> bool:
    """Say whether an entry is just as our own last undo has left it.

    Operations that were sent as one (a timer started and stopped offline) have one result: each
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
        raise ConflictError("The contents of the deleted entry are not known.", "Log it again.")
    body = write_body(before)
    there = next((o for o in back if o.payload == body), None)
    if there is not None:
        back.remove(there)
        notes.append(f"The entry is already back under a new ID: {there.entry}.")
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
    except ClockifyError as error:
        if error.blames_change or not outbox.queues:
            raise
        outbox.unreachable = error
        return _believed(outbox, operation)


def _believed(outbox: Outbox, operation: Operation) -> TimeEntry | None:
    """Return what an operation has left, under the ID that it has by now, or will have.

    It is compared when it is delivered: see ``journal.reconcile``.
    """
    number = operation.entry
    while (next_one := outbox.journal.successor(number, waiting=True)) is not None:
        number = next_one
    return {**operation.after, "id": number} if operation.after is not None else None


def _is_revival(draft: Draft) -> bool:
    """Say whether a timer runs on once this is done."""
    return draft.kind != DELETE and draft.after is not None and is_running(draft.after)


def _refuse_second_timer(outbox: Outbox, drafts: list[Draft]) -> None:
    """Refuse to bring a timer back while another one runs: the service would end that one."""
    revived = [d for d in drafts if _is_revival(d)]
    if not revived:
        return
    if len(revived) > 1:
        raise ConflictError(
            "It had ended two timers, which cannot run at the same time.",
            "Restore them by hand: clockify edit, clockify entries delete.",
        )
    gone = {d.entry for d in drafts if d.entry and not _is_revival(d)}
    running = _running_in(outbox, revived[0].workspace)
    if running is not None and str(running["id"]) not in gone | {d.entry for d in revived}:
        raise ConflictError(
            "Another timer is running now; two cannot run at the same time.",
            "Stop it first: clockify stop.",
        )


def _running_in(outbox: Outbox, workspace: str) -> TimeEntry | None:
    """Return the timer that is running in a workspace, as far as it can be asked for."""
    here = workspace == outbox.account.workspace
    if outbox.unreachable is None:
        try:
            if here:
                return outbox.running()
            from clockify_cli.gateway.entries import running_entry

            return running_entry(outbox.gateway(), workspace, outbox.account.user)
        except ClockifyError as error:
            if error.blames_change or not outbox.queues:
                raise
            outbox.unreachable = error
    return outbox.known_running if here else None
