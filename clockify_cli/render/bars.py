"""A share of a whole as a bar, to an eighth of a character."""

from __future__ import annotations

from clockify_cli.render.style import Span

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(
    share: float, cells: int, *, color: bool, style: str = "", ascii_only: bool = False
) -> Span:
    """Return a bar of at most ``cells`` columns.

    Args:
        share: From 0 to 1; more is drawn as 1. What is above 0 is never drawn as nothing.
        cells: The columns of a whole.
        color: Whether ``style`` counts.
        style: See :class:`clockify_cli.render.style.Span`.
        ascii_only: ``#`` alone, for terminals without block characters.
    """
    share = min(1.0, max(0.0, share))
    if ascii_only:
        text = "#" * max(round(share * cells), share > 0)
    else:
        full, rest = divmod(max(round(share * cells * 8), share > 0), 8)
        text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return Span(text[: max(0, cells)], style if color else "")
