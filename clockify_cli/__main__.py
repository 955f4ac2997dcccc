"""The front door: answers the commands that need no network itself, else opens the app."""

from __future__ import annotations

import sys


def main() -> int:
    """Run ``clockify`` with the words of the command line; return the exit code.

    This is also where the start-up trick is explained: importing Typer costs five times what
    the interpreter does, so what a prompt or a completion asks for forty times a minute is
    answered by ``front``, from small files, before Typer, httpx, rich or sqlite3 are imported.
    Everything else imports its own command's module and no other (``tree``, ``app``).
    """
    arguments = sys.argv[1:]
    from clockify_cli import front

    code = front.answer(arguments)
    if code is not None:
        return code
    from clockify_cli.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
