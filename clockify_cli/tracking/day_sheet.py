"""Open days as text, and apply a text as one change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from clockify_cli.core.errors import ClockifyError, RateLimitError, UnreachableError
from clockify_cli.core.model import TimeEntry, is_entity_id, start_of, write_body
from clockify_cli.journal.operation import CREATE, DELETE, UPDATE, Draft
from clockify_cli.journal.outbox import Outbox
from clockify_cli.times.pieces import TIME_OFF, kind_of
from clockify_cli.tracking.day_plan import Plan, Planner, Step, line_of, opened_from
from clockify_cli.tracking.day_text import Opened, Sheet, line_text, write_sheet
from clockify_cli.tracking.editing import delete_draft, tell_lost, update_draft
from clockify_cli.tracking.timer import plain

if TYPE_CHECKING:
    from clockify_cli.times import Clock

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenedDay:
    """A day that was opened as text.

    Attributes:
        day: The day.
        text: Its text.
        entries: The entries that begin on it.
        opened: The same, by which a later change elsewhere is noticed.
    """

    day: date
    text: str
    entries: tuple[TimeEntry, ...]
    opened: dict[str, Opened]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a plan.

    Attributes:
        plan: The plan.
        results: Each step with the entry that it has left; ``None`` if nothing was written
            because the plan was not agreed to.
        queued: Some of it waits for the network.
        near: Every entry that was read, for telling overlaps.
    """

    plan: Plan
    results: tuple[tuple[Step, TimeEntry], ...] | None
    queued: bool = False
    near: tuple[TimeEntry, ...] = ()


def open_day(outbox: Outbox, clock: Clock, day: date) -> OpenedDay:
    """Read a day and return it as text. One request, and those for names not yet known.

    Raises:
        UnreachableError, RateLimitError: Clockify is unreachable.
    """
    near = _entries_near(outbox, clock, [day])
    mine = tuple(_of_days(near, {day}, clock))
    outbox.names.know(*near)
    opened = opened_from(mine, outbox.names, clock)
    notes = [
        f"Reaches into the day, and belongs to {clock.local(start_of(e)).date()}: "
        + line_text(line_of({**e, "id": ""}, outbox.names), clock)
        for e in near
        if e not in mine and start_of(e) < clock.day_start(day)
    ]
    notes += [
        "Time off, which is not changed here: "
        + line_text(line_of({**e, "id": ""}, outbox.names), clock)
        for e in near
        if kind_of(e) == TIME_OFF and start_of(e) >= clock.day_start(day)
    ]
    lines = [line_of(entry, outbox.names) for entry in mine]
    text = write_sheet([day], lines, clock, opened=opened, notes=notes)
    return OpenedDay(day, text, mine, opened)


def plan_of(
    outbox: Outbox,
    clock: Clock,
    sheet: Sheet,
    entries: Sequence[TimeEntry],
    *,
    remove: bool = False,
    allow_future: bool = False,
) -> Plan:
    """Return what has to be written so that ``entries`` become what the sheet says.

    Raises:
        LineError, NotFoundError, AmbiguousError, ConflictError: See ``Planner.plan``.
    """
    planner = Planner(
        outbox.names,
        clock,
        workspace=outbox.account.workspace,
        user=outbox.account.user,
        allow_future=allow_future,
        service_id=outbox.journal.service_id,
    )
    return planner.plan(sheet, entries, running=outbox.known_running, remove=remove)


def carry_out(
    outbox: Outbox,
    clock: Clock,
    sheet: Sheet,
    agree: Callable[[Plan], bool],
    *,
    verb: str,
    remove: bool = False,
    allow_future: bool = False,
    known: Sequence[TimeEntry] | None = None,
    current: bool = False,
) -> Done:
    """Read the sheet's days and write what it says, as one change.

    One request for the days and one for each entry that differs. While offline,
    what was known when the text was opened is what is written upon; the journal compares it
    with the service when it is delivered.

    Args:
        outbox: The outbox.
        clock: The present and the zone.
        sheet: The text.
        agree: Told the plan before anything is written; says whether to go on.
        verb: The command, for the journal.
        remove: Delete the days' entries without a line, opened with the sheet or not.
        allow_future: Times in the future are allowed.
        known: The entries as they were when the text was opened.
        current: ``known`` is good enough, as nothing that it holds is written upon.

    Raises:
        LineError, NotFoundError, AmbiguousError: The text cannot be meant.
        ConflictError: An entry was changed elsewhere in the meantime; nothing was written.
        ClockifyError: It was refused, or could neither be sent nor queued.
    """
    outbox.deliver_first()
    near = list(known or ()) if current else _read(outbox, clock, sheet, known, remove)
    mine = _of_days(near, set(sheet.days), clock)
    mine += _named_elsewhere(outbox, sheet, mine)
    outbox.names.know(*mine)
    outbox.plan_on(*mine)
    plan = plan_of(outbox, clock, sheet, mine, remove=remove, allow_future=allow_future)
    if not plan.steps:
        return Done(plan, (), near=tuple(near))
    if not agree(plan):
        return Done(plan, None, near=tuple(near))
    drafts = [_draft(outbox, step) for step in plan.steps]
    written = outbox.write(verb, _label(sheet), drafts)
    tell_lost(outbox, written, drafts)
    results = tuple((step, written.entry(n)) for n, step in enumerate(plan.steps))
    return Done(plan, results, written.queued, tuple(near))


def _read(
    outbox: Outbox, clock: Clock, sheet: Sheet, known: Sequence[TimeEntry] | None, remove: bool
) -> list[TimeEntry]:
    try:
        return _entries_near(outbox, clock, sheet.days)
    except (UnreachableError, RateLimitError):
        names_some = remove or sheet.opened or any(line.number for line in sheet.lines)
        if not outbox.queues or (known is None and names_some):
            raise
        return list(known or ())


def _entries_near(outbox: Outbox, clock: Clock, days: Sequence[date]) -> list[TimeEntry]:
    """Return the entries that touch the days or lie between them, oldest first."""
    from clockify_cli.tracking.history import entries_in

    if not days:
        return []
    start, end = clock.day_start(min(days)), clock.day_start(max(days) + _DAY)
    return [plain(entry) for entry in reversed(entries_in(outbox, start, end))]


def _of_days(entries: Sequence[TimeEntry], days: set[date], clock: Clock) -> list[TimeEntry]:
    """Return the entries that begin on the days and can be changed: time off cannot."""
    own = (entry for entry in entries if kind_of(entry) != TIME_OFF)
    return [entry for entry in own if clock.local(start_of(entry)).date() in days]


def _named_elsewhere(outbox: Outbox, sheet: Sheet, mine: Sequence[TimeEntry]) -> list[TimeEntry]:
    """Return entries of other days whose whole ID a line gives: it moves them here."""
    there = {str(entry["id"]) for entry in mine}
    wanted = [
        line.number
        for line in sheet.lines
        if is_entity_id(line.number)
        and line.number not in there
        and line.number not in sheet.opened
    ]
    if outbox.unreachable is not None:
        return []
    from clockify_cli.tracking.editing import find_all

    return [plain(entry) for entry in find_all(outbox, wanted)] if wanted else []


def _draft(outbox: Outbox, step: Step) -> Draft:
    if step.kind == UPDATE:
        assert step.before is not None and step.after is not None
        return update_draft(outbox, step.before, step.after)
    if step.kind == DELETE:
        assert step.before is not None
        return delete_draft(outbox, step.before)
    assert step.after is not None
    place = (outbox.account.workspace, outbox.account.user)
    return Draft(CREATE, *place, "", write_body(step.after), after=step.after)


def _label(sheet: Sheet) -> str:
    if len(sheet.days) == 1:
        return f"the day {sheet.days[0]}"
    return f"{len(sheet.days)} days"


def with_way_on(error: ClockifyError, path: str, given: Sequence[str] = ()) -> ClockifyError:
    """Return ``error`` with where the text is kept and how to continue with it.

    Args:
        error: The error.
        path: Where the text is kept.
        given: Options that belong to the text.
    """
    from shlex import quote

    error.details["file"] = path
    more = "".join(f" {option}" for option in given)
    error.hint = f"{error.hint} The text is kept: clockify apply {quote(path)}{more}".strip()
    return error
