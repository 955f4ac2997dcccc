"""The sandbox's settings: how strict, how fast and how odd the services are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox import defaults, people
from clockify_cli.sandbox.defaults import CHOICES, INSTANTS, SETTINGS, USER_ID
from clockify_cli.sandbox.instants import read_instant
from clockify_cli.sandbox.store import add_connection, new_connection_id

if TYPE_CHECKING:
    import sqlite3

Json = dict[str, Any]

# Of the account's many settings, those that change what the service does.
_SHOWN = {
    "workspace": (
        *("forceProjects", "forceTasks", "forceTags", "forceDescription", "lockTimeEntries"),
        *("timeTrackingMode", "onlyAdminsCanChangeBillableStatus"),
    ),
    "user": ("timeZone", "weekStart"),
}
_PEOPLE = (
    ("roles", "SELECT email, role FROM members JOIN users ON users.id = user ORDER BY email"),
    ("keys", "SELECT key, email FROM keys JOIN users ON users.id = user ORDER BY key"),
    (
        "connections",
        "SELECT connections.id, email FROM connections JOIN users ON users.id = user ORDER BY seq",
    ),
)


def read(db: sqlite3.Connection) -> Json:
    """Return the settings of ``defaults.SETTINGS`` with their values."""
    stored = db.execute("SELECT name, value FROM settings").fetchall()
    return {**SETTINGS, **{name: json.loads(value) for name, value in stored}}


def listed(db: sqlite3.Connection) -> Json:
    """Return everything that can be set, under the names ``change`` takes."""
    found = read(db)
    (workspace,) = db.execute("SELECT settings FROM workspaces ORDER BY seq LIMIT 1").fetchone()
    (user,) = db.execute("SELECT settings FROM users WHERE id = ?", (USER_ID,)).fetchone()
    for group, text in (("workspace", workspace), ("user", user)):
        held = json.loads(text)
        found |= {f"{group}.{name}": held[name] for name in _SHOWN[group]}
    row = db.execute("SELECT rate FROM members WHERE user = ?", (USER_ID,)).fetchone()
    found["hourly_rate"] = json.loads(row[0])["amount"] if row and row[0] else None
    for group, query in _PEOPLE:
        found |= {f"{group}.{name}": value for name, value in db.execute(query)}
    return found


def change(db: sqlite3.Connection, wanted: Mapping[str, Any]) -> None:
    """Change settings.

    Args:
        db: A connection inside a transaction.
        wanted: Names of ``defaults.SETTINGS`` with their values (``None`` for the default), or

            - ``workspace``: parts of every ``workspaceSettings``
            - ``user``: parts of the first user's ``settings``
            - ``keys``: API keys, each with its user (``None`` removes it)
            - ``roles``: users, each with a role
            - ``connections``: IDs, each with the user they lead to or an object of ``user``,
              ``owner``, ``status``, ``method``, ``url`` (``None`` removes it)
            - ``hourly_rate``: of the first user, in cents.

            ``"workspace.forceTags": True`` is short for ``"workspace": {"forceTags": True}``, and
            ``"a,b"`` for ``["a", "b"]``. A user is an ID or an e-mail address; an unknown address
            becomes a new member.

    Raises:
        ValueError: There is no such setting, or it cannot have that value.
    """
    for full, value in wanted.items():
        name, dot, part = full.partition(".")
        if dot:
            part, _, field = part.partition(".") if name == "connections" else (part, "", "")
            value = {part: {field: value} if field else value}
        if name in _GROUPS:
            if not isinstance(value, Mapping):
                raise ValueError(f"'{name}' is a group: set {name}.NAME")
            for inner, given in value.items():
                _GROUPS[name](db, inner, given)
        elif full == "hourly_rate":
            rate = None if value is None else {"amount": _number(full, value), "currency": "USD"}
            text = None if rate is None else json.dumps(rate)
            db.execute("UPDATE members SET rate = ? WHERE user = ?", (text, USER_ID))
        elif full not in SETTINGS:
            raise ValueError(f"There is no setting '{full}'")
        elif value is None:
            db.execute("DELETE FROM settings WHERE name = ?", (full,))
        else:
            if isinstance(SETTINGS[full], list) and isinstance(value, str):
                value = [word for word in value.split(",") if word]
            _check(full, value, SETTINGS[full])
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (full, json.dumps(value)))


def _set_workspace(db: sqlite3.Connection, name: str, value: Any) -> None:
    default = defaults.workspace_settings()
    _check_known("workspace", name, value, default)
    for workspace_id, text in db.execute("SELECT id, settings FROM workspaces").fetchall():
        changed = {**json.loads(text), name: default[name] if value is None else value}
        db.execute(
            "UPDATE workspaces SET settings = ? WHERE id = ?", (_json(changed), workspace_id)
        )


def _set_user(db: sqlite3.Connection, name: str, value: Any) -> None:
    default = defaults.user_settings()
    _check_known("user", name, value, default)
    row = db.execute("SELECT settings FROM users WHERE id = ?", (USER_ID,)).fetchone()
    changed = {**json.loads(row[0]), name: default[name] if value is None else value}
    db.execute("UPDATE users SET settings = ? WHERE id = ?", (_json(changed), USER_ID))


def _set_key(db: sqlite3.Connection, key: str, value: Any) -> None:
    if value is None:
        db.execute("DELETE FROM keys WHERE key = ?", (key,))
        return
    user = people.user_named(db, value, make=True)
    db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?)", (key, user))
    if not db.execute("SELECT 1 FROM connections WHERE owner = ?", (user,)).fetchone():
        add_connection(db, new_connection_id(), user)


def _set_role(db: sqlite3.Connection, name: str, value: Any) -> None:
    _check_choice("role", f"roles.{name}", value)
    user = people.user_named(db, name, make=True)
    db.execute("UPDATE members SET role = ? WHERE user = ?", (value, user))


def _set_connection(db: sqlite3.Connection, connection_id: str, value: Any) -> None:
    if value is None:
        db.execute("DELETE FROM connections WHERE id = ?", (connection_id,))
        return
    given = dict(value) if isinstance(value, Mapping) else {"user": value}
    unknown = given.keys() - {"user", "owner", "status", "method", "url"}
    if unknown:
        raise ValueError(f"A connection has no '{unknown.pop()}'")
    for who in ("user", "owner"):
        if who in given:
            given[who] = people.user_named(db, given[who], make=True)
    if "status" in given:
        _check_choice("status", f"connections.{connection_id}", given["status"])
    add_connection(db, connection_id, given.get("owner") or USER_ID)
    for name, content in given.items():
        db.execute(
            f"UPDATE connections SET {name} = ? WHERE id = ?",
            (content, connection_id),
        )


_GROUPS: dict[str, Callable[[sqlite3.Connection, str, Any], None]] = {
    "workspace": _set_workspace,
    "user": _set_user,
    "keys": _set_key,
    "roles": _set_role,
    "connections": _set_connection,
}


def _check_known(group: str, name: str, value: Any, known: Json) -> None:
    if name not in known:
        raise ValueError(f"There is no setting '{group}.{name}'")
    if value is not None:
        _check(name, value, known[name])


def _check(name: str, value: Any, default: Any) -> None:
    if name in INSTANTS:
        try:
            read_instant(value or "1970-01-01T00:00:00Z")
        except (TypeError, ValueError):
            raise ValueError(
                f"'{name}' has to be an instant like 2026-11-01T00:00:00Z, not {_json(value)}"
            ) from None
    elif name in CHOICES:
        _check_choice(name, name, value)
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise ValueError(f"'{name}' has to be true or false, not {_json(value)}")
    elif isinstance(default, (int, float)):
        _number(name, value)
    elif not isinstance(value, type(default)):
        kind = "a list" if isinstance(default, list) else "a word"
        raise ValueError(f"'{name}' has to be {kind}, not {_json(value)}")


def _check_choice(kind: str, name: str, value: Any) -> None:
    if value not in CHOICES[kind]:
        offered = ", ".join(map(str, CHOICES[kind]))
        raise ValueError(f"'{name}' has to be one of {offered}, not {_json(value)}")


def _number(name: str, value: Any) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not abs(value) < 1e9 or (value < 0 and name != "clock_skew"):
        raise ValueError(f"'{name}' has to be a number of 0 or more, not {_json(value)}")
    return float(value) if isinstance(value, float) else int(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
