"""Edit an entry: only the given fields change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry, end_of, start_of, with_interval
from clockify_cli.tracking.content import (
    Waiting,
    checked_description,
    project_or_waiting,
    resolved_tags,
    split_tag,
    tags_or_waiting,
    task_or_waiting,
)

if TYPE_CHECKING:
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock, Moment, Role

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TagChange:
    """What becomes of an entry's tags, in IDs.

    Attributes:
        instead: All of its tags from now on; ``None`` where tags are added and taken away.
        added: These too.
        removed: These no more.
    """

    instead: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def of(self, tags: Sequence[str]) -> list[str]:
        """Return what ``tags`` become, in order."""
        if self.instead is not None:
            return list(self.instead)
        kept = [tag for tag in tags if tag not in self.removed]
        return [*kept, *(tag for tag in self.added if tag not in kept)]


@dataclass(frozen=True, slots=True)
class Revision:
    """What an edit shall change, as it was typed; ``None`` leaves a thing as it is.

    Attributes:
        description: The new one.
        project: A name or ID; empty for none.
        task: A name or ID; empty for none.
        tags: As ``-t`` takes them: ``+a,-b`` adds and takes away, ``a,b`` replaces, an empty
            text clears.
        billable: The new value.
        start: An instant of the time grammar; a bare clock time is on the entry's own day.
        end: Likewise; before the start it is on the next day, up to 12 hours later.
        allow_future: Times in the future are allowed.
    """

    description: str | None = None
    project: str | None = None
    task: str | None = None
    tags: tuple[str, ...] | None = None
    billable: bool | None = None
    start: str | None = None
    end: str | None = None
    allow_future: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was named."""
        named = (self.description, self.project, self.task, self.tags, self.billable)
        return not self.moves and all(value is None for value in named)

    @property
    def moves(self) -> bool:
        """Whether a time was named."""
        return self.start is not None or self.end is not None


class Reviser:
    """Makes of an entry what a revision asks for.

    Args:
        revision: What was typed.
        names: Resolves names, each once for all entries.
        clock: For typed times.
        notice: Called with what the user should know beside the result.
        sure: Asked about what is unlikely to be meant; raises where the user says no.
        defer: Names that nothing in the cache fits wait if Clockify cannot be asked: the
            revised entry has them as ``unresolved``.
    """

    def __init__(
        self,
        revision: Revision,
        names: Names,
        clock: Clock,
        notice: Callable[[str], None],
        sure: Callable[[str], None],
        *,
        defer: bool = False,
    ) -> None:
        self._revision = revision
        self._defer = defer
        self._unresolved: Waiting = {}
        self._names = names
        self._clock = clock
        self._notice = notice
        self._sure = sure
        self._project: str | None = None  # the new project's ID, empty for none
        if revision.project is not None:
            text = revision.project.strip()
            found = project_or_waiting(names, text, self._unresolved, defer=defer) if text else None
            self._project = str(found["id"]) if found else ""
        self._tags = None
        if revision.tags is not None:
            self._tags = read_tags(revision.tags, names, self._unresolved, defer=defer)

    def __call__(self, entry: TimeEntry) -> TimeEntry:
        """Return ``entry`` as it shall be.

        Raises:
            UsageError: A task without its project, a time that cannot be meant.
            NotFoundError, AmbiguousError: A task's name fits nothing, or several.
        """
        revision = self._revision
        changed = dict(entry)
        if revision.description is not None:
            changed["description"] = checked_description(revision.description)
        if revision.billable is not None:
            changed["billable"] = revision.billable
        if self._tags is not None:
            changed["tagIds"] = self._tags.of(entry.get("tagIds") or ())
        waiting = dict(self._unresolved)
        self._change_project(entry, changed, waiting)
        if waiting:
            changed["unresolved"] = waiting
        if revision.start is not None or revision.end is not None:
            changed = self._change_times(changed)
        return changed

    def _change_project(self, entry: TimeEntry, changed: dict[str, Any], waiting: Waiting) -> None:
        project = str(entry.get("projectId") or "") if self._project is None else self._project
        task = self._revision.task
        changed["projectId"] = project or None
        if task is not None and task.strip():
            changed["taskId"] = task_or_waiting(
                self._names, task.strip(), project, waiting, defer=self._defer
            )
        elif task is not None:
            changed["taskId"] = None
        elif entry.get("taskId") and project != entry.get("projectId"):
            changed["taskId"] = None
            known = self._names.find(f"tasks-{entry.get('projectId')}", entry["taskId"]) or {}
            self._notice(
                f"The task '{known.get('name') or entry['taskId']}' belongs to the old project, so "
                f"it was cleared. Set a new one with -k."
            )

    def _change_times(self, entry: TimeEntry) -> TimeEntry:
        revision, clock = self._revision, self._clock
        start, end = start_of(entry), end_of(entry)
        if revision.start is not None:
            day = clock.local(start).date()
            moment = on_day(revision.start, day, clock, allow_future=revision.allow_future)
            self._echo(moment)
            start = moment.at
        if revision.end is not None:
            moment = end_after(start, revision.end, clock, allow_future=revision.allow_future)
            self._echo(moment)
            end = moment.at
        return checked_times(with_interval(entry, start, end), clock, self._sure)

    def _echo(self, moment: Moment) -> None:
        for text in moment.notices:
            self._notice(text)
        if not moment.plainly_today:
            self._notice(self._clock.show(moment.at))


def read_tags(
    texts: Sequence[str], names: Names, unresolved: Waiting, *, defer: bool = False
) -> TagChange:
    """Return the change of tags that was typed.

    Args:
        texts: What was typed.
        names: The names of the workspace.
        unresolved: Takes the tags to add that wait.
        defer: Let them wait if Clockify cannot be asked.

    Raises:
        UsageError: Some replace and some add or take away.
        NotFoundError, AmbiguousError: A name fits nothing, or several.
    """
    words = [word for text in texts for word in _signed(text, names)]
    added = [word[1:] for word in words if word.startswith("+")]
    removed = [word[1:] for word in words if word.startswith("-")]
    if not added and not removed:
        return TagChange(tags_or_waiting(names, words, unresolved, defer=defer))
    if len(added) + len(removed) < len(words):
        raise UsageError(
            "Some tags have a + or - sign, others do not.",
            "Give every one a sign (-t +dev,-urgent), or none (-t dev,urgent).",
        )
    new = tags_or_waiting(names, added, unresolved, defer=defer)
    return TagChange(None, new, resolved_tags(names, removed))


def _signed(text: str, names: Names) -> list[str]:
    """Return the tags of one ``-t``, each with its sign; without any sign it stays one text."""
    text = text.strip()
    parts = [part.strip() for part in text.split(",") if part.strip()]
    signed = sum(part[0] in "+-" for part in parts)
    if not signed:
        return [text] if text else []
    if signed == 1 and len(parts) > 1 and text[0] in "+-":  # one tag's name may hold the comma
        whole = split_tag(names, text[1:])
        if len(whole) == 1:
            return [text[0] + whole[0]]
    return parts


def on_day(
    text: str, day: date, clock: Clock, role: Role = "start", *, allow_future: bool = False
) -> Moment:
    """Return the instant that was typed; a clock time without a day is on ``day``.

    Raises:
        TimeError: It is not an instant, or is in the future.
    """
    from clockify_cli.times import is_bare_clock, parse_instant

    if is_bare_clock(text):
        text = f"{day.isoformat()} {text.strip()}"
    return parse_instant(text, clock, role=role, allow_future=allow_future)


def end_after(start: datetime, text: str, clock: Clock, *, allow_future: bool = False) -> Moment:
    """Return the end that was typed for what starts at ``start``.

    A clock time without a day is on the day of the start, or on the next one where it would
    lie before the start and the length is 12 hours at most.

    Raises:
        TimeError: It is not an instant, or is in the future.
        UsageError: It is before the start.
    """
    from clockify_cli.times import is_bare_clock
    from clockify_cli.times.forms import LONGEST_ROLLOVER

    day = clock.local(start).date()
    moment = on_day(text, day, clock, "end", allow_future=True)
    if moment.at < start and is_bare_clock(text):
        later = on_day(text, day + _DAY, clock, "end", allow_future=True)
        if later.at - start <= LONGEST_ROLLOVER:
            told = f"The end is on the next day: {clock.show(later.at)}."
            moment = replace(later, notices=(told, *later.notices))
    if moment.at < start:
        raise UsageError(
            f"The end {clock.show(moment.at)} is before the start {clock.show(start)}.",
            "Give both: --from and --to; an end more than 12 h later needs its day.",
        )
    if not allow_future and clock.is_ahead(moment.at):
        raise UsageError(
            f"The end is in the future: {clock.show(moment.at)}.",
            "A time in the future needs --allow-future.",
        )
    return moment


def checked_times(entry: TimeEntry, clock: Clock, sure: Callable[[str], None]) -> TimeEntry:
    """Return ``entry``; refuse an end before the start, ask about what is unlikely.

    Raises:
        UsageError: It would end before it starts, or the user says no.
    """
    from clockify_cli.times import implausibilities

    start, end = start_of(entry), end_of(entry)
    if end is not None and end < start:
        raise UsageError(
            f"It would end before it starts: {clock.show(start)} to {clock.show(end)}.",
            "Give both: --from and --to.",
        )
    for doubt in implausibilities(start, end, clock):
        sure(doubt)
    return entry
