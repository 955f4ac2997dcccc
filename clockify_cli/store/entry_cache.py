"""Entries of days that are over, on disk with their age, so that asking twice costs nothing.

What is covered is told by spans of start times: every entry that began in one is there. A
span is cut where this program has changed something, and replaced whole when it is asked for
again. One SQLite file an account; it can be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from clockify_cli.core.errors import StorageError
from clockify_cli.core.model import TimeEntry
from clockify_cli.store import files
from clockify_cli.store.names import account_folder

if TYPE_CHECKING:
    import sqlite3

FILE = "entries.sqlite3"
DAY = 86_400
MAX_AGE = 7 * DAY  # seconds after which a span is asked for again
KEPT_FOR = 60 * DAY  # how long a span may still serve while the service is away
_STALLED = 3600  # seconds after which a fetch that has not ended never will
_BUSY_SECONDS = 5.0
_APPLICATION, _VERSION = 0x436C6F45, 1

_SCHEMA = """
CREATE TABLE fetches (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    user TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    began INTEGER NOT NULL,
    open INTEGER NOT NULL
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    fetch INTEGER NOT NULL,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX pages_of ON pages (fetch, newest);
CREATE TABLE covers (
    workspace TEXT NOT NULL,
    user TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    fetch INTEGER NOT NULL,
    fetched INTEGER NOT NULL
);
CREATE INDEX covers_of ON covers (workspace, user, first);
"""


class Cover(NamedTuple):
    """A span of start times, in seconds since 1970, whose entries are all there.

    Attributes:
        first: First second, and ``last`` the first one after it.
        fetch: The fetch that brought them.
        fetched: When that was.
    """

    first: int
    last: int
    fetch: int
    fetched: int


class Gone(Exception):
    """What a cover promises is not there: the file is damaged, or another process renewed it."""


class EntryCache:
    """The cached entries of one account.

    Args:
        account: ``Target.account``.
        notice: Told when a damaged file was moved aside.
        refresh: What is there does not count; it is renewed.
    """

    def __init__(
        self, account: str, notice: Callable[[str], None], *, refresh: bool = False
    ) -> None:
        self.path = os.path.join(account_folder(account), FILE)
        self.refresh = refresh
        self._notice = notice
        self._inode = 0
        self._wrote = False
        self._opened: sqlite3.Connection | None = None

    # -- reading ----------------------------------------------------------------------

    def covers(
        self,
        workspace: str,
        user: str,
        first: int,
        last: int,
        now: int,
        *,
        any_age: bool = False,
    ) -> list[Cover]:
        """Return what is covered of the start times ``[first, last)``, cut to them, in order.

        What is older than ``MAX_AGE`` does not count.

        Args:
            workspace: The workspace's ID.
            user: The user's ID.
            first: First second since 1970.
            last: The first one after it.
            now: The present; what was fetched later than that does not count either.
            any_age: What is older counts too: the service cannot be asked.
        """
        with self._reading() as db:
            if db is None:
                return []
            rows = db.execute(
                "SELECT max(first, ?), min(last, ?), fetch, fetched FROM covers WHERE workspace = ?"
                " AND user = ? AND first < ? AND last > ? AND fetched BETWEEN ? AND ?"
                " ORDER BY first",
                (
                    *(first, last, workspace, user, last, first),
                    now - (KEPT_FOR if any_age else MAX_AGE),
                    now,
                ),
            ).fetchall()
            return [Cover(*row) for row in rows]
        return []

    def count(self, cover: Cover) -> int:
        """Return how many entries a cover has at least: those of whole pages."""
        with self._reading() as db:
            if db is not None:
                found = db.execute(
                    "SELECT coalesce(sum(count), 0) FROM pages"
                    " WHERE fetch = ? AND oldest >= ? AND newest < ?",
                    (cover.fetch, cover.first, cover.last),
                ).fetchone()
                return int(found[0])
        return 0

    def pages(self, cover: Cover, start_of: Callable[[str], int]) -> Iterator[list[TimeEntry]]:
        """Yield the entries of a cover in pages, newest first.

        Args:
            cover: The cover.
            start_of: Reads a timestamp of the API as seconds since 1970.

        Raises:
            Gone: They are not there; what was yielded before is right.
        """
        pages: list[tuple[int, int, int]] = []
        with self._reading() as db:
            if db is None:
                raise Gone
            pages = db.execute(
                "SELECT id, oldest, newest FROM pages"
                " WHERE fetch = ? AND oldest < ? AND newest >= ? ORDER BY id",
                (cover.fetch, cover.last, cover.first),
            ).fetchall()
        for number, oldest, newest in pages:
            held = self._page(number)
            if oldest < cover.first or newest >= cover.last:
                first, last = cover.first, cover.last
                held = [e for e in held if first <= start_of(e["timeInterval"]["start"]) < last]
            yield held

    def _page(self, number: int) -> list[TimeEntry]:
        row = None
        with self._reading() as db:
            if db is not None:
                row = db.execute("SELECT body, sum FROM pages WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise Gone
        body, checksum = row
        if not isinstance(body, bytes) or crc32(body) != checksum:
            self._set_aside()
            raise Gone
        found: list[TimeEntry] = json.loads(body)
        return found

    # -- keeping ------------------------------------------------------------------------

    def begin(self, workspace: str, user: str, first: int, last: int, now: int) -> int:
        """Note that a fetch of ``[first, last)`` begins; return its number, 0 where none can be.

        What is changed from now on in that span makes the fetch worthless for the cache.
        """
        with self._writing(create=True) as db:
            if db is None:
                return 0
            self._sweep(db, now)
            cursor = db.execute(
                "INSERT INTO fetches (workspace, user, first, last, began, open)"
                " VALUES (?, ?, ?, ?, ?, 1)",
                (workspace, user, first, last, now),
            )
            return int(cursor.lastrowid or 0)
        return 0

    def keep(self, fetch: int, oldest: int, newest: int, count: int, content: bytes) -> None:
        """Keep a page that a fetch has brought; it counts once the fetch is finished.

        Args:
            fetch: The fetch.
            oldest: When the page's oldest entry begins, in seconds since 1970.
            newest: And its newest.
            count: How many it has; each entry may be in one page only.
            content: The page as JSON; it may have more than the fetch is about.
        """
        with self._writing() as db:
            if db is not None:
                db.execute(
                    "INSERT INTO pages (fetch, oldest, newest, count, sum, body)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (fetch, oldest, newest, count, crc32(content), content),
                )

    def finish(self, fetch: int, first: int, last: int) -> bool:
        """Let what a fetch has brought count for ``[first, last)``.

        Returns:
            Whether it does: not so where something was changed there meanwhile.
        """
        with self._writing() as db:
            if db is not None:
                found = db.execute(
                    "SELECT workspace, user, began FROM fetches WHERE id = ? AND open", (fetch,)
                ).fetchone()
                if found is None or first >= last:
                    self._drop(db, fetch)
                    return False
                workspace, user, began = found
                self._cut(db, workspace, user, first, last)
                db.execute(
                    "INSERT INTO covers VALUES (?, ?, ?, ?, ?, ?)",
                    (workspace, user, first, last, fetch, began),
                )
                db.execute("UPDATE fetches SET open = 0 WHERE id = ?", (fetch,))
                return True
        return False

    def abandon(self, fetch: int) -> None:
        """Drop what a fetch has brought."""
        with self._writing() as db:
            if db is not None:
                self._drop(db, fetch)

    # -- forgetting ---------------------------------------------------------------------

    def forget(self, workspace: str, user: str, starts: Iterable[int] | None) -> None:
        """Forget the days (of UTC) in which entries that were changed begin or began.

        Args:
            workspace: The workspace's ID.
            user: Whose entries they are.
            starts: Their starts in seconds since 1970, before and after; ``None`` where they
                are not known: then everything of the user is forgotten.
        """
        if starts is None:
            spans = [(-(1 << 62), 1 << 62)]
        else:
            spans = [(day * DAY, (day + 1) * DAY) for day in {start // DAY for start in starts}]
        with self._reading() as db:
            if db is None:
                if os.path.exists(self.path):
                    self._unusable()
                return
            if not any(self._touched(db, workspace, user, *span) for span in spans):
                return
        with self._writing() as db:
            if db is not None:
                for first, last in spans:
                    self._cut(db, workspace, user, first, last)
                    db.execute(
                        "DELETE FROM fetches WHERE open AND workspace = ? AND user = ?"
                        " AND first < ? AND last > ?",
                        (workspace, user, last, first),
                    )
        if not self._wrote:
            self._unusable()

    def forget_all(self) -> None:
        """Forget every entry of the account: something has changed that cannot be named."""
        with self._writing() as db:
            if db is not None:
                for table in ("covers", "fetches", "pages"):
                    db.execute(f"DELETE FROM {table}")
        if not self._wrote:
            self._unusable()

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    # -- rows -----------------------------------------------------------------------------

    @staticmethod
    def _touched(db: sqlite3.Connection, workspace: str, user: str, first: int, last: int) -> bool:
        where = "workspace = ? AND user = ? AND first < ? AND last > ?"
        values = (workspace, user, last, first)
        return any(
            db.execute(f"SELECT 1 FROM {table} WHERE {where} {more} LIMIT 1", values).fetchone()
            for table, more in (("covers", ""), ("fetches", "AND open"))
        )

    @staticmethod
    def _cut(db: sqlite3.Connection, workspace: str, user: str, first: int, last: int) -> None:
        """Take ``[first, last)`` out of what is covered."""
        where = "WHERE workspace = ? AND user = ? AND first < ? AND last > ?"
        about = (workspace, user, last, first)
        rows = db.execute(
            f"SELECT first, last, fetch, fetched FROM covers {where}",
            about,
        ).fetchall()
        db.execute(f"DELETE FROM covers {where}", about)
        for low, high, fetch, fetched in rows:
            for left, right in ((low, min(high, first)), (max(low, last), high)):
                if left < right:
                    db.execute(
                        "INSERT INTO covers VALUES (?, ?, ?, ?, ?, ?)",
                        (workspace, user, left, right, fetch, fetched),
                    )

    @staticmethod
    def _drop(db: sqlite3.Connection, fetch: int) -> None:
        db.execute("DELETE FROM fetches WHERE id = ?", (fetch,))
        db.execute("DELETE FROM pages WHERE fetch = ?", (fetch,))

    @staticmethod
    def _sweep(db: sqlite3.Connection, now: int) -> None:
        """Delete what nobody can use any more; what is new may still be being read."""
        db.execute("DELETE FROM covers WHERE fetched < ?", (now - KEPT_FOR,))
        db.execute(
            "DELETE FROM fetches WHERE began < ? AND id NOT IN (SELECT fetch FROM covers)",
            (now - _STALLED,),
        )
        db.execute("DELETE FROM pages WHERE fetch NOT IN (SELECT id FROM fetches)")

    # -- the file ---------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give the file for reading, or ``None`` where it cannot be had; errors end the block."""
        import sqlite3

        db = self._open(create=False)
        try:
            yield db
        except sqlite3.DatabaseError as error:
            self._failed(error)

    @contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[sqlite3.Connection | None]:
        """Give the file inside a transaction, or ``None``; errors roll back and end the block."""
        import sqlite3

        self._wrote = False
        db = self._open(create=create)
        if db is None:
            yield None
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            self._wrote = True
        except sqlite3.DatabaseError as error:
            self._failed(error)

    def _open(self, *, create: bool) -> sqlite3.Connection | None:
        import sqlite3

        if self._opened is not None:
            return self._opened
        if not create and not os.path.exists(self.path):
            return None
        try:
            files.ensure_folder(os.path.dirname(self.path))
            self._opened = self._connect()
        except sqlite3.DatabaseError as error:
            self._failed(error)
        except (OSError, StorageError):
            return None  # a cache is a convenience
        return self._opened

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        if not os.path.exists(self.path):
            # SQLite would create it for everybody that the umask allows.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self._inode = os.stat(self.path).st_ino
        db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            application = db.execute("PRAGMA application_id").fetchone()[0]
            if version and application != _APPLICATION:
                raise sqlite3.DatabaseError("not an entry cache")
            if version != _VERSION:
                self._create(db)
            db.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        import sqlite3

        # Changing to WAL does not wait for other processes that do the same: take turns.
        with files.locked(self.path + ".making", seconds=_BUSY_SECONDS):
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == _VERSION:
                return
            if not version and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("not an entry cache")
            db.execute("PRAGMA auto_vacuum=FULL")
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("BEGIN IMMEDIATE")
            for table in ("fetches", "pages", "covers"):  # of another version
                db.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA application_id={_APPLICATION}")
            db.execute(f"PRAGMA user_version={_VERSION}")
            db.execute("COMMIT")

    def _failed(self, error: sqlite3.DatabaseError) -> None:
        """Go on without the cache; a file that is damaged is moved out of the way."""
        import sqlite3

        code = getattr(error, "sqlite_errorcode", None)
        damaged = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        if not isinstance(error, sqlite3.OperationalError) or (
            code is not None and code & 0xFF in damaged
        ):
            self._set_aside()

    def _set_aside(self) -> None:
        self.close()
        try:
            with files.locked(self.path + ".making", seconds=_BUSY_SECONDS):
                if os.stat(self.path).st_ino != self._inode:
                    return  # another process was quicker; this is a new one
                kept = files.set_aside(self.path)
                for suffix in ("-wal", "-shm"):
                    if os.path.exists(self.path + suffix):
                        files.set_aside(self.path + suffix)
        except (OSError, StorageError):
            return
        self._notice(f"The cache of entries was damaged; it is kept as {kept}.")

    def _unusable(self) -> None:
        """Remove a cache that can no longer be told what has changed."""
        self.close()
        try:
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(self.path + suffix):
                    os.unlink(self.path + suffix)
        except OSError as error:
            self._notice(
                f"{self.path} cannot be changed ({error.strerror}): reports may show old times; "
                "--refresh asks again."
            )
