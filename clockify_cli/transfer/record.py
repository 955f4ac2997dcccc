"""What a file says about a time entry: names, not IDs; and what is wrong with a line of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Record:
    """One finished time entry of a file.

    Attributes:
        line: The line on which it stands (or begins), from 1.
        start: When it began, in UTC, whole seconds.
        end: When it ended.
        description: Free text, as it stands.
        project: The project's name; empty for none.
        client: The project's client; empty where the project has none, ``None`` where the
            file's format knows no clients.
        task: The task's name; empty for none.
        tags: The tags' names.
        billable: ``None`` where the format does not say.
        type: ``REGULAR`` or ``BREAK``; empty where the format does not say.
        person: Whose it is: an e-mail address, a name or an ID; empty where it does not say.
        id: Its ID at Clockify, where the file has one.
        workspace: The ID of the workspace that it came from, where the file has one.
        project_id, task_id, tag_ids: IDs, where the file has them.
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
    person: str = ""
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
            self.person,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one line: what is wrong with it, or why it is left out."""

    line: int
    text: str


@dataclass(slots=True)
class Reading:
    """What was read of a file.

    Attributes:
        format: What it is, for people (``Toggl CSV`` …).
        records: The finished entries, in the file's order.
        broken: Lines that cannot be read.
        skipped: Lines that are no finished entries (running, all-day …).
        implausibilities: Lines that were read, but could have been meant otherwise.
        whole_minutes: The file gives no seconds, so that an entry is recognised by its minutes.
        zoned: Its times carry their zone; else they were taken for the run's.
    """

    format: str
    records: list[Record] = field(default_factory=list)
    broken: list[Note] = field(default_factory=list)
    skipped: list[Note] = field(default_factory=list)
    implausibilities: list[Note] = field(default_factory=list)
    whole_minutes: bool = False
    zoned: bool = True


class Broken(Exception):
    """A line cannot be read; the text says why."""


class Skipped(Exception):
    """A line is no finished entry; the text says why."""
