"""Bringing the journal's operations to the service, each exactly once.

Only the holder of the journal's turn delivers. An operation goes from ``queued`` through
``sending`` to ``done``; an answer that is lost leaves it ``sending``, and it is looked up
before it is sent again. One that waited is compared with the service first: what somebody
changed meanwhile is a conflict, never overwritten.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from clockify_cli.errors import (
    AwayError,
    ClockifyError,
    ConflictError,
    RateLimitError,
    SignInError,
    UnclearError,
)
from clockify_cli.gateway import entries
from clockify_cli.gateway.client import Gateway
from clockify_cli.journal import lookup
from clockify_cli.journal.book import Journal
from clockify_cli.journal.operation import (
    CONFLICT,
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    LOCAL,
    QUEUED,
    REFUSED,
    SENDING,
    SET_ASIDE,
    STOP,
    UPDATE,
    WAITING,
    WHOLE,
    Draft,
    Operation,
)
from clockify_cli.model import TimeEntry, end_of, instant, same_content, start_of, write_body

HOLD_SECONDS = 5.0  # after a time-out the service may still be at work on the request
AWAY = (AwayError, RateLimitError, SignInError)  # the operation itself is not at fault


class Delivery:
    """Delivers operations for one account.

    Args:
        journal: The journal, whose turn the caller holds.
        gateway: The client.
        own_user: The signed-in user's ID: entries of others are created by another path.
        settled: Told of each operation that was brought to ``done``.
    """

    def __init__(
        self,
        journal: Journal,
        gateway: Gateway,
        own_user: str,
        settled: Callable[[Operation], None] | None = None,
    ) -> None:
        self._journal = journal
        self._gateway = gateway
        self._own_user = own_user
        self._settled = settled

    def deliver_waiting(self, deadline: float | None = None, *, patient: bool = False) -> bool:
        """Deliver what waits, in order; set aside what is refused and go on.

        Args:
            deadline: ``time.monotonic()`` after which no further one is begun.
            patient: Wait for those on hold instead of leaving them.

        Returns:
            Whether nothing is left that a later write would have to wait for: what depends on
            a write that was set aside does not count.

        Raises:
            AwayError, RateLimitError, SignInError: The rest waits on.
        """
        stuck: set[str] = {o.entry for o in self._journal.set_aside() if o.entry}
        held: set[str] = set()
        broken = {o.change for o in self._journal.set_aside() if o.verb in WHOLE}

        def breaks(operation: Operation) -> None:
            if operation.verb in WHOLE:
                broken.add(operation.change)

        for operation in self._journal.waiting():
            if deadline is not None and time.monotonic() > deadline:
                return False
            if self._journal.operation(operation.id).state not in WAITING:
                continue  # one before it has taken it in
            if operation.entry in stuck | held or operation.change in broken:
                breaks(operation)
                continue  # depends on one that was set aside or is on hold
            pause = operation.hold_until - time.time()
            if pause > 0:
                if not patient:
                    held.add(operation.entry)
                    breaks(operation)
                    continue
                time.sleep(min(pause, HOLD_SECONDS))
            name = operation.entry
            try:
                self.deliver(operation, fresh=False)
            except UnclearError:
                held.add(name)
                breaks(operation)
                if operation.state != SENDING:
                    raise
            except AWAY:
                raise
            except ClockifyError:
                if operation.state in SET_ASIDE:
                    stuck.add(name)
                    breaks(operation)
        return not held

    def deliver(self, operation: Operation, *, fresh: bool) -> Operation:
        """Deliver one operation and return it ``done``.

        Args:
            operation: One that waits.
            fresh: It was recorded by this command a moment ago, from what the service has
                just said: it needs no comparison first.

        Raises:
            UnclearError: It is not known whether it happened; it stays ``sending``.
            AwayError, RateLimitError, SignInError: It did not happen and stays ``queued``.
            ConflictError: The entry was changed meanwhile; set aside.
            ClockifyError: Refused; set aside.
        """
        tries = 0
        if operation.state == SENDING and not fresh:
            if self._resolve(operation):
                return operation
        elif not fresh and self._compare(operation):
            return operation
        body, taken_in = (operation.payload, []) if fresh else self._with_followers(operation)
        if body is None:
            return operation
        while True:
            tries += 1
            if not (fresh and tries == 1 and operation.state == SENDING):
                self._journal.move(operation, SENDING, sent=body)
            try:
                answer = self._send(operation, body)
            except UnclearError as error:
                hold = time.time() + HOLD_SECONDS if error.timed_out else 0.0
                self._journal.move(
                    operation, SENDING, error=error.as_json()["error"], hold_until=hold
                )
                if error.timed_out:
                    self._adopt_only(operation, error)
                    return operation
                try:
                    if self._resolve(operation):
                        return operation
                except AwayError:
                    raise error from None
                if tries >= 2:
                    raise AwayError(error.message, error.hint, status=error.status) from error
            except AWAY as error:
                self._journal.move(operation, QUEUED, error=error.as_json()["error"])
                raise
            except ClockifyError as error:
                self._journal.move(operation, REFUSED, error=error.as_json()["error"])
                raise
            else:
                self._finish(operation, answer)
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
        if operation.kind != CREATE:
            return operation.payload, []
        body = dict(operation.payload)
        taken_in: list[Operation] = []
        for follower in self._journal.waiting():
            if follower.entry != operation.local_id or follower.id == operation.id:
                continue
            if follower.state != QUEUED:
                break
            if follower.kind == DELETE:
                self._journal.move_all([operation, *taken_in, follower], DROPPED)
                return None, []
            if follower.kind == STOP:
                body["end"] = follower.payload["end"]
            else:
                body = dict(follower.payload)
            taken_in.append(follower)
        if "end" not in body:
            self._make_room(operation)
        return body, taken_in

    def _make_room(self, operation: Operation) -> None:
        """End the timer that runs now, as the user's start would have done at its time.

        Raises:
            ConflictError: One was started elsewhere after this one; the user decides.
        """
        now = entries.running_entry(self._gateway, operation.workspace, operation.user)
        if now is None:
            return
        start = instant(operation.payload["start"])
        if start_of(now) >= start:
            self._conflict(operation, now, "another timer was started elsewhere after it")
        draft = Draft(
            STOP,
            operation.workspace,
            operation.user,
            str(now["id"]),
            {"end": operation.payload["start"]},
            before=now,
        )
        # Of the same change, so that it is taken back with it.
        self.deliver(self._journal.add(operation.change, draft, SENDING), fresh=True)

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
        self._gateway.send("DELETE", place)
        return operation.before

    def _entry(self, method: str, place: str, body: dict[str, Any]) -> TimeEntry:
        answer = self._gateway.send(method, place, body=body)
        data = answer.data
        if not isinstance(data, dict) or not data.get("id") or not data.get("timeInterval"):
            raise UnclearError("The gateway's answer is not a time entry.", status=answer.status)
        return data

    def _service_id(self, operation: Operation) -> str:
        found = self._journal.service_id(operation.entry)
        if found is None:
            self._conflict(operation, None, "that entry was never recorded at Clockify")
        return str(found)

    def _finish(self, operation: Operation, answer: TimeEntry | None) -> None:
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
            self._settled(operation)

    def came_through(self, operation: Operation) -> bool:
        """Wait out the hold of a write that timed out, and say whether it has happened after all.

        For callers that cannot leave it waiting in the queue.
        """
        time.sleep(max(0.0, min(HOLD_SECONDS, operation.hold_until - time.time())))
        try:
            return operation.state == SENDING and self._resolve(operation)
        except ClockifyError:
            return False

    # -- lost answers -----------------------------------------------------------------

    def _adopt_only(self, operation: Operation, error: UnclearError) -> None:
        """After a time-out: adopt what is there already, but do not send again yet."""
        hold = operation.hold_until
        try:
            done = self._resolve(operation)
        except AwayError:
            raise error from None
        if not done:
            self._journal.move(operation, SENDING, error=error.as_json()["error"], hold_until=hold)
            raise error

    def _resolve(self, operation: Operation) -> bool:
        """Look up a write whose answer was lost: adopt it, or say that it did not happen.

        Returns:
            True where it happened (now ``done``); False where it may be sent (``queued``).

        Raises:
            ConflictError: Something else happened to the entry; set aside.
        """
        if operation.kind == CREATE:
            start = operation.payload["start"]
            claimed = self._journal.claimed(operation.workspace, operation.user, start)
            found = lookup.created_entry(self._gateway, operation, claimed)
            if found is not None:
                self._finish(operation, found)
                return True
        elif operation.kind == STOP and not operation.entry:
            ended = self._journal.ended(operation)
            found = lookup.stopped_entry(self._gateway, operation, ended)
            if found is not None:
                self._finish(operation, found)
                return True
        elif self._compare(operation):
            return True
        self._journal.move(operation, QUEUED)
        return False

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
        if mine.keys() & theirs.keys():
            names = ", ".join(sorted(mine.keys() & theirs.keys()))
            self._conflict(operation, now, f"{names} was changed elsewhere")
        wanted = merged(now, after, set(mine))
        self._journal.move(
            operation, operation.state, before=now, after=wanted, payload=write_body(wanted)
        )
        return False

    def _conflict(self, operation: Operation, now: TimeEntry | None, why: str) -> None:
        error = ConflictError(
            f"The {operation.verb} of entry {operation.entry} no longer fits: {why}.",
            f"See both: clockify queue show {operation.id}; then 'queue retry' or 'queue drop'.",
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
