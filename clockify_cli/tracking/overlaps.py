"""Find overlapping entries without asking the service.

Clockify allows overlaps, so nobody else tells. Known here are: what this command has read,
the newest entries as last seen, the running timer, pending changes, and what the
journal has recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from clockify_cli.core.model import TimeEntry, end_of, is_running, start_of
from clockify_cli.journal.outbox import Outbox
from clockify_cli.journal.overlay import overlaid

_TOLD = 3  # overlapped entries that are named; the rest are counted


def told(
    outbox: Outbox,
    entry: TimeEntry,
    *more: TimeEntry,
    seen: Sequence[TimeEntry] = (),
    before: Sequence[TimeEntry] = (),
) -> list[TimeEntry]:
    """Tell on ``outbox.notice`` which known entries the given ones overlap; no request.

    Args:
        outbox: The outbox.
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
    known = _known(outbox, mine, seen)
    found: dict[str, TimeEntry] = {}
    told_of: set[str] = set()
    earlier = {str(e.get("id")): e for e in before}
    for one in mine:
        number = str(one.get("id"))
        told_of.add(number)
        old = earlier.get(number)
        known_before = overlapping(old, known, outbox.now) if old is not None else []
        skipped = told_of | set(found) | {str(e["id"]) for e in known_before}
        for other in overlapping(one, known, outbox.now):
            if str(other["id"]) not in skipped:
                found[str(other["id"])] = other
    listed = list(found.values())
    if listed:
        outbox.notice(_sentence(outbox, listed))
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


def _known(outbox: Outbox, mine: Sequence[TimeEntry], seen: Sequence[TimeEntry]) -> list[TimeEntry]:
    first = min(map(start_of, mine))
    last = max(_reach(e, outbox.now)[1] for e in mine)
    user = str(mine[0].get("userId") or outbox.account.user)
    own = user == outbox.account.user
    recent = outbox.recent.entries() if own and outbox.recent is not None else []
    running = [outbox.known_running] if own and outbox.known_running is not None else []
    recorded = outbox.journal.recorded_between(outbox.account.workspace, user, first, last)
    by_id: dict[str, TimeEntry] = {}
    # From what may be old to what was written just now.
    for entry in (*recent, *recorded, *running, *seen, *mine):
        by_id[str(entry["id"])] = entry
    return overlaid(by_id.values(), outbox.waiting_here(), user)


def _reach(entry: TimeEntry, now: datetime) -> tuple[datetime, datetime]:
    start = start_of(entry)
    return start, end_of(entry) or max(now, start)


def _same_user(one: TimeEntry, other: TimeEntry) -> bool:
    return not one.get("userId") or not other.get("userId") or one["userId"] == other["userId"]


def _sentence(outbox: Outbox, entries: Sequence[TimeEntry]) -> str:
    parts = [_named(outbox, entry) for entry in entries[:_TOLD]]
    left = len(entries) - _TOLD
    if left > 0:
        parts.append(f"{left} more")
    return "Overlaps " + ", ".join(parts) + "."


def _named(outbox: Outbox, entry: TimeEntry) -> str:
    start, end = start_of(entry), end_of(entry)
    first = start.astimezone(outbox.zone)
    when = first.strftime("%H:%M" if _today(outbox, start) else "%Y-%m-%d %H:%M")
    if is_running(entry) or end is None:
        when = f"running since {when}"
    else:
        last = end.astimezone(outbox.zone)
        days = (last.date() - first.date()).days
        when += f"–{last:%H:%M}" + (f"+{days}" if days else "")
    what = entry.get("description") or outbox.describe(entry)["project"] or "an entry"
    return f"'{what}' ({when}, {entry['id']})"


def _today(outbox: Outbox, moment: datetime) -> bool:
    return moment.astimezone(outbox.zone).date() == outbox.now.astimezone(outbox.zone).date()
