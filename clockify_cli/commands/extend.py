"""``clockify extend``: makes an entry longer."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import resize
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command, epilog=examples("clockify extend @1 15m", "clockify extend @2 1h30m --start")
)
def extend(
    ctx: typer.Context,
    entry: options.Entry,
    length: options.Length,
    start: Annotated[
        bool, typer.Option("--start", help="Move the start earlier instead of the end later.")
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Make an entry longer.

    Its end moves later; with --start its start moves earlier.
    """
    resize(
        run_of(ctx),
        "extend",
        entry,
        length,
        at_start=start,
        shorter=False,
        allow_future=allow_future,
        yes=run_of(ctx).options.yes,
    )
