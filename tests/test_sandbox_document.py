"""The sandbox and the program against Clockify's OpenAPI document (``clockify.openapi.json``)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import NOBODY, Api

from clockify_cli.sandbox import CUSTOM_FIELD_ID, USER_ID, WORKSPACE_ID

Json = dict[str, Any]

# Java classes that the document spells out as objects; on the wire they are words.
WORDS = {"AccountStatus", "CustomFieldType", "EntityCreationPermission", "FeaturePlan"}
WORDS |= {"Feature", "TaskStatus", "TimeEntryId"}
# What every answer of these kinds holds, whatever the document leaves open.
WHOLE = {"TagDtoV1", "ClientDtoV1", "ClientWithCurrencyDtoV1", "TimeEntryWithRatesDtoV1"}
WHOLE |= {"TimeEntryDtoImplV1", "TimeEntryDtoV1", "TaskDtoV1", "TimeIntervalDtoV1"}
WHOLE |= {"ProjectDtoV1", "ProjectDtoImplV1", "UserDtoV1", "MembershipDtoV1"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
}


@pytest.fixture(scope="module")
def document() -> Json:
    path = Path(__file__).with_name("clockify.openapi.json")
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def faults_of(
    document: Json, schema: Json, value: Any, where: str, *, sent: bool = False
) -> Iterator[str]:
    """Yield what is wrong with ``value`` under ``schema``; ``sent`` for a request's body."""
    name = ""
    nullable = schema.get("nullable")
    if "allOf" in schema and len(schema["allOf"]) == 1:
        schema = schema["allOf"][0]
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = document["components"]["schemas"][name]
    if value is None:
        if not (nullable or schema.get("nullable")):
            yield f"{where} is null"
        return
    if name in WORDS:
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) for word in words):
            yield f"{where} is {value!r}, not a word"
        return
    kind = schema.get("type")
    if where.endswith(".value"):
        return  # of any type, whatever the document says
    if kind == "object" or "properties" in schema:
        if not isinstance(value, dict):
            yield f"{where} is {value!r}, not an object"
            return
        properties = schema.get("properties", {})
        needed = set(schema.get("required", ()))
        if name in WHOLE and not sent:
            needed = {n for n, s in properties.items() if not s.get("writeOnly")}
        for missing in needed - value.keys():
            yield f"{where}.{missing} is missing"
        if sent:
            yield from (f"{where}.{key} is unknown" for key in value.keys() - properties.keys())
        for key, inner in properties.items():
            if sent and value.get(key) is None:
                continue  # in a request null stands for none
            if not sent and inner.get("writeOnly") and key in value:
                yield f"{where}.{key} is for writing only"
            elif key in value:
                yield from faults_of(document, inner, value[key], f"{where}.{key}", sent=sent)
        return
    if kind in TYPES:
        if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
            yield f"{where} is {value!r}, not {kind}"
            return
        yield from _limits(schema, value, where)
    if kind == "array":
        for index, item in enumerate(value):
            yield from faults_of(document, schema["items"], item, f"{where}[{index}]", sent=sent)


def _limits(schema: Json, value: Any, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, not one of {schema['enum']}"
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"{where} is {value!r}, against {schema['pattern']}"
    if schema.get("format") == "date-time" and STAMP.fullmatch(value) is None:
        yield f"{where} is {value!r}, no timestamp"
    size = value if isinstance(value, int) else len(value)
    for low in ("minimum", "minLength", "minItems"):
        if low in schema and size < schema[low]:
            yield f"{where} is less than {schema[low]}"
    for high in ("maximum", "maxLength", "maxItems"):
        if high in schema and size > schema[high]:
            yield f"{where} is more than {schema[high]}"
    if schema.get("uniqueItems") and len(set(value)) < len(value):
        yield f"{where} holds doubles"


class Checked:
    """The sandbox, each of whose answers is held against the document."""

    def __init__(self, api: Api, document: Json) -> None:
        self.api = api
        self.document = document
        self.done: set[tuple[str, str]] = set()
        self.wrong: list[str] = []

    def __call__(self, method: str, path: str, body: Any = None, **names: Any) -> Any:
        """Ask; ``path`` is the document's, ``names`` its variables and the query."""
        query, filled = {}, path
        for name, value in {"workspaceId": WORKSPACE_ID, "userId": USER_ID, **names}.items():
            if f"{{{name}}}" in path:
                filled = filled.replace(f"{{{name}}}", value)
            elif name in names:
                query[name] = value
        answer = self.api.send(method, filled, body, **query)
        self.check(method, path, answer)
        return answer.json() if answer.content else None

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        self.done.add((method, path))
        told = self.document["paths"][path][method.lower()]["responses"]
        label = f"{method} {path}"
        if str(answer.status_code) not in told:
            self.wrong.append(f"{label} answered {answer.status_code}: {answer.text[:200]}")
            return
        content = told[str(answer.status_code)].get("content")
        if not content:
            if answer.content:
                self.wrong.append(f"{label} has a body")
            return
        schema = next(iter(content.values()))["schema"]
        self.wrong += faults_of(self.document, schema, answer.json(), label)


WS = "/v1/workspaces/{workspaceId}"
PROJECT = f"{WS}/projects/{{projectId}}"
TASK = f"{PROJECT}/tasks/{{taskId}}"
ENTRY, MINE = f"{WS}/time-entries/{{id}}", f"{WS}/user/{{userId}}/time-entries"


def test_every_answer_of_every_path_fits_the_document(served: Served, document: Json) -> None:
    served.seed(now="2026-11-20T15:00:00+01:00", days=10)
    ask = Checked(Api.gateway(served.url), document)
    ask("GET", "/v1/user")
    ask("GET", "/v1/user", include_memberships="true")
    ask("POST", "/v1/workspaces", {"name": "Second"})
    ask("GET", "/v1/workspaces")
    ask("GET", WS)
    ask("POST", f"{WS}/users", {"email": "new@sandbox.example"})
    ask("GET", f"{WS}/users", memberships="ALL", status="ALL")

    client = ask("POST", f"{WS}/clients", {"name": "New client", "email": "a@b.example"})
    ask("GET", f"{WS}/clients")
    ask("GET", f"{WS}/clients/{{id}}", id=client["id"])
    project = ask(
        "POST",
        f"{WS}/projects",
        {"name": "New", "clientId": client["id"], "hourlyRate": {"amount": 100}},
    )
    named = {"projectId": project["id"]}
    ask("GET", f"{WS}/projects", page_size=200)
    ask("GET", f"{WS}/projects", hydrated="true")
    ask("GET", PROJECT, **named)
    ask("PUT", PROJECT, {"name": "Newer", "archived": True}, **named)
    task = ask("POST", f"{PROJECT}/tasks", {"name": "T", "assigneeIds": [USER_ID]}, **named)
    ask("GET", f"{PROJECT}/tasks", **named)
    ask("GET", TASK, taskId=task["id"], **named)
    tag = ask("POST", f"{WS}/tags", {"name": "new"})
    ask("GET", f"{WS}/tags")
    ask("GET", f"{WS}/tags/{{id}}", id=tag["id"])
    ask("PUT", f"{WS}/tags/{{id}}", {"name": "newer", "archived": True}, id=tag["id"])

    full = {
        "start": "2026-11-20T17:00:00Z",
        "end": "2026-11-20T18:00:00Z",
        "projectId": project["id"],
        "taskId": task["id"],
        "tagIds": [tag["id"]],
        "billable": True,
        "customFields": [{"customFieldId": CUSTOM_FIELD_ID, "value": "v"}],
    }
    entry = ask("POST", f"{WS}/time-entries", full)["id"]
    ask("POST", f"{WS}/time-entries", {"start": "2026-11-20T19:00:00Z"})
    ask("GET", f"{WS}/time-entries/status/in-progress")
    ask("GET", MINE, page_size=1000)
    ask("GET", MINE, in_progress="true")
    ask("PATCH", MINE, {"end": "2026-11-20T20:00:00Z"})
    other = ask("POST", MINE, full)["id"]
    ask("GET", ENTRY, id=entry)
    ask("PUT", ENTRY, {**full, "type": "BREAK"}, id=entry)
    ask("PUT", MINE, [{**full, "id": entry}])
    ask("POST", f"{MINE}/{{id}}/duplicate", id=entry)
    ask("POST", f"{WS}/time-entries/batch", {"timeEntryIds": [entry]})
    ask("PATCH", f"{WS}/time-entries/invoiced", {"timeEntryIds": [entry], "invoiced": True})
    ask("DELETE", MINE, **{"time_entry_ids": other})
    ask("DELETE", ENTRY, id=entry)

    ask("PUT", TASK, {"name": "T", "status": "DONE"}, taskId=task["id"], **named)
    ask("DELETE", TASK, taskId=task["id"], **named)
    ask("DELETE", PROJECT, **named)
    gone = {"name": "New client", "archived": True}
    ask("PUT", f"{WS}/clients/{{id}}", gone, id=client["id"])
    ask("DELETE", f"{WS}/clients/{{id}}", id=client["id"])
    ask("DELETE", f"{WS}/tags/{{id}}", id=tag["id"])

    assert ask.wrong == []
    told = {(m.upper(), path) for path, item in document["paths"].items() for m in item}
    assert told - ask.done == set()


def test_every_path_refuses_what_is_not_there(served: Served, document: Json) -> None:
    """IDs that nothing has: 400 with code 501; in an unknown workspace 404 without a body."""
    api, tried = Api.gateway(served.url), 0
    bodies: dict[str, Any] = {
        "PUT": {"name": "xx", "start": "2026-11-20T08:00:00Z"},
        "POST": {},
        "PATCH": {"end": "2026-11-20T08:00:00Z"},
    }
    for path, item in document["paths"].items():
        for method in map(str.upper, item):
            for workspace in (NOBODY, WORKSPACE_ID):
                filled = path.replace("{workspaceId}", workspace)
                if workspace == WORKSPACE_ID and "{" not in filled:
                    continue
                filled = re.sub(r"\{[^}]+\}", NOBODY, filled)
                answer = api.send(method, filled, bodies.get(method))
                if workspace not in filled:
                    continue
                if workspace == NOBODY:
                    assert (answer.status_code, answer.content) == (404, b""), (method, path)
                else:
                    told = (answer.status_code, answer.json().get("code"))
                    assert told == (400, 501), (method, path)
                tried += 1
    assert tried > 50


# What the program asks for, by operation. One that is new here belongs into COMMANDS too.
USED = {
    *("getLoggedUser", "getWorkspacesOfUser", "createWorkspace", "getWorkspaceOfUser"),
    *("getUsersOfWorkspace", "getProjects", "createNewProject", "deleteProject", "getProject"),
    *("updateProject", "getTasks", "createTask", "deleteTask", "getTask", "updateTask"),
    *("getClients", "createClient", "deleteClient", "getClient", "updateClient", "getTags"),
    *("createNewTag", "deleteTag", "getTag", "updateTag", "deleteTimeEntry"),
    *("getTimeEntry", "updateTimeEntry", "getInProgressTimeEntries", "updateInvoicedStatus"),
    *("getTimeEntries", "stopRunningTimeEntry", "createForOthers"),
}
COMMANDS = """
workspaces
workspaces create Other
workspaces show
users
clients create Acme --note Quick
clients update Acme --note Slow
clients show Acme
clients
projects create Web --client Acme --color #112233 --billable
projects update Web --note Important
projects show Web
tasks create Build -p Web --estimate 10h
tasks update Build -p Web --estimate 12h
tasks show Build -p Web
tasks -p Web
tags create dev
tags update dev --name develop
tags show develop
tags
start Review -p Web -k Build -t develop --at 8:00
status --everyone
stop --at 8:30
log 9:00-10:00 Talk --user Mina
edit MAIL -d Letters
entries today
entries show MAIL
split MAIL --at 7:30
undo
report this-month
mark-invoiced today --yes
entries delete MAIL --yes
tasks done Build -p Web
tasks delete Build -p Web --yes
projects archive Web
projects delete Web --yes
clients archive Acme
clients delete Acme --yes
tags delete develop --yes
"""


def test_every_request_of_the_program_fits_the_document(
    cli: Cli, served: Served, document: Json
) -> None:
    served.seed(now="2026-11-20T15:00:00+01:00", days=1)
    cli.env["CLOCKIFY_NOW"] = NOW
    mail = cli("log", "7:00-8:00", "Mail", "--billable", "-q").out.strip()
    for line in COMMANDS.strip().splitlines():
        cli(*shlex.split(line.replace("MAIL", mail)))
    wrong, used = [], set()
    for request in served.requests():
        found = operation(document, request["method"], request["path"].partition("/api")[2])
        if found is None:
            wrong.append(f"{request['method']} {request['path']} is not in the document")
            continue
        used.add(found["operationId"])
        wrong += request_faults(document, found, request)
    assert wrong == []
    assert used == USED


def operation(document: Json, method: str, path: str) -> Json | None:
    """Return the document's operation for a request; a path without variables comes first."""
    for template in sorted(document["paths"], key=lambda text: text.count("{")):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            found: Json | None = document["paths"][template].get(method.lower())
            return found
    return None


def request_faults(document: Json, found: Json, request: Json) -> Iterator[str]:
    """Yield what is wrong with a request's parameters and body."""
    label = f"{request['method']} {request['path']}"
    known = {p["name"]: p for p in found.get("parameters", ()) if p["in"] == "query"}
    given = parse_qs(request["query"], keep_blank_values=True)
    yield from (f"{label}?{name} is unknown" for name in given.keys() - known.keys())
    for name in given.keys() & known.keys():
        schema = known[name]["schema"]
        for value in given[name]:
            yield from faults_of(document, schema, typed(schema, value), f"{label}?{name}")
    body = found.get("requestBody")
    if body is None:
        if request["body"]:
            yield f"{label} has a body"
        return
    schema = next(iter(body["content"].values()))["schema"]
    yield from faults_of(document, schema, json.loads(request["body"]), label, sent=True)


def typed(schema: Json, text: str) -> Any:
    """Return a parameter as its schema wants it, if it can be read so."""
    kind = schema.get("type")
    if kind == "integer" and text.isdigit():
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text.split(",") if kind == "array" else text


def test_the_checker_finds_faults(document: Json) -> None:
    schema = {"$ref": "#/components/schemas/TagDtoV1"}
    good = {"id": NOBODY, "name": "x", "workspaceId": NOBODY, "archived": False}
    assert not list(faults_of(document, schema, good, "tag"))
    for wrong in ({"archived": "no"}, {"name": None}, {"id": 5}):
        assert list(faults_of(document, schema, {**good, **wrong}, "tag"))
    assert list(faults_of(document, schema, {"id": NOBODY}, "tag"))
    assert list(faults_of(document, {"type": "array", "items": schema}, [good, 1], "tags"))
