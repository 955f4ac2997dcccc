"""Projects, clients, tags, tasks, users and workspaces through the installed program."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli import PROGRAM, Cli
from conftest import Served
from hypothesis import given
from hypothesis import strategies as st
from sandbox_api import NOBODY, WS, Api

from clockify_cli.core.errors import UsageError
from clockify_cli.render import cells
from clockify_cli.resources.fields import checked_color
from clockify_cli.resources.kinds import CLIENT, PROJECT, TAG, TASK, Kind
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID
from clockify_cli.sandbox.seeds import MINA, entity_id

HOSTILE = (
    "C++",
    "[red]danger[/red]",
    ".*(a|b)+$",
    "esc\x1b[31mred",
    "c1\x9b31mred",
    "bidi \u202egnitteg \u2066x",
    "🚀 Launch 👩‍💻",
    "tab\tand\nline",
    "日本語プロジェクト",
    "--name",
    "100% {x} \\n",
)
FORBIDDEN = ("\x1b", "\x9b", "\u202e", "\u2066", "\t")


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def asked(served: Served) -> list[str]:
    """Return the requests since the last look, as ``GET /projects?archived=false``."""
    found = [
        f"{r['method']} {r['path'].partition(f'/workspaces/{WORKSPACE_ID}')[2] or r['path']}"
        + (f"?{r['query']}" if r["query"] else "")
        for r in served.requests()
    ]
    served.clear()
    return found


def made(api: Api, kind: str, **body: Any) -> str:
    return str(api.create(f"{WS}/{kind}", **body)["id"])


def on_terminal(cli: Cli, *words: str, typed: str) -> tuple[int, str, str]:
    """Run a command whose stdin and stderr are a terminal; return code, stdout and stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *words], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True,
        env=cli.env, cwd=cli.home,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    out, _ = process.communicate(timeout=60)
    told = b""
    try:
        while more := os.read(ours, 4096):
            told += more
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    return process.returncode, out, told.decode()


# -- what it costs ---------------------------------------------------------------------


def test_cold_and_warm_requests_of_a_list(cli: Cli, served: Served) -> None:
    cli("projects")
    assert asked(served) == [
        "GET /clockify/api/v1/user",
        "GET /projects?page=1&page-size=200",
    ]
    cli("projects")
    assert asked(served) == ["GET /projects?archived=false&page=1&page-size=200"]
    cli("projects", "list", "--archived")
    assert asked(served) == ["GET /projects?archived=true&page=1&page-size=200"]
    cli("projects", "list", "--all")
    assert asked(served) == ["GET /projects?page=1&page-size=200"]
    cli("projects", "--refresh")
    assert asked(served) == ["GET /clockify/api/v1/user", "GET /projects?page=1&page-size=200"]


def test_warm_requests_of_every_verb(cli: Cli, served: Served) -> None:
    cli("clients")
    cli("projects")
    client = cli("clients", "create", "Acme", "--json").json["id"]
    asked(served)
    project = cli("projects", "create", "Web", "--client", "acme", "--json").json["id"]
    assert asked(served) == ["POST /projects"]
    path = f"/projects/{project}"
    cli("projects", "show", "Acme/Web")
    assert asked(served) == [f"GET {path}"]
    cli("projects", "update", "Web", "--note", "n")
    assert asked(served) == [f"GET {path}", f"PUT {path}"]
    cli("projects", "update", "Web", "--note", "n")
    assert asked(served) == [f"GET {path}"]
    cli("tasks", "-p", "Web")
    assert asked(served) == [f"GET {path}/tasks?page=1&page-size=200"]
    task = cli("tasks", "create", "Build", "-p", "Web", "--assignee", "me", "-q").out.strip()
    assert asked(served) == [f"POST {path}/tasks"]
    cli("tasks", "done", "Build", "-p", "Web")
    assert asked(served) == [f"GET {path}/tasks/{task}", f"PUT {path}/tasks/{task}"]
    cli("tasks", "delete", "Build", "-p", "Web", "--yes")
    assert asked(served) == [f"GET {path}/tasks/{task}", f"DELETE {path}/tasks/{task}"]
    cli("projects", "delete", "Web", "--archive", "--yes")
    assert asked(served) == [f"GET {path}", f"PUT {path}", f"DELETE {path}"]
    cli("clients", "archive", client)
    assert asked(served) == [f"GET /clients/{client}", f"PUT /clients/{client}"]


def test_an_id_needs_no_list_and_a_cold_name_one(cli: Cli, served: Served, api: Api) -> None:
    tag = made(api, "tags", name="dev")
    served.clear()
    cli("tags", "show", tag)
    assert asked(served) == ["GET /clockify/api/v1/user", f"GET /tags/{tag}"]
    cli("tags", "update", "dev", "--name", "develop")
    assert asked(served) == ["GET /tags?name=dev&page=1&page-size=200", f"PUT /tags/{tag}"]


def test_many_at_once_are_read_by_one_list(cli: Cli, served: Served) -> None:
    cli("tags")
    ids = [cli("tags", "create", f"t{i}", "-q").out.strip() for i in range(4)]
    asked(served)
    done = cli("tags", "archive", "t0", "t1", "t2", ids[3], "t0", "--json").json
    assert [t["name"] for t in done] == ["t0", "t1", "t2", "t3"]
    assert asked(served) == [
        "GET /tags?page=1&page-size=200",
        *(f"PUT /tags/{number}" for number in ids),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("projects", "create", "x"),
        ("projects", "create", "x" * 251),
        ("projects", "create", "   "),
        ("projects", "create"),
        ("projects", "create", "One", "--name", "Two"),
        ("projects", "create", "Web", "--color", "#12345"),
        ("projects", "create", "Web", "--color", "octarine"),
        ("projects", "update", "Web", "--note", "x" * 16385),
        ("projects", "update", "Web"),
        ("projects", "list", "--archived", "--all"),
        ("projects", "list", "--limit", "0"),
        ("clients", "create", "x" * 101),
        ("clients", "create", "A", "--note", "x" * 3001),
        ("clients", "create", "A", "--address", "x" * 3001),
        ("clients", "create", "A", "--email", "nobody"),
        ("tags", "create", "x" * 101),
        ("tags", "update", "dev"),
        ("tasks", "create", "x" * 1001, "-p", "Web"),
        ("tasks", "create", "Build", "-p", "Web", "--estimate", "90"),
        ("tasks", "list"),
        ("workspaces", "create", "x" * 51),
        ("workspaces", "create"),
    ],
)
def test_what_cannot_be_meant_costs_no_request(
    cli: Cli, served: Served, words: tuple[str, ...]
) -> None:
    assert cli(*words, "--json", code=2).error["kind"] == "usage"
    assert asked(served) == []


# -- updates keep the rest ----------------------------------------------------------------


@pytest.mark.parametrize("put_keeps", [True, False])
def test_a_project_keeps_what_was_not_named(
    cli: Cli, served: Served, api: Api, put_keeps: bool
) -> None:
    served.configure(project_put_keeps=put_keeps)
    try:
        client = made(api, "clients", name="Acme")
        project = made(
            api, "projects", name="Web", clientId=client, isPublic=True, billable=True,
            color="#123456", note="Line 1\nLine 2", hourlyRate={"amount": 9500},
            costRate={"amount": 4000}, estimate={"estimate": "PT40H", "type": "MANUAL"},
        )  # fmt: skip
        before = api.get(f"{WS}/projects/{project}")
        changed = cli("projects", "update", "Web", "--name", "Site", "--json").json
        assert api.get(f"{WS}/projects/{project}") == {**before, "name": "Site"}
        assert changed["name"] == "Site"
        cli("projects", "archive", "Site")
        assert api.get(f"{WS}/projects/{project}") == {**before, "name": "Site", "archived": True}
        cli("projects", "update", "Site", "--no-billable")
        after = api.get(f"{WS}/projects/{project}")
        assert after == {**before, "name": "Site", "archived": True, "billable": False}
        cli("projects", "update", "Site", "--client", "", "--note", "", "--private")
        after = api.get(f"{WS}/projects/{project}")
        assert (after["clientId"], after["note"], after["public"]) == ("", "", False)
        assert (after["color"], after["archived"], after["hourlyRate"]["amount"]) == (
            "#123456",
            True,
            9500,
        )
    finally:
        served.configure(project_put_keeps=None)


def test_a_client_keeps_what_was_not_named(cli: Cli, api: Api) -> None:
    client = made(
        api, "clients", name="Acme", address="Street 1", note="Net 30", email="a@b.example",
        ccEmails=["c@d.example"],
    )  # fmt: skip
    before = api.get(f"{WS}/clients/{client}")
    cli("clients", "archive", "Acme")
    cli("clients", "update", "Acme", "--name", "Acme Ltd")
    after = api.get(f"{WS}/clients/{client}")
    assert after == {**before, "name": "Acme Ltd", "archived": True}
    cli("clients", "update", "Acme Ltd", "--email", "", "--no-archived")
    after = api.get(f"{WS}/clients/{client}")
    assert after == {**before, "name": "Acme Ltd", "email": None}


def test_an_archived_tag_stays_archived_when_renamed(cli: Cli, api: Api) -> None:
    tag = made(api, "tags", name="dev")
    cli("tags", "archive", "dev")
    assert cli("tags", "update", "dev", "--name", "ops", "--json").json["archived"] is True
    assert api.get(f"{WS}/tags/{tag}")["archived"] is True
    assert cli("tags", "unarchive", "ops", "--json").json["archived"] is False


def test_a_task_keeps_what_was_not_named(cli: Cli, served: Served, api: Api) -> None:
    served.seed(days=1)
    project = made(api, "projects", name="Web")
    mina = entity_id("user", MINA)
    task = api.create(
        f"{WS}/projects/{project}/tasks", name="Build", assigneeIds=[USER_ID, mina],
        estimate="PT90M", billable=True, status="DONE", budgetEstimate=1000,
    )  # fmt: skip
    path = f"{WS}/projects/{project}/tasks/{task['id']}"
    before = api.get(path)
    cli("tasks", "update", "Build", "-p", project, "--name", "Make")
    assert api.get(path) == {**before, "name": "Make"}
    cli("tasks", "update", "Make", "-p", project, "--estimate", "2h30m", "--active")
    assert api.get(path) == {**before, "name": "Make", "estimate": "PT2H30M", "status": "ACTIVE"}
    cli("tasks", "update", "Make", "-p", project, "--assignee", "sørensen", "--estimate", "none")
    after = api.get(path)
    assert (after["assigneeIds"], after["estimate"]) == ([mina], "PT0S")
    cli("tasks", "update", "Make", "-p", project, "--assignee", "")
    assert api.get(path)["assigneeIds"] == []


def test_a_field_that_the_service_loses_is_told(cli: Cli, served: Served, api: Api) -> None:
    project = made(api, "projects", name="Web", note="Precious", billable=True)
    answer = api.get(f"{WS}/projects/{project}") | {"name": "Site", "note": "", "billable": False}
    served.faults(
        [{"match": {"method": "PUT"}, "kind": "garbage", "body": json.dumps(answer), "times": 2}]
    )
    error = cli("projects", "update", "Web", "--name", "Site", "--json", code=6).error
    assert "note" in error["message"]
    assert "billable" in error["message"]
    assert error["before"] == {"billable": True, "note": "Precious"}
    assert "Precious" in error["hint"]
    error = cli("projects", "update", project, "--name", "Other", "--json", code=6).error
    assert "did not take name" in error["message"]


def test_a_put_carries_everything_that_can_be_written(cli: Cli, served: Served, api: Api) -> None:
    made(api, "projects", name="Web", isPublic=True)
    served.clear()
    cli("projects", "update", "Web", "--color", "teal")
    [put] = [r for r in served.requests() if r["method"] == "PUT"]
    assert json.loads(put["body"]) == {
        "name": "Web",
        "clientId": "",
        "isPublic": True,
        "billable": False,
        "color": "#009688",
        "note": "",
        "archived": False,
    }


# -- creation ---------------------------------------------------------------------------


def test_a_project_with_everything(cli: Cli, served: Served, api: Api) -> None:
    cli("clients", "create", "Acme", "--email", "a@b.example", "--note", "n", "--address", "s")
    served.clear()
    project = cli(
        "projects", "create", "--name", " Web ", "--client", "Acme", "--billable", "--public",
        "--color", "#f80", "--note", "Note", "--archived", "--json",
    ).json  # fmt: skip
    assert [r.split()[0] for r in asked(served)] == ["POST", "PUT"]
    stored = api.get(f"{WS}/projects/{project['id']}")
    wanted = {"name": "Web", "clientName": "Acme", "billable": True, "public": True}
    wanted |= {"color": "#ff8800", "note": "Note", "archived": True}
    assert {k: stored[k] for k in wanted} == wanted == {k: project[k] for k in wanted}


def test_a_task_with_everything(cli: Cli, api: Api) -> None:
    project = made(api, "projects", name="Web")
    task = cli(
        "tasks", "create", "Build", "-p", "Web", "--estimate", "1,5h", "--assignee", "me",
        "--billable", "--done", "--json",
    ).json  # fmt: skip
    stored = api.get(f"{WS}/projects/{project}/tasks/{task['id']}")
    wanted = {"name": "Build", "estimate": "PT1H30M", "assigneeIds": [USER_ID]}
    wanted |= {"billable": True, "status": "DONE"}
    assert {k: stored[k] for k in wanted} == wanted


def test_the_color_option_is_the_terminals_where_it_says_so(cli: Cli, api: Api) -> None:
    out = cli("projects", "create", "Web", "--color", "always", "--color", "#00ff00").out
    assert "\x1b[" in out
    assert api.get(f"{WS}/projects")[0]["color"] == "#00ff00"
    assert "\x1b[" not in cli("projects", "update", "Web", "--note", "n", "--color", "never").out
    assert "\x1b[" in cli("--color", "always", "projects", "update", "Web", "--color", "red").out


def test_a_name_that_is_taken_names_its_holder(cli: Cli, api: Api) -> None:
    project = cli("projects", "create", "Web", "-q").out.strip()
    cli("projects", "archive", "Web")
    cli("projects", "list", "--all")
    error = cli("projects", "create", "Web", "--json", code=6).error
    assert error["status"] == 400
    assert f"({project}), which is archived" in error["hint"]
    assert f"clockify projects unarchive {project}" in error["hint"]
    made(api, "tags", name="dev")
    error = cli("tags", "create", "dev", "--json", code=6).error
    assert "tags list --archived" in error["hint"]
    cli("tags", "create", "ops")
    cli("tags")
    error = cli("tags", "update", "ops", "--name", "dev", "--json", code=6).error
    assert "It is the name of dev" in error["hint"]


LOST = [("projects", k) for k in ("status_before", "status_after", "half", "reset", "html")]
LOST += [
    (plural, kind)
    for plural in ("projects", "clients", "tags", "tasks")
    for kind in ("cut_before", "cut_after")
]


@pytest.mark.parametrize(("plural", "kind"), LOST)
def test_a_lost_answer_is_looked_up(
    cli: Cli, served: Served, api: Api, plural: str, kind: str
) -> None:
    """Whatever came of a write, it is done once, and the answer is what it has left."""
    place = () if plural != "tasks" else ("-p", "Home")
    made(api, "projects", name="Home")
    cli(plural, *place)

    def written(method: str, *words: str, requests: list[str]) -> Any:
        served.clear()
        served.faults([{"match": {"method": method}, "kind": kind}])
        ran = cli(plural, *words, *place, "--json")
        assert [r.split()[0] for r in asked(served)] == requests
        return ran.json

    again = [] if kind in ("cut_after", "status_after", "half", "html") else ["again"]
    repeated = {m: [m, "GET", *(m for _ in again)] for m in ("POST", "PUT", "DELETE")}
    new = written("POST", "create", "Site", requests=repeated["POST"])
    assert [t["name"] for t in cli(plural, *place, "--json").json if t["id"] == new["id"]] == [
        "Site"
    ]
    changed = written("PUT", "update", "Site", "--name", "Page", requests=["GET", *repeated["PUT"]])
    assert (changed["id"], changed["name"]) == (new["id"], "Page")
    if plural != "tags":
        cli(plural, "done" if plural == "tasks" else "archive", "Page", *place)
    written("DELETE", "delete", "Page", "--yes", requests=["GET", *repeated["DELETE"]])
    assert [t["name"] for t in cli(plural, *place, "--all", "--refresh", "--json").json] == (
        ["Home"] if plural == "projects" else []
    )


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_what_cannot_be_looked_up_is_unclear(cli: Cli, served: Served, api: Api, kind: str) -> None:
    cli("projects")
    served.clear()
    away = {"kind": "status_before", "status": 503, "match": {"method": "GET"}, "times": 0}
    served.faults([{"match": {"method": "POST"}, "kind": kind}, away])
    error = cli("projects", "create", "Web", "--json", code=5).error
    assert error["kind"] == "unclear"
    assert "clockify projects list" in error["hint"]
    assert [r.split()[0] for r in asked(served)].count("POST") == 1
    served.faults([])
    found = [p["name"] for p in cli("projects", "--json").json]
    assert found == (["Web"] if kind == "cut_after" else [])


def test_what_may_still_be_under_way_is_not_sent_again(cli: Cli, served: Served, api: Api) -> None:
    cli("projects")
    served.clear()
    served.faults([{"match": {"method": "POST"}, "kind": "hang", "seconds": 5}])
    error = cli("projects", "create", "Web", "--json", code=5, CLOCKIFY_TIMEOUT="1").error
    assert error["kind"] == "unclear"
    assert [r.split()[0] for r in asked(served)] == ["POST", "GET"]


def test_a_lost_answer_does_not_claim_what_somebody_else_made(
    cli: Cli, served: Served, api: Api
) -> None:
    made(api, "projects", name="Web")
    cli("projects")
    served.faults([{"match": {"method": "POST"}, "kind": "cut_before"}])
    error = cli("projects", "create", "Web", "--json", code=6).error
    assert "It is the name of Web" in error["hint"]


@pytest.mark.parametrize("body", ['"ok"', "[]", "{}", "12"])
def test_an_answer_that_is_no_thing_is_no_crash(
    cli: Cli, served: Served, api: Api, body: str
) -> None:
    project = made(api, "projects", name="Web")
    cli("projects")

    def broken(method: str) -> None:
        served.faults([{"match": {"method": method}, "kind": "garbage", "body": body, "times": 0}])

    broken("GET")
    shown = cli("projects", "show", project, "--json", code=5).error
    assert shown["kind"] == "unavailable"
    # What a write has left is looked up where its answer says nothing.
    broken("POST")
    assert cli("projects", "create", "New", "--json").json["name"] == "New"
    broken("PUT")
    assert cli("projects", "update", "Web", "--note", "n", "--json").json["note"] == "n"
    broken("DELETE")
    assert cli("projects", "delete", "New", "--archive", "--yes", "-q").out.strip()


def test_the_settings_project_holds_the_tasks(cli: Cli, api: Api) -> None:
    project = made(api, "projects", name="Web")
    cli("tasks", "create", "Build", CLOCKIFY_PROJECT="Web")
    (cli.home / ".clockify.toml").write_text('project = "Web"\n')
    assert [t["projectId"] for t in cli("tasks", "--json").json] == [project]
    assert "Build" in cli("tasks", "show", "Build").out
    assert "Web" in cli("tasks", "show", "Build").out


# -- deletion -----------------------------------------------------------------------------


def test_an_active_project_is_not_deleted_but_in_two_steps(
    cli: Cli, served: Served, api: Api
) -> None:
    project = made(api, "projects", name="Web")
    entry = api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", projectId=project)
    error = cli("projects", "delete", "Web", "--json", code=6).error
    assert error["kind"] == "refused"
    assert "--archive" in error["hint"]
    assert error["active"] == [project]
    assert cli("projects", "delete", "Web", "--yes", code=6).out == ""
    assert "--yes" in cli("projects", "delete", "Web", "--archive", code=2).err
    assert api.get(f"{WS}/projects/{project}")["archived"] is False
    assert not any(r["method"] in ("PUT", "DELETE") for r in served.requests())
    gone = cli("projects", "delete", "Web", "--archive", "--yes", "--json").json
    assert (gone["id"], gone["archived"]) == (project, True)
    assert api.send("GET", f"{WS}/projects/{project}").status_code == 400
    assert api.get(f"{WS}/time-entries/{entry['id']}")["projectId"] is None


def test_clients_and_tasks_are_guarded_too(cli: Cli, api: Api) -> None:
    client = made(api, "clients", name="Acme")
    project = made(api, "projects", name="Web", clientId=client)
    api.create(f"{WS}/projects/{project}/tasks", name="Build")
    assert "--archive" in cli("clients", "delete", "Acme", "--yes", code=6).err
    assert "--done" in cli("tasks", "delete", "Build", "-p", "Web", "--yes", code=6).err
    cli("tasks", "delete", "Build", "-p", "Web", "--done", "--yes")
    cli("clients", "delete", "Acme", "--archive", "--yes")
    assert api.get(f"{WS}/clients") == []
    assert api.get(f"{WS}/projects/{project}/tasks") == []
    # The cache knows that the project has lost its client.
    assert cli("projects", "show", "Web", "--json").json["clientName"] == ""
    assert cli("projects", "show", "Acme/Web", code=4).out == ""


def test_a_tag_goes_at_once_but_not_without_being_asked(cli: Cli, api: Api) -> None:
    made(api, "tags", name="dev")
    assert cli("tags", "delete", "dev", "--json", code=2).error["kind"] == "usage"
    assert len(api.get(f"{WS}/tags")) == 1
    assert cli("tags", "delete", "dev", "--yes", "--json").json["name"] == "dev"
    assert api.get(f"{WS}/tags") == []


def test_a_terminal_is_asked(cli: Cli, api: Api) -> None:
    made(api, "tags", name="dev")
    code, out, err = on_terminal(cli, "tags", "delete", "dev", typed="n\n")
    assert (code, out) == (2, "")
    assert "Delete the tag 'dev' permanently" in err
    assert len(api.get(f"{WS}/tags")) == 1
    code, out, _ = on_terminal(cli, "tags", "delete", "dev", typed="y\n")
    assert code == 0
    assert "Deleted: dev" in out
    assert api.get(f"{WS}/tags") == []
    code, _, err = on_terminal(cli, "tags", "delete", "dev", "--no-input", typed="")
    assert code == 4


def test_nothing_is_done_where_one_of_several_is_unknown(cli: Cli, served: Served) -> None:
    for name in ("a1", "a2"):
        cli("tags", "create", name)
    served.clear()
    cli("tags", "delete", "a1", "nope", "a2", "--yes", code=4)
    cli("tags", "archive", "a1", "nope", code=4)
    assert {r["method"] for r in served.requests()} == {"GET"}


def test_what_was_done_before_a_failure_is_told(cli: Cli, served: Served, api: Api) -> None:
    ids = [made(api, "tags", name=f"t{i}") for i in range(3)]
    fault = {"match": {"method": "DELETE"}, "kind": "status_before", "status": 503}
    fault |= {"skip": 1, "times": 0}
    served.faults([fault])
    ran = cli("tags", "delete", "t0", "t1", "t2", "--yes", "--json", code=5)
    assert ran.out == ""
    assert ran.error["done"] == [ids[0]]
    served.faults([fault])
    ran = cli("tags", "delete", "t1", "t2", "--yes", code=5)
    assert "Deleted: t1" in ran.out
    assert "t2" not in ran.out
    assert [t["name"] for t in api.get(f"{WS}/tags")] == ["t2"]


# -- names ----------------------------------------------------------------------------------


def test_two_projects_of_one_name(cli: Cli, api: Api) -> None:
    acme, beta = (made(api, "clients", name=name) for name in ("Acme", "Beta"))
    one, two = (made(api, "projects", name="Web", clientId=c) for c in (acme, beta))
    error = cli("projects", "update", "Web", "--note", "n", "--json", code=4).error
    assert error["kind"] == "ambiguous"
    assert [c["clientName"] for c in error["candidates"]] == ["Acme", "Beta"]
    assert "Acme/Web" in error["message"]
    assert cli("projects", "show", "beta/web", "-q").out.strip() == two
    cli("tasks", "create", "Build", "-p", "Acme/Web")
    assert [t["name"] for t in api.get(f"{WS}/projects/{one}/tasks")] == ["Build"]
    assert cli("projects", "--client", "acme", "-q").out.split() == [one]
    # The same name once more under a client is refused, without a client it is not.
    cli("projects", "create", "Web", "--client", "Acme", code=6)
    cli("projects", "create", "Web")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_data(cli: Cli, api: Api, name: str) -> None:
    project = cli("projects", "create", "--name", name, "--json").json
    assert project["name"] == name
    made(api, "projects", name="Bystander")
    for words in (("projects",), ("projects", "show", "--", name)):
        out = cli(*words).out
        assert not any(char in out for char in FORBIDDEN), out
    raw = cli("projects", "--json")
    assert not any(char in raw.out for char in FORBIDDEN)
    assert name in [p["name"] for p in raw.json]
    assert cli("projects", "archive", "-q", "--", name).out.strip() == project["id"]
    error = cli("projects", "create", "--name", name, code=6).err
    assert not any(char in error for char in FORBIDDEN)
    assert cli("projects", "delete", "--yes", "-q", "--", name).out.strip() == project["id"]
    assert [p["name"] for p in api.get(f"{WS}/projects")] == ["Bystander"]


def test_bytes_that_are_no_text_are_refused(cli: Cli, served: Served) -> None:
    done = subprocess.run(
        [PROGRAM.encode(), b"tags", b"create", b"x\x9b"], env=cli.env, capture_output=True
    )
    assert done.returncode == 2
    assert b"UTF-8" in done.stderr
    assert asked(served) == []


def test_a_name_that_means_another_thing_by_now(cli: Cli, api: Api) -> None:
    tag = made(api, "tags", name="old")
    cli("tags")
    api.put(f"{WS}/tags/{tag}", {"name": "precious"})
    assert cli("tags", "delete", "old", "--yes", "--json", code=4).error["kind"] == "not_found"
    assert [t["name"] for t in api.get(f"{WS}/tags")] == ["precious"]
    again = made(api, "tags", name="old")
    assert cli("tags", "delete", "old", "--yes", "-q").out.strip() == again


def test_a_thing_that_was_made_anew_elsewhere_is_found(cli: Cli, api: Api) -> None:
    client = made(api, "clients", name="Acme")
    cli("clients")
    api.put(f"{WS}/clients/{client}", {"name": "Acme", "archived": True})
    api.send("DELETE", f"{WS}/clients/{client}")
    again = made(api, "clients", name="Acme")
    assert cli("clients", "show", "Acme", "-q").out.strip() == again


def test_what_is_not_there_is_not_found(cli: Cli) -> None:
    for words in (("projects", "show"), ("clients", "archive"), ("tags", "unarchive")):
        assert cli(*words, NOBODY, "--json", code=4).error["kind"] == "not_found"
        assert cli(*words, "Nobody", "--json", code=4).error["kind"] == "not_found"
    cli("tasks", "show", NOBODY, "-p", NOBODY, code=4)


def test_the_cache_follows_what_we_do(cli: Cli, served: Served) -> None:
    cli("clients")
    cli("projects")
    cli("clients", "create", "Acme")
    cli("projects", "create", "Web", "--client", "Acme")
    cli("status")
    asked(served)
    cli("start", "x", "-p", "Acme/Web")
    assert [r.split()[0] for r in asked(served)] == ["POST"]
    cli("clients", "update", "Acme", "--name", "Beta")
    cli("projects", "update", "Web", "--name", "Site")
    asked(served)
    cli("projects", "show", "Beta/Site")
    assert len(asked(served)) == 1
    cli("projects", "delete", "Site", "--archive", "--yes")
    asked(served)
    cli("projects", "show", "Site", code=4)
    assert asked(served) == ["GET /projects?name=Site&page=1&page-size=200"]


def test_a_list_teaches_the_cache(cli: Cli, served: Served, api: Api) -> None:
    old = made(api, "tags", name="old")
    cli("tags")
    new = made(api, "tags", name="new")
    api.put(f"{WS}/tags/{old}", {"name": "old", "archived": True})
    cli("tags")
    asked(served)
    assert cli("tags", "show", "new", "-q").out.strip() == new
    assert asked(served) == [f"GET /tags/{new}"]
    # What was listed as active and is so no more is looked up again, not taken for active.
    assert cli("tags", "show", "ol", code=4).out == ""
    assert cli("tags", "show", "old", "-q").out.strip() == old


# -- lists ----------------------------------------------------------------------------------


def test_lists_by_state_name_and_client(cli: Cli, api: Api) -> None:
    acme = made(api, "clients", name="Acme")
    web = made(api, "projects", name="Web", clientId=acme)
    app = made(api, "projects", name="App", clientId=acme)
    shop = made(api, "projects", name="Web shop")
    api.put(f"{WS}/projects/{app}", {"name": "App", "archived": True})

    def listed(*words: str) -> set[str]:
        return set(cli("projects", *words, "-q").out.split())

    assert listed() == {web, shop} == listed()
    assert listed("--archived") == {app}
    assert listed("--all") == {web, app, shop}
    assert listed("--name", "WEB") == {web, shop}
    assert listed("--client", "Acme") == {web}
    assert listed("--client", "Acme", "--all", "--name", "a") == {app}
    assert len(listed("--limit", "1")) == 1
    task = api.create(f"{WS}/projects/{web}/tasks", name="Done", status="DONE")["id"]
    assert cli("tasks", "-p", "Web", "--json").json == []
    assert cli("tasks", "-p", "Web", "--done", "-q").out.split() == [task]
    assert cli("tasks", "-p", "Web", "--archived", "-q").out.split() == [task]
    assert [t["id"] for t in cli("tasks", "-p", "Web", "--all", "--json").json] == [task]


def test_json_is_the_services_own(cli: Cli, api: Api) -> None:
    made(api, "projects", name="Web")
    assert cli("projects", "--json").json == api.get(f"{WS}/projects")
    assert cli("projects", "--json").json == api.get(f"{WS}/projects", archived="false")
    assert cli("clients", "--json").out == "[]\n"
    assert "No clients." in cli("clients").out
    shown = cli("projects", "show", "Web", "--json").json
    assert shown == api.get(f"{WS}/projects/{shown['id']}")


@pytest.mark.parametrize("header", [True, False])
def test_every_page_is_read(cli: Cli, served: Served, api: Api, header: bool) -> None:
    for number in range(401):
        made(api, "tags", name=f"tag {number:03}")
    served.configure(last_page_header=header)
    try:
        served.clear()
        assert len(cli("tags", "--json").json) == 401
        assert len(asked(served)) == 1 + 3
        assert len(cli("tags", "--json").json) == 401
        assert len(asked(served)) == 3
        assert len(cli("tags", "--limit", "5", "-q").out.split()) == 5
        assert asked(served) == ["GET /tags?archived=false&page=1&page-size=5"]
        assert len(cli("tags", "--limit", "250", "-q").out.split()) == 250
        assert len(asked(served)) == 2
    finally:
        served.configure(last_page_header=None)


@pytest.mark.parametrize("columns", [80, 40])
def test_views_fit(cli: Cli, served: Served, columns: int) -> None:
    served.seed(days=3)
    cli("projects", "create", "日本語の長い名前のプロジェクトです、とても長い名前なのです")
    cli("projects", "create", "One-very-long-name-without-a-single-blank-in-it-to-break-at")
    for words, names in (
        (("projects", "--all"), ("Website", "Launch")),
        (("clients",), ("Contoso",)),
        (("tags",), ("deep work",)),
        (("tasks", "-p", "Northwind Traders/Website"), ("Design",)),
        (("users",), ("Mina Sørensen", "Robin")),
        (("workspaces",), ("Sandbox",)),
        (("projects", "show", "Northwind Traders/Website"), ("Website", "Northwind")),
        (("clients", "show", "Contoso"), ("Contoso",)),
        (("tags", "show", "meeting"), ("meeting",)),
        (("tasks", "show", "Design", "-p", "Northwind Traders/Website"), ("Design",)),
        (("users", "show"), ("Robin Sandbox", "Europe/Berlin")),
        (("workspaces", "show"), ("Sandbox",)),
        (("projects", "archive", "Northwind Traders/Website"), ("Website",)),
    ):
        out = cli(*words, COLUMNS=str(columns)).out
        assert max(cells.width(line) for line in out.splitlines()) <= columns, out
        assert all(name in out for name in names), out


# -- users and workspaces ---------------------------------------------------------------------


def test_users(cli: Cli, served: Served) -> None:
    served.seed(days=1)
    served.clear()
    me = cli("users", "show", "me", "--json").json
    assert me["id"] == USER_ID
    assert [r.split()[1] for r in asked(served)] == ["/clockify/api/v1/user"] * 2
    cli("users", "show")
    assert len(asked(served)) == 1
    assert len(cli("users", "--json").json) == 3
    asked(served)
    assert cli("users", "show", "mina@sandbox.example", "--json").json["name"] == MINA
    assert cli("users", "show", "tomas", "-q").out.strip()
    assert asked(served) == []
    assert [u["name"] for u in cli("users", "--name", "min", "--json").json] == [MINA]


def test_members_who_may_not_list_users(cli: Cli, served: Served, api: Api) -> None:
    made(api, "projects", name="Web")
    served.configure(list_users=False)
    try:
        error = cli("users", "--json", code=3).error
        assert error["kind"] == "permission"
        assert "may list" in error["message"]
        assert cli("users", "show", "Mina", "--json", code=3).error["kind"] == "permission"
        assert cli("users", "show", "me", "--json").json["id"] == USER_ID
        cli("tasks", "create", "Build", "-p", "Web", "--assignee", "me")
        cli("tasks", "create", "Test", "-p", "Web", "--assignee", USER_ID)
        cli("tasks", "create", "Ship", "-p", "Web", "--assignee", "Robin", code=3)
    finally:
        served.configure(list_users=None)


def test_workspaces(cli: Cli, served: Served, tmp_path: Path) -> None:
    cli("projects", "create", "Web")
    two = cli("workspaces", "create", "Side projects", "--json").json
    assert cli("workspaces", "--json").json[1]["id"] == two["id"]
    config = cli.home / "config" / "config.toml"
    config.write_text("# my own words\n" + config.read_text())
    cli("workspaces", "use", "side")
    assert "# my own words" in config.read_text()
    assert cli("workspaces", "show", "--json").json["id"] == two["id"]
    assert cli("projects", "--json").json == []
    marked = [line for line in cli("workspaces").out.splitlines() if line.startswith("*")]
    assert "Side projects" in marked[0]
    assert [p["name"] for p in cli("projects", "-w", "Sandbox", "--json").json] == ["Web"]
    ran = cli("workspaces", "use", WORKSPACE_ID, CLOCKIFY_WORKSPACE="Side projects")
    assert "CLOCKIFY_WORKSPACE" in ran.err
    assert [p["name"] for p in cli("projects", "--json").json] == ["Web"]
    cli("workspaces", "use", "Nowhere", code=4)
    cli("workspaces", "use", NOBODY, code=4)
    # A setting that names what is gone keeps nobody from choosing another.
    gone = {"CLOCKIFY_WORKSPACE": "Gone"}
    assert len(cli("workspaces", **gone).out.splitlines()) == 4
    cli("workspaces", "use", "Sandbox", **gone)


def test_the_sandbox_keeps_its_own_workspace(cli: Cli, served: Served) -> None:
    two = cli("workspaces", "create", "Two", "-q").out.strip()
    cli("workspaces", "use", "Two")
    mine = cli("--sandbox", "workspaces", "create", "Playground", "-q").out.strip()
    assert cli("--sandbox", "workspaces", "show", "--json").json["id"] == WORKSPACE_ID
    cli("--sandbox", "workspaces", "use", "Playground")
    assert cli("--sandbox", "workspaces", "show", "--json").json["id"] == mine
    assert cli("workspaces", "show", "--json").json["id"] == two


# -- pure ---------------------------------------------------------------------------------

_IDS = st.text("0123456789abcdef", min_size=24, max_size=24)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(min_size=1, max_size=9),
    **dict.fromkeys(("note", "address", "email"), st.none() | st.text(max_size=9)),
    **dict.fromkeys(("clientId", "currencyId"), st.none() | st.just("") | _IDS),
    **dict.fromkeys(("public", "billable", "archived"), st.booleans()),
    **dict.fromkeys(
        ("hourlyRate", "costRate"),
        st.none() | st.fixed_dictionaries({"amount": st.integers(0, 9), "currency": st.just("")}),
    ),
    "color": st.from_regex(r"#[0-9a-f]{6}", fullmatch=True),
    **dict.fromkeys(("assigneeIds", "userGroupIds"), st.none() | st.lists(_IDS, max_size=3)),
    "ccEmails": st.none() | st.lists(st.just("a@b.example"), max_size=3),
    "estimate": st.sampled_from([None, "PT0S", "PT90M", "PT1H30M", "PT2H"]),
    "budgetEstimate": st.none() | st.integers(0, 9),
    "status": st.sampled_from(["ACTIVE", "DONE"]),
}


@st.composite
def kinds_and_things(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    kind = draw(st.sampled_from([PROJECT, CLIENT, TAG, TASK]))
    return kind, {name: draw(_VALUES[name]) for name in kind.fields}


@given(kinds_and_things())
def test_a_body_written_and_read_again_is_the_thing(given: tuple[Kind, dict[str, Any]]) -> None:
    kind, thing = given
    body = kind.body(thing)
    read_as = {written: name for name, written in kind.written.items()}
    got = {read_as.get(name, name): value for name, value in body.items()}
    assert kind.differences(thing, got) == []


@given(kinds_and_things(), st.data())
def test_a_changed_field_is_the_difference(
    given: tuple[Kind, dict[str, Any]], data: st.DataObject
) -> None:
    kind, thing = given
    name = data.draw(st.sampled_from([n for n in kind.fields if thing[n] and thing[n] != "ACTIVE"]))
    found = kind.differences(thing, {**thing, name: None})
    empty = {"hourlyRate", "costRate"} & {name} and not thing[name]["amount"]
    assert found == ([] if empty or thing[name] == "PT0S" else [name])


@given(st.text(max_size=8))
def test_a_colour_is_read_or_refused(text: str) -> None:
    try:
        found = checked_color(text)
    except UsageError:
        return
    assert len(found) == 7
    assert found[0] == "#"
    int(found[1:], 16)
