"""Command-line completion: the candidates a shell offers when Tab is pressed. No request is made.

``shells`` says how the shells ask, ``walk`` where the cursor stands, ``answer`` what can stand
there, ``values`` and ``times`` which words there are, ``known`` what the caches hold. Nothing
here imports Typer, httpx, rich or sqlite3: Tab answers within a few times the interpreter's
own start.
"""

from __future__ import annotations

import sys


def complete(words: list[str]) -> int:
    """Answer ``clockify __complete SHELL …``; return the exit code.

    Whatever goes wrong, a shell at its prompt gets no traceback: it gets nothing, and exit 1.
    """
    try:
        from clockify_cli.completion.shells import told

        lines = told(words[0], words[1:]) if words else []
        text = "".join(f"{line}\n" for line in lines)
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except Exception as error:
        sys.stderr.write(f"clockify: no completion: {type(error).__name__}: {error}\n")
        return 1
    return 0 if lines else 1
