"""The ranges of entries that were read last, so that bars and tables need not ask again.

One small file an account, replaced whole. It is never the truth of anything: what is damaged
is read as nothing, and a disk that does not take it is no error. A change made here is put
into the copies, and marks those that it may touch as stale: they serve ``--cached`` alone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from clockify_cli.core.errors import StorageError
from clockify_cli.core.model import TimeEntry, instant
from clockify_cli.store import files
from clockify_cli.store.cached import account_folder

FILE = "ranges.dat"
MINUTES = 5 * 60  # seconds for which a copy may stand in for the service on a terminal
_MOST_RANGES = 12
_MOST_ENTRIES = 3_000  # of all ranges together: it stays a small file
_LOCK_SECONDS = 2.0
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
        account: ``Target.account``.
    """

    def __init__(self, account: str) -> None:
        self.path = os.path.join(account_folder(account), FILE)  # noqa: PTH118

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

    def changes(self) -> int:
        """Return how many changes were noted; a reading that begins now asks for it first."""
        return int(self._read()["changes"])

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
        """Keep what was just read, unless something was changed here meanwhile.

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
            if state["changes"] != changes:
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
            starts: Their starts in seconds since 1970, before and after; ``None`` where they
                are not known.
        """
        touched = None if starts is None else list(starts)

        def mark(state: dict[str, Any]) -> None:
            state["changes"] = time.time_ns()
            for one in state["ranges"]:
                if (one["workspace"], one["user"]) == (workspace, user):
                    one["stale"] = one["stale"] or (
                        touched is None or any(one["first"] <= s < one["last"] for s in touched)
                    )

        self._change(mark, must=True)

    def forget_all(self) -> None:
        """Note that something was changed that may touch every range."""

        def mark(state: dict[str, Any]) -> None:
            state["changes"] = time.time_ns()
            for one in state["ranges"]:
                one["stale"] = True

        self._change(mark, must=True)

    def put(self, workspace: str, user: str, entry_id: str, entry: TimeEntry | None) -> None:
        """Put what became of an entry into the copies.

        Args:
            workspace: The workspace's ID.
            user: Whose entry it is.
            entry_id: Its ID; empty for a new one.
            entry: As it is now; ``None`` where it was deleted.
        """

        def put(state: dict[str, Any]) -> None:
            for one in state["ranges"]:
                if (one["workspace"], one["user"]) != (workspace, user):
                    continue
                gone = {entry_id, str(entry["id"]) if entry else ""}
                held = [e for e in one["entries"] if e["id"] not in gone]
                if entry is not None and one["first"] <= _start(entry) < one["last"]:
                    held.append(entry)
                one["entries"] = sorted(held, key=_start, reverse=True)

        if os.path.exists(self.path):  # noqa: PTH110
            self._change(put)

    def close(self) -> None:
        """Nothing is held open."""

    # -- the file -------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"changes": 0, "ranges": []}
        try:
            text = files.read(self.path) or ""
            head, _, body = text.partition("\n")
            if head != _seal(body):
                return empty
            return dict(json.loads(body))
        except (StorageError, ValueError, TypeError):
            return empty

    def _change(self, act: Any, *, must: bool = False) -> None:
        """Change the file under a lock; one that cannot be marked as changed is removed."""
        try:
            files.ensure_folder(os.path.dirname(self.path))  # noqa: PTH120
            with files.locked(self.path + ".lock", seconds=_LOCK_SECONDS) as got:
                if not got:
                    raise StorageError("Another clockify holds the lock.", "Try again.")
                state = self._read()
                act(state)
                body = json.dumps(state, ensure_ascii=True, separators=(",", ":"))
                files.replace(self.path, f"{_seal(body)}\n{body}", synced=False)
        except (OSError, StorageError):
            if must:
                try:
                    os.unlink(self.path)  # noqa: PTH108
                except OSError:
                    pass


def _seal(body: str) -> str:
    return f"{_VERSION} {crc32(body.encode()):08x}"


def _start(entry: TimeEntry) -> int:
    return int(instant(entry["timeInterval"]["start"]).timestamp())
