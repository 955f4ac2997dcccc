"""``clockify split``: cuts an entry into pieces."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import show_entries, sure
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.tracking import editing, reshaping

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify split @1 --at 10:00",
        "clockify split @1 --at 10:00 --at 11:30",
        "clockify split @running --at -20m",
    ),
)
def split(
    ctx: typer.Context,
    entry: options.Entry,
    at: Annotated[
        list[str],
        typer.Option("--at", metavar="WHEN", help="Where to cut; may be repeated."),
    ],
) -> None:
    """Cut an entry into pieces that hold all that it held; the first keeps its ID.

    The last piece of a running entry runs on. A clock time without a day is on the day on
    which it lies within the entry. 'clockify undo' makes one entry of them again.
    """
    run = run_of(ctx)
    [found] = editing.find_all(run.outbox, [entry], sure(run, yes=run.options.yes))
    pieces = reshaping.split(run.outbox, found, reshaping.typed_cuts(found, at, run.clock))
    show_entries(run, [("Split", piece) for piece in pieces], one=False)
