"""``clockify tasks``: the tasks of a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import Json, is_entity_id
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import TASK
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

app = NounApp("The tasks of a project.")

Task = Annotated[str, resources.one("task")]
Tasks = Annotated[list[str], resources.several("task")]
Estimate = Annotated[
    str | None,
    typer.Option(
        "--estimate",
        metavar="DURATION",
        help="Such as 4h or 1h30m; none clears it.",
        show_default=False,
    ),
]
Assignees = Annotated[
    list[str] | None,
    typer.Option(
        "--assignee",
        metavar="USER",
        help="Who works on it, in the place of all; may be repeated; me; '' for nobody.",
        show_default=False,
    ),
]
Billable = Annotated[
    bool | None,
    typer.Option(
        "--billable/--no-billable", help="Whether its time is billable.", show_default=False
    ),
]
Done = Annotated[
    bool | None,
    typer.Option("--done/--active", help="Whether it is done.", show_default=False),
]


@app.command(
    "list",
    cls=Command,
    epilog=examples("clockify tasks -p Website", "clockify tasks list -p Acme/Website --done"),
)
def list_tasks(
    ctx: typer.Context,
    project: options.Project = None,
    name: resources.NamePart = "",
    done: Annotated[
        bool, typer.Option("--done", "--archived", help="Only those that are done.")
    ] = False,
    both: Annotated[bool, typer.Option("--all", "-a", help="Those that are done too.")] = False,
    limit: options.Limit = None,
) -> None:
    """List the active tasks of a project."""
    run = run_of(ctx)
    away = resources.away_of(away=done, both=both, option="--done")
    found = _resource_list(run, project).items(away=away, name=name, limit=limit)

    def table() -> str:
        from clockify_cli.render.resources import tasks_table

        return tasks_table(found, run.line_look, people=_people(run))

    resources.show_list(run, found, table)


@app.command("show", cls=Command, epilog=examples("clockify tasks show Design -p Website"))
def show(ctx: typer.Context, task: Task, project: options.Project = None) -> None:
    """Show everything of one task."""
    run = run_of(ctx)
    found = _resource_list(run, project).show(task)

    def details() -> str:
        from clockify_cli.core.naming import project_label
        from clockify_cli.render.resources import task_details

        holder = run.names.find("projects", found.get("projectId"))
        label = project_label(holder) if holder else ""
        return task_details(found, run.look, project=label, people=_people(run))

    resources.show_one(run, found, details)


@app.command(
    "create",
    cls=Command,
    epilog=examples(
        "clockify tasks create Design -p Website",
        "clockify tasks create Design -p Website --estimate 12h --assignee me",
    ),
)
def create(
    ctx: typer.Context,
    new: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    project: options.Project = None,
    name: resources.Name = None,
    estimate: Estimate = None,
    assignee: Assignees = None,
    billable: Billable = None,
    done: Done = None,
) -> None:
    """Create a task in a project."""
    run = run_of(ctx)
    named = resources.given_name(TASK.noun, new, name)
    wanted = _typed(run, named, estimate, assignee, billable, done)
    resources.report(run, "Created", [_resource_list(run, project).create(wanted)])


@app.command(
    "update",
    cls=Command,
    epilog=examples(
        "clockify tasks update Design -p Website --estimate 16h",
        "clockify tasks update Design -p Website --assignee me --assignee Mina",
    ),
)
def update(
    ctx: typer.Context,
    task: Task,
    project: options.Project = None,
    name: resources.NewName = None,
    estimate: Estimate = None,
    assignee: Assignees = None,
    billable: Billable = None,
    done: Done = None,
) -> None:
    """Change a task.

    What the options do not name stays as it is.
    """
    run = run_of(ctx)
    changes = _typed(run, name, estimate, assignee, billable, done)
    resources.report_update(run, _resource_list(run, project), task, changes)


app.command(
    "edit",
    cls=Command,
    hidden=True,
    epilog=examples("clockify tasks edit Design -p Website --estimate 16h"),
)(update)


@app.command(
    "rename", cls=Command, epilog=examples("clockify tasks rename Design 'Web design' -p Website")
)
def rename(
    ctx: typer.Context, task: Task, new: resources.NewNameWord, project: options.Project = None
) -> None:
    """Rename a task; nothing else of it changes."""
    run = run_of(ctx)
    resources.rename(run, _resource_list(run, project), task, new)


@app.command("done", cls=Command, epilog=examples("clockify tasks done Design Build -p Website"))
def done(ctx: typer.Context, task: Tasks, project: options.Project = None) -> None:
    """Mark tasks as done.

    They are no longer offered.
    """
    run = run_of(ctx)
    resources.archive(run, _resource_list(run, project), task)


@app.command("reopen", cls=Command, epilog=examples("clockify tasks reopen Design -p Website"))
def reopen(ctx: typer.Context, task: Tasks, project: options.Project = None) -> None:
    """Make tasks active again."""
    run = run_of(ctx)
    resources.restore(run, _resource_list(run, project), task)


@app.command(
    "delete",
    cls=Command,
    epilog=examples(
        "clockify tasks delete Design -p Website",
        "clockify tasks delete Design -p Website --done --yes",
    ),
)
def delete(
    ctx: typer.Context,
    task: Tasks,
    project: options.Project = None,
    done: Annotated[
        bool, typer.Option("--done", help="Mark as done first what is active.")
    ] = False,
) -> None:
    """Delete tasks for good.

    Time entries lose them. Clockify deletes only those that are done: --done does both steps.
    """
    run = run_of(ctx)
    resources.delete(run, _resource_list(run, project), task, yes=run.options.yes, both_steps=done)


def _resource_list(run: Run, project: str | None) -> ResourceList:
    """Return the tasks of the project that was typed, or of the settings' one."""
    text = (project if project is not None else run.settings.get("project") or "").strip()
    if not text:
        raise UsageError("Tasks belong to a project, and none was named.", "Add -p PROJECT.")
    number = text.lower() if is_entity_id(text) else str(run.names.project(text)["id"])
    return resources.shelf_of(run, TASK, project=number)


def _people(run: Run) -> dict[str, str]:
    """Return the names of users as far as the cache knows them."""
    known, _ = run.names.known("users")
    me = {run.account.user: run.account.user_name} if run.account.user_name else {}
    return {**me, **{str(u["id"]): str(u.get("name") or u.get("email")) for u in known or ()}}


def _typed(
    run: Run,
    name: str | None,
    estimate: str | None,
    assignees: Sequence[str] | None,
    billable: bool | None,
    done: bool | None,
) -> Json:
    """Return the fields that were typed, as they are read; people are looked up last."""
    typed = resources.named(
        name=None if name is None else fields.checked_name(TASK, name),
        assigneeIds=assignees,
        estimate=None if estimate is None else fields.checked_estimate(estimate),
        billable=billable,
        status=None if done is None else "DONE" if done else "ACTIVE",
    )
    if assignees is not None:
        from clockify_cli.resources.people import user_ids

        typed["assigneeIds"] = user_ids(run.names, assignees, me=run.account.user)
    return typed
