"""The time grammar by example: Wednesday 2026-11-25 10:15 in Berlin, and where clocks change."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from clockify_cli.core.errors import TimeError
from clockify_cli.times import (
    Clock,
    Period,
    Span,
    implausibilities,
    leading_span,
    leading_spans,
    parse_day,
    parse_duration,
    parse_instant,
    parse_period,
    parse_span,
    span_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = "2026-03-29"  # 02:00 becomes 03:00
AUTUMN = "2026-10-25"  # 03:00 becomes 02:00


def at(wall: str, zone: tzinfo = BERLIN, fold: int = 0) -> datetime:
    """Return an instant from its local wall clock."""
    return datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def clock_at(
    wall: str,
    zone: tzinfo = BERLIN,
    *,
    week_start: int = 0,
    last_stop: datetime | None = None,
    last_start: datetime | None = None,
) -> Clock:
    return Clock(at(wall, zone), zone, week_start, lambda: last_stop, lambda: last_start)


NOW = clock_at("2026-11-25 10:15:00")


def refused(ask: Callable[[], object]) -> TimeError:
    """Return the refusal of something, which always says what to do next."""
    with pytest.raises(TimeError) as caught:
        ask()
    assert caught.value.exit_code == 2
    assert caught.value.hint
    return caught.value


def walls(span: Span, zone: tzinfo = BERLIN) -> tuple[str, str]:
    """Return a span's ends as local wall clocks."""
    return tuple(  # type: ignore[return-value]
        one.astimezone(zone).replace(tzinfo=None).isoformat(" ", "minutes")
        for one in (span.start, span.end)
    )


def cases(text: str) -> list[str]:
    """Return the cases that stand between bars."""
    return text.split(" | ")


# -- instants ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wall", "rule"),
    [
        ("9:00", "2026-11-25 09:00", "clock"),
        ("09:00", "2026-11-25 09:00", "clock"),
        ("0900", "2026-11-25 09:00", "clock"),
        ("9am", "2026-11-25 09:00", "clock"),
        ("9:00am", "2026-11-25 09:00", "clock"),
        ("9:00:30", "2026-11-25 09:00:30", "clock"),
        ("12am", "2026-11-25 00:00", "clock"),
        ("midnight", "2026-11-25 00:00", "clock"),
        ("now", "2026-11-25 10:15", "now"),
        ("today 9:00", "2026-11-25 09:00", "day and clock"),
        ("yesterday 14:00", "2026-11-24 14:00", "day and clock"),
        ("yesterday at 9:00", "2026-11-24 09:00", "day and clock"),
        ("yesterday noon", "2026-11-24 12:00", "day and clock"),
        ("yesterday 12pm", "2026-11-24 12:00", "day and clock"),
        ("yesterday 9:30pm", "2026-11-24 21:30", "day and clock"),
        ("-1d 9:00", "2026-11-24 09:00", "day and clock"),
        ("-3d at 9:00", "2026-11-22 09:00", "day and clock"),
        ("monday 9:00", "2026-11-23 09:00", "weekday and clock"),
        ("mon 9:00", "2026-11-23 09:00", "weekday and clock"),
        ("thu 9:00", "2026-11-19 09:00", "weekday and clock"),
        ("wed 10:00", "2026-11-25 10:00", "weekday and clock"),
        ("last wed 9:00", "2026-11-18 09:00", "weekday and clock"),
        ("this mon 9:00", "2026-11-23 09:00", "weekday and clock"),
        ("11-20 9:00", "2026-11-20 09:00", "date and clock"),
        ("2026-11-20 9:00", "2026-11-20 09:00", "date and clock"),
        ("2026-11-20T09:00", "2026-11-20 09:00", "timestamp"),
        ("2026-11-20 09:00:07.9", "2026-11-20 09:00:07", "timestamp"),
        ("-1h", "2026-11-25 09:15", "relative"),
        ("1h ago", "2026-11-25 09:15", "relative"),
        ("-1h30m", "2026-11-25 08:45", "relative"),
        ("-1h 30m", "2026-11-25 08:45", "relative"),
        ("1h 30m ago", "2026-11-25 08:45", "relative"),
        ("-90m", "2026-11-25 08:45", "relative"),
        ("-1.5h", "2026-11-25 08:45", "relative"),
        ("-1:30", "2026-11-25 08:45", "relative"),
        ("-PT1H30M", "2026-11-25 08:45", "relative"),
        ("-90s", "2026-11-25 10:13:30", "relative"),
        ("-1d", "2026-11-24 10:15", "relative"),
        ("1 week ago", "2026-11-18 10:15", "relative"),
        ("-24h", "2026-11-24 10:15", "relative"),
    ],
)
def test_an_instant_is_read_as_documented(typed: str, wall: str, rule: str) -> None:
    for text in (typed, typed.upper(), f"  {typed.replace(' ', '   ')}\t"):
        moment = parse_instant(text, NOW)
        assert (moment.at, moment.rule, moment.notices) == (at(wall), rule, ())
        assert moment.plainly_today is (wall[:10] == "2026-11-25")


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-09-17T09:00Z", "2026-09-17T09:00"),
        ("2026-09-17 09:00z", "2026-09-17T09:00"),
        ("2026-09-17T09:00+02:00", "2026-09-17T07:00"),
        ("2026-09-17T09:00:30.25-03", "2026-09-17T12:00:30"),
        ("2026-09-17 09:00-03:30", "2026-09-17T12:30"),
    ],
)
def test_a_timestamp_with_an_offset_is_that_instant(typed: str, utc: str) -> None:
    for zone in (BERLIN, ZoneInfo("Pacific/Kiritimati")):
        moment = parse_instant(typed, Clock(NOW.now, zone))
        assert moment.at == at(utc, UTC)
        assert moment.at.utcoffset() == timedelta()
        assert not moment.plainly_today


def test_todays_instant_with_an_offset_is_echoed() -> None:
    assert not parse_instant("2026-11-25T08:00Z", NOW).plainly_today


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("900", "Did you mean 9:00?"),
        ("9", "Did you mean 9:00?"),
        ("yesterday 9", "Did you mean 'yesterday 9:00'?"),
        ("yesterday", "Did you mean 'yesterday 9:00'?"),
        ("mon", "Did you mean 'mon 9:00'?"),
        ("9 am", "Did you mean 9am?"),
        ("9.30", "Did you mean 9:30?"),
        ("at 9:00", "Did you mean 9:00?"),
        ("- 1h", "Did you mean -1h?"),
        ("9:00 yesterday", "Did you mean 'yesterday 9:00'?"),
        ("1h30m", "Did you mean -1h30m?"),
        ("2026-09-17T09:00+0200", "Did you mean 2026-09-17T09:00+02:00?"),
    ],
)
def test_a_near_miss_is_mended_in_the_hint_alone(typed: str, hint: str) -> None:
    assert refused(lambda: parse_instant(typed, NOW)).hint == hint
    meant = hint.removeprefix("Did you mean ").removesuffix("?").strip("'")
    assert parse_instant(meant, NOW).at < NOW.now


@pytest.mark.parametrize("typed", ["20/11", "11/20", "20/11 9:00", "2026/11/20 9:00"])
def test_a_date_with_slashes_is_refused(typed: str) -> None:
    error = refused(lambda: parse_instant(typed, NOW))
    assert "two ways" in error.message
    assert "2026-11-20" in error.hint


@pytest.mark.parametrize(
    "typed",
    cases(
        " | ? | 9ː00 | ９:00 | 90 | -9 | --1h | 1h ago ago | in -1h | ago | - | 9:0 | 9:000 | "
        "90000 | noonish | 9:00:30am | T09:00 | 2026-11-20T9:00 | week | 9:00-10:30 | "
        "yesterday yesterday 9:00 | next 9:00 | 9:00\n10:00 | \x1b[31m9:00 | at | last- | "
        "last stop | 1 month ago | 2026-11-20T09:00+2"
    ),
)
def test_what_is_no_instant_is_refused_with_three_examples(typed: str) -> None:
    error = refused(lambda: parse_instant(typed, NOW))
    assert error.message.isprintable()
    assert "9:00, 'yesterday 14:00', -1h30m" in error.hint


@pytest.mark.parametrize(
    "typed",
    cases(
        "25:00 | 9:60 | 9:00:60 | 2400 | 24:00 | 0060 | 0am | 13pm | 13:00am | 9:60pm | "
        "2026-02-30 9:00 | 2026-13-01 9:00 | 02-29 9:00 | 00-10 9:00 | 0000-01-01 9:00 | "
        "-1h1h | 30m1h ago | in 1:75 | -0m | 2026-11-20T09:00+24:00 | "
        "2026-11-20T09:00+02:60 | 0001-01-01 00:00 | -99999999999999d 9:00 | -40000d | "
        "9999-12-31T23:59:59-12:00"
    ),
)
def test_an_instant_that_no_clock_or_calendar_has_is_refused(typed: str) -> None:
    refused(lambda: parse_instant(typed, NOW, allow_future=True))


def test_the_last_day_that_a_calendar_has_is_read() -> None:
    assert parse_instant("9999-12-31 23:59", NOW, allow_future=True).at.year == 9999
    east = Clock(NOW.now, ZoneInfo("Pacific/Kiritimati"))
    refused(lambda: parse_instant("9999-12-31T23:59Z", east, allow_future=True))


@pytest.mark.parametrize("typed", ["today 11:00", "11:00", "noon", "tomorrow 9:00", "in 5m", "+5m"])
@pytest.mark.parametrize("role", ["start", "end"])
def test_a_time_to_come_needs_a_flag(typed: str, role: str) -> None:
    error = refused(lambda: parse_instant(typed, NOW, role=role))  # type: ignore[arg-type]
    assert "in the future" in error.message
    assert "--allow-future" in error.hint
    assert parse_instant(typed, NOW, allow_future=True).at > NOW.now


def test_the_flag_reaches_days_to_come() -> None:
    def read(typed: str) -> datetime:
        return parse_instant(typed, NOW, allow_future=True).at

    assert read("in 1h30m") == at("2026-11-25 11:45")
    assert read("tomorrow 9:00") == at("2026-11-26 09:00")
    assert read("next wed 9:00") == at("2026-12-02 09:00")
    assert read("this fri 9:00") == at("2026-11-27 09:00")


def test_clocks_may_differ_by_a_minute() -> None:
    assert parse_instant("10:16", NOW).at == at("2026-11-25 10:16")
    assert parse_instant("in 60s", NOW).at == at("2026-11-25 10:16")
    refused(lambda: parse_instant("10:16:01", NOW))


def test_a_weekday_whose_clock_is_to_come_is_last_weeks_with_a_notice() -> None:
    moment = parse_instant("wed 11:00", NOW)
    assert moment.at == at("2026-11-18 11:00")
    (notice,) = moment.notices
    assert "Wed 2026-11-18 11:00" in notice
    assert "in the future" in notice
    today = parse_instant("wed 11:00", NOW, allow_future=True)
    assert (today.at, today.notices) == (at("2026-11-25 11:00"), ())


def test_a_date_without_a_year_is_the_latest_one_with_a_notice() -> None:
    moment = parse_instant("12-01 9:00", NOW)
    assert moment.at == at("2025-12-01 09:00")
    assert "2025-12-01" in moment.notices[0]


def test_anchors_come_from_the_clock_and_are_asked_for_only_when_typed() -> None:
    asked: list[str] = []

    def stop() -> datetime:
        asked.append("stop")
        return at("2026-11-25 09:00:00")

    def start() -> datetime:
        asked.append("start")
        return at("2026-11-24 17:00:00")

    clock = Clock(NOW.now, BERLIN, 0, stop, start)
    parse_span("9:00-10:00", clock)
    leading_span(["1h", "last-stop"], clock)
    assert asked == []
    moment = parse_instant("last-stop", clock)
    assert (moment.at, moment.rule) == (at("2026-11-25 09:00"), "last-stop")
    assert parse_instant("Last-Start", clock).at == at("2026-11-24 17:00")
    asked.clear()
    span, count = leading_span(["last-stop", "now", "2", "reviews"], clock)
    assert (walls(span), count) == (("2026-11-25 09:00", "2026-11-25 10:15"), 2)
    assert asked == ["stop"]


@pytest.mark.parametrize("typed", ["last-stop", "last-start"])
def test_an_anchor_without_an_entry_is_refused_clearly(typed: str) -> None:
    error = refused(lambda: parse_instant(typed, NOW))
    assert typed in error.message
    assert "no " in error.message
    refused(lambda: parse_span(f"{typed} now", NOW))


def test_a_skipped_time_offers_both_neighbours() -> None:
    error = refused(lambda: parse_instant(f"{SPRING} 02:30", NOW))
    assert "does not exist in Europe/Berlin" in error.message
    before, after = f"'{SPRING} 01:59'", f"'{SPRING} 03:00'"
    assert before in error.hint
    assert after in error.hint
    first, second = (parse_instant(one.strip("'"), NOW).at for one in (before, after))
    assert second - first == timedelta(minutes=1)
    refused(lambda: parse_instant(f"{SPRING}T02:30", NOW))
    assert parse_instant(f"{SPRING}T02:30+01:00", NOW).at == at(f"{SPRING} 03:30")


def test_a_time_that_happens_twice_goes_by_its_role() -> None:
    start = parse_instant(f"{AUTUMN} 02:30", NOW, role="start")
    end = parse_instant(f"{AUTUMN} 02:30", NOW, role="end")
    assert end.at - start.at == timedelta(hours=1)
    assert "earlier" in start.notices[0]
    assert "+02:00" in start.notices[0]
    assert "later" in end.notices[0]
    assert "+01:00" in end.notices[0]
    for offset, found in (("+02:00", start.at), ("+01:00", end.at)):
        exact = parse_instant(f"{AUTUMN}T02:30{offset}", NOW)
        assert (exact.at, exact.notices) == (found, ())


def test_a_day_ago_keeps_the_wall_clock_and_24_hours_do_not() -> None:
    after_spring = clock_at(f"{SPRING} 12:00")
    assert parse_instant("-1d", after_spring).at == at("2026-03-28 12:00")
    assert parse_instant("-24h", after_spring).at == at("2026-03-28 11:00")
    after_autumn = clock_at(f"{AUTUMN} 12:00")
    assert parse_instant("-1d", after_autumn).at == at("2026-10-24 12:00")
    assert parse_instant("-24h", after_autumn).at == at("2026-10-24 13:00")
    assert parse_instant("-1d2h", after_autumn).at == at("2026-10-24 10:00")


def test_a_day_ago_may_fall_into_the_gap_or_the_fold() -> None:
    error = refused(lambda: parse_instant("-1d", clock_at("2026-03-30 02:30")))
    assert "does not exist" in error.message
    moment = parse_instant("-1d", clock_at("2026-10-26 02:30"))
    assert moment.at == at(f"{AUTUMN} 02:30", fold=0)
    assert "happens twice" in moment.notices[0]


def test_within_the_fold_now_is_the_hour_that_it_is() -> None:
    for fold in (0, 1):
        clock = Clock(at(f"{AUTUMN} 02:45", fold=fold), BERLIN)
        assert parse_instant("now", clock).at == clock.now
        assert parse_instant("-1h", clock).at == clock.now - timedelta(hours=1)
    early = Clock(at(f"{AUTUMN} 02:15", fold=0), BERLIN)
    # As an end it would be the later 02:10, which is to come.
    refused(lambda: parse_instant("2:10", early, role="end"))
    assert parse_instant("2:10", early).at == at(f"{AUTUMN} 02:10", fold=0)


# -- durations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [(one, 5400) for one in ("1h30m", "1h 30m", "90m", "90min", "1.5h", "1,5h", "1:30", "PT1H30M")]
    + [("1 hour 30 minutes", 5400), ("5400s", 5400), ("1H30M", 5400), ("pt1.5h", 5400)]
    + [("24h", 86_400), ("1d", 86_400), ("1w2d3h4m5s", 788_645), ("100:00", 360_000), ("1.5s", 2)],
)
def test_a_duration_is_exact(typed: str, seconds: int) -> None:
    assert parse_duration(typed) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "typed",
    cases(
        "90 | 1.5 | 1h1h | 30m1h | 1:75 | 0m | 0:00 |  | m | 1h30 | -1h | 1h,30m | h1 | "
        "2 months | 1mo | 1y | P1D | PT | 1:30:00 | 99999999w | ٣m"
    ),
)
def test_what_is_no_duration_is_refused(typed: str) -> None:
    refused(lambda: parse_duration(typed))


def test_m_is_always_minutes() -> None:
    assert parse_duration("30m") == timedelta(minutes=30)
    assert "no fixed length" in refused(lambda: parse_duration("2 months")).message
    assert "no fixed length" in refused(lambda: parse_span("2 months", NOW)).message


@pytest.mark.parametrize("read", [parse_duration, lambda text: parse_span(text, NOW)])
def test_a_bare_number_is_asked_back(read: Callable[[str], object]) -> None:
    error = refused(lambda: read("90"))
    assert "minutes or hours?" in error.message
    assert "90m or 90h" in error.hint


# -- spans ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "start", "end", "rule"),
    [
        ("9:00-10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00 - 10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00..10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00 to 10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00 10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00–10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("9:00 – 10:00", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("8-9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("8 - 9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("8..9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("8 to 9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("08-09", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("8–9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("9-10:15", "11-25 09:00", "11-25 10:15", "clock to clock"),
        ("8:30-9", "11-25 08:30", "11-25 09:00", "clock to clock"),
        ("0830-9", "11-25 08:30", "11-25 09:00", "clock to clock"),
        ("8-9am", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("8am-9", "11-25 08:00", "11-25 09:00", "clock to clock"),
        ("9:00-now", "11-25 09:00", "11-25 10:15", "clock to now"),
        ("9-now", "11-25 09:00", "11-25 10:15", "clock to now"),
        ("9am to now", "11-25 09:00", "11-25 10:15", "clock to now"),
        ("yesterday 11-now", "11-24 11:00", "11-25 10:15", "day and clock to now"),
        ("monday 9-11", "11-23 09:00", "11-23 11:00", "weekday and clock to clock"),
        ("monday 9-10:30", "11-23 09:00", "11-23 10:30", "weekday and clock to clock"),
        ("monday at 9-10:30", "11-23 09:00", "11-23 10:30", "weekday and clock to clock"),
        ("last mon 9 to 5pm", "11-23 09:00", "11-23 17:00", "weekday and clock to clock"),
        ("yesterday 10-1pm", "11-24 10:00", "11-24 13:00", "day and clock to clock"),
        ("-1d 9-11", "11-24 09:00", "11-24 11:00", "day and clock to clock"),
        ("2026-11-20 9-11", "11-20 09:00", "11-20 11:00", "date and clock to clock"),
        ("fri 2026-11-20 9-11", "11-20 09:00", "11-20 11:00", "date and clock to clock"),
        ("mon 9 - tue 17", "11-23 09:00", "11-24 17:00", "weekday and clock to weekday and clock"),
        ("2026-11-20 23:30–00:45+1", "11-20 23:30", "11-21 00:45", "date and clock to clock"),
        ("2026-11-20 9:00-9:00+1", "11-20 09:00", "11-21 09:00", "date and clock to clock"),
        ("0900-1000", "11-25 09:00", "11-25 10:00", "clock to clock"),
        ("8am-9:30am", "11-25 08:00", "11-25 09:30", "clock to clock"),
        ("9:00-10:15", "11-25 09:00", "11-25 10:15", "clock to clock"),
        ("9:00-10:16", "11-25 09:00", "11-25 10:16", "clock to clock"),
        ("yesterday 14:00-15:30", "11-24 14:00", "11-24 15:30", "day and clock to clock"),
        ("yesterday at 14:00 15:30", "11-24 14:00", "11-24 15:30", "day and clock to clock"),
        ("yesterday noon to 1pm", "11-24 12:00", "11-24 13:00", "day and clock to clock"),
        ("monday 9am-11am", "11-23 09:00", "11-23 11:00", "weekday and clock to clock"),
        ("-1d 9:00-10:00", "11-24 09:00", "11-24 10:00", "day and clock to clock"),
        ("-1d 9:00 10:00", "11-24 09:00", "11-24 10:00", "day and clock to clock"),
        ("2026-11-20 09:00-10:30", "11-20 09:00", "11-20 10:30", "date and clock to clock"),
        ("2026-11-20 0900-1030", "11-20 09:00", "11-20 10:30", "date and clock to clock"),
        (
            "yesterday 22:00-today 6:00",
            "11-24 22:00",
            "11-25 06:00",
            "day and clock to day and clock",
        ),
        (
            "2026-11-20 22:00 - 11-22 6:00",
            "11-20 22:00",
            "11-22 06:00",
            "date and clock to date and clock",
        ),
        (
            "mon 9:00-tue 17:00",
            "11-23 09:00",
            "11-24 17:00",
            "weekday and clock to weekday and clock",
        ),
        ("9:00 now", "11-25 09:00", "11-25 10:15", "clock to now"),
        ("-2h -1h", "11-25 08:15", "11-25 09:15", "relative to relative"),
        ("-2:00 -1:00", "11-25 08:15", "11-25 09:15", "relative to relative"),
        ("2h ago 1h ago", "11-25 08:15", "11-25 09:15", "relative to relative"),
        ("-2d -1d", "11-23 10:15", "11-24 10:15", "relative to relative"),
        ("-2d -1d 9:00", "11-23 10:15", "11-24 09:00", "relative to day and clock"),
        ("-2h 9:00", "11-25 08:15", "11-25 09:00", "relative to clock"),
        ("9:00 -30m", "11-25 09:00", "11-25 09:45", "clock to relative"),
        (
            "2026-11-20T09:00 2026-11-20T10:00",
            "11-20 09:00",
            "11-20 10:00",
            "timestamp to timestamp",
        ),
        (
            "2026-11-20T08:00Z 2026-11-20T10:00+01:00",
            "11-20 09:00",
            "11-20 10:00",
            "timestamp to timestamp",
        ),
        ("9:00 for 45m", "11-25 09:00", "11-25 09:45", "clock for duration"),
        ("9:00 +45m", "11-25 09:00", "11-25 09:45", "clock for duration"),
        ("9:00+45m", "11-25 09:00", "11-25 09:45", "clock for duration"),
        ("9:00 + 45 min", "11-25 09:00", "11-25 09:45", "clock for duration"),
        ("8:00 +1:30", "11-25 08:00", "11-25 09:30", "clock for duration"),
        ("yesterday 14:00 +45m", "11-24 14:00", "11-24 14:45", "day and clock for duration"),
        ("-2h for 1h", "11-25 08:15", "11-25 09:15", "relative for duration"),
        ("-2h +1h", "11-25 08:15", "11-25 09:15", "relative for duration"),
        ("2026-11-24 09:00 +01:00", "11-24 09:00", "11-24 10:00", "date and clock for duration"),
        ("45m until 10:00", "11-25 09:15", "11-25 10:00", "duration until clock"),
        ("1h 30m until now", "11-25 08:45", "11-25 10:15", "duration until now"),
        ("1h until yesterday 15:00", "11-24 14:00", "11-24 15:00", "duration until day and clock"),
        ("1h30m", "11-25 08:45", "11-25 10:15", "duration until now"),
        ("1h 30m", "11-25 08:45", "11-25 10:15", "duration until now"),
        ("PT90M", "11-25 08:45", "11-25 10:15", "duration until now"),
        ("1d", "11-24 10:15", "11-25 10:15", "duration until now"),
    ],
)
def test_a_span_is_read_as_documented(typed: str, start: str, end: str, rule: str) -> None:
    expected = (f"2026-{start}", f"2026-{end}")
    for text in (typed, typed.upper(), f" {typed.replace(' ', '  ')} "):
        span = parse_span(text, NOW)
        assert (walls(span), span.rule, span.notices) == (expected, rule, ())
    assert parse_span(typed.split(" "), NOW) == span
    both_today = start[:5] == end[:5] == "11-25"
    assert span.plainly_today is both_today


def test_seconds_are_kept_where_typed_and_for_now() -> None:
    clock = clock_at("2026-11-25 10:15:42", last_stop=at("2026-11-25 09:03:07"))
    span = parse_span("last-stop now", clock)
    assert (span.start, span.end) == (at("2026-11-25 09:03:07"), at("2026-11-25 10:15:42"))
    assert parse_span("30s", clock).start == at("2026-11-25 10:15:12")
    assert parse_span("9:00:05-9:00:06", clock).end == at("2026-11-25 09:00:06")


def test_a_clock_only_end_before_the_start_is_the_next_days() -> None:
    span = parse_span("yesterday 22:00-06:00", NOW)
    assert walls(span) == ("2026-11-24 22:00", "2026-11-25 06:00")
    assert any("next day" in notice for notice in span.notices)
    assert not span.plainly_today
    assert walls(parse_span("yesterday 22:00-midnight", NOW))[1] == "2026-11-25 00:00"
    assert walls(parse_span("yesterday 20:00-8:00", NOW))[1] == "2026-11-25 08:00"
    span = parse_span("-14h 1:00", NOW)
    assert walls(span) == ("2026-11-24 20:15", "2026-11-25 01:00")
    assert "next day" in span.notices[0]


@pytest.mark.parametrize(
    "typed", ["yesterday 20:00-8:01", "9:00-8:30", "today 9:00-8:59", "yesterday 14:00 13:00"]
)
def test_an_end_more_than_half_a_day_over_midnight_is_before_the_start(typed: str) -> None:
    error = refused(lambda: parse_span(typed, NOW))
    assert "ends before it starts" in error.message


@pytest.mark.parametrize(
    "typed", ["-1h -2h", "now -1h", "today 9:00 yesterday 10:00", "9:00-yesterday 10:00"]
)
def test_an_end_before_the_start_is_refused(typed: str) -> None:
    assert "ends before it starts" in refused(lambda: parse_span(typed, NOW)).message


@pytest.mark.parametrize("typed", ["9:00-9:00", "now now", "-1h -1h", "9:00-today 9:00"])
def test_a_span_without_length_is_refused(typed: str) -> None:
    assert "no duration" in refused(lambda: parse_span(typed, NOW)).message


def test_a_clock_alone_after_a_start_on_another_day_is_that_days() -> None:
    clock = clock_at("2026-11-25 10:15", last_stop=at("2026-11-24 17:00"))
    error = refused(lambda: parse_span("last-stop 9:00", clock))
    assert "'last-stop today 9:00'" in error.hint
    assert walls(parse_span("last-stop today 9:00", clock))[1] == "2026-11-25 09:00"


@pytest.mark.parametrize(
    ("now", "typed", "start", "end"),
    [
        ("11-25 10:15", "23:00-01:00", "11-24 23:00", "11-25 01:00"),
        ("11-25 01:00", "23:00-01:00", "11-24 23:00", "11-25 01:00"),
        ("11-25 00:30", "23:00-01:00", "11-23 23:00", "11-24 01:00"),
        ("11-25 23:30", "23:00-01:00", "11-24 23:00", "11-25 01:00"),
        ("11-25 00:15", "23:30 +45m", "11-24 23:30", "11-25 00:15"),
        ("11-25 10:15", "wed 9:00-11:00", "11-18 09:00", "11-18 11:00"),
        ("11-25 10:15", "wed 9:00 for 2h", "11-18 09:00", "11-18 11:00"),
        ("11-25 10:15", "1h until wed 11:00", "11-18 10:00", "11-18 11:00"),
        ("11-25 10:15", "tue 23:00-11:00", "11-17 23:00", "11-18 11:00"),
    ],
)
def test_over_midnight_or_on_a_weekday_it_is_the_latest_span_that_is_over(
    now: str, typed: str, start: str, end: str
) -> None:
    span = parse_span(typed, clock_at(f"2026-{now}"))
    assert walls(span) == (f"2026-{start}", f"2026-{end}")
    assert span.notices
    assert not span.plainly_today


def test_with_the_flag_a_span_without_a_day_is_todays() -> None:
    span = parse_span("14:00-15:00", NOW, allow_future=True)
    assert (walls(span), span.notices) == (("2026-11-25 14:00", "2026-11-25 15:00"), ())
    assert walls(parse_span("wed 14:00 +1h", NOW, allow_future=True))[0] == "2026-11-25 14:00"
    assert walls(parse_span("1h until 15:00", NOW, allow_future=True))[1] == "2026-11-25 15:00"


@pytest.mark.parametrize(
    "typed",
    cases(
        "today 9:00-11:00 | today 11:00-12:00 | today 9:00 +2h | yesterday 23:00-11:00 | "
        "11:00-12:00 | 9:00-11:00 | 14:00 +45m | 9:00 for 2h | 1h until 15:00 | "
        "now +1h | 9:00 in 1h | 11:00 now | 1h until in 5m | tomorrow 9:00-10:00 | "
        "yesterday 9:00 - tomorrow 9:00 | 2026-11-26T09:00Z 2026-11-26T10:00Z"
    ),
)
def test_a_span_to_come_needs_a_flag(typed: str) -> None:
    assert "in the future" in refused(lambda: parse_span(typed, NOW)).message


def test_spans_across_a_clock_change_are_elapsed_time() -> None:
    for day, hours in ((SPRING, 1), (AUTUMN, 3)):
        span = parse_span(f"{day} 01:30-03:30", NOW)
        assert span.end - span.start == timedelta(hours=hours)
        span = parse_span(f"{day} 01:30 +2h", NOW)
        assert span.end - span.start == timedelta(hours=2)
        span = parse_span(f"2h until {day} 03:30", NOW)
        assert span.end - span.start == timedelta(hours=2)
    # A night is twelve hours by the clocks, thirteen in autumn, eleven in spring.
    assert parse_span("2026-03-28 20:00-08:00", NOW).end == at(f"{SPRING} 08:00")
    assert "before" in refused(lambda: parse_span("2026-10-24 20:00-08:00", NOW)).message


def test_a_span_that_ends_in_the_fold_takes_the_longer_reading_and_says_so() -> None:
    span = parse_span(f"{AUTUMN} 01:30-02:30", NOW)
    assert span.end - span.start == timedelta(hours=2)
    assert "later" in span.notices[0]
    span = parse_span(f"{AUTUMN} 02:30-02:30", NOW)
    assert span.end - span.start == timedelta(hours=1)
    assert len(span.notices) == 2
    span = parse_span(f"{AUTUMN} 02:45-02:15", NOW)
    assert span.end - span.start == timedelta(minutes=30)


def test_a_span_never_uses_a_skipped_time() -> None:
    for typed in (f"{SPRING} 01:30-02:30", f"{SPRING} 02:30-03:30", f"{SPRING} 02:30 +1h"):
        assert "does not exist" in refused(lambda typed=typed: parse_span(typed, NOW)).message
    # The next day's 02:30 exists, and the start's day has no bearing on it.
    assert parse_span(f"{SPRING} 22:00-02:30", NOW).end == at("2026-03-30 02:30")
    # Without a day it is today's, before and after: refused, never moved to yesterday.
    before, after = clock_at(f"{SPRING} 01:00"), clock_at(f"{SPRING} 10:00")
    for clock in (before, after):
        message = refused(lambda clock=clock: parse_span("2:30-3:30", clock)).message
        assert "does not exist" in message
    assert parse_instant("sun 2:30", before).at == at("2026-03-22 02:30")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("9:00", "9:00-now, or a duration: 9h?"),
        ("1:30", "1:30-now, or a duration: 1h30m?"),
        ("09:05", "09:05-now, or a duration: 9h5m?"),
        ("0:45", "0:45-now, or a duration: 45m?"),
        ("11:00", "'yesterday 11:00-now', or a duration: 11h?"),
        ("30:00", "a duration: 30h?"),
    ],
)
def test_hours_and_minutes_alone_are_no_span(typed: str, hint: str) -> None:
    for ask in (
        lambda: parse_span(typed, NOW),
        lambda: leading_spans([typed], NOW),
        lambda: leading_spans([typed, "Review"], NOW),
    ):
        assert refused(ask).hint == f"Did you mean {hint}"
    assert parse_duration(typed) == span_between(NOW, length=typed).end - (
        span_between(NOW, length=typed).start
    )


def test_hours_and_minutes_before_until_are_a_length_with_a_notice() -> None:
    span = parse_span("1:30 until 10:00", NOW)
    assert walls(span) == ("2026-11-25 08:30", "2026-11-25 10:00")
    assert "'1:30 to 10:00'" in span.notices[0]


@pytest.mark.parametrize(
    "typed", ["9:00 -10:30", "yesterday 9:00 -1:30", "-1h 30m 15s ago", "2026-08", "8-9pm"]
)
def test_what_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    assert "two ways" in refused(lambda: parse_span(typed, NOW)).message


@pytest.mark.parametrize("typed", ["2026-11-24 0900", "-1d 9:00", "2026-11-24 09:00+01:30"])
def test_one_instant_is_not_taken_for_two(typed: str) -> None:
    assert "one time" in refused(lambda: parse_span(typed, NOW)).message


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("900-1000", "Did you mean 9:00-10:00?"),
        ("8 am - 9 am", "Did you mean '8am - 9am'?"),
        ("8 am - 9", "Did you mean '8am - 9'?"),
        ("9.00-9.30", "Did you mean 9:00-9:30?"),
        ("1h30", "Did you mean 1h30m?"),
        ("-1h-now", "Did you mean '-1h now'?"),
        ("9:00 to -1h", "Did you mean '9:00 -1h'?"),
        ("9am until 10am", "Did you mean '9am to 10am'?"),
        ("9:00 till 10:00", "Did you mean '9:00 to 10:00'?"),
        ("1h till 10:00", "Did you mean '1h until 10:00'?"),
        ("from 9:00 to 10:00", "Did you mean '9:00 to 10:00'?"),
        ("9:00-10:00 yesterday", "Did you mean 'yesterday 9:00-10:00'?"),
        ("8:00+1:30", "Did you mean '8:00 +1:30'?"),
        ("yesterday", "Did you mean 'yesterday 9:00-10:30'?"),
        ("2026-11-20T09:00..2026-11-20T10:00", "Did you mean '2026-11-20T09:00 2026-11-20T10:00'?"),
    ],
)
def test_a_near_miss_of_a_span_is_mended_in_the_hint_alone(typed: str, hint: str) -> None:
    assert refused(lambda: parse_span(typed, NOW)).hint == hint
    parse_span(hint.removeprefix("Did you mean ").removesuffix("?").strip("'"), NOW)


@pytest.mark.parametrize(
    "typed",
    cases(
        " | ? | 9:00- | -9:00-10:00 | 9:00--10:00 | 9:00-10:00-11:00 | 9:00 for | for 45m | "
        "until 10:00 | 9:00 until | to | last-week | week | 9—10 | 9−10 | "
        "9:00-10:30 Review | 2026-11-20-2026-11-21 | 1h 9:00 | 9:00 1h | 9:00 for -1h | "
        "1h now | 1h for 1h"
    ),
)
def test_what_is_no_span_is_refused_with_three_examples(typed: str) -> None:
    error = refused(lambda: parse_span(typed, NOW))
    assert "9:00-10:30, 'yesterday 14:00 +45m', 1h30m" in error.hint


@pytest.mark.parametrize("typed", ["14:00 +45", "14:00 for 45", "45 until 10:00", "9:00+45"])
def test_a_length_without_a_unit_is_asked_back(typed: str) -> None:
    error = refused(lambda: parse_span(typed, NOW))
    assert "'45': minutes or hours?" in error.message


@pytest.mark.parametrize("typed", ["1h1h", "0m", "9:00 for 30m1h", "9:00 +1:75", "1h1h until now"])
def test_a_length_that_is_none_is_refused_in_a_span(typed: str) -> None:
    assert "9:00" not in refused(lambda: parse_span(typed, NOW)).message


@pytest.mark.parametrize("typed", ["10:00-25:00", "yesterday 9:75-10:00", "9:00 for 45m until now"])
def test_a_clock_that_is_none_is_refused_in_a_span(typed: str) -> None:
    refused(lambda: parse_span(typed, NOW))


def test_a_span_outside_the_calendar_is_refused() -> None:
    for typed in ("0001-01-01 0:00-1:00", "9999-12-31 23:00 for 5h", "5h until 0001-01-01 2:00"):
        error = refused(lambda typed=typed: parse_span(typed, NOW, allow_future=True))
        assert "calendar" in error.message


# -- spans in parts ------------------------------------------------------------------------


def test_parts_of_a_span_mean_what_they_do_in_one_text() -> None:
    assert span_between(NOW, start="9:00", end="10:00") == parse_span("9:00-10:00", NOW)
    assert span_between(NOW, start="-2h", end="-1h") == parse_span("-2h -1h", NOW)
    assert span_between(NOW, start="9:00", length="45m") == parse_span("9:00 for 45m", NOW)
    assert span_between(NOW, length="45m", end="10:00") == parse_span("45m until 10:00", NOW)
    assert span_between(NOW, start="9:00") == parse_span("9:00 now", NOW)
    assert span_between(NOW, length="45m") == parse_span("45m", NOW)
    span = span_between(NOW, start="yesterday 22:00", end="6:00")
    assert walls(span) == ("2026-11-24 22:00", "2026-11-25 06:00")
    # Joined by blanks these would be one instant, yesterday's 11:00.
    span = span_between(NOW, start="-1d", end="11:00")
    assert walls(span) == ("2026-11-24 10:15", "2026-11-24 11:00")


def test_text_beyond_the_longest_is_refused_unread() -> None:
    for read in (parse_instant, parse_span, parse_period, parse_day):
        error = refused(lambda read=read: read("9:00" + " " * 300, NOW))
        assert "too long" in error.message
        assert len(error.message) < 100


def test_a_length_typed_apart_is_never_taken_for_a_clock_time() -> None:
    assert span_between(NOW, length="1:30").notices == ()
    assert span_between(NOW, length="1:30", end="10:00").notices == ()


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"end": "10:00"},
        {"start": "9:00", "end": "10:00", "length": "1h"},
        {"start": "9"},
        {"start": "9:00", "end": "yesterday"},
        {"start": "", "end": "10:00"},
        {"length": "90"},
        {"start": "9:00", "end": "8:30"},
        {"start": "today 9:00", "length": "5h"},
    ],
)
def test_parts_that_make_no_span_are_refused(parts: dict[str, str]) -> None:
    refused(lambda: span_between(NOW, **parts))


# -- the leading words of ``log`` ----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "count", "start", "end"),
    [
        ("1h30m 2 reviews", 1, "11-25 08:45", "11-25 10:15"),
        ("1h30m", 1, "11-25 08:45", "11-25 10:15"),
        ("1h 30m Review", 2, "11-25 08:45", "11-25 10:15"),
        ("90 minutes of thought", 2, "11-25 08:45", "11-25 10:15"),
        ("1h for Acme", 1, "11-25 09:15", "11-25 10:15"),
        ("1h to do", 1, "11-25 09:15", "11-25 10:15"),
        ("1h until lunch", 1, "11-25 09:15", "11-25 10:15"),
        ("1h -- 30m talk", 1, "11-25 09:15", "11-25 10:15"),
        ("1h now what", 1, "11-25 09:15", "11-25 10:15"),
        ("8:00-9:30 to do list", 1, "11-25 08:00", "11-25 09:30"),
        ("8:00 - 9:30 2 reviews", 3, "11-25 08:00", "11-25 09:30"),
        ("8:00 to 9:30 X", 3, "11-25 08:00", "11-25 09:30"),
        ("8:00-9:30 for 2 clients", 1, "11-25 08:00", "11-25 09:30"),
        ("9:00 now 1 talk", 2, "11-25 09:00", "11-25 10:15"),
        ("9:00 10:00 11 mails", 2, "11-25 09:00", "11-25 10:00"),
        ("9:00 +45m Planning", 2, "11-25 09:00", "11-25 09:45"),
        ("9:00 + 45 min Planning", 4, "11-25 09:00", "11-25 09:45"),
        ("9:00 +45m Planning", 2, "11-25 09:00", "11-25 09:45"),
        ("yesterday 14:00 +45m Planning", 3, "11-24 14:00", "11-24 14:45"),
        ("yesterday at 14:00 for 45m for Acme", 5, "11-24 14:00", "11-24 14:45"),
        ("1h until 10:00 X", 3, "11-25 09:00", "11-25 10:00"),
        ("1h until 10:00 X", 3, "11-25 09:00", "11-25 10:00"),
        ("-2h -1h Review", 2, "11-25 08:15", "11-25 09:15"),
        ("monday 9am-11am", 2, "11-23 09:00", "11-23 11:00"),
        ("monday 9am-11am 3 tickets", 2, "11-23 09:00", "11-23 11:00"),
        ("last monday at 9:00 to 11:00 at Acme", 6, "11-23 09:00", "11-23 11:00"),
        ("2026-11-20 09:00-10:30 11:00 meeting", 2, "11-20 09:00", "11-20 10:30"),
    ],
)
def test_log_takes_the_longest_run_that_forms_a_span(
    words: str, count: int, start: str, end: str
) -> None:
    span, taken = leading_span(words.split(), NOW)
    assert (walls(span), taken) == ((f"2026-{start}", f"2026-{end}"), count)


def test_the_longest_sentence_of_the_grammar_is_a_span() -> None:
    first = "5 weeks 4 days 3 hours 2 minutes 1 second ago"
    last = "1 week 2 days 3 hours 4 minutes 5 seconds ago"
    words = f"{first} {last} 6 reviews".split()
    span, count = leading_span(words, NOW)
    assert count == 22
    assert span == parse_span(words[:22], NOW)
    assert span.start == parse_instant(first, NOW).at


def test_a_word_may_contain_blanks_or_nothing() -> None:
    span, count = leading_span(["yesterday 9:00-10:30", "Team", "meeting"], NOW)
    assert (walls(span), count) == (("2026-11-24 09:00", "2026-11-24 10:30"), 1)
    span, count = leading_span(["yesterday", "9:00 to", "10:30", "Team"], NOW)
    assert (walls(span), count) == (("2026-11-24 09:00", "2026-11-24 10:30"), 3)
    assert leading_span(["", "1h", "X"], NOW)[1] == 2
    assert leading_span(["1h", "Review of 2 things"], NOW)[1] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("9:00-8:30 Review", "ends before it starts"),
        ("9:00 - 8:30 Review", "ends before it starts"),
        ("yesterday 9:00-9:00 Review", "no duration"),
        ("today 9:00-11:00 Review", "in the future"),
        ("10:00 - 25:00 Review", "hours go up to 23"),
        ("9:00 -10:00 Review", "two ways"),
        ("90 Review", "'90': minutes or hours?"),
        ("9 - 25 Review", "hours go up to 23"),
        ("20/11 9:00-10:00 Review", "two ways"),
        ("1h1h Review", "each once"),
        ("yesterday Review", "'yesterday' is a day"),
        ("yesterday 9:00 Review", "'yesterday 9:00' is one time"),
        ("yesterday 14:00 +45 Planning", "'45': minutes or hours?"),
        ("-1h Review", "'-1h now'"),
        ("now Review", "'now' is one time"),
        ("last-stop now Review", "no finished entry"),
        ("Review 9:00-10:30", "'Review' is not a span"),
        ("to do list", "'to' is not a span"),
        ("10-11 Review", "Did you mean 'yesterday 10-11'?"),
        ("from 9:00 to 10:00 Review", "Did you mean '9:00 to 10:00'?"),
        ("9—10 Review", "characters"),
        ("-- 1h", "not a span"),
        # More than a length and a description: half of it must not be recorded.
        ("9:00 till 10:00 Review", "Did you mean '9:00 to 10:00'?"),
        ("9:00 for 45 Review", "'45': minutes or hours?"),
        ("9:00 +45 Review", "'45': minutes or hours?"),
        ("1h until 10 Review", "Did you mean '1h until 10:00'?"),
        ("1h ago Review", "'1h ago' is one time"),
    ],
)
def test_the_run_that_came_nearest_is_refused(words: str, said: str) -> None:
    error = refused(lambda: leading_span(words.split(" "), NOW))
    assert said in f"{error.message} {error.hint}"


@pytest.mark.parametrize("words", [[], [""], ["", " "]])
def test_no_words_are_refused(words: list[str]) -> None:
    refused(lambda: leading_span(words, NOW))


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("9:00-10:00 yesterday Review", "'yesterday'"),
        ("1h last monday X", "'last monday'"),
        ("45m until 10:00 yesterday", "'yesterday'"),
        ("9:00 +45m tue", "'tue'"),
    ],
)
def test_a_day_after_the_span_is_told_to_be_no_part_of_it(words: str, day: str) -> None:
    span, _ = leading_span(words.split(), NOW)
    assert walls(span)[0].startswith("2026-11-25")
    assert day in span.notices[-1]
    assert not span.plainly_today


def test_a_day_after_a_span_that_has_one_is_just_a_word() -> None:
    assert leading_span(["monday", "9:00-10:00", "yesterday"], NOW)[0].notices == ()


# -- periods and days ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25"),
        ("yesterday", "2026-11-24", "2026-11-24"),
        ("tomorrow", "2026-11-26", "2026-11-26"),
        ("week", "2026-11-23", "2026-11-29"),
        ("this-week", "2026-11-23", "2026-11-29"),
        ("last-week", "2026-11-16", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-30"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("last-quarter", "2026-07-01", "2026-09-30"),
        ("year", "2026-01-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("last-7d", "2026-11-19", "2026-11-25"),
        ("last-1d", "2026-11-25", "2026-11-25"),
        ("last-365d", "2025-11-26", "2026-11-25"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last 7d", "2026-11-19", "2026-11-25"),
        ("last 7 days", "2026-11-19", "2026-11-25"),
        ("last 1 day", "2026-11-25", "2026-11-25"),
        ("last 2 weeks", "2026-11-12", "2026-11-25"),
        ("last 1 month", "2026-10-26", "2026-11-25"),
        ("last 12 months", "2025-11-26", "2026-11-25"),
        ("last 9 months", "2026-02-26", "2026-11-25"),
        ("since monday", "2026-11-23", "2026-11-25"),
        ("since 2026-10-30", "2026-10-30", "2026-11-25"),
        ("since 11-02", "2026-11-02", "2026-11-25"),
        ("since -3d", "2026-11-22", "2026-11-25"),
        ("since today", "2026-11-25", "2026-11-25"),
        ("november", "2026-11-01", "2026-11-30"),
        ("Nov", "2026-11-01", "2026-11-30"),
        ("may", "2026-05-01", "2026-05-31"),
        ("feb 2024", "2024-02-01", "2024-02-29"),
        ("February 2024", "2024-02-01", "2024-02-29"),
        ("december 2026", "2026-12-01", "2026-12-31"),
        ("W48", "2026-11-23", "2026-11-29"),
        ("w01", "2025-12-29", "2026-01-04"),
        ("all", "1970-01-01", "2027-11-26"),
        ("mon 2026-11-16 – sun 2026-11-22", "2026-11-16", "2026-11-22"),
        ("2026-11-02 to 2026-11-06", "2026-11-02", "2026-11-06"),
        ("monday to today", "2026-11-23", "2026-11-25"),
        ("2026-W48", "2026-11-23", "2026-11-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("monday", "2026-11-23", "2026-11-23"),
        ("wed", "2026-11-25", "2026-11-25"),
        ("last wed", "2026-11-18", "2026-11-18"),
        ("next wed", "2026-12-02", "2026-12-02"),
        ("this fri", "2026-11-27", "2026-11-27"),
        ("-3d", "2026-11-22", "2026-11-22"),
        ("11-20", "2026-11-20", "2026-11-20"),
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("2026-11-02..2026-11-06", "2026-11-02", "2026-11-06"),
        ("mon .. wed", "2026-11-23", "2026-11-25"),
        ("-7d..yesterday", "2026-11-18", "2026-11-24"),
        ("last mon..today", "2026-11-23", "2026-11-25"),
        ("today..today", "2026-11-25", "2026-11-25"),
    ],
)
def test_a_period_is_whole_local_days(typed: str, first: str, last: str) -> None:
    for text in (typed, typed.upper(), f" {typed.lower()} "):
        period = parse_period(text, NOW)
        assert (str(period.first), str(period.last)) == (first, last)
        assert period.notices == ()
    assert period.start == at(f"{first} 00:00")
    assert period.end == at(f"{period.last + timedelta(days=1)} 00:00")
    for sign in (" .. ", " to ", " – "):
        typed = typed.replace(sign, "..")
    assert period.name.lower() == typed.lower()


@pytest.mark.parametrize(
    ("typed", "first", "meant"),
    [
        ("december", "2025-12-01", "2025-12"),
        ("dec", "2025-12-01", "2025-12"),
        ("W49", "2025-12-01", "2025-W49"),
        ("w50", "2025-12-08", "2025-W50"),
    ],
)
def test_a_month_or_week_without_a_year_is_the_latest_one_with_a_notice(
    typed: str, first: str, meant: str
) -> None:
    period = parse_period(typed, NOW)
    assert str(period.first) == first
    assert meant in period.notices[0]
    assert parse_period(meant, NOW).last == period.last


def test_the_last_months_end_today_and_begin_after_the_same_day() -> None:
    def first(wall: str, typed: str) -> str:
        return str(parse_period(typed, clock_at(wall)).first)

    assert first("2026-03-31 12:00", "last 1 month") == "2026-03-01"
    assert first("2026-03-30 12:00", "last 1 month") == "2026-03-01"
    assert first("2026-03-15 12:00", "last 1 months") == "2026-02-16"
    assert first("2026-01-31 12:00", "last 2 months") == "2025-12-01"


def test_a_week_53_is_the_latest_year_that_has_one() -> None:
    assert str(parse_period("W53", clock_at("2027-02-01 09:00")).first) == ("2026-12-28")
    assert "year" in refused(lambda: parse_period("W53", NOW)).hint


def test_days_at_a_clock_change_have_23_and_25_hours() -> None:
    def hours(period: Period) -> float:
        return (period.end - period.start) / timedelta(hours=1)

    assert hours(parse_period(SPRING, NOW)) == 23
    assert hours(parse_period(AUTUMN, NOW)) == 25
    assert hours(parse_period("2026-03", NOW)) == 31 * 24 - 1
    assert hours(parse_period("2026-10", NOW)) == 31 * 24 + 1
    assert hours(parse_period("2026-W43", NOW)) == 7 * 24 + 1


def test_a_day_whose_midnight_is_skipped_or_doubled_begins_once() -> None:
    # In Cairo the clocks go from 00:00 to 01:00 in April; in Havana from 01:00 to 00:00 in autumn.
    cairo = Clock(NOW.now, ZoneInfo("Africa/Cairo"))
    period = parse_period("2026-04-24", cairo)
    assert cairo.wall(period.start).hour == 1
    assert parse_period("2026-04-23", cairo).end == period.start
    havana = Clock(NOW.now, ZoneInfo("America/Havana"))
    period = parse_period("2026-11-01", havana)
    assert period.end - period.start == timedelta(hours=25)
    assert parse_period("2026-10-31", havana).end == period.start


def test_a_week_begins_on_the_accounts_first_day() -> None:
    sunday = clock_at("2026-11-25 10:15", week_start=6)
    assert parse_period("week", sunday).first == date(2026, 11, 22)
    assert parse_period("last-week", sunday).last == date(2026, 11, 21)
    assert parse_period("this sun", sunday).first == date(2026, 11, 22)
    assert parse_period("this sat", sunday).first == date(2026, 11, 28)
    assert parse_period("2026-W48", sunday).first == date(2026, 11, 23)
    thursday = clock_at("2026-11-25 10:15", week_start=3)
    assert parse_period("week", thursday).last == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("past 7 days", "Did you mean last-7d?"),
        ("2w", "Did you mean 'last 2 weeks'?"),
        ("last-3mo", "Did you mean 'last 3 months'?"),
        ("from monday", "Did you mean 'since monday'?"),
        ("W4", "Did you mean W04?"),
        ("november, 2026", "Did you mean 'november 2026'?"),
        ("7d", "Did you mean last-7d?"),
        ("2026-W4", "Did you mean 2026-W04?"),
        ("2026W48", "Did you mean 2026-W48?"),
        ("2026q4", "Did you mean 2026-Q4?"),
        ("2026-11-02 until 2026-11-06", "Did you mean 2026-11-02..2026-11-06?"),
        ("mon-wed", "Did you mean mon..wed?"),
        ("monday..friday", "Did you mean 'monday..this friday'?"),
        ("11-20..11-30", "Did you mean '2026-11-20..2026-11-30'?"),
        ("today..yesterday", "Did you mean '2026-11-24..2026-11-25'?"),
    ],
)
def test_a_near_miss_of_a_period_is_mended_in_the_hint_alone(typed: str, hint: str) -> None:
    assert refused(lambda: parse_period(typed, NOW)).hint == hint
    parse_period(hint.removeprefix("Did you mean ").removesuffix("?").strip("'"), NOW)


@pytest.mark.parametrize(
    "typed",
    cases(
        " | 9:00 | now | 1h | next-week | last-day | last-d | last-0d | last 0 weeks | "
        "since | since tomorrow | since 9:00 | since last-week | sept | W00 | W54 | november 26 | "
        "mon 2026-11-24 | all.. | last 99999999999 months | last 30000 months | "
        "2026-13 | 2026-00 | 2025-W53 | 2026-W00 | 2026-W54 | 2026-Q0 | 2026-Q5 | 2026-1 | 26-11 | "
        "0000 | 2026-02-30 | 20/11 | 2026-01..2026-03 | .. | today.. | ..today | a..b | 9999 | "
        "9999-12-31 | last-99999999999d | 2026-11-02..2026-11-06..2026-11-09 | weeks"
    ),
)
def test_what_is_no_period_is_refused(typed: str) -> None:
    refused(lambda: parse_period(typed, NOW))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("today", "2026-11-25"),
        ("yesterday", "2026-11-24"),
        ("Last  Monday", "2026-11-23"),
        ("11-20", "2026-11-20"),
        ("12-01", "2025-12-01"),
        ("2024-02-29", "2024-02-29"),
        ("-30d", "2026-10-26"),
    ],
)
def test_a_day_is_a_date(typed: str, found: str) -> None:
    assert str(parse_day(typed, NOW)) == found


@pytest.mark.parametrize(
    "typed", ["", "9:00", "week", "20/11", "2026-02-30", "2026-11", "-99999999999999d", "?"]
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    refused(lambda: parse_day(typed, NOW))


def test_days_are_the_zones_twelve_hours_away() -> None:
    now = at("2026-11-25 10:15")
    east, west = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")
    assert parse_day("today", Clock(now, east)) == date(2026, 11, 25)
    assert parse_day("today", Clock(now, west)) == date(2026, 11, 24)
    late = at("2026-11-25 12:15", UTC)
    assert parse_day("today", Clock(late, east)) == date(2026, 11, 26)
    assert parse_instant("1:00", Clock(late, east)).at == at("2026-11-25 11:00", UTC)
    assert parse_instant("1:00", Clock(late, west)).at == at("2026-11-25 12:00", UTC)
    apart = parse_period("2026-11-20", Clock(now, west)).start
    assert apart - parse_period("2026-11-20", Clock(now, east)).start == timedelta(hours=25)


def test_a_day_that_a_zone_left_out_is_empty() -> None:
    apia = Clock(NOW.now, ZoneInfo("Pacific/Apia"))
    period = parse_period("2011-12-30", apia)
    assert period.start == period.end
    assert "does not exist" in refused(lambda: parse_instant("2011-12-30 9:00", apia)).message


# -- implausibilities ----------------------------------------------------------------


def test_nothing_usual_is_doubted() -> None:
    for typed in (
        "9:00-10:00",
        "24h",
        "1d",
        "yesterday 11:00 now",
    ):
        span = parse_span(typed, NOW)
        assert implausibilities(span.start, span.end, NOW) == ()
    start = parse_instant("2025-11-25 10:15", NOW).at
    assert implausibilities(start, None, NOW) == ()


def test_more_than_a_day_is_asked_about() -> None:
    span = parse_span("yesterday 9:00 now", NOW)
    (doubt,) = implausibilities(span.start, span.end, NOW)
    assert "25 h 15 min" in doubt
    assert "2026-11-24 09:00" in doubt
    over = parse_span("86401s", NOW)
    assert len(implausibilities(over.start, over.end, NOW)) == 1


def test_more_than_a_year_away_is_asked_about() -> None:
    start = parse_instant("2025-09-17 9:00", NOW).at
    (doubt,) = implausibilities(start, start + timedelta(hours=1), NOW)
    assert "more than a year ago" in doubt
    assert "2025-09-17 09:00" in doubt
    slip = parse_instant("3026-11-25 9:00", NOW, allow_future=True).at
    (doubt,) = implausibilities(slip, None, NOW)
    assert "more than a year ahead" in doubt
    assert len(implausibilities(start, slip, NOW)) == 2


# -- the package ---------------------------------------------------------------------------


def test_a_fixed_offset_is_a_zone_too() -> None:
    clock = Clock(NOW.now, timezone(timedelta(hours=-5, minutes=-30)))
    assert parse_instant("1:00", clock).at == at("2026-11-25 06:30", UTC)


def test_a_run_without_a_typed_time_loads_and_compiles_next_to_nothing() -> None:
    script = (
        "import re, sys, dataclasses; re.purge(); import clockify_cli.times as times;"
        "from datetime import UTC, datetime; times.Clock(datetime.now(UTC), UTC).today;"
        "print(sorted(m for m in sys.modules if m.startswith('clockify_cli.times')));"
        "import clockify_cli.times.suggestions, clockify_cli.times.periods;"
        "print(len(re._cache), sorted({'zoneinfo', 'difflib', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "['clockify_cli.times', 'clockify_cli.times.clock']",
        "0 []",
    ]


def test_a_name_that_the_package_has_not_is_an_ordinary_error() -> None:
    import clockify_cli.times as times

    with pytest.raises(AttributeError, match="parse_anything"):
        times.parse_anything  # noqa: B018
