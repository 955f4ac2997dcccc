"""Bringing the journal's operations to the service, each exactly once.

Only the holder of the journal's turn delivers. An operation goes from ``queued`` through
``sending`` to ``done``; an answer that is lost leaves it ``sending``, and it is looked up
before it is sent again. One that waited is compared with the service first: what somebody
changed meanwhile is a conflict, never overwritten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    SignInError,
    StorageError,
    UnclearError,
    UnreachableError,
)
from clockify_cli.core.model import TimeEntry, end_of, instant, same_content, start_of, write_body
from clockify_cli.gateway import entries
from clockify_cli.gateway.client import Gateway
from clockify_cli.journal import lookup
from clockify_cli.journal.operation import (
    CONFLICT,
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    HOLD_SECONDS,
    LOCAL,
    QUEUED,
    REFUSED,
    SENDING,
    STOP,
    UPDATE,
    WAITING,
    WHOLE,
    Draft,
    Operation,
)
from clockify_cli.journal.store import Journal

SETTLE_SECONDS = 1.0  # after a cut the service may have just begun with the request
UNREACHABLE = (
    UnreachableError,
    RateLimitError,
    SignInError,
)  # the operation itself is not at fault


class OnHold(UnclearError):
    """A write went out and is not there yet: too early to send it again."""

    timed_out = True


class Delivery:
    """Delivers operations for one account.

    Args:
        journal: The journal, whose turn the caller holds.
        gateway: The client.
        own_user: The signed-in user's ID: entries of others are created by another path.
        settled: Told of each operation that was brought to ``done``, and whether the service has
            just answered it; it may have happened before, or with another one.
    """

    def __init__(
        self,
        journal: Journal,
        gateway: Gateway,
        own_user: str,
        settled: Callable[[Operation, bool], None] | None = None,
    ) -> None:
        self._journal = journal
        self._gateway = gateway
        self._own_user = own_user
        self._settled = settled
        self._patient = True

    def deliver_waiting(self, deadline: float | None = None, *, patient: bool = False) -> bool:
        """Deliver what waits, in order; set aside what is refused and go on.

        Args:
            deadline: ``time.monotonic()`` after which no further one is begun.
            patient: Wait for those on hold instead of leaving them.

        Returns:
            Whether nothing is left that a later write would have to wait for: what depends on
            a write that was set aside does not count.

        Raises:
            UnreachableError, RateLimitError, SignInError: The rest waits on.
        """
        self._patient = patient
        stuck: set[str] = {o.entry for o in self._journal.set_aside() if o.entry}
        broken = {o.change for o in self._journal.set_aside() if o.verb in WHOLE}
        held = False

        def skip(operation: Operation, name: str) -> None:
            if name:
                stuck.add(name)
            if operation.verb in WHOLE:
                broken.add(operation.change)

        for number in [o.id for o in self._journal.waiting()]:
            if deadline is not None and time.monotonic() > deadline:
                return False
            operation = self._journal.operation(number)
            if operation.state not in WAITING:
                continue  # one before it has taken it in
            name = operation.entry
            if name in stuck or operation.change in broken:
                skip(operation, name)
                continue  # depends on one that was set aside or is on hold
            try:
                self._deliver_in_order(operation)
            except OnHold:
                held = True
                skip(operation, name)
            except UNREACHABLE:
                raise
            except StorageError:
                raise
            except ClockifyError as error:
                if operation.state in WAITING:  # it could not even be looked up
                    told = {**error.as_json()["error"], "unclear": operation.state == SENDING}
                    self._journal.move(operation, REFUSED, error=told)
                skip(operation, name)
        return not held

    def _deliver_in_order(self, operation: Operation) -> None:
        """Deliver one that waits; wait out its hold first where there is patience for it.

        Raises:
            OnHold: There is not.
        """
        hold = operation.hold_until
        if operation.state == SENDING and hold > time.time():
            if self._happened(operation):  # most often it has
                return
            if not self._patient:
                raise OnHold("It was sent a moment ago and is not there yet.")
            time.sleep(max(0.0, min(hold - time.time(), HOLD_SECONDS)))
        self.deliver(operation, fresh=False)

    def deliver(self, operation: Operation, *, fresh: bool) -> Operation:
        """Deliver one operation and return it ``done``.

        Args:
            operation: One that waits.
            fresh: It was recorded by this command a moment ago, from what the service has
                just said: it needs no comparison first.

        Raises:
            UnclearError: It is not known whether it happened; it stays ``sending``.
            UnreachableError, RateLimitError, SignInError: It did not happen and stays ``queued``.
            ConflictError: The entry was changed meanwhile; set aside.
            ClockifyError: Refused; set aside.
        """
        if operation.state == SENDING and not fresh:
            if self._happened(operation):
                return operation
            self._journal.move(operation, QUEUED)
        elif not fresh and self._compare(operation):
            return operation
        if not fresh:
            self._refuse_second_timer(operation)
        tries = 0
        while True:
            tries += 1
            # Anew at each try: the look-up in between may have taken in a change made elsewhere.
            body, taken_in = (operation.payload, []) if fresh else self._with_followers(operation)
            if body is None:
                return operation
            if not (fresh and tries == 1 and operation.state == SENDING):
                hold = time.time() + HOLD_SECONDS
                self._journal.move(operation, SENDING, sent=body, hold_until=hold)
            try:
                answer = self._send(operation, body)
            except UnclearError as error:
                if self._resolve_lost_answer(operation, error):
                    return operation
                if tries >= 2:
                    raise UnreachableError(
                        error.message, error.hint, status=error.status
                    ) from error
            except UNREACHABLE as error:
                self._journal.move(operation, QUEUED, error=error.as_json()["error"])
                raise
            except ClockifyError as error:
                self._journal.move(operation, REFUSED, error=error.as_json()["error"])
                raise
            else:
                self._finish(operation, answer, answered=True)
                for follower in taken_in:
                    self._finish(follower, answer)
                return operation

    # -- work on an entry that waits ---------------------------------------------------

    def _with_followers(
        self, operation: Operation
    ) -> tuple[dict[str, Any] | None, list[Operation]]:
        """Return the body of a creation with what was done to it while both waited.

        A timer started and stopped offline so becomes one finished entry in one request.

        Returns:
            The body and the operations that it takes in; no body where the entry was
            deleted while it waited, so that nothing is left to send.
        """
        body, taken_in = list(self._folded(operation))[-1]
        if body is None:
            # Made and deleted while both waited: as if it had been, so that undo finds it.
            self._journal.move_all([operation, *taken_in], DONE)
        elif operation.kind == CREATE and "end" not in body:
            self._make_room(operation)
        return body, taken_in

    def _folded(
        self, operation: Operation
    ) -> Iterator[tuple[dict[str, Any] | None, list[Operation]]]:
        """Yield the body as recorded, then with one after the other of what was done to it."""
        body, taken_in = operation.payload, list[Operation]()
        yield body, taken_in
        if operation.kind != CREATE:
            return
        for follower in self._journal.waiting():
            if follower.entry != operation.entry or follower.id == operation.id:
                continue
            if follower.state != QUEUED:
                return
            taken_in = [*taken_in, follower]
            if follower.kind == DELETE:
                yield None, taken_in
                return
            end = {"end": follower.payload["end"]} if follower.kind == STOP else {}
            body = {**body, **end} if follower.kind == STOP else follower.payload
            yield body, taken_in

    def _make_room(self, operation: Operation) -> None:
        """End the timer that runs now, as the user's start would have done at its time.

        Raises:
            ConflictError: One was started elsewhere after this one; the user decides.
            ClockifyError: That one cannot be ended; this one is set aside.
        """
        now = entries.running_entry(self._gateway, operation.workspace, operation.user)
        if now is None:
            return
        if start_of(now) >= instant(operation.payload["start"]):
            self._conflict(operation, now, "another timer was started elsewhere after it")
        if operation.verb == "undo":
            self._conflict(operation, now, "another timer is running")
        # Of the same change, so that it is taken back with it; it may have been tried before.
        stop = next(
            (
                o
                for o in self._journal.of_change(operation.change)
                if o.kind == STOP and o.state in WAITING and o.entry == now["id"]
            ),
            None,
        )
        if stop is None:
            end = {"end": operation.payload["start"]}
            draft = Draft(STOP, operation.workspace, operation.user, str(now["id"]), end, now)
            stop = self._journal.add(operation.change, draft, SENDING)
        try:
            self.deliver(stop, fresh=True)
        except NotFoundError:
            self._journal.move(stop, DROPPED)  # nothing runs any more
        except UNREACHABLE:
            raise
        except ClockifyError as error:
            self._journal.move(stop, DROPPED)
            self._journal.move(operation, REFUSED, error=error.as_json()["error"])
            raise

    def _refuse_second_timer(self, operation: Operation) -> None:
        """Refuse to make an entry run again while another one does: the service would end that.

        Raises:
            ConflictError: Another one runs.
        """
        if operation.kind != UPDATE or "end" in operation.payload:
            return
        if operation.before is not None and end_of(operation.before) is None:
            return
        now = entries.running_entry(self._gateway, operation.workspace, operation.user)
        if now is not None and now["id"] != self._service_id(operation):
            self._conflict(operation, now, "another timer is running")

    # -- sending --------------------------------------------------------------------

    def _send(self, operation: Operation, body: dict[str, Any]) -> TimeEntry | None:
        workspace, user = operation.workspace, operation.user
        if operation.kind == CREATE:
            own = user == self._own_user
            place = entries.entries_path(workspace) if own else entries.user_path(workspace, user)
            return self._entry("POST", place, body)
        if operation.kind == STOP:
            return self._entry("PATCH", entries.user_path(workspace, user), body)
        place = entries.entry_path(workspace, self._service_id(operation))
        if operation.kind == UPDATE:
            return self._entry("PUT", place, body)
        answer = self._gateway.send("DELETE", place)
        if answer.status != 204 and not (isinstance(answer.data, dict) and answer.data.get("id")):
            raise UnclearError("The gateway's answer is not Clockify's.", status=answer.status)
        return operation.before

    def _entry(self, method: str, place: str, body: dict[str, Any]) -> TimeEntry:
        return entries.written(self._gateway.send(method, place, body=body), body)

    def _service_id(self, operation: Operation) -> str:
        found = self._journal.service_id(operation.entry)
        if found is None:
            self._conflict(operation, None, "that entry was never recorded at Clockify")
        return str(found)

    def _finish(
        self, operation: Operation, answer: TimeEntry | None, *, answered: bool = False
    ) -> None:
        if operation.kind == STOP and answer is not None:
            before = {**answer, "timeInterval": {**answer["timeInterval"], "end": None}}
            before["timeInterval"]["duration"] = None
            self._journal.move(operation, DONE, after=answer, before=before)
        elif operation.kind == DELETE:
            operation.entry = self._service_id(operation)
            self._journal.move(operation, DONE)
        else:
            self._journal.move(operation, DONE, after=answer)
        if self._settled is not None:
            self._settled(operation, answered)

    def _adopt(self, operation: Operation, found: TimeEntry) -> None:
        """Take a write for done by what is there, in which others may have changed other fields.

        What they changed is not to be taken back with it.
        """
        before, after = operation.before, operation.after
        if operation.kind == UPDATE and before is not None and after is not None:
            operation.before = merged(found, before, set(lookup.changed_fields(before, after)))
        self._finish(operation, found)

    def came_through(self, operation: Operation) -> bool:
        """Wait out the hold of a write that timed out, and say whether it has happened after all.

        For callers that cannot leave it waiting in the queue.
        """
        if operation.state != SENDING:
            return False
        time.sleep(max(0.0, min(HOLD_SECONDS, operation.hold_until - time.time())))
        try:
            if self._happened(operation):
                return True
        except ClockifyError:
            return False
        self._journal.move(operation, QUEUED)
        return False

    def took_effect(self, operation: Operation) -> bool:
        """Say of a write that was given up without an answer whether it happened; then ``done``."""
        if operation.kind == CREATE or not operation.entry:
            return self._happened(operation)
        now = lookup.current_entry(self._gateway, operation, operation.entry)
        if operation.kind == DELETE or now is None:
            there = operation.kind == DELETE and now is None
        elif operation.kind == STOP:
            there = end_of(now) == instant(operation.payload["end"])
        else:
            there = operation.after is not None and same_content(now, operation.after)
        if there:
            self._finish(operation, now)
        return there

    # -- lost answers -----------------------------------------------------------------

    def _resolve_lost_answer(self, operation: Operation, error: UnclearError) -> bool:
        """Look up a write whose answer was just lost: adopt it, or say that it may be sent again.

        Raises:
            OnHold: It is not there, but may still come.
            UnclearError: Nobody could be asked.
            ConflictError: Something else happened to the entry; set aside.
        """
        told = error.as_json()["error"]
        wait = HOLD_SECONDS if error.timed_out else SETTLE_SECONDS
        hold = time.time() + wait
        self._journal.move(operation, SENDING, error=told, hold_until=hold)
        if not error.timed_out and self._patient:
            time.sleep(wait)
        try:
            if self._happened(operation):
                return True
        except ConflictError:
            raise
        except ClockifyError:
            raise error from None
        if hold > time.time():
            raise OnHold(error.message, error.hint, status=error.status)
        self._journal.move(operation, QUEUED, error={**told, "kind": UnreachableError.kind})
        return False

    def _happened(self, operation: Operation) -> bool:
        """Look up a write whose answer was lost; where it has happened it is now ``done``.

        Raises:
            ConflictError: Something else happened to the entry; set aside.
            ClockifyError: It could not be looked up.
        """
        if operation.kind == CREATE:
            found = lookup.created_entry(self._gateway, operation, self._journal.claimed)
            if found is None:
                return False
            # What it had taken in when it was sent has happened too.
            sent = operation.sent or operation.payload
            taken_in = [f for body, f in self._folded(operation) if body == sent]
            self._finish(operation, found)
            for follower in taken_in[-1] if taken_in else ():
                self._adopt(follower, found)
            return True
        if operation.kind == STOP and not operation.entry:
            found = lookup.stopped_entry(self._gateway, operation, self._journal.ended(operation))
            if found is not None:
                self._finish(operation, found)
            return found is not None
        return self._compare(operation)

    # -- changes made elsewhere --------------------------------------------------------

    def _compare(self, operation: Operation) -> bool:
        """Compare what waited with the service; adapt it where nothing of it is contradicted.

        Returns:
            True where it has happened already (now ``done``).

        Raises:
            ConflictError: It no longer fits; set aside for the user.
        """
        if operation.kind == CREATE or not operation.entry:
            return False
        number = self._service_id(operation)
        now = lookup.current_entry(self._gateway, operation, number)
        if operation.kind == DELETE:
            if now is None:
                self._finish(operation, None)
                return True
            if operation.before is not None and not same_content(now, operation.before):
                self._conflict(operation, now, "it was changed meanwhile")
            return False
        if operation.kind == STOP and operation.state == SENDING:
            end = instant(operation.payload["end"])
            if now is None or end_of(now) not in (None, end):
                # It may have been another timer that ran by then, and that the stop has ended.
                others = self._journal.ended(operation)
                found = lookup.stopped_entry(self._gateway, operation, others)
                if found is not None:
                    self._finish(operation, found, answered=True)
                    return True
        if now is None:
            self._conflict(operation, None, "it was deleted meanwhile")
            return False
        if operation.kind == STOP:
            return self._compare_stop(operation, now)
        return self._compare_update(operation, now)

    def _compare_stop(self, operation: Operation, now: TimeEntry) -> bool:
        end = instant(operation.payload["end"])
        ended = end_of(now)
        if ended == end:
            self._finish(operation, now)
            return True
        if ended is not None:
            self._conflict(operation, now, "it was stopped elsewhere at another time")
        if end < start_of(now):
            self._conflict(operation, now, "its start was moved behind this end")
        return False

    def _compare_update(self, operation: Operation, now: TimeEntry) -> bool:
        before, after = operation.before, operation.after
        if after is not None and same_content(now, after):
            self._finish(operation, now)
            return True
        if before is None or after is None or same_content(now, before):
            return False
        mine = lookup.changed_fields(before, after)
        theirs = lookup.changed_fields(before, now)
        clash = sorted(n for n in mine.keys() & theirs.keys() if mine[n][1] != theirs[n][1])
        if clash:
            self._conflict(operation, now, f"{', '.join(clash)} was changed elsewhere")
        wanted = merged(now, after, set(mine))
        if same_content(now, wanted):
            self._adopt(operation, now)
            return True
        self._journal.move(
            operation, operation.state, before=now, after=wanted, payload=write_body(wanted)
        )
        return False

    def _conflict(self, operation: Operation, now: TimeEntry | None, why: str) -> None:
        error = ConflictError(
            f"The {operation.verb} of entry {operation.entry} no longer fits: {why}.",
            f"See both: clockify queue show {operation.id};"
            " then 'queue retry --force' or 'queue drop'.",
            details={"current": now} if now is not None else None,
        )
        self._journal.move(operation, CONFLICT, error=error.as_json()["error"])
        raise error


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


def is_local(entry: str) -> bool:
    """Say whether ``entry`` is an ID that only the journal knows."""
    return entry.startswith(LOCAL)
