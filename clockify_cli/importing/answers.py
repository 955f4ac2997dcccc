"""The results of an import: its plan, its outcome, and the error if it fell short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import (
    ClockifyError,
    Interrupted,
    RefusedError,
    StorageError,
    UnreachableError,
)
from clockify_cli.core.model import seconds_of
from clockify_cli.importing.names import unknown_json
from clockify_cli.importing.plan import Plan, note_json, sums

if TYPE_CHECKING:
    from clockify_cli.importing.sending import Imported


def plan_json(
    plan: Plan, zone: tzinfo, questions: Sequence[tuple[str, list[int]]], *, ok: bool
) -> dict[str, Any]:
    """Return what importing a file would do.

    Args:
        plan: The plan.
        zone: Whose days are counted.
        questions: What the user would be asked first.
        ok: It would be carried out as it stands, with no question and no error.
    """
    projects, days = sums(plan, zone)
    return {
        **_about(plan),
        "dryRun": True,
        "ok": ok,
        "create": len(plan.new),
        "created": 0,
        "failed": 0,
        "new": [unknown_json(one) for one in plan.names.new.values()],
        "unknown": [unknown_json(one) for one in plan.names.unknown.values()],
        "asks": [{"message": words, "lines": lines} for words, lines in questions],
        "doubts": [note_json(note) for note in plan.reading.implausibilities],
        "broken": [note_json(note) for note in plan.broken],
        "projects": projects,
        "days": days,
    }


def result_json(plan: Plan, result: Imported, now: datetime) -> dict[str, Any]:
    """Return what an import has done."""
    return {
        **_about(plan),
        "created": len(result.created),
        "failed": len(result.failed),
        "seconds": sum(seconds_of(entry, now) for entry in result.created),
    }


def _about(plan: Plan) -> dict[str, Any]:
    """Return what the file is, and what of it is not recorded."""
    unread = sorted(plan.reading.unread.values(), key=lambda one: one.line)
    return {
        "file": plan.name,
        "format": plan.reading.format,
        "existing": len(plan.existing),
        "skipped": len(plan.skipped),
        "skips": [note_json(note) for note in plan.skipped],
        "unread": [
            {"kind": u.kind, "name": u.name, "line": u.line, "count": u.count, "message": u.why}
            for u in unread
        ],
        "omitted": [unknown_json(one) for one in plan.names.omitted.values()],
        "people": plan.people.as_json(),
    }


def shortfall(plan: Plan, result: Imported, found: dict[str, Any], file: str) -> BaseException:
    """Return the error that tells how much of a file was not recorded, and how to go on."""
    error = result.error
    if error is not None and not isinstance(error, (ClockifyError, KeyboardInterrupt)):
        return error
    told = f"{len(result.created)} of {len(plan.new)} entries were recorded"
    if result.failed:
        lines = "\n".join(f"  {plan.name}:{note.line}: {note.text}" for note in result.failed)
        found["failures"] = [note_json(note) for note in result.failed]
        told += f"; Clockify refused {len(result.failed)}:\n{lines}"
        if error is None and result.left:
            told += f"\n{result.left} more were not tried."
    if result.unclear:
        found["unclear"] = result.unclear
    if result.left:
        found["left"] = result.left
    if error is None:
        return RefusedError(
            told if result.failed else told + ".",
            "Fix these lines and import the file again: entries already recorded are left alone.",
            details=found,
        )
    import shlex

    again = f"clockify import {shlex.quote(file)}" if file != "-" else "the same command"
    hint = f"Run '{again}' again with the same options: it continues where it stopped."
    if result.unclear:
        hint += f" For {result.unclear} it is not known yet; they will be looked up."
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(f"Interrupted: {told}.", hint, details=found)
    assert isinstance(error, ClockifyError)
    kind = StorageError if isinstance(error, StorageError) else type(error)
    made = (kind if kind is not ClockifyError else UnreachableError)(
        f"{told}; then: {error.message}", hint, status=error.status, details=found
    )
    made.details |= error.details
    return made
