"""``clockify run``: tracks a command."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import (
    Forgotten,
    settle_forgotten,
    show_entry,
    show_started,
    typed_content,
)
from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import running, timer

app = CommandApp()


@app.command(
    cls=Command,
    context_settings={"allow_interspersed_args": False},
    epilog=examples(
        "clockify run -p Acme -- make test",
        "clockify run -d 'Long build' --on-api-error warn -- ./build.sh",
    ),
)
def run(
    ctx: typer.Context,
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND…", help="Command to run, with its arguments.")
    ],
    description: Annotated[
        str | None,
        typer.Option(
            "--description", "-d", metavar="TEXT", help="Description (default: the command line)."
        ),
    ] = None,
    project: options.Project = None,
    task: options.Task = None,
    tag: options.Tags = None,
    billable: options.Billable = None,
    on_api_error: Annotated[
        str,
        typer.Option(
            "--on-api-error",
            metavar="fail|warn",
            help="If no timer can be started, fail, or warn and run anyway.",
        ),
    ] = "fail",
) -> None:
    """Start a timer, run COMMAND, stop the timer, and exit with COMMAND's exit code.

    Signals reach the command. A timer that was running is stopped and not restarted. With
    --on-api-error warn, tracking never breaks a build: errors are reported and the command's exit
    code is kept.
    """
    this = run_of(ctx)
    if on_api_error not in ("fail", "warn"):
        raise UsageError(f"--on-api-error cannot be '{on_api_error}'.", "Choose fail or warn.")
    running.check_command(command)
    started = None
    try:
        words = [running.described(command) if description is None else description]
        content = typed_content(this, words, project, task, tag, billable)

        def act(forgotten: Forgotten) -> timer.Started:
            return forgotten.before(
                timer.start(this.outbox, content, None, verb="run", agreed=forgotten.agreed)
            )

        started = settle_forgotten(this, act)
        this.out.to_stderr(lambda: show_started(this, started))
    except ClockifyError as error:
        if on_api_error == "fail":
            raise
        this.notice(f"Not tracked: {error.message}")
    try:
        code = running.run_command(command)
    finally:
        if started is not None:
            _stop(this, started)
    raise typer.Exit(code)


def _stop(this: Run, started: timer.Started) -> None:
    try:
        stopped = timer.stop_this(this.outbox, started.entry)
        this.out.to_stderr(lambda: show_entry(this, stopped, "Stopped"))
    except ClockifyError as error:
        # The command's own exit code matters more than ours.
        this.out.tell(f"clockify: the timer was not stopped: {error.message} {error.hint}")
