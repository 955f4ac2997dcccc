"""The sandbox's own settings: how strict, how fast and how odd the service is to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.defaults import SWITCHES, USER_ID

if TYPE_CHECKING:
    import sqlite3

Json = dict[str, Any]


def switches(db: sqlite3.Connection) -> Json:
    """Return every setting with its value."""
    stored = db.execute("SELECT name, value FROM settings").fetchall()
    return {**SWITCHES, **{name: json.loads(value) for name, value in stored}}


def configure(db: sqlite3.Connection, wanted: Mapping[str, Any]) -> None:
    """Change settings.

    Args:
        db: A connection inside a transaction.
        wanted: Names of ``defaults.SWITCHES`` with their values (``None`` for the default), or
            ``workspace``: parts of every ``workspaceSettings``; ``user``: parts of the first
            user's ``settings``; ``keys``: more API keys, each with its user's ID; ``roles``:
            users' IDs, each with ``OWNER``, ``WORKSPACE_ADMIN`` or ``USER``; ``hourly_rate``:
            of the first user's memberships, in cents.

    Raises:
        ValueError: There is no such setting, or it cannot have that value.
    """
    for name, value in wanted.items():
        if name == "workspace":
            for number, text in db.execute("SELECT id, settings FROM workspaces").fetchall():
                merged = json.dumps({**json.loads(text), **value}, ensure_ascii=False)
                db.execute("UPDATE workspaces SET settings = ? WHERE id = ?", (merged, number))
        elif name == "user":
            row = db.execute("SELECT settings FROM users WHERE id = ?", (USER_ID,)).fetchone()
            merged = json.dumps({**json.loads(row[0]), **value}, ensure_ascii=False)
            db.execute("UPDATE users SET settings = ? WHERE id = ?", (merged, USER_ID))
        elif name == "keys":
            db.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", list(value.items()))
        elif name == "roles":
            rows = [(role, user) for user, role in value.items()]
            db.executemany("UPDATE members SET role = ? WHERE user = ?", rows)
        elif name == "hourly_rate":
            rate = None if value is None else json.dumps({"amount": value, "currency": "USD"})
            db.execute("UPDATE members SET rate = ? WHERE user = ?", (rate, USER_ID))
        elif name not in SWITCHES:
            raise ValueError(f"no such setting: {name}")
        elif value is None:
            db.execute("DELETE FROM settings WHERE name = ?", (name,))
        else:
            _check(name, value)
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))


def _check(name: str, value: Any) -> None:
    default = SWITCHES[name]
    kinds = (int, float) if isinstance(default, (int, float)) else type(default)
    if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(default, bool):
        raise ValueError(f"{name} cannot be {value!r}")
