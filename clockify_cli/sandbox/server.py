"""The loopback server: HTTP/1.1 with keep-alive, a thread per connection."""

from __future__ import annotations

import io
import signal
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from clockify_cli.sandbox.call import SERVED

if TYPE_CHECKING:
    from types import FrameType

    from _typeshed.wsgi import WSGIApplication

Headers = list[tuple[str, str]]

LARGEST_BODY = 16 * 2**20
IDLE = 120.0  # seconds that a silent connection is kept
_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this machine alone."""
    if host.lower() in _NAMES or host.lower().endswith(".localhost"):
        return True
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(p.isdigit() for p in parts)


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
            self.send(refused, [("Content-Length", "0")], b"")
            return
        answered: list[Any] = []

        def start_response(
            status: str, headers: Headers, exc_info: Any = None
        ) -> Callable[[bytes], object]:
            answered[:] = [status, headers]
            return lambda _: None

        body = b"".join(self.server.application(self.environ(content), start_response))
        status, headers = answered
        self.send(status, headers, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _exchange  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _refused(self) -> str:
        """Return the status for what a page of another site made a browser send, or nothing."""
        host = self.headers.get("Host") or "localhost"
        local = is_loopback(_name_of(host))
        origin = self.headers.get("Origin")
        site = self.headers.get("Sec-Fetch-Site")
        if origin is not None and not (local and origin == f"http://{host}"):
            return "403 Forbidden"
        if site in ("cross-site", "same-site") and self.headers["Sec-Fetch-Mode"] != "navigate":
            return "403 Forbidden"
        # Clients whose address is fixed are led here under its name. They bring a key, and they
        # are no browser, whose page may have had its own name pointed at this machine.
        has_key = "Authorization" in self.headers or "X-Api-Key" in self.headers
        if not local and (site is not None or not has_key):
            return "421 Misdirected Request"
        return ""

    def handle_expect_100(self) -> bool:
        """Let a client continue that waits for leave to send its body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _content(self) -> bytes | None:
        """Return the request's body, or ``None`` if it cannot be read."""
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

    def environ(self, content: bytes) -> dict[str, Any]:
        """Return the request as WSGI has it."""
        path, _, query = self.path.partition("?")
        if path.startswith(("http://", "https://")):  # as clients ask a proxy
            path = "/" + path.partition("://")[2].partition("/")[2]
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
            SERVED: True,
        }
        for name, value in self.headers.items():
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
        return environ

    def head(self, status: str, headers: Headers) -> bytes:
        """Return the head of an answer as bytes."""
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def send(self, status: str, headers: Headers, body: bytes) -> None:
        """Send an answer."""
        head = self.head(status, headers)
        self.wfile.write(head if self.command == "HEAD" else head + body)
        self.wfile.flush()


class LoopbackServer(ThreadingHTTPServer):
    """A server for one application, on this machine alone."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    exchange: type[Exchange] = Exchange

    def __init__(self, application: WSGIApplication, host: str, port: int) -> None:
        if not is_loopback(host):
            raise ValueError(f"The sandbox listens on this machine alone, not on {host!r}.")
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.application = application
        address = "127.0.0.1" if host.lower().endswith("localhost") else host
        super().__init__((address, port), self.exchange)

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


def run(server: LoopbackServer, ready: Callable[[str], None] | None = None) -> None:
    """Let a server answer until the process is interrupted.

    Args:
        server: The server.
        ready: Called with the server's address once it listens.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {}
    if threading.current_thread() is threading.main_thread():
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


def _name_of(host: str) -> str:
    """Return the name in a Host header; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
