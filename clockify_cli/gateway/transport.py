"""The httpx client behind the gateway client: trust and timeouts."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

import httpx

from clockify_cli import __version__
from clockify_cli.core.account import is_loopback
from clockify_cli.core.errors import UnreachableError
from clockify_cli.gateway.target import Target

CONNECT_SECONDS = 3.0  # a network that drops everything must not hold up a start for long
CONNECTIONS = 12  # enough for the service's 50 requests per second at 200 ms each
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes, after decompression
PATIENCE = 2  # a whole answer has so many times the time-out of a single read


class TooLargeError(Exception):
    """An answer had more bytes than any that is meant for us."""


class LateError(Exception):
    """An answer came in pieces and was not whole in time."""


class Reply(NamedTuple):
    """An answer as it came."""

    status: int
    headers: httpx.Headers
    content: bytes


def open_client(target: Target, base_url: str, timeout: float) -> httpx.Client:
    """Return an httpx client that talks to ``base_url`` with the credential of ``target``.

    Redirects are not followed: they could carry the key to another host. On this machine
    alone no proxy is asked and no CA list is loaded (30 ms); an ``https`` address always
    gets the full verification.
    """
    options: dict[str, Any] = {
        "headers": {"User-Agent": f"clockify-cli/{__version__}", **target.headers()},
        "timeout": httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        "limits": httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        "follow_redirects": False,
    }
    if target.sandbox:
        from clockify_cli.sandbox import Sandbox

        transport = httpx.WSGITransport(app=Sandbox(target.sandbox))
        return httpx.Client(transport=transport, trust_env=False, **options)
    url = httpx.URL(base_url)
    if url.scheme == "http" and is_loopback(url.host):
        import ssl

        # A context without any CA: should an https address come in here, nothing is trusted.
        return httpx.Client(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, **options
        )
    from clockify_cli.gateway.trust import trusted_authorities

    authorities = trusted_authorities(target.ca_file)
    try:
        return httpx.Client(verify=authorities.context(), **options)
    except (OSError, ValueError, ImportError) as error:
        raise UnreachableError(
            f"Cannot connect: {error}.",
            "Check the proxy variables (HTTPS_PROXY, ALL_PROXY).",
        ) from error


def fetch(
    http: httpx.Client, method: str, url: str, options: dict[str, Any], seconds: float
) -> Reply:
    """Send one request and return its answer, within ``seconds`` altogether.

    httpx limits each single read, so that an answer that drips could take for ever, in its
    headers too. A thread listens, which is left behind when the time is over.

    Raises:
        LateError: The time is over; the client must not be used any more.
        TooLargeError: The answer has too many bytes.
    """
    outcome: list[Reply | BaseException] = []
    ended = threading.Event()

    def listen() -> None:
        try:
            outcome.append(_whole(http, method, url, options, time.monotonic() + seconds))
        except BaseException as error:
            outcome.append(error)
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    if not ended.wait(seconds):
        raise LateError
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def fetch_here(http: httpx.Client, method: str, url: str, options: dict[str, Any]) -> Reply:
    """Send one request to the embedded gateway, which answers in this thread."""
    return _whole(http, method, url, options, time.monotonic() + 3600)


def _whole(
    http: httpx.Client, method: str, url: str, options: dict[str, Any], until: float
) -> Reply:
    with http.stream(method, url, **options) as response:
        pieces, size = [], 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise TooLargeError
            if time.monotonic() > until:
                raise LateError
            pieces.append(piece)
        return Reply(response.status_code, response.headers, b"".join(pieces))
