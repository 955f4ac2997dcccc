"""The server a run talks to: address, credential and connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from clockify_cli.core.account import SANDBOX, is_loopback, realm_of
from clockify_cli.core.errors import UsageError
from clockify_cli.core.settings import Settings

SHORTEST_SECRET = 8  # characters; a shorter key (the sandbox's) is found in ordinary words
OLD_HOSTS = ("gateway.maton.ai", "ctrl.maton.ai")  # one host each for gateway and control plane
NEW_URL = "https://api.maton.ai"  # one for both
GATEWAY_RATE, DIRECT_RATE = 10, 50  # requests per second: an account's, a workspace's


class KeySource(Protocol):
    """Gives a key when it is needed."""

    @property
    def known(self) -> str:
        """The key that was given last; empty before."""

    def __call__(self, *, renew: bool = False) -> str:
        """Return the key, a new one if it is to be renewed."""


@dataclass(frozen=True, slots=True)
class Target:
    """One account's way in.

    Attributes:
        base_url: What stands before ``/api/v1/…``, without a final slash.
        control_url: The control plane; empty if there is none (direct access).
        key: The API key; never shown, so it is left out of the representation.
        direct: Clockify itself with ``X-Api-Key`` instead of the gateway.
        connection: The gateway connection to use; empty for the gateway's choice.
        sandbox: The path of the embedded gateway's database; empty for the network.
        key_source: Gives the key when it is needed, if ``key`` is empty.
        ca_file: Certificates to trust instead of the usual ones; empty for those.
    """

    base_url: str
    control_url: str = ""
    key: str = field(default="", repr=False)
    direct: bool = False
    connection: str = ""
    sandbox: str = ""
    key_source: KeySource | None = field(default=None, repr=False, compare=False)
    ca_file: str = ""

    @property
    def has_key(self) -> bool:
        """Whether there is a key, or something that gives one when it is needed."""
        return bool(self.key or self.key_source)

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

    def headers(self, *, renew: bool = False) -> dict[str, str]:
        """Return the headers that every request carries.

        Args:
            renew: The key was refused: have a new one made, if something makes it.
        """
        key = self.key_source(renew=renew) if self.key_source and not self.key else self.key
        if self.direct:
            return {"X-Api-Key": key}
        headers = {"Authorization": f"Bearer {key}"}
        if self.connection:
            headers["Maton-Connection"] = self.connection
        return headers

    def without_key(self, content: bytes) -> bytes:
        """Return ``content`` with the key blotted out, should it have got into it.

        The service may echo it inside a name, percent-encoded or with JSON's escapes.
        """
        key = self.key or (self.key_source.known if self.key_source else "")
        if self.sandbox or len(key) < SHORTEST_SECRET:
            return content
        content = content.replace(key.encode(), b"[key]")
        if b"%" not in content and b"\\" not in content:
            return content
        import re

        forms = b"".join(
            rb"(?:%s|%%(?:25)*%02x|\\+u00%02x|\\+%s)" % (sign, number, number, sign)
            for number in key.encode()
            for sign in [re.escape(bytes([number]))]
        )
        return re.sub(forms, b"[key]", content, flags=re.IGNORECASE)


def checked_url(url: str, setting: str) -> str:
    """Return ``url`` without its final slash; refuse what would carry the key in the clear.

    Plain ``http`` is for this machine alone: a key sent over it could be read on the way.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", 0
    plain = all(sign.isprintable() and sign not in ' \\"<>^`{|}' for sign in text)
    if (
        parts.scheme not in ("http", "https")
        or not plain
        or not _is_host(host)
        or port == 0
        or parts.query
        or parts.fragment
    ):
        raise UsageError(
            f"{setting} is not an address: {url!r}.", "Use the form https://host/path."
        )
    if parts.username or parts.password:
        raise UsageError(
            f"{setting} must not hold a user or a password.", "Give only https://host/path."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"{setting} is plain http to {host}: the key would be sent unencrypted.",
            "Use https; http is accepted only for localhost.",
        )
    return text.rstrip("/")


def _is_host(host: str) -> bool:
    """Say whether a name or an IP address can be looked up at all."""
    if ":" in host:
        from ipaddress import IPv6Address

        try:
            IPv6Address(host.partition("%")[0])
        except ValueError:
            return False
        return True
    if not host.isascii():
        import idna  # httpx needs it

        try:
            host = idna.encode(host, uts46=True).decode()
        except UnicodeError:
            return False
    labels = host.removesuffix(".").split(".")
    signs = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    return len(host) <= 253 and all(
        0 < len(label) <= 63 and set(label) <= signs and label.strip("-") == label
        for label in labels
    )


def gateway_addresses(settings: Settings) -> tuple[str, str]:
    """Return where the gateway and its control plane are.

    ``maton_url`` names one host for both; an address of its own goes before it, unless it was
    given in a place of lower rank.
    """
    found = []
    for name, path in (("gateway_url", "/clockify"), ("control_url", "")):
        if settings.rank("maton_url") < settings.rank(name):
            host = checked_url(settings.get("maton_url"), "maton_url")
            found.append(host.removesuffix("/clockify") + path)
        else:
            found.append(checked_url(settings.get(name), name))
    return found[0], found[1]


def rate_for(target: Target, settings: Settings) -> int:
    """Return how many requests per second ``target`` allows; 0 for any number."""
    given: int | None = settings.get("rate")
    if given is not None:
        return given
    if target.sandbox or is_loopback(urlsplit(target.base_url).hostname or ""):
        return 0
    return DIRECT_RATE if target.direct else GATEWAY_RATE


def other_address_hint(host: str) -> str:
    """Return what to try when a host of the gateway's cannot be found; empty for others."""
    name = host.partition(":")[0].lower()
    if name in OLD_HOSTS:
        command = f"clockify config set maton_url {NEW_URL}"
    elif name == NEW_URL.partition("://")[2]:
        command = "clockify config unset maton_url"
    else:
        return ""
    return f"Check the network. Maton's other address serves the same account: {command}."


def checked_connection(text: str) -> str:
    """Return a connection's ID as it is typed; refuse what no header can carry."""
    text = text.strip()
    if not text.isascii() or not text.isprintable():
        raise UsageError(
            f"This is not the ID of a connection: {text!r}.",
            "List them: clockify connections list.",
        )
    return text
