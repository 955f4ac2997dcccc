"""``clockify join``: joins entries into one."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import show_entries, sure
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.tracking import editing, overlaps, reshaping

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples("clockify join @1 @2", "clockify join @3 @2 @1 --yes"),
)
def join(ctx: typer.Context, entry: options.Entries) -> None:
    """Join several entries into one, from the earliest start to the latest end.

    Gaps between them are filled. If they differ, description, project and the rest come from the
    first one given. A running entry must be the latest; the joined one keeps running. Joining more
    than two entries asks first. 'clockify undo' separates them again.
    """
    run = run_of(ctx)
    gone = len({handle.strip().lower() for handle in entry}) - 1
    if gone > 1:
        run.confirm(
            f"{gone + 1} entries would become one, and {gone} be removed.", yes=run.options.yes
        )
    found = editing.find_all(run.outbox, entry, sure(run, yes=run.options.yes))
    joined = reshaping.join(run.outbox, found, run.clock, sure(run, yes=run.options.yes))
    show_entries(run, [("Joined", joined)], one=True)
    overlaps.told(run.outbox, joined, before=found)
