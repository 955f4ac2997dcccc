"""Check entries against rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry, duration_text, utc_text
from clockify_cli.times.pieces import (
    WORK,
    Days,
    bounds,
    epoch,
    epoch_of,
    kind_of,
    length_text,
    moment,
    pieces_of,
    sums_of,
)
from clockify_cli.tracking.gaps import gaps_between
from clockify_cli.tracking.working_hours import WorkingHours

if TYPE_CHECKING:
    from clockify_cli.times import Clock

REQUIRABLE = {
    "project": "projectId",
    "description": "description",
    "task": "taskId",
    "tag": "tagIds",
}
Finding = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is demanded; ``None``, False or empty demands nothing.

    Attributes:
        least: The period's work must be at least this, time off included.
        most: And the work at most this.
        longest_entry: No entry may be longer.
        no_overlap: No two entries may overlap.
        no_gap: No working hours of this length may be uncovered.
        require: What each entry must have, of ``REQUIRABLE``; only work needs it.
        no_running: No timer may be running.
    """

    least: timedelta | None = None
    most: timedelta | None = None
    longest_entry: timedelta | None = None
    no_overlap: bool = False
    no_gap: timedelta | None = None
    require: tuple[str, ...] = ()
    no_running: bool = False


def typed_requirements(words: Sequence[str]) -> tuple[str, ...]:
    """Return what entries must have, from words that may hold commas.

    Raises:
        UsageError: A word is none of ``REQUIRABLE``.
    """
    parts = [part.strip().lower() for word in words for part in word.split(",")]
    found = tuple(dict.fromkeys("tag" if part == "tags" else part for part in parts if part))
    for name in found:
        if name not in REQUIRABLE:
            raise UsageError(
                f"'{name}' cannot be required.", f"Require any of: {', '.join(REQUIRABLE)}."
            )
    return found


def check(
    entries: Sequence[TimeEntry],
    rules: Rules,
    days: Days,
    hours: WorkingHours,
    clock: Clock,
) -> dict[str, Any]:
    """Return ``{ok, rules: [{rule, ok, findings}]}``, a rule for each demand.

    A rule with a length has it as ``limit`` (ISO 8601). A finding has a ``message`` and, as
    far as they apply, ``entry`` and ``other`` (IDs), ``start``, ``end``, ``duration`` and
    ``seconds``.

    Args:
        entries: Those that touch the days.
        rules: What is demanded.
        days: The days.
        hours: The working hours.
        clock: The present and the zone.
    """
    judge = _Judge(sorted(entries, key=lambda e: str(e["timeInterval"]["start"])), days, clock)
    outcome: list[dict[str, Any]] = []

    def add(rule: str, findings: list[Finding], limit: timedelta | None = None) -> None:
        told: dict[str, Any] = {"rule": rule}
        if limit is not None:
            told["limit"] = duration_text(_seconds(limit))
        outcome.append({**told, "ok": not findings, "findings": findings})

    if rules.least is not None:
        add("min", judge.too_little(_seconds(rules.least)), rules.least)
    if rules.most is not None:
        add("max", judge.too_much(_seconds(rules.most)), rules.most)
    if rules.longest_entry is not None:
        add("max-entry", judge.too_long(_seconds(rules.longest_entry)), rules.longest_entry)
    if rules.no_overlap:
        add("no-overlap", judge.overlaps())
    if rules.no_gap is not None:
        gaps = gaps_between(entries, days, hours, clock, least=rules.no_gap)
        add("no-gap", judge.gaps(gaps), rules.no_gap)
    for name in rules.require:
        add(f"require-{name}", judge.missing(name))
    if rules.no_running:
        add("no-running", judge.running())
    return {"ok": all(rule["ok"] for rule in outcome), "rules": outcome}


class _Judge:
    """Finds what breaks rules.

    Args:
        entries: In the order of their starts.
        days: The days that count.
        clock: The present and the zone.
    """

    def __init__(self, entries: Sequence[TimeEntry], days: Days, clock: Clock) -> None:
        self._clock = clock
        self._days = days
        now = epoch_of(clock.now)
        self._held = [(entry, *bounds(entry, now)) for entry in entries]
        self._work = [held for held in self._held if kind_of(held[0]) == WORK]
        self._sums = sums_of(pieces_of(entries, days, now))

    def too_little(self, least: int) -> list[Finding]:
        """Return a finding if less was tracked."""
        met = self._sums.work + self._sums.time_off
        if met >= least:
            return []
        return [self._sum(f"{length_text(least - met)} less than {length_text(least)}", met=True)]

    def too_much(self, most: int) -> list[Finding]:
        """Return a finding if more was tracked."""
        work = self._sums.work
        if work <= most:
            return []
        return [self._sum(f"{length_text(work - most)} more than {length_text(most)}")]

    def too_long(self, most: int) -> list[Finding]:
        """Return the entries that are longer."""
        return [
            self._finding(held, f"{length_text(held[2] - held[1])} long")
            for held in self._work
            if held[2] - held[1] > most
        ]

    def missing(self, name: str) -> list[Finding]:
        """Return the entries that lack something."""
        field = REQUIRABLE[name]

        def lacks(value: Any) -> bool:
            return not (value.strip() if isinstance(value, str) else value)

        return [
            self._finding(held, f"no {name}") for held in self._work if lacks(held[0].get(field))
        ]

    def running(self) -> list[Finding]:
        """Return the entries that run."""
        return [
            self._finding(held, "still running")
            for held in self._held
            if not held[0]["timeInterval"].get("end")
        ]

    def overlaps(self) -> list[Finding]:
        """Return each pair of entries that overlap within the days."""
        found: list[Finding] = []
        open_ones: list[tuple[TimeEntry, int, int]] = []
        for held in self._held:
            start, end = held[1:]
            open_ones = [other for other in open_ones if other[2] > start]
            for other in open_ones:
                first, last = max(start, other[1]), min(end, other[2])
                inside = min(last, self._days.end) - max(first, self._days.start)
                if first < last and inside > 0:
                    day = self._clock.wall(moment(start)).date()
                    what = self._what(other, day)
                    told = f"overlaps {what} for {length_text(last - first)}"
                    finding = self._finding(held, told, span=(first, last))
                    finding["other"] = str(other[0].get("id") or "")
                    found.append(finding)
            if start < end:
                open_ones.append(held)
        return found

    def gaps(self, gaps: Sequence[dict[str, Any]]) -> list[Finding]:
        """Return gaps with a sentence."""
        return [
            {
                **gap,
                "message": f"{self._span(epoch(gap['start']), epoch(gap['end']))}: "
                f"nothing for {length_text(gap['seconds'])}.",
            }
            for gap in gaps
        ]

    def _sum(self, told: str, *, met: bool = False) -> Finding:
        off = f" and {length_text(self._sums.time_off)} off" * bool(met and self._sums.time_off)
        message = f"{length_text(self._sums.work)} tracked{off}, {told}."
        return {**self._sums.as_json(), "message": message}

    def _finding(
        self,
        held: tuple[TimeEntry, int, int],
        told: str,
        *,
        span: tuple[int, int] | None = None,
    ) -> Finding:
        entry, start, end = held
        finding: Finding = {"entry": str(entry.get("id") or ""), "start": utc_text(moment(start))}
        if entry["timeInterval"].get("end"):
            finding["end"] = utc_text(moment(end))
        first, last = span or (start, end)
        finding["duration"] = duration_text(last - first)
        finding["seconds"] = last - first
        finding["message"] = f"{self._what(held)}: {told}."
        return finding

    def _what(self, held: tuple[TimeEntry, int, int], day: date | None = None) -> str:
        entry, start, end = held
        running = not entry["timeInterval"].get("end")
        description = (entry.get("description") or "").strip()
        words = f"'{description}'" if description else "(no description)"
        return f"{self._span(start, end, day=day, running=running)} {words}"

    def _span(self, start: int, end: int, *, day: date | None = None, running: bool = False) -> str:
        """Write when something was; its date is left out if it is ``day``."""
        first, last = self._clock.wall(moment(start)), self._clock.wall(moment(end))
        begun = f"{first:%H:%M}" if first.date() == day else f"{first:%a %Y-%m-%d %H:%M}"
        if running:
            return f"{begun}–…"
        later = (last.date() - first.date()).days
        return f"{begun}–{last:%H:%M}" + (f"+{later}" if later else "")


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
