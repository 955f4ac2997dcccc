"""The time of many entries, added up as they come in.

It keeps one sum per combination, not the entries: a hundred thousand of them need no
more room than what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry
from clockify_cli.times.pieces import (
    BREAK,
    TIME_OFF,
    WORK,
    Days,
    Piece,
    epoch_of,
    moment,
    pieces_of,
)

if TYPE_CHECKING:
    from clockify_cli.journal.outbox import Outbox
    from clockify_cli.tracking.history import Filters, Freshness

DIMENSIONS = (
    "project",
    "client",
    "task",
    "tag",
    "description",
    "user",
    "day",
    "week",
    "month",
    "billable",
)
MODES = ("up", "nearest", "down")
UNITS = ("entry", "day", "project")
DATED = ("day", "week", "month")
_MAX_LEVELS = 6


def typed_dimensions(words: Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions that ``--by`` names; its words may hold commas.

    Raises:
        UsageError: A dimension is unknown, or named twice.
    """
    plural = {f"{name}s": name for name in DIMENSIONS}
    parts = [part.strip().lower() for word in words for part in word.split(",")]
    found = [plural.get(part, part) for part in parts if part]
    for name in found:
        if name not in DIMENSIONS:
            raise UsageError(f"Cannot group by {name}.", f"Choose from: {', '.join(DIMENSIONS)}.")
    if len(set(found)) < len(found):
        raise UsageError("--by has the same group twice.", "Name each once: --by client,project.")
    if len(found) > _MAX_LEVELS:
        raise UsageError(f"--by takes at most {_MAX_LEVELS} levels.", "Use fewer.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Rounding:
    """How time is rounded for a bill; the entries stay as they are.

    Attributes:
        seconds: The step.
        mode: ``up``, ``nearest`` (halves up) or ``down``.
        per: What is rounded: each ``entry``; a user's time on a project, each ``day`` by
            itself; or all of it in the period, for each ``project``.
    """

    seconds: int
    mode: str = "nearest"
    per: str = "entry"

    def apply(self, seconds: int) -> int:
        """Return ``seconds`` rounded to a whole number of steps."""
        if self.mode == "up":
            return -(-seconds // self.seconds) * self.seconds
        if self.mode == "down":
            return seconds // self.seconds * self.seconds
        return (2 * seconds + self.seconds) // (2 * self.seconds) * self.seconds


class Key(NamedTuple):
    """What one sum is about; fields that do not matter to the report hold their empty value."""

    user: str
    project: str
    task: str
    tags: tuple[str, ...]
    description: str
    billable: bool
    rate: tuple[int, str] | None
    day: int
    kind: str


@dataclass(slots=True)
class Record:
    """A key with its sums: the time as tracked, and as it counts."""

    key: Key
    raw: int
    seconds: int


class Tally:
    """Takes entries one by one and keeps their sums.

    Args:
        by: What is grouped by, from the outside in.
        days: The days of the period.
        now: The present, up to which running entries count.
        rounding: How time is rounded, if at all.
        counted: Which kinds of time count; the sums of the others are kept beside.
        keep: Keep the pieces themselves too, in ``kept``.
    """

    def __init__(
        self,
        by: Sequence[str],
        days: Days,
        now: datetime,
        *,
        rounding: Rounding | None = None,
        counted: Iterable[str] = (WORK,),
        keep: bool = False,
    ) -> None:
        self.by = tuple(by)
        self.days = days
        self.rounding = rounding
        self.counted = frozenset(counted)
        self.kept: list[Piece] = []
        self._keeps = keep
        self._now = epoch_of(now)
        self._dated = any(name in DATED for name in by) or (
            rounding is not None and rounding.per == "day"
        )
        self._sums: dict[Key, list[int]] = {}

    def add_all(self, entries: Iterable[TimeEntry]) -> None:
        """Count entries; time outside the period is left out."""
        wants_task, wants_tag = "task" in self.by, "tag" in self.by
        wants_description = "description" in self.by
        each = self.rounding if self.rounding is not None and self.rounding.per == "entry" else None
        entry: Mapping[str, Any] | None = None
        head: tuple[Any, ...] = ()
        spent = 0
        for piece in pieces_of(entries, self.days, self._now):
            if self._keeps:
                self.kept.append(piece)
            if piece.entry is not entry:
                entry = piece.entry
                billable = bool(entry.get("billable"))
                head = (
                    entry.get("userId") or "",
                    entry.get("projectId") or "",
                    (entry.get("taskId") or "") if wants_task else "",
                    tuple(sorted(entry.get("tagIds") or ())) if wants_tag else (),
                    (entry.get("description") or "").strip() if wants_description else "",
                    billable,
                    rate_of(entry.get("hourlyRate")) if billable else None,
                )
                spent = 0
            length = piece.end - piece.start
            key = Key(*head, piece.day if self._dated else -1, piece.kind)  # type: ignore[call-arg]
            found = self._sums.setdefault(key, [0, 0])
            found[0] += length
            # Rounded as it adds up, so that the pieces' sum is the whole entry rounded.
            found[1] += each.apply(spent + length) - each.apply(spent) if each else length
            spent += length

    def beside(self, kind: str, day: int | None = None) -> int:
        """Return the raw seconds of a kind of time, counted or not."""
        return sum(
            raw
            for key, (raw, _) in self._sums.items()
            if key.kind == kind and (day is None or key.day == day)
        )

    def by_day(self) -> dict[int, int]:
        """Return the counted seconds of each day by its number; only where days matter."""
        found: dict[int, int] = {}
        for record in self.records():
            found[record.key.day] = found.get(record.key.day, 0) + record.seconds
        return found

    def records(self) -> list[Record]:
        """Return the sums of what counts."""
        found = [Record(k, *sums) for k, sums in self._sums.items() if k.kind in self.counted]
        if self.rounding is not None and self.rounding.per != "entry":
            self._round_units(found, self.rounding)
        return found

    def _round_units(self, records: list[Record], rounding: Rounding) -> None:
        """Round each unit; a record that is only a part of one gets its share, to the second."""
        units: dict[tuple[str, str, int], list[Record]] = {}
        for record in records:
            key = record.key
            day = key.day if rounding.per == "day" else -1
            units.setdefault((key.user, key.project, day), []).append(record)
        for held in units.values():
            held.sort(key=lambda r: (r.key.day, r.key[1:6], r.key.kind))
            raw = sum(record.raw for record in held)
            whole = rounding.apply(raw)
            passed = given = 0
            for record in held:
                passed += record.raw
                share = whole * passed // raw if raw else 0
                record.seconds = share - given
                given = share


def counted_kinds(*, breaks: bool, time_off: bool) -> frozenset[str]:
    """Return the kinds of time that count: work, and what is asked for."""
    return frozenset([WORK] + [BREAK] * breaks + [TIME_OFF] * time_off)


def rate_of(rate: Any) -> tuple[int, str] | None:
    """Return cents an hour and the currency of the API's ``hourlyRate``."""
    if not isinstance(rate, Mapping) or not isinstance(rate.get("amount"), int):
        return None
    return rate["amount"], str(rate.get("currency") or "")


def count(
    tally: Tally,
    outbox: Outbox,
    users: Iterable[str] = ("",),
    filters: Filters | None = None,
    freshness: Freshness | None = None,
) -> None:
    """Let a tally count the entries of its period: one request per thousand entries and user.

    Args:
        tally: The tally.
        outbox: The outbox.
        users: Whose, by ID; one's own if it is empty.
        filters: Which of them.
        freshness: How old they may be.
    """
    from clockify_cli.tracking.history import pages_in

    start, end = moment(tally.days.start), moment(tally.days.end)
    for user in users:
        for page in pages_in(outbox, start, end, user=user, filters=filters, freshness=freshness):
            tally.add_all(page)
