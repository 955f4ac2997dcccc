"""A dozen commands at once in one home: everything that succeeded is there once."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections import Counter
from dataclasses import dataclass

import pytest
from cli import Ran
from fault_tally import TALLY
from fault_worlds import DAY, Entry, World, Worlds, entry_id

CROWD = 12
ROUNDS = range(10 if os.environ.get("CLOCKIFY_FAULTS") == "all" else 3)
OLD, GONE = Entry("Old", "05:00", "06:00", "Ops"), Entry("Gone", "06:00", "06:30")


@dataclass(frozen=True)
class Call:
    """One command of the crowd, typed at its own minute."""

    words: tuple[str, ...]
    minute: int

    @property
    def now(self) -> str:
        """The present in which it is typed."""
        return f"{DAY}T07:{self.minute:02}:00Z"


def crowd(chance: random.Random) -> list[Call]:
    """Return a dozen commands in the order in which they are typed."""
    lines = [
        ("log", "3:00-3:30", "Log one", "--json"),
        ("log", "3:30-4:00", "Log two", "-p", "Web", "--json"),
        ("log", "4:00-4:30", "Keyed", "--key", "build-7", "--json"),
        ("log", "4:00-4:30", "Keyed", "--key", "build-7", "--json"),
        ("start", "Start one", "--json"),
        ("start", "Start two", "-p", "Ops", "--json"),
        ("stop", "--json"),
        ("edit", entry_id(1), "-d", "New", "--json"),
        ("entries", "delete", entry_id(2), "--json"),
        ("queue", "--json"),
        ("sync", "--json"),
        ("status", "--json"),
    ]
    chance.shuffle(lines)
    return [Call(words, minute) for minute, words in enumerate(lines, 10)]


@pytest.mark.parametrize("number", ROUNDS)
def test_a_dozen_commands_at_once(worlds: Worlds, number: int) -> None:
    """Some with faults, some in a home where nothing was ever done."""
    chance = random.Random(number)
    with worlds.one() as world:
        if number % 3 == 0:
            world.restore(None)  # not even the account is known
        world.put(1, OLD)
        world.put(2, GONE)
        if number % 2:
            world.faults(
                {"kind": "cut_after", "match": {"method": "POST"}, "times": 2, "skip": 1},
                {"kind": "cut_before", "match": {"method": "PATCH"}},
                {"kind": "status_before", "status": 503, "times": 0, "probability": 0.1},
                {"kind": "half", "match": {"method": "GET"}, "times": 2},
            )
        calls = crowd(chance)
        processes = [world.cli.start(*call.words, CLOCKIFY_NOW=call.now) for call in calls]
        ran = dict(zip(calls, map(outcome, processes), strict=True))
        world.faults()
        world.settle()
        check(world, ran)


def outcome(process: subprocess.Popen[str]) -> Ran:
    """Wait for a process."""
    out, err = process.communicate(timeout=90)
    assert process.returncode is not None
    return Ran(process.returncode, out, err)


def check(world: World, ran: dict[Call, Ran]) -> None:
    """Compare what is there with what the commands have said."""
    for call, one in ran.items():
        assert one.code in (0, 2, 4, 5, 6), (call, one)
        assert "locked" not in one.err, (call, one)
        assert "damaged" not in one.err, (call, one)
        assert "Unexpected error" not in one.err, (call, one)
        if one.code == 0:
            json.loads(one.out)
    assert world.open() == []
    done = {call for call, one in ran.items() if one.code == 0}
    meant = [
        Entry("New", OLD.start, OLD.end, OLD.project) if said(done, "edit") else OLD,
        *([] if said(done, "entries") else [GONE]),
        *([Entry("Log one", "03:00", "03:30")] if said(done, "Log one") else []),
        *(
            [Entry("Log two", "03:30", "04:00", "Web", billable=True)]
            if said(done, "Log two")
            else []
        ),
        *([Entry("Keyed", "04:00", "04:30")] if said(done, "Keyed") else []),
    ]
    held = world.held()
    timers = {e: n for e, n in held.items() if e.description.startswith("Start")}
    TALLY.judge("commands in a crowd", held - Counter(timers), meant)
    ends = {f"07:{call.minute:02}" for call in done if call.words[0] in ("start", "stop")}
    starts = []
    for call in done:
        if call.words[0] == "start":
            project = "Ops" if "-p" in call.words else ""
            starts.append(Entry(call.words[1], f"07:{call.minute:02}", "", project))
    got = [Entry(e.description, e.start, "", e.project) for e in Counter(timers).elements()]
    TALLY.judge("commands in a crowd", Counter(got), starts)
    assert sum(not e.end for e in timers) <= 1, timers
    assert all(not e.end or (e.end in ends and e.end > e.start) for e in timers), (timers, ran)
    TALLY.count("commands in a crowd", CROWD - 2)


def said(done: set[Call], word: str) -> bool:
    """Say whether a command with this word has succeeded."""
    return any(word in call.words for call in done)
