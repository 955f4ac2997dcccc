"""Other servers that speak Clockify: each within what its documentation leaves open.

They share nothing with the embedded gateway, so that what both take for granted shows.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

Json = dict[str, Any]
KEY = "k3y-of-another-server"
WORKSPACE = "a" * 24
ME = "b" * 24
COLLEAGUE = "c" * 24
EMPTY = ("clientId", "clientName", "note", "address", "email")  # what "none" may be spelled in


@dataclass(frozen=True)
class Ways:
    """How a server does what nobody has written down; the defaults are the plain ones."""

    last_page: str = "true"  # how the header says "last"; empty for no header
    page_cap: int = 5000  # items a page, whatever was asked for
    none: str = "null"  # "null", "missing" or "empty": how "none" is spelled
    errors: str = "json"  # "json", "error", "stamped", "html", "text", "empty": bodies of errors
    unknown_key: int = 4003  # the code in a 401
    missing: tuple[int, int] = (400, 501)  # status and code of what is not there
    colleagues_first: bool = True  # in the workspace's list of running timers
    heeds_in_progress: bool = True
    reads_window_in: str = "UTC"  # the zone in which a window's wall clock is read again
    ends_old_timer: str = "now"  # "now", "start" (of the new one) or "never"
    created: int = 201
    deleted: int = 204  # 204, 200 with the thing, or 0 for 200 without a body
    stamp: str = "%Y-%m-%dT%H:%M:%SZ"
    extra: bool = False  # fields nobody knows
    coding: str = "plain"  # "plain", "chunked", "gzip", "drip"
    closes: str = "no"  # "no", "said" (Connection: close) or "unsaid": after each answer
    lists_users: bool = True


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: int = 501, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class World:
    """What a server holds, and what it was asked."""

    ways: Ways
    zone: str = "Europe/Berlin"
    entries: dict[str, Json] = field(default_factory=dict)
    things: dict[str, dict[str, Json]] = field(default_factory=dict)
    asked: list[tuple[str, str, Json | None]] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)  # the next answers
    heads: list[dict[str, str]] = field(default_factory=list)  # of the same, with the path
    lock: Lock = field(default_factory=Lock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    url: str = ""
    says: str = ""  # the body of every answer from now on

    def number(self) -> str:
        return f"{next(self.numbers):024x}"

    def add(self, kind: str, **thing: Any) -> Json:
        """Add a project, client, tag, task or user; return it."""
        made = {"id": self.number(), "workspaceId": WORKSPACE, **thing}
        self.things.setdefault(kind, {})[made["id"]] = made
        return made

    def add_entry(self, start: str, end: str | None = None, **more: Any) -> Json:
        """Add an entry; return it."""
        made = {
            "id": self.number(),
            "description": "",
            "userId": ME,
            "workspaceId": WORKSPACE,
            "billable": False,
            "projectId": None,
            "taskId": None,
            "tagIds": [],
            "type": "REGULAR",
            "customFieldValues": [],
            **more,
            "start": start,
            "end": end,
        }
        self.entries[made["id"]] = made
        return made

    def mine(self) -> list[Json]:
        """Return the user's entries, newest first."""
        own = [e for e in self.entries.values() if e["userId"] == ME]
        return sorted(own, key=lambda e: (e["start"], e["id"]), reverse=True)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def whole(text: str) -> str:
    return moment(text).strftime("%Y-%m-%dT%H:%M:%SZ")


class Service:
    """Answers one request of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ways = world.ways

    def answer(self, method: str, path: str, query: Json, body: Json | None) -> tuple[int, Any]:
        """Return status and data; a list comes whole."""
        parts = path.strip("/").split("/")
        if parts == ["user"]:
            return 200, self.user()
        if parts == ["workspaces"]:
            return 200, [{"id": WORKSPACE, "name": "Elsewhere"}]
        if parts[0] != "workspaces" or len(parts) < 2:
            raise Refused(404, f"No static resource v1/{path}.", 3000)
        if parts[1] != WORKSPACE:
            raise Refused(*self._missing(f"Workspace {parts[1]}"))
        rest = parts[2:]
        if not rest:
            return 200, {"id": WORKSPACE, "name": "Elsewhere"}
        if rest[0] == "time-entries":
            return self.entries(method, rest[1:], query, body)
        if rest[0] == "user":
            return self.users_entries(method, rest[1], query, body)
        if rest[0] == "users":
            if not self.ways.lists_users:
                raise Refused(403, "Access denied", 403)
            return 200, [self.user(), {"id": COLLEAGUE, "name": "Colleague", "email": "c@x.test"}]
        kind, number = rest[0], rest[1] if len(rest) > 1 else ""
        scope: Json = {}
        if kind == "projects" and len(rest) > 2:
            kind, scope, number = "tasks", {"projectId": number}, rest[3] if len(rest) > 3 else ""
        return self.resource_list(method, kind, number, scope, query, body)

    def user(self) -> Json:
        settings = {"timeZone": self.world.zone, "weekStart": "MONDAY"}
        who = {"id": ME, "name": "Me", "email": "me@x.test", "settings": settings}
        return {**who, "activeWorkspace": WORKSPACE, "defaultWorkspace": WORKSPACE}

    def _missing(self, what: str) -> tuple[int, str, int]:
        status, code = self.ways.missing
        return status, f"{what} doesn't belong to Workspace", code

    # -- projects, clients, tags, tasks ---------------------------------------------------

    def resource_list(
        self, method: str, kind: str, number: str, scope: Json, query: Json, body: Json | None
    ) -> tuple[int, Any]:
        held = self.world.things.setdefault(kind, {})
        if not number and method == "GET":
            shown = [t for t in held.values() if all(t.get(k) == v for k, v in scope.items())]
            if "archived" in query:
                wanted = query["archived"] == "true"
                shown = [t for t in shown if t.get("archived", False) == wanted]
            if "name" in query:
                shown = [t for t in shown if query["name"].lower() in t["name"].lower()]
            return 200, [self.none_of(t, EMPTY) for t in shown]
        if not number:
            made = {"archived": False, **scope, **self.read(kind, body or {})}
            return self.ways.created, self.none_of(self.world.add(kind, **made), EMPTY)
        if number not in held:
            raise Refused(*self._missing(kind))
        if method == "PUT":
            kept = {k: held[number].get(k) for k in ("id", "workspaceId", *scope)}
            replaced = {"archived": False, "billable": False, "public": False, "note": ""}
            held[number] = {**replaced, **kept, **self.read(kind, body or {})}
        if method == "DELETE":
            archive = held[number].get("archived") or held[number].get("status") == "DONE"
            if kind != "tags" and not archive:
                raise Refused(400, f"Cannot delete an active {kind[:-1]}")
            return 200, held.pop(number)
        return 200, self.none_of(held[number], EMPTY)

    def read(self, kind: str, body: Json) -> Json:
        found = dict(body)
        if "isPublic" in found:
            found["public"] = found.pop("isPublic")
        if kind == "projects" and found.get("clientId"):
            client = self.world.things["clients"][found["clientId"]]
            found["clientName"] = client["name"]
        if kind == "tasks":
            found.setdefault("status", "ACTIVE")
        return found

    # -- entries ----------------------------------------------------------------------------

    def entries(
        self, method: str, rest: list[str], query: Json, body: Json | None
    ) -> tuple[int, Any]:
        held = self.world.entries
        if rest == ["status", "in-progress"]:
            running = [e for e in held.values() if not e["end"]]
            running.sort(key=lambda e: (e["userId"] == ME) == self.ways.colleagues_first)
            return 200, [self.shown(e) for e in running]
        if not rest:
            if method == "GET":
                raise Refused(405, "Method not allowed", 3000)
            return self.ways.created, self.shown(self.created(ME, body or {}))
        if rest[0] not in held:
            raise Refused(*self._missing("Time entry"))
        entry = held[rest[0]]
        if method == "DELETE":
            return self.ways.deleted or 200, self.shown(held.pop(rest[0]))
        if method == "PUT":
            kept = {k: entry[k] for k in ("id", "userId", "workspaceId")}
            held[rest[0]] = entry = {**self.written(body or {}), **kept}
        return 200, self.shown(entry)

    def users_entries(
        self, method: str, user: str, query: Json, body: Json | None
    ) -> tuple[int, Any]:
        running = [e for e in self.world.entries.values() if e["userId"] == user and not e["end"]]
        if method == "POST":
            return self.ways.created, self.shown(self.created(user, body or {}))
        if method == "PATCH":
            if not running:
                raise Refused(404, "Currently running time entry doesn't exist", 404)
            if moment((body or {})["end"]) < moment(running[0]["start"]):
                raise Refused(400, "End before start")
            running[0]["end"] = whole((body or {})["end"])
            return 200, self.shown(running[0])
        if method == "DELETE":
            asked = str(query.get("time-entry-ids", "")).split(",")
            return 200, [self.shown(self.world.entries.pop(n)) for n in asked]
        found = [e for e in self.world.entries.values() if e["userId"] == user]
        if query.get("in-progress") == "true" and self.ways.heeds_in_progress:
            found = running
        for bound, side in (("start", 1), ("end", -1)):
            if bound in query:
                at = self.window(query[bound])
                found = [e for e in found if (moment(e["start"]) - at) * side >= timedelta(0)]
        found.sort(key=lambda e: (e["start"], e["id"]), reverse=True)
        return 200, [self.shown(e) for e in found]

    def window(self, text: str) -> datetime:
        """Read a bound as the service does: its UTC wall clock, in the account's zone."""
        return moment(text).replace(tzinfo=ZoneInfo(self.ways.reads_window_in)).astimezone(UTC)

    def created(self, user: str, body: Json) -> Json:
        made = self.written(body)
        if not made["end"] and self.ways.ends_old_timer != "never":
            at = made["start"] if self.ways.ends_old_timer == "start" else whole(_now())
            for old in self.world.entries.values():
                if old["userId"] == user and not old["end"]:
                    old["end"] = max(at, old["start"])
        return self.world.add_entry(made.pop("start"), made.pop("end"), **made, userId=user)

    def written(self, body: Json) -> Json:
        end = whole(body["end"]) if body.get("end") else None
        start = whole(body["start"])
        if end and end < start:
            raise Refused(400, "End before start")
        return {
            "start": start,
            "end": end,
            "description": body.get("description") or "",
            "projectId": body.get("projectId"),
            "taskId": body.get("taskId"),
            "tagIds": body.get("tagIds") or [],
            "billable": body.get("billable", False),
            "type": body.get("type") or "REGULAR",
            "customFieldValues": [
                {"customFieldId": f["customFieldId"], "value": f["value"], "type": "TXT"}
                for f in body.get("customFields") or []
            ],
        }

    def shown(self, entry: Json) -> Json:
        start, end = moment(entry["start"]), entry["end"] and moment(entry["end"])
        interval = {
            "start": start.strftime(self.ways.stamp),
            "end": end.strftime(self.ways.stamp) if end else None,
            "duration": f"PT{int((end - start).total_seconds())}S" if end else None,
        }
        found = {k: v for k, v in entry.items() if k not in ("start", "end")}
        found = self.none_of(found, ("projectId", "taskId", "tagIds", "customFieldValues"))
        if self.ways.none == "missing":
            interval = {k: v for k, v in interval.items() if v}
        if self.ways.extra:
            found |= {"audit": {"by": [None, {"x": 1}]}, "projectCurrency": None, "favorite": 0}
        return {**found, "timeInterval": interval}

    def none_of(self, thing: Json, names: tuple[str, ...]) -> Json:
        """Spell "none" as this server does."""
        found = dict(thing)
        for name in names:
            if name in found and not found[name]:
                if self.ways.none == "missing":
                    del found[name]
                elif self.ways.none == "null":
                    found[name] = None
                elif not isinstance(found[name], list):
                    found[name] = ""
        return found


def _now() -> str:
    return datetime.now(UTC).isoformat()


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a world, in its ways."""

    protocol_version = "HTTP/1.1"
    world: World

    def _do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        parts = urlsplit(self.path)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        with self.world.lock:
            self.world.asked.append((self.command, self.path, body))
            named = {name.lower(): value for name, value in self.headers.items()}
            self.world.heads.append({**named, "path": self.path})
            try:
                status, data = self._routed(parts.path, query, body)
            except Refused as error:
                self._refuse(error)
                return
        headers: dict[str, str] = {}
        if isinstance(data, list) and not parts.path.endswith("/workspaces"):
            data, headers = self._page(data, query)
        if self.world.says:
            self._send(200, self.world.says.encode(), {})
            return
        bare = status == 204 or (self.command == "DELETE" and not self.world.ways.deleted)
        self._send(status, b"" if bare else json.dumps(data).encode(), headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do  # noqa: N815 - http.server's names

    def _routed(self, path: str, query: Json, body: Json | None) -> tuple[int, Any]:
        if self.world.refusals:
            raise self.world.refusals.pop(0)
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if KEY not in (key, self.headers.get("X-Api-Key")):
            raise Refused(401, "Api key does not exist", self.world.ways.unknown_key)
        if path.startswith("/connections"):
            return 200, {"connections": []}
        path = path.removeprefix("/clockify")
        if not path.startswith("/api/v1/"):
            raise Refused(404, "No static resource", 3000)
        return Service(self.world).answer(self.command, path[8:], query, body)

    def _page(self, data: list[Any], query: Json) -> tuple[list[Any], dict[str, str]]:
        size = min(int(query.get("page-size", 50)), self.world.ways.page_cap)
        first = (int(query.get("page", 1)) - 1) * size
        said = self.world.ways.last_page
        last = first + size >= len(data)
        headers = {"Last-Page": said if last else "false"} if said else {}
        return data[first : first + size], headers

    def _refuse(self, error: Refused) -> None:
        bodies: dict[str, Callable[[], str]] = {
            "json": lambda: json.dumps({"message": str(error), "code": error.code}),
            "error": lambda: json.dumps({"error": str(error)}),
            "stamped": lambda: json.dumps(
                {"timestamp": _now(), "message": str(error), "code": error.code, "path": "/"}
            ),
            "html": lambda: f"<!DOCTYPE html><html><body><h1>{error.status}</h1></body></html>",
            "text": lambda: "upstream said no",
            "list": lambda: json.dumps([{"message": str(error)}]),
            "empty": lambda: "",
        }
        self._send(error.status, bodies[self.world.ways.errors]().encode(), error.headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        ways = self.world.ways
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        kind = "text/html" if content.startswith(b"<") else "application/json;charset=UTF-8"
        self.send_header("Content-Type", kind)
        pieces = [content]
        if ways.coding == "gzip" and content:
            self.send_header("Content-Encoding", "gzip")
            pieces = [gzip.compress(content)]
        if ways.coding in ("chunked", "drip") and status != 204:
            self.send_header("Transfer-Encoding", "chunked")
            cuts = range(0, len(content), 700)
            pieces = [b"%x\r\n%s\r\n" % (len(c), c) for c in (content[n : n + 700] for n in cuts)]
            pieces.append(b"0\r\n\r\n")
        elif status != 204:
            self.send_header("Content-Length", str(len(pieces[0])))
        if ways.closes == "said":
            self.send_header("Connection", "close")
        self.close_connection = ways.closes != "no"
        if ways.closes == "unsaid" and hasattr(socket, "TCP_CORK"):
            # The end goes out in the packet of the answer: a client can see it before its next
            # request. Where it comes later, nobody can, and a write may be lost on the way.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
            if ways.coding == "drip":
                self.wfile.flush()
                time.sleep(0.02)
        if ways.closes == "unsaid":
            self.connection.shutdown(socket.SHUT_WR)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def retry_date(seconds: float) -> str:
    """Return a ``Retry-After`` that is a date."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@contextmanager
def served(ways: Ways, **more: Any) -> Iterator[World]:
    """Serve a world on loopback for as long as the context lasts."""
    world = World(ways, **more)
    handler = type("Bound", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
