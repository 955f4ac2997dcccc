"""The lists of time entries: a user's, with its window, and what runs in the workspace."""

from __future__ import annotations

import json
from typing import Any

from clockify_cli.sandbox import people
from clockify_cli.sandbox.call import Answer, Call
from clockify_cli.sandbox.entry_bodies import COLUMNS, shown
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.instants import window_bound
from clockify_cli.sandbox.refusals import bad_parameter, refused

RUNNING_PAGE_SIZE, MOST_RUNNING = 10, 1000
WEEK = 7 * 86400


def list_entries(call: Call, workspace: str, user: str) -> Answer:
    """``GET …/user/{userId}/time-entries``: newest first; an entry belongs by its start."""
    people.check_member(call, workspace, user)
    where = ["workspace = ?", "user = ?"]
    values: list[Any] = [workspace, user]

    def narrow(condition: str, *given: Any) -> None:
        where.append(condition)
        values.extend(given)

    start, end, before = (_bound(call, name) for name in ("start", "end", "get-week-before"))
    if start is not None:
        narrow("start >= ?", start)
    if end is not None:
        narrow("start <= ?", end)
    if before is not None:
        narrow("start >= ? AND start <= ?", before - WEEK, before)
        narrow("(project IS NOT NULL OR task IS NOT NULL)")
    description, project, task = (call.one(n) for n in ("description", "project", "task"))
    if description:
        narrow("instr(fold(description), ?)", description.casefold())
    if project:
        narrow("project = ?", project)
    if task:
        narrow("task = ?", task)
    tags = call.many("tags")
    if tags:
        narrow(f"({' OR '.join(['instr(tags, ?)'] * len(tags))})", *(f'"{tag}"' for tag in tags))
    if call.flag("project-required"):
        narrow("project IS NOT NULL")
    if call.flag("task-required"):
        narrow("task IS NOT NULL")
    if call.flag("in-progress"):
        narrow("stop IS NULL")
    skip, size = call.page()
    rows = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE {' AND '.join(where)}"
        " ORDER BY start DESC, seq DESC LIMIT ? OFFSET ?",
        (*values, size + 1, skip),
    ).fetchall()
    cut, headers = call.paged(rows, size)
    found = shown(call, workspace, cut, rates=True, hydrated=bool(call.flag("hydrated")))
    return Answer(found, headers=headers)


def list_running(call: Call, workspace: str) -> Answer:
    """``GET …/time-entries/status/in-progress``: everybody's running entries."""
    skip, size = call.page(default=RUNNING_PAGE_SIZE, most=MOST_RUNNING)
    rows = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE workspace = ? AND stop IS NULL"
        " ORDER BY start DESC, seq DESC LIMIT ? OFFSET ?",
        (workspace, size + 1, skip),
    ).fetchall()
    cut, headers = call.paged(rows, size)
    return Answer(shown(call, workspace, cut, rates=True), headers=headers)


def find_many(call: Call, workspace: str) -> Answer:
    """``POST …/time-entries/batch``: those of these IDs that are entries here."""
    fields = Fields(call.json())
    ids = fields.references("timeEntryIds")
    if not ids:
        raise refused("timeEntryIds is required")
    rows = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE workspace = ?"
        " AND id IN (SELECT value FROM json_each(?)) ORDER BY start DESC, seq DESC",
        (workspace, json.dumps(ids)),
    ).fetchall()
    hydrated = bool(fields.flag("hydrated"))
    return Answer(shown(call, workspace, rows, rates=True, hydrated=hydrated))


def _bound(call: Call, name: str) -> int | None:
    text = call.one(name)
    if text is None:
        return None
    # An offset's + comes as a space if the client did not escape it.
    text = text.replace(" ", "+")
    try:
        return window_bound(text, people.time_zone(call), bool(call.settings["window_rule"]))
    except (ValueError, OverflowError):
        raise bad_parameter(
            f"Parameter '{name}' has to be yyyy-MM-ddThh:mm:ssZ, not '{text}'"
        ) from None
