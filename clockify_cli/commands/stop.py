"""``clockify stop``: stops the running timer."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_entry, stop_settled, typed_end
from clockify_cli.core.errors import UsageError

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify stop",
        "clockify stop 17:30",
        "clockify stop 10m ago",
        "clockify stop --at 'yesterday 18:00'",
    ),
)
def stop(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHEN]…",
            help="End time: 17:30, 10m ago, -10m.",
            show_default=False,
        ),
    ] = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Stop the running timer and show the finished entry.

    Exit 4 if nothing is running.

    A clock time without a day is the most recent one (yesterday's if today's is in the future),
    never before the timer's start.
    """
    run = run_of(ctx)
    typed = " ".join(words or ())
    if typed and at != "now":
        raise UsageError(f"Two end times were given: '{typed}' and '{at}'.", "Give only one.")
    when = typed_end(run, typed or at, allow_future=allow_future, yes=run.options.yes)
    show_entry(run, stop_settled(run, when), "Stopped")
