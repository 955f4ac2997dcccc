"""What each command imports: start-up is a list of names here, and a time in the benchmark."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli import Cli
from conftest import Served

import clockify_cli

HEAVY = (
    "typer",
    "httpx",
    "rich",
    "sqlite3",
    "tomllib",
    "tomlkit",
    "pydantic",
    "pygments",
    "click",
    "asyncio",
    "csv",
    "email",
    "difflib",
    "unicodedata",
    "platformdirs",
    "webbrowser",
    "dataclasses",
    "typing",
    "datetime",
    "json",
    "re",
)
LIBRARIES = HEAVY[: HEAVY.index("dataclasses")]
# What Typer and httpx bring along themselves is no choice of ours.
BROUGHT = {"asyncio", "email", "difflib", "csv", "unicodedata"}

_PROGRAM = """
import os, sys
before = set(sys.modules)
real = os._exit
def leave(code):
    loaded = sorted(set(sys.modules) - before)
    sys.stdout.write("\\n" + __import__("json").dumps(loaded) + "\\n")
    sys.stdout.flush()
    real(code)
os._exit = leave
sys.argv = ["clockify", *sys.argv[1:]]
from clockify_cli.__main__ import main
main()
"""


def imported(cli: Cli, *words: str) -> set[str]:
    """Return the modules that a command loads, by full name."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{_PROGRAM}", *words],
        env=cli.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return set(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("prompt",),
        ("prompt", "--format", "{project} {elapsed}"),
        ("status", "--cached"),
        ("status", "--cached", "--json"),
    ],
)
def test_the_cheapest_commands_import_nothing(
    cli: Cli, served: Served, words: tuple[str, ...]
) -> None:
    cli("start", "Review")
    found = imported(cli, *words)
    assert found & set(HEAVY) == set()
    ours = {name for name in found if name.startswith("clockify_cli")}
    assert ours <= {
        "clockify_cli",
        "clockify_cli.__main__",
        "clockify_cli.fastpath",
        "clockify_cli.core",
        "clockify_cli.core.options",
        "clockify_cli.core.paths",
        "clockify_cli.core.present",
        "clockify_cli.render",
        "clockify_cli.render.cached",
        "clockify_cli.store",
        "clockify_cli.store.state",
    }


@pytest.mark.parametrize("words", [("--help",), ("help",)])
def test_the_overview_needs_no_library(cli: Cli, words: tuple[str, ...]) -> None:
    found = imported(cli, *words)
    assert found & set(LIBRARIES) == set()
    assert not any(name.startswith("clockify_cli.commands") for name in found)


def test_completion_needs_no_library(cli: Cli) -> None:
    found = imported(cli, "__complete", "bash", "clockify start ", "", "9")
    assert found & {"typer", "httpx", "rich", "sqlite3", "tomlkit"} == set()


@pytest.mark.parametrize(
    ("words", "modules"),
    [
        (("start", "x", "--json"), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("stop", "--json"), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("status", "--json"), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("status",), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("log", "1m", "x", "--json"), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("entries", "today", "--json"), {"typer", "httpx", "sqlite3", "tomllib"}),
        (("queue", "--json"), {"typer", "sqlite3", "tomllib"}),
        (("when", "9:00", "--json"), {"typer", "tomllib"}),
        (("start", "--help"), {"typer"}),
    ],
)
def test_a_command_imports_its_own_libraries(
    cli: Cli, served: Served, words: tuple[str, ...], modules: set[str]
) -> None:
    cli("start", "Review")
    found = imported(cli, *words)
    assert found & (set(LIBRARIES) - BROUGHT) <= modules
    commands = {name for name in found if name.startswith("clockify_cli.commands.")}
    others = {f"clockify_cli.commands.{name}" for name in ("report", "import_", "doctor", "config")}
    assert not commands & others


# -- the arrows of the house ---------------------------------------------------------------------

PACKAGE = Path(clockify_cli.__file__).parent
# From the ground up: a room may import those of lower floors, and no other of its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("core", "sandbox"),
    ("gateway", "times", "transfer"),
    ("store",),
    ("journal",),
    ("resources", "tracking", "setup"),
    ("importing",),
    ("render",),
    ("output", "progress"),
    ("session",),
    ("completion",),
    ("commands",),
    ("app", "generate"),
    ("fastpath",),
    ("__main__",),
)
# What is not as it should be yet; this list only ever gets shorter.
UPWARDS = {
    ("clockify_cli.tracking.undo", "clockify_cli.importing.undo"),
    # A setting is read by the very rule that its use follows, and only when it is set.
    ("clockify_cli.setup.setting_values", "clockify_cli.tracking.content"),
    ("clockify_cli.setup.setting_values", "clockify_cli.tracking.working_hours"),
}


def modules() -> dict[str, Path]:
    """Return every module of the package by its full name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path, known: set[str]) -> set[str]:
    """Return the modules of ours that a module imports, lazily too; not for types alone."""
    found: set[str] = set()

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for other in node.orelse:
                look(other)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else str(node.module))
        for child in ast.iter_child_nodes(node):
            look(child)

    look(ast.parse(path.read_text("utf-8")))
    return (found & known) - {name}


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    """Return who imports whom."""
    found = modules()
    return {name: imports(name, path, set(found)) for name, path in found.items()}


def room(module: str) -> str:
    """Return the folder, or the single module, that a module belongs to."""
    return module.split(".")[1] if "." in module else ""


def test_every_module_has_a_floor() -> None:
    assert {room(name) for name in modules()} == {r for f in FLOORS for r in f} | {""}


def test_arrows_run_down_only(graph: dict[str, set[str]]) -> None:
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor} | {"": -1}
    found = {
        (name, other)
        for name, others in graph.items()
        for other in others
        if room(name) != room(other) and height[room(other)] >= height[room(name)]
    }
    assert found <= UPWARDS


def test_no_circle_of_imports(graph: dict[str, set[str]]) -> None:
    assert circles(graph) == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other round about (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in number:
                visit(other)
            if other in stack:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == number[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in number:
            visit(name)
    return found


def test_lazy_imports_count_and_those_for_types_do_not(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        "if TYPE_CHECKING:\n    from a.types import T\nelse:\n    import a.other\n"
        "def f():\n    from a import lazy, name\n"
    )
    known = {"a", "a.types", "a.other", "a.lazy"}
    assert imports("x", path, known) == {"a", "a.other", "a.lazy"}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
