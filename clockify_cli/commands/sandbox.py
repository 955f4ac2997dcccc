"""``clockify sandbox``: the embedded gateway that ``--sandbox`` talks to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import ClockifyError, StorageError, UsageError
from clockify_cli.sandbox import API_KEY, Sandbox
from clockify_cli.session import Run

app = NounApp(
    "Manage the embedded gateway: Clockify behind Maton, in one file on this machine. '--sandbox' "
    "uses it in process, 'sandbox serve' opens it to other programs.",
    default="path",
)
Result = TypeVar("Result")


@app.command(
    "serve",
    cls=Command,
    epilog=examples(
        "clockify sandbox serve",
        "clockify sandbox serve --port 8080",
        "curl -H 'Authorization: Bearer sandbox' http://127.0.0.1:8080/clockify/api/v1/user",
    ),
)
def serve(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port (0 for a free one).")
    ] = 0,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Loopback address to listen on.")
    ] = "127.0.0.1",
) -> None:
    """Serve the sandbox over HTTP on this machine, until Ctrl-C.

    Prints the server's address; stderr says how to point clockify or another client at it.
    'clockify sandbox settings' changes how it behaves, also while it runs. JSON: {url, gatewayUrl,
    controlUrl, apiUrl, apiKey, database}.
    """
    run = _sandboxed(ctx)

    def ready(url: str) -> None:
        told = {
            "url": url,
            "gatewayUrl": f"{url}/clockify",
            "controlUrl": url,
            "apiUrl": url,
            "apiKey": API_KEY,
            "database": run.target.sandbox,
        }
        run.out.answer(told, lambda: url)
        run.out.stdout.flush()
        run.notice(
            f"Serving {run.target.sandbox} until Ctrl-C. In another shell:\n"
            f"export CLOCKIFY_GATEWAY_URL={url}/clockify CLOCKIFY_CONTROL_URL={url} "
            f"MATON_API_KEY={API_KEY}\n"
            f"Clients of Clockify's own API: {url}/api/v1 with 'X-Api-Key: {API_KEY}'."
        )

    try:
        Sandbox(run.target.sandbox).serve(host=host, port=port, ready=ready)
    except ValueError as error:
        raise UsageError(str(error), "For example: --host 127.0.0.1, localhost or ::1.") from error
    except OSError as error:
        raise ClockifyError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}.",
            "Choose another --port, or 0 for a free one.",
        ) from error


@app.command(
    "seed",
    cls=Command,
    epilog=examples("clockify sandbox seed", "clockify sandbox seed --days 90"),
)
def seed(
    ctx: typer.Context,
    days: Annotated[
        int,
        typer.Option(
            "--days", min=1, max=3660, metavar="N", help="Number of days, including today."
        ),
    ] = 31,
) -> None:
    """Add a month of sample work.

    Clients, projects, tasks, tags, colleagues and entries, with a locked period, days off and a
    colleague whose key is 'mina'. Seeding twice adds nothing twice. JSON: how much of each was
    added.
    """
    run = _sandboxed(ctx)
    now = run.now.astimezone(run.zone)
    added = _use(run, lambda found: found.seed(now=now, days=days))
    _forget(run)

    def text() -> str:
        told = [f"{count} {kind}" for kind, count in added.items() if count]
        return f"Added {', '.join(told)}." if told else "Nothing was missing."

    run.out.answer(added, text, ids=[])


@app.command("reset", cls=Command, epilog=examples("clockify sandbox reset --yes"))
def reset(ctx: typer.Context) -> None:
    """Start over with one empty workspace and default settings.

    JSON: {database, dropped}: the file, and how many pending changes were discarded.
    """
    from clockify_cli.setup.forgetting import replace_account

    run = _sandboxed(ctx)
    path = run.target.sandbox
    run.confirm("Delete everything in the sandbox?", yes=run.options.yes)

    def renew() -> None:
        kept = _use(run, Sandbox.reset)
        if kept:
            run.notice(f"The sandbox's file was damaged. It was kept as {kept}.")

    dropped = replace_account(run.account_id, renew, run.notice)
    _forget(run)
    if dropped:
        run.notice(f"Discarded {dropped} pending change{'s' * (dropped > 1)} of the old sandbox.")
    run.out.answer({"database": path, "dropped": dropped}, lambda: "Reset the sandbox.", ids=[])


@app.command("path", cls=Command, epilog=examples("clockify sandbox path"))
def path(ctx: typer.Context) -> None:
    """Print the path of the sandbox's file."""
    run = _sandboxed(ctx)
    run.out.answer(run.target.sandbox, lambda: run.target.sandbox)


@app.command(
    "settings",
    cls=Command,
    epilog=examples(
        "clockify sandbox settings",
        "clockify sandbox settings requests_per_hour=30 retry_after=date",
        "clockify sandbox settings workspace.lockTimeEntries=2026-11-01T00:00:00Z",
        "clockify sandbox settings roles.robin@sandbox.example=USER",
        "clockify sandbox settings keys.kim=kim@sandbox.example",
        "clockify sandbox settings requests_per_hour=null",
    ),
)
def settings(
    ctx: typer.Context,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]…", help="Settings to change; null for the default."),
    ] = None,
) -> None:
    """Show or change how the sandbox behaves: rate limits, error bodies, locks, required fields,
    users and roles.

    Values are words, numbers, true, false, null or JSON. JSON: an object of all settings.
    """
    run = _sandboxed(ctx)
    wanted = dict(_change(text) for text in changes or [])
    try:
        found = _use(run, lambda sandbox: sandbox.configure(**wanted))
    except ValueError as error:
        raise UsageError(f"{error}.", "List the settings: clockify sandbox settings") from error

    def text() -> str:
        from clockify_cli.render.setup import switches_lines

        return switches_lines(found, run.look)

    run.out.answer(found, text, ids=list(found))


def _sandboxed(ctx: typer.Context) -> Run:
    """Return the run, which uses the sandbox whether or not --sandbox was given."""
    run = run_of(ctx)
    run.options.sandbox = True
    return run


def _change(text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise UsageError(f"'{text}' is not NAME=VALUE.", "For example: requests_per_hour=30")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value  # a word is text


def _forget(run: Run) -> None:
    from clockify_cli.setup.forgetting import forget_account

    forget_account(run.account_name, run.account_id, sandbox=True)


def _use(run: Run, work: Callable[[Sandbox], Result]) -> Result:
    """Do something with the sandbox; say what to do if its file cannot be used."""
    import sqlite3

    try:
        with Sandbox(run.target.sandbox) as sandbox:
            return work(sandbox)
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"The sandbox's file {run.target.sandbox} cannot be used: {error}.",
            "Start over: clockify sandbox reset --yes (the old file is kept)",
        ) from error
