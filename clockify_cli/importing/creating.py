"""Creating the clients, projects, tasks and tags that a file names and the workspace lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clockify_cli.core.errors import RefusedError, UnclearError
from clockify_cli.core.naming import folded
from clockify_cli.importing.names import Meant, Thing, Unknown, best_match
from clockify_cli.resources.kinds import CLIENT, PROJECT, TAG, TASK, Kind
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.store.names import Names


class Creator:
    """Creates names of a file.

    Args:
        names: The cache, which learns of them.
        resource_list: Gives the list of a kind (of tasks: of a project's ID).
    """

    def __init__(self, names: Names, resource_list: Callable[[Kind, str], ResourceList]) -> None:
        self._names = names
        self._resource_list = resource_list
        self._made: dict[str, Thing] = {}  # by their stand-ins

    def create(self, new: Iterable[Unknown]) -> list[Thing]:
        """Create clients, projects, tasks and tags, in this order; return what was created."""
        listed = list(new)
        made: list[Thing] = []
        clients: dict[str, str] = {}
        for one in (u for u in listed if u.kind == "project"):
            fields: dict[str, Any] = {"name": one.name}
            if one.of:
                if folded(one.of) not in clients:
                    clients[folded(one.of)] = str(self._client(one.of, made)["id"])
                fields["clientId"] = clients[folded(one.of)]
            self._made[one.stand_in] = self._sure(PROJECT, fields, made)
        for one in (u for u in listed if u.kind == "task"):
            parent = self.real(one.of)
            self._made[one.stand_in] = self._sure(TASK, {"name": one.name}, made, project=parent)
        for one in (u for u in listed if u.kind == "tag"):
            self._made[one.stand_in] = self._sure(TAG, {"name": one.name}, made)
        return made

    def real(self, number: str) -> str:
        """Return the ID that a stand-in has become."""
        made = self._made.get(number)
        return str(made["id"]) if made is not None else number

    def finished(self, meant: Meant) -> Meant:
        """Return what is meant, with IDs alone."""
        if not meant.is_new:
            return meant
        billable = meant.billable
        if billable is None:
            billable = bool(self._made.get(meant.project, {}).get("billable"))
        tags = tuple(map(self.real, meant.tags))
        return Meant(self.real(meant.project), self.real(meant.task), tags, billable)

    def _client(self, name: str, made: list[Thing]) -> Thing:
        found = [c for c in self._names.all("clients") if folded(str(c["name"])) == folded(name)]
        chosen = best_match(found, name)
        return chosen if chosen is not None else self._sure(CLIENT, {"name": name}, made)

    def _sure(
        self, kind: Kind, fields: dict[str, Any], made: list[Thing], *, project: str = ""
    ) -> Thing:
        """Create one thing; where the answer was lost, look whether it is there by now."""
        resource_list = self._resource_list(kind, project)
        key = f"tasks-{project}" if project else kind.plural
        for again in (False, True):
            try:
                thing = resource_list.create(fields)
                break
            except UnclearError:
                there = self._there(key, fields, lambda text: text)
                if again and there is None:
                    raise
            except RefusedError:
                # Names that differ in case alone may be one to the service.
                there = self._there(key, fields, folded)
                if there is None:
                    raise
            if there is not None:
                return there
        made.append({**thing, "kind": kind.noun})
        return thing

    def _there(
        self, key: str, fields: Mapping[str, Any], plain: Callable[[str], str]
    ) -> Thing | None:
        """Return what has the name and the client that a thing was to be created with."""
        found = [
            item
            for item in self._names.renew(key)
            if plain(str(item.get("name"))) == plain(fields["name"])
            and (item.get("clientId") or "") == fields.get("clientId", "")
        ]
        return found[0] if found else None
