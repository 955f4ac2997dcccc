"""Make text from the server harmless for a terminal."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Format characters that are part of ordinary text: emoji and Indic scripts are joined by them.
_JOINERS = "\u200c\u200d"


def safe(text: object) -> str:
    """Return ``text`` on one line, without control sequences or direction overrides.

    Line breaks and tabs become blanks; every other character that is not printable
    (escape, C1 controls, bidi overrides, lone surrogates) becomes U+FFFD.
    """
    value = str(text)
    if value.isprintable():
        return value
    return "".join(
        c
        if c.isprintable() or c in _JOINERS
        else " "
        if c in "\t\n\r\v\f\x85\u2028\u2029" or c.isspace()
        else _REPLACEMENT
        for c in value
    )
