"""Resolve typed names: never by a piece inside a word, never to the first of many.

Each of these steps is tried only if the one before fits nothing: an ID; the whole name of an
active thing, to the letter, then regardless of case and accents; the same of an archived
thing; an active thing by words, each of which begins another word of its name.

``Client/Project`` takes the same steps in both halves. A project found so wins only if it is
at least as exact as every other in both; otherwise the name is ambiguous.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

Thing = Mapping[str, Any]
LETTER, FOLDED, ARCHIVED_LETTER, ARCHIVED, WORDS = range(1, 6)  # the steps, most exact first
Fit = tuple[int, int]  # the steps of both halves; of a plain name twice the same


def folded(text: str) -> str:
    """Return ``text`` without case, accents and extra blanks, for comparison."""
    if text.isascii():
        return " ".join(text.lower().split())
    from unicodedata import category, combining, normalize

    # Marks of a lower combining class make another letter (か, が); they are no accents.
    plain = "".join(
        c
        for c in normalize("NFKD", text.casefold())
        if not (combining(c) >= 10 or category(c) == "Cf" or "\ufe00" <= c <= "\ufe0f")
    )
    # Composed again: a Korean syllable is one letter, and its first part does not begin it.
    return " ".join(normalize("NFC", plain).casefold().split())


def words_of(text: str) -> list[str]:
    """Return the words of ``text``: runs of letters, marks and digits."""
    if text.isalnum():
        return [text]
    if text.isascii():
        return "".join(c if c.isalnum() else " " for c in text).split()
    return "".join(c if _in_word(c) else " " for c in text).split()


def is_archived(thing: Thing) -> bool:
    """Say whether a project, client or tag is archived, or a task done."""
    return bool(thing.get("archived")) or thing.get("status") == "DONE"


def project_label(thing: Thing) -> str:
    """Return a project's name with its client before it."""
    client = thing.get("clientName")
    return f"{client}/{thing.get('name')}" if client else str(thing.get("name"))


class Typed:
    """A typed name, taken apart once for all the names that it is compared with."""

    __slots__ = ("plain", "signs", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = folded(self.text)
        # Longest first: a short word must not take the name's word that only a longer one fits.
        self.words = sorted(words_of(self.plain), key=len, reverse=True)
        self.signs = "".join(" " if _in_word(c) else c for c in self.plain).split()

    def step(self, name: str, *, archived: bool = False) -> int | None:
        """Return the step by which this means ``name``; ``None`` if it does not."""
        if name == self.text:
            return ARCHIVED_LETTER if archived else LETTER
        plain = folded(name)
        if plain == self.plain and plain:
            return ARCHIVED if archived else FOLDED
        return None if archived or not self._begins(plain) else WORDS

    def _begins(self, plain: str) -> bool:
        """Say whether each word begins a word of a folded name, each of those used once."""
        if not self.words or not all(word in plain for word in self.words):
            return False
        if not all(sign in plain for sign in self.signs):
            return False
        left = words_of(plain)
        for word in self.words:
            for number, other in enumerate(left):
                if other.startswith(word):
                    del left[number]
                    break
            else:
                return False
        return True


def fits(
    text: str,
    things: Iterable[Thing],
    *,
    whole: bool = False,
    archived_clients: Container[Any] = (),
) -> list[tuple[Fit, Thing]]:
    """Return every way in which ``text`` means one of ``things`` by name.

    Args:
        text: What was typed.
        things: What there is, archived things included.
        whole: Whole names only, in both halves.
        archived_clients: IDs of clients that are archived.
    """
    name = Typed(text.strip())
    if not name.text:
        return []
    pieces = name.text.split("/")
    cuts = [
        (Typed("/".join(pieces[:at])), Typed("/".join(pieces[at:]))) for at in range(1, len(pieces))
    ]
    found: list[tuple[Fit, Thing]] = []
    for thing in things:
        own, archived = str(thing.get("name") or ""), is_archived(thing)
        step = name.step(own, archived=archived)
        if step is not None:
            found.append(((step, step), thing))
        client = thing.get("clientName") if cuts else None
        if client:
            away = thing.get("clientId") in archived_clients
            for before, after in cuts:
                last = after.step(own, archived=archived)
                first = None if last is None else before.step(str(client), archived=away)
                if first is not None and last is not None:
                    found.append(((first, last), thing))
    return [(fit, thing) for fit, thing in found if max(fit) < WORDS] if whole else found


def most_exact(found: Sequence[tuple[Fit, Thing]]) -> list[Thing]:
    """Return the things that no other one beats: one is what is meant, several are ambiguous."""
    kinds = {fit for fit, _ in found}
    best = {
        fit
        for fit in kinds
        if not any(o != fit and o[0] <= fit[0] and o[1] <= fit[1] for o in kinds)
    }
    return list({str(t.get("id")): t for fit, t in found if fit in best}.values())


def _in_word(char: str) -> bool:
    if char.isascii():
        return char.isalnum()
    from unicodedata import category

    return category(char)[0] in "LNM"
