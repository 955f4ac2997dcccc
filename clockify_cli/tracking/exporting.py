"""Read entries for an export, page by page, newest first, with their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from clockify_cli.core.model import TimeEntry
from clockify_cli.gateway.parallel import Crew
from clockify_cli.journal.outbox import Outbox
from clockify_cli.store.names import Names
from clockify_cli.times.pieces import epoch, epoch_of
from clockify_cli.tracking.history import Filters
from clockify_cli.transfer.writing import Labels


class NameBook:
    """The names behind the entries' IDs, looked up once each.

    Args:
        names: The cached lists; what is missing in them is asked for, if possible.
        people: Names and e-mail addresses by user ID.
    """

    def __init__(self, names: Names, people: Mapping[str, tuple[str, str]]) -> None:
        self._names = names
        self._people = people
        self._made: dict[tuple[Any, ...], Labels] = {}

    def learn(self, entries: Iterable[TimeEntry]) -> None:
        """See to it that the names behind the IDs of ``entries`` are known, if possible."""
        self._names.know(*entries)
        self._made.clear()

    def labels(self, entry: TimeEntry) -> Labels:
        """Return the names that the entry's IDs stand for."""
        project, task, user = entry.get("projectId"), entry.get("taskId"), entry.get("userId")
        tags = tuple(entry.get("tagIds") or ())
        about = (project, task, tags, user)
        found = self._made.get(about)
        if found is None:
            found = self._made[about] = self._labels(project, task, tags, user)
        return found

    def _labels(
        self, project: str | None, task: str | None, tags: tuple[str, ...], user: str | None
    ) -> Labels:
        found = self._find("projects", project)
        name, email = self._people.get(str(user), ("", ""))
        return Labels(
            project=str(found.get("name") or project or ""),
            client=str(found.get("clientName") or ""),
            task=str(self._find(f"tasks-{project}", task).get("name") or task or ""),
            tags=tuple(str(self._find("tags", tag).get("name") or tag) for tag in tags),
            user=name,
            email=email,
        )

    def _find(self, kind: str, number: str | None) -> Mapping[str, Any]:
        return self._names.find(kind, number) or {}


def pages(
    outbox: Outbox,
    crew: Crew,
    users: Sequence[str],
    span: tuple[datetime, datetime] | None,
    filters: Filters,
) -> Iterator[list[TimeEntry]]:
    """Yield the users' entries, page by page, newest first.

    Each belongs to the range in which it starts, so that two exports never hold it twice.

    Args:
        outbox: The outbox.
        crew: Sends the requests.
        users: Whose, one after the other.
        span: ``[start, end)`` in which they start; ``None`` for all of their time.
        filters: Which of them.

    Raises:
        UnreachableError, RateLimitError: The service cannot be asked.
    """
    from clockify_cli.gateway import entries

    outbox.deliver_briskly()
    if outbox.unreachable is not None:
        raise outbox.unreachable
    params = _narrowed(filters)
    if span is not None:
        params |= entries.window(*span)
    for user in users:
        before: set[str] = set()
        for page in crew.pages(entries.user_path(outbox.account.workspace, user), params):
            usable = entries.usable(outbox.gateway(), page)
            # One that was made in the meantime has pushed another to the next page again.
            new = [entry for entry in usable if entry["id"] not in before]
            found = list(filter(filters.fits, starting_in(new, span)))
            before = {entry["id"] for entry in usable}
            del page, usable, new
            yield found


def starting_in(
    entries: Iterable[TimeEntry], span: tuple[datetime, datetime] | None
) -> list[TimeEntry]:
    """Return the entries that start in ``[start, end)``; all of them without a span."""
    if span is None:
        return list(entries)
    first, last = map(epoch_of, span)
    return [e for e in entries if first <= epoch(e["timeInterval"]["start"]) < last]


def _narrowed(filters: Filters) -> dict[str, str]:
    """Return what of the filters the service can do: a single project, a single task."""
    params: dict[str, str] = {}
    for name, chosen in (("project", filters.projects), ("task", filters.tasks)):
        if chosen is not None and len(chosen) == 1 and "" not in chosen:
            [params[name]] = chosen
    return params
