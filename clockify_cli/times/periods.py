"""Periods that people type: ``week``, ``last month``, ``2026-W48``, ``monday..friday``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock
from clockify_cli.times.days import DAY, Day, week_of
from clockify_cli.times.text import PERIODS, quoted

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAME = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _MONTH_NAMES)
_PERIOD = (
    r"(?:(?P<which>this|last)[- ])?(?P<unit>week|month|quarter|year)"
    r"|last[- ](?P<count>\d+)(?P<of>d|[- ]?(?:days?|weeks?|months?))"
    r"|(?P<year>\d{4})(?:-(?P<month>\d\d)|[- ]w(?P<week>\d\d)|[- ]q(?P<quarter>\d))?"
    rf"|w(?P<lone_week>\d\d)|(?P<name>{_NAME})(?: (?P<name_year>\d{{4}}))?|(?P<all>all)"
    rf"|since (?P<since>{DAY})|(?P<first>{DAY})(?:(?: ?\.\. ?| to )(?P<last>{DAY}))?"
)
ALL_FROM = date(1970, 1, 1)
_ALL_AHEAD = timedelta(days=366)  # what is planned further ahead than that is a slip
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


def dates_of(form: re.Match[str], clock: Clock) -> Period:
    """Return the days that a form means.

    Raises:
        TimeError: The calendar does not have them.
        OverflowError: They are outside it.
    """
    notices: tuple[str, ...] = ()
    if form["first"]:
        first, last, notices = _days(form, clock)
    elif form["since"]:
        first, last, notices = _since(form, clock)
    elif form["all"]:
        first, last = ALL_FROM, clock.today + _ALL_AHEAD
    elif form["lone_week"]:
        first, last, notices = _latest_week(form, clock)
    elif form["name"] and not form["name_year"]:
        first, last, notices = _latest_month(form, clock)
    else:
        first, last = _dates(form, clock)
    start, end = clock.day_start(first), clock.day_start(last + _DAY)
    return Period(start, end, first, last, _name(form), notices)


def find_period(typed: str) -> re.Match[str] | None:
    """Return the parts of tidied text, or ``None`` if it has not the form of a period."""
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


def _since(form: re.Match[str], clock: Clock) -> tuple[date, date, tuple[str, ...]]:
    first, notices = Day(form["since"]).on(clock)
    if first > clock.today:
        raise TimeError(f"{quoted(form.string)} has not begun: it is {clock.today} today.", PERIODS)
    return first, clock.today, notices


def _latest_week(form: re.Match[str], clock: Clock) -> tuple[date, date, tuple[str, ...]]:
    """Return the latest week of that number that has begun."""
    number, this = int(form["lone_week"]), clock.today.isocalendar().year
    for year in (this, this - 1):
        try:
            first = date.fromisocalendar(year, number, 1)
        except ValueError:
            continue
        if first <= clock.today:
            return first, first + 6 * _DAY, _taken_as(form, f"{year}-W{number:02}", year < this)
    if 1 <= number <= 53:
        raise TimeError(
            f"Neither {this} nor {this - 1} has had a week {number}.",
            f"Write its year too: {this - 1}-W{number - 1:02}.",
        )
    raise TimeError(f"There is no week {quoted(form.string.upper())}.", PERIODS)


def _latest_month(form: re.Match[str], clock: Clock) -> tuple[date, date, tuple[str, ...]]:
    """Return the latest month of that name that has begun."""
    today, month = clock.today, _month_number(form["name"])
    year = today.year - (month > today.month)
    first, last = _months(year * 12 + month - 1, 1)
    return first, last, _taken_as(form, f"{year}-{month:02}", year < today.year)


def _taken_as(form: re.Match[str], meant: str, past: bool) -> tuple[str, ...]:
    shown = form.string.upper() if form["lone_week"] else form.string.title()
    return (f"{shown} is in the future this year: using {meant}.",) if past else ()


def _month_number(name: str) -> int:
    return next(n for n, month in enumerate(_MONTH_NAMES, 1) if month.startswith(name))


def _dates(form: re.Match[str], clock: Clock) -> Dates:
    today = clock.today
    if form["count"]:
        return _last_days(int(form["count"]), form["of"].strip("- ")[0], form.string, today)
    if form["unit"] == "week":
        first = week_of(today, clock.week_start) - 7 * _DAY * (form["which"] == "last")
        return first, first + 6 * _DAY
    if form["unit"]:
        months = _MONTHS[form["unit"]]
        number = (today.year * 12 + today.month - 1) // months - (form["which"] == "last")
        return _months(number * months, months)
    if form["name"]:
        return _months(int(form["name_year"]) * 12 + _month_number(form["name"]) - 1, 1)
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


def _last_days(count: int, unit: str, typed: str, today: date) -> Dates:
    """Return so many days, weeks or months of which today is the last day."""
    if not count:
        raise TimeError(f"{quoted(typed)} contains no days.", PERIODS)
    if unit != "m":
        return today - (count * (7 if unit == "w" else 1) - 1) * _DAY, today
    first, last = _months(today.year * 12 + today.month - 1 - count, 1)
    # Since the day after the same one so many months ago, or after that month's last.
    return first + timedelta(days=min(today.day, (last - first).days + 1)), today


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
    if form["year"] or form["lone_week"]:
        return form.string.upper().replace(" ", "-")
    if form["name"]:
        return form.string.title()
    if form["last"]:
        return f"{form['first']}..{form['last']}"
    return form.string
