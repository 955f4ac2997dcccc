"""``clockify continue``: starts a timer like an earlier entry."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import settle_forgotten, show_started, typed_or_now
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples("clockify continue", "clockify continue @3", "clockify continue review"),
)
def continue_(
    ctx: typer.Context,
    entry: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRY]",
            help="ID, @2, or part of the description (default: the last entry).",
            show_default=False,
        ),
    ] = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Start a timer with the description, project, task, tags and billable of an earlier entry.

    A running timer is stopped at the new start. Makes two requests, or three if a timer is running.
    """
    run = run_of(ctx)
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    like = timer.earlier_entry(run.outbox, " ".join(entry or ()))
    forgotten = settle_forgotten(run, when, yes=run.options.yes)
    started = timer.resume(run.outbox, like, when, agreed=forgotten.agreed)
    show_started(run, started, forgotten)
