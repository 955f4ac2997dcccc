"""The settings and their file: what ``clockify config`` reads, writes and explains."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from cli import Cli, new_cli
from conftest import Served
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import UsageError
from clockify_cli.core.settings import KEYS
from clockify_cli.setup.setting_values import typed_value
from clockify_cli.store import config

WRITTEN_BY_HAND = """\
# My settings, kept with care.

[profile.default]
tags = ["dev"]  # everywhere
# the office is in Berlin
time_zone = "Europe/Berlin"

[profile."at home"]
workspace = 'Côté jardin' # accents and quotes
"""


@pytest.fixture
def offline(tmp_path: Path) -> Cli:
    """Return a user whose gateway is nowhere: nothing here may ask for it."""
    return new_cli(tmp_path / "home", "http://127.0.0.1:9")


def config_file(cli: Cli) -> Path:
    return cli.home / "config" / "config.toml"


def write(cli: Cli, text: str | bytes) -> Path:
    path = config_file(cli)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def table_of(cli: Cli) -> dict[str, Any]:
    return tomllib.loads(config_file(cli).read_text())


# -- reading and writing ---------------------------------------------------------------


def test_set_keeps_comments_order_and_other_sections(offline: Cli) -> None:
    path = write(offline, WRITTEN_BY_HAND)
    offline("config", "set", "time_zone", "Asia/Tokyo")
    offline("config", "set", "quota", "30")
    expected = WRITTEN_BY_HAND.replace("Europe/Berlin", "Asia/Tokyo").replace(
        '"Asia/Tokyo"\n', '"Asia/Tokyo"\nquota = 30\n'
    )
    assert path.read_text() == expected


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("tags", ["dev, on-call"], ["dev", "on-call"]),
        ("tags", ["dev,", "on-call"], ["dev", "on-call"]),
        ("billable", ["yes"], True),
        ("queue", ["off"], False),
        ("quota", ["30"], 30),
        ("week-start", ["Sunday"], "sunday"),
        ("WORK_DAYS", ["Monday,tues,wed"], ["mon", "tue", "wed"]),
        ("work_hours", ["9:00-12:30,13:30-24:00"], "9:00-12:30,13:30-24:00"),
        ("goal_day", ["7h30m"], "7h30m"),
        ("prompt_format", ["{project}", "{elapsed}"], "{project} {elapsed}"),
        ("task_from_branch", [r"([A-Z]+-\d+)"], r"([A-Z]+-\d+)"),
        ("gateway_url", ["https://gateway.example/clockify"], "https://gateway.example/clockify"),
        ("gateway_url", ["http://127.0.0.1:8080/clockify"], "http://127.0.0.1:8080/clockify"),
    ],
)
def test_set_stores_the_type_of_the_setting(
    offline: Cli, key: str, typed: list[str], stored: Any
) -> None:
    told = offline("config", "set", key, *typed, "--json").json
    name = key.lower().replace("-", "_")
    assert told == {name: stored}
    assert table_of(offline)["profile"]["default"] == {name: stored}


@pytest.mark.parametrize(
    ("key", "typed", "says"),
    [
        ("time_zone", "Europe/Berlinn", "time zone"),
        ("week_start", "someday", "monday, tuesday"),
        ("color", "blue", "auto, always, never"),
        ("quota", "-3", "whole number"),
        ("quota", "many", "whole number"),
        ("timeout", "0", "at least 1"),
        ("queue", "perhaps", "true or false"),
        ("goal_week", "a lot", "goal_week"),
        ("round", "0m", "round"),
        ("work_hours", "9-17", "9-17"),
        ("work_hours", "13:00-17:00,9:00-12:00", "order"),
        ("work_hours", "9:00-9:00", "order"),
        ("work_hours", "9:60-10:00", "order"),
        ("work_days", "mon,someday", "someday"),
        ("work_days", "mo", "mo"),
        ("task_from_branch", "([A-Z", "pattern"),
        ("gateway_url", "http://gateway.example/clockify", "unencrypted"),
        ("gateway_url", "https://me:secret@gateway.example/clockify", "password"),
        ("control_url", "ftp://ctrl.example", "address"),
        ("workspace", "  ", "unset"),
        ("nonsense", "1", "no setting"),
        ("tagz", "a", "tags"),
    ],
)
def test_set_refuses_what_a_setting_cannot_be(
    offline: Cli, key: str, typed: str, says: str
) -> None:
    path = write(offline, WRITTEN_BY_HAND)
    error = offline("config", "set", key, typed, "--json", code=2).error
    assert says in error["message"] + error.get("hint", "")
    assert path.read_text() == WRITTEN_BY_HAND


def test_the_key_is_no_setting(offline: Cli) -> None:
    for name in ("api_key", "MATON_API_KEY", "token"):
        ran = offline("config", "set", name, "abcdef0123456789", code=2)
        assert "auth login" in ran.err
        assert "abcdef0123456789" not in ran.out + ran.err
    assert not config_file(offline).exists()


def test_get_prints_the_value_alone(offline: Cli) -> None:
    offline("config", "set", "tags", "dev,on-call")
    offline("config", "set", "queue", "false")
    assert offline("config", "get", "tags").out == "dev,on-call\n"
    assert offline("config", "get", "tags", "--json").json == ["dev", "on-call"]
    assert offline("config", "get", "queue").out == "false\n"
    assert offline("config", "get", "timeout").out == "20\n"  # the default counts too
    assert offline("config", "get", "project", "--json", code=4).error["kind"] == "not_found"


def test_unset_brings_the_default_back(offline: Cli) -> None:
    offline("config", "set", "timeout", "7")
    assert offline("config", "get", "timeout").out == "7\n"
    offline("config", "unset", "timeout")
    assert offline("config", "get", "timeout").out == "20\n"
    assert offline("config", "unset", "timeout", code=4).out == ""


def test_a_typing_slip_in_the_file_can_be_unset(offline: Cli) -> None:
    write(offline, '[profile.default]\ncolour = "always"\n')
    offline("config", "unset", "colour")
    assert table_of(offline)["profile"]["default"] == {}


def test_list_is_what_differs_and_all_is_all(offline: Cli) -> None:
    offline("config", "set", "tags", "dev")
    listed = offline("config", "--json", MATON_API_KEY="").json
    assert listed == {
        "tags": ["dev"],
        "gateway_url": offline.env["CLOCKIFY_GATEWAY_URL"],
        "control_url": offline.env["CLOCKIFY_CONTROL_URL"],
    }
    everything = offline("config", "list", "--all", "--json").json
    assert everything["timeout"] == 20
    assert "workspace" not in everything  # nothing is null
    for name in KEYS:
        assert name in offline("config", "list", "--all").out


def test_path_is_the_files(offline: Cli) -> None:
    assert offline("config", "path").out == f"{config_file(offline)}\n"
    assert offline("config", "path", "--json").json == str(config_file(offline))


# -- profiles --------------------------------------------------------------------------


def test_a_profile_is_a_section_of_its_own(offline: Cli) -> None:
    offline("config", "set", "workspace", "Acme")
    offline("config", "set", "--profile", "work", "workspace", "Globex")
    assert table_of(offline)["profile"] == {
        "default": {"workspace": "Acme"},
        "work": {"workspace": "Globex"},
    }
    assert offline("config", "get", "workspace").out == "Acme\n"
    assert offline("config", "get", "workspace", CLOCKIFY_PROFILE="work").out == "Globex\n"
    assert (
        offline("config", "get", "workspace", "--profile", "default", CLOCKIFY_PROFILE="work").out
        == "Acme\n"
    )


def test_an_unknown_profile_is_named_and_so_are_the_known(offline: Cli) -> None:
    offline("config", "set", "--profile", "work", "workspace", "Globex")
    error = offline("config", "list", "--profile", "wrok", "--json", code=2).error
    assert "wrok" in error["message"]
    assert "work" in error["hint"]


# -- where a value comes from ----------------------------------------------------------


def test_explain_follows_the_order_of_rank(offline: Cli) -> None:
    folder = offline.home / "somewhere" / "deep"
    folder.mkdir(parents=True)
    folder_file = folder.parent / ".clockify.toml"

    def explained(*words: str, **environ: str) -> tuple[Any, str, int]:
        told = offline("config", "explain", "workspace", "--json", *words, cwd=folder, **environ)
        one = told.json
        return one.get("value"), one["origin"], len(one.get("passedOver", []))

    assert explained() == (None, "default", 0)
    offline("config", "set", "workspace", "from profile")
    profile = f"profile 'default' in {config_file(offline)}"
    assert explained() == ("from profile", profile, 0)
    folder_file.write_text('workspace = "from folder"\n')
    assert explained() == ("from folder", str(folder_file), 1)
    variable = {"CLOCKIFY_WORKSPACE": "from environment"}
    assert explained(**variable) == ("from environment", "environment (CLOCKIFY_WORKSPACE)", 2)
    assert explained("-w", "from option", **variable) == ("from option", "option", 3)


def test_explain_without_a_key_is_every_setting(offline: Cli) -> None:
    told = offline("config", "explain", "--json").json
    assert [row["name"] for row in told] == list(KEYS)
    assert all(set(row) >= {"name", "origin", "meaning"} for row in told)
    assert all(None not in row.values() for row in told)


@pytest.mark.parametrize("columns", [40, 80])
def test_explain_fits_the_terminal(offline: Cli, columns: int) -> None:
    shown = offline("config", "explain", COLUMNS=str(columns)).out
    assert max(map(len, shown.splitlines())) <= columns
    assert all(name in shown for name in KEYS)


def test_a_folder_file_may_not_redirect_anything(offline: Cli) -> None:
    folder = offline.home / "cloned"
    folder.mkdir()
    (folder / ".clockify.toml").write_text('gateway_url = "https://evil.example/clockify"\n')
    ran = offline("config", "explain", "gateway_url", "--json", cwd=folder)
    assert "evil" not in ran.out
    assert "gateway_url" in ran.err


def test_set_says_where_something_else_goes_before_it(offline: Cli) -> None:
    ran = offline("config", "set", "workspace", "Acme", CLOCKIFY_WORKSPACE="Globex")
    assert "CLOCKIFY_WORKSPACE" in ran.err
    assert "takes precedence" in ran.err
    assert offline("config", "set", "workspace", "Acme").err == ""


def test_a_setting_that_cannot_be_read_is_named_and_can_be_mended(offline: Cli) -> None:
    write(offline, '[profile.default]\ncolor = "blue"\nquota = "lots"\n')
    assert "blue" in offline("config", code=2).err
    offline("config", "set", "color", "never")
    assert "lots" in offline("config", code=2).err
    offline("config", "unset", "quota")
    assert offline("config", "get", "color").out == "never\n"


# -- the prompt ------------------------------------------------------------------------


def test_the_prompts_format_is_there_at_once(cli: Cli, served: Served) -> None:
    cli("start", "Review")
    served.clear()
    cli("config", "set", "prompt_format", "now: {description}")
    assert cli("prompt").out == "now: Review\n"
    cli("config", "unset", "prompt_format")
    assert cli("prompt").out.startswith("Review 0:0")
    assert served.requests() == []


def test_the_prompts_format_is_the_profiles(cli: Cli) -> None:
    cli("start", "Review")
    cli("config", "set", "--profile", "other", "prompt_format", "other: {description}")
    cli("config", "set", "prompt_format", "mine: {description}")
    assert cli("prompt").out == "mine: Review\n"
    cli("start", "Elsewhere", "--profile", "other")
    assert cli("prompt", "--profile", "other").out == "other: Elsewhere\n"


# -- damage ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        b"this is not TOML {{{",
        b'[profile.default]\nworkspace = "caf\xe9"\n',
        b"\x00\x01\x02\x03" * 100,
        b"profile = 3\n",
        b'[profile]\ndefault = "x"\n',
        b"[[account]]\nuser = 1\n",
        WRITTEN_BY_HAND.encode()[:-30],
    ],
    ids=["words", "latin-1", "binary", "number", "text", "array", "torn"],
)
def test_a_damaged_file_is_moved_aside_and_work_goes_on(
    cli: Cli, served: Served, damage: bytes
) -> None:
    path = write(cli, damage)
    ran = cli("status", "--json")
    kept = path.with_name("config.toml.damaged-1")
    assert str(kept) in ran.err
    assert kept.read_bytes() == damage
    assert ran.json is None
    assert table_of(cli)["account"]["default"]["user"]
    assert cli("status").err == ""  # told once
    write(cli, damage)
    assert "config.toml.damaged-2" in cli("config", "set", "tags", "dev").err
    assert kept.read_bytes() == damage
    assert table_of(cli)["profile"]["default"] == {"tags": ["dev"]}


def test_a_byte_order_mark_is_no_damage(offline: Cli) -> None:
    write(offline, b"\xef\xbb\xbf" + WRITTEN_BY_HAND.encode())
    assert offline("config", "get", "time_zone").out == "Europe/Berlin\n"
    offline("config", "set", "quota", "30")
    assert "damaged" not in str(list(config_file(offline).parent.iterdir()))
    assert table_of(offline)["profile"]["at home"]["workspace"] == "Côté jardin"


def test_a_link_to_somebodys_dotfiles_stays_one(offline: Cli) -> None:
    real = offline.home / "dotfiles" / "clockify.toml"
    real.parent.mkdir()
    real.write_text(WRITTEN_BY_HAND)
    config_file(offline).parent.mkdir()
    config_file(offline).symlink_to(real)
    offline("config", "set", "quota", "30")
    assert config_file(offline).is_symlink()
    assert "quota = 30" in real.read_text()


def test_twelve_at_once_lose_nothing(offline: Cli) -> None:
    write(offline, WRITTEN_BY_HAND)
    started = [
        offline.start("config", "set", "--profile", f"p{number}", "quota", str(number))
        for number in range(12)
    ]
    for process in started:
        _, told = process.communicate(timeout=90)
        assert process.returncode == 0, told
    profiles = table_of(offline)["profile"]
    assert {name: profiles[name]["quota"] for name in profiles if name.startswith("p")} == {
        f"p{number}": number for number in range(12)
    }
    assert config_file(offline).read_text().startswith(WRITTEN_BY_HAND.rstrip())


# -- properties of the writer ----------------------------------------------------------

NAMES = st.text("abcdefgh_-é .\"'#", min_size=1, max_size=6)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.lists(st.text("abc,# \"'\n", max_size=5), max_size=3),
)
SECTIONS = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3)


@pytest.fixture(scope="module")
def own_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("config")
    before = os.environ.get("CLOCKIFY_CONFIG_DIR")
    os.environ["CLOCKIFY_CONFIG_DIR"] = str(folder)
    yield folder / "config.toml"
    if before is None:
        del os.environ["CLOCKIFY_CONFIG_DIR"]
    else:
        os.environ["CLOCKIFY_CONFIG_DIR"] = before


@given(
    existing=st.fixed_dictionaries({}, optional={"profile": SECTIONS, "account": SECTIONS}),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["profile", "account"]),
            NAMES,
            st.dictionaries(NAMES, st.one_of(st.none(), VALUES), max_size=3),
        ),
        max_size=5,
    ),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_file_holds_what_was_written_whatever_it_held(
    own_config: Path,
    existing: dict[str, Any],
    steps: list[tuple[str, str, dict[str, Any]]],
) -> None:
    text = "# first line\n" + tomlkit.dumps(existing) + "# last line\n"
    own_config.write_bytes(text.encode())
    expected = json.loads(json.dumps(existing))
    for group, name, changes in steps:
        config.update((group, name), changes)
        section = expected.setdefault(group, {}).setdefault(name, {})
        for key, value in changes.items():
            if value is None:
                section.pop(key, None)
            else:
                section[key] = value
    told: list[str] = []
    loaded = config.load(told.append)
    assert told == []
    assert {k: v for k, v in loaded.items() if v} == {k: v for k, v in expected.items() if v}
    after = own_config.read_bytes().decode()
    assert "# first line" in after
    assert "# last line" in after


@given(name=st.sampled_from(sorted(KEYS)), text=st.text(max_size=30))
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_is_a_value_or_a_sentence(name: str, text: str) -> None:
    try:
        value = typed_value(KEYS[name], text)
    except UsageError as error:
        assert error.message
    else:
        assert tomllib.loads(tomlkit.dumps({"x": value})) == {"x": value}


def test_sections_in_any_order_are_written_into(offline: Cli) -> None:
    write(
        offline,
        '[profile.a]\nquota = 1 # one\n\n[account.a]\nuser = "u"\n\n[profile.b]\nquota = 2\n\n'
        '[elsewhere]\nkept = true\n\n[account.b]\nuser = "w"\n',
    )
    offline("config", "set", "--profile", "c", "quota", "3")
    offline("config", "set", "--profile", "b", "quota", "5")
    offline("config", "unset", "--profile", "a", "quota")
    assert table_of(offline) == {
        "profile": {"a": {}, "b": {"quota": 5}, "c": {"quota": 3}},
        "account": {"a": {"user": "u"}, "b": {"user": "w"}},
        "elsewhere": {"kept": True},
    }


@pytest.mark.parametrize("digits", [20, 5000])
def test_a_huge_number_is_a_usage_error(offline: Cli, digits: int) -> None:
    for name in ("timeout", "warn_running_hours", "quota", "cache_hours"):
        error = offline("config", "set", name, "9" * digits, "--json", code=2).error
        assert "1,000,000" in error["message"]
        assert len(error["message"]) < 200
    error = offline("status", "--json", code=2, CLOCKIFY_TIMEOUT="9" * digits).error
    assert "CLOCKIFY_TIMEOUT" in error["message"]
