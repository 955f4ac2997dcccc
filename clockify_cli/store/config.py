"""The config file: the user's profiles, and the cached account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clockify_cli.core import paths
from clockify_cli.core.errors import StorageError, UsageError
from clockify_cli.store import files

FILE = "config.toml"
SECTIONS = ("profile", "account")
LOCK_SECONDS = 10.0


def path() -> str:
    """Return the path of the config file."""
    return paths.file("config", FILE)


def load(notice: Callable[[str], None]) -> dict[str, Any]:
    """Return the config file as a table; a damaged or foreign one is moved aside, and said so."""
    try:
        return _read()
    except ValueError:
        pass
    with _locked():
        try:
            return _read()  # another process may have fixed it in the meantime
        except ValueError as error:
            _move_aside(error, notice)
            return {}


def profile_table(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the section of the profile ``name``; refuse an unknown one but ``default``."""
    profiles = config.get("profile")
    table = profiles.get(name) if isinstance(profiles, dict) else None
    if isinstance(table, dict):
        return table
    if name == "default":
        return {}
    from shlex import quote

    known = sorted(profiles) if isinstance(profiles, dict) else []
    raise UsageError(
        f"There is no profile '{name}'.",
        (f"Profiles: {', '.join(known)}. " if known else "")
        + f"Create it: clockify auth login --profile {quote(name)}, "
        f"or clockify config set --profile {quote(name)} KEY VALUE.",
    )


def check_room() -> None:
    """Raise StorageError if the config file could not be written now."""
    files.check_room(os.path.realpath(path()))


def update(
    section: tuple[str, ...],
    changes: dict[str, Any],
    notice: Callable[[str], None] | None = None,
) -> None:
    """Set keys of one section and keep everything else, comments and order included.

    Args:
        section: For example ``("profile", "default")``; made if it is missing.
        changes: New values; ``None`` removes the key.
        notice: Called if a damaged file had to be moved aside first.
    """
    import tomlkit

    with _document(notice) as document:
        table = document
        for part in section:
            if part not in table:
                if table is document and len(document):
                    document.add(tomlkit.nl())
                table[part] = tomlkit.table(is_super_table=part == section[0])
            table = table[part]
        for name, value in changes.items():
            if value is None:
                table.pop(name, None)
            else:
                table[name] = value


def remove(section: tuple[str, str]) -> bool:
    """Remove one section; say whether there was one."""
    if not has(section):
        return False
    with _document(None) as document:
        group = document.get(section[0])
        if group is not None:
            group.pop(section[1], None)
    return True


def has(section: tuple[str, str]) -> bool:
    """Say whether the file has this section now."""
    try:
        return section[1] in _read().get(section[0], {})
    except ValueError:
        return False


@contextmanager
def _document(notice: Callable[[str], None] | None) -> Iterator[Any]:
    """Lend the file as a document that keeps its comments, and write it back."""
    import tomllib

    import tomlkit

    with _locked():
        document: Any = tomlkit.document()
        try:
            _read()
            document = tomlkit.parse(_text())
        except ValueError as error:
            _move_aside(error, notice or (lambda _: None))
        yield document
        text = tomlkit.dumps(document)
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:  # never leave a file that cannot be read again
            raise StorageError(
                f"{path()} cannot be edited safely: {error}.", "Edit it by hand."
            ) from error
        # A file that is a link to somebody's dotfiles stays one.
        files.replace(os.path.realpath(path()), text)


@contextmanager
def _locked() -> Iterator[None]:
    with files.locked(path() + ".lock", seconds=LOCK_SECONDS) as got:
        if not got:
            raise StorageError(f"Another process keeps {path()} locked.", "Try again.")
        yield


def _text() -> str:
    return (files.read(path(), strict=True) or "").removeprefix("\ufeff")


def _read() -> dict[str, Any]:
    """Return the file as a table; raise ValueError if it is damaged or not ours."""
    text = _text()
    if not text:
        return {}
    import tomllib

    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    for name in SECTIONS:
        group = table.get(name, {})
        if not isinstance(group, dict) or not all(isinstance(x, dict) for x in group.values()):
            raise ValueError(f"'{name}' does not hold sections such as [{name}.default]")
    return table


def _move_aside(error: ValueError, notice: Callable[[str], None]) -> None:
    kept = files.set_aside(path())
    notice(f"The config file could not be read ({error}); it was kept as {kept}.")
