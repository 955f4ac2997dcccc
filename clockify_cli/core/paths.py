"""Where this program keeps its files.

The three folders can be moved with ``CLOCKIFY_CONFIG_DIR``, ``CLOCKIFY_STATE_DIR`` and
``CLOCKIFY_CACHE_DIR``; the defaults are those of platformdirs.
"""

from __future__ import annotations

import os
import sys

APP = "clockify"
FOLDER_FILE = ".clockify.toml"
_LINUX_DEFAULTS = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}


def folder(kind: str) -> str:
    """Return the folder for ``kind`` (``config``, ``state`` or ``cache``); it may not exist yet."""
    chosen = os.environ.get(f"CLOCKIFY_{kind.upper()}_DIR", "").strip()
    if chosen:
        return os.path.expanduser(chosen)
    if sys.platform == "linux":
        # platformdirs gives the same answer (a test compares them), but importing it costs
        # the prompt more than all of its other work.
        variable, below_home = _LINUX_DEFAULTS[kind]
        base = os.environ.get(variable, "").strip()
        if not base:
            base = os.path.expanduser("~/" + below_home)
        return os.path.join(base, APP)
    import platformdirs

    found: str = getattr(platformdirs, f"user_{kind}_dir")(APP, appauthor=False)
    return found


def file(kind: str, name: str) -> str:
    """Return the path of the file ``name`` in the folder for ``kind``."""
    return os.path.join(folder(kind), name)


def find_folder_file() -> str:
    """Return the path of the nearest ``.clockify.toml`` at or above this folder, or ``""``."""
    try:
        folder = os.getcwd()
    except OSError:
        return ""
    while True:
        candidate = os.path.join(folder, FOLDER_FILE)
        if os.path.isfile(candidate):
            return candidate
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
