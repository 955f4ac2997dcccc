"""``python -m clockify_cli.generate``: writes the generated files."""

from __future__ import annotations

import sys

from clockify_cli.generate import ROOT, texts
from clockify_cli.generate.kinds import UnknownKind
from clockify_cli.generate.reading import read_tree


def main() -> int:
    """Write the files; return 1 if an option's or argument's placeholder is not understood."""
    try:
        made = texts(read_tree())
    except UnknownKind as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, text in made.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            sys.stdout.write(f"{name}\n")
    for path in (ROOT / "man").glob("*.1"):
        if f"man/{path.name}" not in made:
            path.unlink()
            sys.stdout.write(f"man/{path.name} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
