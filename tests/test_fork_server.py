"""What the fork server runs is what the installed program is."""

from __future__ import annotations

import subprocess

import pytest
from cli import NOW, Cli, fork_server


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["--version"], None),
        (["status", "--json"], None),
        (["start", "--help"], None),
        (["log", "9-8x", "Review", "--json"], None),
        (["log", "9:00-9:30", "Größe \N{RIGHTWARDS ARROW} 2", "--json", "--dry-run"], None),
        (["import", "-", "--dry-run"], "Description\nReview\n"),
        (["prompt"], None),
        (["nonsense"], None),
    ],
)
def test_it_is_the_installed_program(cli: Cli, words: list[str], given: str | None) -> None:
    cli("status")
    of_both = [
        run(*words, input=given, code=None, CLOCKIFY_NOW=NOW) for run in (cli, cli.installed)
    ]
    assert of_both[0] == of_both[1]


def test_a_command_that_is_too_slow_is_killed(cli: Cli) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        fork_server().run(["run", "--", "sleep", "30"], cli.env, cli.home, None, 1)
    assert cli("--version").out
