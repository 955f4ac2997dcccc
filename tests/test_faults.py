"""Requests that go wrong: whatever happens to them, every write is there once, as it was meant."""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from fault_kinds import KINDS, Kind, prepared
from fault_tally import TALLY
from fault_worlds import AfterWrite, Late, Snapshot, World, Worlds

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
    page = {"kind": "status_before", "body": "<html>Not here</html>"}
    for status in (404, 408):
        yield Fault(f"a page {status}", {**page, "status": status})
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


def family(fault: Fault) -> str:
    """Return what a fault is but for its number: those of a family are taken in turn."""
    name = fault.name.rstrip("0123456789 ")
    alike = ("reset", "html", "empty", "redirect", "429", "hang", "slow", "a page")
    return next((word for word in alike if name.startswith(word)), name)


def spread(faults: Sequence[Fault]) -> list[tuple[Fault, Kind, int]]:
    """Return each family of faults with a quarter of the writes, in turn.

    ``CLOCKIFY_FAULTS=all`` asks for every fault with every write.
    """
    if ALL:
        return [(fault, *write) for fault in faults for write in WRITES]
    families: dict[str, list[Fault]] = {}
    for fault in faults:
        families.setdefault(family(fault), []).append(fault)
    return [
        (members[place % len(members)], *write)
        for number, members in enumerate(families.values())
        for place, write in enumerate(WRITES)
        if (place + number) % 4 == 0
    ]


def some(cases: Sequence[T], of: int) -> list[T]:
    """Return every so-manieth case, all of them with ``CLOCKIFY_FAULTS=all``."""
    return list(cases) if ALL else list(cases[::of])


ALL = os.environ.get("CLOCKIFY_FAULTS") == "all"
T = TypeVar("T")
WRITES = [(kind, number) for kind in KINDS.values() for number in range(len(kind.writes))]
LENGTHY = ("hang", "slow", "429")  # they take the most time, so they do it together


@pytest.mark.parametrize("half", (0, 1))
def test_a_write_with_a_bad_answer_is_there_once(
    worlds: Worlds, prepare: Prepared, half: int
) -> None:
    cases = spread([f for f in FAULTS if not f.name.startswith(LENGTHY)])
    worlds.each(cases[half::2], lambda world, case: check_fault(world, prepare(case[1]), *case))


def test_a_write_without_an_answer_in_time_is_there_once(worlds: Worlds, prepare: Prepared) -> None:
    cases = spread([f for f in FAULTS if f.name.startswith(LENGTHY)])
    worlds.each(cases, lambda world, case: check_fault(world, prepare(case[1]), *case))


# -- the look-up goes wrong as well ---------------------------------------------------------

LOOKUPS = (
    {"kind": "cut_before"},
    {"kind": "status_before", "status": 502},
    {"kind": "html"},
    {"kind": "half"},
    {"kind": "status_before", "status": 404, "body": "<html>Not here</html>"},
    {"kind": "status_before", "status": 401},
    {"kind": "429", "retry_after": "3600"},
)


def test_a_write_that_cannot_be_looked_up_is_there_once(worlds: Worlds, prepare: Prepared) -> None:
    """Its answer is lost, and nobody can be asked what came of it: it is looked up later."""

    def check(world: World, case: tuple[Kind, int, str, Rule]) -> None:
        kind, number, broken, lookup = case
        world.restore(prepare(kind))
        rule = rule_for(Fault(broken, {"kind": broken}), kind, number)
        world.service.faults = AfterWrite(
            rule, [{**lookup, "times": 0, "match": {"method": "GET"}}]
        )
        ran = world.cli(*kind.words, "--json")
        assert '"queued": true' in ran.out
        assert world.open()
        world.faults()
        world.settle()
        TALLY.judge("faults of look-ups", world.held(), kind.after)
        assert world.open() == []

    broken = itertools.cycle(("cut_after", "cut_before", "cut_after"))
    lookups = itertools.cycle(LOOKUPS)
    chosen = [(w, next(lookups)) for w in WRITES for _ in (LOOKUPS if ALL else range(1))]
    worlds.each([(*w, next(broken), lookup) for w, lookup in chosen], check)


def test_a_write_that_goes_wrong_twice_is_there_once(worlds: Worlds, prepare: Prepared) -> None:
    """It is sent again in the same breath, and that goes wrong too."""

    def check(world: World, case: tuple[Kind, int, Rule, Rule]) -> None:
        kind, number, first, second = case
        world.restore(prepare(kind))
        world.faults(
            rule_for(Fault("first", first), kind, number),
            rule_for(Fault("second", second), kind, number, skip=0),
        )
        world.cli(*kind.words)
        assert len([m for m in world.requests() if m == kind.writes[number]]) >= 2
        world.faults()
        world.settle()
        TALLY.judge("faults in a row", world.held(), kind.after)
        assert world.open() == []

    rows = (
        ({"kind": "cut_before"}, {"kind": "cut_before"}),
        ({"kind": "reset"}, {"kind": "cut_after"}),
        ({"kind": "status_before", "status": 503}, {"kind": "half"}),
        ({"kind": "html", "commit": False}, {"kind": "garbage"}),
    )
    worlds.each(some([(*w, *row) for row in rows for w in WRITES], 5), check)


def test_a_write_that_is_carried_out_late_is_there_once(worlds: Worlds, prepare: Prepared) -> None:
    """The connection is cut at once, and the service goes on with the request all the same."""

    def check(world: World, kind: Kind) -> None:
        world.restore(prepare(kind))
        late = world.service.faults = Late(0.4)
        world.cli(*kind.words)
        assert late.done.wait(10)
        world.faults()
        world.settle()
        TALLY.judge("late writes", world.held(), kind.after)

    worlds.each(KINDS.values(), check)


# -- nothing may be queued ------------------------------------------------------------------

UNQUEUED = (
    Fault("503 for ever", {"kind": "status_before", "status": 503, "times": 0}, {"CI": "true"}),
    Fault("429", {"kind": "429", "retry_after": "3600"}, {"CI": "1"}),
    Fault("cut after", {"kind": "cut_after"}, {"CI": "1"}),
    Fault("hang", {"kind": "hang", "seconds": 2}, {"CI": "1", "CLOCKIFY_TIMEOUT": "1"}),
    Fault("unknown", {"kind": "cut_after"}, {"CI": "1", "DEAF": "1"}),
    Fault("no queue", {"kind": "cut_before", "times": 0}, {"NO_QUEUE": "1"}),
)


def test_without_a_queue_a_write_fails_and_nothing_waits(worlds: Worlds, prepare: Prepared) -> None:
    """In CI a write is there with exit 0, or it fails with exit 5 or 7; then it can be repeated."""

    def check(world: World, case: tuple[Kind, int, Fault]) -> None:
        kind, number, fault = case
        world.restore(prepare(kind))
        rule = rule_for(fault, kind, number)
        environ = dict(fault.environ)
        deaf = [{"kind": "cut_before", "times": 0, "match": {"method": "GET"}}]
        world.service.faults = AfterWrite(rule, deaf if environ.pop("DEAF", "") else [])
        more = ["--no-queue"] if environ.pop("NO_QUEUE", "") else []
        ran = world.cli(*kind.words, *more, code=None, **environ)
        assert ran.code in (0, 5, 7), ran
        world.faults()
        left = {state for _, _, state, *_ in world.open()}
        assert left <= ({"lost"} if ran.code else set()), "something is pending"
        world.settle()  # what was lost is looked up, and never sent again
        if "--key" in kind.words:
            world.cli(*kind.words, CI="1")
            world.cli(*kind.words)
        if ran.code == 0 or "--key" in kind.words:
            TALLY.judge("faults without a queue", world.held(), kind.after)
        elif kind.words == ("undo",):
            # The next one goes on with it, and does not take back something older.
            world.cli("undo", code=None)
            TALLY.judge("faults without a queue", world.held(), kind.after)
        elif world.held() != Counter(kind.before):
            world.cli("undo")
            TALLY.judge("faults without a queue", world.held(), kind.before)
            return
        else:
            TALLY.count("faults without a queue")

    worlds.each(some([(*w, fault) for w in WRITES for fault in UNQUEUED], 5), check)
