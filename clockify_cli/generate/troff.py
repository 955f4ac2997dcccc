"""Manual pages as man(7) macros: text is escaped, whatever characters it contains."""

from __future__ import annotations

import textwrap

WIDTH = 76  # columns of a line of source: mandoc's lint wants fewer than 80
_SPECIAL = {
    "\\": "\\e",
    "-": "\\-",  # a hyphen would be typeset as one, and not be found or pasted as typed
    "'": "\\(aq",
    '"': "\\(dq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
    "…": "...",
    "–": "\\(en",
    "→": "\\(->",
}


def text(words: str) -> str:
    """Return plain words as troff, for anywhere in a line."""
    return "".join(
        _SPECIAL[c] if c in _SPECIAL else c if c.isascii() else f"\\[u{ord(c):04X}]" for c in words
    )


def bold(words: str) -> str:
    """Return words that are typed as they stand."""
    return f"\\fB{text(words)}\\fR"


def italic(words: str) -> str:
    """Return words that something else is typed for."""
    return f"\\fI{text(words)}\\fR"


class Page:
    """One page, written from top to bottom.

    Args:
        name: The page's name.
        summary: What it is about, in one line without a final stop.
        date: The date in its foot.
        version: The program's version in its foot.
    """

    def __init__(self, name: str, summary: str, *, date: str, version: str) -> None:
        self._lines = [
            '.\\" Written by python -m clockify_cli.generate: change the command, not this.',
            f'.TH {text(name.upper())} 1 {date} "clockify {version}" "User Commands"',
            ".nh",  # else the formatter would part options at hyphens of its own
            ".ad l",
        ]
        self.section("NAME")
        self.line(f"{text(name)} \\- {text(summary)}")

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"

    def macro(self, line: str) -> None:
        """Add a request or macro."""
        self._lines.append(line)

    def line(self, troff: str) -> None:
        """Add a line of troff that is broken into lines of source if it is long."""
        for part in textwrap.wrap(troff, WIDTH, break_long_words=False, break_on_hyphens=False):
            # A stop or a quote in the first column would make it a request.
            self._lines.append("\\&" + part if part[0] in ".'" else part)

    def section(self, title: str) -> None:
        """Begin a section."""
        self.macro(f".SH {title}")

    def subsection(self, title: str) -> None:
        """Begin a part of a section."""
        self.macro(f".SS {title}")

    def paragraphs(self, words: str) -> None:
        """Add plain text: blank lines part paragraphs, indented lines stay as they stand."""
        blocks = [block for block in words.strip("\n").split("\n\n") if block.strip()]
        for number, block in enumerate(blocks):
            if number and not self._lines[-1].startswith((".SH", ".SS", ".TP")):
                self.macro(".PP")
            if all(line.startswith(" ") for line in block.split("\n")):
                self.example(textwrap.dedent(block).split("\n"))
            else:
                self.line(text(" ".join(block.split())))

    def example(self, lines: list[str]) -> None:
        """Add lines that stay as they stand, indented."""
        self.macro(".RS 4")
        self.macro(".nf")
        for line in lines:
            made = text(line)
            self._lines.append("\\&" + made if made[:1] in (".", "'", "") else made)
        self.macro(".fi")
        self.macro(".RE")

    def item(self, term: str, words: str, *, raw: bool = False) -> None:
        """Add a term (troff) with what it means (plain text, or troff if ``raw``)."""
        self.macro(".TP")
        self._lines.append(term)
        self.line((words if raw else text(words)) or "\\&")
