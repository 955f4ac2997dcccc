"""The options that filter entries, resolved to IDs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from clockify_cli.session import Run
from clockify_cli.tracking.history import ADD_CACHED, ASK, KNOWN, RECENT, Filters, Freshness

if TYPE_CHECKING:
    from clockify_cli.store.names import Names
    from clockify_cli.times import Period

Projects = Annotated[
    list[str] | None,
    Option(
        "--project",
        "-p",
        metavar="PROJECT",
        help="Only this project (repeatable); '' for entries without one.",
        show_default=False,
    ),
]
Clients = Annotated[
    list[str] | None,
    Option(
        "--client",
        "-c",
        metavar="CLIENT",
        help="Only this client (repeatable); '' for projects without one.",
        show_default=False,
    ),
]
Tasks = Annotated[
    list[str] | None,
    Option(
        "--task",
        "-k",
        metavar="TASK",
        help="Only this task (repeatable). A name needs its project or client.",
        show_default=False,
    ),
]
Tags = Annotated[
    list[str] | None,
    Option(
        "--tag",
        "-t",
        metavar="TAG",
        help="Only entries with this tag; if repeated (or a,b), with all of them.",
        show_default=False,
    ),
]
Text = Annotated[
    str,
    Option("--text", metavar="TEXT", help="Only entries whose description contains this text."),
]
Billable = Annotated[
    bool | None,
    Option("--billable/--no-billable", help="Only billable entries, or only the others."),
]
Users = Annotated[
    list[str] | None,
    Option(
        "--user",
        "-u",
        metavar="USER",
        help="Another user's entries, by name, e-mail or ID (repeatable).",
        show_default=False,
    ),
]
Everyone = Annotated[bool, Option("--everyone", help="Entries of all users in the workspace.")]
Cached = Annotated[bool, Option("--cached", help="Show what was last known, without a request.")]


def typed_filters(
    run: Run,
    *,
    project: Sequence[str] | None = None,
    client: Sequence[str] | None = None,
    task: Sequence[str] | None = None,
    tag: Sequence[str] | None = None,
    text: str = "",
    billable: bool | None = None,
) -> Filters:
    """Return the filters that were typed, names resolved to IDs.

    Raises:
        NotFoundError, AmbiguousError: A name fits nothing, or several.
        UsageError: A task by name without a project or client that it could belong to.
    """
    from clockify_cli.tracking.content import resolved_tags

    projects = chosen_projects(run.names, project, client) if project or client else None
    return Filters(
        projects=projects,
        tasks=chosen_tasks(run.names, task, projects) if task else None,
        tags=frozenset(resolved_tags(run.names, tag or ())),
        text=text,
        billable=billable,
    )


def chosen_projects(
    names: Names, project: Sequence[str] | None, client: Sequence[str] | None
) -> frozenset[str]:
    """Return the IDs of the projects that are meant; ``""`` stands for none at all.

    With both, a project is looked for among the clients' projects.
    """
    from clockify_cli.core.matching import match
    from clockify_cli.core.naming import project_label
    from clockify_cli.tracking.content import resolved_project

    if not client:
        return frozenset(
            str(resolved_project(names, one)["id"]) if one.strip() else "" for one in project or ()
        )
    owners = {str(names.client(one)["id"]) if one.strip() else "" for one in client}
    theirs = names.projects_of(owners)
    if project:
        found: list[Any] = [
            match(one, theirs, "project", label=project_label)["id"] if one.strip() else ""
            for one in project
        ]
    else:
        found = [p["id"] for p in theirs] + [""] * ("" in owners)
    return frozenset(map(str, found))


def chosen_tasks(
    names: Names, task: Sequence[str], projects: frozenset[str] | None
) -> frozenset[str]:
    """Return the IDs of the tasks that are meant: each in every project that has it."""
    from clockify_cli.core.errors import NotFoundError, UsageError
    from clockify_cli.core.model import is_entity_id

    found: set[str] = set()
    for one in task:
        if is_entity_id(one.strip()):
            found.add(one.strip())
            continue
        if projects is None:
            raise UsageError(
                f"The task '{one}' needs its project.", "Add -p PROJECT, -c CLIENT, or use its ID."
            )
        missing: NotFoundError | None = None
        before = len(found)
        for project in sorted(projects - {""}):
            try:
                found.add(str(names.task(one, project)["id"]))
            except NotFoundError as error:
                if error.kind == "ambiguous":
                    raise
                missing = error
        if len(found) == before and missing is not None:
            raise missing
    return frozenset(found)


def freshness_of(run: Run, *, cached: bool, copied: bool = False) -> Freshness:
    """Return how old the entries of a command may be.

    Args:
        run: The run.
        cached: ``--cached``: only what is known here, and no request.
        copied: The answer goes to a file or another program, whatever standard output is.
    """
    if cached:
        run.offline = True
        return Freshness(KNOWN)
    looked_at = run.out.is_terminal and not run.out.json_mode and not run.out.quiet
    free = run.sandboxed  # the embedded gateway costs nothing
    recent = looked_at and not copied and not free and not run.options.refresh
    return Freshness(RECENT if recent else ASK, ADD_CACHED)


def with_age(run: Run, freshness: Freshness, answer: Any) -> Any:
    """Say how old an answer is: ``asOf`` in an object, a notice for everybody else."""
    if freshness.as_of is None:
        return answer
    from clockify_cli.core.model import utc_text
    from clockify_cli.render.cached import age_words
    from clockify_cli.times.pieces import epoch_of, moment

    if not (run.out.json_mode and isinstance(answer, dict)):
        age = age_words(epoch_of(run.now) - freshness.as_of)
        more = "" if freshness.mode == KNOWN else "; --refresh asks again"
        run.notice(f"As of {age} ago{more}.")
    if isinstance(answer, dict):
        return {**answer, "asOf": utc_text(moment(freshness.as_of))}
    return answer


def period_of(
    run: Run,
    words: Sequence[str] | None,
    since: str | None,
    until: str | None,
    *,
    default: str = "today",
) -> Period:
    """Return the period that the range and its two options mean for this run."""
    from clockify_cli.tracking.ranges import typed_period

    period = typed_period(words, since, until, run.clock, default=default)
    for text in period.notices:
        run.notice(text)
    return period


def typed_users(run: Run, user: Sequence[str] | None, *, everyone: bool = False) -> list[str]:
    """Return the IDs of the users that are meant, each once; one's own if none is typed."""
    if everyone:
        return [str(found["id"]) for found in run.names.all("users")]
    return list(dict.fromkeys(run.user_id(name) for name in user or ("",)))
