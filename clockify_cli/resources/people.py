"""The users of a workspace; only admins may list them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from clockify_cli.core.errors import PermissionRefused
from clockify_cli.core.model import User, is_entity_id
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.resources import USER, checked, checked_list, list_path
from clockify_cli.store.names import Names


def users(
    names: Names,
    gateway: Callable[[], Gateway],
    workspace: str,
    *,
    name: str = "",
    limit: int | None = None,
) -> list[User]:
    """Return the users of the workspace. One request a page.

    Args:
        names: The cache of names, which learns from it.
        gateway: Gives the client.
        workspace: The workspace's ID.
        name: A part of the name, regardless of case.
        limit: At most so many.

    Raises:
        PermissionRefused: Members may not list them here.
    """
    with _may_be_refused():
        if not name and limit is None:
            names.renew("users")
            return names.whole("users") or []
        params = {"name": name} if name else None
        found = checked_list(
            list(gateway().pages(list_path(workspace, "users"), params, limit=limit))
        )
    names.learn("users", found)
    return found


def myself(gateway: Gateway) -> User:
    """Return who is signed in, without a look at anybody else. One request."""
    return checked(gateway.get(USER), "user")


def user(names: Names, text: str) -> User:
    """Return the user that ``text`` means, by ID, name or e-mail address, from the cache.

    Raises:
        PermissionRefused: The list is missing, and members may not ask for it here.
        NotFoundError, AmbiguousError: It fits nobody, or several.
    """
    with _may_be_refused():
        return names.user(text)


def user_ids(names: Names, texts: Sequence[str], *, me: str) -> list[str]:
    """Return the IDs of the users that ``texts`` mean, each once; an ID needs no list.

    Args:
        names: The cache of names.
        texts: Names, e-mail addresses, IDs, or ``me``; an empty one is nobody.
        me: The ID of who is signed in.
    """
    found = [
        me if word == "me" else word if is_entity_id(word) else str(user(names, word)["id"])
        for word in map(str.strip, texts)
        if word
    ]
    return list(dict.fromkeys(found))


@contextmanager
def _may_be_refused() -> Iterator[None]:
    try:
        yield
    except PermissionRefused as error:
        raise PermissionRefused(
            "Only admins may list the users of this workspace.",
            "For your own account: clockify users show me. User IDs work everywhere.",
            status=error.status,
        ) from error
