"""The entities as the Clockify API spells them, and the questions we ask of a time entry.

Entities stay the dictionaries that the service sent: ``--json`` gives them back unchanged,
and a field that this program does not know survives an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
TimeEntry = Json
Project = Json
Client = Json
Tag = Json
Task = Json
User = Json
Workspace = Json


def is_entity_id(text: str) -> bool:
    """Say whether ``text`` has the form of a Clockify ID (24 hexadecimal digits)."""
    return len(text) == 24 and all(c in "0123456789abcdefABCDEF" for c in text)


def instant(text: str) -> datetime:
    """Read a timestamp of the API (ISO 8601, ``Z`` or an offset) as an aware UTC datetime."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value.astimezone(UTC).replace(microsecond=0)


def utc_text(value: datetime) -> str:
    """Write an aware datetime the way the API wants it: UTC, whole seconds, ``Z``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def interval(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry's ``timeInterval`` (never ``None``)."""
    return entry.get("timeInterval") or {}


def start_of(entry: Mapping[str, Any]) -> datetime:
    """Return when the entry began, in UTC."""
    return instant(str(interval(entry)["start"]))


def end_of(entry: Mapping[str, Any]) -> datetime | None:
    """Return when the entry ended, in UTC, or ``None`` while it runs."""
    end = interval(entry).get("end")
    return instant(str(end)) if end else None


def is_running(entry: Mapping[str, Any]) -> bool:
    """Say whether the entry has no end yet."""
    return not interval(entry).get("end")


def seconds_of(entry: Mapping[str, Any], now: datetime) -> int:
    """Return the entry's length in whole seconds; a running one counts up to ``now``."""
    end = end_of(entry) or now
    return max(0, int((end - start_of(entry)) / timedelta(seconds=1)))


def duration_text(seconds: int) -> str:
    """Write seconds as the API does: ``PT1H30M``; hours do not roll over into days."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, secs = divmod(rest, 60)
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{secs}S" * bool(secs)
    return "PT" + (parts or "0S")


def with_interval(entry: TimeEntry, start: datetime, end: datetime | None) -> TimeEntry:
    """Return a copy of ``entry`` with this time interval and the duration that follows."""
    changed = dict(entry)
    changed["timeInterval"] = {
        "start": utc_text(start),
        "end": utc_text(end) if end else None,
        "duration": duration_text(int((end - start).total_seconds())) if end else None,
    }
    return changed


def write_body(entry: Mapping[str, Any]) -> Json:
    """Return every writable field of ``entry`` in the shape that a ``POST`` or ``PUT`` takes.

    A ``PUT`` replaces the whole entry, so a field left out is lost: custom fields (read as
    ``customFieldValues``, written as ``customFields``) and ``type`` are carried over too.
    """
    body: Json = {"start": utc_text(start_of(entry))}
    end = end_of(entry)
    if end is not None:
        body["end"] = utc_text(end)
    body["description"] = entry.get("description") or ""
    body["billable"] = bool(entry.get("billable"))
    for key in ("projectId", "taskId"):
        if entry.get(key):
            body[key] = entry[key]
    body["tagIds"] = list(entry.get("tagIds") or [])
    if entry.get("type") in ("REGULAR", "BREAK"):
        body["type"] = entry["type"]
    fields = [
        {
            "customFieldId": field["customFieldId"],
            "sourceType": field.get("sourceType") or "TIMEENTRY",
            "value": field.get("value"),
        }
        for field in entry.get("customFieldValues") or []
        if field.get("customFieldId") and field.get("value") is not None
    ]
    if fields:
        body["customFields"] = fields
    return body


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two versions of an entry agree in everything that a user can change."""
    return comparable(one) == comparable(other)


def comparable(entry: Mapping[str, Any]) -> Json:
    """Return what a user can change of an entry, normalised for comparison.

    The API spells "none" as an empty string, ``null`` or a missing key; they are one here.
    """
    fields = {
        field["customFieldId"]: field.get("value")
        for field in entry.get("customFieldValues") or []
        if field.get("customFieldId") and field.get("value") is not None
    }
    end = end_of(entry)
    return {
        "start": utc_text(start_of(entry)),
        "end": utc_text(end) if end else None,
        "description": entry.get("description") or "",
        "projectId": entry.get("projectId") or None,
        "taskId": entry.get("taskId") or None,
        "tagIds": sorted(entry.get("tagIds") or []),
        "billable": bool(entry.get("billable")),
        "type": entry.get("type") or "REGULAR",
        "customFields": fields,
    }


def entry_from_body(entry_id: str, workspace: str, user: str, body: Mapping[str, Any]) -> TimeEntry:
    """Build the entry that the service will answer to ``body``, for work that waits."""
    entry: TimeEntry = {
        "id": entry_id,
        "description": body.get("description", ""),
        "tagIds": list(body.get("tagIds") or []),
        "userId": user,
        "billable": bool(body.get("billable")),
        "taskId": body.get("taskId"),
        "projectId": body.get("projectId"),
        "workspaceId": workspace,
        "type": body.get("type", "REGULAR"),
        "isLocked": False,
        "customFieldValues": [
            {"customFieldId": f["customFieldId"], "value": f.get("value")}
            for f in body.get("customFields") or []
        ],
    }
    end = body.get("end")
    return with_interval(entry, instant(body["start"]), instant(end) if end else None)
