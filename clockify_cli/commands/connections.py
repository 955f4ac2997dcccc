"""``clockify connections``: the gateway's connections to Clockify."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run
from clockify_cli.setup import connections

app = NounApp("Manage the gateway's connections to Clockify accounts.")

Number = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Connection ID, or the beginning of one.", show_default=False
    ),
]
Wait = Annotated[
    int, typer.Option("--timeout", min=1, metavar="SECONDS", help="How long to wait, in seconds.")
]
SECONDS = 300
_SETTLED = (connections.ACTIVE, connections.FAILED)


@app.command(
    "list",
    cls=Command,
    epilog=examples("clockify connections", "clockify connections list --status ACTIVE --json"),
)
def list_connections(
    ctx: typer.Context,
    status: Annotated[
        str,
        typer.Option(
            "--status",
            metavar="active|pending|failed",
            help="Show only connections with this status.",
        ),
    ] = "",
) -> None:
    """List connections, oldest first.

    The one in use is marked. JSON: an array, with the control plane's keys.
    """
    run = run_of(ctx)
    wanted = status.upper()
    known = (connections.ACTIVE, connections.PENDING, connections.FAILED)
    if wanted and wanted not in known:
        raise UsageError(
            f"'{status}' is not a connection status.",
            f"One of: {', '.join(known).lower()}.",
        )
    found = connections.all_connections(run.gateway, wanted)

    used, notice = connections.settled_connection(found, run.target.connection)

    def text() -> str:
        from clockify_cli.render.resources import connections_table

        return connections_table(found, run.line_look, used=used)

    if notice and not wanted:
        run.notice(notice)
    run.out.answer(found, text, ids=[str(c.get("connection_id")) for c in found])


@app.command("show", cls=Command, epilog=examples("clockify connections show 0f3c"))
def show(ctx: typer.Context, number: Number) -> None:
    """Show one connection.

    JSON: an object, with the control plane's keys.
    """
    run = run_of(ctx)
    _answer(run, connections.one(run.gateway, number))


@app.command(
    "create",
    cls=Command,
    epilog=examples(
        "clockify connections create",
        "clockify connections create --use",
        "clockify connections create --no-wait --json",
    ),
)
def create(
    ctx: typer.Context,
    wait: Annotated[
        bool | None,
        typer.Option(
            "--wait/--no-wait",
            help="Wait until it is active (default: only on a terminal).",
            show_default=False,
        ),
    ] = None,
    timeout: Wait = SECONDS,
    use: Annotated[
        bool, typer.Option("--use", help="Use it for this profile once it is active.")
    ] = False,
) -> None:
    """Create a connection to a Clockify account.

    Prints the address to finish signing in at. On a terminal, offers to open it in the browser and
    waits until the connection is active. JSON: the connection, with the control plane's keys.
    """
    run = run_of(ctx)
    if use:
        _refuse_sandbox(run)
    made = connections.create(run.gateway)
    number = str(made["connection_id"])
    page = connections.page(made)
    waits = wait if wait is not None else run.out.can_ask or use
    if made.get("status") not in _SETTLED and waits:
        if page:
            run.notice(f"Finish the sign-in at {page}")
            _offer_browser(run, page)
        run.notice(f"Waiting up to {timeout} s until it is active (Ctrl-C to stop waiting).")
        made = connections.wait(run.gateway, number, timeout)
    if use:
        _use(run, made, yes=True)
    elif made.get("status") == connections.ACTIVE:
        _tell_of_older(run, number)
    _answer(run, made)


@app.command("delete", cls=Command, epilog=examples("clockify connections delete 0f3c --yes"))
def delete(ctx: typer.Context, number: Number) -> None:
    """Delete a connection.

    Recorded time is kept. JSON: the deleted connection.
    """
    run = run_of(ctx)
    found = connections.one(run.gateway, number)
    name = str(found["connection_id"])
    tell_pending(run)
    run.confirm(
        "Delete it?",
        doubt=f"Without the connection {name} the gateway cannot reach its Clockify account.",
    )
    connections.delete(run.gateway, name)
    if not run.sandboxed and connections.forget_choice(run.config, run.profile, name):
        run.notice(
            "It was this profile's connection. To choose another: clockify connections use ID."
        )
    run.out.answer(found, lambda: f"Deleted the connection {name}.", ids=[name])


@app.command("use", cls=Command, epilog=examples("clockify connections use 0f3c"))
def use(ctx: typer.Context, number: Number) -> None:
    """Choose an active connection for this profile.

    JSON: the connection.

    To go back to the gateway's choice: clockify config unset connection.
    """
    run = run_of(ctx)
    _refuse_sandbox(run)
    found = connections.one(run.gateway, number)
    _use(run, found, yes=run.options.yes)
    _answer(run, found)


def _refuse_sandbox(run: Run) -> None:
    if run.sandboxed:
        raise UsageError(
            "A profile's connection belongs to the service, not the sandbox.",
            "For the sandbox: --connection ID.",
        )


def _use(run: Run, found: connections.Connection, *, yes: bool) -> None:
    """Store a usable connection as the profile's."""
    from clockify_cli.store import config

    connections.check_usable(found)
    name = str(found["connection_id"])
    tell_pending(run)
    config.update(("profile", run.profile), {"connection": name}, run.notice)
    chosen, origin = run.settings.explain("connection")
    if chosen and chosen != name and not origin.startswith("profile"):
        run.notice(f"The {origin} names another connection, which takes precedence.")


def tell_pending(run: Run) -> None:
    """Say how much is pending, and whose: it goes to that user, whatever the connection."""
    from clockify_cli.setup.forgetting import pending_changes

    own = str(run.known_user.get("user_name") or "")
    for line in pending_changes(run.account_id, own, run.notice):
        run.notice(f"{line} It goes to that user, through whatever connection.")


def _tell_of_older(run: Run, made_id: str) -> None:
    """Notice that another connection than the new one stays in use."""
    active = connections.all_connections(run.gateway, connections.ACTIVE)
    used, _ = connections.settled_connection(active, run.target.connection)
    if used and used != made_id:
        run.notice(
            f"The connection {used} stays in use. To change: clockify connections use {made_id}"
        )


def _offer_browser(run: Run, page: str) -> None:
    """Open the page, if the user agrees; the address goes to the browser and to no shell."""
    if not run.out.can_ask:
        return
    if run.out.ask("Open it in the browser? [Y/n] ").lower() in ("", "y", "yes"):
        import webbrowser

        if not webbrowser.open(page):
            run.notice("Could not start a browser; open the address yourself.")


def _answer(run: Run, found: connections.Connection) -> None:
    def text() -> str:
        from clockify_cli.render.resources import connection_details

        return connection_details(found, run.look)

    run.out.answer(found, text, ids=[str(found.get("connection_id"))])
