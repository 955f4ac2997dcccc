"""Going on with earlier work: which entry is meant, and a timer like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from clockify_cli.core.errors import NotFoundError, RefusedError
from clockify_cli.core.model import TimeEntry, is_running, start_of
from clockify_cli.core.naming import folded
from clockify_cli.journal.operation import STOP
from clockify_cli.journal.outbox import Outbox
from clockify_cli.times.pieces import BREAK, WORK, kind_of
from clockify_cli.tracking import handles
from clockify_cli.tracking.content import content_of
from clockify_cli.tracking.timer import GAP, Started, local_text, start

RECENT = 200  # entries that ``continue`` looks through: one page


def resume(
    outbox: Outbox,
    like: TimeEntry,
    at: datetime | None,
    *,
    verb: str = "continue",
    agreed: str = "",
) -> Started | None:
    """Start a timer with the content of another entry; ``None`` if such work is running already.

    Raises:
        RefusedError: It is a break, time off, or planned.
    """
    content, running = content_of(like), outbox.known_running
    if running is not None and (running["id"] == like["id"] or _is_same_work(running, like)):
        return None
    if kind_of(like) != WORK:
        raise RefusedError(
            f"{_called(like)} is {'a break' if kind_of(like) == BREAK else 'time off'}, not work.",
            "Choose another one (clockify entries), or: clockify start …",
        )
    if start_of(like) > outbox.now:
        raise RefusedError(
            f"{_called(like)} is planned for {local_text(outbox, start_of(like))}.",
            "Start one like it: clockify start …",
        )
    return start(outbox, content, at, verb=verb, agreed=agreed)


def _is_same_work(one: TimeEntry, other: TimeEntry) -> bool:
    first, second = content_of(one), content_of(other)
    same_tags = set(first.tags) == set(second.tags)
    return same_tags and replace(first, tags=()) == replace(second, tags=())


def _called(entry: TimeEntry) -> str:
    return f"'{entry['description']}'" if entry.get("description") else "That entry"


class Past(NamedTuple):
    """What was tracked lately.

    Attributes:
        running: What runs.
        work: The last piece of work that is over.
        newest: The newest entry that has begun, the running one included.
    """

    running: TimeEntry | None
    work: TimeEntry | None
    newest: TimeEntry | None


def past_of(outbox: Outbox) -> Past:
    """Return what was tracked lately. One request."""
    recent = handles.newest(outbox, RECENT)
    running = next(filter(is_running, recent), None) or outbox.known_running
    over = (e for e in recent if kind_of(e) == WORK and not is_running(e))
    return Past(running, next(over, None), recent[0] if recent else None)


def interrupted_work(outbox: Outbox, past: Past) -> TimeEntry | None:
    """Return the work that a break has interrupted, or ``break --gap``; ``None`` for none."""
    if past.running is not None:
        return past.work if kind_of(past.running) == BREAK else None
    newest = past.newest
    if newest is None or kind_of(newest) == BREAK:
        return past.work
    number = str(newest["id"])
    ended = [o for o in outbox.journal.waiting() if o.entry == number] or [
        o for o in [outbox.journal.last_done(number)] if o is not None
    ]
    left_empty = any(o.kind == STOP and o.verb == GAP for o in ended)
    return past.work if left_empty else None


def earlier_entry(outbox: Outbox, text: str) -> TimeEntry:
    """Return the entry that is named to be continued. One request.

    Args:
        outbox: The outbox.
        text: A handle, or text that the description of recent work contains.

    Raises:
        NotFoundError: There is none.
    """
    if text.startswith("@") or handles.is_handle(text):
        return handles.find(outbox, text)
    wanted = folded(text)
    for entry in handles.newest(outbox, RECENT):
        if kind_of(entry) == WORK and wanted in folded(entry.get("description") or ""):
            return entry
    raise NotFoundError(
        f"None of your last {RECENT} entries has '{text}' in its description.",
        "See them: clockify entries last-30d. Or start anew: clockify start …",
    )
