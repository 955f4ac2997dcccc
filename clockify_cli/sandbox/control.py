"""The control plane: connections to Clockify, and the page where a user finishes one."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.refusals import Refusal

APP = "clockify"
_COLUMNS = "id, app, status, created, updated, url"
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox</title>
<p>The sandbox's connection is <b>%s</b>. You can close this page.</p></html>"""


def list_connections(call: Call) -> Answer:
    """``GET /connections``, filtered by ``app`` and ``status``; oldest first."""
    app, status = call.one("app"), call.one("status")
    rows = call.db.execute(
        f"SELECT {_COLUMNS} FROM connections WHERE owner = ?"
        " AND (? IS NULL OR app = ?) AND (? IS NULL OR status = ?) ORDER BY created, seq",
        (call.user, app, app, status, status),
    )
    return Answer({"connections": [_body(row) for row in rows]})


def create_connection(call: Call) -> Answer:
    """``POST /connections``: pending until its page is visited."""
    from clockify_cli.sandbox.fields import Fields

    app = Fields(call.json()).text("app", longest=100)
    if app != APP:
        raise Refusal(400, "The sandbox knows one app: clockify")
    number, now = _uuid(), _stamp(call)
    call.db.execute(
        "INSERT INTO connections (id, owner, app, status, created, updated, url)"
        " VALUES (?, ?, ?, 'PENDING', ?, ?, ?)",
        (number, call.user, app, now, now, f"{call.base_url}/oauth/{number}"),
    )
    return Answer({"connection_id": number})


def show_connection(call: Call, number: str) -> Answer:
    """``GET /connections/{id}``."""
    found = _find(call, number)
    if found["status"] == "PENDING" and not call.served:
        # In process there is no page to visit: to ask for it is taken as having been there.
        _settle(call, number, "ACTIVE")
        found = _find(call, number)
    return Answer({"connection": found})


def delete_connection(call: Call, number: str) -> Answer:
    """``DELETE /connections/{id}``."""
    _find(call, number)
    call.db.execute("DELETE FROM connections WHERE id = ?", (number,))
    return Answer({})


def visit(call: Call, number: str) -> bytes:
    """Finish a pending connection (``?deny=1`` fails it) and return the page that says so."""
    row = call.db.execute("SELECT status FROM connections WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise Refusal(404, "Connection not found")
    status = str(row[0])
    if status == "PENDING":
        status = "FAILED" if call.one("deny") else "ACTIVE"
        _settle(call, number, status)
    return _PAGE % status.encode()


def choose(call: Call, wanted: str | None) -> None:
    """Take the connection a request goes through: ``wanted``, or the oldest active one."""
    rows = call.db.execute(
        "SELECT id, status FROM connections WHERE owner = ? AND app = ? ORDER BY created, seq",
        (call.user, APP),
    ).fetchall()
    active = [number for number, status in rows if status == "ACTIVE"]
    if wanted is not None and wanted not in active:
        raise Refusal(400, f"Connection '{wanted}' not found or not active")
    if not active:
        raise Refusal(400, "No active connection found for app 'clockify'")
    if (wanted or active[0]) in call.switches["expired_connections"]:
        raise Refusal(500, "Internal server error")


def _settle(call: Call, number: str, status: str) -> None:
    call.db.execute(
        "UPDATE connections SET status = ?, updated = ?, url = NULL WHERE id = ?",
        (status, _stamp(call), number),
    )


def _find(call: Call, number: str) -> Json:
    row = call.db.execute(
        f"SELECT {_COLUMNS} FROM connections WHERE id = ? AND owner = ?",
        (number, call.user),
    ).fetchone()
    if row is None:
        raise Refusal(404, "Connection not found")
    return _body(row)


def _body(row: tuple[str, ...]) -> Json:
    number, app, status, created, updated, url = row
    return {
        "connection_id": number,
        "status": status,
        "creation_time": created,
        "last_updated_time": updated,
        "url": url,
        "app": app,
        "metadata": {},
    }


def _stamp(call: Call) -> str:
    return datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _uuid() -> str:
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
