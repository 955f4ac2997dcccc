"""The addresses of the workspace's resources."""

from __future__ import annotations

from urllib.parse import quote

WORKSPACES = "/api/v1/workspaces"
USER = "/api/v1/user"


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


def _part(number: str) -> str:
    """Return an ID as one part of a path, whatever stands in it."""
    return quote(number, safe="")
