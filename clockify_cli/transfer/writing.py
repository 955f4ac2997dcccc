"""Writing entries: each format as a head, a stretch of bytes a page of entries, and a tail.

Whatever is written here is read again by ``reading`` as the same entries.
"""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from io import StringIO
from typing import Any, Protocol

from clockify_cli.core.model import TimeEntry, end_of, start_of
from clockify_cli.core.terminal import escaped
from clockify_cli.transfer import icalendar
from clockify_cli.transfer.guard import guarded
from clockify_cli.transfer.tables import OFFSET

FORMATS = ("csv", "json", "jsonl", "ics")
_SECOND = timedelta(seconds=1)
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_TYPES = {"BREAK": "Break", "HOLIDAY": "Holiday", "TIME_OFF": "Time off"}  # the rest is work

# The columns of Clockify's own detailed report, in its order; ours follows at the end.
_HEADER = (
    "Project",
    "Client",
    "Description",
    "Task",
    "User",
    "Group",
    "Email",
    "Tags",
    "Type",
    "Billable",
    "Start Date",
    "Start Time",
    "End Date",
    "End Time",
    "Duration (h)",
    "Duration (decimal)",
    OFFSET,
)


@dataclass(frozen=True, slots=True)
class Labels:
    """The names that an entry's IDs stand for; empty if there are none."""

    project: str = ""
    client: str = ""
    task: str = ""
    tags: tuple[str, ...] = ()
    user: str = ""
    email: str = ""


class LabelSource(Protocol):
    """Gives the names of an entry; the ID stands for a name that is not known."""

    def labels(self, entry: TimeEntry) -> Labels:
        """Return the names that the entry's IDs stand for."""
        ...


@dataclass(frozen=True)
class Setting:
    """What a writer must know beside the entries.

    Attributes:
        zone: In which a table shows its times.
        now: The present, for the stamps of a calendar.
        names: Gives the entries' names.
    """

    zone: tzinfo
    now: datetime
    names: LabelSource


class Writer:
    """Writes entries in one format."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def head(self) -> bytes:
        """Return what stands before the entries."""
        return b""

    def body(self, entries: Iterable[TimeEntry]) -> bytes:
        """Return the next entries."""
        raise NotImplementedError

    def tail(self) -> bytes:
        """Return what stands after the entries."""
        return b""


def writer(format: str, setting: Setting) -> Writer:
    """Return the writer of one of ``FORMATS``."""
    kinds: dict[str, type[Writer]] = {
        "csv": TableWriter,
        "json": ArrayWriter,
        "jsonl": LinesWriter,
        "ics": CalendarWriter,
    }
    return kinds[format](setting)


class TableWriter(Writer):
    """CSV as Clockify's detailed report has it, safe to open in a spreadsheet."""

    def head(self) -> bytes:
        """Return the line of column names."""
        return (",".join(f'"{name}"' for name in _HEADER) + "\r\n").encode()

    def body(self, entries: Iterable[TimeEntry]) -> bytes:
        """Return one line per entry."""
        stream = StringIO(newline="")
        rows = csv.writer(stream, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        rows.writerows(map(self._row, entries))
        return stream.getvalue().encode("utf-8", "replace")

    def _row(self, entry: TimeEntry) -> tuple[str, ...]:
        names = self.setting.names.labels(entry)
        start, end = start_of(entry), end_of(entry)
        first = start.astimezone(self.setting.zone).isoformat()
        offset = first[19:]
        if end is None:
            last, length, hours = "", "", ""
        else:
            last = end.astimezone(self.setting.zone).isoformat()
            seconds = int((end - start) / _SECOND)
            length = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            hours = f"{seconds / 3600:.2f}"
            if last[19:] != offset:
                offset += " " + last[19:]
        return (
            guarded(names.project),
            guarded(names.client),
            guarded(str(entry.get("description") or "")),
            guarded(names.task),
            guarded(names.user),
            "",
            guarded(names.email),
            guarded(", ".join(map(_tag_cell, names.tags))),
            _TYPES.get(str(entry.get("type")), "Regular"),
            "Yes" if entry.get("billable") else "No",
            first[:10],
            first[11:19],
            last[:10],
            last[11:19],
            length,
            hours,
            offset,
        )


def _tag_cell(name: str) -> str:
    if "," in name or '"' in name or "\n" in name or "\r" in name:
        doubled = name.replace('"', '""')
        return f'"{doubled}"'
    return name


class LinesWriter(Writer):
    """JSON, one entry per line: what the API says, and the names beside the IDs."""

    def body(self, entries: Iterable[TimeEntry]) -> bytes:
        """Return one line per entry."""
        return "".join(self.text(entry) + "\n" for entry in entries).encode("utf-8", "replace")

    def text(self, entry: TimeEntry) -> str:
        """Return an entry with what the API gives when it is asked for whole things."""
        names = self.setting.names.labels(entry)
        whole: dict[str, Any] = dict(entry)
        if entry.get("projectId"):
            whole["project"] = _named(
                entry["projectId"], names.project, **_filled(clientName=names.client)
            )
        if entry.get("taskId"):
            whole["task"] = _named(entry["taskId"], names.task)
        if entry.get("tagIds"):
            whole["tags"] = [
                _named(i, name) for i, name in zip(entry["tagIds"], names.tags, strict=False)
            ]
        text = _ENCODE(whole)
        # What a terminal might obey is escaped, as everywhere in our JSON.
        return text if text.isprintable() else "".join(map(escaped, text))


def _named(number: Any, name: str, **more: str) -> dict[str, Any]:
    return {"id": number, **_filled(name=name), **more}


def _filled(**fields: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if value}


class ArrayWriter(LinesWriter):
    """The same as one JSON array."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._begun = False

    def head(self) -> bytes:
        """Return the bracket that opens."""
        return b"["

    def body(self, entries: Iterable[TimeEntry]) -> bytes:
        """Return the next elements, each on its line."""
        parts: list[str] = []
        for entry in entries:
            parts.append(",\n" if self._begun else "\n")
            parts.append(self.text(entry))
            self._begun = True
        return "".join(parts).encode("utf-8", "replace")

    def tail(self) -> bytes:
        """Return the bracket that closes."""
        return b"\n]\n" if self._begun else b"]\n"


class CalendarWriter(Writer):
    """A calendar (RFC 5545), one event per entry; times in UTC."""

    def head(self) -> bytes:
        """Return what opens a calendar."""
        return (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//clockify-cli//clockify export//EN\r\n"
            b"CALSCALE:GREGORIAN\r\n"
        )

    def body(self, entries: Iterable[TimeEntry]) -> bytes:
        """Return the next events."""
        return "".join(map(self._event, entries)).encode("utf-8", "replace")

    def tail(self) -> bytes:
        """Return what closes a calendar."""
        return b"END:VCALENDAR\r\n"

    def _event(self, entry: TimeEntry) -> str:
        names = self.setting.names.labels(entry)
        description = str(entry.get("description") or "")
        end = end_of(entry)
        lines = [
            "BEGIN:VEVENT",
            f"UID:{icalendar.escaped(str(entry.get('id') or ''))}",
            f"DTSTAMP:{_stamp(self.setting.now)}",
            f"DTSTART:{_stamp(start_of(entry))}",
        ]
        if end is not None:
            lines.append(f"DTEND:{_stamp(end)}")
        lines.append(f"SUMMARY:{icalendar.escaped(_shown(description))}")
        if names.project:
            place = f"{names.client}/{names.project}" if names.client else names.project
            place += f": {names.task}" if names.task else ""
            lines.append(f"DESCRIPTION:{icalendar.escaped(_shown(place))}")
        if names.tags:
            values = ",".join(icalendar.escaped(_shown(tag)) for tag in names.tags)
            lines.append(f"CATEGORIES:{values}")
        lines.append("TRANSP:OPAQUE")
        lines.append(f"X-CLOCKIFY-BILLABLE:{'TRUE' if entry.get('billable') else 'FALSE'}")
        if entry.get("type") in _TYPES:
            lines.append(f"X-CLOCKIFY-TYPE:{entry['type']}")
        for name, text in (
            ("PROJECT", names.project),
            ("CLIENT", names.client),
            ("TASK", names.task),
        ):
            if text:
                lines.append(_exact(f"X-CLOCKIFY-{name}", text))
        if not icalendar.is_plain(description):
            lines.append(_exact("X-CLOCKIFY-DESCRIPTION", description))
        if not all(map(icalendar.is_plain, names.tags)):
            lines.extend(_exact("X-CLOCKIFY-TAG", tag) for tag in names.tags)
        lines.append("END:VEVENT")
        return "".join(map(icalendar.folded, lines))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _shown(text: str) -> str:
    """Return ``text`` without the control characters that a calendar must not hold."""
    if icalendar.is_plain(text):
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if icalendar.is_plain(c) else " " for c in plain)


def _exact(name: str, text: str) -> str:
    """Return a property that carries ``text`` to the last character."""
    if icalendar.is_plain(text):
        return f"{name}:{icalendar.escaped(text)}"
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return f"{name};ENCODING=BASE64;VALUE=BINARY:{encoded}"
