"""Where the API key comes from: the environment, a command of the user's, or the store.

The environment comes first: ``MATON_API_KEY`` for the gateway, ``CLOCKIFY_API_KEY`` for
Clockify itself. Then a ``key_command`` of the config file. A stored key is in the system's
keyring if that is installed, else in a 0600 file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from clockify_cli.core import paths
from clockify_cli.core.errors import SignInError, StorageError
from clockify_cli.store import files

SERVICE = "clockify-cli"
FILE = "credentials.json"
IN_KEYRING = "keyring"
LOCK_SECONDS = 10.0
COMMAND_SECONDS = 10.0  # that a key_command may take


class KeyCommand:
    """A program that prints the key; it runs when the key is first needed.

    Args:
        words: The program and its arguments.
        profile: The profile whose key it prints.
    """

    def __init__(self, words: Sequence[str], profile: str) -> None:
        self.words = list(words)
        self.mark = _fingerprint("command", profile, *words)
        self._key = ""

    def __call__(self, *, renew: bool = False) -> str:
        """Return the key; run the program if it has not run yet, or to renew the key.

        Raises:
            SignInError: It could not be run, failed, or printed something else.
        """
        if renew or not self._key:
            self._key = checked(self._printed(), "the output of key_command")
        return self._key

    @property
    def known(self) -> str:
        """The key that was printed last; empty if the program has not run yet."""
        return self._key

    def _printed(self) -> str:
        import subprocess

        name = self.words[0]
        try:
            # What it prints, and what it complains of, may hold the key: neither is shown.
            done = subprocess.run(
                self.words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            why = f"did not end within {COMMAND_SECONDS:.0f} s"
        except (OSError, ValueError) as error:
            why = f"cannot be run: {getattr(error, 'strerror', None) or 'not a program'}"
        else:
            text = done.stdout[:8192].decode("ascii", "replace").strip()
            if done.returncode == 0 and text:
                return text
            why = f"failed (exit {done.returncode})" if done.returncode else "printed nothing"
        # None: the error that holds the output is not chained to this one.
        raise SignInError(f"key_command: '{name}' {why}.", _COMMAND_HINT) from None


_COMMAND_HINT = "Try it in a shell, then see: clockify config explain key_command."


class Found(NamedTuple):
    """A key, where it came from, and what tells it from other keys without giving it away.

    Attributes:
        key: The key; empty if there is none, or if ``command`` prints it when it is needed.
        origin: Where it came from; empty if there is none.
        mark: Sixteen hexadecimal digits: of the key, or of the profile and the command's words.
        command: The program that prints the key.
    """

    key: str
    origin: str
    mark: str
    command: KeyCommand | None = None


NONE = Found("", "", "")


def path() -> str:
    """Return the path of the credentials file."""
    return paths.file("config", FILE)


def variable(direct: bool) -> str:
    """Return the environment variable that gives the key."""
    return "CLOCKIFY_API_KEY" if direct else "MATON_API_KEY"


def mark(key: str) -> str:
    """Return sixteen hexadecimal digits that tell keys apart and do not give them away."""
    return _fingerprint("key", key)


def mark_010(key: str) -> str:
    """Return the fingerprint as version 0.1.0 wrote it."""
    import zlib

    return f"{zlib.crc32(key.encode()):08x}"


def _fingerprint(*parts: str) -> str:
    from hashlib import sha256

    text = "\0".join(("clockify-cli", *parts))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


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
    profile: str,
    *,
    direct: bool,
    command: Sequence[str] = (),
    notice: Callable[[str], None] | None = None,
) -> Found:
    """Return the key for ``profile``; ``NONE`` if there is none.

    Args:
        profile: The profile's name.
        direct: The key for Clockify itself instead of the gateway's.
        command: The words of the setting ``key_command``; it is not run here.
        notice: Called for a file that was damaged or that others could read.
    """
    name = variable(direct)
    key = os.environ.get(name, "").strip()
    if key:
        return _found(key, name, name)
    if command:
        program = KeyCommand(command, profile)
        return Found("", f"key_command ({program.words[0]})", program.mark, program)
    name = _name(profile, direct)
    key = _read_file(notice).get(name, "")
    if key == IN_KEYRING:
        return _found(_from_keyring(name), "the keyring", "the system's keyring")
    return _found(key, path(), path())


def _found(key: str, place: str, origin: str) -> Found:
    if not key:
        return NONE
    key = checked(key, place)
    return Found(key, origin, mark(key))


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
                "The key is no longer used, but it could not be removed from the system's keyring.",
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
                f"{path()} was readable by other users of this machine; this is fixed now. If "
                f"somebody may have read it, create a new key."
            )
        table = json.loads(text)
        if not isinstance(table, dict):
            raise ValueError("not a table")
    except (ValueError, RecursionError):
        kept = files.set_aside(path())
        tell(f"The file of API keys could not be read; it was kept as {kept}.")
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
            "The API key is in the system's keyring, which is not available.",
            "Install the 'keyring' extra, set MATON_API_KEY, or run 'clockify auth login'.",
        )
    try:
        return str(ring.get_password(SERVICE, name) or "")
    except Exception as error:
        raise SignInError(
            f"Could not read the API key from the system's keyring ({type(error).__name__}).",
            "Unlock it, or set MATON_API_KEY.",
        ) from error
