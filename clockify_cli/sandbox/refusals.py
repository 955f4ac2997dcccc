"""How the services say no: a status and a body, in the forms that Clockify and Maton use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOMAIN = 501  # a rule of the service refuses
ROUTING = 3000  # no such address, or not with this method
PARAMETER = 3001  # a query parameter that cannot be read
BODY = 3002  # a body that cannot be read
NO_CREDENTIAL = 1000  # none, or several
LOCKED = 1003
UNKNOWN_KEY = 4003
APPROVED = 4005
UNVERIFIED = 4019
NO_MANUAL_TIME = 4030
BANNED = 406

REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    412: "Precondition Failed",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Refusal(Exception):  # an answer, not a mistake
    """An error answer.

    Attributes:
        status: The HTTP status.
        body: JSON, or a string for plain text, or ``None`` for no body.
        headers: Headers that go with it.
    """

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def clockify(
    status: int, message: str, code: int, headers: Mapping[str, str] | None = None
) -> Refusal:
    """Return an error of Clockify's."""
    return Refusal(status, {"message": message, "code": code}, headers)


def maton(
    shape: str, status: int, message: str, headers: Mapping[str, str] | None = None
) -> Refusal:
    """Return an error of Maton's.

    Args:
        shape: The setting ``error_shape``.
        status: The HTTP status.
        message: What it says.
        headers: Headers that go with it.
    """
    if shape == "mixed":
        shape = {401: "nested", 500: "text"}.get(status, "flat")
    body: Any = {
        "flat": {"message": message, "type": REASONS[status], "code": status},
        "nested": {"error": {"message": message, "code": status}},
        "detail": {"detail": message},
        "list": {"detail": [{"loc": ["request"], "msg": message}]},
        "text": message,
    }[shape]
    return Refusal(status, body, headers)


def refused(message: str) -> Refusal:
    """Return a refusal by one of the service's rules."""
    return clockify(400, message, DOMAIN)


def foreign(what: str, holder: str = "Workspace") -> Refusal:
    """Return the answer for a missing, deleted or foreign entity: 400, never 404."""
    return refused(f"{what} doesn't belong to {holder}")


def unreadable(message: str) -> Refusal:
    """Return the refusal of a body that cannot be read."""
    return clockify(400, message, BODY)


def denied(message: str = "Access Denied") -> Refusal:
    """Return the refusal of somebody without the right."""
    return clockify(403, message, DOMAIN)


def bad_parameter(message: str) -> Refusal:
    """Return the refusal of a query parameter that cannot be read."""
    return clockify(400, message, PARAMETER)


def no_route(path: str) -> Refusal:
    """Return the answer of an address that does not exist."""
    return clockify(404, f"No static resource {path.lstrip('/')}.", ROUTING)


def wrong_method(method: str) -> Refusal:
    """Return the answer of an address that exists, but not for this method."""
    return clockify(405, f"Request method '{method}' is not supported", ROUTING)
