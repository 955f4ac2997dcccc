"""Defaults for an entry's content: settings, folder file, git branch."""

from __future__ import annotations

import os
from collections.abc import Sequence

from clockify_cli.core.errors import UsageError
from clockify_cli.core.settings import Settings
from clockify_cli.tracking.content import Asked

_LONGEST_LINE = 4096  # as long as a path can be


def with_defaults(
    settings: Settings,
    *,
    description: str | None = None,
    project: str | None = None,
    task: str | None = None,
    tags: Sequence[str] | None = None,
    billable: bool | None = None,
) -> Asked:
    """Return what was asked for, completed from the settings.

    A task of the settings belongs to the settings' project: it counts only where the project
    was not typed. ``-p ''``, ``-k ''`` and ``-t ''`` mean none.

    Raises:
        UsageError: ``task_from_branch`` is not a pattern.
    """
    own_project = project is None
    if project is None:
        project = settings.get("project")
    branch_task = None
    if task is None and own_project:
        branch_task = task_of_branch(settings)
        task = branch_task or settings.get("task")
    tags = (settings.get("tags") or ()) if tags is None else [t for t in tags if t.strip()]
    if billable is None:
        billable = settings.get("billable")
    if description is None:
        description = described_by_branch(settings.get("description") or "")
    return Asked(description, project, task, tuple(tags), billable, bool(branch_task))


def described_by_branch(template: str) -> str:
    """Return a description template with ``{branch}`` filled in."""
    if "{branch}" not in template:
        return template
    branch = (git_branch() or "").replace("<", "").replace(">", "")  # Clockify takes neither
    return template.replace("{branch}", branch).strip()


def task_of_branch(settings: Settings) -> str | None:
    """Return the task that the ``task_from_branch`` pattern finds in the git branch, if any."""
    pattern, origin = settings.explain("task_from_branch")
    if not pattern:
        return None
    branch = git_branch()
    if not branch:
        return None
    from clockify_cli.core.patterns import LONGEST_TEXT, bounded_pattern

    try:
        found = bounded_pattern(pattern).search(branch[:LONGEST_TEXT])
    except UsageError as error:
        raise UsageError(f"'task_from_branch' from {origin}: {error.message}", error.hint) from None
    if not found:
        return None
    task = found[1] if found.re.groups else found[0]
    return (task or "").strip() or None


def git_branch(start: str | None = None) -> str | None:
    """Return the name of the branch that is checked out, read from git's own files.

    Running ``git`` would cost as much as a request. A worktree's ``.git`` is a file that
    names the folder.
    """
    try:
        folder = start or os.getcwd()
    except OSError:
        return None
    while True:
        place = os.path.join(folder, ".git")
        if os.path.isfile(place):
            line = _first_line(place)
            place = os.path.join(folder, line.removeprefix("gitdir:").strip())
        if os.path.isdir(place):
            head = _first_line(os.path.join(place, "HEAD"))
            branch = head.removeprefix("ref: refs/heads/")
            return branch if branch != head and branch != ".invalid" else None
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _first_line(path: str) -> str:
    """Return the first line of a file, or the beginning of a long one; of a FIFO nothing."""
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.readline(_LONGEST_LINE).strip()
    except OSError:
        return ""
