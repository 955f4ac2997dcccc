"""``clockify resume``: goes on with the work that a break has interrupted."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import resume_settled, typed_or_now
from clockify_cli.core.errors import NotFoundError
from clockify_cli.tracking import continuing

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify resume", "clockify resume --at 13:00"))
def resume(
    ctx: typer.Context,
    entry: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRY]",
            help="ID, @2, or text that its description contains: the same as 'continue'.",
            show_default=False,
        ),
    ] = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """End the break and start a timer like the work before it. Exit 4 if there was no break.

    After 'break --gap' too.
    """
    run = run_of(ctx)
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    text = " ".join(entry or ())
    like = (
        continuing.earlier_entry(run.outbox, text)
        if text
        else continuing.interrupted_work(run.outbox, continuing.past_of(run.outbox))
    )
    if like is None:
        raise NotFoundError(
            "There is no interrupted work to resume.",
            "Start a timer like the last entry: clockify continue.",
        )
    resume_settled(run, like, when, verb="resume")
