"""What ``clockify import`` says before it records: all of it at once, and by exit 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli import Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from transfer_files import ENTRIES, bodies, jsonl, spans, writes

HEAD = "Project,Client,Task,Description,Tags,Email,Type,Start Date,Start Time,End Time,Activity\n"


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def table(path: Path, *rows: str) -> str:
    path.write_text(HEAD + "".join(row + "\n" for row in rows), encoding="utf-8")
    return str(path)


def row(description: str, hour: int = 9, **cells: str) -> str:
    order = ("project", "client", "task", "description", "tags", "email", "type")
    found = {"description": description, "email": "robin@sandbox.example", **cells}
    line = [found.get(name, "") for name in order]
    return ",".join([*line, "2026-11-24", f"{hour}:00", f"{hour + 1}:00", cells.get("act", "")])


def test_what_is_not_read_is_listed_in_the_plan_on_stderr_and_in_json(
    cli: Cli, tmp_path: Path
) -> None:
    rows = [
        row("a", act="coding"),
        row("b", 10, type="Holiday"),
        row("c", 11, type="Time off"),
        row("d", 12, email="mina@sandbox.example"),
        row("e", 13, task="Build"),
    ]
    file = table(tmp_path / "c.csv", *rows)
    plan = cli("import", file, "--dry-run")
    for told in (
        "column Activity (line 1): no field of a time entry",
        "line 3: it is a holiday, not work",
        "line 4: it is time off, not work",
        "line 5: it is the time of mina@sandbox.example",
        "task 'Build' (line 6); the line has no project",
        "Time of robin@sandbox.example (4), mina@sandbox.example (1, left out)",
    ):
        assert told in plan.out
    as_json = cli("import", file, "--dry-run", "--json").json
    assert as_json["ok"]
    ran = cli("import", file)
    for told in (
        "Not read: column Activity (line 1): no field of a time entry",
        "Left out line 3: it is a holiday, not work.",
        "Left out line 5: it is the time of mina@sandbox.example.",
        "Left out task 'Build' (line 6); the line has no project.",
    ):
        assert told in ran.err
    done = cli("import", file, "--json").json
    for key in ("unread", "skips", "omitted", "people"):
        assert done[key] == as_json[key]
    assert [(one["kind"], one["name"], one["count"]) for one in done["unread"]] == [
        ("column", "Activity", 1)
    ]
    assert "Left out" not in cli("import", file, "--quiet").err


def test_a_narrow_plan_says_the_same(cli: Cli, tmp_path: Path) -> None:
    file = table(tmp_path / "c.csv", row("a", act="coding"))
    wide, narrow = (
        cli("import", file, "--dry-run", COLUMNS=columns).out for columns in ("120", "40")
    )
    assert max(map(len, narrow.splitlines())) <= 40
    assert wide.split("Not read:")[1].split() == narrow.split("Not read:")[1].split()


def test_a_plan_of_a_file_that_cannot_be_recorded_is_on_stdout(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    rows = [row("a"), row("b < c", 10), row("d", 11, tags="who"), row("e", 12, type="Lunch")]
    file = table(tmp_path / "c.csv", *rows)
    ran = cli("import", file, "--dry-run", "--json", code=1)
    plan = ran.json
    assert [note["line"] for note in plan["broken"]] == [3, 5]
    assert ([one["name"] for one in plan["unknown"]], plan["ok"]) == (["who"], False)
    assert "Cannot be recorded:" in cli("import", file, "-n", code=1).out
    skipping = cli("import", file, "-n", "--skip-broken", "--map", "tag:who=", "--json").json
    assert (skipping["ok"], skipping["broken"], skipping["create"]) == (True, [], 2)
    assert [(one["kind"], one["name"]) for one in skipping["omitted"]] == [("tag", "who")]
    assert cli("import", file, code=2).out == ""
    assert writes(served) == []


def test_what_a_rule_leaves_out_is_shown_with_what_goes_along(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    file = table(tmp_path / "c.csv", row("a", project="Old", client="Acme", task="Build"))
    plan = cli("import", file, "-n", "--map", "Acme/Old=", "--json").json
    assert {(one["kind"], one["name"], one["why"]) for one in plan["omitted"]} == {
        ("project", "Acme/Old", "--map leaves it out"),
        ("task", "Build", "its project is left out"),
        ("client", "Acme", "its project is left out"),
    }
    unknown = cli("import", file, "-n", "--json", code=1).json
    assert ([one["name"] for one in unknown["unknown"]], unknown["omitted"]) == (["Acme/Old"], [])
    assert writes(served) == []


def test_a_file_for_somebody_else_is_compared_with_them(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    served.seed(days=1)
    file = table(tmp_path / "c.csv", row("a", email="x@x.org"))
    words = ("import", file, "--user", "mina@sandbox.example")
    error = cli(*words, "--json", code=2).error
    assert "the time of x@x.org, who is not Mina" in error["message"]
    hers = table(tmp_path / "d.csv", row("a", email="mina@sandbox.example"))
    words = ("import", hers, "--user", "mina@sandbox.example")
    assert cli(*words, "--json").json["created"] == 1


def test_markup_is_refused_before_a_request_is_spent(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    cli("me")
    entries = [{**bodies(1)[0], "description": text} for text in ("a <b>", "c > d")]
    file = jsonl(tmp_path / "in.jsonl", entries)
    served.clear()
    ran = cli("import", file, code=6)
    for line in (1, 2):
        assert f"{file}:{line}: Clockify does not allow '<' or '>' in a description" in ran.err
    assert served.requests() == []
    named = table(tmp_path / "c.csv", row("a", project="A<B", tags="x>y"))
    error = cli("import", named, "--create-missing", "--json", code=4).error
    assert ["'<' or '>'" in one["why"] for one in error["unknown"]] == [True, True]
    assert writes(served) == []


def test_skipping_every_line_is_an_error_that_says_why(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    file = table(tmp_path / "c.csv", row("a", type="Lunch"), row("b", type="Dinner"))
    ran = cli("import", file, "--skip-broken", code=2)
    assert f"No line of {file} is left to record: 2 lines cannot be read" in ran.err
    for words in (":2: the type is neither", "'Lunch'", ":3: ", "'Dinner'"):
        assert words in ran.err
    assert cli("import", file, "--skip-broken", "-n", "--json", code=1).json["skipped"] == 2
    some = table(tmp_path / "d.csv", row("a"), row("b", type="Dinner"))
    ran = cli("import", some, "--skip-broken")
    assert "Left out line 3: the type is neither Regular nor Break: 'Dinner'." in ran.err
    assert spans(served).total() == 1


def test_clockifys_report_takes_ones_own_lines(cli: Cli, api: Api, tmp_path: Path) -> None:
    entry: dict[str, Any] = ENTRIES["Clockify report JSON"]
    own = {**entry, "userEmail": "robin@sandbox.example", "userName": "Robin"}
    custom = [{"customFieldId": "e" * 24, "name": "PO", "value": "17"}]
    report = {
        "totals": [{"totalTime": 7200}],
        "timeentries": [
            {**own, "description": "mine", "customFields": custom, "amount": 5},
            {**entry, "description": "hers", "userEmail": "mina@sandbox.example"},
        ],
    }
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report))
    done = cli("import", str(file), "--create-missing", "--json").json
    assert (done["format"], done["created"], done["skipped"]) == ("Clockify report JSON", 1, 1)
    assert {one["name"] for one in done["unread"]} == {"totals", "amount", "custom field PO"}
    [made] = api.get(MINE, hydrated=True)
    assert (made["description"], made["project"]["name"]) == ("mine", "Web")
    assert (made["project"]["clientName"], made["tags"][0]["name"]) == ("Acme", "dev")
    only_hers = tmp_path / "hers.json"
    only_hers.write_text(json.dumps(report["timeentries"][1:]))
    assert "mina@sandbox.example, who is not you" in cli("import", str(only_hers), code=2).err
    assert len(api.get(MINE)) == 1


def test_toggls_numbers_are_mapped(cli: Cli, api: Api, tmp_path: Path) -> None:
    api.create(f"{WS}/projects", name="Website")
    api.create(f"{WS}/tags", name="dev")
    file = tmp_path / "toggl.json"
    file.write_text(json.dumps([ENTRIES["Toggl JSON"]]))
    error = cli("import", str(file), "--create-missing", "--json", code=4).error
    assert [(one["kind"], one["name"]) for one in error["unknown"]] == [("project", "17")]
    assert "--map '17=NAME'" in error["message"]
    ran = cli("import", str(file), "--map", "17=Website")
    assert "the time of user 42 as yours" in ran.err
    [made] = api.get(MINE, hydrated=True)
    assert (made["project"]["name"], made["tags"][0]["name"]) == ("Website", "dev")


def test_a_file_without_an_end_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(bytes(range(256)) * 10)
    for file in ("/dev/full", str(tmp_path), str(tmp_path / "x.csv"), str(tmp_path / "no")):
        ran = cli("import", file, code=2)
        assert ran.err.startswith("clockify: ")
        assert "Traceback" not in ran.err
        error = cli("import", file, "--dry-run", "--json", code=2).error
        assert (error["kind"], error["exit"]) == ("usage", 2)
