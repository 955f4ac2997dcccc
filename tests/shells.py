"""Real shells at a terminal, driven key by key; what they then run is recorded, not guessed."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path

PROMPT = "READY-TO-TYPE> "
PATIENCE = 60.0  # seconds until something that should appear is missed
SCRIPTS = Path(__file__).resolve().parents[1] / "completions"

# Stands in the place of the program: completes as the real one does, records everything else.
_STAND_IN = """#!{python}
import json, os, sys
if sys.argv[1:2] == ["__complete"]:
    with open({log!r}, "a") as stream:
        stream.write(json.dumps(sys.argv[1:]) + "\\n")
    os.execv({program!r}, [{program!r}, *sys.argv[1:]])
with open({ran!r}, "a") as stream:
    stream.write(json.dumps(sys.argv[1:], ensure_ascii=False) + "\\n")
"""


class Shell:
    """One interactive shell with the completion loaded.

    Args:
        home: A folder of its own.
        env: The environment of the program under test.
        program: The real ``clockify``.
    """

    name = ""

    def __init__(self, home: Path, env: dict[str, str], program: str) -> None:
        found = shutil.which(self.name)
        assert found is not None, f"{self.name} is missing; the test should have been skipped"
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self._ran = home / "ran.jsonl"
        self._log = home / "completions.jsonl"
        bin_folder = home / "bin"
        bin_folder.mkdir()
        stand_in = bin_folder / "clockify"
        stand_in.write_text(
            _STAND_IN.format(
                python=sys.executable, log=str(self._log), ran=str(self._ran), program=program
            )
        )
        stand_in.chmod(0o755)
        environ = {
            **env,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "HOME": str(home),
            "TERM": "xterm",
            "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(home / "xdg-config"),
            "XDG_DATA_HOME": str(home / "xdg-data"),
        }
        words = [found, *self.set_up()]
        self._process, self._terminal = pty.fork()
        if self._process == 0:  # pragma: no cover - the shell from here on
            os.chdir(home)
            os.execve(found, words, environ)
        ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self._seen = ""
        self.read_until(PROMPT)

    def set_up(self) -> Sequence[str]:
        """Write the start-up files and return the words that start the shell."""
        raise NotImplementedError

    def close(self) -> None:
        """End the shell."""
        os.close(self._terminal)
        try:
            os.kill(self._process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self._process, 0)

    # -- the terminal --------------------------------------------------------------------

    def press(self, keys: str) -> None:
        """Send keys; what the shell shows from now on is new."""
        self._seen = ""
        data = keys.encode()
        while data:
            data = data[os.write(self._terminal, data) :]

    def read_until(self, *texts: str) -> str:
        """Return what the shell shows until all of ``texts`` were there, without control codes."""
        deadline = time.monotonic() + PATIENCE
        while not all(text in self.seen for text in texts):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{self.name} did not show {texts}: {self.seen!r}")
            ready, _, _ = select.select([self._terminal], [], [], min(left, 1.0))
            if ready:
                data = os.read(self._terminal, 65536).decode(errors="replace")
                self._answer(data)
                self._seen += data
        return self.seen

    def _answer(self, data: str) -> None:
        """Answer what a shell may ask the terminal for when it starts."""
        if "\x1b[c" in data or "\x1b[0c" in data:
            os.write(self._terminal, b"\x1b[?62c")
        if "\x1b[6n" in data:
            os.write(self._terminal, b"\x1b[1;1R")

    @property
    def seen(self) -> str:
        """What was shown since the last ``press``."""
        text = re.sub(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", self._seen)
        text = re.sub(r"\x1b[\[(=>][0-9;?]*[A-Za-z]?", "", text)
        return text.replace("\r", "").replace("\x07", "")

    # -- what is asked of it ---------------------------------------------------------------

    def runs(self, keys: str) -> list[str]:
        """Type ``keys`` and Return; return the words that the program was then called with."""
        before = len(self._lines(self._ran))
        self.press(keys + "\r")
        deadline = time.monotonic() + PATIENCE
        while len(self._lines(self._ran)) == before:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} ran nothing for {keys!r}: {self.seen!r}")
            self._drain()
        self.read_until(PROMPT)
        found: list[str] = json.loads(self._lines(self._ran)[-1])
        return found

    def lists(self, keys: str, *texts: str) -> str:
        """Type ``keys``, wait until all of ``texts`` are shown, and clear the line.

        Returns:
            What was shown, control codes included.
        """
        self.press(keys)
        self.read_until(*texts)
        shown = self._seen
        # Ctrl-U, not Ctrl-C: while the shell still draws, that would be a signal to it.
        assert self.runs("\x15clockify cleared") == ["cleared"]
        return shown

    def completions(self) -> list[list[str]]:
        """Return how the program was asked for completions so far."""
        return [json.loads(line) for line in self._lines(self._log)]

    def _lines(self, path: Path) -> list[str]:
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def _drain(self) -> None:
        ready, _, _ = select.select([self._terminal], [], [], 0.05)
        if ready:
            self._seen += os.read(self._terminal, 65536).decode(errors="replace")


class Bash(Shell):
    """bash without the bash-completion package.

    Attributes:
        before: Lines of the start-up file before the script, for the ways of older versions.
    """

    name = "bash"
    before = ""

    def set_up(self) -> Sequence[str]:
        rc = self.home / "bashrc"
        rc.write_text(
            f"PS1={PROMPT!r}\nset +o history\nbind 'set enable-bracketed-paste off'\n"
            f"bind 'set bell-style none'\n{self.before}\n. {SCRIPTS / 'clockify.bash'}\n"
        )
        return ["--noprofile", "--rcfile", str(rc), "-i"]


class OldBash(Bash):
    """bash without what 3.2 had not, as far as a newer one can do without it."""

    before = "enable -n compopt mapfile readarray"


class Zsh(Shell):
    """zsh with its completion system."""

    name = "zsh"

    def set_up(self) -> Sequence[str]:
        (self.home / ".zshenv").write_text("")
        (self.home / ".zshrc").write_text(
            f"PS1={PROMPT!r}\nunsetopt beep prompt_sp zle_bracketed_paste 2>/dev/null\n"
            f"unset zle_bracketed_paste\nfpath=({SCRIPTS} $fpath)\n"
            "autoload -U compinit\ncompinit -u -D\n"
        )
        return ["-i"]


class Fish(Shell):
    """fish with the script where it looks for it."""

    name = "fish"

    def set_up(self) -> Sequence[str]:
        folder = self.home / "xdg-config" / "fish"
        (folder / "completions").mkdir(parents=True)
        shutil.copy(SCRIPTS / "clockify.fish", folder / "completions" / "clockify.fish")
        (folder / "config.fish").write_text(
            "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n"
            f"function fish_prompt; printf %s {PROMPT!r}; end\n"
        )
        return ["-i"]
