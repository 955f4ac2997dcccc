"""Marking entries as invoiced, which a workspace's plan may or may not allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clockify_cli.core.errors import (
    NotFoundError,
    PermissionRefused,
    RefusedError,
    UnreachableError,
    UsageError,
)
from clockify_cli.core.model import is_entity_id, is_running
from clockify_cli.gateway.entries import entries_path
from clockify_cli.journal.outbox import Outbox
from clockify_cli.tracking.editing import find_all

AT_ONCE = 200  # entries a request
_PLAN = (
    "Marking entries as invoiced needs a Clockify plan with invoicing, and admin rights. Without "
    "them, use a tag: clockify edit ENTRY -t +invoiced."
)


def numbers_of(outbox: Outbox, handles: Sequence[str], sure: Callable[[str], None]) -> list[str]:
    """Return the service's IDs of the entries that the handles mean; an ID is not looked up.

    Raises:
        NotFoundError: There is no such entry.
        UsageError: It still runs, or waits to be sent.
    """
    looked_up = {h: None for h in handles if not is_entity_id(h.strip())}
    found = {h: find_all(outbox, [h], sure)[0] for h in looked_up}
    for handle, entry in found.items():
        if entry.get("queued"):
            raise UsageError(
                f"The entry {handle} is still pending.", "Send it first: clockify sync."
            )
        if is_running(entry):
            raise UsageError(
                f"The entry {handle} is still running.", "Stop it first: clockify stop."
            )
    numbers = [str(found[h]["id"]) if h in found else h.strip().lower() for h in handles]
    return list(dict.fromkeys(numbers))


def mark(outbox: Outbox, numbers: Sequence[str], *, invoiced: bool) -> None:
    """Mark entries as invoiced, or as not. One request for ``AT_ONCE`` of them.

    It is not queued while offline: doing it again does no harm.

    Raises:
        PermissionRefused, RefusedError: The plan or the right is missing; the hint says so.
        NotFoundError: There is no such entry; none of its batch was marked.
        UnreachableError: Clockify is unreachable.
    """
    path = f"{entries_path(outbox.account.workspace)}/invoiced"
    for first in range(0, len(numbers), AT_ONCE):
        batch = list(numbers[first : first + AT_ONCE])
        try:
            outbox.gateway().send("PATCH", path, body={"timeEntryIds": batch, "invoiced": invoiced})
        except (PermissionRefused, RefusedError) as error:
            error.hint = _PLAN
            raise
        except NotFoundError as error:
            if error.status == 404:  # the address itself
                error.hint = _PLAN
            else:
                error.hint = "One of the entries does not exist. " + error.hint
            raise
        except UnreachableError as error:
            error.hint = f"Run it again: marking an entry twice does no harm. {error.hint}".strip()
            raise
