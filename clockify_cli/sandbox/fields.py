"""Reading a request's fields: the right type and size, or the service's refusal.

Fields that nobody asks for are dropped without a word, as the service does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from clockify_cli.sandbox.instants import read_instant
from clockify_cli.sandbox.refusals import refused, unreadable

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class Fields:
    """The fields of one JSON object."""

    __slots__ = ("body",)

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise unreadable("Cannot deserialize the request body: an object was expected")
        self.body: Mapping[str, Any] = body

    def __contains__(self, name: str) -> bool:
        return self.body.get(name) is not None

    def text(
        self, name: str, *, longest: int, shortest: int = 0, label: str = "", tags: bool = True
    ) -> str | None:
        """Return a string, or ``None`` if it is missing or null; ``tags`` allows < and >."""
        value = self._typed(name, str, "a string")
        if value is None:
            return None
        if not tags and ("<" in value or ">" in value):
            raise refused('You entered wrong value. Don\'t use "<" and ">" characters')
        if not shortest <= len(value) <= longest:
            label = label or name.capitalize()
            if shortest:
                raise refused(f"{label} has to be between {shortest} and {longest} characters long")
            raise refused(f"{label} can't be longer than {longest} characters")
        return str(value)

    def name(self, *, longest: int, shortest: int = 1, label: str) -> str | None:
        """Return a name without the space around it, or ``None`` if it is missing."""
        value = self.text("name", longest=longest, shortest=shortest, label=label, tags=False)
        if value is None:
            return None
        value = value.strip()
        if len(value) < shortest:
            raise refused(f"{label} has to be between {shortest} and {longest} characters long")
        return value

    def required_name(self, *, longest: int, shortest: int = 1, label: str) -> str:
        """Return a name that must be there."""
        value = self.name(longest=longest, shortest=shortest, label=label)
        if value is None:
            raise refused(f"{label} is required")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a boolean, or ``None`` if it is missing or null.

        As a word it counts too: clients in use send ``"false"``.
        """
        value = self.body.get(name)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        value = self._typed(name, bool, "a boolean")
        return None if value is None else bool(value)

    def reference(self, name: str) -> str | None:
        """Return an ID; ``None`` if it is missing, null or empty."""
        value: str | None = self._typed(name, str, "a string")
        return value or None

    def references(self, name: str) -> list[str] | None:
        """Return a list of IDs without doubles, or ``None`` if it is missing or null."""
        value = self._typed(name, list, "an array")
        if value is None:
            return None
        if not all(isinstance(item, str) for item in value):
            raise unreadable(f"Cannot deserialize '{name}': an array of strings was expected")
        return list(dict.fromkeys(value))

    def items(self, name: str, *, most: int) -> list[Any] | None:
        """Return a list, or ``None`` if it is missing or null."""
        value = self._typed(name, list, "an array")
        if value is None:
            return None
        if len(value) > most:
            raise refused(f"{name} can't hold more than {most}")
        return list(value)

    def instant(self, name: str) -> int | None:
        """Return a timestamp in seconds since 1970, or ``None`` if it is missing or null."""
        value = self._typed(name, str, "a timestamp")
        if not value:
            return None
        try:
            return read_instant(value)
        except ValueError:
            raise unreadable(
                f"Cannot deserialize '{name}': '{value}' is not yyyy-MM-ddThh:mm:ssZ"
            ) from None

    def one_of(self, name: str, allowed: Sequence[str]) -> str | None:
        """Return one of the words ``allowed``, or ``None`` if it is missing or null."""
        value: str | None = self._typed(name, str, "a string")
        if value is not None and value not in allowed:
            raise unreadable(f"Cannot deserialize '{name}': not one of {', '.join(allowed)}")
        return value

    def color(self) -> str | None:
        """Return ``color`` (``#rrggbb``), or ``None`` if it is missing or null."""
        value: str | None = self._typed("color", str, "a string")
        if value is not None and _COLOR.fullmatch(value) is None:
            raise refused(f"Color '{value}' has to be # and six hexadecimal characters")
        return value

    def rate(self, name: str) -> dict[str, Any] | None:
        """Return a rate ``{amount, currency}`` in cents, or ``None`` if it is missing."""
        value = self._typed(name, dict, "an object")
        if value is None:
            return None
        amount = value.get("amount")
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise unreadable(f"Cannot deserialize '{name}.amount': an integer was expected")
        if not 0 <= amount < 2**31:
            raise refused(f"{name} can't be negative or that large")
        return {"amount": amount, "currency": "USD"}

    def _typed(self, name: str, kind: type, wanted: str) -> Any:
        value = self.body.get(name)
        if value is not None and not isinstance(value, kind):
            raise unreadable(f"Cannot deserialize '{name}': {wanted} was expected")
        return value
