"""The tasks of a project: list, show, create, replace, delete."""

from __future__ import annotations

from clockify_cli.sandbox import resources
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.instants import duration_text, is_duration
from clockify_cli.sandbox.people import check_member
from clockify_cli.sandbox.refusals import foreign, refused, unreadable

LONGEST_NAME = 1000
STATUSES = ("ACTIVE", "DONE", "ALL")


def list_tasks(call: Call, workspace: str, project: str) -> Answer:
    """``GET …/projects/{projectId}/tasks``."""
    resources.find(call, "project", workspace, project)
    where, values = ["holder = ?"], [project]
    active = call.flag("is-active")
    if active is not None:
        where.append("archived = ?")
        values.append(str(int(not active)))
    found, headers = resources.listed(
        call,
        "task",
        workspace,
        where=where,
        values=values,
        orders={"NAME": "fold(name)", "ID": "id"},
    )
    return Answer(found, headers=headers)


def show_task(call: Call, workspace: str, project: str, task_id: str) -> Answer:
    """``GET …/tasks/{taskId}``."""
    body = _find(call, workspace, project, task_id)
    spent = call.db.execute(
        "SELECT coalesce(sum(stop - start), 0) FROM entries WHERE project = ? AND task = ?",
        (project, task_id),
    ).fetchone()[0]
    return Answer({**body, "duration": duration_text(spent)})


def create_task(call: Call, workspace: str, project: str) -> Answer:
    """``POST …/projects/{projectId}/tasks``."""
    holder = resources.find(call, "project", workspace, project)
    return Answer(add_task(call, workspace, holder, Fields(call.json())), 201)


def add_task(call: Call, workspace: str, project: Json, fields: Fields) -> Json:
    """Add a task to a project; what is billable by default is the project's word."""
    body = _read(call, workspace, project["id"], fields)
    if fields.flag("billable") is None:
        body["billable"] = project["billable"]
    resources.check_name(call, "task", workspace, body["name"], holder=project["id"])
    return resources.add(call, "task", workspace, body, holder=project["id"])


def replace_task(call: Call, workspace: str, project: str, task_id: str) -> Answer:
    """``PUT …/tasks/{taskId}``: what is left out is cleared."""
    old = _find(call, workspace, project, task_id)
    body = {**_read(call, workspace, project, Fields(call.json())), "id": task_id}
    body |= {"hourlyRate": old["hourlyRate"], "costRate": old["costRate"]}  # set elsewhere
    resources.check_name(call, "task", workspace, body["name"], holder=project, mine=task_id)
    resources.keep(call, body, holder=project)
    return Answer(body)


def delete_task(call: Call, workspace: str, project: str, task_id: str) -> Answer:
    """``DELETE …/tasks/{taskId}``: only one that is done; entries lose it."""
    body = _find(call, workspace, project, task_id)
    if body["status"] != "DONE":
        raise refused("Cannot delete an active task")
    resources.remove(call, task_id)
    call.db.execute(
        "UPDATE entries SET task = NULL WHERE workspace = ? AND project = ? AND task = ?",
        (workspace, project, task_id),
    )
    return Answer(body)


def _find(call: Call, workspace: str, project: str, task_id: str) -> Json:
    resources.find(call, "project", workspace, project)
    body = resources.find(call, "task", workspace, task_id)
    if body["projectId"] != project:
        raise foreign("Task", "Project")
    return body


def _read(call: Call, workspace: str, project: str, fields: Fields) -> Json:
    people = fields.references("assigneeIds") or []
    single = fields.reference("assigneeId")
    if single and not people:
        people = [single]
    for person in people:
        check_member(call, workspace, person)
    estimate = fields.text("estimate", longest=40, label="Estimate") or "PT0S"
    if not is_duration(estimate):
        raise unreadable(f"Cannot deserialize 'estimate': '{estimate}' is no ISO 8601 duration")
    budget = fields.body.get("budgetEstimate")
    if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int)):
        raise unreadable("Cannot deserialize 'budgetEstimate': an integer was expected")
    status = fields.one_of("status", STATUSES)
    return {
        "name": fields.required_name(longest=LONGEST_NAME, label="Task name"),
        "projectId": project,
        "assigneeIds": people,
        "assigneeId": people[0] if people else None,
        "userGroupIds": [],
        "estimate": estimate,
        "status": "DONE" if status == "DONE" else "ACTIVE",
        "budgetEstimate": budget,
        "billable": fields.flag("billable") or False,
        "hourlyRate": None,
        "costRate": None,
        "duration": None,
    }
