"""``clockify stop``: stops the running timer."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import settle_forgotten, show_entry, typed_or_now
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
    yes: options.Yes = False,
) -> None:
    """Stop the running timer and show the finished entry. Exit 4 where nothing runs."""
    run = run_of(ctx)
    when = typed_or_now(run, at, role="end", allow_future=allow_future, yes=yes)
    forgotten = settle_forgotten(run, when, yes=yes)
    stopped = forgotten.stopped or timer.stop(run.outbox, when, agreed=forgotten.agreed)
    show_entry(run, stopped, "Stopped")
