"""``clockify standup``: writes yesterday and today as Markdown."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import filters
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--cached", "--refresh")],
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
        typer.Argument(metavar="[DAY]", help="Day to use (default: today).", show_default=False),
    ] = None,
    cached: filters.Cached = False,
) -> None:
    """Print your work of today and of the last day with entries, by project, as Markdown."""
    from clockify_cli.times import parse_day
    from clockify_cli.tracking import standup as standups

    run = run_of(ctx)
    freshness = filters.freshness_of(run, cached=cached)
    chosen = parse_day(" ".join(day), run.clock) if day else run.clock.today
    found = standups.standup(run.outbox, run.names, run.clock, chosen, freshness)

    def text() -> str:
        from clockify_cli.render.formats import standup_markdown

        return standup_markdown(found, run.look)

    run.out.answer(filters.with_age(run, freshness, standups.as_json(found)), text)
