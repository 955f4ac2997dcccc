"""A folder's ``.clockify.toml`` and git branch: a cloned repository can break no command."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from cli import Cli
from conftest import Served
from hypothesis import given
from hypothesis import strategies as st

from clockify_cli.core.errors import UsageError
from clockify_cli.core.folder_file import read_folder_file
from clockify_cli.core.patterns import LONGEST_TEXT, bounded_pattern
from clockify_cli.setup.setting_values import check_folder_value
from clockify_cli.tracking.defaults import git_branch

UNREADABLE = {
    "a number of 5,000 digits": "round = " + "9" * 5000,
    "3,000 brackets": "tags = " + "[" * 3000,
    "3,000 closed brackets": "tags = " + "[" * 3000 + "]" * 3000,
    "3,000 inline tables": "tags = " + "{a=" * 3000 + "1" + "}" * 3000,
    "no TOML": "project: Acme",
    "no UTF-8": "project = '\udcff'",
    "a megabyte": "# " + "x" * 1_000_000,
}
IGNORED = {
    "an unknown key": "colour = 'red'",
    "a thousand unknown keys": "\n".join(f"key{n} = 1" for n in range(1000)),
    "a key of 10,000 letters": "k" * 10_000 + " = 1",
    "a secret": "key_command = ['touch', 'owned']",
    "an address": "gateway_url = 'http://127.0.0.1:1/clockify'",
    "a connection": "connection = 'c-1'",
    "a way of sending": "queue = false",
    "an alias": "[alias]\nx = 'start'",
    "a pattern that never ends": "task_from_branch = '(a+)+$'",
    "a pattern in a repeat": "task_from_branch = '(?:a|a)*b'",
    "a huge repeat": "task_from_branch = 'a{99999999999999999999}'",
    "an empty repeat": "task_from_branch = '(?:){4000000000}'",
    "many repeats": "task_from_branch = '.*.*.*.*.*.*.*.*x'",
    "a long pattern": "task_from_branch = '" + "a?" * 5000 + "'",
    "no pattern": "task_from_branch = '([A-Z'",
    "a number for a text": "project = 7",
    "a huge hexadecimal number": "project = 0x" + "f" * 50_000,
    "a table for a text": "[project]\na = 1",
    "lists in a list": "tags = [['a'], ['b']]",
    "a date for a duration": "goal_day = 2026-01-01",
    "an endless goal": "goal_day = '99999999999999999999h'",
    "no working hours": "work_hours = 'all day'",
    "a description that is refused": "description = 'a <b> c'",
    "a long description": "description = '" + "x" * 4000 + "'",
}


def write(folder: Path, text: str) -> None:
    (folder / ".clockify.toml").write_bytes(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_file_is_one_usage_error(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    found = read_folder_file(str(tmp_path / ".clockify.toml"), check_folder_value)
    assert found.table == {}
    assert found.error is not None
    assert len(found.error.message) < 400


@pytest.mark.parametrize("text", IGNORED.values(), ids=IGNORED.keys())
def test_a_key_that_cannot_count_is_a_notice(tmp_path: Path, text: str) -> None:
    write(tmp_path, "billable = true\n" + text)
    began = time.monotonic()
    found = read_folder_file(str(tmp_path / ".clockify.toml"), check_folder_value)
    assert time.monotonic() - began < 1
    assert found.table == {"billable": True}
    assert found.error is None
    assert len(found.notices) == 1
    assert len(found.notices[0]) < 1000


@given(st.text(max_size=60) | st.text("ab.*+?{}()|[]\\d^$-0123456789,:=!<>", max_size=40))
def test_whatever_the_pattern_matching_ends_soon(text: str) -> None:
    try:
        pattern = bounded_pattern(text)
    except UsageError:
        return
    for tried in ("a" * LONGEST_TEXT, "ab" * (LONGEST_TEXT // 2), "1" * LONGEST_TEXT + "!"):
        began = time.process_time()
        pattern.search(tried[:LONGEST_TEXT])
        assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("pattern", "branch", "task"),
    [
        (r"([A-Z]+-\d+)", "feature/WEB-12-login", "WEB-12"),
        (r"^(?:feature|fix)/([A-Z][A-Z0-9]{1,9}-\d+)", "fix/A1-7", "A1-7"),
        (r"(?:\w+/)?([A-Z]+-\d+)", "me/WEB-1", "WEB-1"),
        (r"(?i)([a-z]+)-\d+-(.*)", "web-1-x", "web"),
        (r"\d+$", "issue-42", "42"),
    ],
)
def test_usual_patterns_are_taken(pattern: str, branch: str, task: str) -> None:
    found = bounded_pattern(pattern).search(branch)
    assert found is not None
    assert (found[1] if found.re.groups else found[0]) == task


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("kind", ["fifo", "huge", "folder", "nul", "detached"])
def test_an_odd_head_is_no_branch(tmp_path: Path, kind: str) -> None:
    head = tmp_path / ".git" / "HEAD"
    head.parent.mkdir()
    if kind == "fifo":
        os.mkfifo(head)
    elif kind == "huge":
        head.write_bytes(b"x" * 50_000_000)
    elif kind == "folder":
        head.mkdir()
    else:
        head.write_bytes(b"\0" * 50 if kind == "nul" else b"0" * 40 + b"\n")
    began = time.monotonic()
    assert git_branch(str(tmp_path)) is None
    assert time.monotonic() - began < 1


def test_an_unreadable_file_stops_what_takes_defaults_only(cli: Cli) -> None:
    write(cli.home, UNREADABLE["a number of 5,000 digits"])
    for words in (["start", "Review"], ["log", "1h", "Review"], ["run", "true"]):
        error = cli("--json", *words, code=2).error
        assert ".clockify.toml cannot be read" in error["message"]
        assert error["hint"]
    for words in (["status"], ["entries"], ["report"], ["config", "explain"], ["gaps"]):
        assert cli(*words).err.count(".clockify.toml cannot be read") == 1


def test_what_may_not_count_stops_nothing(cli: Cli, served: Served) -> None:
    write(cli.home, "key_command = ['touch', 'owned']\ntags = 3\ntask_from_branch = '(a+)+$'\n")
    ran = cli("start", "Review")
    assert ran.err.count(".clockify.toml") == 3
    assert not (cli.home / "owned").exists()
    assert cli("status", "--json").json["description"] == "Review"


def repository(folder: Path, branch: str) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text(f"ref: refs/heads/{branch}\n")


@pytest.mark.parametrize("project", [True, False])
def test_a_branch_without_a_task_costs_the_task_alone(cli: Cli, project: bool) -> None:
    cli("projects", "create", "Acme")
    repository(cli.home, "feature/WEB-12")
    write(
        cli.home,
        "task_from_branch = '([A-Z]+-\\d+)'\n" + ("project = 'Acme'\n" if project else ""),
    )
    ran = cli("start", "Review")
    assert "branch" in ran.err
    assert "WEB-12" in ran.err
    entry = cli("status", "--json").json
    assert entry["description"] == "Review"
    assert not entry.get("taskId")
    assert bool(entry.get("projectId")) is project


def test_a_task_of_the_branch_that_is_there_counts(cli: Cli) -> None:
    cli("projects", "create", "Acme")
    task = cli("tasks", "create", "WEB-12", "-p", "Acme", "--json").json["id"]
    repository(cli.home, "feature/WEB-12")
    write(cli.home, "project = 'Acme'\ntask_from_branch = '([A-Z]+-\\d+)'\n")
    assert cli("start", "Review", "--json").json["taskId"] == task


def test_a_branch_with_markup_is_described_without_it(cli: Cli) -> None:
    repository(cli.home, "fix-<x>")
    write(cli.home, "description = 'On {branch}'\n")
    assert cli("start", "--json").json["description"] == "On fix-x"


def test_explain_tells_of_the_folder_and_of_what_does_not_count(cli: Cli) -> None:
    write(cli.home, "round = '15m'\ngoal_day = 'x'\n")
    ran = cli("config", "explain", "round", "--json")
    assert ran.json["origin"] == str(cli.home / ".clockify.toml")
    assert ran.json["value"] == "15m"
    assert "goal_day" in ran.err
    assert cli("config", "explain", "goal_day", "--json").json["origin"] == "default"
