"""The one thing that a typed name means, or the error that says why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clockify_cli.core.naming import Thing, fits, is_archived, most_exact, project_label


def match(
    text: str,
    things: Sequence[Thing],
    noun: str,
    *,
    label: Callable[[Thing], str] | None = None,
    whole: bool = False,
    clients: Sequence[Thing] = (),
    create: str = "",
) -> Thing:
    """Return the one thing that ``text`` means.

    Args:
        text: What was typed: an ID or a name.
        things: All there is, archived ones included.
        noun: What it is, for the error (``project``, ``tag`` …).
        label: How the error tells candidates apart; by default their names, a project's with
            its client.
        whole: Only an ID or a whole name will do.
        clients: The known clients, if it is a project.
        create: The command that creates it, for the error.

    Raises:
        AmbiguousError: Several fit; the error lists them.
        NotFoundError: None fits; the error offers the nearest names.
    """
    wanted = text.strip()
    for thing in things:
        if thing.get("id") == wanted or thing.get("id") == wanted.lower():
            return thing
    archived = {client.get("id") for client in clients if is_archived(client)}
    found = most_exact(fits(text, things, whole=whole, archived_clients=archived))
    if len(found) == 1:
        return found[0]
    from clockify_cli.core import name_errors

    show = label or (project_label if noun == "project" else lambda t: str(t.get("name", "")))
    if found:
        raise name_errors.ambiguous(text, found, noun, show)
    raise name_errors.not_found(
        text, things, noun, show, whole=whole, clients=clients, create=create
    )
