"""A line on the terminal while the service is slow: after a second, and never in a pipe."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TextIO

PATIENCE = 1.0  # seconds of a run that pass in silence
ERASE = "\r\x1b[K"


class Progress:
    """Says what a run waits for once it has waited for a second, all its requests together.

    Args:
        stream: The terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._shown = False
        self._timer: threading.Timer | None = None
        self._requests = 0

    def __enter__(self) -> Progress:
        """Begin a request."""
        self._requests += 1
        left = PATIENCE - (time.monotonic() - self._began)
        self._timer = threading.Timer(max(0.0, left), self._show)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the request."""
        if self._timer is not None:
            self._timer.cancel()

    def clear(self) -> None:
        """Take the line away, before anything else is written and at the end of the run."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._shown:
                self._stream.write(ERASE)
                self._stream.flush()
                self._shown = False

    def _show(self) -> None:
        with self._lock:
            count = f" ({self._requests} requests)" if self._requests > 1 else ""
            self._stream.write(f"{ERASE}Waiting for Clockify{count} …")
            self._stream.flush()
            self._shown = True
