"""What was done on the last day that has entries, and today: for the morning's meeting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import duration_text
from clockify_cli.tracking.pieces import Days
from clockify_cli.tracking.report import Tally, count, report_of

if TYPE_CHECKING:
    from clockify_cli.journal.outbox import Outbox
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock

LOOKS_BACK = 14  # days before the given one: holidays are longer than a weekend


def standup(outbox: Outbox, names: Names, clock: Clock, day: date) -> dict[str, Any]:
    """Return ``{days: [{date, duration, seconds, groups}]}``: the day before and the day itself.

    The day before is the last one with entries, up to two weeks back; it is left out where
    there is none. The groups are those of a report by project and description. Breaks do
    not count. One request.
    """
    days = Days(clock, day - timedelta(days=LOOKS_BACK), day)
    tally = Tally(("day", "project", "description"), days, clock.now)
    count(tally, outbox, breaks=False)
    # Only the two days' names are needed, but a list of names comes whole anyway.
    groups = report_of(tally, names, clock, "", priced=False).groups
    by_date = {str(group["id"]): group for group in groups if group["seconds"]}
    earlier = [name for name in by_date if name < day.isoformat()]
    chosen = [max(earlier)] if earlier else []
    return {"days": [_day(name, by_date.get(name)) for name in [*chosen, day.isoformat()]]}


def _day(name: str, group: dict[str, Any] | None) -> dict[str, Any]:
    seconds = group["seconds"] if group else 0
    return {
        "date": name,
        "duration": duration_text(seconds),
        "seconds": seconds,
        "groups": group["groups"] if group else [],
    }


def as_json(found: dict[str, Any]) -> dict[str, Any]:
    """Return a standup as documented: its groups without what only views need."""
    from clockify_cli.tracking.report import group_json

    return {
        "days": [
            {**day, "groups": [group_json(group, amounts=False) for group in day["groups"]]}
            for day in found["days"]
        ]
    }
