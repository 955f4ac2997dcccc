"""Reading JSON: Clockify's entries (an array, or a line each), Watson's and timewarrior's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import is_entity_id
from clockify_cli.transfer.plain import is_whole
from clockify_cli.transfer.record import Broken, Note, Reading, Record, Skipped

CLOCKIFY, CLOCKIFY_LINES = "Clockify JSON", "Clockify JSONL"
WATSON, FRAMES, TIMEWARRIOR = "Watson JSON", "Watson frames", "timewarrior JSON"
_BLANK = re.compile(r"[ \t\r\n]*")
_BASIC = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


def read_array(text: str, name: str, *, dialect: str = "") -> Reading:
    """Return what a JSON array of entries says.

    Args:
        text: The file.
        name: Its name, for errors.
        dialect: ``watson`` or ``timewarrior``; by the first entry where it is empty.

    Raises:
        UsageError: It is not JSON, or no array.
    """
    return _read(_elements(text, name), dialect, CLOCKIFY)


def read_lines(text: str, name: str) -> Reading:
    """Return what JSON lines say; a line that is not JSON is told with the others.

    One object over many lines, as ``clockify entries show --json`` writes it, is one entry.
    """
    begin = _BLANK.match(text)
    try:
        whole = json.loads(text) if "\n" in text.strip() else None
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and begin is not None:
        line = text.count("\n", 0, begin.end()) + 1
        return _read(iter([(line, whole)]), "", CLOCKIFY)
    return _read(_lines(text), "", CLOCKIFY_LINES)


def _read(items: Iterator[tuple[int, Any]], dialect: str, own: str) -> Reading:
    reading = Reading(own)
    read: Callable[[int, Any], Record] | None = None
    for line, item in items:
        try:
            if isinstance(item, Broken):
                raise item
            if read is None:
                reading.format, read = _dialect(item, dialect, own)
            record = read(line, item)
            texts = (record.description, record.project, record.client or "", record.task)
            if not all(is_whole(part) for part in (*texts, *record.tags)):
                raise Broken("its text holds half a character (a lone surrogate)")
            reading.records.append(record)
        except Broken as why:
            reading.broken.append(Note(line, str(why)))
        except Skipped as why:
            reading.skipped.append(Note(line, str(why)))
    return reading


def _elements(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """Yield an array's elements, each with the line on which it begins."""
    decoder = json.JSONDecoder()
    at = _after_blank(text, 0)
    line, counted = 1, 0
    if not text.startswith("[", at):
        raise UsageError(
            f"{name} is not an array of entries.", "Such as 'clockify export --format json' writes."
        )
    at = _after_blank(text, at + 1)
    first = True
    while not text.startswith("]", at):
        if not first:
            if not text.startswith(",", at):
                raise _not_json(text, name, at, "a comma or ']' is missing")
            at = _after_blank(text, at + 1)
        first = False
        line += text.count("\n", counted, at)
        counted = at
        try:
            item, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise _not_json(text, name, error.pos, error.msg) from None
        except RecursionError:
            raise _not_json(text, name, at, "it is nested too deeply") from None
        yield line, item
        at = _after_blank(text, at)
    rest = _after_blank(text, at + 1)
    if rest < len(text):
        raise _not_json(text, name, rest, "something follows the array")


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    for line, row in enumerate(text.split("\n"), 1):
        if row.strip():
            try:
                yield line, json.loads(row)
            except (ValueError, RecursionError) as error:
                yield line, Broken(f"it is not JSON ({getattr(error, 'msg', 'nested too deeply')})")


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _not_json(text: str, name: str, at: int, why: str) -> UsageError:
    line = text.count("\n", 0, at) + 1
    return UsageError(
        f"{name}:{line}: this is not JSON ({why}).", "The file may have been cut off; export again."
    )


# -- which program wrote it -----------------------------------------------------------


def _dialect(item: Any, asked: str, own: str) -> tuple[str, Callable[[int, Any], Record]]:
    if isinstance(item, list):
        return FRAMES, _frame
    if isinstance(item, dict):
        if asked == "watson" or (not asked and "stop" in item and "timeInterval" not in item):
            return WATSON, _watson
        if asked == "timewarrior" or (not asked and _BASIC.fullmatch(str(item.get("start", "")))):
            return TIMEWARRIOR, _timewarrior
    return own, _clockify


def _object(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise Broken("it is no entry: an object was expected")
    return item


# -- Clockify -----------------------------------------------------------------------------


def _clockify(line: int, item: Any) -> Record:
    entry = _object(item)
    span = entry.get("timeInterval")
    if not isinstance(span, dict):
        span = entry  # the shape in which an entry is created
    if not span.get("start"):
        raise Broken("it has no start")
    if not span.get("end"):
        raise Skipped("it has no end: it was still running")
    start, end = _instant(span["start"]), _instant(span["end"])
    project, task = _thing(entry, "project"), _thing(entry, "task")
    tags = [_thing({"tag": tag}, "tag") for tag in _list(entry, "tags")]
    tag_ids = [str(tag) for tag in _list(entry, "tagIds")] or [t["id"] for t in tags if t["id"]]
    number = str(entry.get("id") or "")
    user = _thing(entry, "user")
    return Record(
        line,
        *_ordered(start, end),
        description=_text(entry, "description"),
        project=project["name"],
        client=project["client"] if project["name"] else None,
        task=task["name"],
        tags=tuple(tag["name"] for tag in tags if tag["name"]),
        billable=_flag(entry, "billable"),
        type=entry["type"] if entry.get("type") in ("REGULAR", "BREAK") else "",
        person=user["email"] or user["name"] or _text(entry, "userId"),
        id=number if is_entity_id(number) else "",
        workspace=_text(entry, "workspaceId"),
        project_id=_text(entry, "projectId") or project["id"],
        task_id=_text(entry, "taskId") or task["id"],
        tag_ids=tuple(tag_ids),
        custom=tuple(f for f in _list(entry, "customFieldValues") if isinstance(f, dict)),
    )


def _thing(entry: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return ID and name of what stands hydrated in an entry, or by its name alone."""
    value = entry.get(key)
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict):
        value = {}
    return {
        "id": _text(value, "id"),
        "name": _text(value, "name"),
        "client": _text(value, "clientName"),
        "email": _text(value, "email"),
    }


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


# -- Watson and timewarrior ---------------------------------------------------------------


def _watson(line: int, item: Any) -> Record:
    entry = _object(item)
    if not entry.get("stop"):
        raise Skipped("it has no end: it was still running")
    span = _ordered(_instant(entry.get("start")), _instant(entry["stop"]))
    return Record(line, *span, project=_text(entry, "project"), tags=_names(entry))


def _frame(line: int, item: Any) -> Record:
    if not isinstance(item, list) or len(item) < 5 or not isinstance(item[4], list):
        raise Broken("it is no frame: [start, stop, project, id, tags, …] was expected")
    start, stop, project = item[:3]
    if not isinstance(project, str):
        raise Broken("the project is not text")
    names = _names({"tags": item[4]})
    return Record(line, *_ordered(_seconds(start), _seconds(stop)), project=project, tags=names)


def _timewarrior(line: int, item: Any) -> Record:
    entry = _object(item)
    if not entry.get("end"):
        raise Skipped("it has no end: it was still running")
    span = _ordered(_instant(entry.get("start")), _instant(entry["end"]))
    return Record(line, *span, description=_text(entry, "annotation"), tags=_names(entry))


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = _list(entry, "tags")
    if not all(isinstance(name, str) for name in names):
        raise Broken("a tag is not text")
    return tuple(dict.fromkeys(name for name in names if name.strip()))


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
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Broken(f"{value!r} is not a time in seconds since 1970")
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value))
    except (OverflowError, ValueError):
        raise Broken(f"{value!r} is not a time in seconds since 1970") from None


def _ordered(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    if end < start:
        raise Broken("it ends before it begins")
    return start, end
