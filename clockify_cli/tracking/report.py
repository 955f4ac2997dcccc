"""Sums of time by what it went to: streamed in, nested out, true to the second.

An entry is cut to the period; where days matter it is split at midnight. One that runs
counts up to now. What is held is one sum a combination, not the entries: a hundred thousand
of them need no more room than what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry, duration_text, utc_text
from clockify_cli.tracking.pieces import Days, bounds, epoch_of, moment

if TYPE_CHECKING:
    from clockify_cli.journal.outbox import Outbox
    from clockify_cli.store.names import Names
    from clockify_cli.times import Clock
    from clockify_cli.tracking.history import Filters

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
_DATED = ("day", "week", "month")
_MOST_LEVELS = 6


def typed_dimensions(words: Sequence[str]) -> tuple[str, ...]:
    """Return what is grouped by, from words that may hold commas.

    Raises:
        UsageError: A word is none of ``DIMENSIONS``, or is there twice.
    """
    plural = {f"{name}s": name for name in DIMENSIONS}
    parts = [part.strip().lower() for word in words for part in word.split(",")]
    found = [plural.get(part, part) for part in parts if part]
    for name in found:
        if name not in DIMENSIONS:
            raise UsageError(
                f"'{name}' is nothing to group by.", f"Group by: {', '.join(DIMENSIONS)}."
            )
    if len(set(found)) < len(found):
        raise UsageError("--by names the same thing twice.", "Name each once: --by client,project.")
    if len(found) > _MOST_LEVELS:
        raise UsageError(f"--by takes at most {_MOST_LEVELS} levels.", "Leave some out.")
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
    is_break: bool


@dataclass(slots=True)
class Record:
    """A key with its sums."""

    key: Key
    seconds: int
    rounded: int


class Tally:
    """Takes entries one by one and keeps their sums.

    Args:
        by: What is grouped by, from the outside in.
        days: The days of the period.
        now: The present, up to which running entries count.
        rounding: How time is rounded, if at all.
        keep: Keep the entries themselves too, in ``kept``.
    """

    def __init__(
        self,
        by: Sequence[str],
        days: Days,
        now: datetime,
        *,
        rounding: Rounding | None = None,
        keep: bool = False,
    ) -> None:
        self.by = tuple(by)
        self.kept: list[TimeEntry] = []
        self._keeps = keep
        self.days = days
        self.rounding = rounding
        self._now = epoch_of(now)
        self._dated = any(name in _DATED for name in by) or (
            rounding is not None and rounding.per == "day"
        )
        self._each = rounding if rounding is not None and rounding.per == "entry" else None
        self._wants = {name: name in by for name in DIMENSIONS}
        self._sums: dict[Key, list[int]] = {}

    def add_all(self, entries: Iterable[TimeEntry]) -> None:
        """Count entries; what of them lies outside the period is left out."""
        if self._keeps:
            entries = list(entries)
            self.kept += entries
        wants_task, wants_tag = self._wants["task"], self._wants["tag"]
        wants_description = self._wants["description"]
        days, dated, each, sums, now = self.days, self._dated, self._each, self._sums, self._now
        begin, finish = days.start, days.end
        for entry in entries:
            start, end = bounds(entry, now)
            if start >= finish or (start < begin and end <= begin):
                continue
            if start < begin:
                start = begin
            if end > finish:
                end = finish
            billable = bool(entry.get("billable"))
            rate = entry.get("hourlyRate") if billable else None
            task = entry.get("taskId") or "" if wants_task else ""
            tags = entry.get("tagIds") if wants_tag else None
            head = (
                entry.get("userId") or "",
                entry.get("projectId") or "",
                task,
                tuple(sorted(tags)) if tags else (),
                (entry.get("description") or "").strip() if wants_description else "",
                billable,
                _rate(rate) if rate else None,
            )
            is_break = entry.get("type") == "BREAK"
            if not dated:
                key = Key(*head, -1, is_break)
                rounded = each.apply(end - start) if each is not None else 0
                found = sums.get(key)
                if found is None:
                    sums[key] = [end - start, rounded]
                else:
                    found[0] += end - start
                    found[1] += rounded
                continue
            spent = 0
            pieces = list(days.pieces(start, end)) or [(days.number(start), start, end)]
            for number, first, last in pieces:
                length = last - first
                # Rounded as it adds up, so that the pieces' sum is the whole entry rounded.
                rounded = each.apply(spent + length) - each.apply(spent) if each is not None else 0
                spent += length
                found = sums.setdefault(Key(*head, number, is_break), [0, 0])
                found[0] += length
                found[1] += rounded

    def by_day(self) -> dict[int, int]:
        """Return the seconds of each day that has any, by its number; only where days matter."""
        found: dict[int, int] = {}
        for key, (seconds, _) in self._sums.items():
            found[key.day] = found.get(key.day, 0) + seconds
        return found

    def records(self) -> list[Record]:
        """Return the sums, rounded where that is asked for."""
        found = [Record(key, *sums) for key, sums in self._sums.items()]
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
            held.sort(key=lambda r: (r.key.day, r.key[1:6]))
            raw = sum(record.seconds for record in held)
            whole = rounding.apply(raw)
            passed = given = 0
            for record in held:
                passed += record.seconds
                share = whole * passed // raw if raw else 0
                record.rounded = share - given
                given = share


def count(
    tally: Tally,
    outbox: Outbox,
    users: Iterable[str] = ("",),
    filters: Filters | None = None,
    *,
    breaks: bool = True,
) -> None:
    """Let a tally count the entries of its period.

    One request a thousand entries of each user; days that are over may come from the cache.

    Args:
        tally: The tally.
        outbox: The outbox.
        users: Whose, by ID; one's own where it is empty.
        filters: Which of them.
        breaks: Whether entries that are breaks count.
    """
    from clockify_cli.tracking.history import pages_in

    start, end = moment(tally.days.start), moment(tally.days.end)
    for user in users:
        for page in pages_in(outbox, start, end, user=user, filters=filters, cached=True):
            tally.add_all(page if breaks else without_breaks(page))


def without_breaks(entries: Iterable[TimeEntry]) -> Iterator[TimeEntry]:
    """Yield the entries that are work."""
    return (entry for entry in entries if entry.get("type") != "BREAK")


@dataclass
class Report:
    """Sums of a period, ready to be shown.

    Attributes:
        by: What is grouped by, from the outside in.
        start: First instant, and ``end`` the first after it, in UTC.
        first: First day, and ``last`` the last one, in the user's zone.
        zone: The zone's name.
        rounding: How time is rounded, if at all.
        totals: ``seconds``, ``billableSeconds``, ``roundedSeconds``, ``amounts`` of everything.
        groups: The groups, nested: ``by``, ``id``, ``name``, the sums, ``groups``; beside
            them what views need (``client``, ``color``).
        shared_seconds: Time that stands under several tags; the rows' sum exceeds the total.
        break_seconds: Time in entries that are breaks.
        unpriced_seconds: Billable time whose rate is not known.
    """

    by: tuple[str, ...]
    start: datetime
    end: datetime
    first: date
    last: date
    zone: str
    rounding: Rounding | None
    totals: dict[str, Any] = field(default_factory=dict)
    groups: list[dict[str, Any]] = field(default_factory=list)
    shared_seconds: int = 0
    break_seconds: int = 0
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

    Names that are not in the cache are asked for: one request a list that is needed.

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
    labels = _Labels(names, days, clock.week_start, own_user, tally.by, priced is not False)
    totals = _sums(records, labels, tally.rounding)
    return Report(
        by=tally.by,
        start=moment(days.start),
        end=moment(days.end),
        first=days.first,
        last=days.last,
        zone=zone,
        rounding=tally.rounding,
        totals=totals,
        groups=_groups(records, tally.by, labels, tally.rounding),
        shared_seconds=sum(r.seconds for r in records if len(r.key.tags) > 1),
        break_seconds=sum(r.seconds for r in records if r.key.is_break),
        unpriced_seconds=sum(
            r.seconds for r in records if r.key.billable and labels.rate(r.key) is None
        ),
    )


def _groups(
    records: list[Record], by: Sequence[str], labels: _Labels, rounding: Rounding | None
) -> list[dict[str, Any]]:
    if not by:
        return []
    name, rest = by[0], by[1:]
    held: dict[str, list[Record]] = {}
    for record in records:
        for number in labels.numbers(name, record.key):
            held.setdefault(number, []).append(record)
    found = []
    for number, members in held.items():
        group: dict[str, Any] = {"by": name, "id": number, **labels.described(name, number)}
        group |= _sums(members, labels, rounding)
        if rest:
            group["groups"] = _groups(members, rest, labels, rounding)
        found.append(group)
    if name in _DATED:
        return sorted(found, key=lambda g: str(g["id"]))
    return sorted(found, key=lambda g: (-g["seconds"], not g["name"], g["name"], g["id"]))


def _sums(records: Iterable[Record], labels: _Labels, rounding: Rounding | None) -> dict[str, Any]:
    seconds = billable = rounded = 0
    worth: dict[str, int] = {}  # cents times seconds, so that nothing is rounded twice
    for record in records:
        seconds += record.seconds
        rounded += record.rounded
        if record.key.billable:
            billable += record.seconds
            rate = labels.rate(record.key)
            if rate is not None:
                counted = record.seconds if rounding is None else record.rounded
                worth[rate[1]] = worth.get(rate[1], 0) + rate[0] * counted
    found: dict[str, Any] = {"seconds": seconds, "billableSeconds": billable}
    if rounding is not None:
        found["roundedSeconds"] = rounded
    if any(worth.values()):
        found["amounts"] = {
            currency: (2 * value + 3600) // 7200 for currency, value in sorted(worth.items())
        }
    return found


class _Labels:
    """What the keys of a tally mean to people."""

    def __init__(
        self,
        names: Names,
        days: Days,
        week_start: int,
        own_user: tuple[str, str],
        by: Sequence[str],
        priced: bool,
    ) -> None:
        self._priced = priced
        self._names = names
        self._days = days
        self._week_start = week_start
        self._own_user = own_user
        self._show_client = "client" not in by
        self._things: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._weeks: dict[int, str] = {}
        self._task_project: dict[str, str] = {}

    def numbers(self, name: str, key: Key) -> Sequence[str]:
        """Return the IDs of the groups that a key stands in."""
        if name == "project":
            return (key.project,)
        if name == "client":
            return (str(self._thing("projects", key.project).get("clientId") or ""),)
        if name == "task":
            self._task_project[key.task] = key.project
            return (key.task,)
        if name == "tag":
            return key.tags or ("",)
        if name == "description":
            return (key.description,)
        if name == "user":
            return (key.user,)
        if name == "billable":
            return ("true" if key.billable else "false",)
        day = self._days.date(key.day)
        if name == "day":
            return (day.isoformat(),)
        if name == "month":
            return (day.isoformat()[:7],)
        from clockify_cli.times.days import week_of

        return (week_of(day, self._week_start).isoformat(),)

    def described(self, name: str, number: str) -> dict[str, Any]:
        """Return the name of a group, and what views need beside it."""
        if name == "project":
            thing = self._thing("projects", number)
            found = {"name": str(thing.get("name") or number), "color": thing.get("color") or ""}
            if self._show_client and thing.get("clientName"):
                found["client"] = thing["clientName"]
            return found
        if name == "client":
            return {"name": self._client(number)}
        if name == "task":
            kind = f"tasks-{self._task_project.get(number, '')}"
            return {"name": str(self._thing(kind, number).get("name") or number)}
        if name == "tag":
            return {"name": str(self._thing("tags", number).get("name") or number)}
        if name == "user":
            if number and number == self._own_user[0]:
                return {"name": self._own_user[1] or number}
            user = self._thing("users", number)
            return {"name": str(user.get("name") or user.get("email") or number)}
        if name == "billable":
            return {"name": "billable" if number == "true" else "not billable"}
        if name == "week":
            return {"name": self._week(number)}
        return {"name": number}

    def rate(self, key: Key) -> tuple[int, str] | None:
        """Return cents an hour and the currency; the entry's, else the project's."""
        if key.rate is not None or not self._priced:
            return key.rate if self._priced else None
        return _rate(self._thing("projects", key.project).get("hourlyRate"))

    def _client(self, number: str) -> str:
        known = self._thing("clients", number).get("name")
        if known or not number:
            return str(known or "")
        for project in self._list("projects").values():
            if project.get("clientId") == number and project.get("clientName"):
                return str(project["clientName"])
        return number

    def _week(self, first: str) -> str:
        """Return an ISO week's name; one that begins on another day is its first and last."""
        day = date.fromisoformat(first)
        if self._week_start == 0:
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        return f"{first}..{(day + timedelta(days=6)).isoformat()}"

    def _thing(self, kind: str, number: str) -> Mapping[str, Any]:
        return self._list(kind).get(number) or {} if number else {}

    def _list(self, kind: str) -> dict[str, Mapping[str, Any]]:
        if kind not in self._things:
            known, _ = self._names.known(kind)
            self._things[kind] = {str(item.get("id")): item for item in known or ()}
        return self._things[kind]


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


def _rate(rate: Any) -> tuple[int, str] | None:
    if not isinstance(rate, Mapping) or not isinstance(rate.get("amount"), int):
        return None
    return rate["amount"], str(rate.get("currency") or "")


def _json_sums(sums: Mapping[str, Any], amounts: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "duration": duration_text(sums["seconds"]),
        "seconds": sums["seconds"],
        "billableSeconds": sums["billableSeconds"],
    }
    if "roundedSeconds" in sums:
        found["roundedDuration"] = duration_text(sums["roundedSeconds"])
        found["roundedSeconds"] = sums["roundedSeconds"]
        found["differenceSeconds"] = sums["roundedSeconds"] - sums["seconds"]
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
