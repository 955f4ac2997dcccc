"""What is answered from small files: the same as the app would, and what is left to the app."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import pytest
from cli import NOW, PROGRAM, Cli, Ran, new_cli
from conftest import Served

from clockify_cli import fastpath

APP = "import sys; from clockify_cli.app import run; sys.exit(run(sys.argv[1:]))"


def by_app(cli: Cli, *words: str, **environ: str) -> Ran:
    """Run the app without the fast path before it."""
    done = subprocess.run(
        [sys.executable, "-c", APP, *words],
        env={**cli.env, **environ},
        cwd=cli.home,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


OWN = ("--today", "--exit-code", "--json", "--quiet")
CASES = [
    *(("status", "--cached", *some) for n in range(5) for some in itertools.combinations(OWN, n)),
    ("status", "--cached", "--format", "{label} {elapsed:9} {today} {no such}"),
    ("status", "--cached", "--format", "{nosuch}"),
    ("status", "--cached", "--format", "{label}", "--json"),
    ("status", "--cached", "--format", "{label}", "--quiet"),
    ("--no-input", "-y", "status", "-v", "--cached"),
    ("prompt",),
    ("prompt", "--format={project} {start}{mark}"),
    ("-q", "prompt"),
]


def test_the_fast_path_answers_as_the_app_does(cli: Cli, served: Served) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    for later in (NOW, "2026-11-25T15:20:00Z"):
        for words in CASES:
            fast, app = cli(*words, code=None, CLOCKIFY_NOW=later), None
            app = by_app(cli, *words, CLOCKIFY_NOW=later)
            assert (fast.code, fast.out, fast.err) == (app.code, app.out, app.err), words
        cli("start", "Review {label}", "--at", "10:00")


def test_a_cached_status_says_when_it_was_true(cli: Cli, served: Served) -> None:
    later = "2026-11-25T10:20:00Z"
    cli.env["CLOCKIFY_NOW"] = NOW
    assert cli("status", "--cached", "--json").out == "null\n"
    cli("start", "Review", "--at", "10:00")
    ran = cli("status", "--cached", "--json", "--today", CLOCKIFY_NOW=later)
    assert ran.json["asOf"] == NOW
    assert ran.json["today"] is None  # what was finished today was never counted
    assert ran.err == ""
    cli("status", "--today")
    ran = cli("status", "--cached", "--json", "--today", CLOCKIFY_NOW=later)
    assert ran.json["today"] == {"duration": "PT1H20M", "seconds": 4800}
    assert "As of 1 hour ago." in cli("status", "--cached", CLOCKIFY_NOW=later).err


def test_a_cached_status_is_shown_in_the_zone_that_is_asked_for(cli: Cli, served: Served) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("start", "Review", "--at", "10:00")
    assert "since 10:00" in cli("status", "--cached").out
    assert "since 9:00" in cli("status", "--cached", "--tz", "UTC").out.replace("09:", "9:")


@pytest.mark.parametrize("words", [("prompt",), ("status", "--cached")])
def test_an_unknown_profile_is_refused(tmp_path: os.PathLike[str], words: tuple[str, ...]) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:1")  # type: ignore[operator]
    ran = cli(*words, "--profile", "nosuch", code=2)
    assert "no profile 'nosuch'" in ran.err
    assert cli(*words, code=2, CLOCKIFY_PROFILE="nosuch").out == ""
    (cli.home / "config").mkdir()
    (cli.home / "config" / "config.toml").write_text("[profile.nosuch]\ntags = 'x'\n")
    assert cli(*words, "--profile", "nosuch").code == 0


@pytest.mark.parametrize("words", [["prompt", "-w"], ["status", "--cached", "--format"]])
def test_what_is_not_utf8_is_one_sentence(cli: Cli, words: list[str]) -> None:
    done = subprocess.run(
        [PROGRAM, *words, b"\xff"], env=cli.env, capture_output=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"not UTF-8" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        "prompt --tz UTC",
        "prompt --color always",
        "prompt --refresh",
        "prompt --json",
        "prompt -qv",
        "prompt --format",
        "prompt x",
        "prompt prompt",
        "prompt --quiet=1",
        "start prompt",
        "status --cached --json --format x",
        "status --cached --everyone",
        "log --cached",
    ],
)
def test_what_it_does_not_know_is_left_to_the_app(words: str) -> None:
    assert fastpath.answer(words.split()) is None
