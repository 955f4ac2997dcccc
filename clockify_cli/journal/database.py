"""The journal's file: SQLite in WAL mode, every transition one synced transaction.

Any number of processes may use it at once; whoever is killed leaves the last finished
transaction. A file that is not ours or is damaged is moved aside, never deleted; one that a
newer version wrote is left alone, one of version 0.1.0 is copied and taken over.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clockify_cli.core import paths
from clockify_cli.core.errors import ConflictError, StorageError
from clockify_cli.journal import schema
from clockify_cli.store import files

FILE = "journal.sqlite3"
BUSY_SECONDS = 20.0
_NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)


def path() -> str:
    """Return the path of the journal."""
    return paths.file("state", FILE)


class KeyTaken(ConflictError):
    """The idempotency key was recorded by another process a moment ago."""


class Database:
    """The open file.

    Args:
        notice: Told when a damaged file was moved aside, or an older one taken over.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._db = self._open()
        self._number = _file_number()

    def _open(self) -> sqlite3.Connection:
        files.ensure_folder(paths.folder("state"))
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _means_damage(error):
                if error.sqlite_errorcode & 0xFF not in _NO_ROOM:
                    raise _sql_error(error) from error
                try:
                    return self._connect(alone=True)
                except sqlite3.Error:
                    raise _sql_error(error) from error
            with files.locked(path() + ".mending", seconds=10):
                try:
                    return self._connect()  # another process may have replaced it in the meantime
                except sqlite3.DatabaseError:
                    pass
                kept = _move_aside()
                self._notice(
                    f"The journal was damaged or belongs to another program; it was kept as {kept}."
                )
                try:
                    return self._connect()
                except sqlite3.DatabaseError as again:
                    raise _sql_error(again) from again

    def _connect(self, *, alone: bool = False) -> sqlite3.Connection:
        """Open the file; ``alone`` needs no file beside it, for which a full disk has no room."""
        if not os.path.exists(path()):
            # SQLite would create it for everybody that the umask allows.
            try:
                os.close(os.open(path(), os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise files.storage_error(path(), error) from error
        db = sqlite3.connect(path(), timeout=BUSY_SECONDS, isolation_level=None)
        try:
            if alone:
                db.execute("PRAGMA locking_mode=EXCLUSIVE")
            version = _version(db)
            if version == 0:
                self._create(db)
            elif db.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
                raise sqlite3.DatabaseError("not a journal of this program")
            elif version > schema.VERSION:
                raise StorageError(
                    f"{path()} was written by a newer clockify.",
                    "Update this one (pip install -U clockify-cli); nothing was changed.",
                )
            elif version < schema.VERSION:
                self._take_over(db)
            db.execute("PRAGMA synchronous=FULL")
            if schema.has_strays(db):
                db.execute("BEGIN IMMEDIATE")
                schema.rehome(db)
                db.execute("COMMIT")
            # The pages that the next transaction touches: damage is better met before it.
            db.execute("SELECT 1 FROM operations ORDER BY id DESC LIMIT 1").fetchone()
            db.execute("SELECT 1 FROM operations WHERE account = '' AND state = ''").fetchone()
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        # Changing to WAL does not wait for other processes that do the same: take turns.
        with files.locked(path() + ".making", seconds=BUSY_SECONDS):
            if _version(db) != 0:
                return
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("not a journal of this program")
            db.execute("PRAGMA journal_mode=WAL")
            os.chmod(path(), 0o600)
            db.execute("BEGIN IMMEDIATE")
            for statement in schema.STATEMENTS:
                db.execute(statement)
            db.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
            db.execute(f"PRAGMA user_version={schema.VERSION}")
            db.execute("COMMIT")

    def _take_over(self, db: sqlite3.Connection) -> None:
        """Bring a journal of 0.1.0 to this version, after a copy of it was kept."""
        with (
            files.locked(path() + ".making", seconds=BUSY_SECONDS),
            files.locked(path() + ".turn", seconds=BUSY_SECONDS) as alone,
        ):
            if _version(db) == schema.VERSION:
                return  # another process was quicker
            if not alone:
                raise StorageError(
                    "An older clockify process is still sending.", "Try again when it has finished."
                )
            copy = _free_name(path() + ".0.1.0")
            try:
                os.close(os.open(copy, os.O_RDWR | os.O_CREAT, 0o600))
                with sqlite3.connect(copy) as kept:
                    db.backup(kept)
                kept.close()
            except (OSError, sqlite3.Error) as error:
                raise StorageError(
                    f"The journal of an older clockify could not be copied: {error}.",
                    "Free some space; nothing was changed.",
                ) from error
            db.execute("BEGIN IMMEDIATE")
            try:
                schema.take_over_010(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute(f"PRAGMA user_version={schema.VERSION}")
            db.execute("COMMIT")
            self._notice(f"Upgraded the journal of clockify 0.1.0; a copy was kept as {copy}.")

    def failure(self, error: sqlite3.DatabaseError) -> StorageError:
        """Return the error of a file that failed in use; a damaged one is moved aside."""
        if not _means_damage(error):
            return _sql_error(error)
        with files.locked(path() + ".mending", seconds=10):
            # Another process may have put a new one in its place in the meantime.
            kept = _move_aside() if _file_number() == self._number else "journal.sqlite3.damaged-…"
        return StorageError(
            f"The journal is damaged; it was kept as {kept}.",
            "Check your entries (clockify entries) before you repeat the command.",
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
            raise KeyTaken("Another clockify process has just recorded that key.") from error
        except sqlite3.DatabaseError as error:
            raise self.failure(error) from error

    @contextmanager
    def delivery_lock(self, seconds: float) -> Iterator[bool]:
        """Hold the right to send; yield whether it was got within ``seconds``.

        One process sends at a time, so that an operation found ``sending`` by the holder is
        one whose sender is gone. Whoever has to wait says so by a second lock, for the sake of
        an import, which would hold it for minutes (``is_wanted``).
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
        """Say whether another process waits for the delivery lock."""
        with files.locked(path() + ".wanted", seconds=0) as nobody:
            return not nobody


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _file_number() -> int:
    """Return what tells the file from another one at the same path; 0 if there is none."""
    try:
        return os.stat(path()).st_ino
    except OSError:
        return 0


def _free_name(wanted: str) -> str:
    name, number = wanted, 1
    while os.path.exists(name):
        number += 1
        name = f"{wanted}-{number}"
    return name


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
        "Free some space or fix the permissions; nothing was sent.",
    )
