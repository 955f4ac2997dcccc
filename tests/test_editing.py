"""Changing entries: what an edit keeps, what it costs, and that it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, Cli, new_cli
from conftest import Served
from sandbox_api import ENTRIES, NOBODY, WS, Api

from clockify_cli.sandbox import CUSTOM_FIELD_ID

DAY = "2026-11-24"  # the day before NOW


class Sheet:
    """A workspace with two projects, tasks and tags, and the means to look at it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.acme = api.create(f"{WS}/clients", name="Acme")["id"]
        self.web = api.create(f"{WS}/projects", name="Web", clientId=self.acme)["id"]
        self.ops = api.create(f"{WS}/projects", name="Ops")["id"]
        self.build = api.create(f"{WS}/projects/{self.web}/tasks", name="Build")["id"]
        self.deploy = api.create(f"{WS}/projects/{self.ops}/tasks", name="Deploy")["id"]
        self.dev = api.create(f"{WS}/tags", name="dev")["id"]
        self.urgent = api.create(f"{WS}/tags", name="urgent")["id"]

    def entry(self, start: str, end: str | None = None, **body: Any) -> Any:
        """Create an entry of ``DAY`` with UTC clock times."""
        return self.api.entry(f"{DAY}T{start}Z", f"{DAY}T{end}Z" if end else None, **body)

    def full(self) -> Any:
        """Create an entry that has everything an edit could lose."""
        return self.entry(
            "08:00:00",
            "09:30:00",
            description="Review",
            projectId=self.web,
            taskId=self.build,
            tagIds=[self.dev],
            billable=True,
            type="BREAK",
            customFields=[
                {"customFieldId": CUSTOM_FIELD_ID, "sourceType": "TIMEENTRY", "value": "PO-17"}
            ],
        )

    def now(self, entry: Any) -> Any:
        """Return an entry as the service has it."""
        return self.api.get(f"{ENTRIES}/{entry['id']}")

    def there(self) -> list[Any]:
        """Return all entries, oldest first."""
        found = self.api.get(f"{WS}/user/{self.api.get('/v1/user')['id']}/time-entries")
        return sorted(found, key=lambda e: str(e["timeInterval"]["start"]))


@pytest.fixture
def sheet(served: Served) -> Sheet:
    return Sheet(Api.gateway(served.url))


@pytest.fixture
def warm(cli: Cli, sheet: Sheet, served: Served) -> Cli:
    """Return a user whose names are cached, at a fixed present, with the log of requests empty."""
    cli.env["CLOCKIFY_NOW"] = NOW
    seen = sheet.full()
    cli("entries", "show", seen["id"])
    sheet.api.send("DELETE", f"{ENTRIES}/{seen['id']}")
    served.clear()
    return cli


def methods(served: Served) -> list[str]:
    return [r["method"] for r in served.requests()]


def without(entry: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in (*fields, "hourlyRate", "costRate")}


# -- one entry --------------------------------------------------------------------------


def test_an_edit_keeps_everything_that_was_not_named(
    warm: Cli, sheet: Sheet, served: Served
) -> None:
    entry = sheet.full()
    served.clear()
    changed = warm("edit", entry["id"], "-d", "Review of the parser", "--json").json
    assert methods(served) == ["GET", "PUT"]
    after = sheet.now(entry)
    assert after["description"] == "Review of the parser" == changed["description"]
    assert without(after, "description") == without(entry, "description")
    assert after["customFieldValues"][0]["value"] == "PO-17"
    assert after["type"] == "BREAK" and after["billable"] and after["taskId"] == sheet.build


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-t", "+urgent,-dev"], ["urgent"]),
        (["-t", "+urgent"], ["dev", "urgent"]),
        (["-t", "-dev"], []),
        (["-t", "+dev"], ["dev"]),
        (["-t", "urgent"], ["urgent"]),
        (["-t", "urgent,dev"], ["dev", "urgent"]),
        (["-t", ""], []),
        (["-t", "+urgent", "-t", "-dev"], ["urgent"]),
    ],
)
def test_tags_are_added_removed_replaced_and_cleared(
    warm: Cli, sheet: Sheet, words: list[str], expected: list[str]
) -> None:
    entry = sheet.full()
    warm("edit", entry["id"], *words)
    wanted = {"dev": sheet.dev, "urgent": sheet.urgent}
    after = sheet.now(entry)
    assert sorted(after["tagIds"] or []) == sorted(wanted[name] for name in expected)
    assert after["description"] == "Review" and after["taskId"] == sheet.build


def test_tags_with_and_without_signs_do_not_mix(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()
    served.clear()
    error = warm("edit", entry["id"], "-t", "+dev,urgent", "--json", code=2).error
    assert error["kind"] == "usage"
    assert methods(served) == []


def test_another_project_drops_the_task_and_says_so(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.full()
    ran = warm("edit", entry["id"], "-p", "Ops")
    assert "'Build' belongs to the old project" in ran.err
    after = sheet.now(entry)
    assert after["projectId"] == sheet.ops and not after["taskId"]
    assert after["customFieldValues"][0]["value"] == "PO-17"


def test_the_same_project_keeps_its_task(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()
    served.clear()
    ran = warm("edit", entry["id"], "-p", "Acme/Web")
    assert methods(served) == ["GET"]
    assert "Unchanged" in ran.out
    assert sheet.now(entry)["taskId"] == sheet.build


def test_project_and_task_together(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.full()
    warm("edit", entry["id"], "-p", "Ops", "-k", "Deploy")
    after = sheet.now(entry)
    assert (after["projectId"], after["taskId"]) == (sheet.ops, sheet.deploy)


def test_clearing_the_project_clears_the_task(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.full()
    warm("edit", entry["id"], "-p", "")
    after = sheet.now(entry)
    assert not after["projectId"] and not after["taskId"]
    assert warm("edit", entry["id"], "-k", "Build", "--json", code=2).error["kind"] == "usage"


def test_a_clock_time_is_on_the_entrys_own_day(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.full()  # 09:00-10:30 in Berlin, yesterday
    ran = warm("edit", entry["id"], "--from", "8:45", "--to", "10:00")
    assert sheet.now(entry)["timeInterval"] == {
        "start": f"{DAY}T07:45:00Z",
        "end": f"{DAY}T09:00:00Z",
        "duration": "PT1H15M",
    }
    assert "2026-11-24 08:45" in ran.err


def test_an_end_before_the_start_is_on_the_next_day(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.entry("21:00:00", "22:00:00")  # 22:00-23:00 in Berlin
    ran = warm("edit", entry["id"], "--to", "0:30")
    assert sheet.now(entry)["timeInterval"]["end"] == f"{DAY}T23:30:00Z"
    assert "next day" in ran.err
    assert warm("edit", entry["id"], "--to", "21:00", "--json", code=2).error["kind"] == "usage"


def test_an_end_is_given_to_the_running_timer(cli: Cli, sheet: Sheet) -> None:
    started = cli("start", "Review", "--at", "-50m", "--json").json
    assert started["timeInterval"]["end"] is None
    cli("edit", "@running", "--to", "-10m")
    after = sheet.now(started)
    assert after["timeInterval"]["duration"] == "PT40M"
    assert cli("status", "--json").json is None


def test_times_to_come_are_refused(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()
    served.clear()
    warm("edit", entry["id"], "--to", "tomorrow 9:00", code=2)
    assert methods(served) == ["GET"]
    warm("edit", entry["id"], "--to", "tomorrow 9:00", "--allow-future", code=2)  # over 24 hours
    warm("edit", entry["id"], "--to", "tomorrow 9:00", "--allow-future", "--yes")
    assert sheet.now(entry)["timeInterval"]["end"] == "2026-11-26T08:00:00Z"


def test_what_is_like_that_already_is_not_written(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()
    served.clear()
    words = ("-d", "Review", "-t", "+dev", "--billable", "-k", "build", "--from", "9:00")
    found = warm("edit", entry["id"], *words, "--json").json
    assert methods(served) == ["GET"]
    assert found["id"] == entry["id"]
    assert warm("undo", "--json", code=4).error["kind"] == "not_found"


@pytest.mark.parametrize("words", [[], ["@1"], ["-d", "x"]])
def test_an_edit_without_an_entry_or_a_change_is_refused(
    warm: Cli, served: Served, words: list[str]
) -> None:
    assert warm("edit", *words, "--json", code=2).error["kind"] == "usage"
    assert methods(served) == []


def test_entries_that_do_not_exist_are_not_found(warm: Cli, sheet: Sheet) -> None:
    gone = sheet.full()
    sheet.api.send("DELETE", f"{ENTRIES}/{gone['id']}")
    for number in (NOBODY, gone["id"], "@7", "@running", "local-99"):
        error = warm("edit", number, "-d", "x", "--json", code=4).error
        assert error["kind"] == "not_found"
    assert warm("edit", "Review", "-d", "x", "--json", code=2).error["kind"] == "usage"


# -- several -----------------------------------------------------------------------------


def test_several_entries_are_one_change(warm: Cli, sheet: Sheet, served: Served) -> None:
    first = sheet.entry("08:00:00", "09:00:00", description="One", tagIds=[sheet.dev])
    second = sheet.entry("10:00:00", "11:00:00", description="Two")
    served.clear()
    assert warm("edit", "@1", "@2", "-p", "Ops", "--json", code=2).error["kind"] == "usage"
    assert methods(served) == []
    changed = warm("edit", "@2", "@1", "-p", "Ops", "--yes", "--json").json
    assert methods(served) == ["GET", "PUT", "PUT"]
    assert [e["description"] for e in changed] == ["One", "Two"]
    assert sheet.now(first)["projectId"] == sheet.ops == sheet.now(second)["projectId"]
    assert sheet.now(first)["tagIds"] == [sheet.dev]
    warm("undo")
    assert sheet.now(first)["projectId"] is None is sheet.now(second)["projectId"]
    assert warm("undo", "--json", code=4).error["kind"] == "not_found"


# -- changed elsewhere -------------------------------------------------------------------


def test_if_unchanged_guards_a_script(
    warm: Cli, sheet: Sheet, served: Served, tmp_path: Path
) -> None:
    entry = sheet.full()
    before = tmp_path / "before.json"
    before.write_text(warm("entries", "show", entry["id"], "--json").out)
    served.clear()
    warm("edit", entry["id"], "-d", "Mine", "--if-unchanged", str(before))
    assert methods(served) == ["GET", "PUT"]
    served.clear()
    error = warm("edit", entry["id"], "-d", "B", "--if-unchanged", str(before), "--json", code=6)
    assert error.error["kind"] == "conflict"
    assert error.error["current"]["description"] == "Mine"
    assert methods(served) == ["GET"]
    again = warm("entries", "show", entry["id"], "--json").out
    warm("edit", entry["id"], "-d", "Mine 2", "--if-unchanged", "-", input=again)
    assert sheet.now(entry)["description"] == "Mine 2"


def test_if_unchanged_takes_nothing_but_entries(warm: Cli, sheet: Sheet, tmp_path: Path) -> None:
    entry, other = sheet.full(), sheet.entry("12:00:00", "13:00:00")
    for text in ("", "[]", "{}", '{"id": "x"}', "nonsense", json.dumps(other)):
        file = tmp_path / "x.json"
        file.write_text(text)
        ran = warm("edit", entry["id"], "-d", "x", "--if-unchanged", str(file), "--json", code=2)
        assert ran.error["kind"] == "usage"
    warm("edit", entry["id"], "-d", "x", "--if-unchanged", str(tmp_path / "none"), code=2)
    assert sheet.now(entry)["description"] == "Review"


# -- away ---------------------------------------------------------------------------------


@contextmanager
def away(served: Served) -> Iterator[None]:
    """Cut every request before anything is done."""
    served.faults([{"kind": "cut_before", "times": 0}])
    yield
    served.faults([])


def test_an_edit_waits_while_the_network_is_away(warm: Cli, sheet: Sheet, served: Served) -> None:
    logged = warm("log", "9:00-10:00", "Review", "-p", "Ops", "--json").json
    with away(served):
        queued = warm("edit", logged["id"], "-d", "Offline", "--json").json
        assert queued["queued"] is True and queued["description"] == "Offline"
        warm("edit", logged["id"], "-t", "+dev")
    assert sheet.now(logged)["description"] == "Review"
    warm("sync")
    after = sheet.now(logged)
    assert (after["description"], after["tagIds"]) == ("Offline", [sheet.dev])
    assert after["projectId"] == sheet.ops


def test_what_was_logged_offline_can_be_edited_offline(
    warm: Cli, sheet: Sheet, served: Served
) -> None:
    with away(served):
        local = warm("log", "9:00-10:00", "Review", "--json").json["id"]
        assert local.startswith("local-")
        warm("edit", local, "-d", "Review 2", "--to", "9:30")
        warm("edit", "@1", "--billable")
    served.clear()
    warm("sync")
    assert methods(served).count("POST") == 1 and "PUT" not in methods(served)
    [after] = sheet.there()
    assert after["description"] == "Review 2" and after["billable"]
    assert after["timeInterval"]["duration"] == "PT30M"
    warm("edit", local, "-d", "Review 3")  # the local name goes on working
    assert sheet.now(after)["description"] == "Review 3"


def test_an_edit_of_what_changed_elsewhere_meanwhile_is_a_conflict(
    warm: Cli, sheet: Sheet, served: Served
) -> None:
    logged = warm("log", "9:00-10:00", "Review", "--json").json
    with away(served):
        warm("edit", logged["id"], "-d", "Mine")
    body = {"start": logged["timeInterval"]["start"], "end": logged["timeInterval"]["end"]}
    sheet.api.put(f"{ENTRIES}/{logged['id']}", {**body, "description": "Theirs"})
    warm("sync", code=None)
    assert sheet.now(logged)["description"] == "Theirs"
    [waiting] = warm("queue", "--json").json
    assert waiting["state"] == "conflict"


def test_without_a_queue_an_edit_fails_while_away(served: Served, tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "ci", served.url, CI="1", CLOCKIFY_NOW=NOW)
    logged = cli("log", "9:00-10:00", "Review", "--json").json
    served.faults([{"kind": "cut_before", "match": {"method": "PUT"}, "times": 0}])
    error = cli("edit", logged["id"], "-d", "x", "--json", code=5).error
    assert error["kind"] in ("unavailable", "unclear")
    served.faults([])
    assert cli("queue", "--json").json == []


# -- overlaps ------------------------------------------------------------------------------


def test_an_overlap_is_told_without_a_request(warm: Cli, sheet: Sheet, served: Served) -> None:
    warm("log", "9:00-10:00", "Meeting")
    other = warm("log", "8:00-8:30", "Mail", "--json").json
    served.clear()
    ran = warm("edit", other["id"], "--to", "9:00")
    assert "Overlaps" not in ran.err
    ran = warm("edit", other["id"], "--to", "9:01")
    assert "Overlaps 'Meeting' (09:00–10:00" in ran.err
    assert methods(served) == ["GET", "PUT", "GET", "PUT"]
    ran = warm("edit", other["id"], "-d", "Letters")
    assert "Overlaps" not in ran.err
    assert "Overlaps" not in warm("edit", other["id"], "--to", "9:02", "--quiet").err
