"""The menu by which missing parts of a timer are chosen on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run
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
            "-i needs a terminal to ask on.", "Name the project, task and tags instead."
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
            run.out.tell(f"     and {len(shown) - SHOWN} more: type a part of the name")
        typed = run.out.ask("Number, part of the name, or Enter for none: ")
        if not typed:
            return None
        if typed.isdecimal() and 1 <= int(typed) <= min(SHOWN, len(shown)):
            return shown[int(typed) - 1]
        found = matching(choices, typed)
        if len(found) == 1:
            return found[0]
        if not found:
            run.out.tell(f"Nothing fits '{typed}'.")
            found = list(choices)
        shown = found
    return None
