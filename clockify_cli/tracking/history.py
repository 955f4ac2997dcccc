"""The entries of a span of time: what the service has, with what waits applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clockify_cli.core.errors import RateLimitError, UnreachableError
from clockify_cli.core.model import TimeEntry
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.overlay import overlaid
from clockify_cli.tracking.pieces import epoch, epoch_of, moment

if TYPE_CHECKING:
    from clockify_cli.store.entry_cache import Cover, EntryCache

UNREACHABLE = (UnreachableError, RateLimitError)


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
    cached: bool = False,
) -> list[TimeEntry]:
    """Return the entries that touch ``[start, end)``, newest first; see :func:`pages_in`."""
    pages = pages_in(outbox, start, end, user=user, filters=filters, cached=cached)
    return [entry for page in pages for entry in page]


def pages_in(
    outbox: Outbox,
    start: datetime,
    end: datetime,
    *,
    user: str = "",
    filters: Filters | None = None,
    cached: bool = False,
) -> Iterator[list[TimeEntry]]:
    """Yield the entries that touch ``[start, end)`` in pages, newest first, what waits applied.

    One request a thousand entries. They are whole: one that reaches over an edge is not cut.

    Args:
        outbox: The outbox.
        start: First instant.
        end: First instant after it.
        user: Whose; one's own where it is empty.
        filters: Which of them.
        cached: Days that are over may come from the cache, where that saves a request; their
            age is told. Not for what is about to be changed.

    Raises:
        UnreachableError, RateLimitError: Neither the service nor the cache has it.
    """
    who = user or outbox.account.user
    outbox.deliver_briskly()
    waiting = outbox.waiting_here()
    pages = _Source(outbox, who, start, end, cached=cached).pages()
    if any(o.user == who for o in waiting):
        from clockify_cli.gateway.entries import touching

        found = overlaid((entry for page in pages for entry in page), waiting, who)
        pages = iter([list(filter(touching(start, end, outbox.now), found))])
    if filters is None or filters == Filters():
        return pages
    return ([entry for entry in page if filters.fits(entry)] for page in pages)


@dataclass(frozen=True, slots=True)
class _Part:
    """A span of start times, in seconds since 1970, and the cover that has it, if one does."""

    first: int
    last: int
    cover: Cover | None = None


class _Source:
    """Where the entries of one user and one span come from: the service, the cache, or both."""

    def __init__(
        self,
        outbox: Outbox,
        user: str,
        start: datetime,
        end: datetime,
        *,
        cached: bool,
    ) -> None:
        from clockify_cli.gateway import entries

        self._api = entries
        self._outbox = outbox
        self._user = user
        self._start, self._end = start, end
        self._workspace = outbox.account.workspace
        self._now = epoch_of(outbox.now)
        self._first = epoch_of(entries.reaching_from(start))
        self._last = epoch_of(end)
        self._cache: EntryCache | None = outbox.entry_cache
        self._may_be_old = cached
        self._closed = min(_midnight(outbox), self._now)

    def pages(self) -> Iterator[list[TimeEntry]]:
        """Yield the entries that touch the span, newest first."""
        parts = self._parts()
        self._tell_age(parts)
        fits = self._api.touching(self._start, self._end, self._outbox.now)
        several = len(parts) > 1
        seen: set[str] = set()  # one that has been moved since may be in two parts
        for part in reversed(parts):
            for page in self._part(part):
                if several:
                    page = [entry for entry in page if entry["id"] not in seen]
                    seen.update(entry["id"] for entry in page)
                yield [entry for entry in page if fits(entry)]
        yield list(filter(fits, self._long_running()))

    # -- what comes from where -----------------------------------------------------------

    def _parts(self) -> list[_Part]:
        """Divide the span, in order: few requests, and nothing from the cache that saves none."""
        whole = [_Part(self._first, self._last)]
        if self._cache is None or self._cache.refresh or not self._may_be_old:
            return whole
        covers = self._cache.covers(
            self._workspace, self._user, self._first, min(self._last, self._closed), self._now
        )
        parts = list(_with_holes(self._first, self._last, covers))
        holes = sum(part.cover is None for part in parts)
        # A hole costs a request: what that would bring with the rest anyway is better fresh.
        saved = sum(map(self._cache.count, covers)) // self._api.PAGE_SIZE
        return parts if holes <= saved else whole

    def _part(self, part: _Part) -> Iterator[list[TimeEntry]]:
        if part.cover is None:
            yield from self._fetched(part.first, part.last)
        else:
            yield from self._kept(part.cover)

    def _kept(self, cover: Cover) -> Iterator[list[TimeEntry]]:
        """Yield what the cache has of a cover; what it turns out not to have is fetched."""
        from clockify_cli.store.entry_cache import Gone

        assert self._cache is not None  # it gave the cover
        last = cover.last
        given: set[str] = set()  # of the page before, some of which may begin at ``last - 1``
        try:
            for page in self._cache.pages(cover, epoch):
                yield page
                if page:
                    last = epoch(page[-1]["timeInterval"]["start"]) + 1
                    given = {entry["id"] for entry in page}
        except Gone:
            for page in self._fetched(cover.first, last):
                yield [entry for entry in page if entry["id"] not in given]

    def _fetched(self, first: int, last: int) -> Iterator[list[TimeEntry]]:
        """Yield what the service has; while it is away, what the cache has of any age."""
        listed = self._listed(first, last)
        try:
            if self._outbox.unreachable is not None:
                raise self._outbox.unreachable
            one = next(listed, [])
        except UNREACHABLE as error:
            covers = self._covers_of_any_age(first, last)
            if not covers:
                raise
            self._outbox.unreachable = error
            self._tell_away(error, covers)
            for cover in reversed(covers):
                yield from self._kept(cover)
            return
        yield one
        yield from listed

    def _covers_of_any_age(self, first: int, last: int) -> list[Cover]:
        if self._cache is None or not self._may_be_old:
            return []
        covers = self._cache.covers(
            self._workspace, self._user, first, last, self._now, any_age=True
        )
        whole = all(part.cover is not None for part in _with_holes(first, last, covers))
        return covers if whole else []

    def _listed(self, first: int, last: int) -> Iterator[list[TimeEntry]]:
        """Yield what the service has, and keep what of it is over."""
        listed = self._api.pages_begun(
            self._outbox.gateway(), self._workspace, self._user, moment(first), moment(last)
        )
        until = min(last, self._closed)
        cache = self._cache
        fetch = 0
        if cache is not None and first < until:
            fetch = cache.begin(self._workspace, self._user, first, until, self._now)
        if cache is None or not fetch:
            for page in listed:
                yield page.entries
            return
        edge = self._api.plain(moment(until))
        done = False
        try:
            for page in listed:
                intervals = [entry["timeInterval"] for entry in page.everything]
                starts = [self._api.plain(one["start"]) for one in intervals]
                if starts:
                    oldest, newest = epoch(min(starts)), epoch(max(starts))
                    cache.keep(fetch, oldest, newest, len(starts), page.content)
                # What runs has no length yet: nothing from its start on is over.
                running = [s for s, i in zip(starts, intervals, strict=True) if not i.get("end")]
                edge = min([edge, *running])
                yield page.entries
            done = True
        finally:
            if not done:
                cache.abandon(fetch)
        cache.finish(fetch, first, epoch(edge))

    def _long_running(self) -> Iterator[TimeEntry]:
        """Yield a timer that began so long ago that no list has shown it. One request."""
        known = self._outbox.known_running
        if (
            known is None
            or self._user != self._outbox.account.user
            or self._outbox.unreachable is not None
        ):
            return
        if epoch(known["timeInterval"]["start"]) >= self._first:
            return
        found = self._api.running_entry(self._outbox.gateway(), self._workspace, self._user)
        if found is not None and epoch(found["timeInterval"]["start"]) < self._first:
            yield found

    # -- what is said about it -------------------------------------------------------------

    def _tell_age(self, parts: list[_Part]) -> None:
        covers = [part.cover for part in parts if part.cover is not None]
        if covers:
            what = "Entries" if len(covers) == len(parts) else "Older entries"
            oldest = min(cover.fetched for cover in covers)
            self._outbox.notice(
                f"{what} from the cache, as of {self._shown(oldest)}; --refresh asks again."
            )

    def _tell_away(self, error: Exception, covers: list[Cover]) -> None:
        oldest = min(cover.fetched for cover in covers)
        self._outbox.notice(f"{error} These are the entries as of {self._shown(oldest)}.")

    def _shown(self, fetched: int) -> str:
        local = moment(fetched).astimezone(self._outbox.zone)
        return f"{local:%a %Y-%m-%d %H:%M} ({_age(self._now - fetched)} ago)"


def _with_holes(first: int, last: int, covers: list[Cover]) -> Iterator[_Part]:
    """Yield ``[first, last)`` in parts: the covers, which are in order, and what is between."""
    for cover in covers:
        if first < cover.first:
            yield _Part(first, cover.first)
        yield _Part(cover.first, cover.last, cover)
        first = cover.last
    if first < last:
        yield _Part(first, last)


def _midnight(outbox: Outbox) -> int:
    """Return when the user's day began, in seconds since 1970."""
    from clockify_cli.times import Clock

    clock = Clock(now=outbox.now, zone=outbox.zone)
    return epoch_of(clock.day_start(clock.today))


def _age(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{timedelta(hours=hours).days} days"
