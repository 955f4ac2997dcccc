"""Undo changes to projects, clients, tags and tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clockify_cli.core.errors import ClockifyError, ConflictError
from clockify_cli.core.model import Json
from clockify_cli.core.naming import is_archived
from clockify_cli.journal.operation import Change, Operation
from clockify_cli.resources.kinds import Kind
from clockify_cli.resources.recorded import KINDS
from clockify_cli.resources.resource_list import ResourceList

Lists = Callable[[Kind, str, str], ResourceList]  # for a kind, a workspace and a task's project
InUse = Callable[[Operation], bool]


def reverse(
    lists: Lists, change: Change, operations: Sequence[Operation], notes: list[str], in_use: InUse
) -> Json | None:
    """Undo what a change did to things; return the last one as it is then.

    Args:
        lists: Gives the list that a thing stands on.
        change: The change.
        operations: Its operations on things that have happened, newest first.
        notes: Takes what could not be restored as it was.
        in_use: Says whether entries still have a thing that an import created.

    Raises:
        ConflictError: A thing was changed since.
    """
    left = None
    removed: dict[str, int] = {}
    back: dict[str, str] = {}  # the new IDs of what was deleted
    for operation in operations:
        kind = KINDS[str(operation.payload["list"])]
        project = str(operation.payload.get("project") or "")
        things = lists(kind, operation.workspace, project)
        if operation.payload["action"] == "delete":
            left = _recreate(things, kind, operation, notes)
            back[operation.entry] = str(left["id"])
        elif operation.payload["action"] == "create":
            gone = _remove(things, kind, change, operation, notes, in_use)
            left = gone or left
            removed[kind.noun] = removed.get(kind.noun, 0) + (gone is not None)
        else:
            entry = back.get(operation.entry, operation.entry)
            left = _restore(things, kind, operation, entry)
    told = [f"{n} {noun}{'s' * (n > 1)}" for noun, n in removed.items() if n]
    if told and change.verb == "import":
        notes.append(f"What it had created was deleted: {', '.join(told)}.")
    return left


def _recreate(things: ResourceList, kind: Kind, operation: Operation, notes: list[str]) -> Json:
    before = operation.before or {}
    made = things.create({name: before.get(name) for name in kind.fields})
    notes.append(f"The {kind.noun} '{kind.label(made)}' is back under a new ID: {made['id']}.")
    if kind.loss:
        notes.append(f"Not restored with it: {kind.loss}.")
    return made


def _remove(
    things: ResourceList,
    kind: Kind,
    change: Change,
    operation: Operation,
    notes: list[str],
    in_use: InUse,
) -> Json | None:
    now = things.current(operation.entry)
    if now is None:
        notes.append(f"The {kind.noun} {operation.entry} was already gone.")
        return None
    if operation.after is not None and kind.differences(operation.after, now):
        if change.verb == "import":
            notes.append(
                f"The {kind.noun} '{kind.label(now)}' was changed since and was left alone."
            )
            return None
        raise _changed(kind, now, operation.after)
    if change.verb == "import":
        try:
            if in_use(operation):
                notes.append(f"The {kind.noun} '{kind.label(now)}' is in use and was left alone.")
                return None
        except ClockifyError as error:
            notes.append(f"The {kind.noun} '{kind.label(now)}' was left alone: {error.message}")
            return None
    if kind.guarded and not is_archived(now):
        now = things.archive(now)
    return things.delete(now)


def _restore(things: ResourceList, kind: Kind, operation: Operation, entry: str) -> Json:
    before, after = operation.before or {}, operation.after or {}
    now = things.current(entry)
    if now is None:
        raise ConflictError(
            f"The {kind.noun} '{kind.label(after)}' was deleted since.", "There is nothing to undo."
        )
    mine = kind.differences(before, after)
    if any(name in kind.differences(after, now) for name in mine):
        raise _changed(kind, now, after)
    return things.update(now, {name: before.get(name) for name in mine})


def _changed(kind: Kind, now: Json, after: Json) -> ConflictError:
    fields = ", ".join(kind.differences(after, now))
    return ConflictError(
        f"The {kind.noun} '{kind.label(now)}' was changed since ({fields}); it was left as it is.",
        f"See it: clockify {kind.plural} show {now['id']}",
    )
