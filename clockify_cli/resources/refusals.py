"""Errors for a write that the service refuses or carries out differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clockify_cli.core.errors import RefusedError
from clockify_cli.core.model import Json
from clockify_cli.core.naming import Thing, folded, is_archived
from clockify_cli.resources.kinds import Kind

# Gives the command line that does a verb, to a thing where one is given.
CommandLine = Callable[..., str]


def name_taken(kind: Kind, wanted: Thing, known: Sequence[Thing], command: CommandLine) -> str:
    """Return the hint that tells who has a name already, as far as the cache knows.

    Args:
        kind: What was to be written.
        wanted: What it was to be.
        known: Those that the cache knows.
        command: Gives the commands to offer.
    """
    _, back, is_away, _ = kind.away_words
    holder = next(
        (
            thing
            for thing in known
            if folded(str(thing.get("name"))) == folded(str(wanted.get("name")))
            and (thing.get("clientId") or "") == (wanted.get("clientId") or "")
            and thing.get("id") != wanted.get("id")
        ),
        None,
    )
    if holder is None:
        shown = f"{command('list')} --{is_away}"
        return f"Names stay in use even if {is_away}: {shown} lists them."
    told = f"It is the name of {kind.label(holder)} ({holder['id']})"
    if is_archived(holder):
        return f"{told}, which is {is_away}. Restore it: {command(back, holder)}"
    return f"{told}."


def still_active(kind: Kind, things: Sequence[Json], command: CommandLine) -> RefusedError:
    """Return the refusal to delete what was not archived first, with both ways out of it."""
    verb, _, is_away, option = kind.away_words
    labels = ", ".join(f"'{kind.label(thing)}'" for thing in things)
    subject = f"{kind.noun} {labels} is" if len(things) == 1 else f"{kind.noun}s {labels} are"
    step = "marks it as done" if verb == "done" else "archives it"
    return RefusedError(
        f"The {subject} active; Clockify deletes only {is_away} ones.",
        f"Add {option}, which {step} first, or hide it: {command(verb, things[0])}",
        details={"active": [str(thing["id"]) for thing in things]},
    )


def not_kept(
    kind: Kind, before: Json, after: Json, changes: Mapping[str, Any], command: CommandLine
) -> RefusedError:
    """Return the error for a write that was accepted and not done as it was meant.

    Args:
        kind: What was written.
        before: What it was.
        after: What the service says that it is now.
        changes: The fields that were to change, and to what.
        command: Gives the command to offer.
    """
    wrong = kind.differences({**before, **changes}, after)
    refused = [name for name in wrong if name in changes]
    lost = {name: before.get(name) for name in wrong if name not in changes}
    told = [f"it did not take {_in_words(refused)}"] if refused else []
    told += [f"it has changed {_in_words(list(lost))}"] if lost else []
    was = "; ".join(f"{name} {value}" for name, value in lost.items())
    return RefusedError(
        f"Clockify has saved the {kind.noun} '{kind.label(after)}', but {' and '.join(told)}.",
        (f"Before: {was}. " if was else "") + f"See: {command('show', after)}",
        details={"before": lost, "after": {name: after.get(name) for name in wrong}},
    )


def _in_words(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
