"""Working hours that no entry covers, up to the present."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import TimeEntry, duration_text, utc_text
from clockify_cli.times.pieces import Days, epoch_of, moment, pieces_of
from clockify_cli.tracking.working_hours import Span, WorkingHours, merged, without

if TYPE_CHECKING:
    from clockify_cli.times import Clock


def gaps_between(
    entries: Iterable[TimeEntry],
    days: Days,
    hours: WorkingHours,
    clock: Clock,
    *,
    least: timedelta = timedelta(seconds=1),
) -> list[dict[str, Any]]:
    """Return the gaps as documented: ``start``, ``end``, ``duration`` and ``seconds``, in order.

    Args:
        entries: Those that touch the days; breaks and time off cover time too.
        days: The days.
        hours: The working hours.
        clock: The present; the future is no gap.
        least: Shorter gaps are left out.
    """
    now = epoch_of(clock.now)
    covered = merged((p.start, p.end) for p in pieces_of(entries, days, now))
    end = min(days.end, now)
    spans: list[Span] = []
    # A night shift that begins before the period may reach into it.
    for number in range(-1, (min(days.last, clock.today) - days.first).days + 1):
        spans += hours.on(days.date(number), clock)
    found = []
    for start, stop in merged(spans):
        first, last = max(start, days.start), min(stop, end)
        if first < last:
            found += without((first, last), covered)
    least_seconds = least // timedelta(seconds=1)
    return [gap_json(moment(a), moment(b)) for a, b in found if b - a >= least_seconds]


def gap_json(start: datetime, end: datetime) -> dict[str, Any]:
    """Return a span of time as documented."""
    seconds = int((end - start).total_seconds())
    return {
        "start": utc_text(start),
        "end": utc_text(end),
        "duration": duration_text(seconds),
        "seconds": seconds,
    }
