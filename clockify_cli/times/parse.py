"""Parse typed times with a clock: the functions that the rest of the program calls.

The modules below find the form of what was typed and resolve it. Here text that has no form,
or cannot be meant, is refused with what was probably meant instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from clockify_cli.core.errors import TimeError
from clockify_cli.times.clock import Clock, Role
from clockify_cli.times.days import DAY, WEEKDAY, find_day
from clockify_cli.times.durations import UNIT, Length, read_length
from clockify_cli.times.forms import Alone, Between, Ended, Form, Lasting, Span, TwoWays, Until
from clockify_cli.times.instants import (
    DayClock,
    Moment,
    Typed,
    find_instant,
    refuse_future,
    without_day,
)
from clockify_cli.times.plain import is_length, is_relative, names_time
from clockify_cli.times.spans import find_span, find_spans
from clockify_cli.times.text import SPANS, outside_calendar, tidy

if TYPE_CHECKING:
    from clockify_cli.times.periods import Period

MOST_WORDS = 48  # of a run that may be spans; the longest span alone has 22
_DAY = timedelta(days=1)
T = TypeVar("T")

# The words of the grammar and a few that people try instead: so far, a span may be meant.
_WORD = (
    r"now|last|stop|start|ago|in|at|today|yesterday|tomorrow|this|next|noon|midnight|for|to|until"
    rf"|till?|from|[ap]m|pt|{WEEKDAY}|{UNIT}"
)


def parse_instant(
    text: str, clock: Clock, *, role: Role = "start", allow_future: bool = False
) -> Moment:
    """Return the instant that ``text`` means.

    Args:
        text: What was typed.
        clock: The present, the zone and the anchors.
        role: Whether it starts or ends something: a wall clock that happens twice is the
            earlier time as a start and the later one as an end.
        allow_future: A time in the future is allowed, and the bare name of today's weekday is
            today even if its clock time is in the future.

    Raises:
        TimeError: It is no instant of the grammar, does not exist, or is in the future.
    """

    def resolve(typed: str) -> Moment | None:
        form = find_instant(typed)
        if form is None:
            return None
        at, notices = form.find(clock, role, allow_future)
        if not allow_future:
            refuse_future(at, form, clock)
        plain = clock.is_today(at) and not notices and not form.offset
        return Moment(at, form.rule, notices, plain)

    return _read(text, resolve, "not_an_instant")


def is_bare_clock(text: str) -> bool:
    """Say whether ``text`` is a clock time without a day: ``9:00``, ``5pm``."""
    form = find_instant(tidy(text))
    return form is not None and without_day(form) is not None


def latest_clock(text: str, clock: Clock, not_before: datetime) -> Moment:
    """Return the latest instant that is over at which the clock shows ``text``.

    Args:
        text: A clock time without a day.
        clock: The present and the zone.
        not_before: The earliest instant that is possible.

    Raises:
        TimeError: It is no clock time, or none is over since then.
    """

    def resolve(typed: str) -> Moment | None:
        found = find_instant(typed)
        form = without_day(found) if found else None
        return None if form is None else _latest(form, clock, not_before)

    return _read(text, resolve, "not_an_instant")


def _latest(form: DayClock, clock: Clock, not_before: datetime) -> Moment:
    for back in range(3):
        day = clock.today - back * _DAY
        early, late = clock.readings(form.on(day))
        if early > late:
            continue  # the clocks skip it on that day
        for at in (late, early):
            if not_before <= at and not clock.is_ahead(at):
                notices = () if early == late else clock.at(form.on(day), "end")[1]
                return Moment(at, form.rule, notices, clock.is_today(at) and not notices)
    raise TimeError(
        f"There has been no {form.typed} since {clock.show(not_before)}.",
        "End it now with 'clockify stop', or give a time after that.",
    )


def parse_span(
    text_or_words: str | Sequence[str], clock: Clock, *, allow_future: bool = False
) -> Span:
    """Return the span that the text, or the words joined by blanks, means.

    Args:
        text_or_words: What was typed.
        clock: The present, the zone and the anchors.
        allow_future: A time in the future is allowed, and clock times without a day are
            today's even if they are not over.

    Raises:
        TimeError: It is no span of the grammar, has no length, or is in the future.
    """
    text = text_or_words if isinstance(text_or_words, str) else " ".join(text_or_words)

    def resolve(typed: str) -> Span | None:
        form = find_span(typed)
        return None if form is None else form.span(clock, allow_future)

    return _read(text, resolve, "not_a_span")


def parse_spans(text: str, clock: Clock, *, allow_future: bool = False) -> list[Span]:
    """Return the spans that ``text`` means, one or several; a day carries over to the next.

    Raises:
        TimeError: As ``parse_span``.
    """

    def resolve(typed: str) -> list[Span] | None:
        return _resolved(find_spans(typed), clock, allow_future) or None

    return _read(text, resolve, "not_a_span")


def parse_period(text: str, clock: Clock) -> Period:
    """Return the days that ``text`` means.

    A week begins on the account's first day, but for ``2026-W48``, which is ISO 8601's.
    ``last-7d`` is seven days of which today is the last.

    Raises:
        TimeError: It is no period of the grammar, or the calendar does not have it.
    """
    from clockify_cli.times.periods import dates_of, find_period  # no span needs them

    def resolve(typed: str) -> Period | None:
        form = find_period(typed)
        return None if form is None else dates_of(form, clock)

    return _read(text, resolve, "not_a_period")


def parse_day(text: str, clock: Clock) -> date:
    """Return the date that ``text`` means.

    Raises:
        TimeError: It is no day of the grammar, or the calendar does not have it.
    """

    def resolve(typed: str) -> date | None:
        day = find_day(typed)
        return None if day is None else day.on(clock)[0]

    return _read(text, resolve, "not_a_day")


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
    first = None if start is None else _instant_form(start, clock)
    last = None if end is None else _instant_form(end, clock)
    lasts = None if length is None else read_length(length)
    if lasts:
        lasts = Length(lasts.days, lasts.seconds)  # nobody takes it for a clock time here
    form: Form
    if first and lasts and not last:
        form = Lasting(f"{first.typed} for {length}", first, lasts)
    elif first and not lasts:
        last = last or _instant_form("now", clock)
        form = Between(f"{first.typed} to {last.typed}", first, last)
    elif lasts and last and not first:
        form = Until(f"{length} until {last.typed}", lasts, last)
    elif lasts and not first:
        form = Ended(str(length), lasts)
    else:
        raise TimeError("A span is a start and an end, or one of them and a duration.", SPANS)
    try:
        return form.span(clock, allow_future)
    except OverflowError:
        raise outside_calendar(form.typed) from None


def leading_span(
    words: Sequence[str], clock: Clock, *, allow_future: bool = False
) -> tuple[Span, int]:
    """Return the one span that ``leading_spans`` finds, and how many words it took.

    Raises:
        TimeError: As ``leading_spans``, or there are several.
    """
    spans, count = leading_spans(words, clock, allow_future=allow_future)
    if len(spans) > 1:
        raise TimeError("These are several spans; one is expected here.", SPANS)
    return spans[0], count


def leading_spans(
    words: Sequence[str], clock: Clock, *, allow_future: bool = False
) -> tuple[list[Span], int]:
    """Return the spans that the longest run of leading words forms, and how many words it took.

    If a longer run has the form of a span but cannot be meant (``9:00 - 8:30``), or all but
    has it (``9:00 for 45``), or a time follows that would be text (``1h 2h``), that is refused
    instead of becoming half a span and a description. The word ``--`` ends the spans and is
    not counted.

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
            forms = find_spans(tidy(text))
        except TimeError:
            continue
        if not forms:
            continue
        last = forms[-1]
        rest = tidy(" ".join(words[count:longest]))
        if last.loose and re.match(last.loose, rest, re.ASCII):
            raise _nearest(words, range(longest, count, -1), clock, allow_future)
        if not any(isinstance(form, Alone | TwoWays) for form in forms):
            _refuse_more(words, count, forms)
        spans = parse_spans(text, clock, allow_future=allow_future)
        if last.dayless and (day := re.match(rf"(?:{DAY})(?= |$)", rest, re.ASCII)):
            notice = f"'{day[0]}' is part of the description: a day comes first."
            end = spans[-1]
            spans[-1] = replace(end, notices=(*end.notices, notice), plainly_today=False)
        return spans, count
    raise _nearest(words, range(max(longest, 1), 0, -1), clock, allow_future)


def _read(text: str, resolve: Callable[[str], T | None], refusal: str) -> T:
    """Return what ``resolve`` makes of the tidied text; refuse it with what was meant instead.

    Args:
        text: What was typed.
        resolve: Returns ``None`` for text that has not the form.
        refusal: The function of ``suggestions`` that explains this.
    """
    typed = tidy(text)

    def accepts(candidate: str) -> bool:
        try:
            return resolve(candidate) is not None
        except (TimeError, OverflowError):
            return False

    try:
        found = resolve(typed)
    except OverflowError:
        raise outside_calendar(text) from None
    except TimeError as error:
        from clockify_cli.times import suggestions  # needed for a refusal only

        raise suggestions.with_reading(error, typed, accepts) from None
    if found is not None:
        return found
    from clockify_cli.times import suggestions  # needed for a refusal only

    raise getattr(suggestions, refusal)(text, typed, accepts)


def _instant_form(text: str, clock: Clock) -> Typed:
    form = find_instant(tidy(text))
    if form is None:
        parse_instant(text, clock)  # which refuses it
        raise AssertionError(text)
    return form


def _resolved(forms: Sequence[Form], clock: Clock, allow_future: bool) -> list[Span]:
    spans: list[Span] = []
    day = None
    for form in forms:
        placed = form
        if day is not None and isinstance(form, Between):
            placed = form.on_day(day)
            if placed is not form:
                _refuse_after_midnight(form, day, spans[-1], clock)
        span = placed.span(clock, allow_future)
        if placed.has_day:
            day = clock.local(span.start).date()
        spans.append(span)
    return spans


def _refuse_after_midnight(form: Between, day: date, before: Span, clock: Clock) -> None:
    """Refuse a clock time that may be on the day before or after a midnight just passed."""
    first = form.first
    if not isinstance(first, DayClock) or clock.wall(before.end).date() == day:
        return
    if first.on(day) < clock.wall(before.start):
        later = f"{day + _DAY} {form.typed}"
        TwoWays(form.typed, f"{day} {form.typed}", later).span(clock, True)


def _run_length(words: Sequence[str]) -> int:
    """Return how many leading words may belong to spans."""
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


def _refuse_more(words: Sequence[str], count: int, forms: Sequence[Form]) -> None:
    """Refuse a description that begins with a time: one that spans cannot continue with."""
    rest = list(words[count:])
    if rest[:1] == ["--"]:
        return
    for length in range(min(_run_length(rest), MOST_WORDS // 2), 0, -1):
        typed = tidy(" ".join(rest[:length]))
        if length == 1 and (is_length(typed) or is_relative(typed)):
            further = None
        elif not names_time(typed) or " " in rest[0]:
            continue
        else:
            try:
                further = find_span(typed)
            except TimeError:
                continue
            if further is None or isinstance(further, Alone | Ended):
                continue
        from clockify_cli.times import suggestions  # needed for a refusal only

        raise suggestions.not_another_span(words[:count], rest, typed, forms, further)


def _nearest(words: Sequence[str], counts: range, clock: Clock, allow_future: bool) -> TimeError:
    """Return the refusal of the run that came nearest to a span, the longest first."""
    from clockify_cli.times.suggestions import near_span  # needed for a refusal only

    def accepts(candidate: str) -> bool:
        try:
            return bool(_resolved(find_spans(candidate), clock, allow_future))
        except (TimeError, OverflowError):
            return False

    texts = [" ".join(words[:count]) for count in counts]
    found = [near_span(text, tidy(text), accepts) for text in texts]
    return max(found, key=lambda one: one[0])[1]
