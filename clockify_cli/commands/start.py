"""``clockify start``: starts a timer."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_started, typed_content, typed_instant
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        'clockify start "Review" -p Acme',
        "clockify start Fix login -p Acme/Web -k Build -t dev,urgent --billable",
        "clockify start Standup --at 9:00",
    ),
)
def start(
    ctx: typer.Context,
    description: options.Words = None,
    project: options.Project = None,
    task: options.Task = None,
    tag: options.Tags = None,
    billable: options.Billable = None,
    at: options.At = "now",
    interactive: options.Interactive = None,
    allow_future: options.AllowFuture = False,
) -> None:
    """Start a timer.

    A timer that is running is stopped at the new start, and both are reported.
    Project, task, tags and billable default to the settings and to .clockify.toml.
    """
    run = run_of(ctx)
    when = typed_instant(run, at, allow_future=allow_future, yes=run.options.yes)
    content = typed_content(run, description, project, task, tag, billable, interactive=interactive)
    started = timer.start(run.outbox, content, when)
    if when < run.now and not run.out.quiet:
        from clockify_cli.tracking import overlaps

        overlaps.told(run.outbox, started.entry)
    show_started(run, started)
