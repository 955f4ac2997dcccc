"""Read JSON: an array of entries, one per line, a single one, or a report that contains them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.transfer import dialects
from clockify_cli.transfer.dialects import Dialect
from clockify_cli.transfer.foreign import refuse_object
from clockify_cli.transfer.plain import MOST_LINES, is_whole, too_many
from clockify_cli.transfer.record import Broken, Note, Person, Reading, Record, shortened

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_HOLDERS = ("timeentries", "data")  # where Clockify's and Toggl's reports have their entries
_TOO_DEEP = "it is nested too deeply"
_HALF = "its text holds half a character (a lone surrogate)"
_SHOWN_KEYS = 8

Item = tuple[int, Any]


def read_array(text: str, name: str, *, dialect: str = "") -> Reading:
    """Return what a JSON array of entries says.

    Args:
        text: The file.
        name: Its name, for errors.
        dialect: ``clockify``, ``toggl``, ``watson`` or ``timewarrior``; by the entries' own
            marks if it is empty.

    Raises:
        UsageError: It is not JSON, no array, or not of time entries.
    """
    start = _after_blank(text, 0)
    if not text.startswith("[", start):
        raise UsageError(
            f"{name} is not an array of entries.",
            "Use the format of 'clockify export --format json'.",
        )
    items, end = _elements(text, name, start)
    if end < len(text):
        raise _not_json(text, name, end, "something follows the array")
    return _read(items, name, dialect, lines=False)


def read_objects(text: str, name: str, *, dialect: str = "") -> Reading:
    """Return what JSON lines say, or a single object: an entry, or a report with entries.

    A line that is not JSON is listed with the other broken ones.

    Raises:
        UsageError: It is an object of something else.
    """
    start = _after_blank(text, 0)
    if not text.startswith("{", start) or not _is_one_object(text, start):
        items = list(_lines(text))
        if len(items) > 1 and all(isinstance(item, Broken) for _, item in items):
            _value(text, name, start)  # one object over many lines, cut off
        return _read(items, name, dialect, lines=True)
    members = list(_members(text, name, start))
    held = [(line, key, value) for line, key, value in members if key in _HOLDERS]
    if not held or not isinstance(held[0][2], list):
        whole = {key: value for _, key, value in members}
        line = text.count("\n", 0, start) + 1
        return _read([(line, whole)], name, dialect, lines="\n" not in text.strip())
    _, key, items = held[0]
    reading = _read(items, name, dialect, lines=False)
    for line, other, value in members:
        if other != key and value not in (None, "", [], {}):
            reading.leave_unread("key", other, "about the report, not an entry", line)
    return reading


def _read(items: list[Item], name: str, wanted: str, *, lines: bool) -> Reading:
    dialect = dialects.NAMED.get(wanted) or _recognised(items, name) or dialects.CLOCKIFY
    own = dialect is dialects.CLOCKIFY
    reading = Reading("Clockify JSONL" if own and lines else dialect.format)
    for line, item in items:
        if isinstance(item, Broken):
            reading.broken.append(Note(line, str(item)))
            continue
        for part in dialect.parts(item):
            reading.take(
                line, partial(_record, dialect, line, part), partial(_person, dialect, part)
            )
        dialects.note_unread(reading, dialect, item, line)
    return reading


def _record(dialect: Dialect, line: int, item: Any) -> Record:
    record = dialect.read(line, item)
    texts = (record.description, record.project, record.client or "", record.task)
    if not all(map(is_whole, (*texts, *record.tags))):
        raise Broken(_HALF)
    return record


def _person(dialect: Dialect, item: Any) -> Person:
    person = dialect.person(item)
    if not is_whole(person.email + person.name + person.id):
        raise Broken(_HALF)
    return person


def _recognised(items: list[Item], name: str) -> Dialect | None:
    """Return the dialect of the first entry that has the marks of one.

    Raises:
        UsageError: There are objects, and none of them is a time entry.
    """
    stranger: Item | None = None
    for line, item in items:
        for dialect in dialects.ALL:
            if dialect.fits(item):
                if dialect is dialects.CLOCKIFY and "timeInterval" not in item:
                    refuse_object(item, name)  # a start and an end are no mark of their own
                return dialect
        if isinstance(item, dict) and item and stranger is None:
            stranger = line, item
    if stranger is None:
        return None
    line, item = stranger
    refuse_object(item, name)
    keys = [shortened(key) for key in list(item)[:_SHOWN_KEYS]]
    raise UsageError(
        f"{name}:{line}: this is not a time entry of Clockify, Toggl, Watson or timewarrior;"
        f" its keys are {', '.join(keys)}{' …' if len(item) > len(keys) else ''}.",
        "An entry needs its start and end, in 'timeInterval' or as 'start' and 'end'.",
    )


# -- JSON with the lines on which things stand ---------------------------------------------


def _elements(text: str, name: str, start: int) -> tuple[list[Item], int]:
    """Return an array's elements, each with its line, and where the array ends."""
    found: list[Item] = []
    counter = _LineCounter(text)
    at = _after_blank(text, start + 1)
    while not text.startswith("]", at):
        if found:
            at = _after_comma(text, name, at, "]")
        line = counter.line(at)
        item, at = _value(text, name, at)
        found.append((line, item))
        if len(found) > MOST_LINES:
            raise too_many(name, "entries")
        at = _after_blank(text, at)
    return found, _after_blank(text, at + 1)


def _members(text: str, name: str, start: int) -> Iterator[tuple[int, str, Any]]:
    """Yield an object's keys and values; an array of entries keeps its elements' lines."""
    counter = _LineCounter(text)
    at, first = _after_blank(text, start + 1), True
    while not text.startswith("}", at):
        if not first:
            at = _after_comma(text, name, at, "}")
        first = False
        line = counter.line(at)
        key, at = _value(text, name, at)
        at = _after_blank(text, _after_blank(text, at) + 1)  # the colon: the whole is JSON
        if key in _HOLDERS and text.startswith("[", at):
            value, at = _elements(text, name, at)
        else:
            value, at = _value(text, name, at)
            at = _after_blank(text, at)
        yield line, key, value


def _is_one_object(text: str, start: int) -> bool:
    try:
        _, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return False
    return _after_blank(text, end) == len(text)


def _lines(text: str) -> Iterator[Item]:
    for line, row in enumerate(text.split("\n"), 1):
        if row.strip():
            try:
                yield line, json.loads(row)
            except (ValueError, RecursionError) as error:
                yield line, Broken(f"it is not JSON ({_why(error)})")


class _LineCounter:
    """Counts the lines up to places that come one after the other."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def line(self, at: int) -> int:
        """Return the line of a place behind the last one."""
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line


def _value(text: str, name: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise _not_json(text, name, getattr(error, "pos", at), _why(error)) from None


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    return getattr(error, "msg", "") or "a number in it is too long"


def _after_comma(text: str, name: str, at: int, end: str) -> int:
    if not text.startswith(",", at):
        raise _not_json(text, name, at, f"a comma or '{end}' is missing")
    return _after_blank(text, at + 1)


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _not_json(text: str, name: str, at: int, why: str) -> UsageError:
    line = text.count("\n", 0, at) + 1
    return UsageError(
        f"{name}:{line}: this is not JSON ({why}).", "The file may have been cut off; export again."
    )
