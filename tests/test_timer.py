"""The timer through the front door: what is sent, what is answered, what it costs."""

from __future__ import annotations

import json
import re
import shlex
import signal
import time

import pytest
from cli import USER_ENTRIES, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api

from clockify_cli.sandbox import USER_ID


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def methods(served: Served) -> list[str]:
    """Return the methods of the requests since the last look."""
    found = [r["method"] for r in served.requests()]
    served.clear()
    return found


def start_elsewhere(api: Api, description: str, at: str) -> str:
    """Start a timer as another program would; return its ID."""
    return str(api.entry(at, description=description)["id"])


def test_the_first_start_ever_looks_who_and_what_is_running_first(cli: Cli, served: Served) -> None:
    entry = cli("start", "Review", "--json").json
    assert entry["description"] == "Review"
    assert entry["timeInterval"]["end"] is None
    assert [(r["method"], r["path"]) for r in served.requests()] == [
        ("GET", "/clockify/api/v1/user"),
        ("GET", USER_ENTRIES),
        ("POST", USER_ENTRIES),
    ]


def test_warm_start_stop_status_and_log_are_one_request_each(cli: Cli, served: Served) -> None:
    cli("start", "Warm up")
    cli("stop")
    served.clear()
    cli("start", "Review")
    assert methods(served) == ["POST"]
    assert "Review" in cli("status").out
    assert methods(served) == ["GET"]
    cli("stop")
    assert methods(served) == ["PATCH"]
    cli("log", "30m", "Mail")
    assert methods(served) == ["POST"]
    cli("entries", "today")
    assert methods(served) == ["GET"]


def test_a_running_timer_is_stopped_at_the_new_start(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "One", CLOCKIFY_NOW="2026-11-25T08:00:00Z")
    ran = cli("start", "Two", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
    assert "Stopped: One" in ran.out
    assert "Started: Two" in ran.out
    entries = {e["description"]: e["timeInterval"] for e in api.get(MINE)}
    assert entries["One"]["end"] == entries["Two"]["start"] == "2026-11-25T09:00:00Z"


def test_first_start_by_names_is_six_requests_and_then_one(
    cli: Cli, served: Served, api: Api
) -> None:
    client = api.create(f"{WS}/clients", name="Acme")
    project = api.create(f"{WS}/projects", name="Web", clientId=client["id"], billable=True)
    task = api.create(f"{WS}/projects/{project['id']}/tasks", name="Build")
    tag = api.create(f"{WS}/tags", name="dev")
    served.clear()
    words = ("start", "Fix", "login", "-p", "acme/web", "-k", "bui", "-t", "DEV", "--json")
    entry = cli(*words).json
    assert len(methods(served)) == 6
    assert (entry["projectId"], entry["taskId"]) == (project["id"], task["id"])
    assert entry["tagIds"] == [tag["id"]]
    assert entry["billable"] is True, "the project's own default"
    assert entry["description"] == "Fix login"
    cli("stop")
    served.clear()
    cli(*words)
    assert methods(served) == ["POST"]


def test_stop_tells_what_is_wrong(cli: Cli, served: Served) -> None:
    error = cli("stop", "--json", code=4).error
    assert error["kind"] == "not_found"
    assert error["exit"] == 4
    cli("start", "Late", "--at", "10:00", CLOCKIFY_NOW="2026-11-25T09:15:00Z")
    ran = cli("stop", "--at", "9:30", code=2, CLOCKIFY_NOW="2026-11-25T09:15:00Z")
    assert "10:00" in ran.err


def test_stop_ends_a_timer_that_was_started_elsewhere(cli: Cli, served: Served, api: Api) -> None:
    number = start_elsewhere(api, "In the web app", "2026-11-25T08:00:00Z")
    stopped = cli("stop", "--json", CLOCKIFY_NOW="2026-11-25T09:15:00Z").json
    assert stopped["id"] == number
    assert stopped["timeInterval"]["duration"] == "PT1H15M"


def test_a_colleagues_timer_is_never_ones_own(cli: Cli, served: Served, api: Api) -> None:
    served.seed()
    [colleague, *_] = [u["id"] for u in api.get(f"{WS}/users") if u["id"] != USER_ID]
    for entry in api.get(f"{WS}/time-entries/status/in-progress"):
        if entry["userId"] == USER_ID:
            cli("stop")
    body = {"start": "2026-11-25T08:00:00Z", "description": "Theirs"}
    assert api.send("POST", f"{WS}/user/{colleague}/time-entries", body).status_code == 201
    assert cli("status", "--json").json is None
    everyone = cli("status", "--everyone", "--json").json
    assert "Theirs" in [e["description"] for e in everyone]
    assert "Theirs" in cli("status", "--everyone").out


def test_status_answers_in_each_form(cli: Cli, served: Served) -> None:
    assert cli("status", "--json").out == "null\n"
    assert cli("status", "--exit-code", code=1).out == "No timer is running.\n"
    entry = cli("start", "Review", "--json", CLOCKIFY_NOW="2026-11-25T08:00:00Z").json
    now = {"CLOCKIFY_NOW": "2026-11-25T09:15:00Z"}
    assert cli("status", "--json", **now).json["id"] == entry["id"]
    assert cli("status", "--quiet", **now).out == entry["id"] + "\n"
    assert cli("status", "--exit-code", **now).out == "Review · since 09:00 (1:15:00)\n"
    told = cli("status", "--format", "{description}|{elapsed}|{seconds}|{start}", **now).out
    assert told == "Review|1:15|4500|09:00\n"
    assert "Today 1:15:00" in cli("status", "--today", **now).out


def test_what_is_known_is_answered_without_a_request(cli: Cli, served: Served) -> None:
    assert cli("prompt").out == ""
    cli("log", "9:00-9:30", "Mail", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
    cli("start", "Review", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
    served.clear()
    now = {"CLOCKIFY_NOW": "2026-11-25T09:15:00Z"}
    fresh = cli("status", **now).out
    served.clear()
    assert cli("status", "--cached", **now).out == fresh
    assert cli("prompt", **now).out == "Review 0:15\n"
    assert cli("prompt", "--format", "{description} {decimal}", **now).out == "Review 0.25\n"
    assert json.loads(cli("prompt", "--json", **now).out)["seconds"] == "900"
    assert cli("status", "--cached", "--json", **now).json["description"] == "Review"
    assert served.requests() == []
    later = {"CLOCKIFY_NOW": "2026-11-25T19:15:00Z"}
    assert cli("prompt", **later).out == "Review 10:15?\n", "nobody has asked for long"


def test_continue_takes_the_last_a_numbered_and_a_named_entry(cli: Cli, served: Served) -> None:
    for hour, what in ((7, "Write letter"), (8, "Review")):
        cli("log", "10m", what, CLOCKIFY_NOW=f"2026-11-24T{hour:02}:30:00Z")
    served.clear()
    first = {"CLOCKIFY_NOW": "2026-11-24T09:00:00Z"}
    assert cli("continue", "--json", **first).json["description"] == "Review"
    assert methods(served) == ["GET", "POST"]
    ran = cli("continue", CLOCKIFY_NOW="2026-11-24T09:01:00Z")
    assert ran.out.startswith("Running already: Review")
    named = cli("continue", "LETTER", "--json", CLOCKIFY_NOW="2026-11-24T09:02:00Z").json
    assert named["description"] == "Write letter"
    cli("stop", CLOCKIFY_NOW="2026-11-24T09:03:00Z")
    cli("entries", CLOCKIFY_NOW="2026-11-24T09:03:30Z")
    numbered = cli("continue", "@2", "--json", CLOCKIFY_NOW="2026-11-24T09:04:00Z").json
    assert numbered["description"] == "Review"
    assert "none" in cli("continue", "nothing like it", code=4).err.lower()


def test_switch_keeps_what_is_not_named(cli: Cli, served: Served, api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Web")
    task = api.create(f"{WS}/projects/{project['id']}/tasks", name="Build")
    cli("start", "One", "-p", "Web", "-k", "Build")
    served.clear()
    entry = cli("switch", "Two", "--json").json
    assert methods(served) == ["PATCH", "POST"]
    assert (entry["projectId"], entry["taskId"]) == (project["id"], task["id"])
    cli("stop")
    assert cli("switch", "Three", code=4).out == ""
    cli("start", "x")
    assert "switch to" in cli("switch", code=2).err


def test_break_and_resume_frame_a_break(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "Work", CLOCKIFY_NOW="2026-11-25T08:00:00Z")
    cli("break", "Lunch", CLOCKIFY_NOW="2026-11-25T11:00:00Z")
    entry = cli("resume", "--json", CLOCKIFY_NOW="2026-11-25T12:00:00Z").json
    assert entry["description"] == "Work"
    assert entry["type"] == "REGULAR"
    kinds = [
        (e["description"], e["type"], e["timeInterval"]["duration"])
        for e in reversed(api.get(MINE))
    ]
    assert kinds == [
        ("Work", "REGULAR", "PT3H"),
        ("Lunch", "BREAK", "PT1H"),
        ("Work", "REGULAR", None),
    ]


def test_discard_deletes_and_undo_brings_it_back(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "Oops", CLOCKIFY_NOW="2026-11-25T08:00:00Z")
    cli("discard")
    assert api.get(MINE) == []
    ran = cli("undo", "--json")
    assert ran.json["undone"]["operation"] == "discard"
    assert ran.json["notes"], "a new ID is told"
    [back] = api.get(MINE)
    assert back["timeInterval"]["start"] == "2026-11-25T08:00:00Z"
    assert back["timeInterval"]["end"] is None
    cli("discard", "-q")
    cli("discard", code=4)


def test_run_passes_the_exit_code_and_the_streams_through(cli: Cli, served: Served) -> None:
    ran = cli("run", "-d", "Build", "--", "sh", "-c", "echo out; exit 7", code=7)
    assert ran.out == "out\n"
    assert "Stopped: Build" in ran.err
    entry = cli("entries", "--json").json[0]
    assert entry["description"] == "Build"
    assert entry["timeInterval"]["end"]
    cli("run", "--", "no-such-program-here", code=4)
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    ran = cli("run", "--on-api-error", "warn", "--", "sh", "-c", "exit 3", code=3, CI="1")
    assert "Not tracked" in ran.err


def test_interrupting_a_run_stops_its_timer(cli: Cli, served: Served) -> None:
    process = cli.start("run", "-d", "Long", "--", "sleep", "60")
    deadline = time.monotonic() + 20
    while "POST" not in [r["method"] for r in served.requests()]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert cli("status", "--json").json is None


def test_a_timer_left_running_is_noticed_with_the_line_that_mends_it(
    cli: Cli, served: Served
) -> None:
    cli("start", "Forgotten", CLOCKIFY_NOW="2026-11-24T15:00:00Z")
    ran = cli("entries", "today", "--json", CLOCKIFY_NOW="2026-11-25T07:00:00Z")
    assert "clockify stop --at '2026-11-24 18:00'" in ran.err
    cli("stop", "--at", "2026-11-24 18:00", CLOCKIFY_NOW="2026-11-25T07:00:00Z")
    assert "Forgotten" not in cli("status", CLOCKIFY_NOW="2026-11-25T07:00:00Z").err


NOW = {"CLOCKIFY_NOW": "2026-11-25T09:15:00Z"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("start", "-10m", "foo"), "clockify start foo --at -10m"),
        (("start", "foo", "-10m", "-p", "Web"), "clockify start foo -p Web --at -10m"),
        (("start", "foo", "+5m"), "clockify start foo --at +5m --allow-future"),
        (("start", "9:00", "foo"), "clockify start foo --at 9:00"),
        (("start", "foo", "9am"), "clockify start foo --at 9am"),
        (("start", "9:00"), "clockify start --at 9:00"),
        (("start", "15m", "foo"), "clockify log 15m foo"),
        (("start", "8:00-9:00", "foo"), "clockify log 8:00-9:00 foo"),
        (("start", "@1"), "clockify continue @1"),
        (("switch", "9:00", "foo"), "clockify switch foo --at 9:00"),
        (("switch", "@2"), "clockify continue @2"),
        (("break", "15m"), "clockify break --at -15m"),
        (("break", "Lunch", "-15m"), "clockify break Lunch --at -15m"),
        (("start", "foo", "9:00", "--at", "8:00"), "clockify start --at 8:00 -- foo 9:00"),
        (("break", "@1"), "clockify break -- @1"),
        (("start", "foo bar", "9:00"), 'clockify start "foo bar" --at 9:00'),
    ],
)
def test_a_time_in_a_description_is_refused_with_the_right_line(
    cli: Cli, served: Served, api: Api, words: tuple[str, ...], line: str
) -> None:
    ran = cli(*words, code=2, **NOW)
    assert line in ran.err
    assert "not a description" in ran.err
    assert api.get(MINE) == []


def test_the_lines_that_are_offered_instead_are_accepted(
    cli: Cli, served: Served, api: Api
) -> None:
    for words in (
        ("start", "foo bar", "-10m"),
        ("start", "15m", "it's"),
        ("switch", "foo", "10:10"),
        ("break", "5m"),
    ):
        error = cli(*words, "--json", code=2, **NOW).error
        lines = re.findall(r"'(clockify [^']+)'", error["hint"])
        lines.append(error["hint"].partition("As text: ")[2])
        for line in lines:
            if words[0] == "switch":
                cli("start", "Runs", "--at", "9:00", **NOW)
            cli(*shlex.split(line)[1:], **NOW)
            if "log" not in line:
                cli("discard", **NOW)


def test_text_and_what_stands_behind_dashes_remain_text(cli: Cli, served: Served, api: Api) -> None:
    for words, description in (
        (("Prepare", "10:30", "meeting"), "Prepare 10:30 meeting"),
        (("--", "10:30", "meeting"), "10:30 meeting"),
        (("foo", "--", "+5m"), "foo +5m"),
        (("call +49 171",), "call +49 171"),
        (("monday",), "monday"),
        (("3d",), "3d"),
        (("1234",), "1234"),
    ):
        assert cli("start", "--json", *words, **NOW).json["description"] == description
        cli("discard", **NOW)


def test_a_word_with_a_plus_is_a_tag(cli: Cli, served: Served, api: Api) -> None:
    one = api.create(f"{WS}/tags", name="review")
    two = api.create(f"{WS}/tags", name="dev")
    entry = cli("start", "x", "+review", "-t", "dev", "--json", **NOW).json
    assert entry["description"] == "x"
    assert sorted(entry["tagIds"]) == sorted([one["id"], two["id"]])
    entry = cli("switch", "+dev", "--json", CLOCKIFY_NOW="2026-11-25T09:20:00Z").json
    assert (entry["description"], entry["tagIds"]) == ("x", [two["id"]])
    cli("start", "y", "+nosuch", code=4, **NOW)
    cli("discard")
    assert cli("start", "--json", "--", "+review", **NOW).json["description"] == "+review"


def test_stop_takes_the_latest_such_time_since_the_start(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("start", "Work", CLOCKIFY_NOW="2026-11-24T13:00:00Z")
    served.clear()
    ran = cli("stop", "17:30", CLOCKIFY_NOW="2026-11-25T07:00:00Z")
    assert methods(served) == ["PATCH"]
    assert "Tue 2026-11-24 17:30" in ran.err
    assert api.get(MINE)[0]["timeInterval"]["end"] == "2026-11-24T16:30:00Z"
    cli("start", "More", CLOCKIFY_NOW="2026-11-25T08:00:00Z")
    assert "since Wed 2026-11-25 09:00" in cli("stop", "8:30", code=2, **NOW).err
    assert "--at" not in cli("stop", "17:30", code=2, **NOW).out
    cli("stop", "10m", "ago", "--at", "9:00", code=2, **NOW)
    cli("stop", "10m", code=2, **NOW)
    ended = cli("stop", "10m", "ago", "--json", **NOW).json
    assert ended["timeInterval"]["end"] == "2026-11-25T09:05:00Z"
    cli("start", "Third", "--at", "10:06", **NOW)
    assert cli("stop", "--at", "10:10", "--json", **NOW).json["timeInterval"]["duration"] == "PT4M"
    cli("stop", "10:10", code=4, **NOW)


def test_stop_looks_for_the_start_where_it_is_not_known(cli: Cli, served: Served, api: Api) -> None:
    start_elsewhere(api, "In the web app", "2026-11-24T15:00:00Z")
    stopped = cli("stop", "17:30", "--json", **NOW).json
    assert stopped["timeInterval"]["end"] == "2026-11-24T16:30:00Z"
    # What is known here was ended elsewhere, and another one started.
    cli("start", "Old", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
    api.send("PATCH", f"{MINE}", {"end": "2026-11-25T09:01:00Z"})
    start_elsewhere(api, "New", "2026-11-25T08:00:00Z")
    stopped = cli("stop", "9:30", "--json", **NOW).json
    assert (stopped["description"], stopped["timeInterval"]["duration"]) == ("New", "PT30M")


def test_a_clock_time_to_stop_at_is_not_guessed_while_the_start_is_unknown(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("me")
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    cli("stop", "9:00", code=5, **NOW)
    served.faults([])
    assert cli("queue", "--json").json == []
    cli("start", "Work", "--at", "8:00", **NOW)
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    assert cli("stop", "9:00", "--json", **NOW).json["queued"] is True
    served.faults([])
    cli("sync", **NOW)
    assert api.get(MINE)[0]["timeInterval"]["end"] == "2026-11-25T08:00:00Z"
