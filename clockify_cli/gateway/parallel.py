"""Several requests in flight at once, sharing one pace and one rate limit.

Threads send; whoever started them gets the results. A limit of the service is everybody's:
one refusal (429) makes all of them wait.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from clockify_cli.core.errors import RateLimitError, RefusedError, UnreachableError
from clockify_cli.gateway.answers import Answer, read_answer
from clockify_cli.gateway.client import Gateway, Params
from clockify_cli.gateway.paging import Progress, has_more
from clockify_cli.gateway.waits import GET_TRIES, pause_after_refusal, tell_wait_in

WORKERS = 12  # as many as the client keeps connections: 50 a second at 240 ms each
MARGIN = 0.96  # of the rate: what is sent evenly arrives in bunches
SLOWER, RECOVERY = 1.1, 0.98  # the pause between two requests after a refusal, and after a success
_LOOK_AGAIN = 0.05  # seconds between looks whether the one request that went first is back
SLOWEST = 1.0  # seconds between two requests, however often the service has refused
PAGE_SIZES = (5000, 1000, 200)  # nobody knows the service's largest; the last is safe
# Of a list, so many pages and items are under way at once: what comes lies in memory until it
# is its turn, and a few are asked for beyond the last one.
PAGES_AHEAD, ITEMS_AHEAD = 4, 10_000


class Stopped(Exception):
    """The crew was sent home."""


class Pace:
    """Spaces requests evenly, and holds all of them when the service asks for it.

    Args:
        rate: Requests per second; 0 for no limit.
        max_wait: Seconds that refusals may cost between two requests that went well.
        on_wait: Called for a hold longer than a second.
    """

    def __init__(
        self, rate: float, max_wait: float, on_wait: Callable[[float], None] | None = None
    ) -> None:
        self._gap = self._least = 1 / (rate * MARGIN) if rate else 0.0
        self._max_wait = max_wait
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._next = 0.0
        self._held_until = 0.0
        self._waited = 0.0
        self._refusals = 0
        self._refused_at = 0.0
        self._over: RateLimitError | None = None  # the refusal after which nobody sends
        self._blind = False  # the last refusal did not say how long to wait
        self._probing = False  # and one request is under way to find out
        self.stopped = threading.Event()

    def count(self, sent: int) -> None:
        """Count requests that were sent just now by somebody else."""
        self._next = time.monotonic() + sent * self._gap

    def slot(self) -> None:
        """Wait for the next turn to send; raise Stopped if there is none any more.

        After a refusal without a word on how long to wait, one request goes first.
        """
        while True:
            with self._lock:
                if self._over is not None:
                    raise self._over  # asking again would only burn what is left
                now = time.monotonic()
                if self._blind and self._probing:
                    wait = _LOOK_AGAIN
                else:
                    at = max(self._next, self._held_until, now)
                    wait = at - now
                    if wait <= 0:
                        self._next = at + self._gap
                        self._probing = self._blind
                        break
                    if not self._blind:
                        # The turn is taken before the wait, so that those who wait keep it.
                        self._next = at + self._gap
                held = self._held_until
            if self.stopped.wait(wait):
                raise Stopped
            with self._lock:
                if self._held_until == held and not self._blind:
                    break
        if self.stopped.is_set():
            raise Stopped

    def refused(self, error: RateLimitError, *, sent_at: float, spent: bool = False) -> None:
        """Hold everybody for as long as the service asks, and go slower from then on.

        Args:
            error: The refusal.
            sent_at: When the request was sent (``time.monotonic()``).
            spent: The hour's quota is spent by our own count.

        Raises:
            RateLimitError: It asks for more patience than there is.
        """
        with self._lock:
            now = time.monotonic()
            if sent_at < self._refused_at:
                return  # it was on its way already when the others were told the same
            self._refused_at = now
            self._refusals += 1
            wait = pause_after_refusal(error, self._refusals, spent)
            if wait is None or self._waited + wait > self._max_wait:
                tell_wait_in(error)
                self._over = error
                raise error
            self._blind = error.retry_after is None
            self._probing = False
            self._waited += wait
            self._held_until = max(self._held_until, now + wait)
            if self._least:
                self._gap = min(max(self._gap * SLOWER, self._least), max(SLOWEST, self._least))
        if self._on_wait is not None:
            self._on_wait(wait)

    def went_well(self, sent_at: float) -> None:
        """Note that a request was let through; the pace recovers slowly."""
        with self._lock:
            if sent_at < self._refused_at:
                return  # it was sent before the refusal
            self._waited = 0.0
            self._refusals = 0
            self._blind = self._probing = False
            self._gap = max(self._least, self._gap * RECOVERY)

    def failed(self) -> None:
        """Note that the request that went first said nothing of the limit."""
        with self._lock:
            self._probing = False


class Done(NamedTuple):
    """A piece of work that is done: what it was about, its result or its error."""

    about: Any
    result: Any
    error: BaseException | None


class Crew:
    """Threads that send requests on one client, at one pace.

    Use it as a context: leaving it sends the threads home without waiting for them.

    Args:
        gateway: The client; its connections are shared.
        rate: Requests per second that the workspace allows; 0 for no limit.
        workers: How many requests may be in flight.
    """

    def __init__(self, gateway: Gateway, *, rate: float, workers: int = WORKERS) -> None:
        self._own = gateway
        self._gateway = gateway.beside(self._noted)
        self._noting = threading.Lock()
        self.pace = Pace(rate, gateway.max_wait, gateway.tell_wait)
        self.pace.count(gateway.sent_lately())
        self.workers = workers
        self._todo: SimpleQueue[tuple[Any, Callable[[], Any]] | None] = SimpleQueue()
        self._done: SimpleQueue[Done] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.busy = 0  # handed out and not yet collected

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.pace.stopped.set()
        for _thread in self._threads:
            self._todo.put(None)

    # -- work ---------------------------------------------------------------------------

    def start(self, about: Any, work: Callable[[], Any]) -> None:
        """Hand out a piece of work; :meth:`collect` gives it back with its result."""
        self.busy += 1
        self._todo.put((about, work))
        if len(self._threads) < min(self.busy, self.workers):
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()

    def collect(self, timeout: float | None = None) -> Done | None:
        """Return what was done next, or ``None`` if nothing was within ``timeout`` seconds."""
        try:
            done = self._done.get(timeout=timeout)
        except Empty:
            return None
        self.busy -= 1
        return done

    def _work(self) -> None:
        while (piece := self._todo.get()) is not None:
            about, work = piece
            try:
                self._done.put(Done(about, work(), None))
            except BaseException as error:
                self._done.put(Done(about, None, error))

    # -- requests -----------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Params | None = None,
        read: Callable[..., Answer] = read_answer,
    ) -> Answer:
        """Send a request at the common pace; for the work that is handed out.

        Raises:
            Stopped: The crew was sent home before it was sent.
            ClockifyError: As :meth:`clockify_cli.gateway.client.Gateway.send`.
        """
        while True:
            self.pace.slot()
            sent_at = time.monotonic()
            try:
                answer = self._gateway.send(method, path, body=body, params=params, read=read)
            except RateLimitError as error:
                self.pace.refused(error, sent_at=sent_at, spent=self._own.quota_spent(path))
            except BaseException:
                self.pace.failed()
                raise
            else:
                self.pace.went_well(sent_at)
                return answer

    def _noted(self, *request: Any) -> None:
        with self._noting:
            self._own.note_sent()
            self._own.tell(*request)

    # -- lists ---------------------------------------------------------------------------

    def pages(self, path: str, params: Params | None = None) -> Iterator[list[Any]]:
        """Yield the pages of a list in their order, several of them under way.

        The largest page that the service gives is asked for. How long a list is, nobody
        says before its last page: so few are asked for beyond what is known to be there.

        Args:
            path: The list's path.
            params: Its filters.
        """
        sizes = list(PAGE_SIZES)
        while True:
            try:
                first = self._page(path, params, 1, sizes[0])
                break
            except RefusedError:
                if len(sizes) == 1:
                    raise
                del sizes[0]
        items = first.items()
        progress = Progress(path)
        progress.note(items, more=first.more)
        # A service that gives less than it was asked for counts its pages by what it gives.
        size = len(items) if 0 < len(items) < sizes[0] else sizes[0]
        if first.is_last or not items:
            yield items
            return
        window = max(2, min(PAGES_AHEAD, self.workers, ITEMS_AHEAD // size))
        yield items
        del items, first
        yield from self._rest(path, params, size, window, progress)

    def _rest(
        self, path: str, params: Params | None, size: int, window: int, progress: Progress
    ) -> Iterator[list[Any]]:
        """Yield the pages from the second on."""
        arrived: dict[int, _Page] = {}
        due = asked = 2
        last: int | None = None
        while last is None or due <= last:
            ready = arrived.pop(due, None)
            due += ready is not None
            # At most as many again as have come: a short list is not asked for far beyond.
            ahead = due + min(window, 2 * (due - 1))
            while asked < ahead and (last is None or asked <= last):
                self.start(asked, partial(self._page, path, params, asked, size))
                asked += 1
            if ready is not None:  # it is given away while the next ones are under way
                items = ready.items()
                if progress.note(items, more=ready.more):
                    return
                yield items
                del items
                ready = None
                continue
            done = self.collect()
            assert done is not None  # without a time limit there is always one
            if done.error is not None:
                if last is not None and done.about > last:
                    continue
                raise done.error
            if done.result.is_last and (last is None or done.about < last):
                last = done.about
            if last is None or done.about <= last:
                arrived[done.about] = done.result

    def _page(self, path: str, params: Params | None, number: int, size: int) -> _Page:
        """Ask for a page; its items stay bytes until it is their turn."""
        asked = {**(params or {}), "page": number, "page-size": size}
        tries = 0
        while True:
            tries += 1
            answer = self.send("GET", path, params=asked, read=_unread)
            try:
                return _Page(answer.data, answer.headers, size, first=number == 1)
            except UnreachableError:
                if tries >= GET_TRIES:
                    raise


def _unread(status: int, headers: Mapping[str, str], content: bytes, *, write: bool) -> Answer:
    """Return an answer with its bytes."""
    if content.strip():
        return Answer(status, content, headers)
    return read_answer(status, headers, content, write=write)


class _Page:
    """A page of a list as it came."""

    __slots__ = ("_content", "_items", "more")

    def __init__(self, content: Any, headers: Mapping[str, str], size: int, *, first: bool) -> None:
        self._content: bytes = content if isinstance(content, bytes) else b""
        self._items: list[Any] | None = None
        edges = self._content.strip(b" \t\r\n")
        if not (edges.startswith(b"[") and edges.endswith(b"]")):
            raise UnreachableError("The gateway's answer is not a list.")
        self.more = has_more(headers)
        if edges == b"[]":
            self.more = False
        elif self.more is None:
            self._items = self._read()
            # The first page may be short because the service gives no larger ones.
            if len(self._items) < (1 if first else size):
                self.more = False

    @property
    def is_last(self) -> bool:
        """Whether no page follows."""
        return self.more is False

    def items(self) -> list[Any]:
        """Return its items, once: they are not kept."""
        found = self._items if self._items is not None else self._read()
        self._content, self._items = b"", None
        return found

    def _read(self) -> list[Any]:
        try:
            found: list[Any] = json.loads(self._content)
        except ValueError:
            raise UnreachableError("The gateway's answer is not a list.") from None
        return found
