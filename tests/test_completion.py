"""Tab: what the engine answers, and what real shells make of it, driven key by key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from cli import NOW, PROGRAM, Cli, new_cli
from conftest import Served
from hypothesis import given, settings
from hypothesis import strategies as st
from shells import Bash, Fish, OldBash, Shell, Zsh
from test_imports import imported

from clockify_cli.completion import times
from clockify_cli.completion.candidates import Candidate, fitting
from clockify_cli.completion.line import IN_DOLLAR, IN_DOUBLE, IN_SINGLE, Line, quoted
from clockify_cli.completion.scripts import SCRIPTS, script
from clockify_cli.completion.shells import told
from clockify_cli.completion.values import named
from clockify_cli.core.account import account_id
from clockify_cli.core.matching import match
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID
from clockify_cli.store.cached import list_path
from clockify_cli.times import Clock, leading_spans, parse_day, parse_instant, parse_period
from clockify_cli.times.durations import parse_duration

ID = "a" * 24
Item = dict[str, Any]

# What colleagues may call a project, to see whether a shell takes it for more than a name.
HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "${HOME}",
    "$HOME",
    "!!",
    "bang!bang",
    "it's",
    "'",
    '"',
    'Quote "d"',
    "a'b\"c",
    "$'x'",
    "back\\slash",
    "trail\\",
    "x\\ny",
    "x\\ y",
    "semi;colon & pipe|x",
    "<x>",
    "star * [x] {a,b}",
    "{a,b}",
    "?",
    "# x",
    "tilde ~x",
    "eq=uals",
    "=ls",
    "a:b:c",
    "par (en)",
    "x@y.z",
    "a,b",
    "%1",
    "100%",
    "^q^r",
    "+plus",
    "zz’curly’",
    "Über: Größe",
    "日本 語",
    "🚀 Launch",
]


class Cached:
    """The cache files of a user, as tests want them."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        port = cli.env["CLOCKIFY_GATEWAY_URL"].split(":")[2].split("/")[0]
        self.account = account_id(f"local:{port}", USER_ID)

    def path(self, kind: str, workspace: str = WORKSPACE_ID) -> Path:
        """Return the file of a list."""
        with mock.patch.dict(os.environ, self.cli.env):
            return Path(list_path(self.account, workspace, kind))

    def put(self, kind: str, *items: Item, workspace: str = WORKSPACE_ID) -> None:
        """Let a list hold these and nothing else."""
        path = self.path(kind, workspace)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"fetched": 1, "items": list(items)}), "utf-8")


def project(name: str, number: str = ID, client: str = "", **more: Any) -> Item:
    return {"id": number, "name": name, "clientName": client, **more}


def offered(cli: Cli, *words: str, **environ: str) -> list[str]:
    """Return the words that Tab offers behind ``clockify WORDS`` (the last one is unfinished)."""
    lines = cli("__complete", "zsh", *words, **environ).out.splitlines()
    assert lines[0] == "words"
    return [line.split("\t")[0] for line in lines[1:]]


def helps(cli: Cli, *words: str, **environ: str) -> dict[str, str]:
    """Return what Tab says of each word that it offers."""
    lines = cli("__complete", "fish", *words, **environ).out.splitlines()
    return dict(line.split("\t", 1) for line in lines[1:])


@pytest.fixture
def cached(cli: Cli, served: Served) -> Cached:
    """Return the caches of a user who has used the program once."""
    cli("status")
    served.clear()
    return Cached(cli)


# -- what is offered --------------------------------------------------------------------------


def test_commands_verbs_and_options_come_with_what_they_are(cli: Cli) -> None:
    assert helps(cli, "star") | helps(cli, "stat") == {
        "start": "Start a timer, stopping the one that's running.",
        "status": "Show the running timer.",
    }
    assert {"list", "show", "create", "update", "delete"} <= set(offered(cli, "projects", ""))
    options = offered(cli, "start", "--")
    assert options[0] == "--project"
    assert {"--billable", "--no-billable", "--json", "--help"} <= set(options)
    assert "--version" not in options
    assert "--version" in offered(cli, "--v")


def test_words_after_an_alias_complete_as_after_the_command(cli: Cli) -> None:
    assert offered(cli, "in", "--") == offered(cli, "start", "--")
    assert offered(cli, "rm", "--") == offered(cli, "entries", "delete", "--")
    names = set(offered(cli, ""))
    assert not names & {"in", "out", "rm", "st"}
    (cli.home / "config").mkdir(exist_ok=True)
    (cli.home / "config" / "config.toml").write_text(
        '[profile.default.alias]\ndaily = "start \'Daily standup\' --at"\nbad = "\'"\nx = "x"\n'
    )
    assert {"daily", "start"} <= set(offered(cli, ""))
    assert offered(cli, "daily", "9") == offered(cli, "start", "--at", "9")
    for word in ("bad", "x"):
        assert cli("__complete", "zsh", word, "-", code=None).out == "words\n"


def test_an_option_that_was_given_is_offered_again_only_if_it_may_be(cli: Cli) -> None:
    options = offered(cli, "start", "-p", "x", "--no-billable", "-t", "dev", "--")
    assert "--project" not in options
    assert "--billable" not in options
    assert "--tag" in options


def test_values_with_choices(cli: Cli) -> None:
    assert offered(cli, "--color", "") == ["auto", "always", "never"]
    assert offered(cli, "start", "--color=a") == ["--color=auto", "--color=always"]
    assert offered(cli, "completion", "") == list(SCRIPTS)
    assert offered(cli, "report", "--by", "project,cl") == ["project,client"]
    assert "project,project" not in offered(cli, "report", "--by", "project,")


def test_settings_and_their_values(cli: Cli) -> None:
    assert "week_start" in offered(cli, "config", "set", "")
    assert offered(cli, "config", "set", "week_start", "s") == ["saturday", "sunday"]
    assert offered(cli, "config", "set", "queue", "") == ["true", "false"]


def test_names_come_from_what_other_commands_have_cached(cli: Cli, served: Served) -> None:
    """Everything that a user has seen once is offered, and nothing is asked for it."""
    served.seed(days=3)
    cli("projects", "list")
    cli("clients", "list")
    cli("tags", "list")
    cli("users", "list")
    cli("workspaces", "list")
    cli("tasks", "list", "-p", "C++")
    cli("start", "Parser", "-p", "C++", "-t", "deep work")
    served.clear()
    projects = offered(cli, "start", "-p", "")
    assert "C++" in projects
    assert {"Northwind Traders/Website", "Café Zürich/Website"} <= set(projects)
    assert "Website" not in projects
    assert "Contoso" in offered(cli, "entries", "--client", "")
    assert "deep work" in offered(cli, "start", "-t", "")
    assert "dev,deep work" in offered(cli, "start", "-t", "dev,d")
    assert "Mina Sørensen" in offered(cli, "log", "--user", "")
    assert "mina@sandbox.example" in offered(cli, "log", "--user", "mina@")
    assert "Benchmarks" in offered(cli, "start", "-p", "C++", "-k", "")
    assert len(offered(cli, "-w", "")) == 1
    assert served.requests() == []


def test_tasks_are_those_of_the_project(cached: Cached) -> None:
    cli, (one, two) = cached.cli, ("1" * 24, "2" * 24)
    cached.put("projects", project("Acme", one), project("Beta", two))
    cached.put(f"tasks-{one}", {"id": "3" * 24, "name": "Build"})
    cached.put(f"tasks-{two}", {"id": "4" * 24, "name": "Test"})
    assert offered(cli, "start", "-p", "acme", "-k", "") == ["Build"]
    assert offered(cli, "start", "--project=Beta", "--task", "") == ["Test"]
    assert offered(cli, "start", "-pBeta", "-k", "") == ["Test"]
    assert offered(cli, "start", "-k", "", CLOCKIFY_PROJECT="Beta") == ["Test"]
    assert offered(cli, "start", "-p", "none such", "-k", "") == []
    assert set(offered(cli, "start", "-k", "")) == {"Build", "Test"}
    (cli.home / ".clockify.toml").write_text('project = "Acme"\n')
    assert offered(cli, "start", "-k", "") == ["Build"]


def test_what_is_archived_is_offered_only_where_it_is_asked_for(cached: Cached) -> None:
    cached.put("projects", project("Now", ID), project("Gone", "b" * 24, archived=True))
    assert offered(cached.cli, "start", "-p", "") == ["Now"]
    assert offered(cached.cli, "start", "-p", "Go") == ["Gone"]
    assert offered(cached.cli, "projects", "unarchive", "") == ["Gone"]


def test_entries_are_offered_with_what_they_are(cli: Cli, served: Served) -> None:
    cli("log", "9:00-10:00", "Planning", "--yes", CLOCKIFY_NOW=NOW)
    cli("entries", "today", CLOCKIFY_NOW=NOW)
    cli("start", "Review", CLOCKIFY_NOW=NOW)
    served.clear()
    found = helps(cli, "edit", "", CLOCKIFY_NOW=NOW)
    assert list(found) == ["@running", "@last", "@1"]
    assert found["@last"].startswith("10:15 · Review")
    assert found["@1"].startswith("09:00 · Planning")
    assert list(helps(cli, "join", "@1", "@", CLOCKIFY_NOW=NOW)) == ["@running", "@last"]
    assert "as of" in helps(cli, "edit", "@1", CLOCKIFY_NOW="2026-11-27T09:15:00Z")["@1"]
    cli("entries", "delete", "@last", CLOCKIFY_NOW=NOW)
    assert helps(cli, "edit", "@1", CLOCKIFY_NOW=NOW)["@1"].startswith("09:00 · Planning")


def test_times_are_offered_where_times_stand(cli: Cli) -> None:
    assert "last-week" in offered(cli, "entries", "")
    assert "yesterday 17:00" in offered(cli, "stop", "--at", "")
    assert offered(cli, "stop", "--at", "yesterday 9") == [
        f"yesterday 9:{minute}" for minute in ("00", "15", "30", "45")
    ]
    assert "1h30m" in offered(cli, "log", "")
    assert "noon" in offered(cli, "log", "yesterday", "")
    assert offered(cli, "log", "9:00-10:3") == ["9:00-10:30"]
    assert offered(cli, "report", "2026-W", CLOCKIFY_NOW=NOW) == ["2026-W48", "2026-W47"]
    assert "Europe/Berlin" in offered(cli, "start", "--tz", "Europe/Ber")


def test_profiles_and_connections_come_from_the_config_file(cli: Cli) -> None:
    folder = cli.home / "config"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text('[profile.work]\nconnection = "c-123"\n[profile.home]\n')
    assert offered(cli, "start", "--profile", "") == ["default", "work", "home"]
    assert offered(cli, "start", "--connection", "") == ["c-123"]


def test_the_workspace_of_the_command_line_counts(cached: Cached) -> None:
    cli, other = cached.cli, "9" * 24
    cached.put("workspaces", {"id": WORKSPACE_ID, "name": "Main"}, {"id": other, "name": "Other"})
    cached.put("projects", project("Here"))
    cached.put("projects", project("There"), workspace=other)
    assert offered(cli, "start", "-p", "") == ["Here"]
    assert offered(cli, "start", "-w", "Other", "-p", "") == ["There"]
    assert offered(cli, "--workspace=Other", "start", "-p", "") == ["There"]
    assert offered(cli, "start", "-p", "", CLOCKIFY_WORKSPACE="Other") == ["There"]
    (cli.home / ".clockify.toml").write_text('workspace = "Other"\n')
    assert offered(cli, "start", "-p", "") == ["There"]
    assert offered(cli, "start", "-w", "Main", "-p", "") == ["Here"]
    name = cli("workspaces", "list", "--refresh", "--json").json[0]["name"]
    cli("status", "-w", name)
    cached.path("workspaces").unlink()  # the state file of that choice still tells
    assert offered(cli, "start", "-w", name, "-p", "") == ["Here"]


def test_a_workspace_is_never_a_path(cached: Cached) -> None:
    """A cloned repository brings a folder file along, and must not choose what is read."""
    cached.put("projects", project("Here"))
    for text in ("../" + WORKSPACE_ID, f"./{WORKSPACE_ID}", "/", ".."):
        (cached.cli.home / ".clockify.toml").write_text(f"workspace = {json.dumps(text)}\n")
        assert offered(cached.cli, "start", "-p", "") == []


def test_the_workspace_of_another_folder_does_not_linger(cached: Cached, served: Served) -> None:
    """The last command worked elsewhere by a folder's file; here its workspace is not meant."""
    cli, other = cached.cli, "9" * 24
    cached.put("projects", project("Here"))
    cached.put("projects", project("There"), workspace=other)
    state = next((cli.home / "state").glob("now-*.txt"))
    state.write_text(state.read_text().replace(WORKSPACE_ID, other))
    assert offered(cli, "start", "-p", "") == ["Here"]


def test_nothing_is_offered_where_nothing_has_a_meaning(cli: Cli) -> None:
    assert offered(cli, "nonsense", "") == []
    assert offered(cli, "start", "--nonsense=x") == []
    assert offered(cli, "projects", "show", "--", "-") == []
    assert "--at" in offered(cli, "stop", "-")


def test_words_behind_a_double_dash_are_no_options(cli: Cli) -> None:
    assert offered(cli, "start", "--", "--pro") == []


def test_the_words_of_a_command_that_is_run_are_left_to_the_shell(cli: Cli) -> None:
    for words in (("run", "--", ""), ("run", "-p", "x", "--", "ls", "-"), ("run", "ls", "-l")):
        head = cli("__complete", "zsh", *words).out.splitlines()[0]
        assert head == f"command {words.index('ls') if 'ls' in words else len(words) - 1}"


def test_damaged_caches_are_no_error(cached: Cached) -> None:
    for text in ("", "{", "[]", '{"items": 3}', '{"items": [3, {}, {"id": 1}]}', "\0\xff"):
        for kind in ("projects", "recent", "workspaces"):
            cached.path(kind).parent.mkdir(parents=True, exist_ok=True)
            cached.path(kind).write_text(text, "latin-1")
        assert offered(cached.cli, "start", "-p", "") == []
        assert offered(cached.cli, "-w", "") == []
        assert "@last" in offered(cached.cli, "edit", "")
    (cached.cli.home / "config" / "config.toml").write_text("not = = toml")
    assert offered(cached.cli, "start", "--profile", "") == ["default"]


def test_an_unknown_shell_is_no_traceback(cli: Cli) -> None:
    for words in ((), ("csh", "x"), ("bash",), ("zsh",)):
        ran = cli("__complete", *words, code=1)
        assert ran.out == ""


def test_powershell_gives_the_words_by_a_variable(cached: Cached) -> None:
    cached.put("projects", project("Acme Web"))
    ran = cached.cli("__complete", "powershell", CLOCKIFY_COMPLETE="start\n-p\nac")
    assert ran.out.splitlines() == ["words", "Acme Web\t"]
    assert cached.cli("__complete", "powershell", CLOCKIFY_COMPLETE="").out.startswith("words\n")


def test_completion_of_a_name_imports_nothing_heavy(cached: Cached) -> None:
    cached.put("projects", project("Acme Web"))
    heavy = {"typer", "httpx", "rich", "sqlite3", "tomllib", "dataclasses", "inspect", "hashlib"}
    for words in (("zsh", "start", "-p", ""), ("bash", "clockify start -p ", "", "9")):
        assert imported(cached.cli, "__complete", *words) & heavy == set()


def test_the_command_prints_the_script_of_each_shell(cli: Cli, served: Served) -> None:
    for shell in SCRIPTS:
        assert cli("completion", shell).out == script(shell)
    assert cli("completion", "zsh", "--json").json == {"shell": "zsh", "script": script("zsh")}
    assert "csh" in cli("completion", "csh", code=2).err
    assert served.requests() == []


# -- the rules behind it ----------------------------------------------------------------------

NAMES = st.text(
    st.characters(codec="utf-8") | st.sampled_from("aA bB/ \\'\"$`-+~,@\t\n"),
    min_size=1,
    max_size=6,
)
PEOPLE = st.sampled_from(["", "Acme", "acme", "Zoo/Co"])


@given(st.lists(st.tuples(NAMES, PEOPLE, st.booleans()), max_size=8, unique_by=lambda t: t[:2]))
@settings(max_examples=300, deadline=None)
def test_what_is_offered_means_the_thing_that_it_was_offered_for(
    things: list[tuple[str, str, bool]],
) -> None:
    items = [
        project(name, f"{number:024x}", client, archived=archived)
        for number, (name, client, archived) in enumerate(things, 1)
    ]
    plain, qualified, archived = named(items)
    active = [item for item in items if not item["archived"]]
    assert len(plain) == len(active), "each active one is offered once"
    meant = {match(candidate.value, items, "project")["id"] for candidate in plain}
    assert meant == {item["id"] for item in active}
    for candidate in [*qualified, *archived]:
        found = match(candidate.value, items, "project")
        assert candidate.value in (found["name"], f"{found['clientName']}/{found['name']}")
        assert bool(found["archived"]) == (candidate in archived)
    for candidate in [*plain, *qualified, *archived]:
        assert not any(ord(c) < 32 or ord(c) == 127 for c in candidate.value + candidate.help)
        assert not candidate.value.startswith("-")


TEXTS = st.text(
    st.characters(min_codepoint=32, exclude_categories=["C", "Z"])
    | st.sampled_from(" \\'\"$`!*?[]{}()<>|&;#~=:@%^,+-."),
    max_size=12,
)


@given(TEXTS, st.sampled_from(["", IN_DOUBLE, IN_SINGLE, IN_DOLLAR]), TEXTS)
@settings(max_examples=300, deadline=None)
def test_quoted_text_is_read_back_as_it_was(text: str, quote: str, before: str) -> None:
    typed = f"clockify {quoted(before, '')} {quote}{quoted(text, quote)}"
    line = Line(typed)
    assert line.current.text == text
    assert line.words == (["clockify", before] if before else ["clockify"])
    assert len(line.current.lengths) == len(line.current.quotes) == len(line.current.raw) + 1


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_bash_reads_quoted_text_as_it_was(texts: list[str]) -> None:
    words = []
    for number, text in enumerate(texts):
        quote = ["", IN_DOUBLE, IN_SINGLE, IN_DOLLAR][number % 4]
        words.append(f"{quote}{quoted(text, quote)}{quote[-1:]}")
    done = subprocess.run(
        ["bash", "-c", "printf '%s\\0' " + " ".join(words)],
        capture_output=True,
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        check=True,
    )
    assert done.stdout.decode().split("\0")[:-1] == texts


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_line_breaks_the_engine(text: str) -> None:
    line = Line("clockify " + text)
    assert line.current.text == line.current.text[: line.current.lengths[-1]]
    told("bash", ["clockify " + text, "", "9"])
    told("zsh", [*text.split(" ")])


def test_the_line_is_read_as_a_shell_reads_it() -> None:
    assert Line("clockify start -p Acme\\ W").words == ["clockify", "start", "-p"]
    assert Line("A=1 B= clockify start").words == ["clockify"]
    assert Line("make && clockify sta").words == ["clockify"]
    assert Line("(clockify sta").words == ["clockify"]
    assert Line("clockify status > fi").redirected
    assert not Line("clockify status 2>x sta").redirected
    assert Line("clockify status 2>&1 --j").words == ["clockify", "status"]
    assert Line("clockify start \"a 'b").current.text == "a 'b"


def test_a_stricter_match_hides_the_looser_ones() -> None:
    names = [Candidate("Acme"), Candidate("acme two"), Candidate("Über"), Candidate("The acme")]
    assert [c.value for c in fitting([names], "acme")] == ["Acme", "acme two"]
    assert [c.value for c in fitting([names], "Acme")] == ["Acme"]
    assert [c.value for c in fitting([names], "UB")] == ["Über"]
    assert [c.value for c in fitting([names], "the")] == ["The acme"]
    assert [c.value for c in fitting([names], "two acme")] == ["acme two"]
    assert fitting([names], "zzz") == []


def clock() -> Clock:
    now = datetime.fromisoformat(NOW)
    return Clock(
        now=now,
        zone=UTC,
        week_start=0,
        last_stop=lambda: now - timedelta(minutes=5),
        last_start=lambda: now - timedelta(hours=1),
    )


def test_every_time_that_is_offered_is_one() -> None:
    now = clock()
    today = times.Today(int(now.now.timestamp()), 0)
    for typed in ("", "m", "9", "09:", "yesterday ", "monday 2"):
        for candidate in times.instants(typed):
            parse_instant(candidate.value, now, role="start", allow_future=True)
    for candidate in times.moments([], ""):
        for following in times.moments([candidate.value], ""):
            if following.value != "at":
                words = f"{candidate.value} {following.value}"
                parse_instant(words, now, role="start", allow_future=True)
    for candidate in times.lengths():
        assert parse_duration(candidate.value)
    for typed in ("", "2"):
        for candidate in times.days(typed, today):
            parse_day(candidate.value, now)
    for typed in ("", "2", "2026-11-01..", "2026-11-01..2"):
        for candidate in times.periods(typed, today):
            parse_period(candidate.value, now)


def test_every_span_that_is_offered_can_be_finished() -> None:
    now = clock()
    whole = 0
    for start in times.spans([], ""):
        words = [start.value]
        if words[0][0].isdigit():
            assert leading_spans(words, now, allow_future=True)[1] == 1
            whole += 1
    for words in (
        ["yesterday", "noon", "for", "1h"],
        ["last-stop", "now"],
        ["1h", "until", "now"],
        ["monday", "9:15", "to", "10:30"],
        ["9:00-9:45"],
        ["9:00-now"],
        ["monday", "9:00-9:45", "10:00-10:30"],
    ):
        for number, word in enumerate(words):
            values = [c.value for c in times.spans(words[:number], word[:1] if number else "")]
            values += [c.value for c in times.spans(words[:number], word[:-1])]
            assert word in values, (words, word)
        assert leading_spans(words, now, allow_future=True)[1] == len(words)
    assert whole >= 5


# -- real shells --------------------------------------------------------------------------------


class Home:
    """A user, what they have cached, and a shell of theirs."""

    def __init__(self, shell: Shell, cached: Cached) -> None:
        self.shell = shell
        self.cached = cached

    @property
    def is_bash(self) -> bool:
        """The shell is one of the two kinds of bash."""
        return self.shell.name == "bash"


@pytest.fixture(scope="module", params=[Bash, OldBash, Zsh, Fish], ids=lambda kind: kind.__name__)
def home(
    request: pytest.FixtureRequest,
    sandbox_process: Served,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Home]:
    """Start a shell; what it runs is recorded, what it completes comes from the program."""
    kind: type[Shell] = request.param
    if shutil.which(kind.name) is None:
        pytest.skip(f"{kind.name} is not installed")
    folder = tmp_path_factory.mktemp(kind.__name__)
    sandbox_process.reset()
    cli = new_cli(folder / "user", sandbox_process.url)
    cli("status")
    shell = kind(folder / "shell", cli.env, PROGRAM)
    try:
        yield Home(shell, Cached(cli))
    finally:
        shell.close()


@pytest.fixture
def usual(home: Home) -> Home:
    """Fill the caches with an ordinary account."""
    put = home.cached.put
    put(
        "projects",
        project("Acme Web", "1" * 24, "Kunde"),
        project("a:b:c", "2" * 24),
        project("eq=uals", "3" * 24),
        project("Same", "4" * 24, "Kunde"),
        project("Same", "5" * 24, "Zoo & Co"),
        project("new\nline", "6" * 24),
        project("Über: Größe", "7" * 24),
    )
    put("clients", {"id": "8" * 24, "name": "Kunde"}, {"id": "9" * 24, "name": "Zoo & Co"})
    put("tags", {"id": "a1" * 12, "name": "dev"}, {"id": "a2" * 12, "name": "deep work"})
    put(f"tasks-{'1' * 24}", {"id": "b1" * 12, "name": "Build it"})
    put("users", {"id": "c1" * 12, "name": "Mina", "email": "mina@x.example"})
    return home


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("clockify ent\t", ["entries"]),
        ("clockify projects upd\t", ["projects", "update"]),
        ("clockify start --allow\t", ["start", "--allow-future"]),
        ("clockify --color=nev\t", ["--color=never"]),
        ("clockify start -p ac\t", ["start", "-p", "Acme Web"]),
        ("clockify start -p Acme\\ W\t", ["start", "-p", "Acme Web"]),
        ('clockify start -p "Acme W\t', ["start", "-p", "Acme Web"]),
        ("clockify start -p 'Acme W\t", ["start", "-p", "Acme Web"]),
        ("clockify start --project=Acme\\ W\t", ["start", "--project=Acme Web"]),
        ("clockify start -pAc\t", ["start", "-pAcme Web"]),
        ("clockify start -p a:\t", ["start", "-p", "a:b:c"]),
        ('clockify start -p "a:b\t', ["start", "-p", "a:b:c"]),
        ("clockify start --project=eq=\t", ["start", "--project=eq=uals"]),
        ("clockify start -p Kunde/S\t", ["start", "-p", "Kunde/Same"]),
        ("clockify start -p Üb\t", ["start", "-p", "Über: Größe"]),
        ("clockify start -p 'Acme Web' -k b\t", ["start", "-p", "Acme Web", "-k", "Build it"]),
        ("clockify start -t dev,d\t", ["start", "-t", "dev,deep work"]),
        ("clockify edit @1 -t +dev,-d\t", ["edit", "@1", "-t", "+dev,-deep work"]),
        ("clockify log -u mina@\t", ["log", "-u", "mina@x.example"]),
        ("clockify log yesterday 9:3\t", ["log", "yesterday", "9:30"]),
        ("clockify log 9:00-10:1\t", ["log", "9:00-10:15"]),
        ("clockify entries last-w\t", ["entries", "last-week"]),
        ("clockify config set week_start mon\t", ["config", "set", "week_start", "monday"]),
        ("true; clockify start -p ac\t", ["start", "-p", "Acme Web"]),
        ("clockify start -p zoo\t", ["start", "-p", "Zoo & Co/Same"]),
    ],
)
def test_tab_completes_what_is_then_run(usual: Home, keys: str, words: list[str]) -> None:
    assert usual.shell.runs(keys) == words


@pytest.mark.sample(9)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_arrives_as_it_is_and_is_never_evaluated(home: Home, name: str) -> None:
    home.cached.put("projects", project(name))
    assert home.shell.runs("clockify start -p \t") == ["start", "-p", name]
    if set(name) & set("'\"$`!\\"):  # what means something between quotes, too
        number = HOSTILE.index(name)
        typed = ['-p "', "-p '", "--project="][number % 3]
        joined = ["start", f"--project={name}"] if "=" in typed else ["start", "-p", name]
        assert home.shell.runs(f"clockify start {typed}\t") == joined
    assert not (home.shell.home / "pwned").exists()


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", ["new\nline", "tab\tin it", "\x1b[31mred", "a\u202eb", "-dash"])
def test_a_name_that_cannot_be_typed_is_offered_by_its_id(home: Home, name: str) -> None:
    home.cached.put("projects", project(name))
    assert home.shell.runs("clockify start -p \t") == ["start", "-p", ID]


def test_several_candidates_are_listed_with_what_they_are(usual: Home) -> None:
    keys = "clockify sta\t\t" if usual.is_bash else "clockify sta\t"
    if isinstance(usual.shell, OldBash):
        usual.shell.lists(keys, "start", "status")
    else:
        usual.shell.lists(keys, "status", "Show the running timer.")
    keys = "clockify start -p \t\t" if usual.is_bash else "clockify start -p \t"
    usual.shell.lists(keys, "Web", "a:b:c", "6" * 24)


def test_control_characters_do_not_reach_the_terminal(home: Home) -> None:
    home.cached.put("projects", project("a\x1b]0;pwned\x07", ID), project("\x1b[31mb", "b" * 24))
    keys = "clockify start -p \t\t" if home.is_bash else "clockify start -p \t"
    shown = home.shell.lists(keys, ID, "b" * 24)
    assert "\x1b]0;pwned" not in shown
    assert "\x1b[31mb" not in shown


def test_words_within_a_name_are_found(usual: Home) -> None:
    if usual.shell.name == "fish":
        assert usual.shell.runs("clockify start -p Web\t") == ["start", "-p", "Acme Web"]
        return  # fish judges by its own rules, which know no accents
    assert usual.shell.runs("clockify start -p web\t") == ["start", "-p", "Acme Web"]
    assert usual.shell.runs("clockify start -p grosse\t")[:2] == ["start", "-p"]
    assert usual.shell.runs("clockify start -p uber\t") == ["start", "-p", "Über: Größe"]


def test_paths_are_completed_by_the_shell_itself(usual: Home) -> None:
    (usual.shell.home / "my file.json").write_text("{}")
    for option in ("--input my", "--input=my"):
        ran = usual.shell.runs(f"clockify api POST x {option}\t")
        assert ran[-1].removeprefix("--input=") == "my file.json"


def test_the_command_behind_run_is_completed_as_one(usual: Home) -> None:
    (usual.shell.home / "my file.json").write_text("{}")
    assert usual.shell.runs("clockify run -- cat my\t") == ["run", "--", "cat", "my file.json"]


def test_what_tab_wrote_is_what_the_program_understands(usual: Home, served: Served) -> None:
    """The whole way: names made, cached, completed in a shell, and found by the program."""
    cli = usual.cached.cli
    client = cli("clients", "create", "Zoo & Co", "--json").json
    made = cli("projects", "create", "$(rm -rf) `x`", "--client", client["id"], "--json").json
    cli("projects", "list", "--refresh")
    served.clear()
    words = usual.shell.runs("clockify start Review -p \t")
    assert served.requests() == []
    assert cli(*words, "--json").json["projectId"] == made["id"]


def test_no_completion_asked_the_service(usual: Home, served: Served) -> None:
    for keys in ("clockify start -p ac\t", "clockify edit @1 -t +d\t", "clockify entries last-w\t"):
        usual.shell.runs(keys)
    assert len(usual.shell.completions()) >= 3
    assert served.requests() == []
