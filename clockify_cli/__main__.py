"""The entry point: answers what needs no network from small files, else opens the app."""

from __future__ import annotations

import gc
import io
import os
import sys

SELDOM = 50_000  # objects between two collections, where the interpreter's own number is 700


def main() -> None:
    """Run ``clockify`` with the words of the command line; does not return.

    This is the one place that explains why it is quick:

    - What a prompt or a completion asks for forty times a minute is answered by ``fastpath``
      from small files, before Typer, httpx, rich or sqlite3 are imported.
    - Everything else imports its own command's module and no other (``tree``, ``app``), and
      each library if it is used. ``tests/test_imports.py`` holds the lists.
    - Collecting garbage while modules load finds none and costs a tenth of the run.
    - Taking the interpreter down in good order costs another tenth. Everything is closed and
      flushed by then, so the process just ends.
    """
    gc.set_threshold(SELDOM, 20, 20)
    _ready_streams()
    arguments = sys.argv[1:]
    from clockify_cli import fastpath

    try:
        code = fastpath.answer(arguments)
        if code is not None:
            sys.stdout.flush()
    except OSError as error:
        from clockify_cli.app import unwritten

        code = unwritten(error, arguments)
    if code is None:
        from clockify_cli.app import run

        code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # its reader is gone
    os._exit(code)


def _ready_streams() -> None:
    """See to it that the three streams exist and take any text, whatever the locale says."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        # Started with one closed (``>&-``): no file or socket of ours may get its number.
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(number, True)
        os.close(number)
        sys.stdin = sys.stdin or open(0, closefd=False)
        sys.stdout = sys.stdout or open(1, "w", closefd=False)
        sys.stderr = sys.stderr or open(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors == "strict":
        # What is not text is refused where it is read, in words of its own.
        sys.stdin.reconfigure(errors="surrogateescape")


if __name__ == "__main__":
    main()
