"""The timer: start, stop, continue, discard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    NotFoundError,
    RefusedError,
    StorageError,
    StrangerError,
    TimeError,
    UnknownWorkspaceError,
    UsageError,
)
from clockify_cli.core.model import (
    TimeEntry,
    entry_from_body,
    is_running,
    start_of,
    utc_text,
    with_interval,
)
from clockify_cli.journal.operation import CREATE, DELETE, DROPPED, STOP, UNRESOLVED, Draft
from clockify_cli.journal.outbox import Outbox, WriteResult
from clockify_cli.tracking.content import (
    Asked,
    Content,
    checked_description,
    content_of,
    typed,
)

NOTHING_RUNS = "No timer is running."
START_ONE = "Start one: clockify start …"
CLOCK_TOLERANCE = timedelta(minutes=2)  # how far a clock may be behind a timer's start
WARM_HOURS = 12  # so old may be what is known of the running timer, if no setting says
FRESH_SECONDS = 60  # what was heard so lately is not asked for again before an earlier start
GAP = "break"  # the verb of a stop that leaves the time of a break empty


class Started(NamedTuple):
    """A timer that was started, and the one that it ended."""

    entry: TimeEntry
    stopped: TimeEntry | None


def start(
    outbox: Outbox,
    content: Content,
    at: datetime | None,
    *,
    verb: str = "start",
    agreed: str = "",
) -> Started:
    """Start a timer; one that is known to run is stopped at the new start.

    One request, two if a timer has to be stopped: the service would end it by itself,
    but nobody knows at which instant.

    Args:
        outbox: The outbox.
        content: What the timer is about.
        at: Its start; ``None`` for now, which then is the first instant that is possible.
        verb: The command.
        agreed: The ID of a forgotten timer that may end now.

    Raises:
        ForgottenTimer: It would end a timer that was left running.
    """
    with outbox.delivery_lock():
        when = _now(outbox) if at is None else at
        running = outbox.known_running
        if running is None and (_is_cold(outbox) or _may_have_begun_after(outbox, when)):
            running = _asked(outbox, None)
        running = _asked_again(outbox, running, when)
        if at is None:
            running = _refuse_forgotten(outbox, running, agreed)
        if running is not None:
            when = _not_before(outbox, running, when, typed=at is not None)

        def send(when: datetime) -> WriteResult:
            drafts = [] if running is None else [stop_draft(outbox, running, when)]
            return outbox.write(
                verb,
                content.description or "a timer",
                [*drafts, create_draft(outbox, content, when, None)],
                # Somebody stopped it elsewhere in the meantime: all the better.
                tolerate=lambda operation, error: operation.kind == STOP and _runs_no_more(error),
            )

        written = _or_a_second_later(running, when, send, typed=at is not None)
        stopped = None
        if running is not None and written.operations[0].after:
            stopped = written.entry(0) if written.operations[0].state != DROPPED else None
        return Started(written.entry(), stopped)


def stop(
    outbox: Outbox,
    at: datetime | Callable[[datetime], datetime] | None,
    *,
    verb: str = "stop",
    agreed: str = "",
) -> TimeEntry:
    """Stop the running timer and return the finished entry. One request.

    Args:
        outbox: The outbox.
        at: Its end; ``None`` for now, or what gives the end for the timer's start.
        verb: The command.
        agreed: The ID of a forgotten timer that may end now.

    Raises:
        NotFoundError: No timer is running.
        UsageError: ``at`` lies before the timer's start.
        ForgottenTimer: It was left running.
    """
    with outbox.delivery_lock():
        running = outbox.known_running
        if running is None and outbox.unreachable is not None:
            if outbox.last_known.is_known:
                raise NotFoundError(
                    NOTHING_RUNS,
                    f"{START_ONE} (Clockify is unreachable; this is the last known state.)",
                )
            raise outbox.unreachable
        if running is None and _is_cold(outbox):
            running = _asked(outbox, None)
        if callable(at):
            running, at = _ended(outbox, running, at)
        when = _now(outbox) if at is None else at
        running = _asked_again(outbox, running, when)
        if at is None and running is not None:
            running = _refuse_forgotten(outbox, running, agreed)
            if running is None:
                raise NotFoundError(NOTHING_RUNS, START_ONE)
        if running is not None:
            when = _not_before(outbox, running, when, typed=at is not None)

        def send(when: datetime) -> WriteResult:
            account = outbox.account
            body = {"end": utc_text(when)}
            draft = (
                Draft(STOP, account.workspace, account.user, "", body)
                if running is None
                else stop_draft(outbox, running, when)
            )
            return outbox.write(verb, "the running timer", [draft])

        try:
            return _or_a_second_later(running, when, send, typed=at is not None).entry()
        except NotFoundError as error:
            if isinstance(error, UnknownWorkspaceError):
                raise
            outbox.learn_running(None)
            raise NotFoundError(NOTHING_RUNS, START_ONE, status=error.status) from error


def _ended(
    outbox: Outbox, running: TimeEntry | None, end_of: Callable[[datetime], datetime]
) -> tuple[TimeEntry, datetime]:
    """Return the running timer and its end, asking the service if what is known has no such end."""
    if running is not None:
        try:
            return running, end_of(start_of(running))
        except TimeError:
            before, running = running, _asked(outbox, running)
            if running is not None and start_of(running) == start_of(before):
                raise
    else:
        running = outbox.running()
    if running is None:
        raise NotFoundError(NOTHING_RUNS, START_ONE)
    return running, end_of(start_of(running))


def discard(outbox: Outbox) -> TimeEntry:
    """Delete the running timer and return it. Two requests: it is looked at first."""
    with outbox.delivery_lock():
        _asked(outbox, None)
        running = outbox.known_running
        if running is None:
            if outbox.unreachable is not None and not outbox.last_known.is_known:
                raise outbox.unreachable
            raise NotFoundError(NOTHING_RUNS, START_ONE)
        draft = Draft(
            DELETE,
            outbox.account.workspace,
            outbox.account.user,
            str(running["id"]),
            before=plain(running),
        )
        return outbox.write("discard", running.get("description") or "a timer", [draft]).entry()


def switch(
    outbox: Outbox,
    at: datetime | None,
    *,
    agreed: str = "",
    like: TimeEntry | None = None,
    description: str | None = None,
    project: str | None = None,
    task: str | None = None,
    tags: Sequence[str] | None = None,
    billable: bool | None = None,
) -> Started:
    """Stop the running timer and start another; what is ``None`` is taken from it. Two requests.

    Raises:
        NotFoundError: Nothing is known to run.
        UsageError: Nothing would be different.
    """
    asked = (description, project, task, tags, billable)
    if all(value is None for value in asked):
        raise UsageError("What should it switch to?", "For example: clockify switch 'Answer mail'.")
    running = like or outbox.known_running or outbox.running()
    if running is None:
        raise NotFoundError(NOTHING_RUNS, START_ONE)
    old = content_of(running)
    other = project is not None or task is not None
    new = typed(
        outbox.names,
        Asked(
            description=old.description if description is None else description,
            project=old.project if project is None else project,
            task=task if other else old.task,
            tags=old.tags if tags is None else tuple(tags),
            # Another project has a default of its own.
            billable=billable if billable is not None or project is not None else old.billable,
        ),
    )
    return start(outbox, new, at, verb="switch", agreed=agreed)


def start_break(
    outbox: Outbox, description: str, at: datetime | None, *, agreed: str = ""
) -> Started:
    """Stop the running timer and start an entry of type BREAK. Two requests.

    Raises:
        RefusedError: The workspace has no breaks.
    """
    content = Content(description=checked_description(description), type="BREAK")
    try:
        return start(outbox, content, at, verb="break", agreed=agreed)
    except RefusedError as error:
        error.hint = f"{error.hint} Without a break entry: clockify break --gap.".strip()
        raise


class ForgottenTimer(UsageError):
    """A timer that was left running would be booked up to now; the user decides first."""

    def __init__(self, outbox: Outbox, running: TimeEntry) -> None:
        hours = (outbox.now - start_of(running)).total_seconds() / 3600
        what = running.get("description") or "The timer"
        super().__init__(
            f"'{what}' has been running for {hours:.0f} hours, since "
            f"{local_text(outbox, start_of(running))}.",
            "Say when it ended: clockify stop --at "
            f"'{likely_end(outbox, running):%Y-%m-%d %H:%M}'; or end it now: add --yes.",
        )
        self.entry = running


def _refuse_forgotten(outbox: Outbox, running: TimeEntry | None, agreed: str) -> TimeEntry | None:
    """Return the timer that may end now; one that seems forgotten is asked for before.

    It may have been stopped elsewhere long ago.

    Raises:
        ForgottenTimer: It was left running, and nobody has agreed.
    """
    if not _is_forgotten(outbox, running, agreed):
        return running
    if _is_old(outbox):
        running = _asked(outbox, running)
    if running is not None and _is_forgotten(outbox, running, agreed):
        raise ForgottenTimer(outbox, running)
    return running


def _is_forgotten(outbox: Outbox, running: TimeEntry | None, agreed: str) -> bool:
    long = timedelta(hours=outbox.long_hours)
    if not long or running is None:
        return False
    # A timer that was pending when it was agreed to may have been delivered since.
    if agreed and str(running.get("id")) in (agreed, outbox.journal.service_id(agreed)):
        return False
    return _now(outbox) - start_of(running) > long


def likely_end(outbox: Outbox, running: TimeEntry) -> datetime:
    """Return an end that is likelier than now, in the run's zone: that evening, or an hour on."""
    start = start_of(running).astimezone(outbox.zone)
    evening = start.replace(hour=18, minute=0, second=0)
    return evening if start < evening < outbox.now else start + timedelta(hours=1)


def _now(outbox: Outbox) -> datetime:
    """Return the present, read now: it was some time ago that the command began."""
    return outbox.refresh_now() if outbox.refresh_now is not None else outbox.now


def _is_cold(outbox: Outbox) -> bool:
    """Say whether what is known of the running timer is too little to go by."""
    hours = outbox.long_hours or WARM_HOURS
    old = outbox.last_known.as_of < outbox.now.timestamp() - hours * 3600
    return old or not outbox.is_sure


def _not_before(outbox: Outbox, running: TimeEntry, when: datetime, *, typed: bool) -> datetime:
    """Return ``when``, or the timer's start if nobody typed the time and the clock is behind it.

    Raises:
        UsageError: The time was typed, or the clock is too far behind to go by.
    """
    began = start_of(running)
    if when >= began:
        return when
    if typed:
        raise UsageError(
            f"The timer started later, at {local_text(outbox, began)}.",
            "Choose a later time; 'clockify status' shows the timer.",
        )
    behind = began - when
    skew = outbox.gateway().clock_skew if outbox.unreachable is None else None
    if behind > CLOCK_TOLERANCE and skew is not None:
        when = max(when + timedelta(seconds=round(skew)), began)
        behind = timedelta(0) if when > began else behind - timedelta(seconds=round(skew))
    if behind > CLOCK_TOLERANCE:
        raise UsageError(
            f"This computer's clock is {_span(behind)} behind: the timer started at "
            f"{local_text(outbox, began)}.",
            "Set the clock, or give the time: --at WHEN.",
        )
    when = max(when, began)
    if began - outbox.now > timedelta(seconds=1):
        outbox.notice(
            f"This computer's clock is {_span(began - outbox.now)} behind the timer's start; "
            f"{local_text(outbox, when)} was used instead of now."
        )
    return when


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def _or_a_second_later(
    running: TimeEntry | None,
    when: datetime,
    send: Callable[[datetime], WriteResult],
    *,
    typed: bool,
) -> WriteResult:
    """Send a change that ends ``running``; a second later, should an empty entry be refused."""
    try:
        return send(when)
    except NotFoundError:
        raise
    except RefusedError as error:
        empty = running is not None and when == start_of(running)
        if typed or not empty or isinstance(error, ConflictError):
            raise
        return send(when + timedelta(seconds=1))


def _asked_again(outbox: Outbox, running: TimeEntry | None, at: datetime) -> TimeEntry | None:
    """Return the running timer, asking the service if what is known contradicts ``at``.

    It may have been stopped elsewhere in the meantime, and another one started.
    """
    if running is None or at >= start_of(running) or outbox.unreachable is not None:
        return running
    return _asked(outbox, running)


def _runs_no_more(error: ClockifyError) -> bool:
    """Say whether a stop failed because the timer had ended already."""
    if isinstance(error, ConflictError):
        now = error.details.get("current")
        return now is None or not is_running(now)
    return isinstance(error, NotFoundError)


def _is_old(outbox: Outbox) -> bool:
    """Say whether another timer may have been started elsewhere since the service was asked."""
    return outbox.last_known.as_of < outbox.now.timestamp() - FRESH_SECONDS


def _may_have_begun_after(outbox: Outbox, at: datetime) -> bool:
    """Say whether a timer may have been started elsewhere behind an earlier start.

    The service would end that one before it began: its time would be gone without a word.
    """
    return at < outbox.now and _is_old(outbox)


def _asked(outbox: Outbox, known: TimeEntry | None) -> TimeEntry | None:
    """Return what the service says is running; what is known if it cannot be asked."""
    if outbox.unreachable is not None:
        return known
    try:
        return outbox.running()
    except ClockifyError as error:
        if error.blames_change or isinstance(error, (StrangerError, StorageError)):
            raise
        outbox.unreachable = error
        return known


def stop_this(outbox: Outbox, entry: TimeEntry) -> TimeEntry:
    """Stop this very timer, should it still run; leave one that was started since alone."""
    with outbox.delivery_lock():
        running = outbox.known_running
        number = str(entry.get("id"))
        if running is not None and _is_old(outbox):
            running = _asked(outbox, running)
        delivered = outbox.journal.service_id(number) or number
        if running is None or str(running.get("id")) not in (number, delivered):
            raise NotFoundError("It is not running any more.", "See 'clockify entries'.")
        return stop(outbox, None, agreed=str(running["id"]))


def create_draft(
    outbox: Outbox,
    content: Content,
    start: datetime,
    end: datetime | None,
    user: str = "",
    *,
    meta: dict[str, Any] | None = None,
) -> Draft:
    """Return the write that creates an entry."""
    who = user or outbox.account.user
    body = content.body(start, end)
    after = entry_from_body("", outbox.account.workspace, who, body)
    meta = dict(meta or {})
    if content.unresolved:
        meta[UNRESOLVED] = after[UNRESOLVED] = dict(content.unresolved)
    return Draft(CREATE, outbox.account.workspace, who, "", body, after=after, meta=meta)


def stop_draft(outbox: Outbox, running: TimeEntry, at: datetime) -> Draft:
    """Return the write that ends ``running`` at ``at``."""
    before = plain(running)
    return Draft(
        STOP,
        outbox.account.workspace,
        outbox.account.user,
        str(running["id"]),
        {"end": utc_text(at)},
        before=before,
        after=with_interval(before, start_of(running), at),
    )


def plain(entry: TimeEntry) -> TimeEntry:
    """Return the entry without our own mark of the queue."""
    return {k: v for k, v in entry.items() if k != "queued"}


def local_text(outbox: Outbox, moment: datetime) -> str:
    """Write an instant as the wall clock of the run's zone, with its day unless it is today."""
    local = moment.astimezone(outbox.zone)
    same_day = local.date() == outbox.now.astimezone(outbox.zone).date()
    return local.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M:%S")
