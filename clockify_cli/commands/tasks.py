"""``clockify tasks``: the tasks of a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import NounApp
from clockify_cli.commands.verbs import Noun
from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import Json, is_entity_id
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import TASK
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

app = NounApp("The tasks of a project.")

Estimate = Annotated[
    str | None,
    typer.Option(
        "--estimate",
        metavar="DURATION",
        help="Estimate, for example 4h or 1h30m; 'none' clears it.",
        show_default=False,
    ),
]
Assignees = Annotated[
    list[str] | None,
    typer.Option(
        "--assignee",
        metavar="USER",
        help="Set the assignees (name, ID or me; repeatable); '' for nobody.",
        show_default=False,
    ),
]
Billable = Annotated[
    bool | None,
    typer.Option(
        "--billable/--no-billable", help="Make its time billable or not.", show_default=False
    ),
]
Done = Annotated[
    bool | None,
    typer.Option("--done/--active", help="Mark it as done or active.", show_default=False),
]
DoneOnly = Annotated[bool, typer.Option("--done", "--archived", help="Show only done tasks.")]
Both = Annotated[bool, typer.Option("--all", "-a", help="Include done tasks.")]
DoneFirst = Annotated[bool, typer.Option("--done", help="Mark active tasks as done first.")]


def _open(run: Run, *, project: str | None) -> ResourceList:
    """Return the tasks of the project that was typed, or of the settings' one."""
    text = (project if project is not None else run.settings.get("project") or "").strip()
    if not text:
        raise UsageError("Tasks belong to a project, and none was named.", "Add -p PROJECT.")
    number = text.lower() if is_entity_id(text) else str(run.names.project(text)["id"])
    return resources.list_of(run, TASK, project=number)


def _people(run: Run) -> dict[str, str]:
    """Return the names of users as far as the cache knows them."""
    known, _ = run.names.known("users")
    me = {run.account.user: run.account.user_name} if run.account.user_name else {}
    return {**me, **{str(u["id"]): str(u.get("name") or u.get("email")) for u in known or ()}}


def _typed(
    run: Run,
    name: str | None,
    *,
    estimate: str | None,
    assignee: Sequence[str] | None,
    billable: bool | None,
    done: bool | None,
) -> Json:
    """Return the fields that were typed, as they are read; people are looked up last."""
    typed = resources.named(
        name=None if name is None else fields.checked_name(TASK, name),
        assigneeIds=assignee,
        estimate=None if estimate is None else fields.checked_estimate(estimate),
        billable=billable,
        status=None if done is None else "DONE" if done else "ACTIVE",
    )
    if assignee is not None:
        from clockify_cli.resources.people import user_ids

        typed["assigneeIds"] = user_ids(run.names, assignee, me=run.account.user)
    return typed


def _table(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import tasks_table

    return tasks_table(found, run.line_look, people=_people(run))


def _details(run: Run, found: Any) -> str:
    from clockify_cli.core.naming import project_label
    from clockify_cli.render.resources import task_details

    holder = run.names.find("projects", found.get("projectId"))
    label = project_label(holder) if holder else ""
    return task_details(found, run.look, project=label, people=_people(run))


Noun(
    app,
    TASK,
    fields={
        "estimate": (Estimate, None),
        "assignee": (Assignees, None),
        "billable": (Billable, None),
        "done": (Done, None),
    },
    typed=_typed,
    table=_table,
    details=_details,
    within={"project": (options.Project, None)},
    open=_open,
    away=(DoneOnly, Both, DoneFirst),
).add_verbs(
    {
        "list": (
            "List the active tasks of a project.",
            "clockify tasks -p Website",
            "clockify tasks list -p Acme/Website --done",
        ),
        "show": ("Show a task in full.", "clockify tasks show Design -p Website"),
        "create": (
            "Create a task in a project.",
            "clockify tasks create Design -p Website",
            "clockify tasks create Design -p Website --estimate 12h --assignee me",
        ),
        "update": (
            "Edit a task.\n\nOnly the given fields change.",
            "clockify tasks update Design -p Website --estimate 16h",
            "clockify tasks update Design -p Website --assignee me --assignee Mina",
        ),
        "rename": (
            "Rename a task; nothing else changes.",
            "clockify tasks rename Design 'Web design' -p Website",
        ),
        "done": (
            "Mark tasks as done.\n\nThey are no longer suggested.",
            "clockify tasks done Design Build -p Website",
        ),
        "reopen": ("Make tasks active again.", "clockify tasks reopen Design -p Website"),
        "delete": (
            "Delete tasks permanently.\n\n"
            "Time entries are left without a task. Clockify deletes only those that are done: "
            "--done does both "
            "steps.",
            "clockify tasks delete Design -p Website",
            "clockify tasks delete Design -p Website --done --yes",
        ),
    }
)
