"""Search the service for a name, with at most two requests of one page each.

``name=`` finds names that contain a text, regardless of case but not of accents. So a name is
searched as it was typed and then, unless that was a whole name, by one word of it, which every
name that it can mean contains.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from clockify_cli.core.naming import folded, words_of
from clockify_cli.gateway.paging import has_more

Query = dict[str, str | int | bool]
STRICT = "strict-name-search"
LONGEST_QUERY = 250  # no name that a typed one could mean is longer
_TELLING = 3  # letters from which on a word narrows a search
_UNPAGED = 50  # the service's own page: a shorter answer without a header is all there is


class Question(NamedTuple):
    """A name that fits nothing, or several things, for somebody who can be asked.

    Attributes:
        kind: The list.
        noun: What is looked for.
        text: What was typed.
        message: What is wrong with it.
        candidates: What may have been meant.
        whole: It is about to be changed or removed itself.
        create: It may be created.
    """

    kind: str
    noun: str
    text: str
    message: str
    candidates: list[Mapping[str, Any]]
    whole: bool
    create: bool


class Unresolved(NamedTuple):
    """A name that waits until the service can be asked.

    Attributes:
        kind: ``project``, ``task``, ``tag`` or ``client``.
        text: What was typed.
    """

    kind: str
    text: str


def first_query(kind: str, text: str) -> Query:
    """Return the parameters that look for a name as it was typed.

    Of ``Client/Project`` only what follows the last slash is part of every project's name that
    can be meant.
    """
    if kind == "users" and "@" in text:
        return {"email": text}
    if kind == "projects":
        text = text.rpartition("/")[2].strip() or text
    return {"name": text}


def second_query(kind: str, first: Query, *, complete: bool) -> Query | None:
    """Return the parameters of another look; ``None`` if none would tell more.

    Args:
        kind: The list.
        first: What was asked.
        complete: The answer held all that there is.
    """
    text = str(first.get("name", ""))
    if not text:
        return None
    if not complete:
        # Only a whole name can be told from the page; it may be on another one.
        return {**first, STRICT: True} if kind not in ("clients", "users") else None
    word = _longest_word(text)
    return {"name": word} if word and word != text.casefold() else None


def is_last_page(headers: Mapping[str, str], items: int) -> bool:
    """Say whether a first page is all that there is."""
    more = has_more(headers)
    return more is False or (more is None and items < _UNPAGED)


def _longest_word(text: str) -> str:
    """Return the longest word without accents; if all have some, the longest, without them."""
    words = words_of(text.casefold())
    plain = [word for word in words if folded(word) == word and len(word) >= _TELLING]
    return folded(max(plain or words, key=len, default=""))
