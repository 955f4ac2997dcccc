"""Periods that people type: ``week``, ``last-month``, ``2026-W48``, ``monday..friday``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock
from clockify_cli.times.days import DAY, Day, find_day, week_of
from clockify_cli.times.text import PERIODS, outside_calendar, quoted, tidy

_PERIOD = (
    r"(?:(?P<which>this|last)-)?(?P<unit>week|month|quarter|year)|last-(?P<days>\d+)d"
    r"|(?P<year>\d{4})(?:-(?P<month>\d\d)|-w(?P<week>\d\d)|-q(?P<quarter>\d))?"
    rf"|(?P<first>{DAY})(?: ?\.\. ?(?P<last>{DAY}))?"
)
_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}

Dates = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days that were typed, as dates and as instants.

    Attributes:
        start: The first instant of the first day, in UTC.
        end: The first instant after the last day, in UTC: the period is half open.
        first: The first day.
        last: The last day, included.
        name: What it is called.
        notices: What the user should know about how it was read.
    """

    start: datetime
    end: datetime
    first: date
    last: date
    name: str
    notices: tuple[str, ...] = ()


def parse_period(text: str, clock: Clock) -> Period:
    """Return the days that ``text`` means.

    A week begins on the account's first day, but for ``2026-W48``, which is ISO 8601's.
    ``last-7d`` is seven days of which today is the last.

    Raises:
        TimeError: It is no period of the grammar, or the calendar does not have it.
    """
    typed = tidy(text)
    form = find_period(typed)
    if form is None:
        from clockify_cli.times.suggestions import not_a_period  # needed for a refusal only

        raise not_a_period(text, typed)
    notices: tuple[str, ...] = ()
    try:
        if form["first"]:
            first, last, notices = _days(form, clock)
        else:
            first, last = _dates(form, clock)
        start, end = clock.day_start(first), clock.day_start(last + _DAY)
    except OverflowError:
        raise outside_calendar(text) from None
    return Period(start, end, first, last, _name(form), notices)


def parse_day(text: str, clock: Clock) -> date:
    """Return the date that ``text`` means.

    Raises:
        TimeError: It is no day of the grammar, or the calendar does not have it.
    """
    typed = tidy(text)
    day = find_day(typed)
    if day is None:
        from clockify_cli.times.suggestions import not_a_day  # needed for a refusal only

        raise not_a_day(text, typed)
    try:
        return day.on(clock)[0]
    except OverflowError:
        raise outside_calendar(text) from None


def find_period(typed: str) -> re.Match[str] | None:
    """Return the parts of tidied text, or ``None`` where it has not the form of a period."""
    return re.fullmatch(_PERIOD, typed, re.ASCII)


def _days(form: re.Match[str], clock: Clock) -> tuple[date, date, tuple[str, ...]]:
    first, notices = Day(form["first"]).on(clock)
    if not form["last"]:
        return first, first, notices
    end = Day(form["last"])
    last, said = end.on(clock)
    if last < first:
        shown = f"{first:%a} {first} to {last:%a} {last}"
        meant = f"{last}..{first}"
        if end.weekday and Day(f"this {end.typed}").on(clock)[0] >= first:
            meant = f"{form['first']}..this {end.typed}"
        elif said:
            meant = f"{first}..{clock.today.year}-{end.typed}"
        raise TimeError(
            f"{quoted(form.string)} ends before it starts: {shown}.", f"Did you mean '{meant}'?"
        )
    return first, last, notices + said


def _dates(form: re.Match[str], clock: Clock) -> Dates:
    today = clock.today
    if form["days"]:
        days = int(form["days"])
        if not days:
            raise TimeError(f"{quoted(form.string)} has no day in it.", PERIODS)
        return today - (days - 1) * _DAY, today
    if form["unit"] == "week":
        first = week_of(today, clock.week_start) - 7 * _DAY * (form["which"] == "last")
        return first, first + 6 * _DAY
    if form["unit"]:
        months = _MONTHS[form["unit"]]
        number = (today.year * 12 + today.month - 1) // months - (form["which"] == "last")
        return _months(number * months, months)
    year = int(form["year"])
    if form["week"]:
        return _iso_week(year, int(form["week"]), form.string)
    if form["quarter"]:
        quarter = _checked(int(form["quarter"]), 4, form.string, "quarters")
        return _months(year * 12 + (quarter - 1) * 3, 3)
    if form["month"]:
        month = _checked(int(form["month"]), 12, form.string, "months")
        return _months(year * 12 + month - 1, 1)
    return _months(year * 12, 12)


def _months(number: int, count: int) -> Dates:
    """Return the first and last day of ``count`` months, numbered from January of the year 0.

    Raises:
        OverflowError: No calendar has them.
    """
    end = number + count
    if number < 12 or end > 9999 * 12 + 11:
        raise OverflowError
    return date(number // 12, number % 12 + 1, 1), date(end // 12, end % 12 + 1, 1) - _DAY


def _iso_week(year: int, week: int, typed: str) -> Dates:
    if not 1 <= year <= 9998:
        raise OverflowError
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError:
        count = date(year, 12, 28).isocalendar().week  # that day is always in the last one
        raise TimeError(
            f"There is no week {quoted(typed.upper())}.",
            f"The weeks of {year} are {year:04}-W01 to {year:04}-W{count}.",
        ) from None
    return first, first + 6 * _DAY


def _checked(number: int, most: int, typed: str, kind: str) -> int:
    if not 1 <= number <= most:
        raise TimeError(f"{quoted(typed.upper())}: {kind} go from 1 to {most}.", PERIODS)
    return number


def _name(form: re.Match[str]) -> str:
    if form["year"]:
        return form.string.upper()
    if form["last"]:
        return f"{form['first']}..{form['last']}"
    return form.string
