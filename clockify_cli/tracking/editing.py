"""Finished entries: log, edit, delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clockify_cli.core.errors import NotFoundError, RefusedError
from clockify_cli.core.model import TimeEntry, write_body
from clockify_cli.journal.operation import (
    DELETE,
    DONE,
    DROPPED,
    FOUND,
    ONCE,
    PENDING,
    SET_ASIDE,
    UNRESOLVED,
    UPDATE,
    Draft,
    Operation,
)
from clockify_cli.journal.outbox import Outbox, WriteResult
from clockify_cli.journal.reconcile import changed_fields
from clockify_cli.journal.store import KeyTaken
from clockify_cli.times.pieces import TIME_OFF, kind_of
from clockify_cli.tracking import handles
from clockify_cli.tracking.content import Content
from clockify_cli.tracking.timer import create_draft, plain
from clockify_cli.tracking.versions import refuse_changed


@dataclass(frozen=True, slots=True)
class Logged:
    """What ``log`` has recorded.

    Attributes:
        entries: The entries, in the order of their spans.
        new: They were recorded by this call, not found already there.
    """

    entries: list[TimeEntry]
    new: bool


def log(
    outbox: Outbox,
    content: Content,
    spans: Sequence[tuple[datetime, datetime]],
    *,
    user: str = "",
    key: str | None = None,
    once: bool = False,
    typed: str = "",
) -> Logged:
    """Record finished time as one change. One request for each span (one more to look first).

    Args:
        outbox: The outbox.
        content: What it is about.
        spans: First instant and end of each.
        user: The ID of somebody else to record it for.
        key: Recorded once under this key, per workspace and user.
        once: Recorded only if no such entry exists.
        typed: The spans as they were typed, which a key remembers.
    """
    meta = {ONCE: key or ""} if once or key is not None else {}
    drafts = [create_draft(outbox, content, start, end, user, meta=meta) for start, end in spans]
    under_key = _under_key(content, typed) if key is not None else None
    with outbox.delivery_lock():
        if key is not None and under_key is not None:
            found = _recorded_under(outbox, key, under_key)
            if found is not None:
                return Logged(found, new=False)
        again = _interrupted(outbox, drafts)
        if again:
            return Logged(_entries(again), new=True)
        if once and outbox.unreachable is not None and not outbox.queues:
            raise outbox.unreachable  # nobody can say that it is not there already
        label = content.description or ("an entry" if len(spans) == 1 else f"{len(spans)} entries")
        try:
            written = outbox.write("log", label, drafts, key=key, content=under_key)
        except KeyTaken:
            found = _recorded_under(outbox, str(key), str(under_key))
            if found is None:
                raise
            return Logged(found, new=False)
        new = any(operation.kind != FOUND for operation in written.operations)
        return Logged(_entries(written.operations), new)


def _entries(operations: Sequence[Operation]) -> list[TimeEntry]:
    written = WriteResult(list(operations), queued=False)
    return [written.entry(number) for number in range(len(operations))]


def _interrupted(outbox: Outbox, drafts: Sequence[Draft]) -> list[Operation]:
    """Return the same change of a command that was ended before it could report, if it is safe.

    This is the user's second try.
    """
    for one in outbox.interrupted:
        found = outbox.journal.of_change(one.change)
        same = len(found) == len(drafts) and all(map(_is_same, found, drafts))
        if same and all(o.state in (*PENDING, DONE) for o in found):
            return found
    return []


def _is_same(operation: Operation, draft: Draft) -> bool:
    one, other = ((o.kind, o.workspace, o.user, o.payload) for o in (operation, draft))
    return one == other


def _under_key(content: Content, typed: str) -> str:
    """Return what is remembered of the content that was recorded under a key."""
    return json.dumps(
        {
            "description": content.description,
            "project": content.project or content.unresolved.get("project"),
            "task": content.task or content.unresolved.get("task"),
            "tags": sorted([*content.tags, *(content.unresolved.get("tags") or ())]),
            "span": " ".join(typed.split()).lower(),
        },
        sort_keys=True,
    )


def _recorded_under(outbox: Outbox, key: str, content: str) -> list[TimeEntry] | None:
    """Return what was recorded under a key; nothing if that did not happen after all.

    Raises:
        RefusedError: It was something else, or it was set aside.
    """
    change = outbox.journal.change_with_key(key, outbox.account.workspace)
    if change is None:
        return None
    operations = outbox.journal.of_change(change.id)
    for operation in operations:
        if operation.is_unclear:
            outbox.took_effect(operation)
    if not operations or all(o.state == DROPPED for o in operations):
        outbox.journal.forget_key(change.id)
        return None
    if change.content not in (None, content):
        raise RefusedError(
            f"Something else was recorded under the key '{key}'.",
            f"Recorded: {_told(change.content)}. Asked: {_told(content)}. Use another key, or undo "
            f"that entry: clockify undo {change.id}",
            details={"recorded": json.loads(change.content), "asked": json.loads(content)},
        )
    aside = next((o for o in operations if o.state in SET_ASIDE), None)
    if aside is not None:
        raise RefusedError(
            f"It was recorded under that key and then set aside: {_why(aside)}",
            f"See 'clockify queue show {aside.id}'; then 'queue retry' or 'queue drop'.",
        )
    return _entries(operations)


def _told(content: str) -> str:
    found = json.loads(content)
    return ", ".join(f"{name} {value!r}" for name, value in found.items() if value)


def _why(operation: Operation) -> str:
    return str((operation.error or {}).get("message") or "no reason was given.")


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

    One request for each that is not like that already.

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
        if changed_fields(entry, after) or after.get(UNRESOLVED)
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
                outbox.notice(f"Clockify did not keep all fields of {operation.entry}: {told}.")


def label_of(entries: Sequence[TimeEntry]) -> str:
    """Return what a change of these entries is called in the list of what can be undone."""
    if len(entries) == 1:
        return str(entries[0].get("description") or "an entry")
    return f"{len(entries)} entries"


def _workspace_of(outbox: Outbox, entry: TimeEntry, workspace: str) -> str:
    """Return the workspace in which an entry is changed.

    Raises:
        NotFoundError: It is known of another one: here, the service would call it gone.
    """
    own = str(entry.get("workspaceId") or workspace or outbox.account.workspace)
    if own != (workspace or outbox.account.workspace):
        raise NotFoundError(
            f"That entry is in another workspace ({own}).", f"Repeat the command with -w {own}."
        )
    return own


def update_draft(outbox: Outbox, before: TimeEntry, after: TimeEntry, workspace: str = "") -> Draft:
    """Return the operation that brings an entry from ``before`` to ``after``.

    Args:
        outbox: The outbox.
        before: The entry as it is.
        after: As it shall be.
        workspace: Its workspace, if that is not this run's.
    """
    refuse_time_off(before)
    place = _workspace_of(outbox, before, workspace)
    user = str(before.get("userId") or outbox.account.user)
    unresolved = after.get(UNRESOLVED)
    return Draft(
        UPDATE,
        place,
        user,
        str(before["id"]),
        write_body(after),
        before=before,
        after=after,
        meta={UNRESOLVED: unresolved} if unresolved else {},
    )


def delete_draft(outbox: Outbox, before: TimeEntry, workspace: str = "") -> Draft:
    """Return the operation that deletes an entry; arguments as for :func:`update_draft`."""
    refuse_time_off(before)
    place = _workspace_of(outbox, before, workspace)
    user = str(before.get("userId") or outbox.account.user)
    return Draft(DELETE, place, user, str(before["id"]), before=plain(before))


def delete(outbox: Outbox, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """Delete entries; one request each."""
    drafts = [delete_draft(outbox, entry) for entry in entries]
    written = outbox.write("delete", label_of(entries), drafts)
    return [written.entry(number) for number in range(len(drafts))]


def find_all(
    outbox: Outbox, texts: Sequence[str], sure: Callable[[str], None] | None = None
) -> list[TimeEntry]:
    """Return the entries that the handles mean, each once, in order. One request each.

    Args:
        outbox: The outbox.
        texts: The handles.
        sure: Asks whether one that is easily mistaken is to be changed, and raises if not;
            ``None`` if they are only shown.

    Raises:
        RefusedError: One must not be changed: it is time off or a holiday.
    """
    outbox.deliver_first()
    found: dict[str, TimeEntry] = {}
    doubts: list[str] = []
    read = {text: handles.meant(outbox, text) for text in texts}
    for text, what in read.items():
        entry = handles.look_up(outbox, text, what)
        if str(entry["id"]) in found:
            continue
        found[str(entry["id"])] = entry
        if sure is not None:
            refuse_time_off(entry)
            doubts += handles.doubts(outbox, text, what, entry)
    if not found:
        raise NotFoundError("No entry was named.", "For example: clockify edit @1 …")
    if sure is not None and doubts:
        sure(f"{' '.join(doubts)} Change {'it' if len(doubts) == 1 else 'them'}?")
    outbox.plan_on(*found.values())
    return list(found.values())


def refuse_time_off(entry: TimeEntry) -> None:
    """Raise RefusedError for time off and holidays, which no entry of ours could be again."""
    if kind_of(entry) == TIME_OFF:
        kind = "a holiday" if entry.get("type") == "HOLIDAY" else "time off"
        name = f"'{entry['description']}'" if entry.get("description") else "That entry"
        raise RefusedError(
            f"{name} is {kind}: it is never changed here.", "Change it in Clockify itself."
        )
