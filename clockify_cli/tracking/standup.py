"""Work of today and of the last day with entries, for a stand-up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.times.pieces import BREAK, TIME_OFF, Days, Sums
from clockify_cli.tracking.report import report_of
from clockify_cli.tracking.tally import Tally, count

if TYPE_CHECKING:
    from clockify_cli.journal.outbox import Outbox
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock
    from clockify_cli.tracking.history import Freshness

LOOKS_BACK = 14  # days before the given one: holidays are longer than a weekend


def standup(
    outbox: Outbox, names: Names, clock: Clock, day: date, freshness: Freshness | None = None
) -> dict[str, Any]:
    """Return the day before and the day itself: ``{days: [{date, duration, seconds, …, groups}]}``.

    The day before is the last one with work, up to two weeks back; it is left out if there
    is none. The groups are those of a report by project and description; breaks and time off
    stand beside them. One request.
    """
    days = Days(clock, day - timedelta(days=LOOKS_BACK), day)
    tally = Tally(("day", "project", "description"), days, clock.now)
    count(tally, outbox, freshness=freshness)
    return standup_of(tally, names, clock, day)


def standup_of(tally: Tally, names: Names, clock: Clock, day: date) -> dict[str, Any]:
    """Return the standup of what a tally by day, project and description has counted."""
    # Only the two days' names are needed, but a list of names comes whole anyway.
    groups = report_of(tally, names, clock, "", priced=False).groups
    by_date = {str(group["id"]): group for group in groups if group["seconds"]}
    earlier = [name for name in by_date if name < day.isoformat()]
    chosen = [max(earlier)] if earlier else []
    told = []
    for name in [*chosen, day.isoformat()]:
        group = by_date.get(name) or {"seconds": 0, "groups": []}
        number = (date.fromisoformat(name) - tally.days.first).days
        sums = Sums(group["seconds"], tally.beside(BREAK, number), tally.beside(TIME_OFF, number))
        told.append({"date": name, **sums.as_json(), "groups": group["groups"]})
    return {"days": told}


def as_json(found: dict[str, Any]) -> dict[str, Any]:
    """Return a standup as documented: its groups without what only views need."""
    from clockify_cli.tracking.report import group_json

    return {
        "days": [
            {**day, "groups": [group_json(group, amounts=False) for group in day["groups"]]}
            for day in found["days"]
        ]
    }
