"""``clockify split``: splits an entry."""

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
        typer.Option("--at", metavar="WHEN", help="Time to split at (repeatable)."),
    ],
) -> None:
    """Split an entry; each part keeps the description, project and tags, and the first keeps the
    ID.

    The last part of a running entry keeps running. A clock time without a day is on the day it
    falls within the entry. 'clockify undo' joins the parts again.
    """
    run = run_of(ctx)
    [found] = editing.find_all(run.outbox, [entry], sure(run, yes=run.options.yes))
    pieces = reshaping.split(run.outbox, found, reshaping.typed_cuts(found, at, run.clock))
    show_entries(run, [("Split", piece) for piece in pieces], one=False)
