"""The timer: start, stop, continue, discard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    TimeError,
    UnreachableError,
    UsageError,
)
from clockify_cli.core.model import (
    TimeEntry,
    entry_from_body,
    is_entity_id,
    is_running,
    start_of,
    utc_text,
    with_interval,
)
from clockify_cli.core.naming import folded
from clockify_cli.journal.operation import CREATE, DELETE, STOP, Draft
from clockify_cli.journal.outbox import Outbox
from clockify_cli.tracking.content import (
    Asked,
    Content,
    checked_description,
    content_of,
    typed,
)

NOTHING_RUNS = "No timer is running."
START_ONE = "Start one: clockify start …"
FRESH_SECONDS = 60  # what was heard so lately is not asked for again before an earlier start
RECENT = 200  # entries that ``continue`` looks through: one page


@dataclass(frozen=True, slots=True)
class Started:
    """A timer that was started, and the one that it ended."""

    entry: TimeEntry
    stopped: TimeEntry | None


def start(outbox: Outbox, content: Content, at: datetime, *, verb: str = "start") -> Started:
    """Start a timer; one that is known to run is stopped at the new start.

    One request, two where a timer has to be stopped: the service would end it by itself,
    but nobody knows at which instant.
    """
    with outbox.delivery_lock():
        running = outbox.known_running
        drafts = []
        if running is None and (not outbox.is_sure or _may_have_begun_after(outbox, at)):
            running = _asked(outbox, None)
        running = _asked_again(outbox, running, at)
        if running is not None:
            if at < start_of(running):
                raise UsageError(
                    f"The running timer began after that, at {_local(outbox, start_of(running))}.",
                    "Start later than that, or stop it first: clockify stop, clockify discard.",
                )
            drafts.append(stop_draft(outbox, running, at))
        drafts.append(create_draft(outbox, content, at, None))
        written = outbox.write(
            verb,
            content.description or "a timer",
            drafts,
            # Somebody stopped it elsewhere meanwhile: all the better.
            tolerate=lambda operation, error: operation.kind == STOP and _runs_no_more(error),
        )
        stopped = None
        if running is not None and written.operations[0].after:
            stopped = written.entry(0) if written.operations[0].state != "dropped" else None
        return Started(written.entry(), stopped)


def stop(outbox: Outbox, at: datetime | Callable[[datetime], datetime]) -> TimeEntry:
    """Stop the running timer at ``at`` and return the finished entry. One request.

    Args:
        outbox: The outbox.
        at: The end, or a function that tells it from the timer's start.

    Raises:
        NotFoundError: Nothing runs.
        UsageError: ``at`` lies before the timer's start.
    """
    with outbox.delivery_lock():
        running = outbox.known_running
        if running is None and outbox.unreachable is not None:
            if outbox.last_known.is_known:
                raise NotFoundError(
                    NOTHING_RUNS, f"{START_ONE} (Clockify is away; this is as last known.)"
                )
            raise outbox.unreachable
        if not isinstance(at, datetime):
            running, at = _ended(outbox, running, at)
        running = _asked_again(outbox, running, at)
        if running is not None and at < start_of(running):
            raise UsageError(
                f"The timer began after that, at {_local(outbox, start_of(running))}.",
                "Choose a later end, or drop the timer: clockify discard.",
            )
        if running is not None:
            draft = stop_draft(outbox, running, at)
        else:
            draft = Draft(
                STOP, outbox.account.workspace, outbox.account.user, "", {"end": utc_text(at)}
            )
        try:
            return outbox.write("stop", "the running timer", [draft]).entry()
        except NotFoundError as error:
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
        if outbox.unreachable is None:
            try:
                outbox.running()
            except (UnreachableError, RateLimitError) as error:
                outbox.unreachable = error
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


def resume(outbox: Outbox, like: TimeEntry, at: datetime, *, verb: str = "continue") -> Started:
    """Start a timer with the content of another entry."""
    if is_running(like) and not like.get("queued"):
        raise UsageError("That timer is running already.", "See it: clockify status.")
    return start(outbox, content_of(like), at, verb=verb)


def earlier_entry(outbox: Outbox, text: str, *, breaks: bool = True) -> TimeEntry:
    """Return the entry that ``continue`` means. One request.

    Args:
        outbox: The outbox.
        text: A handle (``@2``, an ID), or text that a recent entry's description contains;
            empty for the newest one.
        breaks: Whether a break may be meant; what runs is passed over otherwise too.

    Raises:
        NotFoundError: There is none.
    """
    if text.startswith(("@", "local-")) or is_entity_id(text):
        return outbox.find(text)
    recent = outbox.newest(RECENT)
    if not breaks:
        # Going on after a break: neither the break itself nor what is being done already.
        recent = [e for e in recent if e.get("type") != "BREAK" and not is_running(e)]
    if text:
        wanted = folded(text)
        recent = [e for e in recent if wanted in folded(e.get("description") or "")]
        if not recent:
            raise NotFoundError(
                f"None of your last {RECENT} entries has '{text}' in its description.",
                "See them: clockify entries last-30d. Or start anew: clockify start …",
            )
    if not recent:
        raise NotFoundError("There is no earlier entry.", START_ONE)
    return recent[0]


def switch(
    outbox: Outbox,
    at: datetime,
    *,
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
        raise UsageError("What should it switch to?", "Such as: clockify switch 'Answer mail'.")
    running = outbox.known_running or outbox.running()
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
    return start(outbox, new, at, verb="switch")


def start_break(outbox: Outbox, description: str, at: datetime) -> Started:
    """Stop the running timer and start an entry of type BREAK. Two requests.

    Raises:
        RefusedError: The workspace has no breaks.
    """
    content = Content(description=checked_description(description), type="BREAK")
    try:
        return start(outbox, content, at, verb="break")
    except RefusedError as error:
        error.hint = f"{error.hint} Without a break entry: clockify break --gap.".strip()
        raise


def _asked_again(outbox: Outbox, running: TimeEntry | None, at: datetime) -> TimeEntry | None:
    """Return what runs, asking the service where what is known contradicts ``at``.

    It may have been stopped elsewhere meanwhile, and another one started.
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


def _may_have_begun_after(outbox: Outbox, at: datetime) -> bool:
    """Say whether a timer may have been started elsewhere behind an earlier start.

    The service would end that one before it began: its time would be gone without a word.
    """
    return at < outbox.now and outbox.last_known.as_of < outbox.now.timestamp() - FRESH_SECONDS


def _asked(outbox: Outbox, known: TimeEntry | None) -> TimeEntry | None:
    """Return what the service says to run; what is known where it cannot be asked."""
    if outbox.unreachable is not None:
        return known
    try:
        return outbox.running()
    except (UnreachableError, RateLimitError):
        return known


def stop_this(outbox: Outbox, entry: TimeEntry, at: datetime) -> TimeEntry:
    """Stop this very timer, should it still run; leave one that was started since alone."""
    running = outbox.known_running
    if running is None or running.get("id") != entry.get("id"):
        raise NotFoundError("It is not running any more.", "See 'clockify entries'.")
    return stop(outbox, at)


def create_draft(
    outbox: Outbox, content: Content, start: datetime, end: datetime | None, user: str = ""
) -> Draft:
    """Return the write that creates an entry."""
    who = user or outbox.account.user
    body = content.body(start, end)
    after = entry_from_body("", outbox.account.workspace, who, body)
    return Draft(CREATE, outbox.account.workspace, who, "", body, after=after)


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


def _local(outbox: Outbox, moment: datetime) -> str:
    local = moment.astimezone(outbox.zone)
    same_day = local.date() == outbox.now.astimezone(outbox.zone).date()
    return local.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M:%S")
