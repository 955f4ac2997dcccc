"""Every line of ours that the program tells people to type is one that it takes."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import clockify_cli
from clockify_cli.app import Root
from clockify_cli.commands.parameters import first_word
from clockify_cli.commands.shape import Noun, find_command
from clockify_cli.core.errors import ClockifyError
from clockify_cli.core.options import Options
from clockify_cli.core.tree import ALIASES, ROWS, TOPICS
from clockify_cli.session import Run

PACKAGE = Path(clockify_cli.__file__).parent
# Where a line ends that stands in a sentence: a quote, a bracket, the end of the sentence.
QUOTED = r"(?<=[ =])(?:\"[^\"]*\"|'[^']*')"
LINE = re.compile(rf"\bclockify ((?:--?[a-z]|[a-z])(?:{QUOTED}|[^'\"`;()\n]|'(?=\w))*)")
END = re.compile(r"\.(?:\s|$)|, (?=or |then|clockify|and )|: | \(|\s+[&|>]|,$")
WORDS = {*ROWS, *ALIASES, "help", "--sandbox", "--help"}
NOUNS = ("projects", "clients", "tags", "users", "workspaces")
FILLED = "42"  # what a line that is put together gets in the place of its parts


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Return the texts of a module with their lines; docstrings are for programmers."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            skipped.add(id(body[0].value))  # a docstring
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in ast.walk(node) if part is not node)
            told = ""
            for part in node.values:
                constant = isinstance(part, ast.Constant)
                # A part that is glued to a word adds an option, or nothing.
                told += str(part.value) if constant else FILLED * (not told[-1:].isalnum())
            yield node.lineno, told
        elif id(node) not in skipped and isinstance(getattr(node, "value", None), str):
            yield node.lineno, node.value  # type: ignore[attr-defined]


def lines_in(text: str) -> Iterator[str]:
    """Return the command lines that a text tells people to type, without ``clockify``."""
    if f"clockify {FILLED}s " in text:  # "List them: clockify {noun}s list."
        verb = text.partition(f"clockify {FILLED}s ")[2].split()[0].strip(".")
        for noun in (n for n in NOUNS if verb in find_command(n).verbs):  # type: ignore[union-attr]
            yield from lines_in(text.replace(f"clockify {FILLED}s", f"clockify {noun}"))
        return
    for found in LINE.finditer(text):
        before, line = text[: found.start()], found[1]
        if before.endswith("'"):  # the whole line is quoted
            line = text[found.start(1) :].partition("'")[0]
        line = re.split(r"\.(?:\s|$)|, (?=or |then|clockify|and )|: | \(|\s+[&|>]|,$", line)[
            0
        ].strip()
        line = line.rstrip(".,:")
        if line.split(" ")[0] in WORDS:
            yield line


def all_lines() -> list[tuple[str, str]]:
    """Return every such line with where it stands."""
    return [
        (f"{path.relative_to(PACKAGE)}:{number}", line)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parts[-2] != "generate"  # prose of the man pages
        for number, text in texts(path)
        for line in lines_in(text)
    ]


def refusal(line: str) -> str:
    """Return why the parser refuses a line; empty if it takes it."""
    words = shlex.split(line.replace("…", "x"))
    words = [word for word in words if word not in ("--help", "--sandbox")]
    root = Root()
    if not words:
        return ""
    if words[0] == "help":
        return "" if words[1:] == [] or words[1] in (*TOPICS, *ROWS) else "no such topic"
    try:
        context = root.make_context("clockify", words, obj=Run(Options()))
        skip = first_word(words, root.params)
        assert skip is not None
        name, *rest = words[words.index(skip) :]
        name, *more = ALIASES.get(name, (name,))
        rest = [*more, *rest]
        command = find_command(name)
        if isinstance(command, Noun):
            verb = first_word(rest, command.params)
            if verb in command.verbs:
                rest.remove(verb)
            command = command.verb(verb if verb in command.verbs else command.default)
        command.make_context(name, rest, parent=context)
    except (typer.TyperException, ClockifyError) as error:
        return str(error)
    except typer.Exit:
        pass
    if name == "tasks" and not {"-p", "--project"} & set(words):
        return "tasks belong to a project: -p"
    return ""


def test_every_line_that_people_are_told_to_type_is_taken() -> None:
    lines = all_lines()
    assert len(lines) > 250
    refused = [(place, line, why) for place, line in lines if (why := refusal(line))]
    assert refused == []


def test_a_name_that_anybody_chose_is_quoted_in_a_line() -> None:
    """A file or a profile may hold blanks; IDs, numbers and names of ours do not."""
    bare = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            told = ast.unparse(node) if isinstance(node, ast.JoinedStr) else ""
            for found in re.finditer(r"clockify [^\"']*?\{([^}]*)\}", told):
                if re.search(r"path|file|text|label|value|profile", found[1].split("(")[0]):
                    bare.append((path.name, node.lineno, found[0]))  # type: ignore[attr-defined]
    assert bare == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("List them: clockify projects list.", ["projects list"]),
        ("Run 'clockify auth login', or set X; 'clockify help x' too", ["auth login", "help x"]),
        ("Stop it (clockify stop), or clockify discard.", ["stop", "discard"]),
        ('clockify log 9:00-10:30 "Team; x" -p Acme', ['log 9:00-10:30 "Team; x" -p Acme']),
        ("Another clockify process is still sending.", []),
    ],
)
def test_lines_are_found_in_sentences(text: str, lines: list[str]) -> None:
    assert list(lines_in(text)) == lines


@pytest.mark.parametrize("line", ["start --nosuch", "tasks list", "when", "help x", "sync now"])
def test_a_line_that_is_refused_is_found(line: str) -> None:
    assert refusal(line)
