"""The paths of the workspace's resources, and the shape of their answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from clockify_cli.core.errors import UnclearError, UnreachableError
from clockify_cli.core.model import Json

WORKSPACES = "/api/v1/workspaces"
USER = "/api/v1/user"
NO_SUCH_SERVICE = "'clockify doctor' shows what is wrong."


def workspace_path(workspace: str) -> str:
    """Return the path of one workspace."""
    return f"{WORKSPACES}/{_part(workspace)}"


def list_path(workspace: str, plural: str, *, project: str = "") -> str:
    """Return the path of a list: of the workspace, or of a project of it.

    Args:
        workspace: The workspace's ID.
        plural: ``projects``, ``clients``, ``tags``, ``users`` or ``tasks``.
        project: The ID of the project whose list it is; tasks have no other.
    """
    base = workspace_path(workspace)
    return f"{base}/projects/{_part(project)}/{plural}" if project else f"{base}/{plural}"


def item_path(workspace: str, plural: str, number: str, *, project: str = "") -> str:
    """Return the path of one thing of a list."""
    return f"{list_path(workspace, plural, project=project)}/{_part(number)}"


def checked(data: Any, noun: str, *, written: bool = False) -> Json:
    """Return an answer that is one thing with an ID; raise if it is something else.

    Args:
        data: The answer.
        noun: What it has to be, for the error.
        written: It answers a write, which may have been done anyway.
    """
    if isinstance(data, dict) and data.get("id"):
        return data
    raise (UnclearError if written else UnreachableError)(
        f"The gateway's answer is not a {noun}.", NO_SUCH_SERVICE
    )


def checked_list(data: Any) -> list[Json]:
    """Return an answer that is a list of things with IDs; raise if it is something else."""
    if isinstance(data, list) and all(isinstance(d, dict) and d.get("id") for d in data):
        return data
    raise UnreachableError("The gateway's answer is not a list.", NO_SUCH_SERVICE)


def _part(number: str) -> str:
    """Return an ID as one part of a path, whatever stands in it."""
    return quote(number, safe="")
