"""The sandbox with faults on purpose and a log of its requests, as the tests serve it.

``python tests/sandbox_server.py --database FILE`` serves one. What the shipped server does not
have is below ``/__sandbox__``: ``/requests`` (GET, DELETE) and ``/faults`` (GET, POST, DELETE).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fault_injection import Faults, Rule

from clockify_cli.sandbox import Sandbox
from clockify_cli.sandbox.server import Exchange, Headers, LoopbackServer, run
from clockify_cli.sandbox.service import Reply

Json = dict[str, Any]

CONSOLE = "/__sandbox__"
WIRE = "sandbox.wire"  # the environ key under which a server says that it can break off
LOG_LENGTH = 20_000
LONGEST_LOGGED = 20_000


class Wire:
    """How a server is to end an answer: ``cut``, ``reset`` or ``half`` of it, after a while."""

    def __init__(self) -> None:
        self.end = ""
        self.seconds = 0.0


class FaultySandbox(Sandbox):
    """A sandbox that goes wrong on purpose and remembers what it was asked.

    Attributes:
        faults: What is to go wrong.
        log: The requests, oldest first.
    """

    def __init__(self, database: Any, *, faults: Faults | None = None, **options: Any) -> None:
        super().__init__(database, **options)
        self.faults = faults
        self.log: list[Json] = []

    def answer(self, environ: Any, content: bytes) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"] or "/"
        if path.startswith(CONSOLE + "/"):
            return self._console(method, path[len(CONSOLE) :], content)
        rule = self.faults.take(method, path) if self.faults else None
        noted = self._note(environ, content, rule)
        if rule is None:
            reply = super().answer(environ, content)
        else:
            reply = self._faulty(rule, environ, content)
        wire = environ.get(WIRE)
        noted["status"] = 0 if wire is not None and wire.end else reply.status
        noted["milliseconds"] = round((time.time() - noted["at"]) * 1000, 3)
        return reply

    def _note(self, environ: Any, content: bytes, rule: Rule | None) -> Json:
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

    def _console(self, method: str, path: str, content: bytes) -> Reply:
        found: Any = {}
        if (method, path) == ("GET", "/requests"):
            found = list(self.log)
        elif (method, path) == ("DELETE", "/requests"):
            self.log.clear()
        elif (method, path) == ("GET", "/faults"):
            found = self.faults.counts() if self.faults else []
        elif (method, path) == ("DELETE", "/faults"):
            self.faults = None
        elif (method, path) == ("POST", "/faults"):
            try:
                self.faults = Faults(json.loads(content))
            except (ValueError, TypeError, AttributeError) as error:
                return Reply.of({"message": str(error)}, 400)
        else:
            return Reply.of({"message": f"No {method} {path} here"}, 404)
        return Reply.of(found, 200)

    def _faulty(self, rule: Rule, environ: Any, content: bytes) -> Reply:
        """Return what comes of a request that goes wrong."""
        if rule.kind == "slow":
            time.sleep(rule.seconds)
        reply = super().answer(environ, content) if rule.commit else Reply.of({}, 200)
        kind = rule.kind
        if kind in ("status_before", "status_after"):
            if rule.body is None:
                return Reply.of({"message": "Made to fail", "code": None}, rule.status)
            return Reply(rule.status, rule.body.encode())
        if kind == "429":
            headers = {} if rule.retry_after is None else {"Retry-After": rule.retry_after}
            return Reply.of({"message": "Too many requests", "code": 429}, 429, headers)
        if kind == "redirect":
            return Reply(302, b"", {"Location": "https://elsewhere.invalid/"})
        if kind == "odd":
            return Reply.of(rule.twist(json.loads(reply.content)), reply.status, reply.headers)
        if kind == "garbage":
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


class FaultyExchange(Exchange):
    """The requests of one connection, whose answers may be broken off."""

    wire: Wire

    def environ(self, content: bytes) -> Json:
        self.wire = Wire()
        return {**super().environ(content), WIRE: self.wire}

    def send(self, status: str, headers: Headers, body: bytes) -> None:
        wire = getattr(self, "wire", None)
        if wire is None or not wire.end:
            super().send(status, headers, body)
            return
        self.close_connection = True
        if wire.seconds:
            time.sleep(wire.seconds)
        if wire.end == "half":
            head = self.head(status, headers)
            # An answer without a body is broken off in its head.
            self.wfile.write(head + body[: len(body) // 2] if body else head[: len(head) // 2])
            self.wfile.flush()
        elif wire.end == "reset":
            # Lingering for no time makes closing send a reset instead of an end.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        with contextlib.suppress(OSError):  # the client may have been first
            self.connection.shutdown(socket.SHUT_RDWR)


class FaultyServer(LoopbackServer):
    """A server that can break off its answers."""

    exchange = FaultyExchange


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", action="store_true")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=JSON")
    given = parser.parse_args()
    with FaultySandbox(given.database) as sandbox:
        pairs = (text.partition("=") for text in given.setting)
        sandbox.configure(**{name: json.loads(value) for name, _, value in pairs})
        if given.seed:
            sandbox.seed()
        with FaultyServer(sandbox, "127.0.0.1", given.port) as server:
            run(server, lambda url: print(url, flush=True))


if __name__ == "__main__":
    main()
