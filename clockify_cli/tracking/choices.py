"""The choices for a new timer: recent combinations, projects, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clockify_cli.core.naming import Typed, folded, is_archived, project_label
from clockify_cli.journal.outbox import Outbox
from clockify_cli.store.names import Names
from clockify_cli.tracking import handles
from clockify_cli.tracking.content import Asked

RECENT = 50  # entries that are looked through for combinations


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose.

    Attributes:
        label: What is shown.
        value: The ID that it stands for.
        asked: The whole content that it stands for, of a recent combination.
    """

    label: str
    value: str = ""
    asked: Asked | None = None


def recent_choices(outbox: Outbox) -> list[Choice]:
    """Return the contents of recent entries, each once, newest first. One request."""
    recent = handles.newest(outbox, RECENT)
    outbox.names.know(*recent)
    found: dict[str, Choice] = {}
    for entry in recent:
        names = outbox.describe(entry)
        project = names["project"]
        if project and names["client"]:
            project = f"{names['client']}/{project}"
        if project and names["task"]:
            project += f": {names['task']}"
        parts = (entry.get("description") or "", project, names["tags"])
        label = " · ".join(part for part in parts if part)
        if label and label not in found:
            found[label] = Choice(
                label,
                asked=Asked(
                    entry.get("description") or "",
                    entry.get("projectId") or None,
                    entry.get("taskId") or None,
                    tuple(entry.get("tagIds") or ()),
                    bool(entry.get("billable")),
                ),
            )
    return list(found.values())


def project_choices(names: Names) -> list[Choice]:
    """Return the active projects by name."""
    active = [p for p in names.all("projects") if not is_archived(p)]
    return _sorted(Choice(project_label(p), str(p["id"])) for p in active)


def task_choices(names: Names, project: str) -> list[Choice]:
    """Return the active tasks of a project (a name or an ID) by name."""
    number = str(names.project(project)["id"])
    active = [t for t in names.all(f"tasks-{number}") if not is_archived(t)]
    return _sorted(Choice(str(t.get("name", "")), str(t["id"])) for t in active)


def matching(choices: Sequence[Choice], text: str) -> list[Choice]:
    """Return the choices that ``text`` means, or whose label has words that begin so."""
    typed = Typed(text.strip())
    return [c for c in choices if typed.step(c.label) is not None]


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda c: folded(c.label))
