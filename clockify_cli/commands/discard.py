"""``clockify discard``: discards the running timer."""

from __future__ import annotations

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_entry
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify discard", "clockify discard && clockify undo"))
def discard(ctx: typer.Context) -> None:
    """Discard the running timer; 'clockify undo' brings it back."""
    run = run_of(ctx)
    show_entry(run, timer.discard(run.outbox), "Discarded")
