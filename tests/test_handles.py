"""Which entry a handle means: always the one that was shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli import NOW, Cli
from conftest import Served
from hypothesis import given
from hypothesis import strategies as st
from sandbox_api import WS, Api
from terminal import Terminal

from clockify_cli.core.errors import AmbiguousError, NotFoundError, UsageError
from clockify_cli.store import shown_rows
from clockify_cli.store.shown_rows import Table
from clockify_cli.tracking.handles import LAST, RUNNING, Meant, read_handle

FIXED = {"CLOCKIFY_NOW": NOW}
LATER = {"CLOCKIFY_NOW": "2026-11-25T09:40:00Z"}
IDS = st.integers(min_value=0, max_value=16**24 - 1).map(lambda n: f"{n:024x}")


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def none(_: str) -> list[str]:
    return []


# -- reading ---------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from(["list", "start", "delete", "edit"]), st.integers(1, 30)),
        max_size=40,
    )
)
def test_a_number_means_the_row_shown_whatever_happens(steps: list[tuple[str, int]]) -> None:
    there: list[tuple[int, str]] = []
    shown: list[str] = []
    table: Table | None = None
    made = 0
    for at, (step, number) in enumerate(steps):
        if step == "list":
            shown = [f"{entry_id}" for _, entry_id in sorted(there, reverse=True)]
            table = Table(at, "me", tuple(shown))
        elif step == "start":
            made += 1
            there.append((at, f"{made:024x}"))
        elif table is not None and number <= len(shown):
            meant = read_handle(f"@{number}", table, none)
            assert meant == Meant(shown[number - 1], table)
            there = [(s, e) for s, e in there if e != meant.entry]
            if step == "edit":  # moved to another time: the order of a new list is another
                there.append((-at, meant.entry))
        elif table is None and number == 1:
            assert read_handle("@1", table, none) == Meant(LAST)
        else:
            error = UsageError if table is None else NotFoundError
            with pytest.raises(error):
                read_handle(f"@{number}", table, none)


@given(st.lists(IDS, unique=True, max_size=20), st.integers(4, 24), st.data())
def test_the_end_of_an_id_means_one_entry_or_none(
    ids: list[str], digits: int, data: st.DataObject
) -> None:
    end = data.draw(st.sampled_from(ids))[-digits:] if ids else "a" * digits
    fitting = [one for one in ids if one.endswith(end)]

    def known(asked: str) -> list[str]:
        return [one for one in ids if one.endswith(asked)]

    for typed in (f"@{end}", f"@{end.upper()}", f"#{end}"):
        if len(end) == 24:
            assert read_handle(typed, None, known).entry == end
        elif len(fitting) == 1:
            assert read_handle(typed, None, known).entry == fitting[0]
        else:
            with pytest.raises(AmbiguousError if fitting else NotFoundError):
                read_handle(typed, None, known)


def test_words_and_ids_mean_themselves() -> None:
    table = Table(0, "me", ("a" * 24,))
    assert read_handle("@last", table, none) == Meant(LAST)
    assert read_handle(" @Running ", table, none) == Meant(RUNNING)
    assert read_handle("B" * 24, table, none) == Meant("b" * 24)
    assert read_handle("local-7", table, none) == Meant("local-7")
    assert read_handle("@001", table, none) == Meant("a" * 24, table)
    for typed in ("@0", "@", "#12", "@xyz", "Review", "@١", "@+1", ""):
        with pytest.raises(UsageError):
            read_handle(typed, table, none)


@given(st.integers(-5000, 5000))
def test_a_table_is_old_after_ten_minutes(age: int) -> None:
    assert Table(10_000, "me", ()).is_old(10_000 + age) == (age > 600 or age < -60)


# -- the file --------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOCKIFY_STATE_DIR", str(tmp_path))
    return tmp_path


def test_each_account_and_workspace_has_a_table_of_its_own(state: Path) -> None:
    for number in range(6):
        shown_rows.keep("a", f"w{number}", Table(number, "me", (f"row{number}",)))
    assert shown_rows.last("a", "w5") == Table(5, "me", ("row5",))
    assert shown_rows.last("a", "w2") == Table(2, "me", ("row2",))
    assert shown_rows.last("a", "w1") is None, "only a few are kept"
    assert shown_rows.last("b", "w5") is None
    assert shown_rows.shown_ids("a", "w5") == {"row5"}
    assert len(list(state.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a w": 1}', '{"a w": [1, "u"]}', "[" * 3000])
def test_a_damaged_file_is_as_good_as_none(state: Path, text: str) -> None:
    shown_rows.keep("a", "w", Table(1, "me", ("row",)))
    [path] = state.iterdir()
    path.write_text(text)
    assert shown_rows.last("a", "w") is None
    shown_rows.keep("a", "w", Table(1, "me", ("row",)))
    assert shown_rows.last("a", "w") == Table(1, "me", ("row",))


def test_files_of_old_sessions_are_removed(state: Path) -> None:
    for number in range(130):
        (state / f"rows-{number}-1.json").write_text("{}")
    shown_rows.keep("a", "w", Table(1, "me", ("row",)))
    assert len(list(state.iterdir())) == 100
    assert shown_rows.last("a", "w") is not None


# -- through the front door ------------------------------------------------------------


def logged(cli: Cli) -> list[str]:
    """Log C, B and A, the newest first; return their IDs."""
    return [
        cli("log", f"{hour}:00-{hour}:30", what, "-q", **FIXED).out.strip()
        for hour, what in ((9, "C"), (8, "B"), (7, "A"))
    ]


def test_two_deletions_in_a_row_remove_what_was_shown(cli: Cli, served: Served, api: Api) -> None:
    ids = logged(cli)
    cli("log", "tomorrow 9:00-10:00", "Planned", "--allow-future", **FIXED)
    cli("entries", "--json", **FIXED)
    cli("entries", "-q", **FIXED)
    assert "no list" in cli("entries", "delete", "@2", code=2, **FIXED).err
    shown = cli("entries", **FIXED).out
    assert [line.split()[-1] for line in shown.splitlines() if "@" in line] == ["C", "B", "A"]
    served.clear()
    assert "Deleted: C" in cli("entries", "delete", "@1", **FIXED).out
    assert [r["method"] for r in served.requests()] == ["GET", "DELETE"]
    assert "Deleted: B" in cli("entries", "delete", "@2", **FIXED).out
    served.clear()
    assert "is gone" in cli("edit", "@1", "-d", "x", code=4, **FIXED).err
    assert cli("edit", "@4", "-d", "x", code=4, **FIXED).out == ""
    assert served.requests() == []
    cli("undo", **FIXED)
    assert cli("entries", "show", "@2", "--json", **FIXED).json["description"] == "B"
    assert cli("entries", "show", "@" + ids[2][-4:], "-q", **FIXED).out.strip() == ids[2]
    assert "@last" not in cli("entries", "show", "@last", **FIXED).out
    assert cli("entries", "show", "@last", "--json", **FIXED).json["description"] != "Planned"


def test_a_row_of_an_old_list_is_changed_after_a_question(cli: Cli, served: Served) -> None:
    ids = logged(cli)
    cli("entries", "--reverse", **FIXED)
    refused = cli("edit", "@1", "-d", "x", "--json", code=2, **LATER).error
    assert "25m ago is 'A'" in refused["message"] and "--yes" in refused["hint"]
    assert cli("entries", "show", "@1", "-q", **LATER).out.strip() == ids[2]
    assert cli("edit", "@1", "-d", "x", "--yes", "-q", **LATER).out.strip() == ids[2]


def test_each_session_has_its_own_numbers(cli: Cli, served: Served) -> None:
    logged(cli)
    cli("entries", "--text", "A", **FIXED)
    assert cli("entries", "show", "@1", "--json", **FIXED).json["description"] == "A"
    with Terminal(cli, "entries", "show", "@1", **FIXED) as other:  # none was printed there
        assert other.code() == 0
        assert "C" in other.shown
    assert "no list" in cli("--sandbox", "entries", "show", "@2", code=2, **FIXED).err


def test_a_queued_row_keeps_its_meaning_once_delivered(cli: Cli, served: Served) -> None:
    logged(cli)
    cli("entries", **FIXED)
    served.faults([{"kind": "cut_before", "times": 0}])
    cli("log", "9:40-9:50", "Offline", **FIXED)
    listed = cli("entries", "--cached", **FIXED)
    assert "@1" in listed.out and "Offline" in listed.out
    assert cli("entries", "show", "@1", "--json", **FIXED).json["id"].startswith("local-")
    served.faults([])
    cli("sync", **FIXED)
    found = cli("entries", "show", "@1", "--json", **FIXED).json
    assert found["description"] == "Offline" and len(found["id"]) == 24


def test_somebody_elses_entry_is_changed_after_a_question(
    cli: Cli, served: Served, api: Api
) -> None:
    served.seed()
    users = api.get(f"{WS}/users")
    other = next(u for u in users if u["email"] != api.get("/v1/user")["email"])
    listed = cli("entries", "all", "-u", other["name"])
    assert "@1" in listed.out
    refused = cli("edit", "@1", "-d", "Mine now", "--json", code=2).error
    assert other["name"] in refused["message"]


def test_time_off_is_never_changed(cli: Cli, served: Served) -> None:
    served.bulk_insert(
        [
            {
                "description": "Holidays",
                "start": "2026-11-25T08:00:00Z",
                "end": "2026-11-25T09:00:00Z",
                "type": "TIME_OFF",
            }
        ]
    )
    shown = cli("entries", **FIXED).out
    assert "time off" in shown and "Holidays" in shown
    for words in (
        ("edit", "@1", "-d", "x"),
        ("entries", "delete", "@1"),
        ("split", "@1", "--at", "9:30"),
        ("move", "@1", "8:00"),
        ("extend", "@1", "5m"),
        ("continue", "@1"),
    ):
        assert cli(*words, "--json", code=6, **FIXED).error["kind"] == "refused"
    text = cli("edit", "--day", "--print", **FIXED).out
    assert "# Time off" in text
    cli("apply", "-", "--replace", "--yes", input="", code=None, **FIXED)
    [left] = cli("entries", "--json", **FIXED).json
    assert left["type"] == "TIME_OFF"


def test_edit_without_an_entry_is_the_running_timer(cli: Cli, served: Served) -> None:
    assert cli("edit", "-d", "x", code=4, **FIXED).out == ""
    cli("start", "Work", **FIXED)
    assert "Changed: Plan" in cli("edit", "-d", "Plan", **FIXED).out


def test_rows_have_no_numbers_that_nobody_remembers(cli: Cli, served: Served) -> None:
    logged(cli)
    state = Path(cli.env["CLOCKIFY_STATE_DIR"])
    cli("entries", **FIXED)
    [kept] = state.glob("rows-*.json")
    kept.unlink()
    kept.mkdir()
    listed = cli("entries", **FIXED)
    assert "@1" not in listed.out and "no numbers" in listed.err
