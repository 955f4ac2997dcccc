"""The documented table of typed times, row by row: Wednesday 2026-11-25 10:15 in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clockify_cli.core.errors import TimeError
from clockify_cli.times import (
    Clock,
    implausibilities,
    latest_clock,
    leading_spans,
    parse_duration,
    parse_instant,
    parse_period,
    parse_span,
    span_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = Clock(datetime(2026, 11, 25, 10, 15, tzinfo=BERLIN), BERLIN)


def wall(instant: datetime) -> str:
    return instant.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


def spans(line: str) -> tuple[list[tuple[str, str]], str]:
    """Return the spans that ``log LINE`` records, and the description."""
    words = line.split()
    found, count = leading_spans(words, NOW)
    return [(wall(span.start), wall(span.end)) for span in found], " ".join(words[count:])


def hint(ask: object, *arguments: object, **options: object) -> str:
    with pytest.raises(TimeError) as caught:
        ask(*arguments, **options)  # type: ignore[operator]
    return f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("typed", ["9:00", "09:00", "0900", "9am"])
def test_a_clock_time_is_todays(typed: str) -> None:
    assert wall(parse_instant(typed, NOW).at) == "2026-11-25 09:00"


@pytest.mark.parametrize("typed", ["900", "9"])
def test_a_bare_number_is_no_time(typed: str) -> None:
    assert "Did you mean 9:00?" in hint(parse_instant, typed, NOW)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("yesterday 14:00", "2026-11-24 14:00"),
        ("yesterday at 9:00", "2026-11-24 09:00"),
        ("monday 9:00", "2026-11-23 09:00"),
        ("wed 10:00", "2026-11-25 10:00"),
        ("-1h", "2026-11-25 09:15"),
        ("1h ago", "2026-11-25 09:15"),
        ("-1h30m", "2026-11-25 08:45"),
        ("-90m", "2026-11-25 08:45"),
        ("-1.5h", "2026-11-25 08:45"),
        ("-1:30", "2026-11-25 08:45"),
        ("-1d 9:00", "2026-11-24 09:00"),
        ("-1d", "2026-11-24 10:15"),
        ("-24h", "2026-11-24 10:15"),
        ("2026-09-17T09:00Z", "2026-09-17 11:00"),
        ("2026-09-17T09:00+02:00", "2026-09-17 09:00"),
        ("2026-09-17T09:00", "2026-09-17 09:00"),
        ("2026-09-17 09:00", "2026-09-17 09:00"),
    ],
)
def test_an_instant(typed: str, found: str) -> None:
    assert wall(parse_instant(typed, NOW).at) == found


def test_a_day_is_a_period_but_no_instant() -> None:
    assert "day" in hint(parse_instant, "yesterday", NOW)
    assert str(parse_period("yesterday", NOW).first) == "2026-11-24"


def test_a_weekday_in_the_future_is_last_weeks_and_today_is_refused() -> None:
    moment = parse_instant("wed 11:00", NOW)
    assert wall(moment.at) == "2026-11-18 11:00"
    assert "in the future" in moment.notices[0]
    assert "in the future" in hint(parse_instant, "today 11:00", NOW)


@pytest.mark.parametrize(
    "typed", ["1h30m", "1h 30m", "90m", "90min", "1.5h", "1,5h", "1:30", "PT1H30M"]
)
def test_ninety_minutes(typed: str) -> None:
    assert parse_duration(typed) == timedelta(minutes=90)
    assert span_between(NOW, length=typed).start == NOW.now - timedelta(minutes=90)


@pytest.mark.parametrize("typed", ["90", "1h1h", "30m1h", "1:75", "0m", "2 months"])
def test_what_is_no_length(typed: str) -> None:
    hint(parse_duration, typed)
    hint(leading_spans, [typed, "Review"], NOW)


def test_hours_and_minutes_alone_are_no_span_in_log() -> None:
    assert "9:00-now, or a duration: 9h?" in hint(leading_spans, ["9:00"], NOW)
    assert "1:30-now, or a duration: 1h30m?" in hint(leading_spans, ["1:30", "Review"], NOW)
    assert spans("8:00 +1:30 x") == ([("2026-11-25 08:00", "2026-11-25 09:30")], "x")
    assert spans("8:00 for 1:30 x") == ([("2026-11-25 08:00", "2026-11-25 09:30")], "x")


@pytest.mark.parametrize(
    ("line", "found", "text"),
    [
        ("9-10", [("25 09:00", "25 10:00")], ""),
        ("monday 9-10:30 Plan", [("23 09:00", "23 10:30")], "Plan"),
        ("9:00-now", [("25 09:00", "25 10:15")], ""),
        ("9-10 1-1 with Bob", [("25 09:00", "25 10:00")], "1-1 with Bob"),
        ("08-09 Mail", [("25 08:00", "25 09:00")], "Mail"),
        ("yesterday 22:00-06:00", [("24 22:00", "25 06:00")], ""),
        ("23:00-01:00 Ops", [("24 23:00", "25 01:00")], "Ops"),
        ("8:00-9:00 9:30-10:00 x", [("25 08:00", "25 09:00"), ("25 09:30", "25 10:00")], "x"),
        (
            "yesterday 9:00-10:00 11:00-12:00",
            [("24 09:00", "24 10:00"), ("24 11:00", "24 12:00")],
            "",
        ),
    ],
)
def test_what_log_records(line: str, found: list[tuple[str, str]], text: str) -> None:
    expected = [tuple(f"2026-11-{end}" for end in span) for span in found]
    assert spans(line) == (expected, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("10-12 9:00-10:00", "'2026-10-12 9:00-10:00' or 'yesterday 10:00-12:00 9:00-10:00'"),
        ("1h 2h x", "clockify log 1h -- 2h x"),
        ("9:00 9:30 9:45 10:00 x", "'9:00-9:30 9:45-10:00'"),
        ("9:00-8:30 x", "before it starts"),
        ("20/11 9:00-10:00", "two ways"),
        ("11/20 9:00-10:00", "two ways"),
        ("today 9:00-11:00 x", "in the future"),
        ("2026-03-29 02:30-04:00 x", "'2026-03-29 01:59' and '2026-03-29 03:00'"),
    ],
)
def test_what_log_refuses(line: str, said: str) -> None:
    with pytest.raises(TimeError) as caught:
        spans(line)
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_a_month_and_day_before_a_span_is_refused_with_both_readings() -> None:
    evening = Clock(datetime(2026, 11, 25, 20, 0, tzinfo=BERLIN), BERLIN)
    said = hint(leading_spans, ["10-12", "9:00-10:00"], evening)
    assert "'2026-10-12 9:00-10:00' or '10:00-12:00 9:00-10:00'" in said


def test_clock_changes() -> None:
    assert "does not exist" in hint(parse_instant, "2026-03-29 02:30", NOW)
    start = parse_instant("2026-10-25 02:30", NOW, role="start")
    end = parse_instant("2026-10-25 02:30", NOW, role="end")
    assert end.at - start.at == timedelta(hours=1)
    assert start.notices
    assert end.notices
    for day, hours in (("2026-03-29", 1), ("2026-10-25", 3)):
        span = parse_span(f"{day} 01:30-03:30", NOW)
        assert span.end - span.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("13pm", "yesterday 13:00-now"),
        ("2pm-3pm", "yesterday 2pm-3pm"),
        ("22:00-24:00", "22:00-0:00"),
        ("yesterday 22:00-24:00", "yesterday 22:00-0:00"),
        ("9:00-24:00", "yesterday 9:00 to today 0:00"),
        ("9-24", "yesterday 9 to today 0:00"),
        ("9-5", "yesterday 9-17:00"),
        ("13pm-2pm", "yesterday 13:00-2pm"),
    ],
)
def test_a_hint_names_a_line_that_is_accepted(line: str, offered: str) -> None:
    assert offered in hint(leading_spans, line.split(), NOW)
    assert spans(offered)[1] == ""


@pytest.mark.parametrize(
    ("typed", "start", "found"),
    [
        ("9:00", "2026-11-25 08:00", "2026-11-25 09:00"),
        ("9:00", "2026-11-25 09:00", "2026-11-25 09:00"),
        ("17:30", "2026-11-24 09:00", "2026-11-24 17:30"),
        ("17:30", "2026-11-01 09:00", "2026-11-24 17:30"),
        ("5:30pm", "2026-11-24 17:30", "2026-11-24 17:30"),
        ("17:30", "2026-11-24 17:31", ""),
        ("9:00", "2026-11-25 09:01", ""),
        ("24:00", "2026-11-24 09:00", ""),
    ],
)
def test_a_timer_ends_at_the_latest_such_time_since_its_start(
    typed: str, start: str, found: str
) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    if not found:
        hint(latest_clock, typed, NOW, begun)
    else:
        assert wall(latest_clock(typed, NOW, begun).at) == found


def test_a_minute_of_skew_is_no_future_and_more_is() -> None:
    assert parse_instant("10:16", NOW).at > NOW.now
    assert "--allow-future" in hint(parse_instant, "10:17", NOW)
    assert parse_instant("10:17", NOW, allow_future=True).at > NOW.now


def test_long_spans_and_old_ones_are_asked_about() -> None:
    long = parse_span("yesterday 9:00 now", NOW)
    old = parse_span("2025-11-20 9:00-10:00", NOW)
    for span in (long, old):
        assert implausibilities(span.start, span.end, NOW)


def test_two_weeks_never_share_a_day() -> None:
    for start in range(7):
        clock = Clock(NOW.now, BERLIN, start)
        this, last = parse_period("week", clock), parse_period("last week", clock)
        assert last.end == this.start
        assert this.end.astimezone(UTC) - this.start.astimezone(UTC) == timedelta(days=7)
        assert this.first.weekday() == start
