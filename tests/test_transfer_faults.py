"""Import while things go wrong: every entry is recorded once, and whoever was cut off goes on."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli import PROGRAM, USER_ENTRIES, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from transfer_files import bodies, jsonl, spans, wanted, writes

from clockify_cli.sandbox import USER_ID

COUNT = 40
POST = {"method": "POST", "path": "/time-entries$"}


@pytest.fixture(autouse=True)
def nothing_under_way(served: Served) -> Iterator[None]:
    """See to it that no request of a killed program reaches into the next test."""
    yield
    served.faults([])
    until = time.monotonic() + 20
    while any(request["status"] is None for request in served.requests()):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return jsonl(tmp_path / "in.jsonl", bodies(COUNT))


def operations(cli: Cli) -> dict[str, int]:
    """Return how many operations of the journal are in each state."""
    db = sqlite3.connect(cli.home / "state" / "journal.sqlite3")
    try:
        return dict(db.execute("SELECT state, count(*) FROM operations GROUP BY state").fetchall())
    finally:
        db.close()


def slow(seconds: float) -> list[dict[str, Any]]:
    return [{"match": POST, "kind": "slow", "seconds": seconds, "times": 0}]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "cut_before"},
        {"kind": "cut_after"},
        {"kind": "status_before", "status": 500},
        {"kind": "status_after", "status": 502},
        {"kind": "half"},
        {"kind": "garbage"},
        {"kind": "html"},
        {"kind": "empty"},
        {"kind": "reset"},
        {"kind": "reset", "commit": True},
        {"kind": "429", "retry_after": 1},
        # Where nobody says how long to wait, one more request is sent: a second refusal ends it.
        {"kind": "429", "probability": 1.0, "times": 1},
        {"kind": "redirect"},
    ],
    ids=lambda rule: "-".join(map(str, rule.values())),
)
def test_answers_that_are_lost(cli: Cli, served: Served, file: str, rule: dict[str, Any]) -> None:
    """A fifth of all creations goes wrong."""
    served.faults([{"match": POST, "probability": 0.2, "times": 8, **rule}])
    done = cli("import", file, "--json", CLOCKIFY_MAX_WAIT="30").json
    assert (done["created"], done["failed"]) == (COUNT, 0)
    assert served.fault_counts()[0]["done"] > 0
    assert spans(served) == wanted(bodies(COUNT))
    assert operations(cli).keys() <= {"done"}
    served.faults([])
    served.clear()
    assert cli("import", file, "--json").json["existing"] == COUNT
    assert writes(served) == []


@pytest.mark.parametrize("commit", [True, False])
def test_answers_that_never_come(cli: Cli, served: Served, file: str, commit: bool) -> None:
    served.faults([{"match": POST, "kind": "hang", "seconds": 4, "commit": commit, "times": 3}])
    done = cli("import", file, "--json", CLOCKIFY_TIMEOUT="2").json
    assert done["created"] == COUNT
    assert served.fault_counts()[0]["done"] == 3
    assert spans(served) == wanted(bodies(COUNT))


def test_a_look_up_takes_no_entry_that_was_there_before(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    """An entry with the same start, description and project but another end is another one."""
    api = Api.gateway(served.url)
    body = bodies(1)[0]
    api.entry(body["start"], "2026-11-02T08:10:00Z", description=body["description"])
    served.faults([{"match": POST, "kind": "cut_before", "times": 2}])
    file = jsonl(tmp_path / "in.jsonl", [body])
    assert cli("import", file, "--json").json["created"] == 1
    assert spans(served).total() == 2


def test_lines_that_are_alike_are_not_taken_for_each_other(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    api = Api.gateway(served.url)
    tags = [api.create(f"{WS}/tags", name=f"tag {number}")["id"] for number in range(6)]
    entries = [{**bodies(1)[0], "tagIds": [tag]} for tag in tags]
    file = jsonl(tmp_path / "in.jsonl", entries)
    served.faults(
        [
            {"match": POST, "kind": "cut_after", "times": 2, "skip": 1},
            {"match": POST, "kind": "cut_before", "times": 2},
        ]
    )
    assert cli("import", file, "--json").json["created"] == 6
    assert sorted(e["tagIds"][0] for e in api.get(MINE)) == sorted(tags)


# -- away -------------------------------------------------------------------------------------


def test_the_network_goes_away_in_the_middle(cli: Cli, served: Served, file: str) -> None:
    cli("me")
    served.faults(
        [{"match": {"path": "/time-entries"}, "kind": "cut_before", "skip": 15, "times": 0}]
    )
    ran = cli("import", file, "--json", code=5)
    assert ran.out == ""
    error = ran.error
    assert f"of {COUNT} entries were recorded" in error["message"]
    assert f"Run 'clockify import {file}' again" in error["hint"]
    assert error["created"] + error.get("left", 0) + error.get("unclear", 0) == COUNT
    served.faults([])
    assert 0 < spans(served).total() < COUNT
    done = cli("import", file, "--json").json
    assert done["created"] + done["existing"] == COUNT
    assert spans(served) == wanted(bodies(COUNT))
    assert cli("queue", "--json").json == []


def test_the_network_is_away_from_the_start(cli: Cli, served: Served, file: str) -> None:
    cli("me")
    served.faults([{"kind": "cut_before", "times": 0}])
    assert cli("import", file, "--json", code=5).error["kind"] == "unavailable"
    served.faults([])
    assert cli("queue", "--json").json == []
    assert cli("import", file, "--json").json["created"] == COUNT


def test_the_hours_quota_ends_in_the_middle(cli: Cli, served: Served, file: str) -> None:
    cli("me")
    served.configure(requests_per_hour=20)
    error = cli("import", file, "--json", code=7).error
    assert error["kind"] == "rate_limited"
    assert 0 < error["created"] < 20
    assert "again" in error["hint"]
    served.configure(requests_per_hour=0)
    done = cli("import", file, "--json").json
    assert (done["created"], done["existing"]) == (COUNT - error["created"], error["created"])
    assert spans(served) == wanted(bodies(COUNT))


def test_a_workspace_that_allows_less_than_the_setting(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    served.configure(requests_per_second=10)
    file = jsonl(tmp_path / "in.jsonl", bodies(60))
    assert cli("import", file, "--json").json["created"] == 60
    statuses = [r["status"] for r in served.requests() if r["method"] == "POST"]
    assert statuses.count(201) == 60
    assert spans(served) == wanted(bodies(60))


def test_the_key_is_refused_in_the_middle(cli: Cli, served: Served, file: str) -> None:
    cli("me")
    body = '{"message": "Invalid API key"}'
    rule = {"kind": "status_before", "status": 401, "body": body, "skip": 10, "times": 0}
    served.faults([{"match": POST, **rule}])
    error = cli("import", file, "--json", code=3).error
    assert (error["kind"], error["created"]) == ("auth", 10)
    served.faults([])
    assert cli("import", file, "--json").json["created"] == COUNT - 10


# -- refused ----------------------------------------------------------------------------------


def test_refused_lines_are_told_and_the_rest_is_recorded(
    cli: Cli, served: Served, file: str
) -> None:
    lock = {"lockTimeEntries": bodies(4)[3]["start"]}
    served.configure(workspace=lock, roles={USER_ID: "USER"})
    ran = cli("import", file, code=6)
    assert f"{COUNT - 3} of {COUNT} entries were recorded; Clockify refused 3" in ran.err
    for line in (1, 2, 3):
        assert f"{file}:{line}: Can't edit locked time entry" in ran.err
    error = cli("import", file, "--json", code=6).error
    assert (error["existing"], error["failed"]) == (COUNT - 3, 3)
    assert [failure["line"] for failure in error["failures"]] == [1, 2, 3]
    assert cli("queue", "--json").json == []
    assert spans(served) == wanted(bodies(COUNT)[3:])


def test_what_is_hopeless_is_not_tried_to_the_end(cli: Cli, served: Served, tmp_path: Path) -> None:
    served.configure(workspace={"forceProjects": True})
    ran = cli("import", jsonl(tmp_path / "in.jsonl", bodies(200)), code=6)
    assert "more were not tried" in ran.err
    assert len(writes(served)) < 60


# -- interrupted ------------------------------------------------------------------------------


def test_killed_in_the_middle_and_again(cli: Cli, served: Served, tmp_path: Path) -> None:
    entries = bodies(150)
    file = jsonl(tmp_path / "in.jsonl", entries)
    cli("me")
    chance = random.Random(7)
    served.faults(slow(0.15))
    for _ in range(3):
        process = cli.start("import", file)
        until = time.monotonic() + 20
        served.clear()
        amount = chance.randint(3, 30)
        while len(writes(served)) < amount:
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
        process.wait()
        process.communicate()
    done = cli("import", file, "--json").json
    assert done["created"] + done["existing"] == 150
    assert spans(served) == wanted(entries)
    assert operations(cli).keys() <= {"done", "dropped"}
    served.faults([])
    # All of it is one change, however many runs it took.
    listed = cli("undo", "--list", "--json").json
    assert [change["operation"] for change in listed] == ["import"]
    told = cli("undo", "--json").json
    assert told["undone"]["operation"] == "import"
    assert told["notes"] == ["150 entries were deleted."]
    assert spans(served).total() == 0


def test_what_was_under_way_when_it_was_killed_is_settled_by_the_next_command(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    file = jsonl(tmp_path / "in.jsonl", bodies(100))
    cli("me")
    served.faults(slow(0.5))
    process = cli.start("import", file)
    served.clear()
    until = time.monotonic() + 20
    while len(writes(served)) < 20:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.communicate()
    served.faults([])
    left = operations(cli)
    assert 0 < left["sending"] <= 24
    cli("sync")
    assert operations(cli).keys() == {"done"}
    assert spans(served).total() == sum(left.values())
    assert cli("import", file, "--json").json["existing"] == sum(left.values())
    assert spans(served) == wanted(bodies(100))


def test_interrupted_by_the_user(cli: Cli, served: Served, tmp_path: Path) -> None:
    entries = bodies(100)
    file = jsonl(tmp_path / "in.jsonl", entries)
    cli("me")
    served.faults(slow(0.15))
    process = cli.start("import", file, "--json")
    served.clear()
    until = time.monotonic() + 20
    while len(writes(served)) < 20:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "entries were recorded" in err
    assert "it continues where it stopped" in err
    there = spans(served)
    assert 0 < there.total() < 100
    assert operations(cli).keys() <= {"done", "dropped"}
    served.faults([])
    done = cli("import", file, "--json").json
    assert (done["existing"], done["created"]) == (there.total(), 100 - there.total())
    assert spans(served) == wanted(entries)


# -- beside other commands --------------------------------------------------------------------


def test_other_commands_have_their_turn_meanwhile(cli: Cli, served: Served, tmp_path: Path) -> None:
    entries = bodies(200)
    file = jsonl(tmp_path / "in.jsonl", entries)
    cli("me")
    served.faults(slow(0.4))
    process = cli.start("import", file, "--json")
    served.clear()
    until = time.monotonic() + 20
    while len(writes(served)) < 15:
        assert time.monotonic() < until
        time.sleep(0.01)
    logged = cli("log", "2026-11-24", "9:00-10:00", "Meanwhile", "--json").json
    assert "queued" not in logged
    assert process.poll() is None, "the import was over before the other command had its turn"
    cli("status", "--json")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found = spans(served)
    assert found.pop(("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", "Meanwhile")) == 1
    assert found == wanted(entries)


def test_two_imports_at_once_are_one(cli: Cli, served: Served, tmp_path: Path) -> None:
    entries = bodies(60)
    file = jsonl(tmp_path / "in.jsonl", entries)
    cli("me")
    served.faults(slow(0.3))
    ran = [
        subprocess.Popen(
            [PROGRAM, "import", file], env=cli.env, stderr=subprocess.PIPE, text=True, cwd=cli.home
        )
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=60)[1] for process in ran]
    codes = sorted(process.returncode for process in ran)
    assert codes == [0, 5, 5]
    assert sum("Another import is running" in error for error in errors) == 2
    assert spans(served) == wanted(entries)


# -- undo -------------------------------------------------------------------------------------


def test_undo_takes_back_the_whole_import_in_few_requests(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    api = Api.gateway(served.url)
    api.entry("2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z", description="not of the file")
    file = jsonl(tmp_path / "in.jsonl", bodies(100))
    cli("import", file)
    changed, gone = (e["id"] for e in api.get(MINE, page_size=2))
    body = {"start": "2026-11-06T08:00:00Z", "end": "2026-11-06T09:00:00Z", "description": "mine"}
    api.put(f"{WS}/time-entries/{changed}", body)
    api.send("DELETE", f"{WS}/time-entries/{gone}")
    served.clear()
    notes = cli("undo", "--json").json["notes"]
    assert notes == [
        "98 entries were deleted.",
        "1 entry was already gone.",
        f"1 entry was changed since and left alone: {changed}.",
    ]
    assert len(served.requests()) <= 6
    assert sorted(spans(served)) == [
        ("2026-11-02T08:00:00Z", "2026-11-02T08:10:00Z", "not of the file"),
        ("2026-11-06T08:00:00Z", "2026-11-06T09:00:00Z", "mine"),
    ]
    # What was taken back can be imported again, as a new change.
    assert cli("import", file, "--json").json["created"] == 100
    assert len(cli("undo", "--list", "--json").json) == 1


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "status_before", "half"])
def test_undo_while_answers_are_lost(cli: Cli, served: Served, file: str, kind: str) -> None:
    cli("import", file)
    match = {"method": "DELETE", "path": USER_ENTRIES.removeprefix("/clockify")}
    served.faults([{"match": match, "kind": kind}])
    assert cli("undo", "--json").json["notes"] == [f"{COUNT} entries were deleted."]
    assert served.fault_counts()[0]["done"] == 1
    assert spans(served).total() == 0
    assert cli("undo", code=4).err


def test_undo_that_was_cut_off_goes_on(cli: Cli, served: Served, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "in.jsonl", bodies(100))
    cli("import", file)
    served.faults([{"match": {"method": "DELETE"}, "kind": "429", "skip": 1, "times": 0}])
    assert cli("undo", code=7, CLOCKIFY_MAX_WAIT="0").err
    assert spans(served).total() == 60
    served.faults([])
    assert cli("queue", "--json").json == []
    notes = cli("undo", "--json").json["notes"]
    assert notes == ["60 entries were deleted."], (
        "what the first call deleted is not asked for again"
    )
    assert spans(served).total() == 0


def test_undo_of_an_import_in_a_locked_period(cli: Cli, served: Served, file: str) -> None:
    cli("import", file)
    lock = {"lockTimeEntries": bodies(3)[2]["start"]}
    served.configure(workspace=lock, roles={USER_ID: "USER"})
    notes = cli("undo", "--json").json["notes"]
    assert notes[0] == f"{COUNT - 2} entries were deleted."
    assert "refused to delete 2" in notes[1]
    assert spans(served) == wanted(bodies(2))


def test_the_journal_is_for_its_owner_alone(cli: Cli, served: Served, file: str) -> None:
    cli("import", file)
    for path in (cli.home / "state").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_nothing_is_left_in_the_queue_where_there_is_none(
    cli: Cli, served: Served, file: str
) -> None:
    cli("me")
    served.faults(
        [
            {"match": POST, "kind": "cut_after", "skip": 5, "times": 0},
            {
                "match": {"method": "GET", "path": "/time-entries"},
                "kind": "hang",
                "skip": 1,
                "times": 0,
            },
        ]
    )
    ran = cli("import", file, "--json", "--no-queue", code=5, CLOCKIFY_TIMEOUT="1")
    assert ran.error["unclear"] > 0
    served.faults([])
    assert cli("queue", "--json").json == []
    done = cli("import", file, "--json").json
    assert done["created"] + done["existing"] == COUNT
    assert spans(served) == wanted(bodies(COUNT))
