"""Entries as pieces of time: cut to a period and at its midnights, work separate from the rest.

Every sum of time in the program is made of these pieces, so that all commands agree on it.
Fast enough for a hundred thousand entries: the timestamps of the API are read by their
places, and a day is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from clockify_cli.core.model import duration_text, instant

if TYPE_CHECKING:
    from clockify_cli.times import Clock

WORK, BREAK, TIME_OFF = "work", "break", "time off"
_KINDS = {"BREAK": BREAK, "TIME_OFF": TIME_OFF, "HOLIDAY": TIME_OFF}
_DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_WIRE_LENGTH = len("2026-11-25T10:15:00Z")
_days: dict[str, int] = {}


def epoch(text: str) -> int:
    """Return the seconds since 1970 of a timestamp of the API.

    Raises:
        ValueError: It is none.
    """
    if len(text) != _WIRE_LENGTH or text[-1] != "Z" or text[10] != "T":
        return epoch_of(instant(text))
    day = _days.get(text[:10])
    if day is None:
        day = (date.fromisoformat(text[:10]).toordinal() - _EPOCH_DAY) * _DAY_SECONDS
        _days[text[:10]] = day
    return day + int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])


def epoch_of(moment: datetime) -> int:
    """Return the whole seconds since 1970 of an aware datetime."""
    return int(moment.timestamp() // 1)


def moment(seconds: int) -> datetime:
    """Return the aware UTC datetime of so many seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def length_text(seconds: int) -> str:
    """Write a length for a sentence: ``2h 5m``; seconds are named if there are any."""
    hours, rest = divmod(seconds, 3600)
    parts = [f"{hours}h" * bool(hours), f"{rest // 60}m" * bool(rest // 60)]
    parts.append(f"{rest % 60}s" * bool(rest % 60))
    return " ".join(part for part in parts if part) or "0s"


def bounds(entry: Mapping[str, Any], now: int) -> tuple[int, int]:
    """Return when an entry starts and ends; a running one ends ``now``."""
    interval = entry["timeInterval"]
    start = epoch(interval["start"])
    end = interval.get("end")
    return start, max(start, epoch(end) if end else now)


def kind_of(entry: Mapping[str, Any]) -> str:
    """Return ``WORK``, ``BREAK`` or ``TIME_OFF`` (holidays included)."""
    return _KINDS.get(entry.get("type") or "", WORK)


class Piece(NamedTuple):
    """A part of an entry that lies within one day.

    Attributes:
        entry: The entry.
        kind: ``WORK``, ``BREAK`` or ``TIME_OFF``.
        day: The number of the day.
        start: First second, and ``end`` the first one after it.
    """

    entry: Mapping[str, Any]
    kind: str
    day: int
    start: int
    end: int

    @property
    def seconds(self) -> int:
        """The length."""
        return self.end - self.start


class Sums(NamedTuple):
    """Seconds by what the time was."""

    work: int = 0
    breaks: int = 0
    time_off: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the sums as documented; breaks and time off stand beside the work."""
        return {
            "duration": duration_text(self.work),
            "seconds": self.work,
            "breakSeconds": self.breaks,
            "timeOffSeconds": self.time_off,
        }


def pieces_of(entries: Iterable[Mapping[str, Any]], days: Days, now: int) -> Iterator[Piece]:
    """Yield what of the entries lies within the days, cut at midnight.

    A running entry reaches up to ``now``. One without any length is a piece without length.
    """
    for entry in entries:
        start, end = bounds(entry, now)
        kind = kind_of(entry)
        if start == end and days.start <= start < days.end:
            yield Piece(entry, kind, days.number(start), start, end)
        for number, first, last in days.pieces(start, end):
            yield Piece(entry, kind, number, first, last)


def sums_of(pieces: Iterable[Piece]) -> Sums:
    """Return the sums of the pieces."""
    found = dict.fromkeys((WORK, BREAK, TIME_OFF), 0)
    for piece in pieces:
        found[piece.kind] += piece.end - piece.start
    return Sums(*found.values())


def work_today(entries: Iterable[Mapping[str, Any]], clock: Clock) -> int:
    """Return the seconds of work of the present day, a running entry's up to now."""
    days = Days(clock, clock.today, clock.today)
    return sums_of(pieces_of(entries, days, epoch_of(clock.now))).work


class Days:
    """The local days of a period; each is worked out when it is first needed.

    Args:
        clock: Knows the zone.
        first: The first day.
        last: The last day.

    Attributes:
        first: The first day.
        last: The last day.
        start: The first second of the first day.
        end: The first second after the last day.
    """

    def __init__(self, clock: Clock, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._clock = clock
        self._edges: dict[int, int] = {}
        self.start, self.end = self.edge(0), self.edge(len(self))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def dates(self) -> list[date]:
        """The days in order."""
        return [self.date(number) for number in range(len(self))]

    def date(self, number: int) -> date:
        """Return the day with a number, the first being 0."""
        return self.first + timedelta(days=number)

    def edge(self, number: int) -> int:
        """Return the first second of a day."""
        found = self._edges.get(number)
        if found is None:
            found = self._edges[number] = epoch_of(self._clock.day_start(self.date(number)))
        return found

    def number(self, second: int) -> int:
        """Return which of the days a second of the period belongs to."""
        # A guess, which days of 23 or 25 hours put out; one that a zone leaves out is empty.
        guess = min(max(0, (second - self.start) // _DAY_SECONDS), len(self) - 1)
        while second < self.edge(guess):
            guess -= 1
        while second >= self.edge(guess + 1):
            guess += 1
        return guess

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield what lies within the period of ``[start, end)``, day by day."""
        start, end = max(start, self.start), min(end, self.end)
        if start >= end:
            return
        number = self.number(start)
        while start < end:
            until = min(end, self.edge(number + 1))
            if until > start:
                yield number, start, until
            start = until
            number += 1
