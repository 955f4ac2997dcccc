"""The user's editor: which it is, and running it on a file."""

from __future__ import annotations

import os
import sys

from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.session import Run

_USUAL = ("sensible-editor", "vi", "vim", "nano")


def run_editor(run: Run, path: str) -> None:
    """Open ``path`` in ``$VISUAL`` or ``$EDITOR`` and wait until it ends.

    Raises:
        UsageError: There is no editor, or it cannot be run.
        ClockifyError: It ended with a failure.
    """
    import subprocess

    words = _editor(run)
    try:
        # What an editor prints is no part of the answer.
        out = None if run.out.is_terminal else sys.stderr
        code = subprocess.run([*words, path], stdout=out, check=False).returncode
    except OSError as error:
        raise UsageError(
            f"The editor '{words[0]}' cannot be run: {error.strerror}.",
            "Set VISUAL or EDITOR to an installed editor.",
        ) from error
    if code:
        raise ClockifyError(f"The editor exited with {code}; nothing was changed.")


def _editor(run: Run) -> list[str]:
    import shlex
    import shutil

    chosen = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if chosen and not run.options.no_input:
        try:
            words = shlex.split(chosen, posix=os.name != "nt")
        except ValueError:
            words = []
        if words:
            return words
        raise UsageError(f"VISUAL or EDITOR cannot be read: {chosen}.", "Fix its quotes.")
    if run.out.can_ask:
        usual = ("notepad",) if os.name == "nt" else _USUAL
        found = next((path for name in usual if (path := shutil.which(name))), None)
        if found:
            return [found]
    raise UsageError(
        "No editor found.",
        "Set VISUAL or EDITOR; or run 'clockify edit --day --print > day.txt', edit the file, and "
        "run 'clockify apply day.txt'.",
    )
