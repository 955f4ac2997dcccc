"""What importing a file would do: which entries are new, which are there, which are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import end_of, instant, start_of
from clockify_cli.core.naming import folded
from clockify_cli.importing.names import Creator, Meant, NameFinder
from clockify_cli.tracking.content import DESCRIPTION_LIMIT
from clockify_cli.transfer.record import Note, Reading, Record

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
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
    """

    name: str
    reading: Reading
    names: NameFinder
    new: list[Row] = field(default_factory=list)
    existing: list[Row] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def doubtful(self, now: datetime) -> list[tuple[str, list[Row]]]:
        """Return what is so unusual among the new entries that the user is asked first."""
        far = now - timedelta(days=366 * UNLIKELY_YEARS)
        groups: list[tuple[str, Callable[[Record], bool]]] = [
            ("longer than 24 hours", lambda r: r.end - r.start > _DAY),
            ("still to come", lambda r: r.end > now + _MINUTE),
            (f"more than {UNLIKELY_YEARS} years old", lambda r: r.start < far),
        ]
        found = [(words, [row for row in self.new if fits(row.record)]) for words, fits in groups]
        return [(words, rows) for words, rows in found if rows]

    def finish(self, creator: Creator) -> None:
        """Put the IDs of what was created in the place of what stood for them."""
        self.new = [replace(row, meant=creator.finished(row.meant)) for row in self.new]


def checked(reading: Reading, name: str, *, skip_broken: bool) -> list[Note]:
    """Return the broken lines that the user lets be left out.

    Raises:
        UsageError: There are broken lines; it lists them all, and nothing was done.
    """
    kept: list[Record] = []
    broken = list(reading.broken)
    for record in reading.records:
        if len(record.description) > DESCRIPTION_LIMIT:
            size = len(record.description)
            words = f"the description has {size} characters, Clockify takes {DESCRIPTION_LIMIT}"
            broken.append(Note(record.line, words))
        else:
            kept.append(record)
    reading.records = kept
    broken.sort(key=lambda note: note.line)
    reading.broken = broken
    if not broken or skip_broken:
        return broken
    lines = "\n".join(f"  {name}:{note.line}: {note.text}" for note in broken)
    count = "1 line" if len(broken) == 1 else f"{len(broken)} lines"
    raise UsageError(
        f"{count} of {name} cannot be read; nothing was recorded:\n{lines}",
        "Mend them, or leave them out with --skip-broken.",
        details={"lines": [{"line": note.line, "message": note.text} for note in broken]},
    )


def choose_person(
    reading: Reading, name: str, own: Iterable[str], wanted: str | None
) -> tuple[list[Note], str]:
    """Leave out other people's lines, where a file holds the time of several.

    Args:
        reading: What was read; its records become those that are kept.
        name: The file's name.
        own: By what the user is known: e-mail address, name, ID.
        wanted: Whose lines the user wants; ``None`` for their own.

    Returns:
        What is left out, and who is meant where the file is all one stranger's.

    Raises:
        UsageError: It is not plain whose lines are meant.
    """
    people = dict.fromkeys(r.person for r in reading.records if r.person)
    if wanted is not None:
        chosen = {person for person in people if folded(person) == folded(wanted)}
        if not chosen:
            raise UsageError(
                f"{name} has no lines of '{wanted}'.",
                f"It has those of {_listed(people)}." if people else "It does not say whose it is.",
            )
    else:
        known = {folded(text) for text in own if text}
        chosen = {person for person in people if folded(person) in known}
        if len(people) <= 1:
            stranger = next(iter(people), "") if not chosen else ""
            return [], stranger
        if not chosen:
            raise UsageError(
                f"{name} holds the time of {len(people)} people, and none of them is you:"
                f" {_listed(people)}.",
                "Say whose lines to take: --of NAME.",
            )
    kept: list[Record] = []
    skipped: list[Note] = []
    for record in reading.records:
        if record.person in chosen or not record.person:
            kept.append(record)
        else:
            skipped.append(Note(record.line, f"it is the time of {record.person}"))
    reading.records = kept
    return skipped, ""


def _listed(people: Mapping[str, Any]) -> str:
    shown = list(people)[:8]
    return ", ".join(shown) + (" …" if len(people) > len(shown) else "")


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
