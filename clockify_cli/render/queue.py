"""The queue and the list of changes as text."""

from __future__ import annotations

from collections.abc import Sequence

from clockify_cli.core.model import TimeEntry, instant
from clockify_cli.journal.operation import Change, Operation
from clockify_cli.render import moments
from clockify_cli.render.entries import entry_line
from clockify_cli.render.names import Names
from clockify_cli.render.resources import details
from clockify_cli.render.style import Line, Look, Span
from clockify_cli.render.tables import Column, table

_COLORS = {
    "done": "green",
    "queued": "yellow",
    "sending": "yellow",
    "refused": "red",
    "conflict": "red",
    "dropped": "dim",
}


def queue_table(operations: Sequence[Operation], look: Look) -> str:
    """Return the queue as a table, in the order of delivery."""
    columns = [
        Column[Operation]("#", lambda o: str(o.id), 0, justify="right"),
        Column[Operation]("State", _state, 0),
        Column[Operation]("What", lambda o: o.verb, 0),
        Column[Operation]("Entry", _what, 1, 10, ratio=3, keep=True),
        Column[Operation]("Time", lambda o: _times(o, look), 2),
        Column[Operation]("Recorded", lambda o: _at(o.created_at, look), 4),
        Column[Operation]("Why", _why, 3, 12, ratio=3),
    ]
    return table(columns, list(operations), look, empty="Nothing waits.")


def changes_table(changes: Sequence[Change], look: Look) -> str:
    """Return changes that can be taken back, newest first."""
    columns = [
        Column[Change]("#", lambda c: str(c.id), 0, justify="right"),
        Column[Change]("When", lambda c: _at(c.created_at, look), 1),
        Column[Change]("What", lambda c: c.verb, 0),
        Column[Change]("Entry", lambda c: c.label, 0, 10, ratio=1, keep=True),
    ]
    return table(columns, list(changes), look, empty="There is nothing to undo.")


def operation_details(operation: Operation, names: Names, look: Look) -> str:
    """Return one write in full: what was meant, what was there, what is there now."""
    error = operation.error or {}

    def line(entry: TimeEntry | None) -> Line | str:
        if not entry or not entry.get("timeInterval"):
            return ""
        plain = Look(width=10_000, color=False, zone=look.zone, now=look.now)
        return entry_line(entry, names, plain)

    meant = "" if operation.kind == "delete" else line(operation.after)
    return details(
        [
            ("Write", f"{operation.id} ({operation.verb})"),
            ("State", _state(operation)),
            ("Recorded", _at(operation.created_at, look)),
            ("Meant", meant or ("delete it" if operation.kind == "delete" else "")),
            ("Before", line(operation.before)),
            ("Now", line(error.get("current"))),
            ("Why", _why(operation)),
            ("Hint", str(error.get("hint") or "")),
            ("Tries", str(operation.attempts or "")),
            ("Entry", operation.entry),
        ],
        look,
    )


def outcome_lines(operations: Sequence[Operation], look: Look) -> str:
    """Return a line a write: what became of it."""
    lines = []
    for operation in operations:
        line = Line(
            Span(operation.state, _COLORS.get(operation.state, "")),
            f": {operation.verb} ",
            _what(operation),
        )
        lines.append(line.text(look))
        if operation.error and operation.state != "done":
            lines.append(Line("  ", str(operation.error.get("message", ""))).text(look))
    return "\n".join(lines)


def _state(operation: Operation) -> Line:
    return Line(Span(operation.state, _COLORS.get(operation.state, "")))


def _what(operation: Operation) -> str:
    entry = operation.after or operation.before or {}
    return str(entry.get("description") or operation.entry or "the running timer")


def _times(operation: Operation, look: Look) -> str:
    start, end = operation.payload.get("start"), operation.payload.get("end")
    if not start and operation.before:
        start = (operation.before.get("timeInterval") or {}).get("start")
    if not start:
        return f"…–{moments.time_text(instant(end), look)}" if end else ""
    return moments.range_text(instant(start), instant(end) if end else None, look)


def _at(stamp: str, look: Look) -> str:
    return moments.moment_text(instant(stamp), look)


def _why(operation: Operation) -> str:
    return str((operation.error or {}).get("message") or "")
