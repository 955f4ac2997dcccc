"""``clockify goal``: shows progress towards the daily and weekly goals."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from clockify_cli.commands import filters
from clockify_cli.commands.gaps import hours_of
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--cached", "--refresh")],
    epilog=examples(
        "clockify goal",
        "clockify goal --day 8h --week 40h",
        "clockify goal --day 8h --exit-code && clockify stop",
        "clockify config set goal_week 38h",
    ),
)
def goal(
    ctx: typer.Context,
    day: Annotated[
        str,
        typer.Option(
            "--day", metavar="DURATION", help="Daily goal (default: the goal_day setting)."
        ),
    ] = "",
    week: Annotated[
        str,
        typer.Option(
            "--week", metavar="DURATION", help="Weekly goal (default: the goal_week setting)."
        ),
    ] = "",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 unless every goal is reached.")
    ] = False,
    cached: filters.Cached = False,
) -> None:
    """Show progress towards your daily and weekly goals.

    The running timer counts up to now, and time off counts; breaks do not. The rest of the weekly
    goal is spread over the remaining working days (work_days), including today until its own goal
    is reached.
    """
    from clockify_cli.times.pieces import moment
    from clockify_cli.tracking.goal import all_reached, goals, this_week
    from clockify_cli.tracking.history import entries_in

    run = run_of(ctx)
    freshness = filters.freshness_of(run, cached=cached)
    day_goal, week_goal = _length(run, day, "goal_day"), _length(run, week, "goal_week")
    if day_goal is None and week_goal is None:
        raise UsageError(
            "No goal is set.", "Set one: clockify config set goal_day 8h. Or give --day 8h."
        )
    hours = hours_of(run)
    days = this_week(run.clock)
    span = moment(days.start), moment(days.end)
    held = entries_in(run.outbox, *span, freshness=freshness)
    found = goals(held, days, hours, run.clock, day_goal=day_goal, week_goal=week_goal)

    def text() -> str:
        from clockify_cli.render.judgements import goals_view

        return goals_view(found, run.look)

    run.out.answer(filters.with_age(run, freshness, found), text)
    if exit_code and not all_reached(found):
        raise typer.Exit(1)


def _length(run: Run, typed: str, setting: str) -> timedelta | None:
    from clockify_cli.times import parse_duration

    text = typed or run.settings.get(setting)
    return parse_duration(text) if text else None
