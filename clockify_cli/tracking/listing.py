"""A list of entries with its true sums: each entry's part of the range, each day's total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clockify_cli.core.model import TimeEntry
from clockify_cli.times.pieces import Days, Piece, Sums, pieces_of, sums_of


@dataclass(frozen=True)
class Listing:
    """Entries of a range, ready to be shown.

    Attributes:
        entries: Those that are shown, in order.
        pieces: Their pieces, by the day, in the order of the days.
        totals: What each day has, those that are not shown included.
        total: What the range has.
        left_out: How many entries a limit has cut off.
    """

    entries: list[TimeEntry]
    pieces: dict[date, list[Piece]]
    totals: dict[date, Sums]
    total: Sums
    left_out: int

    @property
    def rows(self) -> list[str]:
        """Return the IDs of the entries in the order in which their rows stand."""
        pieces = (piece for held in self.pieces.values() for piece in held)
        return list(dict.fromkeys(str(piece.entry["id"]) for piece in pieces))

    def as_json(self) -> list[dict[str, Any]]:
        """Return the entries as the API spells them, with ``seconds`` inside the range."""
        seconds: dict[str, int] = {}
        for pieces in self.pieces.values():
            for piece in pieces:
                entry_id = str(piece.entry["id"])
                seconds[entry_id] = seconds.get(entry_id, 0) + piece.seconds
        return [{**e, "seconds": seconds.get(str(e["id"]), 0)} for e in self.entries]


def list_entries(
    entries: Sequence[TimeEntry],
    days: Days,
    now: int,
    *,
    limit: int | None = None,
    oldest_first: bool = False,
) -> Listing:
    """Return the listing of entries, which come newest first.

    Args:
        entries: Those that touch the days.
        days: The days.
        now: The present in seconds since 1970.
        limit: Show at most so many.
        oldest_first: In the order in which they happened.
    """
    ordered = list(reversed(entries)) if oldest_first else list(entries)
    shown = ordered[:limit]
    visible = {str(entry["id"]) for entry in shown}
    by_day: dict[int, list[Piece]] = {}
    for piece in pieces_of(ordered, days, now):
        by_day.setdefault(piece.day, []).append(piece)
    pieces: dict[date, list[Piece]] = {}
    for number in sorted(by_day, reverse=not oldest_first):
        held = [piece for piece in by_day[number] if str(piece.entry["id"]) in visible]
        if held:
            pieces[days.date(number)] = held
    return Listing(
        entries=shown,
        pieces=pieces,
        totals={days.date(number): sums_of(held) for number, held in by_day.items()},
        total=sums_of(piece for held in by_day.values() for piece in held),
        left_out=len(ordered) - len(shown),
    )
