"""Read-only queries of the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from clockify_cli.core.model import utc_text
from clockify_cli.journal import schema
from clockify_cli.journal.database import Database
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    ENTRY_KINDS,
    FOUND,
    LOCAL,
    LOST,
    OPEN,
    PENDING,
    SET_ASIDE,
    Change,
    Operation,
)

REMEMBERED = 500  # operations that are looked through for entries known without a request


class Queries(Database):
    """The questions, each about one account.

    Args:
        account: Whose journal it is (``Account.id``); operations of others are never seen.
        notice: Called with what the user should know of the file.
    """

    def __init__(self, account: str, notice: Callable[[str], None]) -> None:
        super().__init__(notice)
        self.account = account
        self._damaged: set[int] = set()

    # -- operations -----------------------------------------------------------------

    def operation(self, number: int) -> Operation:
        """Return the operation with this number."""
        found = self._select("WHERE o.id = ?", (number,)) if number < 2**63 else []
        if not found:
            from clockify_cli.core.errors import NotFoundError

            raise NotFoundError(f"There is no change {number}.", "List them: clockify queue.")
        return found[0]

    def waiting(self) -> list[Operation]:
        """Return what still has to be sent, in order."""
        return self._in_states(PENDING)

    def undelivered(self) -> list[Operation]:
        """Return what still has to be sent or looked up, in order."""
        return self._in_states((*PENDING, LOST))

    def set_aside(self) -> list[Operation]:
        """Return what was refused or is in conflict, in order."""
        return self._in_states(SET_ASIDE)

    def open_operations(self) -> list[Operation]:
        """Return everything that ``queue list`` shows, in order."""
        return self._in_states(OPEN)

    def of_change(self, change: int) -> list[Operation]:
        """Return the operations of a change, in order."""
        return self._select("WHERE o.change = ? ORDER BY o.id", (change,))

    def newest_done(self, workspace: str, user: str, *, but: int = 0) -> int:
        """Return the number of a user's newest operation that has happened (0: none)."""
        kinds = ", ".join(f"'{kind}'" for kind in ENTRY_KINDS)
        row = self._rows(
            "SELECT id FROM operations WHERE account = ? AND state = ? AND workspace = ?"
            f" AND user = ? AND id <> ? AND entry NOT LIKE ? AND kind IN ({kinds})"
            " ORDER BY id DESC LIMIT 1",
            (self.account, DONE, workspace, user, but, LOCAL + "%"),
        )
        return int(row[0][0]) if row else 0

    def newest_of(self, entry: str) -> int:
        """Return the number of the newest operation on an entry, whatever its state (0: none)."""
        row = self._rows("SELECT max(id) FROM operations WHERE entry = ?", (entry,))
        return int(row[0][0] or 0)

    def creation_of(self, entry: str) -> Operation | None:
        """Return the creation that the local ID ``entry`` stands for."""
        digits = entry.removeprefix(LOCAL)
        if not entry.startswith(LOCAL) or not digits.isdecimal() or len(digits) > 18:
            return None
        found = self._select(
            "WHERE o.id = ? AND o.kind IN (?, ?) AND o.account = ?",
            (int(digits), CREATE, FOUND, self.account),
        )
        return found[0] if found else None

    def service_id(self, entry: str) -> str | None:
        """Return the service's ID of an entry; ``None`` for a local one not delivered yet."""
        if not entry.startswith(LOCAL):
            return entry
        creation = self.creation_of(entry)
        if creation is None or creation.state != DONE or creation.entry.startswith(LOCAL):
            return None
        return creation.entry

    def entries_ending(self, workspace: str, end: str) -> set[str]:
        """Return the service's IDs with this end among the entries of a workspace."""
        rows = self._rows(
            "SELECT DISTINCT entry FROM operations WHERE account = ? AND workspace = ?"
            " AND entry LIKE ? AND length(entry) = 24",
            (self.account, workspace, f"%{end}"),
        )
        return {str(row[0]) for row in rows}

    def created_here(self, entries: Sequence[str]) -> set[str]:
        """Return which of these entries this journal created."""
        marks = ", ".join("?" * len(entries))
        rows = self._rows(
            f"SELECT entry FROM operations WHERE entry IN ({marks}) "
            "AND account = ? AND kind = ? AND state = ?",
            (*entries, self.account, CREATE, DONE),
        )
        return {str(row[0]) for row in rows}

    def ended_alike(self, operation: Operation) -> set[str]:
        """Return the IDs of the entries that other operations have given the same end."""
        rows = self._rows(
            "SELECT entry FROM operations WHERE account = ? AND workspace = ? AND user = ? "
            "AND id <> ? AND state = ? AND json_valid(payload) "
            "AND json_extract(payload, '$.end') = ?",
            (
                operation.account,
                operation.workspace,
                operation.user,
                operation.id,
                DONE,
                operation.payload["end"],
            ),
        )
        return {str(row[0]) for row in rows}

    def recorded_between(
        self, workspace: str, user: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """Return entries that this program has written and that lie in ``[start, end)``.

        Each as the service answered the last operation on it; the newest ``REMEMBERED``
        operations are looked through.
        """
        last, first = utc_text(end), utc_text(start)
        rows = self._rows(
            "SELECT after FROM operations WHERE id IN (SELECT max(id) FROM operations "
            "WHERE account = ? AND workspace = ? AND user = ? AND state = ? AND id > "
            "(SELECT coalesce(max(id), 0) FROM operations) - ? GROUP BY entry) AND kind != ? "
            "AND json_valid(after) "
            "AND json_extract(after, '$.timeInterval.start') < ? "
            "AND coalesce(json_extract(after, '$.timeInterval.end'), '9') > ?",
            (self.account, workspace, user, DONE, REMEMBERED, DELETE, last, first),
        )
        return [json.loads(row[0]) for row in rows]

    def last_recorded(self, entry: str) -> dict[str, Any] | None:
        """Return an entry as the service answered our last operation on it, if there was one."""
        last = self.last_done(entry)
        return last.after if last is not None and last.kind != DELETE else None

    def last_done(self, entry: str) -> Operation | None:
        """Return the newest operation on an entry that has happened."""
        found = self._select(
            "WHERE o.entry = ? AND o.state = ? AND o.account = ? ORDER BY o.id DESC LIMIT 1",
            (entry, DONE, self.account),
        )
        return found[0] if found else None

    def successor(self, entry: str, *, waiting: bool = False) -> str | None:
        """Return the ID under which an undo has brought a deleted entry back, if one has.

        Args:
            entry: The ID of the deleted entry.
            waiting: It counts as well if that undo is still to be sent.
        """
        rows = self._rows(
            "SELECT new.entry FROM operations old JOIN changes c ON c.undoes = old.change "
            "JOIN operations new ON new.change = c.id "
            "WHERE old.account = ? AND old.entry = ? AND old.kind = ? AND old.state = ? "
            "AND new.kind = ? AND new.state IN (?, ?, ?) AND json_valid(old.before) "
            "AND json_valid(new.payload) AND json_extract(new.payload, '$.start') = "
            "json_extract(old.before, '$.timeInterval.start') AND "
            "coalesce(json_extract(new.payload, '$.description'), '') = "
            "coalesce(json_extract(old.before, '$.description'), '') ORDER BY new.id DESC LIMIT 1",
            (
                self.account,
                entry,
                DELETE,
                DONE,
                CREATE,
                DONE,
                *(PENDING if waiting else (DONE, DONE)),
            ),
        )
        return str(rows[0][0]) if rows else None

    def thing_now(self, thing: str) -> str:
        """Return the ID under which an undo or redo has brought a thing back, else its own."""
        seen = {thing}
        while True:
            rows = self._rows(
                "SELECT new.entry FROM operations old JOIN changes c ON c.undoes = old.change "
                "JOIN operations new ON new.change = c.id WHERE old.account = ? AND old.entry = ? "
                "AND old.kind = 'thing' AND new.kind = 'thing' AND new.state = 'done' "
                "AND json_valid(old.payload) AND json_valid(new.payload) "
                "AND json_extract(old.payload, '$.action') = 'delete' "
                "AND json_extract(new.payload, '$.action') = 'create' "
                "AND json_extract(old.payload, '$.list') = json_extract(new.payload, '$.list') "
                "AND json_valid(old.before) AND json_valid(new.after) "
                "AND json_extract(old.before, '$.name') = json_extract(new.after, '$.name') "
                "ORDER BY new.id DESC LIMIT 1",
                (self.account, thing),
            )
            if not rows or rows[0][0] in seen:
                return thing
            thing = str(rows[0][0])
            seen.add(thing)

    # -- changes --------------------------------------------------------------------

    def change(self, number: int) -> Change | None:
        """Return the change with this number."""
        if number >= 2**63:
            return None
        return self._change("WHERE c.account = ? AND c.id = ?", (self.account, number))

    def change_with_key(self, key: str, workspace: str) -> Change | None:
        """Return the change that was recorded under an idempotency key in a workspace."""
        return self._change(
            "WHERE c.account = ? AND c.workspace = ? AND c.key = ?", (self.account, workspace, key)
        )

    def under_other_keys(self, entries: Sequence[str], key: str) -> set[str]:
        """Return which of these entries were recorded under another idempotency key."""
        marks = ", ".join("?" * len(entries))
        rows = self._rows(
            "SELECT o.entry FROM operations o JOIN changes c ON c.id = o.change"
            f" WHERE o.entry IN ({marks}) AND c.account = ? AND c.key IS NOT NULL AND c.key <> ?",
            (*entries, self.account, key),
        )
        return {str(row[0]) for row in rows}

    def undoing(self, change: int) -> list[Operation]:
        """Return the operations of every attempt to undo a change, in order."""
        return self._select("WHERE c.undoes = ? ORDER BY o.id", (change,))

    def undoable(self, limit: int) -> list[Change]:
        """Return the newest changes that can still be taken back, newest first."""
        return self._changes(
            "WHERE c.account = ? AND c.undone_by IS NULL AND c.undoes IS NULL AND EXISTS (SELECT 1 "
            "FROM operations o WHERE o.change = c.id AND o.kind <> 'found' AND "
            "(o.state IN ('queued', 'sending', 'done', 'lost') OR (o.state = 'dropped' AND "
            "json_valid(o.error) AND json_extract(o.error, '$.kind') = 'unclear'))) "
            "ORDER BY c.id DESC LIMIT ?",
            (self.account, limit),
        )

    def newest_change(self) -> Change | None:
        """Return the last change of this account, an undo included, that came to anything."""
        return self._change(
            "WHERE c.account = ? AND (c.undoes IS NOT NULL OR EXISTS (SELECT 1 FROM operations o "
            "WHERE o.change = c.id AND o.state <> 'dropped')) ORDER BY c.id DESC LIMIT 1",
            (self.account,),
        )

    # -- accounts -------------------------------------------------------------------

    def pending_elsewhere(self) -> list[tuple[str, str, int]]:
        """Return the other accounts with pending changes: ID, name (or ``""``), how many."""
        marks = ", ".join("?" * len(OPEN))
        rows = self._rows(
            "SELECT o.account, coalesce(a.name, ''), count(*) FROM operations o "
            "LEFT JOIN accounts a ON a.account = o.account "
            f"WHERE o.state IN ({marks}) AND o.account <> ? GROUP BY o.account ORDER BY o.account",
            (*OPEN, self.account),
        )
        return [(str(a), str(name), int(count)) for a, name, count in rows]

    def has_any(self, account: str) -> bool:
        """Say whether another account has any operations."""
        return bool(self._rows("SELECT 1 FROM operations WHERE account = ? LIMIT 1", (account,)))

    def counts(self) -> list[tuple[str, int]]:
        """Return how many operations of this account are in each state."""
        rows = self._rows(
            "SELECT state, count(*) FROM operations WHERE account = ? GROUP BY state",
            (self.account,),
        )
        return [(str(state), int(count)) for state, count in rows]

    # -- rows -----------------------------------------------------------------------

    def _change(self, where: str, values: tuple[Any, ...]) -> Change | None:
        found = self._changes(where, values)
        return found[0] if found else None

    def _changes(self, where: str, values: tuple[Any, ...]) -> list[Change]:
        rows = self._rows(f"SELECT {schema.CHANGE_COLUMNS} FROM changes c {where}", values)
        return [schema.change(row) for row in rows]

    def _in_states(self, states: Sequence[str]) -> list[Operation]:
        marks = ", ".join("?" * len(states))
        return self._select(
            f"WHERE o.account = ? AND o.state IN ({marks}) ORDER BY o.id", (self.account, *states)
        )

    def _select(self, where: str, values: tuple[Any, ...]) -> list[Operation]:
        found = []
        for row in self._rows(f"SELECT {schema.COLUMNS} {schema.FROM} {where}", values):
            try:
                found.append(schema.operation(row))
            except (ValueError, TypeError, RecursionError):
                if row[0] not in self._damaged:  # it costs itself, never a command
                    self._damaged.add(row[0])
                    self._notice(f"Change {row[0]} in the journal is damaged and was skipped.")
        return found

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self.failure(error) from error
