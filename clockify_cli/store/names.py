"""The names of projects, clients, tags, tasks and users, on disk with their age.

One file a list, replaced whole. A list is asked for when it is missing, when a name in it
is missing, when it is older than the setting allows, and by ``--refresh``; what is known
serves on while the network is away.
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
from clockify_cli.core.naming import match, project_label
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.resources import checked_list
from clockify_cli.store import files
from clockify_cli.store.cached import account_folder as account_folder
from clockify_cli.store.cached import list_path

Item = dict[str, Any]
RENEWAL_SECONDS = 600
_UNUSED = (
    "memberships",
    "customFields",
    "imageUrl",
    "profilePicture",
    "workspaceSettings",
    "features",
)


class Names:
    """The cached lists of one workspace.

    Args:
        account: ``Target.account``.
        workspace: The workspace's ID.
        gateway: Gives the client when a request is due.
        max_age: Seconds after which a list is renewed when it is used.
        refresh: Renew each list at its first use.
        notice: Told of a damaged list that was moved aside, and of one that cannot be kept.
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
        self._fetched: dict[str, float] = {}  # when each list was asked for
        self._fresh: set[str] = set()  # asked for by this run
        self._whole: dict[str, list[Item]] = {}  # the same, as the service sent them

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
        if known is None:
            return self.renew(kind)
        if age > self._max_age:
            try:
                return self.renew(kind)
            except (UnreachableError, RateLimitError):
                self._fresh.add(kind)  # do not ask again in this run
        return known

    def known(self, kind: str) -> tuple[list[Item] | None, float]:
        """Return what is on disk of a list and its age in seconds, without any request."""
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
            if not all(isinstance(item, dict) for item in items):
                raise ValueError("not a list of things")
        except (ValueError, KeyError, TypeError):
            kept = files.set_aside(path)
            self._notice(f"The cached {kind.split('-')[0]} were damaged; they are kept as {kept}.")
            return None, 0.0
        self._lists[kind], self._fetched[kind] = items, fetched
        return items, max(0.0, time.time() - fetched)

    def is_fresh(self, kind: str) -> bool:
        """Say whether this run has asked for a list."""
        return kind in self._fresh

    def is_due(self, kind: str) -> bool:
        """Say whether the next use of a list asks for it: missing, too old, or to be renewed."""
        if kind in self._fresh:
            return False
        known, age = self.known(kind)
        return self._refresh or known is None or age > self._max_age

    def renew(self, kind: str) -> list[Item]:
        """Ask for a list and keep it. One request a page; workspaces come without pages."""
        source = self._source(kind)
        gateway = self._gateway()
        listed = gateway.get(source) if kind == "workspaces" else list(gateway.pages(source))
        whole = checked_list(listed)
        self._whole[kind] = whole
        self._fetched[kind] = time.time()
        self._keep(kind, [_shortened(item) for item in whole])
        self._fresh.add(kind)
        return self._lists[kind]

    def whole(self, kind: str) -> list[Item] | None:
        """Return a list as the service sent it, where this run has asked for it."""
        return self._whole.get(kind)

    def learn(
        self, kind: str, items: Iterable[Item], *, gone: Callable[[Item], bool] | None = None
    ) -> None:
        """Note items of a list that was asked for in part; nothing where the list is unknown.

        Args:
            kind: The list.
            items: What the service has shown.
            gone: Of the known ones not among them, those that would have been shown.
        """
        known, _ = self.known(kind)
        if known is None:
            return
        shown = {item.get("id"): _shortened(item) for item in items}
        kept = [
            shown.pop(i.get("id"), i)
            for i in known
            if i.get("id") in shown or not gone or not gone(i)
        ]
        kept += shown.values()
        if kept != known:
            self._keep(kind, kept)

    def put(self, kind: str, item: Item) -> None:
        """Note one item that a command of ours has just created or changed."""
        self.learn(kind, [item])

    def remove(self, kind: str, number: str) -> None:
        """Note that an item is gone."""
        known, _ = self.known(kind)
        if known is not None:
            self._keep(kind, [i for i in known if i.get("id") != number])

    def forget(self, kind: str) -> None:
        """Drop a list, so that its next use asks for it."""
        self._lists.pop(kind, None)
        self._whole.pop(kind, None)
        self._fresh.discard(kind)
        try:
            os.unlink(self._path(kind))
        except OSError:
            pass

    # -- names → things ------------------------------------------------------------------

    def resolve(self, kind: str, text: str, noun: str) -> Item:
        """Return the item that ``text`` means; ask for the list once more where it is missing.

        Raises:
            NotFoundError, AmbiguousError: See :func:`clockify_cli.core.naming.match`.
        """
        label = project_label if noun == "project" else None
        try:
            return dict(match(text, self.all(kind), noun, label=label))
        except NotFoundError as error:
            if kind in self._fresh or error.kind == "ambiguous":
                raise
            missing = error
        try:
            items = self.renew(kind)
        except (UnreachableError, RateLimitError) as away:
            away.hint = (
                f"{missing.message} It is not in the cache either; use its ID, or leave it out."
            )
            raise
        return dict(match(text, items, noun, label=label))

    def project(self, text: str) -> Item:
        """Return the project that ``text`` means."""
        return self.resolve("projects", text, "project")

    def client(self, text: str) -> Item:
        """Return the client that ``text`` means."""
        return self.resolve("clients", text, "client")

    def tag(self, text: str) -> Item:
        """Return the tag that ``text`` means."""
        return self.resolve("tags", text, "tag")

    def task(self, text: str, project: str) -> Item:
        """Return the task of the project (an ID) that ``text`` means."""
        return self.resolve(f"tasks-{project}", text, "task")

    def user(self, text: str) -> Item:
        """Return the user that ``text`` means: an ID, a name or an e-mail address."""
        by_mail = [
            u for u in self.all("users") if str(u.get("email", "")).lower() == text.strip().lower()
        ]
        return by_mail[0] if len(by_mail) == 1 else self.resolve("users", text, "user")

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

    def know(self, *entries: Mapping[str, Any]) -> None:
        """See to it that the names behind the entries' IDs are in the cache, where possible.

        A list is asked for where it was never asked for, or where an ID is not in it and it is
        older than ``RENEWAL_SECONDS`` (what a colleague has just made is not there yet). While
        the service is away the IDs are shown as they are.
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
        for kind, numbers in wanted.items():
            items, age = self.known(kind)
            missing = numbers - {str(item.get("id")) for item in items or ()}
            if missing and kind not in self._fresh and (items is None or age > RENEWAL_SECONDS):
                try:
                    self.renew(kind)
                except ClockifyError:
                    self._fresh.add(kind)  # an ID is an answer too; ask no more in this run
                    self._lists.setdefault(kind, [])

    def know_users(self, *entries: Mapping[str, Any]) -> None:
        """The same for the users; where they may not be listed, their IDs must do."""
        items, _ = self.known("users")
        missing = {e.get("userId") for e in entries} - {item.get("id") for item in items or ()}
        if missing and "users" not in self._fresh:
            try:
                self.renew("users")
            except ClockifyError:
                self._fresh.add("users")
                self._lists.setdefault("users", [])

    def _keep(self, kind: str, items: list[Item]) -> None:
        self._lists[kind] = items
        stored = {"fetched": int(self._fetched.get(kind, 0)), "items": items}
        text = json.dumps(stored, ensure_ascii=False)
        try:
            files.replace(self._path(kind), text, synced=False)
        except StorageError as error:  # what can be asked for again is done without
            self._notice(error.message)
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
