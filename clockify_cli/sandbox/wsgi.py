"""The WSGI application: who asks, through which door, and what goes back."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from clockify_cli.sandbox import control, routes
from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.limits import Limits, http_date, too_many
from clockify_cli.sandbox.refusals import (
    NO_CREDENTIAL,
    UNKNOWN_KEY,
    Refusal,
    foreign,
    no_route,
)
from clockify_cli.sandbox.store import Store
from clockify_cli.sandbox.switches import switches

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from clockify_cli.sandbox.faults import Faults, Rule

GATEWAY, API, CONTROL = "/clockify", "/api", "/connections"
CONSOLE, OAUTH = "/__sandbox__", "/oauth/"
WIRE = "sandbox.wire"  # the environ key under which a server says that it can break off
LOG_LENGTH = 20_000
LONGEST_LOGGED = 20_000
_REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Reply:
    """An answer as bytes."""

    __slots__ = ("content", "headers", "kind", "status")

    def __init__(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        self.status = status
        self.content = content
        self.headers = headers or {}
        self.kind = kind


class Wire:
    """How a server is to end an answer: ``cut``, ``reset`` or ``half`` of it, after a while."""

    __slots__ = ("end", "seconds")

    def __init__(self) -> None:
        self.end = ""
        self.seconds = 0.0


class Application:
    """The embedded service over one database.

    Args:
        store: Its database.
        faults: What is to go wrong.
        clock: Tells the time; the machine's where left out.
    """

    def __init__(
        self,
        store: Store,
        faults: Faults | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.store = store
        self.faults = faults
        self.limits = Limits(store)
        self.log: list[Json] = []
        self._clock = clock
        self._skew = 0.0  # as the settings said when they were last read

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"] or "/"
        length = environ.get("CONTENT_LENGTH")
        stream = environ["wsgi.input"]
        content = stream.read(int(length)) if length else b""
        wire = environ.get(WIRE)
        if path.startswith(CONSOLE + "/"):
            from clockify_cli.sandbox.console import answer

            reply = answer(self, method, path[len(CONSOLE) :], content)
        else:
            rule = self.faults.take(method, path) if self.faults else None
            noted = self._note(environ, content, rule)
            if rule is None:
                reply = self._reply(environ, content)
            else:
                reply = self._faulty(rule, environ, content)
            noted["status"] = 0 if wire is not None and wire.end else reply.status
            noted["milliseconds"] = round((time.time() - noted["at"]) * 1000, 3)
        headers = [("Content-Type", reply.kind), ("Date", http_date(self._now()))]
        if reply.status != 204:
            headers.append(("Content-Length", str(len(reply.content))))
        headers += reply.headers.items()
        start_response(f"{reply.status} {_REASONS.get(reply.status, 'Status')}", headers)
        return [reply.content]

    def _note(self, environ: WSGIEnvironment, content: bytes, rule: Rule | None) -> Json:
        """Write a request into the log (never its key) and return what is written of it."""
        noted: Json = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": environ.get("QUERY_STRING", ""),
            "body": content[:LONGEST_LOGGED].decode("utf-8", "replace"),
            "connection": environ.get("HTTP_MATON_CONNECTION"),
            "at": time.time(),
            "fault": rule.kind if rule else None,
            "status": None,
            "milliseconds": None,
        }
        self.log.append(noted)
        if len(self.log) > LOG_LENGTH:
            del self.log[: LOG_LENGTH // 2]
        return noted

    def _now(self) -> float:
        return (self._clock().timestamp() if self._clock else time.time()) + self._skew

    def _reply(self, environ: WSGIEnvironment, content: bytes) -> Reply:
        try:
            return self._answered(environ, content)
        except Refusal as refusal:
            return _json(refusal.body(), refusal.status, refusal.headers)
        except (sqlite3.Error, OSError) as error:
            words = f"The sandbox's database {self.store.path} cannot be used: {error}."
            return _json({"message": words + " 'clockify sandbox reset' begins anew."}, 500)
        except Exception as error:  # a mistake of ours is a 500, as the service's own are
            if WIRE in environ:
                environ["wsgi.errors"].write(f"{type(error).__name__}: {error}\n")
            return _json({"message": "Internal server error", "code": 500}, 500)

    def _answered(self, environ: WSGIEnvironment, content: bytes) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"] or "/"
        if path.startswith(OAUTH):
            with self.store.transaction(write=True) as db:
                call = self._call(environ, content, db)
                page = control.visit(call, path[len(OAUTH) :])
            return Reply(200, page, kind="text/html; charset=utf-8")
        is_control = path == CONTROL or path.startswith(CONTROL + "/")
        # A first look in its own transaction: what follows may have to wait or to write.
        with self.store.transaction(write=False) as db:
            call = self._call(environ, content, db)
            # A key of the gateway without the app's name is the gateway's to refuse.
            direct = path.startswith(API + "/") and not (
                environ.get("HTTP_AUTHORIZATION") and not environ.get("HTTP_X_API_KEY")
            )
            call.user = _direct_user(call, environ) if direct else _gateway_user(call, environ)
            if not is_control:
                if not direct:
                    if not path.startswith(GATEWAY + "/"):
                        raise Refusal(404, f"Not found: no app at '{path}'")
                    control.choose(call, environ.get("HTTP_MATON_CONNECTION") or None)
                    path = path[len(GATEWAY) :]
                if not path.startswith(API + "/"):
                    raise no_route(path)
                path = path[len(API) :]
            endpoint, numbers = routes.find(method, path, control_plane=is_control)
            workspace = ""
            if not is_control:
                workspace = numbers[0] if numbers else _active_workspace(call)
                if numbers:
                    _check_workspace(call, workspace)
        if workspace:
            self.limits.admit(workspace, call.switches, self._now())
        latency = float(call.switches["latency"])
        if latency and call.served:
            time.sleep(latency)
        with self.store.transaction(write=method != "GET" or is_control) as db:
            call.db = db
            answer: Answer = endpoint(call, *numbers)
        headers = answer.headers
        if answer.data is None:
            return Reply(answer.status, b"", headers)
        return _json(answer.data, answer.status, headers)

    def _call(self, environ: WSGIEnvironment, content: bytes, db: sqlite3.Connection) -> Call:
        known = switches(db)
        self._skew = float(known["clock_skew"])
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        query = environ.get("QUERY_STRING") or ""
        return Call(
            method=environ["REQUEST_METHOD"],
            query=parse_qs(query, keep_blank_values=True) if query else {},
            content=content,
            content_type=(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower(),
            db=db,
            switches=known,
            now=int(self._now()),
            base_url=f"{environ['wsgi.url_scheme']}://{host}",
            served=WIRE in environ,
        )

    def _faulty(self, rule: Rule, environ: WSGIEnvironment, content: bytes) -> Reply:
        """Return what comes of a request that goes wrong."""
        if rule.kind == "slow":
            time.sleep(rule.seconds)
        reply = self._reply(environ, content) if rule.commit else Reply(200, b"{}")
        words = json.dumps({"message": "Made to fail", "code": None}).encode()
        kind = rule.kind
        if kind in ("status_before", "status_after"):
            body = words if rule.body is None else rule.body.encode()
            return Reply(rule.status, body)
        if kind == "429":
            refusal = too_many("none", 0, self._now())
            reply = _json(refusal.body(), refusal.status)
            if rule.retry_after is not None:
                reply.headers["Retry-After"] = rule.retry_after
        elif kind == "redirect":
            return Reply(302, b"", {"Location": "https://elsewhere.invalid/"})
        elif kind == "garbage":
            reply.content = b'\x00\xff{"id": nonsense' if rule.body is None else rule.body.encode()
        elif kind == "html":
            page = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
            return Reply(reply.status, page, reply.headers, "text/html")
        elif kind == "empty":
            reply.content = b""
        elif kind != "slow":
            ends = {"cut_before": "cut", "cut_after": "cut", "hang": "cut"}
            wire = environ.get(WIRE)
            if wire is None:
                raise ConnectionResetError(f"The sandbox broke off the answer ({kind}).")
            wire.end = ends.get(kind, kind)
            wire.seconds = rule.seconds if kind == "hang" else 0.0
        return reply


def _json(data: Any, status: int, headers: dict[str, str] | None = None) -> Reply:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, text.encode("utf-8"), headers or {})


def _gateway_user(call: Call, environ: WSGIEnvironment) -> str:
    scheme, _, key = (environ.get("HTTP_AUTHORIZATION") or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refusal(401, "Missing API key")
    user = _owner(call, key.strip())
    if user is None:
        raise Refusal(401, "Invalid API key")
    return user


def _direct_user(call: Call, environ: WSGIEnvironment) -> str:
    key = environ.get("HTTP_X_API_KEY")
    if not key or environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_X_ADDON_TOKEN"):
        raise Refusal(401, "Multiple or none auth tokens present", NO_CREDENTIAL)
    user = _owner(call, key)
    if user is None:
        raise Refusal(401, "Api key does not exist", UNKNOWN_KEY)
    return user


def _owner(call: Call, key: str) -> str | None:
    row = call.db.execute("SELECT user FROM keys WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _active_workspace(call: Call) -> str:
    row = call.db.execute("SELECT workspace FROM users WHERE id = ?", (call.user,)).fetchone()
    return "" if row is None else str(row[0])


def _check_workspace(call: Call, workspace: str) -> None:
    found = call.db.execute(
        "SELECT 1 FROM members WHERE workspace = ? AND user = ?", (workspace, call.user)
    ).fetchone()
    if found is None:
        raise foreign("User")
