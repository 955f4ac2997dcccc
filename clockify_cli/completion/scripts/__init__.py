"""The completion scripts, one per shell; ``completions/`` holds copies of them for packagers."""

from __future__ import annotations

import os

SCRIPTS = {
    "bash": "clockify.bash",
    "zsh": "_clockify",
    "fish": "clockify.fish",
    "powershell": "clockify.ps1",
}


def script(shell: str) -> str:
    """Return the script for a shell of ``SCRIPTS``."""
    path = os.path.join(os.path.dirname(__file__), SCRIPTS[shell])
    with open(path, encoding="utf-8") as stream:
        return stream.read()
