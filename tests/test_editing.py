"""Changing entries: what an edit keeps, what it costs, and that it can be taken back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, Cli, new_cli
from conftest import Served
from sandbox_api import ENTRIES, NOBODY, Api
from worksheet import DAY, Sheet, away, content, methods, spans, warmed, without


@pytest.fixture
def sheet(served: Served) -> Sheet:
    return Sheet(Api.gateway(served.url))


@pytest.fixture
def warm(cli: Cli, sheet: Sheet, served: Served) -> Cli:
    return warmed(cli, sheet, served)


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


def test_an_end_is_given_to_the_running_timer(warm: Cli, sheet: Sheet) -> None:
    started = warm("start", "Review", "--at", "-50m", "--json").json
    assert started["timeInterval"]["end"] is None
    warm("edit", "@running", "--to", "-10m")
    after = sheet.now(started)
    assert after["timeInterval"]["duration"] == "PT40M"
    assert warm("status", "--json").json is None


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


@pytest.mark.parametrize("words", [[], ["@1"]])
def test_an_edit_without_a_change_is_refused(warm: Cli, served: Served, words: list[str]) -> None:
    assert warm("edit", *words, "--json", code=2).error["kind"] == "usage"
    assert methods(served) == []


def test_entries_that_do_not_exist_are_not_found(warm: Cli, sheet: Sheet) -> None:
    gone = sheet.full()
    sheet.api.send("DELETE", f"{ENTRIES}/{gone['id']}")
    for number in (NOBODY, gone["id"], "@" + gone["id"][-6:], "@running", "local-99"):
        error = warm("edit", number, "-d", "x", "--json", code=4).error
        assert error["kind"] == "not_found"
    for word in ("Review", "@7", "@0", "@"):
        assert warm("edit", word, "-d", "x", "--json", code=2).error["kind"] == "usage"


# -- several -----------------------------------------------------------------------------


def test_several_entries_are_one_change(warm: Cli, sheet: Sheet, served: Served) -> None:
    first = sheet.entry("08:00:00", "09:00:00", description="One", tagIds=[sheet.dev])
    second = sheet.entry("10:00:00", "11:00:00", description="Two")
    served.clear()
    assert warm("edit", "@1", "@2", "-p", "Ops", "--json", code=2).error["kind"] == "usage"
    assert methods(served) == []
    warm("entries", "last-30d")
    served.clear()
    changed = warm("edit", "@2", "@1", "-p", "Ops", "--yes", "--json").json
    assert methods(served) == ["GET", "GET", "PUT", "PUT"]
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
    printed = warm("edit", "--day", "yesterday", "--print").out
    [mark] = [line for line in printed.split("\n") if line.startswith(f"#= {entry['id']}")]
    version = mark.split()[2]
    warm("edit", entry["id"], "-d", "Mine 3", "--if-unchanged", version)
    warm("edit", entry["id"], "-d", "Mine 4", "--if-unchanged", version, code=6)
    assert sheet.now(entry)["description"] == "Mine 3"


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


def test_an_old_overlap_is_not_told_again(warm: Cli, sheet: Sheet) -> None:
    warm("log", "9:00-10:00", "Meeting")
    other = warm("log", "8:00-8:30", "Mail", "--json").json
    assert "Overlaps 'Meeting'" in warm("extend", other["id"], "45m").err
    assert "Overlaps" not in warm("shorten", other["id"], "5m").err


# -- split and join ------------------------------------------------------------------------


def test_split_keeps_everything_in_each_piece(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()  # 09:00-10:30 in Berlin
    served.clear()
    pieces = warm("split", entry["id"], "--at", "10:00", "--at", "9:30", "--json").json
    assert methods(served) == ["GET", "PUT", "POST", "POST"]
    there = sheet.there()
    assert spans(there) == [("08:00", "08:30"), ("08:30", "09:00"), ("09:00", "09:30")]
    assert [p["id"] for p in pieces] == [e["id"] for e in there]
    assert there[0]["id"] == entry["id"]
    for piece in there:
        assert content(piece) == content(entry)
    warm("undo")
    [back] = sheet.there()
    assert without(back) == without(entry)


@pytest.mark.parametrize("at", ["9:00", "10:30", "8:00", "11:00", "9:30:00 9:30", "tomorrow 9:30"])
def test_split_only_within_the_entry(warm: Cli, sheet: Sheet, served: Served, at: str) -> None:
    entry = sheet.full()
    cuts = [at] if at.startswith("tomorrow") else at.split()
    words = [w for cut in cuts for w in ("--at", cut)]
    assert warm("split", entry["id"], *words, "--json", code=2).error["kind"] == "usage"
    assert without(sheet.now(entry)) == without(entry)


def test_split_over_midnight_finds_the_day(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.api.entry("2026-11-22T21:00:00Z", "2026-11-23T02:00:00Z")  # 22:00-03:00
    warm("split", entry["id"], "--at", "1:00", "--at", "23:00")
    assert spans(sheet.there()) == [("21:00", "22:00"), ("22:00", "00:00"), ("00:00", "02:00")]


def test_split_of_the_running_timer_runs_on(warm: Cli, sheet: Sheet, served: Served) -> None:
    started = warm("start", "Review", "--at", "-1h", "--json").json
    served.clear()
    pieces = warm("split", "@running", "--at", "-20m", "--json").json
    assert methods(served) == ["GET", "PUT", "POST"]
    assert pieces[0]["id"] == started["id"]
    assert pieces[0]["timeInterval"]["duration"] == "PT40M"
    assert warm("status", "--json").json["id"] == pieces[1]["id"]
    warm("undo")
    assert warm("status", "--json").json["timeInterval"] == started["timeInterval"]
    assert len(sheet.there()) == 1


def test_join_fills_the_gap_and_takes_the_firsts_content(
    warm: Cli, sheet: Sheet, served: Served
) -> None:
    first = sheet.full()
    second = sheet.entry("10:00:00", "11:00:00", description="More")
    served.clear()
    ran = warm("join", first["id"], second["id"])
    assert methods(served) == ["GET", "GET", "PUT", "DELETE"]
    assert "They differ in" in ran.err and "description" in ran.err
    assert "filled, adding 0:30:00" in ran.err
    [joined] = sheet.there()
    assert spans([joined]) == [("08:00", "11:00")]
    assert without(joined, "timeInterval") == without(first, "timeInterval")
    warm("undo")
    assert spans(sheet.there()) == [("08:00", "09:30"), ("10:00", "11:00")]
    assert [content(e) for e in sheet.there()] == [content(first), content(second)]


def test_join_of_more_than_two_asks(warm: Cli, sheet: Sheet, served: Served) -> None:
    for hour in (8, 9, 10):
        sheet.entry(f"{hour:02}:00:00", f"{hour + 1:02}:00:00", description=f"At {hour}")
    served.clear()
    assert warm("join", "@1", "@2", "@3", "--json", code=2).error["kind"] == "usage"
    assert methods(served) == []
    warm("entries", "last-30d")
    served.clear()
    joined = warm("join", "@1", "@2", "@3", "--yes", "--json").json
    assert methods(served) == ["GET", "GET", "GET", "PUT", "DELETE", "DELETE"]
    assert joined["description"] == "At 10" and spans([joined]) == [("08:00", "11:00")]
    assert len(sheet.there()) == 1


def test_join_with_the_running_timer_runs_on(warm: Cli, sheet: Sheet) -> None:
    warm("log", "--from", "-2h", "--to", "-1h", "Review", "-p", "Ops")
    running = warm("start", "Review, second part", "--at", "-30m", "--json").json
    warm("entries", "last-30d")
    joined = warm("join", "@2", "@1", "--json").json
    [there] = sheet.there()
    assert there["id"] == running["id"] == joined["id"]
    assert there["description"] == "Review" and there["projectId"] == sheet.ops
    assert there["timeInterval"]["end"] is None
    assert warm("status", "--json").json["timeInterval"]["start"] == joined["timeInterval"]["start"]
    warm("undo")
    assert [e["description"] for e in sheet.there()] == ["Review", "Review, second part"]
    assert warm("status", "--json").json["timeInterval"] == running["timeInterval"]


def test_join_refuses_what_cannot_be_meant(warm: Cli, sheet: Sheet) -> None:
    warm("start", "Long", "--at", "-3h")
    warm("log", "--from", "-2h", "--to", "-1h", "Inside")
    warm("entries", "last-30d")
    assert warm("join", "@1", "@2", "--json", code=2).error["kind"] == "usage"
    assert warm("join", "@1", "@1", "--json", code=2).error["kind"] == "usage"
    assert len(sheet.there()) == 2


# -- longer, shorter, elsewhere --------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        (["extend", "15m"], "08:00", "09:45"),
        (["extend", "1h", "30m"], "08:00", "11:00"),
        (["extend", "15m", "--start"], "07:45", "09:30"),
        (["shorten", "15m"], "08:00", "09:15"),
        (["shorten", "1:00", "--start"], "09:00", "09:30"),
        (["move", "+1h"], "09:00", "10:30"),
        (["move", "-1h15m"], "06:45", "08:15"),
        (["move", "10:00"], "09:00", "10:30"),
        (["move", "2026-11-24", "7:30"], "06:30", "08:00"),
        (["move", "yesterday", "7:30"], "06:30", "08:00"),
    ],
)
def test_an_entry_is_reshaped_in_two_requests(
    warm: Cli, sheet: Sheet, served: Served, words: list[str], start: str, end: str
) -> None:
    entry = sheet.full()
    served.clear()
    verb, *rest = words
    changed = warm(verb, entry["id"], *rest, "--json").json
    assert methods(served) == ["GET", "PUT"]
    after = sheet.now(entry)
    assert spans([after]) == [(start, end)] == spans([changed])
    assert content(after) == content(entry)
    warm("undo")
    assert without(sheet.now(entry)) == without(entry)


def test_moving_by_a_day_keeps_the_wall_clock(warm: Cli, sheet: Sheet) -> None:
    entry = sheet.api.entry("2026-10-25T08:00:00Z", "2026-10-25T09:00:00Z")  # 09:00 in winter time
    warm("move", entry["id"], "-1d")
    assert sheet.now(entry)["timeInterval"] == {
        "start": "2026-10-24T07:00:00Z",
        "end": "2026-10-24T08:00:00Z",
        "duration": "PT1H",
    }
    warm("move", entry["id"], "+24h")
    assert sheet.now(entry)["timeInterval"]["start"] == "2026-10-25T07:00:00Z"


@pytest.mark.parametrize(
    "words",
    [
        ["shorten", "1h30m"],
        ["shorten", "2h", "--start"],
        ["extend", "48h"],
        ["extend", "15"],
        ["move", "tomorrow 9:00"],
        ["move", "+1w"],
        ["move", "yesterday"],
        ["move", "-60w"],
    ],
)
def test_an_entry_is_not_reshaped_into_nonsense(warm: Cli, sheet: Sheet, words: list[str]) -> None:
    entry = sheet.full()
    verb, *rest = words
    assert warm(verb, entry["id"], *rest, "--json", code=2).error["kind"] == "usage"
    assert without(sheet.now(entry)) == without(entry)


def test_the_running_timers_start_moves(warm: Cli, sheet: Sheet) -> None:
    started = warm("start", "Review", "--at", "-30m", "--json").json
    for verb in ("extend", "shorten"):
        assert warm(verb, "@running", "5m", "--json", code=2).error["kind"] == "usage"
    warm("extend", "@running", "15m", "--start")
    warm("shorten", "@running", "5m", "--start")
    warm("move", "@running", "-10m")
    after = sheet.now(started)["timeInterval"]
    before = started["timeInterval"]
    moved = datetime.fromisoformat(before["start"]) - datetime.fromisoformat(after["start"])
    assert moved == timedelta(minutes=20) and after["end"] is None


@pytest.mark.parametrize("verb", ["split", "join", "extend", "shorten", "move"])
def test_reshaping_waits_while_the_network_is_away(
    warm: Cli, sheet: Sheet, served: Served, verb: str
) -> None:
    words = {
        "split": ["--at", "9:30"],
        "extend": ["15m"],
        "shorten": ["15m"],
        "move": ["8:00"],
    }
    first = warm("log", "9:00-10:00", "Review", "--json").json
    second = warm("log", "8:00-8:30", "Mail", "--json").json
    with away(served):
        more = [second["id"]] if verb == "join" else words[verb]
        done = warm(verb, first["id"], *more, "--json").json
        for entry in done if isinstance(done, list) else [done]:
            assert entry["queued"] is True
    assert spans(sheet.there()) == [("07:00", "07:30"), ("08:00", "09:00")]
    warm("sync")
    expected = {
        "split": [("07:00", "07:30"), ("08:00", "08:30"), ("08:30", "09:00")],
        "join": [("07:00", "09:00")],
        "extend": [("07:00", "07:30"), ("08:00", "09:15")],
        "shorten": [("07:00", "07:30"), ("08:00", "08:45")],
        "move": [("07:00", "07:30"), ("07:00", "08:00")],
    }
    assert sorted(spans(sheet.there())) == sorted(expected[verb])


# -- invoiced --------------------------------------------------------------------------------


def marks(served: Served) -> list[Any]:
    """Return the bodies of the requests that marked entries."""
    found = served.requests()
    return [json.loads(r["body"]) if isinstance(r["body"], str) else r["body"] for r in found
            if r["method"] == "PATCH"]  # fmt: skip


def test_entries_are_marked_as_invoiced(warm: Cli, sheet: Sheet, served: Served) -> None:
    first, second = sheet.full(), sheet.entry("10:00:00", "11:00:00")
    served.clear()
    done = warm("mark-invoiced", first["id"], "--json").json
    assert done == {"invoiced": True, "timeEntryIds": [first["id"]]}
    assert methods(served) == ["PATCH"]
    assert marks(served) == [{"timeEntryIds": [first["id"]], "invoiced": True}]
    served.clear()
    warm("entries", "last-30d")
    warm("mark-invoiced", "@1", "@2", "--json", code=2)
    assert marks(served) == []
    warm("mark-invoiced", "@1", "@2", "--not", "--yes")
    ids = [second["id"], first["id"]]
    assert marks(served) == [{"timeEntryIds": ids, "invoiced": False}]


def test_a_range_of_entries_is_marked(warm: Cli, sheet: Sheet, served: Served) -> None:
    first = sheet.full()
    sheet.entry("10:00:00", "11:00:00", projectId=sheet.ops)
    sheet.entry("12:00:00")  # it runs
    served.clear()
    assert warm("mark-invoiced", "yesterday", "-c", "Acme", "--json").json["timeEntryIds"] == [
        first["id"]
    ]
    assert [m["timeEntryIds"] for m in marks(served)] == [[first["id"]]]
    assert len(warm("mark-invoiced", "yesterday", "--yes", "--json").json["timeEntryIds"]) == 2
    assert warm("mark-invoiced", "2026-11-01", "--json").json["timeEntryIds"] == []
    for words in ([], ["@1", "yesterday"], ["@1", "-p", "Ops"], ["nonsense"]):
        assert warm("mark-invoiced", *words, "--json", code=2).error["kind"] == "usage"


def test_a_plan_without_invoicing_is_explained(warm: Cli, sheet: Sheet, served: Served) -> None:
    entry = sheet.full()
    for status, code in ((403, 3), (400, 6), (404, 4)):
        served.faults([{"kind": "status_before", "status": status, "match": {"method": "PATCH"}}])
        error = warm("mark-invoiced", entry["id"], "--json", code=code).error
        assert "plan" in error["hint"]
    served.faults([])
    assert warm("mark-invoiced", NOBODY, "--json", code=4).error["kind"] == "not_found"
    served.faults([{"kind": "cut_before", "match": {"method": "PATCH"}}])
    assert "does no harm" in warm("mark-invoiced", entry["id"], "--json", code=5).error["hint"]


@pytest.mark.parametrize("verb", ["split", "join"])
def test_a_queued_change_that_no_longer_fits_is_not_half_made(
    warm: Cli, sheet: Sheet, served: Served, verb: str
) -> None:
    first = warm("log", "9:00-10:00", "Review", "--json").json
    second = warm("log", "8:00-8:30", "Mail", "--json").json
    with away(served):
        warm(verb, first["id"], *(["--at", "9:30"] if verb == "split" else [second["id"]]))
    body = {"start": "2026-11-25T08:05:00Z", "end": "2026-11-25T08:50:00Z"}
    sheet.api.put(f"{ENTRIES}/{first['id']}", {**body, "description": "Review"})
    warm("sync", code=None)
    assert spans(sheet.there()) == [("07:00", "07:30"), ("08:05", "08:50")]
    states = [(w["operation"], w["state"]) for w in warm("queue", "--json").json]
    assert states == [(verb, "conflict"), (verb, "queued")]
    number = warm("queue", "--json").json[0]["id"]
    warm("queue", "drop", str(number), "--yes")
    assert warm("queue", "--json").json == []
    warm("log", "7:00-7:15", "More")
    assert spans(sheet.there())[1:] == [("07:00", "07:30"), ("08:05", "08:50")]


def test_an_overlap_with_what_was_seen_is_told(warm: Cli, sheet: Sheet, served: Served) -> None:
    sheet.api.entry("2026-11-25T08:00:00Z", "2026-11-25T09:00:00Z", description="From the web")
    mine = warm("log", "7:00-8:00", "Mail", "--json").json
    assert "Overlaps" not in warm("extend", mine["id"], "70m").err  # nobody has told us
    warm("entries", "last-30d")
    warm("shorten", mine["id"], "70m")
    served.clear()
    assert "Overlaps 'From the web' (09:00–10:00" in warm("extend", mine["id"], "70m").err
    assert methods(served) == ["GET", "PUT"]
