"""``clockify standup``: writes yesterday and today as Markdown."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify standup",
        "clockify standup yesterday",
        "clockify standup | pbcopy",
        "clockify standup --json",
    ),
)
def standup(
    ctx: typer.Context,
    day: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DAY]", help="Instead of today.", show_default=False),
    ] = None,
) -> None:
    """Write what was done on the last day with entries and today, by project, as Markdown."""
    from clockify_cli.times import parse_day
    from clockify_cli.tracking import standup as standups

    run = run_of(ctx)
    chosen = parse_day(" ".join(day), run.clock) if day else run.clock.today
    found = standups.standup(run.outbox, run.names, run.clock, chosen)

    def text() -> str:
        from clockify_cli.render.formats import standup_markdown

        return standup_markdown(found, run.look)

    run.out.answer(standups.as_json(found), text)
