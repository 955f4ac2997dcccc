"""What to do with a pending change, given what the service shows: pure decisions, nothing else.

An operation that has waited is compared with the service before it is sent; one whose answer
was lost is looked up. ``look_for`` says what has to be known for that, ``reconcile`` decides:

    Send      send this body (after ending the timer that is in its way)
    Adopt     it has happened: this is what it left
    Done      nothing is left to do, and nothing has to be sent
    Conflict  somebody changed the entry in the meantime; the user decides
    Wait      it was sent a moment ago and may still come
    Drop      it is known not to have happened, and must not be sent
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from clockify_cli.core.model import (
    TimeEntry,
    comparable,
    end_of,
    instant,
    is_running,
    same_content,
    start_of,
    utc_text,
    write_body,
)
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    LOST,
    ONCE,
    QUEUED,
    SENDING,
    STOP,
    UPDATE,
    Operation,
)

Body = dict[str, Any]


class Look(Enum):
    """What has to be asked of the service before anything can be decided."""

    NOTHING = "nothing"
    SAME_START = "same start"  # the user's entries that begin in the operation's second
    ENTRY = "entry"  # the operation's entry as it is now
    NEWEST = "newest"  # the user's newest entries: of a stop without a known entry


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service has shown.

    Attributes:
        alike: Entries that begin in the operation's second and that no other operation of the
            journal has become; newest first.
        entry: The operation's entry; ``None`` if it is gone.
        newest: The user's newest entries; of these, ``taken`` were ended by other operations.
    """

    alike: Sequence[TimeEntry] = ()
    entry: TimeEntry | None = None
    newest: Sequence[TimeEntry] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Send:
    """Send ``body``; ``taken_in`` are pending operations that it carries out as well.

    Attributes:
        before: The entry as it is now, if that is not what the operation was made from; then
            ``after`` is what it shall be.
        ending: The timer that has to be stopped first, at the body's start.
    """

    body: Body
    taken_in: tuple[Operation, ...] = ()
    before: TimeEntry | None = None
    after: TimeEntry | None = None
    ending: TimeEntry | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """It has happened and left ``entry`` (``None``: deleted), along with ``taken_in``.

    Attributes:
        shared: Others have changed other fields of it, which are not to be taken back with it.
        existed: It was there before: nothing was done, and nothing is to be undone.
    """

    entry: TimeEntry | None
    taken_in: tuple[Operation, ...] = ()
    shared: bool = False
    existed: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to send: the entry was made and deleted while both were pending."""

    taken_in: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """The entry is ``current`` now, and ``why`` the operation no longer fits."""

    why: str
    current: TimeEntry | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """It may still come, until so many seconds since the epoch."""

    until: float


@dataclass(frozen=True, slots=True)
class Drop:
    """It did not happen, and must not be sent."""


Decision = Send | Adopt | Done | Conflict | Wait | Drop


def look_for(operation: Operation, seen: Seen | None = None) -> Look:
    """Return what has to be asked of the service to decide about an operation.

    Args:
        operation: A pending one.
        seen: What was shown already: it may raise a second question.
    """
    if operation.kind == CREATE:
        unsure = operation.state != QUEUED or ONCE in operation.meta
        return Look.SAME_START if unsure and seen is None else Look.NOTHING
    if not operation.entry:
        return Look.NEWEST if operation.state != QUEUED and seen is None else Look.NOTHING
    if seen is None:
        return Look.ENTRY
    if operation.kind == STOP and operation.state != QUEUED and not seen.newest:
        # Another timer may have been running by then, and the stop has ended that one.
        ended = seen.entry is None or end_of(seen.entry) not in (None, _end(operation))
        return Look.NEWEST if ended else Look.NOTHING
    return Look.NOTHING


def needs_room(operation: Operation, decision: Decision) -> bool:
    """Say whether sending would end a running timer at the service, which has to be asked for."""
    if not isinstance(decision, Send):
        return False
    if operation.kind == CREATE:
        return "end" not in decision.body
    if operation.kind != UPDATE or "end" in decision.body:
        return False
    return operation.before is None or end_of(operation.before) is not None


def reconcile(
    operation: Operation, seen: Seen, now: float, pending: Sequence[Operation] = ()
) -> Decision:
    """Decide what to do with an operation that has waited, or whose answer was lost.

    Args:
        operation: The operation.
        seen: What the service has shown, as far as :func:`look_for` asked for it.
        now: Seconds since the epoch.
        pending: What else is pending, in order: what was done to an entry that is not created
            yet goes out with its creation.
    """
    if operation.kind == CREATE:
        decision = _create(operation, seen, pending)
    elif not operation.entry:
        decision = _blind_stop(operation, seen)
    elif operation.kind == DELETE:
        decision = _delete(operation, seen.entry)
    elif operation.kind == STOP:
        decision = _stop(operation, seen)
    else:
        decision = _update(operation, seen.entry)
    if isinstance(decision, Send) and operation.state in (SENDING, LOST):
        if operation.hold_until > now:
            return Wait(operation.hold_until)
        if operation.state == LOST:
            return Drop()
    return decision


def make_room(operation: Operation, decision: Send, running: TimeEntry | None) -> Send | Conflict:
    """Decide about the timer that runs where a timer is to be sent.

    It ends at the new start, as it would have done then; one that was started elsewhere after
    that is left to the user.
    """
    if running is None or str(running.get("id")) == operation.entry:
        return decision
    if operation.kind == UPDATE or operation.verb in ("undo", "redo"):
        return Conflict("another timer is running", running)
    if start_of(running) >= instant(decision.body["start"]):
        return Conflict("another timer was started elsewhere after it", running)
    return Send(decision.body, decision.taken_in, ending=running)


def folded(
    operation: Operation, pending: Sequence[Operation]
) -> Iterator[tuple[Body | None, tuple[Operation, ...]]]:
    """Yield a creation's body as recorded, then with one after the other of what was done to it.

    A timer started and stopped offline so becomes one finished entry in one request. The body
    is ``None`` once the entry was deleted.
    """
    body, taken_in = operation.payload, tuple[Operation, ...]()
    yield body, taken_in
    for follower in pending:
        if follower.entry != operation.entry or follower.id == operation.id:
            continue
        if follower.state != QUEUED:
            return
        taken_in = (*taken_in, follower)
        if follower.kind == DELETE:
            yield None, taken_in
            return
        body = (
            {**body, "end": follower.payload["end"]}
            if follower.kind == STOP
            else dict(follower.payload)
        )
        yield body, taken_in


def best_match(
    candidates: Sequence[TimeEntry], body: Body, *, exact: bool = False
) -> TimeEntry | None:
    """Return the candidate that the request ``body`` would have become; the nearest of several.

    Start, description and project must agree; task, end and tags decide between several.

    Args:
        candidates: Entries.
        body: The request.
        exact: Task, end and tags must agree as well.
    """
    start = instant(body["start"])

    def fits(entry: TimeEntry) -> bool:
        return (
            start_of(entry) == start
            and (entry.get("description") or "").strip() == (body.get("description") or "").strip()
            and (entry.get("projectId") or None) == (body.get("projectId") or None)
            and (not exact or all(nearness(entry)[:3]))
        )

    def nearness(entry: TimeEntry) -> tuple[bool, bool, bool, str]:
        end = end_of(entry)
        return (
            (utc_text(end) if end else None) == body.get("end"),
            (entry.get("taskId") or None) == (body.get("taskId") or None),
            sorted(entry.get("tagIds") or []) == sorted(body.get("tagIds") or []),
            str(entry.get("id")),
        )

    return max(filter(fits, candidates), key=nearness, default=None)


def changed_fields(before: TimeEntry, after: TimeEntry) -> dict[str, tuple[Any, Any]]:
    """Return the user-visible fields in which two versions differ, old and new value."""
    old, new = comparable(before), comparable(after)
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def merged(now: TimeEntry, after: TimeEntry, mine: set[str]) -> TimeEntry:
    """Return ``now`` with the fields named in ``mine`` taken from ``after``."""
    made = dict(now)
    made["timeInterval"] = dict(now["timeInterval"])
    for name in mine:
        if name in ("start", "end"):
            made["timeInterval"][name] = after["timeInterval"].get(name)
        elif name == "customFields":
            made["customFieldValues"] = after.get("customFieldValues")
        else:
            made[name] = after.get(name)
    return made


def _create(operation: Operation, seen: Seen, pending: Sequence[Operation]) -> Decision:
    if operation.state != QUEUED:
        sent = operation.sent or operation.payload
        found = best_match(seen.alike, sent)
        if found is not None:
            # What it had taken in when it was sent has happened too.
            taken_in = [part for body, part in folded(operation, pending) if body == sent]
            return Adopt(found, taken_in[-1] if taken_in else ())
    elif ONCE in operation.meta:
        found = best_match(seen.alike, operation.payload, exact=True)
        if found is not None:
            return Adopt(found, existed=True)
    body, taken_in_now = list(folded(operation, pending))[-1]
    return Done(taken_in_now) if body is None else Send(body, taken_in_now)


def _blind_stop(operation: Operation, seen: Seen) -> Decision:
    found = stopped_by(operation, seen) if operation.state != QUEUED else None
    return Adopt(found) if found is not None else Send(operation.payload)


def stopped_by(operation: Operation, seen: Seen) -> TimeEntry | None:
    """Return the entry that a stop has ended, among the newest, or ``None``.

    A timer that began before the stop and still runs tells that it has not happened. Else it
    is the entry with this end that no other operation of the journal has ended.
    """
    end = _end(operation)
    for found in seen.newest:
        ended = end_of(found)
        if ended is None and start_of(found) <= end:
            return None
        if ended == end and str(found.get("id")) not in seen.taken:
            return found
    return None


def _delete(operation: Operation, now: TimeEntry | None) -> Decision:
    if now is None:
        return Adopt(None)
    if operation.before is not None and not same_content(now, operation.before):
        return Conflict("it was changed in the meantime", now)
    return Send(operation.payload)


def _stop(operation: Operation, seen: Seen) -> Decision:
    now, end = seen.entry, _end(operation)
    if operation.state != QUEUED and (now is None or end_of(now) not in (None, end)):
        found = stopped_by(operation, seen)
        if found is not None:
            return Adopt(found)
    if now is None:
        return Conflict("it was deleted in the meantime")
    ended = end_of(now)
    if ended == end:
        return Adopt(now)
    if ended is not None:
        return Conflict("it was stopped elsewhere at another time", now)
    if end < start_of(now):
        return Conflict("its start was moved after this end", now)
    return Send(operation.payload)


def _update(operation: Operation, now: TimeEntry | None) -> Decision:
    before, after = operation.before, operation.after
    if now is None:
        return Conflict("it was deleted in the meantime")
    ended = before is not None and is_running(before) and not is_running(now)
    if operation.verb == "split" and operation.state == QUEUED and ended:
        return Conflict("it was stopped elsewhere", now)  # its last piece would run on
    if after is not None and same_content(now, after):
        return Adopt(now)
    if before is None or after is None or same_content(now, before):
        return Send(operation.payload)
    mine = changed_fields(before, after)
    theirs = changed_fields(before, now)
    clash = sorted(n for n in mine.keys() & theirs.keys() if mine[n][1] != theirs[n][1])
    if clash:
        return Conflict(f"{', '.join(clash)} was changed elsewhere", now)
    wanted = merged(now, after, set(mine))
    if same_content(now, wanted):
        return Adopt(now, shared=True)
    return Send(write_body(wanted), before=now, after=wanted)


def _end(operation: Operation) -> Any:
    return instant(operation.payload["end"])
