"""The running timer as far as this machine knows, updated with each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import TimeEntry, is_running
from clockify_cli.journal.operation import CREATE, DELETE, STOP, Operation

if TYPE_CHECKING:
    from clockify_cli.core.account import Account
    from clockify_cli.store.last_known import LastKnown
    from clockify_cli.store.names import Names


class KnownTimer:
    """The running timer as last known, behind the state file that the prompt reads.

    Args:
        account: Who and where.
        last_known: The state file.
        names: Names from the cache.
        zone: The run's zone.
        newest_done: Returns the number of the account's newest operation that has happened, one
            left out: what is known is only sure if it knows of that one.
        notice: Called with what the user should know.
    """

    def __init__(
        self,
        account: Account,
        last_known: LastKnown,
        names: Names,
        zone: tzinfo,
        newest_done: Callable[[int], int],
        notice: Callable[[str], None],
    ) -> None:
        self.entry: TimeEntry | None = last_known.running
        self.confirmed = False  # the service has spoken in this run
        self.prompt_format = ""
        self._account = account
        self._last_known = last_known
        self._names = names
        self._zone = zone
        self._newest_done = newest_done
        self._notice = notice
        self._as_of = last_known.journal  # the newest operation that ``entry`` knows of
        self._day_change = 0

    @property
    def is_sure(self) -> bool:
        """Say whether the timer is known as the last operation of this journal left it.

        It is not if a command was ended between its operation and the state file, or if one
        that only reads was slower than one that writes.
        """
        return self._as_of == self._newest_done(0)

    def renew(self) -> None:
        """Read the state file again: whoever held the delivery lock before has changed it."""
        self._last_known.renew()
        self.entry = self._last_known.running
        self._as_of = self._last_known.journal

    def learn(self, entry: TimeEntry | None, as_of: int | None = None) -> None:
        """Note what the service has just said of the running timer.

        Args:
            entry: The timer.
            as_of: The newest operation when it was asked; the newest now if left out.
        """
        self.entry = entry
        self._as_of = self._newest_done(0) if as_of is None else as_of
        self.confirmed = True

    def learn_of(self, operation: Operation, *, answered: bool, now: datetime) -> None:
        """Learn from an operation that was just delivered.

        Args:
            operation: The operation, ``done``.
            answered: The service has just answered this very operation.
            now: The present.
        """
        sure = self._as_of == self._newest_done(operation.id)
        entry = operation.after
        if operation.kind == DELETE:
            if self.entry is not None and self.entry.get("id") == operation.entry:
                self.entry = None
            self._count(operation.before, -1, now)
        elif entry is not None and entry.get("timeInterval"):
            # These tell by themselves which timer is running, whatever was known before.
            stopped = operation.kind == STOP and answered
            sure = sure or stopped or is_running(entry)
            if is_running(entry):
                self.entry = entry
            elif self.entry is not None and (self.entry.get("id") == entry.get("id") or stopped):
                self.entry = None
            if operation.kind != CREATE and operation.before and not is_running(operation.before):
                self._count(operation.before, -1, now)
            self._count(entry, 1, now)
        if sure:
            self._as_of = self._newest_done(0)

    def learn_of_set_aside(self, operations: Sequence[Operation]) -> None:
        """Learn from operations that were set aside: the timer that is known may have ended."""
        for operation in operations:
            current = (operation.error or {}).get("current") or {"id": operation.entry}
            if self.entry is not None and current.get("id") == self.entry.get("id"):
                runs = "timeInterval" in current and is_running(current)
                self.entry = current if runs else None
                self._as_of = 0  # another one may be running by now

    def save(
        self,
        shown: TimeEntry | None,
        pending: int,
        *,
        now: datetime,
        day_seconds: int | None = None,
    ) -> None:
        """Write the state file.

        Args:
            shown: The running timer with pending changes applied.
            pending: How many operations are pending.
            now: The present.
            day_seconds: Today's finished seconds, if just counted.
        """
        if day_seconds is None and self._day_change:
            day_seconds = self._last_known.add_to_day(self._day_change, now, self._zone)
        self._day_change = 0
        self._last_known.save(
            self.entry,
            shown,
            now=now,
            zone=self._zone,
            describe=self.describe,
            waiting=pending,
            confirmed=self.confirmed,
            prompt_format=self.prompt_format,
            journal=self._as_of,
            day_seconds=day_seconds,
            failed=self._notice,
        )

    def describe(self, entry: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the names that an entry's IDs stand for, from the cache alone."""
        names, unresolved = self._names, entry.get("unresolved") or {}
        project = names.find("projects", entry.get("projectId")) or {}
        task = names.find(f"tasks-{entry.get('projectId')}", entry.get("taskId")) or {}
        tags = [names.find("tags", tag) or {"name": tag} for tag in entry.get("tagIds") or []]
        unknown_tags = [str(tag) for tag in unresolved.get("tags") or []]
        return {
            "project": str(
                project.get("name") or entry.get("projectId") or unresolved.get("project") or ""
            ),
            "client": str(project.get("clientName") or ""),
            "color": str(project.get("color") or ""),
            "task": str(task.get("name") or entry.get("taskId") or unresolved.get("task") or ""),
            "tags": ", ".join([*(str(tag["name"]) for tag in tags), *unknown_tags]),
            "user": self._user_name(entry.get("userId")),
        }

    def _user_name(self, user: Any) -> str:
        if not user or user == self._account.user:
            return self._account.user_name
        return str((self._names.find("users", user) or {}).get("name") or user)

    def _count(self, entry: TimeEntry | None, sign: int, now: datetime) -> None:
        if entry is None or not entry.get("timeInterval") or is_running(entry):
            return
        from clockify_cli.times import Clock
        from clockify_cli.times.pieces import work_today

        self._day_change += sign * work_today([entry], Clock(now=now, zone=self._zone))
