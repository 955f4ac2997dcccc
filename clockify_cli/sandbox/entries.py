"""Time entries: create, stop, replace, delete, duplicate."""

from __future__ import annotations

import json
from dataclasses import astuple, replace

from clockify_cli.sandbox import entry_rules as rules
from clockify_cli.sandbox import resources
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.entry_bodies import COLUMNS, Row, shown
from clockify_cli.sandbox.entry_rules import Content
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.refusals import clockify, foreign, refused, unreadable
from clockify_cli.sandbox.store import new_id

LONGEST_DESCRIPTION = 3000
MOST_CUSTOM_FIELDS = 50
TYPES = ("REGULAR", "BREAK")  # HOLIDAY and TIME_OFF are read, never written
_SOURCES = ("WORKSPACE", "PROJECT", "TIMEENTRY")


def show_entry(call: Call, workspace: str, entry_id: str) -> Answer:
    """``GET …/time-entries/{id}``."""
    row = _find(call, workspace, entry_id)
    hydrated = bool(call.flag("hydrated"))
    return Answer(shown(call, workspace, [row], rates=True, hydrated=hydrated)[0])


def create_entry(call: Call, workspace: str) -> Answer:
    """``POST …/time-entries``: for the user who asks; no body at all starts a timer."""
    fields = Fields(call.json() if call.content.strip() else {})
    content = _read(call, workspace, fields, start=call.now)
    rules.check_manual(call, workspace, content, admins=False)
    return Answer(_create(call, workspace, call.user, content), 201)


def create_for(call: Call, workspace: str, user: str) -> Answer:
    """``POST …/user/{userId}/time-entries``: for anybody."""
    rules.check_right(call, workspace, user)
    fields = Fields(call.json() if call.content.strip() else {})
    content = _read(call, workspace, fields, start=call.now)
    rules.check_manual(call, workspace, content, admins=True)
    return Answer(_create(call, workspace, user, content), 201)


def stop_running(call: Call, workspace: str, user: str) -> Answer:
    """``PATCH …/user/{userId}/time-entries``: ends the user's running entry."""
    rules.check_right(call, workspace, user)
    end = Fields(call.json()).instant("end")
    if end is None:
        raise refused("End is required")
    row = _running(call, workspace, user)
    if row is None:
        message = "Currently running time entry doesn't exist on workspace"
        raise clockify(404, f"{message} {workspace} for user {user}.", 404)
    _stop(call, workspace, row, end)
    return Answer(_entry(call, workspace, row[1]))


def replace_entry(call: Call, workspace: str, entry_id: str) -> Answer:
    """``PUT …/time-entries/{id}``: replaces everything; without an end it runs again."""
    row = _find(call, workspace, entry_id)
    rules.check_right(call, workspace, row[3])
    _replace(call, workspace, row, Fields(call.json()), start=None)
    return Answer(_entry(call, workspace, entry_id))


def replace_many(call: Call, workspace: str, user: str) -> Answer:
    """``PUT …/user/{userId}/time-entries``: replaces several, all or none."""
    rules.check_right(call, workspace, user)
    asked = call.json()
    if not isinstance(asked, list):
        raise unreadable("Cannot deserialize the request body: an array was expected")
    if not asked:
        raise refused("At least one time entry is required")
    rows: list[Row] = []
    for item in asked:
        fields = Fields(item)
        entry_id = fields.reference("id")
        if entry_id is None:
            raise refused("Time entry id is required")
        row = _find(call, workspace, entry_id, user)
        _replace(call, workspace, row, fields, start=row[4])
        rows.append(row)
    after = [_find(call, workspace, row[1]) for row in rows]
    return Answer(shown(call, workspace, after, hydrated=bool(call.flag("hydrated"))))


def delete_entry(call: Call, workspace: str, entry_id: str) -> Answer:
    """``DELETE …/time-entries/{id}``: 204, without a body."""
    _delete(call, workspace, _find(call, workspace, entry_id))
    return Answer(status=204)


def delete_many(call: Call, workspace: str, user: str) -> Answer:
    """``DELETE …/user/{userId}/time-entries?time-entry-ids=``: several, all or none."""
    rules.check_right(call, workspace, user)
    ids = dict.fromkeys(call.many("time-entry-ids"))
    rows = [_find(call, workspace, entry_id, user) for entry_id in ids]
    gone = shown(call, workspace, rows)
    for row in rows:
        _delete(call, workspace, row)
    return Answer(gone)


def duplicate_entry(call: Call, workspace: str, user: str, entry_id: str) -> Answer:
    """``POST …/user/{userId}/time-entries/{id}/duplicate``."""
    rules.check_right(call, workspace, user)
    row = _find(call, workspace, entry_id, user)
    content = _content(row)
    if content.stop is None:  # a copy from the same start would leave nothing of the original
        content = replace(content, start=call.now)
    return Answer(_create(call, workspace, user, content), 201)


def mark_invoiced(call: Call, workspace: str) -> Answer:
    """``PATCH …/time-entries/invoiced``."""
    fields = Fields(call.json())
    ids, invoiced = fields.references("timeEntryIds"), fields.flag("invoiced")
    if not ids or invoiced is None:
        raise refused("timeEntryIds and invoiced are required")
    for entry_id in ids:
        row = _find(call, workspace, entry_id)
        call.db.execute("UPDATE entries SET invoiced = ? WHERE seq = ?", (invoiced, row[0]))
    return Answer()


def _create(call: Call, workspace: str, user: str, content: Content) -> Json:
    rules.check_period(call, workspace, content.start)
    rules.check_archived(call, workspace, content)
    if content.stop is not None:
        rules.check_complete(call, workspace, content)
    else:
        now = call.settings["replaced_timer_ends"] == "now"
        _end_running(call, workspace, user, call.now if now else content.start)
    entry_id = new_id()
    call.db.execute(
        "INSERT INTO entries (id, workspace, user, start, stop, description, project, task,"
        " tags, billable, type, custom) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry_id, workspace, user, *astuple(content)),
    )
    return _entry(call, workspace, entry_id)


def _replace(call: Call, workspace: str, row: Row, fields: Fields, *, start: int | None) -> None:
    old = _content(row)
    content = _read(call, workspace, fields, start=start)
    rules.check_period(call, workspace, old.start, content.start)
    if content.stop is None:
        if old.stop is not None:
            # It runs again, and nobody has two timers: another one ends.
            _end_running(call, workspace, row[3], max(call.now, content.start))
    elif old.stop is None or content.task != old.task:
        rules.check_savable(call, workspace, content)
    elif rules.missing_fields(call, workspace, content):
        raise refused(rules.CANNOT_SAVE)
    call.db.execute(
        "UPDATE entries SET start = ?, stop = ?, description = ?, project = ?, task = ?,"
        " tags = ?, billable = ?, type = ?, custom = ? WHERE seq = ?",
        (*astuple(content), row[0]),
    )


def _read(call: Call, workspace: str, fields: Fields, *, start: int | None) -> Content:
    """Return what a body says, checked against the workspace; ``start`` stands in for its own."""
    description = fields.text(
        "description", longest=LONGEST_DESCRIPTION, label="Description", tags=False
    )
    project, task = fields.reference("projectId"), fields.reference("taskId")
    holder = None if project is None else resources.find(call, "project", workspace, project)
    if task is not None:
        found = resources.find(call, "task", workspace, task)
        if found["projectId"] != project:
            raise foreign("Task", "Project")
    tags = fields.references("tagIds")
    if tags and len(resources.bodies(call, "tag", workspace, tags)) < len(tags):
        raise foreign("Tag")
    asked, stop = fields.instant("start"), fields.instant("end")
    began = start if asked is None else asked
    if began is None or (asked is None and stop is not None):
        raise refused("Start is required")
    rules.check_order(call, began, stop)
    return Content(
        start=began,
        stop=stop,
        description=description or "",
        project=project,
        task=task,
        tags=None if tags is None else json.dumps(tags),
        billable=rules.billable(call, workspace, fields.flag("billable"), holder),
        type=fields.one_of("type", TYPES) or "REGULAR",
        custom=_custom(call, workspace, fields),
    )


def _custom(call: Call, workspace: str, fields: Fields) -> str:
    values = []
    for item in fields.items("customFields", most=MOST_CUSTOM_FIELDS) or []:
        inner = Fields(item)
        entry_id = inner.reference("customFieldId")
        known = call.db.execute(
            "SELECT 1 FROM custom_fields WHERE id = ? AND workspace = ?", (entry_id, workspace)
        ).fetchone()
        if known is None:
            raise foreign("Custom field")
        source = inner.one_of("sourceType", _SOURCES) or "TIMEENTRY"
        value = inner.body.get("value")
        values.append({"customFieldId": entry_id, "sourceType": source, "value": value})
    return json.dumps(values, ensure_ascii=False)


def _end_running(call: Call, workspace: str, user: str, at: int) -> None:
    row = _running(call, workspace, user)
    if row is not None:
        _stop(call, workspace, row, max(at, row[4]))


def _stop(call: Call, workspace: str, row: Row, at: int) -> None:
    content = replace(_content(row), stop=at)
    rules.check_order(call, content.start, at)
    rules.check_period(call, workspace, content.start)
    rules.check_savable(call, workspace, content)
    call.db.execute("UPDATE entries SET stop = ? WHERE seq = ?", (at, row[0]))


def _delete(call: Call, workspace: str, row: Row) -> None:
    rules.check_right(call, workspace, row[3])
    rules.check_period(call, workspace, row[4])
    call.db.execute("DELETE FROM entries WHERE seq = ?", (row[0],))


def _find(call: Call, workspace: str, entry_id: str, user: str | None = None) -> Row:
    row: Row | None = call.db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE id = ? AND workspace = ?",
        (entry_id, workspace),
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


def _entry(call: Call, workspace: str, entry_id: str) -> Json:
    return shown(call, workspace, [_find(call, workspace, entry_id)])[0]


def _content(row: Row) -> Content:
    start, stop, described, project, task, tags, billable, kind, custom = row[4:13]
    return Content(start, stop, described, project, task, tags, bool(billable), kind, custom)
