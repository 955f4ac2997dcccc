"""Check that a key still belongs to the user it was known for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clockify_cli.core.errors import (
    ClockifyError,
    PermissionRefused,
    StrangerError,
    UnknownWorkspaceError,
)
from clockify_cli.core.model import TimeEntry
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.resources import USER


def check_owner(user: str, entry: TimeEntry) -> TimeEntry:
    """Return an entry that came by a user's own route; raise StrangerError if it is another's."""
    owner = entry.get("userId")
    if owner and user and owner != user:
        error = stranger(str(owner))
        error.entry = entry
        raise error
    return entry


@contextmanager
def own_route(gateway: Gateway, user: str) -> Iterator[None]:
    """Find out what a refusal inside means: see :func:`whose_refusal`."""
    try:
        yield
    except (PermissionRefused, UnknownWorkspaceError) as error:
        if user != gateway.own_user:
            raise
        found = whose_refusal(gateway, user, error)
        if found is error:
            raise
        raise found from error


def stranger(owner: str) -> StrangerError:
    """Return the error of a key that belongs to somebody else by now."""
    return StrangerError(
        f"This key now signs in to Clockify as another user ({owner}); nothing more was sent.",
        "Pending changes are kept for the user who recorded them. Run the command again "
        "to work as the new one: clockify auth status.",
    )


def whose_refusal(gateway: Gateway, user: str, error: ClockifyError) -> ClockifyError:
    """Return what a refusal on the user's own route means.

    Clockify says 403, or 404 without a word, both of what this user may not do and of another
    user's route. One request tells which.

    Args:
        gateway: The client.
        user: The user whom the key is known for.
        error: The refusal.
    """
    about = isinstance(error, (PermissionRefused, UnknownWorkspaceError)) and not error.by_gateway
    if not about or not user:
        return error
    try:
        found = gateway.get(USER)
    except ClockifyError as failed:
        # Nobody could be asked, or the key itself is refused: that says nothing of the change.
        return error if failed.blames_change else failed
    owner = str(found.get("id") or "") if isinstance(found, dict) else ""
    if owner and owner != user:
        return stranger(owner)
    error.blames_change = True
    return error
