"""Signing in and diagnosing against a gateway that speaks as Maton does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli import Cli, new_cli
from test_network import Handler, Server, serving

from clockify_cli.core.settings import Settings
from clockify_cli.gateway.target import Target
from clockify_cli.setup.connections import settled_connection, spelled
from clockify_cli.setup.ladder import other_family

KEY = "maton-key-0123456789"
USER = {
    "id": "b" * 24,
    "name": "Me",
    "email": "me@x.test",
    "activeWorkspace": "a" * 24,
    "settings": {"timeZone": "Europe/Berlin", "weekStart": "MONDAY"},
}
SHAPES: list[dict[str, Any]] = [
    {"message": "It is so", "type": "Some Error", "code": 400},
    {"error": {"message": "It is so", "code": 400}},
    {"detail": "It is so"},
    {"detail": [{"loc": ["header"], "msg": "It is so"}]},
]


class Maton:
    """A gateway: a control plane and Clockify behind it."""

    def __init__(self) -> None:
        self.connections: list[dict[str, Any]] = [connection("one", "2026-01-01")]
        self.clockify: tuple[int, Any] = (200, USER)
        self.user: tuple[int, Any] = (200, {"email": "owner@x.test"})
        self.made: Any = {"connection_id": "new"}

    def __call__(self, call: Handler) -> None:
        path = call.path.partition("?")[0]
        if call.headers.get("Authorization") != f"Bearer {KEY}":
            call.answer({"error": {"message": "Invalid API key", "code": 401}}, 401)
        elif path == "/user":
            call.answer(self.user[1], self.user[0])
        elif path == "/connections" and call.command == "POST":
            call.answer(self.made)
        elif path == "/connections":
            call.answer({"connections": self.connections})
        elif path.startswith("/connections/"):
            found = [c for c in self.connections if c["connection_id"] == path[13:]]
            body = {"message": "Connection not found", "type": "Not Found", "code": 404}
            call.answer({"connection": found[0]}) if found else call.answer(body, 404)
        elif path == "/clockify/api/v1/user":
            call.answer(self.clockify[1], self.clockify[0], X_Request_Id="req-42")
        else:
            call.answer({"message": "No static resource", "code": 3000}, 404)


def connection(connection_id: str, created: str, status: str = "ACTIVE") -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "status": status,
        "app": "clockify",
        "method": "OAUTH2",
        "creation_time": f"{created}T00:00:00.000000Z",
        "url": "https://connect.maton.ai/?session_token=x",
        "metadata": {"email": "me@x.test"},
    }


@pytest.fixture
def maton() -> Maton:
    return Maton()


@pytest.fixture
def server(maton: Maton) -> Iterator[Server]:
    with serving(maton) as found:
        yield found


@pytest.fixture
def cli(server: Server, tmp_path: Path) -> Cli:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return new_cli(tmp_path / "home", url, MATON_API_KEY=KEY)


def login(cli: Cli, code: int = 0) -> Any:
    ran = cli("auth", "login", "--with-token", "--json", input=KEY, code=code, MATON_API_KEY="")
    return ran.error if code else ran.json


def findings(cli: Cli, code: int) -> dict[str, Any]:
    return {f["check"]: f for f in cli("doctor", "--json", code=code).json if not f["ok"]}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: json.dumps(shape)[:12])
@pytest.mark.parametrize("status", [400, 404, 412])
def test_a_connection_that_the_gateway_refuses_is_no_fault_of_the_key(
    cli: Cli, maton: Maton, status: int, shape: dict[str, Any]
) -> None:
    maton.clockify = (status, shape)
    told = login(cli)
    assert "It is so" in told["todo"]
    assert "clockify connections create" in told["todo"]
    assert (cli.home / "config" / "credentials.json").exists()
    assert set(findings(cli, code=3)) == {"connection"}
    error = cli("me", "--json", code=3).error
    assert (error["kind"], error["status"], error["requestId"]) == ("connection", status, "req-42")


def test_a_key_without_a_connection_is_kept_without_asking_clockify(
    cli: Cli, maton: Maton, server: Server
) -> None:
    maton.connections = []
    assert "connections create" in login(cli)["todo"]
    assert server.asked == ["GET /user", "GET /connections?app=clockify"]
    assert findings(cli, code=3)["connection"]["fix"] == "clockify connections create --use"
    shown = cli("doctor", code=3).out.splitlines()
    assert shown[-1] == "Next: clockify connections create --use"


def test_a_refused_key_is_one_request(cli: Cli, server: Server) -> None:
    cli.env["MATON_API_KEY"] = "another-key-012345"
    assert set(findings(cli, code=3)) == {"sign-in"}
    assert server.asked == ["GET /user"]


def test_an_older_control_plane_says_nothing_of_the_key(cli: Cli, maton: Maton) -> None:
    maton.user = (404, {"message": "Not Found", "type": "Not Found", "code": 404})
    assert login(cli)["user"]["id"] == USER["id"]
    assert findings(cli, code=0) == {}


def test_several_active_connections_are_told(cli: Cli, maton: Maton) -> None:
    maton.connections += [connection("two", "2025-01-01")]
    ran = cli("connections", "--json")
    assert [c["connection_id"] for c in ran.json] == ["two", "one"]
    assert "clockify connections use" in ran.err


def test_settling_takes_the_chosen_the_only_or_the_oldest_active_connection() -> None:
    one, two = connection("one", "2026-01-01"), connection("two", "2025-01-01")
    gone = connection("gone", "2024-01-01", "FAILED")
    assert settled_connection([one, two], "chosen") == ("chosen", "")
    assert settled_connection([one, gone], "") == ("one", "")
    found, notice = settled_connection([one, two, gone], "")
    assert found == "two"
    assert "clockify connections use" in notice
    assert settled_connection([gone], "") == ("", "")
    assert settled_connection([], "") == ("", "")


@pytest.mark.parametrize("name", ["connection_id", "connection_Id", "id"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_connection_is_made_whatever_its_id_is_called(
    cli: Cli, maton: Maton, name: str, wrapped: bool
) -> None:
    maton.made = {"connection": {name: "one"}} if wrapped else {name: "one"}
    made = cli("connections", "create", "--json").json
    assert made["connection_id"] == "one"
    assert made["method"] == "OAUTH2"
    assert name == "connection_id" or name not in made


def test_what_is_no_connection_has_no_id() -> None:
    for odd in (None, [], {}, {"id": 7}, {"connection": None}, {"connection_id": ""}):
        assert spelled(odd) is None


def test_method_and_account_are_shown(cli: Cli) -> None:
    shown = cli("connections", "show", "one").out
    assert "OAUTH2" in shown
    assert "me@x.test" in shown
    assert "session_token" not in shown  # it is active: nothing is left to finish


def test_verbose_shows_request_ids(cli: Cli) -> None:
    assert "GET /api/v1/user 200" in cli("me", "--refresh", "-v").err
    assert "req-42" in cli("me", "--refresh", "-v").err


def test_the_other_address_is_one_of_the_gateways_own() -> None:
    def settings(environ: dict[str, str] | None = None, **profile: str) -> Settings:
        places: dict[str, Any] = {"options": {}, "folder": {}, "folder_path": ""}
        return Settings(
            **places, environ=environ or {}, profile=profile, profile_path="profile 'x'"
        )

    old = Target("https://gateway.maton.ai/clockify", "https://ctrl.maton.ai")
    new = Target("https://api.maton.ai/clockify", "https://api.maton.ai")
    assert other_family(old, settings()) == (new, "https://api.maton.ai")
    assert other_family(new, settings(maton_url="https://api.maton.ai")) == (old, None)
    assert other_family(new, settings({"MATON_API_URL": "https://api.maton.ai"})) is None
    assert other_family(old, settings(gateway_url="https://own.example/clockify")) is None
    assert other_family(Target("https://api.clockify.me", direct=True), settings()) is None


def test_a_report_for_a_bug_holds_no_secret(cli: Cli, maton: Maton) -> None:
    cli("config", "set", "key_command", "pass show secret-entry")
    cli("config", "set", "description", "private words")
    maton.clockify = (400, {"message": f"Who is {KEY}?", "type": "X", "code": 400})
    cli("doctor", "--bundle", "report.json", code=3)
    path = cli.home / "report.json"
    text = path.read_text()
    report = json.loads(text)
    assert path.stat().st_mode & 0o077 == 0
    assert report["requestIds"] == ["req-42"]
    assert {"versions", "settings", "findings", "journal"} <= set(report)
    assert report["versions"]["clockify"]
    for secret in (KEY, "secret-entry", "private words"):
        assert secret not in text
    assert "exists" in cli("doctor", "--bundle", "report.json", code=2).err
