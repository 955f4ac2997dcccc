"""A journal of version 0.1.0 is taken over row by row; a newer one is left alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, WS, Api

from clockify_cli.journal import schema
from clockify_cli.journal.operation import DONE, QUEUED
from clockify_cli.journal.store import KEPT_CHANGES, Journal
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID

KIM = "kim@sandbox.example"
OF_010 = """
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, verb TEXT NOT NULL,
    label TEXT NOT NULL, created_at TEXT NOT NULL, undone_by INTEGER, undoes INTEGER, key TEXT);
CREATE UNIQUE INDEX changes_by_key ON changes (account, key) WHERE key IS NOT NULL;
CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, change INTEGER NOT NULL REFERENCES changes (id),
    account TEXT NOT NULL, workspace TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL, entry TEXT NOT NULL, payload TEXT NOT NULL, sent TEXT, before TEXT,
    after TEXT, error TEXT, attempts INTEGER NOT NULL DEFAULT 0,
    hold_until REAL NOT NULL DEFAULT 0, created_at TEXT NOT NULL);
CREATE INDEX operations_open ON operations (account, state, id);
CREATE INDEX operations_by_change ON operations (change);
CREATE INDEX operations_by_entry ON operations (entry);
PRAGMA application_id = 1668049785;
PRAGMA user_version = 1;
"""


class Old:
    """A journal as version 0.1.0 wrote it."""

    def __init__(self, home: Path) -> None:
        self.path = home / "state" / "journal.sqlite3"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path)) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(OF_010)

    def log(
        self,
        account: str,
        name: str,
        hour: int,
        *,
        user: str = USER_ID,
        state: str = QUEUED,
        entry: str = "",
        key: str | None = None,
    ) -> int:
        """Add a recorded entry as 0.1.0 did, also while the new program is at work."""
        body = {"start": f"2026-11-25T{hour:02}:00:00Z", "end": f"2026-11-25T{hour:02}:30:00Z"}
        body |= {"description": name, "billable": False}
        workspace = WORKSPACE_ID if user else ""
        with closing(sqlite3.connect(self.path)) as db, db:
            made = "2026-11-25T09:00:00Z"
            change = db.execute(
                "INSERT INTO changes (account, verb, label, created_at, key)"
                " VALUES (?, 'log', ?, ?, ?)",
                (account, name, made, key),
            ).lastrowid
            number = db.execute(
                "INSERT INTO operations (change, account, workspace, user, kind, state, entry,"
                " payload, created_at) VALUES (?, ?, ?, ?, 'create', ?, ?, ?, ?)",
                (change, account, workspace, user, state, entry, json.dumps(body), made),
            ).lastrowid
            assert number
            after = {
                **{"id": entry or f"local-{number}", "userId": user, "workspaceId": workspace},
                **{"description": name, "billable": False, "tagIds": []},
                "timeInterval": {"start": body["start"], "end": body["end"]},
            }
            db.execute(
                "UPDATE operations SET entry = ?, after = ? WHERE id = ?",
                (after["id"], json.dumps(after), number),
            )
        return number

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(query).fetchall()


@pytest.fixture
def old(cli: Cli, served: Served) -> Old:
    cli.env["CLOCKIFY_NOW"] = NOW
    served.configure(keys={"kim": KIM})
    return Old(cli.home)


def held(api: Api, path: str = MINE) -> list[str]:
    return sorted(e["description"] for e in api.get(path))


def test_a_journal_of_010_is_taken_over_row_by_row(cli: Cli, served: Served, old: Old) -> None:
    api, kims = Api.gateway(served.url), Api.gateway(served.url, "kim")
    kim = kims.get("/v1/user")["id"]
    here, other = f"{served.url}/clockify", f"{served.url}/clockify".replace("127.0.0.1", "[::1]")
    done = api.entry("2026-11-25T05:00:00Z", "2026-11-25T05:30:00Z", description="Done")
    old.log(here, "Done", 5, state=DONE, entry=done["id"], key="job")
    old.log(here, "Mine", 6)
    old.log(other, "Mine too", 7)
    old.log(f"{here}#a-connection", "And this", 8)
    old.log(here, "Hers", 6, user=kim)
    old.log(here, "Unknown", 4, user="")
    old.log("https://gateway.maton.ai/clockify", "Elsewhere", 3)
    before = old.rows("SELECT id, payload, state, entry FROM operations ORDER BY id")

    ran = cli("status")
    assert "Upgraded the journal of clockify 0.1.0" in ran.err
    [copy] = old.path.parent.glob("journal.sqlite3.0.1.0*")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as db:
        kept = db.execute("SELECT id, payload, state, entry FROM operations ORDER BY id").fetchall()
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert kept == before

    cli("sync")
    assert held(api) == ["And this", "Done", "Mine", "Mine too"]
    assert held(kims, f"{WS}/user/{kim}/time-entries") == []
    assert "Done" in cli("log", "5:00-5:30", "Done", "--key", "job", "--json").out
    cli("sync", MATON_API_KEY="kim")
    assert held(kims, f"{WS}/user/{kim}/time-entries") == ["Hers"]
    assert "claim" in cli("queue").err
    cli("queue", "claim", "--yes")
    cli("sync")
    assert held(api) == ["And this", "Done", "Mine", "Mine too", "Unknown"]
    assert len(old.rows("SELECT 1 FROM operations WHERE state = 'queued'")) == 1, "Elsewhere's"

    numbers = [change["id"] for change in cli("undo", "--list", "--json").json]
    assert numbers
    cli("undo", "1", "--yes")
    assert "Done" not in held(api)
    assert "newer" not in cli("status").err
    assert len(list(old.path.parent.glob("journal.sqlite3.0.1.0*"))) == 1, "taken over once"


def test_a_program_of_010_that_is_still_at_work_harms_nothing(
    cli: Cli, served: Served, old: Old
) -> None:
    api = Api.gateway(served.url)
    here = f"{served.url}/clockify"
    old.log(here, "First", 4, key="job")
    cli("status")  # taken over, and delivered
    old.log(here, "Late", 5)
    old.log(here, "Same key", 6, key="job")
    old.log(here, "Nobody's", 7, user="")
    for _ in range(2):
        ran = cli("sync")
        assert "damaged" not in ran.err
        assert "kept as" not in ran.err
    assert held(api) == ["First", "Late", "Same key"]
    assert not list(old.path.parent.glob("*damaged*"))
    assert old.rows("SELECT count(*) FROM operations WHERE account LIKE 'http%'") == [(0,)]


def test_a_journal_of_a_newer_version_is_left_alone(cli: Cli, served: Served, old: Old) -> None:
    with closing(sqlite3.connect(old.path)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = old.path.read_bytes()
    for words in (("log", "9:00-9:30", "x"), ("status",), ("undo", "--yes"), ("sync",), ("queue",)):
        error = cli(*words, "--json", code=1).error
        assert "newer clockify" in error["message"]
        assert "pip install" in error["hint"]
    assert old.path.read_bytes() == before
    assert Api.gateway(served.url).get(MINE) == []
    assert [p.name for p in old.path.parent.glob("journal*") if p.stat().st_size] == [old.path.name]


# -- in process: what a long journal costs, and what is pruned -----------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOCKIFY_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def fill(old: Old, count: int, pending: int) -> None:
    with closing(sqlite3.connect(old.path)) as db, db:
        rows = range(1, count + 1)
        db.executemany(
            "INSERT INTO changes (id, account, verb, label, created_at)"
            " VALUES (?, 'https://gateway.maton.ai/clockify', 'log', 'x', '2020-01-01T00:00:00Z')",
            [(i,) for i in rows],
        )
        body = '{"start": "2026-11-25T08:00:00Z", "end": "2026-11-25T08:30:00Z"}'
        db.executemany(
            "INSERT INTO operations (change, account, workspace, user, kind, state, entry, payload,"
            " created_at) VALUES (?, 'https://gateway.maton.ai/clockify', 'w', 'u', 'create', ?,"
            f" ?, '{body}', '')",
            [(i, QUEUED if i <= pending else DONE, f"e{i}") for i in rows],
        )


def test_pruning_keeps_what_is_pending(state: Path) -> None:
    old = Old(state)
    fill(old, 2_000, pending=7)
    journal = Journal("clockify/u", lambda text: None)
    assert len(journal.waiting()) == 7
    for _ in range(500):
        journal.record("log", "new", [])
    assert len(journal.waiting()) == 7
    left = old.rows("SELECT count(*) FROM changes")[0][0]
    assert left < 600, "the old ones that are over are gone"
    journal.close()


def test_twenty_thousand_changes_are_found_by_indexes(state: Path) -> None:
    fill(Old(state), KEPT_CHANGES, pending=3)
    journal = Journal("clockify/u", lambda text: None)
    asked: list[str] = []
    journal._db.set_trace_callback(asked.append)
    assert not schema.has_strays(journal._db)
    journal.waiting()
    journal.undelivered()
    journal.set_aside()
    journal.operation(5)
    journal.of_change(7)
    journal.newest_done("w", "u")
    journal.newest_of("e9")
    journal.creation_of("local-9")
    journal.created_here(["e9", "e10"])
    journal.last_done("e9")
    journal.successor("e9")
    journal.thing_now("e9")
    journal.change(9)
    journal.change_with_key("job", "w")
    journal.under_other_keys(["e9"], "job")
    journal.undoing(9)
    journal.undoable(1)
    journal.newest_change()
    journal.pending_elsewhere()
    journal.has_any("other")
    journal.record("log", "x", [])
    journal.forget_keys_of("e9")
    journal.mark_undone(9, 0)
    journal._db.set_trace_callback(None)
    queries = [q for q in asked if q.startswith(("SELECT", "UPDATE"))]
    assert len(queries) >= 20
    for query in queries:
        plan = [row[3] for row in journal._db.execute(f"EXPLAIN QUERY PLAN {query}")]
        scans = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
        assert not scans, (query, plan)
    journal.close()
