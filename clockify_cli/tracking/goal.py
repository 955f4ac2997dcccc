"""Progress towards the daily and weekly goals, and the time left per working day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import TimeEntry, duration_text, utc_text
from clockify_cli.times.pieces import Days, Piece, Sums, epoch_of, moment, pieces_of, sums_of
from clockify_cli.tracking.working_hours import WorkingHours

if TYPE_CHECKING:
    from clockify_cli.times import Clock


def this_week(clock: Clock) -> Days:
    """Return the days of the present week."""
    from clockify_cli.times.days import week_of

    first = week_of(clock.today, clock.week_start)
    return Days(clock, first, first + timedelta(days=6))


def goals(
    entries: Iterable[TimeEntry],
    week: Days,
    hours: WorkingHours,
    clock: Clock,
    *,
    day_goal: timedelta | None,
    week_goal: timedelta | None,
) -> dict[str, Any]:
    """Return ``{day, week}``, each if there is a goal for it.

    Each has ``start``, ``end``, ``goal``, ``done``, ``left`` (ISO 8601, with seconds beside
    them) and ``reached``; the week also ``workingDaysLeft`` (today's counts until its goal is
    reached, or without one) and what is left for each of them, ``perDay``.

    Args:
        entries: Those of the week; time off counts as done, breaks do not.
        week: The days of the present week.
        hours: Knows the working days.
        clock: The present.
        day_goal: The time to reach a day.
        week_goal: The time to reach in the week.
    """
    today = (clock.today - week.first).days
    by_day: dict[int, list[Piece]] = {}
    for piece in pieces_of(entries, week, epoch_of(clock.now)):
        by_day.setdefault(piece.day, []).append(piece)
    found: dict[str, Any] = {}
    day_reached = False
    if day_goal is not None:
        day_span = week.edge(today), week.edge(today + 1)
        found["day"] = _goal(*day_span, day_goal, sums_of(by_day.get(today, ())))
        day_reached = found["day"]["reached"]
    if week_goal is not None:
        told = _goal(
            week.start, week.end, week_goal, sums_of(p for d in by_day.values() for p in d)
        )
        left = sum(hours.is_on(day) for day in week.dates[today + 1 :])
        left += hours.is_on(clock.today) and not day_reached
        told["workingDaysLeft"] = left
        if left and not told["reached"]:
            told |= _length("perDay", -(-told["leftSeconds"] // left))
        found["week"] = told
    return found


def all_reached(found: dict[str, Any]) -> bool:
    """Say whether every goal is reached."""
    return all(goal["reached"] for goal in found.values())


def _goal(start: int, end: int, goal: timedelta, sums: Sums) -> dict[str, Any]:
    wanted = goal // timedelta(seconds=1)
    done = sums.work + sums.time_off
    return {
        "start": utc_text(moment(start)),
        "end": utc_text(moment(end)),
        **_length("goal", wanted),
        **_length("done", done),
        **_length("left", max(0, wanted - done)),
        "reached": done >= wanted,
        "breakSeconds": sums.breaks,
        "timeOffSeconds": sums.time_off,
    }


def _length(name: str, seconds: int) -> dict[str, Any]:
    return {name: duration_text(seconds), f"{name}Seconds": seconds}
