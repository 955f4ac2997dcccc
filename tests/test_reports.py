"""Reports through the front door: their sums, their requests, and the truth of days."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from cli import NOW, PROGRAM, USER_ENTRIES, Cli, new_cli
from conftest import Served
from rich.cells import cell_len
from sandbox_api import WS, Api
from terminal import Terminal

from clockify_cli.sandbox import USER_ID, WORKSPACE_ID
from clockify_cli.sandbox.defaults import USER_NAME
from clockify_cli.store.recent_ranges import RecentRanges
from clockify_cli.times.pieces import epoch
from clockify_cli.tracking.tally import DIMENSIONS

LAST_WEEK = "2026-11-16..2026-11-22"
KEYS = {"start", "end", "timeZone", "duration", "seconds", "rawSeconds", "billableSeconds"}
KEYS |= {"breakSeconds", "timeOffSeconds", "groups"}
GROUP_KEYS = {"by", "id", "name", "duration", "seconds", "rawSeconds", "billableSeconds"}


@pytest.fixture
def cli(served: Served, tmp_path: Path) -> Cli:
    return new_cli(tmp_path / "home", served.url, CLOCKIFY_NOW=NOW)


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def put(served: Served, start: str, end: str | None, **body: Any) -> None:
    """Add an entry past the service's rules; times in UTC."""
    assert served.bulk_insert([{"start": start, "end": end, **body}]) == 1


def lists(served: Served) -> list[str]:
    """Return the paths that were asked for, without the one that says who is signed in."""
    paths = [r["path"].removeprefix(f"/clockify/api{WS}") for r in served.requests()]
    return [path for path in paths if not path.endswith("/user")]


LIST = f"/user/{USER_ID}/time-entries"


@pytest.fixture
def work(served: Served, api: Api) -> dict[str, str]:
    """Two projects of two clients, a tag, and last week's work."""
    acme = api.create(f"{WS}/clients", name="Acme")["id"]
    other = api.create(f"{WS}/clients", name="Other")["id"]
    web = api.create(f"{WS}/projects", name="Web", clientId=acme, color="#ff0000")["id"]
    shop = api.create(f"{WS}/projects", name="Shop", clientId=other)["id"]
    build = api.create(f"{WS}/projects/{web}/tasks", name="Build")["id"]
    dev = api.create(f"{WS}/tags", name="dev")["id"]
    ops = api.create(f"{WS}/tags", name="ops")["id"]
    served.bulk_insert(
        [
            {
                "start": "2026-11-16T08:00:00Z",
                "end": "2026-11-16T10:00:05Z",
                "projectId": web,
                "taskId": build,
                "description": "Review",
                "tagIds": [dev, ops],
                "billable": True,
            },
            {
                "start": "2026-11-17T08:00:00Z",
                "end": "2026-11-17T09:07:00Z",
                "projectId": shop,
                "description": "Mail",
                "tagIds": [dev],
            },
            {"start": "2026-11-18T12:00:00Z", "end": "2026-11-18T12:20:00Z"},
        ]
    )
    served.clear()
    return {"acme": acme, "web": web, "shop": shop, "build": build, "dev": dev, "ops": ops}


# -- the document ---------------------------------------------------------------------------


def test_json_is_the_documented_object(cli: Cli, work: dict[str, str]) -> None:
    found = cli("report", "last-week", "--by", "client,project", "--by", "day", "--json").json
    assert set(found) == KEYS
    assert found["start"] == "2026-11-15T23:00:00Z"
    assert found["end"] == "2026-11-22T23:00:00Z"
    assert found["timeZone"] == "Europe/Berlin"
    assert (found["duration"], found["seconds"]) == ("PT3H27M5S", 12425)
    assert found["billableSeconds"] == 7205
    acme, other, nobody = found["groups"]
    assert set(acme) == GROUP_KEYS | {"groups"}
    assert (acme["by"], acme["id"], acme["name"]) == ("client", work["acme"], "Acme")
    project = acme["groups"][0]
    assert (project["by"], project["id"], project["seconds"]) == ("project", work["web"], 7205)
    day = project["groups"][0]
    assert set(day) == GROUP_KEYS
    assert (day["by"], day["id"], day["name"]) == ("day", "2026-11-16", "2026-11-16")
    assert (other["name"], other["seconds"]) == ("Other", 4020)
    assert (nobody["id"], nobody["name"], nobody["seconds"]) == ("", "", 1200)


def test_an_empty_report_has_no_groups(cli: Cli) -> None:
    found = cli("report", "yesterday", "--json").json
    assert (found["seconds"], found["duration"], found["groups"]) == (0, "PT0S", [])
    assert "No time was tracked." in cli("report", "yesterday").out


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("project", ["Web", "Shop", ""]),
        ("client", ["Acme", "Other", ""]),
        ("task", ["Build", ""]),
        ("tag", ["dev", "ops", ""]),
        ("description", ["Review", "Mail", ""]),
        ("user", [USER_NAME]),
        ("day", ["2026-11-16", "2026-11-17", "2026-11-18"]),
        ("week", ["2026-W47"]),
        ("month", ["2026-11"]),
        ("billable", ["billable", "not billable"]),
    ],
)
def test_everything_can_be_grouped_by(
    cli: Cli, work: dict[str, str], by: str, names: list[str]
) -> None:
    found = cli("report", LAST_WEEK, "--by", by, "--json").json
    assert [group["name"] for group in found["groups"]] == names
    assert found["seconds"] == 12425


def test_time_under_several_tags_is_counted_once_in_the_total(
    cli: Cli, work: dict[str, str]
) -> None:
    found = cli("report", "last-week", "--by", "tag", "--json").json
    assert found["seconds"] == 12425
    assert sum(group["seconds"] for group in found["groups"]) == 12425 + 7205
    shown = cli("report", "last-week", "--by", "tag").out
    assert "2:00 has several tags" in shown
    assert "the rows add up to 5:27, the total is 3:27" in " ".join(shown.split())
    nested = cli("report", "last-week", "--by", "project,tag", "--json").json["groups"][0]
    assert nested["seconds"] == 7205
    assert [group["seconds"] for group in nested["groups"]] == [7205, 7205]


def test_rounding_stands_beside_the_raw_time(cli: Cli, work: dict[str, str]) -> None:
    words = ("report", "last-week", "--round", "15m", "--round-mode", "up")
    found = cli(*words, "--json").json
    assert set(found) == KEYS | {"rounding"}
    assert found["rounding"] == {"seconds": 900, "mode": "up", "per": "entry"}
    assert [g["seconds"] for g in found["groups"]] == [8100, 4500, 1800]
    assert [g["rawSeconds"] for g in found["groups"]] == [7205, 4020, 1200]
    assert (found["rawSeconds"], found["seconds"]) == (12425, 14400)
    assert (found["duration"], found["billableSeconds"]) == ("PT4H", 8100)
    shown = cli(*words).out
    assert "3:27     4:00  +0:33" in shown
    assert "Rounded up to 15m for each entry: +0:33." in shown


def test_rounding_comes_from_the_settings_too(cli: Cli, work: dict[str, str]) -> None:
    (cli.home / ".clockify.toml").write_text('round = "30m"\nround_mode = "down"\n')
    found = cli("report", "last-week", "--json").json
    assert found["rounding"] == {"seconds": 1800, "mode": "down", "per": "entry"}
    assert found["seconds"] == 7200 + 3600
    per = cli("report", "last-week", "--round-per", "project", "--round-mode", "up", "--json").json
    assert per["rounding"] == {"seconds": 1800, "mode": "up", "per": "project"}
    assert "rounding" not in cli("report", "last-week", "--round", "off", "--json").json


@pytest.mark.parametrize(
    "words",
    [
        ("--by", "colour"),
        ("--by", "project,project"),
        ("--round", "15"),
        ("--round", "15m", "--round-mode", "sideways"),
        ("--round", "15m", "--round-per", "year"),
        ("--round-mode", "up"),
        ("--json", "--csv"),
        ("--csv", "--markdown"),
        ("--week", "--heatmap"),
        ("--week", "--by", "tag"),
        ("--timeline", "--csv"),
        ("--svg", "x.png"),
        ("--html", "x.svg"),
        ("nonsense",),
        ("2026-11-20..2026-11-10",),
        ("--since", "2026-11-20", "--until", "2026-11-10"),
        ("-k", "Build"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(cli: Cli, words: tuple[str, ...]) -> None:
    ran = cli("report", *words, code=2)
    assert ran.out == ""
    assert len(ran.err.strip().splitlines()) <= 3


def test_since_and_until_move_the_edges(cli: Cli, work: dict[str, str]) -> None:
    def span(*words: str) -> tuple[str, str]:
        found = cli("report", *words, "--json").json
        return found["start"], found["end"]

    assert span("--since", "2026-11-16", "--until", "2026-11-17") == (
        "2026-11-15T23:00:00Z",
        "2026-11-17T23:00:00Z",
    )
    assert span("--since", "2026-11-16") == ("2026-11-15T23:00:00Z", "2026-11-25T23:00:00Z")
    assert span("--until", "yesterday") == ("2026-11-22T23:00:00Z", "2026-11-24T23:00:00Z")
    assert span("last-week", "--until", "2026-11-18") == (
        "2026-11-15T23:00:00Z",
        "2026-11-18T23:00:00Z",
    )
    assert span("--since", "2026-09", "--until", "2026-10") == (
        "2026-08-31T22:00:00Z",
        "2026-10-31T23:00:00Z",
    )


# -- which entries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (("-p", "web"), 7205),
        (("-p", "web", "-p", "shop"), 7205 + 4020),
        (("-p", ""), 1200),
        (("-c", "acme"), 7205),
        (("-c", "other", "-p", "shop"), 4020),
        (("-c", "acme", "-k", "build"), 7205),
        (("-t", "dev"), 7205 + 4020),
        (("-t", "dev,ops"), 7205),
        (("--text", "REV"), 7205),
        (("--billable",), 7205),
        (("--no-billable",), 4020 + 1200),
    ],
)
def test_filters(cli: Cli, work: dict[str, str], words: tuple[str, ...], seconds: int) -> None:
    assert cli("report", "last-week", *words, "--json").json["seconds"] == seconds


def test_a_client_without_projects_has_no_time(cli: Cli, work: dict[str, str], api: Api) -> None:
    api.create(f"{WS}/clients", name="Empty")
    assert cli("report", "last-week", "-c", "Empty", "--json").json["seconds"] == 0
    assert cli("report", "last-week", "-c", "Acme", "-p", "Shop", code=4).out == ""


def test_other_users_one_request_each(cli: Cli, served: Served) -> None:
    served.seed(now="2026-11-20T17:00:00+00:00", days=10)
    cli("report", "2026-11-16", "--everyone", "--json")
    served.clear()
    found = cli("report", "2026-11-17", "--everyone", "--by", "user", "--json").json
    assert len(lists(served)) == 3
    assert len(found["groups"]) == 3
    served.clear()
    mina = cli("report", "2026-11-17", "--user", "mina", "--json").json
    assert len(lists(served)) == 1
    by_name = {group["name"]: group["seconds"] for group in found["groups"]}
    assert mina["seconds"] == by_name["Mina Sørensen"] > 0
    several = cli("report", "2026-11-17", "-u", "mina", "-u", "me", "--json").json
    assert [group["by"] for group in several["groups"]] == ["user", "user"]


def test_breaks_and_time_off_stand_beside_the_work(cli: Cli, served: Served, work: Any) -> None:
    put(served, "2026-11-18T12:20:00Z", "2026-11-18T13:00:00Z", type="BREAK")
    put(served, "2026-11-19T08:00:00Z", "2026-11-19T16:00:00Z", type="TIME_OFF")
    put(served, "2026-11-20T08:00:00Z", "2026-11-20T16:00:00Z", type="HOLIDAY")
    rows = [line.split() for line in cli("report", "last-week").out.splitlines()]
    assert ["Total", "3:27", "2:00"] in rows
    assert ["Breaks", "0:40"] in rows
    assert ["Time", "off", "16:00"] in rows
    found = cli("report", "last-week", "--json").json
    assert (found["seconds"], found["breakSeconds"]) == (12425, 2400)
    assert found["timeOffSeconds"] == 16 * 3600
    counted = cli("report", "last-week", "--breaks", "--time-off", "--json").json
    assert counted["seconds"] == 12425 + 2400 + 16 * 3600
    assert "Includes 0:40 of breaks." in cli("report", "last-week", "--breaks").out
    assert len(cli("report", "last-week", "--csv").out.splitlines()) == 4
    with_breaks = cli("report", "last-week", "--breaks", "--csv").out
    assert sum(int(r["seconds"]) for r in csv.DictReader(io.StringIO(with_breaks))) == 12425 + 2400


# -- the truth of days ----------------------------------------------------------------------------


def test_an_entry_over_midnight_counts_on_both_days(cli: Cli, served: Served) -> None:
    put(served, "2026-11-23T21:00:00Z", "2026-11-24T00:30:00Z")  # 22:00 to 01:30 in Berlin
    by_day = cli("report", "2026-11-23..2026-11-24", "--by", "day", "--json").json
    assert [(g["id"], g["seconds"]) for g in by_day["groups"]] == [
        ("2026-11-23", 7200),
        ("2026-11-24", 5400),
    ]
    assert cli("report", "2026-11-23", "--json").json["seconds"] == 7200
    assert cli("report", "2026-11-24", "--json").json["seconds"] == 5400


def test_the_running_entry_counts_up_to_now(cli: Cli, served: Served) -> None:
    put(served, "2026-11-24T22:00:00Z", None)
    assert cli("report", "today", "--json").json["seconds"] == 10 * 3600 + 15 * 60
    assert cli("report", "yesterday", "--json").json["seconds"] == 3600


def test_a_timer_that_was_forgotten_for_weeks_is_not_forgotten(cli: Cli, served: Served) -> None:
    earlier = {"CLOCKIFY_NOW": "2026-10-25T08:00:00Z"}
    cli("start", "Endless", **earlier)
    found = cli("report", "today", "--json").json
    assert found["seconds"] == 10 * 3600 + 15 * 60
    assert cli("report", "week", "--json").json["seconds"] == (2 * 24 + 10) * 3600 + 15 * 60


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-10", 24)]
)
def test_days_on_which_the_clocks_change(cli: Cli, served: Served, day: str, hours: int) -> None:
    put(served, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    edge = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    start = edge.astimezone(UTC) - timedelta(hours=5)
    put(served, f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{start + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}")
    assert cli("report", day, "--json").json["seconds"] == hours * 3600


ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Europe/Berlin", "America/New_York")
DAYS = ("2026-03-29", "2026-11-01", "2026-11-24")


@pytest.mark.parametrize("account_zone", ZONES)
@pytest.mark.parametrize("machine_zone", ZONES)
def test_no_entry_near_midnight_is_dropped_or_added(
    cli: Cli, served: Served, account_zone: str, machine_zone: str
) -> None:
    served.configure(user={"timeZone": account_zone})
    zone = ZoneInfo(machine_zone)
    inserted = []
    for day in DAYS:
        midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=zone).astimezone(UTC)
        for hours in range(-26, 51, 4):
            for seconds in (-1, 0, 1) if hours % 24 == 22 else (0,):
                start = midnight + timedelta(hours=hours, seconds=seconds)
                inserted.append((start, start + timedelta(minutes=50)))
        # Exactly up to midnight, from midnight on, and over it.
        inserted.append((midnight - timedelta(minutes=10), midnight))
        inserted.append((midnight, midnight + timedelta(minutes=7)))
        inserted.append((midnight - timedelta(hours=60), midnight + timedelta(minutes=1)))
    served.bulk_insert([{"start": _utc(a), "end": _utc(b)} for a, b in inserted])
    for day in DAYS:
        first = date.fromisoformat(day)
        low, high = (
            datetime.combine(d, datetime.min.time(), zone).astimezone(UTC)
            for d in (first, first + timedelta(days=1))
        )
        expected = sum(
            max(0, int((min(b, high) - max(a, low)).total_seconds())) for a, b in inserted
        )
        touching = [(a, b) for a, b in inserted if a < high and (b > low or a >= low)]
        environ = {"TZ": machine_zone, "CLOCKIFY_NOW": "2026-12-24T12:00:00Z"}
        assert cli("report", day, "--json", **environ).json["seconds"] == expected
        listed = cli("entries", day, "--json", **environ).json
        spans = sorted((e["timeInterval"]["start"], e["timeInterval"]["end"]) for e in listed)
        assert spans == sorted((_utc(a), _utc(b)) for a, b in touching)


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# -- requests -------------------------------------------------------------------------------------


def test_scripts_always_ask(cli: Cli, served: Served, work: dict[str, str]) -> None:
    for words in (("report",), ("gaps",), ("entries",), ("report", "--week")):
        for form in ((), ("--json",), ("-q",)):
            cli(*words, "last-week", *form)
            served.clear()
            ran = cli(*words, "last-week", *form)
            assert LIST in lists(served), words
            assert "As of" not in ran.err
    served.clear()
    cli("report", "last-week", "--csv")
    cli("report", "last-week", "--markdown")
    cli("report", "last-week", "--svg", "-")
    cli("standup")
    cli("goal", "--week", "40h")
    assert lists(served) == [LIST] * 5


def shown_at_a_terminal(cli: Cli, *words: str, **environ: str) -> str:
    with Terminal(cli, *words, **{"COLUMNS": "80", **environ}) as terminal:
        assert terminal.code() == 0, terminal.shown
    return terminal.shown


def test_a_table_on_a_terminal_may_be_minutes_old_and_says_so(
    cli: Cli, served: Served, work: dict[str, str]
) -> None:
    cli("report", "last-week")
    put(served, "2026-11-19T08:00:00Z", "2026-11-19T09:00:00Z")
    served.clear()
    shown = shown_at_a_terminal(cli, "report", "last-week", CLOCKIFY_NOW="2026-11-25T09:18:00Z")
    assert "As of 3 minutes ago; --refresh asks again." in shown
    assert "3:27" in shown
    # A part of what was read is known as well.
    assert "2:00" in shown_at_a_terminal(cli, "report", "2026-11-16")
    assert served.requests() == []
    for now in ("2026-11-25T09:20:01Z", "2026-11-25T09:14:59Z"):
        cli("report", "last-week", "--json")
        put(served, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z")
        assert "As of" not in shown_at_a_terminal(cli, "report", "last-week", CLOCKIFY_NOW=now)
    assert "6:27" in shown_at_a_terminal(cli, "report", "last-week", "--refresh")
    served.clear()
    for form in ("--json", "--csv", "-q"):
        shown_at_a_terminal(cli, "report", "last-week", form)
    assert lists(served) == [LIST] * 3


Change = Callable[[Cli, str], Any]
CHANGES: dict[str, Change] = {
    "log": lambda cli, _: cli("log", "2026-11-18 14:00-15:00", "More", "--yes"),
    "edit": lambda cli, entry: cli("edit", entry, "-d", "Else"),
    "delete": lambda cli, entry: cli("entries", "delete", entry),
    "undo": lambda cli, _: cli("undo"),
    "start and stop": lambda cli, _: (
        cli("start", "Late", "--at", "2026-11-18 16:00"),
        cli("stop", "--at", "2026-11-18 17:00"),
    ),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_no_table_is_older_than_a_change_made_here(
    cli: Cli, served: Served, work: dict[str, str], name: str
) -> None:
    cli("log", "2026-11-18 13:00-13:30", "Logged")
    before = cli("report", "last-week", "--by", "description", "--json").json
    entry = cli("entries", "2026-11-18", "--text", "Logged", "--json").json[0]["id"]
    CHANGES[name](cli, entry)
    served.clear()
    known = cli("report", "last-week", "--by", "description", "--cached", "--json").json
    assert served.requests() == []
    shown = shown_at_a_terminal(cli, "report", "last-week", "--by", "description")
    assert lists(served) == [LIST]
    assert "As of" not in shown
    after = cli("report", "last-week", "--by", "description", "--json").json
    assert after != before
    # What is known has the change too, and says when the rest was read.
    assert known.pop("asOf") == "2026-11-25T09:15:00Z"
    assert known == after


def test_cached_answers_without_a_request(cli: Cli, served: Served, work: Any) -> None:
    for words in (("entries", "last-week"), ("gaps", "last-week"), ("report",), ("standup",)):
        ran = cli(*words, "--cached", "--json", code=5)
        assert ran.out == ""
    assert cli("goal", "--day", "8h", "--cached", "--json", code=5).out == ""
    first = cli("report", "last-week", "--json").json
    assert "--cached" in cli("report", "2026-01", "--cached", "--json", code=5).error["hint"]
    cli("standup")
    served.faults([{"kind": "cut_before", "times": 0}])
    served.clear()
    later = {"CLOCKIFY_NOW": "2026-11-27T10:15:00Z"}
    ran = cli("report", LAST_WEEK, "--json", "--cached", **later)
    assert ran.json == {**first, "asOf": "2026-11-25T09:15:00Z"}
    listed = cli("entries", LAST_WEEK, "--json", "--cached", **later)
    assert len(listed.json) == 3
    assert listed.err == "As of 2 days ago.\n"
    assert "asOf" in cli("standup", "--json", "--cached").json
    assert isinstance(cli("gaps", LAST_WEEK, "--json", "--cached").json, list)
    for words in (("report", "--csv"), ("report", "--markdown"), ("entries",), ("gaps",)):
        ran = cli(*words[:1], LAST_WEEK, *words[1:], "--cached", **later)
        assert ran.err == "As of 2 days ago.\n"
    assert served.requests() == []
    for words in (("report",), ("entries",), ("gaps",), ("standup",), ("goal", "--day", "8h")):
        cli(*words, "--cached", "--refresh", code=2)
    for words in (("check", "--no-overlap"), ("export",)):
        cli(*words, "--cached", code=2)
    served.faults([])
    cli("goal", "--day", "8h")
    assert cli("goal", "--day", "8h", "--json", "--cached").json["asOf"] == "2026-11-25T09:15:00Z"


def test_unreachable_names_the_way_to_what_is_known(cli: Cli, served: Served, work: Any) -> None:
    cli("report", "last-week")
    served.faults([{"kind": "cut_before", "times": 0}])
    for words in (
        *(("report", "last-week"), ("entries", "last-week"), ("gaps", "last-week")),
        *(("goal", "--day", "8h"), ("standup",), ("report", "last-week", "--csv")),
        *(("check", "last-week", "--no-overlap"), ("export", "last-week")),
    ):
        ran = cli(*words, code=5)
        assert ran.out == ""
        assert "--cached" in ran.err, words


def test_pending_changes_are_in_what_is_known(cli: Cli, served: Served, work: Any) -> None:
    cli("report", "last-week")
    served.faults([{"kind": "status_before", "status": 503, "times": 0}])
    cli("log", "2026-11-18 14:00-15:00", "Later")
    assert cli("report", "last-week", "--cached", "--json").json["seconds"] == 12425 + 3600
    served.faults([])
    served.clear()
    cli("sync")
    assert cli("report", "last-week", "--cached", "--json").json["seconds"] == 12425 + 3600
    assert cli("report", "last-week", "--json").json["seconds"] == 12425 + 3600


def test_refresh_renews_the_names_that_are_shown(
    cli: Cli, served: Served, work: dict[str, str], api: Api
) -> None:
    cli("report", "last-week", "--by", "project,tag")
    api.put(f"{WS}/projects/{work['web']}", {"name": "Site"})
    assert "Acme/Web" in cli("report", "last-week").out
    served.clear()
    assert "Site" in cli("report", "last-week", "--refresh").out
    assert lists(served) == [LIST, "/projects"]


def test_users_and_workspaces_are_told_apart(cli: Cli, served: Served, api: Api) -> None:
    served.seed(now="2026-11-20T17:00:00+00:00", days=5)
    mine = cli("report", "2026-11-18", "--json").json["seconds"]
    hers = cli("report", "2026-11-18", "--user", "mina", "--json").json["seconds"]
    other = api.create("/v1/workspaces", name="Second")["id"]
    there = cli("report", "2026-11-18", "-w", other, "--json").json["seconds"]
    assert (mine, there) == (cli("report", "2026-11-18", "--cached", "--json").json["seconds"], 0)
    her = cli("report", "2026-11-18", "--user", "mina", "--cached", "--json").json["seconds"]
    assert mine != hers == her


def test_a_damaged_copy_is_as_none(cli: Cli, served: Served, work: Any) -> None:
    first = cli("report", "last-week", "--json").json
    (path,) = (cli.home / "cache").rglob("ranges.dat")
    whole = path.read_bytes()
    damages = [b"", b"\xff\x00", whole[: len(whole) // 2], b"[]", whole.replace(b"T10", b"T11", 1)]
    for damage in damages:
        path.write_bytes(damage)
        cli("report", "last-week", "--cached", code=5)
        ran = cli("report", "last-week", "--json")
        assert (ran.json, ran.err) == (first, "")
        assert cli("report", "last-week", "--cached", "--json").json["seconds"] == 12425
    path.unlink()
    path.mkdir()
    assert cli("report", "last-week", "--json").json == first
    cli("log", "2026-11-18 14:00-15:00", "More")


def test_many_pages_are_streamed(cli: Cli, served: Served) -> None:
    start = datetime(2026, 10, 1, 6, tzinfo=UTC)
    entries = []
    for number in range(1500):
        begun = start + timedelta(minutes=10 * number)
        entries.append({"start": _utc(begun), "end": _utc(begun + timedelta(minutes=9))})
    served.bulk_insert(entries)
    whole = cli("report", "2026-10", "--by", "day", "--json").json
    assert whole["seconds"] == 1500 * 540
    assert lists(served) == [LIST] * 2
    served.clear()
    assert cli("report", "2026-10-07", "--cached", "--json").json["seconds"] == 144 * 540
    assert served.requests() == []


def test_many_processes_share_the_copies(cli: Cli, served: Served, work: Any) -> None:
    cli("report", "2026-11-02")
    running = [cli.start("report", LAST_WEEK, "--json") for _ in range(6)]
    running += [cli.start("log", f"2026-11-{18 + i} 14:00-15:00", f"Log {i}") for i in range(3)]
    ended = [(process, *process.communicate(timeout=60)) for process in running]
    for process, _, err in ended:
        assert process.returncode == 0, err
    assert "6:27" in shown_at_a_terminal(cli, "report", LAST_WEEK)
    assert cli("report", LAST_WEEK, "--json").json["seconds"] == 12425 + 3 * 3600


def test_what_is_changed_during_a_reading_is_not_kept(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CLOCKIFY_CACHE_DIR", str(tmp_path))
    one, other = RecentRanges("account"), RecentRanges("account")
    entry = {"id": "1", "timeInterval": {"start": "2026-11-16T08:00:00Z", "end": None}}
    at = epoch("2026-11-16T08:00:00Z")
    span, now = (at - 1000, at + 1000), at + 10**6

    def read(between: Callable[[], None]) -> Any:
        changes = one.changes()
        between()
        one.keep("ws", "user", span, [entry], as_of=now, changes=changes)
        return other.find("ws", "user", *span)

    assert read(lambda: other.forget("ws", "user", [at])) is None
    assert read(lambda: None) == (now, [entry])
    assert one.find("ws", "user", at - 1001, at) is None
    assert one.find("ws", "user", *span, since=now) is not None
    assert one.find("ws", "user", *span, since=now + 1) is None
    other.forget("ws", "somebody else", [at])
    other.forget("ws", "user", [at + 1000])
    assert one.find("ws", "user", *span, since=now) is not None
    other.forget("ws", "user", [at])
    assert one.find("ws", "user", *span, since=now) is None
    moved = {**entry, "timeInterval": {"start": "2026-11-16T08:01:00Z", "end": None}}
    other.put("ws", "user", "1", moved)
    assert one.find("ws", "user", *span) == (now, [moved])
    other.put("ws", "user", "1", None)
    assert one.find("ws", "user", *span) == (now, [])


# -- how it looks -------------------------------------------------------------------------------


SHAPES = (
    ("--by", "client,project,task"),
    ("--by", "tag,day", "--decimal"),
    ("--by", "description", "--round", "15m"),
    ("--by", "week,billable"),
    ("--week",),
    ("--week", "--round", "15m", "--decimal"),
    ("--heatmap",),
    ("--timeline",),
)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_view_fits(cli: Cli, served: Served, shape: tuple[str, ...], columns: int) -> None:
    served.seed(now="2026-11-24T17:00:00+00:00", days=12)
    put(served, "2026-11-18T08:00:00Z", "2026-11-18T16:00:00Z", type="TIME_OFF")
    put(
        served,
        "2026-11-19T20:00:00Z",
        "2026-11-20T01:00:00Z",
        description="\x1b[31mred\x1b[0m \u202e 日本語の説明 " + "long " * 40,
    )
    environ = {"COLUMNS": str(columns)}
    plain = cli("report", LAST_WEEK, *shape, "--color", "never", **environ).out
    colored = cli("report", LAST_WEEK, *shape, "--color", "always", **environ).out
    assert "\x1b[" not in plain
    assert "\x1b[" in colored
    assert "\u202e" not in plain + colored
    assert "\x1b[31mred" not in colored
    for line in plain.splitlines():
        assert cell_len(line) <= columns, line
    uncolored = _without_codes(colored)
    for line in uncolored.splitlines():
        assert cell_len(line) <= columns, line


def _without_codes(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_week_grid_sums_both_ways(cli: Cli, work: Any) -> None:
    lines = cli("report", "last-week", "--week").out.splitlines()
    assert lines[1].split()[:3] == ["Project", "Mon", "16"]
    rows = {line.split("  ")[0].strip(): line.split()[-1] for line in lines[3:]}
    assert rows["Web"] == "2:00"
    assert rows["Shop"] == "1:07"
    assert rows["(no project)"] == "0:20"
    assert rows["Total"] == "3:27"


def test_the_week_grid_is_rounded_as_the_report_is(cli: Cli, work: Any) -> None:
    words = ("report", "last-week", "--round", "15m", "--round-mode", "up")
    rows = [line.split() for line in cli(*words, "--week").out.splitlines()]
    assert ["Web", "2:15", "·", "·", "·", "·", "·", "·", "2:15", "2:00"] in rows
    assert ["Total", "2:15", "1:15", "0:30", "·", "·", "·", "·", "4:00", "3:27"] in rows
    assert ["Raw", "2:00", "1:07", "0:20", "·", "·", "·", "·", "3:27"] in rows
    decimal = [line.split() for line in cli(*words, "--week", "--decimal").out.splitlines()]
    assert ["Web", "2.25", "·", "·", "·", "·", "·", "·", "2.25", "2.00"] in decimal
    narrow = cli(*words, "--week", COLUMNS="30").out
    assert narrow.splitlines()[-3].split() == ["Raw", "3:27"]
    table = list(csv.DictReader(io.StringIO(cli(*words, "--week", "--csv").out)))
    assert [(r["client"], r["project"], r["day"], r["seconds"]) for r in table] == [
        ("Acme", "Web", "2026-11-16", "8100"),
        ("Other", "Shop", "2026-11-17", "4500"),
        ("", "", "2026-11-18", "1800"),
    ]
    shown = cli(*words, "--week", "--markdown").out.splitlines()
    assert "| Total | 2:15 | 1:15 | 0:30 |  |  |  |  | 4:00 | 3:27 |" in shown


def test_every_total_row_says_total(cli: Cli, work: Any) -> None:
    for by in DIMENSIONS:
        last = cli("report", "last-week", "--by", by, "--no-amounts").out.splitlines()
        rows = [line.split() for line in last]
        assert ["Total", "3:27", "2:00"] in rows, by


def test_csv_has_an_amount_for_each_currency(cli: Cli, served: Served, work: Any) -> None:
    served.configure(hourly_rate=9000)
    rows = list(csv.DictReader(io.StringIO(cli("report", "last-week", "--csv").out)))
    assert rows[0] == {
        **{"client": "Acme", "project": "Web", "raw_hours": "2.0014", "hours": "2.0014"},
        **{"seconds": "7205", "amount": "180.13", "currency": "USD"},
    }
    rounded = cli("report", "last-week", "--csv", "--round", "1h").out
    first = next(csv.DictReader(io.StringIO(rounded)))
    assert (first["raw_hours"], first["hours"]) == ("2.0014", "2.0000")
    assert (first["seconds"], first["amount"]) == ("7200", "180.00")
    assert "amount" not in cli("report", "last-week", "--csv", "--no-amounts").out


def test_entries_count_with_their_part_of_the_range(cli: Cli, served: Served, work: Any) -> None:
    put(served, "2026-11-23T21:00:00Z", "2026-11-24T00:30:00Z", description="Night")
    put(served, "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", description="Noon")
    put(served, "2026-11-24T13:00:00Z", "2026-11-24T13:20:00Z", type="BREAK")
    tuesday = cli("entries", "2026-11-24", "--json").json
    assert [(e["description"], e["seconds"]) for e in tuesday][1:] == [
        ("Noon", 3600),
        ("Night", 5400),
    ]
    both = cli("entries", "2026-11-23..2026-11-24", "--json").json
    assert [e["seconds"] for e in both] == [1200, 3600, 12600]
    backwards = cli("entries", "2026-11-23..2026-11-24", "--json", "--reverse").json
    assert backwards == both[::-1]
    rows = [line.split() for line in cli("entries", "2026-11-23..2026-11-24").out.splitlines()]
    assert ["Tue", "2026-11-24", "yesterday", "2:30"] in rows
    assert ["Mon", "2026-11-23", "2:00"] in rows
    assert ["Total", "4:30"] in rows
    assert ["Breaks", "0:20"] in rows
    limited = cli("entries", "2026-11-23..2026-11-24", "--limit", "1")
    assert limited.err == "Showing 1 of 3 entries.\n"
    kept = [line.split() for line in limited.out.splitlines()]
    assert ["Tue", "2026-11-24", "yesterday", "2:30"] in kept
    assert ["Total", "4:30"] in kept


def test_amounts_where_rates_are_known(cli: Cli, served: Served, work: dict[str, str]) -> None:
    served.configure(hourly_rate=9000)
    ran = cli("report", "last-week")
    assert "180.13 USD" in ran.out  # 7205 s at 90.00 an hour
    assert "amounts" not in cli("report", "last-week", "--json").json
    found = cli("report", "last-week", "--json", "--amounts").json
    assert found["amounts"] == {"USD": 18013}
    assert found["groups"][0]["amounts"] == {"USD": 18013}
    assert "amounts" not in found["groups"][1]
    rounded = cli("report", "last-week", "--amounts", "--round", "1h", "--json").json
    assert rounded["amounts"] == {"USD": 18000}
    assert "USD" not in cli("report", "last-week", "--no-amounts").out


def test_csv_can_be_summed_and_markdown_pasted(cli: Cli, work: Any) -> None:
    text = cli("report", "last-week", "--by", "client,day", "--csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["seconds"]) for row in rows) == 12425
    assert rows[0] == {
        **{"client": "Acme", "day": "2026-11-16", "raw_hours": "2.0014", "hours": "2.0014"},
        **{"seconds": "7205", "amount": "", "currency": ""},
    }
    shown = cli("report", "last-week", "--by", "client,project", "--markdown").out.splitlines()
    assert shown[0] == "**Mon 2026-11-16 – Sun 2026-11-22** (Europe/Berlin)"
    assert shown[2] == "| Client | Project | Time | Hours |"
    assert shown[4] == "| Acme |  | 2:00:05 | 2.00 |"
    assert shown[5] == "|  | Web | 2:00:05 | 2.00 |"
    assert shown[-1] == "| Total |  | 3:27:05 | 3.45 |"


DOCUMENTS = {
    ("--by", "project,day"): ("Acme/Web", "Other/Shop", "2:00", "58%"),
    ("--week",): ("Web", "Shop", "(no project)", "2:00", "Mon 16"),
    ("--heatmap",): ("2026-11", "3:27", "16"),
    ("--timeline",): ("Web", "Mon 2026-11-16", "1:07"),
}


@pytest.mark.parametrize("shape", list(DOCUMENTS))
def test_documents_have_the_report_s_figures(
    cli: Cli, work: Any, shape: tuple[str, ...], tmp_path: Path
) -> None:
    svg, html = tmp_path / "report.svg", tmp_path / "report.html"
    svg.write_text("old")
    ran = cli("report", "last-week", *shape, "--svg", str(svg), "--html", str(html))
    assert f"Wrote {svg}." in ran.err
    for path in (svg, html):
        text = path.read_text()
        told = _text_of(text)
        for word in DOCUMENTS[shape]:
            assert word in told, (word, path.name)
        assert "prefers-color-scheme:dark" in text
        plain = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not any(word in plain for word in ("<script", "http", "url(", "@import"))
    ElementTree.fromstring(svg.read_text())
    page = html.read_text()
    assert "@media print" in page
    assert page.count("<table>") == 1
    assert "3:27" in page[page.index("<tfoot>") :]
    assert cli("report", "last-week", *shape, "--svg", "-").out == svg.read_text()
    assert cli("report", "last-week", *shape, "--html", "-").out == page
    assert {p.name for p in tmp_path.iterdir() if p.is_file()} == {"report.svg", "report.html"}


def test_names_in_documents_are_only_text(cli: Cli, served: Served, api: Api) -> None:
    name = '<script>alert(1)</script>&\x1b[31m"'
    served.bulk_insert(
        [
            {
                "start": "2026-11-16T08:00:00Z",
                "end": "2026-11-16T09:00:00Z",
                "projectId": api.create(f"{WS}/projects", name="A & B")["id"],
                "description": name,
            }
        ]
    )
    for form in ("--svg", "--html"):
        text = cli("report", "last-week", "--by", "description,project", form, "-").out
        assert "<script" not in text
        assert "\x1b" not in text
        assert "&lt;script&gt;" in text
    ElementTree.fromstring(cli("report", "last-week", "--by", "description", "--svg", "-").out)


def _text_of(markup: str) -> str:
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign]
    parser.feed(markup)
    return "".join(parts).replace("\xa0", " ")


def test_a_picture_that_cannot_be_written_is_told(cli: Cli, work: Any, tmp_path: Path) -> None:
    ran = cli("report", "last-week", "--svg", str(tmp_path / "no" / "report.svg"), code=1)
    assert "no/report.svg" in ran.err


def test_the_report_loads_only_what_it_needs(cli: Cli, work: Any) -> None:
    cli("report", "last-week")
    python = str(Path(PROGRAM).parent / "python")
    ran = subprocess.run(
        [python, "-X", "importtime", PROGRAM, "report", "last-week", "--json", "--cached"],
        env=cli.env,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cli.home,
    )
    assert json.loads(ran.stdout)["seconds"] == 12425
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "clockify_cli.tracking.report" in imported
    assert not imported & {"httpx", "rich", "csv", "asyncio", "tomlkit"}


def test_the_paths_are_those_of_the_api(served: Served, cli: Cli) -> None:
    cli("report", "yesterday")
    asked = [r["path"] for r in served.requests()]
    assert USER_ENTRIES in asked
    assert WORKSPACE_ID in USER_ENTRIES


def test_an_entry_made_during_the_download_counts_nothing_twice(
    served: Served, tmp_path: Path
) -> None:
    """A new entry pushes the last one of each page to the next page again."""
    from clockify_cli.gateway.client import Gateway
    from clockify_cli.gateway.entries import entries_begun
    from clockify_cli.gateway.target import Target
    from clockify_cli.sandbox import API_KEY

    start = datetime(2026, 10, 1, tzinfo=UTC)
    minutes = [start + timedelta(minutes=number) for number in range(2100)]
    served.bulk_insert(
        [{"start": _utc(m), "end": _utc(m + timedelta(seconds=30))} for m in minutes]
    )
    gateway = Gateway(Target(f"{served.url}/clockify", key=API_KEY))
    found: list[str] = []
    until = start + timedelta(days=30)
    for number, entry in enumerate(entries_begun(gateway, WORKSPACE_ID, USER_ID, start, until)):
        if number in (10, 1010):
            late = start + timedelta(days=20 + number // 1000)
            put(served, _utc(late), _utc(late + timedelta(seconds=30)))
        found.append(entry["timeInterval"]["start"])
    gateway.close()
    assert found == sorted((_utc(m) for m in minutes), reverse=True)


def test_a_run_that_changes_much_leaves_no_copies(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CLOCKIFY_CACHE_DIR", str(tmp_path))
    ranges = RecentRanges("account")
    ranges.keep("ws", "user", (0, 100), [], as_of=50, changes=ranges.changes())
    for _ in range(20):
        ranges.forget("ws", "user", [200])
    assert ranges.find("ws", "user", 0, 100, since=50) is not None
    ranges.forget("ws", "user", [200])
    assert ranges.find("ws", "user", 0, 100) is None
