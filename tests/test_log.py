"""Recording finished time, listing it, deleting it and taking it back, through the front door."""

from __future__ import annotations

import sqlite3
import time

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api

from clockify_cli.sandbox import USER_ID


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


@pytest.fixture(autouse=True)
def wednesday(cli: Cli) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW


def spans(api: Api) -> list[tuple[str, str, str]]:
    """Return description, start and end of what the service holds, oldest first."""
    found = [
        (e["description"], e["timeInterval"]["start"][11:19], e["timeInterval"]["end"][11:19])
        for e in api.get(MINE)
    ]
    return found[::-1]


@pytest.mark.parametrize(
    ("words", "description", "start", "end"),
    [
        (["9:00-10:00", "Team", "meeting"], "Team meeting", "08:00:00", "09:00:00"),
        (["1h30m", "Review"], "Review", "07:45:00", "09:15:00"),
        (["yesterday", "14:00", "+45m", "Planning"], "Planning", "13:00:00", "13:45:00"),
        (["1h", "--", "2", "reviews"], "2 reviews", "08:15:00", "09:15:00"),
        (["--for", "45m", "--", "9:00", "is", "text"], "9:00 is text", "08:30:00", "09:15:00"),
        (["9-10", "1-1", "with", "Bob"], "1-1 with Bob", "08:00:00", "09:00:00"),
        (["9:00–9:30", "Mail"], "Mail", "08:00:00", "08:30:00"),
        (["9:00-now"], "", "08:00:00", "09:15:00"),
        (["--from", "8:00", "--to", "8:30"], "", "07:00:00", "07:30:00"),
        (["--from", "8:00", "--for", "15m", "a"], "a", "07:00:00", "07:15:00"),
        (["--to", "8:00", "--for", "15m", "a"], "a", "06:45:00", "07:00:00"),
        (["-2h", "-1h", "Walk"], "Walk", "07:15:00", "08:15:00"),
        (["9:00 - 9:30", "C++ [red] it's"], "C++ [red] it's", "08:00:00", "08:30:00"),
    ],
)
def test_what_is_typed_is_what_is_recorded(
    cli: Cli, served: Served, api: Api, words: list[str], description: str, start: str, end: str
) -> None:
    ran = cli("log", *words)
    assert ran.out.startswith("Logged: ")
    assert spans(api) == [(description, start, end)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["90", "X"], "minutes or hours"),
        (["9:00-8:30", "X"], "before it starts"),
        (["11:00-12:00", "X"], "--allow-future"),
        (["20/11", "9:00-10:00"], "two ways"),
        ([], "No time was given."),
        (["--from", "9:00", "--to", "9:30", "--for", "30m"], ""),
        (["9:00"], "9:00-now, or a duration: 9h?"),
        (["1:30", "Review"], "1:30-now, or a duration: 1h30m?"),
        (["10-12", "9:00-10:00"], "two ways"),
        (["1h", "2h", "x"], "cannot follow"),
        (["8:00-9:00", "9:00-11:00", "x"], "in the future"),
        (["8:00-9:00", "--from", "9:00", "x"], "--from"),
        (["yesterday", "14:00", "--for", "45m", "Planning"], "--for"),
        (["26h", "X"], "--yes"),
        (["2024-01-01", "9:00-10:00", "X"], "--yes"),
        (["9:00-10:00", "X", "-k", "Build"], "needs its project"),
        (["9:00-10:00", "x" * 3001], "3000"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_recorded(
    cli: Cli, served: Served, api: Api, words: list[str], told: str
) -> None:
    ran = cli("log", *words, code=2)
    assert told in ran.err
    assert ran.out == ""
    assert api.get(MINE) == []
    assert cli("queue", "--json").json == []


def test_yes_records_what_was_asked_about(cli: Cli, served: Served, api: Api) -> None:
    cli("log", "2024-01-01 9:00-10:00", "Old", "--yes")
    assert spans(api) == [("Old", "08:00:00", "09:00:00")]


def test_a_key_records_once_however_often_it_runs(cli: Cli, served: Served, api: Api) -> None:
    first = cli("log", "9:00-9:15", "Deploy", "--key", "build-1", "--json").json
    served.clear()
    again = cli("log", "9:00-9:15", "Deploy", "--key", "build-1", "--json")
    assert again.json["id"] == first["id"]
    assert "Already recorded" in again.err
    assert served.requests() == []
    other = cli("log", "9:30-9:45", "Deploy", "--key", "build-1", "--json", code=6)
    assert "9:00-9:15" in other.error["hint"]
    assert "9:30-9:45" in other.error["hint"]
    cli("log", "9:30-9:45", "Deploy", "--key", "build-2")
    assert len(api.get(MINE)) == 2


def test_two_processes_with_one_key_record_once(cli: Cli, served: Served, api: Api) -> None:
    processes = [cli.start("log", "9:00-9:15", "Deploy", "--key", "k", "--json") for _ in range(4)]
    for process in processes:
        process.communicate(timeout=60)
    assert [p.returncode for p in processes] == [0, 0, 0, 0]
    assert len(api.get(MINE)) == 1


def test_once_finds_the_entry_that_somebody_else_made(cli: Cli, served: Served, api: Api) -> None:
    there = api.entry("2026-11-25T08:00:00Z", "2026-11-25T08:15:00Z", description="Deploy")
    ran = cli("log", "9:00-9:15", "Deploy", "--once", "--json")
    assert ran.json["id"] == there["id"]
    cli("log", "9:00-9:20", "Deploy", "--once")
    assert len(api.get(MINE)) == 2, "another end is another entry"


def test_time_is_recorded_for_somebody_else(cli: Cli, served: Served, api: Api) -> None:
    served.seed()
    colleague = next(u for u in api.get(f"{WS}/users") if u["id"] != USER_ID)
    entry = cli("log", "9:00-9:15", "Help", "--user", colleague["name"], "--json").json
    assert entry["userId"] == colleague["id"]
    listed = cli("entries", "today", "--user", colleague["email"], "--json").json
    assert entry["id"] in [e["id"] for e in listed]


def test_names_are_resolved_as_the_contract_says(cli: Cli, served: Served, api: Api) -> None:
    acme = api.create(f"{WS}/clients", name="Acme")
    zuerich = api.create(f"{WS}/clients", name="Zürich AG")
    one = api.create(f"{WS}/projects", name="Website", clientId=acme["id"])
    two = api.create(f"{WS}/projects", name="Website", clientId=zuerich["id"])
    cpp = api.create(f"{WS}/projects", name="C++")
    error = cli("log", "1m", "-p", "Website", "--json", code=4).error
    assert error["kind"] == "ambiguous"
    assert "Acme/Website" in error["message"]
    assert "Zürich AG/Website" in error["message"]
    for typed, meant in (
        ("Acme/Website", one),
        ("zurich ag/website", two),
        ("acm/web", one),
        ("c++", cpp),
        (cpp["id"], cpp),
    ):
        assert cli("log", "1m", "-p", typed, "--json").json["projectId"] == meant["id"], typed
    error = cli("log", "1m", "-p", "Webseite", "--json", code=4).error
    assert "Website" in error["hint"]
    api.put(f"{WS}/projects/{cpp['id']}", {"name": "C++", "archived": True})
    cli("log", "1m", "-p", "c+", "--refresh", code=4)
    assert cli("log", "1m", "-p", "C++", "--json").json["projectId"] == cpp["id"]


def test_defaults_come_from_the_folder_and_the_branch(cli: Cli, served: Served, api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Web")
    task = api.create(f"{WS}/projects/{project['id']}/tasks", name="ABC-12 Login")
    folder = cli.home / "work" / "deep"
    folder.mkdir(parents=True)
    (cli.home / "work" / ".clockify.toml").write_text(
        'project = "Web"\ntask_from_branch = "([A-Z]+-[0-9]+)"\ndescription = "On {branch}"\n'
    )
    (cli.home / "work" / ".git").mkdir()
    (cli.home / "work" / ".git" / "HEAD").write_text("ref: refs/heads/feature/ABC-12-login\n")
    entry = cli("log", "1m", "--json", cwd=folder).json
    assert (entry["projectId"], entry["taskId"]) == (project["id"], task["id"])
    assert entry["description"] == "On feature/ABC-12-login"
    bare = cli("log", "1m", "x", "-p", "", "--json", cwd=folder).json
    assert not bare["projectId"]
    (cli.home / "work" / ".clockify.toml").write_text('gateway_url = "https://evil.example"\n')
    assert "a folder may not set it: gateway_url" in cli("log", "1m", cwd=folder).err


def test_entries_are_listed_shown_and_deleted(cli: Cli, served: Served, api: Api) -> None:
    for hour, what in ((7, "One"), (8, "Two"), (9, "Three")):
        cli("log", f"{hour}:00-{hour}:30", what)
    found = cli("entries", "--json").json
    assert [e["description"] for e in found] == ["Three", "Two", "One"]
    assert cli("entries", "-q").out.split() == [e["id"] for e in found]
    shown = cli("entries")
    assert "@1" in shown.out
    assert " 1:30" in shown.out
    assert cli("entries", "show", "@2", "--json").json["description"] == "Two"
    assert cli("entries", "--text", "THREE", "--json").json[0]["id"] == found[0]["id"]
    assert cli("entries", "2026-11-24", "--json").out == "[]\n"
    cli("entries", "delete", "@1", "@2", code=2)
    gone = cli("entries", "delete", "@1", "@2", "--yes", "--json").json
    assert [e["description"] for e in gone] == ["Three", "Two"]
    assert len(api.get(MINE)) == 1
    done = cli("undo", "--json").json
    assert done["undone"]["operation"] == "delete"
    assert sorted(d for d, _, _ in spans(api)) == ["One", "Three", "Two"]
    assert cli("entries", "show", "f" * 24, "--json", code=4).error["kind"] == "not_found"
    assert "a row of the last list" in cli("entries", "show", "nonsense", code=2).err


def test_undo_takes_back_in_turn_and_refuses_what_has_changed(
    cli: Cli, served: Served, api: Api
) -> None:
    one = cli("log", "7:00-7:30", "One", "--json").json
    cli("log", "8:00-8:30", "Two")
    assert [c["operation"] for c in cli("undo", "--list", "--json").json] == ["log", "log"]
    cli("undo")
    assert [d for d, _, _ in spans(api)] == ["One"]
    body = {"start": one["timeInterval"]["start"], "end": "2026-11-25T07:00:00Z"}
    api.put(f"{WS}/time-entries/{one['id']}", body)
    error = cli("undo", "--json", code=6).error
    assert error["kind"] == "conflict"
    assert len(api.get(MINE)) == 1
    api.send("DELETE", f"{WS}/time-entries/{one['id']}")
    ran = cli("undo", "--json").json
    assert "already gone" in ran["notes"][0]
    assert cli("undo", "--json", code=4).error["kind"] == "not_found"


def test_when_explains_without_a_request(cli: Cli, served: Served) -> None:
    told = cli("when", "yesterday", "14:00", "--json").json
    assert told["at"] == "2026-11-24T13:00:00Z"
    span = cli("when", "9:00-10:30", "--json").json
    assert (span["start"], span["seconds"]) == ("2026-11-25T08:00:00Z", 5400)
    period = cli("when", "2026-W48", "--json").json
    assert (period["first"], period["last"]) == ("2026-11-23", "2026-11-29")
    fold = cli("when", "2026-10-25 02:30")
    assert "twice" in fold.out
    assert "does not exist" in cli("when", "2026-03-29 02:30", code=2).err
    asked = cli("when", "now", "--now", "2020-01-01T00:00:00Z", "--json").json
    assert asked["at"] == "2020-01-01T00:00:00Z"
    many = cli("when", "8:00-9:00", "9:30-10:00", "--json").json
    assert (many["kind"], [s["seconds"] for s in many["spans"]]) == ("spans", [3600, 1800])
    assert "10:00:00" in cli("when", "8:00-9:00", "9:30-10:00").out
    both = cli("when", "01-02", "--json").json
    assert both["kind"] == "span"
    assert "2026-01-02" in both["notices"][-1]
    for typed in ("this week", "last 2 weeks", "since monday", "W48", "november", "all"):
        assert cli("when", *typed.split(), "--json").json["kind"] == "period"
    assert served.requests() == []


def test_server_text_reaches_no_terminal_as_such(cli: Cli, served: Served, api: Api) -> None:
    evil = "a\x1b[31mred\x1b]0;title\x07 [bold]x[/bold] \u202eevil\u2066 \x9b2J"
    api.entry("2026-11-25T08:00:00Z", "2026-11-25T08:15:00Z", description=evil)
    for words in (
        ("entries",),
        ("entries", "show", "@1"),
        ("report", "today", "--by", "description"),
    ):
        out = cli(*words, "--color", "always").out
        assert "\x1b]" not in out
        assert "\x9b" not in out
        assert "\u202e" not in out
        assert "[bold]x[/bold]" in out
    assert cli("entries", "--json").json[0]["description"] == evil


def test_an_overlap_is_told_without_a_request(cli: Cli, served: Served) -> None:
    cli("log", "9:00-10:00", "One")
    served.clear()
    ran = cli("log", "9:30-9:45", "Two")
    assert "Overlaps 'One' (09:00–10:00" in ran.err
    ran = cli("start", "Three", "--at", "9:50")
    assert "Overlaps 'One'" in ran.err
    assert [r["method"] for r in served.requests()] == ["POST", "POST"]
    assert "Overlaps" not in cli("log", "8:00-9:00", "touches").err


def test_an_error_with_json_is_all_that_stderr_holds(cli: Cli, served: Served) -> None:
    ran = cli("log", "2024-01-01 9:00-10:00", "Old", "--json", code=2)
    import json

    error = json.loads(ran.err)["error"]
    assert error["notices"] == [
        "Mon 2024-01-01 09:00 to Mon 2024-01-01 10:00 (Europe/Berlin)",
    ]
    assert ran.out == ""
    ran = cli("log", "yesterday 9:00-10:00", "Good", "--json")
    assert "Tue 2026-11-24 09:00" in ran.err


def test_in_a_pipe_nothing_of_a_line_is_cut(cli: Cli, served: Served) -> None:
    long = "word " * 60 + "end"
    cli("log", "30m", long)
    del cli.env["COLUMNS"]
    assert long in cli("entries").out
    assert long in cli("log", "9:00-9:01", long).out


def test_undo_follows_an_entry_that_undo_has_brought_back(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("start", "Work")
    cli("discard")
    cli("undo")
    assert len(api.get(MINE)) == 1
    assert cli("undo", "--json").json["undone"]["operation"] == "start"
    assert api.get(MINE) == []
    cli("log", "30m", "Mail")
    cli("edit", "@last", "-d", "Post")
    cli("entries", "delete", "@last")
    for expected in (["Post"], ["Mail"], []):
        cli("undo")
        assert [e["description"] for e in api.get(MINE)] == expected


def test_nothing_is_recorded_that_cannot_be_sent_as_it_was_typed(
    cli: Cli, served: Served, api: Api
) -> None:
    """Without a key or with a setting that cannot be read a write fails, then and for good."""
    cli("me")
    for words in (("start", "ghost"), ("log", "9:00-9:10", "ghost"), ("stop",)):
        cli(*words, code=3, MATON_API_KEY="")
        cli(*words, code=2, CLOCKIFY_TIMEOUT="abc")
    assert cli("queue", "--json").json == []
    assert cli("sync", "--json").json == []
    assert [e["description"] for e in cli("entries", "--json").json] == []


def test_handles_count_alike_in_a_list_and_alone(cli: Cli, served: Served, api: Api) -> None:
    for name in ("a", "b", "c", "d"):
        cli("log", "9:00-9:30", name)
    numbered = [line.split() for line in cli("entries").out.splitlines() if " @" in f" {line}"]
    assert len(numbered) == 4
    for row in numbered:
        handle = next(word for word in row if word.startswith("@"))
        assert cli("entries", "show", handle, "--json").json["description"] == row[-1]


def test_a_timer_reaches_up_to_now_and_no_further(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "Runs")
    assert len(cli("entries", "today", "--json").json) == 1
    assert cli("entries", "tomorrow", "--json").json == []
    assert cli("export", "tomorrow", "--format", "json").json == []


def test_a_change_is_taken_back_in_its_workspace(cli: Cli, served: Served, api: Api) -> None:
    other = cli("workspaces", "create", "Other", "--json").json["id"]
    cli("log", "9:00-9:30", "There", "-w", other)
    cli("log", "9:30-10:00", "There too", "-w", other)
    number = cli("undo", "--list", "--json").json[1]["id"]
    assert cli("undo", str(number), "--json").json["undone"]["entry"]["description"] == "There"
    assert cli("undo", "--json").json["undone"]["entry"]["description"] == "There too"
    assert cli("entries", "-w", other, "--json").json == []


def test_words_that_say_when_beside_options_are_refused_with_the_line(
    cli: Cli, served: Served, api: Api
) -> None:
    ran = cli("log", "yesterday", "9:00", "--for", "45m", "Planning", code=2)
    assert "'clockify log --for 45m --from \"yesterday 9:00\" -- Planning'" in ran.err
    ran = cli("log", "--from", "9:00", "30m", "-p", "Web", code=2)
    assert "'clockify log --from 9:00 --for 30m -p Web'" in ran.err
    ran = cli("log", "8:00-9:00", "--from", "9:00", "--to", "9:30", code=2)
    assert "clockify log --from 9:00 --to 9:30 -- 8:00-9:00" in ran.err
    assert api.get(MINE) == []
    cli("log", "--for", "45m", "10", "things")
    assert api.get(MINE)[0]["description"] == "10 things"


def test_several_spans_make_several_entries_and_one_change(
    cli: Cli, served: Served, api: Api
) -> None:
    api.create(f"{WS}/tags", name="dev")
    cli("log", "7:00-7:30", "Before")
    found = cli("log", "8:00-9:00", "9:30-10:00", "Build", "+dev", "--json").json
    assert [e["description"] for e in found] == ["Build", "Build"]
    assert [e["timeInterval"]["duration"] for e in found] == ["PT1H", "PT30M"]
    assert all(len(e["tagIds"]) == 1 for e in found)
    assert spans(api)[1:] == [
        ("Build", "07:00:00", "08:00:00"),
        ("Build", "08:30:00", "09:00:00"),
    ]
    undone = cli("undo", "--json").json["undone"]
    assert undone["operation"] == "log"
    assert [d for d, _, _ in spans(api)] == ["Before"]
    ran = cli("log", "yesterday", "9:00-10:00", "11:00-12:00", "Plan")
    assert ran.out.count("Logged: Plan") == 2
    assert ran.err.count("Tue 2026-11-24") == 4
    assert len(cli("log", "8:00-8:10", "8:20-8:30", "-q").out.split()) == 2
    assert isinstance(cli("log", "8:40-8:50", "--json").json, dict)


def test_several_spans_are_queued_and_delivered_together(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("me")
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    found = cli("log", "8:00-9:00", "9:30-10:00", "Build", "--json").json
    assert [e["queued"] for e in found] == [True, True]
    served.faults([])
    cli("sync")
    assert [d for d, _, _ in spans(api)] == ["Build", "Build"]
    cli("undo")
    assert spans(api) == []


def test_a_tag_may_stand_among_the_words(cli: Cli, served: Served, api: Api) -> None:
    tag = api.create(f"{WS}/tags", name="dev")
    other = api.create(f"{WS}/tags", name="ops")
    entry = cli("log", "30m", "Fix", "+dev", "C++", "-t", "ops", "--json").json
    assert entry["description"] == "Fix C++"
    assert sorted(entry["tagIds"]) == sorted([tag["id"], other["id"]])
    assert cli("log", "30m", "--json", "--", "+dev").json["description"] == "+dev"


def test_a_span_that_the_clock_skips_is_refused(cli: Cli, served: Served, api: Api) -> None:
    ran = cli("log", "02:30-03:30", "x", code=2, CLOCKIFY_NOW="2026-03-29T08:00:00Z")
    assert "does not exist" in ran.err


def test_others_are_not_known_without_a_request(cli: Cli, served: Served, api: Api) -> None:
    cli("me")
    served.clear()
    cli("status", "--cached", "--everyone", code=2)
    assert served.requests() == []


def test_undo_names_everything_that_it_takes_back(cli: Cli, served: Served, api: Api) -> None:
    cli("log", "8:00-8:30", "a")
    cli("log", "9:00-9:30", "b")
    cli("entries")
    cli("edit", "@1", "@2", "-d", "zz", "--yes")
    out = cli("undo").out
    assert "a ·" in out
    assert "b ·" in out
    cli("edit", "@1", "@2", "-d", "zz", "--yes")
    undone = cli("undo", "--json").json["undone"]
    assert {e["description"] for e in undone["entries"]} == {"a", "b"}


def test_a_damaged_row_or_state_keeps_nobody_from_working(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("start", "Runs")
    home = cli.home
    [state] = [p for p in home.rglob("*") if p.is_file() and b"\tRuns" in p.read_bytes()]
    state.write_bytes(state.read_bytes().replace(b'"start"', b'"xtart"'))
    cli("log", "8:00-8:30", "once")
    assert [e["description"] for e in cli("entries", "--json").json].count("once") == 1
    [journal] = home.rglob("journal.sqlite3")
    with sqlite3.connect(journal) as db:
        db.execute("UPDATE operations SET payload = 'x' || payload, state = 'queued'")
    ran = cli("status")
    assert "Change 1 in the journal is damaged and was skipped." in ran.err
    assert "Runs" in ran.out
    cli("log", "9:00-9:30", "goes on")
    assert len(cli("undo", "--list", "--json").json) >= 1


def test_several_spans_of_a_killed_command_are_recorded_once_when_it_is_repeated(
    cli: Cli, served: Served, api: Api
) -> None:
    """The first is at the service, the second hangs when the process is killed."""
    cli("log", "6:00-6:10", "Warm")
    served.faults([{"kind": "hang", "skip": 1, "seconds": 3, "match": {"method": "POST"}}])
    words = ("log", "8:00-9:00", "9:30-10:00", "Build", "--json")
    process = cli.start(*words)
    deadline = time.monotonic() + 30
    while not spans(api)[1:]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    process.kill()
    process.communicate(timeout=20)
    served.faults([])
    found = cli(*words).json
    assert [e["timeInterval"]["start"][11:16] for e in found] == ["07:00", "08:30"]
    cli("sync")
    assert [d for d, _, _ in spans(api)] == ["Warm", "Build", "Build"]


def test_from_and_to_are_since_and_until_of_a_range(cli: Cli, served: Served, api: Api) -> None:
    cli("log", "yesterday", "9:00-10:00", "There")
    cli("log", "8:00-9:00", "Today")
    one = cli("entries", "--since", "yesterday", "--until", "yesterday", "--json").json
    assert one == cli("entries", "--from", "yesterday", "--to", "yesterday", "--json").json
    assert [e["description"] for e in one] == ["There"]
