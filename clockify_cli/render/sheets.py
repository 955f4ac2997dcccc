"""A report as plain cells, for Markdown and HTML tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clockify_cli.render import moments
from clockify_cli.render.durations import clock_duration, decimal_hours, hours_minutes
from clockify_cli.render.reports import amounts_text, aside_rows, qualified_label
from clockify_cli.render.week_grid import week_rows


@dataclass(frozen=True)
class Row:
    """A row of a sheet.

    Attributes:
        cells: Its texts.
        kind: ``group``, ``total`` or ``aside``.
        depth: How deep the group is nested.
    """

    cells: Sequence[str]
    kind: str = "group"
    depth: int = 0


@dataclass(frozen=True)
class Sheet:
    """A table without a form.

    Attributes:
        header: The titles.
        rows: The rows.
        words: How many columns from the left are text; the rest are figures.
    """

    header: Sequence[str]
    rows: Sequence[Row]
    words: int


def report_sheet(report: Mapping[str, Any]) -> Sheet:
    """Return a report with a column for each level, raw time, rounded time, hours and amount."""
    levels = [str(name).capitalize() for name in report["by"]]
    found = list(_walk(report.get("groups") or (), 0))
    rounds = bool(report.get("rounding"))
    amounts = any(group.get("amounts") for group, _ in [*found, (report, 0)])
    header = [*levels, "Time", *["Rounded"] * rounds, "Hours", *["Amount"] * amounts]

    def figures(group: Mapping[str, Any]) -> list[str]:
        seconds = int(group.get("seconds") or 0)
        cells = [clock_duration(int(group.get("rawSeconds") or 0))]
        cells += [clock_duration(seconds)] * rounds
        cells.append(decimal_hours(seconds))
        return cells + [amounts_text(group.get("amounts"))] * amounts

    rows = []
    for group, depth in found:
        names = [""] * len(levels)
        names[depth] = qualified_label(group)
        rows.append(Row([*names, *figures(group)], depth=depth))
    blank = [""] * (len(levels) - 1)
    rows.append(Row(["Total", *blank, *figures(report)], "total"))
    for label, seconds in aside_rows(report):
        aside = {"rawSeconds": seconds, "seconds": seconds}
        rows.append(Row([label, *blank, *figures(aside)], "aside"))
    return Sheet(header, rows, len(levels))


def week_sheets(
    report: Mapping[str, Any], weeks: Sequence[Sequence[date]], *, decimal: bool
) -> list[Sheet]:
    """Return a report by project and day as a sheet for each week that has time."""
    write = decimal_hours if decimal else hours_minutes
    rounds = bool(report.get("rounding"))
    sheets = []
    for days in weeks:
        held = week_rows(report, days)
        if not held and len(weeks) > 1:
            continue
        titles = [f"{moments.DAYS[day.weekday()]} {day:%d}" for day in days]

        def row(
            label: str, seconds: Sequence[int], raw: Sequence[int] | None, kind: str = "group"
        ) -> Row:
            beside = ["" if raw is None else write(sum(raw))] * rounds
            cells = [write(one) if one else "" for one in seconds]
            return Row([label, *cells, write(sum(seconds)), *beside], kind)

        rows = [row(one.label, one.seconds, one.raw) for one in held]
        sums = [sum(one.seconds[i] for one in held) for i in range(len(days))]
        raws = [sum(one.raw[i] for one in held) for i in range(len(days))]
        rows.append(row("Total", sums, raws, "total"))
        if rounds:
            rows.append(row("Raw", raws, None, "aside"))
        sheets.append(Sheet(["Project", *titles, "Total", *["Raw"] * rounds], rows, 1))
    return sheets


def _walk(
    groups: Sequence[Mapping[str, Any]], depth: int
) -> Iterator[tuple[Mapping[str, Any], int]]:
    for group in groups:
        yield group, depth
        yield from _walk(group.get("groups") or (), depth + 1)
