"""``clockify export`` through the installed program."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cli import PROGRAM, Cli, new_cli
from conftest import Served
from sandbox_api import WS, Api
from terminal import Terminal
from test_transfer_formats import HOSTILE
from transfer_files import BEGIN, bodies, held, stamp

NOW = "2026-11-25T09:15:00Z"


@pytest.fixture
def user(cli: Cli) -> Cli:
    cli.env["CLOCKIFY_NOW"] = NOW
    return cli


def lists(served: Served) -> list[dict[str, Any]]:
    return [r for r in served.requests() if r["path"].endswith("/time-entries")]


def hostile_world(served: Served) -> None:
    """Fill the account with text of every kind, and times around both changes of the clock."""
    api = Api.gateway(served.url)
    names = [text.strip() for text in HOSTILE if 2 <= len(text.strip()) <= 100]
    clients = [api.create(f"{WS}/clients", name=name)["id"] for name in names[:6]]
    projects = []
    for number, name in enumerate(names):
        client = {"clientId": clients[number % 6]} if number % 3 else {}
        projects.append(api.create(f"{WS}/projects", name=name, **client)["id"])
    tasks = [
        (project, api.create(f"{WS}/projects/{project}/tasks", name=name)["id"])
        for project, name in zip(projects[::2], names, strict=False)
    ]
    tags = [api.create(f"{WS}/tags", name=name)["id"] for name in names]
    begin = datetime(2026, 10, 24, 20, tzinfo=ZoneInfo("UTC"))  # Berlin's clocks go back at 1:00
    for number, text in enumerate(HOSTILE * 2):
        start = begin + timedelta(minutes=17 * number)
        body: dict[str, Any] = {"description": text, "billable": number % 2 == 0}
        if number % 4:
            project, task = tasks[number % len(tasks)]
            body |= {"projectId": project, "taskId": task} if number % 4 == 1 else {}
            body.setdefault("projectId", projects[number % len(projects)])
        if number % 3:
            body["tagIds"] = [tags[number % len(tags)], tags[(number * 7) % len(tags)]]
        if number % 5 == 0:
            body["type"] = "BREAK"
        api.entry(stamp(start), stamp(start + timedelta(minutes=23)), **body)


@pytest.mark.parametrize("format", ["csv", "json", "jsonl", "ics"])
def test_what_is_exported_can_be_imported_into_an_empty_account(
    user: Cli, served: Served, tmp_path: Path, format: str
) -> None:
    hostile_world(served)
    before = held(served)
    file = str(tmp_path / f"all.{format}")
    told = user("export", "--all", "--output", file, "--json").json
    assert told == {"file": file, "format": format, "entries": before.total()}
    served.reset()
    other = new_cli(tmp_path / "other", served.url, TZ="America/New_York", CLOCKIFY_NOW=NOW)
    done = other("import", file, "--create-missing", "--json").json
    assert (done["created"], done["existing"], done["skipped"]) == (before.total(), 0, 0)
    assert held(served) == before
    served.clear()
    again = other("import", file, "--json").json
    assert (again["created"], again["existing"]) == (0, before.total())
    assert held(served) == before
    assert {r["method"] for r in served.requests()} == {"GET"}


def test_csv_is_what_clockify_writes(user: Cli, served: Served) -> None:
    api = Api.gateway(served.url)
    client = api.create(f"{WS}/clients", name="Acme")["id"]
    project = api.create(f"{WS}/projects", name="Web", clientId=client)["id"]
    api.entry(
        "2026-11-24T22:30:00Z",
        "2026-11-24T23:15:30Z",
        description="=SUM(A1)",
        projectId=project,
        billable=True,
    )
    out = user("export").out
    [row] = csv.DictReader(out.splitlines())
    assert row == {
        "Project": "Web",
        "Client": "Acme",
        "Description": "'=SUM(A1)",
        "Task": "",
        "User": "Robin Sandbox",
        "Group": "",
        "Email": "robin@sandbox.example",
        "Tags": "",
        "Type": "Regular",
        "Billable": "Yes",
        "Start Date": "2026-11-24",
        "Start Time": "23:30:00",
        "End Date": "2026-11-25",
        "End Time": "00:15:30",
        "Duration (h)": "00:45:30",
        "Duration (decimal)": "0.76",
        "UTC offset": "+01:00",
    }


def test_ranges_and_filters(user: Cli, served: Served) -> None:
    api = Api.gateway(served.url)
    project = api.create(f"{WS}/projects", name="Web")["id"]
    # In Berlin the first is of October, the second of November, and the third over midnight.
    for start, end, text in (
        ("2026-10-31T22:50:00Z", "2026-10-31T22:59:00Z", "before"),
        ("2026-10-31T23:00:00Z", "2026-10-31T23:10:00Z", "first"),
        ("2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z", "over midnight"),
    ):
        api.entry(start, end, description=text, projectId=project if text == "first" else None)

    def texts(*words: str) -> list[str]:
        return [e["description"] for e in user("export", *words, "--json").json]

    assert texts() == ["over midnight", "first"]
    assert texts("--all") == ["over midnight", "first", "before"]
    assert texts("2026-10") == ["before"]
    assert texts("2026-11-24") == []  # it belongs to the day on which it starts
    assert texts("--since", "2026-11-01", "--until", "2026-11-22") == ["first"]
    assert texts("--all", "--text", "before") == ["before"]
    served.clear()
    assert texts("--all", "-p", "Web") == ["first"]
    assert all(f"project={project}" in r["query"] for r in lists(served))
    assert texts("--all", "-p", "") == ["over midnight", "before"]


@pytest.mark.parametrize(
    ("largest", "header", "count", "pages"),
    [(5000, True, 450, 1), (100, True, 450, 5), (100, False, 450, 5), (200, True, 400, 2)],
)
def test_pages_are_as_large_as_the_service_gives_and_few(
    user: Cli, served: Served, largest: int, header: bool, count: int, pages: int
) -> None:
    served.bulk_insert(bodies(count))
    served.configure(max_page_size=largest, last_page_header=header)
    user("me")
    served.clear()
    found = user("export", "--all", "--json").json
    assert len({e["id"] for e in found}) == count
    assert [e["timeInterval"]["start"] for e in found] == sorted(
        (b["start"] for b in bodies(count)), reverse=True
    )
    asked = lists(served)
    assert "page-size=5000" in asked[0]["query"]
    assert all(f"page-size={largest}" in r["query"] for r in asked[1:])
    # Nobody tells how long a list is: a few are asked for beyond its end.
    assert pages <= len(asked) <= pages + 3
    if pages == 1:
        assert len(served.requests()) == 1


def test_a_page_that_fails_is_asked_for_again(user: Cli, served: Served) -> None:
    served.bulk_insert(bodies(300))
    served.configure(max_page_size=50)
    match = {"path": "/time-entries"}
    served.faults(
        [
            {"match": match, "kind": "cut_before", "skip": 1},
            {"match": match, "kind": "half", "skip": 2},
            {"match": match, "kind": "garbage"},
            {"match": match, "kind": "429", "retry_after": 1},
            {"match": match, "kind": "status_before", "status": 503},
        ]
    )
    found = user("export", "--all", "--json").json
    assert len({e["id"] for e in found}) == len(found) == 300
    assert all(rule["done"] == 1 for rule in served.fault_counts())


def test_a_file_is_whole_or_not_there(user: Cli, served: Served, tmp_path: Path) -> None:
    served.bulk_insert(bodies(200))
    served.configure(max_page_size=50)
    file = tmp_path / "all.csv"
    file.write_text("what was there before")
    served.faults(
        [{"match": {"path": "/time-entries"}, "kind": "cut_before", "skip": 2, "times": 0}]
    )
    failed = user("export", "--all", "--output", str(file), "--json", code=5)
    assert failed.error["kind"] == "unavailable"
    assert failed.out == ""
    assert file.read_text() == "what was there before"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["all.csv"]
    served.faults([])
    assert "Wrote 200 entries" in user("export", "--all", "--output", str(file)).out
    assert len(file.read_text().splitlines()) == 201


def test_an_error_before_the_first_page_leaves_stdout_empty(user: Cli, served: Served) -> None:
    user("me")
    served.faults([{"match": {"path": "/time-entries"}, "kind": "cut_before", "times": 0}])
    for words in (["--json"], ["--format", "json"], ["--format", "csv"], ["--format", "ics"]):
        assert user("export", *words, code=5).out == ""


def test_an_empty_range_is_an_empty_file(user: Cli) -> None:
    assert user("export", "--json").json == []
    assert user("export", "--format", "jsonl").out == ""
    assert len(user("export").out.splitlines()) == 1
    assert user("export", "--format", "ics").out.endswith("END:VCALENDAR\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "xml"], "Unknown format 'xml'"),
        (["--all", "today"], "--all and RANGE cannot be combined"),
        (["--json", "--format", "csv"], "one JSON document"),
        (["--output", "entries.xlsx"], "No format is known for .xlsx files"),
        (["--output", "entries.ics", "-f", "csv"], "does not fit entries.ics"),
        (["--output", "/nowhere/at/all.csv"], "Cannot write /nowhere/at/all.csv"),
    ],
)
def test_what_cannot_be_meant(user: Cli, words: list[str], told: str) -> None:
    ran = user("export", *words, code=None)
    assert ran.code in (1, 2)
    assert told in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--all"),
        ("export", "--all", "--output", "/dev/stdout", "--format", "csv"),
        ("export", "--all", "--output", "/dev/tty", "--format", "csv"),
        ("export", "--all", "--format", "jsonl"),
        ("export", "--all", "--format", "ics"),
        ("export", "--all", "--json"),
        ("entries", "yesterday"),
        ("report", "yesterday", "--by", "description,tag,project"),
        ("report", "yesterday", "--by", "description,tag,project", "--csv"),
        ("report", "yesterday", "--by", "description,tag,project", "--markdown"),
        ("report", "yesterday", "--timeline"),
        ("report", "yesterday", "--week"),
        ("report", "yesterday", "--by", "project", "--html", "-"),
        ("standup",),
        ("check", "yesterday", "--max-entry", "1s", "--junit", "-"),
    ],
)
def test_control_characters_never_reach_a_terminal(
    user: Cli, served: Served, words: tuple[str, ...]
) -> None:
    evil = "a\x1b[31mred\x07\x9b2J\rover\u202e\x08"
    api = Api.gateway(served.url)
    project = api.create(f"{WS}/projects", name=f"P{evil}")["id"]
    tag = api.create(f"{WS}/tags", name=f"T{evil}")["id"]
    served.bulk_insert(
        [
            {
                "start": "2026-11-24T08:00:00Z",
                "end": "2026-11-24T09:00:00Z",
                "description": evil,
                "projectId": project,
                "tagIds": [tag],
            }
        ]
    )
    with Terminal(user, *words, NO_COLOR="1") as terminal:
        assert terminal.code() in (0, 1)
    shown = re.sub("\r+\n", "\n", terminal.shown)  # the terminal's own line ends
    assert "red" in shown
    assert not set(shown) & set("\x1b\x07\x08\x9b\r\u202e"), repr(shown)


def test_the_reader_may_leave(user: Cli, served: Served) -> None:
    served.bulk_insert(bodies(2000))
    command = f"'{PROGRAM}' export --all --format jsonl | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], env=user.env, capture_output=True, text=True, timeout=60
    )
    assert json.loads(done.stdout)["description"] == "Entry 1999"
    assert done.stderr == ""


def test_somebody_elses_time(user: Cli, served: Served) -> None:
    served.seed(days=7)
    found = user("export", "--all", "-u", "Mina Sørensen", "--json").json
    assert found
    assert len({e["userId"] for e in found}) == 1
    rows = list(csv.DictReader(user("export", "--all", "--everyone").out.splitlines()))
    assert {row["Email"] for row in rows} == {
        "robin@sandbox.example",
        "mina@sandbox.example",
        "tomas@sandbox.example",
    }
    assert len([r for r in rows if r["Email"] == "mina@sandbox.example"]) == len(found)


def test_begin_is_a_monday() -> None:
    assert BEGIN.weekday() == 0  # the other tests count on it


def test_an_entry_that_is_made_meanwhile_pushes_no_other_into_the_file_twice(
    user: Cli, served: Served
) -> None:
    served.bulk_insert(bodies(120))
    served.configure(max_page_size=20)
    user("me")
    served.clear()
    slow = {"kind": "slow", "seconds": 1, "times": 0, "skip": 1}
    served.faults([{"match": {"path": "/time-entries$"}, **slow}])
    process = user.start("export", "--all", "--json")
    until = time.monotonic() + 20
    while len(lists(served)) < 2:  # the first page has come, the second is slow
        assert time.monotonic() < until
        time.sleep(0.01)
    served.bulk_insert([{**bodies(1)[0], "start": "2026-11-24T08:00:00Z", "end": NOW}])
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found = [e["id"] for e in json.loads(out)]
    assert len(found) == len(set(found)) == 120
