"""Sums in formats for other programs: CSV, Markdown and JUnit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clockify_cli.render import moments
from clockify_cli.render.durations import (
    decimal_hours,
    hours_minutes,
    short_duration,
)
from clockify_cli.render.judgements import rule_text
from clockify_cli.render.reports import (
    aside_rows,
    group_label,
    period_text,
    qualified_label,
    report_notes,
)
from clockify_cli.render.safe import safe
from clockify_cli.render.sheets import Sheet, report_sheet, week_sheets
from clockify_cli.render.style import Look

if TYPE_CHECKING:
    from datetime import date

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        align: ``left``, ``right`` or ``center`` a column; left if it says nothing.
    """
    marks = {"left": "---", "right": "---:", "center": ":---:"}
    sides = [marks[align[i]] if i < len(align) else "---" for i in range(len(header))]
    lines = [[_markdown_cell(title) for title in header], sides]
    lines += [[_markdown_cell(value) for value in row] for row in rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def report_rows(report: Mapping[str, Any]) -> tuple[list[str], list[list[object]]]:
    """Return a report as a header and flat rows, one for each innermost group.

    A column for each level of grouping (a project has its client's before it), then
    ``raw_hours`` (as tracked), ``hours`` and ``seconds`` (as they count), ``amount`` and
    ``currency``. A group with several currencies has a row for each, so that every column can
    be summed.

    Args:
        report: As for :func:`clockify_cli.render.reports.report_table`; without ``priced`` the
            amounts are left out.
    """
    levels = list(report["by"])
    splits = "project" in levels and "client" not in levels
    priced = report.get("priced", True)
    header = [name for level in levels for name in _columns(level, splits)]
    header += ["raw_hours", "hours", "seconds", *["amount", "currency"] * priced]
    rows: list[list[object]] = []
    for path in _leaves(report.get("groups") or (), ()):
        names: list[object] = []
        for group in path:
            if splits and group["by"] == "project":
                names.append(safe(group.get("client") or ""))
            names.append(safe(group.get("name") or ""))
        for raw, seconds, cents, currency in _by_currency(path[-1]):
            money = [f"{cents / 100:.2f}" if currency else "", safe(currency)] * priced
            hours = decimal_hours(raw, 4), decimal_hours(seconds, 4)
            rows.append([*names, *hours, seconds, *money])
    return header, rows


def _columns(level: str, splits: bool) -> list[str]:
    return ["client", "project"] if splits and level == "project" else [level]


def _leaves(
    groups: Sequence[Mapping[str, Any]], above: tuple[Mapping[str, Any], ...]
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """Yield each innermost group with those above it."""
    for group in groups:
        if group.get("groups"):
            yield from _leaves(group["groups"], (*above, group))
        else:
            yield (*above, group)


def _by_currency(group: Mapping[str, Any]) -> Iterator[tuple[int, int, int, str]]:
    """Yield raw seconds, seconds, cents and the currency; the first has what is unpriced too."""
    amounts = dict(group.get("amounts") or {})
    times = dict(group.get("byCurrency") or {})
    first, *more = amounts or {"": 0}
    raw, seconds = int(group["rawSeconds"]), int(group["seconds"])
    others = [(currency, *times[currency]) for currency in more]
    seconds -= sum(s for _, s, _ in others)
    raw -= sum(r for _, _, r in others)
    yield raw, seconds, amounts.get(first, 0), first
    for currency, own_seconds, own_raw in others:
        yield own_raw, own_seconds, amounts[currency], currency


def report_markdown(report: Mapping[str, Any]) -> str:
    """Return a report to paste into a ticket or an invoice: its days, a table, its notes.

    Args:
        report: As for :func:`clockify_cli.render.reports.report_view`.
    """
    return _document(report, [report_sheet(report)], [])


def week_markdown(
    report: Mapping[str, Any], weeks: Sequence[Sequence[date]], *, decimal: bool = False
) -> str:
    """Return a report by project and day as a Markdown table for each week."""
    write = decimal_hours if decimal else hours_minutes
    aside = [f"{label}: {write(seconds)}" for label, seconds in aside_rows(report)]
    return _document(report, week_sheets(report, weeks, decimal=decimal), aside)


def _document(report: Mapping[str, Any], sheets: Sequence[Sheet], below: Sequence[str]) -> str:
    head = f"**{period_text(report)}** ({safe(report['zone'])})\n"
    tables = [
        markdown_table(
            sheet.header,
            [row.cells for row in sheet.rows],
            ["left"] * sheet.words + ["right"] * (len(sheet.header) - sheet.words),
        )
        for sheet in sheets
    ]
    notes = [f"{_markdown_cell(note)}\n" for note in [*below, *report_notes(report)]]
    return "\n".join([head, *tables, *notes])


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
        for label, key in (("Breaks", "breakSeconds"), ("Time off", "timeOffSeconds")):
            if day[key]:
                lines.append(f"- {label} ({short_duration(day[key])})")
        if lines[-1] == "":
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


def _csv_cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _markdown_cell(value: object) -> str:
    text = "" if value is None else safe(value).strip()
    for character in "\\`*_[]<>|":
        text = text.replace(character, "\\" + character)
    return text
