"""``clockify break``: stops the running timer and starts a break."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_entry, show_started, typed_instant
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(
    "break",
    cls=Command,
    epilog=examples("clockify break", "clockify break Lunch --at 12:30", "clockify break --gap"),
)
def break_(
    ctx: typer.Context,
    description: options.Words = None,
    gap: Annotated[
        bool, typer.Option("--gap", help="Leave the time empty instead of recording a break.")
    ] = False,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Stop the running timer and record a break until 'clockify resume'.

    The break is a time entry of type BREAK, which reports can leave out; where the workspace
    has no breaks, --gap just leaves the time empty.
    """
    run = run_of(ctx)
    when = typed_instant(run, at, allow_future=allow_future, yes=run.options.yes)
    if gap:
        show_entry(run, timer.stop(run.outbox, when), "Stopped")
    else:
        text = " ".join(description or ()) or "Break"
        show_started(run, timer.start_break(run.outbox, text, when))
