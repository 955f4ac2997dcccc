"""Sums of time as tables: the report, the week's grid, gaps and the outcome of a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from clockify_cli.core.model import instant
from clockify_cli.render import moments
from clockify_cli.render.bars import bar
from clockify_cli.render.durations import (
    clock_duration,
    decimal_hours,
    hours_minutes,
    short_duration,
)
from clockify_cli.render.names import dot
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Line, Look, Span, is_color
from clockify_cli.render.tables import Column, Section, table

Group = Mapping[str, Any]
_BAR_CELLS, _LEAST_BAR_CELLS = 16, 4
_SHOWN_FINDINGS = 20


def report_view(
    report: Mapping[str, Any], look: Look, *, decimal: bool = False, bars: bool = True
) -> str:
    """Return a report with its period above it and below it what has to be known about it.

    Args:
        report: As for :func:`report_table`, with ``first``, ``last`` (dates), ``zone`` and what
            :func:`report_notes` reads.
        look: What it is drawn for.
        decimal: Show decimal hours beside the durations.
        bars: Draw each group's share of the whole.
    """
    parts = [period_line(report, look), report_table(report, look, decimal=decimal, bars=bars)]
    parts += [_note(text, look) for text in report_notes(report)]
    return "\n".join(parts)


def week_view(report: Mapping[str, Any], look: Look, weeks: Sequence[Sequence[date]]) -> str:
    """Return a report by project and day as grids, one a week.

    Args:
        report: Grouped by project, then by day.
        look: What it is drawn for.
        weeks: The days of each.
    """
    parts = [period_line(report, look)]
    names = [group_label(group) for group in report["groups"]]
    for days in weeks:
        rows = []
        for group in report["groups"]:
            seconds = {str(inner["id"]): int(inner["seconds"]) for inner in group["groups"]}
            held = [seconds.get(day.isoformat(), 0) for day in days]
            if any(held):
                # The client only where it tells equal names apart: there is little room.
                name = group_label(group)
                label = qualified_label(group) if names.count(name) > 1 else name
                rows.append(GridRow(label, held, str(group.get("color") or "")))
        if rows or len(weeks) == 1:
            parts.append(week_grid(rows, days, look))
    parts += [_note(text, look) for text in report_notes(report)]
    return ("\n\n" if len(weeks) > 1 else "\n").join(parts)


def period_line(report: Mapping[str, Any], look: Look) -> str:
    """Return the first and the last day of a report, and its zone."""
    return Line(Span(period_text(report), "bold"), Span(f"  {report['zone']}", "dim")).text(look)


def period_text(report: Mapping[str, Any]) -> str:
    """Write the days of a report: ``Mon 2026-11-23 – Sun 2026-11-29``."""
    first, last = report["first"], report["last"]
    if first == last:
        return moments.day_text(first)
    return f"{moments.day_text(first)} – {moments.day_text(last)}"


def report_notes(report: Mapping[str, Any]) -> list[str]:
    """Return what has to be known about a report's figures, in sentences.

    It reads ``by``, ``rounding`` (``seconds``, ``mode``, ``per``), ``sharedSeconds`` (under
    several tags), ``breakSeconds`` and ``unpricedSeconds``; each may be missing.
    """
    notes = []
    seconds = int(report.get("seconds") or 0)
    rounding = report.get("rounding")
    if rounding and report.get("roundedSeconds") is not None:
        more = int(report["roundedSeconds"]) - seconds
        mode = {"nearest": "to the nearest"}.get(rounding["mode"], f"{rounding['mode']} to")
        unit = {"day": "project and day"}.get(rounding["per"], rounding["per"])
        notes.append(
            f"Rounded {mode} {short_duration(rounding['seconds'])} for each {unit}: "
            f"{'+' if more > 0 else ''}{clock_duration(more)}."
        )
    by = list(report.get("by") or ())
    if report.get("sharedSeconds") and "tag" in by:
        told = ""
        if by[0] == "tag":
            summed = sum(int(group["seconds"]) for group in report["groups"])
            told = f" ({clock_duration(summed)} against {clock_duration(seconds)})"
        notes.append(
            f"Time with several tags counts under each of them, so the rows add up to more "
            f"than the total{told}."
        )
    if report.get("breakSeconds"):
        notes.append(
            f"{clock_duration(int(report['breakSeconds']))} of it are breaks; "
            "--no-breaks leaves them out."
        )
    if report.get("unpricedSeconds") and report.get("amounts"):
        notes.append(
            f"The amounts are without {clock_duration(int(report['unpricedSeconds']))} of "
            "billable time whose rate is not known."
        )
    return notes


def _note(text: str, look: Look) -> str:
    return "\n".join(line.styled("dim").text(look) for line in Line(text).wrap(look.width))


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
    labels = max(row.label(look).width for row in rows)
    least = min(labels, 16 if look.compact else 28)

    def columns(cells: int) -> list[Column[_Row]]:
        return [
            Column[_Row](_title(report), lambda r: r.label(look), 0, least, ratio=3),
            Column[_Row](
                "Duration",
                lambda r: _weight(clock_duration(r.seconds), r, flat),
                0,
                justify="right",
            ),
            Column[_Row]("Rounded", lambda r: _rounded(r.group), 1, justify="right"),
            Column[_Row]("Diff", lambda r: _difference(r.group), 4, justify="right"),
            Column[_Row]("Hours", lambda r: _hours(r.group) if decimal else "", 2, justify="right"),
            Column[_Row](
                "Amount", lambda r: amounts_text(r.group.get("amounts")), 3, justify="right"
            ),
            Column[_Row]("Billable", lambda r: _billable(r.group), 5, justify="right"),
            Column[_Row]("Share", lambda r: _percent(r.seconds, whole), 4, justify="right"),
            Column[_Row]("", lambda r: _share_bar(r, whole, look, cells) if cells else "", 6),
        ]

    total = Section(
        "Total",
        {
            "Duration": clock_duration(whole),
            "Rounded": _rounded(report),
            "Diff": _difference(report),
            "Hours": _hours(report) if decimal else "",
            "Amount": amounts_text(report.get("amounts")),
            "Billable": _billable(report),
        },
        rule=True,
    )
    shown: list[_Row | Section] = [*rows, total]
    # Bars get what the rest leaves: all the same scale, none of them cut.
    rest = table(columns(0), shown, replace(look, color=False), empty="").split("\n")
    room = look.width - max(Line(line).width for line in rest) - (1 if look.compact else 2)
    cells = min(_BAR_CELLS, room) if bars and room >= _LEAST_BAR_CELLS else 0
    return table(columns(cells), shown, look, empty="")


def group_label(group: Group) -> str:
    """Return what a group is called: its name, or ``(no project)``; a day with its weekday."""
    name = safe(group.get("name") or "").strip()
    by = str(group.get("by") or "")
    if not name:
        return f"(no {safe(by)})" if by else "(none)"
    try:
        if by == "day":
            return moments.day_text(date.fromisoformat(name))
        if by == "week" and "W" in name:
            first = date.fromisoformat(str(group["id"]))
            last = first + timedelta(days=6)
            return f"{name}  {first:%m-%d}..{last:%m-%d}"
    except (ValueError, KeyError):
        pass
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
        out.append(Line(mark, Span(rule_text(rule), "" if good else "bold")))
        findings = rule.get("findings") or []
        for finding in findings[:_SHOWN_FINDINGS]:
            words = finding.get("message") or finding if isinstance(finding, Mapping) else finding
            for part in Line(str(words)).wrap(max(8, look.width - 4)):
                out.append(Line("    ", part))
        if len(findings) > _SHOWN_FINDINGS:
            more = len(findings) - _SHOWN_FINDINGS
            out.append(Line("    ", Span(f"and {more} more; --json lists all.", "dim")))
    broken = sum(not rule.get("ok") for rule in rules)
    if broken:
        last = Line(Span(f"{broken} of {len(rules)} rules broken.", "red"))
    else:
        last = Line(Span("Everything is in order.", "green"))
    return "\n".join(line.text(look) for line in [*out, last])


def rule_text(rule: Mapping[str, Any]) -> str:
    """Write a rule of a check as it was asked for: ``max-entry 10h``, ``require project``."""
    name = str(rule.get("rule") or "")
    if name.startswith("require-"):
        return f"require {name[8:]}"
    limit = str(rule.get("limit") or "").removeprefix("PT").lower()
    return f"{name} {limit}".strip()


def goals_view(goals: Mapping[str, Any], look: Look) -> str:
    """Return how far the goals ``{day, week}`` are reached, with bars and what is left."""
    out: list[Line] = []
    for title, key in (("Today", "day"), ("Week", "week")):
        goal = goals.get(key)
        if goal is None:
            continue
        done, wanted = int(goal["doneSeconds"]), int(goal["goalSeconds"])
        style = "green" if goal["reached"] else "cyan"
        share = done / wanted
        cells = 16 if look.compact else 24
        drawn = Line(bar(share, cells, color=look.color, style=style))
        drawn = Line(drawn, Span("·" * (cells - drawn.width), "dim"))
        figures = Line(
            Span(title.ljust(6), "bold"),
            Span(hours_minutes(done).rjust(6), style),
            Span(f" of {hours_minutes(wanted):<6}"),
        )
        percent = f"{int(100 * share):3}%"
        left = Line(Span(_left_text(goal, done - wanted), "green" if goal["reached"] else ""))
        if look.compact:
            out += [Line(figures, " ", percent), Line("  ", drawn), Line("  ", left)]
        else:
            out.append(Line(figures, " ", drawn, " ", percent, "  ", left))
    return "\n".join(line.text(look) for line in out)


def _left_text(goal: Mapping[str, Any], more: int) -> str:
    if goal["reached"]:
        return f"reached, {hours_minutes(more)} more" if more >= 30 else "reached"
    left = f"{hours_minutes(int(goal['leftSeconds']))} left"
    days = goal.get("workingDaysLeft")
    if days is None:
        return left
    if not days:
        return f"{left}, no working day"
    each = hours_minutes(int(goal["perDaySeconds"]))
    return f"{left}: {each} a day" if days > 1 else f"{left}, 1 working day"


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
        client = self.group.get("client")
        qualified = Span(f"{client}/", "dim") if client else None
        return Line("  " * self.depth, colored, qualified, Span(name, style))


def _walk(groups: Sequence[Group], depth: int) -> Iterator[_Row]:
    for group in groups:
        yield _Row(group, depth)
        yield from _walk(group.get("groups") or (), depth + 1)


def _title(report: Mapping[str, Any]) -> str:
    """Return ``Project / Task`` from what the first groups are grouped by."""
    if report.get("by"):
        return " / ".join(str(word).capitalize() for word in report["by"])
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


def _difference(group: Mapping[str, Any]) -> str:
    rounded = group.get("roundedSeconds")
    if rounded is None:
        return ""
    more = int(rounded) - int(group.get("seconds") or 0)
    return f"+{clock_duration(more)}" if more > 0 else clock_duration(more) if more else "·"


def qualified_label(group: Group) -> str:
    """Return what a group is called, a project with its client before it."""
    client = group.get("client")
    return f"{client}/{group_label(group)}" if client else group_label(group)


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


def _share_bar(row: _Row, whole: int, look: Look, cells: int) -> Line:
    own = row.group.get("color")
    style = str(own) if is_color(own) else "cyan"
    share = row.seconds / whole if whole > 0 else 0.0
    return Line(bar(share, cells, color=look.color, style=style if not row.depth else "dim"))


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
