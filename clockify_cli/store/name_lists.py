"""The cached lists of projects, clients, tags, tasks and users, on disk with their age.

One file per list, replaced whole. It holds the whole list once that was read, or only what was
found so far. What is known serves on while offline.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clockify_cli.core.errors import (
    ClockifyError,
    NotFoundError,
    RateLimitError,
    StorageError,
    UnreachableError,
)
from clockify_cli.gateway.client import PAGE_SIZE, Gateway
from clockify_cli.gateway.resources import checked_list
from clockify_cli.store import files
from clockify_cli.store.cached import list_path
from clockify_cli.store.name_search import Query, is_last_page

Item = dict[str, Any]
RENEWAL_SECONDS = 600
MOST_LOOK_UPS = 5  # things that are looked up by ID for one answer, each a request
MOST_LOOK_UPS_FOR_SUMS = 20  # above it a whole list is likely to cost less
REMEMBERED = 1000  # names whose search is remembered, of each list
_UNUSED = (
    "memberships",
    "customFields",
    "imageUrl",
    "profilePicture",
    "workspaceSettings",
    "features",
)


class NameLists:
    """The cached lists of one workspace.

    Args:
        account: ``Account.id``.
        workspace: The workspace's ID.
        gateway: Gives the client when a request is due.
        max_age: Seconds after which what is cached is asked for again.
        refresh: Renew each list at its first use.
        notice: Called for a damaged list that was moved aside, and for one that cannot be kept.
    """

    def __init__(
        self,
        account: str,
        workspace: str,
        gateway: Callable[[], Gateway],
        *,
        max_age: float,
        refresh: bool = False,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self._account = account
        self._workspace = workspace
        self._gateway = gateway
        self._max_age = max_age
        self._refresh = refresh
        self._notice = notice or (lambda _: None)
        self._lists: dict[str, list[Item]] = {}
        self._indexes: dict[str, tuple[list[Item], dict[Any, Item]]] = {}
        self._fetched: dict[str, float] = {}  # when each list was read as a whole; 0 for never
        self._asked: dict[str, dict[str, float]] = {}  # when a name was searched, and found
        self._fresh: set[str] = set()  # read as a whole by this run
        self._whole: dict[str, list[Item]] = {}  # the same, as the service sent them
        self._seen: dict[str, dict[str, Item]] = {}  # all that this run was sent, by ID
        self._away: ClockifyError | None = None  # why the service cannot be asked

    def notice(self, text: str) -> None:
        """Tell the user something about a name."""
        self._notice(text)

    # -- lists ------------------------------------------------------------------------

    def all(self, kind: str) -> list[Item]:
        """Return the list ``kind``: ``projects``, ``clients``, ``tags``, ``users``, ``workspaces``
        or ``tasks-PROJECTID``; archived and done ones included.
        """
        if kind in self._fresh:
            return self._lists[kind]
        if self._refresh:
            return self.renew(kind)
        known, age = self.known(kind)
        if known is None or not self.is_whole(kind):
            return self.renew(kind)
        if age > self._max_age:
            try:
                return self.renew(kind)
            except (UnreachableError, RateLimitError):
                self._fresh.add(kind)  # do not ask again in this run
        return known

    def known(self, kind: str) -> tuple[list[Item] | None, float]:
        """Return what is on disk of a list, and how many seconds ago it was read as a whole.

        Never asks the service.
        """
        if kind in self._lists:
            return self._lists[kind], max(0.0, time.time() - self._fetched.get(kind, 0.0))
        path = self._path(kind)
        try:
            text = files.read(path)
        except StorageError as error:
            self._notice(error.message)
            text = None
        if text is None:
            return None, 0.0
        try:
            stored = json.loads(text)
            items, fetched = list(stored["items"]), float(stored["fetched"])
            asked = {str(k): float(v) for k, v in dict(stored.get("asked") or {}).items()}
            if not all(isinstance(item, dict) for item in items):
                raise ValueError("not a list of things")
        except (ValueError, KeyError, TypeError, RecursionError):
            kept = files.set_aside(path)
            self._notice(f"The cached {kind.split('-')[0]} were damaged; they were kept as {kept}.")
            return None, 0.0
        self._lists[kind], self._fetched[kind], self._asked[kind] = items, fetched, asked
        return items, max(0.0, time.time() - fetched)

    def is_whole(self, kind: str) -> bool:
        """Say whether a list was ever read as a whole."""
        return self.known(kind)[0] is not None and self._fetched.get(kind, 0.0) > 0

    def is_fresh(self, kind: str) -> bool:
        """Say whether this run has read a list as a whole."""
        return kind in self._fresh

    def is_due(self, kind: str) -> bool:
        """Say whether a whole list is missing, too old, or to be renewed."""
        if kind in self._fresh:
            return False
        _, age = self.known(kind)
        return self._refresh or not self.is_whole(kind) or age > self._max_age

    def renew(self, kind: str) -> list[Item]:
        """Read a whole list and keep it. One request per page; workspaces come without pages.

        What was read before a failure is kept too.
        """
        source, gateway = self._source(kind), self._gateway()
        listed: list[Any] = []
        try:
            if kind == "workspaces":
                listed = gateway.get(source)
            else:
                for item in gateway.pages(source):
                    listed.append(item)
            whole = checked_list(listed)
        except (UnreachableError, RateLimitError):
            if isinstance(listed, list):
                self.learn(kind, [i for i in listed if isinstance(i, dict) and i.get("id")])
            raise
        self._keep_whole(kind, whole)
        return self._lists[kind]

    def whole(self, kind: str) -> list[Item] | None:
        """Return a list as the service sent it, if this run has read it."""
        return self._whole.get(kind)

    def seen(self, kind: str, number: str) -> Item | None:
        """Return a thing as the service sent it to this run in a list or search."""
        return self._seen.get(kind, {}).get(number)

    def learn(
        self, kind: str, items: Iterable[Item], *, gone: Callable[[Item], bool] | None = None
    ) -> None:
        """Note items that the service has shown.

        Args:
            kind: Their list.
            items: What was shown.
            gone: Of the known ones not among them, those that would have been shown.
        """
        known = self.known(kind)[0] or []
        before = self._asked.get(kind, {})
        asked = dict(before)
        shown = {item.get("id"): _shortened(item) for item in items}
        if kind != "projects" and not self.is_whole(kind):
            # Their names are taken once: who types one to the letter needs no search.
            asked |= {str(item.get("name")): time.time() for item in shown.values()}
        kept = [
            shown.pop(i.get("id"), i)
            for i in known
            if i.get("id") in shown or not gone or not gone(i)
        ]
        kept += shown.values()
        if kept != known or asked.keys() != before.keys():
            self._asked[kind] = dict(list(asked.items())[-REMEMBERED:])
            self._keep(kind, kept)

    def put(self, kind: str, item: Item) -> None:
        """Note one item that a command of ours has just created or changed."""
        seen, number = self._seen.get(kind, {}), str(item.get("id"))
        if number in seen:
            seen[number] = item
        self.learn(kind, [item])

    def remove(self, kind: str, number: str) -> None:
        """Note that an item is gone."""
        known, _ = self.known(kind)
        self._seen.get(kind, {}).pop(number, None)
        if known is not None:
            self._keep(kind, [i for i in known if i.get("id") != number])

    def doubt(self, kind: str, number: str) -> None:
        """Note that an item is not what the cache says, so that names are searched again."""
        self._fresh.discard(kind)
        self._fetched[kind] = min(self._fetched.get(kind, 0.0), 1.0)
        self._asked[kind] = {}
        self.remove(kind, number)

    def forget(self, kind: str) -> None:
        """Drop a list, so that its next use asks for it."""
        for table in (self._lists, self._whole, self._seen, self._fetched, self._asked):
            table.pop(kind, None)
        self._fresh.discard(kind)
        try:
            os.unlink(self._path(kind))
        except OSError:
            pass

    def _page(self, kind: str, query: Query) -> tuple[list[Item], bool]:
        """Return the first page of a list, and whether it is all there is. One request."""
        if self._away is not None:
            raise self._away
        try:
            asked = {**query, "page": 1, "page-size": PAGE_SIZE}
            answer = self._gateway().send("GET", self._source(kind), params=asked)
            found = checked_list(answer.data)
        except (UnreachableError, RateLimitError) as error:
            self._away = error  # once is enough for a run
            raise
        complete = is_last_page(answer.headers, len(found))
        self._seen.setdefault(kind, {}).update({str(item["id"]): item for item in found})
        if complete and not query:
            self._keep_whole(kind, found)
        elif complete and query.keys() == {"name"}:
            part = str(query["name"]).casefold()
            # What contains it and was not shown is not there any more.
            self.learn(kind, found, gone=lambda i: part in str(i.get("name")).casefold())
        else:
            self.learn(kind, found)
        return found, complete

    # -- IDs → things, from the cache alone -------------------------------------------------

    def find(self, kind: str, number: str | None) -> Item | None:
        """Return the cached item with this ID, or ``None``; never asks the service."""
        if not number:
            return None
        known, _ = self.known(kind)
        if known is None:
            return None
        listed, by_id = self._indexes.get(kind, (None, {}))
        if listed is not known:  # a view asks for every entry: look through a list only once
            by_id = {item.get("id"): item for item in reversed(known)}
            self._indexes[kind] = known, by_id
        return by_id.get(number)

    def know(self, *entries: Mapping[str, Any], exact: bool = False) -> None:
        """See to it that the names behind the entries' IDs are in the cache, if possible.

        A list that was never read gives its first page; what is not on it is looked up by its
        ID, ``MOST_LOOK_UPS`` things at most. Nothing is asked twice in ``RENEWAL_SECONDS``. IDs
        that stay unknown are shown as they are.

        Args:
            entries: Time entries, or mappings with some of their keys.
            exact: Sums depend on it: as many requests as it takes.
        """
        wanted: dict[str, set[str]] = {}
        for entry in entries:
            if entry.get("projectId"):
                wanted.setdefault("projects", set()).add(str(entry["projectId"]))
                if entry.get("taskId"):
                    kind = f"tasks-{entry['projectId']}"
                    wanted.setdefault(kind, set()).add(str(entry["taskId"]))
            if entry.get("tagIds"):
                wanted.setdefault("tags", set()).update(map(str, entry["tagIds"]))
        left = MOST_LOOK_UPS
        for kind, numbers in wanted.items():
            if not self._missing(kind, numbers) or not self._may_look(kind):
                continue
            try:
                self._page(kind, {})
                missing = self._missing(kind, numbers) if kind not in self._fresh else []
                if exact and len(missing) > MOST_LOOK_UPS_FOR_SUMS:
                    self.renew(kind)
                    continue
                for number in missing if exact else missing[:left]:
                    left -= 1
                    self._look_for(kind, number)
            except ClockifyError:
                pass  # an ID is an answer too
            if kind not in self._fresh:
                self._asked.setdefault(kind, {})[""] = time.time()
                self._keep(kind, self._lists.setdefault(kind, []))

    def know_users(self, *entries: Mapping[str, Any]) -> None:
        """The same for the users; if they may not be listed, their IDs must do."""
        items, _ = self.known("users")
        missing = {e.get("userId") for e in entries} - {item.get("id") for item in items or ()}
        if missing and "users" not in self._fresh:
            try:
                self.renew("users")
            except ClockifyError:
                self._fresh.add("users")
                self._lists.setdefault("users", [])

    def _missing(self, kind: str, numbers: Iterable[str]) -> list[str]:
        known = {str(item.get("id")) for item in self.known(kind)[0] or ()}
        return sorted(set(numbers) - known)

    def _may_look(self, kind: str) -> bool:
        """Say whether IDs that are not in a list may be looked for."""
        if kind in self._fresh or self._away is not None:
            return False
        known, age = self.known(kind)
        looked = self._asked.get(kind, {}).get("", 0.0)  # the empty name stands for IDs
        return known is None or min(age, time.time() - looked) > RENEWAL_SECONDS

    def _look_for(self, kind: str, number: str) -> None:
        try:
            found = self._gateway().get(f"{self._source(kind)}/{number}")
        except NotFoundError:
            return
        if isinstance(found, dict) and found.get("id"):
            self.learn(kind, [found])

    # -- files -------------------------------------------------------------------------

    def _keep_whole(self, kind: str, items: list[Item]) -> None:
        """Keep a list that was read as a whole."""
        self._whole[kind] = items
        self._seen[kind] = {str(item["id"]): item for item in items}
        self._fetched[kind], self._asked[kind] = time.time(), {}
        self._keep(kind, [_shortened(item) for item in items])
        self._fresh.add(kind)

    def _keep(self, kind: str, items: list[Item]) -> None:
        self._lists[kind] = items
        stored: dict[str, Any] = {"fetched": int(self._fetched.get(kind, 0))}
        stored |= {"items": items, "asked": self._asked.get(kind, {})}
        text = json.dumps(stored, ensure_ascii=False)
        try:
            files.replace(self._path(kind), text, synced=False)
        except (StorageError, UnicodeEncodeError) as error:  # what can be asked for again
            self._notice(getattr(error, "message", "") or "The names cannot be cached.")
            self._notice = lambda _: None

    def _path(self, kind: str) -> str:
        return list_path(self._account, self._workspace, kind)

    def _source(self, kind: str) -> str:
        if kind == "workspaces":
            return "/api/v1/workspaces"
        base = f"/api/v1/workspaces/{self._workspace}"
        if kind.startswith("tasks-"):
            return f"{base}/projects/{kind[6:]}/tasks"
        return f"{base}/{kind}"


def _shortened(item: Item) -> Item:
    return {k: v for k, v in item.items() if k not in _UNUSED}
