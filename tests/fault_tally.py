"""What the fault suite has tried, and what of it was lost, doubled or wrong."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from fault_worlds import Entry


class Tally:
    """Counts cases; asked for once at the end of the run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.cases: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def judge(self, part: str, held: Counter[Entry], *meant: Iterable[Entry]) -> int:
        """Compare what a service holds with what it may hold; return which of these it is.

        Args:
            part: What the case belongs to, for the summary.
            held: What is there.
            meant: What would be right.

        Raises:
            AssertionError: It is none of them.
        """
        right = [Counter(entries) for entries in meant]
        with self._lock:
            self.cases[part] += 1
        if held in right:
            return right.index(held)
        found = difference(held, right[-1])
        with self._lock:
            self.faults.update(found)
        told = [f"\n  held {_listed(held)}"]
        told += [f"\n  {'meant' if not n else 'or'} {_listed(r)}" for n, r in enumerate(right)]
        raise AssertionError(f"{dict(found)}{''.join(told)}")

    def add(self, told: dict[str, dict[str, int]]) -> None:
        """Add what another process has counted."""
        self.cases.update(told["cases"])
        self.faults.update(told["faults"])

    def told(self) -> dict[str, dict[str, int]]:
        """Return what was counted, for another process."""
        return {"cases": dict(self.cases), "faults": dict(self.faults)}

    def count(self, part: str, cases: int = 1) -> None:
        """Count cases that were judged elsewhere."""
        with self._lock:
            self.cases[part] += cases

    def summary(self) -> str:
        """Return the line for the end of the run."""
        parts = ", ".join(f"{count} {part}" for part, count in self.cases.items())
        bad = ", ".join(f"{self.faults[kind]} {kind}" for kind in ("lost", "doubled", "wrong"))
        return f"fault suite: {sum(self.cases.values())} cases ({parts}): {bad}"


def difference(held: Counter[Entry], meant: Counter[Entry]) -> Counter[str]:
    """Return how many entries are lost, there too often, or not as they were meant."""
    missing, extra = meant - held, held - meant
    found: Counter[str] = Counter()
    names = {entry.description for entry in (*missing, *extra)}
    for name in names:
        less = sum(n for entry, n in missing.items() if entry.description == name)
        more = sum(n for entry, n in extra.items() if entry.description == name)
        found["wrong"] += min(less, more)
        found["lost"] += max(0, less - more)
        found["doubled"] += max(0, more - less)
    return +found


def _listed(entries: Counter[Entry]) -> str:
    plain = Entry("", "")
    told = []
    for entry, count in sorted(entries.items()):
        odd = {
            name: value
            for name, value in vars(replace(entry)).items()
            if name not in ("description", "start", "end") and value != getattr(plain, name)
        }
        times = f" x{count}" if count > 1 else ""
        told.append(f"{entry.description} {entry.start}-{entry.end} {odd or ''}{times}".strip())
    return "; ".join(told) or "nothing"


TALLY = Tally()
