"""Days of commands, online and offline, and of changes elsewhere, compared with a model."""

from __future__ import annotations

import copy
import io
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from cli import Ran
from fault_model import CONFLICT, CREATE, DELETE, Change, Model, Refused
from fault_tally import TALLY
from fault_worlds import AfterWrite, Entry, World, Worlds, at, ended
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Days; those in one process take a tenth of the time.
INSTALLED, IN_PROCESS = (48, 200) if os.environ.get("CLOCKIFY_FAULTS") == "all" else (9, 60)
NETWORKS = 6
FLAKES = (
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "status_before", "status": 503},
    {"kind": "status_after", "status": 500},
    {"kind": "half"},
    {"kind": "garbage"},
    {"kind": "html", "commit": False},
    {"kind": "reset", "commit": True},
)
DEAF = {"kind": "cut_before", "times": 0, "match": {"method": "GET"}}
MODES = ("up", "up", "flaky", "down", "down", "dead", "lost")
Run = Callable[..., Ran]


class Day:
    """One day: random steps, each done by the program and by the model.

    Args:
        world: Where it takes place.
        run: Runs a command at a present.
        chance: Chooses.
    """

    def __init__(self, world: World, run: Run, chance: random.Random) -> None:
        self.world = world
        self.run = run
        self.chance = chance
        self.model = Model()
        self.handles: dict[int, str] = {}
        self.trace: list[str] = []
        self.minute = 6 * 60
        self.names = 0

    def live(self, steps: int) -> None:
        """Live through so many steps, and look at what is left in the evening."""
        try:
            for _ in range(steps):
                self.minute += 7
                if self.chance.random() < 0.2:
                    self.elsewhere()
                else:
                    self.command()
            self.evening()
        except AssertionError as error:
            raise AssertionError("\n".join([*self.trace, str(error)])) from error

    # -- the program -----------------------------------------------------------------------

    def command(self) -> None:
        """Type a command, whatever the network is like."""
        mode = self.chance.choice(MODES)
        verbs = ["start", "start", "stop", "stop", "log", "edit", "edit", "delete", "discard"]
        verbs += ["split", "undo", "undo", "look"]
        getattr(self, self.chance.choice(verbs))(mode)

    def start(self, mode: str) -> None:
        name, project = self.name(), self.chance.choice(("", "Ops"))
        words = ["start", name, *(["-p", project] if project else [])]
        entry = Entry(name, self.now, "", project)
        self.typed(mode, words, lambda: self.model.start(entry))

    def stop(self, mode: str) -> None:

        def may_fail() -> tuple[int, ...]:
            known = self.model.seen_running()
            if mode == "flaky" and known is not None and known[0] != self.model.running():
                return (6,)  # it has ended elsewhere, as the look-up after a lost answer tells
            return (4, 5) if known is None and not self.model.online else ()

        self.typed(mode, ["stop"], lambda: self.model.stop(self.now), may_fail=may_fail)

    def log(self, mode: str) -> None:
        name = self.name()
        begin, end = self.clock(self.minute - 5), self.clock(self.minute - 2)
        entry = Entry(name, begin, end)
        self.typed(mode, ["log", f"{begin}-{end}", name], lambda: self.model.log(entry))

    def edit(self, mode: str) -> None:
        number = self.some_entry()
        if number is None:
            return
        fields: dict[str, str] = {}
        words = ["edit", self.handles[number]]
        if self.chance.random() < 0.7:
            fields["description"] = self.name()
            words += ["-d", fields["description"]]
        if not fields or self.chance.random() < 0.4:
            fields["project"] = self.chance.choice(("", "Ops"))
            words += ["-p", fields["project"]]
        self.typed(mode, words, lambda: self.model.edit(number, **fields))

    def split(self, mode: str) -> None:
        number = self.some_entry()
        if number is None:
            return
        entry = self.model.view().get(number) or self.model.service.get(number)
        if entry is None or not entry.end:
            return
        cut = f"{entry.start[:5]}:40"
        words = ["split", self.handles[number], "--at", cut]
        self.typed(mode, words, lambda: self.model.split(number, cut))

    def delete(self, mode: str) -> None:
        number = self.some_entry()
        if number is None:
            return
        words = ["entries", "delete", self.handles[number]]
        self.typed(mode, words, lambda: self.model.delete(number))

    def discard(self, mode: str) -> None:
        self.typed(mode, ["discard"], lambda: self.model.discard())

    def undo(self, mode: str) -> None:
        # It may not be known whether what waits has happened.
        if mode in ("down", "dead") and self.gone():
            return  # it may not be asked for, depending on how far the delivery comes

        def may_fail() -> tuple[int, ...]:
            return () if self.model.online else (4, 6)

        self.typed(mode, ["undo"], lambda: self.model.undo(), may_fail=may_fail)

    def look(self, mode: str) -> None:
        """Compare what ``status`` shows."""
        if mode not in ("down", "dead"):
            self.typed("up", ["sync"], None)
            mode = "up"
        with self.network(mode):
            try:
                meant = self.model.status()
                code = 0
            except Refused as refused:
                code = refused.codes[0]
            # What was made and deleted offline may be gone from the queue, and nothing known.
            codes = (code,) if self.model.online or not self.gone() else (0, 5)
            ran = self.ran(mode, ["status"], *codes)
        if ran.code == 0:
            shown = ran.json
            assert (shown and shown["description"]) == (meant and meant.description), ran

    def typed(
        self,
        mode: str,
        words: list[str],
        change: Callable[[], Change] | None,
        *,
        may_fail: Callable[[], tuple[int, ...]] = tuple,
    ) -> None:
        """Type a command, and let the model do the same.

        Args:
            mode: What the network is like.
            words: The command.
            change: What the model does.
            may_fail: Gives other exit codes with which it may fail as the network is.
        """
        with self.network(mode):
            codes: tuple[int, ...] = (0,)
            done: Change | None = None
            if change is None:
                self.model.deliver()
                codes = (0, 6)
            else:
                self.model.deliver()
                before, others = copy.deepcopy(self.model), may_fail()
                try:
                    done = change()
                except Refused as refused:
                    codes = refused.codes
                codes = (*codes, *others)
            ran = self.ran(mode, words, *codes)
        if done is not None and ran.code:
            done, self.model = None, before
            self.model.online = True
        if mode == "flaky" and ran.code == 6 and words == ["stop"]:
            self.model.known, self.model.sure = None, False  # that much it has heard
        if done is not None:
            self.remember(done, ran.json)
        self.compare()

    def ran(self, mode: str, words: list[str], *codes: int) -> Ran:
        ran = self.run(self.world, [*words, "--json"], at(self.now))
        self.trace.append(f"{self.now} {mode}: {' '.join(words)} -> {ran.code}")
        assert ran.code in codes, (codes, ran)
        return ran

    def remember(self, done: Change, answer: Any) -> None:
        """Note the names of new entries, as they were told."""
        made = [w.entry for w in done.writes if w.kind == "create"]
        if done.verb == "undo":
            told = [answer["undone"]["entry"]] if made else []
        elif done.verb == "split":
            told = answer[1:]
        else:
            told = [answer]
        for number, entry in zip(made, told, strict=False):
            self.handles[number] = entry["id"]

    def network(self, mode: str) -> Any:
        """Return the context of a network like this."""
        return _network(self, mode)

    # -- others ----------------------------------------------------------------------------

    def elsewhere(self) -> None:
        """Change something in the service, as the web app does."""
        service, model = self.model.service, self.model
        moment = f"{self.clock(self.minute - 3)}:30"
        running = model.running()
        what = self.chance.choice(("start", "stop", "edit", "delete", "end"))
        if what == "start":
            if running is not None:
                self.change(running, ended(service[running], moment))
            number = model.new()
            entry = Entry(self.name(), moment)
            self.handles[number] = self.world.put(1000 + number, entry)
            service[number] = entry
        elif what == "stop" and running is not None:
            self.change(running, ended(service[running], moment))
        else:
            free = [n for n in service if self.row(n) and not self.is_unknown(n)]
            if not free:
                return
            number = self.chance.choice(free)
            if what == "delete":
                row = self.row(number)
                assert row is not None
                self.world.remove(row)
                del service[number]
            elif what == "edit":
                self.change(number, Entry(self.name(), *_rest(service[number])))
            elif service[number].end:
                self.change(number, ended(service[number], f"{service[number].end[:5]}:55"))
        self.trace.append(f"{self.now} elsewhere: {what}")
        self.compare()

    def change(self, number: int, entry: Entry) -> None:
        row = self.row(number)
        assert row is not None, f"which one is {number}?"
        self.world.replace(row, entry)
        self.model.service[number] = entry

    def row(self, number: int) -> str | None:
        """Return the service's ID of an entry; ``None`` where another one is just the same."""
        found = self.world.rows(self.model.service[number])
        return found[0] if len(found) == 1 else None

    def is_unknown(self, number: int) -> bool:
        """Say whether something has happened to an entry that the program does not know."""
        return any(w.sent and number in (w.entry, w.hit) for w in self.model.open)

    # -- the evening -----------------------------------------------------------------------

    def evening(self) -> None:
        """Deliver what is left, decide about each conflict, and look at the result."""
        self.minute += 7
        self.typed("up", ["sync"], None)
        for _ in range(12):
            conflicts = [w for w in self.model.open if w.state == CONFLICT]
            if not conflicts:
                break
            write = self.chance.choice(conflicts)
            number = self.queue()[self.model.open.index(write)]["id"]
            if self.chance.random() < 0.5 or (write.kind == "stop" and not write.entry):
                self.model.drop(write)
                self.ran("up", ["queue", "drop", str(number), "--yes"], 0)
            else:
                self.model.force(write)
                self.ran("up", ["queue", "retry", str(number), "--force"], 0)
            self.compare()
        TALLY.judge("histories", self.world.held(), self.model.service.values())

    def queue(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run(self.world, ["queue", "--json"], at(self.now)).json
        return found

    def compare(self) -> None:
        """Compare the service with the model's, and the queue with the model's."""
        held = self.world.held()
        assert held == Counter(self.model.service.values()), _told(held, self.model)
        # What was made and deleted offline goes with the next command, or with one later.
        gone = self.gone()
        meant = [(w.change.verb, w.state) for w in self.model.open if w.entry not in gone]
        states = {"sending": "queued", "refused": "conflict"}
        found = self.world.open()
        away = {e for *_, e, kind in found if kind == DELETE and e.startswith("local-")}
        there = [(v, states.get(s, s)) for _, v, s, e, _ in found if e not in away]
        assert there == meant, f"\nqueue {there}\nmeant {meant}"

    def gone(self) -> set[int]:
        """Return the entries that were made and deleted offline."""
        deleted = {w.entry for w in self.model.open if w.kind == DELETE}
        return deleted & {w.entry for w in self.model.open if w.kind == CREATE}

    # -- odds and ends ----------------------------------------------------------------------

    @property
    def now(self) -> str:
        """The present, as a clock time."""
        return self.clock(self.minute)

    @staticmethod
    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    def name(self) -> str:
        """Return a new description."""
        self.names += 1
        return f"n{self.names}"

    def some_entry(self) -> int | None:
        """Return an entry that somebody could name, and about which nothing is to be decided."""
        aside = {w.entry for w in self.model.open if w.state == CONFLICT}
        found = [n for n in self.handles if n not in aside and not self.behind(n)]
        return self.chance.choice(found) if found else None

    def behind(self, number: int) -> bool:
        """Say whether an entry waits behind something that is to be decided."""
        changes = [w.change for w in self.model.open if w.state == CONFLICT]
        return any(w.entry == number and w.change in changes for w in self.model.open)


class _network:  # noqa: N801 - used as a context alone
    def __init__(self, day: Day, mode: str) -> None:
        self.day, self.mode = day, mode

    def __enter__(self) -> None:
        world, model = self.day.world, self.day.model
        model.online = self.mode in ("up", "flaky", "lost")
        model.fragile = self.mode == "lost"
        if self.mode == "flaky":
            flake = self.day.chance.choice(FLAKES)
            model.foreign = flake["kind"] == "garbage"
            world.service.faults = AfterWrite(flake, [])
        elif self.mode == "lost":
            world.service.faults = AfterWrite({"kind": "cut_after"}, [DEAF])
        elif self.mode == "dead":
            world.faults({"kind": "cut_before", "times": 0})
        elif self.mode == "down":
            world.worlds.down()

    def __exit__(self, *_: object) -> None:
        self.day.world.faults()
        model = self.day.model
        model.online, model.fragile, model.foreign = True, False, False
        if self.mode == "down":
            self.day.world.worlds.up()


def _rest(entry: Entry) -> tuple[str, str, str]:
    return entry.start, entry.end, entry.project


def _told(held: Counter[Entry], model: Model) -> str:
    meant = Counter(model.service.values())
    missing, extra = list((meant - held).elements()), list((held - meant).elements())
    return f"\nnot there: {missing}\ntoo much: {extra}"


# -- through the installed program ----------------------------------------------------------


def installed(world: World, words: list[str], now: str) -> Ran:
    """Run the installed program."""
    return world.cli(*words, code=None, CLOCKIFY_NOW=now)


@pytest.fixture
def networks(tmp_path: Path) -> Iterator[list[Worlds]]:
    """Networks of one world each, so that each may be away by itself."""
    for number in range(NETWORKS):
        (tmp_path / str(number)).mkdir()
    found = [Worlds(tmp_path / str(number), 1) for number in range(NETWORKS)]
    yield found
    for one in found:
        one.close()


def test_days_through_the_installed_program(networks: list[Worlds]) -> None:
    """Several days at once; always the same ones."""

    def days(number: int) -> list[str]:
        failures = []
        for seed in range(number, INSTALLED, NETWORKS):
            with networks[number].one() as world:
                try:
                    Day(world, installed, random.Random(seed)).live(11)
                except AssertionError as error:
                    failures.append(f"seed {seed}:\n{error}")
        return failures

    with ThreadPoolExecutor(NETWORKS) as pool:
        failures = [text for found in pool.map(days, range(NETWORKS)) for text in found]
    assert not failures, "\n\n".join(failures)


# -- in one process -----------------------------------------------------------------------------


def in_process(world: World, words: list[str], now: str) -> Ran:
    """Run the program in this process, over the same sockets and files."""
    from clockify_cli import app

    out, err = io.StringIO(), io.StringIO()
    environ = {**world.cli.env, "CLOCKIFY_NOW": now}
    with (
        mock.patch.dict(os.environ, environ, clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = app.run(list(words))
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    found = Worlds(tmp_path_factory.mktemp("days"), 1)
    yield found
    found.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the waits that are for a service which is slow."""
    monkeypatch.setattr("clockify_cli.journal.delivery.SETTLE_SECONDS", 0)
    monkeypatch.setattr("clockify_cli.gateway.waits.FIRST_PAUSE", 0)


@settings(
    max_examples=IN_PROCESS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chance=st.randoms(use_true_random=False), steps=st.integers(3, 14))
def test_any_day(network: Worlds, hasty: None, chance: random.Random, steps: int) -> None:
    with network.one() as world:
        Day(world, in_process, chance).live(steps)
