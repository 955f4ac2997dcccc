"""Find the entry a handle means: an ID, a local ID, ``@N``, ``@last`` or ``@running``."""

from __future__ import annotations

from datetime import datetime

from clockify_cli.core.errors import ClockifyError, NotFoundError, UsageError
from clockify_cli.core.model import TimeEntry, end_of, is_entity_id, start_of
from clockify_cli.journal.operation import DONE, DROPPED, LOCAL
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.overlay import overlaid


def newest(outbox: Outbox, count: int) -> list[TimeEntry]:
    """Return the user's newest entries, newest first, with pending changes applied. One request."""
    from clockify_cli.gateway.entries import recent_entries

    outbox.deliver_briskly()
    pending = outbox.journal.waiting()
    account = outbox.account
    try:
        if outbox.unreachable is not None:
            raise outbox.unreachable
        found = recent_entries(outbox.gateway(), account.workspace, account.user, count)
        outbox.learn_newest(found, start_of(found[-1]) if len(found) == count else None)
    except ClockifyError as error:
        if error.blames_change or not pending:
            raise
        known = outbox.timer.entry
        found = [known] if known is not None else []
    return overlaid(found, outbox.waiting_here(), account.user)[:count]


def last_stop(outbox: Outbox) -> datetime | None:
    """Return the end of the newest finished entry."""
    ends = [end for end in map(end_of, newest(outbox, 20)) if end is not None]
    return max(ends, default=None)


def last_start(outbox: Outbox) -> datetime | None:
    """Return the start of the newest entry."""
    found = newest(outbox, 1)
    return start_of(found[0]) if found else None


def find(outbox: Outbox, handle: str) -> TimeEntry:
    """Return the entry that ``handle`` means.

    One request, except for what is only pending.
    """
    text = handle.strip()
    if text == "@running":
        running = outbox.running()
        if running is None:
            raise NotFoundError("No timer is running.", "Start one: clockify start …")
        return running
    if text.startswith("@") and text[1:].isdecimal() and int(text[1:]) > 0:
        number = int(text[1:])
        found = newest(outbox, number)
        if len(found) < number:
            raise NotFoundError(f"There is no entry {text}.", "List them: clockify entries.")
        return found[number - 1]
    if text.startswith(LOCAL):
        pending, text = _local(outbox, text)
        if pending is not None:
            return pending
    if not is_entity_id(text):
        raise UsageError(
            f"'{handle}' is not an entry.",
            "Use an ID, @1 for the newest, @2 for the one before, or @running.",
        )
    return _by_id(outbox, text)


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
