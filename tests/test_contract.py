"""What scripts may rely on: options, streams, JSON, exit codes, names, settings, environment."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli import NOW, PROGRAM, Cli, Ran, new_cli
from conftest import Served
from hostile_server import KEY, ME, Ways, World
from hostile_server import served as other_service
from sandbox_api import WS, Api

from clockify_cli.commands.help import command_help
from clockify_cli.commands.shape import Noun, find_command
from clockify_cli.core.tree import ROWS
from clockify_cli.render.cells import width
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID

NOBODY = "e" * 24


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


@pytest.fixture
def at_work(cli: Cli, api: Api) -> Cli:
    """Return a user on 2026-11-25, 10:15 in Berlin, with some work done and a timer running."""
    cli.env["CLOCKIFY_NOW"] = NOW
    client = api.create(f"{WS}/clients", name="Acme")
    web = api.create(f"{WS}/projects", name="Web", clientId=client["id"], billable=True)
    api.create(f"{WS}/projects/{web['id']}/tasks", name="Build")
    tag = api.create(f"{WS}/tags", name="dev")["id"]
    for day, hours in ((24, (8, 9, 12)), (25, (7,))):
        for hour in hours:
            start, end = (f"2026-11-{day}T{hour:02}:{m}:00Z" for m in ("00", "30"))
            api.entry(start, end, description=f"Work {hour}", projectId=web["id"], tagIds=[tag])
    cli("start", "Review", "-p", "Web", "--at", "10:00")
    return cli


# -- every command ---------------------------------------------------------------------------

# One call of each that answers, in the state that ``at_work`` leaves; none prompts. ``LOGGED``
# stands for the entry that ``log`` has made.
CALLS: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "entries": ("entries", "week"),
    "report": ("report", "week", "--by", "project,day"),
    "goal": ("goal", "--day", "8h"),
    "gaps": ("gaps", "yesterday"),
    "check": ("check", "yesterday", "--no-overlap"),
    "standup": ("standup",),
    "export": ("export", "week", "--format", "json"),
    "workspaces": ("workspaces",),
    "projects": ("projects",),
    "clients": ("clients",),
    "tags": ("tags",),
    "tasks": ("tasks", "-p", "Web"),
    "users": ("users",),
    "me": ("me",),
    "auth": ("auth", "status"),
    "connections": ("connections",),
    "config": ("config",),
    "doctor": ("doctor",),
    "sandbox": ("sandbox",),
    "queue": ("queue",),
    "sync": ("sync",),
    "budget": ("budget",),
    "when": ("when", "yesterday 14:00"),
    "prompt": ("prompt",),
    "api": ("api", "GET", "user"),
    "completion": ("completion", "bash"),
    "start": ("start", "Mail", "-t", "dev"),
    "switch": ("switch", "Mail 2"),
    "stop": ("stop",),
    "continue": ("continue",),
    "break": ("break",),
    "resume": ("resume",),
    "discard": ("discard",),
    "log": ("log", "yesterday 15:00", "+1h", "Plan"),
    "edit": ("edit", "@last", "-d", "Plan B"),
    "split": ("split", "LOGGED", "--at", "yesterday 15:15"),
    "extend": ("extend", "LOGGED", "5m"),
    "shorten": ("shorten", "LOGGED", "5m"),
    "move": ("move", "LOGGED", "yesterday 14:50"),
    "join": ("join", "LOGGED", "@last", "--yes"),
    "mark-invoiced": ("mark-invoiced", "LOGGED"),
    "toggle": ("toggle",),
    "undo": ("undo",),
    "redo": ("redo",),
}
ELSEWHERE = {
    "run": "its standard output is its command's",
    "apply": "it reads a text",
    "import": "it reads a file",
}
READING = list(CALLS)[: list(CALLS).index("start")]


def test_every_command_is_called_here() -> None:
    assert CALLS.keys() | ELSEWHERE.keys() == ROWS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_every_command_has_help_with_examples(name: str, tmp_path: Path) -> None:
    ran = new_cli(tmp_path, "http://127.0.0.1:1")(name, "--help")
    assert ran.err == ""
    assert ran.out.startswith(f"Usage: clockify {name} ")
    assert "clockify help options" in ran.out
    assert f"clockify {name}" in ran.out.partition("\nExamples:\n")[2]
    command = find_command(name)
    if isinstance(command, Noun):
        assert command.verbs
        for verb in command.verbs:
            text = command_help(command.verb(verb), f"clockify {name} {verb}")
            assert f"clockify {name}" in text.partition("Examples:")[2], (name, verb)
            assert verb in ran.out or command.verb(verb).hidden


def test_every_command_answers_with_one_json_document(at_work: Cli) -> None:
    logged = ""
    for place, (name, call) in enumerate(CALLS.items()):
        words = tuple(logged if word == "LOGGED" else word for word in call)
        given = ("--json", "--color", "always")
        ran = at_work(*given, *words) if place % 2 else at_work(*words, *given)
        assert isinstance(ran.json, (dict, list, str, type(None))), words
        assert ran.out.endswith("\n")
        assert "\x1b" not in ran.out + ran.err
        assert "{" not in ran.err, (words, ran.err)
        logged = ran.json["id"] if name == "log" else logged
    csv = at_work("export", "week").out
    for words, text in (
        (("apply", "-"), "2026-11-23\n09:00-09:30 Web :: As text"),
        (("import", "-"), csv),
    ):
        ran = at_work(*words, "--yes", "--json", "--color", "always", input=text)
        assert isinstance(ran.json, (dict, list)), words


def test_options_count_the_same_before_between_and_behind(at_work: Cli) -> None:
    for words in (("projects", "list"), ("entries", "list", "week"), ("status",)):
        lines = {
            at_work("--quiet", *words).out,
            at_work(words[0], "-q", *words[1:]).out,
            at_work(*words, "--quiet").out,
        }
        assert len(lines) == 1
        assert all(re.fullmatch("[0-9a-f]{24}", line) for line in lines.pop().split())


@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_longer_than_the_terminal(at_work: Cli, columns: int) -> None:
    # What is for programs, or for pasting, is not bound by the terminal's width.
    for name in READING:
        if name in ("export", "completion", "api", "standup", "config"):
            continue
        ran = at_work(*CALLS[name], COLUMNS=str(columns))
        for line in ran.out.splitlines():
            assert width(line) <= columns or " " not in line.strip(), (name, line)


# -- streams ---------------------------------------------------------------------------------


def at_streams(
    cli: Cli, *words: str, keys: str, terminals: tuple[int, ...], **environ: str
) -> tuple[int, str, str]:
    """Run with a terminal on some of the three streams; return code, terminal, and the rest."""
    ours, theirs = pty.openpty()
    os.write(ours, keys.encode())
    streams = [theirs if n in terminals else subprocess.PIPE for n in range(3)]
    process = subprocess.Popen(
        [PROGRAM, *words],
        stdin=streams[0] if 0 in terminals else subprocess.DEVNULL,
        stdout=streams[1],
        stderr=streams[2],
        env={**cli.env, "TERM": "xterm", **environ},
        cwd=cli.home,
        start_new_session=True,
    )
    os.close(theirs)
    piped = process.communicate(timeout=60)
    shown = b""
    while True:
        try:
            found = os.read(ours, 65536)
        except OSError:
            break
        shown += found
        if not found:
            break
    os.close(ours)
    return process.returncode, shown.decode(), b"".join(p or b"" for p in piped).decode()


def test_a_question_needs_a_terminal_on_stdin_and_stderr(at_work: Cli) -> None:
    _, *ids = at_work("entries", "week", "-q").out.split()
    delete = ("entries", "delete", *ids[:2], "--json")
    question = "Delete 2 entries?"
    for terminals, more in (((0, 1), ()), ((1, 2), ()), ((0, 1, 2), ("--no-input",)), ((), ())):
        code, shown, piped = at_streams(at_work, *delete, *more, keys="y\n", terminals=terminals)
        assert code == 2
        assert '"kind": "usage"' in shown + piped
        assert "[y/N]" not in shown + piped
    code, shown, piped = at_streams(at_work, *delete, keys="n\n", terminals=(0, 2))
    assert (code, piped) == (2, "")
    assert question in shown
    code, shown, piped = at_streams(at_work, *delete, keys="y\n", terminals=(0, 2))
    assert code == 0
    assert question in shown
    assert len(json.loads(piped)) == 2


def test_colour_is_for_terminals_and_as_asked(at_work: Cli) -> None:
    def colored(*words: str, terminals: tuple[int, ...] = (0, 1, 2), **environ: str) -> bool:
        ran = at_streams(at_work, "tags", *words, keys="", terminals=terminals, **environ)
        return "\x1b[" in ran[1] + ran[2]

    assert colored()
    assert not colored(terminals=())
    assert not colored(NO_COLOR="1")
    assert not colored(TERM="dumb")
    assert not colored("--color", "never", FORCE_COLOR="1")
    assert colored(terminals=(), FORCE_COLOR="1")
    assert not colored(terminals=(), FORCE_COLOR="1", NO_COLOR="1")
    assert colored("--color=always", terminals=(), NO_COLOR="1")
    at_work("config", "set", "color", "always")
    assert colored(terminals=())
    assert not colored(terminals=(), NO_COLOR="1")
    assert at_work("tags", "--color", "often", "--json", code=2).error["kind"] == "usage"


def shell(cli: Cli, line: str) -> Ran:
    """Run a line of shell in which ``clockify`` is the program."""
    done = subprocess.run(
        ["bash", "-c", f'clockify() {{ "{PROGRAM}" "$@"; }}; {line}'],
        env=cli.env,
        cwd=cli.home,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


STREAMS = (
    ("clockify status >&-", 0, ""),
    ("clockify status --cached >&-", 0, ""),
    ("clockify --version >&-", 0, ""),
    ("clockify start x <&- >&- 2>&-", 0, ""),
    ("clockify nonsense 2>&-", 2, ""),
    ("clockify entries delete @1 @2 <&-", 2, "Add --yes"),
    ("clockify projects --json >/dev/full", 1, '"kind": "storage"'),
    ("clockify --help >/dev/full", 1, "No space left"),
    ("clockify status --cached --json >/dev/full", 1, '"kind": "storage"'),
    ("clockify entries --json | true; exit ${PIPESTATUS[0]}", 141, ""),
    ("clockify --help | true; exit ${PIPESTATUS[0]}", 141, ""),
    ("printf '\\xff\\xfe' | clockify auth login --with-token", 3, "not an API key"),
)


def test_streams_that_are_closed_full_or_gone(at_work: Cli) -> None:
    at_work.env |= {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:strict"}
    for line, code, said in STREAMS:
        ran = shell(at_work, line)
        assert ran.code == code, (line, ran)
        assert said in ran.err, line
        assert said or ran.err == "", line
        assert "Traceback" not in ran.err, line


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_everything_is_utf8_whatever_the_locale(at_work: Cli, encoding: str) -> None:
    at_work("start", "Prüfung – 日本")
    at_work.env["PYTHONIOENCODING"] = encoding
    assert "Prüfung – 日本" in at_work("status").out
    assert at_work("status", "--json").json["description"] == "Prüfung – 日本"
    assert "…" in at_work("start", "--help").out
    assert "Prüfung" in at_work("projects", "show", "Prüfung", code=4).err


def test_verbose_is_a_line_a_request_on_stderr(at_work: Cli) -> None:
    ran = at_work("status", "--verbose", "--json")
    assert ran.json["description"] == "Review"
    path = f"/api/v1/workspaces/{WORKSPACE_ID}/user/{USER_ID}/time-entries"
    assert re.fullmatch(rf"GET {path} 200 \d+ ms [0-9a-f-]+\n", ran.err)


# -- exit codes ------------------------------------------------------------------------------

Change = Callable[[Served, Cli], Any]


def fault(**rule: Any) -> Change:
    return lambda served, cli: served.faults([{"times": 0, **rule}])


def setting(**environ: str) -> Change:
    return lambda served, cli: cli.env.update(environ)


UNREACHABLE = setting(CLOCKIFY_GATEWAY_URL="http://127.0.0.1:9/clockify")
FAILURES: dict[str, tuple[Change, tuple[str, ...], int, str, int | None]] = {
    "an unknown command": (setting(), ("stat",), 2, "usage", None),
    "an unknown option": (setting(), ("status", "--nope"), 2, "usage", None),
    "a word too many": (setting(), ("status", "now"), 2, "usage", None),
    "a time": (setting(), ("stop", "--at", "900"), 2, "usage", None),
    "a period": (setting(), ("entries", "20/11"), 2, "usage", None),
    "an entry that is none": (setting(), ("edit", "newest", "-d", "x"), 2, "usage", None),
    "a zone": (setting(), ("tags", "--tz", "Mars/North"), 2, "usage", None),
    "an address": (setting(CLOCKIFY_GATEWAY_URL="http://[::1"), ("status",), 2, "usage", None),
    "a connection": (setting(CLOCKIFY_CONNECTION="ключ"), ("status",), 2, "usage", None),
    "a profile": (setting(), ("status", "--profile", "nope"), 2, "usage", None),
    "a deletion of two unasked": (setting(), ("entries", "delete", "@1", "@2"), 2, "usage", None),
    "no key": (setting(MATON_API_KEY=""), ("status",), 3, "auth", None),
    "a refused key": (setting(MATON_API_KEY="wrong-key"), ("status",), 3, "auth", 401),
    "no permission": (
        fault(kind="status_before", status=403, match={"method": "POST"}),
        ("start", "x"),
        3,
        "permission",
        403,
    ),
    "no such name": (setting(), ("start", "x", "-p", "Nope"), 4, "not_found", None),
    "no such ID": (setting(), ("entries", "show", NOBODY), 4, "not_found", 400),
    "no such handle": (setting(), ("entries", "show", "@ffff"), 4, "not_found", None),
    "no such row": (setting(), ("entries", "show", "@999"), 2, "usage", None),
    "a name of two": (setting(), ("tags", "show", "twin"), 4, "ambiguous", None),
    "no network": (UNREACHABLE, ("status",), 5, "unavailable", None),
    "no network for a write": (UNREACHABLE, ("start", "x", "--no-queue"), 5, "unavailable", None),
    "a service that fails": (
        fault(kind="status_before", status=503),
        ("status",),
        5,
        "unavailable",
        503,
    ),
    "HTML": (fault(kind="html"), ("projects",), 5, "unavailable", 200),
    "a refusal": (
        fault(kind="status_before", status=400),
        ("log", "9:00-9:30"),
        6,
        "refused",
        400,
    ),
    "an active project": (setting(), ("projects", "delete", "Web", "--yes"), 6, "refused", None),
    "a limit": (
        fault(kind="429", retry_after="3000"),
        ("status",),
        7,
        "rate_limited",
        429,
    ),
}


def test_failures(served: Served, at_work: Cli, api: Api) -> None:
    for tag in ("twin one", "twin two"):
        api.create(f"{WS}/tags", name=tag)
    at_work("tags")
    environ = dict(at_work.env)
    for name, (change, words, code, kind, status) in FAILURES.items():
        served.faults([])
        at_work.env = dict(environ)
        change(served, at_work)
        ran = at_work(*words, "--json", code=code)
        assert ran.out == "", name
        assert ran.err.count("\n") == 1, name
        error = json.loads(ran.err)["error"]
        assert (error["kind"], error["exit"], error.get("status")) == (kind, code, status), name
        assert error["message"].endswith((".", "?")), name
        if status is None:  # those that cost no request are tried as text too
            told = at_work(*words, code=code)
            assert told.out == "", name
            assert told.err.startswith(f"clockify: {error['message']}"), name
            assert error.get("hint", "") in told.err, name


@pytest.mark.parametrize(("words", "waits"), [(("status",), False), (("stop",), True)])
def test_interrupted(served: Served, at_work: Cli, words: tuple[str, ...], waits: bool) -> None:
    served.faults([{"kind": "hang", "seconds": 20}])
    process = at_work.start(*words, "--json")
    while not served.fault_counts()[0]["done"]:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    error = json.loads(err)["error"]
    assert (error["kind"], error["exit"], "hint" in error) == ("interrupted", 130, waits)


def test_a_question_answered_by_an_exit_code(at_work: Cli) -> None:
    assert at_work("status", "--exit-code").code == 0
    assert at_work("check", "yesterday", "--max-entry", "5m", "--json", code=1).json["ok"] is False
    assert at_work("run", "-q", "--", "sh", "-c", "exit 9", code=9).out == ""
    at_work("stop", code=4)  # 'run' has stopped what ran, and its own timer
    assert at_work("status", "--exit-code", "--json", code=1).json is None


def test_a_command_that_does_not_exist_leaves_no_timer(at_work: Cli) -> None:
    before = at_work("status", "--json").json
    at_work("run", "--", "no-such-command", code=4)
    assert at_work("status", "--json").json == before


# -- names -----------------------------------------------------------------------------------

PROJECTS = ("Café", "cafe two", "C++", "C#", "web", "Website", "Big Data", "Data big", "a.*b")
NAMES = {
    "Café": "Café",
    "cafe": "Café",
    "CAFÉ ": "Café",
    "cafe t": "cafe two",
    "c++": "C++",
    "C": 2,
    "web": "web",
    "webs": "Website",
    "big data": "Big Data",
    "data": 2,
    "data b": 2,
    "dat": 2,
    "dat big": 2,
    "wo": 0,
    "tw": "cafe two",
    "a.*b": "a.*b",
    "a.+b": 0,
    "": 0,
    "Put Away": "Put Away",
    "put away": "Put Away",
    "put": 0,
    "ig": 0,
    "acme/site": "Acme/Site",
    "site": 2,
    "Bolt/Site": "Bolt/Site",
}


def test_names_are_literal_and_never_the_first_of_many(cli: Cli, api: Api) -> None:
    for name in PROJECTS:
        api.create(f"{WS}/projects", name=name)
    for name in ("Acme", "Bolt"):
        client = api.create(f"{WS}/clients", name=name)["id"]
        api.create(f"{WS}/projects", name="Site", clientId=client)
    away = api.create(f"{WS}/projects", name="Put Away")
    api.put(f"{WS}/projects/{away['id']}", {**away, "archived": True})
    cli("projects")
    for typed, meant in NAMES.items():
        ran = cli("projects", "show", typed, "--json", code=None)
        if isinstance(meant, str):
            assert ran.code == 0, (typed, ran)
            client, _, name = meant.rpartition("/")
            shown = ran.json["name"], ran.json["clientName"] or ""
            assert shown == (name, client), typed
        elif meant:
            assert ran.code == 4, (typed, ran)
            assert ran.error["kind"] == "ambiguous", typed
            for found in ran.error["candidates"]:
                assert found["id"] in ran.error["message"]
        else:
            assert ran.code in (2, 4), (typed, ran)


# -- where settings come from ------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[World]:
    with other_service(Ways()) as world:
        yield world


def test_the_environment(elsewhere: World, tmp_path: Path) -> None:
    env = {"MATON_API_KEY": KEY, "CLOCKIFY_CONNECTION": "conn-1"}
    cli = new_cli(tmp_path / "home", elsewhere.url, **env)
    cli("me")
    head = elsewhere.heads[-1]
    assert head["path"] == "/clockify/api/v1/user"
    assert (head["authorization"], head["maton-connection"]) == (f"Bearer {KEY}", "conn-1")
    assert "x-api-key" not in head
    cli("connections")
    assert elsewhere.heads[-1]["path"].startswith("/connections?")
    cli.env |= {"CLOCKIFY_API_KEY": KEY, "CLOCKIFY_API_URL": elsewhere.url}
    cli("me")
    head = elsewhere.heads[-1]
    assert head["path"] == "/api/v1/user"
    assert head["x-api-key"] == KEY
    assert head.keys().isdisjoint({"authorization", "maton-connection"})
    cli("tags")
    folders = list((tmp_path / "home").iterdir())
    assert {folder.name for folder in folders} == {"config", "state", "cache"}
    assert all(list(folder.iterdir()) for folder in folders)


def test_option_before_environment_before_profile(elsewhere: World, tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", elsewhere.url, MATON_API_KEY=KEY)

    def workspace(*words: str, **environ: str) -> str:
        cli("status", *words, code=None, **environ)
        found = re.search("/workspaces/([0-9a-f]{24})/", elsewhere.heads[-1]["path"])
        assert found is not None
        return found[1][0]

    def connection(*words: str, **environ: str) -> str | None:
        cli("me", *words, **environ)
        return elsewhere.heads[-1].get("maton-connection")

    assert workspace() == "a"
    assert connection() is None
    for profile, digit in (("default", "1"), ("work", "2")):
        section = () if profile == "default" else ("--profile", profile)
        cli("config", "set", "workspace", digit * 24, *section)
        cli("config", "set", "connection", f"of-{profile}", *section)
    assert (workspace(), connection()) == ("1", "of-default")
    assert (workspace("--profile", "work"), connection("--profile=work")) == ("2", "of-work")
    work = {"CLOCKIFY_PROFILE": "work"}
    assert (workspace(**work), connection(**work)) == ("2", "of-work")
    assert workspace("--profile", "default", **work) == "1"
    both = {"CLOCKIFY_WORKSPACE": "3" * 24, "CLOCKIFY_CONNECTION": "of-env"}
    assert (workspace(**both), connection(**both)) == ("3", "of-env")
    assert workspace("-w", "4" * 24, **both) == "4"
    assert connection("--connection", "given", **both) == "given"
    cli("config", "set", "gateway_url", "http://127.0.0.1:9/clockify")
    assert workspace() == "1"  # the environment's address goes before the profile's


def test_the_sandbox_needs_no_account_and_no_network(tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:9", CLOCKIFY_NOW=NOW)
    del cli.env["MATON_API_KEY"]
    cli("status", code=3)
    started = cli("--sandbox", "start", "First try", "--json").json
    assert cli("status", "--json", CLOCKIFY_SANDBOX="1").json["id"] == started["id"]
    assert cli("stop", "--sandbox", "--json").json["id"] == started["id"]
    assert cli("--sandbox", "entries", "today", "-q").out.split() == [started["id"]]
    cli("status", code=3)


def test_zones_option_setting_and_machine(at_work: Cli) -> None:
    assert "10:00" in at_work("status").out
    assert "18:00" in at_work("status", TZ="Asia/Tokyo").out
    at_work("config", "set", "time_zone", "America/New_York")
    assert "04:00" in at_work("status", TZ="Asia/Tokyo").out
    assert "09:00" in at_work("--tz", "UTC", "status", TZ="Asia/Tokyo").out
    assert at_work("status", "--json", TZ="Asia/Tokyo").json["timeInterval"]["start"][11:] == (
        "09:00:00Z"
    )


def test_quiet_of_a_time_is_its_instants(at_work: Cli) -> None:
    assert at_work("when", "9:00", "-q").out == "2026-11-25T08:00:00Z\n"
    spans = "2026-10-25 01:30-03:30", "-q"
    assert at_work("when", *spans).out.split() == ["2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"]
    entry = at_work("log", spans[0], "Night", "--json").json
    assert entry["timeInterval"]["duration"] == "PT3H"  # what 'log' records is what 'when' tells


def test_ci_and_no_queue_fail_instead_of_queueing(at_work: Cli) -> None:
    at_work.env["CLOCKIFY_GATEWAY_URL"] = "http://127.0.0.1:9/clockify"
    at_work("log", "9:00-9:10", "x", code=5, CI="true")
    at_work("log", "9:00-9:10", "x", "--no-queue", code=5)
    assert at_work("queue", "--json").json == []
    assert at_work("log", "9:00-9:10", "x", "--json", CI="false").json["queued"] is True
    [waiting] = at_work("queue", "--json").json
    assert waiting.keys() >= {"id", "operation", "state", "createdAt", "entry", "error"}


# -- JSON that the API does not define ----------------------------------------------------------


def test_documented_forms(at_work: Cli) -> None:
    report = at_work("report", "yesterday", "--by", "project,day", "--json").json
    length = {"duration", "seconds", "billableSeconds"}
    assert report.keys() >= {"start", "end", "timeZone", "groups"} | length
    [group] = report["groups"]
    assert group.keys() >= {"by", "id", "name", "groups"} | length
    assert (report["seconds"], report["duration"]) == (5400, "PT1H30M")
    gaps = at_work("gaps", "yesterday", "--json").json
    assert gaps[0].keys() >= {"start", "end", "duration", "seconds"}
    check = at_work("check", "yesterday", "--max-entry", "1m", "--json", code=1).json
    assert check.keys() >= {"ok", "rules"}
    assert check["rules"][0].keys() >= {"rule", "ok", "findings"}
    at_work("stop")
    undone = at_work("undo", "--json").json
    assert undone.keys() >= {"undone", "notes"}
    assert undone["undone"]["operation"] == "stop"
    assert undone["undone"]["entry"]["userId"] == USER_ID


def test_what_status_has_asked_is_as_young_as_that(at_work: Cli) -> None:
    at_work("status")
    ran = at_work("status", "--cached")
    assert ("Review" in ran.out, ran.err) == (True, "")
    ran = at_work("status", "--cached", CLOCKIFY_NOW="2026-11-25T10:20:00Z")
    assert ran.err == "As of 1 hour ago.\n"
    assert at_work("prompt").out == "Web 0:15\n"
    assert at_work("prompt", CLOCKIFY_NOW="2026-11-25T14:20:00Z").out.endswith("?\n")


def test_the_user_is_never_a_colleague(elsewhere: World, tmp_path: Path) -> None:
    elsewhere.add_entry("2026-11-25T06:00:00Z", userId="c" * 24, description="not mine")
    cli = new_cli(tmp_path / "home", elsewhere.url, MATON_API_KEY=KEY, CLOCKIFY_NOW=NOW)
    assert cli("status", "--json").json is None
    assert len(cli("status", "--everyone", "--json").json) == 1
    cli("stop", code=4)
    assert cli("log", "9:00-9:30", "mine", "--json").json["userId"] == ME


def test_the_sandbox_takes_what_other_clients_send(api: Api) -> None:
    """Seen with clockify-api-client, clockifyclient and clockify-ts."""
    made = api.create(f"{WS}/projects/", name="By words", isPublic="false", billable="true")
    assert (made["public"], made["billable"]) == (False, True)
    assert api.get("/v1/user/")["id"] == USER_ID
    entry = api.entry("2026-11-25T08:00:00.123Z", "2026-11-25T08:30:00.000Z", taskId=None)
    assert entry["timeInterval"]["start"] == "2026-11-25T08:00:00Z"
    running = api.create(f"{WS}/user/{USER_ID}/time-entries/", start="2026-11-25T09:00:00Z")
    ended = api.send("PATCH", f"{WS}/user/{USER_ID}/time-entries/", {"end": "2026-11-25T09:10:00Z"})
    assert ended.json()["id"] == running["id"]


def test_help_fits_a_narrow_terminal(tmp_path: Path) -> None:
    cli = new_cli(tmp_path, "http://127.0.0.1:9", COLUMNS="40")
    for name in ("start", "report", "projects"):
        told = cli(name, "--help").out.partition("\nExamples:")[0]
        assert all(width(line) <= 40 for line in told.splitlines()), told


@pytest.mark.parametrize("words", [("-h",), ("help",)])
def test_help_as_other_tools_have_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    cli = new_cli(tmp_path, "http://127.0.0.1:9")
    assert cli(*words).out == cli("--help").out
    for command in (("start",), ("projects", "create")):
        called = (*words, *command) if words == ("help",) else (*command, *words)
        assert cli(*called).out == cli(*command, "--help").out
    assert cli("help", "nope", code=2).out == ""
