"""``clockify report``: sums time by what it went to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import report as reports
from clockify_cli.tracking.pieces import Days

if TYPE_CHECKING:
    from clockify_cli.render.style import Look
    from clockify_cli.times import Period

app = CommandApp()

By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="A,B…",
        help="Group by project, client, task, tag, description, user, day, week, month or "
        "billable, one within the other. Without it: project.",
        show_default=False,
    ),
]
Round = Annotated[
    str | None,
    typer.Option("--round", metavar="DURATION", help="Round to this, such as 15m; off: not."),
]
RoundMode = Annotated[
    str | None, typer.Option("--round-mode", metavar="up|nearest|down", help="How to round.")
]
RoundPer = Annotated[
    str | None,
    typer.Option(
        "--round-per",
        metavar="entry|day|project",
        help="Round each entry, each project's time of a day, or of the whole range.",
    ),
]
Decimal = Annotated[bool, typer.Option("--decimal", help="Show decimal hours too.")]
Amounts = Annotated[
    bool | None,
    typer.Option(
        "--amounts/--no-amounts",
        help="What the time is worth where rates are known; in --json only if asked for.",
        show_default=False,
    ),
]
Breaks = Annotated[
    bool, typer.Option("--breaks/--no-breaks", help="Whether breaks count.", show_default=False)
]
Week = Annotated[bool, typer.Option("--week", help="A grid a week: projects by days.")]
Timeline = Annotated[bool, typer.Option("--timeline", help="Each day's hours as blocks.")]
Heatmap = Annotated[bool, typer.Option("--heatmap", help="Months as shaded calendars.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write CSV: one row a group.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Write a Markdown table.")]
Svg = Annotated[
    str, typer.Option("--svg", metavar="FILE", help="Also draw what is shown as a picture.")
]
Html = Annotated[
    str, typer.Option("--html", metavar="FILE", help="Also write what is shown as a page.")
]


@app.command(
    cls=Command,
    epilog=examples(
        "clockify report",
        "clockify report last-month --by client,project --round 15m --round-mode up",
        "clockify report week --by project,day --tag review",
        "clockify report month --everyone --by user,project",
        "clockify report last-week --week",
        "clockify report today --timeline",
        "clockify report 2026-11 --markdown --by description -p Acme",
        "clockify report year --by month --json",
    ),
)
def report(
    ctx: typer.Context,
    period: options.Range = None,
    by: By = None,
    since: options.Since = None,
    until: options.Until = None,
    project: filters.Projects = None,
    client: filters.Clients = None,
    task: filters.Tasks = None,
    tag: filters.Tags = None,
    text: filters.Text = "",
    billable: filters.Billable = None,
    user: filters.Users = None,
    everyone: filters.Everyone = False,
    breaks: Breaks = True,
    round_to: Round = None,
    round_mode: RoundMode = None,
    round_per: RoundPer = None,
    decimal: Decimal = False,
    amounts: Amounts = None,
    week: Week = False,
    timeline: Timeline = False,
    heatmap: Heatmap = False,
    csv: Csv = False,
    markdown: Markdown = False,
    svg: Svg = "",
    html: Html = "",
) -> None:
    """Sum the time of a range (this week without one), nested and to the second.

    An entry counts within the range only; one that runs counts up to now. Rounding changes
    no entry: the raw time stands beside it.
    """
    run = run_of(ctx)
    _check_shapes(run, by, week=week, timeline=timeline, heatmap=heatmap, csv=csv, md=markdown)
    default = "today" if timeline else "month" if heatmap else "week"
    span = filters.period_of(run, period, since, until, default=default)
    chosen = filters.typed_filters(
        run, project=project, client=client, task=task, tag=tag, text=text, billable=billable
    )
    users = filters.typed_users(run, user, everyone=everyone)
    if week:
        levels: tuple[str, ...] = ("project", "day")
    elif heatmap:
        levels = ("day",)
    else:
        several = ["user", "project"] if len(users) > 1 else ["project"]
        levels = reports.typed_dimensions(by or several)
    tally = reports.Tally(
        levels,
        Days(run.clock, span.first, span.last),
        run.now,
        rounding=rounding_of(run, round_to, round_mode, round_per),
        keep=timeline,
    )
    reports.count(tally, run.outbox, users, chosen, breaks=breaks)
    own = (run.account.user, run.account.user_name)
    found = reports.report_of(
        tally,
        run.names,
        run.clock,
        zone_name_of(run),
        own_user=own,
        priced=amounts,
        refresh=run.options.refresh,
    )
    view = found.view()

    def drawn(look: Look) -> str:
        if timeline:
            return _timelines(run, tally, look)
        if heatmap:
            from clockify_cli.render.calendars import heatmap as drawn_heatmap

            seconds = dict.fromkeys(tally.days.dates, 0)
            seconds |= {tally.days.date(n): s for n, s in tally.by_day().items()}
            return drawn_heatmap(seconds, look, run.clock.week_start)
        from clockify_cli.render.reports import report_view, week_view

        if week:
            return week_view(view, look, _weeks(tally.days, run.clock.week_start))
        return report_view(view, look, decimal=decimal)

    for path, kind in ((svg, "svg"), (html, "html")):
        if path:
            _write_picture(run, drawn, path, kind, span)
    if "-" in (svg, html):
        return
    if csv or markdown:
        run.out.write(_as_csv(view) if csv else _as_markdown(view))
        return
    run.out.answer(found.as_json(amounts=bool(amounts)), lambda: drawn(run.look))


def rounding_of(
    run: Run, step: str | None, mode: str | None, per: str | None
) -> reports.Rounding | None:
    """Return the rounding that is asked for, by options or settings; ``None`` for none.

    Raises:
        UsageError: A word is none of those that are known.
    """
    from clockify_cli.times import parse_duration

    text = step if step is not None else run.settings.get("round")
    for name, value, known in (
        ("--round-mode", mode, reports.MODES),
        ("--round-per", per, reports.UNITS),
    ):
        if value is not None and value not in known:
            raise UsageError(f"{name} is {value!r}.", f"It is one of: {', '.join(known)}.")
    if not text or text.strip().lower() in ("off", "none", "0"):
        if mode or per:
            raise UsageError("Nothing is rounded.", "Add --round 15m, or set it: clockify config.")
        return None
    seconds = parse_duration(text) // timedelta(seconds=1)
    return reports.Rounding(
        seconds, mode or run.settings.get("round_mode"), per or run.settings.get("round_per")
    )


def zone_name_of(run: Run) -> str:
    """Return the name of the run's zone."""
    from clockify_cli.core.zones import zone_name

    return zone_name(run.zone)


def _check_shapes(
    run: Run,
    by: Sequence[str] | None,
    *,
    week: bool,
    timeline: bool,
    heatmap: bool,
    csv: bool,
    md: bool,
) -> None:
    shapes = {"--week": week, "--timeline": timeline, "--heatmap": heatmap}
    named = [name for name, given in shapes.items() if given]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} are different views.", "Choose one.")
    if named and by and not timeline:
        raise UsageError(f"{named[0]} has its own grouping.", "Leave --by out.")
    outputs = {"--json": run.out.json_mode, "--csv": csv, "--markdown": md}
    formats = [name for name, given in outputs.items() if given]
    if len(formats) > 1:
        raise UsageError(f"{' and '.join(formats)} are different formats.", "Choose one.")
    if named and (csv or md):
        raise UsageError(
            f"{named[0]} is for the terminal, --svg and --html.", f"Leave it out for {formats[0]}."
        )


def _timelines(run: Run, tally: reports.Tally, look: Look) -> str:
    from clockify_cli.render.calendars import timeline

    run.names.know(*({"projectId": e.get("projectId")} for e in tally.kept))
    drawn = []
    for day in tally.days.dates:
        if day <= look.today or len(tally.days) == 1:
            drawn.append(timeline(tally.kept, run.outbox, look, day=day))
    return "\n\n".join(drawn)


def _weeks(days: Days, week_start: int) -> list[list[Any]]:
    weeks: list[list[Any]] = []
    for day in days.dates:
        if not weeks or day.weekday() == week_start:
            weeks.append([])
        weeks[-1].append(day)
    return weeks


def _as_csv(view: dict[str, Any]) -> str:
    from clockify_cli.render.formats import csv_text, report_rows

    header, rows = report_rows(view)
    return csv_text(rows, header)


def _as_markdown(view: dict[str, Any]) -> str:
    from clockify_cli.render.formats import report_markdown

    return report_markdown(view)


def _write_picture(run: Run, drawn: Any, path: str, kind: str, span: Period) -> None:
    """Write what the terminal shows to a file, or to standard output for ``-``."""
    from clockify_cli.render import formats

    look = replace(run.look, color=True, truecolor=True)
    export = formats.export_svg if kind == "svg" else formats.export_html
    picture = export(drawn(look), look, f"{span.first} – {span.last}")
    if path == "-":
        run.out.write(picture)
        return
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(picture)
    run.notice(f"Written: {path}.")
