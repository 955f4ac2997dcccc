"""The user's own short commands: the table ``alias`` of a profile in the config file."""

from __future__ import annotations

import os

from clockify_cli.core import paths


def own_aliases(profile: str | None = None) -> dict[str, str]:
    """Return the short commands of a profile with what they stand for; none if it is unreadable.

    Args:
        profile: ``--profile``, or ``None`` for the environment's choice.
    """
    name = profile or os.environ.get("CLOCKIFY_PROFILE", "").strip() or "default"
    try:
        with open(paths.file("config", "config.toml"), encoding="utf-8-sig") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError):
        return {}
    if "alias" not in text:  # reading TOML costs a completion more than the rest of it
        return {}
    import tomllib

    found: object
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    for key in ("profile", name, "alias"):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str) and v.strip()}
