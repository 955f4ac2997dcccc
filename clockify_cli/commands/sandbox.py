"""``clockify sandbox``: the embedded gateway that ``--sandbox`` talks to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from clockify_cli import sandbox
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import ClockifyError, StorageError, UsageError
from clockify_cli.session import Run

app = NounApp(
    "The embedded gateway: Clockify behind Maton in one file on this machine. "
    "'--sandbox' talks to it in process, 'sandbox serve' lets other programs in.",
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
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="0: any free one.")
    ] = 0,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="A loopback address.")
    ] = "127.0.0.1",
) -> None:
    """Serve the sandbox over HTTP, on this machine alone.

    Until Ctrl-C. Prints the server's address, then answers; on stderr stands what to set so
    that clockify or another client uses it. JSON: {url, gatewayUrl, controlUrl, apiUrl, apiKey,
    database}.
    """
    run = _sandboxed(ctx)

    def ready(url: str) -> None:
        told = {
            "url": url,
            "gatewayUrl": f"{url}/clockify",
            "controlUrl": url,
            "apiUrl": url,
            "apiKey": sandbox.API_KEY,
            "database": run.target.sandbox,
        }
        run.out.answer(told, lambda: url)
        run.out.stdout.flush()
        run.notice(
            f"Serving {run.target.sandbox} until Ctrl-C. In another shell:\n"
            f"export CLOCKIFY_GATEWAY_URL={url}/clockify CLOCKIFY_CONTROL_URL={url} "
            f"MATON_API_KEY={sandbox.API_KEY}\n"
            f"Clients of Clockify's own API: {url}/api/v1 with 'X-Api-Key: {sandbox.API_KEY}'."
        )

    try:
        sandbox.serve(run.target.sandbox, host=host, port=port, ready=ready)
    except ValueError as error:
        raise UsageError(str(error), "Such as --host 127.0.0.1, localhost or ::1.") from error
    except OSError as error:
        raise ClockifyError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}.",
            "Choose another --port; 0 takes a free one.",
        ) from error


@app.command(
    "seed",
    cls=Command,
    epilog=examples("clockify sandbox seed", "clockify sandbox seed --days 90"),
)
def seed(
    ctx: typer.Context,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3660, metavar="N", help="Days, today included.")
    ] = 31,
) -> None:
    """Add a believable month of work.

    Clients, projects, tasks, tags, colleagues and entries. The same days get the same entries,
    so seeding twice adds nothing twice. JSON: how much of each was added.
    """
    run = _sandboxed(ctx)
    now = run.now.astimezone(run.zone)
    added = _readable(run, lambda: sandbox.seed(run.target.sandbox, now=now, days=days))
    _forget(run)

    def text() -> str:
        told = [f"{count} {kind}" for kind, count in added.items() if count]
        return f"Added {', '.join(told)}." if told else "Nothing was missing."

    run.out.answer(added, text, ids=[])


@app.command("reset", cls=Command, epilog=examples("clockify sandbox reset --yes"))
def reset(ctx: typer.Context) -> None:
    """Begin anew with one empty workspace.

    The sandbox's settings go too. JSON: {database, dropped}: the file, and how many undelivered
    writes were dropped.
    """
    from clockify_cli.setup.forgetting import replace_account

    run = _sandboxed(ctx)
    path = run.target.sandbox
    run.confirm("Everything that the sandbox holds will be lost. Reset it?")

    def renew() -> None:
        kept = sandbox.reset(path)
        if kept:
            run.notice(f"The sandbox's file was damaged; it is kept as {kept}.")

    dropped = _readable(run, lambda: replace_account(run.target.account, renew, run.notice))
    _forget(run)
    if dropped:
        run.notice(f"{dropped} write{'s' * (dropped > 1)} that waited for the old one: dropped.")
    run.out.answer({"database": path, "dropped": dropped}, lambda: "The sandbox is new.", ids=[])


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
        "clockify sandbox settings requests_per_hour=null",
    ),
)
def settings(
    ctx: typer.Context,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=JSON]…", help="What to change; null for the default."),
    ] = None,
) -> None:
    """Show how the sandbox behaves, or change it.

    Limits, latency, and how odd the service is. JSON: an object of all settings.
    """
    run = _sandboxed(ctx)
    wanted = dict(_change(text) for text in changes or [])
    if wanted:
        try:
            _readable(run, lambda: sandbox.configure(run.target.sandbox, **wanted))
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(
                f"The sandbox cannot be set so: {error}.", "List them: clockify sandbox settings."
            ) from error
    found = _readable(run, lambda: sandbox.settings(run.target.sandbox))

    def text() -> str:
        from clockify_cli.render.setup import switches_lines

        return switches_lines(found, run.look)

    run.out.answer(found, text, ids=list(found))


def _sandboxed(ctx: typer.Context) -> Run:
    """Return the run, which is one of the sandbox whether that was said or not."""
    run = run_of(ctx)
    run.options.sandbox = True
    return run


def _change(text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise UsageError(f"'{text}' is not NAME=VALUE.", "Such as requests_per_hour=30.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value  # a word is text


def _forget(run: Run) -> None:
    from clockify_cli.setup.forgetting import forget_account

    forget_account(run.account_name, run.target.account, sandbox=True)


def _readable(run: Run, work: Callable[[], Result]) -> Result:
    """Do ``work`` on the sandbox's file; say what to do where that cannot be used."""
    import sqlite3

    try:
        return work()
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"The sandbox's file {run.target.sandbox} cannot be used: {error}.",
            "Start it anew: clockify sandbox reset --yes (the old file is kept).",
        ) from error
