"""Read tables: the CSV files of Clockify, Toggl and Watson, by the names of their columns.

Clockify writes (in its detailed report) ``Start Date, Start Time, End Date, End Time,
Duration (h), Tags, Email …``, Toggl ``Start date, Start time, End date`` or, since 2024,
``Stop date`` and ``Member``; Watson ``id, start, stop, project, tags``. The order of the
columns does not matter; those that are not read are listed.
"""

from __future__ import annotations

import csv
import re
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
from clockify_cli.transfer.fields import (
    EMPTY,
    checked_span,
    entry_type,
    read_flag,
    unread_reason,
)
from clockify_cli.transfer.foreign import refuse_table
from clockify_cli.transfer.guard import unguarded
from clockify_cli.transfer.record import Broken, Note, Person, Reading, Record, Skipped, shortened

CLOCKIFY, TOGGL, WATSON = "Clockify CSV", "Toggl CSV", "Watson CSV"
OFFSET = "UTC offset"  # our own column: the offset of the start, and of the end if it differs
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
    "time (h)": "length",
    "duration (decimal)": "decimal",
    "time (decimal)": "decimal",
    OFFSET.lower(): "offset",
}
_WATSON_COLUMNS = {name: name for name in ("start", "stop", "project", "tags")}
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(seconds=59)  # what times without seconds leave open
_SEPARATOR = re.compile(r"\s*sep=(.)\r?\n", re.I)  # a line for spreadsheets


@dataclass(slots=True)
class _Table:
    """The rows of a file, each with the line on which it begins."""

    line: int
    header: list[str]
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def name_columns(self, meanings: dict[str, str]) -> None:
        """Find the columns that are read: of several with one meaning the first."""
        for at, cell in enumerate(self.header):
            meaning = meanings.get(" ".join(cell.replace("_", " ").split()).lower())
            if meaning is not None:
                self.columns.setdefault(meaning, at)

    def note_unread(self, reading: Reading) -> None:
        """List the columns that are not read, with what speaks for leaving them out."""
        read = set(self.columns.values())
        for at, cell in enumerate(self.header):
            if at in read:
                continue
            count = sum(1 for _, row in self.rows if at < len(row) and row[at].strip())
            name = cell.strip() or f"column {at + 1}"
            if not count:
                why = EMPTY
            elif cell.strip().lower() in (self.header[i].strip().lower() for i in read):
                why = "there is another column of this name, which is read"
            else:
                why = unread_reason(name)
            reading.leave_unread("column", name, why, self.line, count=count)


def read_table(
    text: str, name: str, zone: tzinfo, *, dialect: str = "", date_order: str | None = None
) -> Reading:
    """Return what a table says.

    Args:
        text: The file.
        name: Its name, for errors.
        zone: The zone of its times, if it does not say.
        dialect: ``clockify``, ``toggl`` or ``watson``; by the columns if it is empty.
        date_order: ``dmy`` or ``mdy``; by the file if it is ``None``.

    Raises:
        UsageError: It is no table of time entries, or its dates can be read in two ways.
    """
    table = _rows(text, name)
    reading = (
        _read_watson(table, zone)
        if dialect in ("", "watson") and _has(table, "start", "stop")
        else _read_entries(table, name, zone, dialect, date_order)
    )
    table.note_unread(reading)
    return reading


def _has(table: _Table, *names: str) -> bool:
    return set(names) <= {cell.strip().lower() for cell in table.header}


def _read_watson(table: _Table, zone: tzinfo) -> Reading:
    table.name_columns(_WATSON_COLUMNS)
    reading = Reading(WATSON, zoned=False)
    for line, row in table.rows:
        reading.take(line, partial(_watson, _Row(table, row), line, zone))
    return reading


def _read_entries(
    table: _Table, name: str, zone: tzinfo, dialect: str, date_order: str | None
) -> Reading:
    refuse_table(table.header, name, table.line)
    table.name_columns(_COLUMNS)
    known = table.columns
    for column in ("start date", "start time"):
        if column not in known:
            there = ", ".join(f"'{shortened(cell.strip())}'" for cell in table.header[:12])
            raise UsageError(
                f"{name}:{table.line}: there is no column '{column.capitalize()}',"
                f" only {there}{' …' if len(table.header) > 12 else ''}.",
                "The file must be a CSV export of Clockify (detailed report), Toggl or Watson,"
                " in English, with its first line.",
            )
    if not known.keys() & {"end time", "length", "decimal"}:
        raise UsageError(
            f"{name}:{table.line}: there is neither an end nor a duration among the columns.",
            "It needs 'End Date' and 'End Time', or 'Duration (h)'.",
        )
    # Toggl writes its columns with a small second word, or calls the end a stop.
    toggl = dialect == "toggl" or (
        not dialect and any(c.strip() in ("Start date", "Stop date") for c in table.header)
    )
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
    reading.zoned = "offset" in known
    reader = _Entries(reading, known, zone, order, toggl)
    for line, cells in rows:
        reading.take(line, partial(reader.record, cells, line), partial(reader.person, cells))
    return reading


def _rows(text: str, name: str) -> _Table:
    csv.field_size_limit(LARGEST_FIELD)
    line, separator = 1, ""
    if found := _SEPARATOR.match(text):
        line, separator = 1 + found[0].count("\n"), found[1]
        text = text[found.end() :]
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = separator or max(",;\t|", key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    skipped, table = line - 1, None
    try:
        for row in reader:
            began, line = line, reader.line_num + 1 + skipped
            if not any(cell.strip() for cell in row):
                continue
            if table is None:
                table = _Table(began, row)
            else:
                table.rows.append((began, row))
    except (csv.Error, TypeError) as error:
        raise UsageError(
            f"{name}:{line}: this line of the table cannot be read ({error}).",
            "A field that contains quotes or line breaks must be quoted.",
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
        """Return a cell as it stands; empty if the file has no such column."""
        at = self._table.columns.get(column)
        return self._cells[at] if at is not None and at < len(self._cells) else ""

    def check(self) -> None:
        """Refuse a row of another width: its cells are not where they seem to be."""
        width = len(self._table.header)
        if len(self._cells) != width:
            raise Broken(f"it has {len(self._cells)} fields, the first line {width}")
        if not self.get("start date") and self._cells[0].strip().lower().startswith("total"):
            raise Skipped("it is a total")


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
        kind = entry_type(row.get("type"))
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
            type=kind,
        )

    def person(self, row: _Row) -> Person:
        """Return whose row it is."""
        row.check()
        return Person(self._name(row, "email"), self._name(row, "user"))

    def _name(self, row: _Row, column: str) -> str:
        return unguarded(self._cell(row, column)).strip(" ")

    def _cell(self, row: _Row, column: str) -> str:
        value = row.get(column)
        # Toggl's newer export writes a dash if there is nothing.
        return "" if self._toggl and value.strip() == "-" else value

    def _span(self, row: _Row, line: int) -> tuple[datetime, datetime]:
        first = read_date(row.get("start date"), self._order)
        clock, exact = read_time(row.get("start time"))
        began = datetime.combine(first, clock)
        ended: datetime | None = None
        if last := self._cell(row, "end time").strip():
            stop, ends_exact = read_time(last)
            day = self._cell(row, "end date").strip()
            ended = datetime.combine(read_date(day, self._order) if day else first, stop)
            exact = exact or ends_exact
        lengths = self._lengths(row, line, needed=ended is None)
        if ended is None and not lengths:
            raise Skipped("it has no end: it was still running")
        if exact:
            self._reading.whole_minutes = False
        slack = timedelta(0) if exact else _MINUTE
        start, end = self._instants(row, began, ended, lengths, slack, line)
        return checked_span(start, end, *((t, length, off + slack) for t, length, off in lengths))

    def _lengths(
        self, row: _Row, line: int, *, needed: bool
    ) -> list[tuple[str, timedelta, timedelta]]:
        """Return the lengths that a row gives: as written, what they mean, how exact they are."""
        found = []
        for column in ("length", "decimal"):
            if text := self._cell(row, column).strip():
                try:
                    found.append((text, *read_length(text)))
                except Broken as why:
                    if needed:
                        raise
                    words = f"{why}: start and end count"
                    self._reading.implausibilities.append(Note(line, words))
        return found

    def _instants(
        self,
        row: _Row,
        began: datetime,
        ended: datetime | None,
        lengths: list[tuple[str, timedelta, timedelta]],
        slack: timedelta,
        line: int,
    ) -> tuple[datetime, datetime]:
        """Return start and end as instants: by the file's offsets, else on the run's clock."""
        length = lengths[0][1] if lengths else None
        first, _, last = row.get("offset").strip().partition(" ")
        if first:
            start = _offset_instant(began, first)
            if ended is None:
                return start, start + (length or timedelta(0))
            return start, _offset_instant(ended, last.strip() or first)
        if ended is not None:
            off = lengths[0][2] if lengths else timedelta(0)
            start, end, doubt = between(began, ended, self._zone, length, slack + off)
        else:
            starts = instants_of(began, self._zone)
            shown = began.isoformat(" ")
            if not starts:
                raise Broken(f"{shown} does not exist in {self._zone}: the clocks skip it")
            start, end = starts[0], starts[0] + (length or timedelta(0))
            doubt = f"{shown} happens twice in {self._zone}" if len(starts) > 1 else ""
        if doubt:
            self._reading.implausibilities.append(Note(line, doubt))
        return start, end


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
        start, end = checked_span(first.astimezone(UTC), last.astimezone(UTC))
    else:
        naive = first.replace(tzinfo=None), last.replace(tzinfo=None)
        start, end = checked_span(*between(*naive, zone, None, _SECOND)[:2])
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


def _offset_instant(wall: datetime, offset: str) -> datetime:
    try:
        return datetime.fromisoformat(wall.isoformat() + offset).astimezone(UTC)
    except ValueError:
        raise Broken(f"{offset!r} is not an offset such as +01:00") from None
