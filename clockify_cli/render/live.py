"""The frame that ``status --watch`` draws again and again; whoever draws it keeps the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clockify_cli.render.entries import entry_line
from clockify_cli.render.names import Names
from clockify_cli.render.style import Line, Look, Span


def frame(entry: Mapping[str, Any] | None, names: Names, look: Look) -> str:
    """Return one line for the running entry, or that nothing runs; never wider than the look."""
    if entry is None:
        return Line(Span("No timer is running.", "dim")).text(look)
    mark = Line(Span("▶ ", "green"))
    if look.width <= mark.width:
        return mark.text(look)
    from dataclasses import replace

    return mark.text(look) + " " + entry_line(entry, names, replace(look, width=look.width - 2))
