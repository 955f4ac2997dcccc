"""The sandbox against Clockify's OpenAPI document, where one is at hand.

``CLOCKIFY_OPENAPI`` names it; otherwise a ``clockify.openapi.yaml`` in a folder beside the
repository is taken. Without either these tests are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
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


def document_path() -> Path | None:
    named = os.environ.get("CLOCKIFY_OPENAPI")
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[2]
    return next(iter(sorted(beside.glob("*/clockify.openapi.yaml"))), None)


@pytest.fixture(scope="module")
def document() -> Json:
    path = document_path()
    if path is None or not path.exists():
        pytest.skip("no OpenAPI document at hand (CLOCKIFY_OPENAPI)")
    yaml = pytest.importorskip("yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return found


def faults_of(document: Json, schema: Json, value: Any, where: str) -> Iterator[str]:
    """Yield what is wrong with ``value`` under ``schema``."""
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
        if name in WHOLE:
            needed = {n for n, s in properties.items() if not s.get("writeOnly")}
        for missing in needed - value.keys():
            yield f"{where}.{missing} is missing"
        for key, inner in properties.items():
            if inner.get("writeOnly") and key in value:
                yield f"{where}.{key} is for writing only"
            elif key in value:
                yield from faults_of(document, inner, value[key], f"{where}.{key}")
        return
    if kind in TYPES:
        if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
            yield f"{where} is {value!r}, not {kind}"
            return
        yield from _limits(schema, value, where)
    if kind == "array":
        for index, item in enumerate(value):
            yield from faults_of(document, schema["items"], item, f"{where}[{index}]")


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
    """Each variable of each path in turn is an ID that nothing has: 400 with code 501."""
    api, tried = Api.gateway(served.url), 0
    bodies: dict[str, Any] = {"PUT": {"name": "xx", "start": "2026-11-20T08:00:00Z"}, "POST": {}}
    for path, item in document["paths"].items():
        for method in item:
            if "{" not in path:
                continue
            filled = re.sub(r"\{[^}]+\}", NOBODY, path)
            body = bodies.get(method.upper(), {"end": "2026-11-20T08:00:00Z"})
            answer = api.send(method.upper(), filled, None if method == "get" else body)
            assert (answer.status_code, answer.json().get("code")) == (400, 501), (method, path)
            tried += 1
    assert tried > 25


def test_the_checker_finds_faults(document: Json) -> None:
    schema = {"$ref": "#/components/schemas/TagDtoV1"}
    good = {"id": NOBODY, "name": "x", "workspaceId": NOBODY, "archived": False}
    assert not list(faults_of(document, schema, good, "tag"))
    for wrong in ({"archived": "no"}, {"name": None}, {"id": 5}):
        assert list(faults_of(document, schema, {**good, **wrong}, "tag"))
    assert list(faults_of(document, schema, {"id": NOBODY}, "tag"))
    assert list(faults_of(document, {"type": "array", "items": schema}, [good, 1], "tags"))
