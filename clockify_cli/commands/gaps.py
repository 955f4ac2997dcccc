"""``clockify gaps``: shows working hours that no entry covers."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.session import Run
from clockify_cli.tracking.working_hours import WorkingHours

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--cached", "--refresh")],
    epilog=examples(
        "clockify gaps",
        "clockify gaps last-week --min 15m",
        "clockify gaps yesterday --json",
        "clockify config set work_hours 9:00-12:30,13:30-17:30",
    ),
)
def gaps(
    ctx: typer.Context,
    period: options.Range = None,
    since: options.Since = None,
    until: options.Until = None,
    least: Annotated[
        str, typer.Option("--min", metavar="DURATION", help="Leave out shorter gaps.")
    ] = "1m",
    user: options.User = None,
    cached: filters.Cached = False,
) -> None:
    """Show the working hours of a range (default: this week) that no entry covers.

    Working hours are the settings work_days and work_hours. The future is never a gap; breaks and
    time off cover time like any entry.
    """
    from clockify_cli.times import parse_duration
    from clockify_cli.times.pieces import Days
    from clockify_cli.tracking.gaps import gaps_between
    from clockify_cli.tracking.history import entries_in

    run = run_of(ctx)
    freshness = filters.freshness_of(run, cached=cached)
    span = filters.period_of(run, period, since, until, default="week")
    shortest, hours = parse_duration(least), hours_of(run)
    who = run.user_id(user)
    held = entries_in(run.outbox, span.start, span.end, user=who, freshness=freshness)
    days = Days(run.clock, span.first, span.last)
    found = gaps_between(held, days, hours, run.clock, least=shortest)

    def text() -> str:
        from clockify_cli.render.judgements import gaps_table

        return gaps_table(found, run.look)

    run.out.answer(filters.with_age(run, freshness, found), text)


def hours_of(run: Run) -> WorkingHours:
    """Return the working hours of the settings."""
    from clockify_cli.tracking.working_hours import working_hours

    return working_hours(run.settings.get("work_days"), run.settings.get("work_hours"))
