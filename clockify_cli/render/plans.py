"""Show a plan by day: added, changed (before and after), deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from clockify_cli.core.model import end_of, start_of
from clockify_cli.render import moments
from clockify_cli.render.entries import NO_DESCRIPTION
from clockify_cli.render.names import Names, project_line
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Line, Look, Span, joined

Entry = Mapping[str, Any]
_INDENT = 4
Change = tuple[Entry | None, Entry | None]  # before and after; None if there is none


def plan_lines(changes: Sequence[Change], names: Names, look: Look) -> str:
    """Return the changes under their days.

    ``+`` is added, ``-`` deleted, ``~`` changed and ``→`` to what. What does not fit goes to
    a second line.
    """
    ordered = sorted(changes, key=lambda change: start_of(_first(change)))
    width = max(
        (len(_range(entry, look)) for change in ordered for entry in change if entry is not None),
        default=0,
    )
    out: list[Line] = []
    for day, group in groupby(ordered, key=lambda change: _day(_first(change), look)):
        near = moments.relative_day(day, look)
        full = moments.day_text(day)
        out.append(Line(Span(full if near == full else f"{full} {near}", "bold")))
        for before, after in group:
            if before is None:
                out += _rows("+", "green", _first((before, after)), day, width, names, look)
            elif after is None:
                out += _rows("-", "red", before, day, width, names, look)
            else:
                out += _rows("~", "yellow", before, day, width, names, look)
                out += _rows("→", "yellow", after, day, width, names, look)
    return "\n".join(line.text(look) for line in out)


def _rows(
    mark: str, style: str, entry: Entry, day: date, width: int, names: Names, look: Look
) -> list[Line]:
    described = names.describe(entry)
    text = safe(entry.get("description") or "").strip()
    own = _day(entry, look)
    date_of = Line(moments.day_text(own)) if own != day else ""
    description = Line(text) if text else Line(Span(NO_DESCRIPTION, "dim"))
    project = project_line(described, look, task=True)
    tags = Line(Span(described.get("tags") or "", "cyan"))
    dollar = Span(" $", "green") if entry.get("billable") else None
    head = Line(Span(mark, style), " ", _range(entry, look).ljust(width), "  ")
    one = Line(head, joined([date_of, description, project, tags]), dollar)
    rest = Line(joined([project, tags]), dollar)
    if one.width <= look.width or not (project or tags):
        return [one]
    return [
        Line(head, joined([date_of, description])),
        Line(" " * _INDENT, rest),
    ]


def _first(change: Change) -> Entry:
    found = change[0] if change[0] is not None else change[1]
    assert found is not None
    return found


def _day(entry: Entry, look: Look) -> date:
    return look.local(start_of(entry)).date()


def _range(entry: Entry, look: Look) -> str:
    return moments.range_text(start_of(entry), end_of(entry), look)
