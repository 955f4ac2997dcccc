"""``clockify shorten``: makes an entry shorter."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import resize
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command, epilog=examples("clockify shorten @1 15m", "clockify shorten @running 10m --start")
)
def shorten(
    ctx: typer.Context,
    entry: options.Entry,
    length: options.Length,
    start: Annotated[
        bool, typer.Option("--start", help="Move the start later instead of the end earlier.")
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Make an entry shorter.

    Its end moves earlier; with --start its start moves later.
    """
    resize(
        run_of(ctx),
        "shorten",
        entry,
        length,
        at_start=start,
        shorter=True,
        allow_future=allow_future,
        yes=run_of(ctx).options.yes,
    )
