"""Which terminal session this is, and whether a person types in it."""

from __future__ import annotations

import os
import sys


def session_id() -> str:
    """Return what tells this terminal session from others: its leader and when that began.

    On Windows the parent process, which is the shell.
    """
    if not hasattr(os, "getsid"):
        return str(os.getppid())
    leader = os.getsid(0)
    return f"{leader}-{_started(leader)}"


def _started(process: int) -> str:
    """Return when a process began, so that a number that is used again is not taken for it."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stream:
            # The name in parentheses may hold blanks; the 20th field after it is the start.
            return stream.read().rsplit(b")", 1)[1].split()[19].decode()
    except (OSError, IndexError, ValueError):
        return "0"


def is_typed() -> bool:
    """Say whether a person at a terminal runs this, not a script."""
    try:
        return sys.stdin.isatty() and sys.stderr.isatty()
    except (AttributeError, ValueError):  # closed
        return False


def escaped(character: str) -> str:
    """Return a character of a JSON text; escaped if a terminal might obey it."""
    if character.isprintable():
        return character
    import json

    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"
