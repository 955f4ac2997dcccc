"""Recording a file's entries: many at once, each exactly once, however often it is tried.

What is sent is in the journal first (``journal.batch``), a few dozen at a time. The rest is
in the file alone: whoever was interrupted imports it again, and what is there already is
seen in one listing and left alone. The journal's turn is kept while requests are under way,
and given away as soon as another command waits for it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from clockify_cli.core.errors import (
    ClockifyError,
    RateLimitError,
    SignInError,
    UnclearError,
    UnreachableError,
)
from clockify_cli.core.model import TimeEntry, entry_from_body, instant
from clockify_cli.gateway import entries, paging, typed
from clockify_cli.gateway.parallel import Crew, Done, Stopped
from clockify_cli.gateway.waits import backoff
from clockify_cli.importing.plan import Plan, Row, same_as
from clockify_cli.journal import store
from clockify_cli.journal.batch import Batch, done
from clockify_cli.journal.operation import (
    CREATE,
    DROPPED,
    HOLD_SECONDS,
    SENDING,
    Draft,
    Operation,
)
from clockify_cli.journal.outbox import DELIVERY_LOCK_SECONDS, Outbox
from clockify_cli.store import files
from clockify_cli.transfer.record import Note

VERB = "import"
TRIES = 4  # of one entry, before the whole import is given up
SETTLE_SECONDS = 0.5  # so old is an answer at most that is not on disk yet
HOPELESS = 20  # so many refusals with nothing accepted, and the rest is not tried
DRAIN_SECONDS = 5.0  # how long an interrupted import waits for what is under way
REST_SECONDS = 0.25  # how long the turn is free for another command to take it

_UNREACHABLE = (UnreachableError, RateLimitError, SignInError)
Progress = Callable[[int, int], None]


class Unresolved(Exception):
    """A creation whose answer was lost could not be looked up either; the cause is why."""


@dataclass(slots=True)
class Imported:
    """What became of an import.

    Attributes:
        created: The entries, as the service answered.
        failed: Lines that it refused, with its words.
        unclear: How many were sent without it being known what became of them.
        left: How many were not sent, or are known not to have been recorded.
        error: Why it ended early.
    """

    created: list[TimeEntry] = field(default_factory=list)
    failed: list[Note] = field(default_factory=list)
    unclear: int = 0
    left: int = 0
    error: BaseException | None = None


@contextmanager
def alone() -> Iterator[None]:
    """Keep other imports away: two of one file, each blind to the other, would double it.

    Raises:
        UnreachableError: Another one is running.
    """
    with files.locked(store.path() + ".import", seconds=0) as got:
        if not got:
            raise UnreachableError("Another import is running.", "Try again when it has finished.")
        yield


def listed(
    outbox: Outbox, crew: Crew, user: str, span: tuple[datetime, datetime]
) -> Iterator[list[TimeEntry]]:
    """Yield the pages of what a user's entries in the file's range may be among."""
    path = entries.user_path(outbox.account.workspace, user)
    for page in crew.pages(path, entries.window(*span)):
        yield entries.usable(outbox.gateway(), page)


def label_of(plan: Plan) -> str:
    """Return what an import is called in the list of what can be undone."""
    return f"entries of {plan.name}"


def run(
    outbox: Outbox, crew: Crew, plan: Plan, user: str, key: str, progress: Progress
) -> Imported:
    """Record what is new in a plan. Call it :func:`alone`, and without the journal's turn.

    Args:
        outbox: The outbox.
        crew: Sends the requests.
        plan: The plan, with IDs alone in it.
        user: Whose entries they are.
        key: Tells this file from others: importing it again continues with its change.
        progress: Called with how many are settled, and of how many.
    """
    return _Import(outbox, crew, plan, user, key, progress).run()


class _Import:
    """One import under way."""

    def __init__(
        self, outbox: Outbox, crew: Crew, plan: Plan, user: str, key: str, progress: Progress
    ) -> None:
        self._outbox = outbox
        self._crew = crew
        self._user = user
        self._progress = progress
        self._workspace = outbox.account.workspace
        self._mine = entries.user_path(self._workspace, user)
        self._place = self._mine  # one's own route, where admins may enter finished time
        self._batch = Batch(outbox.journal, VERB, label_of(plan), self._workspace, key=key)
        self._turn = ExitStack()
        self._todo: deque[Row] = deque(plan.new)
        self._total = len(plan.new)
        self._sent: dict[int, Row] = {}  # by the numbers of their operations
        self._alike: set[Any] = set()  # what is under way by what a lookup knows it by
        self._answered: list[Operation] = []  # not yet on disk
        self._answered_since = 0.0
        self._taking = threading.Lock()
        self._taken = set(plan.taken)  # IDs that a lost creation cannot have become
        self._ended = False
        self._patience = float("inf")  # until when what is under way is waited for
        self.result = Imported()

    def run(self) -> Imported:
        """Send everything; return what became of it."""
        try:
            with _interrupts(self._interrupted):
                try:
                    self._take_turn()
                    while self._is_under_way():
                        self._step()
                except ClockifyError as error:
                    self._end(error)
                    self._drain()
                finally:
                    self._settle()
        finally:
            self._turn.close()
        self.result.failed.sort(key=lambda note: note.line)  # they came as they were answered
        self.result.left += len(self._todo)
        self.result.unclear += len(self._sent)
        self._outbox.save()
        return self.result

    def _is_under_way(self) -> bool:
        if self._crew.busy:
            return time.monotonic() < self._patience
        return bool(self._todo) and not self._ended

    def _interrupted(self) -> None:
        """Take Ctrl-C for the wish to end soon and in good order."""
        self._end(KeyboardInterrupt())
        self._patience = time.monotonic() + DRAIN_SECONDS

    # -- the journal's turn -----------------------------------------------------------------

    def _take_turn(self) -> None:
        if not self._turn.enter_context(self._outbox.journal.delivery_lock(DELIVERY_LOCK_SECONDS)):
            raise UnreachableError(
                "Another clockify process is still sending.", "Try again in a moment."
            )

    def _give_way(self) -> None:
        """Let another command have its turn; nothing may be under way in the meantime."""
        while self._crew.busy and time.monotonic() < self._patience:
            self._take(self._crew.collect(timeout=SETTLE_SECONDS))
        if self._ended:
            return
        self._settle()
        self._turn.close()
        time.sleep(REST_SECONDS)
        self._take_turn()

    # -- sending ------------------------------------------------------------------------------

    def _step(self) -> None:
        if self._todo and not self._ended and self._crew.busy <= self._crew.workers:
            if self._outbox.journal.is_wanted():
                self._give_way()
            self._send_more()
        elif self._answered and time.monotonic() - self._answered_since > SETTLE_SECONDS:
            self._settle()
        if self._crew.busy:
            self._take(self._crew.collect(timeout=SETTLE_SECONDS))

    def _send_more(self) -> None:
        """Hand out as many as there are workers; those alike to one under way wait for it."""
        if self._ended:
            return
        rows: list[Row] = []
        waiting: list[Row] = []
        while self._todo and len(rows) < self._crew.workers and len(waiting) < 1000:
            row = self._todo.popleft()
            if _known_by(row) in self._alike:
                waiting.append(row)
            else:
                self._alike.add(_known_by(row))
                rows.append(row)
        self._todo.extendleft(reversed(waiting))
        drafts = [self._draft(row) for row in rows]
        operations = self._batch.record(drafts, self._answered)
        self._answered = []
        for row, operation in zip(rows, operations, strict=True):
            self._sent[operation.id] = row
            self._crew.start(operation, partial(self._deliver, operation))

    def _draft(self, row: Row) -> Draft:
        body = row.body(self._workspace)
        after = entry_from_body("", self._workspace, self._user, body)
        return Draft(CREATE, self._workspace, self._user, "", body, after=after)

    def _settle(self) -> None:
        if self._answered:
            self._batch.record((), self._answered)
            self._answered = []

    # -- what comes back --------------------------------------------------------------------

    def _take(self, piece: Done | None) -> None:
        if piece is None:
            return
        operation: Operation = piece.about
        row = self._sent.pop(operation.id)
        self._alike.discard(_known_by(row))
        if not self._answered:
            self._answered_since = time.monotonic()
        error = piece.error
        if error is None:
            self._answered.append(done(operation, piece.result))
            self.result.created.append(piece.result)
            self._outbox.settle(operation)
        elif isinstance(error, Unresolved):
            self.result.unclear += 1
            self._leave_unclear(operation, error.__cause__ or error)
        elif isinstance(error, (Stopped, *_UNREACHABLE)):
            self.result.left += 1
            self._drop(operation, error)
            if not isinstance(error, Stopped):
                self._end(error)
        elif isinstance(error, ClockifyError):
            self._drop(operation, error)
            self.result.failed.append(Note(row.record.line, error.message))
            if not self.result.created and len(self.result.failed) >= HOPELESS:
                self._end(None)
        else:
            self.result.unclear += 1
            self._end(error)
        settled = len(self.result.created) + len(self.result.failed)
        self._progress(settled, self._total)

    def _drop(self, operation: Operation, error: BaseException) -> None:
        """Note that a creation did not happen; its line is in the file."""
        operation.state = DROPPED
        operation.hold_until = 0
        operation.error = error.as_json()["error"] if isinstance(error, ClockifyError) else None
        self._answered.append(operation)

    def _leave_unclear(self, operation: Operation, error: BaseException) -> None:
        """Leave a creation to the next command, which looks it up before anything else."""
        self._outbox.forget_cached(operation)
        operation.state = SENDING if self._outbox.queues else DROPPED
        operation.hold_until = time.time() + HOLD_SECONDS
        operation.error = error.as_json()["error"] if isinstance(error, ClockifyError) else None
        self._answered.append(operation)
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        """Send nothing more; what is under way comes to its end."""
        self._ended = True
        self._crew.pace.stopped.set()
        if self.result.error is None:
            self.result.error = error

    def _drain(self) -> None:
        until = min(self._patience, time.monotonic() + DRAIN_SECONDS)
        while self._crew.busy and (left := until - time.monotonic()) > 0:
            self._take(self._crew.collect(timeout=left))

    # -- in the threads of the crew -----------------------------------------------------------

    def _deliver(self, operation: Operation) -> TimeEntry:
        """Create one entry, and return it as the service has it.

        Raises:
            Unresolved: It is not known whether it happened.
            ClockifyError, Stopped: It did not happen.
        """
        tries = 0
        while True:
            tries += 1
            try:
                return self._note(self._created(operation))
            except UnclearError as error:
                self._pause(HOLD_SECONDS if error.timed_out else 0, error)
                found = self._looked_up(operation, error)
                if found is not None:
                    return found
                if tries >= TRIES:
                    raise UnreachableError(
                        error.message, error.hint, status=error.status
                    ) from error
            except UnreachableError:
                if tries >= TRIES:
                    raise
            if self._crew.pace.stopped.wait(backoff(tries)):
                raise Stopped

    def _created(self, operation: Operation) -> TimeEntry:
        answer = self._crew.send("POST", self._place, body=operation.payload)
        return entries.written(answer, operation.payload)

    def _pause(self, seconds: float, error: UnclearError) -> None:
        """After a time-out the service may still be at work on the request."""
        if seconds and self._crew.pace.stopped.wait(seconds):
            raise Unresolved from error

    def _looked_up(self, operation: Operation, lost: UnclearError) -> TimeEntry | None:
        """Return the entry that a creation has become after all, or ``None``."""
        start = instant(operation.payload["start"])
        params = entries.window(start, start + timedelta(seconds=1))
        pages = paging.each_page(
            self._crew.send, self._mine, params, page_size=entries.PAGE_SIZE, most_pages=None
        )
        try:
            for page in pages:
                for entry in typed.usable_entries(page):
                    if same_as(entry, operation.payload) and self._take_over(entry):
                        return dict(entry)
            return None
        except (ClockifyError, Stopped, TypeError, KeyError):
            raise Unresolved from lost

    def _note(self, entry: TimeEntry) -> TimeEntry:
        with self._taking:
            self._taken.add(str(entry["id"]))
        return entry

    def _take_over(self, entry: TimeEntry) -> bool:
        """Say whether an entry is nobody else's, and note that it is this one's."""
        with self._taking:
            if entry["id"] in self._taken:
                return False
            self._taken.add(str(entry["id"]))
            return True


@contextmanager
def _interrupts(interrupted: Callable[[], None]) -> Iterator[None]:
    """Call ``interrupted`` at the first Ctrl-C, where the program is at that moment.

    An exception in the middle of anything would leave it open what was sent and what was noted.
    A second Ctrl-C is one.
    """
    import signal

    def first(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        interrupted()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _known_by(row: Row) -> tuple[Any, ...]:
    """Return by what a lookup recognises an entry."""
    record = row.record
    return record.start, record.end, record.description.strip(), row.meant.project, row.meant.task
