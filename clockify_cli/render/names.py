"""The names for an entry's IDs, as a view needs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from clockify_cli.render.style import Line, Look, Span, is_color


class Names(Protocol):
    """Knows names; answers without a request."""

    def describe(self, entry: Mapping[str, Any]) -> Mapping[str, str]:
        """Return ``project``, ``client``, ``color`` (``#rrggbb``), ``task``, ``tags`` and ``user``.

        Tags are joined with commas; a key that is missing or empty means none.
        """


def dot(color: object, look: Look) -> Line:
    """Return a project's dot in its colour, and a blank; nothing where colour is off."""
    if not look.color:
        return Line()
    return Line(Span("●", str(color) if is_color(color) else "dim"), " ")


def project_line(described: Mapping[str, str], look: Look, *, task: bool = False) -> Line:
    """Return ``● Client/Project``, with ``: Task`` if it is asked for and there is one."""
    project = described.get("project") or ""
    if not project:
        return Line()
    client = described.get("client") or ""
    line = Line(dot(described.get("color"), look), Span(f"{client}/", "dim") if client else None)
    name = described.get("task") or ""
    return Line(line, project, f": {name}" if task and name else None)
