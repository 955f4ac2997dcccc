"""``clockify prompt``: one line for a shell prompt, from local state alone."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command,
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
    """Print the running timer for a shell prompt or a status bar; nothing where none runs.

    No request, and little more than the interpreter's own start. {mark} is "?" where the
    service has not been asked for four hours and "+" where writes wait to be sent. The
    prompt_format setting is the default template.
    """
    from clockify_cli import fastpath

    if template is not None:
        fastpath.check_template(template)
    given = run_of(ctx).options
    words = {
        name: value
        for name, value in (
            ("profile", given.profile),
            ("workspace", given.workspace),
            ("connection", given.connection),
            ("sandbox", "1" if given.sandbox else None),
        )
        if value
    }
    state = fastpath.state_of(words)
    if given.profile and not state:
        run_of(ctx).settings  # noqa: B018 - refuses a profile that there is none of
    fields = fastpath.template_fields(state) if state.get("start") else None
    run_of(ctx).out.answer(fields, lambda: fastpath.prompt_line(state, template or ""))
