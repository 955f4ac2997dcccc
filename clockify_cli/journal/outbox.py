"""Make changes: pending ones are sent first, new ones are recorded and sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    SignInError,
    StorageError,
    StrangerError,
    UnclearError,
    UnreachableError,
)
from clockify_cli.core.model import TimeEntry, instant, is_running, start_of, utc_text
from clockify_cli.journal.known_timer import KnownTimer
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    LOST,
    QUEUED,
    SENDING,
    SET_ASIDE,
    STOP,
    Draft,
    Operation,
)
from clockify_cli.journal.overlay import overlaid, queued
from clockify_cli.journal.refused import stored_otherwise

if TYPE_CHECKING:
    from clockify_cli.core.account import Account
    from clockify_cli.gateway.client import Gateway
    from clockify_cli.journal.delivery import Delivery
    from clockify_cli.journal.store import Journal
    from clockify_cli.store.last_known import LastKnown
    from clockify_cli.store.names import Names
    from clockify_cli.store.recent import Recent
    from clockify_cli.store.recent_ranges import RecentRanges

DELIVERY_LOCK_SECONDS = 30.0  # how long a change waits for other processes that are sending
BRISK_SECONDS = 2.0  # how long a command that only reads may spend on what is pending
Tolerate = Callable[[Operation, ClockifyError], bool]


class Notice(Protocol):
    """Says something beside the answer; ``always`` even if notices are silenced."""

    def __call__(self, text: str, *, always: bool = False) -> None:
        """Say it."""


@dataclass(slots=True)
class WriteResult:
    """What became of a change.

    Attributes:
        operations: Its operations, in order.
        queued: Some of it is pending.
    """

    operations: list[Operation]
    queued: bool

    def entry(self, number: int = -1) -> TimeEntry:
        """Return the entry that an operation has left (the last one's by default)."""
        operation = self.operations[number]
        found = operation.after or operation.before or {"id": operation.entry}
        return found if operation.state == DONE else queued(found, operation.entry)


class Outbox:
    """Records and sends the changes of one account.

    Args:
        account: Who and where.
        gateway: Gives the client when a request is due.
        journal: The journal.
        last_known: The state file.
        names: Names from the cache.
        now: The present; ``zone`` the run's zone.
        queues: Whether a change may stay pending.
        notice: Called with what the user should know beside the answer.
    """

    def __init__(
        self,
        *,
        account: Account,
        gateway: Callable[[], Gateway],
        journal: Journal,
        last_known: LastKnown,
        names: Names,
        now: datetime,
        zone: tzinfo,
        queues: bool,
        notice: Notice,
    ) -> None:
        self.account = account
        self.gateway = gateway
        self.journal = journal
        self.last_known = last_known
        self.names = names
        self.now = now
        self.zone = zone
        self.queues = queues
        self.notice = notice
        self.timer = KnownTimer(account, last_known, names, zone, self.newest_done, notice)
        self.unreachable: ClockifyError | None = None  # why nothing can be sent now
        self._holds_lock = False
        self._planned: dict[str, int] = {}  # the newest operation on an entry when it was read
        self.interrupted: list[Operation] = []  # their command was ended before it could report
        self.carried_out: list[Operation] = []  # what this run has delivered
        self.entry_cache: RecentRanges | None = None  # the ranges that were read last
        self.recent: Recent | None = None  # the newest entries, for the completion
        self.long_hours = 12  # a timer that runs for longer was left running; 0: none ever was
        self.on_stranger: Callable[[], object] = lambda: None  # the key is somebody else's now
        self.refresh_now: Callable[[], datetime] | None = None  # reads the clock again

    # -- the delivery lock ----------------------------------------------------------

    @contextmanager
    def delivery_lock(self) -> Iterator[None]:
        """Hold the right to send, with everything that was pending delivered first if possible.

        Nobody is asked anything inside, and nothing but the change itself is waited for.
        """
        if self._holds_lock:
            yield
            return
        with self.journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
            if not got:
                self.unreachable = UnreachableError(
                    "Another clockify process is still sending.",
                    "Try again, or see 'clockify queue'.",
                )
            else:
                self.timer.renew()
                if self.unreachable is None and self.journal.undelivered():
                    self._deliver_first(patient=True)
            self._holds_lock = True
            try:
                yield
            finally:
                self._holds_lock = False

    def deliver_first(self) -> None:
        """Deliver pending changes before a change is planned, patiently."""
        if self.unreachable is None and self.journal.undelivered():
            with self.delivery_lock():
                pass

    def deliver_briskly(self) -> None:
        """Deliver pending changes before a command that only reads; give up soon, say little."""
        if self.unreachable is not None or not self.journal.undelivered():
            return
        with self.journal.delivery_lock(0) as got:
            if not got:
                return
            self.timer.renew()
            gateway = self.gateway()
            tries, gateway.tries = gateway.tries, 1
            wait, gateway.max_wait = gateway.max_wait, 0
            gateway.brisk = BRISK_SECONDS
            try:
                self._deliver_first(patient=False, deadline=time.monotonic() + BRISK_SECONDS)
            finally:
                gateway.tries, gateway.max_wait, gateway.brisk = tries, wait, 0

    def sync(self) -> tuple[list[Operation], list[Operation]]:
        """Deliver everything that is pending, now.

        Returns:
            What was delivered, and what is still open (pending or set aside).

        Raises:
            ClockifyError: Something had to be left pending, and why.
        """
        with self.journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
            before = self.journal.undelivered()
            if not got:
                raise UnreachableError(
                    "Another clockify process is still sending.", "Try again in a moment."
                )
            if before and self.unreachable is not None:
                raise self.unreachable
            self.timer.renew()
            try:
                if before and not self._delivery().deliver_pending(patient=True):
                    # On hold after a time-out: once more, now that the hold is over.
                    self._delivery().deliver_pending(patient=True)
            finally:
                self.timer.learn_of_set_aside(self.journal.set_aside())
                self.save()
        after = [self.journal.operation(o.id) for o in before]
        return [o for o in after if o.state == DONE], self.journal.open_operations()

    def _deliver_first(self, *, patient: bool, deadline: float | None = None) -> None:
        pending = self.journal.undelivered()
        self.interrupted = [o for o in pending if o.state == SENDING and not o.error]
        try:
            clear = self._delivery().deliver_pending(deadline, patient=patient)
            if patient and not clear:
                self.unreachable = UnreachableError(
                    "Earlier changes are still pending.", "See 'clockify queue'."
                )
        except ClockifyError as error:
            if error.blames_change or isinstance(error, StorageError):
                raise
            self.unreachable = error
        now = [self.journal.operation(o.id) for o in pending]
        done = sum(o.state == DONE for o in now)
        if done:
            self.notice(f"Delivered {done} pending {_plural(done)}.")
        aside = [o for o in now if o.state in SET_ASIDE]
        self.timer.learn_of_set_aside(aside)
        for operation in aside:
            words = (operation.error or {}).get("message", "")
            self.notice(
                f"Set aside: {operation.verb} (change {operation.id}): {words} "
                f"See 'clockify queue show {operation.id}'."
            )
        self.save()

    def took_effect(self, operation: Operation) -> bool:
        """Say of an operation that was given up without an answer whether it happened.

        One request.
        """
        if self.unreachable is not None:
            raise self.unreachable
        return self._delivery().took_effect(operation)

    def _delivery(self) -> Delivery:
        from clockify_cli.journal.delivery import Delivery
        from clockify_cli.journal.unresolved import resolver

        resolve = resolver(self.account.id, self.gateway)
        return Delivery(self.journal, self.gateway(), self.account.user, self.settle, resolve)

    # -- changes --------------------------------------------------------------------

    def write(
        self,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        *,
        key: str | None = None,
        content: str | None = None,
        undoes: int | None = None,
        tolerate: Tolerate | None = None,
    ) -> WriteResult:
        """Record a change and send it, if nothing has overtaken what it was planned on.

        Args:
            verb: The command.
            label: What is changed, for people.
            drafts: Its operations in their order.
            key: The caller's idempotency key, and ``content`` what is recorded under it.
            undoes: The change that this one undoes.
            tolerate: Says of an operation that was refused whether the rest goes on.

        Raises:
            ClockifyError: It was refused, or could neither be sent nor queued; then nothing
                of it is pending.
        """
        with self.delivery_lock():
            self._refuse_overtaken(drafts)
            return self._write(verb, label, drafts, key, content, undoes, tolerate)

    def plan_on(self, *entries: TimeEntry) -> None:
        """Note that a change is planned on entries as they are now."""
        for entry in entries:
            number = str(entry.get("id"))
            self._planned[number] = self._newest_on(number)

    def _newest_on(self, entry: str) -> int:
        known = self.journal.service_id(entry) or entry
        return max(self.journal.newest_of(entry), self.journal.newest_of(known))

    def _refuse_overtaken(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            planned = self._planned.get(draft.entry)
            if planned is not None and self._newest_on(draft.entry) != planned:
                raise ConflictError(
                    "Another command changed that entry in the meantime; nothing was changed.",
                    "Check it (clockify entries), then try again.",
                )
        self._planned.clear()

    def _write(
        self,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        key: str | None,
        content: str | None,
        undoes: int | None,
        tolerate: Tolerate | None,
    ) -> WriteResult:
        record = partial(
            self.journal.record, verb, label, drafts, key=key, content=content, undoes=undoes
        )
        if self.unreachable is not None:
            if not self._may_queue(self.unreachable):
                raise self.unreachable
            operations = record()
            return self._queued(operations, self.unreachable)
        if self._depends_on_pending(drafts):
            # Behind something that was set aside: for the user to decide.
            if not self.queues:
                raise ConflictError("That entry is pending.", "See 'clockify queue'.")
            recorded = record()
            self._deliver_first(patient=True)  # what of it can go, goes
            operations = [self.journal.operation(o.id) for o in recorded]
            if all(o.state == DONE for o in operations):
                return WriteResult(operations, queued=False)
            self.notice(
                "It is pending until a change set aside before it is resolved: see "
                "'clockify queue'."
            )
            return WriteResult(operations, queued=True)
        delivery = self._delivery()  # without a key or a sane time-out nothing is recorded
        state = QUEUED if drafts[0].meta else SENDING  # what has to be looked up goes later
        operations = record(state=state)
        return self._send_recorded(delivery, operations, key, undoes, tolerate)

    def _send_recorded(
        self,
        delivery: Delivery,
        operations: list[Operation],
        key: str | None,
        undoes: int | None,
        tolerate: Tolerate | None,
    ) -> WriteResult:
        fresh = True
        for operation in operations:
            try:
                delivery.deliver(operation, fresh=fresh and not operation.meta)
                self.carried_out.append(operation)
                if told := stored_otherwise(operation):
                    self.notice(told)
                if delivery.stranger is not None:
                    self.notice(delivery.stranger.message, always=True)
                    self.on_stranger()
                    if operation is not operations[-1]:
                        raise delivery.stranger
            except StorageError as error:
                if operation.state == DONE:
                    # Clockify has said yes: the journal looks up what it could not note.
                    self.notice(f"{error.message} Clockify has recorded the change anyway.")
                    self.carried_out.append(operation)
                    continue
                # The journal has it as under way: the next command looks up what came of it.
                error.hint = (
                    "Free some space or fix the permissions. It may have been sent anyway: check "
                    "your entries before you repeat it."
                )
                raise
            except ClockifyError as error:
                if error.blames_change:
                    if tolerate is not None and tolerate(operation, error):
                        self.journal.move(operation, DROPPED, error=error.as_json()["error"])
                        # What was known was wrong: from here on the service is looked at first.
                        fresh = not isinstance(error, ConflictError)
                        continue
                elif self._may_queue(error):
                    return self._queued(operations, error)
                elif isinstance(error, UnclearError) and delivery.wait_out(operation):
                    continue
                self._give_up(operations, error, key, undoes)
                raise
        self.save()
        return WriteResult(operations, queued=False)

    def _may_queue(self, error: ClockifyError) -> bool:
        """Say whether a change stays pending after an error that says nothing about it."""
        if isinstance(error, StrangerError) or (isinstance(error, SignInError) and error.no_key):
            return False  # whoever types now is not the one whose account was known
        return self.queues

    def _depends_on_pending(self, drafts: Sequence[Draft]) -> bool:
        """Say whether an entry of these is not at the service as this command has seen it."""
        pending = {o.entry for o in self.journal.waiting()}
        return any(
            d.entry and (d.entry in pending or self.journal.service_id(d.entry) is None)
            for d in drafts
        )

    def _queued(self, operations: list[Operation], error: ClockifyError) -> WriteResult:
        why = f"{error.message} It is queued"
        if isinstance(error, UnclearError):
            self.notice(f"{why}, and will be looked up before it is sent again.")
        elif isinstance(error, SignInError):
            self.notice(f"{why} until that is fixed: clockify doctor.", always=True)
        else:
            self.notice(f"{why} and goes out with the next command.")
        self.unreachable = error
        self.save()
        return WriteResult(operations, queued=True)

    def _give_up(
        self,
        operations: list[Operation],
        error: ClockifyError,
        key: str | None,
        undoes: int | None,
    ) -> None:
        """Drop what of a change has not happened; say in the error what to do next."""
        undone = [o for o in operations if o.state != DONE]
        for operation in undone:
            self.forget_cached(operation)  # it may have happened anyway
        lost = [o for o in undone if o.state == LOST]
        self.timer.learn_of_set_aside([o for o in undone if o.state in SET_ASIDE])
        self.journal.move_all([o for o in undone if o.state != LOST], DROPPED)
        if key is not None and len(undone) == len(operations) and not lost:
            self.journal.forget_key(operations[0].change)
        if undoes is not None:
            self.journal.mark_undone(undoes, None)  # the next undo continues with it
        self.save()
        if lost:
            error.message = f"{error.message.rstrip('.')}: it may have been recorded."
            error.hint = "Check before you repeat it; the next command looks it up too."
        if isinstance(error, ConflictError):
            error.hint = "Check it (clockify entries), then try again."
        if len(undone) < len(operations) and not undoes:
            error.hint = (
                f"{error.hint} The changes before it were made: 'clockify undo' undoes them."
            ).strip()

    # -- what is known ----------------------------------------------------------------

    def settle(self, operation: Operation, answered: bool = True) -> None:
        """Learn from an operation that was just delivered; whatever fails here is not a failure.

        Args:
            operation: The operation, ``done``.
            answered: The service has just answered this very operation.
        """
        try:
            self._learn(operation, answered)
        except Exception:  # after Clockify's yes nothing fails
            self.timer.learn(None, 0)

    def _learn(self, operation: Operation, answered: bool) -> None:
        self.timer.confirmed = True
        self.forget_cached(operation)
        if operation.kind == DELETE:
            self.journal.forget_keys_of(operation.entry)
        if (operation.user, operation.workspace) != (self.account.user, self.account.workspace):
            return
        entry, is_gone = operation.after, operation.kind == DELETE
        if self.entry_cache is not None and (is_gone or (entry and entry.get("timeInterval"))):
            now = None if is_gone else entry
            self.entry_cache.put(operation.workspace, operation.user, operation.entry, now)
        if self.recent is not None:
            self.recent.drop(operation.entry)
            if operation.kind != DELETE and operation.after is not None:
                self.recent.note(operation.after)
        self.timer.learn_of(operation, answered=answered, now=self.now)

    def forget_cached(self, operation: Operation) -> None:
        """Forget the cached days that an operation touches, before and after it.

        What is only pending is laid over them (see ``overlay``), so they may stay until then.
        """
        if self.entry_cache is None:
            return
        versions = [operation.before, operation.after]
        texts = [operation.payload.get("start")]
        texts += [e["timeInterval"].get("start") for e in versions if e and e.get("timeInterval")]
        starts = [int(instant(str(text)).timestamp()) for text in texts if text]
        self.entry_cache.forget(operation.workspace, operation.user, starts or None)

    def learn_running(self, entry: TimeEntry | None) -> None:
        """Note what the service has just said of the running timer."""
        self.timer.learn(entry)
        self.save()

    def learn_running_from(
        self, listed: Sequence[TimeEntry], since: datetime | None, as_of: int
    ) -> None:
        """Learn which timer is running from what the service has listed, if the list tells.

        Args:
            listed: All entries from ``since`` on (``None``: ever) to now.
            since: The first instant.
            as_of: The newest operation before it was asked.
        """
        running = next((e for e in listed if is_running(e)), None)
        known = self.timer.entry
        is_in_range = since is None or (known is not None and start_of(known) >= since)
        if running is not None or is_in_range:
            self.timer.learn(running, as_of)
            self.save()

    def learn_newest(self, entries: Sequence[TimeEntry], since: datetime | None) -> None:
        """Note all the entries that the service has from ``since`` on (``None``: ever)."""
        if self.recent is not None:
            self.recent.learn(entries, utc_text(since) if since else "", utc_text(self.now))

    def save(self, day_seconds: int | None = None) -> None:
        """Write the state file from what is known and what is pending."""
        try:
            pending = self.journal.waiting()
            shown = self._shown(pending)
            self.timer.save(shown, len(pending), now=self.now, day_seconds=day_seconds)
        except Exception as error:  # the prompt is a convenience
            self.notice(f"Could not update the prompt's state ({type(error).__name__}).")

    def describe(self, entry: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the names that an entry's IDs stand for, from the cache alone."""
        return self.timer.describe(entry)

    def newest_done(self, but: int = 0) -> int:
        """Return the number of the newest operation that has happened, one left out."""
        return self.journal.newest_done(self.account.workspace, self.account.user, but=but)

    def _shown(self, pending: Sequence[Operation]) -> TimeEntry | None:
        known = [self.timer.entry] if self.timer.entry is not None else []
        mine = overlaid(known, self._here(pending), self.account.user)
        return next((e for e in mine if is_running(e)), None)

    def waiting_here(self) -> list[Operation]:
        """Return what is pending in this workspace, in order."""
        return self._here(self.journal.waiting())

    def _here(self, operations: Sequence[Operation]) -> list[Operation]:
        return [o for o in operations if o.workspace == self.account.workspace]

    @property
    def is_sure(self) -> bool:
        """Say whether the running timer is known as the last operation left it."""
        return self.timer.is_sure

    @property
    def known_running(self) -> TimeEntry | None:
        """Return the running timer as last known, with pending changes applied; no request."""
        return self._shown(self.journal.waiting())

    def running(self) -> TimeEntry | None:
        """Return the running timer, asking the service; what is pending is applied. One request.

        Raises:
            ClockifyError: The service cannot be asked and nothing pending settles the question.
        """
        from clockify_cli.gateway.entries import running_entry

        self.deliver_briskly()
        pending = self.journal.waiting()
        try:
            if self.unreachable is not None:
                raise self.unreachable
            newest = self.newest_done()  # what is written meanwhile may not be in it
            found = running_entry(self.gateway(), self.account.workspace, self.account.user)
            self.timer.learn(found, newest)
        except ClockifyError as error:
            if error.blames_change or not _settles_running(pending, self.account.user):
                raise
            self.notice(f"{error.message} Showing pending changes only.")
        self.save()
        return self._shown(pending)


def _settles_running(pending: Sequence[Operation], user: str) -> bool:
    """Say whether what is pending tells by itself whether a timer is running."""
    return any(
        o.user == user
        and (o.kind == STOP or (o.kind == CREATE and o.after is not None and is_running(o.after)))
        for o in pending
    )


def _plural(count: int) -> str:
    return "change" if count == 1 else "changes"
