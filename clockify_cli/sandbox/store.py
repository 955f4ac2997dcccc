"""The SQLite file: its tables, its connections and its transactions.

Any number of processes use one file at once: every write takes the lock as it begins and
waits for its turn, every read sees one moment.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from clockify_cli.sandbox import defaults

VERSION = 2
WAIT = 30.0  # seconds to wait for another process's write

_SCHEMA = (
    "CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL,"
    " status TEXT NOT NULL, workspace TEXT NOT NULL, settings TEXT NOT NULL)",
    "CREATE TABLE workspaces (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, settings TEXT NOT NULL, rate TEXT)",
    "CREATE TABLE members (workspace TEXT NOT NULL, user TEXT NOT NULL, status TEXT NOT NULL,"
    " role TEXT NOT NULL, rate TEXT, PRIMARY KEY (workspace, user)) WITHOUT ROWID",
    "CREATE TABLE keys (key TEXT PRIMARY KEY, user TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE connections (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " owner TEXT NOT NULL, user TEXT NOT NULL, app TEXT NOT NULL, method TEXT NOT NULL,"
    " status TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, url TEXT)",
    "CREATE TABLE custom_fields (id TEXT PRIMARY KEY, workspace TEXT NOT NULL,"
    " name TEXT NOT NULL) WITHOUT ROWID",
    # Clients, projects, tasks and tags. The holder is what a name is unique within: a
    # project's client, a task's project, nothing for the others.
    "CREATE TABLE resources (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " workspace TEXT NOT NULL, holder TEXT NOT NULL, name TEXT NOT NULL,"
    " archived INTEGER NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX resources_by_name ON resources (workspace, kind, holder, name)",
    "CREATE TABLE entries (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " workspace TEXT NOT NULL, user TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER,"
    " description TEXT NOT NULL, project TEXT, task TEXT, tags TEXT, billable INTEGER NOT NULL,"
    " type TEXT NOT NULL, custom TEXT NOT NULL, invoiced INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX entries_by_start ON entries (workspace, user, start, seq)",
    "CREATE INDEX entries_running ON entries (workspace, user) WHERE stop IS NULL",
    "CREATE INDEX entries_by_project ON entries (project)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE spent (workspace TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX spent_by_time ON spent (workspace, at)",
)


class Store:
    """One sandbox's database; opened when it is first used.

    Args:
        path: The file. It is created, readable by its owner alone, if it is missing.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._idle: list[sqlite3.Connection] = []
        # Threads take turns here, where waiting costs nothing; SQLite's own wait for other
        # processes is a sleep.
        self._turn = threading.Lock()

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside a transaction that is kept if the block ends well."""
        with self._turn if write else nullcontext(), self._connection() as db:
            db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; one that has failed is not lent again."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._open()
        try:
            yield db
        except sqlite3.Error:
            db.close()
            raise
        except BaseException:
            self._idle.append(db)
            raise
        self._idle.append(db)

    def reset(self) -> str | None:
        """Put the minimal account in the place of everything that is there.

        Returns:
            The path a damaged file, or one of another version, was moved to; ``None`` if it
            was sound.
        """
        try:
            self._refill()
            return None
        except sqlite3.OperationalError:
            raise  # locked, full or read-only: not damaged
        except sqlite3.DatabaseError:
            self.close()
        aside, count = f"{self.path}.damaged", 1
        while os.path.exists(aside):
            count += 1
            aside = f"{self.path}.damaged-{count}"
        os.replace(self.path, aside)
        for ending in ("-wal", "-shm"):
            # A log left behind would be taken for the new file's.
            if os.path.exists(self.path + ending):
                os.replace(self.path + ending, aside + ending)
        self._refill()
        return aside

    def _refill(self) -> None:
        with self.transaction(write=True) as db:
            tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for (table,) in tables:
                db.execute(f'DELETE FROM "{table}"')
            _fill(db)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        folder = os.path.dirname(self.path)
        if folder:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None, check_same_thread=False)
        try:
            db.create_function("fold", 1, str.casefold, deterministic=True)
            version = _patiently(db, "PRAGMA user_version")
            if version == 0:
                _create(db)
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"made by another version ({version})")
            # With a write-ahead log this still survives a killed process; only a power cut
            # may take the last writes with it.
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        return db


def _create(db: sqlite3.Connection) -> None:
    _patiently(db, "PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been quicker.
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _SCHEMA:
                db.execute(statement)
            _fill(db)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _fill(db: sqlite3.Connection) -> None:
    user, workspace = defaults.USER_ID, defaults.WORKSPACE_ID
    add_user(db, user, defaults.USER_NAME, defaults.USER_EMAIL, workspace)
    add_workspace(db, workspace, defaults.WORKSPACE_NAME, user)
    db.execute("INSERT INTO keys VALUES (?, ?)", (defaults.API_KEY, user))
    db.execute(
        "INSERT INTO custom_fields VALUES (?, ?, ?)",
        (defaults.CUSTOM_FIELD_ID, workspace, "Ticket"),
    )
    add_connection(db, defaults.CONNECTION_ID, user)


def add_user(
    db: sqlite3.Connection,
    user: str,
    name: str,
    email: str,
    workspace: str,
    status: str = "ACTIVE",
) -> None:
    """Add an account whose active workspace is ``workspace``."""
    db.execute(
        "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)",
        (user, name, email, status, workspace, json.dumps(defaults.user_settings())),
    )


def add_workspace(db: sqlite3.Connection, workspace: str, name: str, owner: str) -> None:
    """Add a workspace that ``owner`` owns."""
    db.execute(
        "INSERT INTO workspaces (id, name, settings, rate) VALUES (?, ?, ?, NULL)",
        (workspace, name, json.dumps(defaults.workspace_settings())),
    )
    db.execute("INSERT INTO members VALUES (?, ?, 'ACTIVE', 'OWNER', NULL)", (workspace, owner))


def add_connection(db: sqlite3.Connection, connection_id: str, user: str) -> None:
    """Add an active connection of ``user`` to their own account, if it is not there yet."""
    born = "2026-01-05T08:00:00.000000Z"
    db.execute(
        "INSERT OR IGNORE INTO connections (id, owner, user, app, method, status, created,"
        " updated, url) VALUES (?, ?, ?, 'clockify', 'OAUTH2', 'ACTIVE', ?, ?, NULL)",
        (connection_id, user, user, born, born),
    )


def new_id() -> str:
    """Return a new ID: 24 hexadecimal digits that begin with the time, as the service's do."""
    return f"{int(time.time()) & 0xFFFFFFFF:08x}{os.urandom(8).hex()}"


def new_connection_id() -> str:
    """Return a new UUID, as Maton names its connections."""
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _patiently(db: sqlite3.Connection, pragma: str) -> Any:
    """Run a pragma for whose lock SQLite itself does not always wait."""
    until = time.monotonic() + WAIT
    while True:
        try:
            return db.execute(pragma).fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
