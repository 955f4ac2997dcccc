"""The rows that a terminal session was shown last: what ``@1``, ``@2`` … mean in it.

One small file per session, replaced whole, with the last tables of a few accounts and
workspaces. It names rows by ID only, so a number keeps its meaning whatever changes meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from typing import NamedTuple
from zlib import crc32

from clockify_cli.core import paths
from clockify_cli.core.errors import StorageError
from clockify_cli.core.terminal import session_id
from clockify_cli.store import files

MOST_ROWS = 999  # a number has three digits at most
OLD_SECONDS = 10 * 60  # a change by a number of an older table is asked about first
_PREFIX = "rows-"
_MOST_TABLES = 4  # of one session
_MOST_FILES = 100  # of all sessions
_KEPT_SECONDS = 30 * 86_400
_CLOCK_SLIP = 60  # a table from the future by more than that is as good as old


class Table(NamedTuple):
    """One numbered table.

    Attributes:
        at: When it was printed, in seconds since 1970.
        user: Whose entries it shows.
        rows: Their IDs, in order; the first is ``@1``.
    """

    at: int
    user: str
    rows: tuple[str, ...]

    def is_old(self, now: int) -> bool:
        """Say whether a person may have forgotten what it showed."""
        return not -_CLOCK_SLIP <= now - self.at <= OLD_SECONDS


def keep(account: str, workspace: str, table: Table) -> None:
    """Keep the table that is about to be printed.

    Raises:
        StorageError: It could not be kept; its rows must not be numbered then.
    """
    path = _path()
    place = f"{account} {workspace}"
    others = {name: held for name, held in _read(path).items() if name != place}
    tables = {place: table, **dict(list(others.items())[: _MOST_TABLES - 1])}
    rows = {name: [t.at, t.user, " ".join(t.rows)] for name, t in tables.items()}
    files.replace(path, json.dumps(rows), synced=False)
    _prune(os.path.dirname(path))


def last(account: str, workspace: str) -> Table | None:
    """Return the table that this session printed last under an account and workspace."""
    return _read(_path()).get(f"{account} {workspace}")


def shown_ids(account: str, workspace: str) -> set[str]:
    """Return the IDs in every session's last table."""
    place = f"{account} {workspace}"
    tables = (_read(path).get(place) for path in _files(paths.folder("state")))
    return {row for table in tables if table is not None for row in table.rows}


def _path() -> str:
    session = session_id()
    name = session if session.replace("-", "").isalnum() else f"{crc32(session.encode()):08x}"
    return paths.file("state", f"{_PREFIX}{name}.json")


def _read(path: str) -> dict[str, Table]:
    """Return the tables of a file by account and workspace, the last one first."""
    try:
        held = json.loads(files.read(path) or "{}")
        return {
            str(name): Table(int(at), str(user), tuple(str(rows).split()))
            for name, (at, user, rows) in held.items()
        }
    except (StorageError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _files(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = (n for n in names if n.startswith(_PREFIX) and n.endswith(".json"))
    return [os.path.join(folder, name) for name in found]


def _prune(folder: str) -> None:
    """Remove the files of sessions that are long over."""
    ages = []
    for path in _files(folder):
        try:
            ages.append((os.stat(path).st_mtime, path))
        except OSError:
            continue
    newest_first = sorted(ages, reverse=True)
    for number, (changed, path) in enumerate(newest_first):
        if number >= _MOST_FILES or changed < time.time() - _KEPT_SECONDS:
            try:
                os.unlink(path)
            except OSError:
                pass
