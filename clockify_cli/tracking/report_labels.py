"""Labels for the keys of a tally: names, clients, colours and rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.times.pieces import Days
from clockify_cli.tracking.tally import Key, rate_of

if TYPE_CHECKING:
    from clockify_cli.store.names import Names


class Labels:
    """What the keys of a tally mean to people."""

    def __init__(
        self,
        names: Names,
        days: Days,
        week_start: int,
        own_user: tuple[str, str],
        by: Sequence[str],
        priced: bool,
    ) -> None:
        self._priced = priced
        self._names = names
        self._days = days
        self._week_start = week_start
        self._own_user = own_user
        self._show_client = "client" not in by
        self._things: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._weeks: dict[int, str] = {}
        self._task_project: dict[str, str] = {}

    def ids(self, name: str, key: Key) -> Sequence[str]:
        """Return the IDs of the groups that a key stands in."""
        if name == "project":
            return (key.project,)
        if name == "client":
            return (str(self._thing("projects", key.project).get("clientId") or ""),)
        if name == "task":
            self._task_project[key.task] = key.project
            return (key.task,)
        if name == "tag":
            return key.tags or ("",)
        if name == "description":
            return (key.description,)
        if name == "user":
            return (key.user,)
        if name == "billable":
            return ("true" if key.billable else "false",)
        day = self._days.date(key.day)
        if name == "day":
            return (day.isoformat(),)
        if name == "month":
            return (day.isoformat()[:7],)
        from clockify_cli.times.days import week_of

        return (week_of(day, self._week_start).isoformat(),)

    def described(self, name: str, number: str) -> dict[str, Any]:
        """Return the name of a group, and what views need beside it."""
        if name == "project":
            thing = self._thing("projects", number)
            found = {"name": str(thing.get("name") or number), "color": thing.get("color") or ""}
            if self._show_client and thing.get("clientName"):
                found["client"] = thing["clientName"]
            return found
        if name == "client":
            return {"name": self._client(number)}
        if name == "task":
            kind = f"tasks-{self._task_project.get(number, '')}"
            return {"name": str(self._thing(kind, number).get("name") or number)}
        if name == "tag":
            return {"name": str(self._thing("tags", number).get("name") or number)}
        if name == "user":
            if number and number == self._own_user[0]:
                return {"name": self._own_user[1] or number}
            user = self._thing("users", number)
            return {"name": str(user.get("name") or user.get("email") or number)}
        if name == "billable":
            return {"name": "billable" if number == "true" else "not billable"}
        if name == "week":
            return {"name": self._week(number)}
        return {"name": number}

    def rate(self, key: Key) -> tuple[int, str] | None:
        """Return cents an hour and the currency; the entry's, else the project's."""
        if key.rate is not None or not self._priced:
            return key.rate if self._priced else None
        return rate_of(self._thing("projects", key.project).get("hourlyRate"))

    def _client(self, number: str) -> str:
        known = self._thing("clients", number).get("name")
        if known or not number:
            return str(known or "")
        for project in self._list("projects").values():
            if project.get("clientId") == number and project.get("clientName"):
                return str(project["clientName"])
        return number

    def _week(self, first: str) -> str:
        """Return an ISO week's name; one that begins on another day is its first and last."""
        day = date.fromisoformat(first)
        if self._week_start == 0:
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        return f"{first}..{(day + timedelta(days=6)).isoformat()}"

    def _thing(self, kind: str, number: str) -> Mapping[str, Any]:
        return self._list(kind).get(number) or {} if number else {}

    def _list(self, kind: str) -> dict[str, Mapping[str, Any]]:
        if kind not in self._things:
            known, _ = self._names.known(kind)
            self._things[kind] = {str(item.get("id")): item for item in known or ()}
        return self._things[kind]
