"""Deliver the journal's operations to the service, each exactly once.

Only the holder of the delivery lock delivers. An operation goes from ``queued`` through
``sending`` to ``done``; an answer that is lost leaves it ``sending``, and it is looked up before
it is sent again. What is to be done is decided in ``reconcile``; here it is asked for and done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NoReturn

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    NotFoundError,
    RefusedError,
    StrangerError,
    UnclearError,
    UnreachableError,
)
from clockify_cli.core.model import TimeEntry
from clockify_cli.gateway import entries
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.identity import whose_refusal
from clockify_cli.journal import lookup, reconcile
from clockify_cli.journal.operation import (
    CONFLICT,
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    FOUND,
    HOLD_SECONDS,
    LOST,
    PENDING,
    QUEUED,
    REFUSED,
    SENDING,
    STOP,
    UNRESOLVED,
    UPDATE,
    WHOLE,
    Draft,
    Operation,
)
from clockify_cli.journal.reconcile import Adopt, Conflict, Decision, Done, Drop, Send, Wait
from clockify_cli.journal.refused import explain
from clockify_cli.journal.store import Journal

SETTLE_SECONDS = 1.0  # after a cut the service may have just begun with the request
NO_MANUAL_TIME = 4030  # Clockify's code: an entry with an end is refused ("force timer")


class OnHold(UnclearError):
    """An operation was sent and is not there yet: too early to send it again."""

    timed_out = True


class Delivery:
    """Delivers operations for one account.

    Args:
        journal: The journal, whose delivery lock the caller holds.
        gateway: The client.
        own_user: The signed-in user's ID.
        settled: Called with each operation that was brought to ``done``, and whether the service
            has just answered it; it may have happened before, or with another one.
        resolve: Fills the names of an operation that were unknown when it was recorded into its
            body; raises NotFoundError if one fits nothing, or several things.
    """

    def __init__(
        self,
        journal: Journal,
        gateway: Gateway,
        own_user: str,
        settled: Callable[[Operation, bool], None] | None = None,
        resolve: Callable[[Operation], None] | None = None,
    ) -> None:
        self._journal = journal
        self._gateway = gateway
        self._own_user = own_user
        self._settled = settled
        self._resolve = resolve
        self._patient = True
        self.stranger: StrangerError | None = None  # whose account an answer came from

    def deliver_pending(self, deadline: float | None = None, *, patient: bool = False) -> bool:
        """Deliver pending changes, in order; set aside what is refused and go on.

        Args:
            deadline: ``time.monotonic()`` after which no further one is begun.
            patient: Wait for those on hold instead of leaving them.

        Returns:
            Whether nothing is left that a later change would have to wait for: what depends on
            an operation that was set aside does not count.

        Raises:
            ClockifyError: Something that says nothing about the changes (``blames_change``):
                the rest stays pending.
        """
        self._patient = patient
        aside = self._journal.set_aside()
        stuck: set[str] = {o.entry for o in aside if o.entry}
        broken = {o.change for o in aside if o.verb in WHOLE}
        held = False

        def skip(operation: Operation, name: str) -> None:
            if name:
                stuck.add(name)
            if operation.verb in WHOLE:
                broken.add(operation.change)

        for number in [o.id for o in self._journal.undelivered()]:
            if deadline is not None and time.monotonic() > deadline:
                return False
            operation = self._journal.operation(number)
            if operation.state not in (*PENDING, LOST):
                continue  # one before it has taken it in
            name = operation.entry
            if name in stuck or operation.change in broken:
                skip(operation, name)
                continue  # depends on one that was set aside or is on hold
            try:
                self.deliver(operation, fresh=False)
                if self.stranger is not None:
                    raise self.stranger
            except OnHold:
                held = held or operation.state != LOST
                skip(operation, name)
            except ClockifyError as error:
                if not error.blames_change:
                    raise
                if operation.state in PENDING:  # it could not even be looked up
                    told = {**error.as_json()["error"], "unclear": operation.state == SENDING}
                    self._journal.move(operation, REFUSED, error=told)
                skip(operation, name)
        return not held

    def deliver(self, operation: Operation, *, fresh: bool) -> Operation:
        """Deliver one operation and return it as it is then.

        Args:
            operation: A pending one.
            fresh: It was recorded by this command a moment ago, from what the service has
                just said: it needs no comparison first.

        Raises:
            UnclearError: It is not known whether it happened; it stays ``sending``.
            ConflictError: The entry was changed in the meantime; set aside.
            ClockifyError: Refused, and set aside; or, if that says nothing about the change
                (``blames_change``), it did not happen and stays ``queued``.
        """
        if not fresh:
            self._resolve_names(operation)
        decision: Decision | None = Send(operation.payload) if fresh else self._decide(operation)
        tries = 0
        while decision is not None:
            if isinstance(decision, Send):
                tries += 1
                if tries > 2:
                    told = operation.error or {}
                    raise UnreachableError(
                        str(told.get("message") or "Clockify did not answer."),
                        str(told.get("hint") or ""),
                    )
                first = fresh and tries == 1  # what it was planned on was seen a moment ago
                if not first and reconcile.needs_room(operation, decision):
                    running = entries.running_entry(
                        self._gateway, operation.workspace, operation.user
                    )
                    room = reconcile.make_room(operation, decision, running)
                    if isinstance(room, Conflict):
                        self._set_aside(operation, room)
                    decision = room
                recorded = first and operation.state == SENDING
                decision = self._send_decided(operation, decision, recorded=recorded)
            elif isinstance(decision, Wait):
                if not self._patient:
                    raise OnHold("It was sent a moment ago and has not appeared yet.")
                time.sleep(max(0.0, min(decision.until - time.time(), HOLD_SECONDS)))
                decision = self._decide(operation)
            else:
                self._conclude(operation, decision)
                decision = None
        return operation

    # -- deciding -------------------------------------------------------------------

    def _resolve_names(self, operation: Operation) -> None:
        if UNRESOLVED not in operation.meta or operation.state != QUEUED:
            return
        try:
            if self._resolve is not None:
                self._resolve(operation)
        except NotFoundError as error:
            self._journal.move(operation, REFUSED, error=error.as_json()["error"])
            raise

    def _decide(self, operation: Operation) -> Decision:
        """Ask the service what is needed, and decide."""
        seen = None
        while (look := reconcile.look_for(operation, seen)) is not reconcile.Look.NOTHING:
            seen = lookup.look(self._gateway, self._journal, operation, look, seen)
        if operation.entry and operation.kind != CREATE:
            self._service_id(operation)  # raises for one that was never created
        return reconcile.reconcile(
            operation, seen or reconcile.Seen(), time.time(), self._journal.waiting()
        )

    def _conclude(self, operation: Operation, decision: Adopt | Done | Conflict | Drop) -> None:
        """Record a decision after which nothing is sent."""
        if isinstance(decision, Adopt) and decision.existed:
            self._journal.move(operation, DONE, after=decision.entry, kind=FOUND)
        elif isinstance(decision, Adopt):
            self._finish(operation, decision.entry, shared=decision.shared)
            for follower in decision.taken_in:
                self._finish(follower, decision.entry, shared=True)
        elif isinstance(decision, Done):
            # Made and deleted while both were pending: as if it had been, so that undo finds it.
            self._journal.move_all([operation, *decision.taken_in], DONE)
        elif isinstance(decision, Drop):
            self._journal.move(operation, DROPPED)
        else:
            self._set_aside(operation, decision)

    def _set_aside(self, operation: Operation, conflict: Conflict) -> NoReturn:
        now = conflict.current
        error = ConflictError(
            f"The {operation.verb} of entry {operation.entry} no longer applies: {conflict.why}.",
            f"Compare with 'clockify queue show {operation.id}', then run "
            f"'clockify queue retry --force {operation.id}' or "
            f"'clockify queue drop {operation.id}'.",
            details={"current": now} if now is not None else None,
        )
        self._journal.move(operation, CONFLICT, error=error.as_json()["error"])
        raise error

    # -- sending --------------------------------------------------------------------

    def _send_decided(
        self, operation: Operation, decision: Send, *, recorded: bool
    ) -> Decision | None:
        """Send what was decided; return ``None`` if it is done, else what to do next.

        Args:
            operation: The operation.
            decision: What to send.
            recorded: It is on disk as being sent already, by this command.
        """
        if decision.after is not None:
            self._journal.move(
                operation,
                operation.state,
                before=decision.before,
                after=decision.after,
                payload=decision.body,
            )
        if decision.ending is not None:
            self._end_running(operation, decision.ending)
        if not recorded:
            hold = time.time() + HOLD_SECONDS
            self._journal.move(operation, SENDING, sent=decision.body, hold_until=hold)
        try:
            answer: TimeEntry | None = self._send(operation, decision.body)
        except StrangerError as error:
            if error.entry is None:
                self._refuse(operation, error)
            # Carried out, in somebody else's account: neither this nor anything else is sent again.
            self.stranger, answer = error, error.entry
        except UnclearError as error:
            return self._look_after(operation, error)
        except RefusedError as error:
            if error.code == NO_MANUAL_TIME and decision.taken_in and "end" in decision.body:
                # Such a workspace takes no finished entry: the timer first, then what followed.
                self._journal.move(operation, QUEUED)
                return Send(operation.payload)
            self._refuse(operation, error)
        except ClockifyError as error:
            self._refuse(operation, whose_refusal(self._gateway, self._own_user, error))
        self._finish(operation, answer, answered=True)
        for follower in decision.taken_in:
            self._finish(follower, answer)
        return None

    def _refuse(self, operation: Operation, error: ClockifyError) -> NoReturn:
        state = REFUSED if error.blames_change else QUEUED
        if isinstance(error, RefusedError):
            explain(operation, error)
        self._journal.move(operation, state, error=error.as_json()["error"])
        raise error

    def _end_running(self, operation: Operation, running: TimeEntry) -> None:
        """End the timer that is in the way of one that is to be created.

        Raises:
            ClockifyError: It cannot be ended; the new one is set aside or stays queued.
        """
        # Of the same change, so that it is undone with it; it may have been tried before.
        stop = next(
            (
                o
                for o in self._journal.of_change(operation.change)
                if o.kind == STOP and o.state in PENDING and o.entry == running["id"]
            ),
            None,
        )
        if stop is None:
            end = {"end": operation.payload["start"]}
            entry = str(running["id"])
            draft = Draft(STOP, operation.workspace, operation.user, entry, end, running)
            stop = self._journal.add(operation.change, operation.verb, draft, SENDING)
        try:
            self.deliver(stop, fresh=True)
        except NotFoundError:
            self._journal.move(stop, DROPPED)  # no timer is running any more
        except ClockifyError as error:
            if error.blames_change:
                self._journal.move(stop, DROPPED)
                self._journal.move(operation, REFUSED, error=error.as_json()["error"])
            raise

    def _send(self, operation: Operation, body: dict[str, Any]) -> TimeEntry | None:
        workspace, user = operation.workspace, operation.user
        if operation.kind == CREATE:
            place = entries.user_path(workspace, user)
            return entries.write(self._gateway, "POST", place, body, user)
        if operation.kind == STOP:
            place = entries.user_path(workspace, user)
            before = operation.before
            return entries.write(self._gateway, "PATCH", place, body, user, before=before)
        place = entries.entry_path(workspace, self._service_id(operation))
        if operation.kind == UPDATE:
            return entries.write(self._gateway, "PUT", place, body, before=operation.before)
        answer = self._gateway.send("DELETE", place)
        if answer.status != 204 and not (isinstance(answer.data, dict) and answer.data.get("id")):
            raise UnclearError("The gateway's answer is not Clockify's.", status=answer.status)
        return operation.before

    def _service_id(self, operation: Operation) -> str:
        found = self._journal.service_id(operation.entry)
        if found is None:
            self._set_aside(operation, Conflict("that entry was never recorded at Clockify"))
        return str(found)

    def _finish(
        self,
        operation: Operation,
        answer: TimeEntry | None,
        *,
        answered: bool = False,
        shared: bool = False,
    ) -> None:
        """Bring an operation to ``done`` with what it has left."""
        before, after = operation.before, operation.after
        if operation.kind == STOP and answer is not None:
            interval = {**answer["timeInterval"], "end": None, "duration": None}
            self._journal.move(
                operation, DONE, after=answer, before={**answer, "timeInterval": interval}
            )
        elif operation.kind == DELETE:
            operation.entry = self._service_id(operation)
            self._journal.move(operation, DONE)
        else:
            if shared and operation.kind == UPDATE and before and after and answer:
                # What others changed of it is not to be taken back with it.
                mine = set(reconcile.changed_fields(before, after))
                operation.before = reconcile.merged(answer, before, mine)
            self._journal.move(operation, DONE, after=answer)
        if self._settled is not None:
            self._settled(operation, answered)

    # -- lost answers -----------------------------------------------------------------

    def _look_after(self, operation: Operation, error: UnclearError) -> Decision:
        """Return what to do about an operation whose answer was just lost.

        Raises:
            OnHold: It is not there, but may still come.
            UnclearError: Nobody could be asked.
        """
        wait = HOLD_SECONDS if error.timed_out else SETTLE_SECONDS
        hold = time.time() + wait
        told = error.as_json()["error"]
        self._journal.move(operation, SENDING, error=told, hold_until=hold)
        if not error.timed_out and self._patient:
            time.sleep(wait)
        try:
            decision = self._decide(operation)
        except ConflictError:
            raise
        except ClockifyError:
            raise error from None
        if isinstance(decision, Wait):
            raise OnHold(error.message, error.hint, status=error.status)
        if isinstance(decision, Send):
            told = {**told, "kind": UnreachableError.kind}
            self._journal.move(operation, QUEUED, error=told)
        return decision

    def wait_out(self, operation: Operation) -> bool | None:
        """Wait until a sent operation can be told to have happened, and say whether it has.

        For callers that cannot leave it pending.

        Returns:
            ``None`` if nobody could be asked: it must not be sent again (``lost``).
        """
        if operation.state != SENDING:
            return False
        time.sleep(max(0.0, min(HOLD_SECONDS, operation.hold_until - time.time())))
        try:
            decision = self._decide(operation)
        except ClockifyError as error:
            if operation.state == SENDING:
                self._journal.move(
                    operation, LOST, error=operation.error or error.as_json()["error"]
                )
            return None
        if isinstance(decision, Adopt):
            self._conclude(operation, decision)
            return True
        self._journal.move(operation, QUEUED)
        return False

    def took_effect(self, operation: Operation) -> bool:
        """Say of an operation that was given up without an answer whether it happened.

        It is ``done`` if it has. Nothing is sent.
        """
        state, hold = operation.state, operation.hold_until
        operation.state, operation.hold_until = SENDING, 0
        try:
            decision = self._decide(operation)
        except ConflictError:
            return False
        finally:
            if operation.state == SENDING:
                operation.state, operation.hold_until = state, hold
        if isinstance(decision, Adopt):
            self._conclude(operation, decision)
            return True
        return False
