"""Why no answer came: the network, a proxy, a certificate or a timeout."""

from __future__ import annotations

import socket

import httpx

from clockify_cli.core.errors import ClockifyError, UnclearError, UnreachableError
from clockify_cli.gateway.target import Target, other_address_hint
from clockify_cli.gateway.transport import LARGEST_ANSWER, LateError, TooLargeError

CATCHABLE = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, LateError, TooLargeError)


def broken_request(error: Exception, base: str, target: Target, *, write: bool) -> ClockifyError:
    """Return the error for a request without a whole answer.

    Args:
        error: What httpx, or reading the answer, has raised.
        base: The address that was asked.
        target: Whom it belongs to.
        write: It was to change something.
    """
    host = base.split("://", 1)[-1].split("/", 1)[0]
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)):
        return ClockifyError(f"The request cannot be sent: {_reason(error)}.")
    if isinstance(error, httpx.ProxyError):
        return _proxy_refusal(error, base)
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        away = _not_connected(error, base, host, target)
        away.timed_out = isinstance(error, httpx.TimeoutException)
        return away
    lost = UnclearError if write else UnreachableError
    late = isinstance(error, (httpx.TimeoutException, LateError))
    if late:
        found = lost(f"{host} did not answer in time.")
    elif isinstance(error, TooLargeError):
        size = LARGEST_ANSWER // 1024 // 1024
        found = lost(f"The answer from {host} is too large: more than {size} MB.")
    else:
        found = lost(f"The answer from {host} was cut off: {_reason(error)}.")
    # To ask again for what was too slow or too large would only take as long again.
    found.timed_out = late or isinstance(error, TooLargeError)
    return found


def _not_connected(error: Exception, base: str, host: str, target: Target) -> UnreachableError:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        from clockify_cli.gateway.trust import trusted_authorities

        authorities = trusted_authorities(target.ca_file)
        return UnreachableError(
            f"The TLS certificate of {host} cannot be trusted (checked against {authorities}).",
            "If your network has a CA of its own: clockify config set ca_file FILE, "
            "or set SSL_CERT_FILE.",
        )
    if base.startswith("https://") and "SSL" not in text:
        from clockify_cli.gateway.trust import proxy_for

        proxy = proxy_for(base)
        if proxy is not None:
            return UnreachableError(
                f"Cannot reach the proxy {proxy.address}: {_reason(error)}.",
                f"It is set by {proxy.variable}: start it, or unset {proxy.variable}.",
            )
    if _has_cause(error, socket.gaierror):
        return UnreachableError(
            f"Cannot reach {host}: its name cannot be resolved.", other_address_hint(host)
        )
    return UnreachableError(f"Cannot reach {host}: {_reason(error)}.")


def _proxy_refusal(error: Exception, base: str) -> UnreachableError:
    from clockify_cli.gateway.trust import proxy_for

    proxy = proxy_for(base)
    name = f" {proxy.address}" if proxy else ""
    variable = proxy.variable if proxy else "HTTPS_PROXY"
    text = str(error)
    if text.startswith("407"):
        return UnreachableError(
            f"The proxy{name} requires a user and password (407).",
            f"Set them in {variable}: http://USER:PASSWORD@HOST:PORT.",
            status=407,
        )
    return UnreachableError(
        f"The proxy{name} did not let the request through: {_reason(error)}.",
        f"It is set by {variable}: fix it, or unset {variable}.",
    )


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    return (str(error) or type(error).__name__)[:200].rstrip(".")
