"""The config file: profiles that people write, and the account that we cache beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clockify_cli import paths
from clockify_cli.errors import StorageError, UsageError
from clockify_cli.store import files

FILE = "config.toml"


def path() -> str:
    """Return the path of the config file."""
    return paths.file("config", FILE)


def load(notice: Callable[[str], None]) -> dict[str, Any]:
    """Return the config file as a table; a damaged one is moved aside, and said so."""
    text = files.read(path())
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        kept = files.set_aside(path())
        notice(f"The config file was not readable TOML ({error}); it is kept as {kept}.")
        return {}


def profile_table(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the section of the profile ``name``; refuse an unknown one but ``default``."""
    profiles = config.get("profile")
    table = profiles.get(name) if isinstance(profiles, dict) else None
    if isinstance(table, dict):
        return table
    if name == "default":
        return {}
    known = sorted(profiles) if isinstance(profiles, dict) else []
    raise UsageError(
        f"There is no profile '{name}'.",
        (f"Profiles: {', '.join(known)}. " if known else "")
        + f"Make it: clockify config set --profile {name} workspace …",
    )


def account_table(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is cached of the account ``name`` (a profile's name, or ``sandbox``)."""
    accounts = config.get("account")
    table = accounts.get(name) if isinstance(accounts, dict) else None
    return table if isinstance(table, dict) else {}


def update(section: tuple[str, str], changes: dict[str, Any]) -> None:
    """Set keys of one section and keep everything else, comments and order included.

    Args:
        section: For example ``("profile", "default")``.
        changes: New values; ``None`` removes the key.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    with files.locked(path() + ".lock", seconds=10) as got:
        if not got:
            raise StorageError(f"Another process keeps {path()} locked.", "Try again.")
        text = files.read(path()) or ""
        try:
            document: Any = tomlkit.parse(text)
        except TOMLKitError:
            files.set_aside(path())
            document = tomlkit.document()
        table = document
        for part in section:
            if not isinstance(table.get(part), dict):
                table[part] = tomlkit.table(is_super_table=part == section[0])
            table = table[part]
        for name, value in changes.items():
            if value is None:
                table.pop(name, None)
            else:
                table[name] = value
        files.replace(path(), tomlkit.dumps(document))
