"""Which thing a typed name means: literal, never a pattern, never the first of many.

Tried in this order, each only where the one before fits nothing: ID, exact, regardless of
case and accents, unique prefix, unique words within. ``Client/Project`` tells equal names
apart. What is archived (or done) is meant only by its exact name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clockify_cli.core.errors import AmbiguousError, NotFoundError

Thing = Mapping[str, Any]
_SHOWN = 6


def folded(text: str) -> str:
    """Return ``text`` without case, accents and surplus blanks, for comparison."""
    if text.isascii():
        return " ".join(text.lower().split())
    import unicodedata

    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def is_archived(thing: Thing) -> bool:
    """Say whether a project, client or tag is archived, or a task done."""
    return bool(thing.get("archived")) or thing.get("status") == "DONE"


def match(
    text: str,
    things: Sequence[Thing],
    noun: str,
    *,
    label: Callable[[Thing], str] | None = None,
) -> Thing:
    """Return the one thing that ``text`` means.

    Args:
        text: What was typed: an ID or a name.
        things: All there is, archived ones included.
        noun: What it is, for the error (``project``, ``tag`` …).
        label: How a candidate is told apart in the error; its name where left out.

    Raises:
        AmbiguousError: Several fit; the error lists them.
        NotFoundError: None fits; the error offers the nearest names.
    """
    show = label or (lambda thing: str(thing.get("name", "")))
    wanted = text.strip()
    for thing in things:
        if thing.get("id") == wanted.lower() or thing.get("id") == wanted:
            return thing
    if wanted:
        for fits in _rules(wanted):
            found = [thing for thing in things if fits(thing)]
            active = [thing for thing in found if not is_archived(thing)]
            # Where an archived and an active one have the same name, the active one is meant.
            found = active or found
            if len(found) == 1:
                return found[0]
            if found:
                raise _ambiguous(text, found, noun, show)
    raise _not_found(text, things, noun, show)


def _rules(wanted: str) -> list[Callable[[Thing], bool]]:
    plain = folded(wanted)
    words = plain.split()

    def name(thing: Thing) -> str:
        return str(thing.get("name", ""))

    def qualified(thing: Thing) -> str:
        client = thing.get("clientName")
        return f"{client}/{name(thing)}" if client else ""

    def active(rule: Callable[[Thing], bool]) -> Callable[[Thing], bool]:
        return lambda thing: not is_archived(thing) and rule(thing)

    return [
        lambda thing: name(thing) == wanted,
        lambda thing: qualified(thing) == wanted,
        active(lambda thing: folded(name(thing)) == plain),
        active(lambda thing: folded(qualified(thing)) == plain),
        active(lambda thing: folded(name(thing)).startswith(plain)),
        active(lambda thing: _path_begins(thing, plain)),
        active(lambda thing: all(word in folded(name(thing)) for word in words)),
    ]


def _path_begins(thing: Thing, plain: str) -> bool:
    """Say whether ``cli/pro`` begins both a project's client and its name."""
    client, _, rest = plain.partition("/")
    return bool(rest) and (
        folded(str(thing.get("clientName") or "")).startswith(client.strip())
        and folded(str(thing.get("name", ""))).startswith(rest.strip())
    )


def _ambiguous(
    text: str, found: list[Thing], noun: str, show: Callable[[Thing], str]
) -> AmbiguousError:
    listed = "; ".join(f"{show(thing)} ({thing.get('id')})" for thing in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return AmbiguousError(
        f"'{text}' fits {len(found)} {noun}s: {listed}{more}.",
        "Type more of the name, Client/Project, or the ID."
        if noun == "project"
        else "Type more of the name, or the ID.",
        details={
            "candidates": [
                {k: thing[k] for k in ("id", "name", "clientName") if thing.get(k)}
                for thing in found
            ]
        },
    )


def _not_found(
    text: str, things: Sequence[Thing], noun: str, show: Callable[[Thing], str]
) -> NotFoundError:
    import difflib

    plain = folded(text)
    archived = [
        thing
        for thing in things
        if is_archived(thing)
        and plain
        and (folded(str(thing.get("name", ""))).startswith(plain) or _path_begins(thing, plain))
    ]
    if archived:
        return NotFoundError(
            f"There is no active {noun} '{text}'.",
            f"Archived or done, and meant only by the exact name: {show(archived[0])}.",
        )
    by_name = {folded(show(thing)): show(thing) for thing in things if not is_archived(thing)}
    by_name |= {
        folded(str(thing.get("name", ""))): show(thing)
        for thing in things
        if not is_archived(thing)
    }
    near = difflib.get_close_matches(plain, list(by_name), n=3, cutoff=0.5)
    names = list(dict.fromkeys(by_name[n] for n in near))
    if names:
        hint = f"Did you mean {' or '.join(names)}?"
    elif noun == "task":
        hint = "List them: clockify tasks list -p PROJECT."
    else:
        hint = f"List them: clockify {noun}s list."
    return NotFoundError(f"There is no {noun} '{text}'.", hint)


def project_label(thing: Thing) -> str:
    """Return a project's name with its client before it."""
    client = thing.get("clientName")
    return f"{client}/{thing.get('name')}" if client else str(thing.get("name"))
