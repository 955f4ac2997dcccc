"""What must hold whatever happens: the key stays private, and nothing is lost to a full disk."""

from __future__ import annotations

import json
import re
import resource
import signal
import ssl
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli import NOW, PROGRAM, USER_ENTRIES, Cli, Ran, new_cli
from conftest import Served
from terminal import Terminal

from clockify_cli.sandbox import API_KEY, USER_ID, Sandbox
from clockify_cli.sandbox.server import LoopbackServer
from clockify_cli.setup import connections

SECRET = "mtn_Zk3vQ9xT7bLw2Rj8Yd5HsGf4"
SOURCES = Path(__file__).resolve().parents[1] / "clockify_cli"


@pytest.fixture
def keyed(served: Served, tmp_path: Path) -> Cli:
    """Return a user whose key is long enough to be told apart from other words."""
    served.configure(keys={SECRET: USER_ID})
    cli = new_cli(tmp_path / "home", served.url, CLOCKIFY_NOW=NOW, CLOCKIFY_API_URL=served.url)
    cli.env["MATON_API_KEY"] = SECRET
    return cli


class Listener:
    """A tiny server of a test's own: notes what it is asked, answers what it is told."""

    def __init__(self, answer: Callable[[str, str], tuple[int, dict[str, str], bytes]]) -> None:
        self.heads: list[tuple[str, str, dict[str, str]]] = []
        outer = self

        class Exchange(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_any(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.heads.append((self.command, self.path, dict(self.headers)))
                status, headers, body = answer(self.command, self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Listener:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def files_below(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


# -- the key is nowhere ----------------------------------------------------------------


def test_no_command_shows_or_writes_the_key(keyed: Cli, served: Served) -> None:
    ran: list[Ran] = []
    everyday = [
        ("status",),
        ("start", "Review"),
        ("stop",),
        ("entries",),
        ("projects",),
        ("me",),
        ("auth",),
        ("config",),
        ("config", "list", "--all"),
        ("config", "explain"),
        ("connections",),
        ("doctor",),
        ("budget",),
        ("queue",),
        ("prompt",),
        ("undo",),
        ("api", "GET", "/user"),
        ("start", "x" * 4000),
        ("projects", "show", "nothing of the kind"),
    ]
    for words in everyday:
        for more in (("-v",), ("-v", "--json"), ("--refresh",)):
            ran.append(keyed(*words, *more, code=None))
    for rule in ("status_before", "garbage", "html", "half", "cut_before", "redirect", "429"):
        served.faults([{"match": {"path": "/clockify/"}, "kind": rule, "times": 0}])
        for words in (("status", "-v"), ("start", rule, "-v"), ("doctor", "-v"), ("api", "/user")):
            ran.append(keyed(*words, code=None, CLOCKIFY_MAX_WAIT="0", CLOCKIFY_TIMEOUT="5"))
    assert any(r.code == 0 for r in ran)
    assert {r.code for r in ran} >= {0, 2, 4, 5, 7}
    for one in ran:
        assert SECRET not in one.out
        assert SECRET not in one.err
    kept = files_below(keyed.home)
    assert any(p.name == "journal.sqlite3" for p in kept)
    assert [p for p in kept if SECRET.encode() in p.read_bytes()] == []


def test_an_error_that_quotes_the_key_is_blotted_out(keyed: Cli) -> None:
    said = json.dumps({"message": f"Bearer {SECRET} is not known here", "code": 7}).encode()
    with Listener(lambda *_: (400, {"Content-Type": "application/json"}, said)) as listener:
        gateway = {"CLOCKIFY_GATEWAY_URL": f"{listener.url}/clockify"}
        keyed("status", **gateway, code=6)
        for words in (
            ("status",),
            ("status", "--json"),
            ("doctor",),
            ("doctor", "--json"),
            ("auth", "--refresh"),
        ):
            ran = keyed(*words, **gateway, code=None)
            assert ran.code
            assert SECRET not in ran.out + ran.err
            assert "[key]" in ran.out + ran.err
    assert SECRET in listener.heads[0][2]["Authorization"]


def test_a_refused_write_that_quotes_the_key_is_kept_without_it(keyed: Cli, served: Served) -> None:
    keyed("status")
    said = json.dumps({"message": f"no, {SECRET}", "code": 501})
    rule = {"match": {"method": "POST", "path": "time-entries"}, "kind": "status_before"}
    served.faults([{**rule, "status": 400, "body": said, "times": 0}])
    ran = keyed("log", "8:00-8:30", "Refused", "--json", code=6)
    assert SECRET not in ran.err
    assert SECRET not in keyed("queue", "--json").out
    assert [p for p in files_below(keyed.home) if SECRET.encode() in p.read_bytes()] == []


def test_the_list_of_processes_does_not_show_the_key(keyed: Cli, served: Served) -> None:
    del keyed.env["MATON_API_KEY"]
    keyed("auth", "login", "--with-token", input=SECRET)
    served.faults([{"match": {"path": "in-progress"}, "kind": "hang", "seconds": 20, "times": 0}])
    process = keyed.start("status", "-v")
    try:
        deadline = time.monotonic() + 30
        while not served.requests() and time.monotonic() < deadline:
            time.sleep(0.02)
        for name in ("cmdline", "environ"):
            seen = Path(f"/proc/{process.pid}/{name}").read_bytes()
            assert b"clockify" in seen
            assert SECRET.encode() not in seen
    finally:
        process.kill()
        process.communicate()


def test_ctrl_c_and_bugs_show_no_key(keyed: Cli, served: Served) -> None:
    served.faults([{"match": {"path": "/user"}, "kind": "hang", "seconds": 20, "times": 0}])
    process = keyed.start("status", "-v")
    deadline = time.monotonic() + 30
    while not served.requests() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert SECRET not in out + err
    assert "Traceback" not in err
    # A fault of ours: even the program's own representation of what it holds has no key.
    from clockify_cli.gateway.target import Target

    assert SECRET not in repr(Target("https://gateway.example/clockify", key=SECRET))


@pytest.mark.parametrize(
    "key", ["with blank", "schlüssel-123456", "a\x7fb1234567", "zwölf\x1b[31m"]
)
def test_a_key_that_http_cannot_carry_is_refused_unsent(
    keyed: Cli, served: Served, key: str
) -> None:
    ran = keyed("status", code=3, MATON_API_KEY=key)
    assert "MATON_API_KEY" in ran.err
    assert key not in ran.err
    assert served.requests() == []


def test_files_and_folders_are_private_under_any_umask(keyed: Cli, served: Served) -> None:
    del keyed.env["MATON_API_KEY"]

    def run(*words: str, text: str = "") -> None:
        done = subprocess.run(
            ["sh", "-c", 'umask 000; exec "$0" "$@"', PROGRAM, *words],
            env=keyed.env, cwd=keyed.home, input=text, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stderr)

    run("auth", "login", "--with-token", text=SECRET)
    run("projects")
    run("start", "Review")
    run("stop")
    run("report", "week")
    run("config", "set", "round", "15m")
    run("--sandbox", "start", "Review")
    run("sandbox", "seed", "--days", "1")
    run("doctor")
    made = list(keyed.home.rglob("*"))
    assert {"credentials.json", "config.toml", "journal.sqlite3", "sandbox.sqlite3"} <= {
        p.name for p in made
    }
    for path in made:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path} is {mode:o}"


def test_a_key_file_that_others_could_read_is_mended_and_told(keyed: Cli) -> None:
    del keyed.env["MATON_API_KEY"]
    keyed("auth", "login", "--with-token", input=SECRET)
    path = keyed.home / "config" / "credentials.json"
    path.chmod(0o644)
    ran = keyed("status")
    assert "was readable by other users" in ran.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyed("status").err == ""


def test_a_damaged_key_file_is_moved_aside_and_told(keyed: Cli) -> None:
    del keyed.env["MATON_API_KEY"]
    keyed("auth", "login", "--with-token", input=SECRET)
    path = keyed.home / "config" / "credentials.json"
    for number, damage in enumerate((b"{{{", b"[1]", b"\xff\xfe\x00"), 1):
        path.write_bytes(damage)
        kept = path.with_name(f"credentials.json.damaged-{number}")
        assert str(kept) in keyed("status", code=3).err
        assert kept.read_bytes() == damage
        keyed("auth", "login", "--with-token", input=SECRET)
        keyed("status")


# -- where the key goes ----------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_never_carries_the_key_to_another_host(keyed: Cli, status: int) -> None:
    with Listener(lambda *_: (200, {}, b"{}")) as other:
        to = other.url.replace("127.0.0.1", "localhost")

        def redirect(_: str, path: str) -> tuple[int, dict[str, str], bytes]:
            return status, {"Location": to + path}, b""

        with Listener(redirect) as listener:
            gateway = {
                "CLOCKIFY_GATEWAY_URL": f"{listener.url}/clockify",
                "CLOCKIFY_CONTROL_URL": listener.url,
                "CLOCKIFY_API_URL": listener.url,
            }
            error = keyed("status", "--json", code=5, **gateway).error
            assert "redirect" in error["message"]
            keyed("connections", code=5, **gateway)
            keyed("api", "POST", "/workspaces", "-f", "name=x", code=5, **gateway)
            keyed("status", code=5, CLOCKIFY_API_KEY=SECRET, **gateway)
            keyed("auth", "login", "--with-token", input=SECRET, code=5, **gateway)
            # Asked once each: a redirect is final. The sign-in asks for three things, and a
            # first write for the connection.
            assert len(listener.heads) == 8
        assert other.heads == []


@pytest.mark.parametrize("variable", ["GATEWAY_URL", "API_URL", "CONTROL_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example/clockify",
        "http://127.0.0.1.evil.example/clockify",
        "http://localhost.evil.example/clockify",
        "http://127.0.0.1@evil.example/clockify",
        "http://2130706433/clockify",
        "http://0.0.0.0/clockify",
        "http://[::ffff:1.2.3.4]/clockify",
        "//gateway.example/clockify",
        "file:///etc/passwd",
    ],
)
def test_plain_http_is_for_this_machine_alone(
    keyed: Cli, served: Served, variable: str, url: str
) -> None:
    environ = {f"CLOCKIFY_{variable}": url}
    if variable == "API_URL":
        environ["CLOCKIFY_API_KEY"] = SECRET
    ran = keyed("status", code=2, **environ)
    assert SECRET not in ran.err
    assert served.requests() == []


def test_a_proxy_is_not_asked_for_this_machine(keyed: Cli) -> None:
    with Listener(lambda *_: (200, {}, b"{}")) as proxy:
        names = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy")
        keyed("status", **dict.fromkeys(names, proxy.url))
        assert proxy.heads == []


def test_a_folder_file_cannot_lead_the_key_away(keyed: Cli, served: Served) -> None:
    with Listener(lambda *_: (200, {}, b"{}")) as evil:
        folder = keyed.home / "cloned"
        folder.mkdir()
        for name in ("gateway_url", "control_url", "api_url", "direct", "connection"):
            value = "true" if name == "direct" else f'"{evil.url}/clockify"'
            (folder / ".clockify.toml").write_text(f"{name} = {value}\n")
            assert f"a folder may not set it: {name}" in keyed("status", cwd=folder).err
        assert evil.heads == []
    assert served.requests() != []


# -- TLS -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Return a self-made CA, and the certificate and the key that it gave to 127.0.0.1."""
    folder = tmp_path_factory.mktemp("ca")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Test CA")  # fmt: skip
    openssl("req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=test")
    (folder / "names.txt").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
            "-CAcreateserial", "-out", "server.pem", "-extfile", "names.txt")  # fmt: skip
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"


@contextmanager
def served_with_tls(database: Path, certificate: Path, key: Path) -> Iterator[str]:
    """Serve a sandbox over TLS and yield its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = LoopbackServer(Sandbox(database), "127.0.0.1", 0)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] - refused handshakes
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.url.replace("http://", "https://")
    finally:
        server.shutdown()
        server.server_close()


def test_tls_is_verified_and_a_ca_file_of_ones_own_works(
    tmp_path: Path, authority: tuple[Path, Path, Path]
) -> None:
    ca, certificate, key = authority
    with served_with_tls(tmp_path / "sandbox.sqlite3", certificate, key) as url:
        cli = new_cli(tmp_path / "home", url)
        error = cli("status", "--json", code=5).error
        assert "cannot be trusted" in error["message"]
        assert "the built-in list" in error["message"]
        assert "SSL_CERT_FILE" in error["hint"]
        # Nothing in the environment turns the verification off.
        off = {
            "PYTHONHTTPSVERIFY": "0",
            "CURL_CA_BUNDLE": "",
            "REQUESTS_CA_BUNDLE": "",
            "SSL_CERT_FILE": "",
            "SSL_NO_VERIFY": "1",
            "CLOCKIFY_INSECURE": "1",
        }
        cli("status", code=5, **off)
        assert cli("status", "--json", SSL_CERT_FILE=str(ca)).json is None
        cli("start", "Over TLS", SSL_CERT_FILE=str(ca))
        # The certificate is for the address, not for any name that leads there.
        other = url.replace("127.0.0.1", "localhost") + "/clockify"
        cli("status", code=5, SSL_CERT_FILE=str(ca), CLOCKIFY_GATEWAY_URL=other)


def test_a_write_that_meets_a_foreign_certificate_waits(
    tmp_path: Path, authority: tuple[Path, Path, Path]
) -> None:
    ca, certificate, key = authority
    with served_with_tls(tmp_path / "sandbox.sqlite3", certificate, key) as url:
        cli = new_cli(tmp_path / "home", url, CLOCKIFY_NOW=NOW)
        cli("status", SSL_CERT_FILE=str(ca))
        assert cli("log", "8:00-8:30", "Held back", "--json").json["queued"] is True
        cli("sync", SSL_CERT_FILE=str(ca))
        entries = cli("entries", "--json", SSL_CERT_FILE=str(ca)).json
        assert [e["description"] for e in entries] == ["Held back"]


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(
    tmp_path: Path, authority: tuple[Path, Path, Path], content: str | None
) -> None:
    ca, certificate, key = authority
    wrong = tmp_path / "wrong.pem"
    if content is not None:
        wrong.write_text(content)
    with served_with_tls(tmp_path / "sandbox.sqlite3", certificate, key) as url:
        cli = new_cli(tmp_path / "home", url, CLOCKIFY_NOW=NOW)
        cli("status", SSL_CERT_FILE=str(ca))
        error = cli("status", "--json", code=5, SSL_CERT_FILE=str(wrong)).error
        assert str(wrong) in error["message"]
        # A write is queued, as where the network is away.
        assert cli("log", "8:00-8:30", "x", "--json", SSL_CERT_FILE=str(wrong)).json["queued"]


def test_no_source_turns_verification_off() -> None:
    text = "\n".join(p.read_text() for p in SOURCES.rglob("*.py"))
    assert "SSLContext" in text
    for way in ("verify=False", "CERT_NONE", "check_hostname = False", "_create_unverified"):
        assert way not in text


# -- the embedded server ---------------------------------------------------------------


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[str]:
    """Yield the address of ``clockify sandbox serve``."""
    process = new_cli(tmp_path / "home", "http://127.0.0.1:9").start("sandbox", "serve", "-q")
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=30)


def test_the_embedded_server_refuses_foreign_hosts_and_origins(serving: str) -> None:
    key = {"Authorization": f"Bearer {API_KEY}"}
    with httpx.Client(base_url=serving, trust_env=False, headers=key) as http:
        path = "/clockify/api/v1/user"
        assert http.get(path).status_code == 200
        port = serving.rpartition(":")[2]
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "10.0.0.1"):
            own = {"Host": host, "Origin": f"http://{host}"}
            assert http.get(path, headers=own).status_code == 403
            browser = {"Host": host, "Sec-Fetch-Site": "same-origin"}
            assert http.get(path, headers=browser).status_code == 421
        assert http.get(path, headers={"Origin": "https://evil.example"}).status_code == 403
        assert http.get(path, headers={"Host": f"localhost:{port}"}).status_code == 200


def test_the_embedded_server_listens_on_loopback_alone(serving: str) -> None:
    port = int(serving.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


# -- text of the service and the shell -------------------------------------------------

HOSTILE = "$(touch owned) `touch owned`; touch owned & \"'|touch owned\n\x1b]0;owned\x07"


def test_text_of_the_service_reaches_no_shell_and_no_terminal(keyed: Cli, served: Served) -> None:
    keyed("projects", "create", "--name", HOSTILE.replace("\n", " ")[:200])
    keyed("start", HOSTILE, "-p", "$(touch")
    shown = [
        keyed(*words, FORCE_COLOR="1").out
        for words in (("status",), ("entries",), ("projects",), ("report",), ("prompt",))
    ]
    assert all("touch owned" in text for text in shown)
    for text in shown:
        assert "\x1b]" not in text
        assert "\x07" not in text
    assert not list(keyed.home.rglob("owned"))


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://evil.example/oauth",
        "https://",
        "https:///path",
        "--version",
        "https://host/a b",
        "https://host/\nx",
        "https://host/'; touch owned; '",
        'https://host/" & touch owned & "',
        "https://host\\evil",
        "https://hóst/",
        "https://[::1",
        "C:\\Windows\\calc.exe",
    ],
)
def test_only_a_web_pages_address_goes_to_the_browser(url: object) -> None:
    assert connections.page({"url": url}) == ""


def test_addresses_of_web_pages_go_to_the_browser() -> None:
    for url in (
        "https://connect.maton.ai/?session_token=abc%20def&x=1#y",
        "http://127.0.0.1:8080/oauth/1",
        "http://localhost/oauth",
    ):
        assert connections.page({"url": url}) == url


def test_a_hostile_address_is_not_opened(keyed: Cli, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$@" > "$(dirname "$0")/opened"\n')
    browser.chmod(0o755)
    hostile = "https://host/$(touch owned)'; touch owned; '"

    def plane(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        one = {"connection_id": "c", "status": "PENDING", "url": hostile, "app": "clockify"}
        body: Any = one if method == "POST" else {"connection": one}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    with Listener(plane) as listener:
        words = ("connections", "create", "--timeout", "1")
        environ = {"CLOCKIFY_CONTROL_URL": listener.url, "BROWSER": str(browser)}
        with Terminal(keyed, *words, **environ) as terminal:
            assert terminal.code() == 5, terminal.shown
            assert "Open it" not in terminal.shown
    assert not (tmp_path / "opened").exists()
    assert not list(tmp_path.rglob("owned"))


def test_no_source_hands_text_to_a_shell() -> None:
    for path in SOURCES.rglob("*.py"):
        text = path.read_text()
        for way in ("shell=True", "os.system(", "os.popen(", "getoutput(", "eval(", " exec("):
            assert way not in text, f"{path}: {way}"


# -- damage and full disks -------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\x00", b"garbage" * 999], ids=len)
def test_a_damaged_journal_is_moved_aside_and_work_goes_on(
    cli: Cli, served: Served, damage: bytes
) -> None:
    cli("start", "Before")
    path = cli.home / "state" / "journal.sqlite3"
    for log in path.parent.glob("journal.sqlite3-*"):
        log.unlink()
    path.write_bytes(damage)
    ran = cli("start", "After", "--json")
    assert ran.json["description"] == "After"
    if damage:
        assert "journal.sqlite3.damaged-1" in ran.err
        assert (path.parent / "journal.sqlite3.damaged-1").read_bytes() == damage
    assert cli("stop", "--json").json["description"] == "After"


def test_a_journal_of_another_program_is_kept(cli: Cli) -> None:
    import sqlite3

    cli("status")
    path = cli.home / "state" / "journal.sqlite3"
    for old in path.parent.glob("journal.sqlite3*"):
        old.unlink()
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE recipes (name TEXT)")
    foreign.execute("INSERT INTO recipes VALUES ('Apple pie')")
    foreign.commit()
    foreign.close()
    assert "damaged-1" in cli("start", "After").err
    kept = sqlite3.connect(path.with_name("journal.sqlite3.damaged-1"))
    assert kept.execute("SELECT name FROM recipes").fetchone() == ("Apple pie",)
    kept.close()


def test_a_page_of_the_journal_that_is_damaged_stops_nothing(cli: Cli, served: Served) -> None:
    import sqlite3

    for number in range(40):
        cli("log", "8:00-8:30", f"{number} " + "x" * 300, CLOCKIFY_NOW=NOW)
    path = cli.home / "state" / "journal.sqlite3"
    whole = sqlite3.connect(path)
    whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = b"\xa5" * (len(content) - 4096)  # all but the first page
    path.write_bytes(content)
    told = ""
    for _ in range(3):
        ran = cli("start", "After", code=None)
        told += ran.err
        if ran.code == 0:
            break
    assert ran.code == 0, told
    assert "journal.sqlite3.damaged-1" in told
    assert (path.parent / "journal.sqlite3.damaged-1").read_bytes() == bytes(content)


def test_damaged_lists_in_the_cache_are_moved_aside_and_asked_for_again(cli: Cli) -> None:
    cli("projects", "create", "--name", "Acme")
    cli("projects", "list", "--refresh")
    (path,) = (cli.home / "cache").rglob("projects.json")
    for number, damage in enumerate(
        (b"{", b"[]", b'{"items": [1, 2], "fetched": 1}', b'{"items": 7}', b"\xff\x00"), 1
    ):
        path.write_bytes(damage)
        ran = cli("start", "Review", "-p", "Acme")
        kept = path.with_name(f"projects.json.damaged-{number}")
        assert str(kept) in ran.err
        assert kept.read_bytes() == damage


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 99, b"start\tnever\nabout\tx\n"])
def test_a_damaged_state_file_or_request_log_is_no_obstacle(cli: Cli, content: bytes) -> None:
    cli("start", "Review")
    for path in (cli.home / "state").iterdir():
        if path.suffix in (".txt", ".log"):
            path.write_bytes(content)
    cli("prompt", code=None)
    cli("status", "--cached", code=None)
    assert cli("status", "--json").json["description"] == "Review"
    assert cli("prompt").out.startswith("Review")
    cli("budget")


def full_disk() -> None:
    """Let every write of a byte to a file fail, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def on_a_full_disk(cli: Cli, *words: str, text: str = "", **environ: str) -> Ran:
    done = subprocess.run(
        [PROGRAM, *words],
        env={**cli.env, **environ},
        cwd=cli.home,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=full_disk,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


WRITES = [
    ("start", "Review"),
    ("stop",),
    ("log", "8:00-8:30", "Review"),
    ("discard",),
    ("edit", "@1", "-d", "Changed"),
    ("entries", "delete", "@1", "--yes"),
]


@pytest.mark.parametrize("words", WRITES, ids=lambda words: words[0])
def test_on_a_full_disk_no_write_is_sent(cli: Cli, served: Served, words: tuple[str, ...]) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("log", "7:00-7:30", "Earlier")
    cli("start", "Running", "--at", "10:00")
    served.clear()
    ran = on_a_full_disk(cli, *words, "--json")
    assert ran.code == 1, ran
    assert ran.error["kind"] == "storage"
    assert ran.out == ""
    assert [r for r in served.requests() if r["method"] != "GET"] == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
def test_a_disk_that_fills_while_a_write_is_out_says_so(cli: Cli, served: Served) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("status")
    served.faults([{"match": {"method": "POST"}, "kind": "slow", "seconds": 3}])
    with subprocess.Popen(
        [PROGRAM, "log", "8:00-8:30", "Review", "--json"],
        env=cli.env,
        cwd=cli.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as going:
        for _ in range(200):
            if any(r["method"] == "POST" for r in served.requests()):
                break
            time.sleep(0.05)
        resource.prlimit(going.pid, resource.RLIMIT_FSIZE, (0, 0))
        out, err = going.communicate(timeout=30)
    assert (going.returncode, json.loads(out)["description"]) == (0, "Review")
    assert "Clockify has recorded the change anyway" in err
    cli("sync", code=None)
    assert [e["description"] for e in cli("entries", "--json").json] == ["Review"]
    assert cli("queue", "--json").json == []


def test_on_a_full_disk_a_new_user_is_told_before_anything_is_sent(
    keyed: Cli, served: Served
) -> None:
    for words in (("status",), ("start", "x"), ("me",), ("auth", "status")):
        ran = on_a_full_disk(keyed, *words, "--json")
        assert ran.code == 1, ran
        assert ran.error["kind"] == "storage"
    ran = on_a_full_disk(keyed, "auth", "login", "--with-token", text=SECRET)
    assert ran.code == 1
    ran = on_a_full_disk(keyed, "config", "set", "tags", "dev")
    assert ran.code == 1
    assert served.requests() == []
    assert [p for p in files_below(keyed.home) if p.stat().st_size] == []


def test_on_a_full_disk_what_needs_no_journal_goes_on(cli: Cli, served: Served) -> None:
    cli("projects", "create", "--name", "Acme")
    cli("start", "Review")
    for words in (("projects",), ("budget",), ("config",), ("connections",), ("auth",)):
        ran = on_a_full_disk(cli, *words)
        assert ran.code == 0, (words, ran)
        assert ran.out
    served.clear()
    ran = on_a_full_disk(cli, "status", "--json")
    assert (ran.code, ran.json["description"]) == (0, "Review")
    assert "File too large" in ran.err
    assert len(served.requests()) == 1
    assert cli("status", "--json").json["description"] == "Review"  # nothing was damaged


@pytest.mark.parametrize("kind", ["config", "state"])
def test_a_folder_that_cannot_be_used_is_one_clear_error(
    cli: Cli, served: Served, kind: str
) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    place = cli.home / kind
    place.write_text("a file in the folder's place")
    for words in (("start", "x"), ("log", "8:00-8:30", "x")):
        error = cli(*words, "--json", code=1).error
        assert error["kind"] == "storage"
        assert str(place) in error["message"]
        assert f"CLOCKIFY_{kind.upper()}_DIR" in error["hint"]
    assert [r for r in served.requests() if r["method"] != "GET"] == []
    assert place.read_text() == "a file in the folder's place"


def test_a_cache_folder_that_cannot_be_used_is_done_without(cli: Cli) -> None:
    cli("projects", "create", "--name", "Acme")
    cli.env["CLOCKIFY_CACHE_DIR"] = str(cli.home / "occupied")
    (cli.home / "occupied").write_text("a file in the folder's place")
    assert cli("start", "Review", "-p", "Acme", "--json").json["projectId"]
    assert cli("projects", "--json").json[0]["name"] == "Acme"
    cli("entries", "week")
    cli("report", "week")
    assert re.search("Cannot use .*occupied", cli("status", "--refresh").err + cli("projects").err)


def test_entries_are_where_they_belong(served: Served, cli: Cli) -> None:
    """The address that the tests of writes watch is the one that writes go to."""
    cli("log", "8:00-8:30", "x", CLOCKIFY_NOW=NOW)
    assert [r["path"] for r in served.requests() if r["method"] == "POST"] == [USER_ENTRIES]


def test_damage_that_is_met_late_moves_the_journal_aside_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes have the damaged file open; the second must not move the new one aside."""
    import sqlite3

    from clockify_cli.core.errors import StorageError
    from clockify_cli.journal.store import Journal, path

    monkeypatch.setenv("CLOCKIFY_STATE_DIR", str(tmp_path / "state"))
    first, second = (Journal("account", lambda _: None) for _ in range(2))
    damaged = sqlite3.DatabaseError("database disk image is malformed")
    with pytest.raises(StorageError, match="damaged-1"), first.transaction():
        raise damaged
    new = Journal("account", lambda _: None)
    with pytest.raises(StorageError), second.transaction():
        raise damaged
    assert len(list(Path(path()).parent.glob("journal.sqlite3.damaged-*"))) == 1
    assert new.open_operations() == []
    for journal in (first, second, new):
        journal.close()
    assert Path(path()).exists()
