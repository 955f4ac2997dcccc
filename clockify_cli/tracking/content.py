"""The content of an entry: description, project, task, tags and billable, resolved to IDs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clockify_cli.core.errors import NotFoundError, RefusedError, UsageError
from clockify_cli.core.model import is_entity_id, utc_text
from clockify_cli.store.name_search import Unresolved
from clockify_cli.store.names import CANNOT_ASK, Names

Waiting = dict[str, Any]  # names that wait: ``project``, ``task``, ``tags``
DESCRIPTION_LIMIT = 3000  # characters that the service takes


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry is about, in IDs.

    Attributes:
        unresolved: Names that wait until Clockify can be asked (``project``, ``task``,
            ``tags``); ``billable: "default"`` takes the project's then. Never part of a body:
            see :func:`clockify_cli.store.names.resolve_later`.
    """

    description: str = ""
    project: str | None = None
    task: str | None = None
    tags: tuple[str, ...] = field(default_factory=tuple)
    billable: bool = False
    type: str | None = None
    unresolved: Mapping[str, Any] = field(default_factory=dict)

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
            f"The description has {len(text)} characters; Clockify allows {DESCRIPTION_LIMIT}.",
            "Shorten it.",
        )
    if "<" in text or ">" in text:
        raise RefusedError("Clockify does not allow '<' or '>' in a description.", "Remove them.")
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
        branch_task: The task was read from the git branch: without one of that name there is
            no task.
    """

    description: str = ""
    project: str | None = None
    task: str | None = None
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    branch_task: bool = False


def typed(
    names: Names, asked: Asked, *, running_project: str | None = None, defer: bool = False
) -> Content:
    """Return the content that the typed words mean.

    Args:
        names: The names of the workspace.
        asked: What was typed.
        running_project: The ID of the running timer's project: a task without a project is
            looked for there.
        defer: Names that nothing in the cache fits wait (``Content.unresolved``) if Clockify
            cannot be asked.

    Raises:
        NotFoundError, AmbiguousError: A name fits nothing, or several.
        UsageError: A task without its project; a description that is too long.
    """
    description = checked_description(asked.description)
    unresolved: Waiting = {}
    project, default = _project(names, asked, running_project, unresolved, defer=defer)
    task = None
    if asked.task and asked.branch_task:
        task = _branch_task(names, asked.task, project)
    elif asked.task:
        task = task_or_waiting(names, asked.task, project, unresolved, defer=defer)
    tags = tags_or_waiting(names, asked.tags, unresolved, defer=defer)
    if asked.billable is None and "project" in unresolved:
        unresolved["billable"] = "default"
    return Content(
        description=description,
        project=project,
        task=task,
        tags=tags,
        billable=default if asked.billable is None else asked.billable,
        unresolved=unresolved,
    )


def _project(
    names: Names,
    asked: Asked,
    running_project: str | None,
    unresolved: Waiting,
    *,
    defer: bool,
) -> tuple[str | None, bool]:
    """Return the ID of the project, and whether its time is billable by default."""
    text = (asked.project or "").strip()
    if not text and asked.project is None and asked.task and running_project:
        text = running_project
    if not text:
        return None, False
    found = project_or_waiting(names, text, unresolved, defer=defer)
    return (str(found["id"]), bool(found.get("billable"))) if found else (None, False)


def project_or_waiting(
    names: Names, text: str, unresolved: Waiting, *, defer: bool
) -> Mapping[str, Any] | None:
    """Return a project; with ``defer`` one that cannot be asked for waits."""
    try:
        return resolved_project(names, text, create=True)
    except CANNOT_ASK:
        if not defer:
            raise
    unresolved["project"] = text
    return None


def task_or_waiting(
    names: Names, text: str, project: str | None, unresolved: Waiting, *, defer: bool
) -> str | None:
    """Return the ID of a task; with ``defer`` one that cannot be asked for waits.

    Raises:
        UsageError: There is no project whose task it could be.
    """
    if not project and "project" not in unresolved:
        raise UsageError(f"The task '{text}' needs its project.", "Add -p PROJECT.")
    if project:
        try:
            return str(names.task(text, project, create=True)["id"])
        except CANNOT_ASK:
            if not defer:
                raise
    unresolved["task"] = text
    return None


def _branch_task(names: Names, text: str, project: str | None) -> str | None:
    """Return the ID of the task that the git branch names; without one, say so and go on."""
    if not project:
        names.notice(f"No task: the git branch names '{text}', but there is no project.")
        return None
    try:
        return str(names.task(text, project)["id"])
    except (NotFoundError, *CANNOT_ASK) as error:
        names.notice(f"No task: the git branch names '{text}'. {error.message}")
        return None


def tags_or_waiting(
    names: Names, texts: Iterable[str], unresolved: Waiting, *, defer: bool
) -> tuple[str, ...]:
    """Return the IDs of tags; with ``defer`` those that cannot be asked for wait."""
    found: list[str] = []
    waiting: list[str] = []
    for text in texts:
        try:
            found += resolved_tags(names, [text], create=True)
        except CANNOT_ASK:
            if not defer:
                raise
            for part in split_tag(names, text, ask=False):
                tag = names.resolve_or_defer("tags", part, "tag", create=True)
                if isinstance(tag, Unresolved):
                    waiting.append(part)
                else:
                    found.append(str(tag["id"]))
    if waiting:
        unresolved["tags"] = list(dict.fromkeys(waiting))
    return tuple(dict.fromkeys(found))


def resolved_project(names: Names, text: str, *, create: bool = False) -> Mapping[str, Any]:
    """Return the project that ``text`` means; an ID that cannot be asked for is taken as it is."""
    try:
        return names.project(text, create=create)
    except CANNOT_ASK:
        if is_entity_id(text.strip()):
            return {"id": text.strip().lower()}
        raise


def resolved_tags(names: Names, texts: Iterable[str], *, create: bool = False) -> tuple[str, ...]:
    """Return the IDs of the tags that ``texts`` mean, each once, in order.

    Each is one tag if one is called so, else it is split at commas.
    """
    found = [
        str(names.tag(part, create=create)["id"])
        for text in texts
        for part in split_tag(names, text)
    ]
    return tuple(dict.fromkeys(found))


def split_tag(names: Names, text: str, *, ask: bool = True) -> list[str]:
    """Return what was typed for one ``-t``: one tag if one is called so, else parts of it.

    Args:
        names: The names of the workspace.
        text: What was typed.
        ask: Search a name with a comma at the service, unless all of its parts are known.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if "," not in text or not parts:
        return parts
    ask = ask and not all(names.is_called("tags", part, ask=False) for part in parts)
    return [text.strip()] if names.is_called("tags", text, ask=ask) else parts


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
        unresolved=entry.get("unresolved") or {},
    )
