"""A fork server: runs ``clockify`` many times without starting a new interpreter each time.

Most of a short command's life is its interpreter importing libraries. The server imports them
once and forks for each command; the child takes over the caller's environment, folder and
streams, enters the program where the installed one does, and ends as it does. It is a process
of its own, with its own file locks, connections and exit code.

What depends on how an interpreter starts (the locale, closed streams, signals, what is imported
when) is tested with the installed program: ``Cli.installed``, ``Cli.start``.
"""

from __future__ import annotations

import contextlib
import io
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

MESSAGE = 4 * 1024 * 1024  # bytes: longer than any command line


class ForkServer:
    """The server's process, and the way to it.

    Args:
        address: Where its socket is made.
    """

    def __init__(self, address: Path) -> None:
        self._address = str(address)
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._address], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def run(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        given: str | None,
        timeout: float,
    ) -> tuple[int, str, str]:
        """Run ``clockify WORDS``; return its exit code and what it wrote.

        Args:
            words: The command line.
            env: Its whole environment.
            cwd: Its folder.
            given: What it reads from standard input; without it, nothing.
            timeout: Seconds after which it is killed and ``TimeoutExpired`` raised.
        """
        import json

        source, feed = os.pipe() if given is not None else (os.open(os.devnull, os.O_RDONLY), -1)
        ends = [os.pipe(), os.pipe()]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(self._address)
            message = json.dumps([list(words), dict(env), str(cwd)]).encode()
            numbers = [source, ends[0][1], ends[1][1]]
            socket.send_fds(line, [len(message).to_bytes(8, "big")], numbers)
            line.sendall(message)
            for number in numbers:
                os.close(number)
            child = int.from_bytes(_exactly(line, 8), "big")
            try:
                out, err = _talk(ends[0][0], ends[1][0], feed, (given or "").encode(), timeout)
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout) from None
            code = int.from_bytes(_exactly(line, 8), "big", signed=True)
        return code, _text(out), _text(err)

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def _talk(out: int, err: int, feed: int, given: bytes, timeout: float) -> tuple[bytes, bytes]:
    """Write ``given`` to one end and read the two others until they close."""
    found = {out: bytearray(), err: bytearray()}
    until = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for number in found:
            selector.register(number, selectors.EVENT_READ)
        if feed >= 0:
            os.set_blocking(feed, False)
            selector.register(feed, selectors.EVENT_WRITE)
        try:
            while selector.get_map():
                ready = selector.select(until - time.monotonic())
                if not ready and time.monotonic() >= until:
                    raise TimeoutError
                for key, _ in ready:
                    number = key.fd
                    if number == feed:
                        try:
                            given = given[os.write(feed, given) :]
                        except BrokenPipeError:
                            given = b""
                        over = not given
                    else:
                        part = os.read(number, 65536)
                        found[number] += part
                        over = not part
                    if over:
                        selector.unregister(number)
                        os.close(number)
        finally:
            for number in list(selector.get_map()):
                os.close(number)
    return bytes(found[out]), bytes(found[err])


def _text(written: bytes) -> str:
    """Read it as ``subprocess`` does for ``text=True``."""
    return io.TextIOWrapper(io.BytesIO(written), "utf-8").read()


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = line.recv(size - len(found))
        assert part, "the fork server is gone"
        found += part
    return found


# -- the server ---------------------------------------------------------------------------------


def serve(address: str) -> None:
    """Answer until killed. One thread: nothing that is forked can hold a lock."""
    import json

    _import_all()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(64)
    lines: dict[int, socket.socket] = {}  # of each child that runs
    wake, woken = os.pipe()
    for number in (wake, woken):
        os.set_blocking(number, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(wake, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is not listener:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake, 4096)
                _tell_of_the_dead(lines)
                continue
            line, _ = listener.accept()
            head, numbers, _, _ = socket.recv_fds(line, 8, 3)
            head += _exactly(line, 8 - len(head)) if len(head) < 8 else b""
            words, env, cwd = json.loads(_exactly(line, int.from_bytes(head, "big")))
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for own in (line, listener, selector, *lines.values()):
                    own.close()
                os.close(wake)
                os.close(woken)
                _become(words, env, cwd, numbers)
            for number in numbers:
                os.close(number)
            lines[child] = line
            with contextlib.suppress(OSError):
                line.sendall(child.to_bytes(8, "big"))


def _tell_of_the_dead(lines: dict[int, socket.socket]) -> None:
    while lines:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        code = os.waitstatus_to_exitcode(status)
        with lines.pop(child) as line, contextlib.suppress(OSError):
            line.sendall(code.to_bytes(8, "big", signed=True))


def _become(words: list[str], env: dict[str, str], cwd: str, numbers: Sequence[int]) -> None:
    """Turn this child into the command; does not return."""
    try:
        for stream, number in enumerate(numbers):
            os.dup2(number, stream)
            os.close(number)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        os.chdir(cwd)
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
        sys.stdout = open(1, "w", encoding="utf-8", errors="strict", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.argv = [str(Path(sys.executable).parent / "clockify"), *words]
        from clockify_cli.__main__ import main

        main()
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


def _import_all() -> None:
    """Import the package, and with it the libraries."""
    import gc
    import importlib
    import pkgutil

    import clockify_cli

    for module in pkgutil.walk_packages(clockify_cli.__path__, "clockify_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    serve(sys.argv[1])
