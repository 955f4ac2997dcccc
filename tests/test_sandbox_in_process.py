"""The sandbox called in process: many processes on one file, its speed, its month of work."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from fault_injection import Faults
from sandbox_api import ENTRIES, MINE, WS, Api, refused
from sandbox_bulk import insert
from sandbox_server import FaultySandbox

from clockify_cli.sandbox import USER_ID, Sandbox
from clockify_cli.sandbox.instants import duration_text, instant_text, read_instant
from clockify_cli.sandbox.seeds import MINA, MINA_KEY

NOW = datetime(2026, 11, 20, 15, tzinfo=ZoneInfo("Europe/Berlin"))


def through(app: Sandbox) -> Api:
    return Api.gateway("http://sandbox.localhost", transport=httpx.WSGITransport(app=app))


def opened(database: Path) -> Api:
    return through(Sandbox(database))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "deeper" / "sandbox.sqlite3"


def test_data_survives_between_runs_and_is_the_owners_alone(database: Path) -> None:
    made = opened(database).entry("2026-11-20T08:00:00Z")
    assert [entry["id"] for entry in opened(database).get(MINE)] == [made["id"]]
    assert database.stat().st_mode & 0o077 == 0
    assert Sandbox(database).reset() is None
    assert opened(database).get(MINE) == []


def test_the_clock_is_given(database: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
    api = through(Sandbox(database, clock=lambda: at))
    answer = api.send("POST", ENTRIES, {})
    assert answer.json()["timeInterval"]["start"] == "2026-01-02T03:04:05Z"
    assert answer.headers["Date"] == "Fri, 02 Jan 2026 03:04:05 GMT"


def test_a_pending_connection_is_active_when_asked_for(database: Path) -> None:
    opened(database)
    app = Sandbox(database)
    headers = {"Authorization": "Bearer sandbox"}
    control = Api("http://sandbox.localhost", headers, transport=httpx.WSGITransport(app=app))
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    assert control.get("/connections", status="PENDING")["connections"]
    assert control.get(f"/connections/{made}")["connection"]["status"] == "ACTIVE"


def test_faults_break_off_in_process_too(database: Path) -> None:
    api = through(FaultySandbox(database, faults=Faults([{"kind": "cut_after"}])))
    with pytest.raises(OSError, match="broke off"):
        api.send("POST", ENTRIES, {})
    assert len(api.get(MINE)) == 1


WRITER = """
import sys, httpx
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID, Sandbox
http = httpx.Client(
    transport=httpx.WSGITransport(app=Sandbox(sys.argv[1])),
    base_url="http://sandbox.localhost/clockify/api/v1/workspaces/" + WORKSPACE_ID,
    headers={"Authorization": "Bearer sandbox"},
)
for n in range(8):
    body = {"start": f"2026-11-20T0{n}:00:00Z", "description": sys.argv[2]}
    assert http.post("/time-entries", json=body).status_code == 201
    mine = f"/user/{USER_ID}/time-entries"
    assert http.get(mine, params={"page-size": 200}).status_code == 200
"""


def test_twelve_processes_share_a_file_that_none_has_made(database: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(database), str(n)], stderr=subprocess.PIPE, text=True
        )
        for n in range(12)
    ]
    for writer in writers:
        _, words = writer.communicate(timeout=60)
        assert writer.returncode == 0, words
    found = opened(database).get(MINE, page_size=200)
    assert Counter(entry["description"] for entry in found) == {str(n): 8 for n in range(12)}
    assert sum(entry["timeInterval"]["end"] is None for entry in found) == 1


def test_a_hundred_thousand_entries(database: Path) -> None:
    first = datetime(2016, 1, 1, tzinfo=UTC)

    def bodies() -> object:
        for n in range(100_000):
            at = first + timedelta(hours=n)
            yield {
                "start": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "end": (at + timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }

    sandbox = Sandbox(database)
    assert insert(sandbox, bodies()) == 100_000  # type: ignore[arg-type]
    api = through(sandbox)
    began = time.perf_counter()
    for page in (1, 50, 100):
        answer = api.send("GET", MINE, page=page, page_size=1000)
        assert len(answer.json()) == 1000
    assert answer.headers["Last-Page"] == "true"
    narrow = api.get(MINE, start="2020-06-01T00:00:00Z", end="2020-06-02T00:00:00Z")
    assert len(narrow) in (24, 25)
    # Generous: about 0.1 s where nothing else runs. A scan of the table would take many.
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("damage", [b"this is no database " * 500, b"SQLite format 3\x00" * 300])
def test_a_damaged_file_is_moved_aside(database: Path, damage: bytes) -> None:
    database.parent.mkdir()
    database.write_bytes(damage)
    answer = opened(database).send("GET", "/v1/user")
    assert answer.status_code == 500
    assert "sandbox reset" in answer.json()["message"]
    aside = Sandbox(database).reset()
    assert aside is not None
    assert Path(aside).read_bytes() == damage
    assert opened(database).get(MINE) == []


def test_a_month_of_work_is_believable_and_always_the_same(tmp_path: Path) -> None:
    counts = [Sandbox(tmp_path / name).seed(now=NOW) for name in "ab"]
    assert counts[0] == counts[1]
    one, two = (opened(tmp_path / name) for name in "ab")
    entries = one.get(MINE, page_size=1000)
    assert entries == two.get(MINE, page_size=1000)
    assert sum(Sandbox(tmp_path / "a").seed(now=NOW).values()) == 0  # nothing twice
    assert 80 < len(entries) < 400
    starts = [
        datetime.fromisoformat(e["timeInterval"]["start"]).astimezone(NOW.tzinfo) for e in entries
    ]
    assert NOW - timedelta(days=32) < min(starts) < NOW - timedelta(days=25)
    assert max(starts) < NOW
    assert all(8 <= start.hour < 21 for start in starts)
    assert sum(start.weekday() < 5 for start in starts) > 0.9 * len(starts)
    projects = one.get(f"{WS}/projects")
    names = [project["name"] for project in projects]
    assert names.count("Website") == 2
    assert {"C++", "[Internal] Housekeeping", "🚀 Launch"} <= set(names)
    assert sum(project["archived"] for project in projects) == 1
    assert len({project["color"] for project in projects}) == len(projects)
    assert one.get(MINE, in_progress="true") == []
    (running,) = one.get(f"{ENTRIES}/status/in-progress")
    assert running["userId"] != USER_ID
    assert len({user["id"] for user in one.get(f"{WS}/users")}) == 3
    assert Counter(tag["archived"] for tag in one.get(f"{WS}/tags")) == {False: 5, True: 1}
    assert {"TIME_OFF", "HOLIDAY", "REGULAR"} == {entry["type"] for entry in entries}
    locked = [entry for entry in entries if entry["isLocked"]]
    assert 0 < len(locked) < len(entries) / 2
    launch = next(p for p in projects if p["name"] == "🚀 Launch")
    tasks = one.get(f"{WS}/projects/{launch['id']}/tasks")
    assert Counter(task["status"] for task in tasks) == {"ACTIVE": 1, "DONE": 1}


def test_a_seeded_colleague_has_a_key_of_her_own(database: Path) -> None:
    Sandbox(database).seed(now=NOW)
    hers = Api.gateway(
        "http://sandbox.localhost", MINA_KEY, transport=httpx.WSGITransport(app=Sandbox(database))
    )
    me = hers.get("/v1/user")
    assert me["name"] == MINA
    mine = f"{WS}/user/{me['id']}/time-entries"
    oldest = hers.get(mine, page_size=1000)[-1]
    refused(hers.send("DELETE", f"{ENTRIES}/{oldest['id']}"), 403, 1003)  # she is no admin


def test_seeding_leaves_what_is_there(database: Path) -> None:
    api = opened(database)
    project = api.create(f"{WS}/projects", name="[Internal] Housekeeping")
    entry = api.entry("2026-11-20T08:00:00Z")
    Sandbox(database).seed(now=NOW, days=3)
    assert api.get(f"{ENTRIES}/{entry['id']}")["timeInterval"]["end"] is None
    found = api.get(f"{WS}/projects", name="[internal] housekeeping")
    assert [p["id"] for p in found] == [project["id"]]


def test_it_imports_nothing_of_the_program() -> None:
    code = (
        "import sys\n"
        "from clockify_cli.sandbox import routes, seeds, service\n"
        "own = [m for m in sys.modules if m.startswith('clockify_cli.')]\n"
        "print([m for m in own if not m.startswith('clockify_cli.sandbox')])\n"
        "print([m for m in ('http.server', 'socketserver', 'wsgiref', 'zoneinfo', 'email', 'httpx')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (59, "PT59S"), (3600, "PT1H"), (5405, "PT1H30M5S"), (360_000, "PT100H")],
)
def test_durations_as_they_are_written(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


def test_instants_are_read_and_written_across_the_calendar() -> None:
    for text in ("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"):
        assert instant_text(read_instant(text)) == text
