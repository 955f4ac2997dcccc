"""A time entry as a file describes it (names, not IDs), and the parts of a file not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Whose time a line is, as far as the file says: as text it is what people call them."""

    email: str = ""
    name: str = ""
    id: str = ""

    def __str__(self) -> str:
        return self.email or self.name or self.id


NOBODY = Person()


@dataclass(slots=True)
class Record:
    """One finished time entry of a file.

    Attributes:
        line: The line on which it stands (or begins), from 1.
        start: When it began, in UTC, whole seconds.
        end: When it ended.
        description: Free text, as it stands.
        project: The project's name; empty for none.
        client: The project's client; empty if the project has none, ``None`` where the
            file's format knows no clients.
        task: The task's name; empty for none.
        tags: The tags' names.
        billable: ``None`` if the format does not say.
        type: ``REGULAR`` or ``BREAK``; empty if the format does not say.
        person: Whose it is.
        id: Its ID at Clockify, where the file has one.
        workspace: The ID of the workspace that it came from, where the file has one.
        project_id, task_id, tag_ids: IDs, where the file has them (Toggl's are numbers).
        custom: The values of custom fields, as the API reads them.
    """

    line: int
    start: datetime
    end: datetime
    description: str = ""
    project: str = ""
    client: str | None = None
    task: str = ""
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    type: str = ""
    person: Person = NOBODY
    id: str = ""
    workspace: str = ""
    project_id: str = ""
    task_id: str = ""
    tag_ids: tuple[str, ...] = ()
    custom: tuple[Mapping[str, Any], ...] = ()

    @property
    def content(self) -> tuple[Any, ...]:
        """Everything that two equal lines have in common, but the ID."""
        return (
            self.start,
            self.end,
            self.description,
            self.project_id or (self.project, self.client),
            self.task_id or self.task,
            frozenset(self.tag_ids or self.tags),
            self.billable,
            self.type,
            str(self.person),
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one line: what is wrong with it, or why it is left out.

    Attributes:
        line: The line, from 1.
        text: What is to be said of it.
        refused: The line can be read, but Clockify would not take it.
        person: Whose line it is.
    """

    line: int
    text: str
    refused: bool = False
    person: Person = NOBODY


@dataclass(slots=True)
class Unread:
    """A column or a key of the file that no entry gets anything of.

    Attributes:
        kind: ``column``, ``key`` or ``property``.
        name: What the file calls it.
        why: The reason.
        line: Where it stands first.
        count: In how many lines it holds something.
    """

    kind: str
    name: str
    why: str
    line: int
    count: int = 0


@dataclass(slots=True)
class Reading:
    """What was read of a file.

    Attributes:
        format: What it is, for people (``Toggl CSV`` …).
        records: The finished entries, in the file's order.
        broken: Lines that cannot be read.
        skipped: Lines that are no finished work (running, all-day, time off …).
        unread: Columns and keys that are not read, by their names.
        implausibilities: Lines that were read, but could have been meant otherwise.
        whole_minutes: The file gives no seconds, so that an entry is recognised by its minutes.
        zoned: Its times carry their zone; else they were taken for the run's.
    """

    format: str
    records: list[Record] = field(default_factory=list)
    broken: list[Note] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    unread: dict[str, Unread] = field(default_factory=dict)
    implausibilities: list[Note] = field(default_factory=list)
    whole_minutes: bool = False
    zoned: bool = True

    def take(
        self, line: int, read: Callable[[], Record], whose: Callable[[], Person] = Person
    ) -> None:
        """Add what ``read`` returns, or note why it is not an entry; either with its person."""
        person = NOBODY
        try:
            person = whose()
            record = read()
            record.person = person
            self.records.append(record)
        except Broken as why:
            self.broken.append(Note(line, shortened(str(why), 240), person=person))
        except Skipped as why:
            self.skipped.append(Note(line, str(why), person=person))
        except (ValueError, OverflowError):  # digits without end, or beyond the last year
            words = "a date or duration in it is out of range"
            self.broken.append(Note(line, words, person=person))

    def people(self) -> list[Person]:
        """Return whose the lines are, a line each; those of nobody are left out."""
        found = [record.person for record in self.records]
        found += [note.person for note in (*self.broken, *self.skipped)]
        return [person for person in found if str(person)]

    def leave_unread(self, kind: str, name: str, why: str, line: int, *, count: int = 1) -> None:
        """Note that a column or a key is not read; the first reason counts."""
        self.unread.setdefault(name, Unread(kind, name, why, line)).count += count


def shortened(text: str, most: int = 60) -> str:
    """Return a text of a file as far as somebody would read it."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Broken(Exception):
    """A line cannot be read; the text says why."""


class Skipped(Exception):
    """A line is no finished work; the text says why."""
