"""The forms of a span: a start and an end, a start and a length, a length and an end, a length.

As with instants, the form is found first and the clock is asked once, for the form that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock, dated
from clockify_cli.times.durations import Length
from clockify_cli.times.instants import (
    DayClock,
    FutureError,
    Typed,
    refuse_future,
    without_day,
)
from clockify_cli.times.text import SPANS, UnclearTimeError, quoted

LONGEST_ROLLOVER = timedelta(hours=12)  # a night's work; more is a slip
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A span that was typed; its end is after its start, both are in UTC and whole seconds.

    Attributes:
        start: When it starts.
        end: When it ends.
        rule: The rule of the grammar that applied.
        notices: What the user should know about how it was read.
        plainly_today: It lies within today, with nothing to say about it; else it is echoed.
    """

    start: datetime
    end: datetime
    rule: str
    notices: tuple[str, ...]
    plainly_today: bool


class Form:
    """The form of a span, not yet given the clock.

    Attributes:
        typed: The tidied text.
        loose: A longer text may still be what was meant: how the rest of it would go on.
        dayless: It says no day, so a day that follows was perhaps meant for it.
        has_day: A day was typed for its start, which carries over to the spans after it.
    """

    __slots__ = ("dayless", "has_day", "loose", "typed")

    def __init__(
        self, typed: str, *, dayless: bool = False, has_day: bool = False, loose: str = ""
    ) -> None:
        self.typed = typed
        self.dayless = dayless
        self.has_day = has_day
        self.loose = loose

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Return the span that is meant.

        Raises:
            TimeError: It has the form, but there is no such span.
        """
        raise NotImplementedError

    def _latest_day(
        self,
        one: DayClock,
        clock: Clock,
        allow_future: bool,
        end_if: Callable[[date], datetime],
    ) -> tuple[date, tuple[str, ...]]:
        """Return the day of ``one``, and what to say about it.

        A bare weekday is the latest on which the span is over. So is no day at all where the
        span goes over midnight, since it may be last night's; else it is today, like every
        clock time, and one in the future is refused, not moved.

        Args:
            one: The clock time that decides where the span lies.
            clock: The present and the zone.
            allow_future: The span need not be over.
            end_if: Gives about when the span ends if ``one`` is on that day.
        """
        day, notices = one.day.on(clock) if one.day else (clock.today, ())
        if allow_future or (one.day and not one.day.weekday):
            return day, notices
        if not one.day:
            clock.at(one.on(day))  # one that the clock skips today is refused, not moved
            if clock.local(end_if(day)).date() <= day:
                return day, notices
        chosen = day
        for back in (0, 7) if one.day else (0, 1, 2):
            chosen = day - back * _DAY
            if not clock.is_ahead(end_if(chosen)):
                break
        if chosen != day:
            notices += (
                f"On {day:%a} {day} {quoted(self.typed)} is not over yet: using {chosen:%a} "
                f"{chosen}.",
            )
        return chosen, notices


class Between(Form):
    """A start and an end.

    Attributes:
        later: So many days after the start's the end is, if that was typed.
    """

    __slots__ = ("first", "last", "later")

    def __init__(self, typed: str, first: Typed, last: Typed, later: int | None = None) -> None:
        dayless = without_day(first) is not None and without_day(last) is not None
        super().__init__(typed, dayless=dayless, has_day=_has_day(first))
        self.first = first
        self.last = last
        self.later = later

    def on_day(self, day: date) -> Between:
        """Return the same span with its start on ``day`` if no day was typed."""
        first = without_day(self.first)
        if first is None:
            return self
        dated_first = DayClock(f"{day} {first.typed}", str(day), first.clock_time)
        return Between(self.typed, dated_first, self.last, self.later)

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Return the span that is meant."""
        first, last = self.first, self.last
        clock_end = without_day(last)
        if clock_end and isinstance(first, DayClock):
            day, notices = self._latest_day(
                first,
                clock,
                allow_future,
                lambda day: _clock_end(first, day, clock_end, clock, self.later),
            )
            start, said = clock.at(first.on(day))
            notices += said
        else:
            start, notices = first.find(clock, "start", allow_future)
            day = clock.local(start).date()
        if not allow_future:
            refuse_future(start, first, clock)
        if clock_end:
            end, said = self._end_on(start, day, clock_end, clock)
        else:
            end, said = last.find(clock, "end", allow_future)
        if end <= start:
            raise self._backwards(no_length=end == start)
        if not allow_future:
            refuse_future(end, last, clock)
        return _made(start, end, f"{first.rule} to {last.rule}", notices + said, clock, first, last)

    def _end_on(
        self, start: datetime, day: date, last: DayClock, clock: Clock
    ) -> tuple[datetime, tuple[str, ...]]:
        """Return the end that a clock time alone means: on the day of the start, or the next."""
        if self.later is not None:
            return clock.at(last.on(day + self.later * _DAY), "end")
        reading = clock.reading(last.on(day), "end")
        if reading > start:
            return clock.at(last.on(day), "end")
        if clock.reading(last.on(day + _DAY), "end") - start > LONGEST_ROLLOVER:
            raise self._backwards(no_length=reading == start)
        end, said = clock.at(last.on(day + _DAY), "end")
        rolled = (
            f"The end is on the next day: {dated(clock.wall(start))} to {dated(clock.wall(end))}."
        )
        return end, (rolled, *said)

    def _backwards(self, *, no_length: bool) -> TimeError:
        if no_length:
            return TimeError(f"{quoted(self.typed)} has no duration.", SPANS)
        last = without_day(self.last)
        readings = []
        if last is None:
            hint = f"The earlier time comes first. {SPANS}"
        elif isinstance(self.first, DayClock):
            hint = (
                "A clock time before the start is the next day's up to 12 h later; else write"
                " both days: 'yesterday 20:00 to today 9:30'."
            )
            hours, _, rest = last.clock_time.partition(":")
            if rest and rest.isdigit() and int(hours) < 12:  # 9-5 is until 17:00
                readings.append(f"{self.first.typed}-{int(hours) + 12}:{rest}")
        else:
            hint = "A clock time alone is on the day of the start; else write its day."
            readings.append(f"{self.first.typed} today {last.typed}")
        message = f"{quoted(self.typed)} ends before it starts."
        return UnclearTimeError(message, hint, *readings)


class Lasting(Form):
    """A start and a length."""

    __slots__ = ("_first", "_length")

    def __init__(self, typed: str, first: Typed, length: Length) -> None:
        super().__init__(typed, dayless=without_day(first) is not None, has_day=_has_day(first))
        self._first = first
        self._length = length

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Return the span that is meant."""
        first, length = self._first, self._length.elapsed()
        if isinstance(first, DayClock):
            day, notices = self._latest_day(
                first, clock, allow_future, lambda day: clock.reading(first.on(day)) + length
            )
            start, said = clock.at(first.on(day))
            notices += said
        else:
            start, notices = first.find(clock, "start", allow_future)
        end = start + length
        if not allow_future:
            refuse_future(start, first, clock)
        if not allow_future and clock.is_ahead(end):
            raise FutureError(self.typed, end, clock)
        return _made(start, end, f"{first.rule} for duration", notices, clock, first)


class Until(Form):
    """A length and an end."""

    __slots__ = ("_last", "_length")

    def __init__(self, typed: str, length: Length, last: Typed) -> None:
        super().__init__(typed, dayless=without_day(last) is not None, has_day=_has_day(last))
        self._length = length
        self._last = last

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Return the span that is meant."""
        last = self._last
        if isinstance(last, DayClock):
            day, notices = self._latest_day(
                last, clock, allow_future, lambda day: clock.reading(last.on(day), "end")
            )
            end, said = clock.at(last.on(day), "end")
            notices += said
        else:
            end, notices = last.find(clock, "end", allow_future)
        if not allow_future:
            refuse_future(end, last, clock)
        if self._length.clock_like:
            said_length = self.typed.partition(" until ")[0]
            notices += (
                f"{quoted(said_length)} is read as a duration; for a span that starts then, write"
                f" '{said_length} to {last.typed}'.",
            )
        start = end - self._length.elapsed()
        return _made(start, end, f"duration until {last.rule}", notices, clock, last)


class Ended(Form):
    """A length that ended now.

    Attributes:
        length: The length.
    """

    __slots__ = ("length",)

    def __init__(self, typed: str, length: Length) -> None:
        super().__init__(typed, dayless=True, loose=r"until \d|ago(?: |$)")
        self.length = length

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Return the span that is meant."""
        end = clock.now
        return _made(end - self.length.elapsed(), end, "duration until now", (), clock)


class Alone(Form):
    """``H:MM`` alone, which may be when it began or how long it took."""

    __slots__ = ("_length",)

    def __init__(self, typed: str, length: Length) -> None:
        # '9:00 for 45': the whole of it is what was meant.
        super().__init__(typed, loose=r"(?:until|for|till?|to|-|\.\.|\+) ?\d|ago(?: |$)")
        self._length = length

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Refuse it."""
        raise self.refusal()

    def refusal(self) -> TimeError:
        """Return the refusal, with both readings."""
        hours, minutes = divmod(self._length.seconds // 60, 60)
        length = (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")
        return UnclearTimeError(
            f"{quoted(self.typed)} can be a time or a duration.",
            SPANS,
            f"{self.typed}-now",
            length=length,
        )


class TwoWays(Form):
    """What can be read in two ways, such as ``9:00 -10:30``; it is refused.

    Args:
        typed: The tidied text.
        readings: What to write instead, each ready to be typed.
        hint: What to do if none of them can be meant.
    """

    __slots__ = ("_hint", "_readings")

    def __init__(self, typed: str, *readings: str, hint: str = SPANS) -> None:
        super().__init__(typed)
        self._hint = hint
        self._readings = readings

    def readings(self, clock: Clock) -> tuple[str, ...]:
        """Return what to write instead."""
        return self._readings

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Refuse it."""
        message = f"{quoted(self.typed)} can be read in two ways."
        raise UnclearTimeError(message, self._hint, *self.readings(clock))


def _made(
    start: datetime,
    end: datetime,
    rule: str,
    notices: tuple[str, ...],
    clock: Clock,
    *typed: Typed,
) -> Span:
    plain = clock.is_today(start) and clock.is_today(end) and not notices
    return Span(start, end, rule, notices, plain and not any(one.offset for one in typed))


def _clock_end(
    first: DayClock, day: date, last: DayClock, clock: Clock, later: int | None
) -> datetime:
    """Return about when a span of clock times ends that starts on ``day``."""
    if later is not None:
        return clock.reading(last.on(day + later * _DAY), "end")
    end = clock.reading(last.on(day), "end")
    rolls = end <= clock.reading(first.on(day))
    return clock.reading(last.on(day + _DAY), "end") if rolls else end


def _has_day(typed: Typed) -> bool:
    """Say whether a day was typed for an instant."""
    return typed.day is not None if isinstance(typed, DayClock) else typed.rule == "timestamp"
