"""The queue and the undo list as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clockify_cli.core.model import TimeEntry, instant
from clockify_cli.journal.operation import Change, Operation
from clockify_cli.journal.reconcile import changed_fields
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
    return table(columns, list(operations), look, empty="Nothing is pending.")


def changes_table(
    changes: Sequence[Change], operations: Mapping[int, Sequence[Operation]], look: Look
) -> str:
    """Return changes that can be undone, newest first, each with what it did.

    Args:
        changes: The changes.
        operations: The operations of each, by its number.
        look: What it is drawn for.
    """

    def did(change: Change) -> str:
        return _difference(operations.get(change.id) or (), look)

    columns = [
        Column[Change]("#", lambda c: str(c.id), 0, justify="right"),
        Column[Change]("When", lambda c: _at(c.created_at, look), 1),
        Column[Change]("What", lambda c: c.verb, 0),
        Column[Change]("Entry", lambda c: c.label, 0, 10, ratio=2, keep=True),
        Column[Change]("Change", did, 2, 12, ratio=3),
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
            ("Operation", f"{operation.id} ({operation.verb})"),
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


def _difference(operations: Sequence[Operation], look: Look) -> str:
    """Return what operations have changed, in a few words: the times, or old → new."""
    if len(operations) != 1:
        things = sum(o.kind == "thing" for o in operations)
        counts = ((len(operations) - things, "entry", "entries"), (things, "name", "names"))
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)
    [operation] = operations
    if operation.kind == "update" and operation.before and operation.after:
        told = [
            f"{name} {_value(old, look)} → {_value(new, look)}"
            for name, (old, new) in changed_fields(operation.before, operation.after).items()
        ]
        return ", ".join(told)
    if operation.kind == "thing":
        old, new = operation.before or {}, operation.after or {}
        if old.get("name") != new.get("name") and old and new:
            return f"{old.get('name')} → {new.get('name')}"
        return ""
    return _times(operation, look)


def _value(value: Any, look: Look) -> str:
    if value in (None, "", []):
        return "none"
    text = str(value)
    if len(text) == 20 and text.endswith("Z"):
        return moments.moment_text(instant(text), look)
    return text


def _state(operation: Operation) -> Line:
    return Line(Span(operation.state, _COLORS.get(operation.state, "")))


def _what(operation: Operation) -> str:
    entry = operation.after or operation.before or {}
    return str(entry.get("description") or operation.entry or "the running timer")


def _times(operation: Operation, look: Look) -> str:
    start, end = operation.payload.get("start"), operation.payload.get("end")
    for version in (operation.before, operation.after):
        if not start and version:
            start = (version.get("timeInterval") or {}).get("start")
            end = end or (version.get("timeInterval") or {}).get("end")
    if not start:
        return f"…–{moments.time_text(instant(end), look)}" if end else ""
    return moments.range_text(instant(start), instant(end) if end else None, look)


def _at(stamp: str, look: Look) -> str:
    return moments.moment_text(instant(stamp), look)


def _why(operation: Operation) -> str:
    return str((operation.error or {}).get("message") or "")
