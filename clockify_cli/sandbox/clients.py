"""Clients: list, show, create, replace, delete."""

from __future__ import annotations

import json

from clockify_cli.sandbox import resources
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.defaults import CURRENCY_ID
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.refusals import refused, unreadable

LONGEST_NAME = 100
LONGEST_TEXT = 3000
MOST_CC = 3


def list_clients(call: Call, workspace: str) -> Answer:
    """``GET …/clients``."""
    archived = call.flag("archived")
    found, headers = resources.listed(
        call,
        "client",
        workspace,
        where=() if archived is None else ("archived = ?",),
        values=() if archived is None else (archived,),
        orders={"NAME": "fold(name)", "ID": "id"},
        strict=False,
    )
    return Answer([_with_currency(c) for c in found], headers=headers)


def show_client(call: Call, workspace: str, client_id: str) -> Answer:
    """``GET …/clients/{id}``."""
    return Answer(_with_currency(resources.find(call, "client", workspace, client_id)))


def create_client(call: Call, workspace: str) -> Answer:
    """``POST …/clients``."""
    body = _read(Fields(call.json()), workspace)
    resources.check_name(call, "client", workspace, body["name"])
    return Answer(_with_currency(resources.add(call, "client", workspace, body)), 201)


def replace_client(call: Call, workspace: str, client_id: str) -> Answer:
    """``PUT …/clients/{id}``: what is left out is cleared, and ``archived`` falls to false."""
    old = resources.find(call, "client", workspace, client_id)
    fields = Fields(call.json())
    body = {
        **_read(fields, workspace),
        "id": client_id,
        "archived": fields.flag("archived") or False,
        "currencyId": fields.reference("currencyId") or old["currencyId"],
    }
    resources.check_name(call, "client", workspace, body["name"], mine=client_id)
    resources.keep(call, body)
    if call.flag("archive-projects") or call.flag("mark-tasks-as-done"):
        _finish_projects(call, workspace, client_id)
    return Answer(body)


def delete_client(call: Call, workspace: str, client_id: str) -> Answer:
    """``DELETE …/clients/{id}``: only an archived one; its projects lose it."""
    body = resources.find(call, "client", workspace, client_id)
    if not body["archived"]:
        raise refused("Cannot delete an active client")
    resources.remove(call, client_id)
    for project in _projects_of(call, workspace, client_id):
        resources.keep(call, {**project, "clientId": ""})
    return Answer(body)


def _read(fields: Fields, workspace: str) -> Json:
    copies = fields.items("ccEmails", most=MOST_CC)
    if copies is not None and not all(isinstance(c, str) for c in copies):
        raise unreadable("Cannot deserialize 'ccEmails': an array of strings was expected")
    email = fields.text("email", longest=320, label="Email")
    for address in (email, *(copies or ())):
        if address and "@" not in address[1:-1]:
            raise refused(f"'{address}' is not a well-formed email address")
    return {
        "name": fields.required_name(longest=LONGEST_NAME, label="Client name"),
        "email": email,
        "workspaceId": workspace,
        "archived": False,
        "address": fields.text("address", longest=LONGEST_TEXT, label="Address"),
        "note": fields.text("note", longest=LONGEST_TEXT, label="Note"),
        "currencyId": CURRENCY_ID,
        "ccEmails": copies,
    }


def _with_currency(body: Json) -> Json:
    return {**body, "currencyCode": "USD"}


def _projects_of(call: Call, workspace: str, client: str) -> list[Json]:
    rows = call.db.execute(
        "SELECT body FROM resources WHERE workspace = ? AND kind = 'project' AND holder = ?",
        (workspace, client),
    ).fetchall()
    return [json.loads(row[0]) for row in rows]


def _finish_projects(call: Call, workspace: str, client: str) -> None:
    for project in _projects_of(call, workspace, client):
        if call.flag("archive-projects"):
            resources.keep(call, {**project, "archived": True}, holder=client)
        if not call.flag("mark-tasks-as-done"):
            continue
        rows = call.db.execute(
            "SELECT body FROM resources WHERE workspace = ? AND kind = 'task' AND holder = ?",
            (workspace, project["id"]),
        ).fetchall()
        for row in rows:
            resources.keep(call, {**json.loads(row[0]), "status": "DONE"}, holder=project["id"])
