"""Charts as SVG: bars, the columns of a week, a day against the clock, a month as a calendar.

They load nothing, follow light and dark, and stand alone as well as inside a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any, NamedTuple

from clockify_cli.render import moments
from clockify_cli.render.cells import cut
from clockify_cli.render.durations import hours_minutes
from clockify_cli.render.reports import qualified_label
from clockify_cli.render.safe import safe
from clockify_cli.render.style import is_color

WIDTH = 760
_LABEL, _VALUE, _LINE = 220, 70, 28
_CHARACTER = 7.2  # pixels that a character of the font takes about
PALETTE = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626")
_SHADES = ("#9be9a8", "#40c463", "#30a14e", "#216e39")
_STYLE = """\
.chart text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;\
fill:#1f2328}
.chart .dim{fill:#59636e}
.chart .title{font-weight:600;font-size:15px}
.chart .number{font-variant-numeric:tabular-nums;text-anchor:end}
.chart .middle{text-anchor:middle}
.chart .ground{fill:#eceff2}
.chart line{stroke:#d1d9e0}
.chart .paper{fill:#ffffff}
@media (prefers-color-scheme:dark){.chart text{fill:#e6edf3}.chart .dim{fill:#9198a1}\
.chart .ground{fill:#2a313c}.chart line{stroke:#3d444d}.chart .paper{fill:#0d1117}}
@media print{.chart text{fill:#000}.chart .dim{fill:#444}.chart .ground{fill:#eee}\
.chart line{stroke:#ccc}.chart .paper{fill:#fff}}
"""


class Block(NamedTuple):
    """A stretch of a day: from and to as shares of the chart's hours, and its colour."""

    start: float
    end: float
    color: str


def bars(groups: Sequence[Mapping[str, Any]], whole: int) -> str:
    """Return the shares of the outermost groups as horizontal bars."""
    room = WIDTH - _LABEL - _VALUE - 50
    most = max((int(group["seconds"]) for group in groups), default=0)
    parts = []
    for i, group in enumerate(groups):
        top, seconds = i * _LINE, int(group["seconds"])
        label = qualified_label(group)
        size = room * seconds / most if most else 0
        parts.append(_text(0, top + 18, _fitting(label, _LABEL - 12), title=label))
        parts.append(_box(_LABEL, top + 5, room, 18, "ground"))
        parts.append(_box(_LABEL, top + 5, size, 18, fill=color_of(group.get("color"), 0)))
        parts.append(_text(_LABEL + room + _VALUE, top + 18, hours_minutes(seconds), "number"))
        share = f"{100 * seconds / whole:.0f}%" if whole else ""
        parts.append(_text(WIDTH, top + 18, share, "number dim"))
    return _chart(parts, len(groups) * _LINE, "Time by group")


def week_columns(rows: Sequence[Any], days: Sequence[date]) -> str:
    """Return the days of a week as columns, stacked by project, with a legend."""
    height, step = 180, (WIDTH - 40) / max(1, len(days))
    sums = [sum(row.seconds[i] for row in rows) for i in range(len(days))]
    most = max([*sums, 1])
    parts = [f'<line x1="0" y1="{height + 20}" x2="{WIDTH}" y2="{height + 20}"/>']
    for i, day in enumerate(days):
        left, floor = 20 + i * step + step * 0.15, height + 20.0
        for number, row in enumerate(rows):
            size = height * row.seconds[i] / most
            if size:
                floor -= size
                fill = color_of(row.color, number)
                hint = f"{row.label}: {hours_minutes(row.seconds[i])}"
                parts.append(_box(left, floor, step * 0.7, size, fill=fill, hint=hint))
        middle = 20 + (i + 0.5) * step
        if sums[i]:
            parts.append(_text(middle, floor - 5, hours_minutes(sums[i]), "middle"))
        name = f"{moments.DAYS[day.weekday()]} {day.day}"
        parts.append(_text(middle, height + 38, name, "middle dim"))
    top = height + 62.0
    left = 0.0
    for number, row in enumerate(rows):
        label = _fitting(row.label, _LABEL)
        need = 26 + len(label) * _CHARACTER
        if left and left + need > WIDTH:
            left, top = 0.0, top + 22
        parts.append(_box(left, top - 10, 12, 12, fill=color_of(row.color, number)))
        parts.append(_text(left + 18, top, label))
        left += need + 12
    return _chart(parts, int(top) + 12, "Time by day")


def day_timeline(
    title: str, total: str, rows: Sequence[tuple[str, str, Sequence[Block]]], hours: Sequence[int]
) -> str:
    """Return a day against the clock.

    Args:
        title: The day.
        total: What it sums up to.
        rows: Label, time and blocks of each project.
        hours: The hours of the axis, from the first to the last.
    """
    room = WIDTH - _LABEL - _VALUE
    parts = [_text(0, 16, title, "title"), _text(WIDTH, 16, total, "number title")]
    bottom = 46 + len(rows) * _LINE
    every = 1 if len(hours) <= 13 else 2
    for i, hour in enumerate(hours):
        x = _LABEL + room * i / max(1, len(hours) - 1)
        parts.append(f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{bottom}"/>')
        if i % every == 0:
            parts.append(_text(x, 38, str(hour), "middle dim"))
    for i, (label, spent, blocks) in enumerate(rows):
        top = 46 + i * _LINE
        parts.append(_text(0, top + 18, _fitting(label, _LABEL - 12), title=label))
        for block in blocks:
            size = max(1.5, room * (block.end - block.start))
            fill = color_of(block.color, i)
            parts.append(_box(_LABEL + room * block.start, top + 5, size, 18, fill=fill))
        parts.append(_text(WIDTH, top + 18, spent, "number"))
    return _chart(parts, bottom + 6, title)


def heat_map(day_seconds: Mapping[date, int], week_start: int) -> str:
    """Return months as calendars whose days are shaded by their time."""
    most = max([*day_seconds.values(), 1])
    step = -(-most // (4 * 1800)) * 1800
    first, last = min(day_seconds), max(day_seconds)
    parts: list[str] = []
    month, column, row, cell = first.replace(day=1), 0, 0, 30
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        left, top = column * 250, row * 260
        total = sum(s for day, s in day_seconds.items() if month <= day < following)
        parts.append(_text(left, top + 16, f"{month:%Y-%m}", "title"))
        parts.append(_text(left + 7 * cell - 4, top + 16, hours_minutes(total), "number dim"))
        for i in range(7):
            name = moments.DAYS[(week_start + i) % 7][:2]
            parts.append(_text(left + i * cell + 13, top + 36, name, "middle dim"))
        day = month
        while day < following:
            offset = (month.weekday() - week_start) % 7 + day.day - 1
            x, y = left + offset % 7 * cell, top + 44 + offset // 7 * cell
            seconds = day_seconds.get(day, 0)
            level = min(4, -(-seconds // step)) if seconds > 0 else 0
            hint = f"{day}: {hours_minutes(seconds)}"
            fill = _SHADES[level - 1] if level else ""
            parts.append(_box(x, y, cell - 4, cell - 4, "" if fill else "ground", fill, hint))
            ink = "#ffffff" if level > 2 else "#1f2328" if level else ""
            parts.append(_text(x + 13, y + 18, str(day.day), "middle dim", ink=ink))
            day += timedelta(days=1)
        column += 1
        if column == 3:
            column, row = 0, row + 1
        month = following
    rows = row + bool(column)
    return _chart(parts, rows * 260, "Time by day")


def standing_alone(charts: Sequence[str], title: str, below: Sequence[str]) -> str:
    """Return charts as one SVG document with a title above and notes below them."""
    parts = [_text(20, 34, title, "title")]
    top = 56
    for chart in charts:
        height = int(chart.split('height="', 1)[1].split('"', 1)[0])
        parts.append(chart.replace("<svg ", f'<svg x="20" y="{top}" ', 1))
        top += height + 20
    for note in below:
        parts.append(_text(20, top + 4, _fitting(note, WIDTH), "dim"))
        top += 22
    width, height = WIDTH + 40, top + 16
    paper = f'<rect class="paper" width="{width}" height="{height}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">\n<title>{escape(safe(title))}</title>\n'
        f"<style>{_STYLE}</style>\n{paper}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def style() -> str:
    """Return the rules that charts inside a page need."""
    return _STYLE


def color_of(color: object, number: int) -> str:
    """Return a project's colour, or one of the palette."""
    return str(color) if is_color(color) else PALETTE[number % len(PALETTE)]


def _chart(parts: Sequence[str], height: int, name: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(safe(name))}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def _text(x: float, y: float, text: str, kind: str = "", *, title: str = "", ink: str = "") -> str:
    shown = escape(safe(text))
    named = f' class="{kind}"' if kind else ""
    inked = f' style="fill:{ink}"' if ink else ""
    whole = f"<title>{escape(safe(title))}</title>" if title and title != text else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}{inked}>{whole}{shown}</text>'


def _box(
    x: float, y: float, width: float, height: float, kind: str = "", fill: str = "", hint: str = ""
) -> str:
    look = f' class="{kind}"' if kind else f' fill="{fill}"'
    inside = f"<title>{escape(safe(hint))}</title>" if hint else ""
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} rx="2"{look}>{inside}</rect>'


def _fitting(text: str, pixels: float) -> str:
    return cut(safe(text), int(pixels / _CHARACTER))
