"""Reading tables: the CSV files of Clockify, Toggl and Watson, by the names of their columns.

Clockify writes (in its detailed report) ``Start Date, Start Time, End Date, End Time,
Duration (h), Tags, Email …``, Toggl ``Start date, Start time, End date`` or, since 2024,
``Stop date`` and ``Member``; Watson ``id, start, stop, project, tags``. The order of the
columns, and more of them, do not matter.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from io import StringIO

from clockify_cli.core.errors import UsageError
from clockify_cli.transfer.dates import (
    Order,
    between,
    decide_order,
    instants_of,
    read_date,
    read_length,
    read_time,
)
from clockify_cli.transfer.guard import unguarded
from clockify_cli.transfer.record import Broken, Note, Reading, Record, Skipped

CLOCKIFY, TOGGL, WATSON = "Clockify CSV", "Toggl CSV", "Watson CSV"
OFFSET = "UTC offset"  # our own column: the offset of the start, and of the end where it differs
LARGEST_FIELD = 2**24

# Column names in small letters, and what they hold.
_COLUMNS = {
    "project": "project",
    "client": "client",
    "description": "description",
    "task": "task",
    "user": "user",
    "member": "user",
    "email": "email",
    "tags": "tags",
    "tag": "tags",
    "type": "type",
    "billable": "billable",
    "start date": "start date",
    "start time": "start time",
    "end date": "end date",
    "end time": "end time",
    "stop date": "end date",
    "stop time": "end time",
    "duration (h)": "length",
    "duration": "length",
    "duration (decimal)": "decimal",
    "start": "start",
    "stop": "stop",
    "id": "id",
    OFFSET.lower(): "offset",
}
_YES, _NO = ("yes", "true", "y", "1"), ("no", "false", "n", "0")
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class _Table:
    """The rows of a file, each with the line on which it begins."""

    columns: dict[str, int]
    width: int
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read_table(
    text: str, name: str, zone: tzinfo, *, dialect: str = "", date_order: str | None = None
) -> Reading:
    """Return what a table says.

    Args:
        text: The file.
        name: Its name, for errors.
        zone: The zone of its times, where it does not say.
        dialect: ``clockify``, ``toggl`` or ``watson``; by the columns where it is empty.
        date_order: ``dmy`` or ``mdy``; by the file where it is ``None``.

    Raises:
        UsageError: It is no table of time entries, or its dates can be read in two ways.
    """
    table = _rows(text, name)
    known = table.columns
    if "start" in known and "stop" in known and dialect in ("", "watson"):
        reading = Reading(WATSON)
        for line, row in table.rows:
            _take(reading, line, partial(_watson, _Row(table, row), line, zone))
        reading.zoned = False
        return reading
    for column in ("start date", "start time"):
        if column not in known:
            raise UsageError(
                f"{name}:1: there is no column '{column.capitalize()}'.",
                "The file must be a CSV export of Clockify (detailed report), Toggl or Watson,"
                " with its first line.",
            )
    if "end time" not in known and "length" not in known and "decimal" not in known:
        raise UsageError(
            f"{name}:1: there is neither an end nor a duration among the columns.",
            "It needs 'End Date' and 'End Time', or 'Duration (h)'.",
        )
    toggl = dialect == "toggl" or (not dialect and _is_toggl(text))
    rows = [(line, _Row(table, row)) for line, row in table.rows]
    order = decide_order(
        (
            (line, cells.get(column))
            for line, cells in rows
            for column in ("start date", "end date")
            if cells.get(column)
        ),
        name,
        date_order,
    )
    reading = Reading(TOGGL if toggl else CLOCKIFY, whole_minutes=bool(rows))
    reader = _Entries(reading, known, zone, order, toggl)
    for line, cells in rows:
        _take(reading, line, partial(reader.record, cells, line))
    reading.zoned = "offset" in known
    return reading


def _is_toggl(text: str) -> bool:
    """Toggl writes its columns with a small second word, or calls the end a stop."""
    head = text.lstrip().split("\n", 1)[0]
    return "Start date" in head or "Stop date" in head


def _rows(text: str, name: str) -> _Table:
    csv.field_size_limit(LARGEST_FIELD)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table: _Table | None = None
    line = 1
    try:
        for row in reader:
            began, line = line, reader.line_num + 1
            if not row or row == [""]:
                continue
            if table is None:
                named = [_COLUMNS.get(cell.strip().lower(), "") for cell in row]
                columns = {column: at for at, column in reversed(list(enumerate(named))) if column}
                table = _Table(columns, len(row))
            else:
                table.rows.append((began, row))
    except csv.Error as error:
        raise UsageError(
            f"{name}:{line}: this line of the table cannot be read ({error}).",
            "A field that holds quotes or line breaks must stand in quotes.",
        ) from None
    if table is None:
        raise UsageError(f"{name} is empty.", "Export it again, with its first line.")
    return table


class _Row:
    """One row by the meaning of its columns."""

    __slots__ = ("_cells", "_table")

    def __init__(self, table: _Table, cells: list[str]) -> None:
        self._table = table
        self._cells = cells

    def get(self, column: str) -> str:
        """Return a cell as it stands; empty where the file has no such column."""
        at = self._table.columns.get(column)
        return self._cells[at] if at is not None and at < len(self._cells) else ""

    def check(self) -> None:
        """Refuse a row of another width: its cells are not where they seem to be."""
        if len(self._cells) != self._table.width:
            raise Broken(f"it has {len(self._cells)} fields, the first line {self._table.width}")


def _take(reading: Reading, line: int, read: Callable[[], Record]) -> None:
    try:
        reading.records.append(read())
    except Broken as why:
        reading.broken.append(Note(line, str(why)))
    except Skipped as why:
        reading.skipped.append(Note(line, str(why)))


class _Entries:
    """Reads the rows of Clockify's and Toggl's tables."""

    def __init__(
        self, reading: Reading, known: dict[str, int], zone: tzinfo, order: Order, toggl: bool
    ) -> None:
        self._reading = reading
        self._known = known
        self._zone = zone
        self._order = order
        self._toggl = toggl

    def record(self, row: _Row, line: int) -> Record:
        """Return what a row says."""
        row.check()
        start, end = self._span(row, line)
        text = self._name
        return Record(
            line,
            start,
            end,
            description=unguarded(row.get("description")),
            project=text(row, "project"),
            client=text(row, "client") if "client" in self._known else None,
            task=text(row, "task"),
            tags=split_names(self._cell(row, "tags")),
            billable=read_flag(row.get("billable")) if "billable" in self._known else None,
            type=_type(row.get("type")) if "type" in self._known else "",
            person=unguarded(row.get("email") or row.get("user")).strip(),
        )

    def _name(self, row: _Row, column: str) -> str:
        return unguarded(self._cell(row, column)).strip(" ")

    def _cell(self, row: _Row, column: str) -> str:
        value = row.get(column)
        # Toggl's newer export writes a dash where there is nothing.
        return "" if self._toggl and value.strip() == "-" else value

    def _span(self, row: _Row, line: int) -> tuple[datetime, datetime]:
        first = read_date(row.get("start date"), self._order)
        clock, exact = read_time(row.get("start time"))
        began = datetime.combine(first, clock)
        length = self._length(row)
        last = self._cell(row, "end time").strip()
        if last:
            stop, ends_exact = read_time(last)
            day = self._cell(row, "end date").strip()
            ended = datetime.combine(read_date(day, self._order) if day else first, stop)
            exact = exact or ends_exact
        elif length is None:
            raise Skipped("it has no end: it was still running")
        else:
            ended = None
        if exact:
            self._reading.whole_minutes = False
        offset = row.get("offset").strip()
        if offset:
            return self._by_offset(began, offset, ended, length)
        if ended is None:
            assert length is not None
            return self._lasting(began, length, line)
        slack = timedelta(0) if exact else timedelta(seconds=59)
        start, end, doubt = between(began, ended, self._zone, length, slack)
        if doubt:
            self._reading.implausibilities.append(Note(line, doubt))
        return start, end

    def _length(self, row: _Row) -> timedelta | None:
        for column in ("length", "decimal"):
            text = self._cell(row, column).strip()
            if text:
                return read_length(text)
        return None

    def _by_offset(
        self, began: datetime, offsets: str, ended: datetime | None, length: timedelta | None
    ) -> tuple[datetime, datetime]:
        """Return the instants where the file gives the offset of the start, and the end's own."""
        first, _, last = offsets.partition(" ")
        start = _offset_instant(began, first)
        if ended is None:
            return start, start + (length or timedelta(0))
        end = _offset_instant(ended, last.strip() or first)
        if end < start:
            raise Broken("it ends before it begins")
        return start, end

    def _lasting(self, began: datetime, length: timedelta, line: int) -> tuple[datetime, datetime]:
        starts = instants_of(began, self._zone)
        if not starts:
            shown = began.isoformat(" ")
            raise Broken(f"{shown} does not exist in {self._zone}: the clocks skip it")
        if len(starts) > 1:
            shown = f"{began.isoformat(' ')} happens twice in {self._zone}"
            self._reading.implausibilities.append(Note(line, shown))
        return starts[0], starts[0] + length


def _watson(row: _Row, line: int, zone: tzinfo) -> Record:
    row.check()
    walls = []
    for column in ("start", "stop"):
        text = row.get(column).strip()
        try:
            walls.append(datetime.fromisoformat(text).replace(microsecond=0))
        except ValueError:
            raise Broken(f"{text!r} is not a time such as 2026-11-25 09:00:00") from None
    first, last = walls
    if first.tzinfo is not None and last.tzinfo is not None:
        start, end = first.astimezone(UTC), last.astimezone(UTC)
        if end < start:
            raise Broken("it ends before it begins")
    else:
        start, end, _ = between(
            first.replace(tzinfo=None), last.replace(tzinfo=None), zone, None, _SECOND
        )
    return Record(
        line,
        start,
        end,
        project=unguarded(row.get("project")),
        tags=split_names(row.get("tags")),
    )


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a cell, separated by commas; one that holds a comma is in quotes."""
    text = unguarded(text)
    if not text.strip():
        return ()
    if '"' not in text:
        parts = text.split(",")
    else:
        try:
            [parts] = csv.reader(StringIO(text, newline=""), skipinitialspace=True, strict=True)
        except (csv.Error, ValueError):
            parts = text.split(",")
    names = (part.strip(" ") for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))


def read_flag(text: str) -> bool | None:
    """Return a yes or no; ``None`` where nothing stands."""
    plain = text.strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    if plain in ("", "-"):
        return None
    raise Broken(f"billable is neither yes nor no: {text!r}")


def _type(text: str) -> str:
    plain = re.sub(r"[\s_]+", "", text).upper()
    if plain in ("", "REGULAR", "BREAK"):
        return plain
    raise Broken(f"the type is neither Regular nor Break: {text!r}")


def _offset_instant(wall: datetime, offset: str) -> datetime:
    try:
        return datetime.fromisoformat(wall.isoformat() + offset).astimezone(UTC)
    except ValueError:
        raise Broken(f"{offset!r} is not an offset such as +01:00") from None
