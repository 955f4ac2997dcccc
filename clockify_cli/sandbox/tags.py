"""Tags: list, show, create, replace, delete."""

from __future__ import annotations

import json

from clockify_cli.sandbox import resources
from clockify_cli.sandbox.call import Answer, Call
from clockify_cli.sandbox.fields import Fields

LONGEST_NAME = 100


def list_tags(call: Call, workspace: str) -> Answer:
    """``GET …/tags``."""
    where, values = [], []
    archived = call.flag("archived")
    if archived is not None:
        where.append("archived = ?")
        values.append(str(int(archived)))
    left_out = call.many("excluded-ids")
    if left_out:
        where.append("id NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(left_out))
    found, headers = resources.listed(
        call,
        "tag",
        workspace,
        where=where,
        values=values,
        orders={"NAME": "fold(name)", "ID": "id"},
    )
    return Answer(found, headers=headers)


def show_tag(call: Call, workspace: str, tag_id: str) -> Answer:
    """``GET …/tags/{id}``."""
    return Answer(resources.find(call, "tag", workspace, tag_id))


def create_tag(call: Call, workspace: str) -> Answer:
    """``POST …/tags``."""
    name = Fields(call.json()).required_name(longest=LONGEST_NAME, label="Tag name")
    resources.check_name(call, "tag", workspace, name)
    body = {"name": name, "workspaceId": workspace, "archived": False}
    return Answer(resources.add(call, "tag", workspace, body), 201)


def replace_tag(call: Call, workspace: str, tag_id: str) -> Answer:
    """``PUT …/tags/{id}``: a rename without ``archived`` un-archives it."""
    resources.find(call, "tag", workspace, tag_id)
    fields = Fields(call.json())
    name = fields.required_name(longest=LONGEST_NAME, label="Tag name")
    resources.check_name(call, "tag", workspace, name, mine=tag_id)
    body = {
        "id": tag_id,
        "name": name,
        "workspaceId": workspace,
        "archived": fields.flag("archived") or False,
    }
    resources.keep(call, body)
    return Answer(body)


def delete_tag(call: Call, workspace: str, tag_id: str) -> Answer:
    """``DELETE …/tags/{id}``: at once, active or not; entries lose it."""
    body = resources.find(call, "tag", workspace, tag_id)
    resources.remove(call, tag_id)
    rows = call.db.execute(
        "SELECT seq, tags FROM entries WHERE workspace = ? AND instr(tags, ?)", (workspace, tag_id)
    ).fetchall()
    for seq, tags in rows:
        left = json.dumps([tag for tag in json.loads(tags) if tag != tag_id])
        call.db.execute("UPDATE entries SET tags = ? WHERE seq = ?", (left, seq))
    return Answer(body)
