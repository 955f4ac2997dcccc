"""The gateway client: sends one request and returns its answer or raises one of our errors.

A ``GET`` that fails is tried again, with backoff and jitter. A write is never repeated
here, except after 429, which says that nothing was done: whether a lost write happened is
a question for the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import RateLimitError, UnreachableError
from clockify_cli.gateway.answers import Answer, error_for, read_answer, whole_characters
from clockify_cli.gateway.paging import MOST_PAGES, SAFE_SIZE, each_page
from clockify_cli.gateway.target import Target
from clockify_cli.gateway.waits import (
    GET_TRIES,
    backoff,
    clock_skew,
    pause_after_refusal,
    retry_after,
    tell_wait_in,
)

if TYPE_CHECKING:
    from clockify_cli.gateway.transport import Reply

PAGE_SIZE = SAFE_SIZE
RATE_WINDOW = 1.05  # seconds that count as one: what is sent evenly arrives in bunches
Params = Mapping[str, str | int | bool | list[str]]
OnRequest = Callable[[str, str, int, float, str], None]
Reader = Callable[..., Answer]  # as answers.read_answer: for answers of 2xx


class Gateway:
    """A thin client for one account.

    Args:
        target: Whom to talk to.
        timeout: Seconds to wait for an answer; a whole one has twice of it.
        rate: Requests per second at most; 0 for no limit.
        quota_spent: Says whether the hour's quota for a path is spent, by our own count.
        max_wait: Seconds that a rate limit is waited out, all waits of one request together.
        on_request: Called for each request: method, path, status (0 if none came), milliseconds,
            request ID.
        on_wait: Called for a wait longer than a second, in seconds.
        on_notice: Called for what was odd in an answer, as a sentence.
        progress: Entered for as long as each request takes.
    """

    own_user = ""  # the ID of the user whom the key is known for

    def __init__(
        self,
        target: Target,
        *,
        timeout: float = 20,
        rate: int = 0,
        quota_spent: Callable[[str], bool] | None = None,
        max_wait: float = 10,
        on_request: OnRequest | None = None,
        on_wait: Callable[[float], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
        progress: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._progress = progress
        self.target = target
        self.max_wait = max_wait
        self.timeout = timeout
        self._rate = rate
        self._sent: list[float] = []  # when the last requests were sent
        self._quota_spent = quota_spent
        self.tries = GET_TRIES
        self.brisk = 0.0  # seconds a request may take, where that is less than the time-out
        self._on_request = on_request
        self._on_wait = on_wait
        self._on_notice = on_notice
        self._skipped = False  # it was noticed that something was left out
        self._http: dict[str, Any] = {}
        self._key_renewed = False
        # Seconds that this machine's clock is ahead, by the last answer; None before any.
        self.clock_skew: float | None = None

    def get(self, path: str, params: Params | None = None) -> Any:
        """Return the JSON at ``path``."""
        return self.send("GET", path, params=params).data

    def pages(
        self,
        path: str,
        params: Params | None = None,
        *,
        page_size: int = PAGE_SIZE,
        most_pages: int | None = MOST_PAGES,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """Yield every item of a paged list, asking for pages as needed (see ``each_page``).

        Args:
            path: The list's path.
            params: Its filters.
            page_size: Items a request.
            most_pages: How many pages the list may have; ``None`` for any number.
            limit: Stop after so many items.
        """
        if limit is not None:
            page_size = max(1, min(page_size, limit))
        pages = self.whole_pages(path, params, page_size=page_size, most_pages=most_pages)
        yield from islice(chain.from_iterable(pages), limit)

    def whole_pages(
        self,
        path: str,
        params: Params | None = None,
        *,
        page_size: int = PAGE_SIZE,
        most_pages: int | None = MOST_PAGES,
        read: Reader = read_answer,
    ) -> Iterator[list[Any]]:
        """Yield the pages of a list; see :meth:`pages`.

        Args:
            path: The list's path.
            params: Its filters.
            page_size: Items a request.
            most_pages: How many pages the list may have; ``None`` for any number.
            read: Makes the answer out of status, headers and body.
        """
        return each_page(
            self.send, path, params, page_size=page_size, most_pages=most_pages, read=read
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Params | None = None,
        control: bool = False,
        read: Reader = read_answer,
    ) -> Answer:
        """Send one request; return its answer or raise.

        Args:
            method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
            path: The path below the base address, from ``/api/v1/`` (or below the control plane).
            body: What to send as JSON.
            params: The query.
            control: Ask the control plane instead.
            read: Makes the answer out of status, headers and body.

        Raises:
            UnclearError: A write went out and no readable answer came back.
            ClockifyError: Everything else, by its kind.
        """
        write = method != "GET"
        tries, refusals, waited = 0, 0, 0.0
        while True:
            self._keep_rate()
            try:
                return self._once(method, path, body, params, control, read)
            except RateLimitError as error:
                refusals += 1
                wait = pause_after_refusal(error, refusals, self.quota_spent(path))
                if wait is None or waited + wait > self.max_wait or refusals > 8:
                    tell_wait_in(error)
                    raise
                self.tell_wait(wait)
                time.sleep(wait)
                waited += wait
            except UnreachableError as error:
                tries += 1
                redirected = error.status is not None and 300 <= error.status < 400
                if write or tries >= self.tries or redirected or error.timed_out:
                    raise
                time.sleep(backoff(tries))

    def use(self, target: Target) -> None:
        """Name another connection from now on; the addresses stay."""
        self.target = target
        for http in self._http.values():
            http.headers.update(target.headers())

    def quota_spent(self, path: str) -> bool:
        """Say whether the hour's quota for a path is spent, by our own count."""
        return self._quota_spent is not None and self._quota_spent(path)

    def _keep_rate(self) -> None:
        """Wait until one more request is within the rate."""
        if self._rate and len(self._sent) >= self._rate:
            pause = self._sent[-self._rate] + RATE_WINDOW - time.monotonic()
            if pause > 0:
                time.sleep(pause)
        self.note_sent()

    def note_sent(self) -> None:
        """Note that a request is sent now."""
        if self._rate:
            self._sent = [*self._sent[-self._rate :], time.monotonic()]

    def sent_lately(self) -> int:
        """Return how many requests were sent in the last second, as far as the rate counts."""
        since = time.monotonic() - RATE_WINDOW
        return sum(moment > since for moment in self._sent)

    def beside(self, on_request: OnRequest) -> Gateway:
        """Return a client on the same connections that never waits out a rate limit itself.

        Args:
            on_request: Called for its requests; :meth:`tell` passes them on to this client's own.
        """
        self._client(self.target.base_url)  # made here, so that threads only share it
        other = Gateway(self.target, timeout=self.timeout, max_wait=0, on_request=on_request)
        other.tries = self.tries
        other._quota_spent = self._quota_spent
        other._http = self._http
        return other

    def tell(self, *request: Any) -> None:
        """Tell of a request that another client made on these connections."""
        if self._on_request is not None:
            self._on_request(*request)

    def tell_wait(self, seconds: float) -> None:
        """Tell of a wait of more than a second."""
        if self._on_wait is not None and seconds > 1:
            self._on_wait(seconds)

    def tell_skipped(self, count: int) -> None:
        """Tell, once, that entries of a list cannot be used and were left out."""
        if self._on_notice is not None and not self._skipped:
            what = "an entry" if count == 1 else f"{count} entries"
            self._on_notice(f"Skipped {what} in the list that could not be read.")
        self._skipped = True

    def close(self) -> None:
        """Close the connections."""
        for http in self._http.values():
            http.close()
        self._http.clear()

    def _once(
        self,
        method: str,
        path: str,
        body: Any,
        params: Params | None,
        control: bool,
        read: Reader,
    ) -> Answer:
        from clockify_cli.gateway import broken

        base = self.target.control_url if control else self.target.base_url
        options: dict[str, Any] = {}
        if self.brisk:
            options["timeout"] = min(self.brisk, self.timeout)
        if body is not None:
            options["json"] = body
        if params:
            options["params"] = {
                k: ("true" if v else "false") if isinstance(v, bool) else v
                for k, v in params.items()
            }
        write = method != "GET"
        with self._progress or nullcontext():
            for again in (True, False):
                try:
                    reply = self._fetch(method, base, path, options)
                except broken.CATCHABLE as error:
                    raise broken.broken_request(error, base, self.target, write=write) from error
                if reply.status != 401 or not again or not self._renew_key():
                    break
        status, headers, content = reply
        content = self.target.without_key(whole_characters(content))
        if 200 <= status < 300:
            return read(status, headers, content, write=write)
        found = error_for(status, content, write=write, path=path, headers=headers)
        found.request_id = self.target.without_key(found.request_id.encode()).decode()
        if isinstance(found, RateLimitError):
            found.retry_after = retry_after(headers, time.time())
        if isinstance(found, UnreachableError):
            found.timed_out = status == 504  # the backend may still be at it
        raise found

    def _fetch(self, method: str, base: str, path: str, options: dict[str, Any]) -> Reply:
        """Send one request and return its answer as it came."""
        from clockify_cli.gateway.transport import PATIENCE, LateError, fetch, fetch_here

        started, asked_at = time.perf_counter(), time.time()
        status, request_id = 0, ""
        try:
            http = self._client(base)
            if self.target.sandbox:
                reply = fetch_here(http, method, base + path, options)
            else:
                seconds = options.get("timeout", self.timeout) * PATIENCE
                try:
                    reply = fetch(http, method, base + path, options, seconds)
                except LateError:
                    self._http.pop(base, None)  # a thread still listens on it
                    raise
            status, request_id = reply.status, reply.headers.get("x-request-id", "")
            skew = clock_skew(reply.headers.get("date", ""), asked_at, time.time())
            self.clock_skew = self.clock_skew if skew is None else skew
            return reply
        finally:
            if self._on_request is not None:
                milliseconds = (time.perf_counter() - started) * 1000
                self._on_request(method, path, status, milliseconds, request_id)

    def _renew_key(self) -> bool:
        """Have the key made again, once a run; say whether that was possible."""
        if self.target.key_source is None or self.target.key or self._key_renewed:
            return False
        self._key_renewed = True
        headers = self.target.headers(renew=True)
        for http in self._http.values():
            http.headers.update(headers)
        return True

    def _client(self, base: str) -> Any:
        if base not in self._http:
            from clockify_cli.gateway.transport import open_client

            self._http[base] = open_client(self.target, base, self.timeout)
        return self._http[base]
