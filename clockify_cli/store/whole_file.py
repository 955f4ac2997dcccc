"""A file that appears under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from clockify_cli.core.errors import StorageError


@contextmanager
def whole_file(path: str) -> Iterator[Callable[[bytes], int]]:
    """Yield what writes bytes into the file ``path``, which is replaced at the end of the block.

    Where the block fails, the file stays as it was. A device or a named pipe is written as
    it is.

    Raises:
        StorageError: It cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with _opened(path, path) as stream:
            yield stream.write
        return
    target = os.path.realpath(path)  # a link stays one
    scratch = f"{target}.{os.getpid()}.part"
    try:
        with _opened(scratch, path) as stream:
            yield stream.write
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(scratch, target)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        try:
            os.unlink(scratch)
        except OSError:
            pass


def _opened(path: str, meant: str) -> IO[bytes]:
    try:
        return open(path, "wb")
    except OSError as error:
        raise _cannot_write(meant, error) from error


def _cannot_write(path: str, error: OSError) -> StorageError:
    return StorageError(f"Cannot write {path}: {error.strerror or error}.", "Choose another file.")
