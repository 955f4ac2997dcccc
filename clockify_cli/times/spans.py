"""Spans that people type: ``9:00-10:30``, ``yesterday 14:00 +45m``, ``1h until 15:00``, ``1h30m``.

As with instants, the form is found first and the clock is asked once, for the form that counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock, dated
from clockify_cli.times.days import DAY, WEEKDAY
from clockify_cli.times.durations import UNIT, Length, find_length, read_length
from clockify_cli.times.instants import (
    DAY_CLOCK,
    DayClock,
    Typed,
    find_instant,
    read_form,
    refuse_future,
    without_day,
)
from clockify_cli.times.text import SPANS, outside_calendar, quoted, tidy

LONGEST_ROLLOVER = timedelta(hours=12)  # a night's work; more is a slip
MOST_WORDS = 22  # two instants of "5 weeks 4 days 3 hours 2 minutes 1 second ago"
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)  # the same date a year ago is no more than a year ago

_BETWEEN = rf"{DAY_CLOCK}( ?- ?| ?\.\. ?| to ){DAY_CLOCK}"
_HOURS_MINUTES = r"\d{1,2}:\d\d"

# The words of the grammar and a few that people try instead: so far, a span may be meant.
_WORD = (
    r"now|last|stop|start|ago|in|at|today|yesterday|tomorrow|this|next|noon|midnight|for|to|until"
    rf"|till?|from|[ap]m|pt|{WEEKDAY}|{UNIT}"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A span that was typed; its end is after its start, both are in UTC and whole seconds.

    Attributes:
        start: When it starts.
        end: When it ends.
        rule: The rule of the grammar that applied.
        notices: What the user should know about how it was read.
        plainly_today: It lies within today, with nothing to tell about it; else it is echoed.
    """

    start: datetime
    end: datetime
    rule: str
    notices: tuple[str, ...]
    plainly_today: bool


class Form:
    """The form of a span, not yet told the clock.

    Attributes:
        typed: The tidied text.
        loose: A longer text may still be what was meant: how the rest of it would go on.
        dayless: It says no day, so a day that follows was perhaps meant for it.
    """

    __slots__ = ("dayless", "loose", "typed")

    def __init__(self, typed: str, *, dayless: bool = False, loose: str = "") -> None:
        self.typed = typed
        self.dayless = dayless
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
        clock time, and one that is still to come is refused, not moved.

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
                f"On {day:%a} {day} {quoted(self.typed)} is not over yet:"
                f" taken as {chosen:%a} {chosen}.",
            )
        return chosen, notices


class _Between(Form):
    """A start and an end."""

    __slots__ = ("_first", "_last")

    def __init__(self, typed: str, first: Typed, last: Typed) -> None:
        dayless = without_day(first) is not None and without_day(last) is not None
        super().__init__(typed, dayless=dayless)
        self._first = first
        self._last = last

    def span(self, clock: Clock, allow_future: bool) -> Span:
        first, last = self._first, self._last
        clock_end = without_day(last)
        if clock_end and isinstance(first, DayClock):
            day, notices = self._latest_day(
                first, clock, allow_future, lambda day: _clock_end(first, day, clock_end, clock)
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
            return TimeError(f"{quoted(self.typed)} has no length.", SPANS)
        if not without_day(self._last):
            hint = f"The earlier time comes first. {SPANS}"
        elif isinstance(self._first, DayClock):
            hint = (
                "A clock time before the start is the next day's up to 12 h later; else write"
                " both days: 'yesterday 20:00 to today 9:30'."
            )
        else:
            hint = (
                "A clock time alone is on the day of the start; else write its day:"
                f" '{self._first.typed} today {self._last.typed}'."
            )
        return TimeError(f"{quoted(self.typed)} ends before it starts.", hint)


class _Lasting(Form):
    """A start and a length."""

    __slots__ = ("_first", "_length")

    def __init__(self, typed: str, first: Typed, length: Length) -> None:
        super().__init__(typed, dayless=without_day(first) is not None)
        self._first = first
        self._length = length

    def span(self, clock: Clock, allow_future: bool) -> Span:
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
            raise TimeError(
                f"The end of {quoted(self.typed)} is still to come: {clock.show(end)}.",
                first.mend_future(clock),
            )
        return _made(start, end, f"{first.rule} for duration", notices, clock, first)


class _Until(Form):
    """A length and an end."""

    __slots__ = ("_last", "_length")

    def __init__(self, typed: str, length: Length, last: Typed) -> None:
        super().__init__(typed, dayless=without_day(last) is not None)
        self._length = length
        self._last = last

    def span(self, clock: Clock, allow_future: bool) -> Span:
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
                f"{quoted(said_length)} is taken as a length; a span that starts then is"
                f" '{said_length} to {last.typed}'.",
            )
        start = end - self._length.elapsed()
        return _made(start, end, f"duration until {last.rule}", notices, clock, last)


class _Ended(Form):
    """A length that ended now."""

    __slots__ = ("_length",)

    def __init__(self, typed: str, length: Length) -> None:
        # '9:00 - 10': who goes on like this did not mean nine hours.
        more = r"|(?:-|\.\.|\+|to |till? |for ) ?\d" if length.clock_like else ""
        super().__init__(typed, dayless=True, loose=r"until \d|ago(?: |$)" + more)
        self._length = length

    def span(self, clock: Clock, allow_future: bool) -> Span:
        end = clock.now
        start = end - self._length.elapsed()
        notices: tuple[str, ...] = ()
        if self._length.clock_like:
            notices = (
                f"{quoted(self.typed)} is taken as a length that ended now; a span that starts"
                f" then is '{self.typed} now'.",
            )
        return _made(start, end, "duration until now", notices, clock)


class TwoWays(Form):
    """``9:00 -10:30``, which may end at 10:30 or ten and a half hours ago."""

    __slots__ = ("_mend",)

    def __init__(self, typed: str, mend: str) -> None:
        super().__init__(typed)
        self._mend = mend

    def span(self, clock: Clock, allow_future: bool) -> Span:
        """Refuse it."""
        raise TimeError(f"{quoted(self.typed)} can be read in two ways.", self._mend)


def parse_span(
    text_or_words: str | Sequence[str], clock: Clock, *, allow_future: bool = False
) -> Span:
    """Return the span that the text, or the words joined by blanks, means.

    Args:
        text_or_words: What was typed.
        clock: The present, the zone and the anchors.
        allow_future: A time to come is no error, and clock times without a day are today's
            even if they are not over.

    Raises:
        TimeError: It is no span of the grammar, has no length, or is in the future.
    """
    text = text_or_words if isinstance(text_or_words, str) else " ".join(text_or_words)
    typed = tidy(text)
    form = find_span(typed)
    if form is None:
        from clockify_cli.times.suggestions import not_a_span  # needed for a refusal only

        raise not_a_span(text, typed)[1]
    return _resolved(form, text, clock, allow_future)


def span_between(
    clock: Clock,
    *,
    start: str | None = None,
    end: str | None = None,
    length: str | None = None,
    allow_future: bool = False,
) -> Span:
    """Return the span whose parts were typed apart (``--from``, ``--to``, ``--for``).

    They mean what they do within one text; without an end, the span ended now.

    Args:
        clock: The present, the zone and the anchors.
        start: An instant.
        end: An instant.
        length: A duration.
        allow_future: As in ``parse_span``.

    Raises:
        TimeError: A part is none of the grammar, there are too many or too few, or the span
            that they make is refused.
    """
    first = None if start is None else read_form(start)
    last = None if end is None else read_form(end)
    lasts = None if length is None else read_length(length)
    if lasts:
        lasts = Length(lasts.days, lasts.seconds)  # nobody takes it for a clock time here
    form: Form
    if first and lasts and not last:
        form = _Lasting(f"{first.typed} for {length}", first, lasts)
    elif first and not lasts:
        last = last or read_form("now")
        form = _Between(f"{first.typed} to {last.typed}", first, last)
    elif lasts and last and not first:
        form = _Until(f"{length} until {last.typed}", lasts, last)
    elif lasts and not first:
        form = _Ended(str(length), lasts)
    else:
        raise TimeError("A span is a start and an end, or one of them and a length.", SPANS)
    return _resolved(form, form.typed, clock, allow_future)


def leading_span(
    words: Sequence[str], clock: Clock, *, allow_future: bool = False
) -> tuple[Span, int]:
    """Return the span that the longest run of leading words forms, and how many words it took.

    Where a longer run has the form of a span but cannot be meant (``9:00 - 8:30``), or all but
    has it (``9:00 - 10``), that is refused instead of becoming half a span and a description.
    The word ``--`` ends the span and is not counted.

    Args:
        words: The words as the shell gave them; one may itself contain blanks.
        clock: The present, the zone and the anchors.
        allow_future: As in ``parse_span``.

    Raises:
        TimeError: No leading run forms a span; it speaks of the run that came nearest.
    """
    longest = _run_length(words)
    for count in range(longest, 0, -1):
        text = " ".join(words[:count])
        try:
            form = find_span(tidy(text))
        except TimeError:
            continue
        if form is None:
            continue
        rest = tidy(" ".join(words[count:longest]))
        if form.loose and re.match(form.loose, rest, re.ASCII):
            raise _nearest(words, range(longest, count, -1))
        span = _resolved(form, text, clock, allow_future)
        if form.dayless and (day := re.match(rf"(?:{DAY})(?= |$)", rest, re.ASCII)):
            notice = f"{quoted(day[0])} is part of the description: a day comes first."
            span = replace(span, notices=(*span.notices, notice), plainly_today=False)
        return span, count
    raise _nearest(words, range(max(longest, 1), 0, -1))


def find_span(typed: str) -> Form | None:
    """Return the form of tidied text, or ``None`` where it has not the form of a span.

    Raises:
        TimeError: A length in it has the form of one but is none (``1h1h``).
    """
    if found := re.fullmatch(_BETWEEN, typed, re.ASCII):
        first_day, first, separator, last_day, last = found.groups()
        if separator == " -" and last_day is None and re.fullmatch(_HOURS_MINUTES, last, re.ASCII):
            begin = typed[: found.start(3)]
            return TwoWays(
                typed, f"Write '{begin} to {last}', or '{begin} {last} ago' for that long ago."
            )
        return _Between(
            typed,
            DayClock(typed[: found.start(3)], first_day, first),
            DayClock(typed[found.end(3) :], last_day, last),
        )
    return _find_lasting(typed) or _find_until(typed) or _find_two(typed) or _find_ended(typed)


def implausibilities(start: datetime, end: datetime | None, clock: Clock) -> tuple[str, ...]:
    """Return what is so unusual about a span or a start that the user is asked about it first.

    A slip of the keyboard must not become a thousand years.

    Args:
        start: The start.
        end: The end, or ``None`` where there is none.
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
            return _Lasting(typed, first, length)
    return None


def _find_until(typed: str) -> Form | None:
    said, found, end = typed.partition(" until ")
    last = _instant_before(end) if found else None
    length = find_length(said) if last else None
    return _Until(typed, length, last) if last and length else None


def _find_two(typed: str) -> Form | None:
    """Return the form of two instants with a blank between them."""
    if find_instant(typed):
        return None  # "-1d 9:00" is one instant, not yesterday to nine
    found: list[Form] = []
    for place in re.finditer(" ", typed):
        first = _instant_before(typed[: place.start()])
        last = _instant_before(typed[place.end() :]) if first else None
        if first and last:
            found.append(_Between(typed, first, last))
    if len(found) > 1:
        return TwoWays(typed, "Write lengths without blanks: '-1h30m -15m', '1h30m ago 15m ago'.")
    return found[0] if found else None


def _find_ended(typed: str) -> Form | None:
    length = find_length(typed)
    return _Ended(typed, length) if length else None


def _instant_before(typed: str) -> Typed | None:
    """Return the form of an instant within a span; ``None`` also where a length in it is wrong."""
    try:
        found = find_instant(typed)
    except TimeError:
        return None
    return None if found and found.dashed else found


def _resolved(form: Form, text: str, clock: Clock, allow_future: bool) -> Span:
    try:
        return form.span(clock, allow_future)
    except OverflowError:
        raise outside_calendar(text) from None


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


def _clock_end(first: DayClock, day: date, last: DayClock, clock: Clock) -> datetime:
    """Return about when a span of clock times ends that starts on ``day``."""
    end = clock.reading(last.on(day), "end")
    rolls = end <= clock.reading(first.on(day))
    return clock.reading(last.on(day + _DAY), "end") if rolls else end


def _run_length(words: Sequence[str]) -> int:
    """Return how many leading words may belong to a span."""
    pieces = 0
    for count, word in enumerate(words):
        parts = tidy(word).split()
        pieces += len(parts)
        if word == "--" or pieces > MOST_WORDS or not all(map(_may_belong, parts)):
            return count
    return len(words)


def _may_belong(part: str) -> bool:
    if re.search(r"\d", part, re.ASCII):
        return True
    return re.fullmatch(r"[a-z.+-]*", part) is not None and all(
        re.fullmatch(_WORD, word) for word in re.findall(r"[a-z]+", part)
    )


def _nearest(words: Sequence[str], counts: range) -> TimeError:
    """Return the refusal of the run that came nearest to a span, the longest first."""
    from clockify_cli.times.suggestions import not_a_span  # needed for a refusal only

    texts = [" ".join(words[:count]) for count in counts]
    return max((not_a_span(text, tidy(text)) for text in texts), key=lambda found: found[0])[1]
