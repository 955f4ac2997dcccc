"""Many writes of one change: recorded and settled a transaction at a time.

The journal's rule holds for each of them: it is on disk as ``sending`` before its first byte
goes out. A transaction (some milliseconds, synced) takes in what was answered since the last
one and what is sent next, so that a few dozen are in flight at most: should the process die,
the next command looks up those few, and the rest were never promised to anybody.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from clockify_cli.journal.operation import (
    CREATE,
    DONE,
    HOLD_SECONDS,
    LOCAL,
    SENDING,
    Draft,
    Operation,
)
from clockify_cli.journal.store import Journal

_INSERT = (
    "INSERT INTO operations (change, account, workspace, user, kind, state, entry, payload,"
    " before, after, attempts, hold_until, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"
)
_SETTLE = (
    "UPDATE operations SET state = ?, entry = ?, after = ?, error = ?, hold_until = ? WHERE id = ?"
)


class Batch:
    """The writes of one change.

    Args:
        journal: The journal, whose turn the caller holds whenever it calls.
        verb: The command.
        label: What it changes, for people.
        key: The idempotency key: the same one goes on with the change that it began.
        undoes: The change that this one takes back.
    """

    def __init__(
        self,
        journal: Journal,
        verb: str,
        label: str,
        *,
        key: str | None = None,
        undoes: int | None = None,
    ) -> None:
        self._journal = journal
        self._verb = verb
        self._label = label
        self._key = key
        self._undoes = undoes
        self.change: int | None = None  # its number, once something was recorded

    def record(self, drafts: Sequence[Draft], settled: Iterable[Operation] = ()) -> list[Operation]:
        """Put writes on disk that are sent at once, and what became of earlier ones.

        Args:
            drafts: The writes.
            settled: Earlier ones, with their new state in them.

        Returns:
            The operations of the drafts, as ``sending``.
        """
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # Should this process die, the service may still be at work on what it was sent.
        hold = time.time() + HOLD_SECONDS
        with self._journal.transaction() as db:
            db.executemany(_SETTLE, map(_settled_row, settled))
            if drafts and self.change is None:
                self.change = self._begun(db, stamp)
            return [self._inserted(db, draft, hold, stamp) for draft in drafts]

    def _inserted(self, db: sqlite3.Connection, draft: Draft, hold: float, stamp: str) -> Operation:
        assert self.change is not None
        operation = Operation(
            id=0,
            change=self.change,
            account=self._journal.account,
            workspace=draft.workspace,
            user=draft.user,
            kind=draft.kind,
            state=SENDING,
            entry=draft.entry,
            payload=draft.payload,
            before=draft.before,
            after=draft.after,
            error=None,
            attempts=1,
            hold_until=hold,
            created_at=stamp,
            verb=self._verb,
        )
        row = db.execute(
            _INSERT,
            (
                operation.change,
                operation.account,
                operation.workspace,
                operation.user,
                operation.kind,
                operation.state,
                operation.entry,
                json.dumps(operation.payload),
                _dump(operation.before),
                _dump(operation.after),
                hold,
                stamp,
            ),
        ).lastrowid
        assert row is not None
        operation.id = row
        if draft.kind == CREATE:
            operation.entry = f"{LOCAL}{row}"
            operation.after = {**(draft.after or {}), "id": operation.entry}
            db.execute(
                "UPDATE operations SET entry = ?, after = ? WHERE id = ?",
                (operation.entry, _dump(operation.after), row),
            )
        return operation

    def _begun(self, db: sqlite3.Connection, stamp: str) -> int:
        """Return the change: the one that the key began, unless it was taken back since."""
        if self._key is not None:
            known = self._journal.change_with_key(self._key)
            if known is not None and known.undone_by is None:
                return known.id
            if known is not None:
                db.execute("UPDATE changes SET key = NULL WHERE id = ?", (known.id,))
        number = db.execute(
            "INSERT INTO changes (account, verb, label, created_at, undoes, key)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self._journal.account, self._verb, self._label, stamp, self._undoes, self._key),
        ).lastrowid
        assert number is not None
        return number


def done(operation: Operation, answer: dict[str, Any] | None = None) -> Operation:
    """Note in the object that it has happened; :meth:`Batch.record` puts it on disk."""
    operation.state = DONE
    operation.error = None
    operation.hold_until = 0
    if answer is not None:
        operation.after = answer
        operation.entry = str(answer["id"])
    return operation


def _settled_row(operation: Operation) -> tuple[Any, ...]:
    return (
        operation.state,
        operation.entry,
        _dump(operation.after),
        _dump(operation.error),
        operation.hold_until,
        operation.id,
    )


def _dump(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)
