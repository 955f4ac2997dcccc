"""Finished entries: log, edit, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clockify_cli.core.errors import NotFoundError, RefusedError
from clockify_cli.core.model import TimeEntry, end_of, utc_text, write_body
from clockify_cli.journal.lookup import best_match, changed_fields
from clockify_cli.journal.operation import (
    DELETE,
    DONE,
    DROPPED,
    SET_ASIDE,
    UPDATE,
    WAITING,
    Draft,
    Operation,
)
from clockify_cli.journal.outbox import Outbox, WriteResult
from clockify_cli.journal.store import KeyTaken
from clockify_cli.tracking.content import Content
from clockify_cli.tracking.timer import create_draft, plain
from clockify_cli.tracking.versions import refuse_changed


def log(
    outbox: Outbox,
    content: Content,
    spans: Sequence[tuple[datetime, datetime]],
    *,
    user: str = "",
    key: str | None = None,
    once: bool = False,
) -> tuple[list[TimeEntry], bool]:
    """Record finished time as one change. One request per span (one more with ``once``).

    Args:
        outbox: The outbox.
        content: What it is about.
        spans: The start and the end of each entry.
        user: The ID of somebody else to record it for.
        key: Recorded once under this key, however often it is asked for; one span only.
        once: Recorded only if no such entry exists; one span only.

    Returns:
        The entries, and whether they were recorded by this call (not found already there).
    """
    with outbox.delivery_lock():
        drafts = [create_draft(outbox, content, start, end, user) for start, end in spans]
        if key is not None:
            found = _under_key(outbox, key)
            if found is not None:
                return [found], False
        again = _interrupted(outbox, drafts)
        if again:
            queued = any(o.state != DONE for o in again)
            result = WriteResult(again, queued=queued)
            return [result.entry(number) for number in range(len(again))], True
        if once:
            there = _same_entry(outbox, drafts[0])
            if there is not None:
                return [there], False
        label = content.description or "an entry"
        try:
            written = outbox.write("log", label, drafts, key=key)
            return [written.entry(number) for number in range(len(drafts))], True
        except KeyTaken:
            found = _under_key(outbox, str(key))
            if found is None:
                raise
            return [found], False


def _interrupted(outbox: Outbox, drafts: Sequence[Draft]) -> list[Operation]:
    """Return the same change of a command that was ended before it could report, if it is safe.

    This is the user's second try.
    """
    for one in outbox.interrupted:
        found = outbox.journal.of_change(one.change)
        same = len(found) == len(drafts) and all(map(_is_same, found, drafts))
        if same and all(o.state in (*WAITING, DONE) for o in found):
            return found
    return []


def _is_same(operation: Operation, draft: Draft) -> bool:
    one, other = ((o.kind, o.workspace, o.user, o.payload) for o in (operation, draft))
    return one == other


def _under_key(outbox: Outbox, key: str) -> TimeEntry | None:
    change = outbox.journal.change_with_key(key)
    if change is None:
        return None
    operation = outbox.journal.of_change(change.id)[0]
    if operation.state == DROPPED:
        # It was sent and its answer lost with nothing queued: look before sending again.
        found = None
        if operation.attempts or operation.error:
            from clockify_cli.journal import lookup

            if outbox.unreachable is not None:
                raise outbox.unreachable
            found = lookup.created_entry(outbox.gateway(), operation, outbox.journal.claimed)
        if found is not None:
            outbox.journal.move(operation, DONE, after=found)
            return found
        outbox.journal.forget_key(change.id)
        return None
    if operation.state in SET_ASIDE:
        raise RefusedError(
            f"It was recorded under that key and then set aside: {_why(operation)}",
            f"See 'clockify queue show {operation.id}'; then 'queue retry' or 'queue drop'.",
        )
    return WriteResult([operation], queued=operation.state != DONE).entry()


def _why(operation: Operation) -> str:
    return str((operation.error or {}).get("message") or "nobody said why.")


def _same_entry(outbox: Outbox, draft: Draft) -> TimeEntry | None:
    """Return an entry with the same start, end, project and description, where there is one."""
    from datetime import timedelta

    from clockify_cli.core.model import instant
    from clockify_cli.gateway.entries import entries_between

    waiting = [
        o.after
        for o in outbox.journal.waiting()
        if o.kind == draft.kind
        and o.after is not None
        and (o.workspace, o.user) == (draft.workspace, draft.user)
    ]
    start = instant(draft.payload["start"])
    candidates = list(waiting)
    if outbox.unreachable is None:
        candidates += entries_between(
            outbox.gateway(),
            draft.workspace,
            draft.user,
            start,
            start + timedelta(seconds=1),
            reach=timedelta(0),
        )
    found = best_match(candidates, draft.payload)
    end = end_of(found) if found is not None else None
    if end is not None and utc_text(end) == draft.payload["end"]:
        return found
    if outbox.unreachable is not None:
        raise outbox.unreachable  # nobody can say that it is not there already
    return None


Change = Callable[[TimeEntry], TimeEntry]


@dataclass(frozen=True, slots=True)
class Edited:
    """An entry that was to be changed.

    Attributes:
        entry: As it is now.
        changed: It was not like that already.
    """

    entry: TimeEntry
    changed: bool


def edit(
    outbox: Outbox,
    entries: Sequence[TimeEntry],
    change: Change,
    *,
    verb: str = "edit",
    if_unchanged: Callable[[TimeEntry], bool] | None = None,
) -> list[Edited]:
    """Change entries as one change, and keep all else of them, whatever a ``PUT`` would drop.

    Call it inside ``outbox.delivery_lock()`` with entries just read: one request for each that is
    not like that already.

    Args:
        outbox: The outbox.
        entries: The entries as they are.
        change: Returns an entry as it shall be.
        verb: The command, for the journal.
        if_unchanged: Says whether an entry is still as the caller thinks.

    Returns:
        The entries as they are now, in order.

    Raises:
        ConflictError: One is not as the caller thinks; nothing was written.
    """
    if if_unchanged is not None:
        for entry in entries:
            if not if_unchanged(plain(entry)):
                raise refuse_changed(plain(entry))
    wanted = [change(plain(entry)) for entry in entries]
    differing = [
        (plain(entry), after)
        for entry, after in zip(entries, wanted, strict=True)
        if changed_fields(entry, after)
    ]
    if not differing:
        return [Edited(entry, changed=False) for entry in entries]
    drafts = [update_draft(outbox, before, after) for before, after in differing]
    written = outbox.write(verb, label_of([after for _, after in differing]), drafts)
    tell_lost(outbox, written, drafts)
    results = {draft.entry: written.entry(number) for number, draft in enumerate(drafts)}
    return [
        Edited(results.get(str(entry["id"]), entry), changed=str(entry["id"]) in results)
        for entry in entries
    ]


def tell_lost(outbox: Outbox, written: WriteResult, drafts: Sequence[Draft]) -> None:
    """Tell what Clockify did not keep of what was written."""
    for operation, draft in zip(written.operations, drafts, strict=True):
        if operation.state == DONE and operation.after and draft.after and draft.kind == UPDATE:
            lost = changed_fields(draft.after, operation.after)
            if lost:
                told = "; ".join(f"{k}: {old!r} became {new!r}" for k, (old, new) in lost.items())
                outbox.notice(f"Clockify did not keep everything of {operation.entry}: {told}.")


def label_of(entries: Sequence[TimeEntry]) -> str:
    """Return what a change of these entries is called in the list of what can be undone."""
    if len(entries) == 1:
        return str(entries[0].get("description") or "an entry")
    return f"{len(entries)} entries"


def _refuse_foreign(outbox: Outbox, entry: TimeEntry) -> None:
    """Refuse what is known of another workspace: here, the service would call it gone."""
    workspace = entry.get("workspaceId") or outbox.account.workspace
    if workspace != outbox.account.workspace:
        raise NotFoundError(
            f"That entry is in another workspace ({workspace}).",
            f"Say the same with: -w {workspace}",
        )


def update_draft(outbox: Outbox, before: TimeEntry, after: TimeEntry) -> Draft:
    """Return the write that brings an entry from ``before`` to ``after``."""
    _refuse_foreign(outbox, before)
    user = str(before.get("userId") or outbox.account.user)
    return Draft(
        UPDATE,
        outbox.account.workspace,
        user,
        str(before["id"]),
        write_body(after),
        before=before,
        after=after,
    )


def delete_draft(outbox: Outbox, before: TimeEntry) -> Draft:
    """Return the write that deletes an entry."""
    _refuse_foreign(outbox, before)
    user = str(before.get("userId") or outbox.account.user)
    return Draft(DELETE, outbox.account.workspace, user, str(before["id"]), before=plain(before))


def delete(outbox: Outbox, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """Delete entries; one request each. Call it inside ``outbox.delivery_lock()``."""
    drafts = [delete_draft(outbox, entry) for entry in entries]
    label = entries[0].get("description") if len(entries) == 1 else f"{len(entries)} entries"
    written = outbox.write("delete", label or "an entry", drafts)
    return [written.entry(number) for number in range(len(drafts))]


def find_all(outbox: Outbox, handles: Sequence[str]) -> list[TimeEntry]:
    """Return the entries that the handles mean, each once, in order.

    One request for all of ``@1``, ``@2`` … together, one for each other handle.
    """
    found: dict[str, TimeEntry] = {}
    ranks = [int(h.strip()[1:]) for h in handles if _is_rank(h)]
    newest = outbox.newest(max(ranks)) if len(set(ranks)) > 1 else []
    for handle in handles:
        if newest and _is_rank(handle):
            rank = int(handle.strip()[1:])
            if rank > len(newest):
                raise NotFoundError(
                    f"There is no entry {handle.strip()}.", "List them: clockify entries."
                )
            entry = newest[rank - 1]
        else:
            entry = _find(outbox, handle)
        found.setdefault(str(entry["id"]), entry)
    if not found:
        raise NotFoundError("No entry was named.", "Such as: clockify edit @1 …")
    return list(found.values())


def _find(outbox: Outbox, handle: str) -> TimeEntry:
    try:
        return outbox.find(handle)
    except NotFoundError as error:
        if error.status is None:
            raise
        # The service says "Time entry doesn't belong to Workspace" of what does not exist.
        raise NotFoundError(
            f"There is no entry {handle.strip()}.",
            "List them: clockify entries --ids.",
            status=error.status,
        ) from error


def _is_rank(handle: str) -> bool:
    number = handle.strip()[1:]
    return handle.strip().startswith("@") and number.isdecimal() and int(number) > 0
