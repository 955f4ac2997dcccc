"""Instants that people type: ``9:00``, ``yesterday 14:00``, ``-1h30m``, ``last-stop``.

Reading has two steps. ``find_instant`` looks at the form alone; the ``Typed`` it returns is
given the clock only when that form is the one that counts. So an anchor, which may cost a
request, is asked for once at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock, Role, dated
from clockify_cli.times.days import DAY, Day, real_date
from clockify_cli.times.durations import Length, find_length
from clockify_cli.times.text import INSTANTS, quoted

# Four digits before "-11-24" are the year of a date.
CLOCK = (
    r"\d{1,2}:\d\d(?::\d\d)?|\d{4}(?!-\d\d-\d\d)|\d{1,2}(?::\d\d)?[ap]m|noon|midnight"  # 9:00, 9am
)
DAY_CLOCK = rf"(?:({DAY}) (?:at )?)?({CLOCK})"
_STAMP = (
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?P<between>[t ])"
    r"(?P<clock>\d\d:\d\d(?::\d\d)?)(?:(?<=\d\d:\d\d:\d\d)\.\d+)?"
    r"(?P<offset>z|(?P<sign>[+-])(?P<hours>\d\d)(?::(?P<minutes>\d\d))?)?"
)
NEEDS_FLAG = "A time in the future needs --allow-future."
_WEEK = timedelta(days=7)

Found = tuple[datetime, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant that was typed.

    Attributes:
        at: The instant, in UTC, whole seconds.
        rule: The rule of the grammar that applied.
        notices: What the user should know about how it was read.
        plainly_today: It is today's, and there is nothing to tell about it; else it is echoed.
    """

    at: datetime
    rule: str
    notices: tuple[str, ...]
    plainly_today: bool


class FutureError(TimeError):
    """A time in the future, which only ``--allow-future`` takes."""

    def __init__(self, typed: str, at: datetime, clock: Clock) -> None:
        super().__init__(
            f"{quoted(typed)} is in the future: {clock.show(at)}.",
            f"It is {dated(clock.wall(clock.now))} now. {NEEDS_FLAG}",
        )


class Typed:
    """The form of an instant, not yet told the clock.

    Attributes:
        typed: The tidied text.
        rule: The rule of the grammar that has this form.
        offset: It names its own offset from UTC.
        dashed: A negative offset after a date and a blank: ``2026-11-24 09:00-10:30``, which
            within a span is one.
    """

    __slots__ = ("dashed", "offset", "rule", "typed")

    def __init__(
        self, typed: str, rule: str, *, offset: bool = False, dashed: bool = False
    ) -> None:
        self.typed = typed
        self.rule = rule
        self.offset = offset
        self.dashed = dashed

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        """Return the instant that is meant, and what to say about it.

        Raises:
            TimeError: It has the form, but there is no such instant.
        """
        raise NotImplementedError


class _Now(Typed):
    __slots__ = ()

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        return clock.now, ()


class _Anchor(Typed):
    __slots__ = ()

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        found = clock.last_stop() if self.typed == "last-stop" else clock.last_start()
        if found is None:
            kind = "finished entry" if self.typed == "last-stop" else "entry"
            raise TimeError(f"There is no {kind} yet that {self.typed} could mean.", INSTANTS)
        return found.astimezone(UTC).replace(microsecond=0), ()


class _Relative(Typed):
    __slots__ = ("_ahead", "_length")

    def __init__(self, typed: str, length: Length, *, ahead: bool) -> None:
        super().__init__(typed, "relative")
        self._length = length
        self._ahead = ahead

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        sign = 1 if self._ahead else -1
        at: datetime = clock.now
        notices: tuple[str, ...] = ()
        if self._length.days:
            wall = clock.wall(at) + sign * timedelta(days=self._length.days)
            at, notices = clock.at(wall, role)
        return at + sign * timedelta(seconds=self._length.seconds), notices


class _Stamp(Typed):
    __slots__ = ("_parts",)

    def __init__(self, typed: str, parts: re.Match[str]) -> None:
        dashed = parts["between"] == " " and parts["sign"] == "-"
        super().__init__(typed, "timestamp", offset=bool(parts["offset"]), dashed=dashed)
        self._parts = parts

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        parts = self._parts
        day = real_date(int(parts["year"]), int(parts["month"]), int(parts["day"]), self.typed)
        wall = datetime.combine(day, read_clock(parts["clock"], self.typed))
        if not self.offset:
            return clock.at(wall, role)
        hours, minutes = int(parts["hours"] or 0), int(parts["minutes"] or 0)
        if hours > 23 or minutes > 59:
            raise TimeError(
                f"{quoted(self.typed)}: there is no such offset.",
                "An offset is Z, +02:00 or -05:30, or left out.",
            )
        ahead = timedelta(hours=hours, minutes=minutes) * (-1 if parts["sign"] == "-" else 1)
        return wall.replace(tzinfo=timezone(ahead)).astimezone(UTC), ()


class DayClock(Typed):
    """A clock time, on a day or without one.

    Attributes:
        day: The day, if one was typed.
        clock_time: The time of day as it was typed.
    """

    __slots__ = ("clock_time", "day")

    def __init__(self, typed: str, day: str | None, clock_time: str) -> None:
        self.day: Final = Day(day) if day else None
        super().__init__(typed, f"{self.day.rule} and clock" if self.day else "clock")
        self.clock_time = clock_time

    def on(self, day: date) -> datetime:
        """Return the clock time on a day, as a naive datetime.

        Raises:
            TimeError: The clock does not show it (``25:00``).
        """
        return datetime.combine(day, read_clock(self.clock_time, self.typed))

    def find(self, clock: Clock, role: Role, allow_future: bool) -> Found:
        """Return the instant on its day, without a day on today."""
        day, notices = self.day.on(clock) if self.day else (clock.today, ())
        wall = self.on(day)
        going_back = self.day is not None and self.day.weekday and not allow_future
        if going_back and clock.is_ahead(clock.reading(wall, role)):
            notices += (f"{dated(wall)} is in the future: using {dated(wall - _WEEK)}.",)
            wall -= _WEEK
        at, said = clock.at(wall, role)
        return at, notices + said


def refuse_future(at: datetime, form: Typed, clock: Clock) -> None:
    """Refuse an instant that is in the future by more than clocks may differ.

    Raises:
        FutureError: It is.
    """
    if clock.is_ahead(at):
        raise FutureError(form.typed, at, clock)


def find_instant(typed: str) -> Typed | None:
    """Return the form of tidied text, or ``None`` if it has not the form of an instant.

    Raises:
        TimeError: A length in it has the form of one but is none (``-1h1h``).
    """
    if typed == "now":
        return _Now(typed, "now")
    if typed in ("last-stop", "last-start"):
        return _Anchor(typed, typed)
    if found := re.fullmatch(DAY_CLOCK, typed, re.ASCII):
        return DayClock(typed, found[1], found[2])
    if found := re.fullmatch(_STAMP, typed, re.ASCII):
        return _Stamp(typed, found)
    return _find_relative(typed)


def without_day(typed: Typed) -> DayClock | None:
    """Return ``typed`` if it is a clock time alone."""
    return typed if isinstance(typed, DayClock) and typed.day is None else None


def hour_clock(typed: str, day: str | None, hour: str) -> DayClock:
    """Return the clock time that a bare hour beside a dash means: ``9`` is 9:00."""
    return DayClock(typed, day, f"{int(hour)}:00" if len(hour) < 3 and hour.isdigit() else hour)


def _find_relative(typed: str) -> Typed | None:
    if typed[:1] in ("-", "+"):
        said, ahead = typed[1:], typed[0] == "+"
    elif typed.endswith(" ago"):
        said, ahead = typed[:-4], False
    elif typed.startswith("in "):
        said, ahead = typed[3:], True
    else:
        return None
    length = find_length(said)
    return None if length is None else _Relative(typed, length, ahead=ahead)


def read_clock(clock_time: str, typed: str) -> time:
    """Return the time of day that text of the form ``CLOCK`` says.

    Args:
        clock_time: For example ``9:00``, ``0900``, ``9:30pm`` or ``noon``.
        typed: What it is a part of, for the error.

    Raises:
        TimeError: The clock does not show it.
    """
    if clock_time in ("noon", "midnight"):
        return time(12 if clock_time == "noon" else 0)
    half = clock_time[-2:] if clock_time.endswith("m") else ""
    digits = clock_time.removesuffix(half) if half else clock_time
    if ":" in digits or half:
        hours, minutes, seconds = (*map(int, digits.split(":")), 0, 0)[:3]
    else:
        hours, minutes, seconds = int(digits[:2]), int(digits[2:]), 0
    if (hours, minutes, seconds) == (24, 0, 0) and not half:
        raise TimeError(
            f"{quoted(typed)}: hours go up to 23.", "Midnight is 0:00 of the day that begins."
        )
    if minutes > 59 or seconds > 59 or hours > 23 or (half and not 1 <= hours <= 12):
        last = "12 before am and pm" if half else "23"
        raise TimeError(
            f"{quoted(typed)}: hours go up to {last}, minutes and seconds to 59.", INSTANTS
        )
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return time(hours, minutes, seconds)
