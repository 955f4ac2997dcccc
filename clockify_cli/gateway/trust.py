"""The certificates that are trusted, and the proxy that stands in between."""

from __future__ import annotations

import os
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from clockify_cli.core.errors import UnreachableError

# Each variable that other programs know; the first one that is set counts.
_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_ENDINGS = (".pem", ".crt", ".cer")


class Authorities(NamedTuple):
    """Where the certificates of the trusted authorities come from.

    Attributes:
        name: The setting or the variable; empty for the built-in list.
        place: The path of a file or a folder.
    """

    name: str
    place: str

    def __str__(self) -> str:
        return f"{self.name} ({self.place})" if self.name else "the built-in list"

    def context(self) -> ssl.SSLContext:
        """Return a TLS context that trusts these authorities alone.

        Raises:
            UnreachableError: They cannot be read.
        """
        if not self.name:
            import certifi  # httpx needs it

            return ssl.create_default_context(cafile=certifi.where())
        try:
            if os.path.isdir(self.place):
                return self._folder()
            return ssl.create_default_context(cafile=self.place)
        except OSError as error:
            reason = "it holds no certificate in PEM form"
            if not isinstance(error, ssl.SSLError) and error.strerror:
                reason = error.strerror
            raise self._unusable(reason) from error

    def _folder(self) -> ssl.SSLContext:
        context = ssl.create_default_context(capath=self.place)
        # OpenSSL finds only files that are named by a hash; people put any file there.
        for name in sorted(os.listdir(self.place)):
            if name.lower().endswith(_ENDINGS):
                try:
                    context.load_verify_locations(cafile=os.path.join(self.place, name))
                except ssl.SSLError:
                    continue  # a key, or a certificate in another form
        return context

    def _unusable(self, reason: str) -> UnreachableError:
        way = f"unset {self.name}"
        if self.name == "ca_file":
            way = "clockify config unset ca_file"
        return UnreachableError(
            f"{self} cannot be used: {reason}.", f"Fix the file, or remove it: {way}."
        )


def trusted_authorities(ca_file: str) -> Authorities:
    """Return which certificates are trusted: the setting's, a variable's or the built-in ones."""
    if ca_file:
        return Authorities("ca_file", os.path.expanduser(ca_file))
    for name in _VARIABLES:
        place = os.environ.get(name, "").strip()
        if place:
            return Authorities(name, place)
    return Authorities("", "")


class Proxy(NamedTuple):
    """A proxy of the environment.

    Attributes:
        variable: The variable that names it.
        address: Its host and port, without user and password.
    """

    variable: str
    address: str


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy that requests to ``url`` go through; ``None`` for none."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    found = getproxies()
    scheme = parts.scheme if found.get(parts.scheme) else "all"
    proxy = found.get(scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    address = proxy.split("://", 1)[-1].rpartition("@")[2].rstrip("/")
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    variable = next((n for n in names if os.environ.get(n)), "the system's settings")
    return Proxy(variable, address)
