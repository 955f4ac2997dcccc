"""``clockify resume``: resumes the work before the break, or the last one."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import settle_forgotten, show_started, typed_or_now
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify resume", "clockify resume --at 13:00"))
def resume(
    ctx: typer.Context,
    entry: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRY]",
            help="ID, @2, or part of the description (default: the last entry).",
            show_default=False,
        ),
    ] = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Resume what you were doing before the break: end the running break, if any, and start a timer
    like the entry before it.

    With ENTRY, the same as 'continue'.
    """
    run = run_of(ctx)
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    like = timer.earlier_entry(run.outbox, " ".join(entry or ()), breaks=False)
    forgotten = settle_forgotten(run, when, yes=run.options.yes)
    started = timer.resume(run.outbox, like, when, agreed=forgotten.agreed, verb="resume")
    show_started(run, started, forgotten)
