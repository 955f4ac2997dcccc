"""Escape text that a spreadsheet would take for a formula, and unescape it.

An apostrophe in front makes it text. One that stands there already gets another, so that
taking one away always gives back what was.
"""

from __future__ import annotations

# Full-width signs count where East Asian input is read; controls are skipped before the sign.
_SIGNS = frozenset("=+-@\t\r\n＝＋－＠")
_FIRST = _SIGNS | {"'"}


def guarded(text: str) -> str:
    """Return ``text`` so that a spreadsheet takes it for text."""
    return f"'{text}" if _is_formula(text) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    if text[:1] not in _FIRST:
        return False
    rest = text.lstrip("'")
    return bool(rest) and rest[0] in _SIGNS
