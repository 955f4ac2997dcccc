"""The menu of ``start -i`` and the live clock, on a terminal."""

from __future__ import annotations

import pytest
from cli import Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from terminal import Terminal


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def test_a_recent_combination_comes_first(cli: Cli, served: Served, api: Api) -> None:
    project = api.create(f"{WS}/projects", name="Web")
    cli("log", "10m", "Fix login", "-p", "Web")
    with Terminal(cli, "start", "-i") as terminal:
        shown = terminal.read_until("Enter for none: ")
        assert "Like a recent one?" in shown
        assert "Fix login · Web" in shown
        terminal.type("1\n")
        assert terminal.code() == 0
    [running] = [e for e in api.get(MINE) if not e["timeInterval"]["end"]]
    assert (running["description"], running["projectId"]) == ("Fix login", project["id"])


def test_projects_and_tasks_are_searched_by_any_part(cli: Cli, served: Served, api: Api) -> None:
    projects = {
        name: api.create(f"{WS}/projects", name=name)["id"]
        for name in [f"Project {n}" for n in range(12)] + ["Überarbeitung"]
    }
    number = projects["Überarbeitung"]
    task = api.create(f"{WS}/projects/{number}/tasks", name="Layout")["id"]
    with Terminal(cli, "start", "Draw", "--interactive") as terminal:
        terminal.read_until("and 4 more")
        terminal.read_until("Enter for none: ")
        terminal.type("nothing\n")
        terminal.read_until("Nothing matches 'nothing'.")
        terminal.type("ubera\n")
        terminal.read_until("Layout")
        terminal.type("1\n")
        assert terminal.code() == 0
    [running] = api.get(MINE)
    assert (running["projectId"], running["taskId"]) == (number, task)
    assert running["description"] == "Draw"


def test_without_a_terminal_the_menu_is_a_usage_error(cli: Cli, served: Served) -> None:
    assert "terminal" in cli("start", "-i", code=2).err
    cli("config", "set", "menu", "true")
    cli("start", "Plain", "--no-input")
    assert cli("status", "--json").json["description"] == "Plain"


def test_ctrl_c_in_the_menu_starts_nothing(cli: Cli, served: Served, api: Api) -> None:
    api.create(f"{WS}/projects", name="Web")
    with Terminal(cli, "start", "-i") as terminal:
        terminal.read_until("Enter for none: ")
        terminal.type("\x03")
        assert terminal.code() == 130
    assert api.get(MINE) == []


def test_watch_draws_a_clock_from_one_request(cli: Cli, served: Served) -> None:
    cli("start", "Review")
    served.clear()
    with Terminal(cli, "status", "--watch") as terminal:
        terminal.read_until("(0:00:02)")
        cli("switch", "Other")
        terminal.read_until("Other")
        terminal.type("\x03")
        assert terminal.code() == 130
    assert [r["method"] for r in served.requests()] == ["GET", "PATCH", "POST"]
    assert "terminal" in cli("status", "--watch", code=2).err
