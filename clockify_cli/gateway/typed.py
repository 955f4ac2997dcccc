"""Turn JSON into time entries that the rest of the program can rely on.

The service's own fields are kept as they came, unknown ones too; only what cannot be what
it should be (a number of tags, a month 13) is replaced. Once the service has said yes to a
change, nothing odd in its answer may turn that into a failure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from clockify_cli.core.model import Json, TimeEntry, duration_text, instant

# Sums, windows and zones move instants by days: so far from the calendar's edges all of
# that stays possible.
_FIRST_YEAR, _LAST_YEAR = 1001, 9998
_EPOCH = "1970-01-01T00:00:00Z"
_LONGEST_ID = 200
_MISSING = object()


def time_entry(data: Any, sent: Mapping[str, Any] | None = None) -> TimeEntry | None:
    """Return what came for a time entry as one that can be relied on.

    It is ``data`` itself if nothing is odd in it.

    Args:
        data: The JSON that came, of whatever form.
        sent: The body of the change that this answers, which then supplies what is odd.

    Returns:
        The entry; ``None`` without a usable ID and, unless ``sent`` is given, start.
    """
    if not isinstance(data, dict):
        return None
    entry_id = _id(data.get("id"))
    if entry_id is None:
        return None
    entry: TimeEntry = data
    changes: Json = {} if entry["id"] == entry_id else {"id": entry_id}
    if sent is not None and not isinstance(data.get("timeInterval"), dict):
        # No entry came, its ID alone did: it holds what was sent.
        entry = {**{n: _supplied(n, None, sent) for n in _FIELDS if n in sent}, **entry}
    if not _is_interval(entry.get("timeInterval")):
        interval = _interval(entry.get("timeInterval"), sent)
        if interval is None:
            return None
        changes["timeInterval"] = interval
    for name, is_right in _FIELDS.items():
        value = entry.get(name, _MISSING)
        if value is _MISSING or value is None or is_right(value):
            continue
        supplied = _supplied(name, value, sent or {})
        changes[name] = supplied if is_right(supplied) else _MISSING
    if not changes:
        return entry
    return {k: v for k, v in {**entry, **changes}.items() if v is not _MISSING}


def usable_entries(
    listed: list[Any], on_skipped: Callable[[int], None] | None = None
) -> list[TimeEntry]:
    """Return the entries of a list, without those whose ID or start cannot be used.

    Args:
        listed: The items that came.
        on_skipped: Called with how many were left out, if any were.
    """
    found = [entry for item in listed if (entry := time_entry(item)) is not None]
    if on_skipped is not None and len(found) < len(listed):
        on_skipped(len(listed) - len(found))
    return found


# -- what each field has to be -------------------------------------------------------------


def _id(value: Any) -> str | None:
    """Return an ID as text; ``None`` if it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30:
        return str(value)
    return value if _is_id(value) and value else None


def _is_id(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_ID
        and value.isprintable()
        and "/" not in value
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(_is_id(v) and v for v in value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return -1e15 < value < 1e15 and math.isfinite(value)


def _is_rate(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and (value.get("amount") is None or _is_number(value["amount"]))
        and (value.get("currency") is None or isinstance(value["currency"], str))
    )


def _is_custom_field(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and (not value.get("customFieldId") or _is_id(value["customFieldId"]))
        and all(value.get(n) is None or _is_text(value[n]) for n in ("sourceType", "name", "type"))
        and _is_plain(value.get("value"))
    )


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Say whether a value can be compared, stored and sent back as JSON."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return depth < 20 and all(_is_plain(v, depth + 1) for v in value.values())
    if isinstance(value, list):
        return depth < 20 and all(_is_plain(v, depth + 1) for v in value)
    return value is None or isinstance(value, (str, int))


def _is_custom_fields(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_custom_field, value))


def _is_thing(value: Any) -> bool:
    """Say whether it is a project, task, tag or user that came along with an entry."""
    return isinstance(value, dict) and all(
        value.get(n) is None or _is_text(value[n]) for n in ("id", "name", "clientName", "color")
    )


def _is_things(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_thing, value))


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "description": _is_text,
    "projectId": _is_id,
    "taskId": _is_id,
    "userId": _is_id,
    "workspaceId": _is_id,
    "tagIds": _is_ids,
    "billable": _is_flag,
    "type": _is_text,
    "isLocked": _is_flag,
    "customFieldValues": _is_custom_fields,
    "hourlyRate": _is_rate,
    "costRate": _is_rate,
    "project": _is_thing,
    "task": _is_thing,
    "user": _is_thing,
    "tags": _is_things,
    "kioskId": _is_id,
}


def _supplied(name: str, odd: Any, sent: Mapping[str, Any]) -> Any:
    """Return what takes the place of an odd value: what was sent, else what is left of it."""
    if name == "customFieldValues" and isinstance(sent.get("customFields"), list):
        return [
            {"customFieldId": f.get("customFieldId"), "value": f.get("value")}
            for f in sent["customFields"]
            if isinstance(f, dict)
        ]
    if sent.get(name) is not None:
        return sent[name]
    is_right = _PARTS.get(name)
    if is_right is not None:
        return [part for part in odd if is_right(part)] if isinstance(odd, list) else []
    return {"description": "", "billable": False}.get(name, _MISSING)


_PARTS: dict[str, Callable[[Any], bool]] = {
    "tagIds": lambda part: bool(part) and _is_id(part),
    "customFieldValues": _is_custom_field,
    "tags": _is_thing,
}


# -- times -------------------------------------------------------------------------------


def _is_instant(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return _FIRST_YEAR <= datetime.fromisoformat(value).year <= _LAST_YEAR
    except ValueError:
        return False


def _is_interval(value: Any) -> bool:
    if not isinstance(value, dict) or not _is_instant(value.get("start")):
        return False
    end, duration = value.get("end"), value.get("duration")
    return (end is None or end == "" or _is_instant(end)) and (
        duration is None or isinstance(duration, str)
    )


def _interval(odd: Any, sent: Mapping[str, Any] | None) -> Json | None:
    """Return a whole interval out of what is left of one and what was sent."""
    held = odd if isinstance(odd, dict) else {}
    body = sent or {}
    starts = [s for s in (held.get("start"), body.get("start")) if _is_instant(s)]
    ends = [e for e in (held.get("end"), body.get("end")) if _is_instant(e)]
    if not starts and sent is None:
        return None
    start = str((starts or ends or [_EPOCH])[0])
    end = str(ends[0]) if ends else None
    if end is None and held.get("end") and sent is None:
        end = start  # it has ended, nobody knows when: a running timer it is not
    length = duration_text(_seconds(start, end)) if end else None
    return {**held, "start": start, "end": end, "duration": length}


def _seconds(start: str, end: str) -> int:
    return int((instant(end) - instant(start)).total_seconds())
