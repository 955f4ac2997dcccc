"""The journal of one account: changes are recorded before they are sent, and moved on."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from clockify_cli.core.model import utc_text
from clockify_cli.journal.database import KeyTaken as KeyTaken
from clockify_cli.journal.database import path as path
from clockify_cli.journal.operation import (
    CREATE,
    DONE,
    DROPPED,
    FOUND,
    HOLD_SECONDS,
    LOCAL,
    OPEN,
    QUEUED,
    SENDING,
    Draft,
    Operation,
    Origin,
)
from clockify_cli.journal.queries import Queries
from clockify_cli.journal.schema import dump

# What is kept of changes that are over, keys and undo history included; pending ones always are.
KEPT_DAYS = 400
KEPT_CHANGES = 20_000
_PRUNED_EVERY = 500  # changes

_OPEN = "({})".format(", ".join(f"'{state}'" for state in OPEN))
_SETTLE = (
    "UPDATE operations SET state = ?, entry = ?, after = ?, error = ?, hold_until = ? WHERE id = ?"
)


class Journal(Queries):
    """The journal of one account; see :class:`Queries` for what it can be asked."""

    origin = Origin()  # where the changes of this run come from

    def record(
        self,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        *,
        state: str = QUEUED,
        key: str | None = None,
        content: str | None = None,
        undoes: int | None = None,
    ) -> list[Operation]:
        """Put a change on disk before anything of it is sent; return its operations.

        Args:
            verb: The command (``start``, ``edit`` …).
            label: What it changes, for people.
            drafts: The operations, in the order in which they must be sent.
            state: The state of the first one: ``sending`` saves a transaction if it is sent
                at once.
            key: The caller's idempotency key, and ``content`` what is recorded under it.
            undoes: The change that this one undoes.
        """
        with self.transaction() as db:
            workspace = drafts[0].workspace if drafts else ""
            change = self._begin(
                db, verb, label, workspace, key=key, content=content, undoes=undoes
            )
            recorded = [
                self._insert(db, change, verb, draft, QUEUED if number else state)
                for number, draft in enumerate(drafts)
            ]
            if undoes is not None:
                db.execute("UPDATE changes SET undone_by = ? WHERE id = ?", (change, undoes))
        return recorded

    def record_more(
        self,
        change: int | None,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        settled: Iterable[Operation] = (),
        *,
        key: str | None = None,
        workspace: str = "",
        undoes: int | None = None,
    ) -> tuple[int | None, list[Operation]]:
        """Put operations on disk that are sent at once, and what became of earlier ones.

        One transaction: for an import, which has dozens under way.

        Args:
            change: The change that they belong to; ``None`` begins one, or continues with the one
                that ``key`` began.
            settled: Earlier ones, with their new state in them.

        Returns:
            The change, and the operations of the drafts as ``sending``.
        """
        with self.transaction() as db:
            db.executemany(_SETTLE, map(_settled_row, settled))
            if drafts and change is None:
                change = self._begun(db, key, workspace)
            if drafts and change is None:
                change = self._begin(db, verb, label, workspace, key=key, undoes=undoes)
            operations = [
                self._insert(db, change or 0, verb, draft, SENDING, attempts=1) for draft in drafts
            ]
        return change, operations

    def begun_under(self, key: str, workspace: str) -> int | None:
        """Return the change that goes on under a key; one that was undone gives the key up."""
        with self.transaction() as db:
            return self._begun(db, key, workspace)

    def _begun(self, db: sqlite3.Connection, key: str | None, workspace: str) -> int | None:
        known = self.change_with_key(key, workspace) if key is not None else None
        if known is None or known.undone_by is None:
            return known.id if known is not None else None
        db.execute("UPDATE changes SET key = NULL WHERE id = ?", (known.id,))
        return None

    def add(self, change: int, verb: str, draft: Draft, state: str) -> Operation:
        """Add an operation to a change; return it."""
        with self.transaction() as db:
            return self._insert(db, change, verb, draft, state)

    def _begin(
        self,
        db: sqlite3.Connection,
        verb: str,
        label: str,
        workspace: str,
        *,
        key: str | None = None,
        content: str | None = None,
        undoes: int | None = None,
    ) -> int:
        change = db.execute(
            "INSERT INTO changes (account, verb, label, created_at, undoes, key, workspace,"
            " content, session, typed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.account,
                verb,
                label,
                _stamp(),
                undoes,
                key,
                workspace,
                content,
                self.origin.session,
                int(self.origin.typed),
            ),
        ).lastrowid
        assert change is not None
        if change % _PRUNED_EVERY == 0:
            _prune(db, change)
        return change

    def _insert(
        self,
        db: sqlite3.Connection,
        change: int,
        verb: str,
        draft: Draft,
        state: str,
        *,
        attempts: int = 0,
    ) -> Operation:
        operation = Operation(
            id=0,
            change=change,
            account=self.account,
            workspace=draft.workspace,
            user=draft.user,
            kind=draft.kind,
            state=state,
            entry=draft.entry,
            payload=draft.payload,
            before=draft.before,
            after=draft.after,
            error=None,
            attempts=attempts,
            # Should this process die, the service may still be at work on what it was sent.
            hold_until=time.time() + HOLD_SECONDS if state == SENDING else 0,
            created_at=_stamp(),
            verb=verb,
            meta=draft.meta,
        )
        row = db.execute(
            "INSERT INTO operations (change, account, workspace, user, kind, state, entry, payload,"
            " before, after, attempts, hold_until, created_at, meta)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                change,
                self.account,
                draft.workspace,
                draft.user,
                draft.kind,
                state,
                draft.entry,
                json.dumps(draft.payload),
                dump(draft.before),
                dump(draft.after),
                attempts,
                operation.hold_until,
                operation.created_at,
                dump(draft.meta) if draft.meta else None,
            ),
        ).lastrowid
        assert row is not None
        operation.id = row
        if draft.kind == CREATE and not draft.entry:
            operation.entry = operation.local_id
            operation.after = {**draft.after, "id": operation.entry} if draft.after else None
            db.execute(
                "UPDATE operations SET entry = ?, after = ? WHERE id = ?",
                (operation.entry, dump(operation.after), row),
            )
        return operation

    def move(
        self,
        operation: Operation,
        state: str,
        *,
        after: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
        payload: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        hold_until: float = 0,
        sent: dict[str, Any] | None = None,
        kind: str | None = None,
    ) -> None:
        """Bring ``operation`` into ``state``, in the object and on disk.

        Args:
            operation: The operation.
            state: Its new state.
            after: The service's answer; an entry's ID in it becomes the operation's entry.
            before: What was found in its place.
            payload: The body, if it had to be adapted.
            error: The error object of a failure; cleared if it is left out.
            hold_until: Seconds since the epoch before which it must not be sent again.
            sent: The body that is handed to the network now.
            kind: What it has become: a stop that was overtaken is an update of the end.
        """
        name = operation.entry
        operation.state = state
        operation.kind = kind or operation.kind
        operation.error = error
        operation.hold_until = hold_until
        if sent is not None:
            operation.attempts += 1
            operation.sent = sent
        if after is not None:
            operation.after = after
        if before is not None:
            operation.before = before
        if payload is not None:
            operation.payload = payload
        if state == DONE and operation.after and operation.after.get("id"):
            operation.entry = str(operation.after["id"])
        with self.transaction() as db:
            if state == DONE and operation.kind in (CREATE, FOUND):
                # What waits for it names it as the service does from now on.
                db.execute(
                    "UPDATE operations SET entry = ? WHERE entry = ? AND account = ? AND id <> ?"
                    f" AND state IN {_OPEN}",
                    (operation.entry, name, self.account, operation.id),
                )
            db.execute(
                "UPDATE operations SET state = ?, kind = ?, entry = ?, payload = ?, before = ?, "
                "after = ?, error = ?, hold_until = ?, attempts = ?, sent = ?, meta = ? "
                "WHERE id = ?",
                (
                    state,
                    operation.kind,
                    operation.entry,
                    json.dumps(operation.payload),
                    dump(operation.before),
                    dump(operation.after),
                    dump(error),
                    hold_until,
                    operation.attempts,
                    dump(operation.sent),
                    dump(operation.meta) if operation.meta else None,
                    operation.id,
                ),
            )

    def move_all(self, operations: Iterable[Operation], state: str) -> None:
        """Bring several operations into ``state`` in one transaction."""
        listed = list(operations)
        with self.transaction() as db:
            db.executemany(
                "UPDATE operations SET state = ?, hold_until = 0 WHERE id = ?",
                [(state, operation.id) for operation in listed],
            )
        for operation in listed:
            operation.state = state

    # -- accounts -------------------------------------------------------------------

    def adopt(self, unclaimed: str, workspace: str, user: str) -> None:
        """Give the changes of a key whose user was not known to this account.

        Args:
            unclaimed: The account under which they were recorded.
            workspace: The workspace that was meant if none was named.
            user: The user's ID.
        """
        with self.transaction() as db:
            db.execute(
                "UPDATE operations SET account = ?,"
                " workspace = CASE workspace WHEN '' THEN ? ELSE workspace END,"
                " user = CASE user WHEN '' THEN ? ELSE user END WHERE account = ?",
                (self.account, workspace, user, unclaimed),
            )
            # A key that is taken in the account by now stays with the change that has it.
            db.execute(
                "UPDATE changes SET key = NULL WHERE account = ? AND key IN "
                "(SELECT key FROM changes WHERE account = ? AND key IS NOT NULL)",
                (unclaimed, self.account),
            )
            db.execute(
                "UPDATE changes SET account = ?,"
                " workspace = CASE workspace WHEN '' THEN ? ELSE workspace END WHERE account = ?",
                (self.account, workspace, unclaimed),
            )

    def name_account(self, name: str) -> None:
        """Note the name of this account's user, for what is said of other accounts."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO accounts VALUES (?, ?)", (self.account, name))

    def abandon(self) -> int:
        """Drop this account's queue, undo history and keys; return how many were pending."""
        dropped = self.open_operations()
        with self.transaction() as db:
            db.execute(
                # Done ones too: the entries they recorded are gone.
                "UPDATE operations SET state = ?, hold_until = 0 WHERE account = ?",
                (DROPPED, self.account),
            )
            db.execute(
                "UPDATE changes SET key = NULL, undone_by = COALESCE(undone_by, 0) "
                "WHERE account = ?",
                (self.account,),
            )
        return len(dropped)

    # -- changes --------------------------------------------------------------------

    def forget_key(self, change: int) -> None:
        """Free the idempotency key of a change that did not happen, or was taken back."""
        with self.transaction() as db:
            db.execute("UPDATE changes SET key = NULL WHERE id = ?", (change,))

    def forget_keys_of(self, entry: str) -> None:
        """Free the idempotency keys under which an entry that is deleted now was recorded."""
        with self.transaction() as db:
            db.execute(
                "UPDATE changes SET key = NULL WHERE key IS NOT NULL AND account = ? AND id IN "
                "(SELECT change FROM operations WHERE entry = ? AND kind IN (?, ?))",
                (self.account, entry, CREATE, FOUND),
            )

    def mark_undone(self, change: int, by: int | None) -> None:
        """Note that ``change`` was taken back (by a change, or 0 if nothing had to be sent)."""
        with self.transaction() as db:
            db.execute("UPDATE changes SET undone_by = ? WHERE id = ?", (by, change))


def _prune(db: sqlite3.Connection, newest: int) -> None:
    """Remove what is too old or too much of what is over; what is pending stays."""
    oldest = utc_text(datetime.now(UTC) - timedelta(days=KEPT_DAYS))
    db.execute("CREATE TEMP TABLE IF NOT EXISTS over AS SELECT id FROM changes WHERE 0")
    db.execute("DELETE FROM over")
    db.execute(
        "INSERT INTO over SELECT c.id FROM changes c WHERE c.id <> ? AND "
        "(c.id <= ? OR c.created_at < ?) AND NOT EXISTS (SELECT 1 FROM operations o "
        f"WHERE o.change = c.id AND o.state IN {_OPEN})",
        (newest, newest - KEPT_CHANGES, oldest),
    )
    db.execute("DELETE FROM operations WHERE change IN (SELECT id FROM over)")
    db.execute("DELETE FROM changes WHERE id IN (SELECT id FROM over)")


def _settled_row(operation: Operation) -> tuple[Any, ...]:
    return (
        operation.state,
        operation.entry,
        dump(operation.after),
        dump(operation.error),
        operation.hold_until,
        operation.id,
    )


def is_local(entry: str) -> bool:
    """Say whether ``entry`` is an ID that only the journal knows."""
    return entry.startswith(LOCAL)


def _stamp() -> str:
    return utc_text(datetime.now(UTC))
