"""The kinds of writes that the fault suite breaks: what is there before and what is meant after."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from fault_worlds import DAY, Entry, Snapshot, World, Worlds, ended, entry_id


@dataclass(frozen=True)
class Kind:
    """One kind of write.

    Attributes:
        name: For people.
        words: The command line.
        writes: The methods of its writing requests, in order.
        before: What the service holds before it.
        after: What it holds once it is done.
        setup: Commands that lead there (each with the present in which it is typed).
        there: Entries that another program has put there, under ``entry_id(1)``, …
        late: Those were put there after the last command of the set-up.
        offline: The network was away while the set-up was typed.
    """

    name: str
    words: tuple[str, ...]
    writes: tuple[str, ...]
    after: tuple[Entry, ...]
    before: tuple[Entry, ...] = ()
    setup: tuple[tuple[str, str], ...] = ()
    there: tuple[Entry, ...] = ()
    late: bool = False
    offline: bool = False

    def __str__(self) -> str:
        return self.name

    def prepare(self, world: World) -> None:
        """Bring a fresh world to where the command is typed."""
        if not self.late:
            self._put(world)
        if self.offline:
            world.faults({"kind": "cut_before", "times": 0})
        for now, line in self.setup:
            world.cli(*shlex.split(line), CLOCKIFY_NOW=f"{DAY}T{now}:00Z")
        world.faults()
        if self.late:
            self._put(world)
        held = sorted(world.held().elements())
        assert held == sorted(self.before), f"{self}: the set-up left {held}"
        world.forget()

    def _put(self, world: World) -> None:
        for number, entry in enumerate(self.there, 1):
            world.put(number, entry)


REVIEW = Entry("Review", "08:00", "", "Web", "Build", "dev", billable=True)
FULL = Entry(
    "Review", "08:00", "09:00", "Web", "Build", "dev", billable=True, type="BREAK", custom="PO-17"
)
MAIL = Entry("Mail", "07:00", "07:30", "Ops")
START = "start Review -p Web -k Build -t dev --at 8:00"
ONE, TWO = entry_id(1), entry_id(2)

_KINDS = (
    Kind(
        "start",
        ("start", "Review", "-p", "Web", "-k", "Build", "-t", "dev", "--at", "8:00"),
        ("POST",),
        (REVIEW,),
    ),
    Kind(
        "start that ends a timer",
        ("start", "Mail", "-p", "Ops", "--at", "9:00"),
        ("PATCH", "POST"),
        (ended(REVIEW, "09:00"), Entry("Mail", "09:00", "", "Ops")),
        (REVIEW,),
        (("08:00", START),),
    ),
    Kind("stop", ("stop",), ("PATCH",), (ended(REVIEW, "09:15"),), (REVIEW,), (("08:00", START),)),
    Kind(
        "stop of a timer that nobody here knows",
        ("stop", "--at", "today 9:00"),
        ("PATCH",),
        (ended(REVIEW, "09:00"), MAIL),
        (REVIEW, MAIL),
        there=(REVIEW, MAIL),
        late=True,
    ),
    Kind(
        "log",
        ("log", "8:00-9:00", "Review", "-p", "Web", "-k", "Build", "-t", "dev"),
        ("POST",),
        (ended(REVIEW, "09:00"), MAIL),
        (MAIL,),
        there=(MAIL,),
    ),
    Kind(
        "log for somebody else",
        ("log", "8:00-9:00", "Review", "--user", "Kim"),
        ("POST",),
        (Entry("Review", "08:00", "09:00", user="Kim"),),
    ),
    Kind(
        "log under a key",
        ("log", "8:00-9:00", "Review", "--key", "build-123"),
        ("POST",),
        (Entry("Review", "08:00", "09:00"),),
    ),
    Kind(
        "edit",
        ("edit", ONE, "-d", "Review of the parser", "--to", "9:10", "-t", "+urgent"),
        ("PUT",),
        (replace(FULL, description="Review of the parser", end="09:10", tags="dev,urgent"), MAIL),
        (FULL, MAIL),
        there=(FULL, MAIL),
    ),
    Kind(
        "edit of two",
        ("edit", ONE, TWO, "--billable", "-t", "urgent", "--yes"),
        ("PUT", "PUT"),
        (replace(FULL, tags="urgent"), replace(MAIL, billable=True, tags="urgent")),
        (FULL, MAIL),
        there=(FULL, MAIL),
    ),
    Kind("discard", ("discard",), ("DELETE",), (), (REVIEW,), (("08:00", START),)),
    Kind(
        "delete", ("entries", "delete", ONE), ("DELETE",), (MAIL,), (FULL, MAIL), there=(FULL, MAIL)
    ),
    Kind(
        "delete of two",
        ("entries", "delete", ONE, TWO, "--yes"),
        ("DELETE", "DELETE"),
        (),
        (FULL, MAIL),
        there=(FULL, MAIL),
    ),
    Kind(
        "split",
        ("split", ONE, "--at", "8:30"),
        ("PUT", "POST"),
        (ended(FULL, "08:30"), replace(FULL, start="08:30"), MAIL),
        (FULL, MAIL),
        there=(FULL, MAIL),
    ),
    Kind(
        "join",
        ("join", ONE, TWO),
        ("PUT", "DELETE"),
        (replace(FULL, start="07:00"),),
        (FULL, MAIL),
        there=(FULL, MAIL),
    ),
)


def undo_of(kind: Kind, writes: str, *, before: tuple[Entry, ...] | None = None) -> Kind:
    """Return the kind of write that takes another one back."""
    line = shlex.join(kind.words)
    return Kind(
        f"undo of {kind}",
        ("undo",),
        tuple(writes.split()),
        kind.before if before is None else before,
        kind.after,
        (*kind.setup, ("09:15", line)),
        kind.there,
    )


_BY_NAME = {kind.name: kind for kind in _KINDS}
_UNDOS = (
    undo_of(_BY_NAME["start"], "DELETE"),
    undo_of(_BY_NAME["start that ends a timer"], "DELETE PUT"),
    undo_of(_BY_NAME["stop"], "PUT"),
    undo_of(_BY_NAME["log"], "DELETE"),
    undo_of(_BY_NAME["edit"], "PUT"),
    undo_of(_BY_NAME["discard"], "POST"),
    undo_of(_BY_NAME["delete"], "POST"),
    undo_of(_BY_NAME["split"], "DELETE PUT"),
    undo_of(_BY_NAME["join"], "POST PUT"),
)
KINDS = {kind.name: kind for kind in (*_KINDS, *_UNDOS)}


QUEUE = Kind(
    "sync of a queue",
    ("sync",),
    ("POST", "POST", "POST"),
    (Entry("Mail", "07:00", "07:30"), ended(REVIEW, "08:30"), Entry("Call", "09:00")),
    setup=(
        ("08:00", "log 7:00-7:30 Mail"),
        ("08:00", START),
        ("08:30", "stop"),
        ("09:00", "start Call"),
    ),
    offline=True,
)
KILLED = (
    *(kind for kind in _KINDS if not kind.name.endswith("of two")),
    *(undo for undo in _UNDOS if len(undo.writes) > 1),
    QUEUE,
)


def prepared(worlds: Worlds) -> dict[str, Snapshot]:
    """Return the snapshot of the world in which each kind of write is typed, by its name."""
    found: dict[str, Snapshot] = {}

    def prepare(world: World, kind: Kind) -> None:
        kind.prepare(world)
        found[kind.name] = world.snapshot()

    worlds.each([*KINDS.values(), QUEUE], prepare)
    return found
