"""Projects: list, show, create, change, delete. Read as ``public``, written as ``isPublic``."""

from __future__ import annotations

import json
from typing import Any

from clockify_cli.sandbox import resources
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.instants import duration_text, is_duration
from clockify_cli.sandbox.people import check_member
from clockify_cli.sandbox.refusals import refused, unreadable
from clockify_cli.sandbox.tasks import add_task

SHORTEST_NAME, LONGEST_NAME = 2, 250
LONGEST_NOTE = 16384
MOST_TASKS = 1000
_CLIENT_NAME = "(SELECT c.name FROM resources c WHERE c.id = resources.holder)"
_COLORS = ("#03A9F4", "#8BC34A", "#FF9800", "#9C27B0", "#F44336", "#607D8B", "#795548", "#009688")


def list_projects(call: Call, workspace: str) -> Answer:
    """``GET …/projects``."""
    where: list[str] = []
    values: list[Any] = []

    def narrow(condition: str, *given: Any) -> None:
        where.append(condition)
        values.extend(given)

    archived, billable = call.flag("archived"), call.flag("billable")
    if archived is not None:
        narrow("archived = ?", archived)
    if billable is not None:
        narrow("json_extract(body, '$.billable') = ?", billable)
    clients = call.many("clients")
    if clients:
        inside = "NOT IN" if call.flag("contains-client") is False else "IN"
        narrow(f"holder {inside} (SELECT value FROM json_each(?))", json.dumps(clients))
    status = call.one("client-status")
    if status in ("ACTIVE", "ARCHIVED"):
        narrow(
            "holder IN (SELECT id FROM resources WHERE kind = 'client' AND archived = ?)",
            status == "ARCHIVED",
        )
    users = call.many("users")
    if users:
        wanted = call.flag("contains-user") is not False
        narrow(
            "EXISTS (SELECT 1 FROM json_each(body, '$.memberships') m WHERE"
            " json_extract(m.value, '$.userId') IN (SELECT value FROM json_each(?))) = ?",
            json.dumps(users),
            wanted,
        )
    access = call.one("access")
    if access in ("PUBLIC", "PRIVATE"):
        narrow("json_extract(body, '$.public') = ?", access == "PUBLIC")
    if call.flag("is-template"):
        narrow("json_extract(body, '$.template') = 1")
    found, headers = resources.listed(
        call,
        "project",
        workspace,
        where=where,
        values=values,
        orders={
            "NAME": "fold(name)",
            "ID": "id",
            "CLIENT_NAME": f"fold(coalesce({_CLIENT_NAME}, ''))",
            "DURATION": "(SELECT sum(stop - start) FROM entries WHERE project = resources.id)",
            "BUDGET": "seq",
            "PROGRESS": "seq",
        },
    )
    return Answer(_shown(call, workspace, found), headers=headers)


def show_project(call: Call, workspace: str, project_id: str) -> Answer:
    """``GET …/projects/{projectId}``."""
    body = resources.find(call, "project", workspace, project_id)
    return Answer(_shown(call, workspace, [body], durations=True)[0])


def create_project(call: Call, workspace: str) -> Answer:
    """``POST …/projects``, with its first tasks if the body has some."""
    fields = Fields(call.json())
    client = _client(call, workspace, fields)
    body: Json = {
        "name": fields.required_name(
            longest=LONGEST_NAME, shortest=SHORTEST_NAME, label="Project name"
        ),
        "clientId": client,
        "workspaceId": workspace,
        "billable": fields.flag("billable") or False,
        "color": fields.color() or _next_color(call, workspace),
        "public": fields.flag("isPublic") or False,
        "archived": False,
        "template": False,
        "note": fields.text("note", longest=LONGEST_NOTE, label="Note") or "",
        "hourlyRate": fields.rate("hourlyRate"),
        "costRate": fields.rate("costRate"),
        "estimate": _estimate(fields),
        "timeEstimate": {
            "estimate": "PT0S",
            "type": "AUTO",
            "active": False,
            "includeNonBillable": True,
        },
        "budgetEstimate": None,
        "estimateReset": None,
        "duration": None,
    }
    members = [call.user]
    for asked in fields.items("memberships", most=5000) or []:
        member = Fields(asked).reference("userId")
        if member:
            check_member(call, workspace, member)
            members.append(member)
    resources.check_name(call, "project", workspace, body["name"], holder=client)
    body = resources.add(call, "project", workspace, body, holder=client)
    body["memberships"] = [_membership(body["id"], m) for m in dict.fromkeys(members)]
    resources.keep(call, body, holder=client)
    for task in fields.items("tasks", most=MOST_TASKS) or []:
        add_task(call, workspace, body, Fields(task))
    return Answer(_shown(call, workspace, [body])[0], 201)


def change_project(call: Call, workspace: str, project_id: str) -> Answer:
    """``PUT …/projects/{projectId}``: ``isPublic`` and ``billable`` left out fall to false.

    The rest is kept. Nobody knows that for sure, so a setting clears it instead.
    """
    old = resources.find(call, "project", workspace, project_id)
    fields = Fields(call.json())
    if not call.settings["project_put_keeps"]:
        cleared = {"clientId": "", "note": "", "archived": False}
        old = {**old, **cleared, "hourlyRate": None, "costRate": None}
    client = _client(call, workspace, fields) if "clientId" in fields else old["clientId"]
    note = fields.text("note", longest=LONGEST_NOTE, label="Note")
    archived = fields.flag("archived")
    name = fields.name(longest=LONGEST_NAME, shortest=SHORTEST_NAME, label="Project name")
    body = {
        **old,
        "name": name or old["name"],
        "clientId": client,
        "billable": fields.flag("billable") or False,
        "public": fields.flag("isPublic") or False,
        "color": fields.color() or old["color"],
        "note": old["note"] if note is None else note,
        "archived": old["archived"] if archived is None else archived,
        "hourlyRate": fields.rate("hourlyRate") or old["hourlyRate"],
        "costRate": fields.rate("costRate") or old["costRate"],
    }
    resources.check_name(call, "project", workspace, body["name"], holder=client, mine=project_id)
    resources.keep(call, body, holder=client)
    return Answer(_shown(call, workspace, [body])[0])


def delete_project(call: Call, workspace: str, project_id: str) -> Answer:
    """``DELETE …/projects/{projectId}``: only an archived one; its tasks go, entries lose it."""
    body = resources.find(call, "project", workspace, project_id)
    if not body["archived"]:
        raise refused("Cannot delete an active project")
    shown = _shown(call, workspace, [body])[0]
    resources.remove(call, project_id)
    call.db.execute(
        "DELETE FROM resources WHERE workspace = ? AND kind = 'task' AND holder = ?",
        (workspace, project_id),
    )
    call.db.execute(
        "UPDATE entries SET project = NULL, task = NULL WHERE workspace = ? AND project = ?",
        (workspace, project_id),
    )
    return Answer(shown)


def _shown(
    call: Call, workspace: str, projects: list[Json], *, durations: bool = False
) -> list[Json]:
    shown = resources.with_client_names(call, workspace, projects)
    if durations or call.flag("hydrated"):
        for project in shown:
            spent = call.db.execute(
                "SELECT coalesce(sum(stop - start), 0) FROM entries WHERE project = ?",
                (project["id"],),
            ).fetchone()[0]
            project["duration"] = duration_text(spent)
    if call.flag("hydrated"):
        for project in shown:
            rows = call.db.execute(
                "SELECT body FROM resources WHERE workspace = ? AND kind = 'task' AND holder = ?"
                " ORDER BY fold(name), seq",
                (workspace, project["id"]),
            )
            project["tasks"] = [json.loads(row[0]) for row in rows]
            project["client"] = None
            if project["clientId"]:
                project["client"] = resources.find(call, "client", workspace, project["clientId"])
    return shown


def _client(call: Call, workspace: str, fields: Fields) -> str:
    client = fields.reference("clientId")
    if client is None:
        return ""
    resources.find(call, "client", workspace, client)
    return client


def _estimate(fields: Fields) -> Json:
    asked = fields.body.get("estimate")
    if asked is None:
        return {"estimate": "PT0S", "type": "AUTO"}
    inner = Fields(asked)
    text = inner.text("estimate", longest=40, label="Estimate") or "PT0S"
    if not is_duration(text):
        raise unreadable(f"Cannot deserialize 'estimate': '{text}' is no ISO 8601 duration")
    return {"estimate": text, "type": inner.one_of("type", ("AUTO", "MANUAL")) or "AUTO"}


def _membership(project: str, user: str) -> Json:
    return {
        "userId": user,
        "hourlyRate": None,
        "costRate": None,
        "targetId": project,
        "membershipType": "PROJECT",
        "membershipStatus": "ACTIVE",
    }


def _next_color(call: Call, workspace: str) -> str:
    count = call.db.execute(
        "SELECT count(*) FROM resources WHERE workspace = ? AND kind = 'project'", (workspace,)
    ).fetchone()[0]
    return _COLORS[count % len(_COLORS)]
