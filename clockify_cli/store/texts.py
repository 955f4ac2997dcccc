"""Day texts that the user is editing: each is kept in a file until it is applied."""

from __future__ import annotations

import os

from clockify_cli.core import paths
from clockify_cli.store import files

FOLDER = "texts"


def folder() -> str:
    """Return the folder of the texts."""
    return paths.file("state", FOLDER)


def keep(name: str, text: str) -> str:
    """Write a text into a new file and return its path; ``name`` is how it begins."""
    number, path = 1, os.path.join(folder(), f"{name}.txt")
    files.ensure_folder(folder())
    while True:
        try:
            # Two processes never get the same file.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            break
        except FileExistsError:
            number += 1
            path = os.path.join(folder(), f"{name}-{number}.txt")
        except OSError as error:
            raise files.storage_error(path, error) from error
    files.replace(path, text)
    return path


def kept(name: str) -> list[str]:
    """Return the paths of the texts whose name begins like this, the oldest first."""
    try:
        found = [entry for entry in os.scandir(folder()) if entry.is_file()]
    except OSError:
        return []
    mine = [e for e in found if e.name.startswith(name) and e.name.endswith(".txt")]
    return [e.path for e in sorted(mine, key=lambda e: (e.stat().st_mtime, e.name))]


def set_aside(path: str) -> str:
    """Give a text a name by which it is not found again, and return its path."""
    kept = os.path.join(folder(), "kept-" + os.path.basename(path))
    try:
        os.replace(path, kept)
    except OSError:
        return path
    return kept


def drop(path: str) -> None:
    """Delete a text whose work is done; a file elsewhere is the user's own and is left."""
    if os.path.realpath(os.path.dirname(path)) != os.path.realpath(folder()):
        return
    try:
        os.unlink(path)
    except OSError:
        pass
