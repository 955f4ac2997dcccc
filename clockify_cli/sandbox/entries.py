"""Time entries: create, stop, replace, delete, duplicate, and the rules they must keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clockify_cli.sandbox import people, things
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.entry_bodies import COLUMNS, Row, locked_until, shown
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.refusals import DOMAIN, Refusal, foreign, refused, unreadable
from clockify_cli.sandbox.store import new_id

LONGEST_DESCRIPTION = 3000
MOST_CUSTOM_FIELDS = 50
TYPES = ("REGULAR", "BREAK")
_SOURCES = ("WORKSPACE", "PROJECT", "TIMEENTRY")


@dataclass(frozen=True, slots=True)
class Content:
    """What a write says about an entry; times in seconds since 1970, no ``stop`` = it runs."""

    start: int
    stop: int | None
    description: str
    project: str | None
    task: str | None
    tags: str | None  # a JSON array, or None where none were ever given
    billable: bool
    type: str
    custom: str  # a JSON array


def show_entry(call: Call, workspace: str, number: str) -> Answer:
    """``GET …/time-entries/{id}``."""
    row = _find(call, workspace, number)
    hydrated = bool(call.flag("hydrated"))
    return Answer(shown(call, workspace, [row], rates=True, hydrated=hydrated)[0])


def create_entry(call: Call, workspace: str) -> Answer:
    """``POST …/time-entries``: for the account itself."""
    content = _read(call, workspace, Fields(call.json()), start=call.now)
    return Answer(_create(call, workspace, call.user, content), 201)


def create_for(call: Call, workspace: str, user: str) -> Answer:
    """``POST …/user/{userId}/time-entries``: for somebody else."""
    _check_right(call, workspace, user)
    content = _read(call, workspace, Fields(call.json()), start=call.now)
    return Answer(_create(call, workspace, user, content), 201)


def stop_running(call: Call, workspace: str, user: str) -> Answer:
    """``PATCH …/user/{userId}/time-entries``: ends the user's running entry."""
    _check_right(call, workspace, user)
    end = Fields(call.json()).instant("end")
    if end is None:
        raise refused("End is required")
    row = _running(call, workspace, user)
    if row is None:
        raise Refusal(
            404,
            f"Currently running time entry doesn't exist on workspace {workspace} for user {user}.",
            404,
        )
    _stop(call, workspace, row, end)
    return Answer(_entry(call, workspace, row[1]))


def replace_entry(call: Call, workspace: str, number: str) -> Answer:
    """``PUT …/time-entries/{id}``: replaces everything; without an end it runs again."""
    row = _find(call, workspace, number)
    _check_right(call, workspace, row[3])
    _replace(call, workspace, row, Fields(call.json()), start=None)
    return Answer(_entry(call, workspace, number))


def replace_many(call: Call, workspace: str, user: str) -> Answer:
    """``PUT …/user/{userId}/time-entries``: replaces several, all or none."""
    _check_right(call, workspace, user)
    asked = call.json()
    if not isinstance(asked, list):
        raise unreadable("Cannot deserialize the request body: an array was expected")
    if not asked:
        raise refused("At least one time entry is required")
    rows: list[Row] = []
    for item in asked:
        fields = Fields(item)
        number = fields.reference("id")
        if number is None:
            raise refused("Time entry id is required")
        row = _find(call, workspace, number, user)
        _replace(call, workspace, row, fields, start=row[4])
        rows.append(row)
    after = [_find(call, workspace, row[1]) for row in rows]
    return Answer(shown(call, workspace, after, hydrated=bool(call.flag("hydrated"))))


def delete_entry(call: Call, workspace: str, number: str) -> Answer:
    """``DELETE …/time-entries/{id}``: 204, without a body."""
    _delete(call, workspace, _find(call, workspace, number))
    return Answer(status=204)


def delete_many(call: Call, workspace: str, user: str) -> Answer:
    """``DELETE …/user/{userId}/time-entries?time-entry-ids=``: several, all or none."""
    _check_right(call, workspace, user)
    numbers = dict.fromkeys(call.many("time-entry-ids"))
    rows = [_find(call, workspace, number, user) for number in numbers]
    gone = shown(call, workspace, rows)
    for row in rows:
        _delete(call, workspace, row)
    return Answer(gone)


def duplicate_entry(call: Call, workspace: str, user: str, number: str) -> Answer:
    """``POST …/user/{userId}/time-entries/{id}/duplicate``."""
    _check_right(call, workspace, user)
    row = _find(call, workspace, number, user)
    content = _content(row)
    if content.stop is None:  # a copy from the same start would leave nothing of the original
        content = replace(content, start=call.now)
    return Answer(_create(call, workspace, user, content), 201)


def mark_invoiced(call: Call, workspace: str) -> Answer:
    """``PATCH …/time-entries/invoiced``."""
    fields = Fields(call.json())
    numbers, invoiced = fields.references("timeEntryIds"), fields.flag("invoiced")
    if not numbers or invoiced is None:
        raise refused("timeEntryIds and invoiced are required")
    for number in numbers:
        row = _find(call, workspace, number)
        call.db.execute("UPDATE entries SET invoiced = ? WHERE seq = ?", (invoiced, row[0]))
    return Answer()


def _create(call: Call, workspace: str, user: str, content: Content) -> Json:
    settings = people.workspace_settings(call, workspace)
    _check_lock(call, settings, content.start)
    if content.stop is not None:
        _check_forced(settings, content)
    else:
        now = call.switches["replaced_timer_ends"] == "now"
        _end_running(call, workspace, user, call.now if now else content.start)
    number = new_id()
    call.db.execute(
        "INSERT INTO entries (id, workspace, user, start, stop, description, project, task,"
        " tags, billable, type, custom) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, workspace, user, *_columns(content)),
    )
    return _entry(call, workspace, number)


def _replace(call: Call, workspace: str, row: Row, fields: Fields, *, start: int | None) -> None:
    content = _read(call, workspace, fields, start=start)
    settings = people.workspace_settings(call, workspace)
    _check_lock(call, settings, row[4], content.start)
    if content.stop is not None:
        _check_forced(settings, content)
    elif row[5] is not None:
        # It runs again, and nobody has two timers: another one ends.
        _end_running(call, workspace, row[3], max(call.now, content.start))
    call.db.execute(
        "UPDATE entries SET start = ?, stop = ?, description = ?, project = ?, task = ?,"
        " tags = ?, billable = ?, type = ?, custom = ? WHERE seq = ?",
        (*_columns(content), row[0]),
    )


def _read(call: Call, workspace: str, fields: Fields, *, start: int | None) -> Content:
    """Return what a body says, checked against the workspace; ``start`` stands in for its own."""
    description = fields.text("description", longest=LONGEST_DESCRIPTION, label="Description")
    project, task = fields.reference("projectId"), fields.reference("taskId")
    if project is not None:
        things.find(call, "project", workspace, project)
    if task is not None:
        found = things.find(call, "task", workspace, task)
        if found["projectId"] != project:
            raise foreign("Task", "Project")
    tags = fields.references("tagIds")
    if tags and len(things.bodies(call, "tag", workspace, tags)) < len(tags):
        raise foreign("Tag")
    asked = fields.instant("start")
    began = asked if asked is not None else start
    if began is None:
        raise refused("Start is required")
    stop = fields.instant("end")
    if stop is not None and stop < began:
        raise refused("Start datetime can't be after end datetime")
    return Content(
        start=began,
        stop=stop,
        description=description or "",
        project=project,
        task=task,
        tags=None if tags is None else json.dumps(tags),
        billable=fields.flag("billable") or False,
        type=fields.one_of("type", TYPES) or "REGULAR",
        custom=_custom(call, workspace, fields),
    )


def _custom(call: Call, workspace: str, fields: Fields) -> str:
    values = []
    for item in fields.items("customFields", most=MOST_CUSTOM_FIELDS) or []:
        inner = Fields(item)
        number = inner.reference("customFieldId")
        known = call.db.execute(
            "SELECT 1 FROM custom_fields WHERE id = ? AND workspace = ?", (number, workspace)
        ).fetchone()
        if known is None:
            raise foreign("Custom field")
        source = inner.one_of("sourceType", _SOURCES) or "TIMEENTRY"
        value = inner.body.get("value")
        values.append({"customFieldId": number, "sourceType": source, "value": value})
    return json.dumps(values, ensure_ascii=False)


def _end_running(call: Call, workspace: str, user: str, at: int) -> None:
    row = _running(call, workspace, user)
    if row is not None:
        _stop(call, workspace, row, max(at, row[4]))


def _stop(call: Call, workspace: str, row: Row, at: int) -> None:
    settings = people.workspace_settings(call, workspace)
    if at < row[4]:
        raise refused("Start datetime can't be after end datetime")
    _check_lock(call, settings, row[4])
    _check_forced(settings, replace(_content(row), stop=at))
    call.db.execute("UPDATE entries SET stop = ? WHERE seq = ?", (at, row[0]))


def _delete(call: Call, workspace: str, row: Row) -> None:
    _check_right(call, workspace, row[3])
    _check_lock(call, people.workspace_settings(call, workspace), row[4])
    call.db.execute("DELETE FROM entries WHERE seq = ?", (row[0],))


def _check_right(call: Call, workspace: str, user: str) -> None:
    """Refuse a user who is not in the workspace, and work on others' time by a mere member."""
    people.check_member(call, workspace, user)
    if user != call.user:
        people.require_owner(call, workspace)


def _check_forced(settings: Json, content: Content) -> None:
    asked = (
        ("forceProjects", "project", content.project),
        ("forceTasks", "task", content.task),
        ("forceTags", "tags", content.tags not in (None, "[]")),
        ("forceDescription", "description", content.description.strip()),
    )
    missing = [name for setting, name, given in asked if settings.get(setting) and not given]
    if missing:
        raise refused(f"Required fields are missing: {', '.join(missing)}")


def _check_lock(call: Call, settings: Json, *starts: int) -> None:
    until = locked_until(settings)
    if until is not None and any(start < until for start in starts):
        status = int(call.switches["lock_status"])
        raise Refusal(status, "Time entry is in a locked period and can't be changed", DOMAIN)


def _find(call: Call, workspace: str, number: str, user: str | None = None) -> Row:
    row: Row | None = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE id = ? AND workspace = ?",
        (number, workspace),
    ).fetchone()
    if row is None:
        raise foreign("Time entry")
    if user is not None and row[3] != user:
        raise foreign("Time entry", "User")
    return row


def _running(call: Call, workspace: str, user: str) -> Row | None:
    row: Row | None = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE workspace = ? AND user = ?"
        " AND stop IS NULL ORDER BY start DESC, seq DESC LIMIT 1",
        (workspace, user),
    ).fetchone()
    return row


def _entry(call: Call, workspace: str, number: str) -> Json:
    return shown(call, workspace, [_find(call, workspace, number)])[0]


def _content(row: Row) -> Content:
    start, stop, described, project, task, tags, billable, kind, custom = row[4:13]
    return Content(start, stop, described, project, task, tags, bool(billable), kind, custom)


def _columns(content: Content) -> Sequence[object]:
    return (
        content.start,
        content.stop,
        content.description,
        content.project,
        content.task,
        content.tags,
        content.billable,
        content.type,
        content.custom,
    )
