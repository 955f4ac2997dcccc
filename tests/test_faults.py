"""Requests that go wrong: whatever happens to them, every write is there once, as it was meant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from fault_kinds import KINDS, Kind, prepared
from fault_tally import TALLY
from fault_worlds import Snapshot, World, Worlds

from clockify_cli.sandbox.limits import http_date

Rule = dict[str, Any]
Prepared = Callable[[Kind], Snapshot]


@dataclass(frozen=True)
class Fault:
    """One way in which a request goes wrong.

    Attributes:
        rule: As the sandbox takes it.
        environ: What the command needs beside it.
    """

    name: str
    rule: Mapping[str, Any]
    environ: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _faults() -> Iterator[Fault]:
    for kind in ("cut_before", "cut_after"):
        yield Fault(kind, {"kind": kind})
    for status in (500, 502, 503, 504):
        for kind in ("status_before", "status_after"):
            yield Fault(f"{kind} {status}", {"kind": kind, "status": status})
    for kind in ("reset", "half", "garbage", "html", "empty", "redirect"):
        for commit in (False, True):
            told = f"{kind} {'after' if commit else 'before'}"
            yield Fault(told, {"kind": kind, "commit": commit})
    for commit in (False, True):
        rule = {"kind": "hang", "commit": commit, "seconds": 2}
        yield Fault(f"hang {commit}", rule, {"CLOCKIFY_TIMEOUT": "1"})
    yield Fault("slow", {"kind": "slow", "seconds": 2}, {"CLOCKIFY_TIMEOUT": "1"})
    yield Fault("429 for a second", {"kind": "429", "retry_after": "1"})
    yield Fault("429 for an hour", {"kind": "429", "retry_after": "3600"})
    yield Fault("429 until a date", {"kind": "429", "retry_after": "date"})
    yield Fault("429", {"kind": "429"})


FAULTS = tuple(_faults())


@pytest.fixture(scope="module")
def prepare(worlds: Worlds) -> Prepared:
    found = prepared(worlds)
    return lambda kind: found[kind.name]


def rule_for(fault: Fault, kind: Kind, number: int, **more: Any) -> Rule:
    """Return the rule that hits the write ``number`` of a command."""
    method = kind.writes[number]
    skip = kind.writes[:number].count(method)
    rule = {**fault.rule, "match": {"method": method}, "skip": skip, **more}
    if rule.get("retry_after") == "date":
        rule["retry_after"] = http_date(time.time() + 2)
    return rule


def check_fault(world: World, snapshot: Snapshot, fault: Fault, kind: Kind, number: int) -> None:
    """Break the write ``number`` of a command once; it succeeds, and nothing is left to do."""
    world.restore(snapshot)
    world.faults(rule_for(fault, kind, number))
    world.cli(*kind.words, **fault.environ)
    world.faults()
    world.settle()
    TALLY.judge("faults", world.held(), kind.after)
    assert world.open() == []


WRITES = [(kind, number) for kind in KINDS.values() for number in range(len(kind.writes))]
LENGTHY = ("hang", "slow", "429")  # they take the most time, so they do it together


@pytest.mark.parametrize("fault", [f for f in FAULTS if not f.name.startswith(LENGTHY)], ids=str)
def test_a_write_with_a_bad_answer_is_there_once(
    worlds: Worlds, prepare: Prepared, fault: Fault
) -> None:
    worlds.each(WRITES, lambda world, case: check_fault(world, prepare(case[0]), fault, *case))


def test_a_write_without_an_answer_in_time_is_there_once(worlds: Worlds, prepare: Prepared) -> None:
    cases = [(f, *w) for f in FAULTS if f.name.startswith(LENGTHY) for w in WRITES]
    worlds.each(cases, lambda world, case: check_fault(world, prepare(case[1]), *case))
