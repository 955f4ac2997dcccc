"""Whether a list comes to an end: a service that repeats itself must not be followed for ever."""

from __future__ import annotations

import json
from typing import Any

from clockify_cli.core.errors import UnreachableError

MOST_PAGES = 100  # of a list of names, which no account fills


class Progress:
    """What has come of a list so far.

    Args:
        path: The list's path, for the error.
        most_pages: How many pages it may have; ``None`` for any number.
    """

    def __init__(self, path: str, most_pages: int | None = None) -> None:
        self._path = path
        self._most = most_pages
        self._pages = 0
        self._seen: set[str] = set()

    def note(self, items: list[Any], *, more: bool | None) -> bool:
        """Note a page; return whether it is the list's last one for want of page numbers.

        Args:
            items: The page's items.
            more: What the service says of further pages: ``None`` if it says nothing.

        Raises:
            UnreachableError: The list does not end.
        """
        fresh = {_key(item) for item in items} - self._seen
        self._pages += 1
        if not fresh and more is not False and self._pages > 1:
            if self._pages == 2 and more is None and len(items) == len(self._seen):
                return True  # a list without pages gives the whole of it every time
            raise self._endless("it repeats itself")
        self._seen |= fresh
        if self._most is not None and self._pages >= self._most and more is not False:
            raise self._endless(f"more than {self._most} pages")
        return False

    def _endless(self, why: str) -> UnreachableError:
        return UnreachableError(
            f"The list {self._path} does not end ({why}).", "'clockify doctor' checks the address."
        )


def _key(item: Any) -> str:
    """Return what tells an item from the others."""
    number = item.get("id") if isinstance(item, dict) else None
    return number if isinstance(number, str) else json.dumps(item, sort_keys=True)
