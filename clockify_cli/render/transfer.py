"""What an import would do, what it has done, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clockify_cli.render.bars import bar
from clockify_cli.render.durations import clock_duration
from clockify_cli.render.style import Line, Look, Span, joined
from clockify_cli.render.tables import Column, table

SHOWN_NOTES = 10  # lines that are left out, of each reason
SHOWN_DAYS = 14


def plan_text(plan: Mapping[str, Any], look: Look) -> str:
    """Return what an import would do; ``plan`` is its JSON."""
    parts = [_head(plan, look)]
    if plan["projects"]:
        parts.append(_projects(plan["projects"], look))
    if plan["days"]:
        parts.append(_days(plan["days"], look))
    for title, key in (("Would be created first", "new"), ("Not in this workspace", "unknown")):
        if plan.get(key):
            lines = [Line(Span(f"{title}:", "bold")), *map(_name, plan[key])]
            parts.append("\n".join(line.text(look) for line in lines))
    if plan["skips"]:
        lines = [Line(Span("Left out:", "bold"))]
        lines += [Line(f"  line {n['line']}: {n['message']}") for n in plan["skips"][:SHOWN_NOTES]]
        more = len(plan["skips"]) - SHOWN_NOTES
        lines += [Line(f"  and {more} more")] if more > 0 else []
        parts.append("\n".join(line.text(look) for line in lines))
    return "\n\n".join(parts)


def _head(plan: Mapping[str, Any], look: Look) -> str:
    seconds = sum(day["seconds"] for day in plan["days"])
    counts = [f"{plan['create']} to record ({clock_duration(seconds)})"]
    counts.append(f"{plan['existing']} there already")
    counts += [f"{plan['skipped']} left out"] if plan["skipped"] else []
    return "\n".join(
        line.text(look)
        for line in (
            joined([Line(Span(plan["file"], "bold")), plan["format"]]),
            joined(counts),
        )
    )


def _name(unknown: Mapping[str, Any]) -> Line:
    lines = unknown["lines"]
    where = f"line {lines[0]}" if len(lines) == 1 else f"{len(lines)} lines, first {lines[0]}"
    near = f"; did you mean {' or '.join(unknown['near'])}?" if unknown.get("near") else ""
    why = f"; {unknown['why']}" if unknown.get("why") else ""
    return Line(f"  {unknown['kind']} '{unknown['name']}' ", Span(f"({where}){why}{near}", "dim"))


def _projects(rows: Sequence[Mapping[str, Any]], look: Look) -> str:
    columns: list[Column[Mapping[str, Any]]] = [
        Column("Project", lambda r: r.get("project") or "(no project)", priority=0, ratio=3),
        Column("Client", lambda r: r.get("client") or "", priority=2, ratio=1),
        *_counts(),
    ]
    return table(columns, rows, look, empty="")


def _days(rows: Sequence[Mapping[str, Any]], look: Look) -> str:
    columns: list[Column[Mapping[str, Any]]] = [
        Column("Day", lambda r: r["date"], priority=0, min_width=10),
        *_counts(),
    ]
    text = table(columns, rows[-SHOWN_DAYS:], look, empty="")
    more = len(rows) - SHOWN_DAYS
    if more > 0:
        text += "\n" + Line(Span(f"and {more} days before them", "dim")).text(look)
    return text


def _counts() -> list[Column[Mapping[str, Any]]]:
    return [
        Column("New", lambda r: str(r["create"]), priority=0, min_width=3, justify="right"),
        Column("There", lambda r: str(r["existing"]), priority=3, min_width=5, justify="right"),
        Column("Time", lambda r: clock_duration(r["seconds"]), justify="right", priority=1),
    ]


def result_text(result: Mapping[str, Any], look: Look) -> str:
    """Return what an import has done; ``result`` is its JSON."""
    created = result["created"]
    counts = [f"{created} recorded ({clock_duration(result['seconds'])})" if created else ""]
    counts += [f"{result['existing']} there already" if result["existing"] else ""]
    counts += [f"{result['skipped']} left out" if result["skipped"] else ""]
    told = joined([c for c in counts if c]) or Line("nothing to record")
    # The figures are what is asked for: a long path gives way to them.
    name = Line(Span(f"{result['file']}: ", "bold")).cut(max(4, look.width - told.width))
    return Line(name, told).text(look)


def progress_line(count: int, total: int, seconds: float, look: Look) -> str:
    """Return how far it is, on one line: a bar where there is room, and how long it still takes."""
    rate = count / seconds if seconds > 0 else 0.0
    left = (total - count) / rate if rate else 0.0
    told = Line(f"{count}/{total}", Span(f"  {rate:.0f}/s", "dim"))
    if count and left >= 1:
        told = Line(told, Span(f"  {clock_duration(int(left))} left", "dim"))
    room = min(40, look.width - told.width - 3)
    if room < 10:
        return told.text(look)
    share = bar(count / total if total else 1.0, room, color=look.color, style="green")
    return Line(Line(share).pad(room), "  ", told).text(look)
