"""The account's workspaces."""

from __future__ import annotations

from clockify_cli.core.errors import NotFoundError
from clockify_cli.core.model import Workspace, is_entity_id
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.resources import WORKSPACES, checked, workspace_path
from clockify_cli.store.names import Names

LIST = "workspaces"  # its name in the cache


def workspaces(names: Names) -> list[Workspace]:
    """Return all workspaces of the account, as the service sends them. One request."""
    names.renew(LIST)
    return names.whole(LIST) or []


def find(names: Names, text: str) -> Workspace:
    """Return the workspace that ``text`` means, from the cache if it is known there."""
    return names.resolve(LIST, text, "workspace")


def show(names: Names, gateway: Gateway, text: str) -> Workspace:
    """Return a workspace in full, as it is now. One request where its name is known."""
    number = text.strip().lower() if is_entity_id(text.strip()) else str(find(names, text)["id"])
    try:
        found = checked(gateway.get(workspace_path(number)), "workspace")
    except NotFoundError as error:
        names.remove(LIST, number)
        raise NotFoundError(
            f"There is no workspace '{text}' any more, or you are not in it.",
            "List them: clockify workspaces list.",
            status=error.status,
        ) from None
    names.put(LIST, found)
    return found


def create(names: Names, gateway: Gateway, name: str) -> Workspace:
    """Create a workspace. One request."""
    answer = gateway.send("POST", WORKSPACES, body={"name": name})
    made = checked(answer.data, "workspace", written=True)
    names.put(LIST, made)
    return made
