"""The gateway client: sends one request and returns its answer or raises one of our errors.

A ``GET`` that fails is tried again, with backoff and jitter. A write is never repeated
here, except after 429, which says that nothing was done: whether a lost write happened is
a question for the journal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from clockify_cli.core.errors import ClockifyError, RateLimitError, UnclearError, UnreachableError
from clockify_cli.gateway.answers import Answer, error_for, read_answer, whole_characters
from clockify_cli.gateway.paging import MOST_PAGES, Progress
from clockify_cli.gateway.target import Target
from clockify_cli.gateway.waits import GET_TRIES, backoff, retry_after

PAGE_SIZE = 200  # safe on every list of the service
LEAST_PAGE = 10  # the smallest page that a list of the service gives unasked
Params = Mapping[str, str | int | bool | list[str]]
Reader = Callable[..., Answer]  # as answers.read_answer: for answers of 2xx


class Gateway:
    """A thin client for one account.

    Args:
        target: Whom to talk to.
        timeout: Seconds to wait for an answer; connecting gets a quarter of it at most.
        max_wait: Seconds that a rate limit is waited out, all waits of one request together.
        on_request: Told of each request: method, path, status (0 where none came), milliseconds.
        on_wait: Told of a wait longer than a second, in seconds.
        on_notice: Told of what was odd in an answer, as a sentence.
        progress: Entered for as long as each request takes.
    """

    clock_skew: float | None = None  # seconds by which this computer's clock is behind
    own_user = ""  # the ID of the user whom the key is known for

    def __init__(
        self,
        target: Target,
        *,
        timeout: float = 20,
        max_wait: float = 10,
        on_request: Callable[[str, str, int, float], None] | None = None,
        on_wait: Callable[[float], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
        progress: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._progress = progress
        self.target = target
        self.max_wait = max_wait
        self.timeout = timeout
        self.tries = GET_TRIES
        self.brisk = 0.0  # seconds a request may take, where that is less than the time-out
        self._on_request = on_request
        self._on_wait = on_wait
        self._on_notice = on_notice
        self._skipped = False  # it was noticed that something was left out
        self._http: dict[str, Any] = {}

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
        """Yield every item of a paged list, asking for a page when it is due.

        ``Last-Page`` tells the end; where it is absent, a page shorter than the others does. The
        first one may be short because the service gives no larger ones: then it counts its
        pages by what it gives.

        Args:
            path: The list's path.
            params: Its filters.
            page_size: Items a request.
            most_pages: How many pages the list may have; ``None`` for any number.
            limit: Stop after so many items.
        """
        if limit is not None:
            page_size = max(1, min(page_size, limit))
        given = 0
        pages = self.whole_pages(path, params, page_size=page_size, most_pages=most_pages)
        for items in pages:
            for item in items:
                if limit is not None and given >= limit:
                    return
                yield item
                given += 1
            if limit is not None and given >= limit:
                return

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
        page = 1
        progress = Progress(path, most_pages)
        while True:
            asked = {**(params or {}), "page": page, "page-size": page_size}
            answer = self.send("GET", path, params=asked, read=read)
            items = answer.data
            if not isinstance(items, list):
                raise UnreachableError("The gateway's answer is not a list.", status=answer.status)
            told = answer.headers.get("last-page", "").strip().lower()
            more = {"true": False, "false": True}.get(told)
            if not items or (more is None and len(items) < (page_size if page > 1 else LEAST_PAGE)):
                more = False
            if progress.note(items, more=more):
                return
            yield items
            if more is False:
                return
            if page == 1:
                page_size = min(page_size, len(items))
            page += 1

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
        tries, waited = 0, 0.0
        while True:
            tries += 1
            try:
                return self._once(method, path, body, params, control, read)
            except RateLimitError as error:
                asked = error.retry_after
                wait = min(backoff(tries) * 4, 8.0)
                if asked is not None:  # "at once" is not meant, again and again
                    wait = max(asked, backoff(tries))
                if waited + wait > self.max_wait or tries > 8:
                    if asked is not None and asked >= 1:
                        error.hint = f"Clockify asks to wait {_minutes(asked)}. {error.hint}"
                        error.details["retryAfter"] = int(asked)
                    raise
                if self._on_wait is not None and wait > 1:
                    self._on_wait(wait)
                time.sleep(wait)
                waited += wait
            except UnreachableError as error:
                redirected = error.status is not None and 300 <= error.status < 400
                if write or tries >= self.tries or redirected or error.timed_out:
                    raise
                time.sleep(backoff(tries))

    def use(self, target: Target) -> None:
        """Name another connection from now on; the addresses stay."""
        self.target = target
        for http in self._http.values():
            http.headers.update(target.headers())

    def beside(self, on_request: Callable[[str, str, int, float], None]) -> Gateway:
        """Return a client on the same connections that never waits out a rate limit itself.

        Args:
            on_request: Told of its requests; :meth:`tell` passes them on to this client's own.
        """
        self._client(self.target.base_url)  # made here, so that threads only share it
        other = Gateway(self.target, timeout=self.timeout, max_wait=0, on_request=on_request)
        other.tries = self.tries
        other._http = self._http
        return other

    def tell(self, method: str, path: str, status: int, milliseconds: float) -> None:
        """Tell of a request that another client made on these connections."""
        if self._on_request is not None:
            self._on_request(method, path, status, milliseconds)

    def tell_wait(self, seconds: float) -> None:
        """Tell of a wait."""
        if self._on_wait is not None:
            self._on_wait(seconds)

    def tell_skipped(self, count: int) -> None:
        """Tell, once, that entries of a list cannot be used and were left out."""
        if self._on_notice is not None and not self._skipped:
            what = "An entry" if count == 1 else f"{count} entries"
            self._on_notice(f"{what} of the list cannot be read and left out.")
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
        import httpx

        base = self.target.control_url if control else self.target.base_url
        started = time.perf_counter()
        status = 0
        write = method != "GET"
        try:
            http = self._client(base)
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
            with self._progress or nullcontext():
                response = http.request(method, base + path, **options)
            status = response.status_code
            content = whole_characters(response.content)
            # It refers to the answer, which so would stay in memory with all its bytes.
            del response.stream
            if status >= 400:  # errors are shown, and kept in the journal: one may quote the key
                content = self.target.without_key(content)
            if 200 <= status < 300:
                return read(status, response.headers, content, write=write)
            error = error_for(status, content, write=write, path=path, headers=response.headers)
            if isinstance(error, RateLimitError):
                error.retry_after = retry_after(response.headers, time.time())
            if isinstance(error, UnreachableError):
                error.timed_out = status == 504  # the backend may still be at it
            raise error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            away = UnreachableError(f"Cannot reach {_host(base)}: {_reason(error)}.")
            away.timed_out = isinstance(error, httpx.TimeoutException)
            raise away from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise ClockifyError(f"The request cannot be sent: {_reason(error)}.") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            lost = (UnclearError if write else UnreachableError)(
                f"No whole answer from {_host(base)}: {_reason(error)}."
            )
            lost.timed_out = isinstance(error, httpx.TimeoutException)
            raise lost from error
        finally:
            if self._on_request is not None:
                self._on_request(method, path, status, (time.perf_counter() - started) * 1000)

    def _client(self, base: str) -> Any:
        if base not in self._http:
            from clockify_cli.gateway.transport import open_client

            self._http[base] = open_client(self.target, base, self.timeout)
        return self._http[base]


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0]


def _reason(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    text = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its TLS certificate cannot be trusted (SSL_CERT_FILE names a CA file of your own)"
    return text[:200].rstrip(".")


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
