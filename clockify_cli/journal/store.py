"""The journal's file: SQLite in WAL mode, every transition one synced transaction.

Any number of processes may use it at once; whoever is killed leaves the last finished
transaction. A file that is not ours or is damaged is moved aside, never deleted.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from clockify_cli.core import paths
from clockify_cli.core.errors import ConflictError, StorageError
from clockify_cli.journal.operation import (
    CREATE,
    DELETE,
    DONE,
    DROPPED,
    HOLD_SECONDS,
    LOCAL,
    QUEUED,
    SENDING,
    SET_ASIDE,
    WAITING,
    Change,
    Draft,
    Operation,
)
from clockify_cli.store import files

FILE = "journal.sqlite3"
APPLICATION_ID = 0x636C6B79  # "clky", so that a foreign database is not taken for ours
VERSION = 1
BUSY_SECONDS = 20.0
REMEMBERED = 500  # operations that are looked through for entries known without a request

_SCHEMA = """
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    verb TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at TEXT NOT NULL,
    undone_by INTEGER,
    undoes INTEGER,
    key TEXT
);
CREATE UNIQUE INDEX changes_by_key ON changes (account, key) WHERE key IS NOT NULL;
CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    change INTEGER NOT NULL REFERENCES changes (id),
    account TEXT NOT NULL,
    workspace TEXT NOT NULL,
    user TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    entry TEXT NOT NULL,
    payload TEXT NOT NULL,
    sent TEXT,
    before TEXT,
    after TEXT,
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    hold_until REAL NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL
);
CREATE INDEX operations_open ON operations (account, state, id);
CREATE INDEX operations_by_change ON operations (change);
CREATE INDEX operations_by_entry ON operations (entry);
"""
_COLUMNS = (
    "o.id, o.change, o.account, o.workspace, o.user, o.kind, o.state, o.entry, o.payload, "
    "o.before, o.after, o.error, o.attempts, o.hold_until, o.created_at, c.verb, o.sent"
)
_FROM = "FROM operations o JOIN changes c ON c.id = o.change"


def path() -> str:
    """Return the path of the journal."""
    return paths.file("state", FILE)


class KeyTaken(ConflictError):
    """The idempotency key was recorded by another process a moment ago."""


class Journal:
    """The journal of one account.

    Args:
        account: ``Target.account``; operations of other accounts are never seen.
        notice: Told when a damaged file was moved aside.
    """

    def __init__(self, account: str, notice: Callable[[str], None]) -> None:
        self.account = account
        self._notice = notice
        self._db = self._open()
        self._number = _file_number()

    # -- the file -------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        files.ensure_folder(paths.folder("state"))
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _means_damage(error):
                raise _sql_error(error) from error
            with files.locked(path() + ".mending", seconds=10):
                try:
                    return self._connect()  # somebody else may have mended it meanwhile
                except sqlite3.DatabaseError:
                    pass
                kept = _move_aside()
                self._notice(f"The journal was damaged or not ours; it is kept as {kept}.")
                try:
                    return self._connect()
                except sqlite3.DatabaseError as again:
                    raise _sql_error(again) from again

    def _connect(self) -> sqlite3.Connection:
        if not os.path.exists(path()):
            # SQLite would create it for everybody that the umask allows.
            try:
                os.close(os.open(path(), os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise files.storage_error(path(), error) from error
        db = sqlite3.connect(path(), timeout=BUSY_SECONDS, isolation_level=None)
        try:
            application, version = (
                db.execute("PRAGMA application_id").fetchone()[0],
                db.execute("PRAGMA user_version").fetchone()[0],
            )
            if version == 0:
                self._create(db)
            elif application != APPLICATION_ID:
                raise sqlite3.DatabaseError("not a journal of this program")
            elif version > VERSION:
                raise StorageError(
                    f"{path()} was written by a newer clockify.", "Update this one: pip install -U."
                )
            db.execute("PRAGMA synchronous=FULL")
            # The pages that the next write touches: damage is better met before it.
            db.execute(f"SELECT 1 {_FROM} ORDER BY o.id DESC LIMIT 1").fetchone()
            db.execute("SELECT 1 FROM operations WHERE account = '' AND state = ''").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        # Changing to WAL does not wait for other processes that do the same: take turns.
        with files.locked(path() + ".making", seconds=BUSY_SECONDS):
            if db.execute("PRAGMA user_version").fetchone()[0] != 0:
                return
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("not a journal of this program")
            db.execute("PRAGMA journal_mode=WAL")
            os.chmod(path(), 0o600)
            db.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            db.execute(f"PRAGMA user_version={VERSION}")
            db.execute("COMMIT")

    def _failure(self, error: sqlite3.DatabaseError) -> StorageError:
        """Return the error of a file that failed in use; a damaged one is moved aside."""
        if not _means_damage(error):
            return _sql_error(error)
        with files.locked(path() + ".mending", seconds=10):
            # Another process may have put a new one in its place meanwhile.
            kept = _move_aside() if _file_number() == self._number else "journal.sqlite3.damaged-…"
        return StorageError(
            f"The journal is damaged; it is kept as {kept}.",
            "Look at your entries (clockify entries) before you repeat the command.",
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the database inside a transaction that is kept if the block ends well."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise KeyTaken("Another clockify has just recorded that key.") from error
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error

    @contextmanager
    def delivery_lock(self, seconds: float) -> Iterator[bool]:
        """Hold the right to send; yield whether it was got within ``seconds``.

        One process sends at a time, so that an operation found ``sending`` by the holder is
        one whose sender is gone. Whoever has to wait says so by a second lock, for the sake of
        an import, which would hold the turn for minutes (``is_wanted``).
        """
        until = time.monotonic() + seconds
        while True:
            with files.locked(path() + ".turn", seconds=0) as got:
                left = until - time.monotonic()
                if got or left <= 0:
                    yield got
                    return
            with (
                files.locked(path() + ".wanted", seconds=0),
                files.locked(path() + ".turn", seconds=min(left, 1.0)) as got,
            ):
                if got:
                    yield True
                    return

    def is_wanted(self) -> bool:
        """Say whether another process waits for the turn."""
        with files.locked(path() + ".wanted", seconds=0) as nobody:
            return not nobody

    # -- recording ------------------------------------------------------------------

    def record(
        self,
        verb: str,
        label: str,
        drafts: Sequence[Draft],
        *,
        state: str = QUEUED,
        key: str | None = None,
        undoes: int | None = None,
    ) -> list[Operation]:
        """Put a change on disk before anything of it is sent; return its operations.

        Args:
            verb: The command (``start``, ``edit`` …).
            label: What it changes, for people.
            drafts: The writes, in the order in which they must be sent.
            state: The state of the first one: ``sending`` saves a transaction where it is
                sent at once.
            key: The caller's idempotency key.
            undoes: The change that this one takes back.
        """
        now = _stamp()
        numbers: list[int] = []
        with self.transaction() as db:
            change = db.execute(
                "INSERT INTO changes (account, verb, label, created_at, undoes, key) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (self.account, verb, label, now, undoes, key),
            ).lastrowid
            assert change is not None
            for number, draft in enumerate(drafts):
                numbers.append(self._insert(db, change, draft, state if number == 0 else QUEUED))
            if undoes is not None:
                db.execute("UPDATE changes SET undone_by = ? WHERE id = ?", (change, undoes))
        return [self.operation(number) for number in numbers]

    def add(self, change: int, draft: Draft, state: str) -> Operation:
        """Add a write to a change that is being delivered; return its operation."""
        with self.transaction() as db:
            number = self._insert(db, change, draft, state)
        return self.operation(number)

    def _insert(self, db: sqlite3.Connection, change: int, draft: Draft, state: str) -> int:
        row = db.execute(
            "INSERT INTO operations (change, account, workspace, user, kind, state, entry,"
            " payload, before, after, hold_until, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                change,
                self.account,
                draft.workspace,
                draft.user,
                draft.kind,
                state,
                draft.entry,
                json.dumps(draft.payload),
                _dump(draft.before),
                _dump(draft.after),
                # Should this process die, the service may still be at work on what it was sent.
                time.time() + HOLD_SECONDS if state == SENDING else 0,
                _stamp(),
            ),
        ).lastrowid
        assert row is not None
        if draft.kind == CREATE and not draft.entry:
            local = f"{LOCAL}{row}"
            after = {**draft.after, "id": local} if draft.after else None
            db.execute(
                "UPDATE operations SET entry = ?, after = ? WHERE id = ?",
                (local, _dump(after), row),
            )
        return row

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
        """Bring ``operation`` into ``state``, on disk and in the object.

        Args:
            operation: The operation.
            state: Its new state.
            after: The service's answer; an entry's ID in it becomes the operation's entry.
            before: What was found in its place.
            payload: The body, where it had to be adapted.
            error: The error object of a failure; cleared where it is left out.
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
            if state == DONE and operation.kind == CREATE:
                # What waits for it names it as the service does from now on.
                db.execute(
                    "UPDATE operations SET entry = ? WHERE entry = ? AND account = ? AND id <> ?"
                    " AND state IN ('queued', 'sending', 'refused', 'conflict')",
                    (operation.entry, name, self.account, operation.id),
                )
            db.execute(
                "UPDATE operations SET state = ?, kind = ?, entry = ?, payload = ?, before = ?, "
                "after = ?, "
                "error = ?, hold_until = ?, attempts = ?, sent = ? WHERE id = ?",
                (
                    state,
                    operation.kind,
                    operation.entry,
                    json.dumps(operation.payload),
                    _dump(operation.before),
                    _dump(operation.after),
                    _dump(error),
                    hold_until,
                    operation.attempts,
                    _dump(operation.sent),
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

    def abandon(self) -> int:
        """Give up everything of this account, which is no more; return how many writes waited.

        What waits is dropped, nothing can be undone, and idempotency keys are free again.
        """
        dropped = self.open_operations()
        with self.transaction() as db:
            db.execute(
                "UPDATE operations SET state = ?, hold_until = 0 WHERE account = ? "
                "AND state IN ('queued', 'sending', 'refused', 'conflict')",
                (DROPPED, self.account),
            )
            db.execute(
                "UPDATE changes SET key = NULL, undone_by = COALESCE(undone_by, 0) "
                "WHERE account = ?",
                (self.account,),
            )
        return len(dropped)

    def claim(self, workspace: str, user: str) -> None:
        """Give the writes that were recorded before the account was known to this one."""
        if not any(o.user == "" for o in self.waiting()):
            return
        with self.transaction() as db:
            db.execute(
                "UPDATE operations SET workspace = ?, user = ? WHERE account = ? AND user = ''",
                (workspace, user, self.account),
            )

    def forget_key(self, change: int) -> None:
        """Free the idempotency key of a change that did not happen."""
        with self.transaction() as db:
            db.execute("UPDATE changes SET key = NULL WHERE id = ?", (change,))

    def mark_undone(self, change: int, by: int | None) -> None:
        """Note that ``change`` was taken back (by a change, or 0 where nothing had to be sent)."""
        with self.transaction() as db:
            db.execute("UPDATE changes SET undone_by = ? WHERE id = ?", (by, change))

    # -- asking ---------------------------------------------------------------------

    def operation(self, number: int) -> Operation:
        """Return the operation with this number."""
        found = self._select("WHERE o.id = ?", (number,))
        if not found:
            from clockify_cli.core.errors import NotFoundError

            raise NotFoundError(f"There is no operation {number}.", "List them: clockify queue.")
        return found[0]

    def waiting(self) -> list[Operation]:
        """Return what still has to be sent, in order."""
        return self._in_states(WAITING)

    def set_aside(self) -> list[Operation]:
        """Return what was refused or is in conflict, in order."""
        return self._in_states(SET_ASIDE)

    def open_operations(self) -> list[Operation]:
        """Return everything that ``queue list`` shows, in order."""
        return self._in_states((*WAITING, *SET_ASIDE))

    def newest_done(self, workspace: str, user: str, *, but: int = 0) -> int:
        """Return the number of a user's newest write that has happened (0: none), one left out."""
        row = self._db.execute(
            "SELECT id FROM operations WHERE account = ? AND state = ? AND workspace = ?"
            " AND user = ? AND id <> ? AND entry NOT LIKE ? ORDER BY id DESC LIMIT 1",
            (self.account, DONE, workspace, user, but, LOCAL + "%"),
        ).fetchone()
        return int(row[0]) if row else 0

    def of_change(self, change: int) -> list[Operation]:
        """Return the operations of a change, in order."""
        return self._select("WHERE o.change = ? ORDER BY o.id", (change,))

    def creation_of(self, entry: str) -> Operation | None:
        """Return the creation that the local ID ``entry`` stands for."""
        digits = entry.removeprefix(LOCAL)
        if not entry.startswith(LOCAL) or not digits.isdecimal():
            return None
        found = self._select(
            "WHERE o.id = ? AND o.kind = ? AND o.account = ?", (int(digits), CREATE, self.account)
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

    def claimed(self, entries: Sequence[str]) -> set[str]:
        """Return those of these IDs whose entries creations of this journal have become."""
        marks = ", ".join("?" * len(entries))
        rows = self._db.execute(
            f"SELECT entry FROM operations WHERE entry IN ({marks}) "
            "AND account = ? AND kind = ? AND state = ?",
            (*entries, self.account, CREATE, DONE),
        )
        return {str(row[0]) for row in rows}

    def ended(self, operation: Operation) -> set[str]:
        """Return the IDs of the entries that other operations have given the same end."""
        rows = self._db.execute(
            "SELECT entry FROM operations WHERE account = ? AND workspace = ? AND user = ? "
            "AND id <> ? AND state = ? AND json_extract(payload, '$.end') = ?",
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

        Each as the service answered the last write to it; the newest ``REMEMBERED`` operations
        are looked through.
        """
        last, first = (f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for t in (end, start))
        rows = self._db.execute(
            "SELECT after FROM operations WHERE id IN (SELECT max(id) FROM operations "
            "WHERE account = ? AND workspace = ? AND user = ? AND state = ? AND id > "
            "(SELECT coalesce(max(id), 0) FROM operations) - ? GROUP BY entry) AND kind != ? "
            "AND json_extract(after, '$.timeInterval.start') < ? "
            "AND coalesce(json_extract(after, '$.timeInterval.end'), '9') > ?",
            (self.account, workspace, user, DONE, REMEMBERED, DELETE, last, first),
        )
        return [json.loads(row[0]) for row in rows]

    def last_recorded(self, entry: str) -> dict[str, Any] | None:
        """Return an entry as the service answered our last write to it, if there was one."""
        row = self._db.execute(
            "SELECT kind, after FROM operations WHERE account = ? AND entry = ? AND state = ? "
            "ORDER BY id DESC LIMIT 1",
            (self.account, entry, DONE),
        ).fetchone()
        return json.loads(row[1]) if row and row[0] != DELETE and row[1] else None

    def successor(self, entry: str, *, waiting: bool = False) -> str | None:
        """Return the ID under which an undo has brought a deleted entry back, if one has.

        Args:
            entry: The ID of the deleted entry.
            waiting: It counts as well where that undo is still to be sent.
        """
        row = self._db.execute(
            "SELECT new.entry FROM operations old JOIN changes c ON c.undoes = old.change "
            "JOIN operations new ON new.change = c.id "
            "WHERE old.account = ? AND old.entry = ? AND old.kind = ? AND old.state = ? "
            "AND new.kind = ? AND new.state IN (?, ?, ?) "
            "AND json_extract(new.payload, '$.start') = "
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
                *(WAITING if waiting else (DONE, DONE)),
            ),
        ).fetchone()
        return str(row[0]) if row else None

    def change_with_key(self, key: str) -> Change | None:
        """Return the change that was recorded under the idempotency key ``key``."""
        return self._change("WHERE account = ? AND key = ?", (self.account, key))

    def change(self, number: int) -> Change | None:
        """Return the change with this number."""
        return self._change("WHERE account = ? AND id = ?", (self.account, number))

    def last_done(self, entry: str) -> Operation | None:
        """Return the newest write of an entry that has happened."""
        found = self._select(
            "WHERE o.entry = ? AND o.state = ? AND o.account = ? ORDER BY o.id DESC LIMIT 1",
            (entry, DONE, self.account),
        )
        return found[0] if found else None

    def undoing(self, change: int) -> list[Operation]:
        """Return the writes of every attempt to take a change back, in order."""
        return self._select("WHERE c.undoes = ? ORDER BY o.id", (change,))

    def undoable(self, limit: int) -> list[Change]:
        """Return the newest changes that can still be taken back, newest first."""
        rows = self._db.execute(
            "SELECT id, account, verb, label, created_at, undone_by, undoes, key FROM changes c "
            "WHERE account = ? AND undone_by IS NULL AND undoes IS NULL AND EXISTS (SELECT 1 FROM "
            "operations o WHERE o.change = c.id AND (o.state IN ('queued', 'sending', 'done') "
            "OR (o.state = 'dropped' AND json_extract(o.error, '$.kind') = 'unclear'))) "
            "ORDER BY id DESC LIMIT ?",
            (self.account, limit),
        )
        return [Change(*row) for row in rows]

    def _change(self, where: str, values: tuple[Any, ...]) -> Change | None:
        row = self._db.execute(
            "SELECT id, account, verb, label, created_at, undone_by, undoes, key "
            f"FROM changes {where}",
            values,
        ).fetchone()
        return Change(*row) if row else None

    def _in_states(self, states: Sequence[str]) -> list[Operation]:
        marks = ", ".join("?" * len(states))
        return self._select(
            f"WHERE o.account = ? AND o.state IN ({marks}) ORDER BY o.id", (self.account, *states)
        )

    def _select(self, where: str, values: tuple[Any, ...]) -> list[Operation]:
        try:
            rows = self._db.execute(f"SELECT {_COLUMNS} {_FROM} {where}", values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error
        try:
            return [_operation(row) for row in rows]
        except ValueError as error:  # a row that holds no JSON was not written by us
            damage = sqlite3.DatabaseError("a row of the journal is malformed")
            raise self._failure(damage) from error


def _operation(row: tuple[Any, ...]) -> Operation:
    """Return the operation that a row of ``_COLUMNS`` is."""
    return Operation(
        id=row[0],
        change=row[1],
        account=row[2],
        workspace=row[3],
        user=row[4],
        kind=row[5],
        state=row[6],
        entry=row[7],
        payload=json.loads(row[8]),
        before=json.loads(row[9]) if row[9] else None,
        after=json.loads(row[10]) if row[10] else None,
        error=json.loads(row[11]) if row[11] else None,
        attempts=row[12],
        hold_until=row[13],
        created_at=row[14],
        verb=row[15],
        sent=json.loads(row[16]) if row[16] else None,
    )


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _dump(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


def _file_number() -> int:
    """Return what tells the file from another one at the same path; 0 where there is none."""
    try:
        return os.stat(path()).st_ino
    except OSError:
        return 0


def _move_aside() -> str:
    """Move the file and its logs out of the way and return the file's new name."""
    kept = files.set_aside(path())
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path() + suffix):
            files.set_aside(path() + suffix)
    return kept


def _means_damage(error: sqlite3.Error) -> bool:
    words = str(error).lower()
    return any(w in words for w in ("malformed", "not a database", "no such table", "corrupt"))


def _sql_error(error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"The journal {path()} cannot be used: {error}.",
        "Free some space or mend the permissions; nothing was sent.",
    )
