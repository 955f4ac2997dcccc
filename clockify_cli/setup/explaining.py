"""The value of each setting and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clockify_cli.core.settings import KEYS, Settings


@dataclass(frozen=True)
class Explained:
    """One setting.

    Attributes:
        name: Its name.
        value: The value that counts; ``None`` if there is none.
        origin: ``option``, the environment variable, a file's path, the profile or ``default``.
        meaning: What it is for.
        choices: What it may be, where that is a list.
        passed_over: Values that it was given in places of lower rank, and those places.
    """

    name: str
    value: Any
    origin: str
    meaning: str
    choices: tuple[str, ...] = ()
    passed_over: list[tuple[Any, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the documented form: no key without a value."""
        told: dict[str, Any] = {"name": self.name, "origin": self.origin, "meaning": self.meaning}
        if self.value is not None:
            told["value"] = self.value
        if self.passed_over:
            told["passedOver"] = [{"value": v, "origin": o} for v, o in self.passed_over]
        return told


def explained(settings: Settings, names: Iterable[str] = KEYS) -> list[Explained]:
    """Return the settings ``names`` with their values and origins."""
    rows = []
    for name in names:
        key = KEYS[name]
        value, origin = settings.explain(name)
        rows.append(
            Explained(name, value, origin, key.meaning, key.choices, settings.given(name)[1:])
        )
    return rows
