"""Sums and views in formats for other programs: CSV, Markdown, SVG and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clockify_cli.render import moments
from clockify_cli.render.durations import clock_duration, decimal_hours, short_duration
from clockify_cli.render.reports import (
    amounts_text,
    group_label,
    period_text,
    qualified_label,
    report_notes,
    rule_text,
)
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Look

if TYPE_CHECKING:
    from rich.console import Console

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MONOSPACE = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"

# rich's own form loads a font from the network.
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
  <style>
    .{unique_id}-matrix {{
      font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
      font-size: {char_height}px;
      line-height: {line_height}px;
    }}
    .{unique_id}-title {{ font: bold 18px sans-serif; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
  </g>
</svg>
"""


def csv_text(rows: Iterable[Sequence[object]], header: Sequence[str]) -> str:
    """Return RFC 4180 text: CRLF, quotes where needed.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers
    stay numbers. ``None`` is an empty cell.
    """
    import csv
    from io import StringIO

    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([_csv_cell(value) for value in row])
    return stream.getvalue()


def markdown_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], align: Sequence[str] = ()
) -> str:
    """Return a Markdown table.

    Args:
        header: The titles.
        rows: The cells; what means something in Markdown is escaped.
        align: ``left``, ``right`` or ``center`` a column; left where it says nothing.
    """
    marks = {"left": "---", "right": "---:", "center": ":---:"}
    sides = [marks[align[i]] if i < len(align) else "---" for i in range(len(header))]
    lines = [[_markdown_cell(title) for title in header], sides]
    lines += [[_markdown_cell(value) for value in row] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def report_rows(
    report: Mapping[str, Any], *, leaves: bool = True, total: bool = False
) -> tuple[list[str], list[list[object]]]:
    """Return a report as a header and flat rows, one a group.

    Args:
        report: As for :func:`clockify_cli.render.reports.report_table`.
        leaves: Only groups without groups, so that a column can be summed; else all of them.
        total: A last row sums everything.

    The columns: one a level of grouping, then duration (h:mm:ss), hours (decimal), seconds,
    billable seconds; rounded seconds and amounts where the report has them.
    """
    found = list(_paths(report.get("groups") or (), ()))
    levels: list[str] = []
    for path, _ in found:
        for group in path[len(levels) :]:
            levels.append(str(group.get("by") or "group"))
    if leaves:
        found = [(path, leaf) for path, leaf in found if leaf]
    everything = [*(path[-1] for path, _ in found), report]
    rounded = any(g.get("roundedSeconds") is not None for g in everything)
    amounts = any(g.get("amounts") for g in everything)
    header = [*levels, "duration", "hours", "seconds", "billable_seconds"]
    header += ["rounded_seconds"] * rounded + ["amount"] * amounts

    def figures(group: Mapping[str, Any]) -> list[object]:
        seconds = int(group.get("seconds") or 0)
        cells: list[object] = [
            clock_duration(seconds),
            decimal_hours(seconds),
            seconds,
            int(group.get("billableSeconds") or 0),
        ]
        if rounded:
            cells.append(group.get("roundedSeconds"))
        if amounts:
            cells.append(amounts_text(group.get("amounts")))
        return cells

    rows: list[list[object]] = []
    for path, _ in found:
        names: list[object] = [_plain_name(group) for group in path]
        rows.append([*names, *[""] * (len(levels) - len(path)), *figures(path[-1])])
    if total:
        rows.append([*["Total", *[""] * len(levels)][: len(levels)], *figures(report)])
    return header, rows


def report_markdown(report: Mapping[str, Any]) -> str:
    """Return a report to paste into a ticket or an invoice: its days, a table, its notes.

    Args:
        report: As for :func:`clockify_cli.render.reports.report_view`.
    """
    levels = [str(name).capitalize() for name in report["by"]]
    found = list(_paths(report.get("groups") or (), ()))
    everything = [*(path[-1] for path, _ in found), report]
    rounded = any(g.get("roundedSeconds") is not None for g in everything)
    amounts = any(g.get("amounts") for g in everything)
    header = [*levels, "Time", *["Rounded"] * rounded, "Hours", *["Amount"] * amounts]

    def figures(group: Mapping[str, Any]) -> list[object]:
        seconds = int(group.get("seconds") or 0)
        cells: list[object] = [clock_duration(seconds)]
        if rounded:
            seconds = int(group.get("roundedSeconds") or 0)
            cells.append(clock_duration(seconds))
        cells.append(decimal_hours(seconds))
        if amounts:
            cells.append(amounts_text(group.get("amounts")))
        return cells

    rows: list[list[object]] = []
    for path, _ in found:
        names: list[object] = [""] * len(levels)
        names[len(path) - 1] = qualified_label(path[-1])
        rows.append([*names, *figures(path[-1])])
    rows.append(["Total", *[""] * (len(levels) - 1), *figures(report)])
    align = ["left"] * len(levels) + ["right"] * (len(header) - len(levels))
    parts = [f"**{period_text(report)}** ({safe(report['zone'])})\n"]
    parts.append(markdown_table(header, rows, align))
    parts += [f"{_markdown_cell(note)}\n" for note in report_notes(report)]
    return "\n".join(parts)


def standup_markdown(found: Mapping[str, Any], look: Look) -> str:
    """Return what was done on each day as Markdown, by project and description.

    Args:
        found: ``{days: [{date, seconds, groups}]}``.
        look: Knows which day is today.
    """
    from datetime import date

    parts: list[str] = []
    for day in found["days"]:
        when = date.fromisoformat(day["date"])
        near = moments.relative_day(when, look)
        full = moments.day_text(when)
        title = full if near == full else f"{near.capitalize()}, {full}"
        spent = f" ({short_duration(day['seconds'])})" if day["seconds"] else ""
        lines = [f"### {title}{spent}", ""]
        for group in day["groups"]:
            spent = short_duration(group["seconds"])
            lines.append(f"- **{_markdown_cell(qualified_label(group))}** ({spent})")
            inner = group.get("groups") or ()
            if [one for one in inner if one["name"]]:
                lines += [
                    f"  - {_markdown_cell(group_label(one))} ({short_duration(one['seconds'])})"
                    for one in inner
                ]
        if not day["groups"]:
            lines.append("- (nothing yet)" if near == "today" else "- (nothing)")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def junit_xml(outcome: Mapping[str, Any], name: str, timestamp: str) -> str:
    """Return the outcome of a check as a JUnit report, a test case for each rule.

    Args:
        outcome: ``{ok, rules: [{rule, ok, findings}]}``.
        name: Of the suite: what was checked.
        timestamp: When, in ISO 8601.
    """
    from html import escape

    rules = outcome["rules"]
    failures = sum(not rule["ok"] for rule in rules)
    counts = f'tests="{len(rules)}" failures="{failures}"'
    suite = escape(safe(name))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="clockify check" {counts}>',
        f'  <testsuite name="{suite}" {counts} errors="0" skipped="0" '
        f'timestamp="{escape(timestamp)}">',
    ]
    for rule in rules:
        case = f'<testcase classname="clockify.check" name="{escape(rule_text(rule))}"'
        if rule["ok"]:
            lines.append(f"    {case}/>")
            continue
        told = [escape(safe(finding["message"])) for finding in rule["findings"]]
        lines += [
            f"    {case}>",
            f'      <failure type="{escape(rule["rule"])}" message="{told[0]}">'
            + "\n".join(told)
            + "</failure>",
            "    </testcase>",
        ]
    lines += ["  </testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def export_svg(text: str, look: Look, title: str = "") -> str:
    """Return an SVG picture of what the terminal shows.

    Args:
        text: A view drawn with colour on.
        look: What it was drawn for.
        title: Above the picture.

    It names only fonts that are there anyway, and loads nothing.
    """
    return _recorded(text, look).export_svg(title=safe(title), code_format=_SVG)


def export_html(text: str, look: Look, title: str = "") -> str:
    """Return an HTML page of what the terminal shows; arguments as for :func:`export_svg`."""
    from html import escape

    name = escape(safe(title)).replace("{", "{{").replace("}", "}}")
    form = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="UTF-8">\n'
        f"<title>{name}</title>\n<style>\n{{stylesheet}}\n"
        "body {{ color: {foreground}; background-color: {background}; }}\n</style>\n</head>\n"
        f'<body>\n<pre style="font-family:{_MONOSPACE}"><code style="font-family:inherit">'
        "{code}</code></pre>\n</body>\n</html>\n"
    )
    return _recorded(text, look).export_html(code_format=form, inline_styles=False)


def _recorded(text: str, look: Look) -> Console:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=StringIO(),
        width=look.width,
        record=True,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    console.print(Text.from_ansi(text), no_wrap=True, overflow="crop")
    return console


def _csv_cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _markdown_cell(value: object) -> str:
    text = "" if value is None else safe(value).strip()
    for character in "\\`*_[]<>|":
        text = text.replace(character, "\\" + character)
    return text


def _plain_name(group: Mapping[str, Any]) -> str:
    """Return a group's name; a day stays a date that programs can read."""
    name = safe(group.get("name") or "").strip()
    if not name:
        return group_label(group)
    client = safe(group.get("client") or "").strip()
    return f"{client}/{name}" if client else name


def _paths(
    groups: Sequence[Mapping[str, Any]], above: tuple[Mapping[str, Any], ...]
) -> Iterator[tuple[tuple[Mapping[str, Any], ...], bool]]:
    """Yield each group with those above it, and whether it has none below."""
    for group in groups:
        below = group.get("groups") or ()
        yield (*above, group), not below
        yield from _paths(below, (*above, group))
