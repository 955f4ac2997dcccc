"""What holds for every typed time, in every zone and at every present."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import TimeError
from clockify_cli.times import (
    Clock,
    Span,
    latest_clock,
    leading_spans,
    parse_day,
    parse_duration,
    parse_instant,
    parse_period,
    parse_span,
    parse_spans,
    span_between,
)
from clockify_cli.times.forms import Alone, Form, TwoWays
from clockify_cli.times.spans import find_spans
from clockify_cli.times.text import tidy

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Cairo",  # its clocks change at midnight
    "America/Havana",
    "Asia/Kathmandu",
    "UTC",
]
MINUTE = timedelta(minutes=1)

many = settings(max_examples=400, deadline=None)

zones = st.sampled_from(ZONES).map(ZoneInfo)
# A few years around clock changes of every kind; half of the cases lie within a day of one.
near_changes = st.tuples(
    st.sampled_from(["2026-03-29T01:00", "2026-10-25T01:00", "2026-11-01T05:30"]),
    st.integers(-86_400, 86_400),
).map(lambda found: datetime.fromisoformat(found[0]) + timedelta(seconds=found[1]))
presents = (
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(microsecond=0))
    | near_changes
).map(lambda d: d.replace(tzinfo=UTC))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    now = draw(presents)
    anchors = draw(st.none() | st.integers(0, 10_000_000))
    found = None if anchors is None else now - timedelta(seconds=anchors)
    return Clock(now, draw(zones), draw(st.integers(0, 6)), lambda: found, lambda: found)


# The words of the grammar, a few that are near it, and rubbish.
numbers = st.integers(0, 99).map(str) | st.sampled_from(["0", "100", "900", "99999999999999999999"])
clock_times = st.one_of(
    st.tuples(st.integers(0, 25), st.integers(0, 61)).map(lambda t: f"{t[0]}:{t[1]:02}"),
    st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}{t[1]:02}"),
    st.tuples(st.integers(0, 13), st.sampled_from(["am", "pm"])).map(lambda t: f"{t[0]}{t[1]}"),
    st.sampled_from(["noon", "midnight", "9:00:30", "2:30", "02:30:00", "24:00"]),
)
units = st.sampled_from(["w", "d", "h", "m", "s", "min", "hours", " h", "mo"])
lengths = st.one_of(
    st.lists(st.tuples(numbers, units).map("".join), min_size=1, max_size=3).map("".join),
    st.lists(st.tuples(numbers, units).map("".join), min_size=1, max_size=3).map(" ".join),
    st.sampled_from(["1.5h", "1,5h", "1:30", "PT1H30M", "1:75", "90", "0m", "45m"]),
)
days = st.one_of(
    st.sampled_from(["today", "yesterday", "tomorrow", "mon", "Friday", "last wed", "this sun"]),
    st.sampled_from(["next tue", "-1d", "-0d", "11-20", "02-29", "2026-03-29", "2026-10-25"]),
    st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-30", "-99999999d", "20/11", "2026"]),
    st.dates().map(str),
)
instants = st.one_of(
    clock_times,
    st.tuples(days, st.sampled_from([" ", " at ", "T", "  "]), clock_times).map("".join),
    st.tuples(st.sampled_from(["-", "+", "in ", "- "]), lengths).map("".join),
    lengths.map("{} ago".format),
    st.sampled_from(["now", "last-stop", "last-start", "NOW", "2026-10-25T02:30+01:00"]),
    st.datetimes().map(lambda d: d.isoformat()),
    st.datetimes().map(lambda d: d.isoformat(" ", "minutes") + "Z"),
    st.tuples(st.datetimes(), st.sampled_from(["+14:00", "-12:00", "-03:30", "+24:00"])).map(
        lambda t: t[0].isoformat(timespec="seconds") + t[1]
    ),
)
separators = st.sampled_from(
    [" ", "-", " - ", "..", " .. ", "–", " – ", " to ", " for ", " +", "+", " until "]
)
# Most of those are refused; these are nearly always of the grammar.
sound_clocks = st.times().map(lambda t: t.isoformat("minutes")) | st.sampled_from(["9am", "noon"])
sound_days = st.sampled_from(
    ["today ", "today ", "yesterday ", "wed ", "last fri at ", "-3d ", "2026-03-29 ", "", ""]
)
sound_lengths = st.tuples(st.integers(1, 90), st.sampled_from("hms")).map(lambda t: f"{t[0]}{t[1]}")
sound_instants = st.one_of(
    st.tuples(sound_days, sound_clocks).map("".join),
    st.tuples(sound_days, sound_clocks).map("".join),
    sound_lengths.map("-{}".format),
    sound_lengths.map("{} ago".format),
    st.sampled_from(["now", "last-stop", "last-start"]),
)
dashes = st.sampled_from(["-", " - ", "..", " to ", "–"])
hours = st.integers(0, 23).map(str) | st.integers(0, 23).map("{:02}".format)
sound_spans = st.one_of(
    st.tuples(
        sound_days, sound_clocks, st.sampled_from(["-", " - ", "..", " to ", " "]), sound_clocks
    ).map("".join),
    st.tuples(sound_days, hours | sound_clocks, dashes, hours | sound_clocks | st.just("now")).map(
        "".join
    ),
    st.tuples(sound_instants, sound_instants).map(" ".join),
    st.tuples(sound_instants, st.sampled_from([" for ", " +", "+"]), sound_lengths).map("".join),
    st.tuples(sound_lengths, sound_instants).map(" until ".join),
)
spans = st.one_of(
    sound_spans,
    sound_spans,
    sound_spans,
    st.tuples(instants, separators, instants).map("".join),
    st.tuples(instants, separators, lengths).map("".join),
    st.tuples(lengths, instants).map(" until ".join),
    lengths,
)
periods = st.one_of(
    st.sampled_from(["week", "this-week", "last-week", "month", "last-month", "quarter", "year"]),
    st.sampled_from(["last-quarter", "last-year", "last-7d", "last-0d", "last week", "2026-13"]),
    st.sampled_from(["last 2 weeks", "last 3 months", "since monday", "since 11-20", "all"]),
    st.sampled_from(["november", "feb 2024", "december", "W01", "w53", "2026 W48", "this month"]),
    st.integers(0, 9999).map("{:04}".format),
    st.tuples(st.integers(0, 9999), st.integers(0, 54)).map(lambda t: f"{t[0]:04}-W{t[1]:02}"),
    st.tuples(st.integers(0, 9999), st.integers(0, 5)).map(lambda t: f"{t[0]:04}-Q{t[1]}"),
    st.tuples(st.integers(0, 9999), st.integers(0, 13)).map(lambda t: f"{t[0]:04}-{t[1]:02}"),
    days,
    st.tuples(days, st.sampled_from(["..", " .. ", " to ", " – ", "-"]), days).map("".join),
)
edges = st.one_of(
    st.sampled_from(["0001-01-01 0:00", "9999-12-31 23:59", "9999-12-31T23:59-12:00"]),
    st.sampled_from(["0001-01-01 0:00-1:00", "9999-12-31 23:00-1:00", "9999-12-31 23:00 for 9h"]),
    st.sampled_from(["9h until 0001-01-01 3:00", "-99999999999d 9:00", "-1300000w", "0001"]),
    st.sampled_from(["tomorrow..9999-12-31", "last-9999999999999d", "9999", "9999-W52"]),
)
texts = st.one_of(
    edges,
    instants,
    spans,
    periods,
    st.text(max_size=300),
    st.text("0123456789:-+. TZWQhmdsago", max_size=40),
)
descriptions = st.sampled_from(
    [
        "Review",
        "2",
        "reviews",
        "to",
        "do",
        "-",
        "",
        "for",
        "now",
        "10",
        "1h",
        "yesterday",
        "--",
        "é",
    ]
)
# A span's words, some of them kept together as one word of the shell, and a description.
sentences = st.tuples(
    (spans | instants | texts).flatmap(
        lambda text: st.sampled_from([text.split(" "), [text], text.split(" ", 1)])
    ),
    st.lists(descriptions, max_size=3),
).map(lambda found: [*found[0], *found[1]])


def spanned(words: list[str] | str, clock: Clock, *, allow_future: bool = False) -> Span | None:
    """Return the span, or ``None`` where there is none."""
    try:
        return parse_span(words, clock, allow_future=allow_future)
    except TimeError:
        return None


def all_spans(words: list[str], clock: Clock, *, allow_future: bool = False) -> list[Span]:
    """Return the spans that the words are, none where they are not."""
    try:
        return parse_spans(" ".join(words), clock, allow_future=allow_future)
    except TimeError:
        return []


def forms_of(text: str) -> list[Form]:
    """Return the forms of the spans that the text is."""
    try:
        return find_spans(tidy(text))
    except TimeError:
        return []


def checked(error: TimeError) -> None:
    """Check that a refusal is one printable sentence with a hint."""
    assert error.message
    assert error.message.isprintable()
    assert error.hint
    assert error.hint.isprintable()
    assert error.exit_code == 2


@many
@given(text=texts, clock=clocks(), future=st.booleans())
def test_whatever_is_typed_is_read_or_refused(text: str, clock: Clock, future: bool) -> None:
    for read in (
        lambda: parse_instant(text, clock, role="start", allow_future=future),
        lambda: parse_instant(text, clock, role="end", allow_future=future),
        lambda: parse_span(text, clock, allow_future=future),
        lambda: parse_period(text, clock),
        lambda: parse_day(text, clock),
        lambda: parse_duration(text),
        lambda: span_between(clock, start=text, length=text),
    ):
        try:
            read()
        except TimeError as error:
            checked(error)


@many
@given(words=sentences | st.lists(texts | descriptions, max_size=30), clock=clocks())
def test_whatever_log_is_given_is_read_or_refused(words: list[str], clock: Clock) -> None:
    try:
        found, count = leading_spans(words, clock)
    except TimeError as error:
        checked(error)
    else:
        assert 0 < count <= len(words)
        assert found
        assert all(span.start < span.end for span in found)


@many
@given(words=sentences, clock=clocks(), future=st.booleans())
def test_log_takes_exactly_the_longest_leading_run(
    words: list[str], clock: Clock, future: bool
) -> None:
    try:
        found, count = leading_spans(words, clock, allow_future=future)
    except TimeError as error:
        # The longest run that has the form is refused, or is half of something else.
        before = words[: words.index("--")] if "--" in words else words
        for n in range(len(before), 0, -1):
            if forms := forms_of(" ".join(before[:n])):
                whole = forms[-1].loose or any(isinstance(f, Alone | TwoWays) for f in forms)
                follows = "cannot follow" in error.message
                assert whole or follows or not all_spans(before[:n], clock, allow_future=future)
                break
        return
    alone = parse_spans(" ".join(words[:count]), clock, allow_future=future)
    assert [(s.start, s.end, s.rule) for s in found] == [(s.start, s.end, s.rule) for s in alone]
    for longer in range(count + 1, len(words) + 1):
        if "--" not in words[:longer]:
            assert not all_spans(words[:longer], clock, allow_future=future)


def offered(error: TimeError) -> list[str]:
    """Return what a hint offers to be typed."""
    found = re.search(r"Did you mean (.*)\?", error.hint)
    if found is None:
        return []
    parts = re.split(r" or (?!a duration)|, or a duration: ", found[1].removeprefix("a duration: "))
    return [part.strip("'") for part in parts]


@many
@given(
    text=texts | spans | sound_spans | st.sampled_from(["13pm", "2pm-3pm", "24:00", "9-24", "9-5"]),
    clock=clocks(),
    words=st.booleans(),
)
def test_whatever_a_hint_offers_is_accepted(text: str, clock: Clock, words: bool) -> None:
    def log(typed: str) -> object:
        return leading_spans(typed.split(" "), clock)

    for read in (
        lambda typed: parse_instant(typed, clock),
        lambda typed: parse_span(typed, clock),
        lambda typed: parse_period(typed, clock),
        lambda typed: parse_day(typed, clock),
        log,
    ):
        try:
            read(text)
        except TimeError as error:
            for typed in offered(error):
                # A line with several spans is one of log; elsewhere it is told to be refused.
                again = log if read is not log and " -- " in typed else read
                again(typed)


@many
@given(instant=presents, clock=clocks(), role=st.sampled_from(["start", "end"]))
def test_an_instant_written_out_is_read_back(instant: datetime, clock: Clock, role: str) -> None:
    wall = clock.wall(instant)
    moment = parse_instant(
        wall.isoformat(" ", "seconds"),
        clock,
        role=role,  # type: ignore[arg-type]
        allow_future=True,
    )
    assert clock.wall(moment.at) == wall
    if moment.at == instant:
        return
    # Only where the wall clock shows it twice, and then it is said.
    assert moment.notices
    assert abs(moment.at - instant) <= timedelta(hours=1)
    exact = clock.local(instant).isoformat("T", "seconds")
    assert parse_instant(exact, clock, allow_future=True).at == instant


@many
@given(day=st.sampled_from(["2026-03-29", "2026-03-28"]), second=st.integers(0, 86_399))
def test_a_skipped_time_is_refused_and_no_other(day: str, second: int) -> None:
    clock = Clock(datetime(2026, 11, 25, 9, 15, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    wall = datetime.fromisoformat(day) + timedelta(seconds=second)
    if day == "2026-03-29" and wall.hour == 2:
        with pytest.raises(TimeError, match="does not exist"):
            parse_instant(wall.isoformat(" "), clock)
    else:
        assert clock.wall(parse_instant(wall.isoformat(" "), clock).at) == wall


@many
@given(text=instants | spans | periods, clock=clocks(), blanks=st.integers(1, 4))
def test_case_and_blanks_do_not_matter(text: str, clock: Clock, blanks: int) -> None:
    other = "  " + text.swapcase().replace(" ", " " * blanks) + "\t"
    assume(len(other) <= 200)
    for read in (parse_instant, parse_span, parse_period):
        try:
            found: object = read(text, clock)
        except TimeError:
            with pytest.raises(TimeError):
                read(other, clock)
        else:
            assert read(other, clock) == found


@many
@given(text=sound_spans | spans, clock=clocks())
def test_a_span_ends_after_its_start(text: str, clock: Clock) -> None:
    for future in (False, True):
        span = spanned(text, clock, allow_future=future)
        if span is None:
            continue
        assert span.start < span.end
        assert span.start.utcoffset() == span.end.utcoffset() == timedelta()
        assert span.start.microsecond == span.end.microsecond == 0
        if span.plainly_today:
            assert clock.is_today(span.start)
            assert clock.is_today(span.end)
            assert not span.notices


@many
@given(
    first=sound_clocks,
    last=sound_clocks,
    days=st.tuples(sound_days, sound_days | st.just("")),
    text=sound_spans | sound_instants,
    clock=clocks(),
)
def test_nothing_is_to_come_unless_it_may_be(
    first: str, last: str, days: tuple[str, str], text: str, clock: Clock
) -> None:
    for whole in (text, f"{days[0]}{first} to {days[1]}{last}"):
        span = spanned(whole, clock)
        assert span is None or span.end <= clock.now + MINUTE
    for role in ("start", "end"):
        try:
            moment = parse_instant(text, clock, role=role)  # type: ignore[arg-type]
        except TimeError:
            continue
        assert moment.at <= clock.now + MINUTE
        assert moment.at.microsecond == 0
        assert parse_instant(text, clock, role=role, allow_future=True)  # type: ignore[arg-type]


@many
@given(
    first=st.times().map(lambda t: t.replace(microsecond=0)),
    last=st.times().map(lambda t: t.replace(microsecond=0)),
    clock=clocks(),
)
def test_clock_times_without_a_day_are_todays_or_last_nights(
    first: object, last: object, clock: Clock
) -> None:
    span = spanned(f"{first}-{last}", clock)
    assume(span is not None)
    assert span is not None
    assert span.end - span.start <= timedelta(hours=25)
    day = clock.local(span.start).date()
    if clock.local(span.end).date() == day:
        assert day == clock.today
    # The same on each later day would not be over yet.
    while day < clock.today:
        day += timedelta(days=1)
        later = spanned(f"{day} {first}-{last}", clock, allow_future=True)
        assert later is None or later.end > clock.now + MINUTE


@many
@given(
    hours=st.integers(0, 400),
    minutes=st.integers(0, 59),
    seconds=st.integers(0, 59),
    clock=clocks(),
)
def test_a_relative_time_is_exact_elapsed_time(
    hours: int, minutes: int, seconds: int, clock: Clock
) -> None:
    ago = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    assume(ago)
    typed = f"{hours}h{minutes}m{seconds}s"
    assert parse_duration(typed) == ago
    assert parse_instant(f"-{typed}", clock).at == clock.now - ago
    assert parse_instant(f"{typed} ago", clock).at == clock.now - ago
    assert parse_instant(f"in {typed}", clock, allow_future=True).at == clock.now + ago
    span = parse_span(typed, clock)
    assert (span.start, span.end) == (clock.now - ago, clock.now)
    if ago >= timedelta(minutes=2):
        span = parse_span(f"-{typed} +1m", clock)
        assert (span.start, span.end - span.start) == (clock.now - ago, MINUTE)


@many
@given(typed=sound_clocks, hours=st.integers(0, 72), clock=clocks())
def test_the_latest_clock_is_over_and_no_later_one_is(typed: str, hours: int, clock: Clock) -> None:
    start = clock.now - timedelta(hours=hours)
    try:
        moment = latest_clock(typed, clock, start)
    except TimeError as error:
        checked(error)
        assert hours < 50  # a day whose clocks skip it may be passed over
        return
    assert start <= moment.at <= clock.now + MINUTE
    assert moment.at > clock.now - timedelta(hours=50)
    tomorrow = clock.wall(moment.at) + timedelta(days=1)
    early, late = clock.readings(tomorrow)
    assert early > late or clock.is_ahead(early)


@many
@given(days_back=st.integers(1, 800), clock=clocks())
def test_days_ago_keep_the_wall_clock(days_back: int, clock: Clock) -> None:
    wall = clock.wall(clock.now) - timedelta(days=days_back)
    try:
        moment = parse_instant(f"-{days_back}d", clock)
    except TimeError as error:
        assert "does not exist" in error.message
        return
    assert clock.wall(moment.at) == wall


@many
@given(clock=clocks())
def test_weeks_months_quarters_and_years_follow_one_another(clock: Clock) -> None:
    for unit in ("week", "month", "quarter", "year"):
        last, this = parse_period(f"last-{unit}", clock), parse_period(unit, clock)
        assert last.end == this.start
        assert last.last + timedelta(days=1) == this.first
        assert this.start <= clock.now < this.end
        same = parse_period(f"{this.first}..{this.last}", clock)
        assert (same.start, same.end) == (this.start, this.end)
    week = parse_period("week", clock)
    assert week.first.weekday() == clock.week_start
    assert (week.last - week.first).days == 6


@many
@given(clock=clocks(), start=st.integers(0, 6))
def test_weeks_tile_the_calendar(clock: Clock, start: int) -> None:
    """A walk through the days: each lies in one week, and weeks touch without a gap."""
    before = None
    for day in range(16):
        moved = Clock(clock.now + timedelta(days=day), clock.zone, start)
        week = parse_period("week", moved)
        assert week.first <= moved.today <= week.last
        if before is not None and week != before:
            assert week.start == before.end
            assert week.first == before.last + timedelta(days=1)
        before = week


@many
@given(year=st.integers(1, 9998), week=st.integers(1, 53), clock=clocks())
def test_iso_weeks_tile_too(year: int, week: int, clock: Clock) -> None:
    try:
        period = parse_period(f"{year:04}-W{week:02}", clock)
    except TimeError as error:
        assert week == 53 or year == 1
        assert error.hint
        return
    assert period.first.isocalendar()[:2] == period.last.isocalendar()[:2] == (year, week)
    following = period.last + timedelta(days=1)
    assert following.weekday() == 0


@many
@given(text=periods, clock=clocks())
def test_a_period_is_half_open_at_local_day_starts(text: str, clock: Clock) -> None:
    try:
        period = parse_period(text, clock)
    except TimeError:
        return
    assert period.first <= period.last
    assert clock.local(period.start).date() == period.first
    assert clock.local(period.end - timedelta(seconds=1)).date() == period.last
    assert clock.local(period.end).date() == period.last + timedelta(days=1)
    assert period.start < period.end


@many
@given(start=sound_instants | instants, end=sound_instants | instants, clock=clocks())
def test_parts_typed_apart_agree_with_one_text(start: str, end: str, clock: Clock) -> None:
    assume(not end.startswith("+"))  # after a blank that is a length
    together = spanned(f"{start} {end}", clock)
    try:
        parse_instant(start, clock, allow_future=True)
        parse_instant(end, clock, allow_future=True)
        apart = span_between(clock, start=start, end=end)
    except TimeError:
        return
    # Only a text that can be read in two ways needs its parts apart.
    if together is not None:
        assert (apart.start, apart.end) == (together.start, together.end)
