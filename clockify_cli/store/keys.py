"""Where the API key is kept: the system's keyring where that is installed, else a 0600 file.

The environment comes first: ``MATON_API_KEY`` for the gateway, ``CLOCKIFY_API_KEY`` for
Clockify itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clockify_cli.core import paths
from clockify_cli.core.errors import SignInError, StorageError
from clockify_cli.store import files

SERVICE = "clockify-cli"
FILE = "credentials.json"
IN_KEYRING = "keyring"
LOCK_SECONDS = 10.0


def path() -> str:
    """Return the path of the credentials file."""
    return paths.file("config", FILE)


def variable(direct: bool) -> str:
    """Return the environment variable that gives the key."""
    return "CLOCKIFY_API_KEY" if direct else "MATON_API_KEY"


def mark(key: str) -> str:
    """Return the fingerprint that tells keys apart and does not give them away."""
    import hashlib

    return hashlib.sha256(b"clockify-cli\n" + key.encode()).hexdigest()[:16]


def mark_010(key: str) -> str:
    """Return the fingerprint as version 0.1.0 wrote it."""
    import zlib

    return f"{zlib.crc32(key.encode()):08x}"


def checked(key: str, origin: str) -> str:
    """Return ``key`` without blanks around it; refuse what no key is.

    A key with a line break or an accent would be quoted in the errors of the HTTP library.

    Args:
        key: The key as it was given.
        origin: Where it came from, for the error.
    """
    found = key.strip()
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise SignInError(
            f"What {origin} holds is not an API key: a key is one word of plain letters and digits."
        )
    return found


def find(
    profile: str, *, direct: bool, notice: Callable[[str], None] | None = None
) -> tuple[str, str]:
    """Return the key for ``profile`` and where it came from; two empty texts for none.

    Args:
        profile: The profile's name.
        direct: The key for Clockify itself instead of the gateway's.
        notice: Told of a file that was damaged or that others could read.
    """
    name = variable(direct)
    key = os.environ.get(name, "").strip()
    if key:
        return checked(key, name), name
    name = _name(profile, direct)
    key = _read_file(notice).get(name, "")
    if key == IN_KEYRING:
        key = _from_keyring(name)
        return (checked(key, "the keyring"), "the system's keyring") if key else ("", "")
    return (checked(key, path()), path()) if key else ("", "")


def store(profile: str, key: str, *, direct: bool) -> str:
    """Keep ``key`` for ``profile`` and return where it was put."""
    name = _name(profile, direct)
    ring = _keyring()
    place = path()
    with _table() as table:
        if ring is not None:
            try:
                ring.set_password(SERVICE, name, key)
                key, place = IN_KEYRING, "the system's keyring"
            except Exception:  # noqa: S110 - every backend raises its own; the file serves then
                pass
        table[name] = key
    return place


def forget(profile: str, *, direct: bool) -> bool:
    """Remove the stored key of ``profile``; say whether there was one."""
    name = _name(profile, direct)
    if name not in _read_file(None):
        return False
    with _table() as table:
        stored = table.pop(name, None)
    if stored == IN_KEYRING:
        try:
            _keyring().delete_password(SERVICE, name)
        except Exception as error:  # not there any more, locked, …: every backend has its own
            raise StorageError(
                "The key is forgotten here, but the system's keyring did not let go of it.",
                f"Remove the entry '{SERVICE}', '{name}' from the keyring.",
            ) from error
    return True


def _name(profile: str, direct: bool) -> str:
    return f"{profile}:{'clockify' if direct else 'maton'}"


@contextmanager
def _table() -> Iterator[dict[str, str]]:
    """Lend the file's table under a lock, and write it back."""
    with files.locked(path() + ".lock", seconds=LOCK_SECONDS) as got:
        if not got:
            raise StorageError(f"Another process keeps {path()} locked.", "Try again.")
        table = _read_file(None)
        yield table
        files.replace(path(), json.dumps(table, indent=1) + "\n", mode=0o600)


def _read_file(notice: Callable[[str], None] | None) -> dict[str, str]:
    tell = notice or (lambda _: None)
    try:
        text = files.read(path(), strict=True)
        if not text:
            return {}
        if files.close_to_others(path()):
            tell(
                f"{path()} could be read by other users of this machine; that is mended. "
                "If somebody may have read it, make a new key."
            )
        table = json.loads(text)
        if not isinstance(table, dict):
            raise ValueError("not a table")
    except ValueError:
        kept = files.set_aside(path())
        tell(f"The file of API keys could not be read; it is kept as {kept}.")
        return {}
    return {str(k): str(v) for k, v in table.items()}


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
    except Exception:  # a backend that is configured and cannot be loaded
        return None
    # Those below are its makeshift ones: plain files, or none at all.
    return keyring if getattr(backend, "priority", 0) >= 1 else None


def _from_keyring(name: str) -> str:
    ring = _keyring()
    if ring is None:
        raise SignInError(
            "The API key is in the system's keyring, which is not there now.",
            "Install the 'keyring' extra, set MATON_API_KEY, or run 'clockify auth login'.",
        )
    try:
        return str(ring.get_password(SERVICE, name) or "")
    except Exception as error:
        raise SignInError(
            f"The system's keyring did not give the API key ({type(error).__name__}).",
            "Unlock it, or set MATON_API_KEY.",
        ) from error
