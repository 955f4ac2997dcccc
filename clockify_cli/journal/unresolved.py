"""Names that were unknown offline: they wait with their change and are resolved on delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clockify_cli.journal.operation import UNRESOLVED, Operation

if TYPE_CHECKING:
    from clockify_cli.gateway.client import Gateway
    from clockify_cli.store.names import Names


def resolver(names: Names, gateway: Callable[[], Gateway]) -> Callable[[Operation], None]:
    """Return what fills an operation's unknown names into its body.

    It raises NotFoundError if a name fits nothing, or several things.
    """

    def resolve(operation: Operation) -> None:
        unknown = operation.meta.pop(UNRESOLVED)
        try:
            found: dict[str, Any] = {}
            project = operation.payload.get("projectId")
            if "project" in unknown:
                project = str(names.project(unknown["project"])["id"])
                found["projectId"] = project
            if "task" in unknown:
                found["taskId"] = str(names.task(unknown["task"], str(project or ""))["id"])
            if "tags" in unknown:
                known = list(operation.payload.get("tagIds") or [])
                found["tagIds"] = [*known, *(str(names.tag(t)["id"]) for t in unknown["tags"])]
        except BaseException:
            operation.meta[UNRESOLVED] = unknown
            raise
        operation.payload = {**operation.payload, **found}
        if operation.after is not None:
            after = {k: v for k, v in operation.after.items() if k != UNRESOLVED}
            operation.after = {**after, **found}

    return resolve
