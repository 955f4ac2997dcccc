"""Worlds for the fault suite: each a service and a home of its own behind one shared address.

The address is part of an account's name, so what was prepared in one world (its home and its
service's entries) can be laid into any other. The key tells the server which world is meant.
"""

from __future__ import annotations

import json
import queue
import re
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cli import NOW, Cli, Ran, new_cli
from fault_injection import Faults, Rule
from sandbox_bulk import insert
from sandbox_server import WIRE, FaultySandbox, FaultyServer

from clockify_cli.sandbox import CUSTOM_FIELD_ID, USER_ID, WORKSPACE_ID, Sandbox, settings
from clockify_cli.sandbox.defaults import workspace_settings
from clockify_cli.sandbox.instants import read_instant
from clockify_cli.sandbox.store import add_user

DAY = NOW[:10]
COLLEAGUE = "5d0000000000000000000002"
WEB, OPS = "5d00000000000000000000b1", "5d00000000000000000000b2"
BUILD = "5d00000000000000000000d1"
DEV, URGENT = "5d00000000000000000000e1", "5d00000000000000000000e2"
NAMES = {WEB: "Web", OPS: "Ops", BUILD: "Build", DEV: "dev", URGENT: "urgent"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
T = TypeVar("T")


@dataclass(frozen=True, order=True)
class Entry:
    """What a time entry holds, as far as a user can tell; times are UTC clock times of ``DAY``."""

    description: str
    start: str
    end: str = ""
    project: str = ""
    task: str = ""
    tags: str = ""
    billable: bool = False
    type: str = "REGULAR"
    custom: str = ""
    user: str = "me"


def clock_time(seconds: int | None) -> str:
    """Return a UTC clock time of ``DAY``; with its date where it is of another day."""
    if seconds is None:
        return ""
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return text.removeprefix(f"{DAY}T").removesuffix(":00") if text.startswith(DAY) else text


def at(clock: str) -> str:
    """Return the API's timestamp of a UTC clock time of ``DAY``."""
    if not clock or "T" in clock:
        return clock
    return f"{DAY}T{clock}{':00' if clock.count(':') == 1 else ''}Z"


def entry_id(number: int) -> str:
    """Return the ID that the test gives to an entry which it puts there itself."""
    return f"64a687e2{number:016x}"


class Worlds:
    """A pool of worlds behind one server.

    Args:
        folder: Where their files go.
        count: How many there are, and how many cases are under way at once.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self._served: dict[str, World] = {}
        self._http = FaultyServer(self, "127.0.0.1", 0)  # type: ignore[arg-type]
        self.url = self._http.url
        self._serve()
        self._free: queue.LifoQueue[World] = queue.LifoQueue()
        self._pool = ThreadPoolExecutor(count)
        self._all: list[World] = []
        self._running = threading.Semaphore(6)
        base = folder / "base.sqlite3"
        furnish(base)
        for number in range(count):
            world = World(self, f"world-{number}", base)
            self._served[world.key] = world
            self._all.append(world)
            self._free.put(world)
        self.fresh = self._warm()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Hand a request to the world whose key it carries (WSGI)."""
        key = str(environ.get("HTTP_AUTHORIZATION", "")).removeprefix("Bearer ")
        world = self._served.get(key)
        if world is None:
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return [b""]
        return world(environ, start_response)

    def _serve(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.005,), daemon=True).start()

    def down(self) -> None:
        """Let the network be away: the address refuses connections."""
        self._http.shutdown()
        self._http.server_close()

    def up(self) -> None:
        """Let the network be back."""
        port = int(self.url.rsplit(":", 1)[1])
        self._http = FaultyServer(self, "127.0.0.1", port)  # type: ignore[arg-type]
        self._serve()

    def close(self) -> None:
        """Stop serving."""
        self._pool.shutdown()
        self.down()
        for world in self._all:
            world.service.store.close()

    @contextmanager
    def one(self) -> Iterator[World]:
        """Lend a world, without faults and with the minimal account."""
        world = self._free.get()
        try:
            world.restore(getattr(self, "fresh", None))
            yield world
        finally:
            world.service.faults = None
            self._free.put(world)

    def each(self, cases: Iterable[T], check: Callable[[World, T], None]) -> None:
        """Check every case in a world, many at once; fail with all that went wrong."""

        def told(case: T) -> str:
            return ", ".join(map(str, case)) if isinstance(case, tuple) else str(case)

        def one(case: T) -> str:
            with self.one() as world:
                try:
                    check(world, case)
                except AssertionError as error:
                    return f"{told(case)}: {error}"
                except Exception as error:
                    return f"{told(case)}: {type(error).__name__}: {error}"
            return ""

        failures = [text for text in self._pool.map(one, cases) if text]
        assert not failures, f"{len(failures)} failed:\n" + "\n".join(failures)

    @contextmanager
    def brisk(self) -> Iterator[None]:
        """Wait until few commands run, so that instants are spread over the command's own life."""
        with self._running:
            yield

    def _warm(self) -> Snapshot:
        """Return a home whose names are cached, and no entry."""
        with self.one() as world:
            for words in (("projects",), ("tags",), ("tasks", "-p", "Web"), ("users",)):
                world.cli(*words)
            world.cli("status")
            config = world.cli.home / "config" / "config.toml"
            # Another world's key is another person's, as far as the program can tell.
            config.write_text(re.sub(r'(?m)^key = ".*"\n', "", config.read_text()))
            return world.snapshot()


@dataclass(frozen=True)
class Snapshot:
    """A home and the entries of a service, to be laid into any world."""

    files: Mapping[str, bytes]
    rows: tuple[Any, ...]


class World:
    """One service and one home."""

    def __init__(self, worlds: Worlds, key: str, base: Path) -> None:
        self.key = key
        self.worlds = worlds
        database = worlds.folder / f"{key}.sqlite3"
        shutil.copy(base, database)
        self.service = FaultySandbox(database)
        with self.service.store.transaction(write=True) as db:
            db.execute("UPDATE keys SET key = ?", (key,))
        self.cli: Cli = new_cli(worlds.folder / key, worlds.url, MATON_API_KEY=key)
        self.cli.env |= {"CLOCKIFY_NOW": NOW, "TZ": "UTC"}

    # -- the service ---------------------------------------------------------------------

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request (WSGI)."""
        faults = self.service.faults
        if isinstance(faults, Late) and faults.is_due(environ["REQUEST_METHOD"]):
            return self._late(faults, environ, start_response)
        return self.service(environ, start_response)

    def _late(self, faults: Late, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Cut the connection at once, and carry the request out a while later."""

        def carry_out() -> None:
            time.sleep(faults.seconds)
            self.service({k: v for k, v in environ.items() if k != WIRE}, lambda *_: None)
            faults.done.set()

        threading.Thread(target=carry_out, daemon=True).start()
        environ[WIRE].end = "cut"
        start_response("200 OK", [])
        return [b""]

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Let these faults happen from now on."""
        self.service.faults = Faults(rules) if rules else None

    def requests(self) -> list[str]:
        """Return the methods of the requests since the world was lent or ``forget`` was called."""
        return [str(noted["method"]) for noted in self.service.log]

    def forget(self) -> None:
        """Forget the requests."""
        self.service.log.clear()

    def held(self) -> Counter[Entry]:
        """Return what the service holds."""
        with self.service.store.transaction(write=False) as db:
            return Counter(_entry(row) for row in db.execute(f"SELECT {_COLUMNS} FROM entries"))

    def put(self, number: int, entry: Entry) -> str:
        """Put an entry into the service, as another program would; return its ID."""
        ids = {name: thing for thing, name in NAMES.items()}
        body = {
            "id": entry_id(number),
            "userId": USER_ID if entry.user == "me" else COLLEAGUE,
            "start": at(entry.start),
            "end": at(entry.end) or None,
            "description": entry.description,
            "projectId": ids.get(entry.project),
            "taskId": ids.get(entry.task),
            "tagIds": [ids[tag] for tag in entry.tags.split(",") if tag],
            "billable": entry.billable,
            "type": entry.type,
        }
        insert(self.service, [body])
        custom = {"customFieldId": CUSTOM_FIELD_ID, "sourceType": "TIMEENTRY"}
        if entry.custom:
            self.change(number, custom=json.dumps([{**custom, "value": entry.custom}]))
        return entry_id(number)

    def rows(self, entry: Entry) -> list[str]:
        """Return the IDs of the entries that hold just this."""
        with self.service.store.transaction(write=False) as db:
            rows = db.execute(f"SELECT {_COLUMNS}, id FROM entries").fetchall()
        return [str(row[-1]) for row in rows if _entry(row[:-1]) == entry]

    def replace(self, number: str, entry: Entry) -> None:
        """Let an entry be this, as another program would."""
        ids = {name: thing for thing, name in NAMES.items()}
        self.change(
            number,
            description=entry.description,
            start=read_instant(at(entry.start)),
            stop=read_instant(at(entry.end)) if entry.end else None,
            project=ids.get(entry.project),
        )

    def configure(self, **settings: Any) -> None:
        """Change the service's settings (clockify_cli/sandbox/settings.py)."""
        self.service.configure(**settings)

    def remove(self, number: int | str) -> None:
        """Delete an entry in the service, as another program would."""
        found = entry_id(number) if isinstance(number, int) else number
        with self.service.store.transaction(write=True) as db:
            assert db.execute("DELETE FROM entries WHERE id = ?", (found,)).rowcount == 1

    def change(self, number: int | str, **columns: Any) -> None:
        """Change an entry in the service, as another program would."""
        found = entry_id(number) if isinstance(number, int) else number
        names = ", ".join(f"{name} = ?" for name in columns)
        with self.service.store.transaction(write=True) as db:
            done = db.execute(
                f"UPDATE entries SET {names} WHERE id = ?", (*columns.values(), found)
            )
            assert done.rowcount == 1, f"there is no entry {found}"

    # -- the home ------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Return this home and the service's entries."""
        files = {
            str(path.relative_to(self.cli.home)): path.read_bytes()
            for path in sorted(self.cli.home.rglob("*"))
            if path.is_file()
        }
        with self.service.store.transaction(write=False) as db:
            rows = tuple(db.execute("SELECT * FROM entries ORDER BY seq").fetchall())
        return Snapshot(files, rows)

    def restore(self, snapshot: Snapshot | None) -> None:
        """Bring home and entries to what they were then; no faults, an empty log."""
        self.service.faults = None
        shutil.rmtree(self.cli.home, ignore_errors=True)
        self.cli.home.mkdir()
        for name, content in (snapshot.files if snapshot else {}).items():
            path = self.cli.home / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
        with self.service.store.transaction(write=True) as db:
            db.execute("DELETE FROM entries")
            db.execute("DELETE FROM settings")
            unlimited = {"requests_per_second": 0, "gateway_requests_per_second": 0}
            roles = {USER_ID: "OWNER"}
            settings.change(db, {"workspace": workspace_settings(), "roles": roles, **unlimited})
            for row in snapshot.rows if snapshot else ():
                db.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(row))})", row)
        self.service.log.clear()

    def settle(self) -> Ran:
        """Run ``sync`` until nothing waits; return the last one."""
        for _ in range(4):
            ran = self.cli("sync", code=None)
            if ran.code in (0, 6):
                return ran
        raise AssertionError(f"something waits for ever: {ran}")

    def operations(self) -> list[tuple[int, str, str, str, str]]:
        """Return number, verb, state, entry and kind of each write of the journal, if sound."""
        path = self.cli.home / "state" / "journal.sqlite3"
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = db.execute(
                "SELECT o.id, c.verb, o.state, o.entry, o.kind FROM operations o"
                " JOIN changes c ON c.id = o.change ORDER BY o.id"
            ).fetchall()
        db.close()
        assert not list(path.parent.glob("*damaged*")), "the journal was taken for damaged"
        return found

    def open(self) -> list[tuple[int, str, str, str, str]]:
        """Return what waits or was set aside."""
        return [o for o in self.operations() if o[2] not in ("done", "dropped")]


class AfterWrite(Faults):
    """Faults of reading requests that begin once a writing one has come."""

    def __init__(self, write: Mapping[str, Any] | None, then: Iterable[Mapping[str, Any]]) -> None:
        super().__init__(then)
        self._write = Rule.read(write) if write is not None else None
        self._written = False

    def take(self, method: str, path: str) -> Rule | None:
        """Return what goes wrong with a request."""
        if method in WRITES:
            if self._write is None or not self._write.fits(method, path):
                return super().take(method, path) if self._written else None
            if self._write.skip > 0:
                self._write.skip -= 1
                return None
            self._written = True
            self._write.done += 1
            return self._write
        return super().take(method, path) if self._written else None


class Late(Faults):
    """The next write is cut off at once and carried out a while later all the same."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.done = threading.Event()
        self._used = False

    def is_due(self, method: str) -> bool:
        """Say whether this request is the one, and count it."""
        if method not in WRITES or self._used:
            return False
        self._used = True
        return True


def furnish(database: Path) -> None:
    """Make a service with a client, projects, a task, tags and a colleague."""
    sandbox = Sandbox(database)
    with sandbox.store.transaction(write=True) as db:
        add_user(db, COLLEAGUE, "Kim", "kim@sandbox.example", WORKSPACE_ID)
        db.execute(
            "INSERT INTO members VALUES (?, ?, 'ACTIVE', 'USER', NULL)", (WORKSPACE_ID, COLLEAGUE)
        )
    things = (
        ("projects", {"name": "Web", "billable": True}),
        ("projects", {"name": "Ops", "billable": False}),
        ("projects/{Web}/tasks", {"name": "Build"}),
        ("tags", {"name": "dev"}),
        ("tags", {"name": "urgent"}),
    )
    made: dict[str, str] = {}
    wanted = {name: number for number, name in NAMES.items()}
    for place, body in things:
        made[str(body["name"])] = _create(sandbox, place.format(**made), body)
    with sandbox.store.transaction(write=True) as db:
        # IDs that the tests can name.
        for name, number in made.items():
            for row, text in db.execute("SELECT seq, body FROM resources").fetchall():
                db.execute(
                    "UPDATE resources SET body = ?, id = replace(id, ?, ?),"
                    " holder = replace(holder, ?, ?) WHERE seq = ?",
                    (*(text.replace(number, wanted[name]), *(number, wanted[name]) * 2), row),
                )
    sandbox.close()
    with sqlite3.connect(database) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()


def _create(sandbox: Sandbox, place: str, body: Mapping[str, Any]) -> str:
    import io

    content = json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/clockify/api/v1/workspaces/{WORKSPACE_ID}/{place}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_AUTHORIZATION": "Bearer sandbox",
        "wsgi.input": io.BytesIO(content),
        "wsgi.url_scheme": "http",
    }
    answer = b"".join(sandbox(environ, lambda *_: lambda _: None))
    return str(json.loads(answer)["id"])


_COLUMNS = "description, start, stop, project, task, tags, billable, type, custom, user"


def _entry(row: tuple[Any, ...]) -> Entry:
    description, start, stop, project, task, tags, billable, kind, custom, user = row
    fields = [str(f["value"]) for f in json.loads(custom) if f.get("value") is not None]
    return Entry(
        description,
        clock_time(start),
        clock_time(stop),
        NAMES.get(project, ""),
        NAMES.get(task, ""),
        ",".join(sorted(NAMES[tag] for tag in json.loads(tags or "[]"))),
        bool(billable),
        kind,
        ",".join(fields),
        "me" if user == USER_ID else "Kim",
    )


def ended(entry: Entry, end: str) -> Entry:
    """Return an entry with this end."""
    return replace(entry, end=end)
