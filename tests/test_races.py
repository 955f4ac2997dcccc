"""Several commands at once, clocks that are behind, and questions that hold nobody up."""

from __future__ import annotations

import os
import time

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from terminal import Terminal

WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"
AT_ONCE = 10 if WHOLE else 5
ROUNDS = 3 if WHOLE else 1


@pytest.fixture
def api(served: Served, cli: Cli) -> Api:
    return Api.gateway(served.url)


@pytest.mark.parametrize("refuse_empty", [False, True])
def test_plain_starts_at_once_all_succeed(
    cli: Cli, served: Served, api: Api, refuse_empty: bool
) -> None:
    served.configure(refuse_empty_entries=refuse_empty)
    cli("status")
    for turn in range(ROUNDS):
        started = [cli.start("start", f"{turn}-{n}") for n in range(AT_ONCE)]
        for process in started:
            _, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
            assert "queued" not in errors
    found = api.get(MINE, page_size=200)
    assert len(found) == ROUNDS * AT_ONCE
    assert sum(not e["timeInterval"]["end"] for e in found) == 1
    if refuse_empty:
        assert all(e["timeInterval"]["duration"] != "PT0S" for e in found)


# A timer that began at 10:15:00 local time, and clocks that are behind it.
NEAR, FAR = "2026-11-25T09:13:30Z", "2026-11-25T09:05:00Z"
WORDS = {"start": ("start", "New"), "stop": ("stop",), "switch": ("switch", "New")}


@pytest.mark.parametrize("command", WORDS)
def test_a_clock_a_little_behind_takes_the_first_instant_possible(
    cli: Cli, served: Served, api: Api, command: str
) -> None:
    cli("start", "Timer", CLOCKIFY_NOW=NOW)
    ran = cli(*WORDS[command], CLOCKIFY_NOW=NEAR)
    assert "behind" in ran.err
    ended = next(e for e in api.get(MINE) if e["description"] == "Timer")
    assert ended["timeInterval"]["end"] == NOW
    assert len(api.get(MINE)) == (1 if command == "stop" else 2)


@pytest.mark.parametrize("command", WORDS)
def test_an_empty_entry_that_is_refused_ends_a_second_later(
    cli: Cli, served: Served, api: Api, command: str
) -> None:
    if not WHOLE and command == "switch":
        pytest.skip("with CLOCKIFY_FAULTS=all")
    served.configure(refuse_empty_entries=True)
    cli("start", "Timer", CLOCKIFY_NOW=NOW)
    cli(*WORDS[command], CLOCKIFY_NOW=NEAR)
    ended = next(e for e in api.get(MINE) if e["description"] == "Timer")
    assert ended["timeInterval"]["end"] == "2026-11-25T09:15:01Z"
    assert cli("queue", "--json").json == []


@pytest.mark.parametrize("command", WORDS)
def test_a_clock_far_behind_is_refused_with_the_skew(
    cli: Cli, served: Served, api: Api, command: str
) -> None:
    served.faults([{"kind": "status_before", "status": 503, "times": 0}])
    served.faults([])
    cli("start", "Timer", CLOCKIFY_NOW=NOW)
    ran = cli(*WORDS[command], "--json", code=None, CLOCKIFY_NOW=FAR)
    running = [e for e in api.get(MINE) if not e["timeInterval"]["end"]]
    if ran.code == 0:  # a Date seen in this command has corrected it
        assert len(running) == (0 if command == "stop" else 1)
    else:
        assert ran.code == 2
        assert "10 min" in ran.error["message"]
        assert "discard" not in ran.error["hint"]
        assert [e["description"] for e in running] == ["Timer"]


# -- questions ------------------------------------------------------------------------------

ASKING = {
    "edit": ("edit", "ONE", "--from", "2026-11-24 01:00"),
    "extend": ("extend", "ONE", "30h", "--start"),
}


@pytest.mark.parametrize("command", ASKING)
def test_a_question_holds_nobody_up_and_the_plan_is_checked_again(
    cli: Cli, served: Served, api: Api, command: str
) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    one = api.entry("2026-11-25T06:00:00Z", "2026-11-25T06:30:00Z", description="One")["id"]
    two = api.entry("2026-11-25T07:00:00Z", "2026-11-25T07:30:00Z", description="Two")["id"]
    cli("entries")
    words = [{"ONE": one, "TWO": two}.get(word, word) for word in ASKING[command]]
    with Terminal(cli, *words) as terminal:
        while "[y/N]" not in terminal.shown and "[Y/n]" not in terminal.shown:
            if not terminal._read(0.5):
                pytest.fail(f"{command} does not ask here: {terminal.shown}")
        begun = time.monotonic()
        ran = cli("log", "5:00-5:10", "Else", "--json")
        assert time.monotonic() - begun < (10 if os.getloadavg()[0] > 4 else 2)
        assert "queued" not in ran.json
        cli("edit", one, "-d", "Changed meanwhile")
        terminal.type("y\n")
        assert terminal.code() == 6
        assert "nothing was changed" in terminal.shown
    left = {e["description"] for e in api.get(MINE)}
    assert left == {"Else", "Changed meanwhile", "Two"}


# -- what is made offline -----------------------------------------------------------------

DOWN = [{"kind": "status_before", "status": 503, "times": 0, "match": {"path": "/clockify/api"}}]


def test_a_stopwatch_workspace_gets_start_and_stop_one_after_the_other(
    cli: Cli, served: Served, api: Api
) -> None:
    served.configure(workspace={"timeTrackingMode": "STOPWATCH_ONLY"})
    served.configure(**{"roles": {"robin@sandbox.example": "USER"}})
    cli("status", CLOCKIFY_NOW=NOW)
    served.faults(DOWN)
    cli("start", "One", CLOCKIFY_NOW="2026-11-25T08:00:00Z")
    cli("start", "Two", CLOCKIFY_NOW="2026-11-25T08:30:00Z")
    cli("stop", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
    served.faults([])
    cli("sync", CLOCKIFY_NOW=NOW)
    found = sorted(
        (e["description"], e["timeInterval"]["start"], e["timeInterval"]["end"])
        for e in api.get(MINE)
    )
    assert found == [
        ("One", "2026-11-25T08:00:00Z", "2026-11-25T08:30:00Z"),
        ("Two", "2026-11-25T08:30:00Z", "2026-11-25T09:00:00Z"),
    ]
    assert cli("queue", "--json", CLOCKIFY_NOW=NOW).json == []


@pytest.mark.parametrize("fits", ["one", "none", "several"])
@pytest.mark.parametrize("what", ["project", "tag", "task"])
def test_an_unknown_name_waits_and_is_resolved_on_delivery(
    cli: Cli, served: Served, api: Api, what: str, fits: str
) -> None:
    if not WHOLE and (what, fits) not in (
        ("project", "several"),
        ("tag", "one"),
        ("task", "one"),
        ("task", "none"),
    ):
        pytest.skip("with CLOCKIFY_FAULTS=all")
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("status")
    served.faults(DOWN)
    words = {
        "project": ("-p", "Apollo"),
        "tag": ("-t", "Apollo"),
        "task": ("-p", "Web", "-k", "Apollo"),
    }[what]
    ran = cli("log", "8:00-8:30", "One", *words, "--json")
    assert ran.json["queued"] is True
    assert "Apollo" in str(ran.json["unresolved"])
    served.faults([])
    names = {"one": ["Apollo"], "none": [], "several": ["Apollo One", "Apollo Two"]}[fits]
    project = api.create(f"{WS}/projects", name="Web")["id"]
    where = {"project": "projects", "tag": "tags", "task": f"projects/{project}/tasks"}[what]
    made = [api.create(f"{WS}/{where}", name=name)["id"] for name in names]
    ran = cli("sync", code=0 if fits == "one" else 6)
    found = api.get(MINE)
    if fits == "one":
        [entry] = found
        assert made[0] in (entry["projectId"], entry["taskId"], *(entry["tagIds"] or []))
        assert cli("queue", "--json").json == []
    else:
        assert found == []
        [waits] = cli("queue", "--json").json
        assert waits["state"] == "refused"
        for name in names:
            assert name in str(waits["error"])


# -- keys -------------------------------------------------------------------------------------


def fresh(cli: Cli, name: str) -> Cli:
    """The same person at another computer."""
    home = cli.home.parent / name
    home.mkdir()
    env = {k: v.replace(str(cli.home), str(home)) for k, v in cli.env.items()}
    return Cli(home, env)


def test_a_key_records_once_per_workspace_on_every_machine(
    cli: Cli, served: Served, api: Api
) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    other = api.create("/v1/workspaces", name="Other")["id"]
    words = ("log", "8:00-8:30", "One", "--key")
    cli(*words, "job")
    cli(*words, "job")
    cli(*words, "job", "-w", other)
    assert len(api.get(MINE)) == 1
    assert len(api.get(MINE.replace(WS, f"/v1/workspaces/{other}"))) == 1
    error = cli("log", "8:00-8:30", "Two", "--key", "job", "--json", code=6).error
    assert "One" in str(error)
    assert "Two" in str(error)
    cli("log", "8:00-9:00", "One", "--key", "job", code=6)
    elsewhere = fresh(cli, "elsewhere")
    elsewhere(*words, "job")
    assert len(api.get(MINE)) == 1, "it is found from a fresh machine"
    cli(*words, "another")
    assert len(api.get(MINE)) == 2, "what is under another key is apart"
    cli("log", "30m", "Length", "--key", "length")
    cli("log", "30m", "Length", "--key", "length", CLOCKIFY_NOW="2026-11-25T09:40:00Z")
    assert len(api.get(MINE)) == 3


@pytest.mark.parametrize("option", [("--key", "job"), ("--once",)])
def test_what_is_recorded_once_is_checked_on_delivery(
    cli: Cli, served: Served, api: Api, option: tuple[str, ...]
) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("status")
    elsewhere = fresh(cli, "elsewhere")
    elsewhere("status")
    served.faults(DOWN)
    cli("log", "8:00-8:30", "One", *option)
    elsewhere("log", "8:00-8:30", "One", *option)
    served.faults([])
    cli("sync")
    elsewhere("sync")
    assert len(api.get(MINE)) == 1
    assert elsewhere("queue", "--json").json == []
