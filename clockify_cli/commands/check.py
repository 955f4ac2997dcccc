"""``clockify check``: checks entries against rules, for cron, hooks and CI."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.gaps import hours_of
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError

if TYPE_CHECKING:
    from clockify_cli.tracking.check import Rules

app = CommandApp()


@app.command(
    cls=Command,
    conflicts=[("--junit -", "--json")],
    epilog=examples(
        "clockify check last-week --min 38h --max 50h",
        "clockify check yesterday --no-overlap --no-gap 30m --max-entry 10h",
        "clockify check month --require project,description --no-running",
        "clockify check last-week --min 38h --junit report.xml",
    ),
)
def check(
    ctx: typer.Context,
    period: options.Range = None,
    since: options.Since = None,
    until: options.Until = None,
    least: Annotated[
        str, typer.Option("--min", metavar="DURATION", help="Require at least this much time.")
    ] = "",
    most: Annotated[
        str, typer.Option("--max", metavar="DURATION", help="Allow at most this much time.")
    ] = "",
    max_entry: Annotated[
        str,
        typer.Option("--max-entry", metavar="DURATION", help="Allow no entry longer than this."),
    ] = "",
    no_overlap: Annotated[
        bool, typer.Option("--no-overlap", help="Allow no overlapping entries.")
    ] = False,
    no_gap: Annotated[
        str,
        typer.Option(
            "--no-gap", metavar="DURATION", help="No gap of this length or more in working hours."
        ),
    ] = "",
    require: Annotated[
        list[str] | None,
        typer.Option(
            "--require",
            metavar="A,B…",
            help="Require these on every entry: project, description, task, tag.",
            show_default=False,
        ),
    ] = None,
    no_running: Annotated[
        bool, typer.Option("--no-running", help="Allow no running timer.")
    ] = False,
    junit: Annotated[
        str,
        typer.Option("--junit", metavar="FILE", help="Also write a JUnit report; - for stdout."),
    ] = "",
    user: options.User = None,
) -> None:
    """Check the entries of a range (default: this week) against rules.

    Exit 0 if all hold, 1 if one is broken. Always asks Clockify. Time off counts for
    --min; breaks count neither for --min and --max nor for --require.
    """
    from clockify_cli.times.pieces import Days
    from clockify_cli.tracking.check import Rules, typed_requirements
    from clockify_cli.tracking.check import check as checked
    from clockify_cli.tracking.history import Freshness, entries_in

    run = run_of(ctx)
    rules = Rules(
        least=_length(least),
        most=_length(most),
        longest_entry=_length(max_entry),
        no_overlap=no_overlap,
        no_gap=_length(no_gap),
        require=typed_requirements(require or ()),
        no_running=no_running,
    )
    _refuse_none(rules)
    span = filters.period_of(run, period, since, until, default="week")
    hours = hours_of(run)
    who = run.user_id(user)
    asked = Freshness(hint="'clockify report --cached' shows what was last known.")
    held = entries_in(run.outbox, span.start, span.end, user=who, freshness=asked)
    outcome = checked(held, rules, Days(run.clock, span.first, span.last), hours, run.clock)
    if junit:
        from clockify_cli.core.model import utc_text
        from clockify_cli.render.formats import junit_xml

        report = junit_xml(outcome, f"{span.first} to {span.last}", utc_text(run.now))
        if junit == "-":
            run.out.write(report)
        else:
            from clockify_cli.store.whole_file import whole_file

            with whole_file(junit) as write:
                write(report.encode())

    def text() -> str:
        from clockify_cli.render.judgements import check_view

        return check_view(outcome, run.look)

    if junit != "-":
        run.out.answer(outcome, text)
    if not outcome["ok"]:
        raise typer.Exit(1)


def _length(text: str) -> timedelta | None:
    from clockify_cli.times import parse_duration

    return parse_duration(text) if text else None


def _refuse_none(rules: Rules) -> None:
    from clockify_cli.tracking.check import Rules

    if rules == Rules():
        raise UsageError(
            "No rules given.",
            "For example: clockify check last-week --min 38h --no-overlap --require project.",
        )
