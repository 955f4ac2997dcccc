"""Plan the fewest changes that make entries match a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import ClockifyError, ConflictError, NotFoundError
from clockify_cli.core.model import (
    TimeEntry,
    comparable,
    end_of,
    entry_from_body,
    is_running,
    start_of,
    with_interval,
)
from clockify_cli.core.naming import project_label
from clockify_cli.journal.operation import CREATE, DELETE, LOCAL, UPDATE
from clockify_cli.journal.reconcile import changed_fields
from clockify_cli.tracking.content import (
    Content,
    checked_description,
    resolved_project,
)
from clockify_cli.tracking.day_text import EntryLine, LineError, Opened, Sheet, line_version
from clockify_cli.tracking.versions import version_of

if TYPE_CHECKING:
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock

_HELD = ("start", "end", "description", "projectId", "taskId", "tagIds")  # what a line says
_SAID = ("description", "projectId", "taskId", "tagIds", "billable")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry that is to be added, changed or deleted.

    Attributes:
        kind: ``create``, ``update`` or ``delete``.
        before: The entry as it is, unless it is added.
        after: The entry as it shall be, unless it is deleted.
        place: The number of its line; 0 if it has none.
    """

    kind: str
    before: TimeEntry | None
    after: TimeEntry | None
    place: int = 0

    @property
    def entry(self) -> TimeEntry:
        """The entry that it is about."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def starts_timer(self) -> bool:
        """Whether an entry begins to run by it that does not run yet."""
        if self.after is None or not is_running(self.after):
            return False
        return self.before is None or not is_running(self.before)

    @property
    def ends_entry(self) -> bool:
        """Whether the entry that it is about runs no more by it, or is gone."""
        return self.before is not None and (self.after is None or not is_running(self.after))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in the order in which it can be.

    Attributes:
        steps: The writes.
        notices: What the user should know about how the text was read.
        implausibilities: What is so unlikely that it is asked about.
    """

    steps: tuple[Step, ...] = ()
    notices: tuple[str, ...] = ()
    implausibilities: tuple[str, ...] = ()

    @property
    def overwritten(self) -> int:
        """How many entries are changed or deleted."""
        return sum(step.kind != CREATE for step in self.steps)

    def count(self, kind: str) -> int:
        """Return how many steps are of this kind."""
        return sum(step.kind == kind for step in self.steps)


def line_of(entry: Mapping[str, Any], names: Names) -> EntryLine:
    """Return the line that says what an entry holds; names from the cache alone."""
    project = names.find("projects", entry.get("projectId"))
    task = names.find(f"tasks-{entry.get('projectId')}", entry.get("taskId")) or {}
    tags = [names.find("tags", tag) or {"name": tag} for tag in entry.get("tagIds") or ()]
    return EntryLine(
        start_of(entry),
        end_of(entry),
        str(entry.get("description") or ""),
        project_label(project) if project else str(entry.get("projectId") or ""),
        str(task.get("name") or entry.get("taskId") or ""),
        tuple(dict.fromkeys(str(tag["name"]) for tag in tags)),
        True if entry.get("billable") else None,
        str(entry["id"]),
    )


def opened_from(entries: Iterable[TimeEntry], names: Names, clock: Clock) -> dict[str, Opened]:
    """Return the entries as they are now, by which a later change is noticed."""
    return {
        str(e["id"]): Opened(version_of(e), line_version(line_of(e, names), clock)) for e in entries
    }


class Planner:
    """Finds the fewest changes that make entries what a sheet says.

    Args:
        names: Resolves names; those in the cache stand for what the entries hold.
        clock: The present and the zone.
        workspace: The workspace's ID, and ``user`` the ID of whose entries they are.
        allow_future: Times in the future are allowed.
        service_id: Gives the service's ID of a local one, if it has one by now.
    """

    def __init__(
        self,
        names: Names,
        clock: Clock,
        *,
        workspace: str,
        user: str,
        allow_future: bool = False,
        service_id: Callable[[str], str | None] = lambda number: None,
    ) -> None:
        self._names = names
        self._clock = clock
        self._workspace = workspace
        self._user = user
        self._allow_future = allow_future
        self._service_id = service_id
        self._steps: list[Step] = []
        self._notices: list[str] = []
        self._doubts: list[str] = []

    def plan(
        self,
        sheet: Sheet,
        entries: Sequence[TimeEntry],
        *,
        running: TimeEntry | None = None,
        remove: bool = False,
    ) -> Plan:
        """Return what has to be written.

        A line with an ID is that entry; one without is a new entry, unless one that no line
        stands for holds the same already. What was opened with the sheet and has no line any
        more is deleted, or changed where a new line begins at the same instant.

        Args:
            sheet: The text.
            entries: The entries as they are now, without a mark of the queue.
            running: The running timer, wherever it is.
            remove: Delete entries without a line even if they were not opened with the sheet.

        Raises:
            LineError: A line that cannot be meant.
            NotFoundError, AmbiguousError: A name or ID in it fits nothing, or several.
            ConflictError: An entry that would be written was changed elsewhere in the meantime.
        """
        now = {str(entry["id"]): entry for entry in entries}
        opened = {self._current(number): was for number, was in sheet.opened.items()}
        named: dict[str, EntryLine] = {}
        new: list[EntryLine] = []
        for line in sheet.lines:
            if not line.number:
                new.append(line)
                continue
            with _at(line.place):
                number = self._find(line, {*now, *opened})
                if number in named:
                    raise LineError(
                        f"The entry #{line.number} is in line {named[number].place} too.",
                        "Remove one, or remove its #id for a new entry.",
                    )
            named[number] = line
        for number, line in named.items():
            with _at(line.place):
                self._change(line, now.get(number), opened.get(number))
        for number in opened.keys() - now.keys() - named.keys():
            self._notices.append(f"The entry {number} is no longer on these days.")
        self._add(new, self._left_over(now, opened, named, remove), now, named)
        self._check_timers(sheet, running)
        return Plan(
            tuple(sorted(self._steps, key=_order)),
            tuple(dict.fromkeys(self._notices)),
            tuple(dict.fromkeys(self._doubts)),
        )

    # -- which entry --------------------------------------------------------------------

    def _current(self, number: str) -> str:
        return (self._service_id(number) or number) if number.startswith(LOCAL) else number

    def _find(self, line: EntryLine, known: set[str]) -> str:
        number = self._current(line.number)
        if number in known:
            return number
        found = [one for one in known if not one.startswith(LOCAL) and one.endswith(number)]
        if len(found) == 1:
            return found[0]
        if found:
            raise LineError(
                f"#{line.number} matches {len(found)} entries.", "Write more of the ID."
            )
        raise NotFoundError(
            f"There is no entry #{line.number} on these days.",
            "Remove the #id for a new entry; put it in quotes if it belongs to the description.",
        )

    def _left_over(
        self,
        now: Mapping[str, TimeEntry],
        opened: Mapping[str, Opened],
        named: Mapping[str, EntryLine],
        remove: bool,
    ) -> list[TimeEntry]:
        """Return the entries that are to be deleted unless a new line stands for them."""
        candidates = {n: e for n, e in now.items() if n not in named and (remove or n in opened)}
        for number, entry in candidates.items():
            was = opened.get(number)
            if was is not None and version_of(entry) != was.version:
                raise _conflict(entry, "Its line was removed, but it was changed elsewhere.")
        return sorted(candidates.values(), key=start_of)

    # -- steps ----------------------------------------------------------------------------

    def _change(self, line: EntryLine, entry: TimeEntry | None, was: Opened | None) -> None:
        touched = was is None or was.line != line_version(line, self._clock)
        if entry is None:
            if touched:
                raise _conflict(
                    {"id": line.number}, "It was deleted elsewhere, or moved to another day."
                )
            self._notices.append(f"The entry #{line.number} was deleted elsewhere in the meantime.")
            return
        old = line_of(entry, self._names)
        if not touched or _same_line(line, old):
            return
        if was is not None and version_of(entry) != was.version:
            raise _conflict(entry, f"Line {line.place} edits an entry that was changed elsewhere.")
        after = self._changed(entry, old, line)
        if changed_fields(entry, after):
            self._update(entry, after, line)

    def _changed(self, entry: TimeEntry, old: EntryLine, line: EntryLine) -> TimeEntry:
        after = dict(entry)
        if line.description != old.description:
            after["description"] = checked_description(line.description)
        if line.project != old.project or line.task != old.task:
            if line.project != old.project:
                after["projectId"] = self._project(line)
            after["taskId"] = self._task(line, after.get("projectId") or None)
        if set(line.tags) != set(old.tags):
            held = {
                str((self._names.find("tags", tag) or {"name": tag})["name"]): tag
                for tag in entry.get("tagIds") or ()
            }
            after["tagIds"] = [
                held[tag] if tag in held else str(self._names.tag(tag)["id"]) for tag in line.tags
            ]
        if bool(line.billable) != bool(entry.get("billable")):
            after["billable"] = bool(line.billable)
        if (line.start, line.end) != (old.start, old.end):
            self._check_times(line)
            after = with_interval(after, line.start, line.end)
        return after

    def _add(
        self,
        new: Sequence[EntryLine],
        left: list[TimeEntry],
        now: Mapping[str, TimeEntry],
        named: Mapping[str, EntryLine],
    ) -> None:
        made = []
        for line in new:
            with _at(line.place):
                made.append((line, self._made(line)))
        free = [entry for number, entry in now.items() if number not in named]
        missing = []
        for line, entry in made:
            there = next((e for e in free if _holds(e, line, entry)), None)
            if there is None:
                missing.append((line, entry))
                continue
            free.remove(there)
            left[:] = [other for other in left if other["id"] != there["id"]]
        for line, entry in missing:
            with _at(line.place):
                self._check_times(line)
            there = next((e for e in left if start_of(e) == line.start), None)
            if there is not None:
                # Its #id was lost: one write instead of two, and what no line shows is kept.
                left.remove(there)
                after = {**there, **{name: entry[name] for name in _SAID}}
                if line.billable is None:
                    after["billable"] = there.get("billable")
                self._update(there, with_interval(after, line.start, line.end), line)
                continue
            self._steps.append(Step(CREATE, None, entry, line.place))
        self._steps += [Step(DELETE, entry, None) for entry in left]

    def _update(self, before: TimeEntry, after: TimeEntry, line: EntryLine) -> None:
        self._notices += line.notices
        self._steps.append(Step(UPDATE, before, after, line.place))

    def _made(self, line: EntryLine) -> TimeEntry:
        """Return the new entry that a line asks for."""
        project = self._project(line)
        found = self._names.find("projects", project) or {}
        content = Content(
            description=checked_description(line.description),
            project=project,
            task=self._task(line, project),
            tags=tuple(dict.fromkeys(str(self._names.tag(t)["id"]) for t in line.tags)),
            billable=bool(found.get("billable")) if line.billable is None else line.billable,
        )
        body = content.body(line.start, line.end)
        return entry_from_body("", self._workspace, self._user, body)

    # -- what a line may say ----------------------------------------------------------------

    def _project(self, line: EntryLine) -> str | None:
        return str(resolved_project(self._names, line.project)["id"]) if line.project else None

    def _task(self, line: EntryLine, project: str | None) -> str | None:
        if not line.task:
            return None
        if not project:
            raise LineError(f"The task '{line.task}' needs its project.", "Acme/Web: Build :: …")
        return str(self._names.task(line.task, project)["id"])

    def _check_times(self, line: EntryLine) -> None:
        from clockify_cli.times import implausibilities

        if line.end is not None and line.end <= line.start:
            raise LineError("It has no duration.", "The end comes after the start: 09:00-10:30.")
        latest = line.end or line.start
        if not self._allow_future and self._clock.is_ahead(latest):
            raise LineError(
                f"It is in the future: {self._clock.show(latest)}.",
                "A time in the future needs --allow-future.",
            )
        self._notices += line.notices
        self._doubts += [
            f"Line {line.place}: {doubt}"
            for doubt in implausibilities(line.start, line.end, self._clock)
        ]

    def _check_timers(self, sheet: Sheet, running: TimeEntry | None) -> None:
        """Refuse a second timer: Clockify would end the first one by itself."""
        open_lines = [line for line in sheet.lines if line.end is None]
        if len(open_lines) > 1:
            raise LineError(
                f"Line {open_lines[1].place}: a second running timer (the first is line "
                f"{open_lines[0].place}).",
                "Only one can run: give one of them an end.",
                details={"line": open_lines[1].place},
            )
        revived = [step for step in self._steps if step.starts_timer]
        if not revived or running is None:
            return
        ended = {str(step.entry["id"]) for step in self._steps if step.ends_entry}
        if str(running["id"]) not in ended:
            raise LineError(
                f"Line {revived[0].place}: a timer is running already:"
                f" '{running.get('description') or running['id']}'.",
                "Give the line an end, or stop the other one first: clockify stop.",
                details={"line": revived[0].place},
            )


def _order(step: Step) -> tuple[bool, int]:
    """Put a timer that begins to run last: it would end another one."""
    return step.starts_timer, (UPDATE, DELETE, CREATE).index(step.kind)


def _same_line(line: EntryLine, old: EntryLine) -> bool:
    return replace(
        line, number="", tags=tuple(sorted(line.tags)), billable=line.billable or None
    ) == replace(old, number="", tags=tuple(sorted(old.tags)))


def _holds(entry: TimeEntry, line: EntryLine, asked: TimeEntry) -> bool:
    """Say whether an entry holds already what a new line asks for."""
    there, wanted = comparable(entry), comparable(asked)
    names = _HELD if line.billable is None else (*_HELD, "billable")
    return all(there[name] == wanted[name] for name in names)


def _conflict(entry: Mapping[str, Any], why: str) -> ConflictError:
    return ConflictError(
        f"The entry {entry['id']} was changed elsewhere: {why} Nothing was changed.",
        "Open the day again to see both. Without its '#=' line at the end of the text, the text"
        " counts.",
        details={"current": dict(entry)} if "timeInterval" in entry else None,
    )


@contextmanager
def _at(place: int) -> Iterator[None]:
    """Name the line in whatever is refused about it."""
    try:
        yield
    except ClockifyError as error:
        if error.exit_code not in (2, 4) or "line" in error.details:
            raise
        error.message = f"Line {place}: {error.message}"
        error.details["line"] = place
        raise
