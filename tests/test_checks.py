"""Judging time: gaps, checks, goals and the morning's meeting."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, Cli, new_cli
from conftest import Served
from sandbox_api import WS, Api

from clockify_cli.sandbox import USER_ID

LIST = f"/user/{USER_ID}/time-entries"


@pytest.fixture
def cli(served: Served, tmp_path: Path) -> Cli:
    return new_cli(tmp_path / "home", served.url, CLOCKIFY_NOW=NOW)


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def put(served: Served, start: str, end: str | None, **body: Any) -> None:
    """Add an entry past the service's rules; times in UTC."""
    assert served.bulk_insert([{"start": start, "end": end, **body}]) == 1


def settings(cli: Cli, **lines: str) -> None:
    """Put settings into a folder file above the working folder."""
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    (cli.home / ".clockify.toml").write_text(text)


def lists(served: Served) -> list[str]:
    paths = [r["path"].removeprefix(f"/clockify/api{WS}") for r in served.requests()]
    return [path for path in paths if not path.endswith("/user")]


# -- gaps -----------------------------------------------------------------------------------------


def test_gaps_are_working_hours_that_nothing_covers(cli: Cli, served: Served) -> None:
    put(served, "2026-11-24T08:30:00Z", "2026-11-24T11:00:00Z")  # 9:30 to 12:00 in Berlin
    put(served, "2026-11-24T10:30:00Z", "2026-11-24T11:30:00Z")
    put(served, "2026-11-24T11:30:30Z", "2026-11-24T15:50:00Z", type="BREAK")
    found = cli("gaps", "2026-11-24", "--json")
    assert found.json == [
        {
            "start": "2026-11-24T08:00:00Z",
            "end": "2026-11-24T08:30:00Z",
            "duration": "PT30M",
            "seconds": 1800,
        },
        {
            "start": "2026-11-24T15:50:00Z",
            "end": "2026-11-24T16:00:00Z",
            "duration": "PT10M",
            "seconds": 600,
        },
    ]
    assert lists(served) == [LIST]
    assert len(cli("gaps", "2026-11-24", "--min", "1s", "--json").json) == 3
    assert len(cli("gaps", "2026-11-24", "--min", "15m", "--json").json) == 1
    shown = cli("gaps", "2026-11-24").out
    assert "09:00–09:30" in shown
    assert "2 gaps" in shown


def test_the_future_is_no_gap(cli: Cli, served: Served) -> None:
    put(served, "2026-11-25T08:00:00Z", "2026-11-25T09:00:00Z")
    found = cli("gaps", "today", "--json").json
    assert [(gap["start"], gap["end"]) for gap in found] == [
        ("2026-11-25T09:00:00Z", "2026-11-25T09:15:00Z")
    ]
    assert cli("gaps", "tomorrow", "--json").json == []
    put(served, "2026-11-25T09:00:00Z", None)
    assert cli("gaps", "today", "--json").json == []
    assert "No gaps" in cli("gaps", "today").out


def test_working_hours_come_from_the_settings(cli: Cli) -> None:
    settings(cli, work_days='["mon-wed", "saturday"]', work_hours='"9:00-12:30, 13:30-17:00"')
    found = cli("gaps", "2026-11-16..2026-11-22", "--json").json
    assert [(gap["start"][8:16], gap["seconds"]) for gap in found] == [
        (f"{day}T{clock}", 3.5 * 3600) for day in (16, 17, 18, 21) for clock in ("08:00", "12:30")
    ]


def test_a_night_shift_goes_on_over_midnight(cli: Cli, served: Served) -> None:
    settings(cli, work_days='["mon"]', work_hours='"22:00-6:00"')
    put(served, "2026-11-16T21:00:00Z", "2026-11-17T04:00:00Z")
    assert [(gap["start"], gap["seconds"]) for gap in cli("gaps", "2026-11-17", "--json").json] == [
        ("2026-11-17T04:00:00Z", 3600)
    ]
    assert cli("gaps", "2026-11-16", "--json").json == []


def test_working_hours_on_the_day_the_clocks_change(cli: Cli) -> None:
    settings(cli, work_days='["sun"]', work_hours='"1:00-9:00"')
    spring = cli("gaps", "2026-03-29", "--json").json
    autumn = cli("gaps", "2026-10-25", "--json").json
    assert [gap["seconds"] for gap in spring + autumn] == [7 * 3600, 9 * 3600]


@pytest.mark.parametrize(
    "lines",
    [
        {"work_days": '["someday"]'},
        {"work_hours": '"9-17"'},
        {"work_hours": '"9:00-25:00"'},
        {"work_hours": '"9:70-10:00"'},
    ],
)
def test_settings_that_cannot_be_read_are_named(cli: Cli, lines: dict[str, str]) -> None:
    settings(cli, **lines)
    # What a folder's file sets wrongly costs itself, never the command.
    assert f"'{next(iter(lines))}' is ignored" in cli("gaps", "yesterday").err


# -- check ----------------------------------------------------------------------------------------


@pytest.fixture
def day(served: Served, api: Api) -> dict[str, str]:
    """Yesterday's work: two entries that overlap, one of them without anything."""
    web = api.create(f"{WS}/projects", name="Web")["id"]
    build = api.create(f"{WS}/projects/{web}/tasks", name="Build")["id"]
    tag = api.create(f"{WS}/tags", name="dev")["id"]
    full = {"projectId": web, "taskId": build, "tagIds": [tag], "description": "Review"}
    put(served, "2026-11-24T08:00:00Z", "2026-11-24T12:00:00Z", id="a" * 24, **full)
    put(served, "2026-11-24T11:30:00Z", "2026-11-24T15:00:00Z", id="b" * 24, description=" ")
    put(served, "2026-11-24T15:00:00Z", "2026-11-24T15:20:00Z", id="c" * 24, type="BREAK")
    served.clear()
    return {"first": "a" * 24, "second": "b" * 24, "break": "c" * 24}


def rule(outcome: Any, name: str) -> Any:
    return next(r for r in outcome["rules"] if r["rule"] == name)


ALL = (
    *("--min", "8h", "--max", "7h", "--max-entry", "3h45m", "--no-overlap", "--no-gap", "30m"),
    *("--require", "project,description,task", "--require", "tag", "--no-running"),
)


def test_every_rule_names_what_breaks_it(cli: Cli, served: Served, day: dict[str, str]) -> None:
    outcome = cli("check", "yesterday", *ALL, "--json", code=1).json
    assert lists(served) == [LIST]
    assert set(outcome) == {"ok", "rules"}
    assert outcome["ok"] is False
    assert [(r["rule"], r["ok"]) for r in outcome["rules"]] == [
        ("min", False),
        ("max", False),
        ("max-entry", False),
        ("no-overlap", False),
        ("no-gap", False),
        ("require-project", False),
        ("require-description", False),
        ("require-task", False),
        ("require-tag", False),
        ("no-running", True),
    ]
    # Seven and a half hours: the half hour that overlaps was tracked twice, the break is none.
    assert rule(outcome, "min")["findings"] == [
        {
            "duration": "PT7H30M",
            "seconds": 27000,
            "breakSeconds": 1200,
            "timeOffSeconds": 0,
            "message": "7h 30m tracked, 30m less than 8h.",
        }
    ]
    assert rule(outcome, "max")["findings"][0]["message"] == "7h 30m tracked, 30m more than 7h."
    (long,) = rule(outcome, "max-entry")["findings"]
    assert long["entry"] == day["first"]
    assert (long["start"], long["end"]) == ("2026-11-24T08:00:00Z", "2026-11-24T12:00:00Z")
    assert long["message"] == "Tue 2026-11-24 09:00–13:00 'Review': 4h long."
    (overlap,) = rule(outcome, "no-overlap")["findings"]
    assert (overlap["entry"], overlap["other"]) == (day["second"], day["first"])
    assert overlap["seconds"] == 1800
    assert overlap["message"] == (
        "Tue 2026-11-24 12:30–16:00 (no description): overlaps 09:00–13:00 'Review' for 30m."
    )
    (gap,) = rule(outcome, "no-gap")["findings"]
    assert (gap["start"], gap["seconds"]) == ("2026-11-24T15:20:00Z", 2400)
    for name in ("project", "description", "task", "tag"):
        (missing,) = rule(outcome, f"require-{name}")["findings"]
        assert missing["entry"] == day["second"]
        assert missing["message"].endswith(f": no {name}.")
    shown = cli("check", "yesterday", *ALL, code=1).out
    assert "✗ max-entry 3h45m" in shown
    assert "✓ no-running" in shown
    assert "9 of 10 rules broken." in shown


def test_rules_that_are_kept_exit_0(cli: Cli, day: dict[str, str]) -> None:
    words = ("--min", "7h30m", "--max", "7h30m", "--max-entry", "4h", "--no-gap", "41m")
    outcome = cli("check", "yesterday", *words, "--json").json
    assert outcome["ok"] is True
    assert all(r["findings"] == [] for r in outcome["rules"])
    assert "All rules hold." in cli("check", "yesterday", *words).out


def test_what_runs_is_found_and_counts_up_to_now(cli: Cli, served: Served) -> None:
    put(served, "2026-11-25T08:15:00Z", None, description="Late")
    outcome = cli("check", "today", "--no-running", "--min", "1h", "--json", code=1).json
    (running,) = rule(outcome, "no-running")["findings"]
    assert "end" not in running
    assert running["seconds"] == 3600
    assert running["message"] == "Wed 2026-11-25 09:15–… 'Late': still running."
    assert rule(outcome, "min")["ok"] is True


def test_a_verdict_never_comes_from_the_cache(cli: Cli, served: Served, day: Any) -> None:
    cli("report", "yesterday")
    put(served, "2026-11-24T16:00:00Z", "2026-11-24T17:00:00Z", description="On the web")
    served.clear()
    cli("check", "yesterday", "--min", "8h30m")
    assert lists(served) == [LIST]
    assert cli("report", "yesterday", "--json").json["seconds"] == 8.5 * 3600
    served.faults([{"kind": "cut_before", "times": 0}])
    assert cli("check", "yesterday", "--min", "8h", code=5).out == ""


def test_entries_that_only_touch_do_not_overlap(cli: Cli, served: Served) -> None:
    for hour in (8, 9, 10):
        put(served, f"2026-11-24T{hour:02}:00:00Z", f"2026-11-24T{hour + 1:02}:00:00Z")
    put(served, "2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z")
    assert cli("check", "yesterday", "--no-overlap", "--json").json["ok"] is True
    put(served, "2026-11-24T08:59:59Z", "2026-11-24T10:00:01Z")
    outcome = cli("check", "yesterday", "--no-overlap", "--json", code=1).json
    assert len(rule(outcome, "no-overlap")["findings"]) == 3


def test_min_counts_within_the_range_only(cli: Cli, served: Served) -> None:
    put(served, "2026-11-23T21:00:00Z", "2026-11-24T01:00:00Z")  # 22:00 to 02:00 in Berlin
    assert cli("check", "2026-11-23", "--min", "2h", "--max", "2h").code == 0
    assert cli("check", "2026-11-24", "--min", "2h", "--max", "2h").code == 0


def test_junit_is_for_ci(cli: Cli, served: Served, day: Any, tmp_path: Path) -> None:
    put(
        served,
        "2026-11-24T16:00:00Z",
        "2026-11-24T23:00:00Z",
        description='<b> & "quoted" \x1b[31m \u202e',
    )
    path = tmp_path / "check.xml"
    cli("check", "yesterday", *ALL, "--junit", str(path), "--json", code=1)
    suites = ET.parse(path).getroot()
    assert (suites.tag, suites.get("tests"), suites.get("failures")) == ("testsuites", "10", "8")
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert "min 8h" in cases
    assert cases["no-running"].find("failure") is None
    failure = cases["max-entry 3h45m"].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert '<b> & "quoted"' in failure.text
    assert "\x1b" not in failure.text
    ran = cli("check", "yesterday", "--no-running", "--junit", "-")
    assert ET.fromstring(ran.out).get("failures") == "0"


@pytest.mark.parametrize(
    "words",
    [(), ("--min", "38"), ("--require", "colour"), ("--max-entry", "0m"), ("sometime",)],
)
def test_checks_that_cannot_be_meant(cli: Cli, words: tuple[str, ...]) -> None:
    ran = cli("check", *words, code=2)
    assert ran.out == ""


# -- goal -----------------------------------------------------------------------------------------


def test_goals_of_the_day_and_the_week(cli: Cli, served: Served) -> None:
    put(served, "2026-11-23T08:00:00Z", "2026-11-23T16:00:00Z")
    put(served, "2026-11-24T08:00:00Z", "2026-11-24T14:00:00Z")
    put(served, "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", type="BREAK")
    put(served, "2026-11-22T08:00:00Z", "2026-11-22T20:00:00Z")  # another week
    put(served, "2026-11-25T08:15:00Z", None)
    settings(cli, goal_day='"8h"', goal_week='"40h"')
    found = cli("goal", "--json").json
    assert lists(served) == [LIST]
    assert found["day"] == {
        "start": "2026-11-24T23:00:00Z",
        "end": "2026-11-25T23:00:00Z",
        "goal": "PT8H",
        "goalSeconds": 28800,
        "done": "PT1H",
        "doneSeconds": 3600,
        "left": "PT7H",
        "leftSeconds": 25200,
        "reached": False,
        "breakSeconds": 0,
        "timeOffSeconds": 0,
    }
    week = found["week"]
    assert (week["start"], week["end"]) == ("2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z")
    assert (week["doneSeconds"], week["leftSeconds"]) == (15 * 3600, 25 * 3600)
    assert (week["workingDaysLeft"], week["perDaySeconds"]) == (3, 30000)
    shown = cli("goal").out.splitlines()
    assert shown[0].startswith("Today   1:00 of 8:00")
    assert shown[0].endswith("13%  7:00 left") or shown[0].endswith("12%  7:00 left")
    assert shown[1].endswith("37%  25:00 left: 8:20 a day")


def test_goal_tells_scripts_whether_it_is_reached(cli: Cli, served: Served) -> None:
    put(served, "2026-11-25T08:00:00Z", "2026-11-25T09:00:00Z")
    assert cli("goal", "--day", "1h", "--exit-code").out.rstrip().endswith("reached")
    ran = cli("goal", "--day", "61m", "--exit-code", code=1)
    assert ran.out.rstrip().endswith("98%  0:01 left")
    assert cli("goal", "--day", "61m").code == 0
    assert "No goal is set." in cli("goal", code=2).err
    # Today's goal is reached: what is left of the week is for Thursday and Friday.
    week = cli("goal", "--day", "1h", "--week", "5h", "--json").json["week"]
    assert (week["workingDaysLeft"], week["perDaySeconds"]) == (2, 2 * 3600)
    last = {"CLOCKIFY_NOW": "2026-11-29T12:00:00Z"}
    assert "no working day" in cli("goal", "--week", "5h", **last).out


@pytest.mark.parametrize("columns", [40, 80])
def test_judgements_fit(cli: Cli, served: Served, day: Any, columns: int) -> None:
    put(served, "2026-11-24T18:00:00Z", "2026-11-24T22:59:00Z", description="word " * 60)
    environ = {"COLUMNS": str(columns)}
    for words in (
        ("check", "yesterday", *ALL),
        ("gaps", "last-7d"),
        ("goal", "--day", "8h", "--week", "40h"),
    ):
        for line in cli(*words, code=None, **environ).out.splitlines():
            assert len(line) <= columns, line


# -- standup --------------------------------------------------------------------------------------


def test_standup_is_the_last_day_with_entries_and_today(cli: Cli, served: Served, api: Api) -> None:
    acme = api.create(f"{WS}/clients", name="Acme")["id"]
    web = api.create(f"{WS}/projects", name="Web_1", clientId=acme)["id"]
    # Friday, then a weekend and two days off.
    put(served, "2026-11-20T08:00:00Z", "2026-11-20T10:00:00Z", projectId=web, description="A*b")
    put(served, "2026-11-20T10:00:00Z", "2026-11-20T10:30:00Z", projectId=web, description="A*b")
    put(served, "2026-11-20T11:00:00Z", "2026-11-20T11:45:00Z", projectId=web, description="Mail")
    put(served, "2026-11-20T12:00:00Z", "2026-11-20T12:45:00Z", type="BREAK")
    put(served, "2026-11-19T08:00:00Z", "2026-11-19T09:00:00Z")
    put(served, "2026-11-25T08:45:00Z", None, description="Plan")
    served.clear()
    assert cli("standup").out == (
        "### Fri 2026-11-20 (3h 15m)\n"
        "\n"
        "- **Acme/Web\\_1** (3h 15m)\n"
        "  - A\\*b (2h 30m)\n"
        "  - Mail (45m)\n"
        "- Breaks (45m)\n"
        "\n"
        "### Today, Wed 2026-11-25 (30m)\n"
        "\n"
        "- **(no project)** (30m)\n"
        "  - Plan (30m)\n"
    )
    assert lists(served) == [LIST, "/projects"]
    served.clear()
    days = cli("standup", "--json").json["days"]
    assert lists(served) == [LIST]
    assert [(d["date"], d["duration"], d["seconds"]) for d in days] == [
        ("2026-11-20", "PT3H15M", 11700),
        ("2026-11-25", "PT30M", 1800),
    ]
    project = days[0]["groups"][0]
    assert (project["by"], project["name"], project["seconds"]) == ("project", "Web_1", 11700)
    assert [g["name"] for g in project["groups"]] == ["A*b", "Mail"]
    assert "color" not in project
    assert [d["date"] for d in cli("standup", "2026-11-20", "--json").json["days"]] == [
        "2026-11-19",
        "2026-11-20",
    ]


def test_standup_before_anything_was_done(cli: Cli) -> None:
    assert cli("standup").out == "### Today, Wed 2026-11-25\n\n- (nothing yet)\n"
