"""What is about to be written: added, changed with before and after, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from clockify_cli.render.entries import entry_line
from clockify_cli.render.names import Names
from clockify_cli.render.style import Look, paint

Entry = Mapping[str, Any]
Change = tuple[Entry | None, Entry | None]  # before and after; None where there is none


def plan_lines(changes: Sequence[Change], names: Names, look: Look) -> str:
    """Return a line for each entry: ``+`` added, ``-`` deleted, ``~`` changed and ``→`` to what."""
    out = []
    for before, after in changes:
        if before is None and after is not None:
            out.append(_marked("+ ", "green", after, names, look))
        elif before is not None and after is None:
            out.append(_marked("- ", "red", before, names, look))
        elif before is not None and after is not None:
            out.append(_marked("~ ", "yellow", before, names, look))
            out.append(_marked("  → ", "yellow", after, names, look))
    return "\n".join(out)


def _marked(mark: str, style: str, entry: Entry, names: Names, look: Look) -> str:
    room = replace(look, width=max(1, look.width - len(mark)))
    return paint(mark, style, look) + entry_line(entry, names, room)
