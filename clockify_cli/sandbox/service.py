"""The service itself: who asks, by which address, and what is answered."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from clockify_cli.sandbox import maton, people, routes, settings
from clockify_cli.sandbox.call import SERVED, Answer, Call
from clockify_cli.sandbox.limits import Limits, http_date
from clockify_cli.sandbox.refusals import DOMAIN, REASONS, Refusal
from clockify_cli.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API, OAUTH = "/api", "/oauth/"


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

    @classmethod
    def of(cls, data: Any, status: int, headers: dict[str, str] | None = None) -> Reply:
        """Return an answer of ``data``: JSON, a string as plain text, or ``None`` for no body."""
        if data is None:
            return cls(status, b"", headers)
        if isinstance(data, str):
            return cls(status, data.encode(), headers, "text/plain; charset=utf-8")
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return cls(status, text.encode(), headers)


class Sandbox:
    """Clockify behind Maton.

    The file is opened by the first request. If it is missing, it is created with one user, one
    workspace and one active connection; its key is ``API_KEY``.

    Args:
        database: The SQLite file.
        clock: Tells the service's time (default: this machine's clock).
    """

    def __init__(
        self,
        database: str | os.PathLike[str],
        *,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.store = Store(database)
        self._limits = Limits(self.store)
        self._clock = clock
        self._skew = 0.0  # as the settings said when they were last read

    # -- setting it up ---------------------------------------------------------------------

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def reset(self) -> str | None:
        """Go back to the minimal account and the default settings.

        Returns:
            The path a damaged file was moved to, or ``None`` if the file was sound.
        """
        return self.store.reset()

    def seed(self, *, now: datetime | str | None = None, days: int = 31) -> dict[str, int]:
        """Add a believable month of work, nothing twice; return how much of each was added.

        Args:
            now: The last instant to fill. Its zone is the one of the working hours and, if it
                has a name, becomes the account's (default: now, in the account's zone).
            days: How many days to fill, today included.
        """
        from clockify_cli.sandbox.seeds import seed

        return seed(self.store, now=now, days=days)

    def settings(self) -> dict[str, Any]:
        """Return every setting with its value."""
        with self.store.transaction(write=False) as db:
            return settings.listed(db)

    def configure(self, **wanted: Any) -> dict[str, Any]:
        """Change settings and return them all; ``settings.change`` describes them.

        Raises:
            ValueError: There is no such setting, or it cannot have that value.
        """
        with self.store.transaction(write=True) as db:
            settings.change(db, wanted)
            return settings.listed(db)

    def serve(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ready: Callable[[str], None] | None = None,
    ) -> None:
        """Serve on loopback until interrupted (Ctrl-C, SIGTERM).

        Args:
            host: A loopback address or ``localhost``.
            port: The port; 0 for a free one.
            ready: Called with the server's address once it listens.

        Raises:
            ValueError: ``host`` is not this machine alone.
            OSError: The port is taken.
        """
        from clockify_cli.sandbox.server import LoopbackServer, run

        try:
            with LoopbackServer(self, host, port) as server:
                run(server, ready)
        finally:
            self.close()

    # -- answering -------------------------------------------------------------------------

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        length = environ.get("CONTENT_LENGTH")
        content = environ["wsgi.input"].read(int(length)) if length else b""
        reply = self.answer(environ, content)
        headers = [
            ("Content-Type", reply.kind),
            ("Date", http_date(self._now())),
            ("X-Request-Id", os.urandom(16).hex()),
        ]
        if reply.status != 204:
            headers.append(("Content-Length", str(len(reply.content))))
        headers += reply.headers.items()
        start_response(f"{reply.status} {REASONS.get(reply.status, 'Status')}", headers)
        return [reply.content]

    def answer(self, environ: WSGIEnvironment, content: bytes) -> Reply:
        """Return the answer to one request, whatever goes wrong."""
        try:
            return self._answer(environ, content)
        except Refusal as refusal:
            return Reply.of(refusal.body, refusal.status, refusal.headers)
        except (sqlite3.Error, OSError) as error:
            words = f"The sandbox's database {self.store.path} cannot be used: {error}."
            return Reply.of({"message": words + " To start over: clockify sandbox reset"}, 500)
        except Exception as error:  # a mistake of ours is a 500, as the service's own are
            if SERVED in environ:
                environ["wsgi.errors"].write(f"{type(error).__name__}: {error}\n")
            return Reply.of({"message": "Internal server error", "code": 500}, 500)

    def _answer(self, environ: WSGIEnvironment, content: bytes) -> Reply:
        path = environ["PATH_INFO"] or "/"
        if path.startswith(OAUTH):
            with self.store.transaction(write=True) as db:
                page = maton.visit(self._call(environ, content, db), path.removeprefix(OAUTH))
            return Reply(200, page, kind="text/html; charset=utf-8")
        # A first look in a transaction of its own: what follows may have to wait or to write.
        workspace = ""
        with self.store.transaction(write=False) as db:
            call = self._call(environ, content, db)
            # Maton's key on Clockify's own paths is a forgotten app name: Maton refuses it.
            direct = path.startswith(API + "/") and (
                "HTTP_X_API_KEY" in environ or "HTTP_AUTHORIZATION" not in environ
            )
            if direct:
                call.user = people.signed_in(call, environ)
            else:
                maton.sign_in(call, environ)
                if call.served:
                    self._limits.admit_key(call)
                maton.check_scope(call)
            found = routes.find_control(call, path)
            if found is None:
                if not direct:
                    maton.choose(call, path, environ.get("HTTP_MATON_CONNECTION") or None)
                    path = path.removeprefix(maton.PREFIX)
                people.check_account(call)
                found = routes.find(call.method, path)
                workspace = people.enter_workspace(call, found[1])
        if workspace:
            self._limits.admit(call, workspace)
        latency = float(call.settings["latency"])
        if latency and call.served:
            time.sleep(latency)
        endpoint, ids = found
        # The control plane writes on GET too: in process, asking finishes a connection.
        write = call.method != "GET" or not workspace
        with self.store.transaction(write=write) as db:
            call.db = db
            try:
                answer: Answer = endpoint(call, *ids)
            except Refusal as refusal:
                if call.settings["refusals_as_501"] and _is_domain(refusal):
                    refusal.status = 501
                raise
        return Reply.of(answer.data, answer.status, answer.headers)

    def _call(self, environ: WSGIEnvironment, content: bytes, db: sqlite3.Connection) -> Call:
        known = settings.read(db)
        self._skew = float(known["clock_skew"])
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        query = environ.get("QUERY_STRING") or ""
        return Call(
            method=environ["REQUEST_METHOD"],
            query=parse_qs(query, keep_blank_values=True) if query else {},
            content=content,
            content_type=(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower(),
            db=db,
            settings=known,
            clock=self._now(),
            base_url=f"{environ['wsgi.url_scheme']}://{host}",
            served=SERVED in environ,
        )

    def _now(self) -> float:
        return (self._clock().timestamp() if self._clock else time.time()) + self._skew


def _is_domain(refusal: Refusal) -> bool:
    body = refusal.body
    return refusal.status == 400 and isinstance(body, dict) and body.get("code") == DOMAIN
