"""After Clockify's yes nothing fails: odd answers, damaged files and full disks cost no change."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from typing import Any

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, Api

WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"


@pytest.fixture
def api(served: Served, cli: Cli) -> Api:
    cli.env["CLOCKIFY_NOW"] = NOW
    return Api.gateway(served.url)


def held(api: Api) -> list[tuple[str, bool]]:
    return sorted((e["description"], not e["timeInterval"]["end"]) for e in api.get(MINE))


# -- odd answers -------------------------------------------------------------------------

ODD: dict[str, dict[str, Any]] = {
    "month 13": {"timeInterval.end": "2026-13-01T00:00:00Z"},
    "start in month 13": {"timeInterval.start": "2026-13-01T00:00:00Z"},
    "start is null": {"timeInterval.start": None},
    "no interval": {"timeInterval": None},
    "interval is a list": {"timeInterval": []},
    "interval is a text": {"timeInterval": "soon"},
    "end is a number": {"timeInterval.end": 1e300},
    "duration is a number": {"timeInterval.duration": 7},
    "duration is nonsense": {"timeInterval.duration": "PT99999999999999999999999H"},
    "end before start": {"timeInterval.end": "1970-01-01T00:00:00Z"},
    "year 9999": {"timeInterval.end": "9999-12-31T23:59:59Z"},
    "tags are a number": {"tagIds": 7},
    "tags are objects": {"tagIds": [{"id": 1}, None, "x"]},
    "tags are null": {"tagIds": None},
    "description is an object": {"description": {"text": "New"}},
    "description is null": {"description": None},
    "description is a number": {"description": 10**30},
    "description holds controls": {"description": "\u001b[31m\ud800"},
    "project is a list": {"projectId": []},
    "project is a number": {"projectId": 7},
    "task is an object": {"taskId": {}},
    "billable is a text": {"billable": "yes"},
    "user is a number": {"userId": 7},
    "workspace is null": {"workspaceId": None},
    "type is a number": {"type": 5},
    "locked is a text": {"isLocked": "no"},
    "fields are a text": {"customFieldValues": "none"},
    "fields hold nulls": {"customFieldValues": [None, 7, {"customFieldId": []}]},
    "rate is huge": {"hourlyRate": {"amount": 10**400, "currency": 7}},
    "unknown keys": {"surprise": {"a": [1, {"b": None}]}},
    "ID is a number": {"id": 123456789012345678901234},
}
METHODS = {"start": "POST", "log": "POST", "stop": "PATCH", "edit": "PUT"}
ODD_CASES = [
    (name, list(METHODS)[number % 4] if not WHOLE else command)
    for number, name in enumerate(ODD)
    for command in (METHODS if WHOLE else ("",))
    if WHOLE or number % 3 == 0
]


@pytest.mark.parametrize(("name", "command"), ODD_CASES)
def test_an_odd_answer_to_a_change_is_a_success(
    cli: Cli, served: Served, api: Api, name: str, command: str
) -> None:
    words: tuple[str, ...] = {"start": ("start", "New"), "log": ("log", "9:00-9:30", "New")}.get(
        command, ()
    )
    wanted = [("New", command == "start")]
    if command == "stop":
        cli("start", "New", "--at", "9:00")
        words, wanted = ("stop",), [("New", False)]
    elif command == "edit":
        made = cli("log", "9:00-9:30", "Old", "--json").json
        words, wanted = ("edit", made["id"], "-d", "New"), [("New", False)]
    rule = {"kind": "odd", "set": ODD[name], "match": {"method": METHODS[command], "path": "entr"}}
    served.faults([rule])
    cli(*words)
    served.faults([])
    assert held(api) == wanted
    for after in (("status", "--today"), ("entries", "--json"), ("queue",), ("undo", "--list")):
        ran = cli(*after)
        assert "went wrong" not in ran.err
    assert json.loads(cli("queue", "--json").out) == []
    cli("log", "9:40-9:50", "Next")
    assert held(api) == sorted([*wanted, ("Next", False)])


def test_a_2xx_without_an_id_is_a_lost_answer_that_is_looked_up(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("status")
    for number, body in enumerate(('{"ok": true}', "[]", '"yes"', "7", "null")):
        served.faults([{"kind": "garbage", "body": body, "match": {"method": "POST"}}])
        cli("log", f"{number + 1}:00-{number + 1}:30", "New")
    assert held(api) == [("New", False)] * 5
    assert cli("queue", "--json").json == []


# -- damaged files -----------------------------------------------------------------------


def one_letter(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0x15]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one letter": one_letter,
    "truncated": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "binary": lambda content: bytes(range(256)) * 4,
    "another type": lambda content: b"[]",
    "nested": lambda content: b"[" * 100_000,
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "start": ("start", "New"),
    "stop": ("stop",),
    "log": ("log", "9:00-9:30", "New"),
    "edit": ("edit", "ID", "-d", "Edited"),
    "status": ("status",),
    "undo": ("undo", "--yes"),
}
AFTER = {
    "start": [("New", True), ("Old", False), ("Timer", False)],
    "stop": [("Old", False), ("Timer", False)],
    "log": [("New", False), ("Old", False), ("Timer", True)],
    "edit": [("Edited", False), ("Timer", True)],
    "status": [("Old", False), ("Timer", True)],
    "undo": [("Old", False)],
}


FILES = {
    "config": "config/config.toml",
    "journal": "state/journal.sqlite3",
    "state": "state/now-*.txt",
    "recent": "cache/*/*/recent.json",
    "ranges": "cache/*/ranges.dat",
    "names": "cache/*/*/projects.json",
}
FILE_CASES = [
    (file, damage, command)
    for i, file in enumerate(FILES)
    for j, damage in enumerate(DAMAGES)
    for k, command in enumerate(COMMANDS)
    if WHOLE or ((i + j) % 6 == k and j % 2 == i % 2)
]


@pytest.mark.sample(3)
@pytest.mark.parametrize(("file", "damage", "command"), FILE_CASES)
def test_a_damaged_file_costs_no_change(
    cli: Cli, served: Served, api: Api, file: str, damage: str, command: str
) -> None:
    made = prepare(cli)
    found = list(cli.home.glob(FILES[file]))
    assert found, [str(p) for p in cli.home.rglob("*")]
    for path in found:
        path.write_bytes(DAMAGES[damage](path.read_bytes() or b"x"))
        if file == "journal":
            for more in ("-wal", "-shm"):
                path.with_name(path.name + more).unlink(missing_ok=True)
    before = held(api)
    words = [made if w == "ID" else w for w in COMMANDS[command]]
    ran = cli(*words, "--json", code=None)
    assert "went wrong" not in ran.err
    if ran.code == 0:
        assert held(api) == AFTER[command]
    else:
        assert held(api) == before
        assert ran.error["message"]
        assert file in ("config", "journal"), ran
    cli("entries", code=None if file == "config" else 0)


def prepare(cli: Cli) -> str:
    cli("projects", "create", "--name", "Web")
    made: str = cli("log", "7:00-7:30", "Old", "-p", "Web", "--json").json["id"]
    cli("start", "Timer", "--at", "9:00")
    cli("entries")
    cli("status")
    return made


ROW_CASES = [
    (column, value)
    for column in ("payload", "before", "after", "error", "sent", "meta")
    for value in ("{", "[]", "7", b"\xff\x00", "[" * 50_000)
    if WHOLE or (column, value) in (("payload", "{"), ("after", b"\xff\x00"), ("meta", "7"))
]


@pytest.mark.parametrize(("column", "value"), ROW_CASES, ids=lambda x: repr(x)[:12])
def test_a_damaged_row_costs_itself_alone(
    cli: Cli, served: Served, api: Api, column: str, value: Any
) -> None:
    made = prepare(cli)
    with sqlite3.connect(cli.home / "state" / "journal.sqlite3") as db:
        db.execute(f"UPDATE operations SET {column} = ?", (value,))
    for words in (("status", "--today"), ("log", "8:00-8:10", "New"), ("stop",), ("queue",)):
        assert "went wrong" not in cli(*words).err
    cli("edit", made, "-d", "Edited")
    cli("undo", "--yes")
    ran = cli("undo", "--yes", code=None)
    assert "went wrong" not in ran.err
    cli("undo", "--list")
    assert ("Timer", False) in held(api) or ("Timer", True) in held(api)


@pytest.mark.parametrize("command", list(COMMANDS) if WHOLE else ["log", "stop"])
def test_a_state_folder_that_became_read_only_after_the_yes(
    cli: Cli, served: Served, api: Api, command: str
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes anywhere")
    made = prepare(cli)
    state = cli.home / "state"
    served.faults([{"kind": "slow", "seconds": 1.5, "match": {"method": "P|D"}, "times": 0}])
    words = [made if w == "ID" else w for w in COMMANDS[command]]
    process = cli.start(*words)
    time.sleep(0.9)
    state.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        _, errors = process.communicate(timeout=30)
    finally:
        state.chmod(stat.S_IRWXU)
    assert process.returncode == 0, errors
    served.faults([])
    cli("status")
    assert held(api) == AFTER[command]
