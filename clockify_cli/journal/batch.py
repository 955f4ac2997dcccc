"""Many creations of one change: recorded and settled a transaction at a time.

The journal's rule holds for each of them: it is on disk as ``sending`` before its first byte
goes out. A transaction (some milliseconds, synced) takes in what was answered since the last
one and what is sent next, so that a few dozen are in flight at most: should the process die,
the next command looks up those few, and the rest were never promised to anybody.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from clockify_cli.journal.book import Journal
from clockify_cli.journal.delivery import HOLD_SECONDS
from clockify_cli.journal.operation import CREATE, DONE, LOCAL, SENDING, Draft, Operation

_INSERT = (
    "INSERT INTO operations (change, account, workspace, user, kind, state, entry, payload, after,"
    " attempts, hold_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"
)
_SETTLE = (
    "UPDATE operations SET state = ?, entry = ?, after = ?, error = ?, hold_until = ? WHERE id = ?"
)


class Batch:
    """The creations of one change.

    Args:
        journal: The journal, whose turn the caller holds whenever it calls.
        verb: The command.
        label: What it changes, for people.
        key: The idempotency key: the same one goes on with the change that it began.
    """

    def __init__(self, journal: Journal, verb: str, label: str, key: str) -> None:
        self._journal = journal
        self._verb = verb
        self._label = label
        self._key = key
        self.change: int | None = None  # its number, once something was recorded

    def record(self, drafts: Sequence[Draft], settled: Sequence[Operation] = ()) -> list[Operation]:
        """Put creations on disk that are sent at once, and what became of earlier ones.

        Args:
            drafts: The creations.
            settled: Earlier ones, with their new state in them.

        Returns:
            The operations of the drafts, as ``sending``.
        """
        made: list[Operation] = []
        if not drafts and not settled:
            return made
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # Should this process die, the service may still be at work on what it was sent.
        hold = time.time() + HOLD_SECONDS
        with self._journal.transaction() as db:
            for operation in settled:
                db.execute(
                    _SETTLE,
                    (
                        operation.state,
                        operation.entry,
                        json.dumps(operation.after),
                        json.dumps(operation.error) if operation.error else None,
                        operation.hold_until,
                        operation.id,
                    ),
                )
            if drafts and self.change is None:
                self.change = self._begun(db, stamp)
            for draft in drafts:
                body = json.dumps(draft.payload)
                row = db.execute(
                    _INSERT,
                    (
                        self.change,
                        self._journal.account,
                        draft.workspace,
                        draft.user,
                        CREATE,
                        SENDING,
                        "",
                        body,
                        None,
                        hold,
                        stamp,
                    ),
                ).lastrowid
                assert row is not None
                assert self.change is not None
                local = f"{LOCAL}{row}"
                after = {**(draft.after or {}), "id": local}
                db.execute(
                    "UPDATE operations SET entry = ?, after = ? WHERE id = ?",
                    (local, json.dumps(after), row),
                )
                made.append(
                    Operation(
                        id=row,
                        change=self.change,
                        account=self._journal.account,
                        workspace=draft.workspace,
                        user=draft.user,
                        kind=CREATE,
                        state=SENDING,
                        entry=local,
                        payload=draft.payload,
                        before=None,
                        after=after,
                        error=None,
                        attempts=1,
                        hold_until=hold,
                        created_at=stamp,
                        verb=self._verb,
                    )
                )
        return made

    def _begun(self, db: sqlite3.Connection, stamp: str) -> int:
        """Return the change: the one that the key began, unless it was taken back since."""
        known = self._journal.change_with_key(self._key)
        if known is not None and known.undone_by is None:
            return known.id
        if known is not None:
            db.execute("UPDATE changes SET key = NULL WHERE id = ?", (known.id,))
        number = db.execute(
            "INSERT INTO changes (account, verb, label, created_at, key) VALUES (?, ?, ?, ?, ?)",
            (self._journal.account, self._verb, self._label, stamp, self._key),
        ).lastrowid
        assert number is not None
        return number


def done(operation: Operation, answer: dict[str, object]) -> Operation:
    """Note in the object what the service answered; :meth:`Batch.record` puts it on disk."""
    operation.state = DONE
    operation.after = dict(answer)
    operation.entry = str(answer["id"])
    operation.error = None
    operation.hold_until = 0
    return operation
