"""One request on its way through the service, and the answer it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.refusals import PARAMETER, bad_parameter, clockify, refused, unreadable

if TYPE_CHECKING:
    import sqlite3

Json = dict[str, Any]

PAGE_SIZE = 50

SERVED = "sandbox.served"  # the environ key by which a server says that it is one


class Answer:
    """What goes back: ``data`` as JSON, or no body if it is ``None``."""

    __slots__ = ("data", "headers", "status")

    def __init__(
        self, data: Any = None, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.data = data
        self.status = status
        self.headers = headers or {}


@dataclass(slots=True)
class Call:
    """A request with everything that answering it needs.

    Attributes:
        method: The HTTP method.
        query: The parameters, each with all its values.
        content: The body as it came.
        content_type: Its media type.
        db: A connection inside the request's transaction.
        settings: The sandbox's settings.
        clock: The service's clock, in seconds since 1970.
        base_url: The address of this server's root.
        served: It came over a socket.
        key: The key it came with.
        account: The Maton account that asks.
        user: The Clockify user that asks.
    """

    method: str
    query: Mapping[str, list[str]]
    content: bytes
    content_type: str
    db: sqlite3.Connection
    settings: Mapping[str, Any]
    clock: float
    base_url: str = ""
    served: bool = False
    key: str = ""
    account: str = ""
    user: str = ""

    @property
    def now(self) -> int:
        """The service's clock in whole seconds."""
        return int(self.clock)

    def one(self, name: str) -> str | None:
        """Return the parameter ``name``; ``None`` if it is missing or empty."""
        values = self.query.get(name)
        return (values[-1] or None) if values else None

    def many(self, name: str) -> list[str]:
        """Return a list parameter, written several times or with commas."""
        return [part for value in self.query.get(name, ()) for part in value.split(",") if part]

    def flag(self, name: str) -> bool | None:
        """Return a boolean parameter, or ``None`` if it is missing."""
        value = self.one(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise bad_parameter(f"Parameter '{name}' has to be true or false")
        return value.lower() == "true"

    def page(self, *, default: int = PAGE_SIZE, most: int | None = None) -> tuple[int, int]:
        """Return how many items to skip and how many to give; more than ``most`` is refused."""
        page, size = self._number("page", 1), self._number("page-size", default)
        if most is None:
            most = int(self.settings["refused_page_size"])
        if size > most:
            raise refused(f"page-size can't be greater than {most}")
        size = min(size, int(self.settings["max_page_size"]))
        return (page - 1) * size, size

    def paged(self, rows: list[Any], size: int) -> tuple[list[Any], dict[str, str]]:
        """Cut ``rows`` (one more than ``size`` was asked for) and say whether more follow."""
        if not self.settings["last_page_header"]:
            return rows[:size], {}
        return rows[:size], {"Last-Page": "false" if len(rows) > size else "true"}

    def json(self) -> Any:
        """Return the body's JSON."""
        if not self.content.strip():
            raise unreadable("Required request body is missing")
        if self.content_type != "application/json":
            message = f"Content-Type '{self.content_type}' is not supported"
            raise clockify(415, message, PARAMETER)
        try:
            found = json.loads(self.content.decode("utf-8"), parse_constant=_refuse)
            # Half a surrogate pair is no text: it could be neither stored nor sent back.
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise unreadable("JSON parse error: the request body cannot be read") from None
        return found

    def _number(self, name: str, default: int) -> int:
        value = self.one(name)
        if value is None:
            return default
        if not (value.isascii() and value.lstrip("-").isdigit()) or len(value) > 9:
            raise bad_parameter(f"Parameter '{name}' has to be a number")
        if int(value) < 1:
            raise refused(f"{name} has to be at least 1")
        return int(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
