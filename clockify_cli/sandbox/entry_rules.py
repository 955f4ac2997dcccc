"""What a time entry may hold, and when it may be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clockify_cli.sandbox import people, resources
from clockify_cli.sandbox.instants import read_instant
from clockify_cli.sandbox.refusals import APPROVED, LOCKED, NO_MANUAL_TIME, clockify, refused

if TYPE_CHECKING:
    from clockify_cli.sandbox.call import Call, Json

CANNOT_SAVE = "Can't save, required fields are missing or archived."


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry holds; times in seconds since 1970, no ``stop`` while it runs."""

    start: int
    stop: int | None
    description: str
    project: str | None
    task: str | None
    tags: str | None  # a JSON array, or None if none were ever given
    billable: bool
    type: str
    custom: str  # a JSON array


def locked_until(settings: Json) -> int | None:
    """Return the instant before which a workspace's entries are locked, or ``None``."""
    return _instant(settings.get("lockTimeEntries"))


def check_right(call: Call, workspace: str, user: str) -> None:
    """Refuse a user who is not in the workspace, and work on others' time by a mere member."""
    people.check_member(call, workspace, user)
    if user != call.user:
        people.require_owner(call, workspace)


def check_period(call: Call, workspace: str, *starts: int) -> None:
    """Refuse to change what is locked (except for admins) or approved."""
    first = min(starts)
    until = locked_until(people.workspace_settings(call, workspace))
    if until is not None and first < until and not people.is_admin(call, workspace):
        raise clockify(403, "Can't edit locked time entry.", LOCKED)
    until = _instant(call.settings["approved_until"])
    if until is not None and first < until:
        raise clockify(403, "Can't edit approved time entry.", APPROVED)


def check_order(call: Call, start: int, stop: int | None) -> None:
    """Refuse an end before the start."""
    if stop is None:
        return
    if stop < start:
        raise refused("Start datetime can't be after end datetime")
    if stop == start and call.settings["refuse_empty_entries"]:
        raise refused("Start datetime can't be equal to end datetime")


def check_manual(call: Call, workspace: str, content: Content, *, admins: bool) -> None:
    """Refuse a new entry with an end in a workspace that takes the timer alone.

    Args:
        call: The request.
        workspace: The workspace's ID.
        content: The new entry.
        admins: Owners and admins may do it anyway.
    """
    mode = people.workspace_settings(call, workspace).get("timeTrackingMode")
    if mode != "STOPWATCH_ONLY" or content.stop is None:
        return
    if not (admins and people.is_admin(call, workspace)):
        raise clockify(403, "Manual time tracking disabled on Workspace", NO_MANUAL_TIME)


def check_archived(call: Call, workspace: str, content: Content) -> None:
    """Refuse a new entry with a task that is done, or (if the settings say so) archived tags."""
    if is_done(call, workspace, content.task):
        raise refused(CANNOT_SAVE)
    if content.tags and call.settings["archived_tags"] == "refuse":
        row = call.db.execute(
            "SELECT 1 FROM resources WHERE kind = 'tag' AND workspace = ? AND archived"
            " AND id IN (SELECT value FROM json_each(?))",
            (workspace, content.tags),
        ).fetchone()
        if row is not None:
            raise refused("You can not create entities for archived tag")


def is_done(call: Call, workspace: str, task: str | None) -> bool:
    """Say whether a task is done."""
    return task is not None and resources.find(call, "task", workspace, task)["status"] == "DONE"


def missing_fields(call: Call, workspace: str, content: Content) -> list[str]:
    """Return the required fields that a finished entry lacks."""
    settings = people.workspace_settings(call, workspace)
    asked = (
        ("forceProjects", "Project", content.project),
        ("forceTasks", "Task", content.task),
        ("forceTags", "Tag", content.tags not in (None, "[]")),
        ("forceDescription", "Description", content.description.strip()),
    )
    return [name for setting, name, given in asked if settings.get(setting) and not given]


def check_complete(call: Call, workspace: str, content: Content) -> None:
    """Refuse a new finished entry that lacks a required field."""
    missing = missing_fields(call, workspace, content)
    if missing:
        told = (f"{n} is either required field or given {n.lower()} is archived." for n in missing)
        raise refused(f"Time entry couldn't be created. {' '.join(told)}")


def check_savable(call: Call, workspace: str, content: Content) -> None:
    """Refuse to finish an entry that lacks a required field or whose task is done."""
    if missing_fields(call, workspace, content) or is_done(call, workspace, content.task):
        raise refused(CANNOT_SAVE)


def billable(call: Call, workspace: str, asked: bool | None, project: Json | None) -> bool:
    """Return whether an entry becomes billable: a member may have no say in it."""
    settings = people.workspace_settings(call, workspace)
    if settings["onlyAdminsCanChangeBillableStatus"] and not people.is_admin(call, workspace):
        return bool(project and project["billable"])
    return bool(asked)


def _instant(text: object) -> int | None:
    try:
        return read_instant(str(text)) if text else None
    except ValueError:
        return None
