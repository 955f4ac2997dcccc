"""The entries of a span of time: what the service has, with pending changes applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clockify_cli.core.errors import RateLimitError, UnreachableError
from clockify_cli.core.model import TimeEntry
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.overlay import overlaid
from clockify_cli.times.pieces import epoch, epoch_of, moment

UNREACHABLE = (UnreachableError, RateLimitError)
ASK, RECENT, KNOWN = "ask", "recent", "known"
ADD_CACHED = "Add --cached to see what was last known."


@dataclass(slots=True)
class Freshness:
    """How old entries may be, and how old they turned out to be.

    Attributes:
        mode: ``ASK`` the service, take a copy that is minutes old (``RECENT``), or only what
            is ``KNOWN`` on this machine, without a request.
        hint: What to do when the service cannot be asked.
        as_of: When the oldest copy that was used was read, in seconds since 1970; ``None``
            where the service was asked.
    """

    mode: str = ASK
    hint: str = ""
    as_of: int | None = None

    def used(self, as_of: int) -> None:
        """Note that a copy was used."""
        self.as_of = as_of if self.as_of is None else min(self.as_of, as_of)


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
            from clockify_cli.core.naming import folded

            return folded(self.text) in folded(entry.get("description") or "")
        return True


def entries_in(
    outbox: Outbox,
    start: datetime,
    end: datetime,
    *,
    user: str = "",
    filters: Filters | None = None,
    freshness: Freshness | None = None,
) -> list[TimeEntry]:
    """Return the entries that touch ``[start, end)``, newest first; see :func:`pages_in`."""
    pages = pages_in(outbox, start, end, user=user, filters=filters, freshness=freshness)
    return [entry for page in pages for entry in page]


def pages_in(
    outbox: Outbox,
    start: datetime,
    end: datetime,
    *,
    user: str = "",
    filters: Filters | None = None,
    freshness: Freshness | None = None,
) -> Iterator[list[TimeEntry]]:
    """Yield the entries that touch ``[start, end)`` in pages, newest first.

    Pending changes are applied. One request per thousand entries. They are whole:
    one that reaches over an edge is not cut.

    Args:
        outbox: The outbox.
        start: First instant.
        end: First instant after it.
        user: Whose; one's own if it is empty.
        filters: Which of them.
        freshness: How old they may be; by default the service is asked.

    Raises:
        UnreachableError, RateLimitError: The service cannot be asked, or nothing is known.
    """
    from clockify_cli.gateway.entries import touching

    who = user or outbox.account.user
    freshness = freshness or Freshness()
    if freshness.mode != KNOWN:
        outbox.deliver_briskly()
    waiting = outbox.waiting_here()
    fits = touching(start, end, outbox.now)
    found_pages = _pages(outbox, who, start, end, freshness)
    pages: Iterator[list[TimeEntry]] = ([e for e in page if fits(e)] for page in found_pages)
    if any(o.user == who for o in waiting):
        found = overlaid((entry for page in pages for entry in page), waiting, who)
        pages = iter([list(filter(fits, found))])
    if filters is None or filters == Filters():
        return pages
    return ([entry for entry in page if filters.fits(entry)] for page in pages)


def _pages(
    outbox: Outbox, user: str, start: datetime, end: datetime, freshness: Freshness
) -> Iterator[list[TimeEntry]]:
    """Yield the entries that may touch the span, from a copy where one will do."""
    from clockify_cli.gateway.entries import reaching_from

    span = epoch_of(reaching_from(start)), epoch_of(end)
    ranges, workspace = outbox.entry_cache, outbox.account.workspace
    copy = None
    if ranges is not None and freshness.mode != ASK:
        from clockify_cli.store.recent_ranges import MINUTES

        since = epoch_of(outbox.now) - MINUTES if freshness.mode == RECENT else None
        copy = ranges.find(workspace, user, *span, since=since)
    if copy is not None and copy.as_of <= epoch_of(outbox.now):
        freshness.used(copy.as_of)
        yield [e for e in copy.entries if span[0] <= epoch(e["timeInterval"]["start"]) < span[1]]
    elif freshness.mode == KNOWN:
        raise UnreachableError(
            "Nothing is cached for these days yet.", "Leave out --cached to ask Clockify."
        )
    else:
        try:
            yield from _asked(outbox, user, *span)
        except UNREACHABLE as error:
            error.hint = f"{error.hint} {freshness.hint}".strip()
            raise
    known = outbox.known_running
    if known is None or user != outbox.account.user:
        return
    if epoch(known["timeInterval"]["start"]) < span[0]:
        yield from _long_running(outbox, known, span[0], ask=copy is None)


def _asked(outbox: Outbox, user: str, first: int, last: int) -> Iterator[list[TimeEntry]]:
    """Yield what the service has, and keep a copy of it for the next minutes."""
    from clockify_cli.gateway import entries

    if outbox.unreachable is not None:
        raise outbox.unreachable
    ranges, workspace = outbox.entry_cache, outbox.account.workspace
    changes = ranges.changes() if ranges is not None else 0
    seen: list[TimeEntry] = []
    for page in entries.pages_begun(outbox.gateway(), workspace, user, moment(first), moment(last)):
        if ranges is not None:
            seen += page.entries
        yield page.entries
    if ranges is not None:
        now = epoch_of(outbox.now)
        ranges.keep(workspace, user, (first, last), seen, as_of=now, changes=changes)


def _long_running(
    outbox: Outbox, known: TimeEntry, first: int, *, ask: bool
) -> Iterator[list[TimeEntry]]:
    """Yield a timer that began so long ago that no list has shown it. One request, or none."""
    from clockify_cli.gateway.entries import running_entry

    account = outbox.account
    found: TimeEntry | None = known
    if ask:
        found = running_entry(outbox.gateway(), account.workspace, account.user)
    if found is not None and epoch(found["timeInterval"]["start"]) < first:
        yield [found]
