"""Read the bytes of a given file, up to a size limit."""

from __future__ import annotations

import os
import stat
import sys
from typing import BinaryIO

from clockify_cli.core.errors import UsageError

STDIN = "standard input"
LARGEST = 64 * 2**20
_BLOCK = 2**16
_PATIENCE = 3.0  # seconds that a pipe may take to get somebody who writes to it
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_source(file: str) -> tuple[bytes, str]:
    """Return the content of a file, or of standard input for ``-``, and its name for people.

    Raises:
        UsageError: It cannot be read, is no file, or is too large.
    """
    if file == "-":
        return _read(sys.stdin.buffer, STDIN), STDIN
    try:
        # Opened without waiting: a pipe that nobody writes to must not hang.
        descriptor = os.open(file, _FLAGS)
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(descriptor)
            _check_kind(found.st_mode, file)
            if found.st_size > LARGEST:
                raise _too_large(file, found.st_size)
            begin = _first_of_pipe(descriptor, file) if stat.S_ISFIFO(found.st_mode) else b""
            return _read(stream, file, begin), file
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{file} cannot be read: {why}.") from error


def _check_kind(mode: int, file: str) -> None:
    if stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
        raise UsageError(
            f"{file} is a device, not a file of time entries.", "For standard input, use -."
        )


def _first_of_pipe(descriptor: int, file: str) -> bytes:
    """Return the first bytes of a pipe; wait a while for a writer, then as long as it takes."""
    import select

    if sys.platform != "win32":  # no named pipe is a file there
        begin: bytes | None = b""
        for patience in (0.0, _PATIENCE):
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            poll.poll(patience * 1000)
            try:
                begin = os.read(descriptor, _BLOCK)
            except BlockingIOError:
                begin = None  # somebody has it open for writing, and is still at work
            if begin != b"":
                os.set_blocking(descriptor, True)
                return begin or b""
    raise UsageError(f"{file} is a pipe, and nothing came out of it.")


def _read(stream: BinaryIO, name: str, begin: bytes = b"") -> bytes:
    parts, size = [begin], len(begin)
    while block := stream.read(_BLOCK):
        parts.append(block)
        size += len(block)
        if size > LARGEST:
            raise _too_large(name, None)
    return b"".join(parts)


def _too_large(name: str, size: int | None) -> UsageError:
    has = f"has {size / 2**20:,.0f} MiB" if size is not None else "does not end after that"
    return UsageError(
        f"{name} {has}; files of up to {LARGEST // 2**20} MiB are read.",
        "Export it in parts, such as one year per file.",
    )
