"""Replace files as a whole, and create folders when needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from clockify_cli.core.errors import StorageError


def ensure_folder(path: str) -> None:
    """Create the folder ``path`` for its owner alone; raise StorageError where that fails."""
    missing = []
    here = path
    while here and not os.path.isdir(here):
        missing.append(here)
        here, last = os.path.dirname(here), here
        if here == last:
            break
    try:
        for folder in reversed(missing):  # makedirs would leave those above to the umask
            try:
                os.mkdir(folder, 0o700)
            except FileExistsError:
                if not os.path.isdir(folder):
                    raise
    except OSError as error:
        raise storage_error(path, error) from error


def storage_error(path: str, error: OSError) -> StorageError:
    """Return the one sentence for a file or folder that cannot be used."""
    return StorageError(
        f"Cannot use {path}: {error.strerror or error}.",
        "Free some space or fix the permissions, or choose other folders with "
        "CLOCKIFY_CONFIG_DIR, CLOCKIFY_STATE_DIR and CLOCKIFY_CACHE_DIR.",
    )


def replace(path: str, text: str, *, mode: int = 0o600, synced: bool = True) -> None:
    """Replace the file ``path`` by ``text`` so that a reader sees the old or the new, never half.

    Args:
        path: The file; its folder is created if it is missing.
        text: The whole new content.
        mode: Permissions from the first instant on.
        synced: Wait for the disk (not wanted for what can be had again).
    """
    ensure_folder(os.path.dirname(path))
    scratch = f"{path}.{os.getpid()}.new"
    try:
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            data = text.encode()
            while data:
                data = data[os.write(descriptor, data) :]
            if synced:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(scratch, path)
    except OSError as error:
        try:
            os.unlink(scratch)
        except OSError:
            pass
        raise storage_error(path, error) from error


def read(path: str, *, strict: bool = False) -> str | None:
    """Return the text of ``path``, or ``None`` if there is no such file.

    Args:
        path: The file.
        strict: Raise ValueError for what is not UTF-8, instead of replacing it.
    """
    try:
        errors = "strict" if strict else "replace"
        with open(path, encoding="utf-8", errors=errors) as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise storage_error(path, error) from error


def check_room(path: str) -> None:
    """Raise StorageError if the file ``path`` could not be replaced now (disk full, read-only).

    For what must not fail after a request that it depends on has been sent.
    """
    scratch = f"{path}.{os.getpid()}.probe"
    replace(scratch, "room\n" * 100)
    os.unlink(scratch)


def close_to_others(path: str) -> bool:
    """Take other users' rights to the file ``path`` away; say whether they had any."""
    if os.name == "nt":  # rights are inherited from the user's own folder there
        return False
    try:
        mode = os.stat(path).st_mode & 0o777
        if not mode & 0o077:
            return False
        os.chmod(path, mode & 0o700)
    except OSError:
        return False
    return True


def set_aside(path: str) -> str:
    """Move a damaged file out of the way, keep it, and return its new name."""
    number = 1
    while os.path.exists(f"{path}.damaged-{number}"):
        number += 1
    target = f"{path}.damaged-{number}"
    try:
        os.replace(path, target)
    except FileNotFoundError:
        pass  # another process was quicker
    except OSError as error:
        raise storage_error(path, error) from error
    return target


@contextmanager
def locked(path: str, *, seconds: float) -> Iterator[bool]:
    """Hold the lock file ``path``; yield whether it was got within ``seconds``.

    The operating system frees the lock when the process ends, however it ends.
    """
    ensure_folder(os.path.dirname(path))
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        stream = os.fdopen(descriptor, "a+b")
    except OSError as error:
        raise storage_error(path, error) from error
    got = False
    try:
        got = _acquire(stream, seconds)
        yield got
    finally:
        if got:
            _release(stream)
        stream.close()


def _acquire(stream: IO[bytes], seconds: float) -> bool:
    import time

    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        if _try_lock(stream):
            return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, 0.1)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[bytes]) -> bool:
        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(stream: IO[bytes]) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
