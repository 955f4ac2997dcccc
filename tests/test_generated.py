"""What is generated from the command tree: up to date, complete, and readable by man itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import clockify_cli
from clockify_cli.commands.describe import Argument, Node, Option
from clockify_cli.commands.shape import Noun, find_command
from clockify_cli.completion.values import ARCHIVED, CHOICES, LIST, NOTHING, Values
from clockify_cli.completion.walk import MORE, Walk, table
from clockify_cli.core import errors
from clockify_cli.core.tree import ROWS
from clockify_cli.generate import ROOT, texts
from clockify_cli.generate.facts import ENVIRONMENT, EXIT_CODES
from clockify_cli.generate.kinds import UnknownKind, kind_of
from clockify_cli.generate.reading import Tree, read_tree
from clockify_cli.generate.times_page import INSTANTS, LENGTHS, PERIODS, SPANS
from clockify_cli.generate.troff import Page

MAN = sorted((ROOT / "man").glob("*.1"))


@pytest.fixture(scope="module")
def tree() -> Tree:
    """Read the command tree once."""
    return read_tree()


def nodes(tree: Tree) -> list[tuple[str, Node]]:
    """Return every command and verb with its path."""
    found = [(node.name, node) for node in tree.commands]
    return found + [(f"{n.name} {v.name}", v) for n in tree.commands for v in n.verbs]


# -- up to date ---------------------------------------------------------------------------------


def test_every_command_of_the_overview_is_there(tree: Tree) -> None:
    assert [node.name for node in tree.commands] == list(ROWS)


def test_the_generated_files_are_those_of_this_tree(tree: Tree) -> None:
    stale = [
        name
        for name, text in texts(tree).items()
        if not (ROOT / name).exists() or (ROOT / name).read_text("utf-8") != text
    ]
    assert stale == [], "run: python -m clockify_cli.generate"


def test_nothing_else_lies_among_them(tree: Tree) -> None:
    made = set(texts(tree))
    there = {f"man/{path.name}" for path in (ROOT / "man").iterdir()}
    there |= {f"completions/{path.name}" for path in (ROOT / "completions").iterdir()}
    assert there <= made


# -- complete -----------------------------------------------------------------------------------


def test_every_placeholder_has_a_kind(tree: Tree) -> None:
    unknown = []
    for path, node in nodes(tree):
        for param in (*node.options, *node.arguments):
            try:
                kind_of(param, path)
            except UnknownKind as error:
                unknown.append(str(error))
    assert unknown == []


def test_a_placeholder_that_nobody_knows_is_refused() -> None:
    argument = Argument("GIZMO", "", many=False)
    option = Option(("--gizmo",), (), "GIZMO", "", "", many=False)
    for param in (argument, option):
        with pytest.raises(UnknownKind, match="GIZMO"):
            kind_of(param, "start")
    assert kind_of(Argument("[DAY]…", "", many=True), "x") == "day" + MORE
    assert kind_of(Argument("a|b", "", many=False), "x") == CHOICES + "a,b"


def test_every_kind_of_the_table_is_one_that_completion_knows() -> None:
    rows = table()
    kinds: set[str] = {row[1] for row in rows["settings"].values()}

    def note(command: dict) -> None:  # type: ignore[type-arg]
        kinds.update(option[1] for option in command["options"])
        kinds.update(command["arguments"])
        for verb in command.get("verbs", {}).values():
            note(verb)

    note({"options": rows["options"] + rows["root"], "arguments": []})
    for command in rows["commands"].values():
        note(command)
    values = Values(Walk([], rows), rows)
    for kind in kinds:
        plain = kind.removesuffix(MORE).removeprefix(ARCHIVED).replace("-", "_")
        assert (
            plain.startswith((CHOICES, LIST))
            or plain in ("", NOTHING, "files", "folders", "command", "tags")
            or hasattr(values, f"_{plain}")
        ), kind


def test_the_table_agrees_with_what_the_parser_takes() -> None:
    """Each option that Tab offers is one that the command itself has, and the other way round."""
    rows = table()
    shared = {name for option in rows["options"] for name in option[0]} - {"--help"}
    for name, row in rows["commands"].items():
        command = find_command(name)
        pairs = [(verb_row, verb) for verb, verb_row in row.get("verbs", {}).items()] or [(row, "")]
        for told, verb in pairs:
            real = command.verb(verb) if isinstance(command, Noun) else command
            theirs: set[str] = set()
            for param in real.params:
                if param.param_type_name == "option" and not param.hidden:
                    theirs |= {*param.opts, *param.secondary_opts}
            ours = {word for option in told["options"] for word in option[0]}
            assert ours | shared == theirs, name


def test_every_error_has_its_exit_code_in_the_pages() -> None:
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ClockifyError)
    }
    assert codes | {0} == set(EXIT_CODES)


def test_every_variable_that_is_read_is_in_the_page() -> None:
    known = {name for names in ENVIRONMENT for name in names.split(", ")}
    of_shells = {"TERM", "COLORTERM", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}
    inner = {"CLOCKIFY_COMPLETE", "CLOCKIFY_", "SSL_CERT_DIR"}
    read: set[str] = set()
    package = Path(clockify_cli.__file__).parent
    for path in package.rglob("*.py"):
        if path.parts[len(package.parts)] in ("sandbox", "generate"):
            continue
        text = path.read_text("utf-8")
        read |= set(re.findall(r"environ\b[^\n]{0,20}?[\[(]\s*\"([A-Z][A-Z_]+)\"", text))
        read |= set(re.findall(r"\"((?:CLOCKIFY|MATON)_[A-Z_]+)\"", text))
    assert read - of_shells - inner <= known


def test_every_page_has_its_sections(tree: Tree) -> None:
    names = ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES")
    assert {path.stem for path in MAN} == {
        "clockify",
        "clockify-times",
        *(f"clockify-{node.name}" for node in tree.commands),
    }
    for path in MAN:
        text = path.read_text("utf-8")
        sections = re.findall(r"^\.SH (.*)$", text, re.MULTILINE)
        wanted = {*names, "EXAMPLES", "SEE ALSO"}
        if path.stem == "clockify-times":
            wanted -= {"SYNOPSIS", "OPTIONS", "ENVIRONMENT", "FILES"}
        assert wanted <= set(sections), path.name
        for page in re.findall(r"\\fB(clockify[a-z\\-]*)\\fR\(1\)", text):
            assert (ROOT / "man" / f"{page.replace(chr(92), '')}.1").exists(), (path.name, page)


def test_every_command_has_examples(tree: Tree) -> None:
    without = [
        node.name
        for node in tree.commands
        if not node.examples and not any(verb.examples for verb in node.verbs)
    ]
    assert without == []


def test_the_times_that_the_page_explains_are_read_as_it_says() -> None:
    from test_completion import clock

    from clockify_cli.times import parse_instant, parse_period, parse_span
    from clockify_cli.times.durations import parse_duration

    now = clock()
    for typed in INSTANTS:
        for one in typed.split(", "):
            parse_instant(one, now, role="start", allow_future=True)
    assert {parse_duration(one) for one in next(iter(LENGTHS)).split(", ")} == {
        parse_duration("90m")
    }
    for typed, meaning in SPANS.items():
        for one in typed.split(", "):
            if meaning.startswith("Refused"):
                with pytest.raises(errors.TimeError):
                    parse_span(one, now, allow_future=True)
            else:
                parse_span(one, now, allow_future=True)
    for typed in PERIODS:
        for one in typed.split(", "):
            parse_period(one, now)


# -- readable by man itself ---------------------------------------------------------------------


def complaints(*command: str, **environ: str) -> str:
    """Return what a program complains about."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8", **environ},
        timeout=60,
    )
    return done.stderr + (done.stdout if command[0] == "mandoc" else "")


@pytest.mark.parametrize("path", MAN, ids=lambda path: path.stem)
@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_no_complaint(path: Path) -> None:
    assert complaints("groff", "-ww", "-man", "-Kutf8", "-Tutf8", str(path)) == ""


@pytest.mark.parametrize("path", MAN, ids=lambda path: path.stem)
@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_man_has_no_complaint(path: Path) -> None:
    assert complaints("man", "--warnings", "-E", "UTF-8", "-l", str(path), MANWIDTH="80") == ""


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_mandoc_has_no_complaint() -> None:
    assert complaints("mandoc", "-Tlint", *map(str, MAN)) == ""


HARD = ".start 'quote' \"double\" \\backslash -dash --long `tick` ^hat ~tilde … ü 🚀 %d \\fB .x"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_any_text_is_shown_as_it_is(tmp_path: Path) -> None:
    """Help texts are anybody's: nothing in them may become a request to the formatter."""
    page = Page("hard", "what is hard to typeset", date="2026-01-01", version="1")
    page.section("DESCRIPTION")
    page.paragraphs(HARD + "\n\n'a quote first\n\n  .an indented line\n  'another  one")
    page.item("term", HARD)
    page.example([".dot", "'quote", HARD, ""])
    path = tmp_path / "hard.1"
    path.write_text(str(page), "utf-8")
    done = subprocess.run(
        ["groff", "-ww", "-man", "-Kutf8", "-Tutf8", "-rLL=200n", "-P-cbou", str(path)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"},
    )
    assert done.stderr == ""
    shown = done.stdout
    assert shown.count(HARD.replace("…", "...")) == 3
    for line in ("'a quote first", ".an indented line", "'another  one", ".dot", "'quote"):
        assert re.search(rf"^ +{re.escape(line)}$", shown, re.MULTILINE), line
