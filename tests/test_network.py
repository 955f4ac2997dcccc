"""The client against servers that misbehave: slow, endless, echoing, limited, behind a proxy."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import certifi
import httpx
import pytest
from cli import Cli
from conftest import Served

from clockify_cli.core.errors import (
    ClockifyError,
    RateLimitError,
    SignInError,
    UnclearError,
    UnreachableError,
    UsageError,
)
from clockify_cli.core.settings import Settings
from clockify_cli.gateway import broken, entries, transport
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.parallel import Crew
from clockify_cli.gateway.target import Target, checked_url, gateway_addresses, rate_for
from clockify_cli.gateway.trust import trusted_authorities
from clockify_cli.store import keys

KEY = 'k3y+of/some"body-1'
ANY = {"id": "a" * 24, "timeInterval": {"start": "2026-11-25T08:00:00Z", "end": None}}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    reply: Callable[[Any], None]
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _do(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.reply(self)

    do_GET = do_POST = do_CONNECT = _do  # noqa: N815 - http.server's names

    def query(self) -> dict[str, str]:
        return {k: v[-1] for k, v in parse_qs(urlsplit(self.path).query).items()}

    def answer(self, data: Any, status: int = 200, **headers: str) -> None:
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(reply: Callable[[Any], None]) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.reply, server.asked = reply, []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def client(server: Server, **options: Any) -> Gateway:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return Gateway(Target(f"{url}/clockify", url, key=KEY), **options)


# -- how long and how much ------------------------------------------------------------------


def drip_headers(call: Handler) -> None:
    call.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(40):
        time.sleep(0.1)
        call.wfile.write(b"X-%d: x\r\n" % number)


def drip_body(call: Handler) -> None:
    call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
    for _ in range(40):
        time.sleep(0.1)
        call.wfile.write(b" ")


@pytest.mark.parametrize("reply", [drip_headers, drip_body])
@pytest.mark.parametrize(("method", "error"), [("GET", UnreachableError), ("POST", UnclearError)])
def test_a_dripping_answer_has_a_deadline_and_is_not_asked_for_again(
    reply: Callable[[Any], None], method: str, error: type[ClockifyError]
) -> None:
    with serving(reply) as server:
        gateway = client(server, timeout=0.25)
        began = time.monotonic()
        with pytest.raises(error, match="did not answer in time"):
            gateway.send(method, "/api/v1/user")
        assert time.monotonic() - began < 1.5
        assert len(server.asked) == 1


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 100_000)
    with serving(lambda call: call.answer(b"[" + b" " * 5_000_000 + b"]")) as server:
        with pytest.raises(UnreachableError, match="too large"):
            client(server).get("/api/v1/user")
        assert len(server.asked) == 1


# -- lists ----------------------------------------------------------------------------------


def things(first: int, count: int) -> list[dict[str, Any]]:
    return [{**ANY, "id": f"{number:024x}"} for number in range(first, first + count)]


def endless(turns: int) -> Callable[[Any], None]:
    """Pages that come round again after so many."""

    def reply(call: Handler) -> None:
        page = int(call.query()["page"])
        call.answer(things(page % turns * 10, 10), Last_Page="false")

    return reply


@pytest.mark.parametrize("turns", [1, 2])
def test_a_list_that_repeats_itself_is_given_up(turns: int) -> None:
    with serving(endless(turns)) as server:
        for read in (
            lambda: list(client(server).pages("/api/v1/tags")),
            lambda: list(client(server).pages("/api/v1/tags", most_pages=None)),
            lambda: list(Crew(client(server), rate=0).pages("/api/v1/tags")),
        ):
            with pytest.raises(UnreachableError, match="/api/v1/tags does not end"):
                read()
        assert len(server.asked) < 30


def test_a_list_of_names_has_a_hundred_pages_at_most() -> None:
    with serving(endless(1_000_000)) as server:
        with pytest.raises(UnreachableError, match="more than 100 pages"):
            list(client(server).pages("/api/v1/tags"))
        assert len(server.asked) == 100


def test_seventy_thousand_entries_in_small_pages_are_read_whole() -> None:
    def reply(call: Handler) -> None:
        page = int(call.query()["page"])
        call.answer(things(page * 200, 200), Last_Page=str(page == 350).lower())

    with serving(reply) as server:
        gateway = client(server)
        found = {e["id"] for e in entries.recent_entries(gateway, "w", "u", 70_000)}
    assert len(found) == 70_000


def test_a_page_size_that_is_refused_is_tried_again_with_the_safe_one() -> None:
    def reply(call: Handler) -> None:
        if int(call.query()["page-size"]) > 200:
            call.answer({"message": "page-size is too large", "code": 501}, 400)
        else:
            call.answer(things(0, 3), Last_Page="true")

    with serving(reply) as server:
        assert len(list(entries.running_entries(client(server), "w"))) == 3
        assert len(server.asked) == 2
        assert len(list(Crew(client(server), rate=0).pages("/api/v1/x"))) == 1


# -- limits ---------------------------------------------------------------------------------


def refuse(call: Handler) -> None:
    call.answer({"message": "Too many requests", "code": 429}, 429)


def test_a_limit_without_a_word_costs_one_more_request() -> None:
    with serving(refuse) as server:
        with pytest.raises(RateLimitError):
            client(server, max_wait=30).get("/api/v1/user")
        assert len(server.asked) == 2


def test_a_limit_that_our_own_count_explains_costs_none() -> None:
    with serving(refuse) as server:
        with pytest.raises(RateLimitError):
            client(server, quota_spent=lambda _: True).get("/api/v1/user")
        assert len(server.asked) == 1


def test_a_crew_sends_one_request_to_find_out_whether_the_limit_is_over() -> None:
    with serving(refuse) as server:
        with Crew(client(server, max_wait=30), rate=50, workers=4) as crew:
            for number in range(20):
                crew.start(number, lambda: crew.send("GET", "/api/v1/user"))
            done = crew.collect(timeout=10)
            assert done is not None
            assert isinstance(done.error, RateLimitError)
        # As many as were under way at the first refusal, and one.
        assert len(server.asked) <= 5


def test_a_crew_goes_on_after_a_short_limit() -> None:
    refusals = iter([True, False])

    def reply(call: Handler) -> None:
        refuse(call) if next(refusals, False) else call.answer([])

    with (
        serving(reply) as server,
        Crew(client(server, max_wait=30), rate=100, workers=2) as crew,
    ):
        for number in range(12):
            crew.start(number, lambda: crew.send("GET", "/api/v1/user"))
        found = [crew.collect(timeout=10) for _ in range(12)]
    assert all(done is not None and done.error is None for done in found)


def test_the_rate_is_the_gateways_clockifys_or_none() -> None:
    def settings(**profile: Any) -> Settings:
        places = {"options": {}, "environ": {}, "folder": {}, "folder_path": ""}
        return Settings(**places, profile=profile, profile_path="profile")

    gateway = Target("https://gateway.maton.ai/clockify", "https://ctrl.maton.ai")
    assert rate_for(gateway, settings()) == 10
    assert rate_for(Target("https://api.clockify.me", direct=True), settings()) == 50
    assert rate_for(Target("http://127.0.0.1:80/clockify"), settings()) == 0
    assert rate_for(gateway, settings(rate=3)) == 3


def test_requests_keep_to_the_rate() -> None:
    with serving(lambda call: call.answer([])) as server:
        gateway = client(server, rate=5)
        began = time.monotonic()
        for _ in range(11):
            gateway.get("/api/v1/user")
        assert 2.0 < time.monotonic() - began < 5


# -- the key and the clock ------------------------------------------------------------------


ESCAPES = {
    "plain": KEY,
    "percent": quote(KEY, safe=""),
    "percent, lower case": quote(KEY, safe="").lower(),
    "percent, twice": quote(quote(KEY, safe=""), safe=""),
    "every sign": "".join(f"%{ord(sign):02X}" for sign in KEY),
}


@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_key_is_blotted_out_of_whatever_echoes_it(status: int) -> None:
    def reply(call: Handler) -> None:
        escaped = "".join(f"\\u00{ord(sign):02x}" for sign in KEY)
        names = json.dumps({"message": " ".join(ESCAPES.values()), "code": 501})
        call.answer(names.replace("501", f'501, "name": "{escaped}"').encode(), status)

    with serving(reply) as server:
        try:
            told = json.dumps(client(server).get("/api/v1/user"))
        except ClockifyError as error:
            told = error.message + json.dumps(error.as_json())
    for text in (*ESCAPES.values(), KEY[:-1]):
        assert text.lower() not in told.lower()
    assert "[key]" in told


def test_the_clocks_difference_is_kept() -> None:
    with serving(lambda call: call.answer([])) as server:
        gateway = client(server)
        assert gateway.clock_skew is None
        gateway.get("/api/v1/user")
        assert gateway.clock_skew is not None
        assert abs(gateway.clock_skew) < 2


def test_a_command_prints_the_key_and_runs_again_after_a_401(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    script = tmp_path / "token"
    count = tmp_path / "count"
    script.write_text(
        f'#!/bin/sh\necho x >> "{count}"\n'
        f'[ "$(wc -l < "{count}")" = 1 ] && echo stale-token-1 || echo sandbox\n'
        "echo secret-words >&2\n"
    )
    script.chmod(0o700)
    cli("config", "set", "key_command", f"'{script}' --print", MATON_API_KEY="")
    ran = cli("status", "-v", MATON_API_KEY="")
    assert count.read_text().count("x") == 2
    assert "stale-token-1" not in ran.err + ran.out
    assert "secret-words" not in ran.err + ran.out
    cli("status", "--json", MATON_API_KEY="")
    held = "".join(p.read_text(errors="replace") for p in cli.home.rglob("*") if p.is_file())
    assert "stale-token-1" not in held
    script.unlink()
    error = cli("status", "--json", code=3, MATON_API_KEY="").error
    assert "key_command" in error["message"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["false"], "failed"),
        (["true"], "printed nothing"),
        (["/no/such/program"], "cannot be run"),
        (["echo", "two words"], "not an API key"),
        (["sleep", "5"], "did not end"),
    ],
)
def test_a_command_that_gives_no_key_is_explained(
    words: list[str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "COMMAND_SECONDS", 0.3)
    with pytest.raises(SignInError, match=why):
        keys.KeyCommand(words, "default")()


def test_marks_tell_keys_apart_and_older_ones_stay_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATON_API_KEY", KEY)
    found = keys.find("default", direct=False)
    assert found[:3] == (KEY, "MATON_API_KEY", keys.mark(KEY))
    assert keys.mark("another-key") not in (found.mark, keys.mark_010(KEY))
    assert len(found.mark) == 16
    monkeypatch.delenv("MATON_API_KEY")
    work = keys.find("work", direct=False, command=["maton", "token"])
    home = keys.find("home", direct=False, command=["maton", "token"])
    assert work.key == ""
    assert len({work.mark, home.mark, found.mark}) == 3


# -- proxies, certificates, addresses ---------------------------------------------------------


def through_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> ClockifyError:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    gateway = Gateway(Target("https://gateway.maton.ai/clockify", "https://x", key=KEY))
    gateway.tries = 1
    with pytest.raises(UnreachableError) as caught:
        gateway.send("POST", "/api/v1/user", body={})
    assert not isinstance(caught.value, UnclearError)  # it never left
    return caught.value


def test_a_proxy_that_wants_a_password_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda call: call.answer(b"", 407)) as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        error = through_proxy(monkeypatch, f"http://me:pass-word@{address}")
        assert server.asked == ["CONNECT gateway.maton.ai:443"]
    assert address in error.message
    assert "407" in error.message
    assert "HTTPS_PROXY" in error.hint
    assert "pass-word" not in error.message + error.hint


def test_a_dead_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        error = through_proxy(monkeypatch, f"http://{address}")
    assert error.message.startswith(f"Cannot reach the proxy {address}")
    assert "HTTPS_PROXY" in error.hint


@pytest.mark.parametrize(
    "variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", ""]
)
def test_certificates_of_ones_own_are_trusted_alone(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    first = Path(certifi.where()).read_text().split("-----END CERTIFICATE-----")[0]
    (tmp_path / "own.pem").write_text(f"{first}-----END CERTIFICATE-----\n")
    place = tmp_path if variable.endswith("DIR") else tmp_path / "own.pem"
    if variable:
        monkeypatch.setenv(variable, str(place))
    authorities = trusted_authorities("" if variable else str(place))
    assert authorities.context().cert_store_stats()["x509_ca"] == 1
    assert authorities.context().verify_mode == ssl.CERT_REQUIRED
    assert (variable or "ca_file") in str(authorities)
    shutil.copy(tmp_path / "own.pem", tmp_path / "empty.pem")
    (tmp_path / "own.pem").write_text("nothing")
    if not variable.endswith("DIR"):
        with pytest.raises(UnreachableError, match=variable or "ca_file"):
            authorities.context()


def test_an_untrusted_certificate_says_what_it_was_checked_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    error = broken.broken_request(
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
        "https://gateway.maton.ai/clockify",
        Target("https://gateway.maton.ai/clockify"),
        write=True,
    )
    assert "SSL_CERT_FILE (/etc/own.pem)" in error.message
    assert "ca_file" in error.hint


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("gateway.maton.ai", "config set maton_url https://api.maton.ai"),
        ("ctrl.maton.ai", "config set maton_url https://api.maton.ai"),
        ("api.maton.ai", "config unset maton_url"),
    ],
)
def test_a_host_that_is_gone_is_named_with_the_other_one(host: str, other: str) -> None:
    error = httpx.ConnectError("[Errno -2] Name or service not known")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    url = f"https://{host}/clockify"
    found = broken.broken_request(error, url, Target(url), write=False)
    assert host in found.message
    assert other in found.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway..maton.ai",
        "https://.maton.ai",
        "https://gateway.maton.ai:99999/clockify",
        "https://gateway.maton.ai:0/clockify",
        "https://gateway.maton.ai:x/clockify",
        "https://" + "a" * 64 + ".maton.ai",
        "https://" + "a." * 130 + "ai",
        "https://gate way.maton.ai",
        "https://gateway.maton.ai/a b",
        "https://gateway_maton.ai\\clockify",
        "https://-gateway.maton.ai",
        "https://[::1",
        "https://[zz::1]/",
        "https://\u2028.ai",
        "https://xn--\udc80.ai",
        "https://ä..ai",
        "https://gateway.maton.ai/\x7f",
        "https:gateway.maton.ai",
        "gateway.maton.ai",
        "https://",
        "",
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="gateway_url"):
        checked_url(url, "gateway_url")


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.maton.ai/clockify",
        "https://api.maton.ai:8443",
        "https://bücher.example/clockify",
        "http://[::1]:8000/clockify",
        "http://127.0.0.1:8000",
        "https://localhost",
        "https://time.example.",
    ],
)
def test_what_is_an_address_is_taken(url: str) -> None:
    assert checked_url(url + "/", "gateway_url") == url
    httpx.URL(url)


def test_an_address_of_the_environment_is_checked_when_it_is_read(cli: Cli) -> None:
    for name in ("CLOCKIFY_GATEWAY_URL", "CLOCKIFY_CONTROL_URL", "MATON_API_URL"):
        own = {"CLOCKIFY_GATEWAY_URL": "", "CLOCKIFY_CONTROL_URL": ""}
        environ = {**own, name: "https://gateway..maton.ai"}
        assert cli("status", "--json", code=2, **environ).error["kind"] == "usage"
    cli("config", "set", "maton_url", "https://gateway..maton.ai", code=2)


def test_one_host_stands_for_gateway_and_control_plane() -> None:
    def addresses(environ: dict[str, str], **profile: str) -> tuple[str, str]:
        places: dict[str, Any] = {"options": {}, "folder": {}, "folder_path": ""}
        return gateway_addresses(
            Settings(**places, environ=environ, profile=profile, profile_path="profile")
        )

    new = ("https://api.maton.ai/clockify", "https://api.maton.ai")
    assert addresses({}) == ("https://gateway.maton.ai/clockify", "https://ctrl.maton.ai")
    assert addresses({}, maton_url="https://api.maton.ai/") == new
    assert addresses({"MATON_API_URL": "https://api.maton.ai"}) == new
    assert addresses({}, maton_url="https://api.maton.ai/clockify") == new
    own = {"CLOCKIFY_GATEWAY_URL": "https://own.example/clockify"}
    assert addresses(own, maton_url="https://api.maton.ai")[0] == own["CLOCKIFY_GATEWAY_URL"]
    stored = {"gateway_url": "https://own.example/clockify"}
    assert addresses({"MATON_API_URL": "https://api.maton.ai"}, **stored) == new
