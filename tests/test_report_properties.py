"""Sums that must agree, whatever the entries are and however they are grouped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clockify_cli.core.model import utc_text
from clockify_cli.render.cached import seconds_today
from clockify_cli.render.formats import report_rows
from clockify_cli.store.last_known import LastKnown
from clockify_cli.times import Clock
from clockify_cli.times.pieces import (
    BREAK,
    TIME_OFF,
    WORK,
    Days,
    bounds,
    epoch,
    epoch_of,
    kind_of,
    moment,
    pieces_of,
    work_today,
)
from clockify_cli.tracking.check import Rules, check
from clockify_cli.tracking.exporting import starting_in
from clockify_cli.tracking.gaps import gaps_between
from clockify_cli.tracking.goal import goals
from clockify_cli.tracking.listing import list_entries
from clockify_cli.tracking.report import report_of
from clockify_cli.tracking.standup import standup_of
from clockify_cli.tracking.tally import DIMENSIONS, MODES, UNITS, Rounding, Tally
from clockify_cli.tracking.working_hours import WorkingHours, merged, without

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # had no 2011-12-30
    "America/Sao_Paulo",  # changed its clocks at midnight
    "America/Havana",  # has midnight twice
)
CHANGES = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2011, 12, 29))
CHANGES += (date(2018, 11, 3), date(2019, 2, 16), date(2025, 11, 1), date(2026, 6, 10))

Json = dict[str, Any]
KINDS = (WORK, BREAK, TIME_OFF)
RATES = ({"amount": 9500, "currency": "EUR"}, {"amount": 12345, "currency": "USD"})
NIGHT_AND_DAY = WorkingHours(frozenset(range(7)), ((0, 1440),))


class NoNames:
    """Knows two projects of one client, and nobody else."""

    def known(self, kind: str) -> tuple[list[Json] | None, float]:
        if kind != "projects":
            return None, 0.0
        acme = {"clientId": "acme", "clientName": "Acme"}
        return [{"id": name, "name": name.title(), **acme} for name in ("web", "ops")], 0.0

    def know(self, *entries: Json, exact: bool = False) -> None:
        pass


clocks = st.builds(
    lambda zone, now, week_start: Clock(now=now, zone=ZoneInfo(zone), week_start=week_start),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2011, 12, 20), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 6),
)


@st.composite
def periods(draw: st.DrawFn) -> tuple[Clock, Days]:
    clock = draw(clocks)
    first = draw(st.sampled_from(CHANGES)) - timedelta(days=draw(st.integers(0, 3)))
    return clock, Days(clock, first, first + timedelta(days=draw(st.integers(0, 40))))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Clock, Days, list[Json]]:
    clock, days = draw(periods())
    lengths = st.one_of(st.integers(0, 7200), st.integers(0, 4 * 86400))
    entries = []
    for number in range(draw(st.integers(0, 12))):
        edge = draw(st.sampled_from([days.edge(i) for i in range(len(days) + 1)]))
        start = draw(
            st.one_of(
                st.integers(edge - 7200, edge + 7200),
                st.integers(days.start - 200_000, days.end + 200_000),
            )
        )
        end = moment(start + draw(lengths))
        runs = draw(st.integers(0, 9)) == 0
        entries.append(
            {
                "id": str(number),
                "userId": draw(st.sampled_from(["me", "you"])),
                "projectId": draw(st.sampled_from([None, "", "web", "ops", "gone"])),
                "taskId": draw(st.sampled_from([None, "build"])),
                "tagIds": draw(st.sampled_from([None, [], ["a"], ["a", "b"], ["c", "b", "a"]])),
                "description": draw(st.sampled_from([None, "", "Review", " Review ", "Mail"])),
                "billable": draw(st.booleans()),
                "hourlyRate": draw(st.sampled_from([None, *RATES])),
                "type": draw(st.sampled_from([None, "REGULAR", "BREAK", "TIME_OFF", "HOLIDAY"])),
                "timeInterval": {
                    "start": utc_text(moment(start)),
                    "end": None if runs else utc_text(end),
                },
            }
        )
    return clock, days, entries


groupings = st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=4, unique=True)
roundings = st.none() | st.builds(
    Rounding,
    st.sampled_from([1, 60, 360, 900, 3600, 5400]),
    st.sampled_from(MODES),
    st.sampled_from(UNITS),
)


def report(
    clock: Clock,
    days: Days,
    entries: list[Json],
    by: list[str],
    rounding: Rounding | None = None,
    counted: Sequence[str] = KINDS,
) -> Any:
    tally = Tally(by, days, clock.now, rounding=rounding, counted=counted)
    tally.add_all(entries)
    return report_of(tally, NoNames(), clock, "Zone")  # type: ignore[arg-type]


def clipped(clock: Clock, days: Days, entry: Json) -> int:
    """Return the entry's seconds in the period, the plain way."""
    start, end = entry["timeInterval"]["start"], entry["timeInterval"]["end"]
    begun = datetime.fromisoformat(start)
    ended = datetime.fromisoformat(end) if end else max(clock.now, begun)
    low = clock.day_start(days.first)
    high = clock.day_start(days.last + timedelta(days=1))
    return max(0, int((min(ended, high) - max(begun, low)).total_seconds()))


@given(periods())
def test_days_tile_the_period(case: tuple[Clock, Days]) -> None:
    clock, days = case
    edges = [days.edge(number) for number in range(len(days) + 1)]
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == (days.start, days.end)
    pieces = list(days.pieces(days.start - 5, days.end + 5))
    assert pieces[0][1] == days.start
    assert pieces[-1][2] == days.end
    for before, after in pairwise(pieces):
        assert before[2] == after[1]
        assert before[0] < after[0]
    for number, first, last in pieces:
        assert days.number(first) == days.number(last - 1) == number
        assert clock.local(moment(first)).date() == days.dates[number]
        assert clock.local(moment(last - 1)).date() == days.dates[number]


@given(cases(), groupings)
def test_every_grouping_has_the_entries_own_total(
    case: tuple[Clock, Days, list[Json]], by: list[str]
) -> None:
    clock, days, entries = case
    found = report(clock, days, entries, by)
    whole = sum(clipped(clock, days, entry) for entry in entries)
    worth = sum(clipped(clock, days, entry) for entry in entries if entry["billable"])
    assert (found.totals["seconds"], found.totals["billableSeconds"]) == (whole, worth)

    def check(sums: Json, groups: list[Json], by: list[str]) -> None:
        for field in ("seconds", "billableSeconds"):
            added = sum(group[field] for group in groups)
            # Under several tags, time stands several times; the total counts it once.
            assert added >= sums[field] if by[0] == "tag" else added == sums[field]
        for group in groups:
            assert group["by"] == by[0]
            assert 0 <= group["billableSeconds"] <= group["seconds"] <= whole
            if by[1:]:
                check(group, group["groups"], by[1:])
            else:
                assert "groups" not in group

    check(found.totals, found.groups, by)


@given(cases())
def test_days_have_what_lies_between_their_midnights(
    case: tuple[Clock, Days, list[Json]],
) -> None:
    clock, days, entries = case
    expected: dict[str, int] = defaultdict(int)
    for entry in entries:
        for day in days.dates:
            expected[day.isoformat()] += clipped(clock, Days(clock, day, day), entry)
    found = report(clock, days, entries, ["day"])
    shown = {group["id"]: group["seconds"] for group in found.groups if group["seconds"]}
    assert shown == {day: seconds for day, seconds in expected.items() if seconds}
    weeks = report(clock, days, entries, ["week", "day"])
    for week in weeks.groups:
        first = date.fromisoformat(week["id"])
        assert first.weekday() == clock.week_start
        for day in week["groups"]:
            assert first <= date.fromisoformat(day["id"]) < first + timedelta(days=7)


@given(cases())
def test_tags_stand_for_each_entry_that_has_them(case: tuple[Clock, Days, list[Json]]) -> None:
    clock, days, entries = case
    expected: dict[str, int] = defaultdict(int)
    for entry in entries:
        for tag in entry["tagIds"] or [""]:
            expected[tag] += clipped(clock, days, entry)
    found = report(clock, days, entries, ["tag"])
    shown = {group["id"]: group["seconds"] for group in found.groups if group["seconds"]}
    assert shown == {tag: seconds for tag, seconds in expected.items() if seconds}


@given(st.integers(0, 10**6), st.sampled_from([1, 7, 60, 900, 5400]))
def test_rounding_goes_where_its_mode_says(seconds: int, step: int) -> None:
    up, nearest, down = (Rounding(step, mode).apply(seconds) for mode in MODES)
    assert {up % step, nearest % step, down % step} == {0}
    assert down <= seconds <= up < down + 2 * step
    assert up - seconds < step
    assert seconds - down < step
    assert abs(nearest - seconds) * 2 <= step
    assert nearest in (up, down)
    if (seconds - down) * 2 == step:
        assert nearest == up  # halves go up


@given(cases(), groupings, roundings.filter(bool))
def test_rounded_sums_add_up_and_do_not_depend_on_the_grouping(
    case: tuple[Clock, Days, list[Json]], by: list[str], rounding: Rounding
) -> None:
    clock, days, entries = case
    units: dict[Any, int] = defaultdict(int)
    for entry in entries:
        seconds = clipped(clock, days, entry)
        who = entry["userId"], entry["projectId"] or ""
        if rounding.per == "entry":
            units[entry["id"]] = seconds
        elif rounding.per == "project":
            units[who] += seconds
        else:
            for day in days.dates:
                units[*who, day] += clipped(clock, Days(clock, day, day), entry)
    expected = sum(rounding.apply(seconds) for seconds in units.values())
    found = report(clock, days, entries, by, rounding)
    assert found.totals["seconds"] == expected

    def check(sums: Json, groups: list[Json], by: list[str]) -> None:
        added = sum(group["seconds"] for group in groups)
        if by[0] == "tag":
            assert added >= sums["seconds"]
        else:
            assert added == sums["seconds"]
        for group in groups:
            assert group["seconds"] >= 0
            if by[1:]:
                check(group, group["groups"], by[1:])

    check(found.totals, found.groups, by)


@given(cases(), st.sampled_from(["entry", "day", "project"]))
def test_projects_are_whole_steps(case: tuple[Clock, Days, list[Json]], per: str) -> None:
    clock, days, entries = case
    found = report(clock, days, entries, ["client", "project"], Rounding(900, "up", per))
    for client in found.groups:
        assert all(group["seconds"] % 900 == 0 for group in client["groups"])


@given(cases(), roundings)
def test_amounts_are_what_rates_make_of_the_time(
    case: tuple[Clock, Days, list[Json]], rounding: Rounding | None
) -> None:
    clock, days, entries = case
    found = report(clock, days, entries, ["project"], rounding)
    if rounding is None:
        euros = [e for e in entries if e["billable"] and e["hourlyRate"] == RATES[0]]
        priced = sum(clipped(clock, days, e) for e in euros)
        unpriced = sum(
            clipped(clock, days, e) for e in entries if e["billable"] and not e["hourlyRate"]
        )
        assert found.unpriced_seconds == unpriced
        cents = found.totals.get("amounts", {}).get("EUR", 0)
        assert abs(cents * 3600 - 9500 * priced) <= 1800 * max(1, len(found.groups))
    summed = sum(group.get("amounts", {}).get("EUR", 0) for group in found.groups)
    assert found.totals.get("amounts", {}).get("EUR", 0) == summed


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["{0}Z", "{0}.5Z", "{0}+00:00"]),
)
def test_timestamps_are_read_as_the_slow_way_does(value: datetime, form: str) -> None:
    whole = value.replace(microsecond=0)
    text = form.format(whole.strftime("%Y-%m-%dT%H:%M:%S"))
    assert epoch(text) == epoch_of(whole) == int(whole.timestamp())
    assert moment(epoch(text)) == whole
    entry = {"timeInterval": {"start": text, "end": None}}
    assert bounds(entry, 0)[1] >= epoch(text)


CASES = 200  # histories; each is judged in two zones


@pytest.fixture(scope="module")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOCKIFY_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.mark.usefixtures("state_folder")
def test_all_commands_agree_on_the_seconds_of_work() -> None:
    tried = 0

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(), st.sampled_from(ZONES), st.integers(0, 41))
    def judged(case: tuple[Clock, Days, list[Json]], other: str, today: int) -> None:
        nonlocal tried
        clock, days, entries = case
        # The present lies within the days, so that all that looks at today has something to see.
        now = moment(days.edge(min(today, len(days) - 1)) + 20 * 3600)
        for zone in (clock.zone, ZoneInfo(other)):
            here = Clock(now=now, zone=zone, week_start=clock.week_start)
            agree(here, Days(here, days.first, days.last), entries)
            tried += 1

    judged()
    assert tried >= 2 * CASES


@pytest.mark.usefixtures("state_folder")
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
    ],
)
def test_they_agree_on_a_timer_that_runs_over_the_midnight_of_a_change(
    zone: str, day: date
) -> None:
    noon = datetime(day.year, day.month, day.day, 20, tzinfo=ZoneInfo(zone))
    clock = Clock(now=noon, zone=ZoneInfo(zone))
    start = clock.day_start(day) - timedelta(hours=2)
    interval = {"start": utc_text(start), "end": None}
    entry = {"id": "1", "userId": "me", "billable": False, "type": "REGULAR"}
    agree(clock, Days(clock, day, day), [{**entry, "timeInterval": interval}])


def agree(clock: Clock, days: Days, entries: list[Json]) -> None:
    work, breaks, off = (
        sum(clipped(clock, days, e) for e in entries if kind_of(e) == kind) for kind in KINDS
    )
    found = [
        report(clock, days, entries, by, counted=[WORK]) for by in (["project"], ["tag", "day"])
    ]
    for one in found:
        shown = one.as_json()
        assert (shown["seconds"], shown["rawSeconds"]) == (work, work)
        assert (shown["breakSeconds"], shown["timeOffSeconds"]) == (breaks, off)
    header, rows = report_rows(found[0].view())
    assert sum(row[header.index("seconds")] for row in rows) == work
    paid: dict[str, int] = defaultdict(int)
    for row in rows:
        if row[-1]:
            paid[row[-1]] += round(float(row[-2]) * 100)
    assert {c: n for c, n in paid.items() if n} == {
        c: n for c, n in found[0].totals.get("amounts", {}).items() if n
    }

    newest = sorted(entries, key=lambda e: e["timeInterval"]["start"], reverse=True)
    listing = list_entries(newest, days, epoch_of(clock.now), limit=3)
    assert listing.total == (work, breaks, off)
    assert sum(day.work for day in listing.totals.values()) == work

    def limit(**rules: Any) -> Any:
        return check(entries, Rules(**rules), days, NIGHT_AND_DAY, clock)["rules"][0]["findings"]

    assert [one["seconds"] for one in limit(most=timedelta(0))] == [work] * bool(work)
    assert not limit(least=timedelta(seconds=work + off))
    assert limit(least=timedelta(seconds=work + off + 1))[0]["timeOffSeconds"] == off

    goal = timedelta(seconds=work + off)
    week = goals(entries, days, NIGHT_AND_DAY, clock, day_goal=None, week_goal=goal)["week"]
    assert week["reached"]
    assert week["doneSeconds"] - week["timeOffSeconds"] == work

    covered = merged((p.start, p.end) for p in pieces_of(entries, days, epoch_of(clock.now)))
    past = days.start, min(days.end, epoch_of(clock.now))
    missing = gaps_between(entries, days, NIGHT_AND_DAY, clock)
    assert sum(g["seconds"] for g in missing) == sum(b - a for a, b in without(past, covered))

    for day in days.dates[:3]:
        tally = Tally(("day", "project", "description"), days, clock.now)
        tally.add_all(entries)
        told = standup_of(tally, NoNames(), clock, day)["days"][-1]  # type: ignore[arg-type]
        assert told["seconds"] == listing_of(clock, day, entries).work

    running = next((e for e in entries if runs(e, clock)), None)
    finished = [e for e in entries if e["timeInterval"]["end"]]
    last_known = LastKnown("now-test.txt", "account", "workspace", "me")
    last_known.save(
        running,
        running,
        now=clock.now,
        zone=clock.zone,
        describe=lambda _: {},
        waiting=0,
        day_seconds=work_today(finished, clock),
    )
    present = [*finished, *([running] if running else [])]
    state = LastKnown("now-test.txt", "account", "workspace", "me").values
    assert seconds_today(state, epoch_of(clock.now)) == work_today(present, clock)
    assert work_today(present, clock) == listing_of(clock, clock.today, present).work


def listing_of(clock: Clock, day: date, entries: list[Json]) -> Any:
    return list_entries(entries, Days(clock, day, day), epoch_of(clock.now)).total


def runs(entry: Json, clock: Clock) -> bool:
    interval = entry["timeInterval"]
    return not interval["end"] and epoch(interval["start"]) <= epoch_of(clock.now)


@given(cases(), st.integers(1, 40))
def test_neighbouring_exports_hold_each_entry_once(
    case: tuple[Clock, Days, list[Json]], cut: int
) -> None:
    _, days, entries = case
    edges = sorted({0, min(cut, len(days)), len(days)})
    parts = [
        starting_in(entries, (moment(days.edge(a)), moment(days.edge(b))))
        for a, b in pairwise(edges)
    ]
    held = [entry["id"] for part in parts for entry in part]
    assert sorted(held) == sorted(
        e["id"] for e in entries if days.start <= epoch(e["timeInterval"]["start"]) < days.end
    )


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


@given(spans, st.integers(0, 40), st.integers(0, 40))
def test_what_is_left_of_a_span_is_what_nothing_covers(
    covered: list[tuple[int, int]], start: int, length: int
) -> None:
    span = (start, start + length)
    inside = {s for a, b in covered for s in range(a, b)}
    left = {s for a, b in without(span, merged(covered)) for s in range(a, b)}
    assert left == set(range(*span)) - inside
    joined = merged(covered)
    assert {s for a, b in joined for s in range(a, b)} == inside
    assert all(a[1] < b[0] for a, b in pairwise(joined))
