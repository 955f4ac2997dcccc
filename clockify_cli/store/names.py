"""Resolve typed names: from the cache first, then with a search at the service.

Whole lists are read only where one is needed, and by ``--refresh``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clockify_cli.core.errors import (
    AmbiguousError,
    NotFoundError,
    PermissionRefused,
    RateLimitError,
    SignInError,
    UnreachableError,
)
from clockify_cli.core.matching import match
from clockify_cli.core.model import is_entity_id
from clockify_cli.core.naming import fits, is_archived, project_label
from clockify_cli.gateway.client import PAGE_SIZE, Gateway
from clockify_cli.gateway.resources import checked, checked_list
from clockify_cli.store import name_search
from clockify_cli.store.name_lists import REMEMBERED, Item, NameLists
from clockify_cli.store.name_search import LONGEST_QUERY, Question, Unresolved

CANNOT_ASK = (UnreachableError, RateLimitError, SignInError, PermissionRefused)


class Names(NameLists):
    """The names of one workspace."""

    # Asks the user which thing was meant; gives an ID, or None for none of them.
    choose: Callable[[Question], str | None] | None = None

    # -- names → things ------------------------------------------------------------------

    def resolve(
        self, kind: str, text: str, noun: str, *, whole: bool = False, create: bool = False
    ) -> Item:
        """Return the item that ``text`` means. Without a request if the cache knows it, else two
        at most; somebody at a terminal is asked about a name that means nothing.

        Args:
            kind: The list.
            text: A name or an ID.
            noun: What it is called in errors.
            whole: It is changed or removed itself: only an ID or a whole name will do.
            create: It may be created if it is unknown.

        Raises:
            NotFoundError, AmbiguousError: See :func:`clockify_cli.core.matching.match`.
        """
        text = text.strip()
        try:
            found = self._look_up(kind, text, noun, whole=whole, create=create)
        except NotFoundError as error:
            found = self._chosen(kind, text, noun, error, whole=whole, create=create)
        if is_archived(found) and not whole and found.get("id") != text.lower():
            state = "done" if found.get("status") == "DONE" else "archived"
            self._notice(f"The {noun} '{_label(kind, found)}' is {state}.")
        return found

    def resolve_or_defer(
        self, kind: str, text: str, noun: str, *, create: bool = False
    ) -> Item | Unresolved:
        """Return the item that ``text`` means, or the text itself if nothing that is cached fits
        and the service cannot be asked.
        """
        try:
            return self.resolve(kind, text, noun, create=create)
        except CANNOT_ASK:
            return Unresolved(noun, text.strip())

    def project(self, text: str, *, create: bool = False) -> Item:
        """Return the project that ``text`` means."""
        return self.resolve("projects", text, "project", create=create)

    def client(self, text: str, *, create: bool = False) -> Item:
        """Return the client that ``text`` means."""
        return self.resolve("clients", text, "client", create=create)

    def tag(self, text: str, *, create: bool = False) -> Item:
        """Return the tag that ``text`` means."""
        return self.resolve("tags", text, "tag", create=create)

    def task(self, text: str, project: str, *, create: bool = False) -> Item:
        """Return the task of the project (an ID) that ``text`` means."""
        return self.resolve(f"tasks-{project}", text, "task", create=create)

    def user(self, text: str) -> Item:
        """Return the user that ``text`` means: an ID, a name or a whole e-mail address."""
        return self.resolve("users", text, "user")

    def is_called(self, kind: str, text: str, *, ask: bool = True) -> bool:
        """Say whether there is a thing of this whole name. One request at most."""
        if fits(text, self.known(kind)[0] or (), whole=True):
            return True
        if not ask or self._is_settled(kind, text.strip()):
            return False
        found, _ = self._page(kind, {"name": text.strip()})
        return bool(fits(text, found, whole=True))

    def projects_of(self, clients: Iterable[str]) -> list[Item]:
        """Return the projects of some clients (IDs; empty for none), archived ones included.

        From the cache, else a request or more for each client.
        """
        wanted = set(clients)
        if "" not in wanted and self.is_due("projects") and not self._refresh:
            try:
                for client in sorted(wanted):
                    pages = self._gateway().pages(self._source("projects"), {"clients": client})
                    self.learn("projects", checked_list(list(pages)))
            except (UnreachableError, RateLimitError):
                if not self.is_whole("projects"):
                    raise
            rows = self.known("projects")[0] or []
        else:
            rows = self.all("projects")
        return [p for p in rows if (p.get("clientId") or "") in wanted]

    def _look_up(self, kind: str, text: str, noun: str, *, whole: bool, create: bool) -> Item:
        command = self._create_line(kind, noun, text) if create else ""

        def among(things: list[Item] | None, *, only_whole: bool = whole) -> Item:
            rows = things or []
            if kind == "users" and "@" in text:
                mails = [u for u in rows if str(u.get("email")).casefold() == text.casefold()]
                rows = [{**u, "name": u.get("email")} for u in mails] or rows
            clients = self.known("clients")[0] or () if kind == "projects" else ()
            found = match(text, rows, noun, whole=only_whole, clients=clients, create=command)
            return self.find(kind, str(found["id"])) or dict(found)

        if kind == "workspaces" or (self._refresh and kind not in self._fresh):
            try:
                return among(self.all(kind))
            except NotFoundError:
                if kind in self._fresh or kind != "workspaces":
                    raise
                return among(self.renew(kind))
        cached = self.find(kind, text.lower()) if is_entity_id(text) else None
        if cached is not None:
            return cached
        if self._is_settled(kind, text):
            try:
                return among(self.known(kind)[0])
            except AmbiguousError:
                raise
            except NotFoundError:
                if kind in self._fresh:
                    raise
        if is_entity_id(text):
            return self._by_id(kind, text)
        if not text or len(text) > LONGEST_QUERY:
            return among(self.known(kind)[0])
        try:
            complete = self._search(kind, text)
        except CANNOT_ASK as error:
            try:
                # Of a part of the list a beginning could mean something else too.
                return among(self.known(kind)[0], only_whole=whole or not self.is_whole(kind))
            except AmbiguousError:
                raise
            except NotFoundError as missing:
                if isinstance(error, UnreachableError | RateLimitError):
                    error.hint = f"{missing.message} It is not cached either; use the ID."
                raise error from None
        found = among(self.known(kind)[0])
        if not complete and not fits(text, [found], whole=True):
            from clockify_cli.core.name_errors import too_many

            raise too_many(text, noun, [found])
        self._remember(kind, text)
        return found

    def _is_settled(self, kind: str, text: str) -> bool:
        """Say whether the cache holds all that ``text`` can mean."""
        _, age = self.known(kind)
        if kind in self._fresh or (self.is_whole(kind) and age <= self._max_age):
            return True
        return time.time() - self._asked.get(kind, {}).get(text, 0.0) <= self._max_age

    def _remember(self, kind: str, text: str) -> None:
        """Note that all that ``text`` can mean is known now."""
        if not self._is_settled(kind, text):
            asked = {k: v for k, v in self._asked.get(kind, {}).items() if k != text}
            self._asked[kind] = dict([*asked.items(), (text, time.time())][-REMEMBERED:])
            self._keep(kind, self._lists.get(kind, []))

    def _search(self, kind: str, text: str) -> bool:
        """Ask the service for a name, and learn what it shows. Two requests at most.

        Returns:
            Whether all that the name can mean is known now.
        """
        first = name_search.first_query(kind, text)
        found, complete = self._page(kind, first)
        called = [thing for _, thing in fits(text, found, whole=True)]
        # A tag's, client's or task's name is taken once; a project's once for each client.
        if called and (complete or kind not in ("projects", "users")):
            return True
        second = name_search.second_query(kind, first, complete=complete)
        if second is None:
            few = not self.is_whole(kind) and len(self.known(kind)[0] or ()) < PAGE_SIZE
            if few and not found:
                self._page(kind, {})  # a slip: the nearest names are on it, often the whole list
            return complete
        found, complete = self._page(kind, second)
        return complete and name_search.STRICT not in second

    def _by_id(self, kind: str, number: str) -> Item:
        """Return the thing of an ID; a project is looked up, for its defaults. One request."""
        number = number.lower()
        if kind == "users":
            return dict(match(number, self.all(kind), "user"))
        if kind != "projects":
            return {"id": number, "name": number}
        found = checked(self._gateway().get(f"{self._source(kind)}/{number}"), "project")
        self.learn(kind, [found])
        return found

    def _chosen(
        self, kind: str, text: str, noun: str, error: NotFoundError, *, whole: bool, create: bool
    ) -> Item:
        """Return what the user says was meant; raise ``error`` if nobody does."""
        if self.choose is None:
            raise error
        rows = error.details.get("candidates") or error.details.get("nearest") or []
        known = [self.find(kind, str(row.get("id"))) or row for row in rows]
        create = create and not isinstance(error, AmbiguousError)
        number = self.choose(Question(kind, noun, text, error.message, known, whole, create))
        found = self.find(kind, number)
        if found is None:
            raise error
        return found

    def _create_line(self, kind: str, noun: str, text: str) -> str:
        from shlex import quote

        of = f" -p {kind[6:]}" if kind.startswith("tasks-") else ""
        return f"clockify {noun}s create {quote(text)}{of}"


def resolve_later(
    gateway: Gateway,
    account: str,
    workspace: str,
    body: Mapping[str, Any],
    unresolved: Mapping[str, Any],
    *,
    max_age: float = 86400,
) -> Item:
    """Return an entry's request body with the names in it that waited until delivery.

    Args:
        gateway: The client.
        account: ``Account.id``.
        workspace: The workspace in which the change was meant.
        body: The body as far as it was known.
        unresolved: ``project``, ``task``, ``tags`` as they were typed; ``billable: "default"``
            takes the project's.
        max_age: Seconds after which what is cached is asked for again.

    Raises:
        NotFoundError, AmbiguousError: A name fits nothing, or several; ``details`` has the
            candidates.
        UnreachableError, RateLimitError, SignInError, PermissionRefused: Still no way to ask.
    """
    names = Names(account, workspace, lambda: gateway, max_age=max_age)
    found = dict(body)
    if unresolved.get("project"):
        project = names.project(str(unresolved["project"]), create=True)
        found["projectId"] = project["id"]
        if unresolved.get("billable") == "default":
            found["billable"] = bool(project.get("billable"))
    if unresolved.get("task"):
        task = names.task(str(unresolved["task"]), str(found.get("projectId")), create=True)
        found["taskId"] = task["id"]
    tags = [str(names.tag(str(text), create=True)["id"]) for text in unresolved.get("tags") or ()]
    if tags:
        found["tagIds"] = list(dict.fromkeys([*(found.get("tagIds") or ()), *tags]))
    return found


def _label(kind: str, item: Mapping[str, Any]) -> str:
    return project_label(item) if kind == "projects" else str(item.get("name", ""))
