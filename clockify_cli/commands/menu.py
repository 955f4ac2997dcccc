"""Choosing on a terminal: what a timer still needs, and what an unknown name means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from clockify_cli.commands.resources import list_of
from clockify_cli.core.errors import UsageError
from clockify_cli.core.naming import project_label
from clockify_cli.resources.fields import checked_name
from clockify_cli.resources.kinds import PROJECT, TASK
from clockify_cli.resources.recorded import KINDS
from clockify_cli.session import Run
from clockify_cli.store.name_search import Question
from clockify_cli.tracking.choices import Choice, matching, project_choices, recent_choices
from clockify_cli.tracking.content import Asked

SHOWN = 9


def completed(run: Run, asked: Asked) -> Asked:
    """Return ``asked`` with what the user chose for what is missing.

    Recent combinations come first; whatever is typed searches.

    Raises:
        UsageError: There is no terminal to ask on.
    """
    if not run.out.can_ask:
        raise UsageError(
            "-i needs a terminal.", "Give the project, task and tags as options instead."
        )
    if not asked.project:
        if not asked.description:
            recent = _choose(run, "Like a recent one?", recent_choices(run.outbox))
            if recent is not None and recent.asked is not None:
                return recent.asked
        found = _choose(run, "Project", project_choices(run.names))
        if found is not None:
            asked = replace(asked, project=found.value)
    if asked.project and not asked.task:
        from clockify_cli.tracking.choices import task_choices

        tasks = task_choices(run.names, asked.project)
        found = _choose(run, "Task", tasks) if tasks else None
        if found is not None:
            asked = replace(asked, task=found.value)
    if not asked.description:
        asked = replace(asked, description=run.out.ask("Description: "))
    return asked


def _choose(run: Run, title: str, choices: Sequence[Choice]) -> Choice | None:
    """Let the user choose one; an empty line chooses none."""
    shown = list(choices)
    while shown:
        run.out.tell(f"{title}:")
        for number, choice in enumerate(shown[:SHOWN], 1):
            run.out.tell(f"  {number}  {choice.label}")
        if len(shown) > SHOWN:
            run.out.tell(f"     and {len(shown) - SHOWN} more; type part of the name")
        typed = run.out.ask("Number, part of the name, or Enter for none: ")
        if not typed:
            return None
        if typed.isdecimal() and 1 <= int(typed) <= min(SHOWN, len(shown)):
            return shown[int(typed) - 1]
        found = matching(choices, typed)
        if len(found) == 1:
            return found[0]
        if not found:
            run.out.tell(f"Nothing matches '{typed}'.")
            found = list(choices)
        shown = found
    return None


def choose_name(run: Run, question: Question) -> str | None:
    """Ask what a name means that fits nothing, or several things.

    Returns:
        The ID of the thing that was chosen or created; ``None`` for neither.
    """
    found = list(question.candidates)
    run.out.tell(question.message)
    if len(found) == 1:
        likely = not question.whole  # what changes the thing itself is not done by Enter alone
        said = f"Did you mean '{_label(question, found[0])}'?"
        if _agreed(run, said, default=likely):
            return str(found[0]["id"])
    elif found:
        labels = [_label(question, thing) for thing in found[:SHOWN]]
        for number, label in enumerate(labels, 1):
            same = labels.count(label) > 1
            run.out.tell(f"  {number}  {label}" + f" ({found[number - 1]['id']})" * same)
        if len(found) > SHOWN:
            run.out.tell(f"     and {len(found) - SHOWN} more; type more of the name")
        reply = run.out.ask("Number, or Enter for none: ")
        if reply.isdecimal() and 1 <= int(reply) <= len(labels):
            return str(found[int(reply) - 1]["id"])
    return _created(run, question) if question.create else None


def _created(run: Run, question: Question) -> str | None:
    """Offer to create the thing of an unknown name; return its ID."""
    kind = KINDS.get(question.kind, TASK)
    before, slash, name = question.text.rpartition("/")
    fields = {"name": question.text}
    of = ""
    if kind is PROJECT and slash:
        if not run.names.is_called("clients", before):
            run.out.tell(f"There is no client '{before}' to create the project '{name}' for.")
            return None
        client = run.names.client(before)
        fields, of = {"name": name, "clientId": client["id"]}, f" for client '{client['name']}'"
    fields["name"] = checked_name(kind, fields["name"])
    if not _agreed(run, f"Create the {kind.noun} '{fields['name']}'{of}?", default=False):
        return None
    project = question.kind.removeprefix("tasks-") if kind is TASK else ""
    return str(list_of(run, kind, project=project).create(fields)["id"])


def _agreed(run: Run, question: str, *, default: bool) -> bool:
    reply = run.out.ask(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
    return reply in ("y", "yes") or (default and not reply)


def _label(question: Question, thing: Mapping[str, Any]) -> str:
    return project_label(thing) if question.kind == "projects" else str(thing.get("name"))
