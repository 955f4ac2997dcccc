"""The present and the zone that a typed time refers to, and wall clocks in that zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from clockify_cli.core.errors import TimeError

Role = Literal["start", "end"]

SKEW = timedelta(minutes=1)  # how far ahead of ours the clock of another machine may be
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def _nothing() -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Clock:
    """What a typed time needs to know; the same clock and text give the same answer for ever.

    Attributes:
        now: The present, aware; kept in UTC and whole seconds.
        zone: The zone in which times are typed and shown.
        week_start: The first day of the week, Monday 0 to Sunday 6.
        last_stop: Gives the end of the newest finished entry; asked only when it is typed.
        last_start: Gives the start of the newest entry; asked only when it is typed.
    """

    now: datetime
    zone: tzinfo
    week_start: int = 0
    last_stop: Callable[[], datetime | None] = _nothing
    last_start: Callable[[], datetime | None] = _nothing

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.now.astimezone(UTC).replace(microsecond=0))

    def local(self, instant: datetime) -> datetime:
        """Return an aware datetime in the run's zone."""
        return instant.astimezone(self.zone)

    def wall(self, instant: datetime) -> datetime:
        """Return what the wall clock shows at ``instant``, as a naive datetime."""
        return self.local(instant).replace(tzinfo=None, fold=0)

    @property
    def today(self) -> date:
        """The date in the run's zone."""
        return self.local(self.now).date()

    def day_start(self, day: date) -> datetime:
        """Return the first instant of a local day, in UTC.

        Where midnight happens twice it is the earlier; where the clocks skip it, the instant
        at which they do. A day that a zone leaves out starts when the next one does.
        """
        wall = datetime.combine(day, time())
        early, late = self.readings(wall)
        return early if early <= late else self._change(late, early)

    def at(self, wall: datetime, role: Role = "start") -> tuple[datetime, tuple[str, ...]]:
        """Return the instant at which the wall clock shows ``wall``, and what to say about it.

        A time that happens twice is the earlier one as a start and the later one as an end.

        Args:
            wall: A naive datetime.
            role: Whether it starts or ends something.

        Raises:
            TimeError: The clocks skip that time.
        """
        early, late = self.readings(wall)
        if early == late:
            return early, ()
        if early > late:
            raise self._skipped(wall, self._change(late, early))
        chosen, word = (early, "earlier") if role == "start" else (late, "later")
        offset = self.local(chosen).isoformat()[19:]
        return chosen, (
            f"{dated(wall)} happens twice in {self.zone}: using the {word} one ({offset}); add an "
            f"offset for the other.",
        )

    def reading(self, wall: datetime, role: Role = "start") -> datetime:
        """Return the instant that ``at`` would, and one close by for a time that is skipped.

        It never refuses, so it can tell whether a time is to come before that time is asked for.
        """
        early, late = self.readings(wall)
        return early if role == "start" else max(early, late)

    def show(self, instant: datetime) -> str:
        """Write an instant with its weekday, date, local time and zone."""
        return f"{dated(self.wall(instant))} ({self.zone})"

    def is_today(self, instant: datetime) -> bool:
        """Say whether an instant lies on today's local date."""
        return self.local(instant).date() == self.today

    def is_ahead(self, instant: datetime) -> bool:
        """Say whether an instant is in the future by more than clocks may differ."""
        return instant > self.now + SKEW

    def readings(self, wall: datetime) -> tuple[datetime, datetime]:
        """Return the instants of ``wall`` by the offset before a change of clocks and after it.

        They are equal far from one; the first is the earlier where the time happens twice and
        the later if it is skipped (PEP 495).
        """
        early = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        late = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return early, late

    def _change(self, before: datetime, after: datetime) -> datetime:
        """Return the first instant in (``before``, ``after``] with the offset of ``after``."""
        offset = self.local(after).utcoffset()
        low, high = 0, int((after - before) / _SECOND)
        while high - low > 1:
            middle = (low + high) // 2
            if self.local(before + middle * _SECOND).utcoffset() == offset:
                high = middle
            else:
                low = middle
        return before + high * _SECOND

    def _skipped(self, wall: datetime, change: datetime) -> TimeError:
        before, after = self.wall(change - _MINUTE), self.wall(change)
        return TimeError(
            f"{dated(wall)} does not exist in {self.zone}: the clocks skip it.",
            f"The nearest times are '{plain(before)}' and '{plain(after)}'.",
        )


def plain(wall: datetime) -> str:
    """Write a wall clock so that it can be typed again: ``2026-11-25 09:00``."""
    return wall.isoformat(" ", "seconds" if wall.second else "minutes")


def dated(wall: datetime) -> str:
    """Write a wall clock with its weekday: ``Wed 2026-11-25 09:00``."""
    return f"{wall:%a} {plain(wall)}"
