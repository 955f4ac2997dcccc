"""``clockify users``: who is in the workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.resources import people

app = NounApp("The workspace's users.")


@app.command(
    "list", cls=Command, epilog=examples("clockify users", "clockify users --name min --json")
)
def list_users(
    ctx: typer.Context, name: resources.NamePart = "", limit: options.Limit = None
) -> None:
    """List the users of the workspace, if you are allowed to."""
    run = run_of(ctx)
    workspace = run.account.workspace
    found = people.users(run.names, lambda: run.gateway, workspace, name=name, limit=limit)

    def table() -> str:
        from clockify_cli.render.resources import users_table

        return users_table(found, run.line_look, me=run.account.user)

    resources.show_list(run, found, table)


@app.command(
    "show",
    cls=Command,
    epilog=examples("clockify users show me", "clockify users show mina@example.com"),
)
def show(
    ctx: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="[USER]", help="Name, e-mail, ID or me.", show_default=False)
    ] = "me",
) -> None:
    """Show a user.

    Your own account is fetched, others are cached (--refresh renews them).
    """
    run = run_of(ctx)
    if user in ("me", run.account.user):
        found = people.myself(run.gateway)
    else:
        found = people.user(run.names, user)

    def details() -> str:
        from clockify_cli.render.resources import user_details

        workspace = run.names.find("workspaces", found.get("activeWorkspace"))
        return user_details(found, run.look, workspace=str((workspace or {}).get("name", "")))

    resources.show_one(run, found, details)
