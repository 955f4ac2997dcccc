"""``clockify sync``: delivers pending changes."""

from __future__ import annotations

import typer

from clockify_cli.commands.queue import as_json
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify sync", "clockify sync --json"))
def sync(ctx: typer.Context) -> None:
    """Send all pending changes now, in order.

    Exit 0 if no changes remain pending, 3, 5 or 7 if some do, 6 if a change was set aside (see
    'clockify queue').
    """
    run = run_of(ctx)
    delivered, left = run.outbox.sync()

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        if not delivered and not left:
            return "Nothing is pending."
        return outcome_lines([*delivered, *left], run.look)

    operations = [*delivered, *left]
    run.out.answer([as_json(o) for o in operations], text, ids=[str(o.id) for o in operations])
    if left:
        raise typer.Exit(6)
