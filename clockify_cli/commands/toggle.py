"""``clockify toggle``: stops the running timer, or goes on with the last work."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import continue_last, show_entry, stop_settled, typed_or_now
from clockify_cli.times.pieces import BREAK, kind_of
from clockify_cli.tracking import continuing

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify toggle", "clockify toggle --at -5m"))
def toggle(
    ctx: typer.Context, at: options.At = "now", allow_future: options.AllowFuture = False
) -> None:
    """Stop the running timer; in a break, resume; if nothing is running, continue the last work.

    Handy for a single hotkey or a status bar button.
    """
    run = run_of(ctx)
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    running = run.outbox.known_running
    past = None
    if running is None or kind_of(running) == BREAK:
        past = continuing.past_of(run.outbox)
        running = past.running
    if past is None or (running is not None and kind_of(running) != BREAK):
        show_entry(run, stop_settled(run, when), "Stopped")
    else:
        continue_last(run, past, when, verb="toggle")
