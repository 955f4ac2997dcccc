"""``clockify prompt``: one line for a shell prompt, from local state alone."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--json", "--format")],
    epilog=examples(
        "PS1='$(clockify prompt) \\$ '",
        "clockify prompt --format '{project} {elapsed}{mark}'",
        "set -g status-right '#(clockify prompt)'",
    ),
)
def prompt(
    ctx: typer.Context,
    template: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="TEMPLATE",
            help="Fields: {description} {project} {client} {task} {tags} {color} {label} {elapsed} "
            "{seconds} {decimal} {start} {today} {mark} {id}.",
        ),
    ] = None,
) -> None:
    """Print the running timer for a shell prompt or a status bar; nothing if none is running.

    Makes no request and starts about as fast as Python itself. {mark} is "?" if the service has not
    been asked for four hours and "+" if changes are pending. The prompt_format setting is the
    default template.
    """
    from clockify_cli.core.present import seconds_now
    from clockify_cli.render.cached import check_template, prompt_line, template_fields
    from clockify_cli.store.config import profile_table
    from clockify_cli.store.state import state_of

    if template is not None:
        check_template(template)
    run = run_of(ctx)
    profile_table(run.config, run.profile)  # an unknown one is refused
    state, now = state_of(run.options), seconds_now()
    fields = template_fields(state, now) if state.get("start") else None
    run.out.answer(fields, lambda: prompt_line(state, template or "", now))
