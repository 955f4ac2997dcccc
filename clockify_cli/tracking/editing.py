"""Finished entries: log, edit, delete, split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from clockify_cli.errors import ConflictError, NotFoundError, UsageError
from clockify_cli.journal.book import KeyTaken
from clockify_cli.journal.lookup import best_match, changed_fields
from clockify_cli.journal.operation import (
    DELETE,
    DONE,
    DROPPED,
    UPDATE,
    WAITING,
    Draft,
    Operation,
)
from clockify_cli.model import (
    TimeEntry,
    end_of,
    is_running,
    start_of,
    utc_text,
    with_interval,
    write_body,
)
from clockify_cli.tracking.content import Content, content_of
from clockify_cli.tracking.desk import Desk, Written
from clockify_cli.tracking.timer import create_draft, plain


def log(
    desk: Desk,
    content: Content,
    start: datetime,
    end: datetime,
    *,
    user: str = "",
    key: str | None = None,
    once: bool = False,
) -> tuple[TimeEntry, bool]:
    """Record finished time. One request (two with ``once``).

    Args:
        desk: The desk.
        content: What it is about.
        start: Its first instant.
        end: Its end.
        user: The ID of somebody else to record it for.
        key: Recorded once under this key, however often it is asked for.
        once: Recorded only where no such entry exists.

    Returns:
        The entry, and whether it was recorded by this call (not found already there).
    """
    with desk.turn():
        draft = create_draft(desk, content, start, end, user)
        if key is not None:
            found = _under_key(desk, key)
            if found is not None:
                return found, False
        again = next((o for o in desk.interrupted if _is_same(o, draft)), None)
        if again is not None:
            # The same command was ended before it could report; this is the user's second try.
            operation = desk.journal.operation(again.id)
            if operation.state in (*WAITING, DONE):
                return Written([operation], queued=operation.state != DONE).entry(), True
        if once:
            there = _same_entry(desk, draft)
            if there is not None:
                return there, False
        label = content.description or "an entry"
        try:
            return desk.write("log", label, [draft], key=key).entry(), True
        except KeyTaken:
            found = _under_key(desk, str(key))
            if found is None:
                raise
            return found, False


def _is_same(operation: Operation, draft: Draft) -> bool:
    return operation.kind == draft.kind and operation.payload == draft.payload


def _under_key(desk: Desk, key: str) -> TimeEntry | None:
    change = desk.journal.change_with_key(key)
    if change is None:
        return None
    operation = desk.journal.of_change(change.id)[0]
    if operation.state == DROPPED:
        # It was sent and its answer lost with nothing queued: look before sending again.
        found = None
        if operation.attempts or operation.error:
            from clockify_cli.journal import lookup

            claimed = desk.journal.claimed(
                operation.workspace, operation.user, operation.payload["start"]
            )
            if desk.away is not None:
                raise desk.away
            found = lookup.created_entry(desk.gateway(), operation, claimed)
        if found is not None:
            desk.journal.move(operation, DONE, after=found)
            return found
        desk.journal.forget_key(change.id)
        return None
    return Written([operation], queued=operation.state != DONE).entry()


def _same_entry(desk: Desk, draft: Draft) -> TimeEntry | None:
    """Return an entry with the same start, end, project and description, where there is one."""
    from datetime import timedelta

    from clockify_cli.gateway.entries import entries_between
    from clockify_cli.model import instant

    waiting = [
        o.after
        for o in desk.journal.waiting()
        if o.kind == draft.kind and o.after is not None and o.user == draft.user
    ]
    start = instant(draft.payload["start"])
    candidates = list(waiting)
    if desk.away is None:
        candidates += entries_between(
            desk.gateway(),
            draft.workspace,
            draft.user,
            start,
            start + timedelta(seconds=1),
            reach=timedelta(0),
        )
    found = best_match(candidates, draft.payload)
    if found is None:
        return None
    end = end_of(found)
    return found if end is not None and utc_text(end) == draft.payload["end"] else None


Change = Callable[[TimeEntry], TimeEntry]


def edit(
    desk: Desk,
    entries: Sequence[TimeEntry],
    change: Change,
    *,
    verb: str = "edit",
    if_unchanged: Callable[[TimeEntry], bool] | None = None,
) -> list[TimeEntry]:
    """Change entries and keep all else of them, whatever a ``PUT`` would drop.

    Call it inside ``desk.turn()`` with entries just read there: one request an entry.

    Args:
        desk: The desk.
        entries: The entries as they are.
        change: Returns an entry as it shall be.
        verb: The command, for the journal.
        if_unchanged: Says whether an entry is still as the caller thinks.

    Returns:
        The entries as they are now; those that needed no change are returned as they were.
    """
    drafts, kept = [], []
    for entry in entries:
        before = plain(entry)
        if if_unchanged is not None and not if_unchanged(before):
            raise ConflictError(
                f"The entry {before['id']} was changed meanwhile; nothing was edited.",
                "Read it again: clockify entries show " + str(before["id"]),
            )
        after = change(before)
        checked_times(after)
        if changed_fields(before, after):
            drafts.append(update_draft(desk, before, after))
        else:
            kept.append(entry)
    if not drafts:
        return kept
    label = drafts[0].after.get("description") if drafts[0].after else ""
    written = desk.write(verb, label or f"{len(drafts)} entries", drafts)
    for operation, draft in zip(written.operations, drafts, strict=True):
        if operation.state == DONE and operation.after and draft.after:
            lost = changed_fields(draft.after, operation.after)
            if lost:
                told = "; ".join(f"{k}: {old!r} became {new!r}" for k, (old, new) in lost.items())
                desk.notice(f"Clockify did not keep everything of {operation.entry}: {told}.")
    return [*kept, *(written.entry(n) for n in range(len(drafts)))]


def update_draft(desk: Desk, before: TimeEntry, after: TimeEntry) -> Draft:
    """Return the write that brings an entry from ``before`` to ``after``."""
    user = str(before.get("userId") or desk.account.user)
    return Draft(
        UPDATE,
        desk.account.workspace,
        user,
        str(before["id"]),
        write_body(after),
        before=before,
        after=after,
    )


def delete_draft(desk: Desk, before: TimeEntry) -> Draft:
    """Return the write that deletes an entry."""
    user = str(before.get("userId") or desk.account.user)
    return Draft(DELETE, desk.account.workspace, user, str(before["id"]), before=plain(before))


def checked_times(entry: TimeEntry) -> None:
    """Refuse an end before the start."""
    end = end_of(entry)
    if end is not None and end < start_of(entry):
        raise UsageError(
            f"The entry {entry.get('id')} would end before it starts.",
            "Give both: --from and --to.",
        )


def delete(desk: Desk, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """Delete entries; one request each. Call it inside ``desk.turn()``."""
    drafts = [delete_draft(desk, entry) for entry in entries]
    label = entries[0].get("description") if len(entries) == 1 else f"{len(entries)} entries"
    written = desk.write("delete", label or "an entry", drafts)
    return [written.entry(number) for number in range(len(drafts))]


def split(desk: Desk, entry: TimeEntry, at: datetime) -> tuple[TimeEntry, TimeEntry]:
    """Split an entry at ``at`` into two with the same content. Two requests after the read.

    A running entry's second half runs on.
    """
    start, end = start_of(entry), end_of(entry)
    if not start < at < (end or desk.now):
        raise UsageError(
            f"{utc_text(at)} does not lie within the entry.",
            "Choose an instant between its start and end.",
        )
    before = plain(entry)
    first = update_draft(desk, before, with_interval(before, start, at))
    second = create_draft(
        desk, content_of(before), at, end, str(before.get("userId") or desk.account.user)
    )
    fields = write_body(before).get("customFields")
    if fields:
        second.payload["customFields"] = fields
    written = desk.write("split", before.get("description") or "an entry", [first, second])
    return written.entry(0), written.entry(1)


def find_all(desk: Desk, handles: Sequence[str]) -> list[TimeEntry]:
    """Return the entries that the handles mean, each once, in order."""
    found: dict[str, TimeEntry] = {}
    for handle in handles:
        entry = desk.find(handle)
        found.setdefault(str(entry["id"]), entry)
    if not found:
        raise NotFoundError("No entry was named.", "Such as: clockify edit @1 …")
    return list(found.values())


def with_fields(entry: TimeEntry, fields: dict[str, Any]) -> TimeEntry:
    """Return a copy of ``entry`` with some fields replaced; ``start`` and ``end`` are instants."""
    changed = dict(entry)
    if "start" in fields or "end" in fields:
        start = fields.get("start") or start_of(entry)
        end = fields["end"] if "end" in fields else end_of(entry)
        changed = with_interval(changed, start, end)
    changed.update({k: v for k, v in fields.items() if k not in ("start", "end")})
    return changed


def still_running(entries: Sequence[TimeEntry]) -> bool:
    """Say whether one of the entries runs."""
    return any(map(is_running, entries))
