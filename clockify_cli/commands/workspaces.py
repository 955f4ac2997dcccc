"""``clockify workspaces``: the account's workspaces."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import resources
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import NotFoundError
from clockify_cli.core.paths import FOLDER_FILE
from clockify_cli.resources import workspaces
from clockify_cli.session import Run
from clockify_cli.store.names import Names

app = NounApp("The account's workspaces.")


@app.command(
    "list", cls=Command, epilog=examples("clockify workspaces", "clockify workspaces --json")
)
def list_workspaces(ctx: typer.Context) -> None:
    """List your workspaces, marking the one in use."""
    run = run_of(ctx)
    found = workspaces.workspaces(_names(run))

    def table() -> str:
        from clockify_cli.render.resources import workspaces_table

        return workspaces_table(found, run.line_look, active=_active(run))

    resources.show_list(run, found, table)


@app.command(
    "show",
    cls=Command,
    epilog=examples("clockify workspaces show", "clockify workspaces show Acme"),
)
def show(
    ctx: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORKSPACE]", help="Name or ID (default: the one in use).", show_default=False
        ),
    ] = None,
) -> None:
    """Show a workspace, with the fields it requires on time entries."""
    run = run_of(ctx)
    text = run.account.workspace if workspace is None else workspace
    found = workspaces.show(_names(run), run.gateway, text)

    def details() -> str:
        from clockify_cli.render.resources import workspace_details

        return workspace_details(found, run.look, active=found.get("id") == _active(run))

    resources.show_one(run, found, details)


@app.command("create", cls=Command, epilog=examples("clockify workspaces create 'Side projects'"))
def create(
    ctx: typer.Context,
    new: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    name: resources.Name = None,
) -> None:
    """Create a workspace.

    Switch to it with 'clockify workspaces use'.
    """
    from clockify_cli.resources.fields import LONGEST_WORKSPACE, sized_name

    run = run_of(ctx)
    given = resources.given_name("workspace", new, name)
    wanted = sized_name("workspace", given, 1, LONGEST_WORKSPACE)
    resources.report(run, "Created", [workspaces.create(_names(run), run.gateway, wanted)])


@app.command("use", cls=Command, epilog=examples("clockify workspaces use Acme"))
def use(
    ctx: typer.Context,
    workspace: Annotated[str, resources.one("workspace")],
) -> None:
    """Use a workspace from now on.

    It is stored as this profile's setting 'workspace'.
    """
    from clockify_cli.store import config

    run = run_of(ctx)
    found = workspaces.find(_names(run), workspace)
    number = str(found["id"])
    if run.sandboxed:
        # The sandbox has its own workspaces: the profile continues with the network's.
        run.account  # noqa: B018 - it must be cached before its workspace is changed there
        config.update(("account", run.account_name), {"workspace": number})
    else:
        config.update(("profile", run.profile), {"workspace": number})
    _, origin = run.settings.explain("workspace")
    if origin.startswith("environment") or (not run.sandboxed and origin.endswith(FOLDER_FILE)):
        run.notice(f"This folder still uses another workspace (set in {origin}).")
    resources.report(run, "Using", [found])


def _names(run: Run) -> Names:
    """Return the cache for the list of workspaces, which belongs to none of them.

    ``run.names`` needs the workspace in use; a setting that names one that is gone must not
    keep anybody from choosing another.
    """
    return Names(
        run.account_id,
        "",
        lambda: run.gateway,
        max_age=run.settings.get("cache_hours") * 3600,
        refresh=run.options.refresh,
    )


def _active(run: Run) -> str:
    try:
        return run.account.workspace
    except NotFoundError:
        return ""
