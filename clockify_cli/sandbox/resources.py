"""The table of clients, projects, tasks and tags: finding, listing, naming, keeping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from clockify_cli.sandbox.call import Call, Json
from clockify_cli.sandbox.refusals import foreign, refused
from clockify_cli.sandbox.store import new_id

LABELS = {"client": "Client", "project": "Project", "task": "Task", "tag": "Tag"}


def find(call: Call, kind: str, workspace: str, resource_id: str) -> Json:
    """Return a resource's body; refuse what is not there or somebody else's."""
    row = call.db.execute(
        "SELECT body FROM resources WHERE id = ? AND kind = ? AND workspace = ?",
        (resource_id, kind, workspace),
    ).fetchone()
    if row is None:
        raise foreign(LABELS[kind])
    found: Json = json.loads(row[0])
    return found


def listed(
    call: Call,
    kind: str,
    workspace: str,
    *,
    where: Sequence[str] = (),
    values: Sequence[Any] = (),
    orders: dict[str, str],
    strict: bool = True,
) -> tuple[list[Json], dict[str, str]]:
    """Return a page of resources and the headers that go with it.

    Args:
        call: The request; its ``name``, ``strict-name-search``, ``sort-…`` and page are heeded.
        kind: What to list.
        workspace: The workspace's ID.
        where: More conditions, in SQL.
        values: The values of their question marks.
        orders: SQL of each ``sort-column``; the first is the default.
        strict: This list knows ``strict-name-search``.
    """
    conditions, given = ["workspace = ?", "kind = ?", *where], [workspace, kind, *values]
    name = call.one("name")
    if name is not None:
        if strict and call.flag("strict-name-search"):
            conditions.append("name = ?")
            given.append(name)
        else:
            conditions.append("instr(fold(name), ?)")
            given.append(name.casefold())
    column = call.one("sort-column") or next(iter(orders))
    if column not in orders:
        raise refused(f"sort-column has to be one of {', '.join(orders)}")
    down = (call.one("sort-order") or "ASCENDING") == "DESCENDING"
    skip, size = call.page()
    rows = call.db.execute(
        f"SELECT body FROM resources WHERE {' AND '.join(conditions)}"
        f" ORDER BY {orders[column]} {'DESC' if down else 'ASC'}, seq LIMIT ? OFFSET ?",
        (*given, size + 1, skip),
    ).fetchall()
    cut, headers = call.paged(rows, size)
    return [json.loads(row[0]) for row in cut], headers


def check_name(
    call: Call, kind: str, workspace: str, name: str, *, holder: str = "", mine: str = ""
) -> None:
    """Refuse a name that another one has; an archived one keeps its name too."""
    taken = call.db.execute(
        "SELECT 1 FROM resources WHERE workspace = ? AND kind = ? AND holder = ? AND name = ?"
        " AND id <> ?",
        (workspace, kind, holder, name, mine),
    ).fetchone()
    if taken:
        raise refused(f"{LABELS[kind]} with name '{name}' already exists")


def add(call: Call, kind: str, workspace: str, body: Json, *, holder: str = "") -> Json:
    """Store a new resource; give it an ID if it has none."""
    body = {"id": body.get("id") or new_id(), **body}
    call.db.execute(
        "INSERT INTO resources (id, kind, workspace, holder, name, archived, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (body["id"], kind, workspace, holder, body["name"], _archived(body), _text(body)),
    )
    return body


def keep(call: Call, body: Json, *, holder: str = "") -> None:
    """Store a changed resource."""
    call.db.execute(
        "UPDATE resources SET holder = ?, name = ?, archived = ?, body = ? WHERE id = ?",
        (holder, body["name"], _archived(body), _text(body), body["id"]),
    )


def remove(call: Call, resource_id: str) -> None:
    """Remove a resource."""
    call.db.execute("DELETE FROM resources WHERE id = ?", (resource_id,))


def bodies(call: Call, kind: str, workspace: str, ids: Sequence[str]) -> dict[str, Json]:
    """Return those of ``ids`` that are resources of this kind here, by their IDs."""
    if not ids:
        return {}
    rows = call.db.execute(
        "SELECT id, body FROM resources WHERE workspace = ? AND kind = ?"
        " AND id IN (SELECT value FROM json_each(?))",
        (workspace, kind, json.dumps(list(ids))),
    )
    return {resource_id: json.loads(body) for resource_id, body in rows}


def with_client_names(call: Call, workspace: str, projects: list[Json]) -> list[Json]:
    """Return the projects with their clients' names beside the IDs."""
    wanted = [p["clientId"] for p in projects if p["clientId"]]
    clients = bodies(call, "client", workspace, wanted)
    return [
        {**p, "clientName": clients[p["clientId"]]["name"] if p["clientId"] in clients else ""}
        for p in projects
    ]


def _archived(body: Json) -> bool:
    return bool(body.get("archived")) or body.get("status") == "DONE"


def _text(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
