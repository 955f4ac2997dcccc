"""Candidates for the word at the cursor, and which of them match it."""

from __future__ import annotations

from collections.abc import Iterable

from clockify_cli.core.naming import folded


class Candidate:
    """One word that could stand at the cursor.

    Attributes:
        value: The whole word.
        help: What it is, in one line; may be empty.
        also: What else it is found by: the name behind an ID.
    """

    __slots__ = ("also", "help", "value")

    def __init__(self, value: str, help: str = "", also: str = "") -> None:
        self.value = value
        self.help = help
        self.also = also

    def behind(self, prefix: str) -> Candidate:
        """Return it with what stands before it in the same word."""
        return Candidate(prefix + self.value, self.help, self.also) if prefix else self


Group = list[Candidate]


def fitting(groups: Iterable[Group], typed: str) -> Group:
    """Return the candidates that fit what is typed, by the strictest rule that any fits.

    The rules, in this order: begins with it (asked where a capital is typed); begins with it
    regardless of case and accents; has all its words. The first two count group by group, so
    that a second spelling (``Client/Project``) or an archived thing comes up only if it is
    asked for.
    """
    found = [group for group in groups if group]
    if not typed:
        return found[0] if found else []
    begin = folded(typed) + " " * typed[-1].isspace()
    words = begin.split()

    def begins(candidate: Candidate) -> bool:
        return candidate.value.startswith(typed)

    def begins_alike(candidate: Candidate) -> bool:
        return any(folded(t).startswith(begin) for t in (candidate.value, candidate.also))

    def has_words(candidate: Candidate) -> bool:
        text = f"{folded(candidate.value)} {folded(candidate.also)}"
        return all(word in text for word in words)

    starts = (begins_alike,) if typed == typed.lower() else (begins, begins_alike)
    tries = [(group, fits) for group in found for fits in starts]
    if words:
        tries += [(group, has_words) for group in found]
    for group, fits in tries:
        fit = [candidate for candidate in group if fits(candidate)]
        if fit:
            return fit
    return []
