"""The requests about time entries: their paths, and the list filter's window.

The filter is not what it seems: the service parses each bound to an instant and then reads
that instant's UTC wall clock again as a wall clock in the account's zone, so a window is
off by the account's offset (-12 to +14 hours). An entry belongs to the window by its
start; one that began before it and reaches into it is not returned. So a wider window is
asked for, and the real instants are compared here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from operator import is_not
from typing import Any, NamedTuple

from clockify_cli.core.errors import UnclearError, UnreachableError
from clockify_cli.core.model import TimeEntry, end_of, instant, utc_text, write_body
from clockify_cli.gateway.answers import Answer, read_answer
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.identity import check_owner, own_route
from clockify_cli.gateway.resources import NO_SUCH_SERVICE
from clockify_cli.gateway.typed import time_entry, usable_entries

SHIFT = timedelta(hours=15)  # more than any account's offset, either way
REACH = timedelta(days=8)  # how long before the window an entry that reaches into it may begin
PAGE_SIZE = 1000
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


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
    with own_route(gateway, user):
        found = gateway.get(user_path(workspace, user), {"in-progress": True})
        if not isinstance(found, list):
            raise UnreachableError("The gateway's answer is not a list.", NO_SUCH_SERVICE)
        mine = [check_owner(user, e) for e in usable(gateway, found)]
    return next((e for e in mine if not end_of(e)), None)


def running_entries(gateway: Gateway, workspace: str) -> Iterator[TimeEntry]:
    """Yield everybody's running entries of the workspace."""
    path = f"{entries_path(workspace)}/status/in-progress"
    for page in gateway.whole_pages(path, page_size=PAGE_SIZE):
        yield from usable(gateway, page)


def entry(gateway: Gateway, workspace: str, number: str) -> TimeEntry:
    """Return one entry; raise NotFoundError if there is none. One request."""
    return checked(gateway.get(entry_path(workspace, number)))


def write(
    gateway: Gateway,
    method: str,
    path: str,
    body: dict[str, Any],
    user: str = "",
    *,
    before: TimeEntry | None = None,
) -> TimeEntry:
    """Send a change of one entry and return the entry as it is then. One request.

    Args:
        gateway: The client.
        method: ``POST``, ``PUT`` or ``PATCH``.
        path: The path.
        body: The body.
        user: Whose entry the answer has to be; anybody's if left out.
        before: The entry as it was, for what the answer does not tell.

    Raises:
        UnclearError: The answer is not an object with an ID: nobody knows what was done.
        StrangerError: It is another user's.
    """
    sent = {**(write_body(before) if before is not None else {}), **body}
    return check_owner(user, written(gateway.send(method, path, body=body), sent))


def checked(data: Any) -> TimeEntry:
    """Return an answer that is a time entry; raise UnreachableError if it is something else."""
    found = time_entry(data)
    if found is None:
        raise UnreachableError("The gateway's answer is not a time entry.", NO_SUCH_SERVICE)
    return found


def usable(gateway: Gateway, listed: list[Any]) -> list[TimeEntry]:
    """Return the entries of a list; those that cannot be used are left out with one notice.

    Raises:
        UnreachableError: It is a list of something else.
    """
    if listed and not any(isinstance(item, dict) for item in listed):
        raise UnreachableError("The gateway's answer is not a list of entries.", NO_SUCH_SERVICE)
    return usable_entries(listed, gateway.tell_skipped)


def written(answer: Answer, body: Mapping[str, Any]) -> TimeEntry:
    """Return the entry that a change answered; ``body`` supplies what is odd in it.

    Raises:
        UnclearError: It holds no ID: nobody knows what became of the change.
    """
    found = time_entry(answer.data, body)
    if found is None:
        raise UnclearError("The gateway's answer is not a time entry.", status=answer.status)
    return found


def reaching_from(start: datetime) -> datetime:
    """Return from when on an entry may begin that reaches into what begins at ``start``."""
    return _moved(start, -REACH)


def entries_begun(
    gateway: Gateway,
    workspace: str,
    user: str,
    first: datetime,
    last: datetime,
) -> Iterator[TimeEntry]:
    """Yield the user's entries that begin in ``[first, last)``, newest first."""
    for page in pages_begun(gateway, workspace, user, first, last):
        yield from page.entries


class Page(NamedTuple):
    """A page of a list of entries.

    Attributes:
        entries: Those that begin within what was asked for, each once.
        everything: All of them, each once, as they came.
        content: The same as JSON.
    """

    entries: list[TimeEntry]
    everything: list[TimeEntry]
    content: bytes


def pages_begun(
    gateway: Gateway,
    workspace: str,
    user: str,
    first: datetime,
    last: datetime,
    *,
    filters: dict[str, Any] | None = None,
) -> Iterator[Page]:
    """Yield the pages of :func:`entries_begun`, a request each.

    Args:
        gateway: The client.
        workspace: The workspace's ID.
        user: The user's ID.
        first: First instant of the window.
        last: First instant after it.
        filters: More filters of the list (``description``, ``project``, ``task``, ``tags``).
    """
    params = {**(filters or {}), **window(first, last)}
    low, high = plain(first), plain(last)
    content = b""

    def read(status: int, headers: Mapping[str, str], body: bytes, *, write: bool) -> Answer:
        nonlocal content
        content = body
        return read_answer(status, headers, body, write=write)

    path = user_path(workspace, user)
    before: set[str] = set()
    pages = gateway.whole_pages(path, params, page_size=PAGE_SIZE, most_pages=None, read=read)
    while True:
        with own_route(gateway, user):
            found = next(pages, None)
        if found is None:
            return
        items = [check_owner(user, entry) for entry in usable(gateway, found)]
        odd = len(items) < len(found) or any(map(is_not, items, found))
        numbers = {entry["id"] for entry in items}
        if before & numbers:
            # One that was made in the meantime has pushed another to the next page again.
            items = [entry for entry in items if entry["id"] not in before]
            odd = True
        if odd:
            content = json.dumps(items).encode()
        before = numbers
        inside = [e for e in items if low <= plain(e["timeInterval"]["start"]) < high]
        yield Page(inside, items, content)


def window(first: datetime, last: datetime) -> dict[str, str]:
    """Return the list filter that leaves out nothing that begins in ``[first, last)``."""
    return {"start": utc_text(_moved(first, -SHIFT)), "end": utc_text(_moved(last, SHIFT))}


def touching(
    start: datetime, end: datetime, now: datetime | None = None
) -> Callable[[TimeEntry], bool]:
    """Return what says whether an entry lies at least partly in ``[start, end)``.

    Args:
        start: First instant.
        end: First instant after it.
        now: The present, up to which a running one reaches; without it, it has no end.
    """
    low, high = plain(start), plain(end)
    reached = now is None or plain(now) > low

    def fits(found: TimeEntry) -> bool:
        interval = found["timeInterval"]
        began = plain(interval["start"])
        if began >= high:
            return False
        ended = interval.get("end")
        return began >= low or (plain(ended) > low if ended else reached)

    return fits


def plain(time: str | datetime) -> str:
    """Return a timestamp of the API, or an instant, in the one form whose texts sort right."""
    if isinstance(time, datetime):
        return utc_text(_moved(time))
    return time if len(time) == 20 and time[19] == "Z" else utc_text(instant(time))


def _moved(moment: datetime, by: timedelta = timedelta(0)) -> datetime:
    """Return ``moment`` moved, but not out of the years with four digits."""
    try:
        return min(max(moment + by, _FIRST), _LAST)
    except OverflowError:
        return _FIRST if by < timedelta(0) else _LAST


def has_entries(gateway: Gateway, workspace: str, user: str, plural: str, number: str) -> bool:
    """Say whether a user has entries with a project, tag or task. One request.

    Args:
        gateway: The client.
        workspace: The workspace's ID.
        user: The user's ID.
        plural: ``projects``, ``tags`` or ``tasks``; of others no entry tells.
        number: The ID of the thing.
    """
    filters = {"projects": "project", "tags": "tags", "tasks": "task"}
    if plural not in filters:
        return False
    params: dict[str, str | int | bool | list[str]] = {
        filters[plural]: number,
        "page": 1,
        "page-size": 1,
    }
    return bool(gateway.get(user_path(workspace, user), params))


def recent_entries(
    gateway: Gateway, workspace: str, user: str, count: int, until: datetime | None = None
) -> list[TimeEntry]:
    """Return the user's newest ``count`` entries, newest first.

    Args:
        gateway: The client.
        workspace: The workspace's ID.
        user: The user's ID.
        count: How many.
        until: None that begin more than about a day after it.
    """
    params: dict[str, str | int | bool | list[str]] = {}
    if until is not None:
        params["end"] = plain(_moved(until, SHIFT))
    with own_route(gateway, user):
        found = gateway.pages(user_path(workspace, user), params, most_pages=None, limit=count)
        return [check_owner(user, entry) for entry in usable(gateway, list(found))]
