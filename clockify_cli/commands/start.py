"""``clockify start``: starts a timer."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.described import description_and_tags, given
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import (
    settle_forgotten,
    show_started,
    typed_content,
    typed_or_now,
)
from clockify_cli.tracking import timer

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        'clockify start "Review" -p Acme',
        "clockify start Fix login -p Acme/Web -k Build -t dev,urgent --billable",
        "clockify start Standup --at 9:00",
        "clockify start Fix login +urgent",
        "clockify start -- 10:30 meeting",
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

    A running timer is stopped at the new start, and both are shown. A word like +urgent is a
    tag; a time in the description is refused unless it follows "--". Project, task, tags and
    billable default to your settings and .clockify.toml.
    """
    run = run_of(ctx)
    words, tags = description_and_tags(
        ctx, description, options=given(project, task, tag, billable), at=at
    )
    tag = [*(tag or ()), *tags] or tag
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)
    content = typed_content(run, words, project, task, tag, billable, interactive=interactive)
    started = settle_forgotten(
        run, lambda f: f.before(timer.start(run.outbox, content, when, agreed=f.agreed))
    )
    if when is not None and when < run.now and not run.out.quiet:
        from clockify_cli.tracking import overlaps

        overlaps.told(run.outbox, started.entry)
    show_started(run, started)
