"""Where the API key is kept: the system's keyring where that is installed, else a 0600 file.

The environment comes first: ``MATON_API_KEY`` for the gateway, ``CLOCKIFY_API_KEY`` for
Clockify itself.
"""

from __future__ import annotations

import json
import os
from typing import Any

from clockify_cli import paths
from clockify_cli.errors import StorageError
from clockify_cli.store import files

SERVICE = "clockify-cli"
FILE = "credentials.json"


def path() -> str:
    """Return the path of the credentials file."""
    return paths.file("config", FILE)


def find(profile: str, *, direct: bool) -> tuple[str, str]:
    """Return the key for ``profile`` and where it came from; two empty texts for none."""
    variable = "CLOCKIFY_API_KEY" if direct else "MATON_API_KEY"
    key = os.environ.get(variable, "").strip()
    if key:
        return key, variable
    name = _name(profile, direct)
    key = _read_file().get(name, "")
    if key == "keyring":
        ring = _keyring()
        found = ring.get_password(SERVICE, name) if ring else None
        return (found, "keyring") if found else ("", "")
    return (key, path()) if key else ("", "")


def store(profile: str, key: str, *, direct: bool) -> str:
    """Keep ``key`` for ``profile`` and return where it was put."""
    name = _name(profile, direct)
    ring = _keyring()
    table = _read_file()
    place = path()
    if ring is not None:
        try:
            ring.set_password(SERVICE, name, key)
            key, place = "keyring", "the system's keyring"
        except Exception:  # noqa: S110 - every backend raises its own; the file serves then
            pass
    table[name] = key
    files.replace(path(), json.dumps(table, indent=1) + "\n", mode=0o600)
    return place


def forget(profile: str, *, direct: bool) -> bool:
    """Remove the stored key of ``profile``; say whether there was one."""
    name = _name(profile, direct)
    table = _read_file()
    stored = table.pop(name, None)
    if stored is None:
        return False
    if stored == "keyring":
        ring = _keyring()
        if ring is not None:
            try:
                ring.delete_password(SERVICE, name)
            except Exception as error:
                raise StorageError(f"The keyring did not let go of the key: {error}.") from error
    files.replace(path(), json.dumps(table, indent=1) + "\n", mode=0o600)
    return True


def _name(profile: str, direct: bool) -> str:
    return f"{profile}:{'clockify' if direct else 'maton'}"


def _read_file() -> dict[str, str]:
    text = files.read(path())
    if not text:
        return {}
    try:
        table = json.loads(text)
    except ValueError:
        files.set_aside(path())
        return {}
    return {str(k): str(v) for k, v in table.items()} if isinstance(table, dict) else {}


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    backend = keyring.get_keyring()
    return keyring if getattr(backend, "priority", 0) > 0 else None
