"""What an entry is about: description, project, task, tags and billable, resolved to IDs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clockify_cli.core.errors import NotFoundError, UsageError
from clockify_cli.core.model import is_entity_id, utc_text
from clockify_cli.store.names import Names

DESCRIPTION_LIMIT = 3000  # characters that the service takes


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry is about, in IDs."""

    description: str = ""
    project: str | None = None
    task: str | None = None
    tags: tuple[str, ...] = field(default_factory=tuple)
    billable: bool = False
    type: str | None = None
    unresolved: Mapping[str, Any] = field(default_factory=dict)  # names to resolve on delivery

    def body(self, start: datetime, end: datetime | None = None) -> dict[str, Any]:
        """Return the request body of an entry with this content."""
        body: dict[str, Any] = {"start": utc_text(start)}
        if end is not None:
            body["end"] = utc_text(end)
        body["description"] = self.description
        body["billable"] = self.billable
        if self.project:
            body["projectId"] = self.project
        if self.task:
            body["taskId"] = self.task
        if self.tags:
            body["tagIds"] = list(self.tags)
        if self.type:
            body["type"] = self.type
        return body


def checked_description(text: str) -> str:
    """Return the description trimmed; refuse one that the service would."""
    text = text.strip()
    if len(text) > DESCRIPTION_LIMIT:
        raise UsageError(
            f"The description has {len(text)} characters; Clockify takes {DESCRIPTION_LIMIT}.",
            "Shorten it.",
        )
    return text


@dataclass(frozen=True, slots=True)
class Asked:
    """What an entry shall be about, as it was typed: names, not IDs.

    Attributes:
        description: Free text.
        project: A project's name or ID; empty for none.
        task: A task's name or ID; needs a project.
        tags: Names or IDs.
        billable: ``None`` takes the project's own default, which the service does not do by
            itself.
    """

    description: str = ""
    project: str | None = None
    task: str | None = None
    tags: tuple[str, ...] = ()
    billable: bool | None = None


def typed(names: Names, asked: Asked) -> Content:
    """Return the content that the typed words mean.

    Raises:
        NotFoundError, AmbiguousError: A name fits nothing, or several.
        UsageError: A task without its project; a description that is too long.
    """
    found: Mapping[str, Any] = {}
    if asked.project:
        found = resolved_project(names, asked.project)
    project = str(found["id"]) if found else None
    task = None
    if asked.task:
        if not project:
            raise UsageError(f"The task '{asked.task}' needs its project.", "Add -p PROJECT.")
        task = str(names.task(asked.task, project)["id"])
    return Content(
        description=checked_description(asked.description),
        project=project,
        task=task,
        tags=resolved_tags(names, asked.tags),
        billable=bool(found.get("billable")) if asked.billable is None else asked.billable,
    )


def resolved_project(names: Names, text: str) -> Mapping[str, Any]:
    """Return the project that ``text`` means; an ID that no list shows is taken as it is."""
    try:
        return names.project(text)
    except NotFoundError as error:
        if error.kind == "not_found" and is_entity_id(text.strip()):
            return {"id": text.strip()}
        raise


def resolved_tags(names: Names, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the IDs of the tags that ``texts`` mean, each once, in order."""
    found = [str(names.tag(text)["id"]) for text in texts if text.strip()]
    return tuple(dict.fromkeys(found))


def content_of(entry: Mapping[str, Any]) -> Content:
    """Return what an existing entry is about, to start another like it."""
    kind = entry.get("type")
    return Content(
        description=entry.get("description") or "",
        project=entry.get("projectId") or None,
        task=entry.get("taskId") or None,
        tags=tuple(entry.get("tagIds") or ()),
        billable=bool(entry.get("billable")),
        type=kind if kind == "BREAK" else None,
    )
