"""The plan, result and progress of an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clockify_cli.render.bars import bar
from clockify_cli.render.durations import clock_duration
from clockify_cli.render.style import Line, Look, Span, joined
from clockify_cli.render.tables import Column, table
from clockify_cli.transfer.record import shortened

SHOWN_NOTES = 20  # reasons why lines are left out
SHOWN_LINES = 8
SHOWN_NAMES = 20
SHOWN_DAYS = 14


def plan_text(plan: Mapping[str, Any], look: Look) -> str:
    """Return what an import would do; ``plan`` is its JSON."""
    parts = [_head(plan, look)]
    if plan["projects"]:
        parts.append(_projects(plan["projects"], look))
    if plan["days"]:
        parts.append(_days(plan["days"], look))
    sections = (
        ("Cannot be recorded", _notes(plan["broken"])),
        ("Asks first", [_ask(ask) for ask in plan["asks"]]),
        ("To be created", map(_name, plan["new"])),
        ("Not in this workspace", map(_name, plan["unknown"])),
        ("Names left out", map(_name, plan["omitted"])),
        ("Lines left out", _notes(plan["skips"])),
        ("Not read", _unread(plan["unread"])),
    )
    for title, texts in sections:
        lines = [line for text in texts for line in _indented(text, look)]
        if lines:
            parts.append("\n".join([Line(Span(f"{title}:", "bold")).text(look), *lines]))
    return "\n\n".join(parts)


def _indented(text: str, look: Look) -> list[str]:
    """Return a text whole, on as many lines as it takes."""
    wrapped = Line(text).wrap(max(10, look.width - 4))
    return [Line("  " if not at else "    ", line).text(look) for at, line in enumerate(wrapped)]


def left_out(found: Mapping[str, Any]) -> list[str]:
    """Return what of a file was not recorded, a line each, for somebody who sees no plan."""
    return [
        *(f"Left out {text}." for text in _notes(found["skips"])),
        *(f"Left out {_name(one)}." for one in found["omitted"]),
        *(f"Not read: {text}." for text in _unread(found["unread"])),
    ]


def line_numbers(lines: Sequence[int]) -> str:
    """Return the numbers of lines, as many as somebody would read."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    more = f" and {len(lines) - SHOWN_LINES} more" if len(lines) > SHOWN_LINES else ""
    return f"lines {', '.join(map(str, lines[:SHOWN_LINES]))}{more}"


def _notes(notes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return notes by their reasons, each with its lines."""
    by_text: dict[str, list[int]] = {}
    for note in notes:
        by_text.setdefault(note["message"], []).append(note["line"])
    texts = []
    for text, lines in by_text.items():
        where = line_numbers(lines)
        if len(lines) > 1:
            where = f"{len(lines)} {where.replace(' ', ' (', 1)})"
        texts.append(f"{where}: {text}")
    rest = len(texts) - SHOWN_NOTES
    return texts if rest <= 0 else [*texts[:SHOWN_NOTES], f"more for {rest} reasons, see --json"]


def _unread(unread: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is not read by the reasons."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in unread:
        groups.setdefault((one["kind"], one["message"]), []).append(one)
    texts = []
    for (kind, why), ones in groups.items():
        noun = {"property": "properties"}.get(kind, f"{kind}s") if len(ones) > 1 else kind
        names = ", ".join(shortened(one["name"]) for one in ones[:SHOWN_NAMES])
        more = f" and {len(ones) - SHOWN_NAMES} more" if len(ones) > SHOWN_NAMES else ""
        first = min(one["line"] for one in ones)
        texts.append(f"{noun} {names}{more} (line {first}): {why}")
    return texts


def _ask(ask: Mapping[str, Any]) -> str:
    return f"{ask['message']} ({line_numbers(ask['lines'])})" if ask["lines"] else ask["message"]


def _head(plan: Mapping[str, Any], look: Look) -> str:
    seconds = sum(day["seconds"] for day in plan["days"])
    counts = [f"{plan['create']} to record ({clock_duration(seconds)})"]
    counts.append(f"{plan['existing']} already there")
    counts += [f"{plan['skipped']} left out"] if plan["skipped"] else []
    counts += [f"{len(plan['broken'])} cannot be recorded"] if plan["broken"] else []
    lines = [joined([Line(Span(plan["file"], "bold")), plan["format"]])]
    lines += Line(" · ".join(counts)).wrap(look.width)
    if plan["people"]:
        people = [
            f"{one['name']} ({one['lines']}{'' if one['taken'] else ', left out'})"
            for one in plan["people"]
        ]
        lines += Line(f"Time of {', '.join(people)}").wrap(look.width)
    return "\n".join(line.text(look) for line in lines)


def _name(unknown: Mapping[str, Any]) -> str:
    near = f"; did you mean {' or '.join(unknown['near'])}?" if unknown.get("near") else ""
    why = f"; {unknown['why']}" if unknown.get("why") else ""
    return f"{unknown['kind']} '{unknown['name']}' ({line_numbers(unknown['lines'])}){why}{near}"


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
    counts += [f"{result['existing']} already there" if result["existing"] else ""]
    counts += [f"{result['skipped']} left out" if result["skipped"] else ""]
    told = joined([c for c in counts if c]) or Line("nothing to record")
    # The figures are what is asked for: a long path gives way to them.
    name = Line(Span(f"{result['file']}: ", "bold")).cut(max(4, look.width - told.width))
    return Line(name, told).text(look)


def progress_line(count: int, total: int, seconds: float, look: Look) -> str:
    """Return how far it is, on one line: a bar if there is room, and how long it still takes."""
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
