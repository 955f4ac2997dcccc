"""Generate the completion table, the completion scripts and the man pages from the commands.

    python -m clockify_cli.generate

writes them all again: ``clockify_cli/completion/words.json``, ``completions/`` and ``man/``. The
same text that ``--help`` shows is their source, so a change of a command is followed by this
one line; a test fails while it is not.
"""

from __future__ import annotations

from pathlib import Path

from clockify_cli.generate.reading import Tree

ROOT = Path(__file__).resolve().parents[2]


def texts(tree: Tree) -> dict[str, str]:
    """Return every generated file by its path below the repository's root."""
    from clockify_cli.completion.scripts import SCRIPTS, script
    from clockify_cli.generate.pages import pages
    from clockify_cli.generate.words import words

    return {
        "clockify_cli/completion/words.json": words(tree),
        **{f"completions/{name}": script(shell) for shell, name in SCRIPTS.items()},
        **{f"man/{name}": page for name, page in pages(tree).items()},
    }
