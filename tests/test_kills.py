"""Commands that are killed (``kill -9``) at any instant: what they wrote is there once, or not."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fault_kinds import KILLED, Kind, prepared
from fault_tally import TALLY
from fault_worlds import WRITES, AfterWrite, Snapshot, World, Worlds

# Kills of each kind of write: nine on each push, fifty of the whole suite.
RANDOM, IN_FLIGHT = (34, 16) if os.environ.get("CLOCKIFY_FAULTS") == "all" else (6, 3)
LONGEST = 0.25  # seconds that a command takes
SEED = 20261125


@dataclass(frozen=True)
class Kill:
    """One instant at which a command is killed.

    Attributes:
        delay: Seconds after its start, or after the request that ``rule`` holds has come.
        rule: What keeps a request from being answered, so that it is in flight then.
        number: Which of the command's writes that is.
        lookup: It is the look-up after the write instead.
    """

    delay: float
    rule: dict[str, Any] | None = None
    number: int = 0
    lookup: bool = False

    def __str__(self) -> str:
        what = f" after {self.rule} of write {self.number}" if self.rule else ""
        return f"{self.delay * 1000:.0f} ms{what}{' looked up' * self.lookup}"


def kills_of(kind: Kind) -> Iterator[Kill]:
    """Yield instants: over the command's whole run, and while a request is in flight."""
    chance = random.Random(f"{SEED} {kind}")
    for _ in range(RANDOM):
        yield Kill(chance.uniform(0, LONGEST))
    rules: tuple[dict[str, Any], ...] = (
        {"kind": "slow", "seconds": 0.4},  # carried out after the command's death
        {"kind": "hang", "seconds": 0.5},  # never
        {"kind": "hang", "seconds": 0.5, "commit": True},  # before it
    )
    for count in range(IN_FLIGHT):
        number = chance.randrange(len(kind.writes))
        if count % 8 == 7:
            yield Kill(chance.uniform(0, 0.02), {"kind": "cut_after"}, number, lookup=True)
        else:
            yield Kill(chance.uniform(0, 0.02), rules[count % 3], number)


@pytest.fixture(scope="module")
def snapshots(worlds: Worlds) -> dict[str, Snapshot]:
    return prepared(worlds)


def run_and_kill(world: World, kind: Kind, kill: Kill) -> None:
    """Start a command and kill it at its instant."""
    if kill.rule is not None:
        method = kind.writes[kill.number]
        skip = kind.writes[: kill.number].count(method)
        rule = {**kill.rule, "match": {"method": method}, "skip": skip}
        world.service.faults = AfterWrite(rule, [{"kind": "hang"}] if kill.lookup else [])
    with world.worlds.brisk():
        process = world.cli.start(*kind.words)
        if kill.rule is not None:
            wait_for_request(world, kind, kill, process.poll)
        time.sleep(kill.delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode in (-signal.SIGKILL, 0), process.returncode


def wait_for_request(world: World, kind: Kind, kill: Kill, ended: Any) -> None:
    """Wait until the request that is to be in flight has come."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and ended() is None:
        methods = world.requests()
        writes = [number for number, method in enumerate(methods) if method in WRITES]
        if len(writes) > kill.number and (
            not kill.lookup or "GET" in methods[writes[kill.number] :]
        ):
            return
        time.sleep(0.001)
    raise AssertionError(f"the request never came: {world.requests()}")


def test_a_killed_write_is_there_once_or_not_at_all(
    worlds: Worlds, snapshots: dict[str, Snapshot]
) -> None:
    """Once where it had come to the journal, not at all where it had not."""
    happened: Counter[tuple[str, bool]] = Counter()

    def check(world: World, case: tuple[Kind, Kill]) -> None:
        kind, kill = case
        world.restore(snapshots[kind.name])
        known = journaled(world)
        run_and_kill(world, kind, kill)
        recorded = kind.offline or len(journaled(world)) > len(known)
        world.faults()
        world.settle()
        TALLY.judge("kills", world.held(), kind.after if recorded else kind.before)
        assert world.open() == []
        happened[kind.name, recorded] += 1

    cases = [(kind, kill) for kind in KILLED for kill in kills_of(kind)]
    random.Random(SEED).shuffle(cases)
    worlds.each(cases, check)
    for kind in KILLED:
        assert happened[kind.name, True] >= IN_FLIGHT, happened
        assert kind.offline or happened[kind.name, False], happened


def journaled(world: World) -> list[Any]:
    """Return the writes in the journal; none where there is no journal yet."""
    path = world.cli.home / "state" / "journal.sqlite3"
    if not path.exists() or path.stat().st_size == 0:
        return []
    return world.operations()
