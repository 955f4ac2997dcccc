"""``clockify redo``: redoes the last undone change."""

from __future__ import annotations

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.undo import show_undone
from clockify_cli.tracking import undo as undoing

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify redo", "clockify redo --json"))
def redo(ctx: typer.Context) -> None:
    """Redo the last undone change, if no other change was made since.

    JSON: {redone: {operation, kind, entry, entries?, thing?}, notes: []}.
    """
    run = run_of(ctx)
    show_undone(run, undoing.redo(run.outbox, run.reverse_things), "redone")
