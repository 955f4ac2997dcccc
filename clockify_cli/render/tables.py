"""A list as a table that fits: the least important columns go first, then the widest shrink."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from clockify_cli.render.style import Line, Look, Span

Row = TypeVar("Row")
Cell = str | Line


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a table.

    Attributes:
        title: Its heading.
        get: Gives a row's cell: text from anywhere, or a styled line.
        priority: Columns with the highest number are dropped first; 0 is never dropped.
        min_width: Columns that an elastic column needs at least.
        justify: ``left``, ``right`` or ``center``.
        style: Of its cells.
        ratio: Its share of the room if there is not enough; 0: the column does not shrink.
        lines: Lines that a cell may be broken into; 1: it is cut with an ellipsis.
        keep: Shown even where all its cells are empty.
        key: What sections call it; the title by default.
    """

    title: str
    get: Callable[[Row], Cell]
    priority: int = 1
    min_width: int = 6
    justify: str = "left"
    style: str = ""
    ratio: int = 0
    lines: int = 1
    keep: bool = False
    key: str = ""

    @property
    def name(self) -> str:
        """What sections call it."""
        return self.key or self.title


@dataclass(frozen=True)
class Section:
    """A row that heads or sums others.

    Attributes:
        label: Runs over the columns before the first one that has a value.
        values: Cells by the columns' names.
        style: Of the label and the values.
        rule: A rule stands above it, where tables have rules.
    """

    label: Cell
    values: Mapping[str, Cell] = field(default_factory=dict)
    style: str = "bold"
    rule: bool = False


def table(
    columns: Sequence[Column[Row]], rows: Sequence[Row | Section], look: Look, *, empty: str
) -> str:
    """Draw ``rows``; no line is wider than the look's width.

    Args:
        columns: From left to right; one whose cells are all empty is left out.
        rows: What the columns' getters take, and sections between them.
        look: What it is drawn for.
        empty: The sentence if there are no rows.
    """
    if not rows:
        return Line(Span(empty, "dim")).text(look)
    body: list[list[Line] | Section] = [
        row if isinstance(row, Section) else [_line(c.get(row), c.style) for c in columns]
        for row in rows
    ]
    gap = 1 if look.compact else 2
    shown, widths = _fit(columns, body, look.width, gap)
    out: list[Line] = []
    head = [Line(Span(columns[i].title, "bold dim")) for i in shown]
    out.append(_row(head, [columns[i].justify for i in shown], widths, gap))
    rule = Line(Span("─" * (sum(widths) + gap * (len(widths) - 1)), "dim"))
    if not look.compact:
        out.append(rule)
    for number, item in enumerate(body):
        if isinstance(item, Section):
            if item.rule and number and not look.compact:
                out.append(rule)
            out.append(_section(item, [columns[i] for i in shown], widths, gap))
        else:
            parts = [
                item[i].wrap(size, columns[i].lines) if columns[i].lines > 1 else [item[i]]
                for i, size in zip(shown, widths, strict=True)
            ]
            justify = [columns[i].justify for i in shown]
            for level in range(max(map(len, parts))):
                level_cells = [p[level] if level < len(p) else Line() for p in parts]
                out.append(_row(level_cells, justify, widths, gap))
    return "\n".join(line.text(look) for line in out)


def share_out(
    room: int, natural: Sequence[int], least: Sequence[int], ratio: Sequence[int]
) -> list[int]:
    """Divide ``room`` columns: nobody gets more than is natural, nor less than the least."""
    widths = [min(n, m) for n, m in zip(natural, least, strict=True)]
    left = room - sum(widths)
    while left > 0:
        hungry = [i for i, n in enumerate(natural) if widths[i] < n]
        if not hungry:
            break
        total = sum(ratio[i] for i in hungry)
        before = left
        for i in hungry:
            more = min(natural[i] - widths[i], before * ratio[i] // total, left)
            widths[i] += more
            left -= more
        if left == before:  # less than one a share: one by one
            for i in hungry[:left]:
                widths[i] += 1
                left -= 1
    return widths


def _fit(
    columns: Sequence[Column[Any]], body: Sequence[list[Line] | Section], room: int, gap: int
) -> tuple[list[int], list[int]]:
    """Choose the columns that are shown, by number, and their widths."""
    natural = [Line(c.title).width for c in columns]
    filled = [c.keep for c in columns]
    for item in body:
        for i, column in enumerate(columns):
            if isinstance(item, Section):
                cell = _line(item.values.get(column.name, ""), "")
            else:
                cell = item[i]
                filled[i] = filled[i] or bool(cell)
            size = cell.width
            if size > natural[i]:
                natural[i] = size
    least = [
        min(natural[i], max(c.min_width, 1)) if c.ratio else natural[i]
        for i, c in enumerate(columns)
    ]
    shown = [i for i in range(len(columns)) if filled[i]] or [0]
    while sum(least[i] for i in shown) + gap * (len(shown) - 1) > room and len(shown) > 1:
        droppable = [i for i in shown if columns[i].priority]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda i: (columns[i].priority, i)))
    widths = {i: least[i] for i in shown}
    spare = room - gap * (len(shown) - 1) - sum(widths.values())
    for item in body:
        if isinstance(item, Section):
            spare -= _make_room(item, columns, shown, widths, gap, spare)
    elastic = [i for i in shown if columns[i].ratio]
    rest = room - gap * (len(shown) - 1) - sum(widths[i] for i in shown if i not in elastic)
    shares = share_out(
        rest,
        [natural[i] for i in elastic],
        [least[i] for i in elastic],
        [columns[i].ratio for i in elastic],
    )
    widths.update(zip(elastic, shares, strict=True))
    return shown, [widths[i] for i in shown]


def _make_room(
    item: Section,
    columns: Sequence[Column[Any]],
    shown: Sequence[int],
    widths: dict[int, int],
    gap: int,
    spare: int,
) -> int:
    """Widen the last column that a section's label runs over; return by how much."""
    first = next((n for n, i in enumerate(shown) if item.values.get(columns[i].name)), len(shown))
    if not first:
        return 0
    span = sum(widths[i] for i in shown[:first]) + gap * (first - 1)
    if any(columns[i].ratio for i in shown[:first]):
        return 0  # an elastic column will take what room there is
    more = max(0, min(_line(item.label, "").width - span, spare))
    widths[shown[first - 1]] += more
    return more


def _row(
    line_cells: Sequence[Line], justify: Sequence[str], widths: Sequence[int], gap: int
) -> Line:
    parts: list[Line | str] = []
    for cell, side, size in zip(line_cells, justify, widths, strict=True):
        parts += [" " * gap, cell.cut(size).pad(size, side)]
    return Line(*parts[1:])


def _section(
    item: Section, columns: Sequence[Column[Any]], widths: Sequence[int], gap: int
) -> Line:
    values = [_line(item.values.get(c.name, ""), "").styled(item.style) for c in columns]
    label = _line(item.label, "").styled(item.style)
    first = next((i for i, v in enumerate(values) if v), len(values))
    span = sum(widths[:first]) + gap * max(0, first - 1)
    if not first:  # no room before the first value
        return _row(values, [c.justify for c in columns], widths, gap)
    parts: list[Line | str] = [label.cut(span).pad(span)]
    rest = _row(values[first:], [c.justify for c in columns[first:]], widths[first:], gap)
    return (
        Line(*parts, " " * gap, rest)
        if rest
        else parts[0]
        if isinstance(parts[0], Line)
        else Line()
    )


def _line(cell: Cell, style: str) -> Line:
    if isinstance(cell, Line):
        return cell.styled(style) if style else cell
    return Line(Span(cell, style))
