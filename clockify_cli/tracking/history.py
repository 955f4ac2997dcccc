"""The entries of a span of time: what the service has, with what waits applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clockify_cli.errors import AwayError, RateLimitError
from clockify_cli.model import TimeEntry
from clockify_cli.tracking.desk import Desk
from clockify_cli.tracking.overlay import overlaid


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are meant, in IDs.

    Attributes:
        projects: Any of these, ``None`` for all; an empty text stands for "without a project".
        tasks: Any of these, ``None`` for all.
        tags: All of these.
        text: The description contains it, regardless of case and accents.
        billable: Only such.
    """

    projects: frozenset[str] | None = None
    tasks: frozenset[str] | None = None
    tags: frozenset[str] = frozenset()
    text: str = ""
    billable: bool | None = None

    def fits(self, entry: TimeEntry) -> bool:
        """Say whether an entry is meant."""
        if self.projects is not None and (entry.get("projectId") or "") not in self.projects:
            return False
        if self.tasks is not None and entry.get("taskId") not in self.tasks:
            return False
        if self.tags and not self.tags <= set(entry.get("tagIds") or ()):
            return False
        if self.billable is not None and bool(entry.get("billable")) != self.billable:
            return False
        if self.text:
            from clockify_cli.naming import folded

            return folded(self.text) in folded(entry.get("description") or "")
        return True


def entries_in(
    desk: Desk,
    start: datetime,
    end: datetime,
    *,
    user: str = "",
    filters: Filters | None = None,
) -> list[TimeEntry]:
    """Return the entries that touch ``[start, end)``, newest first, what waits applied.

    One request a thousand entries. They are whole: one that reaches over an edge is not cut.

    Args:
        desk: The desk.
        start: First instant.
        end: First instant after it.
        user: Whose; one's own where it is empty.
        filters: Which of them.

    Raises:
        AwayError, RateLimitError: The service cannot be asked (``entries_known`` may serve).
    """
    from clockify_cli.gateway.entries import entries_between, touches

    who = user or desk.account.user
    desk.deliver_briskly()
    if desk.away is not None:
        raise desk.away
    found = list(entries_between(desk.gateway(), desk.account.workspace, who, start, end))
    waiting = [o for o in desk.journal.waiting() if o.workspace == desk.account.workspace]
    if waiting:
        found = [e for e in overlaid(found, waiting, who) if touches(e, start, end)]
    return [e for e in found if filters is None or filters.fits(e)]


def waiting_in(desk: Desk, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return what is known of ``[start, end)`` without the service: the queue and the timer."""
    from clockify_cli.gateway.entries import touches

    known = [desk.known_running] if desk.known_running is not None else []
    mine = [o for o in desk.journal.waiting() if o.workspace == desk.account.workspace]
    return [e for e in overlaid(known, mine, desk.account.user) if touches(e, start, end)]


AWAY = (AwayError, RateLimitError)
