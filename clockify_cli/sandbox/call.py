"""One request on its way through the service, and the answer it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.refusals import PARAMETER, Refusal, refused, unreadable

if TYPE_CHECKING:
    import sqlite3

Json = dict[str, Any]

PAGE_SIZE = 50


class Answer:
    """What goes back: ``data`` as JSON, or nothing where it is ``None``."""

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
        switches: The sandbox's settings.
        now: The service's clock, in seconds since 1970.
        user: The ID of the account that asks.
        base_url: The address of this server's root.
        served: It came over a socket.
    """

    method: str
    query: Mapping[str, list[str]]
    content: bytes
    content_type: str
    db: sqlite3.Connection
    switches: Mapping[str, Any]
    now: int
    user: str = ""
    base_url: str = ""
    served: bool = False

    def one(self, name: str) -> str | None:
        """Return the parameter ``name``; ``None`` where it is left out or empty."""
        values = self.query.get(name)
        return (values[-1] or None) if values else None

    def many(self, name: str) -> list[str]:
        """Return a list parameter, written several times or with commas."""
        return [part for value in self.query.get(name, ()) for part in value.split(",") if part]

    def flag(self, name: str) -> bool | None:
        """Return a boolean parameter, or ``None`` where it is left out."""
        value = self.one(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise Refusal(400, f"Parameter '{name}' has to be true or false", PARAMETER)
        return value.lower() == "true"

    def page(self, *, default: int = PAGE_SIZE, most: int | None = None) -> tuple[int, int]:
        """Return how many items to leave out and how many to give; more than ``most`` is cut."""
        page, size = self._number("page", 1), self._number("page-size", default)
        size = min(size, most if most is not None else int(self.switches["max_page_size"]))
        return (page - 1) * size, size

    def paged(self, rows: list[Any], size: int) -> tuple[list[Any], dict[str, str]]:
        """Cut ``rows`` (one more than ``size`` was asked for) and say whether more follow."""
        if not self.switches["last_page_header"]:
            return rows[:size], {}
        return rows[:size], {"Last-Page": "false" if len(rows) > size else "true"}

    def json(self) -> Any:
        """Return the body's JSON."""
        if not self.content.strip():
            raise unreadable("Required request body is missing")
        if self.content_type != "application/json":
            raise Refusal(415, f"Content-Type '{self.content_type}' is not supported", PARAMETER)
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
            raise Refusal(400, f"Parameter '{name}' has to be a number", PARAMETER)
        if int(value) < 1:
            raise refused(f"{name} has to be at least 1")
        return int(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
