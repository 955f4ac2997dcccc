"""The place where writes are made: what waits goes first, what is new is recorded and sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

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
from clockify_cli.core.model import (
    TimeEntry,
    end_of,
    instant,
    is_running,
    start_of,
    utc_text,
)
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    QUEUED,
    SENDING,
    SET_ASIDE,
    STOP,
    Draft,
    Operation,
)
from clockify_cli.journal.overlay import overlaid

if TYPE_CHECKING:
    from clockify_cli.core.account import Account
    from clockify_cli.gateway.client import Gateway
    from clockify_cli.journal.delivery import Delivery
    from clockify_cli.journal.store import Journal
    from clockify_cli.store.last_known import LastKnown
    from clockify_cli.store.names import Names
    from clockify_cli.store.recent import Recent
    from clockify_cli.store.recent_ranges import RecentRanges

DELIVERY_LOCK_SECONDS = 30.0  # how long a write waits for other processes that are sending
BRISK_SECONDS = 2.0  # how long a command that only reads may spend on what waits
_UNREACHABLE = (UnreachableError, RateLimitError)


@dataclass(slots=True)
class WriteResult:
    """What became of a change.

    Attributes:
        operations: Its operations, in order.
        queued: Some of it waits.
    """

    operations: list[Operation]
    queued: bool

    def entry(self, number: int = -1) -> TimeEntry:
        """Return the entry that an operation has left (the last one's by default)."""
        operation = self.operations[number]
        found = operation.after or operation.before or {"id": operation.entry}
        if operation.state != DONE:
            from clockify_cli.journal.overlay import queued

            return queued(found, operation.entry)
        return found


class Outbox:
    """Time tracking for one account.

    Args:
        account: Who and where.
        gateway: Gives the client when a request is due.
        journal: The journal.
        last_known: The state file.
        names: Names from the cache.
        now: The present; ``zone`` the run's zone.
        queues: Whether a write waits while the network is away.
        notice: Told what the user should know beside the answer.
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
        notice: Callable[[str], None],
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
        self.unreachable: ClockifyError | None = None  # why nothing can be sent now
        self._known: TimeEntry | None = last_known.running
        self._as_of = last_known.journal  # the newest write that ``_known`` knows of
        self.interrupted: list[Operation] = []  # their command was ended before it could report
        self._day_change = 0
        self._confirmed = False  # the service has spoken in this run
        self.prompt_format = ""
        self.entry_cache: RecentRanges | None = None  # the ranges that were read last
        self.recent: Recent | None = None  # the newest entries, for the completion

    # -- turns ----------------------------------------------------------------------

    @contextmanager
    def delivery_lock(self) -> Iterator[None]:
        """Hold the right to write, with everything that waited delivered first where possible."""
        with self.journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
            if not got:
                self.unreachable = UnreachableError(
                    "Another clockify is still sending.", "Try again, or see 'clockify queue'."
                )
            else:
                self._renew()
                if self.unreachable is None and self.journal.waiting():
                    self._deliver_first(patient=True)
            yield

    def _renew(self) -> None:
        """Read the state file again: whoever had the turn before has changed it."""
        self.last_known.renew()
        self._known = self.last_known.running
        self._as_of = self.last_known.journal

    @property
    def is_sure(self) -> bool:
        """Say whether the running timer is known as the last write of this journal left it.

        It is not where a command was ended between its write and the state file, or where one
        that only reads was slower than one that writes.
        """
        return self._as_of == self._newest_done()

    def _newest_done(self, but: int = 0) -> int:
        return self.journal.newest_done(self.account.workspace, self.account.user, but=but)

    def deliver_briskly(self) -> None:
        """Deliver what waits before a command that only reads; give up soon, say little."""
        if self.unreachable is not None or not self.journal.waiting():
            return
        with self.journal.delivery_lock(0) as got:
            if not got:
                return
            self._renew()
            gateway = self.gateway()
            tries, gateway.tries = gateway.tries, 1
            wait, gateway.max_wait = gateway.max_wait, 0
            gateway.brisk = BRISK_SECONDS
            try:
                self._deliver_first(patient=False, deadline=time.monotonic() + BRISK_SECONDS)
            finally:
                gateway.tries, gateway.max_wait, gateway.brisk = tries, wait, 0

    def sync(self) -> tuple[list[Operation], list[Operation]]:
        """Deliver everything that waits, now.

        Returns:
            What was delivered, and what is still open (waiting or set aside).

        Raises:
            UnreachableError, RateLimitError, SignInError: Something had to be left waiting.
        """
        with self.journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
            before = self.journal.waiting()
            if not got:
                raise UnreachableError(
                    "Another clockify is still sending.", "Try again in a moment."
                )
            self._renew()
            try:
                if before and not self._delivery().deliver_waiting(patient=True):
                    # On hold after a time-out: once more, now that the hold is over.
                    self._delivery().deliver_waiting(patient=True)
            finally:
                self._learn_of(self.journal.set_aside())
                self.save()
        after = [self.journal.operation(o.id) for o in before]
        return [o for o in after if o.state == DONE], self.journal.open_operations()

    def _deliver_first(self, *, patient: bool, deadline: float | None = None) -> None:
        waiting = self.journal.waiting()
        self.interrupted = [o for o in waiting if o.state == SENDING and not o.error]
        try:
            clear = self._delivery().deliver_waiting(deadline, patient=patient)
            if patient and not clear:
                self.unreachable = UnreachableError(
                    "Earlier writes still wait.", "See 'clockify queue'."
                )
        except (*_UNREACHABLE, SignInError) as error:
            self.unreachable = error
        now = [self.journal.operation(o.id) for o in waiting]
        done = sum(o.state == DONE for o in now)
        if done:
            self.notice(f"Delivered {done} waiting {_plural(done)}.")
        aside = [o for o in now if o.state in SET_ASIDE]
        self._learn_of(aside)
        for operation in aside:
            words = (operation.error or {}).get("message", "")
            self.notice(
                f"Set aside: {operation.verb} (operation {operation.id}): {words} "
                f"See 'clockify queue show {operation.id}'."
            )
        self.save()

    def took_effect(self, operation: Operation) -> bool:
        """Say of a write that was given up without an answer whether it happened. One request.

        Raises:
            UnreachableError, RateLimitError, SignInError: Nobody can be asked.
        """
        if self.unreachable is not None:
            raise self.unreachable
        return self._delivery().took_effect(operation)

    def _learn_of(self, aside: Sequence[Operation]) -> None:
        """Learn from writes that were set aside: the timer that is known may have ended."""
        for operation in aside:
            current = (operation.error or {}).get("current") or {"id": operation.entry}
            if self._known is not None and current["id"] == self._known.get("id"):
                self._known = current if "timeInterval" in current and is_running(current) else None
                self._as_of = 0  # another one may run by now

    def _delivery(self) -> Delivery:
        from clockify_cli.journal.delivery import Delivery

        # They were recorded without a workspace being named, whatever this command names.
        home = self.account.active_workspace or self.account.workspace
        self.journal.claim(home, self.account.user)
        return Delivery(self.journal, self.gateway(), self.account.user, self.settle)

    # -- writing --------------------------------------------------------------------

    def write(
        self,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        *,
        key: str | None = None,
        undoes: int | None = None,
        tolerate: Callable[[Operation, ClockifyError], bool] | None = None,
    ) -> WriteResult:
        """Record a change and send it; call it inside :meth:`turn`.

        Args:
            verb: The command.
            label: What is changed, for people.
            drafts: The writes in their order.
            key: The caller's idempotency key.
            undoes: The change that this one takes back.
            tolerate: Says of an operation that was refused whether the rest goes on.

        Raises:
            ClockifyError: It was refused, or could neither be sent nor queued; then nothing
                of it waits.
        """
        if self.unreachable is not None:
            if isinstance(self.unreachable, SignInError) or not self.queues:
                raise self.unreachable
            operations = self.journal.record(verb, label, drafts, key=key, undoes=undoes)
            return self._queued(operations, self.unreachable)
        if self._waits(drafts):
            # Something was set aside in the queue: this waits behind it for the user's decision.
            if not self.queues:
                raise ConflictError("That entry waits in the queue.", "See 'clockify queue'.")
            recorded = self.journal.record(verb, label, drafts, key=key, undoes=undoes)
            self._deliver_first(patient=True)  # what of it can go, goes
            operations = [self.journal.operation(o.id) for o in recorded]
            if all(o.state == DONE for o in operations):
                return WriteResult(operations, queued=False)
            self.notice("It waits behind what was set aside: see 'clockify queue'.")
            return WriteResult(operations, queued=True)
        delivery = self._delivery()  # without a key or a sane time-out nothing is recorded
        operations = self.journal.record(verb, label, drafts, state=SENDING, key=key, undoes=undoes)
        fresh = True
        for operation in operations:
            try:
                delivery.deliver(operation, fresh=fresh)
            except _UNREACHABLE as error:
                if not self.queues:
                    if isinstance(error, UnclearError) and delivery.came_through(operation):
                        continue
                    self._give_up(operations, error, key, undoes)
                    raise
                return self._queued(operations, error)
            except StorageError as error:
                # The journal has it as under way: the next command looks what came of it.
                error.hint = (
                    "Free some space or mend the permissions. It may have been sent all the same: "
                    "look at your entries before you repeat it."
                )
                raise
            except ClockifyError as error:
                if tolerate is not None and tolerate(operation, error):
                    self.journal.move(operation, DROPPED, error=error.as_json()["error"])
                    # What was known was wrong: from here on the service is looked at first.
                    fresh = not isinstance(error, ConflictError)
                    continue
                self._give_up(operations, error, key, undoes)
                raise
        self.save()
        return WriteResult(operations, queued=False)

    def _waits(self, drafts: Sequence[Draft]) -> bool:
        """Say whether an entry of these is not at the service as this command has seen it."""
        waiting = {o.entry for o in self.journal.waiting()}
        return any(
            d.entry and (d.entry in waiting or self.journal.service_id(d.entry) is None)
            for d in drafts
        )

    def _queued(self, operations: list[Operation], error: ClockifyError) -> WriteResult:
        if isinstance(error, UnclearError):
            self.notice(
                f"{error.message} It is queued, and will be looked up before it is sent again."
            )
        else:
            self.notice(f"{error.message} It is queued and goes out with the next command.")
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
            self.forget_cached(operation)  # it may have happened all the same
        unclear = any(o.state == SENDING for o in undone)
        self._learn_of([o for o in undone if o.state in SET_ASIDE])
        self.journal.move_all(undone, DROPPED)
        if key is not None and len(undone) == len(operations) and not unclear:
            self.journal.forget_key(operations[0].change)
        if undoes is not None:
            self.journal.mark_undone(undoes, None)  # the next undo goes on with it
        self.save()
        if unclear:
            error.hint = "It may have happened all the same: look before you repeat it."
        if isinstance(error, ConflictError):
            error.hint = "Look at it (clockify entries), then try again."
        if len(undone) < len(operations) and not undoes:
            error.hint = (
                f"{error.hint} What came before it is done: 'clockify undo' takes it back."
            ).strip()

    # -- what is known ----------------------------------------------------------------

    def settle(self, operation: Operation, answered: bool = True) -> None:
        """Learn from an operation that was just delivered.

        Args:
            operation: The operation, ``done``.
            answered: The service has just answered this very write.
        """
        self._confirmed = True
        self.forget_cached(operation)
        if operation.user != self.account.user or operation.workspace != self.account.workspace:
            return
        sure = self._as_of == self._newest_done(but=operation.id)
        entry = operation.after
        if self.entry_cache is not None:
            now = entry if operation.kind != DELETE else None
            self.entry_cache.put(operation.workspace, operation.user, operation.entry, now)
        if self.recent is not None:
            self.recent.drop(operation.entry)
            if operation.kind != DELETE and entry is not None:
                self.recent.note(entry)
        if operation.kind == DELETE:
            if self._known is not None and self._known.get("id") == operation.entry:
                self._known = None
            self._count(operation.before, -1)
        elif entry is not None and entry.get("timeInterval"):
            # These tell by themselves what runs now, whatever was known before.
            stopped = operation.kind == STOP and answered
            sure = sure or stopped or is_running(entry)
            if is_running(entry):
                self._known = entry
            elif self._known is not None and (self._known.get("id") == entry.get("id") or stopped):
                self._known = None
            if operation.kind != CREATE and operation.before and not is_running(operation.before):
                self._count(operation.before, -1)
            self._count(entry, 1)
        if sure:
            self._as_of = self._newest_done()

    def forget_cached(self, operation: Operation) -> None:
        """Forget the cached days that an operation touches, before and after it.

        What only waits is laid over them (see ``overlay``), so they may stay until then.
        """
        if self.entry_cache is None:
            return
        versions = [operation.before, operation.after]
        texts = [operation.payload.get("start")]
        texts += [e["timeInterval"].get("start") for e in versions if e and e.get("timeInterval")]
        starts = [int(instant(str(text)).timestamp()) for text in texts if text]
        self.entry_cache.forget(operation.workspace, operation.user, starts or None)

    def _count(self, entry: TimeEntry | None, sign: int) -> None:
        if entry is None or is_running(entry):
            return
        from clockify_cli.times import Clock
        from clockify_cli.times.pieces import work_today

        self._day_change += sign * work_today([entry], Clock(now=self.now, zone=self.zone))

    def learn_running(self, entry: TimeEntry | None) -> None:
        """Note what the service has just said of the running timer."""
        self._known = entry
        self._as_of = self._newest_done()
        self._confirmed = True
        self.save()

    def save(self, day_seconds: int | None = None) -> None:
        """Write the state file from what is known and what waits."""
        waiting = self.journal.waiting()
        if day_seconds is None and self._day_change:
            day_seconds = self.last_known.add_to_day(self._day_change, self.now, self.zone)
        self._day_change = 0
        self.last_known.save(
            self._known,
            self._shown(waiting),
            now=self.now,
            zone=self.zone,
            describe=self.describe,
            waiting=len(waiting),
            confirmed=self._confirmed,
            prompt_format=self.prompt_format,
            journal=self._as_of,
            day_seconds=day_seconds,
            failed=self.notice,
        )

    def describe(self, entry: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the names that an entry's IDs stand for, from the cache alone."""
        project = self.names.find("projects", entry.get("projectId")) or {}
        task = self.names.find(f"tasks-{entry.get('projectId')}", entry.get("taskId")) or {}
        tags = [self.names.find("tags", tag) or {"name": tag} for tag in entry.get("tagIds") or []]
        return {
            "project": str(project.get("name") or entry.get("projectId") or ""),
            "client": str(project.get("clientName") or ""),
            "color": str(project.get("color") or ""),
            "task": str(task.get("name") or entry.get("taskId") or ""),
            "tags": ", ".join(str(tag["name"]) for tag in tags),
            "user": self._user_name(entry.get("userId")),
        }

    def _user_name(self, user: Any) -> str:
        if not user or user == self.account.user:
            return self.account.user_name
        return str((self.names.find("users", user) or {}).get("name") or user)

    def _shown(self, waiting: list[Operation]) -> TimeEntry | None:
        known = [self._known] if self._known is not None else []
        mine = overlaid(known, self._here(waiting), self.account.user)
        return next((e for e in mine if is_running(e)), None)

    def waiting_here(self) -> list[Operation]:
        """Return what waits to be sent in this workspace, in order."""
        return self._here(self.journal.waiting())

    def _here(self, operations: Sequence[Operation]) -> list[Operation]:
        return [o for o in operations if o.workspace == self.account.workspace]

    @property
    def known_running(self) -> TimeEntry | None:
        """Return the running entry as last known, with what waits applied; no request."""
        return self._shown(self.journal.waiting())

    def running(self) -> TimeEntry | None:
        """Return the running entry, asking the service; what waits is applied. One request.

        Raises:
            UnreachableError: The service is away and nothing that waits settles the question.
        """
        from clockify_cli.gateway.entries import running_entry

        self.deliver_briskly()
        waiting = self.journal.waiting()
        try:
            if self.unreachable is not None:
                raise self.unreachable
            newest = self._newest_done()  # what is written meanwhile may not be in it
            self._known = running_entry(self.gateway(), self.account.workspace, self.account.user)
            self._as_of = newest
            self._confirmed = True
        except (*_UNREACHABLE, SignInError):
            if not _settles_running(waiting, self.account.user):
                raise
            self.notice("Clockify is away; this is what waits in the queue.")
            self.save()
            return self._shown(waiting)
        self.save()
        return self._shown(waiting)

    # -- anchors ----------------------------------------------------------------------

    def newest(self, count: int) -> list[TimeEntry]:
        """Return the user's newest entries, newest first, what waits applied. One request."""
        from clockify_cli.gateway.entries import recent_entries

        self.deliver_briskly()
        waiting = self.journal.waiting()
        try:
            if self.unreachable is not None:
                raise self.unreachable
            found = recent_entries(self.gateway(), self.account.workspace, self.account.user, count)
            self.learn_newest(found, start_of(found[-1]) if len(found) == count else None)
        except _UNREACHABLE:
            if not waiting:
                raise
            found = [self._known] if self._known is not None else []
        return overlaid(found, self._here(waiting), self.account.user)[:count]

    def learn_newest(self, entries: Sequence[TimeEntry], since: datetime | None) -> None:
        """Note all the entries that the service has from ``since`` on (``None``: ever)."""
        if self.recent is not None:
            self.recent.learn(entries, utc_text(since) if since else "", utc_text(self.now))

    def last_stop(self) -> datetime | None:
        """Return the end of the newest finished entry."""
        ends = [end for end in map(end_of, self.newest(20)) if end is not None]
        return max(ends, default=None)

    def last_start(self) -> datetime | None:
        """Return the start of the newest entry."""
        found = self.newest(1)
        return start_of(found[0]) if found else None

    def find(self, handle: str) -> TimeEntry:
        """Return the entry that ``handle`` means: an ID, a local ID, ``@N`` or ``@running``.

        One request, except for what only waits in the queue.
        """
        from clockify_cli.core.errors import UsageError
        from clockify_cli.core.model import is_entity_id
        from clockify_cli.gateway.entries import entry
        from clockify_cli.journal.operation import LOCAL

        text = handle.strip()
        if text == "@running":
            running = self.running()
            if running is None:
                raise NotFoundError("No timer is running.", "Start one: clockify start …")
            return running
        if text.startswith("@") and text[1:].isdecimal() and int(text[1:]) > 0:
            number = int(text[1:])
            found = self.newest(number)
            if len(found) < number:
                raise NotFoundError(f"There is no entry {text}.", "List them: clockify entries.")
            return found[number - 1]
        if text.startswith(LOCAL):
            creation = self.journal.creation_of(text)
            if creation is None or creation.state == DROPPED:
                raise NotFoundError(f"There is no entry {text}.", "See 'clockify queue'.")
            if creation.state != DONE:
                mine = [o for o in self.journal.open_operations() if o.entry == text]
                shown = overlaid([], mine, creation.user)
                if shown:
                    return shown[0]
            if creation.state != DONE or creation.entry == text:
                raise NotFoundError(f"The entry {text} is deleted.", "See 'clockify queue'.")
            text = creation.entry
        if not is_entity_id(text):
            raise UsageError(
                f"'{handle}' is not an entry.",
                "An entry is an ID, @1 for the newest, @2 for the one before, or @running.",
            )
        waiting = [o for o in self.journal.waiting() if o.entry == text]
        if self.unreachable is None:
            try:
                now = entry(self.gateway(), self.account.workspace, text)
            except _UNREACHABLE as error:
                self.unreachable = error
            else:
                user = str(now.get("userId") or self.account.user)
                shown = overlaid([now], waiting, user)
                if not shown:
                    raise NotFoundError(f"The entry {text} is deleted.", "See 'clockify queue'.")
                return shown[0]
        cached = self._cached_entry(text)
        if cached is None or not self.queues:
            raise self.unreachable
        shown = overlaid([cached], waiting, self.account.user)
        if not shown:
            raise NotFoundError(f"The entry {text} is deleted.", "See 'clockify queue'.")
        return shown[0]

    def _cached_entry(self, number: str) -> TimeEntry | None:
        if self._known is not None and self._known.get("id") == number:
            return self._known
        return self.journal.last_recorded(number)


def _settles_running(waiting: Sequence[Operation], user: str) -> bool:
    """Say whether what waits tells by itself whether a timer runs."""
    return any(
        o.user == user
        and (o.kind == STOP or (o.kind == CREATE and o.after is not None and is_running(o.after)))
        for o in waiting
        if o.state in (QUEUED, SENDING)
    )


def _plural(count: int) -> str:
    return "write" if count == 1 else "writes"
