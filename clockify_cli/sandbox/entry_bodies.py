"""How a row of the entries table looks on the wire, plain or hydrated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from clockify_cli.sandbox import people, resources
from clockify_cli.sandbox.call import Call, Json
from clockify_cli.sandbox.entry_rules import locked_until
from clockify_cli.sandbox.instants import duration_text, instant_text

COLUMNS = (
    "seq, id, workspace, user, start, stop, description, project, task, tags, billable, type,"
    " custom, invoiced"
)
Row = tuple[Any, ...]


def shown(
    call: Call,
    workspace: str,
    rows: Sequence[Row],
    *,
    rates: bool = False,
    hydrated: bool = False,
) -> list[Json]:
    """Return entries as the service sends them.

    Args:
        call: The request.
        workspace: Where the entries are.
        rows: Their ``COLUMNS``.
        rates: With ``hourlyRate`` and ``costRate``, as reading gives them.
        hydrated: With whole objects in the place of IDs; ``projectId`` alone stays.
    """
    until = locked_until(people.workspace_settings(call, workspace))
    names = _field_names(call, workspace) if any(len(row[12]) > 2 for row in rows) else {}
    bodies = [_plain(row, until, names) for row in rows]
    if rates or hydrated:
        ids = list({row[7] for row in rows if row[7]})
        projects = resources.bodies(call, "project", workspace, ids)
        if rates:
            _add_rates(call, workspace, bodies, projects)
        if hydrated:
            _hydrate(call, workspace, bodies, projects)
    return bodies


def _plain(row: Row, until: int | None, names: dict[str, str]) -> Json:
    entry_id, workspace, user, start, stop = row[1:6]
    return {
        "id": entry_id,
        "description": row[6],
        "tagIds": None if row[9] is None else json.loads(row[9]),
        "userId": user,
        "billable": bool(row[10]),
        "taskId": row[8],
        "projectId": row[7],
        "workspaceId": workspace,
        "timeInterval": {
            "start": instant_text(start),
            "end": None if stop is None else instant_text(stop),
            "duration": None if stop is None else duration_text(stop - start),
        },
        "customFieldValues": [
            {
                "customFieldId": value["customFieldId"],
                "timeEntryId": entry_id,
                "value": value["value"],
                "type": value["sourceType"],
                "name": names.get(value["customFieldId"], ""),
            }
            for value in json.loads(row[12])
        ]
        if len(row[12]) > 2
        else [],
        "type": row[11],
        "kioskId": None,
        "isLocked": until is not None and start < until,
    }


def _add_rates(call: Call, workspace: str, bodies: list[Json], projects: dict[str, Json]) -> None:
    members: dict[str, Json | None] = {}
    for body in bodies:
        user, project = body["userId"], projects.get(body["projectId"] or "")
        if user not in members:
            members[user] = people.rate_of_member(call, workspace, user)
        rate = (project and project["hourlyRate"]) or members[user]
        body["hourlyRate"] = rate if body["billable"] else None
        body["costRate"] = None


def _hydrate(call: Call, workspace: str, bodies: list[Json], projects: dict[str, Json]) -> None:
    named = {
        p["id"]: p for p in resources.with_client_names(call, workspace, list(projects.values()))
    }
    wanted = list({b["taskId"] for b in bodies if b["taskId"]})
    tasks = resources.bodies(call, "task", workspace, wanted)
    worn = list({tag for b in bodies for tag in b["tagIds"] or ()})
    tags = resources.bodies(call, "tag", workspace, worn)
    users: dict[str, Json] = {}
    for body in bodies:
        user = body["userId"]
        if user not in users:
            users[user] = people.user_body(call, user)
        body["project"] = named.get(body["projectId"] or "")
        body["task"] = tasks.get(body.pop("taskId") or "")
        body["tags"] = [tags[t] for t in body.pop("tagIds") or () if t in tags]
        body["user"] = users[user]


def _field_names(call: Call, workspace: str) -> dict[str, str]:
    rows = call.db.execute("SELECT id, name FROM custom_fields WHERE workspace = ?", (workspace,))
    return dict(rows.fetchall())
