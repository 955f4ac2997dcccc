"""The served sandbox: its socket, its faults, many clients at once, and being killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Served, start_server
from sandbox_api import ENTRIES, MINE, WS, Api

from clockify_cli.sandbox import WORKSPACE_ID, Sandbox
from clockify_cli.sandbox.server import LoopbackServer

BODY = {"start": "2026-11-20T08:00:00Z", "description": "once"}


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def fault(kind: str, **more: Any) -> list[dict[str, Any]]:
    return [{"match": {"method": "POST", "path": "/time-entries$"}, "kind": kind, **more}]


@pytest.mark.parametrize(
    ("kind", "happened", "error"),
    [
        ("cut_before", 0, httpx.RemoteProtocolError),
        ("cut_after", 1, httpx.RemoteProtocolError),
        ("half", 1, httpx.RemoteProtocolError),
        ("reset", 0, httpx.ReadError),
        ("hang", 0, httpx.ReadTimeout),
    ],
)
def test_faults_on_the_socket(
    api: Api, served: Served, kind: str, happened: int, error: type[Exception]
) -> None:
    served.faults(fault(kind, seconds=1))
    with pytest.raises(error):
        Api.gateway(served.url, timeout=0.5).send("POST", ENTRIES, BODY)
    assert len(api.get(MINE)) == happened
    assert api.send("POST", ENTRIES, BODY).status_code == 201  # it was for one time
    assert served.requests()[0]["fault"] == kind
    assert served.fault_counts() == [{"kind": kind, "done": 1}]


@pytest.mark.parametrize("kind", ["reset", "hang"])
def test_what_a_name_does_not_say_commit_says(api: Api, served: Served, kind: str) -> None:
    served.faults(fault(kind, seconds=0.1, commit=True))
    with pytest.raises(httpx.TransportError):
        api.send("POST", ENTRIES, BODY)
    assert len(api.get(MINE)) == 1


def _is_html(answer: httpx.Response) -> bool:
    return answer.status_code == 201 and answer.text.startswith("<!DOCTYPE html>")


def _is_garbage(answer: httpx.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return answer.status_code == 201 and bool(answer.content)
    return False


def _ends_with_seven(answer: httpx.Response) -> bool:
    return answer.json()["timeInterval"]["end"] == 7 and bool(answer.json()["id"])


@pytest.mark.parametrize(
    ("rule", "happened", "check"),
    [
        ({"kind": "status_before", "status": 503}, 0, lambda a: a.status_code == 503),
        ({"kind": "status_after", "status": 502}, 1, lambda a: a.status_code == 502),
        ({"kind": "garbage"}, 1, _is_garbage),
        ({"kind": "html"}, 1, _is_html),
        ({"kind": "html", "commit": False}, 0, lambda a: "<html>" in a.text),
        ({"kind": "empty"}, 1, lambda a: (a.status_code, a.content) == (201, b"")),
        ({"kind": "odd", "set": {"timeInterval.end": 7}}, 1, _ends_with_seven),
        ({"kind": "slow", "seconds": 0.3}, 1, lambda a: a.elapsed.total_seconds() >= 0.3),
        ({"kind": "429"}, 0, lambda a: "retry-after" not in a.headers),
        ({"kind": "429", "retry_after": "7"}, 0, lambda a: a.headers["retry-after"] == "7"),
        ({"kind": "redirect"}, 0, lambda a: a.status_code == 302 and a.headers["location"]),
    ],
)
def test_faults_in_the_answer(
    api: Api,
    served: Served,
    rule: dict[str, Any],
    happened: int,
    check: Callable[[httpx.Response], Any],
) -> None:
    served.faults([{"match": {"path": f"{ENTRIES}$"}, **rule}])
    answer = api.send("POST", ENTRIES, BODY)
    assert check(answer), answer
    assert len(api.get(MINE)) == happened


def test_an_answer_without_a_body_is_broken_off_in_its_head(api: Api, served: Served) -> None:
    number = api.entry("2026-11-20T08:00:00Z")["id"]
    served.faults([{"match": {"method": "DELETE"}, "kind": "half"}])
    with pytest.raises(httpx.RemoteProtocolError):
        api.send("DELETE", f"{ENTRIES}/{number}")
    assert api.get(MINE) == []


def test_how_often_a_fault_happens(api: Api, served: Served) -> None:
    def statuses(count: int) -> list[int]:
        return [api.send("GET", MINE).status_code for _ in range(count)]

    rule = {"match": {"method": "GET"}, "kind": "status_before", "status": 503}
    served.faults([{**rule, "skip": 1, "times": 2}])
    assert statuses(5) == [200, 503, 503, 200, 200]
    served.faults([{**rule, "times": 0}])
    assert statuses(4) == [503] * 4
    served.faults([{**rule, "times": 0, "probability": 0.5}])
    assert 5 < statuses(40).count(503) < 35
    served.faults([])
    assert statuses(2) == [200, 200]
    for wrong in ([{"kind": "nonsense"}], [{"kind": "cut_after", "match": {"path": "("}}], [1], 1):
        assert httpx.post(f"{served.url}/__sandbox__/faults", json=wrong).status_code == 400


def test_no_page_of_another_site_gets_anything(served: Served) -> None:
    """Not with a known key, and not from another port of this machine either."""
    url, key = f"{served.api_url}/api/v1/user", {"X-Api-Key": "sandbox"}

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(url, headers=key | named).status_code

    for origin in ("https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1", ""):
        assert status(Origin=origin) == 403
    assert status(Origin=served.url) == 200
    assert status(Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors") == 403
    assert status(Sec_Fetch_Site="same-site") == 403
    assert status(Sec_Fetch_Site="none", Sec_Fetch_Mode="navigate") == 200
    # A page whose own name was pointed at this machine.
    evil = {"Host": "evil.example"}
    assert status(**evil, Origin="http://evil.example") == 403
    assert status(**evil, Sec_Fetch_Site="same-origin") == 421
    answer = httpx.options(url, headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_clients_with_a_fixed_address_are_served_under_its_name(served: Served) -> None:
    url = f"{served.api_url}/api/v1/user"
    hosts = ("api.clockify.me", "gateway.maton.ai:443", "127.0.0.1.evil.example")
    for host in ("localhost", "LOCALHOST:80", "127.0.0.9:1", "[::1]:7", "x.localhost", *hosts):
        good = {"Host": host, "X-Api-Key": "sandbox"}
        assert httpx.get(url, headers=good).status_code == 200
        assert httpx.get(url, headers=good | {"X-Api-Key": "wrong"}).status_code == 401
    for host in hosts:
        assert httpx.get(url, headers={"Host": host}).status_code == 421
        assert httpx.get(f"{served.url}/oauth/x", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", [b"[", b"[::1", b"]", b"a@[b", b":", b"\xff", b"http://x/", b""])
def test_a_host_that_is_none_is_refused_in_peace(served: Served, host: bytes) -> None:
    request = b"GET /clockify/api/v1/user HTTP/1.1\r\nHost: %s\r\n\r\n" % host
    assert raw(served, request).split(b" ")[1] in (b"421", b"401")
    asked = b"GET http://[/clockify/api/v1/user HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert b" 401 " in raw(served, asked)


def test_the_shipped_server_has_no_switches(tmp_path: Path) -> None:
    server = LoopbackServer(Sandbox(tmp_path / "s.sqlite3"), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    key = {"Authorization": "Bearer sandbox"}
    for path in ("reset", "faults", "settings", "seed", "requests", "entries"):
        answer = httpx.post(f"{server.url}/__sandbox__/{path}", headers=key)
        assert answer.status_code == 404
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_it_listens_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match="this machine alone"):
        Sandbox(tmp_path / "s.sqlite3").serve(host=host)


def raw(served: Served, sent: bytes) -> bytes:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as peer:
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65536), b""))


HEAD = (
    b"POST /api/v1/workspaces/%s/time-entries HTTP/1.1\r\nHost: localhost\r\n"
    b"X-Api-Key: sandbox\r\nContent-Type: application/json\r\n"
) % WORKSPACE_ID.encode()


def test_what_odd_clients_send(api: Api, served: Served) -> None:
    body = json.dumps(BODY).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, bytes([c])) for c in body) + b"0\r\n\r\n"
    assert b" 201 " in raw(served, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    sized = HEAD + b"Content-Length: %d\r\n" % len(body)
    assert b"100 Continue" in raw(served, sized + b"Expect: 100-continue\r\n\r\n" + body)
    assert len(api.get(MINE)) == 2
    assert raw(served, sized + b"\r\n" + body[:-1]) == b""  # half a request asks nothing
    for wrong in (b"Content-Length: x", b"Content-Length: -1", b"Transfer-Encoding: chunked"):
        assert b" 400 " in raw(served, HEAD + wrong + b"\r\n\r\nzz\r\n")
    assert b" 413 " in raw(served, HEAD + b"Content-Length: 99999999\r\n\r\n")
    two = b"GET /api/v1/user HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: sandbox\r\n\r\n" * 2
    assert raw(served, two).count(b" 200 OK") == 2
    assert len(api.get(MINE)) == 2


def test_a_client_may_wait_for_leave_to_send_its_body(served: Served) -> None:
    port = int(served.url.rsplit(":", 1)[1].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(
            b"POST /clockify/api/v1/workspaces HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert wire.recv(100).startswith(b"HTTP/1.1 100")
        wire.sendall(b"{}")
        assert wire.recv(100).startswith(b"HTTP/1.1 401")


def test_connections_are_kept(api: Api) -> None:
    streams = {api.send("GET", MINE).extensions["network_stream"] for _ in range(5)}
    assert len(streams) == 1


def test_sixty_clients_at_once(served: Served) -> None:
    ready = threading.Barrier(60)

    def run(number: int) -> int:
        api = Api.direct(served.url)
        api.get("/v1/user")
        ready.wait(20)
        end = {"start": f"2026-11-20T08:00:{number:02}Z", "end": "2026-11-20T09:00:00Z"}
        return api.send("POST", ENTRIES, end).status_code

    with ThreadPoolExecutor(60) as pool:
        assert set(pool.map(run, range(60))) == {201}
    assert len(Api.direct(served.url).get(MINE, page_size=100)) == 60


def test_two_clients_never_make_two_timers_or_two_names(served: Served) -> None:
    ready = threading.Barrier(2)

    def start(number: int) -> list[int]:
        api, statuses = Api.direct(served.url), []
        for n in range(15):
            ready.wait(20)
            api.entry(f"2026-11-20T{n:02}:0{number}:00Z")
            answer = api.send("POST", f"{WS}/tags", {"name": f"tag {n}"})
            statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(start, range(2))
    assert all({a, b} == {201, 400} for a, b in zip(first, second, strict=True))
    api = Api.direct(served.url)
    found = api.get(MINE, page_size=100)
    assert len(found) == 30
    assert sum(entry["timeInterval"]["end"] is None for entry in found) == 1


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "killed.sqlite3"
    answered: list[str] = []
    for _ in range(3):
        process, url = start_server(database, "--setting", "requests_per_second=0")
        api = Api.direct(url)

        def write(api: Api = api) -> None:
            try:
                while True:
                    end = {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T09:00:00Z"}
                    answered.append(api.create(ENTRIES, **end)["id"])
            except httpx.TransportError:
                return

        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.15)
        process.kill()
        process.wait()
        thread.join()
        assert process.stdout is not None
        process.stdout.close()
    db = sqlite3.connect(database)
    stored = {row[0] for row in db.execute("SELECT id FROM entries")}
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert len(answered) > 10
    assert set(answered) <= stored
    assert len(stored) <= len(answered) + 3  # an answer may be lost, once a kill


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_even_while_a_request_hangs(tmp_path: Path, number: int) -> None:
    process, url = start_server(tmp_path / "stopped.sqlite3")
    httpx.post(f"{url}/__sandbox__/faults", json=[{"kind": "hang", "seconds": 60}])
    with pytest.raises(httpx.TimeoutException):
        Api.direct(url, timeout=0.2).send("GET", "/v1/user")
    os.kill(process.pid, number)
    assert process.wait(timeout=5) == 0
    assert process.stdout is not None
    process.stdout.close()
