"""``clockify sync``: delivers the writes that wait."""

from __future__ import annotations

import typer

from clockify_cli.commands.queue import as_json
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify sync", "clockify sync --json"))
def sync(ctx: typer.Context) -> None:
    """Deliver everything that waits, in order, now.

    Exit 0 when nothing waits any more, 5 or 7 while the service cannot be reached, 6 when a
    write was set aside (see 'clockify queue').
    """
    run = run_of(ctx)
    delivered, left = run.outbox.sync()

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        if not delivered and not left:
            return "Nothing waits."
        return outcome_lines([*delivered, *left], run.look)

    operations = [*delivered, *left]
    run.out.answer([as_json(o) for o in operations], text, ids=[str(o.id) for o in operations])
    if left:
        raise typer.Exit(6)
