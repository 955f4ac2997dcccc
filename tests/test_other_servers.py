"""Against servers that are not the embedded one, and differ from it in what nobody documents.

Each of ``WORLDS`` answers in ways of its own; the same day of work must leave the same
entries in all of them, nothing lost, doubled or somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli import Cli, Ran, new_cli
from hostile_server import (
    COLLEAGUE,
    KEY,
    ME,
    WORKSPACE,
    Json,
    Refused,
    Ways,
    World,
    retry_date,
    served,
)

NOW = "2026-11-25T09:15:00Z"  # a Wednesday, 10:15 in Berlin

WORLDS = {
    "small pages and HTML": Ways(
        last_page="",
        page_cap=50,
        errors="html",
        missing=(404, 404),
        heeds_in_progress=False,
        colleagues_first=False,
        coding="drip",
    ),
    "missing keys": Ways(
        none="missing", extra=True, created=200, deleted=0, errors="stamped", coding="chunked"
    ),
    "empty texts": Ways(
        none="empty",
        deleted=200,
        errors="error",
        coding="gzip",
        closes="said",
        stamp="%Y-%m-%dT%H:%M:%S.000Z",
        ends_old_timer="start",
        page_cap=200,
    ),
    "closes unsaid": Ways(
        closes="unsaid",
        errors="empty",
        unknown_key=1000,
        ends_old_timer="never",
        lists_users=False,
        last_page="TRUE",
        stamp="%Y-%m-%dT%H:%M:%S+00:00",
    ),
}
ZONES = {"missing keys": "Pacific/Auckland", "empty texts": "America/Los_Angeles"}


@pytest.fixture(params=list(WORLDS))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with served(WORLDS[request.param], zone=ZONES.get(request.param, "Europe/Berlin")) as found:
        yield found


def user_of(world: World, home: Path, **environ: str) -> Cli:
    """Return a user of a world at 10:15 in Berlin, whatever the account's zone."""
    return new_cli(home, world.url, MATON_API_KEY=KEY, CLOCKIFY_NOW=NOW, **environ)


@pytest.fixture
def cli(world: World, tmp_path: Path) -> Cli:
    return user_of(world, tmp_path / "home")


def furnished(world: World) -> dict[str, str]:
    """Put two clients, three projects, a task and two tags into a world; return their IDs."""
    made = {name: world.add("clients", name=name)["id"] for name in ("Acme", "Other")}
    for client, billable in (("Acme", True), ("Other", False)):
        about = {"clientId": made[client], "clientName": client, "billable": billable}
        made[f"{client}/Web"] = world.add("projects", name="Web", public=True, **about)["id"]
    about = {"clientId": "", "clientName": "", "billable": False}
    made["C++"] = world.add("projects", name="C++ [core]", public=True, note="", **about)["id"]
    task = {"projectId": made["Acme/Web"], "status": "ACTIVE", "assigneeIds": [ME]}
    made["Build"] = world.add("tasks", name="Build", **task)["id"]
    made |= {name: world.add("tags", name=name)["id"] for name in ("dev", "ops")}
    return made


def plainly(entries: list[Json]) -> list[tuple[Any, ...]]:
    """Return what a day of work is judged by."""
    names = ("start", "end", "description", "projectId", "taskId", "tagIds", "billable")
    return [tuple(e[name] or None for name in names) for e in entries]


def test_a_day_of_work(world: World, cli: Cli) -> None:
    made = furnished(world)
    world.add_entry("2026-11-25T06:00:00Z", userId=COLLEAGUE, description="not mine")
    late = world.add_entry("2026-11-24T22:30:00Z", "2026-11-24T22:50:00Z", description="late")
    early = world.add_entry(
        "2026-11-24T23:10:00Z",
        "2026-11-24T23:20:00Z",
        description="early",
        projectId=made["Acme/Web"],
        taskId=made["Build"],
        tagIds=[made["dev"]],
        type="BREAK",
        customFieldValues=[{"customFieldId": "d" * 24, "value": "V", "type": "TXT"}],
    )
    assert cli("status", "--json").json is None  # a colleague's timer runs
    words = ("-p", "acme/web", "-k", "build", "-t", "dev", "--at", "9:00", "--json")
    first = cli("start", "Fix", "login", *words).json
    second = cli("start", "Mail", "--json", CLOCKIFY_NOW="2026-11-25T09:00:00Z").json
    assert cli("status", "--json").json["id"] == second["id"]
    assert cli("status", "--everyone", "-q").out.split() == unordered(world)
    assert cli("entries", "today", "-q").out.split() == [second["id"], first["id"], early["id"]]
    assert cli("entries", "yesterday", "-q").out.split() == [late["id"]]
    assert cli("stop", "--json").json["id"] == second["id"]
    assert cli("status", "--exit-code", code=1).out == "No timer is running.\n"

    before = dict(world.entries[early["id"]])
    cli("edit", early["id"], "-d", "Early bird", "-t", "+ops,-dev")
    changed = {"description": "Early bird", "tagIds": [made["ops"]]}
    assert world.entries[early["id"]] == {**before, **changed}
    cli("undo")
    assert world.entries[early["id"]] == before

    logged = cli("log", "yesterday 14:00", "+45m", "Plan", "-p", "C++", "--json").json
    halves = cli("split", logged["id"], "--at", "yesterday 14:15", "--json").json
    assert halves[0]["id"] == logged["id"]
    cli("entries", "delete", halves[1]["id"])
    cli("undo")
    cli("start", "By mistake", "--at", "10:00")
    dropped = cli("discard", "--json").json
    assert dropped["description"] == "By mistake"

    web, core, build = made["Acme/Web"], made["C++"], made["Build"]
    hour = "2026-11-25T09:"
    assert plainly(world.mine()) == [
        (f"{hour}00:00Z", f"{hour}15:00Z", "Mail", None, None, None, None),
        ("2026-11-25T08:00:00Z", f"{hour}00:00Z", "Fix login", web, build, [made["dev"]], True),
        *plainly([before, late]),
        ("2026-11-24T13:15:00Z", "2026-11-24T13:45:00Z", "Plan", core, None, None, None),
        ("2026-11-24T13:00:00Z", "2026-11-24T13:15:00Z", "Plan", core, None, None, None),
    ]
    assert len(world.entries) == len(world.mine()) + 1
    assert cli("queue", "--json").json == []
    report = cli("report", "2026-11-24..2026-11-25", "--by", "day", "--json").json
    assert report["seconds"] == 60 * (20 + 45 + 60 + 15)
    assert report["breakSeconds"] == 60 * 10
    assert [g["seconds"] for g in report["groups"]] == [60 * (20 + 45), 60 * (60 + 15)]


def unordered(world: World) -> list[str]:
    """Return the IDs of the running entries in the order in which the world shows them."""
    running = [e for e in world.entries.values() if not e["end"]]
    running.sort(key=lambda e: (e["userId"] == ME) == world.ways.colleagues_first)
    return [e["id"] for e in running]


def test_projects_clients_tags_and_tasks(world: World, cli: Cli) -> None:
    made = furnished(world)
    assert cli("projects", "show", "Web", code=4).out == ""
    assert cli("projects", "show", "acme/web", "--json").json["id"] == made["Acme/Web"]
    cli("projects", "update", "acme/web", "--name", "Site")
    site = world.things["projects"][made["Acme/Web"]]
    assert (site["name"], site["clientId"]) == ("Site", made["Acme"])
    assert (site["public"], site["billable"], site["archived"]) == (True, True, False)
    new = cli("projects", "create", "New", "--client", "Acme", "--private", "--json").json
    assert cli("projects", "delete", "New", "--yes", "--json", code=6).error["kind"] == "refused"
    cli("projects", "delete", "New", "--archive", "--yes")
    assert new["id"] not in world.things["projects"]

    cli("clients", "create", "Third", "--note", "a note")
    cli("clients", "update", "Third", "--email", "x@y.test")
    [third] = [c for c in world.things["clients"].values() if c["name"] == "Third"]
    assert (third["note"], third["email"]) == ("a note", "x@y.test")
    cli("tags", "update", "dev", "--name", "devel")
    assert world.things["tags"][made["dev"]]["name"] == "devel"
    cli("tasks", "update", "Build", "-p", "acme/site", "--estimate", "2h")
    build = world.things["tasks"][made["Build"]]
    assert (build["name"], build["assigneeIds"], build["status"]) == ("Build", [ME], "ACTIVE")
    cli("tasks", "delete", "Build", "-p", "acme/site", "--done", "--yes")
    assert made["Build"] not in world.things["tasks"]


def test_what_is_not_there_and_what_is_refused(world: World, cli: Cli) -> None:
    furnished(world)
    nobody = "e" * 24
    # A 400 without a word cannot be told from a refusal.
    code = {"html": 5, "empty": 6}.get(world.ways.errors, 4)
    for words in (
        ("entries", "show", nobody),
        ("edit", nobody, "-d", "x"),
        ("projects", "show", nobody),
    ):
        told(cli(*words, "--json", code=code))
    # A web page is no answer of Clockify's: something in between has given it.
    told(cli("stop", "--no-queue", "--json", code=5 if world.ways.errors == "html" else 4))
    told(cli("log", "9:00-9:30", "x", "-w", nobody, "--no-queue", "--json", code=code))
    ran = cli("me", "--refresh", "--json", code=3, MATON_API_KEY="a-wrong-key")
    assert told(ran)["status"] == 401
    assert "a-wrong-key" not in ran.err
    world.refusals.append(Refused(403, "Not for you"))
    assert told(cli("start", "x", "--json", code=3))["kind"] == "permission"
    world.refusals.append(Refused(422, "Project is needed"))
    ran = cli("start", "x", "--json", code=6)
    assert told(ran)["status"] == 422
    assert world.mine() == []
    assert cli("queue", "--json").json == []


def told(ran: Ran) -> Json:
    """Return the one error object; nothing else was said."""
    assert ran.out == ""
    error: Json = json.loads(ran.err)["error"]
    assert error["exit"] == ran.code
    assert error["message"].rstrip().endswith((".", "?", "!"))
    return error


@pytest.mark.parametrize(("cap", "header"), [(50, ""), (200, ""), (50, "true")])
def test_no_page_is_left_out(tmp_path: Path, cap: int, header: str) -> None:
    with served(Ways(page_cap=cap, last_page=header, heeds_in_progress=False)) as world:
        cli = user_of(world, tmp_path / "home")
        for number in range(410):
            hour, minute = divmod(number, 60)
            start = f"2026-11-24T{hour:02}:{minute:02}:00Z"
            world.add_entry(start, start[:-3] + "30Z", description=f"n{number}")
        for number in range(205):
            world.add("tags", name=f"tag{number}")
            world.add_entry("2026-11-25T06:00:00Z", userId=COLLEAGUE)
        assert len(set(cli("entries", "2026-11-24", "-q").out.split())) == 410
        report = cli("report", "2026-11-24", "--json", "--refresh").json
        assert report["seconds"] == 410 * 30
        exported = cli("export", "2026-11-24", "--format", "jsonl").out.splitlines()
        assert len({json.loads(line)["id"] for line in exported}) == 410
        assert len(set(cli("status", "--everyone", "-q").out.split())) == 205
        assert cli("start", "x", "-t", "tag204", "--json").json["tagIds"]
        assert len(cli("entries", "2026-11-24", "--limit", "70", "-q").out.split()) == 70


def test_a_list_without_pages_is_read_once(tmp_path: Path) -> None:
    with served(Ways()) as world:
        cli = user_of(world, tmp_path / "home")
        cli("me")
        world.asked.clear()
        # A list that knows no page numbers is not asked for a second one for ever.
        assert cli("api", "GET", "workspaces", "--paginate").json[0]["id"] == WORKSPACE
        assert len(world.asked) == 1


def test_retry_after_as_a_date_or_none_at_all(tmp_path: Path) -> None:
    with served(Ways(errors="html")) as world:
        cli = user_of(world, tmp_path / "home")
        cli("me")
        world.refusals.append(Refused(429, "", Retry_After=retry_date(2)))
        cli("start", "One")
        world.refusals += [Refused(429, ""), Refused(429, "", Retry_After="0")]
        cli("stop")
        assert plainly(world.mine()) == [(NOW, NOW, "One", None, None, None, None)]
        world.refusals.append(Refused(429, "", Retry_After=retry_date(3000)))
        error = told(cli("status", "--json", code=7))
        assert 2000 < error["retryAfter"] <= 3000
        world.refusals.append(Refused(429, "", Retry_After="3000"))
        assert cli("log", "9:00-9:10", "Two", "--json").json["queued"] is True
        cli("sync")
        assert len(world.mine()) == 2
        asked = [method for method, path, _ in world.asked if method in ("POST", "PATCH")]
        # The first refusal met the look at what is running: a cold start asks for that.
        assert asked == ["POST", "PATCH", "PATCH", "PATCH", "POST", "POST"]
        world.refusals += [Refused(429, "", Retry_After="0")] * 50
        world.asked.clear()
        told(cli("status", "--json", "-q", code=7, CLOCKIFY_MAX_WAIT="1"))
        assert len(world.asked) <= 4


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed(tmp_path: Path, status: int) -> None:
    with served(Ways()) as elsewhere, served(Ways(errors="empty")) as world:
        cli = user_of(world, tmp_path / "home")
        cli("me")
        for words in (("status",), ("start", "x", "--no-queue")):
            there = f"{elsewhere.url}/clockify/api/v1/user"
            world.refusals += [Refused(status, "", Location=there)] * 3
            assert "redirect" in told(cli(*words, "--json", code=5))["message"]
            world.refusals.clear()
        assert elsewhere.asked == []


def test_two_timers_of_ones_own(tmp_path: Path) -> None:
    """A service that lets the old timer run on: neither is lost, each is stopped by name."""
    with served(Ways(ends_old_timer="never")) as world:
        cli = user_of(world, tmp_path / "home")
        assert cli("status", "--json").json is None
        world.add_entry("2026-11-25T08:00:00Z", description="from the web")
        cli("start", "Mine", CLOCKIFY_NOW="2026-11-25T09:00:00Z")
        stopped = [cli("stop", "--json").json["description"]]
        running = cli("status", "--json").json
        assert {*stopped, running["description"]} == {"from the web", "Mine"}
        stopped.append(cli("stop", "--json").json["description"])
        assert sorted(stopped) == ["Mine", "from the web"]
        assert all(e["end"] == NOW for e in world.mine())
        assert cli("status", "--json").json is None


def test_half_a_character_in_a_name_breaks_nothing(tmp_path: Path) -> None:
    """A text that was cut in the middle of an emoji, as JSON may carry it."""
    with served(Ways()) as world:
        cli = user_of(world, tmp_path / "home")
        cut = "Launch \ud83d"
        tag = world.add("tags", name=cut)["id"]
        world.add_entry("2026-11-25T08:00:00Z", description=cut, tagIds=[tag])
        assert cli("tags", "--json").json[0]["name"] == "Launch \ufffd"
        assert "Launch \ufffd" in cli("status").out
        assert cli("stop", "--json").json["description"] == "Launch \ufffd"
        cli("edit", "@1", "-d", "Launch 🚀", "-t", "-launch")
        assert [(e["description"], e["tagIds"]) for e in world.mine()] == [("Launch 🚀", [])]
        assert cli("report", "today", "--by", "tag", "--json").json["seconds"] == 75 * 60
        cli("undo")
        assert [e["tagIds"] for e in world.mine()] == [[tag]]


GARBAGE = ("null", "{}", "[null]", '[{"id": "a", "timeInterval": {"start": "?"}}]', "[" * 100_000)
READS = (
    ("status",),
    ("entries", "today"),
    ("entries", "show", "e" * 24),
    ("report", "today"),
    ("export", "today", "--format", "json"),
    ("projects",),
    ("start", "x", "-p", "Web"),
    ("edit", "e" * 24, "-d", "x"),
)


@pytest.mark.parametrize("body", GARBAGE, ids=lambda body: body[:12])
def test_an_answer_of_another_form_is_the_service_being_away(tmp_path: Path, body: str) -> None:
    with served(Ways()) as world:
        cli = user_of(world, tmp_path / "home", CI="1")
        cli("me")
        world.says = body
        for words in READS:
            ran = cli(*words, "--json", code=None)
            assert ran.code in (0, 4, 5), (words, ran)
            if ran.code:
                assert "Unexpected error" not in told(ran)["message"]
