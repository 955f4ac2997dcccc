"""What each command imports: start-up is a list of names here, and a time in the benchmark."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli import Cli
from conftest import Served

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


def test_no_module_imports_what_stands_above_it() -> None:
    """Hold the arrows of the house: they run downwards only."""
    order = ["gateway", "journal", "tracking", "render", "commands"]
    forbidden = {
        "sandbox": ["gateway", "journal", "tracking", "render", "commands", "store", "context"],
        "times": [*order, "store", "context", "settings"],
        "gateway": ["journal", "tracking", "render", "commands", "context"],
        "journal": ["tracking", "render", "commands", "context"],
        "store": ["journal", "tracking", "render", "commands", "context"],
        "tracking": ["render", "commands"],
        "render": ["tracking", "gateway", "store", "commands", "context"],
    }
    root = Path(__file__).parent.parent / "clockify_cli"
    found = []
    for folder, above in forbidden.items():
        for path in sorted((root / folder).rglob("*.py")):
            typing_only = False
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.startswith("if TYPE_CHECKING"):
                    typing_only = True
                elif line and not line[0].isspace():
                    typing_only = False
                text = line.strip()
                if typing_only or not text.startswith(("from clockify_cli", "import clockify_cli")):
                    continue
                module = text.split()[1]
                if any(module.startswith(f"clockify_cli.{name}") for name in above):
                    found.append(f"{path.relative_to(root)}: {text}")
    assert found == []
