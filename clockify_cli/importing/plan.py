"""Plan an import: which entries are new, which exist already, which are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from clockify_cli.core.errors import ClockifyError, RefusedError, UsageError
from clockify_cli.core.model import end_of, instant, start_of
from clockify_cli.importing.creating import Creator
from clockify_cli.importing.names import MARKUP, Meant, NameFinder
from clockify_cli.importing.people import People
from clockify_cli.tracking.content import DESCRIPTION_LIMIT
from clockify_cli.transfer.record import Note, Reading, Record

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
SHOWN = 100  # broken lines that an error lists
UNLIKELY_YEARS = 10  # an entry longer ago is more likely a date that was read wrongly


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the file that is to be recorded."""

    record: Record
    meant: Meant

    def body(self, workspace: str) -> dict[str, Any]:
        """Return the request that creates it."""
        from clockify_cli.tracking.content import Content

        record, meant = self.record, self.meant
        content = Content(
            description=record.description,
            project=meant.project or None,
            task=meant.task or None,
            tags=meant.tags,
            billable=bool(meant.billable),
            type=record.type or None,
        )
        body = content.body(record.start, record.end)
        if record.workspace == workspace:
            fields = [
                {
                    "customFieldId": custom["customFieldId"],
                    "sourceType": custom.get("sourceType") or "TIMEENTRY",
                    "value": custom.get("value"),
                }
                for custom in record.custom
                if custom.get("customFieldId") and custom.get("value") is not None
            ]
            if fields:
                body["customFields"] = fields
        return body


@dataclass(slots=True)
class Plan:
    """What importing a file would do.

    Attributes:
        name: The file's name.
        reading: What was read of it.
        new: What is to be recorded, oldest first.
        existing: Lines whose entry is recorded already.
        skipped: Lines that are left out, and why.
        taken: IDs of entries that were there before, which no new one can have become.
        names: What the file's names mean.
        people: Whose lines the file holds.
        broken: Lines that cannot be read, or would be refused, and stop the import.
        problem: The error that they are.
    """

    name: str
    reading: Reading
    names: NameFinder
    people: People = field(default_factory=People)
    new: list[Row] = field(default_factory=list)
    existing: list[Row] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    broken: list[Note] = field(default_factory=list)
    problem: ClockifyError | None = None

    def questions(self, now: datetime) -> list[tuple[str, list[int]]]:
        """Return everything that the user is asked about first, and the lines of each."""
        far = now - timedelta(days=366 * UNLIKELY_YEARS)
        groups: list[tuple[str, Callable[[Record], bool]]] = [
            ("longer than 24 hours", lambda r: r.end - r.start > _DAY),
            ("in the future", lambda r: r.end > now + _MINUTE),
            (f"more than {UNLIKELY_YEARS} years old", lambda r: r.start < far),
        ]
        found: list[tuple[str, list[int]]] = []
        if self.people.doubtful and self.new:
            who, owner = self.people.stranger_text, self.people.owner
            words = f"the file holds the time of {who}, who is not {owner}"
            found.append((words, []))
        for words, fits in groups:
            lines = [row.record.line for row in self.new if fits(row.record)]
            if lines:
                count = "1 entry is" if len(lines) == 1 else f"{len(lines)} entries are"
                found.append((f"{count} {words}", sorted(lines)))
        return found

    def finish(self, creator: Creator) -> None:
        """Put the IDs of what was created in the place of what stood for them."""
        self.new = [replace(row, meant=creator.finished(row.meant)) for row in self.new]


def find_refused(reading: Reading) -> None:
    """Move the records that the service would refuse to the broken lines."""
    kept: list[Record] = []
    for record in reading.records:
        size = len(record.description)
        if size > DESCRIPTION_LIMIT:
            words = f"the description has {size} characters, Clockify allows {DESCRIPTION_LIMIT}"
            reading.broken.append(Note(record.line, words))
        elif any(sign in record.description for sign in MARKUP):
            words = "Clockify does not allow '<' or '>' in a description"
            reading.broken.append(Note(record.line, words, refused=True))
        else:
            kept.append(record)
    reading.records = kept
    reading.broken.sort(key=lambda note: note.line)


def broken_error(reading: Reading, name: str, *, skipping: bool) -> ClockifyError | None:
    """Return the error of a file with broken lines; nothing if enough is left without them.

    Args:
        reading: What was read.
        name: The file's name.
        skipping: The user lets broken lines be left out.
    """
    broken = reading.broken
    if not broken or (skipping and reading.records):
        return None
    count = "1 line" if len(broken) == 1 else f"{len(broken)} lines"
    refused = all(note.refused for note in broken)
    what = "would be refused" if refused else "cannot be read"
    told = f"{count} of {name} {what}"
    if skipping:
        told = f"No line of {name} is left to record: {count} {what}"
    lines = "\n".join(f"  {name}:{note.line}: {note.text}" for note in broken[:SHOWN])
    if len(broken) > SHOWN:
        lines += f"\n  and {len(broken) - SHOWN} more (--json lists all)"
    kind = RefusedError if refused else UsageError
    return kind(
        f"{told}; nothing was recorded:\n{lines}",
        "Fix the file." if skipping else "Fix the file, or skip lines with --skip-broken.",
        details={"lines": [note_json(note) for note in broken]},
    )


def note_json(note: Note) -> dict[str, Any]:
    """Return a note as the JSON has it."""
    return {"line": note.line, "message": note.text}


def note_custom_fields(reading: Reading, workspace: str) -> None:
    """List the custom fields that are not of this workspace, and so cannot be set."""
    for record in reading.records:
        for custom in record.custom:
            number, value = custom.get("customFieldId"), custom.get("value")
            if value in (None, "", []) or (record.workspace == workspace and number):
                continue
            why = "the file does not say which workspace it belongs to"
            if record.workspace:
                why = "a field of another workspace" if number else "it has no ID"
            name = f"custom field {custom.get('name') or number or ''}".strip()
            reading.leave_unread("key", name, why, record.line)


def without_repeats(reading: Reading) -> list[Note]:
    """Leave out lines that say again what another line of the file has said."""
    seen: dict[Any, tuple[int, set[str]]] = {}
    numbers: dict[str, int] = {}
    kept: list[Record] = []
    repeated: list[Note] = []
    for record in reading.records:
        before = seen.get(record.content)
        # Two entries may be equal in everything, where both have an ID of their own.
        if record.id in numbers:
            line = numbers[record.id]
        elif before is not None and (not record.id or "" in before[1]):
            line = before[0]
        else:
            seen.setdefault(record.content, (record.line, set()))[1].add(record.id)
            if record.id:
                numbers[record.id] = record.line
            kept.append(record)
            continue
        repeated.append(Note(record.line, f"it is line {line} again"))
    reading.records = kept
    return repeated


def compare(plan: Plan, listed: Iterable[Sequence[Mapping[str, Any]]]) -> None:
    """Divide the file's records into those that are there already and new ones.

    An entry is the same if start, end, description and project agree (or if the file has its
    ID); each entry that is there stands for one line.

    Args:
        plan: The plan; its new and existing rows are filled in.
        listed: The user's entries in the file's range, by pages.
    """
    minutes = plan.reading.whole_minutes
    by_key: dict[tuple[Any, ...], list[str]] = {}
    for page in listed:
        for entry in page:
            number = str(entry.get("id"))
            plan.taken.add(number)
            end = end_of(entry)
            if end is not None:
                text = str(entry.get("description") or "")
                key = _key(start_of(entry), end, text, entry.get("projectId") or "", minutes)
                by_key.setdefault(key, []).append(number)
    rows = [Row(record, plan.names.meant(record)) for record in plan.reading.records]
    rows.sort(key=lambda row: (row.record.start, row.record.line))
    left: list[Row] = []
    gone: set[str] = set()
    for row in rows:
        if row.record.id and row.record.id in plan.taken:
            plan.existing.append(row)
            gone.add(row.record.id)
        else:
            left.append(row)
    for row in left:
        record = row.record
        key = _key(record.start, record.end, record.description, row.meant.project, minutes)
        there = by_key.get(key, [])
        while there and there[-1] in gone:
            there.pop()
        if there:
            there.pop()
            plan.existing.append(row)
        else:
            plan.new.append(row)


def _key(
    start: datetime, end: datetime, description: str, project: str, minutes: bool
) -> tuple[Any, ...]:
    if minutes:
        start, end = start.replace(second=0), end.replace(second=0)
    return start, end, description.strip(), project


def span_of(records: Sequence[Record]) -> tuple[datetime, datetime]:
    """Return the range in which the records begin, half open."""
    starts = [record.start for record in records]
    return min(starts).replace(second=0), max(starts) + _MINUTE


def sums(plan: Plan, zone: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return how much a plan would record, by project and by day, as the JSON has it."""
    projects: dict[tuple[str, str], dict[str, Any]] = {}
    days: dict[str, dict[str, Any]] = {}
    for row, kind in _all(plan):
        record = row.record
        label = plan.names.project_names(row.meant.project)
        if not row.meant.project:
            label = record.project, record.client or ""  # none, or one that is not known
        project = projects.setdefault(label, _line({"project": label[0], "client": label[1]}))
        day = record.start.astimezone(zone).date().isoformat()
        for line in (project, days.setdefault(day, _line({"date": day}))):
            line[kind] += 1
            if kind == "create":
                line["seconds"] += int((record.end - record.start).total_seconds())
    by_size = sorted(
        projects.values(), key=lambda line: (-line["seconds"], line.get("project", ""))
    )
    return by_size, [days[day] for day in sorted(days)]


def _line(about: dict[str, str]) -> dict[str, Any]:
    return {**{k: v for k, v in about.items() if v}, "create": 0, "existing": 0, "seconds": 0}


def _all(plan: Plan) -> Iterator[tuple[Row, str]]:
    for row in plan.new:
        yield row, "create"
    for row in plan.existing:
        yield row, "existing"


def same_as(entry: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Say whether an entry is what the request ``body`` would have become."""
    end = end_of(entry)
    return (
        start_of(entry) == instant(body["start"])
        and end == instant(body["end"])
        and (entry.get("description") or "").strip() == body["description"].strip()
        and (entry.get("projectId") or "") == body.get("projectId", "")
        and (entry.get("taskId") or "") == body.get("taskId", "")
    )
