"""The form of a command: options that exclude each other, options that every command takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Annotated

import pytest
import typer

from clockify_cli.app import run
from clockify_cli.commands.describe import only_one
from clockify_cli.commands.shape import Command, CommandApp, Noun, NounApp, find_command
from clockify_cli.core.tree import ROWS


def commands() -> Iterator[tuple[tuple[str, ...], Command]]:
    """Return every command and verb with the words that call it."""
    for name in ROWS:
        command = find_command(name)
        if isinstance(command, Noun):
            yield from (((name, verb), command.verb(verb)) for verb in command.verbs)
        else:
            yield (name,), command


def pairs() -> list[tuple[tuple[str, ...], str, str]]:
    """Return every pair of options that a command refuses."""
    return [
        (words, *pair)
        for words, command in commands()
        for group in command.conflicts
        for pair in itertools.combinations(group, 2)
    ]


def typed(command: Command, name: str) -> list[str]:
    """Return the words that give an option or an argument."""
    if not name.startswith("-"):
        return ["1"]
    [param] = [p for p in command.params if name in (*p.opts, *p.secondary_opts)]
    return [name] if param.is_flag else [name, "1"]


def test_every_pair_that_excludes_each_other_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    by_words = dict(commands())
    for words, one, other in pairs():
        command = by_words[words]
        code = run([*words, *typed(command, one), *typed(command, other)])
        told = capsys.readouterr().err
        assert (code, f"{one} and {other} cannot be combined" in told) == (2, True), (words, told)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> CommandApp:
    """Return a command that stands in for ``when``."""
    app = CommandApp()

    @app.command(conflicts=[("--csv", "--json", "--no-billable"), ("WHEN", "--at")])
    def toy(
        ctx: typer.Context,
        when: Annotated[list[str] | None, typer.Argument(metavar="[WHEN]…")] = None,
        csv: Annotated[bool, typer.Option("--csv")] = False,
        at: Annotated[str, typer.Option("--at", metavar="WHEN")] = "now",
        billable: Annotated[bool | None, typer.Option("--billable/--no-billable")] = None,
    ) -> None:
        """Do nothing."""

    monkeypatch.setattr("clockify_cli.commands.when.app", app)
    return app


@pytest.mark.parametrize(
    "words",
    [
        "when --csv --json",
        "--json when --csv",
        "when --no-billable --csv",
        "when 9:00 --at 9:00",
        "when --at 9:00 -10m",
    ],
)
def test_options_that_exclude_each_other_are_a_usage_error(
    toy: CommandApp, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words.split()) == 2
    assert "cannot be combined" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    ["when --csv", "when --csv --billable", "when 9:00 --csv", "when --at 9:00 --no-billable"],
)
def test_options_that_go_together_are_taken(toy: CommandApp, words: str) -> None:
    assert run(words.split()) == 0


def test_help_says_which_options_exclude_each_other(
    toy: CommandApp, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["when", "--help"]) == 0
    assert only_one(("--csv", "--json", "--no-billable")) in capsys.readouterr().out


def test_a_verb_may_have_conflicts_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    app = NounApp("Tags.")

    @app.command("list", conflicts=[("--archived", "--all")])
    def listed(
        ctx: typer.Context,
        archived: Annotated[bool, typer.Option("--archived")] = False,
        both: Annotated[bool, typer.Option("--all")] = False,
    ) -> None:
        """Do nothing."""

    monkeypatch.setattr("clockify_cli.commands.tags.app", app)
    assert run(["tags", "--all"]) == 0
    assert run(["tags", "--all", "--archived"]) == 2
