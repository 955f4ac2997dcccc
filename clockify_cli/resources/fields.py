"""Check typed fields, so that no request is spent on a refusal."""

from __future__ import annotations

from clockify_cli.core.errors import RefusedError, UsageError
from clockify_cli.core.model import duration_text
from clockify_cli.resources.kinds import Kind

# The colours of the service's own picker, by the names that people type.
COLORS = {
    "red": "#F44336",
    "pink": "#E91E63",
    "purple": "#9C27B0",
    "violet": "#673AB7",
    "indigo": "#3F51B5",
    "blue": "#2196F3",
    "sky": "#03A9F4",
    "cyan": "#00BCD4",
    "teal": "#009688",
    "green": "#4CAF50",
    "lime": "#8BC34A",
    "yellow": "#FFC107",
    "orange": "#FF9800",
    "brown": "#795548",
    "grey": "#9E9E9E",
    "gray": "#9E9E9E",
    "slate": "#607D8B",
    "black": "#000000",
}
_HEX = frozenset("0123456789abcdefABCDEF")
LONGEST_WORKSPACE = 50


def checked_name(kind: Kind, text: str) -> str:
    """Return a name without the space around it; refuse one too short or too long."""
    return sized_name(kind.noun, text, kind.shortest, kind.longest)


def sized_name(noun: str, text: str, shortest: int, longest: int) -> str:
    """Return the name of a ``noun`` without the space around it, if it has a good length."""
    name = text.strip()
    if not name:
        raise UsageError(f"The {noun}'s name is empty.", "Give it a name.")
    if not shortest <= len(name) <= longest:
        raise UsageError(
            f"A {noun}'s name must have {shortest} to {longest} characters, not {len(name)}."
        )
    if "<" in name or ">" in name:
        raise RefusedError(
            f"Clockify does not allow '<' or '>' in a {noun}'s name.", "Remove them."
        )
    return name


def checked_text(kind: Kind, field: str, text: str) -> str:
    """Return a note or an address, unless it is too long; empty clears it."""
    if len(text) > kind.longest_text:
        raise UsageError(
            f"A {kind.noun}'s {field} has {kind.longest_text} characters at most; "
            f"this has {len(text)}."
        )
    return text


def checked_email(text: str) -> str:
    """Return an e-mail address, if it has the form of one; empty clears it."""
    email = text.strip()
    if email and ("@" not in email[1:-1] or any(c.isspace() for c in email)):
        raise UsageError(f"'{text}' is not an e-mail address.", "For example: billing@example.com.")
    return email


def checked_color(text: str) -> str:
    """Return ``#rrggbb`` for ``#rrggbb``, ``rrggbb``, ``#rgb`` or the name of a colour."""
    word = text.strip()
    if word.lower() in COLORS:
        return COLORS[word.lower()]
    digits = word.removeprefix("#")
    if set(digits) <= _HEX:
        if len(digits) == 3:
            digits = "".join(c * 2 for c in digits)
        if len(digits) == 6:
            return f"#{digits}"
    raise UsageError(
        f"'{text}' is not a colour.", f"Use #rrggbb, #rgb or one of: {', '.join(COLORS)}."
    )


def checked_estimate(text: str) -> str:
    """Return an ISO duration for a typed one; empty, ``0`` and ``none`` clear it."""
    if text.strip().lower() in ("", "0", "none"):
        return "PT0S"
    from clockify_cli.times import parse_duration

    return duration_text(int(parse_duration(text).total_seconds()))
