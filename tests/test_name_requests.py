"""What names cost, and what can be done about one that means nothing: through the program."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import WS, Api
from terminal import Terminal

from clockify_cli.core.errors import ClockifyError, NotFoundError
from clockify_cli.core.model import write_body
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.target import Target
from clockify_cli.sandbox import API_KEY, WORKSPACE_ID
from clockify_cli.store.names import CANNOT_ASK, Names, resolve_later
from clockify_cli.times import Clock
from clockify_cli.tracking.content import Asked, typed
from clockify_cli.tracking.revision import Reviser, Revision


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def asked(served: Served) -> list[str]:
    """Return the requests since the last look."""
    found = [
        f"{r['method']} {r['path'].rpartition('/')[2]}" + (f"?{r['query']}" if r["query"] else "")
        for r in served.requests()
    ]
    served.clear()
    return found


def fill(served: Served, projects: int = 2135, tags: int = 5004) -> None:
    """Add many projects and tags at once."""

    def rows(kind: str, count: int) -> Any:
        for number in range(count):
            body: dict[str, Any] = {"name": f"{kind.title()} {number:04}", "archived": False}
            body |= {"workspaceId": WORKSPACE_ID, "id": f"{kind[:1].encode().hex()}{number:022x}"}
            if kind == "project":
                body |= {"clientId": "", "billable": False, "public": True, "color": "#03A9F4"}
                body |= {"note": "", "memberships": [], "hourlyRate": None, "costRate": None}
            yield (body["id"], kind, WORKSPACE_ID, "", body["name"], False, json.dumps(body))

    with sqlite3.connect(served.database) as db:
        db.executemany(
            "INSERT INTO resources (id, kind, workspace, holder, name, archived, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [*rows("project", projects), *rows("tag", tags)],
        )
    db.close()


def made(api: Api, kind: str, **body: Any) -> str:
    return str(api.create(f"{WS}/{kind}", **body)["id"])


# -- requests ---------------------------------------------------------------------------


def test_a_large_workspace_costs_few_requests(cli: Cli, served: Served, api: Api) -> None:
    fill(served)
    project = f"70{1234:022x}"
    task = made(api, f"projects/{project}/tasks", name="Build")
    served.clear()
    words = ("start", "x", "-p", "Project 1234", "-k", "Build", "-t", "Tag 4321")
    entry = cli(*words, "--json").json
    assert (entry["projectId"], entry["taskId"]) == (project, task)
    assert entry["tagIds"] == [f"74{4321:022x}"]
    first = asked(served)
    assert len(first) <= 6, first
    cli("stop")
    asked(served)
    cli(*words)
    assert [r.split()[0] for r in asked(served)] == ["POST"]
    cli("stop")
    # A slip costs two, a beginning likewise, and only once.
    for slip in (("-p", "Projekt 1234"), ("-p", "Project 12345"), ("-t", "Tga 4321")):
        asked(served)
        error = cli("start", "x", *slip, "--json", code=4).error
        assert error["kind"] == "not_found"
        assert "--refresh" in error["hint"]
        assert len(asked(served)) <= 2
    cli("start", "y", "-p", "1299 pro")
    assert len(asked(served)) == 2 + 1
    cli("switch", "z", "-p", "1299 pro")
    assert not any("name=" in request for request in asked(served))
    # What more fit than a page holds is never the first of them.
    error = cli("start", "x", "-p", "proj", "--json", code=4).error
    assert error["kind"] == "ambiguous"
    assert len(asked(served)) <= 2
    # Entries show their names without a whole list.
    cli("entries", "today")
    assert len(asked(served)) == 1


def test_a_client_and_its_project_cost_one_search(cli: Cli, served: Served, api: Api) -> None:
    client = made(api, "clients", name="Acme")
    project = made(api, "projects", name="Web", clientId=client)
    made(api, "projects", name="Web")
    cli("me")
    served.clear()
    assert cli("log", "5m", "x", "-p", "acme/web", "--json").json["projectId"] == project
    assert asked(served)[0] == "GET projects?name=web&page=1&page-size=200"
    error = cli("log", "5m", "x", "-p", "web", "--json", code=4).error
    assert error["kind"] == "ambiguous"


def test_a_whole_name_beyond_the_first_page_is_found(cli: Cli, served: Served, api: Api) -> None:
    fill(served, projects=450, tags=0)
    with sqlite3.connect(served.database) as db:  # listed by name, "pro" comes last
        db.execute(
            "UPDATE resources SET name = 'A ' || name,"
            " body = json_set(body, '$.name', 'A ' || name) WHERE kind = 'project'"
        )
    db.close()
    project = made(api, "projects", name="pro")
    assert cli("log", "5m", "x", "-p", "pro", "--json").json["projectId"] == project


def test_a_colleagues_new_project_is_found_without_the_list(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("projects")
    new = made(api, "projects", name="Brand new")
    served.clear()
    assert cli("log", "5m", "x", "-p", "brand", "--json").json["projectId"] == new
    assert asked(served)[0] == "GET projects?name=brand&page=1&page-size=200"


def test_what_was_read_before_a_refusal_is_kept(cli: Cli, served: Served, api: Api) -> None:
    fill(served, projects=500, tags=0)
    cli("me")
    limit = {"kind": "status_before", "status": 429, "skip": 1, "times": 0}
    served.faults([{**limit, "match": {"path": "/projects"}}])
    cli("projects", code=7, CLOCKIFY_MAX_WAIT="0")
    served.faults([])
    served.clear()
    cli("start", "x", "-p", "Project 0000")
    [cached] = (cli.home / "cache").rglob("projects.json")
    assert len(json.loads(cached.read_text())["items"]) >= 200


def test_the_cache_answers_offline_and_nothing_is_made_up(
    cli: Cli, served: Served, api: Api
) -> None:
    project = made(api, "projects", name="Website")
    cli("log", "5m", "x", "-p", "web")
    served.faults([{"kind": "status_before", "status": 503, "times": 0}])
    assert cli("log", "5m", "x", "-p", "web", "--json").json["projectId"] == project
    # Only part of the list is known: a beginning that was never asked for fits nothing.
    waits = cli("log", "5m", "x", "-p", "we", "--json").json
    assert (waits["queued"], waits["unresolved"]["project"]) == (True, "we")
    assert cli("log", "5m", "x", "-p", "website", "--json").json["projectId"] == project


# -- what names may mean ------------------------------------------------------------------


def test_a_piece_of_a_word_deletes_nothing(cli: Cli, api: Api) -> None:
    made(api, "tags", name="smart")
    made(api, "projects", name="Capital Markets")
    for words in (
        ("tags", "delete", "art", "--yes"),
        ("tags", "delete", "smar", "--yes"),
        ("projects", "archive", "apital"),
        ("projects", "archive", "Capital"),
        ("projects", "update", "Markets", "--note", "n"),
        ("start", "x", "-p", "API"),
        ("start", "x", "-t", "art"),
    ):
        assert cli(*words, "--json", code=4).error["kind"] == "not_found"
    hint = cli("projects", "archive", "Capital", "--json", code=4).error["hint"]
    assert "Did you mean Capital Markets?" in hint
    assert [t["name"] for t in api.get(f"{WS}/tags")] == ["smart"]
    assert cli("projects", "show", "mark", "--json").json["name"] == "Capital Markets"
    assert cli("projects", "archive", "capital markets", "--json").json["archived"]


def test_an_archived_name_is_noticed(cli: Cli, api: Api) -> None:
    project = made(api, "projects", name="Old shop")
    cli("projects", "archive", "Old shop")
    ran = cli("log", "5m", "x", "-p", "old shop", "--json")
    assert ran.json["projectId"] == project
    assert "'Old shop' is archived" in ran.err
    assert "Old shop is archived" in cli("log", "5m", "x", "-p", "old", code=4).err


def test_a_client_is_no_project(cli: Cli, api: Api) -> None:
    client = made(api, "clients", name="Acme")
    made(api, "projects", name="Web", clientId=client)
    cli("projects")
    err = cli("start", "x", "-p", "Acme", code=4).err
    assert "'Acme' is a client" in err
    assert "Acme/Web" in err


def test_a_task_is_looked_for_in_the_running_timers_project(cli: Cli, api: Api) -> None:
    project = made(api, "projects", name="Web")
    task = made(api, f"projects/{project}/tasks", name="Test")
    error = cli("start", "x", "-k", "Test", "--json", code=2).error
    assert "-p" in error["hint"]
    cli("start", "x", "-p", "Web")
    entry = cli("start", "y", "-k", "Test", "--json").json
    assert (entry["projectId"], entry["taskId"]) == (project, task)
    assert "-p PROJECT" in cli("log", "5m", "x", "-p", "", "-k", "Test", code=2).err


def test_a_comma_in_a_tag(cli: Cli, served: Served, api: Api) -> None:
    both = made(api, "tags", name="red, green")
    red, green, plus = (made(api, "tags", name=name) for name in ("red", "green", "+1"))

    def tags(*words: str) -> list[str]:
        return list(cli(*words, "--json").json["tagIds"])

    assert tags("log", "5m", "x", "-t", "red, green") == [both]
    assert tags("log", "5m", "x", "-t", "green,red") == [green, red]
    served.clear()
    assert tags("log", "5m", "y", "-t", "green,red") == [green, red]
    assert [r.split()[0] for r in asked(served)] == ["POST"]
    assert tags("log", "5m", "x", "-t", "+1") == [plus]
    assert set(tags("edit", "@1", "-t", "+red, green")) == {plus, both}
    assert set(tags("edit", "@1", "-t", f"+red,-{plus}")) == {red, both}
    cli("edit", "@1", "-t", "+red,green", code=2)


def test_angle_brackets_cost_no_request(cli: Cli, served: Served) -> None:
    cli("me")
    served.clear()
    for words in (
        ("start", "a < b"),
        ("log", "5m", "a > b"),
        ("projects", "create", "<Web>"),
        ("clients", "create", "A>B"),
        ("tags", "create", "<3"),
        ("workspaces", "create", "a<b"),
    ):
        assert cli(*words, "--json", code=6).error["kind"] == "refused"
    assert asked(served) == []


def test_rename_and_edit(cli: Cli, served: Served, api: Api) -> None:
    project = made(api, "projects", name="Web")
    assert cli("projects", "rename", "Web", "Site", "--json").json["name"] == "Site"
    assert cli("projects", "edit", "Site", "--note", "n", "--json").json["note"] == "n"
    cli("projects", "rename", "Sit", "Page", code=4)
    made(api, "tags", name="dev")
    assert cli("tags", "rename", "dev", "ops", "--json").json["name"] == "ops"
    made(api, "clients", name="Acme")
    assert cli("clients", "rename", "acme", "Acme Ltd", "--json").json["name"] == "Acme Ltd"
    made(api, f"projects/{project}/tasks", name="Build")
    task = cli("tasks", "rename", "Build", "Make", "-p", "Site", "--json").json
    assert task["name"] == "Make"


# -- a terminal can be asked --------------------------------------------------------------


def answered(cli: Cli, *words: str, typed: dict[str, str], code: int = 0) -> str:
    """Run a command on a terminal and answer each question that it asks."""
    with Terminal(cli, *words) as terminal:
        for question, keys in typed.items():
            terminal.read_until(question)
            terminal.type(keys)
        assert terminal.code() == code, terminal.shown
        return terminal.shown


def test_one_near_name_is_taken_with_enter(cli: Cli, api: Api) -> None:
    project = made(api, "projects", name="Website")
    cli("projects")
    answered(cli, "start", "x", "-p", "Webiste", typed={"'Website'? [Y/n]": "\n"})
    assert cli("status", "--json").json["projectId"] == project
    shown = answered(
        cli, "projects", "archive", "Webiste", typed={"'Website'? [y/N]": "\n"}, code=4
    )
    assert "whole name" in shown or "no project" in shown
    answered(cli, "projects", "archive", "Webiste", typed={"'Website'? [y/N]": "y\n"})
    assert api.get(f"{WS}/projects/{project}")["archived"]


def test_several_are_a_numbered_choice(cli: Cli, api: Api) -> None:
    clients = [made(api, "clients", name=name) for name in ("Acme", "Beta")]
    ids = [made(api, "projects", name="Web", clientId=client) for client in clients]
    answered(cli, "start", "x", "-p", "Web", typed={"Number, or Enter": "2\n"})
    assert cli("status", "--json").json["projectId"] == ids[1]
    answered(cli, "start", "x", "-p", "Web", typed={"Number, or Enter": "\n"}, code=4)


def test_unknown_things_can_be_created(cli: Cli, api: Api) -> None:
    made(api, "clients", name="Acme")
    typed = {
        "Create the project 'New' for client 'Acme'? [y/N]": "y\n",
        "Create the task 'Build'? [y/N]": "y\n",
        "Create the tag 'urgent'? [y/N]": "y\n",
    }
    answered(cli, "start", "x", "-p", "Acme/New", "-k", "Build", "-t", "urgent", typed=typed)
    [project] = api.get(f"{WS}/projects")
    assert (project["name"], project["clientName"]) == ("New", "Acme")
    entry = cli("status", "--json").json
    assert entry["projectId"] == project["id"]
    assert entry["taskId"]
    assert entry["tagIds"]
    answered(cli, "start", "x", "-t", "other", typed={"'other'? [y/N]": "n\n"}, code=4)
    error = cli("start", "x", "-t", "other tag", "--json", code=4).error
    assert "clockify tags create 'other tag'" in error["hint"]
    cli("start", "x", "-t", "other", "--no-input", code=4)


# -- names that wait ------------------------------------------------------------------------


def names_of(served: Served, tmp_path: Path) -> tuple[Names, Gateway]:
    gateway = Gateway(Target(served.gateway_url, served.url, key=API_KEY), max_wait=0)
    return Names("acc", WORKSPACE_ID, lambda: gateway, max_age=3600), gateway


def test_names_wait_until_the_service_can_be_asked(
    served: Served, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOCKIFY_CACHE_DIR", str(tmp_path))
    project = made(api, "projects", name="Web", billable=True)
    task = made(api, f"projects/{project}/tasks", name="Build")
    known, urgent = made(api, "tags", name="known"), made(api, "tags", name="urgent")
    names, gateway = names_of(served, tmp_path)
    names.tag("known")
    asked_for = Asked("x", "Web", "Build", ("known", "urgent,known"))
    for fault in ({"status": 503}, {"status": 429}, {"status": 401}, {"status": 403}):
        served.faults([{"kind": "status_before", "times": 0, **fault}])
        names, gateway = names_of(served, tmp_path)
        content = typed(names, asked_for, defer=True)
        assert (content.project, content.task, content.tags) == (None, None, (known,))
        assert content.unresolved == {
            "project": "Web", "task": "Build", "tags": ["urgent"], "billable": "default",
        }  # fmt: skip
        assert "unresolved" not in content.body(datetime.now(UTC))
        with pytest.raises(ClockifyError):
            typed(names, asked_for)
        body = content.body(datetime.now(UTC))
        with pytest.raises(CANNOT_ASK):
            resolve_later(gateway, "acc", WORKSPACE_ID, body, content.unresolved)
    served.faults([])
    found = resolve_later(gateway, "acc", WORKSPACE_ID, body, content.unresolved)
    assert (found["projectId"], found["taskId"], found["billable"]) == (project, task, True)
    assert found["tagIds"] == [known, urgent]
    with pytest.raises(NotFoundError) as raised:
        resolve_later(gateway, "acc", WORKSPACE_ID, body, {"tags": ["nope"]})
    assert raised.value.hint.endswith("clockify tags create nope")
    # What the service knows and does not have never waits.
    with pytest.raises(NotFoundError):
        typed(names_of(served, tmp_path)[0], Asked("x", None, None, ("nope",)), defer=True)
    gateway.close()


def test_a_refused_service_is_asked_once(
    served: Served, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOCKIFY_CACHE_DIR", str(tmp_path))
    served.faults([{"kind": "status_before", "times": 0, "status": 429}])
    names, _ = names_of(served, tmp_path)
    served.clear()
    typed(names, Asked("x", "Web", "Build", ("a", "b", "c")), defer=True)
    assert len(served.requests()) == 1


def test_completion_offers_what_was_found(cli: Cli, served: Served, api: Api) -> None:
    made(api, "projects", name="Website")
    made(api, "projects", name="Other")
    cli("log", "5m", "x", "-p", "web")
    cached = json.loads(next((cli.home / "cache").rglob("projects.json")).read_text())
    assert [item["name"] for item in cached["items"]] == ["Website"]
    ran = cli("__complete", "bash", "clockify start -p We", "", "9", code=None)
    assert ran.out == "words\nbsite\n"


def test_names_of_entries_are_looked_up_in_a_large_workspace(
    cli: Cli, served: Served, api: Api
) -> None:
    fill(served, projects=900, tags=900)
    ids = [f"74{number:022x}" for number in (700, 701)]
    api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", tagIds=ids, projectId=f"70{800:022x}")
    cli("me")
    served.clear()
    out = cli("entries", "2026-11-20").out
    assert "Project 0800" in out
    assert "Tag 0700" in out
    # The entries, a page of each list, and what was not on it.
    assert len(asked(served)) <= 1 + 2 + 3
    cli("entries", "2026-11-20")
    assert len(asked(served)) <= 1


def test_an_edit_lets_names_wait_too(
    served: Served, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOCKIFY_CACHE_DIR", str(tmp_path))
    known, old = made(api, "tags", name="known"), made(api, "tags", name="old")
    entry = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", tagIds=[old])
    names, _ = names_of(served, tmp_path)
    names.tag("known")
    served.faults([{"kind": "status_before", "times": 0, "status": 503}])
    clock = Clock(datetime.fromisoformat(NOW), UTC)
    for tags, kept in ((("+known,+new",), [old, known]), (("known,new",), [known])):
        revision = Revision(project="Web", task="Build", tags=tags)
        revised = Reviser(revision, names, clock, print, print, defer=True)(entry)
        assert revised["tagIds"] == kept
        assert revised["unresolved"] == {"project": "Web", "task": "Build", "tags": ["new"]}
        assert "unresolved" not in write_body(revised)
    with pytest.raises(ClockifyError):
        Reviser(revision, names, clock, print, print)


def test_a_thing_that_is_gone_is_not_found_in_an_old_cache(cli: Cli, api: Api) -> None:
    tag = made(api, "tags", name="old")
    cli("tags")
    api.send("DELETE", f"{WS}/tags/{tag}")
    (cli.home / "config" / "config.toml").write_text(
        "[profile.default]\ncache_hours = 0\n" + (cli.home / "config" / "config.toml").read_text()
    )
    assert cli("log", "5m", "x", "-t", "old", "--json", code=4).error["kind"] == "not_found"


def test_a_clients_projects_are_found_without_the_whole_list(
    cli: Cli, served: Served, api: Api
) -> None:
    fill(served, projects=900, tags=0)
    client = made(api, "clients", name="Acme")
    project = made(api, "projects", name="Web", clientId=client)
    api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", projectId=project)
    cli("me")
    served.clear()
    assert len(cli("entries", "2026-11-20", "-c", "acme", "--json").json) == 1
    assert len(asked(served)) <= 3
