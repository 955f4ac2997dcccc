"""``clockify tags``: the workspace's tags."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.model import Json
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import TAG
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

app = NounApp("The workspace's tags.")

Tag = Annotated[str, resources.one("tag")]
Tags = Annotated[list[str], resources.several("tag")]


@app.command(
    "list", cls=Command, epilog=examples("clockify tags", "clockify tags --name dev --json")
)
def list_tags(
    ctx: typer.Context,
    name: resources.NamePart = "",
    archived: resources.ArchivedOnly = False,
    both: resources.Both = False,
    limit: options.Limit = None,
) -> None:
    """List the active tags."""
    run = run_of(ctx)
    away = resources.away_of(away=archived, both=both)
    found = _resource_list(run).items(away=away, name=name, limit=limit)

    def table() -> str:
        from clockify_cli.render.resources import tags_table

        return tags_table(found, run.line_look)

    resources.show_list(run, found, table)


@app.command("show", cls=Command, epilog=examples("clockify tags show dev"))
def show(ctx: typer.Context, tag: Tag) -> None:
    """Show one tag."""
    run = run_of(ctx)
    found = _resource_list(run).show(tag)

    def details() -> str:
        from clockify_cli.render.resources import tag_details

        return tag_details(found, run.look)

    resources.show_one(run, found, details)


@app.command("create", cls=Command, epilog=examples("clockify tags create 'on-call'"))
def create(
    ctx: typer.Context,
    new: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    name: resources.Name = None,
    archived: resources.Archived = None,
) -> None:
    """Create a tag."""
    run = run_of(ctx)
    wanted = _typed(resources.given_name(TAG.noun, new, name), archived)
    resources.report(run, "Created", [_resource_list(run).create(wanted)])


@app.command("update", cls=Command, epilog=examples("clockify tags update dev --name engineering"))
def update(
    ctx: typer.Context,
    tag: Tag,
    name: resources.NewName = None,
    archived: resources.Archived = None,
) -> None:
    """Rename a tag; an archived one stays archived."""
    run = run_of(ctx)
    changes = _typed(name, archived)
    resources.report_update(run, _resource_list(run), tag, changes)


app.command("edit", cls=Command, hidden=True, epilog=examples("clockify tags edit dev --archived"))(
    update
)


@app.command("rename", cls=Command, epilog=examples("clockify tags rename dev engineering"))
def rename(ctx: typer.Context, tag: Tag, new: resources.NewNameWord) -> None:
    """Rename a tag; nothing else of it changes."""
    run = run_of(ctx)
    resources.rename(run, _resource_list(run), tag, new)


@app.command("archive", cls=Command, epilog=examples("clockify tags archive dev review"))
def archive(ctx: typer.Context, tag: Tags) -> None:
    """Archive tags.

    Entries keep them, and they are no longer offered.
    """
    run = run_of(ctx)
    resources.archive(run, _resource_list(run), tag)


@app.command("unarchive", cls=Command, epilog=examples("clockify tags unarchive dev"))
def unarchive(ctx: typer.Context, tag: Tags) -> None:
    """Take tags out of the archive."""
    run = run_of(ctx)
    resources.restore(run, _resource_list(run), tag)


@app.command(
    "delete",
    cls=Command,
    epilog=examples("clockify tags delete dev", "clockify tags delete dev review --yes"),
)
def delete(ctx: typer.Context, tag: Tags) -> None:
    """Delete tags for good.

    Active or archived: there is one step only. Time entries lose them.
    """
    run = run_of(ctx)
    resources.delete(run, _resource_list(run), tag, yes=run.options.yes)


def _resource_list(run: Run) -> ResourceList:
    return resources.shelf_of(run, TAG)


def _typed(name: str | None, archived: bool | None) -> Json:
    return resources.named(
        name=None if name is None else fields.checked_name(TAG, name), archived=archived
    )
