"""The rules of workspaces, users, clients, projects, tasks and tags, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Served
from sandbox_api import ENTRIES, NOBODY, WS, Api, refused

from clockify_cli.sandbox import USER_ID, WORKSPACE_ID

PROJECTS, CLIENTS, TAGS = f"{WS}/projects", f"{WS}/clients", f"{WS}/tags"


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def names(found: list[dict[str, Any]]) -> list[str]:
    return [thing["name"] for thing in found]


def test_one_request_tells_user_workspace_zone_and_week(api: Api) -> None:
    me = api.get("/v1/user")
    assert (me["id"], me["activeWorkspace"]) == (USER_ID, WORKSPACE_ID)
    assert me["settings"]["timeZone"] == "Europe/Berlin"
    assert me["settings"]["weekStart"] == "MONDAY"
    assert me["memberships"] == []
    assert api.get("/v1/user", include_memberships="true")["memberships"]


def test_workspaces(api: Api) -> None:
    made = api.create("/v1/workspaces", name="Second")
    assert names(api.get("/v1/workspaces")) == ["Sandbox", "Second"]
    assert api.get(f"/v1/workspaces/{made['id']}")["workspaceSettings"]["forceProjects"] is False
    for body in ({"name": "x" * 51}, {"name": " "}, {}):
        refused(api.send("POST", "/v1/workspaces", body))
    for below in ("", "/projects", f"/user/{USER_ID}/time-entries", "/users"):
        answer = api.send("GET", f"/v1/workspaces/{NOBODY}{below}")
        assert (answer.status_code, answer.content) == (404, b"")
    # Nothing of one workspace is seen from another.
    project = api.create(PROJECTS, name="Acme")["id"]
    refused(api.send("GET", f"/v1/workspaces/{made['id']}/projects/{project}"))
    assert api.get(f"/v1/workspaces/{made['id']}/projects") == []


def test_users(api: Api, served: Served) -> None:
    served.seed(now="2026-11-20T15:00:00+01:00", days=1)
    found = api.get(f"{WS}/users")
    assert [u["email"] for u in found] == sorted(u["email"] for u in found)
    assert names(api.get(f"{WS}/users", name="sØREN")) == ["Mina Sørensen"]
    assert names(api.get(f"{WS}/users", email="TOMAS@")) == ["Tomás Łukasik"]
    answer = api.send("GET", f"{WS}/users", page_size=2)
    assert (len(answer.json()), answer.headers["Last-Page"]) == (2, "false")
    after = api.send("POST", f"{WS}/users", {"email": "new@sandbox.example"})
    assert (after.status_code, len(after.json()["memberships"])) == (200, 4)
    assert names(api.get(f"{WS}/users", status="PENDING")) == ["new"]
    refused(api.send("POST", f"{WS}/users", {"email": "new@sandbox.example"}))
    refused(api.send("POST", f"{WS}/users", {"email": "nonsense"}))
    served.configure(list_users=False)
    refused(api.send("GET", f"{WS}/users"), 403)


def test_projects_come_back_with_their_clients_name(api: Api) -> None:
    client = api.create(CLIENTS, name="Client")["id"]
    made = api.create(
        PROJECTS,
        name="Acme",
        clientId=client,
        isPublic=True,
        billable=True,
        color="#aBcDeF",
        note="n",
        hourlyRate={"amount": 12345},
        estimate={"estimate": "PT10H", "type": "MANUAL"},
        tasks=[{"name": "First"}],
        nonsense=1,
    )
    assert (made["public"], made["clientName"], made["color"]) == (True, "Client", "#aBcDeF")
    assert "isPublic" not in made
    assert made["hourlyRate"] == {"amount": 12345, "currency": "USD"}
    assert names(api.get(f"{PROJECTS}/{made['id']}/tasks")) == ["First"]
    plain = api.create(PROJECTS, name="Plain")
    assert (plain["clientId"], plain["clientName"], plain["public"]) == ("", "", False)
    assert plain["billable"] is False
    api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:30:00Z", projectId=made["id"])
    assert api.get(f"{PROJECTS}/{made['id']}")["duration"] == "PT1H30M"
    hydrated = api.get(PROJECTS, hydrated="true", name="acme")[0]
    assert (hydrated["client"]["name"], names(hydrated["tasks"])) == ("Client", ["First"])


def test_what_a_project_may_not_hold(api: Api) -> None:
    for body in (
        {},
        {"name": "x"},
        {"name": "x" * 251},
        {"name": "ok", "color": "red"},
        {"name": "ok", "color": "#12345"},
        {"name": "ok", "clientId": NOBODY},
        {"name": "ok", "note": "x" * 16385},
        {"name": "ok", "hourlyRate": {"amount": -1}},
    ):
        refused(api.send("POST", PROJECTS, body))
    for body in ({"name": 5}, {"name": "ok", "billable": 1}, {"name": "ok", "hourlyRate": 5}):
        refused(api.send("POST", PROJECTS, body), code=3002)
    assert api.get(PROJECTS) == []


def test_a_projects_put_drops_two_flags_and_keeps_the_rest(api: Api, served: Served) -> None:
    client = api.create(CLIENTS, name="Client")["id"]
    full = {"isPublic": True, "billable": True, "clientId": client, "color": "#112233", "note": "n"}
    made = api.create(PROJECTS, name="Acme", hourlyRate={"amount": 5}, **full)
    path = f"{PROJECTS}/{made['id']}"
    after = api.put(path, {"name": "Acme 2", "archived": True})
    assert (after["public"], after["billable"]) == (False, False)
    kept = ("color", "note", "clientId", "clientName", "hourlyRate", "memberships")
    assert {k: after[k] for k in kept} == {k: made[k] for k in kept}
    assert api.put(path, {"public": True})["public"] is False  # read as public, written isPublic
    assert api.put(path, {"isPublic": True})["archived"] is True
    assert api.put(path, {"clientId": ""})["clientName"] == ""
    served.configure(project_put_keeps=False)
    cleared = api.put(path, {"name": "Acme 2"})
    assert (cleared["archived"], cleared["note"], cleared["hourlyRate"]) == (False, "", None)


def test_project_names_are_unique_within_their_client(api: Api) -> None:
    one, two = (api.create(CLIENTS, name=name)["id"] for name in ("One", "Two"))
    first = api.create(PROJECTS, name="Web", clientId=one)
    api.create(PROJECTS, name="Web", clientId=two)
    bare = api.create(PROJECTS, name="Web")
    assert "already exists" in refused(api.send("POST", PROJECTS, {"name": "Web", "clientId": one}))
    refused(api.send("PUT", f"{PROJECTS}/{bare['id']}", {"clientId": two}))
    api.put(f"{PROJECTS}/{first['id']}", {"archived": True})
    refused(api.send("POST", PROJECTS, {"name": "Web", "clientId": one}))  # it keeps its name
    assert len(api.get(PROJECTS, name="wEB")) == 3


def test_filters_of_projects(api: Api) -> None:
    client = api.create(CLIENTS, name="Client")["id"]
    api.create(PROJECTS, name="C++", clientId=client, billable=True, isPublic=True)
    api.create(PROJECTS, name="C++ tools")
    old = api.create(PROJECTS, name="Alt")["id"]
    api.put(f"{PROJECTS}/{old}", {"archived": True})
    assert names(api.get(PROJECTS)) == ["Alt", "C++", "C++ tools"]
    assert names(api.get(PROJECTS, archived="false")) == ["C++", "C++ tools"]
    assert names(api.get(PROJECTS, archived="true")) == ["Alt"]
    assert names(api.get(PROJECTS, name="c++")) == ["C++", "C++ tools"]
    assert names(api.get(PROJECTS, name="C++", strict_name_search="true")) == ["C++"]
    assert names(api.get(PROJECTS, name="c+", strict_name_search="true")) == []
    assert names(api.get(PROJECTS, clients=client)) == ["C++"]
    assert names(api.get(PROJECTS, clients=client, contains_client="false")) == ["Alt", "C++ tools"]
    assert names(api.get(PROJECTS, billable="true")) == ["C++"]
    assert names(api.get(PROJECTS, access="PUBLIC")) == ["C++"]
    assert names(api.get(PROJECTS, client_status="ACTIVE")) == ["C++"]
    assert names(api.get(PROJECTS, client_status="ARCHIVED")) == []
    assert len(api.get(PROJECTS, users=USER_ID)) == 3
    assert api.get(PROJECTS, users=USER_ID, contains_user="false") == []
    assert names(api.get(PROJECTS, sort_order="DESCENDING", page_size=1)) == ["C++ tools"]
    for column in ("ID", "CLIENT_NAME", "DURATION", "BUDGET", "PROGRESS"):
        assert len(api.get(PROJECTS, sort_column=column)) == 3
    refused(api.send("GET", PROJECTS, sort_column="id; drop"))


@pytest.mark.parametrize("kind", ["projects", "clients"])
def test_active_things_cannot_be_deleted(api: Api, kind: str) -> None:
    made = api.create(f"{WS}/{kind}", name="Acme")
    path = f"{WS}/{kind}/{made['id']}"
    assert refused(api.send("DELETE", path)).startswith("Cannot delete an active")
    api.put(path, {"name": "Acme", "archived": True})
    gone = api.send("DELETE", path)
    assert (gone.status_code, gone.json()["id"]) == (200, made["id"])
    for method in ("GET", "DELETE", "PUT"):
        assert "doesn't belong to Workspace" in refused(api.send(method, path, {}))


def test_a_deleted_thing_leaves_the_entries(api: Api) -> None:
    client = api.create(CLIENTS, name="Client")["id"]
    project = api.create(PROJECTS, name="Acme", clientId=client)["id"]
    task = api.create(f"{PROJECTS}/{project}/tasks", name="Plan")["id"]
    tag, other = (api.create(TAGS, name=name)["id"] for name in "ab")
    made = api.entry("2026-11-20T08:00:00Z", projectId=project, taskId=task, tagIds=[tag, other])[
        "id"
    ]
    assert api.send("DELETE", f"{TAGS}/{tag}").status_code == 200  # at once
    api.put(f"{PROJECTS}/{project}/tasks/{task}", {"name": "Plan", "status": "DONE"})
    assert api.send("DELETE", f"{PROJECTS}/{project}/tasks/{task}").status_code == 200
    entry = api.get(f"{ENTRIES}/{made}")
    assert (entry["tagIds"], entry["taskId"], entry["projectId"]) == ([other], None, project)
    api.put(f"{CLIENTS}/{client}", {"name": "Client", "archived": True})
    api.send("DELETE", f"{CLIENTS}/{client}")
    assert api.get(f"{PROJECTS}/{project}")["clientId"] == ""
    api.put(f"{PROJECTS}/{project}", {"archived": True})
    api.send("DELETE", f"{PROJECTS}/{project}")
    assert api.get(f"{ENTRIES}/{made}")["projectId"] is None


def test_a_clients_put_replaces(api: Api) -> None:
    made = api.create(CLIENTS, name="Client", address="A", note="n", email="a@b.example")
    assert made["currencyCode"] == "USD"
    path = f"{CLIENTS}/{made['id']}"
    refused(api.send("PUT", path, {"note": "no name"}))
    after = api.put(path, {"name": "Client", "archived": True, "ccEmails": ["c@d.example"]})
    assert (after["address"], after["note"], after["email"]) == (None, None, None)
    assert (after["archived"], after["ccEmails"]) == (True, ["c@d.example"])
    refused(api.send("POST", CLIENTS, {"name": "Client"}))  # archived, and keeps its name
    assert api.put(path, {"name": "Client", "currencyCode": "EUR"})["archived"] is False
    assert api.get(path)["currencyCode"] == "USD"
    for body in (
        {"name": "x" * 101},
        {"name": "ok", "note": "x" * 3001},
        {"name": "ok", "email": "nonsense"},
        {"name": "ok", "ccEmails": ["a@b.example"] * 4},
    ):
        refused(api.send("POST", CLIENTS, body))


def test_archiving_a_client_may_take_its_projects_along(api: Api) -> None:
    client = api.create(CLIENTS, name="Client")["id"]
    project = api.create(PROJECTS, name="Acme", clientId=client)["id"]
    task = api.create(f"{PROJECTS}/{project}/tasks", name="Plan")["id"]
    body = {"name": "Client", "archived": True}
    api.put(f"{CLIENTS}/{client}", body)
    assert api.get(f"{PROJECTS}/{project}")["archived"] is False
    api.put(f"{CLIENTS}/{client}", body, archive_projects="true", mark_tasks_as_done="true")
    assert api.get(f"{PROJECTS}/{project}")["archived"] is True
    assert api.get(f"{PROJECTS}/{project}/tasks/{task}")["status"] == "DONE"
    assert names(api.get(CLIENTS, archived="true")) == ["Client"]
    assert api.get(CLIENTS, archived="false") == []


def test_tags(api: Api) -> None:
    made = api.create(TAGS, name="x")
    path = f"{TAGS}/{made['id']}"
    assert api.put(path, {"name": "x", "archived": True})["archived"] is True
    refused(api.send("POST", TAGS, {"name": "x"}))
    assert api.put(path, {"name": "y"})["archived"] is False  # a rename un-archives
    refused(api.send("PUT", path, {"archived": True}))
    refused(api.send("POST", TAGS, {"name": "x" * 101}))
    api.create(TAGS, name="YY")
    assert names(api.get(TAGS, name="y")) == ["y", "YY"]
    assert names(api.get(TAGS, name="y", strict_name_search="true")) == ["y"]
    assert names(api.get(TAGS, excluded_ids=made["id"])) == ["YY"]
    assert names(api.get(TAGS, archived="true")) == []


def test_tasks(api: Api) -> None:
    project = api.create(PROJECTS, name="Acme", billable=True)["id"]
    other = api.create(PROJECTS, name="Other")["id"]
    tasks = f"{PROJECTS}/{project}/tasks"
    made = api.create(tasks, name="Plan", estimate="PT1H30M", assigneeIds=[USER_ID])
    assert (made["status"], made["billable"], made["estimate"]) == ("ACTIVE", True, "PT1H30M")
    path = f"{tasks}/{made['id']}"
    assert "active task" in refused(api.send("DELETE", path))
    refused(api.send("POST", tasks, {"name": "Plan"}))
    api.create(f"{PROJECTS}/{other}/tasks", name="Plan")
    refused(api.send("GET", f"{PROJECTS}/{other}/tasks/{made['id']}"))
    refused(api.send("PUT", path, {"status": "DONE"}))
    after = api.put(path, {"name": "Plan", "status": "DONE"})
    assert (after["status"], after["assigneeIds"], after["estimate"]) == ("DONE", [], "PT0S")
    assert after["billable"] is False
    assert api.get(tasks, is_active="true") == []
    assert names(api.get(tasks, is_active="false")) == ["Plan"]
    for body in ({"name": "x" * 1001}, {"name": "b", "assigneeIds": [NOBODY]}):
        refused(api.send("POST", tasks, body))
    refused(api.send("POST", tasks, {"name": "b", "estimate": "1h"}), code=3002)
    assert api.send("DELETE", path).json()["id"] == made["id"]


def test_names_are_data(api: Api) -> None:
    for name in ("C++", "[brackets]", "🚀 Überraschung", "%_'\";--", "a\x00b", "\u202egnp", "é"):
        made = api.create(TAGS, name=name)
        assert made["name"] == name
        assert names(api.get(TAGS, name=name, strict_name_search="true")) == [name]
    refused(api.send("POST", TAGS, {"name": "   "}))


def test_every_list_is_paged(api: Api) -> None:
    for kind in ("projects", "clients", "tags"):
        for n in range(3):
            api.create(f"{WS}/{kind}", name=f"{kind} {n}")
        seen = []
        for page, last in ((1, "false"), (2, "true")):
            answer = api.send("GET", f"{WS}/{kind}", page=page, page_size=2)
            assert answer.headers["Last-Page"] == last
            seen += names(answer.json())
        assert seen == [f"{kind} {n}" for n in range(3)]
