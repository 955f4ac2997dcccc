"""Sign-in, connections, the doctor, the budget and the sandbox, through the installed program."""

from __future__ import annotations

import json
import re
import signal
import stat
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from cli import NOW, USER_ENTRIES, Cli, new_cli
from conftest import Served
from terminal import Terminal

from clockify_cli.core.errors import RefusedError, UnreachableError
from clockify_cli.gateway.target import Target
from clockify_cli.sandbox import API_KEY, CONNECTION_ID, USER_ID, WORKSPACE_ID
from clockify_cli.setup import connections

SECRET = "mtn_Zk3vQ9xT7bLw2Rj8Yd5HsGf4"
USER_PATH = "/clockify/api/v1/user"


@pytest.fixture
def newcomer(served: Served, tmp_path: Path) -> Cli:
    """Return somebody who has never signed in; ``SECRET`` is a good key."""
    served.configure(keys={SECRET: USER_ID})
    cli = new_cli(tmp_path / "home", served.url, CLOCKIFY_API_URL=served.url)
    del cli.env["MATON_API_KEY"]
    return cli


def asked(served: Served) -> list[str]:
    found = [f"{r['method']} {r['path']}" for r in served.requests(control=True)]
    served.clear()
    return found


def fault(path: str, **rule: Any) -> dict[str, Any]:
    """Return a rule that lets every request to ``path`` go wrong."""
    return {"match": {"path": path}, "times": 0, **rule}


def config_of(cli: Cli) -> dict[str, Any]:
    return tomllib.loads((cli.home / "config" / "config.toml").read_text())


def credentials(cli: Cli) -> Path:
    return cli.home / "config" / "credentials.json"


# -- auth ------------------------------------------------------------------------------


def test_a_key_is_checked_step_by_step_and_kept(newcomer: Cli, served: Served) -> None:
    told = newcomer("auth", "login", "--with-token", "--json", input=f"  {SECRET}\n").json
    # The gateway's own routes spend nothing of Clockify's quota.
    assert asked(served) == ["GET /user", "GET /connections", f"GET {USER_PATH}"]
    assert told["signedIn"] is True
    assert told["user"] == {
        "id": USER_ID,
        "name": "Robin Sandbox",
        "email": "robin@sandbox.example",
    }
    assert told["keyFrom"] == str(credentials(newcomer))
    assert stat.S_IMODE(credentials(newcomer).stat().st_mode) == 0o600
    # The cached account comes from that same answer; what runs is looked at once.
    newcomer("start", "Review")
    assert [p.split()[0] for p in asked(served)] == ["GET", "POST"]


def test_a_refused_key_is_not_kept(newcomer: Cli, served: Served) -> None:
    ran = newcomer("auth", "login", "--with-token", "--json", input="wrong" + SECRET, code=3)
    assert ran.error["kind"] == "auth"
    assert "Nothing was stored" in ran.error["hint"]
    assert "wrong" + SECRET not in ran.err + ran.out
    assert not credentials(newcomer).exists()
    newcomer("status", code=3)


def test_a_good_key_stays_when_a_bad_one_is_tried(newcomer: Cli) -> None:
    newcomer("auth", "login", "--with-token", input=SECRET)
    newcomer("auth", "login", "--with-token", input="wrong" + SECRET, code=3)
    newcomer("status")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"kind": "status_before", "status": 503}, 5),
        ({"kind": "429"}, 7),
        ({"kind": "cut_before"}, 5),
        ({"kind": "garbage"}, 5),
    ],
)
def test_a_key_that_could_not_be_tried_is_not_kept(
    newcomer: Cli, served: Served, rule: dict[str, Any], code: int
) -> None:
    served.faults([fault(path, **rule) for path in ("/user$", "/connections$")])
    newcomer("auth", "login", "--with-token", input=SECRET, code=code, CLOCKIFY_MAX_WAIT="0")
    assert not credentials(newcomer).exists()
    # The gateway accepts the key: whatever is wrong behind it, the key is worth keeping.
    served.faults([fault(f"{USER_PATH}$", **rule)])
    login = ("auth", "login", "--with-token", "--json")
    told = newcomer(*login, input=SECRET, CLOCKIFY_MAX_WAIT="0").json
    assert "Next: " in told["todo"]
    assert credentials(newcomer).exists()


@pytest.mark.parametrize("typed", ["", "  \n", "two words", "a\nb", "schlüssel123", "x" * 5000])
def test_what_is_no_key_is_not_sent(newcomer: Cli, served: Served, typed: str) -> None:
    ran = newcomer("auth", "login", "--with-token", input=typed, code=None)
    assert ran.code in (2, 3)
    assert asked(served) == []


def test_an_argument_is_refused_and_not_repeated(newcomer: Cli, served: Served) -> None:
    for words in (
        (SECRET,),
        ("--with-token", SECRET),
        (SECRET, "--json"),
        ("--", SECRET),
        (f"--key={SECRET}",),
        ("--token", SECRET),
    ):
        ran = newcomer("auth", "login", *words, code=2)
        assert SECRET not in ran.out + ran.err
    assert "process" in newcomer("auth", "login", SECRET, code=2).err
    for verb in ("status", "logout", SECRET):
        ran = newcomer("auth", verb, SECRET, code=2)
        assert SECRET not in ran.out + ran.err
    assert asked(served) == []


def test_the_prompt_hides_the_key(newcomer: Cli) -> None:
    with Terminal(newcomer, "auth", "login") as terminal:
        terminal.read_until("API key:")
        terminal.type(SECRET + "\r")
        assert terminal.code() == 0
        assert "Robin Sandbox" in terminal.shown
        assert SECRET not in terminal.shown
    newcomer("status")


def test_ctrl_c_at_the_prompt_stores_nothing(newcomer: Cli) -> None:
    with Terminal(newcomer, "auth", "login") as terminal:
        terminal.read_until("API key:")
        terminal.type("\x03")
        assert terminal.code() == 130
        assert "Traceback" not in terminal.shown
    assert not credentials(newcomer).exists()


def test_without_a_terminal_no_prompt_appears(newcomer: Cli) -> None:
    assert "--with-token" in newcomer("auth", "login", code=2).err
    with Terminal(newcomer, "auth", "login", "--no-input") as terminal:
        assert terminal.code() == 2


def test_a_key_without_a_connection_is_kept_and_the_next_step_told(
    newcomer: Cli, served: Served
) -> None:
    newcomer("connections", "delete", CONNECTION_ID, "--yes", MATON_API_KEY=SECRET)
    ran = newcomer("auth", "login", "--with-token", "--json", input=SECRET)
    assert "clockify connections create" in ran.json["todo"]
    assert "user" not in ran.json
    made = newcomer("connections", "create", "--json").json
    httpx.get(made["url"], trust_env=False)
    assert newcomer("auth", "status", "--json").json["user"]["id"] == USER_ID


def test_an_expired_connection_does_not_hinder_the_sign_in(newcomer: Cli, served: Served) -> None:
    served.configure(expired_connections=[CONNECTION_ID])
    ran = newcomer("auth", "login", "--with-token", input=SECRET)
    assert "expired" in ran.out
    assert "connections create --use" in ran.out


def test_a_chosen_connection_that_is_gone_does_not_hinder_the_sign_in(newcomer: Cli) -> None:
    newcomer("config", "set", "connection", "gone")
    told = newcomer("auth", "login", "--with-token", "--json", input=SECRET).json
    assert "gone" in told["todo"]
    assert "clockify connections list" in told["todo"]
    assert bad(newcomer, code=3)["connection"]["fix"] == "clockify config unset connection"


def test_direct_sign_in_makes_the_profile_direct(newcomer: Cli, served: Served) -> None:
    newcomer("auth", "login", "--direct", "--with-token", "--profile", "own", input=SECRET)
    assert asked(served) == ["GET /api/v1/user"]
    assert newcomer("auth", "--profile", "own", "--json").json["way"] == "direct"
    newcomer("start", "Direct", "--profile", "own")
    look, request = served.requests()
    assert (look["method"], request["method"]) == ("GET", "POST")
    assert request["path"] == USER_ENTRIES.removeprefix("/clockify")
    newcomer("auth", "status", code=3)  # the other profile is not signed in
    newcomer("auth", "login", "--with-token", "--profile", "own", input=SECRET)
    assert newcomer("auth", "--profile", "own", "--json").json["way"] == "gateway"


def test_status_is_of_the_cache_and_names_the_keys_origin(newcomer: Cli, served: Served) -> None:
    newcomer("auth", "login", "--with-token", input=SECRET)
    served.clear()
    told = newcomer("auth", "--json").json
    assert told["user"] == {"id": USER_ID, "name": "Robin Sandbox"}
    assert told["workspace"]["id"] == WORKSPACE_ID
    assert asked(served) == []
    newcomer("auth", "--refresh")
    assert asked(served) == ["GET /connections", f"GET {USER_PATH}"]
    from_environment = newcomer("auth", "--json", MATON_API_KEY=SECRET).json
    assert from_environment["keyFrom"] == "MATON_API_KEY"


def test_status_of_nobody_is_exit_3(newcomer: Cli, served: Served) -> None:
    ran = newcomer("auth", "status", "--json", code=3)
    assert ran.out == ""
    assert ran.error["exit"] == 3
    assert "auth login" in ran.error["hint"]
    assert asked(served) == []


def test_another_persons_key_is_not_taken_for_the_cached_one(newcomer: Cli, served: Served) -> None:
    served.seed(days=1)
    with_others = httpx.get(
        f"{served.url}/api/v1/workspaces/{WORKSPACE_ID}/users",
        headers={"X-Api-Key": API_KEY},
        trust_env=False,
    ).json()
    other = next(u for u in with_others if u["id"] != USER_ID)
    served.configure(keys={SECRET[::-1]: other["id"]})
    made = newcomer("connections", "create", "--json", MATON_API_KEY=SECRET[::-1]).json
    httpx.get(made["url"], trust_env=False)
    newcomer("auth", "login", "--with-token", input=SECRET)
    assert newcomer("auth", "--json", MATON_API_KEY=SECRET[::-1]).json["user"]["id"] == other["id"]
    assert newcomer("auth", "--json").json["user"]["id"] == USER_ID
    assert newcomer("auth", "--json", MATON_API_KEY=SECRET + "x", code=3).out == ""


def test_logout_forgets_the_key_the_account_and_the_timer(newcomer: Cli, served: Served) -> None:
    newcomer("auth", "login", "--with-token", input=SECRET)
    newcomer("projects")
    newcomer("start", "Private matters")
    assert newcomer("prompt").out
    served.clear()
    assert newcomer("auth", "logout", "--json").json == {"signedIn": False, "removed": True}
    assert asked(served) == []
    assert SECRET not in credentials(newcomer).read_text()
    assert "account" not in config_of(newcomer)
    assert newcomer("prompt").out == ""
    assert list((newcomer.home / "cache").rglob("*.json")) == []
    newcomer("status", code=3)
    assert newcomer("auth", "logout", "--json").json == {"signedIn": False, "removed": False}


def test_logout_tells_of_writes_that_wait_and_of_the_environment(
    newcomer: Cli, served: Served
) -> None:
    newcomer("auth", "login", "--with-token", input=SECRET)
    served.faults([fault("time-entries", kind="cut_before")])
    newcomer("log", "30m", "Queued")
    served.faults([])
    ran = newcomer("auth", "logout", MATON_API_KEY=SECRET)
    assert "1 pending change of Robin Sandbox" in ran.err
    assert "MATON_API_KEY is set" in ran.err
    newcomer("auth", "login", "--with-token", input=SECRET)
    newcomer("sync")
    assert [r["method"] for r in served.requests() if r["path"] == USER_ENTRIES][-1] == "POST"


def test_the_environment_is_told_to_win_at_login(newcomer: Cli) -> None:
    ran = newcomer("auth", "login", "--with-token", input=SECRET, MATON_API_KEY=API_KEY)
    assert "MATON_API_KEY is set in the environment" in ran.err


def test_a_keyring_keeps_the_key_where_there_is_one(newcomer: Cli, tmp_path: Path) -> None:
    """A stand-in for the ``keyring`` package: what matters is that no file holds the key."""
    module = tmp_path / "modules" / "keyring.py"
    module.parent.mkdir()
    module.write_text(
        "import json, os\n"
        "PLACE = os.environ['RING']\n"
        "class Backend: priority = 5\n"
        "def get_keyring(): return Backend()\n"
        "def _all(): return json.load(open(PLACE)) if os.path.exists(PLACE) else {}\n"
        "def _save(t): json.dump(t, open(PLACE, 'w'))\n"
        "def get_password(s, n): return _all().get(s + n)\n"
        "def set_password(s, n, k): t = _all(); t[s + n] = k; _save(t)\n"
        "def delete_password(s, n): t = _all(); del t[s + n]; _save(t)\n"
    )
    ring = tmp_path / "ring.json"
    there = {"PYTHONPATH": str(module.parent), "RING": str(ring)}
    told = newcomer("auth", "login", "--with-token", "--json", input=SECRET, **there).json
    assert told["keyFrom"] == "the system's keyring"
    assert SECRET in ring.read_text()
    assert not [p for p in newcomer.home.rglob("*") if p.is_file() and SECRET in p.read_text()]
    newcomer("status", **there)
    gone = newcomer("status", "--json", code=3).error  # the package is not there any more
    assert "keyring" in gone["message"]
    newcomer("auth", "logout", **there)
    assert SECRET not in ring.read_text()


def test_me_is_one_request_and_the_apis_user(cli: Cli, served: Served) -> None:
    user = cli("me", "--json").json
    assert user["id"] == USER_ID
    assert user["settings"]["timeZone"] == "Europe/Berlin"
    # One of Clockify's; the gateway's own route spends nothing of its quota.
    assert asked(served) == ["GET /connections", f"GET {USER_PATH}"]
    cli("me", "--refresh")
    assert asked(served) == ["GET /connections", f"GET {USER_PATH}"]
    served.configure(user={"weekStart": "SUNDAY"})
    cli("me")
    assert config_of(cli)["account"]["default"]["week_start"] == "SUNDAY"


# -- connections -----------------------------------------------------------------------


def test_list_and_show_are_as_the_control_plane_spells_them(cli: Cli, served: Served) -> None:
    listed = cli("connections", "--json").json
    assert isinstance(listed, list)
    assert listed[0]["connection_id"] == CONNECTION_ID
    assert set(listed[0]) >= {"status", "creation_time", "last_updated_time", "app", "metadata"}
    assert cli("connections", "show", CONNECTION_ID, "--json").json == listed[0]
    assert cli("connections", "show", "0000", "--json").json == listed[0]
    one = f"GET /connections/{CONNECTION_ID}"
    assert asked(served) == ["GET /connections", one, "GET /connections"]
    assert cli("connections", "-q").out == f"{CONNECTION_ID}\n"
    assert cli("connections", "list", "--status", "failed", "--json").json == []
    assert cli("connections", "show", "ffff", "--json", code=4).error["kind"] == "not_found"
    cli("connections", "show", CONNECTION_ID.replace("1", "9"), code=4)


def test_create_without_a_terminal_prints_the_address(cli: Cli, served: Served) -> None:
    made = cli("connections", "create", "--json").json
    assert made["status"] == "PENDING"
    assert made["url"].startswith(served.url)
    assert [p.split()[0] for p in asked(served)] == ["POST", "GET"]
    shown = cli("connections", "create").out
    assert re.search(rf"{served.url}/oauth/[0-9a-f-]{{36}}$", shown, re.M)


def test_an_ambiguous_beginning_lists_the_candidates(cli: Cli, served: Served) -> None:
    for _ in range(40):  # a first digit that two share is certain after sixteen
        httpx.post(
            f"{served.url}/connections",
            json={"app": "clockify"},
            headers={"Authorization": f"Bearer {API_KEY}"},
            trust_env=False,
        )
    ids = cli("connections", "-q").out.split()
    first = next(i[0] for i in ids if sum(other[0] == i[0] for other in ids) > 1)
    error = cli("connections", "show", first, "--json", code=4).error
    assert error["kind"] == "ambiguous"
    assert len(error["candidates"]) > 1


def test_use_stores_an_active_connection_only(cli: Cli, served: Served) -> None:
    made = cli("connections", "create", "--json").json
    number = made["connection_id"]
    error = cli("connections", "use", number, "--json", code=6).error
    assert error["kind"] == "conflict"
    assert made["url"] in error["hint"]
    cli("connections", "use", "ffffffff-0000-4000-8000-000000000000", code=4)
    httpx.get(made["url"], trust_env=False)
    cli("connections", "use", number[:13])
    assert config_of(cli)["profile"]["default"]["connection"] == number
    served.clear()
    cli("status")
    assert {r["connection"] for r in served.requests()} == {number}
    cli("connections", "delete", number, "--yes")
    assert "connection" not in config_of(cli)["profile"]["default"]
    cli("status")


def test_a_failed_connection_cannot_be_used(cli: Cli) -> None:
    made = cli("connections", "create", "--json").json
    httpx.get(made["url"] + "?deny=1", trust_env=False)
    error = cli("connections", "use", made["connection_id"], "--json", code=6).error
    assert "failed" in error["message"]


def test_use_says_what_is_pending_and_strands_nothing(cli: Cli, served: Served) -> None:
    cli("status")
    served.faults([fault("time-entries", kind="cut_before")])
    cli("log", "30m", "Queued")
    served.faults([])
    ran = cli("connections", "use", CONNECTION_ID)
    assert "1 pending change of Robin Sandbox" in ran.err
    assert cli("sync").out.startswith("done: log")


def test_delete_needs_a_yes(cli: Cli, served: Served) -> None:
    error = cli("connections", "delete", CONNECTION_ID, "--json", code=2).error
    assert "--yes" in error["hint"]
    assert "DELETE" not in " ".join(asked(served))
    deleted = cli("connections", "delete", CONNECTION_ID, "--yes", "--json").json
    assert deleted["connection_id"] == CONNECTION_ID
    assert cli("connections", "--json").json == []
    assert cli("status", "--json", code=3).error["hint"].count("clockify connections") == 3


def test_create_on_a_terminal_opens_the_browser_and_waits(cli: Cli, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    opened = tmp_path / "opened"
    browser.write_text(
        f"#!{sys.executable}\nimport sys, urllib.request\n"
        f"open({str(opened)!r}, 'w').write(repr(sys.argv[1:]))\n"
        "urllib.request.urlopen(sys.argv[1])\n"
    )
    browser.chmod(0o755)
    with Terminal(cli, "connections", "create", "--use", BROWSER=str(browser)) as terminal:
        terminal.read_until("Open it in the browser?")
        terminal.type("\r")
        assert terminal.code() == 0, terminal.shown
    (url,) = json.loads(opened.read_text().replace("'", '"'))
    number = url.rpartition("/")[2]
    assert config_of(cli)["profile"]["default"]["connection"] == number
    assert "active" in terminal.shown


def test_create_on_a_terminal_may_be_declined_and_interrupted(cli: Cli, tmp_path: Path) -> None:
    with Terminal(cli, "connections", "create", BROWSER="/bin/false") as terminal:
        terminal.read_until("Open it in the browser?")
        terminal.type("n\r")
        terminal.read_until("until it is active")
        terminal.type("\x03")
        assert terminal.code() == 130
    assert [c["status"] for c in cli("connections", "--json").json] == ["ACTIVE", "PENDING"]


def test_a_new_connection_beside_an_older_one_tells_which_is_used(cli: Cli) -> None:
    ran = cli("--sandbox", "connections", "create", "--wait")
    assert f"{CONNECTION_ID} stays in use" in ran.err


def test_waiting_ends_after_the_timeout(cli: Cli) -> None:
    error = cli("connections", "create", "--wait", "--timeout", "1", "--json", code=5).error
    assert "connections show" in error["hint"]


class Plane:
    """A control plane that says what it is told to, one status at each look."""

    def __init__(self, *statuses: str) -> None:
        self.target = Target("https://gateway.example/clockify", "https://plane.example")
        self.statuses = list(statuses)
        self.looks = 0
        self.now = 0.0

    def send(self, method: str, path: str, *, control: bool = False, **_: Any) -> Any:
        assert control
        assert method == "GET"
        self.looks += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

        return SimpleNamespace(data={"connection": {"connection_id": "c", "status": status}})

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_waiting_is_gentle_and_ends_at_once_on_success_or_failure() -> None:
    plane = Plane("PENDING", "PENDING", "ACTIVE")
    found = connections.wait(plane, "c", 300, sleep=plane.sleep, clock=lambda: plane.now)  # type: ignore[arg-type]
    assert found["status"] == "ACTIVE"
    assert plane.looks == 3
    failing = Plane("PENDING", "FAILED")
    with pytest.raises(RefusedError):
        connections.wait(failing, "c", 300, sleep=failing.sleep, clock=lambda: failing.now)  # type: ignore[arg-type]
    never = Plane("PENDING")
    with pytest.raises(UnreachableError):
        connections.wait(never, "c", 300, sleep=never.sleep, clock=lambda: never.now)  # type: ignore[arg-type]
    assert never.now == pytest.approx(300)
    assert never.looks < 70


def test_connections_without_a_gateway_are_explained(cli: Cli, served: Served) -> None:
    direct = {"CLOCKIFY_API_KEY": API_KEY, "CLOCKIFY_API_URL": served.url}
    for words in (
        ("list",),
        ("create",),
        ("show", CONNECTION_ID),
        ("use", CONNECTION_ID),
        ("delete", CONNECTION_ID, "--yes"),
    ):
        error = cli("connections", *words, "--json", code=2, **direct).error
        assert "gateway" in error["message"]
    assert asked(served) == []


def test_the_sandbox_does_not_choose_for_the_service(cli: Cli) -> None:
    cli("--sandbox", "connections", "use", CONNECTION_ID, code=2)
    cli("--sandbox", "connections", "create", "--use", code=2)
    assert len(cli("--sandbox", "connections", "--json").json) == 1


# -- doctor ----------------------------------------------------------------------------


def bad(cli: Cli, *words: str, code: int, **environ: str) -> dict[str, dict[str, Any]]:
    """Return the doctor's findings that are not ok, by check."""
    told = cli("doctor", "--json", *words, code=code, **environ).json
    assert all(set(f) <= {"check", "ok", "message", "fix"} for f in told)
    assert all(f["ok"] or f["fix"] for f in told)
    return {f["check"]: f for f in told if not f["ok"]}


def test_a_healthy_set_up_spends_one_request_of_the_quota(cli: Cli, served: Served) -> None:
    assert bad(cli, code=0) == {}
    assert asked(served) == ["GET /user", "GET /connections", f"GET {USER_PATH}"]
    assert "BAD" not in cli("doctor").out
    assert bad(cli, "--sandbox", code=0) == {}


@pytest.mark.parametrize("columns", [40, 80])
def test_the_doctors_words_fit(cli: Cli, columns: int) -> None:
    shown = cli("doctor", COLUMNS=str(columns)).out
    assert max(map(len, shown.splitlines())) <= columns


def test_the_doctor_tells_of_the_key(cli: Cli, served: Served) -> None:
    found = bad(cli, code=3, MATON_API_KEY="")
    assert found["key"]["fix"] == "clockify auth login"
    assert asked(served) == []
    found = bad(cli, code=3, MATON_API_KEY="wrong" + SECRET)
    assert "MATON_API_KEY" in found["sign-in"]["fix"]
    assert "wrong" + SECRET not in json.dumps(found)
    found = bad(cli, code=3, CLOCKIFY_API_KEY="schlüssel")
    assert "CLOCKIFY_API_KEY" in found["key"]["message"]


def test_the_doctor_tells_of_an_address_without_the_apps_name(cli: Cli, served: Served) -> None:
    found = bad(cli, code=5, CLOCKIFY_GATEWAY_URL=served.url)
    assert found["address"]["fix"] == f"export CLOCKIFY_GATEWAY_URL={served.url}/clockify"
    assert asked(served) == []
    cli("config", "set", "gateway_url", "https://gateway.maton.ai")
    found = bad(cli, code=5, CLOCKIFY_GATEWAY_URL="")
    assert (
        found["address"]["fix"]
        == "clockify config set gateway_url https://gateway.maton.ai/clockify"
    )
    found = bad(cli, code=5, CLOCKIFY_GATEWAY_URL=f"{served.url}/clockify/v2")
    assert "404" in found["service"]["message"]


def test_the_doctor_tells_of_the_connection(cli: Cli, served: Served) -> None:
    served.configure(expired_connections=[CONNECTION_ID])
    found = bad(cli, code=5)
    assert "expired" in found["connection"]["message"]
    assert found["connection"]["fix"] == "clockify connections create --use"
    assert asked(served) == ["GET /user", "GET /connections", f"GET {USER_PATH}"]
    served.configure(expired_connections=[])
    found = bad(cli, "--connection", "nope", code=3)
    assert "--connection" in found["connection"]["fix"]
    found = bad(cli, code=3, CLOCKIFY_CONNECTION="nope")
    assert found["connection"]["fix"] == "unset CLOCKIFY_CONNECTION"
    cli("config", "set", "connection", "nope")
    assert bad(cli, code=3)["connection"]["fix"] == "clockify config unset connection"
    cli("config", "unset", "connection")
    cli("connections", "delete", CONNECTION_ID, "--yes")
    found = bad(cli, code=3)
    assert found["connection"]["fix"] == "clockify connections create --use"
    made = cli("connections", "create", "--json").json
    assert bad(cli, code=3)["connection"]["fix"] == f"Open {made['url']}"
    httpx.get(made["url"] + "?deny=1", trust_env=False)
    assert "failed" in bad(cli, code=3)["connection"]["message"]


def test_the_doctor_works_without_a_network(cli: Cli, served: Served) -> None:
    found = bad(cli, code=5, CLOCKIFY_GATEWAY_URL="http://127.0.0.1:9/clockify")
    assert list(found) == ["service"]
    served.faults([fault(f"{USER_PATH}$", kind="429")])
    served.clear()
    assert bad(cli, code=7)["service"]["fix"] == "clockify budget"
    assert len(asked(served)) == 3  # none is repeated or waited for


def test_the_doctor_tells_of_the_clock(cli: Cli, served: Served) -> None:
    served.configure(clock_skew=-300.0)
    found = bad(cli, code=1)
    assert "300 s ahead" in found["clock"]["message"] or "299 s ahead" in found["clock"]["message"]
    served.configure(clock_skew=300.0)
    assert "behind" in bad(cli, code=1)["clock"]["message"]


def test_the_doctor_tells_of_the_workspace(cli: Cli) -> None:
    cli("config", "set", "workspace", "Nowhere")
    found = bad(cli, code=4)
    assert "Nowhere" in found["workspace"]["message"]


def test_the_doctor_tells_of_settings_and_typing_slips(cli: Cli) -> None:
    cli("status")
    path = cli.home / "config" / "config.toml"
    path.write_text('[profile.default]\ncolour = "red"\ncolor = "blue"\ntime_zone = "Mars"\n')
    told = cli("doctor", "--json", code=2).json
    fixes = [f["fix"] for f in told if not f["ok"]]
    assert fixes[0] == "clockify config unset colour"
    assert fixes[1:] == ["clockify config unset time_zone", "clockify config unset color"]
    assert "Mars" in cli("doctor", code=2).out
    path.write_text('[profile.default]\ncolour = "red"\nquota = "many"\ngoal_day = "soon"\n')
    told = cli("doctor", "--json", code=2).json
    fixes = [f["fix"] for f in told if not f["ok"]]
    assert fixes == [
        "clockify config unset colour",
        "clockify config unset quota",
        "clockify config unset goal_day",
    ]


def test_the_doctor_mends_files_that_others_can_read(newcomer: Cli) -> None:
    newcomer("auth", "login", "--with-token", input=SECRET)
    newcomer("start", "Review")
    journal = newcomer.home / "state" / "journal.sqlite3"
    credentials(newcomer).chmod(0o644)
    journal.chmod(0o666)
    found = [f for f in newcomer("doctor", "--json", code=1).json if not f["ok"]]
    assert [f["check"] for f in found] == ["files", "files"]
    assert str(credentials(newcomer)) in found[0]["message"]
    assert str(journal) in found[1]["message"]
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert stat.S_IMODE(credentials(newcomer).stat().st_mode) == 0o600
    assert bad(newcomer, code=0) == {}
    (newcomer.home / "state").chmod(0o777)
    assert "chmod 700" in bad(newcomer, code=1)["folders"]["fix"]


def test_the_doctor_tells_of_damage(cli: Cli, served: Served) -> None:
    cli("projects")
    cli("start", "Review")
    (cli.home / "config" / "config.toml").write_text("{{{")
    (cli.home / "state" / "journal.sqlite3").write_bytes(b"garbage" * 1000)
    for cached in (cli.home / "cache").rglob("*.json"):
        cached.write_text("[")
    found = bad(cli, code=1)
    assert {"config", "journal", "cache"} <= set(found)
    assert all("damaged-1" in found[check]["message"] for check in ("config", "journal", "cache"))
    assert bad(cli, code=0) == {}


def test_the_doctor_tells_of_a_folder_that_cannot_be_used(cli: Cli, served: Served) -> None:
    (cli.home / "state").write_text("a file in the folder's place")
    found = bad(cli, code=1)
    assert str(cli.home / "state") in found["folders"]["message"]


def test_the_doctor_tells_of_writes_that_were_set_aside(cli: Cli, served: Served) -> None:
    cli("status")
    served.faults([fault("time-entries", kind="cut_before")])
    cli("log", "30m", "Queued")
    refused = fault("time-entries$", kind="status_before", status=400)
    refused["match"]["method"] = "POST"
    served.faults([refused])
    cli("sync", code=6)
    assert bad(cli, code=6)["journal"]["fix"] == "clockify queue"


# -- budget ----------------------------------------------------------------------------


def test_budget_counts_by_workspace_without_a_request(cli: Cli, served: Served) -> None:
    cli("start", "One")
    cli("stop")
    cli("workspaces")
    cli("connections")  # the control plane is not Clockify
    expected = [r["path"] for r in served.requests() if r["path"].startswith("/clockify/")]
    served.clear()
    told = cli("budget", "--json").json
    assert asked(served) == []
    named, unnamed = told
    assert named["workspace"] == {"id": WORKSPACE_ID, "name": "Sandbox"}
    assert named["requests"] == sum("/workspaces/" in path for path in expected)
    assert unnamed["requests"] == len(expected) - named["requests"]
    assert "quota" not in named
    cli("config", "set", "quota", "30")
    named, unnamed = cli("budget", "--json").json
    assert named["quota"] == 30
    assert named["left"] == 30 - len(expected)
    assert "left" not in unnamed
    assert "Sandbox" in cli("budget").out


def test_requests_come_back_after_an_hour(cli: Cli) -> None:
    cli("status")
    log = cli.home / "state" / "requests.log"
    first, *_ = log.read_text().splitlines()
    moment, account, *_ = first.split("\t")
    old = int(moment) - 3700
    almost = int(moment) - 3000
    log.write_text(
        f"{old}\t{account}\t{WORKSPACE_ID}\n{almost}\t{account}\t{WORKSPACE_ID}\n"
        f"{moment}\t{account}\t{WORKSPACE_ID}\nnonsense\n{moment}\tsomebody else\tx\n"
    )
    (told,) = cli("budget", "--json").json
    assert told["requests"] == 2
    assert told["nextBackAt"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(almost + 3600))
    assert told["allBackAt"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(moment) + 3600))


def test_few_left_is_told_on_any_command(cli: Cli) -> None:
    cli("config", "set", "quota", "8")
    assert "left" not in cli("status").err  # 2 used: who, and what runs
    assert "5 of 8 requests of this hour are left" in cli("status").err
    assert "4 of 8" in cli("entries", "today", "--json").err
    assert cli("status", "--quiet").err == ""
    for _ in range(3):
        told = cli("status").err
    assert "No request of this hour is left" in told
    cli("config", "unset", "quota")
    assert cli("status").err == ""


def test_a_quota_that_cannot_be_read_is_told_before_anything_is_sent(
    cli: Cli, served: Served
) -> None:
    cli("status")
    path = cli.home / "config" / "config.toml"
    path.write_text(path.read_text() + '\n[profile.default]\nquota = "lots"\n')
    served.clear()
    cli("start", "Review", code=2)
    assert asked(served) == []


def test_requests_that_nobody_answered_are_not_counted(cli: Cli) -> None:
    cli("status")
    before = cli("budget", "--json").json
    cli("status", code=5, CLOCKIFY_GATEWAY_URL="http://127.0.0.1:9/clockify")
    assert cli("budget", "--json").json == before


# -- the sandbox -----------------------------------------------------------------------


def test_serve_is_the_sandbox_that_the_option_uses(tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:9", CLOCKIFY_NOW=NOW)
    cli("--sandbox", "log", "9:00-9:30", "Written in process")
    process = cli.start("sandbox", "serve", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        text = ""
        while not text.endswith("}\n"):
            text += process.stdout.readline()
        told = json.loads(text)
        assert told["url"].startswith("http://127.0.0.1:")
        assert told["database"] == cli("sandbox", "path").out.strip()
        env = {
            "CLOCKIFY_GATEWAY_URL": told["gatewayUrl"],
            "CLOCKIFY_CONTROL_URL": told["controlUrl"],
            "MATON_API_KEY": told["apiKey"],
        }
        served = cli("entries", "list", "--json", **env).json
        assert [e["description"] for e in served] == ["Written in process"]
        cli("log", "8:00-8:30", "Written over HTTP", **env)
        assert len(cli("--sandbox", "entries", "--json").json) == 2
        assert httpx.get(
            f"{told['apiUrl']}/api/v1/user",
            headers={"X-Api-Key": told["apiKey"]},
            trust_env=False,
        ).is_success
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err
    exported = re.search(r"^export (.*)$", err, re.M)
    assert exported is not None
    assert set(exported[1].split()) == {f"{k}={v}" for k, v in env.items()}


def test_serve_prints_the_address_alone_on_stdout(tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:9")
    process = cli.start("sandbox", "serve", "--quiet")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", line)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0


def test_serve_refuses_other_machines_and_taken_ports(cli: Cli, served: Served) -> None:
    for host in ("0.0.0.0", "192.168.1.1", "::", "example.com"):
        assert "this machine alone" in cli("sandbox", "serve", "--host", host, code=2).err
    port = served.url.rpartition(":")[2]
    assert "--port" in cli("sandbox", "serve", "--port", port, code=1).err


def test_seed_fills_a_month_and_adds_nothing_twice(tmp_path: Path) -> None:
    cli = new_cli(tmp_path / "home", "http://127.0.0.1:9", CLOCKIFY_NOW="2026-11-25T09:15:00Z")
    assert cli("--sandbox", "projects", "--json").json == []
    added = cli("sandbox", "seed", "--json").json
    assert added["entries"] > 100
    # What was cached of the empty sandbox is forgotten.
    assert len(cli("--sandbox", "projects", "--json").json) > 3
    assert not any(cli("sandbox", "seed", "--json").json.values())
    assert cli("sandbox", "seed").out == "Nothing was missing.\n"


def test_reset_asks_and_forgets_everything_about_the_old_one(cli: Cli) -> None:
    cli("sandbox", "seed")
    cli("--sandbox", "start", "Review", "-p", "C++")
    assert cli("--sandbox", "prompt").out
    error = cli("sandbox", "reset", "--json", code=2).error
    assert "--yes" in error["hint"]
    assert cli("--sandbox", "projects", "--json").json
    cli("sandbox", "reset", "--yes")
    assert cli("--sandbox", "prompt").out == ""
    assert cli("--sandbox", "projects", "--json").json == []
    assert cli("--sandbox", "status", "--json").json is None
    # There is nothing of the old one left to take back.
    assert cli("--sandbox", "undo", "--json", code=None).code in (1, 4)


def test_reset_drops_what_waits_for_the_old_one(cli: Cli) -> None:
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("--sandbox", "status")
    # Out of quota at once: every write waits.
    cli("sandbox", "settings", "requests_per_hour=1")
    cli("--sandbox", "status", code=None, CLOCKIFY_MAX_WAIT="0")
    queued = cli(
        "--sandbox", "log", "9:00-9:30", "Stale", "--key", "k1", "--json", CLOCKIFY_MAX_WAIT="0"
    )
    assert queued.json["queued"] is True
    ran = cli("sandbox", "reset", "--yes", "--json")
    assert ran.json["dropped"] == 1
    assert "1 pending change" in ran.err
    assert cli("--sandbox", "queue", "--json").json == []
    cli("--sandbox", "sync")
    assert cli("--sandbox", "entries", "--json").json == []
    # The idempotency key is free again.
    cli("--sandbox", "log", "9:00-9:30", "Fresh", "--key", "k1")
    assert len(cli("--sandbox", "entries", "--json").json) == 1


def test_reset_forgets_what_the_old_one_held(cli: Cli) -> None:
    """An entry that is gone is neither overlapped nor offered again."""
    cli.env["CLOCKIFY_NOW"] = NOW
    cli("--sandbox", "log", "9:00-9:30", "Old")
    assert "Old" in cli("--sandbox", "log", "9:15-9:45", "Second").err
    cli("--sandbox", "start", "Running", "--at", "9:50")
    cli("sandbox", "reset", "--yes")
    assert cli("--sandbox", "log", "9:00-10:00", "New").err == ""
    assert [e["description"] for e in cli("--sandbox", "entries", "--json").json] == ["New"]
    assert "Old" not in cli("--sandbox", "undo", "--list").out
    cli("--sandbox", "undo")
    cli("--sandbox", "undo", code=4)


def test_reset_leaves_the_service_alone(cli: Cli, served: Served) -> None:
    cli("start", "Of the service")
    cli("projects")
    before = config_of(cli)["account"]["default"]
    lists = sorted((cli.home / "cache").rglob("*.json"))
    cli("--sandbox", "status")
    cli("sandbox", "reset", "--yes")
    assert cli("prompt").out
    assert config_of(cli)["account"] == {"default": before}
    assert sorted((cli.home / "cache").rglob("*.json")) == lists


def test_a_damaged_sandbox_is_told_and_reset_keeps_it(cli: Cli) -> None:
    cli("--sandbox", "status")
    path = Path(cli("sandbox", "path").out.strip())
    for old in path.parent.glob(path.name + "-*"):
        old.unlink()
    path.write_bytes(b"not a database at all" * 50)
    assert "sandbox reset" in cli("--sandbox", "status", code=5).err
    assert "sandbox reset" in cli("sandbox", "seed", code=1).err
    assert "sandbox reset" in cli("sandbox", "settings", code=1).err
    ran = cli("sandbox", "reset", "--yes")
    assert f"{path}.damaged" in ran.err
    assert (path.parent / f"{path.name}.damaged").read_bytes().startswith(b"not a database")
    assert cli("--sandbox", "status", "--json").json is None


def test_settings_show_and_change_the_sandbox(cli: Cli) -> None:
    found = cli("sandbox", "settings", "--json").json
    assert found["requests_per_second"] == 50
    changed = cli("sandbox", "settings", "retry_after=date", "latency=0.5", "--json").json
    assert (changed["retry_after"], changed["latency"]) == ("date", 0.5)
    cli("sandbox", "settings", "retry_after=null", "latency=null")
    assert cli("sandbox", "settings", "--json").json == found
    for wrong in ("nothing=1", "latency=fast", "requests_per_hour", "keys=3", "=1", "user.x=1"):
        cli("sandbox", "settings", wrong, code=2)
    assert cli("sandbox", "settings", "--json").json == found
