"""The installed ``clockify`` at a terminal: typed at key by key, in a session of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from types import TracebackType

from cli import PROGRAM, Cli

PATIENCE = 60.0  # seconds until something that should appear is missed


class Terminal:
    """``clockify WORDS`` with a terminal on all three streams.

    Args:
        cli: Whose home it runs in.
        words: Its words.
        environ: More environment.
    """

    def __init__(self, cli: Cli, *words: str, **environ: str) -> None:
        self.shown = ""
        self._code: int | None = None
        self.process, self._terminal = pty.fork()
        if self.process == 0:  # pragma: no cover - the program from here on
            os.chdir(cli.home)
            os.execve(PROGRAM, [PROGRAM, *words], {**cli.env, "TERM": "dumb", **environ})

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._code is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._terminal)

    def read_until(self, text: str) -> str:
        """Return what was shown, once ``text`` is in it."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < deadline, f"not shown: {text!r} in {self.shown!r}"
            assert self._read(1.0), f"ended without {text!r}: {self.shown!r}"
        return self.shown

    def type(self, keys: str) -> None:
        """Press keys; ``\\x03`` is Ctrl-C."""
        os.write(self._terminal, keys.encode())

    def code(self) -> int:
        """Read what is left and return the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(1.0):
            assert time.monotonic() < deadline, f"still running: {self.shown!r}"
        _, status = os.waitpid(self.process, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def _read(self, seconds: float) -> bool:
        """Read what there is; say whether there may be more."""
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
