"""Split, join, extend, shorten and move entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import (
    TimeEntry,
    comparable,
    end_of,
    entry_from_body,
    is_running,
    seconds_of,
    start_of,
    with_interval,
    write_body,
)
from clockify_cli.journal.operation import CREATE, Draft
from clockify_cli.journal.outbox import Outbox
from clockify_cli.tracking.editing import delete_draft, label_of, tell_lost, update_draft
from clockify_cli.tracking.revision import checked_times, on_day
from clockify_cli.tracking.timer import plain

if TYPE_CHECKING:
    from clockify_cli.times import Clock

_DAY = timedelta(days=1)
_FIELDS = {"projectId": "project", "taskId": "task", "tagIds": "tags", "customFields": "fields"}


# -- split ------------------------------------------------------------------------------


def typed_cuts(entry: TimeEntry, texts: Sequence[str], clock: Clock) -> list[datetime]:
    """Return the instants at which an entry is to be cut, in order.

    A clock time without a day is on the day on which it lies within the entry.

    Raises:
        TimeError: One is not an instant.
        UsageError: One does not lie within the entry, or is given twice.
    """
    start, end = start_of(entry), end_of(entry) or clock.now
    cuts = sorted(_within(text, start, end, clock) for text in texts)
    for cut in cuts:
        if not start < cut < end:
            raise UsageError(
                f"{clock.show(cut)} is not within the entry: "
                f"{clock.show(start)} to {clock.show(end)}.",
                "Choose a time between its start and end.",
            )
    if len(set(cuts)) < len(cuts):
        raise UsageError("The same time was given twice.", "Give each --at once.")
    return cuts


def split(outbox: Outbox, entry: TimeEntry, cuts: Sequence[datetime]) -> list[TimeEntry]:
    """Cut an entry into pieces that hold all that it held; the first keeps its ID.

    The last piece of a running entry runs on. One request a piece.

    Args:
        outbox: The outbox.
        entry: The entry, just read.
        cuts: Instants within it, in order.
    """
    before = plain(entry)
    # The first is shortened before the next ones are made: no timer ends another by itself,
    # and where the entry was changed elsewhere, nothing else happens.
    drafts = [update_draft(outbox, before, with_interval(before, start_of(before), cuts[0]))]
    for start, end in zip(cuts, [*cuts[1:], end_of(before)], strict=True):
        drafts.append(like_draft(outbox, before, start, end))
    written = outbox.write("split", label_of([before]), drafts)
    tell_lost(outbox, written, drafts)
    return [written.entry(number) for number in range(len(drafts))]


def like_draft(outbox: Outbox, like: TimeEntry, start: datetime, end: datetime | None) -> Draft:
    """Return the write that creates an entry with all that another one holds, at other times."""
    user = str(like.get("userId") or outbox.account.user)
    body = write_body(with_interval(like, start, end))
    after = entry_from_body("", outbox.account.workspace, user, body)
    return Draft(CREATE, outbox.account.workspace, user, "", body, after=after)


def _within(text: str, start: datetime, end: datetime, clock: Clock) -> datetime:
    from clockify_cli.times import is_bare_clock

    day = clock.local(start).date()
    first = on_day(text, day, clock).at
    if is_bare_clock(text):
        later = first
        while later <= start and day < clock.local(end).date():
            day += _DAY
            later = on_day(text, day, clock, allow_future=True).at
        if start < later < end:
            return later
    return first


# -- join -------------------------------------------------------------------------------


def join(
    outbox: Outbox, entries: Sequence[TimeEntry], clock: Clock, sure: Callable[[str], None]
) -> TimeEntry:
    """Make one entry of several, from the earliest start to the latest end.

    It has the content of the first one that was named. Where one runs, the joined one runs on.
    One request for the joined one and one for each that goes.

    Args:
        outbox: The outbox.
        entries: At least two, just read, in the order in which they were named.
        clock: The present and the zone.
        sure: Asked about what is unlikely to be meant.

    Raises:
        UsageError: There are not two, they are of different users, or one runs that is not
            the last.
    """
    listed = [plain(entry) for entry in entries]
    if len(listed) < 2:
        raise UsageError("Joining needs two or more entries.", "For example: clockify join @1 @2.")
    if len({str(entry.get("userId")) for entry in listed}) > 1:
        raise UsageError(
            "These entries are of different users.", "Join one user's entries at a time."
        )
    by_start = sorted(listed, key=start_of)
    running = [entry for entry in by_start if is_running(entry)]
    if running and running != by_start[-1:]:
        raise UsageError(
            "The running timer can only be joined as the last one.",
            "Stop it first (clockify stop), or leave it out.",
        )
    # The running one stays: whether an entry without an end can be made to run again, nobody
    # has promised.
    kept = running[0] if running else listed[0]
    ends = [end for entry in listed if (end := end_of(entry)) is not None]
    after = with_interval(
        {**listed[0], "id": kept["id"]}, start_of(by_start[0]), None if running else max(ends)
    )
    checked_times(after, clock, sure)
    _tell_differences(outbox, listed, by_start)
    gone = [entry for entry in listed if entry is not kept]
    drafts = [update_draft(outbox, kept, after), *(delete_draft(outbox, entry) for entry in gone)]
    written = outbox.write("join", f"{len(listed)} entries", drafts)
    tell_lost(outbox, written, drafts)
    joined = written.entry(0)
    return {**joined, "queued": True} if written.queued else joined


def _tell_differences(
    outbox: Outbox, listed: Sequence[TimeEntry], by_start: Sequence[TimeEntry]
) -> None:
    contents = [comparable(entry) for entry in listed]
    different = [
        _FIELDS.get(name, name)
        for name in contents[0]
        if name not in ("start", "end") and any(c[name] != contents[0][name] for c in contents)
    ]
    if different:
        outbox.notice(f"They differ in {', '.join(different)}; the first one's is kept.")
    gap, reached = timedelta(), end_of(by_start[0])
    for entry in by_start[1:]:
        if reached is not None and start_of(entry) > reached:
            gap += start_of(entry) - reached
        reached = max(reached or start_of(entry), end_of(entry) or outbox.now)
    if gap:
        outbox.notice(f"The gap between them is filled, adding {gap}.")


# -- longer, shorter, elsewhere ---------------------------------------------------------


def resized(
    entry: TimeEntry,
    by: timedelta,
    clock: Clock,
    sure: Callable[[str], None],
    *,
    at_start: bool = False,
    allow_future: bool = False,
) -> TimeEntry:
    """Return an entry that is longer by a length, or shorter by a negative one.

    Args:
        entry: The entry.
        by: The length.
        clock: The present and the zone.
        sure: Asked about what is unlikely to be meant.
        at_start: Its start moves instead of its end.
        allow_future: A time in the future is not an error.

    Raises:
        UsageError: Nothing would be left of it, its end is still to come, or it runs.
    """
    start, end = start_of(entry), end_of(entry)
    if end is None and not at_start:
        raise UsageError(
            "It is still running and has no end to move.",
            "--start moves its start; 'clockify stop --at WHEN' ends it.",
        )
    if at_start:
        start -= by
    else:
        assert end is not None
        end += by
    if start >= (end or clock.now):
        raise UsageError(
            f"That is longer than the entry itself: {_length(entry, clock)}.",
            f"Delete it instead: clockify entries delete {entry['id']}",
        )
    changed = with_interval(entry, start, end)
    _refuse_future(changed, clock, allow_future=allow_future)
    return checked_times(changed, clock, sure)


def _length(entry: TimeEntry, clock: Clock) -> str:
    seconds = seconds_of(entry, clock.now)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def moved(
    entry: TimeEntry,
    to: str,
    clock: Clock,
    sure: Callable[[str], None],
    *,
    allow_future: bool = False,
) -> TimeEntry:
    """Return an entry of the same length at another time.

    Args:
        entry: The entry.
        to: Its new start: an instant of the time grammar, where a clock time without a day is
            on the entry's own day; or ``+1h``, ``-30m``, ``-1d``, counted from its own start.
            Days move the wall clock, hours are elapsed time.
        clock: The present and the zone.
        sure: Asked about what is unlikely to be meant.
        allow_future: A time in the future is not an error.

    Raises:
        TimeError: It is no time of the grammar.
        UsageError: It would lie in the future.
    """
    start, end = start_of(entry), end_of(entry)
    shifted = _shifted(start, to, clock)
    if shifted is None:
        day = clock.local(start).date()
        shifted = on_day(to, day, clock, allow_future=allow_future).at
    changed = with_interval(entry, shifted, None if end is None else shifted + (end - start))
    _refuse_future(changed, clock, allow_future=allow_future)
    return checked_times(changed, clock, sure)


def _shifted(start: datetime, to: str, clock: Clock) -> datetime | None:
    from clockify_cli.times.durations import find_length
    from clockify_cli.times.text import tidy

    typed = tidy(to)
    if typed[:1] not in ("+", "-"):
        return None
    length = find_length(typed[1:].strip())
    if length is None:
        return None
    sign = 1 if typed[0] == "+" else -1
    if length.days:
        start, _ = clock.at(clock.wall(start) + sign * timedelta(days=length.days))
    return start + sign * timedelta(seconds=length.seconds)


def _refuse_future(entry: TimeEntry, clock: Clock, *, allow_future: bool) -> None:
    latest = end_of(entry) or start_of(entry)
    if not allow_future and clock.is_ahead(latest):
        what = "It would end" if end_of(entry) else "It would start"
        raise UsageError(
            f"{what} in the future: {clock.show(latest)}.",
            "A time in the future needs --allow-future.",
        )
