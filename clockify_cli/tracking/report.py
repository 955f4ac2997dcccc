"""Reports: the sums of a period, nested by what the time went to, true to the second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import duration_text, utc_text
from clockify_cli.times.pieces import BREAK, TIME_OFF, moment
from clockify_cli.tracking.report_labels import Labels
from clockify_cli.tracking.tally import DATED, Record, Rounding, Tally

if TYPE_CHECKING:
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock


@dataclass
class Report:
    """Sums of a period, ready to be shown.

    Attributes:
        by: What is grouped by, from the outside in.
        start: First instant, and ``end`` the first after it, in UTC.
        first: First day, and ``last`` the last one, in the user's zone.
        zone: The zone's name.
        rounding: How time is rounded, if at all.
        counted: The kinds of time that count.
        totals: ``seconds`` (as they count), ``rawSeconds`` (as tracked), ``billableSeconds``
            and ``amounts`` of everything.
        groups: The groups, nested: ``by``, ``id``, ``name``, the sums, ``groups``; beside
            them what views need (``client``, ``color``).
        shared_seconds: Time under several tags: in each of their rows, once in the total.
        break_seconds: Time of breaks, counted or not; ``time_off_seconds`` likewise.
        unpriced_seconds: Billable time whose rate is not known.
    """

    by: tuple[str, ...]
    start: datetime
    end: datetime
    first: date
    last: date
    zone: str
    rounding: Rounding | None
    counted: frozenset[str]
    totals: dict[str, Any] = field(default_factory=dict)
    groups: list[dict[str, Any]] = field(default_factory=list)
    shared_seconds: int = 0
    break_seconds: int = 0
    time_off_seconds: int = 0
    unpriced_seconds: int = 0

    def view(self) -> dict[str, Any]:
        """Return the report as views take it."""
        found = {
            **self.totals,
            "by": list(self.by),
            "groups": self.groups,
            "first": self.first,
            "last": self.last,
            "zone": self.zone,
            "sharedSeconds": self.shared_seconds,
            "breakSeconds": self.break_seconds,
            "timeOffSeconds": self.time_off_seconds,
            "counted": self.counted,
            "unpricedSeconds": self.unpriced_seconds,
        }
        if self.rounding is not None:
            found["rounding"] = self._rounding_json(self.rounding)
        return found

    def as_json(self, *, amounts: bool = False) -> dict[str, Any]:
        """Return the documented object.

        Args:
            amounts: With what the time is worth, in cents by currency, where rates are known.
        """
        found: dict[str, Any] = {
            "start": utc_text(self.start),
            "end": utc_text(self.end),
            "timeZone": self.zone,
        }
        if self.rounding is not None:
            found["rounding"] = self._rounding_json(self.rounding)
        found |= _json_sums(self.totals, amounts)
        found["breakSeconds"] = self.break_seconds
        found["timeOffSeconds"] = self.time_off_seconds
        found["groups"] = [group_json(group, amounts) for group in self.groups]
        return found

    @staticmethod
    def _rounding_json(rounding: Rounding) -> dict[str, Any]:
        return {"seconds": rounding.seconds, "mode": rounding.mode, "per": rounding.per}


def report_of(
    tally: Tally,
    names: Names,
    clock: Clock,
    zone: str,
    *,
    own_user: tuple[str, str] = ("", ""),
    priced: bool | None = None,
    refresh: bool = False,
) -> Report:
    """Return the report of what a tally has counted.

    Names that are not in the cache are asked for: one request per list that is needed.

    Args:
        tally: It has taken all entries.
        names: Names of projects, clients, tags, tasks and users.
        clock: The present and the week's first day.
        zone: The zone's name.
        own_user: ID and name of who is signed in, whom no list is needed for.
        priced: Say what the time is worth: by what is known already (``None``), by what can
            be asked for too (True), or not (False).
        refresh: Ask for every list of names that is needed.
    """
    records = tally.records()
    days = tally.days
    _know(names, records, tally.by, rates=bool(priced), refresh=refresh)
    labels = Labels(names, days, clock.week_start, own_user, tally.by, priced is not False)
    groups = _groups(records, tally.by, labels)
    return Report(
        by=tally.by,
        start=moment(days.start),
        end=moment(days.end),
        first=days.first,
        last=days.last,
        zone=zone,
        rounding=tally.rounding,
        counted=tally.counted,
        totals=_sums(records, labels, groups),
        groups=groups,
        shared_seconds=sum(r.seconds for r in records if len(r.key.tags) > 1),
        break_seconds=tally.beside(BREAK),
        time_off_seconds=tally.beside(TIME_OFF),
        unpriced_seconds=sum(
            r.seconds for r in records if r.key.billable and labels.rate(r.key) is None
        ),
    )


def _groups(records: list[Record], by: Sequence[str], labels: Labels) -> list[dict[str, Any]]:
    if not by:
        return []
    name, rest = by[0], by[1:]
    held: dict[str, list[Record]] = {}
    for record in records:
        for group_id in labels.ids(name, record.key):
            held.setdefault(group_id, []).append(record)
    found = []
    for group_id, members in held.items():
        group: dict[str, Any] = {"by": name, "id": group_id, **labels.described(name, group_id)}
        inner = _groups(members, rest, labels)
        group |= _sums(members, labels, inner)
        if rest:
            group["groups"] = inner
        found.append(group)
    if name in DATED:
        return sorted(found, key=lambda g: str(g["id"]))
    return sorted(found, key=lambda g: (-g["seconds"], not g["name"], g["name"], g["id"]))


def _sums(
    records: Iterable[Record], labels: Labels, inner: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the sums of a group; what it is worth is the sum of its rows, to the cent.

    Args:
        records: Those of the group.
        labels: Knows the rates.
        inner: The groups in it, if any.
    """
    raw = seconds = billable = 0
    worth: dict[str, list[int]] = {}  # cents times seconds, seconds and raw seconds, by currency
    for record in records:
        raw += record.raw
        seconds += record.seconds
        if record.key.billable:
            billable += record.seconds
            rate = labels.rate(record.key)
            if rate is not None:
                of_it = worth.setdefault(rate[1], [0, 0, 0])
                of_it[0] += rate[0] * record.seconds
                of_it[1] += record.seconds
                of_it[2] += record.raw
    found: dict[str, Any] = {"seconds": seconds, "rawSeconds": raw, "billableSeconds": billable}
    if inner and inner[0]["by"] != "tag":  # time under several tags would be paid twice
        amounts: dict[str, int] = {}
        for group in inner:
            for currency, cents in group.get("amounts", {}).items():
                amounts[currency] = amounts.get(currency, 0) + cents
    else:
        amounts = {c: (2 * value[0] + 3600) // 7200 for c, value in worth.items()}
    if any(amounts.values()):
        found["amounts"] = dict(sorted(amounts.items()))
    if len(worth) > 1:
        found["byCurrency"] = {c: tuple(value[1:]) for c, value in worth.items()}
    return found


def _know(
    names: Names, records: Iterable[Record], by: Sequence[str], *, rates: bool, refresh: bool
) -> None:
    """Ask for the lists of names that the groups need and the cache does not have."""
    projects = {r.key.project for r in records if r.key.project}
    wanted: list[dict[str, Any]] = []
    rates = rates and any(r.key.billable and r.key.rate is None for r in records)
    if "project" in by or "client" in by or rates:
        wanted += [{"projectId": number} for number in projects]
    if "task" in by:
        tasks = {(r.key.project, r.key.task) for r in records if r.key.project and r.key.task}
        wanted += [{"projectId": project, "taskId": task} for project, task in tasks]
    if "tag" in by:
        wanted += [{"tagIds": tags} for tags in {r.key.tags for r in records} if tags]
    if refresh:
        kinds = {"projects": "projectId", "tags": "tagIds"}
        for kind in [kind for kind, field in kinds.items() if any(field in one for one in wanted)]:
            names.all(kind)
    names.know(*wanted, exact=True)


def _json_sums(sums: Mapping[str, Any], amounts: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "duration": duration_text(sums["seconds"]),
        "seconds": sums["seconds"],
        "rawSeconds": sums["rawSeconds"],
        "billableSeconds": sums["billableSeconds"],
    }
    if amounts and sums.get("amounts"):
        found["amounts"] = sums["amounts"]
    return found


def group_json(group: Mapping[str, Any], amounts: bool) -> dict[str, Any]:
    """Return a group as documented, without what only views need."""
    found = {"by": group["by"], "id": group["id"], "name": group["name"]}
    found |= _json_sums(group, amounts)
    if "groups" in group:
        found["groups"] = [group_json(inner, amounts) for inner in group["groups"]]
    return found
