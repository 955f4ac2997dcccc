"""The ranges of entries that were read last, so that bars and tables need not ask again.

One small file per account, replaced whole. It is never the truth of anything: what is damaged
is read as nothing, and a disk that does not take it is not an error. A change made here is put
into the copies, and marks those that it may touch as stale: they serve ``--cached`` alone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from clockify_cli.core.errors import StorageError
from clockify_cli.core.model import TimeEntry, instant
from clockify_cli.store import files
from clockify_cli.store.cached import account_folder

FILE = "ranges.dat"
MINUTES = 5 * 60  # seconds for which a copy may stand in for the service on a terminal
_MOST_RANGES = 12
_MOST_ENTRIES = 2_000  # of all ranges together: it stays a small file
_LOCK_SECONDS = 2.0
_MOST_CHANGES = 20  # of one run; what changes more, such as an import, does without copies
_VERSION = 1


class Range(NamedTuple):
    """The entries that begin in a span, as they were at one time.

    Attributes:
        as_of: When they were read, in seconds since 1970.
        entries: Newest first.
    """

    as_of: int
    entries: list[TimeEntry]


class RecentRanges:
    """The ranges of one account that were read last.

    Args:
        account: ``Account.id``.
    """

    def __init__(self, account: str) -> None:
        self.path = os.path.join(account_folder(account), FILE)
        self._mark = self.path + ".changed"
        self._made = 0

    def find(
        self, workspace: str, user: str, first: int, last: int, *, since: int | None = None
    ) -> Range | None:
        """Return a copy that holds every entry that begins in ``[first, last)``, the newest one.

        Args:
            workspace: The workspace's ID.
            user: The user's ID.
            first: First second since 1970.
            last: The first one after it.
            since: Only one that was read from then on and is not stale.
        """
        fitting = [
            one
            for one in self._read()["ranges"]
            if (one["workspace"], one["user"]) == (workspace, user)
            and one["first"] <= first
            and last <= one["last"]
            and (since is None or (one["as_of"] >= since and not one["stale"]))
        ]
        if not fitting:
            return None
        newest = max(fitting, key=lambda one: one["as_of"])
        return Range(newest["as_of"], newest["entries"])

    def entries(self, workspace: str) -> list[TimeEntry]:
        """Return the entries of a workspace in all copies; some may be there twice."""
        held = (o["entries"] for o in self._read()["ranges"] if o["workspace"] == workspace)
        return [entry for entries in held for entry in entries]

    def changes(self) -> int:
        """Return what tells changes apart; a reading that begins now asks for it first."""
        try:
            return os.stat(self._mark).st_mtime_ns
        except OSError:
            return 0

    def keep(
        self,
        workspace: str,
        user: str,
        span: tuple[int, int],
        entries: Sequence[TimeEntry],
        *,
        as_of: int,
        changes: int,
    ) -> None:
        """Keep what was just read, unless something was changed here in the meantime.

        Args:
            workspace: The workspace's ID.
            user: The user's ID.
            span: Every entry that begins in it is there, from its first second on.
            entries: The entries, newest first.
            as_of: When they were asked for.
            changes: What ``changes()`` said before.
        """
        if len(entries) > _MOST_ENTRIES:
            return
        new = {
            **{"workspace": workspace, "user": user, "first": span[0], "last": span[1]},
            **{"as_of": as_of, "stale": False, "entries": list(entries)},
        }

        def put(state: dict[str, Any]) -> None:
            if self.changes() != changes:
                return
            kept, room = [new], _MOST_ENTRIES - len(entries)
            for one in state["ranges"]:
                inside = span[0] <= one["first"] and one["last"] <= span[1]
                if inside and (one["workspace"], one["user"]) == (workspace, user):
                    continue
                room -= len(one["entries"])
                if room >= 0:
                    kept.append(one)
            state["ranges"] = kept[:_MOST_RANGES]

        self._change(put)

    def forget(self, workspace: str, user: str, starts: Iterable[int] | None) -> None:
        """Note that entries are being changed: the ranges that they touch become stale.

        Args:
            workspace: The workspace's ID.
            user: Whose entries they are.
            starts: Their starts in seconds since 1970, before and after; ``None`` if they
                are not known.
        """
        touched = None if starts is None else list(starts)

        def is_touched(one: dict[str, Any]) -> bool:
            return (one["workspace"], one["user"]) == (workspace, user) and (
                touched is None or any(one["first"] <= s < one["last"] for s in touched)
            )

        self._note_change(is_touched)

    def forget_all(self) -> None:
        """Note that something was changed that may touch every range."""
        self._note_change(lambda _: True)

    def _note_change(self, is_touched: Callable[[dict[str, Any]], bool]) -> None:
        def mark(state: dict[str, Any]) -> None:
            for one in state["ranges"]:
                one["stale"] = one["stale"] or is_touched(one)

        self._made += 1
        try:
            files.ensure_folder(os.path.dirname(self.path))
            os.close(os.open(self._mark, os.O_WRONLY | os.O_CREAT, 0o600))
            now = time.time_ns()
            os.utime(self._mark, ns=(now, now))
        except (OSError, StorageError):
            self._drop()
        if self._made > _MOST_CHANGES:
            self._drop()
        else:
            self._change(mark, must=True, create=False)

    def put(self, workspace: str, user: str, entry_id: str, entry: TimeEntry | None) -> None:
        """Put what became of an entry into the copies.

        Args:
            workspace: The workspace's ID.
            user: Whose entry it is.
            entry_id: Its ID; empty for a new one.
            entry: As it is now; ``None`` if it was deleted.
        """

        def put(state: dict[str, Any]) -> None:
            for one in state["ranges"]:
                if (one["workspace"], one["user"]) != (workspace, user):
                    continue
                gone = {entry_id, str(entry["id"]) if entry else ""}
                held = [e for e in one["entries"] if e["id"] not in gone]
                if entry is not None and one["first"] <= _start(entry) < one["last"]:
                    held.append(entry)
                one["entries"] = sorted(
                    held, key=lambda e: str(e["timeInterval"]["start"]), reverse=True
                )

        if self._made <= _MOST_CHANGES:
            self._change(put, create=False)

    # -- the file -------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"ranges": []}
        try:
            text = files.read(self.path) or ""
            head, _, body = text.partition("\n")
            if head != _seal(body):
                return empty
            return dict(json.loads(body))
        except (StorageError, ValueError, TypeError, RecursionError):
            return empty

    def _change(
        self, act: Callable[[dict[str, Any]], None], *, must: bool = False, create: bool = True
    ) -> None:
        """Change the file under a lock.

        Args:
            act: Changes what the file holds.
            must: A file that cannot be changed must not stay either.
            create: There may be none yet.
        """
        try:
            files.ensure_folder(os.path.dirname(self.path))
            with files.locked(self.path + ".lock", seconds=_LOCK_SECONDS) as got:
                if not got:
                    raise StorageError("Another clockify holds the lock.", "Try again.")
                if not create and not os.path.exists(self.path):
                    return
                state = self._read()
                act(state)
                body = json.dumps(state, ensure_ascii=True, separators=(",", ":"))
                files.replace(self.path, f"{_seal(body)}\n{body}", synced=False)
        except (OSError, StorageError):
            if must:
                self._drop()

    def _drop(self) -> None:
        try:
            os.unlink(self.path)
        except OSError:
            pass


def _seal(body: str) -> str:
    return f"{_VERSION} {crc32(body.encode()):08x}"


def _start(entry: TimeEntry) -> int:
    return int(instant(entry["timeInterval"]["start"]).timestamp())
