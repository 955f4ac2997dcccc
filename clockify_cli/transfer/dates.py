"""Dates, clock times and durations as other programs' tables write them.

Nothing is guessed: ``03/04/2026`` is refused until another date of the file, or the user,
has told the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from clockify_cli.core.errors import UsageError
from clockify_cli.transfer.record import Broken

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: dict[str, str] = {
    "ymd": "year-month-day",
    "dmy": "day-month-year",
    "mdy": "month-day-year",
}

_DATE = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})\.?", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?[ \u00a0\u202f]*(?:([ap])\.?m\.?)?", re.ASCII | re.I
)
_CLOCK_LENGTH = re.compile(r"(\d+(?::\d\d){1,2})(?:\s*(h|min))?", re.ASCII)
_DECIMAL_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*(h|min))?", re.ASCII)
_ISO_LENGTH = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII
)
_UNITS_LENGTH = re.compile(
    r"(?:(\d+)\s*h(?:ours?)?)?\s*(?:(\d+)\s*m(?:in(?:utes?)?)?)?\s*(?:(\d+)\s*s(?:ec(?:onds?)?)?)?",
    re.ASCII,
)
_EXACT, _SECOND = timedelta(0), timedelta(seconds=1)
_MINUTE = timedelta(seconds=59)  # what a length without seconds leaves open
_HUNDREDTH = timedelta(seconds=36)  # of an hour: what the last of two digits leaves open


def decide_order(dates: Iterable[tuple[int, str]], name: str, wanted: str | None) -> Order:
    """Return in which order a file writes day and month.

    Args:
        dates: Every date of the file with its line.
        name: The file's name, for the error.
        wanted: What the user says; checked against the file.

    Raises:
        UsageError: The dates fit both orders, or contradict each other or the user.
    """
    proofs: dict[str, tuple[int, str]] = {}
    open_one: tuple[int, str] | None = None
    for line, text in dates:
        found = _DATE.fullmatch(text.strip())
        if found is None or len(found[1]) == 4:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            proofs.setdefault("dmy", (line, text))
        elif second > 12 >= first:
            proofs.setdefault("mdy", (line, text))
        elif found[2] == ".":
            proofs.setdefault("dmy", (line, text))  # nobody writes months first with dots
        elif first != second and open_one is None:
            open_one = line, text
    if len(proofs) == 2:
        (one, first_text), (two, second_text) = proofs["dmy"], proofs["mdy"]
        raise UsageError(
            f"{name} writes dates in two orders: {first_text!r} (line {one}) and"
            f" {second_text!r} (line {two}).",
            "Use one form, for example 2026-11-25.",
        )
    proven = next(iter(proofs), None)
    if wanted in ("dmy", "mdy"):
        if proven is not None and proven != wanted:
            line, text = proofs[proven]
            raise UsageError(
                f"{name}:{line}: {text!r} cannot be {ORDERS[wanted]}.",
                f"Leave out --date-order, or use {proven}.",
            )
        return "dmy" if wanted == "dmy" else "mdy"
    if proven is None and open_one is not None:
        line, text = open_one
        raise UsageError(
            f"{name}:{line}: {text!r} can be read in two ways, and no other date in the file "
            f"settles it.",
            "Add --date-order dmy (day first) or --date-order mdy (month first).",
        )
    return "mdy" if proven == "mdy" else "dmy"


def read_date(text: str, order: Order) -> date:
    """Return the date; raise Broken if there is no such one."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise Broken(f"{text!r} is not a date")
    first, second, third = found[1], found[3], found[4]
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) == 4:
        day, month, year = (first, second, third) if order == "dmy" else (second, first, third)
    else:
        raise Broken(f"{text!r} has no year of four digits")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Broken(f"{text!r} is not a day of the calendar ({ORDERS[order]})") from None


def read_time(text: str) -> tuple[time, bool]:
    """Return the clock time and whether it gives seconds; 12 and 24 hours."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Broken(f"{text!r} is not a time of day")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Broken(f"{text!r} is not a time of day")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute, second), found[3] is not None
    except ValueError:
        raise Broken(f"{text!r} is not a time of day") from None


def read_length(text: str) -> tuple[timedelta, timedelta]:
    """Return a length and by how much it may be off, as it is written.

    ``1:30:00``, ``1:30`` (hours), ``1.5`` and ``1.50 h`` (hours), ``18:25 min``, ``25 sec``,
    ``PT1H30M``, ``1h 30m``.
    """
    plain = text.strip().lower()
    if found := _CLOCK_LENGTH.fullmatch(plain):
        parts = [int(part) for part in found[1].split(":")]
        if all(part < 60 for part in parts[1:]):
            if found[2] == "min":  # Toggl: minutes and seconds
                if len(parts) == 2:
                    return timedelta(minutes=parts[0], seconds=parts[1]), _EXACT
            else:
                hours, minutes, *rest = parts
                seconds = rest[0] if rest else 0
                length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
                return length, _EXACT if rest else _MINUTE
    elif found := _DECIMAL_LENGTH.fullmatch(plain):
        unit = 3600 if found[2] in (None, "h") else 60
        return timedelta(seconds=round(float(found[1].replace(",", ".")) * unit)), _HUNDREDTH
    elif plain.startswith("p"):
        return iso_length(plain), _SECOND
    elif plain and (found := _UNITS_LENGTH.fullmatch(plain)):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        slack = _MINUTE if found[3] is None else _EXACT
        return timedelta(hours=hours, minutes=minutes, seconds=seconds), slack
    raise Broken(f"{text!r} is not a duration")


def iso_length(text: str) -> timedelta:
    """Return an ISO 8601 length of weeks, days, hours, minutes and seconds."""
    found = _ISO_LENGTH.fullmatch(text.strip().upper().removeprefix("+"))
    if found is None or not any(found.groups()):
        raise Broken(f"{text!r} is not a duration")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def instants_of(wall: datetime, zone: tzinfo) -> list[datetime]:
    """Return the instants at which the clock of ``zone`` shows ``wall``: none, one or two."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early == late:
        return [early]
    return [early, late] if early < late else []


def between(
    first: datetime, last: datetime, zone: tzinfo, length: timedelta | None, slack: timedelta
) -> tuple[datetime, datetime, str]:
    """Return the instants of a start and an end on the wall clock, and what is doubtful in it.

    Where the clock shows a time twice, the length decides; without one a start is the earlier
    and an end the later.

    Args:
        first: The start, naive.
        last: The end, naive.
        zone: Whose clock.
        length: How long it was, where the file says.
        slack: By how much the length may be off.

    Raises:
        Broken: The clocks skip a time, or the end is before the start.
    """
    starts, ends = instants_of(first, zone), instants_of(last, zone)
    for wall, found in ((first, starts), (last, ends)):
        if not found:
            raise Broken(f"{wall.isoformat(' ')} does not exist in {zone}: the clocks skip it")
    doubt = ""
    if len(starts) > 1 or len(ends) > 1:
        pairs = [(s, e) for s in starts for e in reversed(ends) if e >= s]
        fitting = [(s, e) for s, e in pairs if length is not None and abs(e - s - length) <= slack]
        if len(fitting) != 1:
            wall = first if len(starts) > 1 else last
            doubt = f"{wall.isoformat(' ')} happens twice in {zone}"
        chosen = fitting or pairs
        if not chosen:
            raise Broken("it ends before it begins")
        return *chosen[0], doubt
    if ends[0] < starts[0]:
        raise Broken("it ends before it begins")
    return starts[0], ends[0], doubt
