"""``clockify break``: stops the running timer and starts a break."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.described import description_and_tags
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import (
    settle_forgotten,
    show_entry,
    show_started,
    stop_settled,
    typed_or_now,
)
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
        bool, typer.Option("--gap", help="Leave a gap instead of recording a break.")
    ] = False,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Stop the running timer and record a break until 'clockify resume'.

    The break is a time entry of type BREAK, which reports can leave out; if the workspace has no
    breaks, use --gap to leave the time empty. For a break that began earlier, use --at -15m.
    """
    run = run_of(ctx)
    words, _ = description_and_tags(
        ctx, description, options=["--gap"] if gap else [], at=at, tagged=False
    )
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    if gap:
        show_entry(run, stop_settled(run, when, verb=timer.GAP), "Stopped")
    else:
        text = " ".join(words or ()) or "Break"
        started = settle_forgotten(
            run, lambda f: f.before(timer.start_break(run.outbox, text, when, agreed=f.agreed))
        )
        show_started(run, started)
