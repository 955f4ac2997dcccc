"""How the service says no: a status, a message and a code, as its error bodies carry them."""

from __future__ import annotations

from collections.abc import Mapping

DOMAIN = 501  # a rule of the service refuses
ROUTING = 3000  # no such address, or not with this method
PARAMETER = 3001  # a query parameter that cannot be read
BODY = 3002  # a body that cannot be read
NO_CREDENTIAL = 1000  # none, or several
UNKNOWN_KEY = 4003


class Refusal(Exception):  # an answer, not a mistake
    """An error answer.

    Attributes:
        status: The HTTP status.
        message: The body's ``message``.
        code: The body's ``code``; ``None`` for the gateway's own errors, which have none.
        headers: Headers that go with it.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """Return the JSON of the error answer."""
        if self.code is None:
            return {"message": self.message}
        return {"message": self.message, "code": self.code}


def refused(message: str) -> Refusal:
    """Return a refusal by one of the service's rules."""
    return Refusal(400, message, DOMAIN)


def foreign(what: str, holder: str = "Workspace") -> Refusal:
    """Return what stands for a missing, deleted or foreign entity: 400, never 404."""
    return refused(f"{what} doesn't belong to {holder}")


def unreadable(message: str) -> Refusal:
    """Return the refusal of a body that cannot be read."""
    return Refusal(400, message, BODY)


def denied(message: str = "Access Denied") -> Refusal:
    """Return the refusal of somebody without the right."""
    return Refusal(403, message, DOMAIN)


def no_route(path: str) -> Refusal:
    """Return the answer of an address that does not exist."""
    return Refusal(404, f"No static resource {path.lstrip('/')}.", ROUTING)


def wrong_method(method: str) -> Refusal:
    """Return the answer of an address that exists, but not for this method."""
    return Refusal(405, f"Request method '{method}' is not supported", ROUTING)
