"""Whom a run talks to: the address, the credential and the connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from clockify_cli.core.account import SANDBOX, is_loopback, realm_of
from clockify_cli.core.errors import UsageError

SHORTEST_SECRET = 8  # characters; a shorter key (the sandbox's) is found in ordinary words


@dataclass(frozen=True, slots=True)
class Target:
    """One account's way in.

    Attributes:
        base_url: What stands before ``/api/v1/…``, without a final slash.
        control_url: The control plane; empty where there is none (direct access).
        key: The API key; never shown, so it is left out of the representation.
        direct: Clockify itself with ``X-Api-Key`` instead of the gateway.
        connection: The gateway connection to use; empty for the gateway's choice.
        sandbox: The path of the embedded gateway's database; empty for the network.
    """

    base_url: str
    control_url: str = ""
    key: str = field(default="", repr=False)
    direct: bool = False
    connection: str = ""
    sandbox: str = ""

    @property
    def realm(self) -> str:
        """Return which installation of Clockify this leads to."""
        if self.sandbox:
            return SANDBOX
        return realm_of(self.base_url, direct=self.direct)

    @property
    def account_010(self) -> str:
        """Return how version 0.1.0 named the account in the config file."""
        if self.sandbox:
            return SANDBOX
        return self.base_url + ("#" + self.connection if self.connection else "")

    def headers(self) -> dict[str, str]:
        """Return the headers that every request carries."""
        if self.direct:
            return {"X-Api-Key": self.key}
        headers = {"Authorization": f"Bearer {self.key}"}
        if self.connection:
            headers["Maton-Connection"] = self.connection
        return headers

    def without_key(self, content: bytes) -> bytes:
        """Return ``content`` with the key blotted out, should it have got into it."""
        if self.sandbox or len(self.key) < SHORTEST_SECRET:
            return content
        return content.replace(self.key.encode(), b"[key]")


def checked_url(url: str, setting: str) -> str:
    """Return ``url`` without its final slash; refuse what would carry the key in the clear.

    Plain ``http`` is for this machine alone: a key sent over it could be read on the way.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise UsageError(
            f"{setting} is not an address: {url!r}.", "It looks like https://host/path."
        )
    if parts.username or parts.password:
        raise UsageError(
            f"{setting} must not hold a user or a password.", "Give only https://host/path."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"{setting} is plain http to {host}: the key would travel in the clear.",
            "Use https; http is accepted for localhost only.",
        )
    return url.strip().rstrip("/")


def checked_connection(text: str) -> str:
    """Return a connection's ID as it is typed; refuse what no header can carry."""
    text = text.strip()
    if not text.isascii() or not text.isprintable():
        raise UsageError(
            f"This is not the ID of a connection: {text!r}.",
            "List them: clockify connections list.",
        )
    return text
