"""The loopback server: HTTP/1.1 with keep-alive, a thread a connection, faults on the socket."""

from __future__ import annotations

import contextlib
import io
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from clockify_cli.sandbox.wsgi import WIRE, Application, Wire

if TYPE_CHECKING:
    from types import FrameType

LARGEST_BODY = 16 * 2**20
IDLE = 120.0  # seconds that a silent connection is kept
_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this machine alone."""
    if host.lower() in _NAMES or host.lower().endswith(".localhost"):
        return True
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(p.isdigit() for p in parts)


class LoopbackServer(ThreadingHTTPServer):
    """A server for one application, on this machine alone."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, application: Application, host: str, port: int) -> None:
        if not is_loopback(host):
            raise ValueError(f"The sandbox listens on this machine alone, not on {host!r}.")
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.application = application
        super().__init__(("127.0.0.1" if host.endswith("localhost") else host, port), Exchange)

    @property
    def url(self) -> str:
        """The server's address, without a final slash."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def server_bind(self) -> None:
        """Bind without asking DNS for this machine's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away; that is their right."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Exchange(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE
    server: LoopbackServer

    def _exchange(self) -> None:
        content = self._content()
        if content is None:
            return
        refused = self._refused()
        if refused:
            self._send(refused, [("Content-Length", "0")], b"")
            return
        wire = Wire()
        answered: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            answered[:] = [status, headers]
            return lambda _: None

        parts = self.server.application(self._environ(content, wire), start_response)
        body = b"".join(parts)
        status, headers = answered
        if wire.end:
            self._break_off(wire, status, headers, body)
        else:
            self._send(status, headers, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _exchange  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the application keeps a log of its own."""

    def _refused(self) -> str:
        """Return the status for a page of another site that was led here, or nothing."""
        host = urlsplit("//" + (self.headers.get("Host") or "localhost")).hostname or ""
        if not is_loopback(host):
            return "421 Misdirected Request"
        origin = self.headers.get("Origin")
        if origin and not is_loopback(urlsplit(origin).hostname or ""):
            return "403 Forbidden"
        return ""

    def handle_expect_100(self) -> bool:
        """Let a client go on that waits for leave to send its body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _content(self) -> bytes | None:
        """Return the request's body, or ``None`` where it cannot be read."""
        try:
            if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
                return self._chunks()
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            self.close_connection = True
            self.send_error(400)
            return None
        if not 0 <= length <= LARGEST_BODY:
            self.close_connection = True
            self.send_error(413 if length > 0 else 400)
            return None
        content = self.rfile.read(length)
        if len(content) < length:  # the client went away in the middle: nothing was asked
            self.close_connection = True
            return None
        return content

    def _chunks(self) -> bytes:
        whole = bytearray()
        while True:
            size = int(self.rfile.readline(100).split(b";")[0], 16)
            if size < 0 or len(whole) + size > LARGEST_BODY:
                raise ValueError("too large")
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass  # trailers
                return bytes(whole)
            whole += self.rfile.read(size)
            self.rfile.readline(10)

    def _environ(self, content: bytes, wire: Wire) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        if "://" in path:  # a client may send the whole address
            path = urlsplit(path).path
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(content)),
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": str(self.client_address[0]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            WIRE: wire,
        }
        for name, value in self.headers.items():
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
        return environ

    def _head(self, status: str, headers: list[tuple[str, str]]) -> bytes:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        head = self._head(status, headers)
        self.wfile.write(head if self.command == "HEAD" else head + body)
        self.wfile.flush()

    def _break_off(
        self, wire: Wire, status: str, headers: list[tuple[str, str]], body: bytes
    ) -> None:
        self.close_connection = True
        if wire.seconds:
            time.sleep(wire.seconds)
        if wire.end == "half":
            head = self._head(status, headers)
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


def serve(
    application: Application,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve ``application`` until interrupted.

    Args:
        application: What to serve.
        host: A loopback address or ``localhost``.
        port: The port; 0 for a free one.
        ready: Told the server's address once it listens.
    """
    with LoopbackServer(application, host, port) as server:
        stopped = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopped.set()

        main = threading.current_thread() is threading.main_thread()
        before = {}
        if main:
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, stop)
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            if ready is not None:
                ready(server.url)
            # In steps: on Windows a wait without end cannot be interrupted.
            while not stopped.wait(0.5):
                pass
        except KeyboardInterrupt:
            pass
        finally:
            server.shutdown()
            thread.join()
            for number, action in before.items():
                signal.signal(number, action)
            application.store.close()
