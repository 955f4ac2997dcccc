"""``clockify import`` through the installed program: what it reads, resolves and refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli import Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from terminal import Terminal
from transfer_files import bodies, held, jsonl, spans, wanted, writes

TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,"
    "End time,Duration,Tags,Amount (USD)\n"
)


def toggl(path: Path, *rows: str) -> str:
    path.write_text(TOGGL + "".join(row + "\n" for row in rows), encoding="utf-8")
    return str(path)


def row(
    description: str = "x",
    day: str = "2026-11-24",
    start: str = "09:00:00",
    end: str = "10:00:00",
    *,
    project: str = "",
    client: str = "",
    task: str = "",
    tags: str = "",
    email: str = "robin@sandbox.example",
) -> str:
    cells = ["R", email, client, project, task, description, "No", day, start, day, end, "", tags]
    return ",".join(f'"{cell}"' for cell in [*cells, ""])


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


# -- importing twice --------------------------------------------------------------------------


def test_importing_twice_changes_nothing(cli: Cli, served: Served, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", bodies(30))
    cli("me")
    served.clear()
    first = cli("import", file, "--json").json
    assert (first["created"], first["existing"], first["failed"]) == (30, 0, 0)
    assert first["format"] == "Clockify JSONL"
    assert len(writes(served)) == 30
    assert len(served.requests()) == 31  # one look at what is there
    served.clear()
    second = cli("import", file, "--json").json
    assert (second["created"], second["existing"]) == (0, 30)
    assert len(served.requests()) == 1
    assert spans(served) == wanted(bodies(30))


def test_quiet_prints_the_new_ids(cli: Cli, api: Api, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", bodies(3))
    printed = cli("import", file, "-q").out.split()
    assert sorted(printed) == sorted(e["id"] for e in api.get(MINE))
    assert cli("import", file, "-q").out == ""
    assert cli("import", file).out == f"{file}: 3 already there\n"


def test_lines_that_say_the_same_count_once(cli: Cli, served: Served, tmp_path: Path) -> None:
    file = toggl(
        tmp_path / "t.csv", row("a"), row("a"), row("b"), row("a", end="10:30:00"), row("a")
    )
    done = cli("import", file, "--json").json
    assert (done["created"], done["skipped"]) == (3, 2)
    assert [skip["line"] for skip in done["skips"]] == [3, 6]
    assert spans(served).total() == 3


def test_lines_that_differ_in_tags_alone_are_two(cli: Cli, api: Api, tmp_path: Path) -> None:
    for name in ("one", "two"):
        api.create(f"{WS}/tags", name=name)
    file = toggl(tmp_path / "t.csv", row("a", tags="one"), row("a", tags="two"))
    for created in (2, 0):
        assert cli("import", file, "--json").json["created"] == created
    assert sorted(tags for (*_, tags, _, _) in held_of(api)) == [("one",), ("two",)]


def held_of(api: Api) -> list[tuple[Any, ...]]:
    return [
        (e["description"], tuple(t["name"] for t in e["tags"]), e["billable"], e["type"])
        for e in api.get(MINE, hydrated=True)
    ]


def test_equal_entries_with_ids_of_their_own_are_two(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    entries = [{**bodies(1)[0], "id": number * 24} for number in "abb"]
    file = jsonl(tmp_path / "in.jsonl", entries)
    done = cli("import", file, "--json").json
    assert (done["created"], done["skipped"]) == (2, 1)
    again = cli("import", file, "--json").json
    assert (again["created"], again["existing"]) == (0, 2)
    assert spans(served).total() == 2


def test_an_entry_that_was_edited_since_its_export_is_not_recorded_again(
    cli: Cli, api: Api, tmp_path: Path
) -> None:
    made = api.entry("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", description="before")
    file = str(tmp_path / "out.ics")
    cli("export", "--all", "--output", file)
    body = {"start": "2026-11-24T08:00:00Z", "end": "2026-11-24T09:30:00Z", "description": "now"}
    api.put(f"{WS}/time-entries/{made['id']}", body)
    assert cli("import", file, "--json").json["existing"] == 1
    assert [e["description"] for e in api.get(MINE)] == ["now"]


def test_a_file_without_seconds_knows_entries_by_their_minutes(
    cli: Cli, api: Api, tmp_path: Path
) -> None:
    api.entry("2026-11-24T08:00:17Z", "2026-11-24T08:13:44Z", description="x")
    file = tmp_path / "c.csv"
    file.write_text(
        "Description,Start Date,Start Time,End Date,End Time\n"
        "x,2026-11-24,09:00,2026-11-24,09:13\n"
        "y,2026-11-24,09:00,2026-11-24,09:13\n"
    )
    done = cli("import", str(file), "--json").json
    assert (done["existing"], done["created"]) == (1, 1)


# -- before the first write -------------------------------------------------------------------


def test_every_broken_line_is_told_and_nothing_is_done(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    long = "x" * 3001
    file = toggl(
        tmp_path / "t.csv", row(), row(start="25:00:00"), row(day="2026-02-30"), row(long), "a,b"
    )
    served.clear()
    ran = cli("import", file, code=2)
    for line, words in (
        (3, "25:00:00"),
        (4, "2026-02-30"),
        (5, "3001 characters"),
        (6, "2 fields"),
    ):
        assert f"{file}:{line}: " in ran.err
        assert words in ran.err
    error = cli("import", file, "--json", code=2).error
    assert [line["line"] for line in error["lines"]] == [3, 4, 5, 6]
    assert writes(served) == []
    done = cli("import", file, "--skip-broken", "--json").json
    assert (done["created"], done["skipped"]) == (1, 4)


def test_unknown_names_are_listed_and_nothing_is_done(
    cli: Cli, api: Api, served: Served, tmp_path: Path
) -> None:
    client = api.create(f"{WS}/clients", name="Acme")["id"]
    api.create(f"{WS}/projects", name="Website", clientId=client)
    api.create(f"{WS}/tags", name="meeting")
    file = toggl(
        tmp_path / "t.csv",
        row("a", project="Website"),  # without its client it is another one
        row("b", project="Webseite", client="Acme", task="Build"),
        row("c", tags="meetin, new"),
        row("d", tags="meetin"),
        row("e", tags="MEETING"),
    )
    served.clear()
    error = cli("import", file, "--json", code=4).error
    assert {(u["kind"], u["name"]): u["lines"] for u in error["unknown"]} == {
        ("project", "Website"): [2],
        ("project", "Acme/Webseite"): [3],
        ("tag", "meetin"): [4, 5],
        ("tag", "new"): [4],
    }
    assert "did you mean Acme/Website?" in error["message"]
    assert "did you mean meeting?" in error["message"]
    assert "--create-missing" in error["hint"]
    assert writes(served) == []


def test_names_are_mapped(cli: Cli, api: Api, tmp_path: Path) -> None:
    client = api.create(f"{WS}/clients", name="Acme")["id"]
    project = api.create(f"{WS}/projects", name="Website", clientId=client)["id"]
    api.create(f"{WS}/projects/{project}/tasks", name="Build")
    api.create(f"{WS}/tags", name="code")
    file = toggl(
        tmp_path / "t.csv",
        row("a", project="Web", client="Old", task="Make", tags="dev, private"),
        row("b", project="Gone"),
    )
    rules = ["Old/Web=Acme/Website", "task:Make=Build", "tag:dev=code", "tag:private=", "Gone="]
    words = [word for rule in rules for word in ("--map", rule)]
    assert cli("import", file, "--json", *words).json["created"] == 2
    found = {e["description"]: e for e in api.get(MINE, hydrated=True)}
    assert found["a"]["project"]["id"] == project
    assert found["a"]["task"]["name"] == "Build"
    assert [t["name"] for t in found["a"]["tags"]] == ["code"]
    assert found["b"]["project"] is None
    assert "no project 'Nobody'" in cli("import", file, "--map", "Nobody=Web", code=2).err
    assert "is not OLD=NEW" in cli("import", file, "--map", "Nobody", code=2).err


def test_a_name_of_two_projects_is_asked_about(cli: Cli, api: Api, tmp_path: Path) -> None:
    for name in ("One", "Two"):
        client = api.create(f"{WS}/clients", name=name)["id"]
        api.create(f"{WS}/projects", name="Web", clientId=client)
    frames = [[1764000000, 1764003600, "Web", "id", [], 1764003600]]
    file = tmp_path / "frames"
    file.write_text(json.dumps(frames))
    ran = cli("import", str(file), code=4)
    assert "One/Web" in ran.err
    assert "--map 'Web=ID'" in ran.err
    assert cli("import", str(file), "--map", "Web=Two/Web", "--json").json["created"] == 1


def test_what_is_missing_is_created_once(cli: Cli, served: Served, tmp_path: Path) -> None:
    file = toggl(
        tmp_path / "t.csv",
        *(
            row(str(number), project="Web", client="Acme", task=task, tags="dev, urgent")
            for number, task in enumerate(("Build", "Build", "Design"))
        ),
    )
    plan = cli("import", file, "--dry-run", "--create-missing", "--json").json
    assert [(n["kind"], n["name"]) for n in plan["new"]] == [
        ("project", "Acme/Web"),
        ("task", "Acme/Web: Build"),
        ("tag", "dev"),
        ("tag", "urgent"),
        ("task", "Acme/Web: Design"),
    ]
    assert writes(served) == []
    ran = cli("import", file, "--create-missing")
    assert ran.err.count("Created the") == 6
    made = [r["path"].rsplit("/", 1)[-1] for r in writes(served)]
    assert made[:6] == ["clients", "projects", "tasks", "tasks", "tags", "tags"]
    assert made[6:] == ["time-entries"] * 3
    assert {key[3:7] for key in held(served)} == {
        ("Web", "Acme", "Build", ("dev", "urgent")),
        ("Web", "Acme", "Design", ("dev", "urgent")),
    }
    served.clear()
    assert cli("import", file, "--create-missing", "--json").json["existing"] == 3
    assert writes(served) == []


def test_a_creation_whose_answer_is_lost_is_not_made_twice(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    file = toggl(tmp_path / "t.csv", row(project="Web", client="Acme", task="Build", tags="dev"))
    served.faults(
        [
            {"match": {"method": "POST", "path": f"/{name}$"}, "kind": "cut_after"}
            for name in ("clients", "projects", "tasks", "tags")
        ]
    )
    assert cli("import", file, "--create-missing", "--json").json["created"] == 1
    assert all(rule["done"] == 1 for rule in served.fault_counts())
    api = Api.gateway(served.url)
    [project] = api.get(f"{WS}/projects")
    for path in ("clients", "tags", f"projects/{project['id']}/tasks"):
        assert len(api.get(f"{WS}/{path}")) == 1
    assert held(served).total() == 1


def test_a_plan_is_only_a_plan(cli: Cli, api: Api, served: Served, tmp_path: Path) -> None:
    api.create(f"{WS}/projects", name="Web")
    api.entry("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", description="x")
    file = toggl(
        tmp_path / "t.csv",
        row(),
        row("new", day="2026-11-23", project="Web"),
        row("new", day="2026-11-23", project="Web"),
        row("new", day="2026-11-24", tags="who"),
    )
    cli("me")
    served.clear()
    ran = cli("import", file, "--dry-run", "--json", code=1)
    plan = ran.json
    assert (plan["create"], plan["existing"], plan["skipped"]) == (2, 1, 1)
    assert (plan["dryRun"], plan["created"]) == (True, 0)
    assert [(d["date"], d["create"], d["existing"]) for d in plan["days"]] == [
        ("2026-11-23", 1, 0),
        ("2026-11-24", 1, 1),
    ]
    assert [(p.get("project"), p["create"], p["seconds"]) for p in plan["projects"]] == [
        (None, 1, 3600),
        ("Web", 1, 3600),
    ]
    assert [u["name"] for u in plan["unknown"]] == ["who"]
    assert {r["method"] for r in served.requests()} == {"GET"}
    told = cli("import", file, "-n", code=1)
    for text in ("2 to record (2:00:00)", "1 already there", "1 left out", "tag 'who' (line 5)"):
        assert text in told.out
    narrow = cli("import", file, "-n", code=1, COLUMNS="40").out
    assert max(map(len, narrow.splitlines())) <= 40
    assert held(served).total() == 1


def test_unlikely_times_are_asked_about(cli: Cli, served: Served, tmp_path: Path) -> None:
    long = {**bodies(1)[0], "end": "2026-11-03T09:00:00Z"}
    old = {"start": "1999-01-01T08:00:00Z", "end": "1999-01-01T09:00:00Z", "description": "old"}
    future = {"start": "2099-01-01T08:00:00Z", "end": "2099-01-01T09:00:00Z", "description": "f"}
    file = jsonl(tmp_path / "in.jsonl", [*bodies(2)[1:], long, old, future])
    served.clear()
    ran = cli("import", file, code=2)
    assert "--yes" in ran.err
    words = ("longer than 24 hours (line 2)", "in the future (line 4)", "10 years old (line 3)")
    for told in words:
        assert told in ran.err
    plan = cli("import", file, "--dry-run", "--json", code=1).json
    assert [(ask["message"], ask["lines"]) for ask in plan["asks"]] == [
        ("1 entry is longer than 24 hours", [2]),
        ("1 entry is in the future", [4]),
        ("1 entry is more than 10 years old", [3]),
    ]
    assert not plan["ok"]
    assert cli("import", file, "--dry-run", "--yes", "--json").json["asks"] == []
    assert writes(served) == []
    with Terminal(cli, "import", file) as terminal:
        terminal.read_until("longer than 24 hours")
        terminal.type("n\n")
        assert terminal.code() == 2
    assert writes(served) == []
    assert cli("import", file, "--yes", "--json").json["created"] == 4


def test_whose_time_it_is(cli: Cli, served: Served, tmp_path: Path) -> None:
    mine, other = "robin@sandbox.example", "mina@sandbox.example"
    both = toggl(tmp_path / "both.csv", row("mine", email=mine), row("hers", email=other))
    done = cli("import", both, "--json").json
    assert (done["created"], done["skipped"]) == (1, 1)
    assert done["skips"] == [{"line": 3, "message": f"it is the time of {other}"}]
    hers = cli("import", both, "--of", other.upper(), "--json").json
    assert (hers["created"], hers["skipped"]) == (1, 1)
    strangers = toggl(tmp_path / "s.csv", row("a", email="a@x.org"), row("b", email="b@x.org"))
    ran = cli("import", strangers, code=2)
    assert "the time of 2 people, and none of them is you: a@x.org, b@x.org" in ran.err
    assert "--of" in ran.err
    one = toggl(tmp_path / "one.csv", row("c", email="me@old.example"))
    ran = cli("import", one, code=2)
    assert "the time of me@old.example, who is not you" in ran.err
    assert "--of 'me@old.example'" in ran.err
    asked = cli("import", one, "--dry-run", "--json", code=1).json["asks"]
    assert ["me@old.example" in ask["message"] for ask in asked] == [True]
    assert cli("import", one, "--of", "me@old.example", "--json").json["created"] == 1
    assert "has no lines of 'nobody'" in cli("import", one, "--of", "nobody", code=2).err


def test_for_somebody_else(cli: Cli, served: Served, tmp_path: Path) -> None:
    served.seed(days=1)
    api = Api.gateway(served.url)
    [mina] = [u["id"] for u in api.get(f"{WS}/users") if u["email"].startswith("mina")]
    before = len(api.get(MINE))
    file = jsonl(tmp_path / "in.jsonl", bodies(3))
    for created in (3, 0):
        done = cli("import", file, "--user", "mina@sandbox.example", "--json").json
        assert done["created"] == created
    theirs = api.get(f"{WS}/user/{mina}/time-entries", end="2026-11-03T00:00:00Z")
    assert [e["description"] for e in theirs] == ["Entry 2", "Entry 1", "Entry 0"]
    assert len(api.get(MINE)) == before


def test_billable_is_the_projects_where_the_file_does_not_say(
    cli: Cli, api: Api, tmp_path: Path
) -> None:
    api.create(f"{WS}/projects", name="Paid", billable=True)
    api.create(f"{WS}/projects", name="Free", billable=False)
    begin = 1764000000
    frames = [
        [begin + n * 7200, begin + n * 7200 + 60, name, "id", [], 0]
        for n, name in enumerate(("Paid", "Free"))
    ]
    file = tmp_path / "frames"
    file.write_text(json.dumps(frames))
    cli("import", str(file))
    found = {e["project"]["name"]: e["billable"] for e in api.get(MINE, hydrated=True)}
    assert found == {"Paid": True, "Free": False}


def test_timewarriors_tags_become_projects(cli: Cli, api: Api) -> None:
    api.create(f"{WS}/projects", name="Website")
    export = [
        {
            "id": 1,
            "start": "20261123T080000Z",
            "end": "20261123T093000Z",
            "tags": ["acme", "Fix login"],
        }
    ]
    done = cli(
        *("import", "-", "--map", "acme=Website", "--map", "tag:Fix login=", "--json"),
        input=json.dumps(export),
    ).json
    assert (done["created"], done["file"]) == (1, "standard input")
    [entry] = api.get(MINE, hydrated=True)
    assert (entry["project"]["name"], entry["tags"]) == ("Website", [])


def test_times_are_the_zones(cli: Cli, api: Api, tmp_path: Path) -> None:
    file = toggl(tmp_path / "t.csv", row())
    ran = cli("import", file, "--tz", "Asia/Tokyo")
    assert "as Asia/Tokyo" in ran.err
    [entry] = api.get(MINE)
    assert entry["timeInterval"]["start"] == "2026-11-24T00:00:00Z"


def test_custom_fields_and_breaks_come_back(cli: Cli, api: Api, tmp_path: Path) -> None:
    from clockify_cli.sandbox import CUSTOM_FIELD_ID

    field = {"customFieldId": CUSTOM_FIELD_ID, "sourceType": "TIMEENTRY", "value": "PO-17"}
    made = api.entry(
        "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", customFields=[field], type="BREAK"
    )
    file = str(tmp_path / "out.json")
    cli("export", "--all", "--output", file)
    api.send("DELETE", f"{WS}/time-entries/{made['id']}")
    assert cli("import", file, "--json").json["created"] == 1
    [entry] = api.get(MINE)
    assert (entry["type"], entry["customFieldValues"][0]["value"]) == ("BREAK", "PO-17")


def test_a_running_timer_is_left_alone(cli: Cli, api: Api, tmp_path: Path) -> None:
    api.entry("2026-11-25T08:00:00Z", description="still at it")
    file = str(tmp_path / "out.json")
    cli("export", "--all", "--output", file)
    done = cli("import", file, "--json").json
    assert (done["created"], done["skipped"]) == (0, 1)
    file = jsonl(tmp_path / "in.jsonl", bodies(3))
    cli("import", file)
    assert cli("status", "--json").json["description"] == "still at it"


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        ("", [], "is empty"),
        ("a,b\n1,2\n", [], "no column 'Start date'"),
        ("<html></html>", [], "a page or a document"),
        ("x", ["--format", "xlsx"], "--format cannot be 'xlsx'"),
        ("x", ["--date-order", "ymd"], "--date-order cannot be 'ymd'"),
        ("[", [], "is not JSON"),
    ],
)
def test_what_cannot_be_read(
    cli: Cli, tmp_path: Path, content: str, words: list[str], told: str
) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    ran = cli("import", str(file), *words, code=2)
    assert told in ran.err
    assert ran.out == ""
    assert "cannot be read: No such file" in cli("import", "nowhere", code=2).err


def test_the_date_order_is_asked_for(cli: Cli, api: Api, tmp_path: Path) -> None:
    file = toggl(tmp_path / "t.csv", row(day="03/04/2026"))
    assert "--date-order dmy" in cli("import", file, code=2).err
    cli("import", file, "--date-order", "mdy")
    assert api.get(MINE)[0]["timeInterval"]["start"] == "2026-03-04T08:00:00Z"


# -- progress ---------------------------------------------------------------------------------


def test_a_bar_on_a_terminal_and_nothing_when_quiet(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    slow = [{"match": {"method": "POST"}, "kind": "slow", "seconds": 0.2, "times": 0}]
    served.faults(slow)
    with Terminal(cli, "import", jsonl(tmp_path / "a.jsonl", bodies(80))) as terminal:
        shown = terminal.read_until("80 recorded")
        assert terminal.code() == 0
    assert "/80" in shown
    assert shown.index("/80") < shown.index("80 recorded")
    file = jsonl(tmp_path / "b.jsonl", bodies(80, datetime(2026, 1, 5, tzinfo=UTC)))
    with Terminal(cli, "import", file, "--quiet") as terminal:
        assert terminal.code() == 0
        assert "/80" not in terminal.shown


def test_long_work_without_a_terminal_says_how_far_it_is(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    file = jsonl(tmp_path / "in.jsonl", bodies(60))
    served.faults([{"match": {"method": "POST"}, "kind": "slow", "seconds": 0.9, "times": 0}])
    ran = cli("import", file)
    assert "of 60 recorded." in ran.err
    assert ran.out.endswith("60 recorded (45:00:00)\n")
