"""``clockify prompt``: one line for a shell prompt, from local state alone."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--json", "--format"), ("--json", "--for")],
    epilog=examples(
        "PROMPT_COMMAND='PS1=\"$(clockify prompt --for bash) \\\\$ \"'",
        "setopt prompt_subst; PROMPT='$(clockify prompt --for zsh) %# '",
        "clockify prompt --format '{project} {elapsed}{mark}'",
        "set -g status-right '#(clockify prompt --for tmux)'",
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
    shell: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="zsh|bash|fish|tmux",
            help="Make names inert for this shell: $, %, # and backquotes in them mean nothing.",
        ),
    ] = None,
) -> None:
    """Print the running timer for a shell prompt or a status bar; nothing if none is running.

    Makes no request and starts about as fast as Python itself. {mark} is "?" if the service has not
    been asked for four hours and "+" if changes are pending. The prompt_format setting is the
    default template.
    """
    from clockify_cli.core.present import seconds_now
    from clockify_cli.render.cached import INERT, check_template, prompt_line, template_fields
    from clockify_cli.store.config import profile_table
    from clockify_cli.store.state import state_of

    if template is not None:
        check_template(template)
    if shell is not None and shell not in INERT:
        raise UsageError(f"There is no prompt for '{shell}'.", f"It is one of: {', '.join(INERT)}.")
    run = run_of(ctx)
    profile_table(run.config, run.profile)  # an unknown one is refused
    state, now = state_of(run.options), seconds_now()
    fields = template_fields(state, now) if state.get("start") else None
    run.out.answer(fields, lambda: prompt_line(state, template or "", now, shell or ""))
