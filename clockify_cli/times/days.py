"""Days that people name: ``yesterday``, ``last monday``, ``-3d``, ``11-20``, ``2026-11-20``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.core.weekdays import WEEKDAYS, weekday_number
from clockify_cli.times.clock import Clock
from clockify_cli.times.text import quoted

_NEAR = {"today": 0, "yesterday": -1, "tomorrow": 1}

WEEKDAY = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in WEEKDAYS)
DATE = rf"(?:(?:{WEEKDAY}) )?\d{{4}}-\d\d-\d\d"  # with the weekday, as we print it
# A date without its year is two hours where a span begins.
FIRST_DAY = rf"today|yesterday|tomorrow|{DATE}|(?:(?:last|this|next) )?(?:{WEEKDAY})|-\d+d"
DAY = rf"{FIRST_DAY}|\d\d-\d\d"


class Day:
    """A day as it was typed.

    Attributes:
        typed: The tidied text.
        weekday: It is a bare weekday: the most recent one, unless its clock is in the future.
    """

    __slots__ = ("typed", "weekday")

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.weekday = re.fullmatch(WEEKDAY, typed) is not None

    @property
    def rule(self) -> str:
        """The kind of day, for the rule that applied."""
        if self.typed in _NEAR or self.typed.startswith("-"):
            return "day"
        return "date" if self.typed[-1].isdigit() else "weekday"

    def on(self, clock: Clock) -> tuple[date, tuple[str, ...]]:
        """Return the date that is meant, and what to say about it.

        A weekday is the most recent one, today included; with ``last`` today is not, with
        ``next`` it is the first after today, with ``this`` the one of the current week, which
        begins on the account's first day. A month and day are the most recent such date.

        Raises:
            TimeError: There is no such date.
        """
        today, typed = clock.today, self.typed
        if typed in _NEAR:
            return today + timedelta(days=_NEAR[typed]), ()
        if typed.startswith("-"):
            return today - timedelta(days=int(typed[1:-1])), ()
        if len(typed) == 5 and typed[0].isdigit():
            return self._in_year(today)
        which, _, name = typed.rpartition(" ")
        if typed[-1].isdigit():
            return self._on_weekday(which, name), ()
        number = weekday_number(name)
        assert number is not None
        if which == "next":
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1), ()
        if which == "this":
            first = week_of(today, clock.week_start)
            return first + timedelta(days=(number - clock.week_start) % 7), ()
        back = (today.weekday() - number) % 7
        return today - timedelta(days=back or (7 if which == "last" else 0)), ()

    def _on_weekday(self, weekday: str, typed: str) -> date:
        """Return the date that is typed, which falls on ``weekday`` where one is named."""
        found = real_date(int(typed[:4]), int(typed[5:7]), int(typed[8:]), typed)
        if weekday and found.weekday() != weekday_number(weekday):
            raise TimeError(
                f"{typed} is not a {WEEKDAYS[weekday_number(weekday) or 0].title()}.",
                f"It is a {WEEKDAYS[found.weekday()].title()}; leave the weekday out.",
            )
        return found

    def _in_year(self, today: date) -> tuple[date, tuple[str, ...]]:
        month, day = int(self.typed[:2]), int(self.typed[3:])
        if (month, day) == (2, 29):
            # Four years may lie between two of them: the year has to be said.
            return real_date(today.year, month, day, self.typed), ()
        found = real_date(today.year, month, day, self.typed)
        if found <= today:
            return found, ()
        found = real_date(today.year - 1, month, day, self.typed)
        return found, (f"{self.typed} is in the future this year: using {found:%a %Y-%m-%d}.",)


def find_day(typed: str) -> Day | None:
    """Return the day that tidied text names, or ``None`` if it has not the form of one."""
    return Day(typed) if re.fullmatch(DAY, typed, re.ASCII) else None


def week_of(day: date, week_start: int) -> date:
    """Return the first day of the week that ``day`` is in."""
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def real_date(year: int, month: int, day: int, typed: str) -> date:
    """Return a date, or refuse one that the calendar does not have.

    Raises:
        TimeError: There is no such date.
    """
    try:
        return date(year, month, day)
    except ValueError:
        if (month, day) == (2, 29) and len(typed) == 5:
            hint = "Add the year, for example 2024-02-29."
        else:
            hint = "Dates are year-month-day or month-day: 2026-11-20, 11-20, or 'yesterday'."
        raise TimeError(f"There is no day {quoted(typed)}.", hint) from None
