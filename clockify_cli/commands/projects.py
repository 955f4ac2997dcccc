"""``clockify projects``: the workspace's projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.model import Json, is_entity_id
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import PROJECT
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

app = NounApp("The workspace's projects.")

TERMINAL = ("auto", "always", "never")  # --color of every command; here it is the project's too

Project = Annotated[str, resources.one("project")]
Projects = Annotated[list[str], resources.several("project")]
Client = Annotated[
    str | None,
    typer.Option(
        "--client", "-c", metavar="CLIENT", help="Client; '' for none.", show_default=False
    ),
]
Billable = Annotated[
    bool | None,
    typer.Option(
        "--billable/--no-billable", help="Whether its time is billable.", show_default=False
    ),
]
Public = Annotated[
    bool | None,
    typer.Option(
        "--public/--private", help="Whether all of the workspace see it.", show_default=False
    ),
]
Color = Annotated[
    list[str] | None,
    typer.Option(
        "--color",
        metavar="COLOR",
        help="#rrggbb, #rgb, or red, blue, teal …; auto, always and never are the terminal's.",
        show_default=False,
    ),
]


@app.command(
    "list",
    cls=Command,
    epilog=examples(
        "clockify projects",
        "clockify projects --client Acme",
        "clockify projects list --all --name web --json",
    ),
)
def list_projects(
    ctx: typer.Context,
    name: resources.NamePart = "",
    client: Annotated[
        str | None,
        typer.Option(
            "--client", "-c", metavar="CLIENT", help="Only this client's.", show_default=False
        ),
    ] = None,
    archived: resources.ArchivedOnly = False,
    both: resources.Both = False,
    limit: options.Limit = None,
) -> None:
    """List the active projects."""
    run = run_of(ctx)
    away = resources.away_of(away=archived, both=both)
    filters = None if client is None else {"clients": _client_id(run, client)}
    found = _resource_list(run).items(away=away, name=name, filters=filters, limit=limit)

    def table() -> str:
        from clockify_cli.render.resources import projects_table

        return projects_table(found, run.line_look)

    resources.show_list(run, found, table)


@app.command(
    "show",
    cls=Command,
    epilog=examples("clockify projects show Website", "clockify projects show Acme/Website"),
)
def show(ctx: typer.Context, project: Project) -> None:
    """Show everything of one project."""
    run = run_of(ctx)
    found = _resource_list(run).show(project)

    def details() -> str:
        from clockify_cli.render.resources import project_details

        return project_details(found, run.look)

    resources.show_one(run, found, details)


@app.command(
    "create",
    cls=Command,
    epilog=examples(
        "clockify projects create Website",
        "clockify projects create Website --client Acme --billable --color teal",
    ),
)
def create(
    ctx: typer.Context,
    new: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    name: resources.Name = None,
    client: Client = None,
    billable: Billable = None,
    public: Public = None,
    color: Color = None,
    note: resources.Note = None,
    archived: resources.Archived = None,
) -> None:
    """Create a project."""
    run = run_of(ctx)
    named = resources.given_name(PROJECT.noun, new, name)
    wanted = _typed(run, named, client, billable, public, color, note, archived)
    resources.report(run, "Created", [_resource_list(run).create(wanted)])


@app.command(
    "update",
    cls=Command,
    epilog=examples(
        "clockify projects update Website --client 'Acme Ltd' --no-billable",
        "clockify projects update Acme/Website --name 'Web site' --color '#03A9F4'",
    ),
)
def update(
    ctx: typer.Context,
    project: Project,
    name: resources.NewName = None,
    client: Client = None,
    billable: Billable = None,
    public: Public = None,
    color: Color = None,
    note: resources.Note = None,
    archived: resources.Archived = None,
) -> None:
    """Change a project.

    What the options do not name stays as it is.
    """
    run = run_of(ctx)
    changes = _typed(run, name, client, billable, public, color, note, archived)
    resources.report_update(run, _resource_list(run), project, changes)


app.command(
    "edit",
    cls=Command,
    hidden=True,
    epilog=examples("clockify projects edit Website --note Internal"),
)(update)


@app.command("rename", cls=Command, epilog=examples("clockify projects rename Website 'Web site'"))
def rename(ctx: typer.Context, project: Project, new: resources.NewNameWord) -> None:
    """Rename a project; nothing else of it changes."""
    run = run_of(ctx)
    resources.rename(run, _resource_list(run), project, new)


@app.command(
    "archive", cls=Command, epilog=examples("clockify projects archive Website 'Old shop'")
)
def archive(ctx: typer.Context, project: Projects) -> None:
    """Archive projects.

    Their time stays, and they are no longer offered.
    """
    run = run_of(ctx)
    resources.archive(run, _resource_list(run), project)


@app.command("unarchive", cls=Command, epilog=examples("clockify projects unarchive Website"))
def unarchive(ctx: typer.Context, project: Projects) -> None:
    """Take projects out of the archive."""
    run = run_of(ctx)
    resources.restore(run, _resource_list(run), project)


@app.command(
    "delete",
    cls=Command,
    epilog=examples(
        "clockify projects delete 'Old shop'", "clockify projects delete Website --archive --yes"
    ),
)
def delete(
    ctx: typer.Context,
    project: Projects,
    archive: resources.Archive = False,
) -> None:
    """Delete projects for good.

    Their tasks go with them, and time entries lose them.
    Clockify deletes only archived ones: --archive does both steps.
    """
    run = run_of(ctx)
    resources.delete(run, _resource_list(run), project, yes=run.options.yes, both_steps=archive)


def _resource_list(run: Run) -> ResourceList:
    return resources.shelf_of(run, PROJECT)


def _client_id(run: Run, text: str) -> str:
    """Return the ID of a client; an ID needs no list."""
    return text.strip() if is_entity_id(text.strip()) else str(run.names.client(text)["id"])


def _typed(
    run: Run,
    name: str | None,
    client: str | None,
    billable: bool | None,
    public: bool | None,
    colors: Sequence[str] | None,
    note: str | None,
    archived: bool | None,
) -> Json:
    """Return the fields that were typed, as they are read; the client is looked up last."""
    color = None
    for word in colors or ():
        if word in TERMINAL:
            run.options.color = word
        else:
            color = fields.checked_color(word)
    typed = resources.named(
        name=None if name is None else fields.checked_name(PROJECT, name),
        clientId=client,
        billable=billable,
        public=public,
        color=color,
        note=None if note is None else fields.checked_text(PROJECT, "note", note),
        archived=archived,
    )
    if client:
        typed["clientId"] = _client_id(run, client)
    return typed
