"""The form of a command: options that exclude each other, options that every command takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
import typer
from cli import Cli, new_cli
from conftest import Served

from clockify_cli.app import run
from clockify_cli.commands.describe import only_one
from clockify_cli.commands.parameters import shared_parameters
from clockify_cli.commands.shape import Command, CommandApp, Noun, NounApp, find_command
from clockify_cli.core.options import SHARED, Options
from clockify_cli.core.tree import ALIASES, ELSEWHERE, PLANNED, ROWS


@pytest.fixture
def at_home(cli: Cli, served: Served) -> Cli:
    """Return a user who is signed in to an empty account."""
    return cli


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
    if " " in name:
        return name.split()
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


# -- words of other tools, and one's own ------------------------------------------------------


def test_words_of_other_tools_run_as_ours(at_home: Cli) -> None:
    assert at_home("in", "Review", "--json").json["description"] == "Review"
    assert at_home("st", "--json").json["description"] == "Review"
    assert len(at_home("ls", "--json").json) == 1
    assert at_home("out", "--json").json["timeInterval"]["end"]
    assert at_home("restart", "--json").json["description"] == "Review"
    at_home("cancel")
    at_home("rm", "@1", "--yes")
    assert at_home("entries", "--json").json == []


@pytest.mark.parametrize("word", ELSEWHERE)
def test_a_word_with_another_meaning_names_ours(at_home: Cli, word: str) -> None:
    ran = at_home(word, code=2)
    assert f"clockify {ELSEWHERE[word]}" in ran.err


def test_every_alias_stands_for_a_command() -> None:
    assert {words[0] for words in ALIASES.values()} <= ROWS.keys()
    assert {word for word in ELSEWHERE.values() if word != "--version"} <= ROWS.keys()
    assert not ROWS.keys() & (ALIASES.keys() | ELSEWHERE.keys() | set(PLANNED))


def test_help_tells_the_aliases(at_home: Cli) -> None:
    at_home("config", "set", "alias.daily", "start Standup")
    told = at_home("help", "aliases").out
    for word in (*ALIASES, "daily"):
        assert f"\n  {word} " in told
    assert "daily" in at_home("--help").out


def test_an_alias_of_ones_own_runs(at_home: Cli) -> None:
    at_home("config", "set", "alias.daily", "start 'Daily standup' --no-billable")
    assert at_home("daily", "--json").json["description"] == "Daily standup"
    at_home("config", "set", "alias.in", "stop")  # it may replace a word of other tools
    assert at_home("in", "--json").json["timeInterval"]["end"]
    assert at_home("config", "get", "alias.in").out == "stop\n"
    at_home("config", "unset", "alias.in")
    assert at_home("in", "--json").json["timeInterval"]["end"] is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("start", "stop"),
        ("fill", "gaps"),
        ("help", "stop"),
        ("x y", "stop"),
        ("-x", "stop"),
        ("x", "nosuch"),
        ("x", "'"),
        ("x", "x"),
    ],
)
def test_an_alias_is_checked_when_it_is_set(at_home: Cli, name: str, words: str) -> None:
    at_home("config", "set", f"alias.{name}", words, code=2)


@pytest.mark.parametrize(
    "table", ["alias = 3", "alias = {x = 3}", 'alias = {x = "\'"}', 'alias = {x = "x"}', "alias["]
)
def test_a_damaged_alias_is_one_sentence(at_home: Cli, table: str) -> None:
    folder = at_home.home / "config"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(f"[profile.default]\n{table}\n")
    at_home("x", code=2)
    assert "Usage" in at_home("--help").out


def test_a_folder_file_may_not_hold_an_alias(at_home: Cli) -> None:
    (at_home.home / ".clockify.toml").write_text('alias = {x = "stop"}\n')
    assert "There is no command 'x'" in at_home("x", code=2).err


# -- clockify alone ---------------------------------------------------------------------------


def test_clockify_alone_is_status_with_its_options(at_home: Cli) -> None:
    at_home("start", "Review")
    assert at_home("--json").json["description"] == "Review"
    assert "Today" in at_home("--today").out
    assert at_home().out.startswith("Review")
    assert at_home("--format", "{label}", "-q").out == "Review\n"
    assert at_home("--nosuch", code=2).err.count("clockify status --help") == 1


def test_clockify_alone_is_the_overview_without_a_key(tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:1", MATON_API_KEY="")
    assert cli().out.startswith("Usage: clockify")
    assert cli("--json", code=3).out == ""


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 120])
def test_help_is_wrapped_at_words_and_nothing_is_cut(columns: int, tmp_path: Path) -> None:
    home = new_cli(tmp_path / "home", "http://127.0.0.1:1", COLUMNS=str(columns))
    overview = home("--help").out
    if columns >= 80:
        assert overview.count("\n") < 24
    for text in (overview, home("help", "options").out, home("entries", "--help").out):
        body = text.partition("\nExamples:")[0]
        for line in body.splitlines():
            assert len(line) <= columns or " " not in line.strip()


def test_help_shows_what_a_command_has_of_its_own_first(at_home: Cli) -> None:
    shown = at_home("start", "--help").out
    assert shown.index("--project") < shown.index("clockify help options")
    assert "--no-queue" not in shown
    shown = at_home("projects", "--help").out
    assert "--client" in shown  # of the list that the bare noun is
    told = at_home("help", "options").out
    for option in SHARED:
        assert option.names[0] in told
        assert all(name in told for name in option.environment.split(", "))


def test_shared_options_have_one_declaration() -> None:
    parameters = {name for param in shared_parameters() for name in param.opts}
    assert parameters == {name for option in SHARED for name in option.names}
    assert [option.field for option in SHARED] == list(vars(Options()))
    own = {
        (words[0], name)
        for words, command in commands()
        for param in command.params
        if param not in shared_parameters()
        for name in param.opts
        if name in parameters
    }
    # The project's colour; it takes the terminal's words too.
    assert own == {("projects", "--color")}
