"""``clockify move``: moves an entry to another time."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import reshape, sure
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.tracking import reshaping

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify move @1 9:00",
        "clockify move @1 -15m",
        "clockify move @2 yesterday 14:00",
        "clockify move @2 +1d",
    ),
)
def move(
    ctx: typer.Context,
    entry: options.Entry,
    when: Annotated[
        list[str],
        typer.Argument(metavar="WHEN…", help="New start, or +1h, -15m, -1d from the old one."),
    ],
    allow_future: options.AllowFuture = False,
) -> None:
    """Move an entry to another time, keeping its duration.

    A clock time without a day is on the entry's own day. +1h and -1h are counted from the entry's
    start, not from now; days keep the clock time.
    """
    run = run_of(ctx)
    text = " ".join(when)
    reshape(
        run,
        "move",
        entry,
        lambda e: reshaping.moved(
            e, text, run.clock, sure(run, yes=run.options.yes), allow_future=allow_future
        ),
        "Moved",
    )
