"""A short token of an entry's content, to notice changes made in the meantime."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from clockify_cli.core.errors import ConflictError, UsageError
from clockify_cli.core.model import TimeEntry, comparable

DIGITS = 12  # 48 bits: two versions of one entry never share them by chance


def version_of(entry: Mapping[str, Any]) -> str:
    """Return the token of everything that a user can change of an entry."""
    return digest(json.dumps(comparable(entry), sort_keys=True, ensure_ascii=True))


def digest(text: str) -> str:
    """Return the hexadecimal token of a text."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def expected_versions(typed: str, read: Callable[[str], str]) -> Callable[[TimeEntry], bool]:
    """Return what says whether an entry is still as the caller has read it.

    Args:
        typed: A token, or what ``read`` takes for a file with the JSON of the entry (or an
            array of several), such as ``entries show --json`` prints.
        read: Gives the text of a file.

    Raises:
        UsageError: It is neither, or the JSON is of no entry.
    """
    token = typed.strip().lower()
    if len(token) == DIGITS and all(c in "0123456789abcdef" for c in token):
        return lambda entry: version_of(entry) == token
    versions = _versions(read(typed), typed)

    def unchanged(entry: TimeEntry) -> bool:
        number = str(entry.get("id"))
        if number not in versions:
            raise UsageError(
                f"--if-unchanged does not contain the entry {number}.",
                "Give the JSON of every entry you edit: clockify entries show … --json",
            )
        return version_of(entry) == versions[number]

    return unchanged


def refuse_changed(entry: TimeEntry) -> ConflictError:
    """Return the refusal of an entry that is not as the caller thinks."""
    number = str(entry.get("id"))
    return ConflictError(
        f"The entry {number} was changed in the meantime; nothing was changed.",
        f"Fetch it again: clockify entries show {number}",
        details={"current": entry},
    )


def _versions(text: str, source: str) -> dict[str, str]:
    hint = "Give it a file (- for standard input) that 'clockify entries show ENTRY --json' wrote."
    try:
        found = json.loads(text)
        entries = found if isinstance(found, list) else [found]
        versions = {str(entry["id"]): version_of(entry) for entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"--if-unchanged: {source!r} contains no time entry.", hint) from None
    if not versions:
        raise UsageError(f"--if-unchanged: {source!r} contains no time entry.", hint)
    return versions
