"""``clockify apply``: carries out days written as text."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.day_texts import apply_text
from clockify_cli.commands.edit import read_source
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify apply week.txt --dry-run",
        "echo '9:00-9:15 Acme/Web :: Stand-up +meeting' | clockify apply -",
        "clockify edit --day yesterday --print > day.txt",
    ),
)
def apply(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="File with the text, or - for standard input.")
    ],
    day: Annotated[
        str | None,
        typer.Option(
            "--day", metavar="DAY", help="Day of the lines before the first date (default: today)."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete entries of these days that have no line.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and change nothing.")
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Apply a text with one line per entry, as 'clockify edit --day' writes it.

    For example: 09:00-10:30 Client/Project: Task :: Description +tag +"two words" $ #id

    Only the time is required, in any form of a span (9:00 +45m, 9am-10am). A date alone on a line
    starts a day. $ is billable, -$ is not; without either, a new line follows its project. Quote
    what would be misread, as in JSON. Lines that begin with # are ignored.

    A line with #id changes that entry. A line without one adds an entry unless the same entry
    exists, so applying a text twice changes nothing. Without --replace, only lines removed from a
    text written by 'edit --day' are deleted.

    All of it is one change for 'clockify undo'. JSON: [{action, entry, before}].
    """
    run = run_of(ctx)
    text = read_source(file)
    own = None
    if day is not None:
        from clockify_cli.times import parse_day

        own = parse_day(day, run.clock)
    apply_text(
        run,
        text,
        source=file,
        day=own,
        remove=replace,
        dry_run=dry_run,
        allow_future=allow_future,
        yes=run.options.yes,
    )
