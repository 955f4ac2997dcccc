"""A week as a grid: projects by days, with the sums of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clockify_cli.render import moments
from clockify_cli.render.durations import decimal_hours, hours_minutes
from clockify_cli.render.names import dot
from clockify_cli.render.reports import (
    NOTHING,
    amounts_text,
    aside_rows,
    group_label,
    note_line,
    period_line,
    qualified_label,
    report_notes,
)
from clockify_cli.render.style import Line, Look, Span
from clockify_cli.render.tables import Column, Section, table


@dataclass(frozen=True)
class GridRow:
    """One row of a week's grid.

    Attributes:
        label: What the time went to, such as ``Client/Project``.
        seconds: What counts on each day, as many as there are days.
        raw: The same as tracked.
        color: The project's colour, ``#rrggbb``; may be empty.
        amount: What the whole period's time is worth; may be empty.
    """

    label: str
    seconds: Sequence[int]
    raw: Sequence[int]
    color: str = ""
    amount: str = ""


def week_rows(report: Mapping[str, Any], days: Sequence[date]) -> list[GridRow]:
    """Return the rows of one week of a report by project and day."""
    names = [group_label(group) for group in report["groups"]]
    rows = []
    for group in report["groups"]:
        by_day = {str(inner["id"]): inner for inner in group["groups"]}
        held = [by_day.get(day.isoformat(), {}) for day in days]
        if not any(inner.get("rawSeconds") for inner in held):
            continue
        # The client only if it tells equal names apart: there is little room.
        name = group_label(group)
        amounts: dict[str, int] = {}
        for inner in held:
            for currency, cents in inner.get("amounts", {}).items():
                amounts[currency] = amounts.get(currency, 0) + cents
        rows.append(
            GridRow(
                qualified_label(group) if names.count(name) > 1 else name,
                [int(inner.get("seconds") or 0) for inner in held],
                [int(inner.get("rawSeconds") or 0) for inner in held],
                str(group.get("color") or ""),
                amounts_text(amounts),
            )
        )
    return rows


def week_view(
    report: Mapping[str, Any],
    look: Look,
    weeks: Sequence[Sequence[date]],
    *,
    decimal: bool = False,
) -> str:
    """Return a report by project and day as grids, one a week.

    Args:
        report: Grouped by project, then by day; with ``rounding``, the raw sums stand beside.
        look: What it is drawn for.
        weeks: The days of each.
        decimal: Write decimal hours.
    """
    write = decimal_hours if decimal else hours_minutes
    rounds = bool(report.get("rounding"))
    parts = [period_line(report, look)]
    for days in weeks:
        rows = week_rows(report, days)
        if rows or len(weeks) == 1:
            parts.append(week_grid(rows, days, look, write=write, rounds=rounds))
    below = [note_line(f"{label}: {write(seconds)}", look) for label, seconds in aside_rows(report)]
    below += [note_line(text, look) for text in report_notes(report)]
    gap = "\n\n" if len(weeks) > 1 else "\n"
    return gap.join([*parts, "\n".join(below)] if below else parts)


def week_grid(
    rows: Sequence[GridRow],
    days: Sequence[date],
    look: Look,
    *,
    write: Callable[[int], str] = hours_minutes,
    rounds: bool = False,
) -> str:
    """Return time by row and day with the sums of both; a list by day if it cannot fit.

    Args:
        rows: The rows.
        days: The days.
        look: What it is drawn for.
        write: Writes a time.
        rounds: Show the raw sums too.
    """

    def cell(seconds: int) -> str:
        return write(seconds) if seconds else "·"

    if not rows:
        return Line(Span(NOTHING, "dim")).text(look)
    sums = [sum(row.seconds[i] for row in rows) for i in range(len(days))]
    raws = [sum(row.raw[i] for row in rows) for i in range(len(days))]
    total, raw = sum(sums), sum(raws)
    names = [moments.DAYS[day.weekday()] for day in days]
    gap = 1 if look.compact else 2
    least_label = min(8, max(Line(r.label).width for r in rows))
    for titles in (
        [f"{name} {day.day:02}" for name, day in zip(names, days, strict=True)],
        names,
        [name[:2] for name in names],
    ):
        sizes = [
            max(len(title), len(cell(s)), *(len(cell(r.seconds[i])) for r in rows))
            for i, (title, s) in enumerate(zip(titles, sums, strict=True))
        ]
        last = max(5, len(write(total))) + (gap + max(5, len(write(raw)))) * rounds
        if least_label + 2 * look.color + sum(sizes) + last + gap * (len(days) + 1) <= look.width:
            break
    else:
        return _by_day(rows, days, (sums, raws if rounds else None), look, write)
    columns = [
        Column[GridRow]("Project", lambda r: Line(dot(r.color, look), r.label), 0, 7, ratio=1)
    ]
    for i, title in enumerate(titles):
        columns.append(Column(title, _day_cell(i, cell), 0, justify="right", keep=True))
    columns.append(
        Column(
            "Total",
            lambda r: Line(Span(cell(sum(r.seconds)), "bold")),
            0,
            justify="right",
            keep=True,
        )
    )
    if rounds:
        columns.append(Column("Raw", lambda r: cell(sum(r.raw)), 0, justify="right", style="dim"))
    columns.append(Column("Amount", lambda r: r.amount, 1, justify="right"))

    def foot(label: str, held: Sequence[int], **more: str) -> Section:
        values = {title: cell(s) for title, s in zip(titles, held, strict=True)}
        return Section(label, {**values, "Total": write(sum(held)), **more}, rule=label == "Total")

    shown: list[GridRow | Section] = [
        *rows,
        foot("Total", sums, **{"Raw": write(raw)} if rounds else {}),
    ]
    if rounds:
        shown.append(foot("Raw", raws))
    return table(columns, shown, look, empty="")


def _day_cell(number: int, write: Callable[[int], str]) -> Any:
    def cell(row: GridRow) -> Line:
        text = write(row.seconds[number])
        return Line(Span(text, "dim" if text == "·" else ""))

    return cell


def _by_day(
    rows: Sequence[GridRow],
    days: Sequence[date],
    both: tuple[Sequence[int], Sequence[int] | None],
    look: Look,
    write: Callable[[int], str],
) -> str:
    """List the days below each other, for terminals too narrow for the grid."""
    sums, raws = both
    time = max(5, *(len(write(s)) for s in [*sums, sum(sums)]))
    room = max(1, look.width - time - 1)
    out: list[Line] = []

    def add(label: Line, seconds: int, style: str = "") -> None:
        value = Line(Span(write(seconds).rjust(time), style))
        out.append(Line(label.cut(room).pad(room + 1), value))

    for i, day in enumerate(days):
        if not sums[i]:
            continue
        add(Line(Span(moments.day_text(day), "bold")), sums[i], "bold")
        for row in rows:
            if row.seconds[i]:
                add(Line("  ", dot(row.color, look), row.label), row.seconds[i])
    add(Line(Span("Total", "bold")), sum(sums), "bold")
    if raws is not None:
        add(Line("Raw"), sum(raws), "dim")
    return "\n".join(line.text(look) for line in out)
