"""Shared by the commands for projects, clients, tags and tasks: options and output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from typer import Argument, Option

from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.core.model import Json
from clockify_cli.core.naming import is_archived
from clockify_cli.resources.fields import checked_name
from clockify_cli.resources.kinds import Kind
from clockify_cli.resources.recorded import Recorder
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

Name = Annotated[str | None, Option("--name", metavar="NAME", help="Name.", show_default=False)]
NewName = Annotated[
    str | None, Option("--name", metavar="NAME", help="New name.", show_default=False)
]
NamePart = Annotated[
    str, Option("--name", metavar="TEXT", help="Show only names that contain this text.")
]
ArchivedOnly = Annotated[bool, Option("--archived", help="Show only archived ones.")]
Both = Annotated[bool, Option("--all", "-a", help="Include archived ones.")]
Archived = Annotated[
    bool | None,
    Option("--archived/--no-archived", help="Archive or unarchive it.", show_default=False),
]
Archive = Annotated[bool, Option("--archive", help="Archive active ones first.")]
Note = Annotated[
    str | None, Option("--note", metavar="TEXT", help="A note; '' clears it.", show_default=False)
]


def one(noun: str) -> Any:
    """Return the argument that names one thing."""
    return Argument(metavar=noun.upper(), help="Name or ID.", show_default=False)


NewNameWord = Annotated[str, Argument(metavar="NEW", help="New name.", show_default=False)]


def several(noun: str) -> Any:
    """Return the argument that names one thing or more."""
    return Argument(metavar=f"{noun.upper()}…", help="Whole names, or IDs.", show_default=False)


def list_of(
    run: Run, kind: Kind, *, project: str = "", recorder: Recorder | None = None
) -> ResourceList:
    """Return the workspace's list of a kind; ``recorder`` if it is part of a larger change."""
    workspace = run.account.workspace
    return ResourceList(
        kind,
        workspace,
        lambda: run.gateway,
        run.names,
        project=project,
        recorder=recorder or run.recorder(),
    )


def given_name(noun: str, argument: str | None, option: str | None) -> str:
    """Return the name of what is created, given as an argument or as ``--name``."""
    if argument is not None and option is not None and argument.strip() != option.strip():
        raise UsageError("Two names were given.", "Give the name once.")
    given = argument if argument is not None else option
    if given is None:
        within = " -p PROJECT" if noun == "task" else ""
        raise UsageError(
            f"A new {noun} needs a name.", f"For example: clockify {noun}s create NAME{within}"
        )
    return given


def named(**fields: Any) -> Json:
    """Return the fields that were given; refuse none at all."""
    found = {name: value for name, value in fields.items() if value is not None}
    if not found:
        raise UsageError("No changes were given.", "Add an option, for example --name NAME.")
    return found


def show_list(run: Run, things: Sequence[Json], table: Callable[[], str]) -> None:
    """Answer with a list."""
    run.out.answer(things, table, ids=[str(thing.get("id")) for thing in things])


def show_one(run: Run, thing: Json, details: Callable[[], str]) -> None:
    """Answer with one thing in full."""
    run.out.answer(thing, details, ids=[str(thing.get("id"))])


def report(run: Run, done: str, things: Sequence[Json], *, single: bool = True) -> None:
    """Answer with what was created, changed or deleted, a line each."""

    def text() -> str:
        from clockify_cli.render.resources import thing_line

        look = run.look_beside(len(done) + 2)
        return "\n".join(f"{done}: {thing_line(thing, look)}" for thing in things)

    data = things[0] if single and things else list(things)
    run.out.answer(data, text, ids=[str(thing.get("id")) for thing in things])


def report_update(run: Run, resource_list: ResourceList, text: str, changes: Json) -> None:
    """Change one thing and answer with what it is now."""
    [thing] = resource_list.things([text])
    changed = resource_list.update(thing, changes)
    report(run, "Updated" if changed is not thing else "Unchanged", [changed])


def rename(run: Run, resource_list: ResourceList, old: str, new: str) -> None:
    """Give a thing another name and answer with what it is now."""
    name = checked_name(resource_list.kind, new)
    report_update(run, resource_list, old, {"name": name})


def archive(run: Run, resource_list: ResourceList, texts: Sequence[str]) -> None:
    """Archive (or mark as done) what the texts mean, and answer with it."""
    done = "Done" if resource_list.kind.away[0] == "status" else "Archived"
    things = resource_list.things(texts)
    report_each(run, done, things, resource_list.archive, single=len(texts) == 1)


def restore(run: Run, resource_list: ResourceList, texts: Sequence[str]) -> None:
    """Take what the texts mean out of the archive (or reopen it), and answer with it."""
    done = "Reopened" if resource_list.kind.away[0] == "status" else "Unarchived"
    things = resource_list.things(texts)
    report_each(run, done, things, resource_list.restore, single=len(texts) == 1)


def delete(
    run: Run,
    resource_list: ResourceList,
    texts: Sequence[str],
    *,
    yes: bool,
    both_steps: bool = False,
) -> None:
    """Delete what the texts mean for good, and answer with what it was.

    Nothing is asked, and nothing deleted, where one of them has to be archived first and
    ``both_steps`` does not say to do that too.
    """
    things = resource_list.things(texts)
    if not both_steps:
        resource_list.check_deletable(things)
    kind = resource_list.kind
    labels = ", ".join(f"'{kind.label(thing)}'" for thing in things)
    many = len(things) > 1
    loss = f" ({kind.loss})" if not many else ""
    run.confirm(f"Delete the {kind.noun}{'s' * many} {labels} permanently{loss}?", yes=yes)

    def gone(thing: Json) -> Json:
        if kind.guarded and not is_archived(thing):
            thing = resource_list.archive(thing)
        found = resource_list.delete(thing)
        if run.entry_cache is not None and kind.noun != "client":
            run.entry_cache.forget_all()  # entries that were kept have lost it too
        return found

    report_each(run, "Deleted", things, gone, single=len(texts) == 1)


def report_each(
    run: Run,
    done: str,
    things: Sequence[Json],
    act: Callable[[Json], Json],
    *,
    single: bool,
) -> None:
    """Do something to each of ``things``; where one fails, tell what was done before it."""
    results: list[Json] = []
    try:
        for thing in things:
            results.append(act(thing))
    except ClockifyError as error:
        if results:
            error.details["done"] = [str(thing.get("id")) for thing in results]
            if not run.out.json_mode:
                report(run, done, results, single=False)
        raise
    report(run, done, results, single=single)
