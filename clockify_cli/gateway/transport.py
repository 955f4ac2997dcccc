"""The httpx client behind the gateway client: TLS where it is due, or the embedded gateway."""

from __future__ import annotations

import os
from typing import Any

import httpx

from clockify_cli import __version__
from clockify_cli.core.account import is_loopback
from clockify_cli.core.errors import UnreachableError
from clockify_cli.gateway.target import Target

CONNECT_SECONDS = 3.0  # a network that drops everything must not hold up a start for long
CONNECTIONS = 12  # enough for the service's 50 requests a second at 200 ms each


def open_client(target: Target, base_url: str, timeout: float) -> httpx.Client:
    """Return an httpx client that talks to ``base_url`` with the credential of ``target``.

    Redirects are not followed: they could carry the key to another host. On this machine
    alone no proxy is asked and no CA list is loaded (30 ms); an ``https`` address always
    gets the full verification, with ``SSL_CERT_FILE`` honoured.
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
    try:
        return httpx.Client(**options)
    except (OSError, ValueError, ImportError) as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> UnreachableError:
    """Return the error for a CA file or a proxy of the environment that cannot be used."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        place = os.environ.get(name)
        if place and isinstance(error, OSError):
            reason = error.strerror or "it holds no certificate in PEM form"
            return UnreachableError(
                f"{name} ({place}) cannot be used: {reason}.", f"Mend the file, or unset {name}."
            )
    return UnreachableError(
        f"No connection can be made: {error}.",
        "Look at the proxy variables (HTTPS_PROXY, ALL_PROXY).",
    )
