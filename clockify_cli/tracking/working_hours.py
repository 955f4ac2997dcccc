"""The user's working hours, from the settings ``work_days`` and ``work_hours``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from clockify_cli.core.errors import UsageError
from clockify_cli.core.weekdays import weekday_number
from clockify_cli.times.pieces import epoch_of

if TYPE_CHECKING:
    from clockify_cli.times import Clock

Span = tuple[int, int]  # seconds since 1970: first, and first after it

_DAY = timedelta(days=1)
_HOURS = re.compile(r"(\d\d?):(\d\d) ?- ?(\d\d?):(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours of a working day.

    Attributes:
        weekdays: Monday 0 to Sunday 6.
        spans: Minutes after midnight, from and to; the end of a night shift is above 1440.
    """

    weekdays: frozenset[int]
    spans: tuple[tuple[int, int], ...]

    def is_on(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return day.weekday() in self.weekdays

    def on(self, day: date, clock: Clock) -> list[Span]:
        """Return the working hours that begin on a day; none on one that is not a working day."""
        if not self.is_on(day):
            return []
        found = []
        for begin, end in self.spans:
            start, stop = _at(day, begin, clock), _at(day, end, clock)
            if start < stop:
                found.append((start, stop))
        return found


def working_hours(days: Sequence[str], hours: str) -> WorkingHours:
    """Return the working hours that two settings mean.

    Args:
        days: For example ``mon``, ``tuesday`` or ``mon-fri``.
        hours: For example ``9:00-12:30,13:30-17:30``.

    Raises:
        UsageError: One of them cannot be read.
    """
    return WorkingHours(frozenset(_weekdays(days)), tuple(_spans(hours)))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return what the spans cover, in order and without overlaps."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def without(span: Span, covered: Sequence[Span]) -> list[Span]:
    """Return what of ``span`` is left without what is covered (merged spans)."""
    start, end = span
    found = []
    for first, last in covered:
        if last <= start:
            continue
        if first >= end:
            break
        if first > start:
            found.append((start, first))
        start = max(start, last)
    if start < end:
        found.append((start, end))
    return found


def _weekdays(words: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for word in words:
        first, mark, last = (part.strip().lower() for part in word.partition("-"))
        low = _weekday(first, word)
        high = _weekday(last, word) if mark else low
        found |= {(low + i) % 7 for i in range((high - low) % 7 + 1)}
    return found


def _weekday(name: str, word: str) -> int:
    number = weekday_number(name)
    if number is not None:
        return number
    raise UsageError(
        f"The setting work_days has {word!r}, which is not a weekday.",
        "For example: clockify config set work_days mon,tue,wed,thu,fri.",
    )


def _spans(text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part.strip())
        numbers = [int(n) for n in match.groups()] if match else []
        begin = numbers[0] * 60 + numbers[1] if match else -1
        end = numbers[2] * 60 + numbers[3] if match else -1
        if not match or max(numbers[1], numbers[3]) > 59 or begin >= 1440 or end > 1440:
            raise UsageError(
                f"The setting work_hours has {part.strip()!r}, which is not a time range.",
                "For example: clockify config set work_hours 9:00-12:30,13:30-17:30.",
            )
        found.append((begin, end if end > begin else end + 1440))
    return sorted(found)


def _at(day: date, minutes: int, clock: Clock) -> int:
    later, rest = divmod(minutes, 1440)
    wall = datetime.combine(day + later * _DAY, time(rest // 60, rest % 60))
    return epoch_of(clock.reading(wall))
