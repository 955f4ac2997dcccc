"""The tables of the journal, how rows become objects, and how older files are upgraded."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from clockify_cli.core.account import account_id, realm_of_010, unclaimed_id
from clockify_cli.journal.operation import Change, Operation

APPLICATION_ID = 0x636C6B79  # "clky", so that a foreign database is not taken for ours
VERSION = 2
KEY_OF_010 = "0.1.0"  # stands for the fingerprint of a key that 0.1.0 did not note

_CHANGES_BY_KEY = (
    "CREATE UNIQUE INDEX changes_by_key ON changes (account, workspace, key) WHERE key IS NOT NULL"
)
_CHANGES_BY_UNDOES = "CREATE INDEX changes_by_undoes ON changes (undoes) WHERE undoes IS NOT NULL"
_ACCOUNTS = "CREATE TABLE accounts (account TEXT PRIMARY KEY, name TEXT NOT NULL)"
STATEMENTS = (
    """CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    verb TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at TEXT NOT NULL,
    undone_by INTEGER,
    undoes INTEGER,
    key TEXT,
    workspace TEXT NOT NULL DEFAULT '',
    content TEXT,
    session TEXT NOT NULL DEFAULT '',
    typed INTEGER NOT NULL DEFAULT 1
)""",
    """CREATE TABLE operations (
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
    created_at TEXT NOT NULL,
    meta TEXT
)""",
    "CREATE INDEX operations_open ON operations (account, state, id)",
    "CREATE INDEX operations_by_change ON operations (change)",
    "CREATE INDEX operations_by_entry ON operations (entry)",
    "CREATE INDEX changes_by_account ON changes (account, id)",
    _CHANGES_BY_KEY,
    _CHANGES_BY_UNDOES,
    _ACCOUNTS,
)

COLUMNS = (
    "o.id, o.change, o.account, o.workspace, o.user, o.kind, o.state, o.entry, o.payload, "
    "o.before, o.after, o.error, o.attempts, o.hold_until, o.created_at, c.verb, o.sent, o.meta"
)
FROM = "FROM operations o JOIN changes c ON c.id = o.change"
CHANGE_COLUMNS = (
    "c.id, c.account, c.verb, c.label, c.created_at, c.undone_by, c.undoes, c.key, c.workspace, "
    "c.content, c.session, c.typed"
)


def operation(row: tuple[Any, ...]) -> Operation:
    """Return the operation of a row of ``COLUMNS``; raise ValueError for a damaged one."""
    payload = json.loads(row[8])
    before, after, error, sent, meta = (
        json.loads(text) if text else None for text in (row[9], row[10], row[11], row[16], row[17])
    )
    parts = (payload, before, after, error, sent, meta)
    if any(part is not None and not isinstance(part, dict) for part in parts):
        raise ValueError("not an object")
    return Operation(
        id=row[0],
        change=row[1],
        account=row[2],
        workspace=row[3],
        user=row[4],
        kind=row[5],
        state=row[6],
        entry=row[7],
        payload=payload,
        before=before,
        after=after,
        error=error,
        attempts=row[12],
        hold_until=row[13],
        created_at=row[14],
        verb=row[15],
        sent=sent,
        meta=meta or {},
    )


def change(row: tuple[Any, ...]) -> Change:
    """Return the change of a row of ``CHANGE_COLUMNS``."""
    found = Change(*row)
    found.typed = bool(found.typed)
    return found


def dump(value: dict[str, Any] | None) -> str | None:
    """Return an object as the text of a column."""
    return None if value is None else json.dumps(value)


_STRAYS = (
    "account = 'sandbox' OR (account >= 'http:' AND account < 'http;') "
    "OR (account >= 'https:' AND account < 'https;')"
)


def has_strays(db: sqlite3.Connection) -> bool:
    """Say whether a program of version 0.1.0 that was still at work has added rows of its form."""
    found = db.execute(f"SELECT 1 FROM operations WHERE {_STRAYS} LIMIT 1")
    return found.fetchone() is not None


def rehome(db: sqlite3.Connection) -> None:
    """Give rows whose account is an address to the user whom each of them names."""
    for (old,) in db.execute(f"SELECT DISTINCT account FROM operations WHERE {_STRAYS}").fetchall():
        realm = realm_of_010(old)
        db.execute(
            "UPDATE operations SET account = CASE user WHEN '' THEN ? ELSE ? || user END"
            " WHERE account = ?",
            (unclaimed_id(realm, KEY_OF_010), account_id(realm, ""), old),
        )
    first = "(SELECT {0} FROM operations o WHERE o.change = changes.id ORDER BY o.id LIMIT 1)"
    homes = db.execute(
        f"SELECT id, key, {first.format('account')}, {first.format('workspace')} FROM changes"
        f" WHERE {_STRAYS} ORDER BY id"
    ).fetchall()
    for number, key, account, workspace in homes:
        if account is None:
            continue  # nothing of it was ever recorded
        if key is not None:
            # What were two addresses may be one account now: the newer of two equal keys counts.
            db.execute(
                "UPDATE changes SET key = NULL WHERE account = ? AND workspace = ? AND key = ?",
                (account, workspace, key),
            )
        db.execute(
            "UPDATE changes SET account = ?, workspace = ? WHERE id = ?",
            (account, workspace, number),
        )


def take_over_010(db: sqlite3.Connection) -> None:
    """Bring the tables of version 0.1.0 to this form, row by row.

    There, an account was an address: each operation goes to the user whom it names. One that
    was recorded before anything was known goes to a key that nobody has claimed.
    """
    for table, columns in (
        (
            "changes",
            (
                "workspace TEXT NOT NULL DEFAULT ''",
                "content TEXT",
                "session TEXT NOT NULL DEFAULT ''",
                "typed INTEGER NOT NULL DEFAULT 1",
            ),
        ),
        ("operations", ("meta TEXT",)),
    ):
        for column in columns:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    db.execute("DROP INDEX IF EXISTS changes_by_key")
    db.execute(_CHANGES_BY_KEY)
    rehome(db)
    db.execute("CREATE INDEX changes_by_account ON changes (account, id)")
    db.execute(_CHANGES_BY_UNDOES)
    db.execute(_ACCOUNTS)
