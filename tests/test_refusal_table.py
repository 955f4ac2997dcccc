"""What is refused, by whom, and what becomes of the change that met it: the contract as a table.

A refusal about the key, the connection, a role or a limit says nothing of the change, which is
queued, or with ``CI`` or ``--no-queue`` not kept at all. One about the entry fails the command.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, Api

from clockify_cli.gateway.answers import error_for
from clockify_cli.sandbox import CONNECTION_ID, WORKSPACE_ID


@dataclass(frozen=True)
class Row:
    """An answer to a change.

    Attributes:
        exit: The exit code where nothing may be queued; of a refusal of the change itself,
            the exit code.
        queued: It says nothing of the change.
        retry_after: Of a 429.
    """

    name: str
    status: int
    body: str
    exit: int
    queued: bool
    retry_after: str | None = None


def says(**fields: Any) -> str:
    return json.dumps(fields)


def of_maton(name: str, status: int, text: str, exit: int) -> list[Row]:
    """Return an answer in the four shapes that the gateway's errors come in."""
    shapes = {
        "flat": says(message=text, type="Refused", code=status),
        "nested": says(error={"message": text, "code": status}),
        "detail": says(detail=text),
        "list": says(detail=[{"loc": ["header", "Maton-Connection"], "msg": text}]),
    }
    return [Row(f"{name}, {shape}", status, body, exit, True) for shape, body in shapes.items()]


ABOUT_THE_WAY = [
    *of_maton("no connection", 400, "No connection for the app", 3),
    *of_maton("unknown connection", 404, "Connection x not found", 3),
    *of_maton("unresolved connection", 412, "The connection could not be resolved", 3),
    *of_maton("invalid key", 401, "Invalid API key", 3),
    *of_maton("key without scope", 403, "The key lacks the scope", 3),
    *of_maton("expired grant", 500, "Grant expired", 5),
    Row("banned, 401", 401, says(message="Banned", code=406), 3, True),
    Row("banned, 403", 403, says(message="Banned", code=406), 3, True),
    Row("not verified, 401", 401, says(message="Not verified", code=4019), 3, True),
    Row("not verified, 403", 403, says(message="Not verified", code=4019), 3, True),
    Row("Clockify's 401", 401, says(message="No such key", code=4003), 3, True),
    Row("rate limit", 429, says(message="Too many requests"), 7, True),
    Row("rate limit with Retry-After", 429, says(message="Too many requests"), 7, True, "1"),
    Row("Maton's rate limit", 429, says(message="Slow down", type="Limit", code=429), 7, True),
    Row("500 without words", 500, "", 5, True),
    Row("500 as text", 500, "Internal Server Error", 5, True),
    Row("502", 502, "<html>Bad Gateway</html>", 5, True),
    Row("503", 503, says(message="Down", code=503), 5, True),
    Row("504", 504, "", 5, True),
    Row("501 without a code", 501, "", 5, True),
    Row("wrong route", 404, says(message="No static resource x.", code=3000), 5, True),
    Row("a page", 404, "<!DOCTYPE html><html>Not Found</html>", 5, True),
]
ABOUT_THE_CHANGE = [
    Row("locked", 403, says(message="Can't edit locked time entry.", code=1003), 6, False),
    Row("approved", 403, says(message="Can't edit approved time entry.", code=4005), 6, False),
    Row("timer only", 403, says(message="Manual time tracking disabled.", code=4030), 6, False),
    Row("400", 400, says(message="Can't save, required fields are missing.", code=501), 6, False),
    Row("400 by another code", 400, says(message="Wrong.", code=3002), 6, False),
    Row("409", 409, says(message="Conflict.", code=501), 6, False),
    Row("422", 422, says(message="Not that.", code=501), 6, False),
    Row("501 with a code", 501, says(message="Not that.", code=501), 6, False),
    Row("404", 404, says(message="Doesn't exist.", code=404), 4, False),
    Row("foreign", 400, says(message="X doesn't belong to Workspace", code=501), 4, False),
    Row("unknown workspace", 404, "", 4, False),
    Row("403 by the same user", 403, says(message="Access is denied"), 3, False),
]
ROWS = [*ABOUT_THE_WAY, *ABOUT_THE_CHANGE]
MODES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "queue": ((), {}),
    "CI": ((), {"CI": "true"}),
    "--no-queue": (("--no-queue",), {}),
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "start": ("start", "New"),
    "stop": ("stop",),
    "log": ("log", "9:00-9:30", "New"),
    "edit": ("edit", "ID", "-d", "New"),
    "delete": ("entries", "delete", "ID"),
    "discard": ("discard",),
}
METHODS = "POST PATCH PUT DELETE"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_answer_is_read_as_the_table_says(row: Row) -> None:
    path = f"/api/v1/workspaces/{WORKSPACE_ID}/user/{'5' * 24}/time-entries"
    error = error_for(row.status, row.body.encode(), write=True, path=path)
    assert error.exit_code == row.exit
    # A 403 without a code is the change's only once it is known that the user is the same.
    assert error.blames_change == (not row.queued) or row.exit == 3


class World:
    """One person, with an entry and perhaps a timer at the service."""

    def __init__(self, cli: Cli, served: Served, command: str) -> None:
        self.cli, self.served, self.words = cli, served, COMMANDS[command]
        cli.env["CLOCKIFY_NOW"] = NOW
        cli.env["CLOCKIFY_TIMEOUT"] = "5"
        self.api = Api.gateway(served.url)
        made = self.api.entry("2026-11-25T06:00:00Z", "2026-11-25T06:30:00Z", description="Old")
        if command in ("stop", "discard"):
            self.api.entry("2026-11-25T08:00:00Z", description="Old")
        cli("status")
        self.words = tuple(made["id"] if word == "ID" else word for word in self.words)
        self.before = self.held()

    def break_writes(self, row: Row) -> None:
        kind: dict[str, Any] = {"kind": "status_before", "status": row.status, "body": row.body}
        if row.status == 429:
            kind = {"kind": "429", "retry_after": row.retry_after}
        where = r"^/clockify/api/.*time-entries"
        self.served.faults(
            [{**kind, "times": 0, "match": {"method": m, "path": where}} for m in METHODS.split()]
        )

    def held(self) -> list[tuple[str, bool]]:
        return sorted((e["description"], not e["timeInterval"]["end"]) for e in self.api.get(MINE))

    def states(self) -> list[str]:
        with sqlite3.connect(self.cli.home / "state" / "journal.sqlite3") as db:
            return [row[0] for row in db.execute("SELECT state FROM operations ORDER BY id")]


AFTER = {
    "start": [("New", True), ("Old", False)],
    "stop": [("Old", False), ("Old", False)],
    "log": [("New", False), ("Old", False)],
    "edit": [("New", False)],
    "delete": [],
    "discard": [("Old", False)],
}
WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"
SLOW = ("expired grant", "50", "rate limit", "Maton's rate")  # they are waited for
PUSHED = {  # one of each kind on each push, every command and mode among them
    "no connection, flat": ("log", "queue"),
    "unknown connection, detail": ("start", "queue"),
    "unresolved connection, nested": ("edit", "CI"),
    "invalid key, nested": ("delete", "queue"),
    "key without scope, list": ("stop", "queue"),
    "not verified, 401": ("discard", "--no-queue"),
    "rate limit with Retry-After": ("log", "CI"),
    "wrong route": ("discard", "queue"),
    "a page": ("edit", "queue"),
    "503": ("log", "queue"),
    "locked": ("delete", "queue"),
    "timer only": ("log", "queue"),
    "501 with a code": ("edit", "--no-queue"),
    "404": ("stop", "queue"),
    "foreign": ("start", "CI"),
    "unknown workspace": ("log", "queue"),
    "403 by the same user": ("start", "queue"),
}
CASES = [
    (row, command, mode)
    for row in ROWS
    for command in COMMANDS
    for mode in MODES
    if WHOLE or PUSHED.get(row.name) == (command, mode)
]


@pytest.mark.parametrize(
    ("row", "command", "mode"), CASES, ids=[f"{r.name}-{c}-{m}" for r, c, m in CASES]
)
def test_a_refused_change_is_kept_or_fails(
    cli: Cli, served: Served, row: Row, command: str, mode: str
) -> None:
    world = World(cli, served, command)
    more, environ = MODES[mode]
    world.break_writes(row)
    kept = row.queued and mode == "queue"
    ran = cli(*world.words, *more, "--json", code=0 if kept else row.exit, **environ)
    assert world.held() == world.before
    if kept:
        assert ran.json["queued"] is True
        assert ran.err, "the reason is shown"
        assert set(world.states()) <= {"queued", "sending"}
        assert world.states()
    else:
        assert ran.out == ""
        assert ran.error["exit"] == row.exit
        assert not {"queued", "sending", "refused", "conflict", "lost"} & set(world.states())
    served.faults([])
    cli("sync")
    assert world.held() == (AFTER[command] if kept else world.before)
    assert cli("queue", "--json").json == []


def test_the_whole_table_is_tried() -> None:
    assert len(ROWS) == 52
    assert len(CASES) == (52 * 6 * 3 if WHOLE else 17)


@pytest.mark.parametrize("command", list(COMMANDS) if WHOLE else ["log"])
def test_a_403_of_another_user_sends_nothing_and_keeps_nothing(
    cli: Cli, served: Served, command: str
) -> None:
    world = World(cli, served, command)
    world.break_writes(Row("", 403, says(message="Access is denied"), 3, False))
    served.configure(connections={CONNECTION_ID: "kim@sandbox.example"})
    ran = cli(*world.words, "--json", code=3)
    assert "another user" in ran.error["message"]
    assert not {"queued", "sending"} & set(world.states())
    served.faults([])
    served.configure(connections={CONNECTION_ID: "robin@sandbox.example"})
    assert world.held() == world.before


@pytest.mark.parametrize("row", [r for r in ABOUT_THE_CHANGE if WHOLE or r.name == "locked"])
def test_a_pending_change_that_is_refused_is_set_aside(cli: Cli, served: Served, row: Row) -> None:
    world = World(cli, served, "log")
    world.break_writes(Row("", 503, "", 5, True))
    cli(*world.words)
    world.break_writes(row)
    assert "refused: log New" in cli("sync", code=6).out
    assert world.states() == ["refused"]
    served.faults([])
    cli("status")
    assert world.held() == world.before
    assert cli("queue", "retry", str(cli("queue", "--json").json[0]["id"])).code == 0
    assert world.held() == AFTER["log"]
