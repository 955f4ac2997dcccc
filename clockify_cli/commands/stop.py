"""``clockify stop``: stops the running timer."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_entry, typed_instant
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify stop", "clockify stop --at 17:30", "clockify stop --at 'yesterday 18:00'"
    ),
)
def stop(
    ctx: typer.Context,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Stop the running timer and show the finished entry. Exit 4 where nothing runs."""
    run = run_of(ctx)
    when = typed_instant(run, at, role="end", allow_future=allow_future, yes=run.options.yes)
    show_entry(run, timer.stop(run.outbox, when), "Stopped")
