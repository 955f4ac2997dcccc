"""``clockify switch``: stops the running timer and starts another like it."""

from __future__ import annotations

import typer

from clockify_cli.commands import options
from clockify_cli.commands.described import description_and_tags, given
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import (
    Forgotten,
    settle_forgotten,
    show_started,
    typed_or_now,
)
from clockify_cli.tracking import timer

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

    Fields that are not given come from the running one; a new project clears its task. Makes two
    requests. Exit 4 if nothing is running.
    """
    run = run_of(ctx)
    words, tags = description_and_tags(
        ctx, description, options=given(project, task, tag, billable), at=at
    )
    tag = [*(tag or ()), *tags] or tag
    when = typed_or_now(run, at, allow_future=allow_future, yes=run.options.yes)

    def act(forgotten: Forgotten) -> timer.Started:
        started = timer.switch(
            run.outbox,
            when,
            agreed=forgotten.agreed,
            like=forgotten.stopped,
            description=None if words is None else " ".join(words),
            project=project,
            task=task,
            tags=None if tag is None else [text for text in tag if text.strip()],
            billable=billable,
        )
        return forgotten.before(started)

    show_started(run, settle_forgotten(run, act))
