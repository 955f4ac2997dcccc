"""What to do about a change that Clockify refused for what the entry holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clockify_cli.core.errors import RefusedError
from clockify_cli.journal.operation import CREATE, STOP, UPDATE, Operation

# The service's word for a required field, ours, what an entry holds it in, and the option.
_FIELDS = (
    ("Project", "a project", "projectId", "-p PROJECT"),
    ("Task", "a task", "taskId", "-k TASK"),
    ("Tag", "a tag", "tagIds", "-t TAG"),
    ("Description", "a description", "description", "-d TEXT"),
)


def explain(operation: Operation, error: RefusedError) -> None:
    """Put a refusal about an entry's fields into one sentence with a way on.

    Args:
        operation: The change that was refused.
        error: What Clockify said; changed in place, left alone if it is about something else.
    """
    if operation.kind not in (CREATE, STOP, UPDATE):
        return
    said = error.message.lower()
    if "archived tag" in said:
        error.message = "A tag of this entry is archived, and Clockify takes no time on it."
        error.hint = "Choose another with -t, or restore it: clockify tags list --archived"
        return
    if "required field" not in said:
        return
    entry = operation.before if operation.kind == STOP else operation.payload
    named = [field for field in _FIELDS if f"{field[0].lower()} is" in said]
    missing = [f for f in named or _FIELDS if not _holds(entry, f[2])]
    if not named and (entry or {}).get("taskId"):
        # It does not say which: a done task is refused in the same words.
        error.message = "The task is done, or the workspace requires something that is missing."
        missing = [_FIELDS[1], *(f for f in missing if f[2] != "taskId")]
    elif not missing:
        error.message = f"{_listed([f[1] for f in named or _FIELDS[:3]])} it has is archived."
        error.message = error.message[0].upper() + error.message[1:]
        missing = named or list(_FIELDS[:3])
    else:
        joined = _listed([f[1] for f in missing], "and" if named else "or")
        error.message = f"The workspace requires what this entry lacks: {joined}."
    options = " ".join(f[3] for f in missing)
    if operation.kind == STOP:
        error.hint = f"Add it, then stop again: clockify edit @running {options}"
    else:
        error.hint = f"Add {options}."
    error.details["missing"] = [f[0].lower() for f in missing]


def stored_otherwise(operation: Operation) -> str:
    """Return what Clockify stored otherwise than it was asked to; empty if nothing."""
    after = operation.after
    if operation.kind != CREATE or after is None or "billable" not in after:
        return ""
    asked, stored = bool(operation.payload.get("billable")), bool(after["billable"])
    if asked == stored:
        return ""
    words = ("not billable", "billable")
    return f"Asked for {words[asked]}; Clockify stored the entry as {words[stored]}."


def _holds(entry: Mapping[str, Any] | None, field: str) -> bool:
    value = (entry or {}).get(field)
    return bool(value.strip() if isinstance(value, str) else value)


def _listed(words: list[str], last: str = "or") -> str:
    return ", ".join(words[:-1]) + f" {last} {words[-1]}" if len(words) > 1 else words[0]
