"""Sums of time as tables: the report, the week's grid, gaps and the outcome of a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clockify_cli.model import instant
from clockify_cli.render import moments
from clockify_cli.render.bars import bar
from clockify_cli.render.durations import clock_duration, decimal_hours, hours_minutes
from clockify_cli.render.names import dot
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Line, Look, Span, is_color
from clockify_cli.render.tables import Column, Section, table

Group = Mapping[str, Any]
_BAR_CELLS = 16


def report_table(
    report: Mapping[str, Any], look: Look, *, decimal: bool = False, bars: bool = True
) -> str:
    """Return a report as an indented table with shares and a grand total.

    Args:
        report: ``seconds``, ``billableSeconds`` and ``groups``, nested. A group may carry
            ``color``, ``roundedSeconds`` and ``amounts`` (cents by currency); so may the report.
        look: What it is drawn for.
        decimal: Show decimal hours beside the durations.
        bars: Draw each group's share of the whole.
    """
    whole = int(report.get("seconds") or 0)
    rows = list(_walk(report.get("groups") or (), 0))
    if not rows:
        return Line(Span("No time was tracked.", "dim")).text(look)
    flat = all(row.depth == 0 for row in rows)
    columns = [
        Column[_Row](_title(report), lambda r: r.label(look), 0, 10, ratio=3),
        Column[_Row](
            "Duration", lambda r: _weight(clock_duration(r.seconds), r, flat), 0, justify="right"
        ),
        Column[_Row]("Rounded", lambda r: _rounded(r.group), 1, justify="right"),
        Column[_Row]("Hours", lambda r: _hours(r.group) if decimal else "", 2, justify="right"),
        Column[_Row]("Amount", lambda r: amounts_text(r.group.get("amounts")), 3, justify="right"),
        Column[_Row]("Billable", lambda r: _billable(r.group), 5, justify="right"),
        Column[_Row]("Share", lambda r: _percent(r.seconds, whole), 4, justify="right"),
        Column[_Row]("", lambda r: _share_bar(r, whole, look) if bars else "", 6, 6, ratio=1),
    ]
    total = Section(
        "Total",
        {
            "Duration": clock_duration(whole),
            "Rounded": _rounded(report),
            "Hours": _hours(report) if decimal else "",
            "Amount": amounts_text(report.get("amounts")),
            "Billable": _billable(report),
        },
        rule=True,
    )
    shown: list[_Row | Section] = [*rows, total]
    return table(columns, shown, look, empty="")


def group_label(group: Group) -> str:
    """Return what a group is called: its name, or ``(no project)``; a day with its weekday."""
    name = safe(group.get("name") or "").strip()
    by = str(group.get("by") or "")
    if not name:
        return f"(no {safe(by)})" if by else "(none)"
    if by == "day":
        try:
            return moments.day_text(date.fromisoformat(name))
        except ValueError:
            return name
    return name


def amounts_text(amounts: object) -> str:
    """Write cents by currency as ``1,250.00 EUR``, several joined with a plus."""
    if not isinstance(amounts, Mapping):
        return ""
    return " + ".join(f"{int(c) / 100:,.2f} {name}" for name, c in amounts.items() if c)


@dataclass(frozen=True)
class GridRow:
    """One row of a week's grid.

    Attributes:
        label: What the time went to, such as ``Client/Project``.
        seconds: Tracked on each day, as many as there are days.
        color: The project's colour, ``#rrggbb``; may be empty.
    """

    label: str
    seconds: Sequence[int]
    color: str = ""


def week_grid(rows: Sequence[GridRow], days: Sequence[date], look: Look) -> str:
    """Return time by row and day with the sums of both; a list by day where it cannot fit."""
    if not rows:
        return Line(Span("No time was tracked.", "dim")).text(look)
    sums = [sum(row.seconds[i] for row in rows) for i in range(len(days))]
    total = sum(sums)
    names = [moments.DAYS[day.weekday()] for day in days]
    gap = 1 if look.compact else 2
    least_label = min(8, max(Line(r.label).width for r in rows))
    for titles in (
        [f"{name} {day.day:02}" for name, day in zip(names, days, strict=True)],
        names,
        [name[:2] for name in names],
    ):
        sizes = [
            max(len(title), len(_cell(s)), *(len(_cell(r.seconds[i])) for r in rows))
            for i, (title, s) in enumerate(zip(titles, sums, strict=True))
        ]
        last = max(5, len(hours_minutes(total)))
        if least_label + 2 * look.color + sum(sizes) + last + gap * (len(days) + 1) <= look.width:
            break
    else:
        return _by_day(rows, days, sums, look)
    columns = [
        Column[GridRow]("Project", lambda r: Line(dot(r.color, look), r.label), 0, 7, ratio=1)
    ]
    for i, title in enumerate(titles):
        columns.append(Column(title, _day_cell(i), 0, justify="right", keep=True))
    columns.append(
        Column(
            "Total",
            lambda r: Line(Span(_cell(sum(r.seconds)), "bold")),
            0,
            justify="right",
            keep=True,
        )
    )
    values = {title: _cell(s) for title, s in zip(titles, sums, strict=True)}
    foot = Section("Total", {**values, "Total": hours_minutes(total)}, rule=True)
    shown: list[GridRow | Section] = [*rows, foot]
    return table(columns, shown, look, empty="")


def gaps_table(gaps: Sequence[Mapping[str, Any]], look: Look) -> str:
    """Return the gaps ``{start, end, seconds}`` under their days, with their sum."""
    days = {moments.day_text(look.local(instant(str(gap["start"]))).date()) for gap in gaps}
    rows: list[Mapping[str, Any] | Section] = list(gaps)
    if gaps:
        total = sum(int(gap["seconds"]) for gap in gaps)
        count = f"{len(gaps)} gap{'s' * (len(gaps) > 1)}"
        label = count if len(days) < 2 else f"{count} on {len(days)} days"
        rows.append(Section(label, {"Missing": clock_duration(total)}, rule=True))
    shown: list[str] = []

    def day(gap: Mapping[str, Any]) -> str:
        text = moments.day_text(look.local(instant(str(gap["start"]))).date())
        shown.append(text)
        return "" if shown[-2:-1] == [text] else text

    def times(gap: Mapping[str, Any]) -> str:
        return moments.range_text(instant(str(gap["start"])), instant(str(gap["end"])), look)

    return table(
        [
            Column[Mapping[str, Any]]("Day", day, 0),
            Column[Mapping[str, Any]]("Time", times, 0),
            Column[Mapping[str, Any]](
                "Missing", lambda g: clock_duration(int(g["seconds"])), 0, justify="right"
            ),
        ],
        rows,
        look,
        empty="No gaps: everything is covered.",
    )


def check_view(outcome: Mapping[str, Any], look: Look) -> str:
    """Return ``{ok, rules: [{rule, ok, findings}]}`` as a list with what was found below each rule.

    A finding is a sentence, or an object with a ``message``.
    """
    out: list[Line] = []
    rules = outcome.get("rules") or []
    for rule in rules:
        good = bool(rule.get("ok"))
        mark = Span("✓ ", "green") if good else Span("✗ ", "red")
        out.append(Line(mark, Span(str(rule.get("rule") or ""), "" if good else "bold")))
        for finding in rule.get("findings") or []:
            words = finding.get("message") or finding if isinstance(finding, Mapping) else finding
            for part in Line(str(words)).wrap(max(8, look.width - 4)):
                out.append(Line("    ", part))
    broken = sum(not rule.get("ok") for rule in rules)
    if broken:
        last = Line(Span(f"{broken} of {len(rules)} rules broken.", "red"))
    else:
        last = Line(Span("Everything is in order.", "green"))
    return "\n".join(line.text(look) for line in [*out, last])


@dataclass(frozen=True)
class _Row:
    """A group with its depth in the tree."""

    group: Group
    depth: int

    @property
    def seconds(self) -> int:
        return int(self.group.get("seconds") or 0)

    def label(self, look: Look) -> Line:
        name = group_label(self.group)
        style = "" if self.group.get("name") else "dim"
        colored = dot(self.group["color"], look) if self.group.get("color") else None
        return Line("  " * self.depth, colored, Span(name, style))


def _walk(groups: Sequence[Group], depth: int) -> Iterator[_Row]:
    for group in groups:
        yield _Row(group, depth)
        yield from _walk(group.get("groups") or (), depth + 1)


def _title(report: Mapping[str, Any]) -> str:
    """Return ``Project / Task`` from what the first groups are grouped by."""
    words: list[str] = []
    groups = report.get("groups") or ()
    while groups:
        words.append(str(groups[0].get("by") or "").capitalize())
        groups = next((g["groups"] for g in groups if g.get("groups")), ())
    return " / ".join(words)


def _weight(text: str, row: _Row, flat: bool) -> Line:
    return Line(Span(text, "" if flat or row.depth else "bold"))


def _rounded(group: Mapping[str, Any]) -> str:
    rounded = group.get("roundedSeconds")
    return "" if rounded is None else clock_duration(int(rounded))


def _hours(group: Mapping[str, Any]) -> str:
    """Return decimal hours, of the rounded time where there is one."""
    rounded = group.get("roundedSeconds")
    return decimal_hours(int(group.get("seconds") or 0) if rounded is None else int(rounded))


def _billable(group: Mapping[str, Any]) -> str:
    seconds = int(group.get("billableSeconds") or 0)
    return clock_duration(seconds) if seconds else ""


def _percent(seconds: int, whole: int) -> str:
    if whole <= 0:
        return ""
    share = 100 * seconds / whole
    return "<1%" if 0 < share < 0.5 else f"{share:.0f}%"


def _share_bar(row: _Row, whole: int, look: Look) -> Line:
    own = row.group.get("color")
    style = str(own) if is_color(own) else "cyan"
    share = row.seconds / whole if whole > 0 else 0.0
    return Line(bar(share, _BAR_CELLS, color=look.color, style=style if not row.depth else "dim"))


def _cell(seconds: int) -> str:
    return hours_minutes(seconds) if seconds else "·"


def _day_cell(number: int) -> Any:
    def cell(row: GridRow) -> Line:
        text = _cell(row.seconds[number])
        return Line(Span(text, "dim" if text == "·" else ""))

    return cell


def _by_day(rows: Sequence[GridRow], days: Sequence[date], sums: Sequence[int], look: Look) -> str:
    """List the days below each other, for terminals too narrow for the grid."""
    time = max(5, *(len(hours_minutes(s)) for s in [*sums, sum(sums)]))
    room = max(1, look.width - time - 1)
    out: list[Line] = []

    def add(label: Line, seconds: int, style: str = "") -> None:
        value = Line(Span(hours_minutes(seconds).rjust(time), style))
        out.append(Line(label.cut(room).pad(room + 1), value))

    for i, day in enumerate(days):
        if not sums[i]:
            continue
        add(Line(Span(moments.day_text(day), "bold")), sums[i], "bold")
        for row in rows:
            if row.seconds[i]:
                add(Line("  ", dot(row.color, look), row.label), row.seconds[i])
    add(Line(Span("Total", "bold")), sum(sums), "bold")
    return "\n".join(line.text(look) for line in out)


def days_between(first: date, last: date) -> list[date]:
    """Return the days from ``first`` to ``last``, both included."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
