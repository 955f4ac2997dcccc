"""The requests about time entries: their paths, and the list filter's window.

The filter is not what it seems: the service parses each bound to an instant and then reads
that instant's UTC wall clock again as a wall clock in the account's zone, so a window is
off by the account's offset (-12 to +14 hours). An entry belongs to the window by its
start; one that began before it and reaches into it is not returned. So a wider window is
asked for, and the real instants are compared here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clockify_cli.gateway.client import Gateway
from clockify_cli.model import TimeEntry, end_of, start_of, utc_text

SHIFT = timedelta(hours=15)  # more than any account's offset, either way
REACH = timedelta(hours=48)  # how long before the window an entry that reaches into it may begin
PAGE_SIZE = 1000


def entries_path(workspace: str) -> str:
    """Return the path of the workspace's entries (creation and single ones)."""
    return f"/api/v1/workspaces/{workspace}/time-entries"


def entry_path(workspace: str, entry: str) -> str:
    """Return the path of one entry."""
    return f"{entries_path(workspace)}/{entry}"


def user_path(workspace: str, user: str) -> str:
    """Return the path of a user's entries (list, stop, creation for somebody else)."""
    return f"/api/v1/workspaces/{workspace}/user/{user}/time-entries"


def running_entry(gateway: Gateway, workspace: str, user: str) -> TimeEntry | None:
    """Return the user's own running entry, or ``None``. One request."""
    found = gateway.get(user_path(workspace, user), {"in-progress": True})
    return next((e for e in found if e.get("userId") == user and not end_of(e)), None)


def running_entries(gateway: Gateway, workspace: str) -> Iterator[TimeEntry]:
    """Yield everybody's running entries of the workspace."""
    return gateway.pages(f"{entries_path(workspace)}/status/in-progress", page_size=PAGE_SIZE)


def entry(gateway: Gateway, workspace: str, number: str) -> TimeEntry:
    """Return one entry; raise NotFoundError where there is none. One request."""
    found: TimeEntry = gateway.get(entry_path(workspace, number))
    return found


def entries_between(
    gateway: Gateway,
    workspace: str,
    user: str,
    start: datetime,
    end: datetime,
    *,
    filters: dict[str, Any] | None = None,
    reach: timedelta = REACH,
) -> Iterator[TimeEntry]:
    """Yield the user's entries that touch ``[start, end)``, newest first.

    Args:
        gateway: The client.
        workspace: The workspace's ID.
        user: The user's ID.
        start: First instant of the window.
        end: First instant after it.
        filters: More filters of the list (``description``, ``project``, ``task``, ``tags``).
        reach: How long before ``start`` an entry that reaches into the window may begin.
    """
    params = {
        **(filters or {}),
        "start": utc_text(start - SHIFT - reach),
        "end": utc_text(end + SHIFT),
    }
    for found in gateway.pages(user_path(workspace, user), params, page_size=PAGE_SIZE):
        if touches(found, start, end):
            yield found


def touches(found: TimeEntry, start: datetime, end: datetime) -> bool:
    """Say whether an entry lies at least partly in ``[start, end)``."""
    began, ended = start_of(found), end_of(found)
    if began >= end:
        return False
    return ended is None or ended > start or began >= start


def recent_entries(gateway: Gateway, workspace: str, user: str, count: int) -> list[TimeEntry]:
    """Return the user's newest ``count`` entries, newest first."""
    return list(gateway.pages(user_path(workspace, user), limit=count))
