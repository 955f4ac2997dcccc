"""Which cached names a ``clockify api`` request makes stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clockify_cli.store.names import Names

if TYPE_CHECKING:
    from clockify_cli.gateway.client import Gateway


def forget_touched(account: str, path: str) -> None:
    """Drop the cached lists that a write to ``path`` may have changed. No request.

    Args:
        account: ``Account.id``.
        path: The path below the base address, from ``/api/v1/`` on.
    """
    parts = path.strip("/").split("/")[2:]
    if not parts or parts[0] != "workspaces":
        return
    workspace = parts[1] if len(parts) > 1 else ""
    names = Names(account, workspace, _nobody, max_age=0)
    match parts[2:]:
        case []:
            names.forget("workspaces")
        case ["projects", project, "tasks", *_]:
            names.forget(f"tasks-{project}")
        case ["clients", *_]:
            names.forget("clients")
            names.forget("projects")  # they carry their client's name
        case [("projects" | "tags" | "users") as kind, *_]:
            names.forget(kind)


def _nobody() -> Gateway:
    raise AssertionError("forgetting needs no request")
