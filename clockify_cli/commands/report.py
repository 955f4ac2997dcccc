"""``clockify report``: sums time by project, client, day and more."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.render.report_shapes import ReportShape
from clockify_cli.session import Run
from clockify_cli.times.pieces import Days
from clockify_cli.tracking.report import report_of
from clockify_cli.tracking.tally import (
    MODES,
    UNITS,
    Rounding,
    Tally,
    count,
    counted_kinds,
    typed_dimensions,
)

app = CommandApp()

By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="A,B…",
        help="Group by project, client, task, tag, description, user, day, week, month or "
        "billable, nested (default: project).",
        show_default=False,
    ),
]
Round = Annotated[
    str | None,
    typer.Option(
        "--round", metavar="DURATION", help="Round to this, for example 15m; 'off' for none."
    ),
]
RoundMode = Annotated[
    str | None,
    typer.Option(
        "--round-mode", metavar="up|nearest|down", help="Round up, down or to the nearest."
    ),
]
RoundPer = Annotated[
    str | None,
    typer.Option(
        "--round-per",
        metavar="entry|day|project",
        help="Round each entry, each project's day, or each project's total.",
    ),
]
Decimal = Annotated[bool, typer.Option("--decimal", help="Show decimal hours too.")]
Amounts = Annotated[
    bool | None,
    typer.Option(
        "--amounts/--no-amounts",
        help="Show amounts if rates are known (in JSON only if given).",
        show_default=False,
    ),
]
Breaks = Annotated[
    bool, typer.Option("--breaks/--no-breaks", help="Count breaks as well.", show_default=False)
]
TimeOff = Annotated[
    bool,
    typer.Option(
        "--time-off/--no-time-off", help="Count time off and holidays too.", show_default=False
    ),
]
Week = Annotated[bool, typer.Option("--week", help="Show a grid per week: projects by days.")]
Timeline = Annotated[bool, typer.Option("--timeline", help="Show each day's hours as blocks.")]
Heatmap = Annotated[bool, typer.Option("--heatmap", help="Show months as shaded calendars.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write CSV, one row per group.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Write a Markdown table.")]
Svg = Annotated[str, typer.Option("--svg", metavar="FILE", help="Also write charts as a picture.")]
Html = Annotated[
    str, typer.Option("--html", metavar="FILE", help="Also write a page with charts and tables.")
]


@app.command(
    cls=Command,
    conflicts=[
        ("--week", "--timeline", "--heatmap", "--by"),
        ("--json", "--csv", "--markdown", "--svg -", "--html -"),
        ("--timeline", "--heatmap", "--json", "--csv", "--markdown"),
        ("--timeline", "--heatmap", "--round"),
        ("--timeline", "--heatmap", "--round-mode"),
        ("--timeline", "--heatmap", "--round-per"),
        ("--timeline", "--heatmap", "--amounts"),
        ("--timeline", "--heatmap", "--decimal"),
        ("--decimal", "--json"),
        ("--everyone", "--user"),
        ("--cached", "--refresh"),
    ],
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
    breaks: Breaks = False,
    time_off: TimeOff = False,
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
    cached: filters.Cached = False,
) -> None:
    """Sum the time of a range (default: this week), nested and to the second.

    An entry counts within the range only; a running one counts up to now. Breaks and time off are
    shown beside the work. Rounding changes no entries; the raw time is shown beside it.
    """
    run = run_of(ctx)
    _check_endings(svg, html)
    default = "today" if timeline else "month" if heatmap else "week"
    span = filters.period_of(run, period, since, until, default=default)
    freshness = filters.freshness_of(
        run, cached=cached, copied=bool(csv or markdown or svg or html)
    )
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
        levels = typed_dimensions(by or several)
    rounds = not (timeline or heatmap)
    tally = Tally(
        levels,
        Days(run.clock, span.first, span.last),
        run.now,
        rounding=rounding_of(run, round_to, round_mode, round_per) if rounds else None,
        counted=counted_kinds(breaks=breaks, time_off=time_off),
        keep=timeline,
    )
    count(tally, run.outbox, users, chosen, freshness)
    found = report_of(
        tally,
        run.names,
        run.clock,
        zone_name_of(run),
        own_user=(run.account.user, run.account.user_name),
        priced=amounts,
        refresh=run.options.refresh,
    )
    answer = filters.with_age(run, freshness, found.as_json(amounts=bool(amounts)))
    view = {**found.view(), "priced": amounts is not False}

    if timeline:
        run.names.know(*({"projectId": p.entry.get("projectId")} for p in tally.kept))
    kinds = {"week": week, "timeline": timeline, "heatmap": heatmap}
    shape = ReportShape(
        kind=next((kind for kind, given in kinds.items() if given), ""),
        view=view,
        days=tally.days,
        by_day=tally.by_day(),
        pieces=tally.kept,
        names=run.outbox,
        week_start=run.week_start,
        decimal=decimal,
    )
    if svg:
        _write_document(run, shape.svg(run.look), svg)
    if html:
        _write_document(run, shape.html(run.look), html)
    if "-" in (svg, html):
        return
    if csv or markdown or run.out.json_mode:
        from clockify_cli.render.reports import shared_note

        if note := shared_note(view):
            run.notice(note)
    if csv:
        from clockify_cli.render.formats import csv_text, report_rows

        header, rows = report_rows(view)
        run.out.write(csv_text(rows, header))
    elif markdown:
        run.out.write(shape.markdown())
    else:
        run.out.answer(answer, lambda: shape.text(run.look))


def rounding_of(run: Run, step: str | None, mode: str | None, per: str | None) -> Rounding | None:
    """Return the rounding that is asked for, by options or settings; ``None`` for none.

    Raises:
        UsageError: A word is none of those that are known.
    """
    from clockify_cli.times import parse_duration

    text = step if step is not None else run.settings.get("round")
    for name, value, known in (
        ("--round-mode", mode, MODES),
        ("--round-per", per, UNITS),
    ):
        if value is not None and value not in known:
            raise UsageError(f"{name} cannot be {value!r}.", f"Choose one of: {', '.join(known)}.")
    if not text or text.strip().lower() in ("off", "none", "0"):
        if mode or per:
            raise UsageError(
                "There is no rounding to adjust.",
                "Add --round 15m, or: clockify config set round 15m.",
            )
        return None
    seconds = parse_duration(text) // timedelta(seconds=1)
    return Rounding(
        seconds, mode or run.settings.get("round_mode"), per or run.settings.get("round_per")
    )


def zone_name_of(run: Run) -> str:
    """Return the name of the run's zone."""
    from clockify_cli.core.zones import zone_name

    return zone_name(run.zone)


def _check_endings(svg: str, html: str) -> None:
    for option, path, endings in (("--svg", svg, (".svg",)), ("--html", html, (".html", ".htm"))):
        if path not in ("", "-") and not path.lower().endswith(endings):
            raise UsageError(
                f"{option} writes {endings[0][1:].upper()}, but {path} has another ending.",
                f"For example: {option} report{endings[0]}.",
            )


def _write_document(run: Run, text: str, path: str) -> None:
    """Write a document to a file, whole or not at all, or to standard output for ``-``."""
    from clockify_cli.store.whole_file import whole_file

    if path == "-":
        run.out.write(text)
        return
    with whole_file(path) as write:
        write(text.encode())
    run.notice(f"Wrote {path}.")
