"""Names that were unknown offline: kept with their change and resolved on delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clockify_cli.journal.operation import UNRESOLVED, Operation

if TYPE_CHECKING:
    from clockify_cli.gateway.client import Gateway


def resolver(account: str, gateway: Callable[[], Gateway]) -> Callable[[Operation], None]:
    """Return what fills an operation's unknown names into its body.

    It raises NotFoundError if a name fits nothing, or several things.

    Args:
        account: Whose cached names count.
        gateway: Gives the client.
    """

    def resolve(operation: Operation) -> None:
        from clockify_cli.store.names import resolve_later

        body = resolve_later(
            gateway(),
            account,
            operation.workspace,
            operation.payload,
            operation.meta[UNRESOLVED],
        )
        operation.meta = {k: v for k, v in operation.meta.items() if k != UNRESOLVED}
        found = {
            name: body.get(name)
            for name in ("projectId", "taskId", "tagIds", "billable")
            if body.get(name) != operation.payload.get(name)
        }
        operation.payload = body
        if operation.after is not None:
            after = {k: v for k, v in operation.after.items() if k != UNRESOLVED}
            operation.after = {**after, **found}

    return resolve
