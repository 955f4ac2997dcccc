"""Whose change it is: pending changes crossed with every way into an account.

Whatever address, connection or key is used, a change goes to the user who made it, once, or to
nobody. Of other people's changes only the name and the number are shown.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, Api

from clockify_cli.sandbox import API_KEY, CONNECTION_ID, USER_ID

KIM = "kim@sandbox.example"
ROBIN = "robin@sandbox.example"
DOWN = [{"kind": "status_before", "status": 503, "times": 0, "match": {"path": "/clockify/api"}}]


@dataclass(frozen=True)
class Pending:
    """A change that is made offline, and what the account holds once it is delivered."""

    name: str
    before: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    after: tuple[str, ...]  # descriptions, with "…" behind that of a running timer


PENDING = (
    Pending("log", (), ("log", "9:00-9:30", "Logged"), ("Logged",)),
    Pending("start", (), ("start", "Started"), ("Started…",)),
    Pending("stop", (("start", "Timer", "--at", "9:00"),), ("stop",), ("Timer",)),
    Pending("edit", (("log", "9:00-9:30", "Old"),), ("edit", "ID", "-d", "Edited"), ("Edited",)),
    Pending("delete", (("log", "9:00-9:30", "Gone"),), ("entries", "delete", "ID"), ()),
    Pending("discard", (("start", "Timer", "--at", "9:00"),), ("discard",), ()),
    Pending(
        "switch",
        (("start", "One", "--at", "9:00"),),
        ("switch", "Two"),
        ("One", "Two…"),
    ),
)


class World:
    """Two people at one computer, and what the service holds of each."""

    def __init__(self, cli: Cli, served: Served) -> None:
        self.cli, self.served = cli, served
        cli.env["CLOCKIFY_NOW"] = NOW
        served.configure(keys={"kim": KIM, "second": ROBIN})
        self.kim_id = cli("me", "--json", MATON_API_KEY="kim").json["id"]
        served.configure(control_user=True)

    def kim(self, *words: str, code: int | None = 0) -> str:
        ran = self.cli(*words, code=code, MATON_API_KEY="kim")
        return ran.out + ran.err

    @contextmanager
    def down(self) -> Iterator[None]:
        self.served.faults(DOWN)
        yield
        self.served.faults([])

    def held(self, user: str) -> Counter[str]:
        """Return the descriptions of a user's entries, those of running timers with "…"."""
        with sqlite3.connect(self.served.database) as db:
            rows = db.execute(
                "SELECT description, stop IS NULL FROM entries WHERE user = ?", (user,)
            )
            return Counter(f"{name}{'…' * running}" for name, running in rows)

    def pending(self) -> list[str]:
        return [o["state"] for o in self.cli("queue", "--json").json]


@pytest.fixture
def world(cli: Cli, served: Served) -> World:
    return World(cli, served)


def prepare(world: World, pending: Pending) -> None:
    """Make what is there before, then the change offline."""
    made = ""
    for words in (("status",), *pending.before):
        made = (world.cli(*words, "--json").json or {}).get("id", "")
    with world.down():
        ran = world.cli(*(made if word == "ID" else word for word in pending.words), "--json")
    last = ran.json if isinstance(ran.json, dict) else ran.json[-1]
    assert last.get("queued") is True, ran
    assert world.pending()


def another_person(world: World) -> None:
    shown = world.kim("queue")
    assert "pending change" in shown
    assert "Logged" not in shown
    assert "Timer" not in shown
    assert json.loads(world.cli("queue", "--json", MATON_API_KEY="kim").out) == []
    world.kim("status")
    world.kim("sync")
    assert world.kim("undo", "--yes", code=4)
    world.cli("sync")


def another_key_of_the_same_person(world: World) -> None:
    world.cli("sync", MATON_API_KEY="second")


def another_connection_to_the_same_person(world: World) -> None:
    world.served.configure(connections={"another": ROBIN})
    world.cli("sync", "--connection", "another")


def another_connection_to_another_person(world: World) -> None:
    world.served.configure(connections={"hers": {"user": KIM, "owner": ROBIN}})
    ran = world.cli("sync", "--connection", "hers")
    assert "Nothing is pending" in ran.out
    assert "another account" in world.cli("queue", "--connection", "hers").err
    world.cli("sync")


def another_name_of_the_host(world: World) -> None:
    url = world.served.url.replace("127.0.0.1", "localhost")
    world.cli("sync", CLOCKIFY_GATEWAY_URL=f"{url}/clockify", CLOCKIFY_CONTROL_URL=url)


def clockify_itself(world: World) -> None:
    world.cli("sync", CLOCKIFY_API_KEY=API_KEY, CLOCKIFY_API_URL=world.served.url)


def a_connection_that_changes_hands(world: World) -> None:
    world.served.configure(connections={CONNECTION_ID: KIM})  # somebody else signed in there
    ran = world.cli("sync", code=3)
    assert "another user" in ran.err
    assert world.held(world.kim_id) == Counter()
    world.cli("log", "7:00-7:10", "Hers", "--no-queue")  # the key is Kim's now, and so is this
    assert world.held(world.kim_id) == Counter({"Hers": 1})
    world.cli("undo", "--yes")
    world.served.configure(connections={CONNECTION_ID: ROBIN})
    world.cli("me")  # Robin may read Kim's entries: only asking whose the key is tells it
    world.cli("sync")


def a_connection_that_is_gone(world: World) -> None:
    world.served.configure(error_shape="flat")
    world.cli("sync", "--connection", "nosuch", code=3)
    world.cli("sync")


def signing_out_and_in(world: World) -> None:
    ran = world.cli("auth", "logout")
    assert "pending change" in ran.err
    world.cli("sync")


WAYS: tuple[Callable[[World], None], ...] = (
    another_person,
    another_key_of_the_same_person,
    another_connection_to_the_same_person,
    another_connection_to_another_person,
    another_name_of_the_host,
    clockify_itself,
    a_connection_that_changes_hands,
    a_connection_that_is_gone,
    signing_out_and_in,
)


WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"
CASES = [
    (way, pending)
    for way in WAYS
    for pending in PENDING
    # On each push every way is tried with one change, and the riskiest way with all of them.
    if WHOLE or pending.name == "log" or way is a_connection_that_changes_hands
]


@pytest.mark.parametrize(
    ("way", "pending"), CASES, ids=lambda x: getattr(x, "__name__", getattr(x, "name", ""))
)
def test_a_pending_change_goes_to_its_maker_once(
    world: World, way: Callable[[World], None], pending: Pending
) -> None:
    prepare(world, pending)
    way(world)
    assert world.held(USER_ID) == Counter(pending.after)
    assert world.held(world.kim_id) == Counter()
    assert world.pending() == []


def test_the_ways_in_are_all_tried() -> None:
    assert len(CASES) == (63 if WHOLE else 15)


@pytest.fixture
def api(served: Served, cli: Cli) -> Api:
    cli.env["CLOCKIFY_NOW"] = NOW
    return Api.gateway(served.url)


def test_what_was_recorded_before_anything_was_known_can_be_taken_over(
    cli: Cli, served: Served, api: Api
) -> None:
    served.faults([{"kind": "status_before", "status": 503, "times": 0}])
    cli("log", "9:00-9:30", "On a train", MATON_API_KEY="mistyped")
    served.faults([])
    cli("sync", code=3, MATON_API_KEY="mistyped")
    ran = cli("queue")
    assert "queue claim" in ran.err
    assert "On a train" not in ran.out + ran.err
    refused = cli("queue", "claim", "--json", code=2).error
    assert "--yes" in refused["hint"]
    cli("queue", "claim", "--yes")
    cli("sync")
    assert [e["description"] for e in api.get(MINE)] == ["On a train"]


def test_a_key_that_was_refused_before_it_ever_worked_keeps_nothing(
    cli: Cli, served: Served, api: Api
) -> None:
    error = cli("log", "9:00-9:30", "x", "--json", code=3, MATON_API_KEY="wrong").error
    assert error["kind"] == "auth"
    assert cli("queue", "--json").json == []
    assert "pending" not in cli("queue").err


def test_a_change_under_a_key_that_is_refused_by_now_is_queued(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("status")
    served.configure(keys={API_KEY: None, "new": ROBIN})
    ran = cli("log", "9:00-9:30", "Kept", "--json", "--quiet")
    assert ran.json["queued"] is True
    assert "queued" in ran.err, "the reason is shown even with --quiet"
    cli("log", "9:00-9:30", "Kept", code=3, CI="true")
    cli("sync", MATON_API_KEY="new")
    assert len(Api.gateway(served.url, "new").get(MINE)) == 1


def test_the_connection_is_settled_once_and_then_always_named(cli: Cli, served: Served) -> None:
    served.configure(connections={"a-second-one": ROBIN})
    ran = cli("status")
    assert "active connections" in ran.err
    served.clear()
    assert "active connections" not in cli("status").err
    assert {r["connection"] for r in served.requests()} == {CONNECTION_ID}
    assert [r["path"] for r in served.requests(control=True) if "/api/" not in r["path"]] == []


def test_what_was_recorded_in_another_account_is_said_and_not_sent_again(
    cli: Cli, served: Served, api: Api
) -> None:
    """A server that takes no heed of the user in the path: Clockify's yes stands all the same."""
    cli("status")
    other = "e" * 24
    served.faults(
        [{"kind": "odd", "set": {"userId": other}, "match": {"method": "POST"}, "times": 0}]
    )
    ran = cli("log", "8:00-8:30", "Once", "--json")
    assert other in ran.err
    assert len(api.get(MINE)) == 1
    served.faults([])
    cli("sync")
    cli("log", "9:00-9:30", "Next")
    assert sorted(e["description"] for e in api.get(MINE)) == ["Next", "Once"]
