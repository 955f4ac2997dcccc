"""The README's prompt lines in the shells themselves: names are shown, never expanded or run."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cli import PROGRAM, Cli

README = (Path(__file__).parents[1] / "README.md").read_text()
NAME = r"A$(touch pwn)`touch pwn`$HOME\w%n%d#{host}#[fg=red]#(touch pwn)\\%%100%"
SHOWN = {"zsh": NAME.replace("`", "\u02cb")}
# Each draws the prompt that the line has set up.
DRAWN = {
    "bash": ["bash", "--norc", "-c", '{line}\neval "$PROMPT_COMMAND"; printf "%s" "${{PS1@P}}"'],
    "zsh": ["zsh", "-f", "-c", '{line}\nprint -rn -- "${{(%%)PROMPT}}"'],
    "fish": ["fish", "--no-config", "-c", "{line}\nfish_prompt"],
}


def line_for(shell: str) -> str:
    """Return the README's line for a shell."""
    found = re.search(rf"^(.*--for {shell}\b.*?)\s*# {shell}$", README, re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture
def running(cli: Cli) -> Cli:
    """Return a user whose running timer has a name full of what shells expand."""
    cli("start", "--", NAME)
    cli.env["PATH"] = f"{Path(PROGRAM).parent}:{cli.env['PATH']}"
    return cli


def needed(shell: str) -> None:
    """Skip loudly without the shell."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed: its prompt line was not tried")


@pytest.mark.parametrize("shell", DRAWN)
def test_the_readmes_line_shows_the_name_as_it_is(running: Cli, shell: str) -> None:
    needed(shell)
    words = [word.format(line=line_for(shell)) for word in DRAWN[shell]]
    done = subprocess.run(
        words, env=running.env, cwd=running.home, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith(f"{SHOWN.get(shell, NAME)} 0:00"), done
    assert not (running.home / "pwn").exists()


@pytest.mark.parametrize("subst", ["setopt", "unsetopt"])
def test_zsh_expands_no_name_that_is_put_into_the_prompt_itself(running: Cli, subst: str) -> None:
    needed("zsh")
    line = f'{subst} prompt_subst; PROMPT="$(clockify prompt --for zsh)"'
    words = [word.format(line=line) for word in DRAWN["zsh"]]
    done = subprocess.run(
        words, env=running.env, cwd=running.home, capture_output=True, text=True, timeout=60
    )
    assert "$HOME" in done.stdout, done
    assert not (running.home / "pwn").exists()


def test_tmux_shows_the_name_as_it_is(running: Cli) -> None:
    needed("tmux")
    conf = running.home / "tmux.conf"
    conf.write_text(
        f"{line_for('tmux')}\nset -g status-right-length 200\nset -g status-interval 1\n"
        "set -g status-left ''\n"
    )
    env = {**running.env, "TERM": "xterm", "TMUX_TMPDIR": str(running.home)}

    def tmux(server: str, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", server, *words],
            env=env,
            cwd=running.home,
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout

    try:
        tmux("inner", "-f", str(conf), "new-session", "-d", "-s", "x", "sleep 60")
        attach = "env -u TMUX tmux -L inner attach -t x"
        tmux("outer", "-f", "/dev/null", "new-session", "-d", "-x", "220", "-y", "10", attach)
        until, shown = time.monotonic() + 30, ""
        while NAME not in shown and time.monotonic() < until:
            time.sleep(0.2)
            shown = tmux("outer", "capture-pane", "-p")
        assert f"{NAME} 0:00" in shown, shown
    finally:
        tmux("outer", "kill-server")
        tmux("inner", "kill-server")
    assert not (running.home / "pwn").exists()


def test_an_unknown_shell_is_refused(cli: Cli) -> None:
    error = cli("prompt", "--for", "csh", code=2)
    assert "bash, zsh, fish, tmux" in error.err
