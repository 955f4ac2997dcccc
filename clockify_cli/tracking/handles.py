"""Which entry a handle means: an ID or its end, a row that was shown, the last one, the timer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from clockify_cli.core.errors import (
    AmbiguousError,
    ClockifyError,
    NotFoundError,
    UnknownWorkspaceError,
    UsageError,
)
from clockify_cli.core.model import TimeEntry, end_of, is_entity_id, start_of
from clockify_cli.journal.operation import DELETE, DONE, DROPPED, LOCAL
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.overlay import overlaid
from clockify_cli.store import shown_rows
from clockify_cli.store.shown_rows import Table
from clockify_cli.times.pieces import TIME_OFF, kind_of, length_text

LAST, RUNNING = "@last", "@running"
WHAT_IT_IS = "An entry is an ID, @1 (a row of the last list), @last, @running, or @ and the end"
LIST_THEM = "List them: clockify entries"
_LEAST_END = 4  # digits that an end of an ID has at least: fewer are the number of a row
_ID_LENGTH = 24
_MOST_LOOKED_THROUGH = 1000  # for one that has begun, behind those that are planned
_MOST_LISTED = 10  # IDs that an error names


class Meant(NamedTuple):
    """What a handle means, before anything is asked for.

    Attributes:
        entry: An ID, a local ID, ``LAST`` or ``RUNNING``.
        table: The table that it is a row of, if a number was typed.
    """

    entry: str
    table: Table | None = None


def read_handle(
    typed: str, table: Table | None, with_end: Callable[[str], Collection[str]]
) -> Meant:
    """Return what a handle means.

    Args:
        typed: The handle.
        table: The table that was printed last in this session, if one was.
        with_end: Gives the IDs known here that end in some digits.

    Raises:
        UsageError: It is no handle, or no row of the table.
        NotFoundError: No ID that is known here has this end; or several have.
    """
    text = typed.strip().lower()
    sign, rest = text[:1], text[1:]
    if text in (LAST, RUNNING):
        return Meant(text)
    if sign in ("@", "#") and (rest.startswith(LOCAL) or is_entity_id(rest)):
        return Meant(rest)
    if is_entity_id(text) or text.startswith(LOCAL):
        return Meant(text)
    if sign == "@" and rest.isascii() and rest.isdecimal() and len(rest) < _LEAST_END:
        return _row(typed.strip(), int(rest), table)
    if sign in ("@", "#") and _is_end(rest):
        return Meant(_one_of(typed.strip(), sorted(with_end(rest))))
    raise UsageError(f"'{typed}' is not an entry.", f"{WHAT_IT_IS} of an ID.")


def _row(typed: str, number: int, table: Table | None) -> Meant:
    if table is None and number == 1:
        return Meant(LAST)
    if table is None or number == 0:
        why = "rows are counted from @1" if number == 0 else "no list was printed here yet"
        raise UsageError(f"There is no entry {typed}: {why}.", f"{LIST_THEM}.")
    if number > len(table.rows):
        count = f"{len(table.rows)} {'row' if len(table.rows) == 1 else 'rows'}"
        raise NotFoundError(
            f"There is no entry {typed}: the last list had {count}.", f"{LIST_THEM}."
        )
    return Meant(table.rows[number - 1], table)


def _is_end(text: str) -> bool:
    return _LEAST_END <= len(text) <= _ID_LENGTH and all(c in "0123456789abcdef" for c in text)


def _one_of(typed: str, fitting: list[str]) -> str:
    if not fitting:
        raise NotFoundError(
            f"No entry that was seen here has an ID ending in {typed[1:]}.",
            "Type the whole ID; see clockify entries --ids.",
        )
    if len(fitting) > 1:
        listed = ", ".join(fitting[:_MOST_LISTED]) + ", …" * (len(fitting) > _MOST_LISTED)
        raise AmbiguousError(
            f"{len(fitting)} entries have an ID ending in {typed[1:]}: {listed}.",
            "Type more of it.",
            details={"candidates": fitting},
        )
    return fitting[0]


def is_handle(word: str) -> bool:
    """Say whether a word has the form of a handle, whatever it means."""
    text = word.strip().lower()
    rest = text[1:]
    numbered = rest.isascii() and rest.isdecimal()
    return (
        text in (LAST, RUNNING)
        or is_entity_id(text)
        or text.startswith(LOCAL)
        or (text[:1] in ("@", "#") and (numbered or _is_end(rest) or rest.startswith(LOCAL)))
    )


def meant(outbox: Outbox, handle: str) -> Meant:
    """Return what a handle means here and now; no request."""
    account = outbox.account
    table = shown_rows.last(account.id, account.workspace)
    return read_handle(handle, table, lambda end: _known_ids(outbox, end))


def _known_ids(outbox: Outbox, end: str) -> set[str]:
    """Return the IDs with this end among all entries that this machine has seen."""
    account = outbox.account
    seen = {str(entry.get("id")) for entry in outbox.recent.entries()} if outbox.recent else set()
    if outbox.entry_cache is not None:
        seen |= {str(entry["id"]) for entry in outbox.entry_cache.entries(account.workspace)}
    if outbox.timer.entry is not None:
        seen.add(str(outbox.timer.entry.get("id")))
    seen |= shown_rows.shown_ids(account.id, account.workspace)
    found = {entry for entry in seen if is_entity_id(entry) and entry.endswith(end)}
    return found | outbox.journal.entries_ending(account.workspace, end)


def find(outbox: Outbox, handle: str) -> TimeEntry:
    """Return the entry that ``handle`` means.

    One request, except for what is only pending.
    """
    return look_up(outbox, handle, meant(outbox, handle))


def look_up(outbox: Outbox, handle: str, what: Meant) -> TimeEntry:
    """Return the entry that a handle was read as. One request, as for :func:`find`.

    Raises:
        NotFoundError: It is gone; another one never takes its place.
    """
    if what.entry == RUNNING:
        running = outbox.running()
        if running is None:
            raise NotFoundError("No timer is running.", "Start one: clockify start …")
        return running
    if what.entry == LAST:
        found = newest(outbox, 1)
        if not found:
            raise NotFoundError("There is no entry yet.", "Start one: clockify start …")
        return found[0]
    try:
        return _entry(outbox, what)
    except UnknownWorkspaceError:
        raise
    except NotFoundError as error:
        if what.table is not None:
            message, hint = (
                f"{handle.strip()} of the last list is gone.",
                "List again: clockify entries.",
            )
        elif error.status is not None:
            # The service says "Time entry doesn't belong to Workspace" of what does not exist.
            message, hint = f"There is no entry {handle.strip()}.", f"{LIST_THEM} --ids."
        else:
            raise
        raise NotFoundError(message, hint, status=error.status) from error


def _entry(outbox: Outbox, what: Meant) -> TimeEntry:
    text = what.entry
    if text.startswith(LOCAL):
        pending, text = _local(outbox, text)
        if pending is not None:
            return pending
    if what.table is not None:
        last = outbox.journal.last_done(text)
        if last is not None and last.kind == DELETE:
            back = outbox.journal.successor(text, waiting=True)
            if back is None:
                raise NotFoundError(f"The entry {text} is deleted.")
            return _entry(outbox, what._replace(entry=back))  # an undo has brought it back
    return _by_id(outbox, text)


def doubts(outbox: Outbox, handle: str, what: Meant, entry: TimeEntry) -> list[str]:
    """Return why somebody may not mean this entry, in sentences that name it."""
    local = start_of(entry).astimezone(outbox.zone)
    name = f"'{entry.get('description') or '(no description)'}' of {local:%a %d %b %H:%M}"
    user = str(entry.get("userId") or outbox.account.user)
    if user != outbox.account.user:
        whose = outbox.describe(entry).get("user") or user
        return [f"{name} is an entry of {whose}."]
    now = int(outbox.now.timestamp())
    if what.table is not None and what.table.is_old(now):
        age = length_text(abs(now - what.table.at) // 60 * 60)
        return [f"{handle.strip()} of the list printed {age} ago is {name}."]
    return []


def newest(outbox: Outbox, count: int) -> list[TimeEntry]:
    """Return the user's newest entries that have begun, newest first, pending changes applied.

    One request.
    """
    from clockify_cli.gateway.entries import recent_entries

    outbox.deliver_briskly()
    pending = outbox.journal.waiting()
    account, now, as_of = outbox.account, outbox.now, outbox.newest_done()
    asked = max(count, 20)
    try:
        while True:
            if outbox.unreachable is not None:
                raise outbox.unreachable
            found = recent_entries(outbox.gateway(), account.workspace, account.user, asked, now)
            whole = len(found) < asked
            begun = [entry for entry in found if start_of(entry) <= now]
            if begun or whole or asked >= _MOST_LOOKED_THROUGH:
                break
            asked = _MOST_LOOKED_THROUGH
        since = None if whole else start_of(found[-1])
        outbox.learn_newest(found, since)
        outbox.learn_running_from(found, since, as_of)
    except ClockifyError as error:
        if error.blames_change or not pending:
            raise
        known = outbox.timer.entry
        begun = [known] if known is not None else []
    laid = overlaid(begun, outbox.waiting_here(), account.user)
    return [entry for entry in laid if start_of(entry) <= now][:count]


def last_stop(outbox: Outbox) -> datetime | None:
    """Return the end of the newest entry that is over, time off apart."""
    ends = [end_of(entry) for entry in newest(outbox, 20) if kind_of(entry) != TIME_OFF]
    return max((end for end in ends if end is not None and end <= outbox.now), default=None)


def last_start(outbox: Outbox) -> datetime | None:
    """Return the start of the newest entry that has begun, time off apart."""
    starts = [start_of(entry) for entry in newest(outbox, 20) if kind_of(entry) != TIME_OFF]
    return starts[0] if starts else None


def _local(outbox: Outbox, text: str) -> tuple[TimeEntry | None, str]:
    """Return the entry of a local ID while it is pending, or the ID it has at the service."""
    creation = outbox.journal.creation_of(text)
    if creation is None or creation.state == DROPPED:
        raise NotFoundError(f"There is no entry {text}.", "See 'clockify queue'.")
    if creation.state != DONE:
        mine = [o for o in outbox.journal.open_operations() if o.entry == text]
        shown = overlaid([], mine, creation.user)
        if shown:
            return shown[0], text
    if creation.state != DONE or creation.entry == text:
        raise NotFoundError(f"The entry {text} is deleted.", "See 'clockify queue'.")
    return None, creation.entry


def _by_id(outbox: Outbox, number: str) -> TimeEntry:
    from clockify_cli.gateway.entries import entry

    pending = [o for o in outbox.journal.waiting() if o.entry == number]
    found, user = None, outbox.account.user
    if outbox.unreachable is None:
        try:
            found = entry(outbox.gateway(), outbox.account.workspace, number)
            user = str(found.get("userId") or user)
        except ClockifyError as error:
            if error.blames_change:
                raise
            outbox.unreachable = error
    if found is None:
        found = _cached(outbox, number)
        if found is None or not outbox.queues:
            assert outbox.unreachable is not None
            raise outbox.unreachable
    shown = overlaid([found], pending, user)
    if not shown:
        raise NotFoundError(f"The entry {number} is deleted.", "See 'clockify queue'.")
    return shown[0]


def _cached(outbox: Outbox, number: str) -> TimeEntry | None:
    known = outbox.timer.entry
    if known is not None and known.get("id") == number:
        return known
    return outbox.journal.last_recorded(number)
