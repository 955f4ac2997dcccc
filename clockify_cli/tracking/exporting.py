"""Entries on their way into a file: pages of them, newest first, with their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from clockify_cli.gateway.parallel import Crew
from clockify_cli.model import TimeEntry
from clockify_cli.store.names import Names
from clockify_cli.tracking.desk import Desk
from clockify_cli.tracking.history import Filters
from clockify_cli.transfer.writing import Labels


class NameBook:
    """The names behind the entries' IDs, looked up once each.

    Args:
        names: The cached lists; what is missing in them is asked for, where possible.
        people: Names and e-mail addresses by user ID.
    """

    def __init__(self, names: Names, people: Mapping[str, tuple[str, str]]) -> None:
        self._names = names
        self._people = people
        self._indexes: dict[str, tuple[Any, dict[str, Mapping[str, Any]]]] = {}

    def labels(self, entry: TimeEntry) -> Labels:
        """Return the names that the entry's IDs stand for."""
        number = entry.get("projectId")
        project = self._find("projects", number)
        task = self._find(f"tasks-{number}", entry["taskId"]) if entry.get("taskId") else {}
        user, email = self._people.get(str(entry.get("userId")), ("", ""))
        return Labels(
            project=str(project.get("name") or number or ""),
            client=str(project.get("clientName") or ""),
            task=str(task.get("name") or entry.get("taskId") or ""),
            tags=tuple(
                str(self._find("tags", tag).get("name") or tag) for tag in entry.get("tagIds") or ()
            ),
            user=user,
            email=email,
        )

    def _find(self, kind: str, number: str | None) -> Mapping[str, Any]:
        if not number:
            return {}
        items, _ = self._names.known(kind)
        known, index = self._indexes.get(kind, (None, {}))
        if known is not items:
            index = {str(item.get("id")): item for item in items or ()}
            self._indexes[kind] = items, index
        return index.get(number, {})


def pages(
    desk: Desk,
    crew: Crew,
    users: Sequence[str],
    span: tuple[datetime, datetime] | None,
    filters: Filters,
) -> Iterator[list[TimeEntry]]:
    """Yield the users' entries, page by page, newest first; their names are in the cache then.

    They are asked for, not taken from the cache: a file is kept.

    Args:
        desk: The desk.
        crew: Sends the requests.
        users: Whose, one after the other.
        span: ``[start, end)`` that they touch; ``None`` for all of their time.
        filters: Which of them.

    Raises:
        AwayError, RateLimitError: The service cannot be asked.
    """
    from clockify_cli.gateway import entries

    desk.deliver_briskly()
    if desk.away is not None:
        raise desk.away
    params = _narrowed(filters)
    if span is not None:
        params |= entries.window(entries.reaching_from(span[0]), span[1])
    touches = entries.touching(*span) if span is not None else None
    for user in users:
        before: set[str] = set()
        for page in crew.pages(entries.user_path(desk.account.workspace, user), params):
            found = [
                entry
                for entry in page
                # One that was made meanwhile has pushed another to the next page again.
                if entry["id"] not in before
                and (touches is None or touches(entry))
                and filters.fits(entry)
            ]
            before = {entry["id"] for entry in page}
            del page
            desk.names.know(*found)
            yield found


def _narrowed(filters: Filters) -> dict[str, str]:
    """Return what of the filters the service can do: a single project, a single task."""
    params: dict[str, str] = {}
    for name, chosen in (("project", filters.projects), ("task", filters.tasks)):
        if chosen is not None and len(chosen) == 1 and "" not in chosen:
            [params[name]] = chosen
    return params
