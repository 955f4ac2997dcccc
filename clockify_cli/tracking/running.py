"""Running a command while its time is tracked."""

from __future__ import annotations

import os
from collections.abc import Sequence

from clockify_cli.core.errors import NotFoundError, UsageError

CI_VARIABLES = (
    ("GITHUB_WORKFLOW", "GITHUB_RUN_NUMBER"),
    ("CI_JOB_NAME", "CI_PIPELINE_ID"),
    ("JOB_NAME", "BUILD_NUMBER"),
)


def described(command: Sequence[str]) -> str:
    """Return a description for a command: its words, behind the name of the CI job if any."""
    import shlex

    words = shlex.join(command)
    for job, number in CI_VARIABLES:
        name = os.environ.get(job, "").strip()
        if name:
            run = os.environ.get(number, "").strip()
            return f"{name}{' #' + run if run else ''}: {words}"
    return words


def check_command(command: Sequence[str]) -> None:
    """Refuse a command that cannot be found, before any time is recorded for it.

    Raises:
        NotFoundError: There is none, or it is not executable.
    """
    import shutil

    if shutil.which(command[0]) is None:
        raise _no_command(command[0])


def _no_command(name: str) -> NotFoundError:
    return NotFoundError(f"There is no command '{name}'.", "Check the spelling and PATH.")


def run_command(command: Sequence[str]) -> int:
    """Run a command with this program's streams and return its exit code.

    Ctrl-C goes to the command, which decides; a command that a signal has ended gives 128 and
    the signal's number, as in a shell.

    Raises:
        NotFoundError, UsageError: It cannot be run.
    """
    import signal
    import subprocess

    try:
        process = subprocess.Popen(list(command))
    except FileNotFoundError:
        raise _no_command(command[0]) from None
    except OSError as error:
        raise UsageError(f"'{command[0]}' cannot be run: {error.strerror}.", "") from None
    passed = [s for s in (getattr(signal, n, None) for n in ("SIGTERM", "SIGHUP")) if s]
    before = {s: signal.signal(s, lambda number, _: process.send_signal(number)) for s in passed}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code
