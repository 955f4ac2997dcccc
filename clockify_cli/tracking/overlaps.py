"""Entries that lie at the same time as another one, found without asking the service.

Clockify allows overlaps, so nobody else tells. Known here are: what this command has read,
the newest entries as last seen, the running timer, what waits in the queue, and what the
journal has recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from clockify_cli.model import TimeEntry, end_of, is_running, start_of
from clockify_cli.tracking.desk import Desk
from clockify_cli.tracking.overlay import overlaid

_TOLD = 3  # overlapped entries that are named; the rest are counted


def told(
    desk: Desk,
    entry: TimeEntry,
    *more: TimeEntry,
    seen: Sequence[TimeEntry] = (),
    before: Sequence[TimeEntry] = (),
) -> list[TimeEntry]:
    """Tell on ``desk.notice`` which known entries the given ones overlap; no request.

    Args:
        desk: The desk.
        entry: An entry that was just recorded or changed.
        more: Further ones; two of them that overlap each other are told once.
        seen: What this command has read of other entries.
        before: The given entries as they were: what those overlapped is not told again.

    Returns:
        The overlapped entries.
    """
    mine = [e for e in (entry, *more) if e.get("timeInterval")]
    if not mine:
        return []
    known = _known(desk, mine, seen)
    found: dict[str, TimeEntry] = {}
    told_of: set[str] = set()
    earlier = {str(e.get("id")): e for e in before}
    for one in mine:
        number = str(one.get("id"))
        told_of.add(number)
        old = earlier.get(number)
        known_before = overlapping(old, known, desk.now) if old is not None else []
        skipped = told_of | set(found) | {str(e["id"]) for e in known_before}
        for other in overlapping(one, known, desk.now):
            if str(other["id"]) not in skipped:
                found[str(other["id"])] = other
    listed = list(found.values())
    if listed:
        desk.notice(_sentence(desk, listed))
    return listed


def overlapping(entry: TimeEntry, others: Iterable[TimeEntry], now: datetime) -> list[TimeEntry]:
    """Return those of ``others`` that share time with ``entry``; touching is no overlap.

    A running entry reaches up to ``now``.
    """
    start, end = _reach(entry, now)
    found = []
    for other in others:
        if other.get("id") == entry.get("id") or not _same_user(entry, other):
            continue
        first, last = _reach(other, now)
        if first < end and start < last:
            found.append(other)
    return sorted(found, key=start_of)


def _known(desk: Desk, mine: Sequence[TimeEntry], seen: Sequence[TimeEntry]) -> list[TimeEntry]:
    first = min(map(start_of, mine))
    last = max(_reach(e, desk.now)[1] for e in mine)
    user = str(mine[0].get("userId") or desk.account.user)
    own = user == desk.account.user
    recent = desk.recent.entries() if own and desk.recent is not None else []
    running = [desk.known_running] if own and desk.known_running is not None else []
    recorded = desk.journal.recorded_between(desk.account.workspace, user, first, last)
    by_id: dict[str, TimeEntry] = {}
    # From what may be old to what was written just now.
    for entry in (*recent, *recorded, *running, *seen, *mine):
        by_id[str(entry["id"])] = entry
    return overlaid(by_id.values(), desk.waiting_here(), user)


def _reach(entry: TimeEntry, now: datetime) -> tuple[datetime, datetime]:
    start = start_of(entry)
    return start, end_of(entry) or max(now, start)


def _same_user(one: TimeEntry, other: TimeEntry) -> bool:
    return not one.get("userId") or not other.get("userId") or one["userId"] == other["userId"]


def _sentence(desk: Desk, entries: Sequence[TimeEntry]) -> str:
    parts = [_named(desk, entry) for entry in entries[:_TOLD]]
    left = len(entries) - _TOLD
    if left > 0:
        parts.append(f"{left} more")
    return "Overlaps " + ", ".join(parts) + "."


def _named(desk: Desk, entry: TimeEntry) -> str:
    start, end = start_of(entry), end_of(entry)
    first = start.astimezone(desk.zone)
    when = first.strftime("%H:%M" if _today(desk, start) else "%Y-%m-%d %H:%M")
    if is_running(entry) or end is None:
        when = f"running since {when}"
    else:
        last = end.astimezone(desk.zone)
        days = (last.date() - first.date()).days
        when += f"–{last:%H:%M}" + (f"+{days}" if days else "")
    what = entry.get("description") or desk.describe(entry)["project"] or "an entry"
    return f"'{what}' ({when}, {entry['id']})"


def _today(desk: Desk, moment: datetime) -> bool:
    return moment.astimezone(desk.zone).date() == desk.now.astimezone(desk.zone).date()
