"""``clockify continue``: starts a timer like an earlier entry."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import continue_last, resume_settled, typed_or_now
from clockify_cli.tracking import continuing

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples("clockify continue", "clockify continue @3", "clockify continue review"),
)
def continue_(
    ctx: typer.Context,
    entry: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRY]",
            help="ID, @2, or text that its description contains; the last work otherwise.",
            show_default=False,
        ),
    ] = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Start a timer with the description, project, task, tags and billable of an earlier entry.

    Without ENTRY, continues your last finished work; during a break, the work before it. A running
    timer is stopped at the new start; if that work is already running, it is shown. Breaks, time
    off and planned entries are not continued. Two requests, three if a timer is running.
    """
    run = run_of(ctx)
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    text = " ".join(entry or ())
    if text:
        resume_settled(run, continuing.earlier_entry(run.outbox, text), when, verb="continue")
    else:
        continue_last(run, continuing.past_of(run.outbox), when, verb="continue")
