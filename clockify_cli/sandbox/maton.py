"""Maton: whose key it is, which connection a request goes through, and the control plane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox import people, refusals
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.store import new_connection_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

APP = "clockify"
PREFIX = f"/{APP}"
_COLUMNS = "id, app, status, method, created, updated, url, user"
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox</title>
<p>The sandbox's connection is <b>%s</b>. You can close this page.</p></html>"""


def error(
    call: Call, status: int, message: str, headers: Mapping[str, str] | None = None
) -> refusals.Refusal:
    """Return an error of Maton's in the form the settings ask for."""
    return refusals.maton(call.settings["error_shape"], status, message, headers)


# -- the gateway ---------------------------------------------------------------------------


def sign_in(call: Call, environ: WSGIEnvironment) -> None:
    """Find the Maton account a request's key belongs to."""
    scheme, _, key = (environ.get("HTTP_AUTHORIZATION") or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise error(call, 401, "Missing API key")
    owner = people.owner_of(call, key.strip())
    if owner is None:
        raise error(call, 401, "Invalid API key")
    call.key, call.account = key.strip(), owner


def check_scope(call: Call) -> None:
    """Refuse a key that may not do this."""
    if call.key in call.settings["keys_without_scope"]:
        raise error(call, 403, "The API key does not have the required scope")


def choose(call: Call, path: str, wanted: str | None) -> None:
    """Take the connection a request goes through, and with it the Clockify user who asks.

    Args:
        call: The request.
        path: Its path, which must begin with the app's name.
        wanted: The connection it names.
    """
    if not path.startswith(PREFIX + "/"):
        raise error(call, 404, f"Not found: no app at '{path}'")
    rows = call.db.execute(
        "SELECT id, status, user FROM connections WHERE owner = ? AND app = ?"
        " ORDER BY created, seq",
        (call.account, APP),
    ).fetchall()
    active = [row for row in rows if row[1] == "ACTIVE"]
    if wanted is not None:
        found = [row for row in rows if row[0] == wanted]
        if not found:
            raise error(call, 404, f"Connection {wanted} not found")
        if found[0] not in active:
            raise error(call, 412, f"Connection {wanted} is not active")
    elif not active:
        raise error(call, 400, f"No active connection found for app '{APP}'")
    else:
        rule = call.settings["default_connection"]
        if rule == "refuse" and len(active) > 1:
            raise error(call, 412, f"Several connections for app '{APP}': specify one")
        found = active[-1:] if rule == "newest" else active
    connection_id, _, call.user = found[0]
    if connection_id in call.settings["unresolved_connections"]:
        raise error(call, 412, f"Connection {connection_id} could not be resolved")
    if connection_id in call.settings["expired_connections"]:
        raise error(call, 500, "Internal server error")


# -- the control plane ---------------------------------------------------------------------


def show_account(call: Call) -> Answer:
    """``GET /user``: whose key it is."""
    name, email = people.name_and_email(call, call.account)
    return Answer({"email": email, "name": name})


def list_connections(call: Call) -> Answer:
    """``GET /connections``, filtered by ``app``, ``status``, ``method`` and ``limit``."""
    where, values = "owner = ?", [call.account]
    for column in ("app", "status", "method"):
        wanted = call.one(column)
        if wanted is not None:
            where += f" AND {column} = ?"
            values.append(wanted)
    limit = call.one("limit") or "-1"
    if limit != "-1" and not (limit.isascii() and limit.isdigit() and 0 < len(limit) < 10):
        raise error(call, 400, "limit has to be a number")
    rows = call.db.execute(
        f"SELECT {_COLUMNS} FROM connections WHERE {where} ORDER BY created, seq LIMIT ?",
        (*values, int(limit)),
    ).fetchall()
    return Answer({"connections": [_body(call, row) for row in rows]})


def create_connection(call: Call) -> Answer:
    """``POST /connections``: pending until its page is visited."""
    from clockify_cli.sandbox.fields import Fields

    app = Fields(call.json()).text("app", longest=100)
    if app != APP:
        raise error(call, 400, "The sandbox knows one app: clockify")
    connection_id, now = new_connection_id(), _stamp(call)
    url = f"{call.base_url}/oauth/{connection_id}"
    call.db.execute(
        "INSERT INTO connections (id, owner, user, app, method, status, created, updated, url)"
        " VALUES (?, ?, ?, ?, 'OAUTH2', 'PENDING', ?, ?, ?)",
        (connection_id, call.account, call.account, app, now, now, url),
    )
    holder, _, name = str(call.settings["connection_id_field"]).rpartition(".")
    return Answer({holder: {name: connection_id}} if holder else {name: connection_id})


def show_connection(call: Call, connection_id: str) -> Answer:
    """``GET /connections/{id}``."""
    found = _find(call, connection_id)
    if found["status"] == "PENDING" and not call.served:
        # In process there is no page to visit: asking for it counts as having been there.
        _settle(call, connection_id, "ACTIVE")
        found = _find(call, connection_id)
    return Answer({"connection": found})


def delete_connection(call: Call, connection_id: str) -> Answer:
    """``DELETE /connections/{id}``."""
    _find(call, connection_id)
    call.db.execute("DELETE FROM connections WHERE id = ?", (connection_id,))
    return Answer({})


def visit(call: Call, connection_id: str) -> bytes:
    """Finish a pending connection and return the page that says so.

    ``?deny=1`` lets it fail; ``?user=EMAIL`` signs in as another user of Clockify.
    """
    row = call.db.execute(
        "SELECT status FROM connections WHERE id = ?", (connection_id,)
    ).fetchone()
    if row is None:
        raise error(call, 404, f"Connection {connection_id} not found")
    status = str(row[0])
    if status == "PENDING":
        status = "FAILED" if call.one("deny") else "ACTIVE"
        other = call.one("user")
        if other is not None:
            try:
                user = people.user_named(call.db, other)
            except ValueError as problem:
                raise error(call, 400, str(problem)) from None
            call.db.execute("UPDATE connections SET user = ? WHERE id = ?", (user, connection_id))
        _settle(call, connection_id, status)
    return _PAGE % status.encode()


def _settle(call: Call, connection_id: str, status: str) -> None:
    call.db.execute(
        "UPDATE connections SET status = ?, updated = ?, url = CASE WHEN ? THEN url END"
        " WHERE id = ?",
        (status, _stamp(call), bool(call.settings["connection_url_stays"]), connection_id),
    )


def _find(call: Call, connection_id: str) -> Json:
    row = call.db.execute(
        f"SELECT {_COLUMNS} FROM connections WHERE id = ? AND owner = ?",
        (connection_id, call.account),
    ).fetchone()
    if row is None:
        raise error(call, 404, f"Connection {connection_id} not found")
    return _body(call, row)


def _body(call: Call, row: tuple[Any, ...]) -> Json:
    connection_id, app, status, method, created, updated, url, user = row
    metadata = {}
    if call.settings["connection_metadata"]:
        name, email = people.name_and_email(call, user)
        metadata = {"email": email, "name": name}
    return {
        "connection_id": connection_id,
        "status": status,
        "method": method,
        "creation_time": created,
        "last_updated_time": updated,
        "url": url,
        "app": app,
        "metadata": metadata,
    }


def _stamp(call: Call) -> str:
    return datetime.fromtimestamp(call.clock, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
