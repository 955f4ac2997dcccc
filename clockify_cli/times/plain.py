"""Words in a description that are plainly times or handles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from clockify_cli.core.errors import TimeError
from clockify_cli.times.durations import find_length
from clockify_cli.times.text import tidy

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}(?::\d\d)?[ap]m"
_LENGTH = r"(?:\d+(?:[.,]\d+)?(?:h|m|min|s))+|\d{1,4}:\d\d"
_DASH = r"-|\.\."
_SPAN = rf"(?:{_CLOCK})(?:{_DASH})(?:{_CLOCK}|\d\d?|now)|\d\d?(?:{_DASH})(?:{_CLOCK}|now)"


class PlainWord(NamedTuple):
    """A word that nobody means as text.

    Attributes:
        place: Which of the words it is.
        word: The word as it was typed.
        kind: ``relative``, ``clock``, ``length``, ``span`` or ``handle``.
    """

    place: int
    word: str
    kind: str


def find_plain(words: Sequence[str], *, last: bool = True) -> PlainWord | None:
    """Return the first word of a description that is plainly a time or a handle.

    ``+5m``, ``-10m`` and ``@2`` are, wherever they stand. A clock time with a colon or am or
    pm, a length and a span of these are only as the first or the last word; between others
    they are text, as is all that stands within a quoted word of several.

    Args:
        words: The words before ``--``.
        last: No text follows them after it.
    """
    outer = {0, len(words) - 1} if last else {0}
    for place, word in enumerate(words):
        typed = tidy(word)
        if re.fullmatch(r"@\d{1,3}", typed, re.ASCII):
            return PlainWord(place, word, "handle")
        if len(words) == 1 and last and typed in ("@last", "@running"):
            return PlainWord(place, word, "handle")
        if is_relative(typed):
            return PlainWord(place, word, "relative")
        if place in outer:
            for kind, pattern in (("clock", _CLOCK), ("length", _LENGTH), ("span", _SPAN)):
                if re.fullmatch(pattern, typed, re.ASCII):
                    return PlainWord(place, word, kind)
    return None


def split_tags(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words of a description, and the tags among them: ``+review`` is one."""
    tags = [word[1:] for word in words if _is_tag(word)]
    return [word for word in words if not _is_tag(word)], tags


def is_relative(typed: str) -> bool:
    """Say whether a tidied word is a length with a sign: ``+5m``, ``-1h30m``."""
    return typed[:1] in ("+", "-") and " " not in typed and _is_some_length(typed[1:])


def is_length(typed: str) -> bool:
    """Say whether a tidied word is a length in hours, minutes and seconds: ``1h30m``."""
    return re.fullmatch(_LENGTH, typed, re.ASCII) is not None and ":" not in typed


def names_time(typed: str) -> bool:
    """Say whether tidied text names a time of day plainly, not by digits alone."""
    return re.search(r"\d:\d\d|\d[ap]m\b|\bnow\b|\bago\b|^[-+]\d|last-st", typed) is not None


def _is_some_length(typed: str) -> bool:
    try:
        return find_length(typed) is not None
    except TimeError:
        return True  # 1h1h has the form of one


def _is_tag(word: str) -> bool:
    return word[:1] == "+" and word[1:2].isalpha() and not any(c.isspace() for c in word)
