"""Errors for a name that matches nothing, or several things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from clockify_cli.core.errors import AmbiguousError, NotFoundError
from clockify_cli.core.naming import WORDS, Thing, fits, folded, is_archived, words_of

_SHOWN = 6  # candidates that the sentence lists
_NEAREST = 3
_CLOSE_NAME, _CLOSE_WORD = 0.6, 0.8  # how alike two names, two words have to be


def ambiguous(
    text: str, found: Sequence[Thing], noun: str, show: Callable[[Thing], str]
) -> AmbiguousError:
    """Return the error that lists every thing that a name fits."""
    listed = "; ".join(f"{show(thing)} ({thing.get('id')})" for thing in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return AmbiguousError(
        f"'{text}' matches {len(found)} {noun}s: {listed}{more}.",
        "Type more of the name, Client/Project, or the ID."
        if noun == "project"
        else "Type more of the name, or the ID.",
        details={"candidates": _short(found)},
    )


def too_many(text: str, noun: str, known: Sequence[Thing]) -> AmbiguousError:
    """Return the error for a name that more things contain than one answer holds."""
    return AmbiguousError(
        f"Too many {noun}s contain '{text}' to tell which one is meant.",
        "Type the whole name, or the ID; --refresh fetches the whole list.",
        details={"candidates": _short(known)},
    )


def not_found(
    text: str,
    things: Sequence[Thing],
    noun: str,
    show: Callable[[Thing], str],
    *,
    whole: bool,
    clients: Sequence[Thing],
    create: str,
) -> NotFoundError:
    """Return the error for a name that fits nothing, with the nearest names that are known.

    Args:
        text: What was typed.
        things: All that is known.
        noun: What it should be.
        show: Tells things apart.
        whole: Only a whole name would have done.
        clients: The known clients, if it is a project.
        create: The command that creates it; empty if that is no way out.
    """
    hints: list[str] = []
    message = f"There is no {noun} '{text}'."
    near: list[Thing] = []
    if whole and (partly := [thing for _, thing in fits(text, things)]):
        near = partly
        message = f"There is no {noun} with the whole name '{text}'."
        hints.append(
            f"Did you mean {_either(map(show, near[:_NEAREST]))}? Only a whole name is accepted "
            f"here."
        )
    elif noun == "project" and (client := _client(text, things, clients)):
        near = [t for t in things if t.get("clientName") == client and not is_archived(t)]
        shown = ", ".join(map(show, near[:_NEAREST])) or f"{client}/PROJECT"
        hints.append(f"'{client}' is a client; use one of its projects: {shown}.")
    elif archived := _archived(text, things):
        state = "done" if archived.get("status") == "DONE" else "archived"
        message = f"There is no active {noun} '{text}'."
        hints.append(f"{show(archived)} is {state}; type its whole name to use it.")
    else:
        near = nearest(text, things, show)
        if near:
            hints.append(f"Did you mean {_either(map(show, near))}?")
    if not hints and not create and noun != "task":
        hints.append(f"List them: clockify {noun}s list.")
    hints.append("--refresh fetches the names again.")
    if create:
        hints.append(f"Create it: {create}")  # no full stop: it can be copied
    details = {"nearest": _short(near)} if near else {}
    return NotFoundError(message, " ".join(hints), details=details)


def nearest(text: str, things: Iterable[Thing], show: Callable[[Thing], str]) -> list[Thing]:
    """Return the active things whose names, or words of them, are most like what was typed."""
    from difflib import get_close_matches

    plain = folded(text)
    by_name: dict[str, Thing] = {}
    by_word: dict[str, Thing] = {}
    for thing in things:
        if is_archived(thing):
            continue
        name = folded(str(thing.get("name", "")))
        by_name.setdefault(name, thing)
        by_name.setdefault(folded(show(thing)), thing)
        for word in words_of(name):
            if len(word) > 3:
                by_word.setdefault(word, thing)
    found = [by_name[n] for n in get_close_matches(plain, by_name, _NEAREST, _CLOSE_NAME)]
    if not found:
        for word in words_of(plain):
            if len(word) > 3:
                close = get_close_matches(word, by_word, _NEAREST, _CLOSE_WORD)
                found += [by_word[w] for w in close]
    return list({str(thing.get("id")): thing for thing in found}.values())[:_NEAREST]


def _client(text: str, projects: Sequence[Thing], clients: Sequence[Thing]) -> str:
    """Return the name of the one client that is called so, or begins so; empty for none."""
    names = {str(c.get("name")) for c in clients if c.get("name")}
    names |= {str(p["clientName"]) for p in projects if p.get("clientName")}
    things = [{"id": name, "name": name} for name in sorted(names)]
    found = fits(text, things)
    best = min((fit for fit, _ in found), default=(WORDS, WORDS))
    called = [str(thing["name"]) for fit, thing in found if fit == best]
    return called[0] if len(called) == 1 else ""


def _archived(text: str, things: Sequence[Thing]) -> Thing | None:
    """Return an archived thing that would be meant by words if it were active."""
    active = [{**t, "archived": False, "status": ""} for t in things if is_archived(t)]
    found = fits(text, active)
    by_id = {t.get("id"): t for t in things}
    return by_id.get(found[0][1].get("id")) if found else None


def _either(labels: Iterable[str]) -> str:
    return " or ".join(labels)


def _short(things: Sequence[Thing]) -> list[dict[str, Any]]:
    return [{k: t[k] for k in ("id", "name", "clientName") if t.get(k)} for t in things]
