"""Read entries from the JSON of Clockify, Toggl, Watson and timewarrior.

Each program is known by its own marks; the keys of an entry that nothing is made of are listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from clockify_cli.core.model import is_entity_id
from clockify_cli.transfer.dates import iso_length
from clockify_cli.transfer.fields import checked_span, entry_type, unread_reason
from clockify_cli.transfer.record import NOBODY, Broken, Person, Reading, Record, Skipped

_BASIC = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_SECOND = timedelta(seconds=1)
_FRAME = ("", "", "", "id", "", "updated_at")  # of Watson's frames: what is not read
_SEVERAL = "time_entries"  # Toggl's report: the spans that share what stands around them
RUNNING = "it has no end: it was still running"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one program writes an entry.

    Attributes:
        format: Its name for people.
        fits: Says whether an element is one of its entries.
        read: Returns what an element says.
        person: Returns whose element it is.
        keys: The keys that are read; ``a.b`` is one in the object ``a``, ``a[].b`` in a list.
    """

    format: str
    fits: Callable[[Any], bool]
    read: Callable[[int, Any], Record]
    keys: frozenset[str] = frozenset()
    person: Callable[[Any], Person] = lambda _item: NOBODY

    def parts(self, item: Any) -> Iterator[Any]:
        """Yield the entries that an element stands for: one, but for Toggl's report."""
        spans = item.get(_SEVERAL) if self.format == "Toggl JSON" and isinstance(item, dict) else 0
        if not isinstance(spans, list):
            yield item
            return
        for span in spans:
            yield {**item, **span} if isinstance(span, dict) else span


def note_unread(reading: Reading, dialect: Dialect, item: Any, line: int) -> None:
    """List what an entry holds and nothing is made of."""
    keys: Iterator[str] = iter(())
    if isinstance(item, dict):
        keys = _unread(item, "", dialect.keys)
    elif isinstance(item, list) and dialect is FRAMES:
        keys = (name for name, value in zip(_FRAME, item, strict=False) if name and value)
    for key in dict.fromkeys(keys):
        known = reading.unread.get(key)
        reading.leave_unread("key", key, known.why if known else unread_reason(key), line)


def _unread(item: Mapping[str, Any], path: str, keys: frozenset[str]) -> Iterator[str]:
    for name, value in item.items():
        key = path + name
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict) and key in _holders(keys):
            yield from _unread(value, f"{key}.", keys)
        elif isinstance(value, list) and f"{key}[]" in _holders(keys):
            for part in value:
                if isinstance(part, dict):
                    yield from _unread(part, f"{key}[].", keys)
        elif key not in keys:
            yield key


@cache
def _holders(keys: frozenset[str]) -> frozenset[str]:
    """Return the keys whose objects hold keys that are read."""
    return frozenset(key.rpartition(".")[0] for key in keys)


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _object(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise Broken("it is not an entry: an object was expected")
    return item


def _has(item: Any, *names: str) -> bool:
    return isinstance(item, dict) and any(name in item for name in names)


# -- Clockify ---------------------------------------------------------------------------------


def _clockify(line: int, item: Any) -> Record:
    entry = _object(item)
    kind = entry_type(_text(entry, "type"))
    span = entry.get("timeInterval")
    if not isinstance(span, dict):
        span = entry  # the shape in which an entry is created
    if not span.get("start"):
        raise Broken("it has no start")
    if not span.get("end"):
        raise Skipped(RUNNING)
    start, end = _span(span["start"], span["end"], span.get("duration"))
    project, task = _thing(entry, "project"), _thing(entry, "task")
    tags = [_thing({"tag": tag}, "tag") for tag in _list(entry, "tags")]
    tag_ids = [str(tag) for tag in _list(entry, "tagIds")] or [t["id"] for t in tags if t["id"]]
    number = _text(entry, "id") or _text(entry, "_id")
    client = project["client"] or _text(entry, "clientName") or _thing(entry, "client")["name"]
    custom = _list(entry, "customFieldValues") or _list(entry, "customFields")
    return Record(
        line,
        start,
        end,
        description=_text(entry, "description"),
        project=project["name"],
        client=client if project["name"] else None,
        task=task["name"],
        tags=tuple(tag["name"] for tag in tags if tag["name"]),
        billable=_flag(entry, "billable"),
        type=kind,
        id=number if is_entity_id(number) else "",
        workspace=_text(entry, "workspaceId"),
        project_id=_text(entry, "projectId") or project["id"],
        task_id=_text(entry, "taskId") or task["id"],
        tag_ids=tuple(tag_ids),
        custom=tuple(map(_object, custom)),
    )


def _clockify_person(item: Any) -> Person:
    entry = _object(item)
    user = _thing(entry, "user")
    return Person(
        user["email"] or _text(entry, "userEmail"),
        user["name"],
        _text(entry, "userId") or user["id"],
    )


def _thing(entry: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return ID and name of what stands whole in an entry, or by its name alone."""
    value = entry.get(key)
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict):
        value = {"name": _text(entry, f"{key}Name")}  # Clockify's reports
    return {
        "id": _text(value, "id") or _text(value, "_id"),
        "name": _text(value, "name"),
        "client": _text(value, "clientName"),
        "email": _text(value, "email"),
    }


_CLOCKIFY_KEYS = _keys(
    "id _id description billable type start end duration timeInterval.start timeInterval.end"
    " timeInterval.duration project projectId projectName clientName client task taskId taskName"
    " project.id project._id project.name project.clientName task.id task._id task.name"
    " user.id user._id user.name user.email tags[].id tags[]._id tags[].name tags tagIds"
    " user userId userName userEmail workspaceId customFieldValues customFields"
)


# -- Toggl ------------------------------------------------------------------------------------


def _toggl(line: int, item: Any) -> Record:
    """Read an entry of Toggl's API, or of its reports (version 2 and 3)."""
    entry = _object(item)
    length = entry.get("duration", entry.get("seconds"))
    if length is None and isinstance(entry.get("dur"), int):
        length = entry["dur"] // 1000
    start, end = entry.get("start"), entry.get("stop") or entry.get("end")
    if not start:
        raise Broken("it has no start")
    if entry.get("server_deleted_at"):
        raise Skipped("it was deleted")
    if not end and (not _is_number(length) or length < 0):
        raise Skipped(RUNNING)
    if not end:
        begin = _instant(start)
        span = begin, begin + timedelta(seconds=int(length))
    else:
        span = _span(start, end, length)
    tags = _names(entry, "tags") or _names(entry, "tag_names")
    return Record(
        line,
        *span,
        description=_text(entry, "description"),
        project=_first(entry, "project_name", "project"),
        client=_first(entry, "client_name", "client") or None,
        task=_first(entry, "task_name", "task"),
        tags=tags,
        billable=_flag(entry, "billable") if "billable" in entry else None,
        project_id=_digits(entry, "project_id", "pid"),
        task_id=_digits(entry, "task_id", "tid"),
        tag_ids=() if tags else tuple(str(tag) for tag in _list(entry, "tag_ids")),
    )


def _toggl_person(item: Any) -> Person:
    entry = _object(item)
    name = _first(entry, "user_name", "username", "user")
    return Person(_text(entry, "email"), name, _digits(entry, "user_id", "uid"))


def _is_toggl(item: Any) -> bool:
    if _has(item, "timeInterval") or not _has(item, "start", _SEVERAL):
        return False
    return _has(item, "wid", "workspace_id", "pid", "project_id", "duronly", "dur", _SEVERAL) or (
        _has(item, "stop") and _has(item, "duration", "description")
    )


_TOGGL_KEYS = _keys(
    "description project_name project client_name client task_name task tags tag_names billable"
    " email user_name username user user_id uid project_id pid task_id tid tag_ids start stop end"
    " duration seconds dur server_deleted_at time_entries[].start time_entries[].stop"
    " time_entries[].seconds"
)


def _first(entry: Mapping[str, Any], *keys: str) -> str:
    return next((text for key in keys if (text := _text(entry, key))), "")


def _digits(entry: Mapping[str, Any], *keys: str) -> str:
    """Return a number, as Toggl has them for IDs, as text."""
    for key in keys:
        value = entry.get(key)
        if isinstance(value, (int, str)) and not isinstance(value, bool) and value:
            return str(value)
    return ""


# -- Watson and timewarrior ---------------------------------------------------------------


def _watson(line: int, item: Any) -> Record:
    entry = _object(item)
    if not entry.get("stop"):
        raise Skipped(RUNNING)
    span = checked_span(_instant(entry.get("start")), _instant(entry["stop"]))
    return Record(line, *span, project=_text(entry, "project"), tags=_names(entry, "tags"))


def _frame(line: int, item: Any) -> Record:
    if not isinstance(item, list) or len(item) < 5 or not isinstance(item[4], list):
        raise Broken("it is not a frame: [start, stop, project, id, tags, …] was expected")
    start, stop, project = item[:3]
    if not isinstance(project, str):
        raise Broken("the project is not text")
    span = checked_span(_seconds(start), _seconds(stop))
    return Record(line, *span, project=project, tags=_names({"tags": item[4]}, "tags"))


def _timewarrior(line: int, item: Any) -> Record:
    entry = _object(item)
    if not entry.get("end"):
        raise Skipped(RUNNING)
    span = checked_span(_instant(entry.get("start")), _instant(entry["end"]))
    annotation = _text(entry, "annotation")
    return Record(line, *span, description=annotation, tags=_names(entry, "tags"))


# -- fields -------------------------------------------------------------------------------


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken(f"{key} is not text")
    return value


def _flag(entry: Mapping[str, Any], key: str) -> bool | None:
    value = entry.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise Broken(f"{key} is neither true nor false")


def _list(entry: Mapping[str, Any], key: str) -> list[Any]:
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Broken(f"{key} is not a list")
    return value


def _names(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = _list(entry, key)
    if not all(isinstance(name, str) for name in names):
        raise Broken("a tag is not text")
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _span(start: Any, end: Any, length: Any) -> tuple[datetime, datetime]:
    """Return start and end, which agree with the length: whole seconds, or ISO 8601."""
    lengths: list[tuple[str, timedelta, timedelta]] = []
    if isinstance(length, str) and length:
        lengths = [(length, iso_length(length), _SECOND)]
    elif _is_number(length):
        lengths = [(f"{length} seconds", timedelta(seconds=length), _SECOND)]
    return checked_span(_instant(start), _instant(end), *lengths)


def _instant(value: Any) -> datetime:
    if not isinstance(value, str):
        raise Broken("it has no start" if value is None else f"{value!r} is not a time")
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise Broken(f"{value!r} does not say in which zone it is")
        # The lengths of the API are whole seconds; so are ours.
        return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise Broken(f"{value!r} is not a time such as 2026-11-25T09:00:00Z") from None


def _seconds(value: Any) -> datetime:
    if not _is_number(value):
        raise Broken(f"{value!r} is not a time in seconds since 1970")
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value))
    except (OverflowError, ValueError):
        raise Broken(f"{value!r} is not a time in seconds since 1970") from None


CLOCKIFY = Dialect(
    "Clockify JSON",
    lambda item: (
        _has(item, "timeInterval")
        or (_has(item, "start") and isinstance(item["start"], str) and not _has(item, "stop"))
    ),
    _clockify,
    _CLOCKIFY_KEYS,
    _clockify_person,
)
REPORT = Dialect(
    "Clockify report JSON",
    lambda item: _has(item, "timeInterval") and _has(item, "userEmail", "projectName", "_id"),
    _clockify,
    CLOCKIFY.keys,
    _clockify_person,
)
TOGGL = Dialect("Toggl JSON", _is_toggl, _toggl, _TOGGL_KEYS, _toggl_person)
WATSON = Dialect(
    "Watson JSON",
    lambda item: _has(item, "start") and _has(item, "stop") and _has(item, "project", "tags"),
    _watson,
    _keys("start stop project tags"),
)
FRAMES = Dialect(
    "Watson frames",
    lambda item: isinstance(item, list) and len(item) >= 5 and isinstance(item[4], list),
    _frame,
)
TIMEWARRIOR = Dialect(
    "timewarrior JSON",
    lambda item: isinstance(item, dict) and bool(_BASIC.fullmatch(str(item.get("start", "")))),
    _timewarrior,
    _keys("start end annotation tags"),
)
ALL = (REPORT, TOGGL, TIMEWARRIOR, FRAMES, WATSON, CLOCKIFY)  # the most particular first
NAMED = {"clockify": CLOCKIFY, "toggl": TOGGL, "watson": WATSON, "timewarrior": TIMEWARRIOR}
