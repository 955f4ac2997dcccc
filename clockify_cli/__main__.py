"""The front door: answers the commands that need no network itself, else opens the app."""

from __future__ import annotations

import gc
import os
import sys

SELDOM = 50_000  # objects between two collections, where the interpreter's own number is 700


def main() -> None:
    """Run ``clockify`` with the words of the command line; does not return.

    This is the one place that explains why it is quick:

    - What a prompt or a completion asks for forty times a minute is answered by ``front``
      from small files, before Typer, httpx, rich or sqlite3 are imported.
    - Everything else imports its own command's module and no other (``tree``, ``app``), and
      each library where it is used. ``tests/test_imports.py`` holds the lists.
    - Collecting garbage while modules load finds none and costs a tenth of the run.
    - Taking the interpreter down in good order costs another tenth. Everything is closed and
      flushed by then, so the process just ends.
    """
    gc.set_threshold(SELDOM, 20, 20)
    arguments = sys.argv[1:]
    from clockify_cli import front

    code = front.answer(arguments)
    if code is None:
        from clockify_cli.app import run

        code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # its reader is gone
    os._exit(code)


if __name__ == "__main__":
    main()
