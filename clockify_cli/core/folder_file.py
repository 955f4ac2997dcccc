"""The nearest ``.clockify.toml``: defaults for entries that a cloned repository may bring along.

Whoever wrote it may be a stranger, so it can neither redirect, break nor hold up a command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.core.settings import KEYS

MOST_BYTES = 64 * 1024
_SHOWN = 5  # keys that one notice names


class FolderFile(NamedTuple):
    """What a folder file gives.

    Attributes:
        table: The defaults that count.
        notices: What of the file does not count, and why.
        error: The file as a whole cannot be read.
    """

    table: dict[str, Any]
    notices: list[str]
    error: UsageError | None = None


def read_folder_file(path: str, check: Callable[[str, Any, str], None]) -> FolderFile:
    """Return what the folder file at ``path`` gives; nothing if there is none.

    Args:
        path: Its path, or empty.
        check: Raises ClockifyError for a value (name, value, path) that a setting cannot have.
    """
    if not path:
        return FolderFile({}, [])
    try:
        table = _parsed(path)
    except RecursionError:
        return _unreadable(path, "it is nested too deeply")
    except OSError as error:
        return _unreadable(path, error.strerror or "it cannot be opened")
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError, a number of 5,000 digits
        return _unreadable(path, _short(str(error)))
    kept: dict[str, Any] = {}
    notices: list[str] = []
    unknown = [_short(name) for name in table if name not in KEYS]
    forbidden = [name for name in table if name in KEYS and not KEYS[name].in_folder]
    if unknown:
        notices.append(f"{path}: no such setting: {_listed(unknown)}.")
    if forbidden:
        notices.append(f"{path}: ignored, because a folder may not set it: {_listed(forbidden)}.")
    for name, value in table.items():
        if name in unknown or name not in KEYS or not KEYS[name].in_folder:
            continue
        try:
            check(name, value, path)
        except ClockifyError as error:
            notices.append(f"{path}: '{name}' is ignored. {_short(error.message)}")
        except (ValueError, OverflowError, RecursionError):  # too large even to be written out
            notices.append(f"{path}: '{name}' is ignored: it cannot be read.")
        else:
            kept[name] = value
    return FolderFile(kept, notices)


def _parsed(path: str) -> dict[str, Any]:
    import tomllib

    with open(path, "rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1024} KB")
    return tomllib.loads(content.decode())


def _unreadable(path: str, why: str) -> FolderFile:
    error = UsageError(f"{path} cannot be read: {why.rstrip('.')}.", "Fix the file or remove it.")
    return FolderFile({}, [], error)


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
