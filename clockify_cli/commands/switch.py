"""``clockify switch``: stops the running timer and starts another like it."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_started, typed_instant
from clockify_cli.tracking import timer
from clockify_cli.tracking.defaults import split_tags

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        'clockify switch "Answer mail"',
        "clockify switch -k Review",
        "clockify switch -p Acme/Web 'Fix login' --at -5m",
    ),
)
def switch(
    ctx: typer.Context,
    description: options.Words = None,
    project: options.Project = None,
    task: options.Task = None,
    tag: options.Tags = None,
    billable: options.Billable = None,
    at: options.At = "now",
    allow_future: options.AllowFuture = False,
) -> None:
    """Stop the running timer and start another at the same instant.

    What is not named is taken from the running one; another project drops its task. Two
    requests. Exit 4 where nothing runs.
    """
    run = run_of(ctx)
    when = typed_instant(run, at, allow_future=allow_future, yes=run.options.yes)
    started = timer.switch(
        run.outbox,
        when,
        description=None if description is None else " ".join(description),
        project=project,
        task=task,
        tags=None if tag is None else split_tags(tag),
        billable=billable,
    )
    show_started(run, started)
