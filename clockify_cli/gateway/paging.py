"""Reading a list page by page, to its end and not beyond.

``Last-Page`` tells the end; if it is absent, a page shorter than the others does. A service
that repeats itself must not be followed for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from clockify_cli.core.errors import RefusedError, UnreachableError
from clockify_cli.gateway.answers import Answer, read_answer

MOST_PAGES = 100  # of a list of names, which no account fills
SAFE_SIZE = 200  # items a page that every list of the service gives
LEAST_SIZE = 10  # the smallest page that a list of the service gives unasked


def each_page(
    send: Callable[..., Answer],
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    page_size: int,
    most_pages: int | None,
    read: Callable[..., Answer] = read_answer,
) -> Iterator[list[Any]]:
    """Yield the pages of a list, asking for each when it is due.

    The first page may be short because the service gives no larger ones: then it counts its
    pages by what it gives. A size that is refused is tried again with the safe one.

    Args:
        send: Sends a request, as :meth:`clockify_cli.gateway.client.Gateway.send`.
        path: The list's path.
        params: Its filters.
        page_size: Items a request.
        most_pages: How many pages the list may have; ``None`` for any number.
        read: Makes the answer out of status, headers and body.

    Raises:
        UnreachableError: It is no list, or does not end.
    """
    page = 1
    progress = Progress(path, most_pages)
    while True:
        asked = {**(params or {}), "page": page, "page-size": page_size}
        try:
            answer = send("GET", path, params=asked, read=read)
        except RefusedError as error:
            if page > 1 or page_size <= SAFE_SIZE or error.status != 400:
                raise
            page_size = SAFE_SIZE
            continue
        items = answer.data
        if not isinstance(items, list):
            raise UnreachableError("The gateway's answer is not a list.", status=answer.status)
        more = has_more(answer.headers)
        if not items or (more is None and len(items) < (page_size if page > 1 else LEAST_SIZE)):
            more = False
        if progress.note(items, more=more):
            return
        yield items
        if more is False:
            return
        if page == 1:
            page_size = min(page_size, len(items))
        page += 1


def has_more(headers: Mapping[str, str]) -> bool | None:
    """Return whether the service says that another page follows; ``None`` if it does not say."""
    return {"true": False, "false": True}.get(headers.get("last-page", "").strip().lower())


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
