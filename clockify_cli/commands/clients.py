"""``clockify clients``: the workspace's clients."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.model import Json
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import CLIENT
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

app = NounApp("The workspace's clients.")

Client = Annotated[str, resources.one("client")]
Clients = Annotated[list[str], resources.several("client")]
Address = Annotated[
    str | None,
    typer.Option("--address", metavar="TEXT", help="Address; '' clears it.", show_default=False),
]
Email = Annotated[
    str | None,
    typer.Option("--email", metavar="EMAIL", help="E-mail; '' clears it.", show_default=False),
]


@app.command(
    "list",
    cls=Command,
    epilog=examples("clockify clients", "clockify clients --archived --json"),
)
def list_clients(
    ctx: typer.Context,
    name: resources.NamePart = "",
    archived: resources.ArchivedOnly = False,
    both: resources.Both = False,
    limit: options.Limit = None,
) -> None:
    """List the active clients."""
    run = run_of(ctx)
    away = resources.away_of(away=archived, both=both)
    found = _resource_list(run).items(away=away, name=name, limit=limit)

    def table() -> str:
        from clockify_cli.render.resources import clients_table

        return clients_table(found, run.line_look)

    resources.show_list(run, found, table)


@app.command("show", cls=Command, epilog=examples("clockify clients show Acme"))
def show(ctx: typer.Context, client: Client) -> None:
    """Show everything of one client."""
    run = run_of(ctx)
    found = _resource_list(run).show(client)

    def details() -> str:
        from clockify_cli.render.resources import client_details

        return client_details(found, run.look)

    resources.show_one(run, found, details)


@app.command(
    "create",
    cls=Command,
    epilog=examples(
        "clockify clients create Acme",
        "clockify clients create Acme --email billing@acme.example --note 'Net 30'",
    ),
)
def create(
    ctx: typer.Context,
    new: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    name: resources.Name = None,
    address: Address = None,
    note: resources.Note = None,
    email: Email = None,
    archived: resources.Archived = None,
) -> None:
    """Create a client."""
    run = run_of(ctx)
    named = resources.given_name(CLIENT.noun, new, name)
    wanted = _typed(named, address, note, email, archived)
    resources.report(run, "Created", [_resource_list(run).create(wanted)])


@app.command(
    "update",
    cls=Command,
    epilog=examples(
        "clockify clients update Acme --name 'Acme Ltd'",
        "clockify clients update Acme --email '' --note ''",
    ),
)
def update(
    ctx: typer.Context,
    client: Client,
    name: resources.NewName = None,
    address: Address = None,
    note: resources.Note = None,
    email: Email = None,
    archived: resources.Archived = None,
) -> None:
    """Change a client.

    What the options do not name stays as it is.
    """
    run = run_of(ctx)
    changes = _typed(name, address, note, email, archived)
    resources.report_update(run, _resource_list(run), client, changes)


app.command(
    "edit", cls=Command, hidden=True, epilog=examples("clockify clients edit Acme --note Internal")
)(update)


@app.command("rename", cls=Command, epilog=examples("clockify clients rename Acme 'Acme Ltd'"))
def rename(ctx: typer.Context, client: Client, new: resources.NewNameWord) -> None:
    """Rename a client; nothing else of it changes."""
    run = run_of(ctx)
    resources.rename(run, _resource_list(run), client, new)


@app.command("archive", cls=Command, epilog=examples("clockify clients archive Acme"))
def archive(ctx: typer.Context, client: Clients) -> None:
    """Archive clients.

    They keep their projects, and are no longer offered.
    """
    run = run_of(ctx)
    resources.archive(run, _resource_list(run), client)


@app.command("unarchive", cls=Command, epilog=examples("clockify clients unarchive Acme"))
def unarchive(ctx: typer.Context, client: Clients) -> None:
    """Take clients out of the archive."""
    run = run_of(ctx)
    resources.restore(run, _resource_list(run), client)


@app.command(
    "delete",
    cls=Command,
    epilog=examples("clockify clients delete Acme", "clockify clients delete Acme --archive --yes"),
)
def delete(
    ctx: typer.Context,
    client: Clients,
    archive: resources.Archive = False,
) -> None:
    """Delete clients for good.

    Their projects lose them. Clockify deletes only archived ones: --archive does both steps.
    """
    run = run_of(ctx)
    resources.delete(run, _resource_list(run), client, yes=run.options.yes, both_steps=archive)


def _resource_list(run: Run) -> ResourceList:
    return resources.shelf_of(run, CLIENT)


def _typed(
    name: str | None,
    address: str | None,
    note: str | None,
    email: str | None,
    archived: bool | None,
) -> Json:
    return resources.named(
        name=None if name is None else fields.checked_name(CLIENT, name),
        address=None if address is None else fields.checked_text(CLIENT, "address", address),
        note=None if note is None else fields.checked_text(CLIENT, "note", note),
        email=None if email is None else fields.checked_email(email),
        archived=archived,
    )
