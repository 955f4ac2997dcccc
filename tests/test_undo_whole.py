"""Undo and redo of every kind of change, in every workspace, asked for where it must be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api
from terminal import Terminal

WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"
LISTS = ("projects", "clients", "tags")


class World:
    """One person, and everything that the service holds of them."""

    def __init__(self, cli: Cli, served: Served) -> None:
        self.cli, self.served = cli, served
        self.api = Api.gateway(served.url)
        cli.env.pop("CLOCKIFY_NOW", None)
        cli.env["CLOCKIFY_NOW"] = NOW

    def shown(self) -> dict[str, Any]:
        """Return what is there, without what an undo cannot restore: IDs."""
        found: dict[str, Any] = {
            "entries": sorted(
                (e["description"], e["timeInterval"]["start"], e["timeInterval"]["end"] or "")
                for e in self.api.get(MINE)
            )
        }
        for plural in LISTS:
            found[plural] = sorted(
                (t["name"], t["archived"], t.get("note") or "")
                for t in self.api.get(f"{WS}/{plural}")
            )
        found["tasks"] = sorted(
            (t["name"], t["status"])
            for p in self.api.get(f"{WS}/projects")
            for t in self.api.get(f"{WS}/projects/{p['id']}/tasks")
        )
        return found

    def do(self, line: str) -> None:
        self.cli(*(w.replace("_", " ") for w in line.split()), "--yes")


@pytest.fixture
def world(cli: Cli, served: Served) -> Iterator[World]:
    yield World(cli, served)


# What is there before, and the change.
CHANGES: dict[str, tuple[tuple[str, ...], str]] = {
    "log": ((), "log 8:00-8:30 One"),
    "log of two": ((), "log 8:00-8:30 9:00-9:10 One"),
    "start": ((), "start One --at 9:00"),
    "start over a timer": (("start One --at 8:00",), "start Two --at 9:00"),
    "stop": (("start One --at 8:00",), "stop --at 9:00"),
    "edit": (("log 8:00-8:30 One",), "edit @1 -d Two"),
    "delete": (("log 8:00-8:30 One",), "entries delete @1"),
    "discard": (("start One --at 8:00",), "discard"),
    "split": (("log 8:00-9:00 One",), "split @1 --at 8:30"),
    "project created": ((), "projects create Web"),
    "project updated": (("projects create Web --note old",), "projects update Web --note new"),
    "project renamed": (("projects create Web",), "projects rename Web Site"),
    "project archived": (("projects create Web",), "projects archive Web"),
    "project deleted": (
        ("projects create Web --note old", "projects archive Web"),
        "projects delete Web",
    ),
    "project archived and deleted": (("projects create Web",), "projects delete Web --archive"),
    "client created": ((), "clients create Acme"),
    "client updated": (("clients create Acme --note old",), "clients update Acme --note new"),
    "client archived": (("clients create Acme",), "clients archive Acme"),
    "client deleted": (("clients create Acme",), "clients delete Acme --archive"),
    "tag created": ((), "tags create urgent"),
    "tag renamed": (("tags create urgent",), "tags rename urgent slow"),
    "tag archived": (("tags create urgent",), "tags archive urgent"),
    "tag deleted": (("tags create urgent",), "tags delete urgent"),
    "task created": (("projects create Web",), "tasks create Build -p Web"),
    "task renamed": (
        ("projects create Web", "tasks create Build -p Web"),
        "tasks rename Build Test -p Web",
    ),
    "task done": (("projects create Web", "tasks create Build -p Web"), "tasks done Build -p Web"),
    "task deleted": (
        ("projects create Web", "tasks create Build -p Web"),
        "tasks delete Build -p Web --done",
    ),
}
PUSHED = ("log of two", "start over a timer", "split", "project updated", "task deleted")


@pytest.mark.parametrize("name", CHANGES if WHOLE else PUSHED)
def test_every_kind_of_change_is_undone_and_redone(world: World, name: str) -> None:
    before_lines, line = CHANGES[name]
    for one in before_lines:
        world.do(one)
    before = world.shown()
    world.do(line)
    after = world.shown()
    assert after != before
    world.cli("undo", "--yes")
    assert world.shown() == before
    world.cli("redo")
    assert world.shown() == after
    world.cli("undo", "--yes")
    assert world.shown() == before
    world.do("log 5:00-5:10 Else")
    assert "nothing to redo" in world.cli("redo", code=4).err


FILE = """\
Project,Client,Description,Task,Tags,Start date,Start time,End date,End time
Apollo,Zeus,One,Design,urgent,2026-11-20,09:00,2026-11-20,10:00
Apollo,Zeus,Two,Build,slow,2026-11-20,10:00,2026-11-20,11:00
Old,,Three,,,2026-11-20,11:00,2026-11-20,12:00
"""


def imported(world: World, *more: str, code: int = 0) -> Any:
    (world.cli.home / "a.csv").write_text(FILE)
    return world.cli("import", "a.csv", "--create-missing", "--yes", *more, code=code)


def test_an_import_is_undone_with_what_it_created(world: World) -> None:
    world.do("projects create Old")
    before = world.shown()
    imported(world)
    assert len(world.shown()["entries"]) == 3
    changes = world.cli("undo", "--list", "--json").json
    assert [c["operation"] for c in changes] == ["import", "projects create"]
    ran = world.cli("undo", "--yes")
    assert world.shown() == before
    assert "2 tags, 2 tasks, 1 project, 1 client" in ran.out
    assert "cannot be redone" in world.cli("redo", code=6).err
    imported(world)  # and again: its key is free
    assert len(world.shown()["entries"]) == 3
    world.cli("undo", "--yes")
    assert world.shown() == before


def test_what_is_in_use_or_changed_stays_when_an_import_is_undone(world: World) -> None:
    world.do("projects create Old")
    imported(world)
    world.do("log 8:00-8:30 Mine -t urgent")
    world.do("projects update Apollo --note mine")
    [number] = [
        c["id"] for c in world.cli("undo", "--list", "--json").json if c["operation"] == "import"
    ]
    ran = world.cli("undo", str(number), "--yes")
    left = world.shown()
    assert [e[0] for e in left["entries"]] == ["Mine"]
    assert [t[0] for t in left["tags"]] == ["urgent"]
    assert [p[0] for p in left["projects"]] == ["Apollo", "Old"]
    assert "in use" in ran.out + ran.err
    assert "changed since" in ran.out + ran.err


def test_an_import_that_failed_in_the_middle_goes_on_and_is_undone_as_one(world: World) -> None:
    world.do("projects create Old")
    before = world.shown()
    world.served.faults(
        [
            {"kind": "status_before", "status": 503, "times": 0}
            | {"match": {"method": "POST", "path": "time-entries"}}
        ]
    )
    imported(world, code=5)
    world.served.faults([])
    imported(world)
    assert len(world.shown()["entries"]) == 3
    world.cli("undo", "--yes")
    assert world.shown() == before


def test_an_undo_of_an_import_that_was_broken_off_goes_on(world: World) -> None:
    world.do("projects create Old")
    before = world.shown()
    imported(world)
    world.served.faults(
        [
            {"kind": "status_before", "status": 503, "times": 0}
            | {"match": {"method": "DELETE", "path": "/(tags|clients|projects)/"}}
        ]
    )
    world.cli("undo", "--yes", code=5)
    world.served.faults([])
    world.cli("undo", "--yes")
    assert world.shown() == before


def test_a_change_in_another_workspace_is_undone_there(world: World) -> None:
    other = world.api.create("/v1/workspaces", name="Other")["id"]
    there = MINE.replace(WS, f"/v1/workspaces/{other}")
    world.cli("log", "8:00-8:30", "There", "-w", other)
    world.cli("undo", "--yes")
    assert world.api.get(there) == []
    world.cli("redo")
    assert [e["description"] for e in world.api.get(there)] == ["There"]
    world.cli("tags", "create", "urgent", "-w", other)
    world.cli("undo", "--yes")
    assert world.api.get(f"/v1/workspaces/{other}/tags") == []


# -- asking -----------------------------------------------------------------------------


def test_an_old_change_is_not_undone_unasked(world: World) -> None:
    del world.cli.env["CLOCKIFY_NOW"]
    world.do("log yesterday 8:00-8:30 One")
    world.cli.env["CLOCKIFY_NOW"] = "2099-01-01T00:00:00Z"
    refused = world.cli("undo", "--json", code=2).error
    assert "ten minutes" in refused["message"]
    assert "--yes" in refused["hint"]
    assert len(world.shown()["entries"]) == 1


def test_what_a_script_made_is_not_undone_unasked_at_a_terminal(world: World) -> None:
    del world.cli.env["CLOCKIFY_NOW"]
    world.do("log yesterday 8:00-8:30 One")
    with Terminal(world.cli, "undo") as terminal:
        terminal.read_until("[y/N]")
        terminal.type("n\n")
        assert terminal.code() == 2
    assert len(world.shown()["entries"]) == 1
    with Terminal(world.cli, "undo") as terminal:
        terminal.read_until("[y/N]")
        terminal.type("y\n")
        assert terminal.code() == 0
    assert world.shown()["entries"] == []


def test_a_fresh_change_of_the_same_session_is_undone_unasked(world: World) -> None:
    del world.cli.env["CLOCKIFY_NOW"]
    world.do("log yesterday 8:00-8:30 One")
    world.cli("undo")
    assert world.shown()["entries"] == []


def test_the_list_shows_when_and_what_changed(world: World) -> None:
    world.do("log 8:00-8:30 One")
    world.do("edit @1 -d Two --to 9:00")
    ran = world.cli("undo", "--list")
    first = next(line for line in ran.out.splitlines() if " edit " in line)
    for word in ("One", "Two", "→", "8:30", "9:00"):
        assert word in first.replace("08:30", "8:30").replace("09:00", "9:00"), ran.out


def test_a_key_is_free_after_an_undo_and_after_a_deletion(world: World) -> None:
    words = ("log", "8:00-8:30", "One", "--key", "job")
    world.cli(*words)
    world.cli("undo", "--yes")
    world.cli(*words)
    assert len(world.shown()["entries"]) == 1
    world.cli("redo", code=4)
    world.cli("entries", "delete", "@1", "--yes")
    world.cli(*words)
    assert len(world.shown()["entries"]) == 1
