"""Spans that people type: ``9:00-10:30``, ``yesterday 14:00 +45m``, ``1h until 15:00``, ``1h30m``.

As with instants, the form is found first and the clock is asked once, for the form that counts.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock, dated
from clockify_cli.times.days import DAY, FIRST_DAY, Day
from clockify_cli.times.durations import find_length
from clockify_cli.times.forms import Alone, Between, Ended, Form, Lasting, TwoWays, Until
from clockify_cli.times.instants import (
    CLOCK,
    Typed,
    find_instant,
    hour_clock,
)

_TIGHT = "Write durations without spaces: '-1h30m -15m', '1h30m ago 15m ago'."
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)  # the same date a year ago is no more than a year ago

_DASH = r" ?- ?| ?\.\. ?| to "
_LATER = r"(?:\+(\d{1,2}))?"  # as in the ranges that we print: 23:30–0:45+1
_BETWEEN = (
    rf"(?:({FIRST_DAY}) (?:at )?)?({CLOCK}|\d\d?)({_DASH})"
    rf"(?:({DAY}) (?:at )?)?({CLOCK}|\d\d?|now){_LATER}"
)
# A span after the first one: plainly times, since a description may begin there.
_PLAIN_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}(?::\d\d)?[ap]m"
_FURTHER = (
    rf"(?:({FIRST_DAY}) (?:at )?)?({_PLAIN_CLOCK})({_DASH})"
    rf"(?:({FIRST_DAY}) (?:at )?)?({_PLAIN_CLOCK}){_LATER}"
)
_FURTHER_WORDS = 9  # last monday at 22:00 to last tuesday at 6:00
_HOURS_MINUTES = r"\d{1,2}:\d\d"
_MONTH = r"(19|20)\d\d-(0[1-9]|1[0-2])"
_MONTH_DAY = r"(\d\d-\d\d) (.+)"


class _MonthDay(TwoWays):
    """``10-12 9:00-10:00``: two hours, or a date without its year."""

    __slots__ = ("_day", "_rest")

    def __init__(self, typed: str, day: str, rest: str) -> None:
        super().__init__(typed)
        self._day = day
        self._rest = rest

    def readings(self, clock: Clock) -> tuple[str, ...]:
        """Return the date and the hours, each with the rest."""
        day = Day(self._day).on(clock)[0]
        first, last = map(int, self._day.split("-"))
        is_span = find_span(f"{day} {self._rest}") is not None
        further = re.fullmatch(_FURTHER, self._rest, re.ASCII) is not None
        return (
            f"{day} {self._rest}" + ("" if is_span else " for 1h"),
            f"{first}:00-{last}:00 " + ("" if further else "-- ") + self._rest,
        )


def find_span(typed: str) -> Form | None:
    """Return the form of tidied text, or ``None`` if it has not the form of a span.

    Raises:
        TimeError: A length in it has the form of one but is none (``1h1h``).
    """
    if found := re.fullmatch(_BETWEEN, typed, re.ASCII):
        return _between(typed, found)
    if (found := re.fullmatch(_MONTH_DAY, typed, re.ASCII)) and _is_date_or_hours(*found.groups()):
        return _MonthDay(typed, found[1], found[2])
    return _find_lasting(typed) or _find_until(typed) or _find_two(typed) or _find_ended(typed)


def find_spans(typed: str) -> list[Form]:
    """Return the forms of one span or several, as ``log`` takes them; empty if it is not that.

    Raises:
        TimeError: As for ``find_span``.
    """
    whole = find_span(typed)
    if whole is not None:
        return [whole]
    for place in [found.start() for found in re.finditer(" ", typed)][-_FURTHER_WORDS:]:
        found = re.fullmatch(_FURTHER, typed[place + 1 :], re.ASCII)
        before = find_spans(typed[:place]) if found else []
        last = _between(typed[place + 1 :], found) if found else None
        if before and last:
            return [*before, last]
    return []


def _between(typed: str, found: re.Match[str]) -> Form | None:
    """Return the form of two clock times with a dash between them."""
    first_day, first, dash, last_day, last, later = found.groups()
    begin = typed[: found.start(3)]
    if dash == " -" and last_day is None and re.fullmatch(_HOURS_MINUTES, last, re.ASCII):
        return TwoWays(typed, f"{begin} to {last}", f"{begin} {last} ago")
    if re.fullmatch(_MONTH, typed, re.ASCII):
        return TwoWays(typed, f"{first[:2]}:{first[2:]}-{int(last)}:00")
    if first.isdigit() and len(first) < 3 and last.endswith("pm") and _half(first, last):
        day = f"{first_day} " if first_day else ""
        return TwoWays(typed, f"{day}{first}pm{dash}{last}", f"{day}{int(first)}:00{dash}{last}")
    end: Typed | None
    if last == "now":
        end = find_instant("now") if last_day is None and later is None else None
    else:
        end = hour_clock(typed[found.end(3) :].partition("+")[0], last_day, last)
    if end is None or (later is not None and last_day is not None):
        return None
    return Between(
        typed, hour_clock(begin, first_day, first), end, None if later is None else int(later)
    )


def _half(first: str, last: str) -> bool:
    """Say whether the ``pm`` of ``8-9pm`` may be meant for both ends, and would matter."""
    hour = int(re.match(r"\d+", last)[0])  # type: ignore[index]
    return 0 < int(first) < 12 and (hour == 12 or int(first) <= hour) and hour != 12


def _is_date_or_hours(day: str, rest: str) -> bool:
    """Say whether ``10-12`` before a time may be two hours and a date as well."""
    month, number = map(int, day.split("-"))
    if month > 23 or number > 23 or not (1 <= month <= 12 and number):
        return False
    try:
        one, span = find_instant(f"2024-{day} {rest}"), find_span(rest)
        dated_span = find_span(f"2024-{day} {rest}")
    except TimeError:
        return False
    plain_clock = re.fullmatch(_PLAIN_CLOCK, rest, re.ASCII) is not None
    return bool(dated_span or isinstance(span, Between) or (one and plain_clock))


def implausibilities(start: datetime, end: datetime | None, clock: Clock) -> tuple[str, ...]:
    """Return what is so unusual about a span or a start that the user is asked about it first.

    A slip of the keyboard must not become a thousand years.

    Args:
        start: The start.
        end: The end, or ``None`` if there is none.
        clock: The present and the zone.
    """
    found = []
    if end is not None and end - start > _DAY:
        minutes = (end - start) // timedelta(minutes=1)
        found.append(
            f"This is {minutes // 60} h {minutes % 60:02} min long:"
            f" {dated(clock.wall(start))} to {clock.show(end)}."
        )
    if start < clock.now - _YEAR:
        found.append(f"This is more than a year ago: {clock.show(start)}.")
    elif (end or start) > clock.now + _YEAR:
        found.append(f"This is more than a year ahead: {clock.show(end or start)}.")
    return tuple(found)


def _find_lasting(typed: str) -> Form | None:
    for sign in (" for ", "+"):
        begin, found, said = typed.rpartition(sign)
        if not found:
            continue
        first = _instant_before(begin.removesuffix(" "))
        length = find_length(said.removeprefix(" ")) if first else None
        # Without a blank "+1:30" is the offset of a timestamp.
        if first and length and not (length.clock_like and sign == "+" and begin[-1] != " "):
            return Lasting(typed, first, length)
    return None


def _find_until(typed: str) -> Form | None:
    said, found, end = typed.partition(" until ")
    last = _instant_before(end) if found else None
    length = find_length(said) if last else None
    return Until(typed, length, last) if last and length else None


def _find_two(typed: str) -> Form | None:
    """Return the form of two instants with a blank between them."""
    if find_instant(typed):
        return None  # "-1d 9:00" is one instant, not yesterday to nine
    found: list[Form] = []
    for place in re.finditer(" ", typed):
        first = _instant_before(typed[: place.start()])
        last = _instant_before(typed[place.end() :]) if first else None
        if first and last:
            found.append(Between(typed, first, last))
    if len(found) > 1:
        return TwoWays(typed, hint=_TIGHT)
    return found[0] if found else None


def _find_ended(typed: str) -> Form | None:
    length = find_length(typed)
    return (Alone if length.clock_like else Ended)(typed, length) if length else None


def _instant_before(typed: str) -> Typed | None:
    """Return the form of an instant within a span; ``None`` also where a length in it is wrong."""
    try:
        found = find_instant(typed)
    except TimeError:
        return None
    return None if found and found.dashed else found
