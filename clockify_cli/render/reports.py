"""A report as a table: sums, shares and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from clockify_cli.render import moments
from clockify_cli.render.bars import bar
from clockify_cli.render.durations import decimal_hours, screen_duration, short_duration
from clockify_cli.render.names import dot
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Line, Look, Span, is_color
from clockify_cli.render.tables import Column, Section, table

Group = Mapping[str, Any]
NOTHING = "No time was tracked."
_BAR_CELLS, _LEAST_BAR_CELLS = 16, 4


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
    parts += [note_line(text, look) for text in report_notes(report)]
    return "\n".join(parts)


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
    several tags), ``breakSeconds``, ``timeOffSeconds``, ``counted`` and ``unpricedSeconds``;
    each may be missing.
    """
    notes = []
    rounding = report.get("rounding")
    if rounding:
        more = int(report["seconds"]) - int(report["rawSeconds"])
        mode = {"nearest": "to the nearest"}.get(rounding["mode"], f"{rounding['mode']} to")
        unit = {"day": "project and day"}.get(rounding["per"], rounding["per"])
        notes.append(
            f"Rounded {mode} {short_duration(rounding['seconds'])} for each {unit}: "
            f"{'+' if more > 0 else ''}{screen_duration(more)}."
        )
    if note := shared_note(report):
        notes.append(note)
    for kind, seconds in _beside(report):
        if kind in report.get("counted", ()):
            word = "breaks" if kind == "break" else kind
            notes.append(f"Includes {screen_duration(seconds)} of {word}.")
    if report.get("unpricedSeconds") and report.get("amounts"):
        notes.append(
            f"The amounts leave out {screen_duration(int(report['unpricedSeconds']))} of billable "
            f"time without a known rate."
        )
    return notes


def shared_note(report: Mapping[str, Any]) -> str:
    """Say how much time stands under several tags; empty for none."""
    if not report.get("sharedSeconds") or "tag" not in report["by"]:
        return ""
    told = ""
    if report["by"][0] == "tag":
        summed = sum(int(group["seconds"]) for group in report["groups"])
        whole = screen_duration(int(report["seconds"]))
        told = f": the rows add up to {screen_duration(summed)}, the total is {whole}"
    shared = screen_duration(int(report["sharedSeconds"]))
    return f"{shared} has several tags and is listed under each of them{told}."


def aside_rows(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return what was tracked and does not count, with its label."""
    return [
        ("Breaks" if kind == "break" else "Time off", seconds)
        for kind, seconds in _beside(report)
        if kind not in report.get("counted", ())
    ]


def _beside(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    found = (("break", report.get("breakSeconds")), ("time off", report.get("timeOffSeconds")))
    return [(kind, int(seconds)) for kind, seconds in found if seconds]


def note_line(text: str, look: Look) -> str:
    """Return a note, dim and broken to fit."""
    return "\n".join(line.styled("dim").text(look) for line in Line(text).wrap(look.width))


def report_table(
    report: Mapping[str, Any], look: Look, *, decimal: bool = False, bars: bool = True
) -> str:
    """Return a report as an indented table with shares and a grand total.

    Args:
        report: ``seconds``, ``rawSeconds``, ``billableSeconds`` and ``groups``, nested; with
            ``rounding``, both times are shown. A group may carry ``color`` and ``amounts``
            (cents by currency); so may the report.
        look: What it is drawn for.
        decimal: Show decimal hours beside the durations.
        bars: Draw each group's share of the whole.
    """
    whole = int(report.get("seconds") or 0)
    rows = list(_walk(report.get("groups") or (), 0))
    aside = aside_rows(report)
    if not rows and not aside:
        return Line(Span(NOTHING, "dim")).text(look)
    flat = all(row.depth == 0 for row in rows)
    labels = max((row.label(look).width for row in rows), default=8)
    least = min(labels, 16 if look.compact else 28)
    rounds = bool(report.get("rounding"))

    def columns(cells: int) -> list[Column[_Row]]:
        def amount(row: _Row) -> str:
            return amounts_text(row.group.get("amounts"))

        def figure(name: str, get: Any, priority: int) -> Column[_Row]:
            return Column[_Row](name, get, priority, justify="right")

        return [
            Column[_Row](_title(report), lambda r: r.label(look), 0, least, ratio=3, key="label"),
            figure("Duration", lambda r: _weight(screen_duration(r.raw), r, flat), 0),
            figure("Rounded", lambda r: screen_duration(r.seconds) if rounds else "", 1),
            figure("Diff", lambda r: _difference(r.group) if rounds else "", 4),
            figure("Hours", lambda r: decimal_hours(r.seconds) if decimal else "", 2),
            figure("Amount", amount, 3),
            figure("Billable", lambda r: _billable(r.group), 5),
            figure("Share", lambda r: _percent(r.seconds, whole), 4),
            Column[_Row]("", lambda r: _share_bar(r, whole, look, cells) if cells else "", 6),
        ]

    total = Section(
        "Total",
        {
            "Duration": screen_duration(int(report.get("rawSeconds") or 0)),
            "Rounded": screen_duration(whole) if rounds else "",
            "Diff": _difference(report) if rounds else "",
            "Hours": decimal_hours(whole) if decimal else "",
            "Amount": amounts_text(report.get("amounts")),
            "Billable": _billable(report),
        },
        rule=True,
    )
    shown: list[_Row | Section] = [*rows, total]
    for label, seconds in aside:
        hours = {"Hours": decimal_hours(seconds)} if decimal else {}
        shown.append(Section(label, {"Duration": screen_duration(seconds), **hours}, style="dim"))
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
class _Row:
    """A group with its depth in the tree."""

    group: Group
    depth: int

    @property
    def seconds(self) -> int:
        return int(self.group.get("seconds") or 0)

    @property
    def raw(self) -> int:
        return int(self.group.get("rawSeconds") or 0)

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


def _difference(group: Mapping[str, Any]) -> str:
    more = int(group.get("seconds") or 0) - int(group.get("rawSeconds") or 0)
    return f"+{screen_duration(more)}" if more > 0 else screen_duration(more) if more else "·"


def qualified_label(group: Group) -> str:
    """Return what a group is called, a project with its client before it."""
    client = group.get("client")
    return f"{client}/{group_label(group)}" if client else group_label(group)


def _billable(group: Mapping[str, Any]) -> str:
    seconds = int(group.get("billableSeconds") or 0)
    return screen_duration(seconds) if seconds else ""


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
