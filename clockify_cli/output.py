"""The streams of a run: the answer on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TextIO

from clockify_cli.core.terminal import escaped
from clockify_cli.render.safe import safe

if TYPE_CHECKING:
    from clockify_cli.progress import Progress


UNCUT = 4000  # columns: more than a description has


class Output:
    """Where a run writes, and in which form.

    Args:
        json_mode: One JSON document instead of text.
        quiet: No notices; lists print IDs alone.
        color: ``auto``, ``always`` or ``never``.
        no_input: Never prompt.
    """

    held: ClassVar[list[str]] = []  # notices of a run whose answer is JSON
    progress: ClassVar[Progress | None] = None  # the terminal is one, however many write to it

    def __init__(
        self,
        *,
        json_mode: bool = False,
        quiet: bool = False,
        color: str = "auto",
        no_input: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        stdin: TextIO | None = None,
    ) -> None:
        self.json_mode = json_mode
        self.quiet = quiet
        self.color = color
        self.stdout = stdout or sys.stdout
        self.stderr = stderr or sys.stderr
        self.stdin = stdin or sys.stdin
        self._no_input = no_input

    # -- the answer -----------------------------------------------------------------

    def answer(
        self,
        data: Any,
        text: Callable[[], str] | None = None,
        *,
        ids: Iterable[str] | None = None,
    ) -> None:
        """Write the answer in the form that was asked for.

        Args:
            data: What ``--json`` prints.
            text: Makes the human form; called only if it is wanted.
            ids: What ``--quiet`` prints, one a line; with ``text`` alone, quiet prints that.
        """
        if self.json_mode:
            self.write(json_text(data) + "\n")
        elif self.quiet and ids is not None:
            self.write("".join(f"{safe(number)}\n" for number in ids))
        elif text is not None:
            made = text()
            if made:
                self.write(made if made.endswith("\n") else made + "\n")

    def to_stderr(self, told: Callable[[], None]) -> None:
        """Do ``told`` with its answer on stderr, where stdout belongs to another program."""
        if self.quiet:
            return
        kept, mode = self.stdout, self.json_mode
        self.stdout, self.json_mode = self.stderr, False
        try:
            told()
        finally:
            self.stdout, self.json_mode = kept, mode

    def write(self, text: str) -> None:
        """Write to stdout as UTF-8, whatever the locale says of it."""
        if Output.progress is not None:
            Output.progress.clear()
        try:
            self.stdout.write(text)
        except UnicodeEncodeError:
            self.stdout.flush()
            raw = getattr(self.stdout, "buffer", None)
            if raw is None:
                self.stdout.write(text.encode("ascii", "replace").decode())
            else:
                raw.write(text.encode("utf-8", "replace"))
                raw.flush()

    # -- everything else --------------------------------------------------------------

    def notice(self, text: str) -> None:
        """Tell something beside the answer; not with ``--quiet``.

        With ``--json`` it waits for the end: an error takes it in, so that stderr is one
        document then.
        """
        if self.quiet:
            return
        if self.json_mode:
            Output.held.append(text)
        else:
            self.tell(text)

    def release(self) -> None:
        """Tell the notices that were held back."""
        held, Output.held = Output.held, []
        for text in held:
            self.tell(text)

    def tell(self, text: str) -> None:
        """Write a line to stderr, in every mode."""
        if Output.progress is not None:
            Output.progress.clear()
        line = "\n".join(safe(part) for part in text.split("\n")) + "\n"
        try:
            self.stderr.write(line)
        except UnicodeEncodeError:
            self.stderr.write(line.encode("ascii", "replace").decode())
        self.stderr.flush()

    # -- the terminal -----------------------------------------------------------------

    @property
    def can_ask(self) -> bool:
        """Say whether a prompt may appear."""
        return not self._no_input and _is_terminal(self.stdin) and _is_terminal(self.stderr)

    def ask(self, question: str) -> str:
        """Ask on stderr and return the line that was typed."""
        self.release()
        if Output.progress is not None:
            Output.progress.clear()
        self.stderr.write(safe(question))
        self.stderr.flush()
        line = self.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        return line.strip()

    @property
    def can_show_progress(self) -> bool:
        """Say whether stderr takes a line that comes and goes."""
        return not self.quiet and _is_terminal(self.stderr) and os.environ.get("TERM") != "dumb"

    @property
    def colored(self) -> bool:
        """Say whether stdout takes colour."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return self.is_terminal and os.environ.get("TERM") != "dumb"

    @property
    def is_terminal(self) -> bool:
        """Say whether stdout is a terminal."""
        return _is_terminal(self.stdout)

    @property
    def line_width(self) -> int:
        """Return the columns of a line that may be searched: not cut if nobody looks at it."""
        told = os.environ.get("COLUMNS", "").isdecimal()
        return self.width if told or self.is_terminal else UNCUT

    @property
    def width(self) -> int:
        """Return the columns that text may take: the terminal's, or 80 if there is none."""
        columns = os.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 0:
            return int(columns)
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns or 80
        except (OSError, ValueError, AttributeError):
            return 80


def json_text(data: Any) -> str:
    """Return a JSON document that a terminal can show: what it might obey is escaped in it."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    if text.isascii() and "\x7f" not in text:
        return text
    return "\n".join(
        line if line.isprintable() else "".join(map(escaped, line)) for line in text.split("\n")
    )


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
