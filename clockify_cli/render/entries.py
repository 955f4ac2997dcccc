"""Time entries: one in a line, one in full, many by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from clockify_cli.core.model import end_of, is_running, seconds_of, start_of
from clockify_cli.render import moments
from clockify_cli.render.cells import cut, width
from clockify_cli.render.durations import clock_duration, screen_duration
from clockify_cli.render.names import Names, project_line
from clockify_cli.render.resources import details
from clockify_cli.render.safe import safe
from clockify_cli.render.style import Line, Look, Span, joined
from clockify_cli.render.tables import Column, Section, table
from clockify_cli.times.pieces import WORK, epoch_of, kind_of, moment

if TYPE_CHECKING:
    from clockify_cli.tracking.listing import Listing

Entry = Mapping[str, Any]
NO_DESCRIPTION = "(no description)"
_LEAST_DESCRIPTION = 12  # columns that a description keeps in a line, whatever follows it


def entry_line(entry: Entry, names: Names, look: Look) -> str:
    """Return the entry in one line: ``Review · Acme/Web · dev · 09:00–10:30 (1:30:00) $``.

    The description is cut first where the line would be wider than the look.
    """
    described = names.describe(entry)
    start = start_of(entry)
    spent = clock_duration(seconds_of(entry, look.now))
    if is_running(entry):
        when = f"since {moments.moment_text(start, look)}"
    else:
        when = moments.range_text(start, end_of(entry), look)
        day = look.local(start).date()
        if day != look.today:
            when = f"{moments.relative_day(day, look)} {when}"
    time = Line(
        f"{when} (",
        Span(spent, "bold"),
        ")",
        Span(" $", "green") if entry.get("billable") else None,
    )
    marks = [Line(Span("queued", "yellow"))] if entry.get("queued") else []
    middle = joined([project_line(described, look, task=True), described.get("tags") or ""])
    tail = joined([time, *marks])
    text = safe(entry.get("description") or "").strip()
    room = look.width - tail.width - 3
    size = width(text or NO_DESCRIPTION)
    least = min(size, _LEAST_DESCRIPTION)
    if middle:
        middle = middle.cut(max(0, room - 3 - least)) if room - 3 - least > 3 else Line()
    space = room - (middle.width + 3 if middle else 0)
    description = Span(cut(text or NO_DESCRIPTION, max(space, 1)), "" if text else "dim")
    head = Line(description) if space > 0 else Line()
    return joined([head, middle, tail]).text(look)


def entry_details(entry: Entry, names: Names, look: Look) -> str:
    """Return everything of one entry that a person asks for, a line each."""
    described = names.describe(entry)
    start, end = start_of(entry), end_of(entry)
    pairs: list[tuple[str, str | Line]] = [
        ("Description", _description(entry)),
        ("Project", project_line(described, look)),
        ("Task", described.get("task") or ""),
        ("Tags", described.get("tags") or ""),
        ("Start", moments.full_text(start, look)),
        ("End", moments.full_text(end, look) if end else Line(Span("running", "green"))),
        ("Duration", clock_duration(seconds_of(entry, look.now))),
        ("Billable", "yes" if entry.get("billable") else "no"),
        ("User", described.get("user") or ""),
        ("Type", "" if entry.get("type") in (None, "REGULAR") else str(entry["type"]).lower()),
    ]
    for number, held in enumerate(entry.get("customFieldValues") or [], 1):
        if isinstance(held, Mapping) and held.get("value") not in (None, ""):
            pairs.append((str(held.get("name") or f"Field {number}"), _field(held["value"])))
    pairs += [
        ("Locked", "yes" if entry.get("isLocked") else ""),
        ("Queued", Line(Span("pending", "yellow")) if entry.get("queued") else ""),
        ("ID", Line(Span(str(entry.get("id") or ""), "dim"))),
    ]
    return details(pairs, look)


def entries_table(
    entries: Sequence[Entry],
    names: Names,
    look: Look,
    *,
    listing: Listing | None = None,
    ids: bool = False,
    numbers: Mapping[str, int] | None = None,
    users: bool = False,
    empty: str = "No time entries.",
) -> str:
    """Return entries under their days, in the order they are given, with the days' totals.

    An entry over midnight stands under each of its days, with its part of it.

    Args:
        entries: As the API spells them; ``"queued": true`` marks one that waits.
        names: Knows the projects, tasks and tags.
        look: What it is drawn for.
        listing: Their pieces and sums; without it, each entry counts whole and nothing is
            summed but the days.
        ids: Show the IDs.
        numbers: The number of each entry by its ID, where the rows are numbered.
        users: Show whose entries they are.
        empty: The sentence if there are none.
    """
    handles = {entry_id: f"@{number}" for entry_id, number in (numbers or {}).items()}
    shown = _rows(entries, names, look, handles, listing)
    totals = _total_rows(shown, listing)
    if look.compact:
        return _compact(shown, look, totals, ids=ids, users=users, empty=empty, listing=listing)
    rows: list[_Shown | Section] = []
    for number, (day, group) in enumerate(groupby(shown, key=lambda s: s.day)):
        held = list(group)
        duration = {"Duration": _day_sum(day, held, listing)}
        rows.append(Section(_day_title(day, look), duration, rule=number > 0))
        rows += held
    for number, (label, seconds) in enumerate(totals):
        style = "bold" if label == "Total" else "dim"
        duration = {"Duration": Line(screen_duration(seconds))}
        rows.append(Section(label, duration, style=style, rule=not number))
    columns = [
        Column[_Shown]("#", lambda s: s.handle, 2, justify="right", style="dim"),
        Column[_Shown]("Time", lambda s: s.range, 0, 16),
        Column[_Shown]("Duration", lambda s: s.spent, 0, justify="right"),
        Column[_Shown]("User", lambda s: s.names.get("user") or "" if users else "", 3, 8, ratio=2),
        Column[_Shown]("Description", lambda s: s.description, 0, 16, ratio=4, keep=True),
        Column[_Shown]("Project", lambda s: project_line(s.names, look), 1, 14, ratio=3),
        Column[_Shown]("Task", lambda s: s.names.get("task") or "", 5, 8, ratio=2),
        Column[_Shown]("Tags", lambda s: s.names.get("tags") or "", 6, 6, style="cyan", ratio=2),
        Column[_Shown]("$", lambda s: s.dollar, 4, style="green"),
        Column[_Shown]("ID", lambda s: s.id if ids else "", 0 if ids else 9, style="dim"),
    ]
    return table(columns, rows, look, empty=empty)


@dataclass(frozen=True)
class _Shown:
    """An entry with what its cells say."""

    entry: Entry
    names: Mapping[str, str]
    handle: str
    look: Look
    day: date
    start: datetime
    end: datetime | None
    seconds: int
    continued: bool = False

    @property
    def range(self) -> str:
        if self.end is not None and self.look.local(self.end).date() > self.day:
            return f"{moments.time_text(self.start, self.look)}–24:00"
        return moments.range_text(self.start, self.end, self.look)

    @property
    def kind(self) -> str:
        return kind_of(self.entry)

    @property
    def spent(self) -> Line:
        style = "dim" if self.kind != WORK else "green" if is_running(self.entry) else ""
        return Line(Span(screen_duration(self.seconds), style))

    @property
    def description(self) -> Line:
        marks: list[Line | str] = []
        if self.entry.get("queued"):
            marks.append(Line(Span("queued", "yellow")))
        if self.kind != WORK:
            marks.append(Line(Span(self.kind, "cyan")))
        if self.continued:
            marks.append(Line(Span("continued", "dim")))
        return joined([*marks, _description(self.entry)])

    @property
    def dollar(self) -> str:
        return "$" if self.entry.get("billable") else ""

    @property
    def id(self) -> str:
        return str(self.entry.get("id") or "")


def _rows(
    entries: Sequence[Entry],
    names: Names,
    look: Look,
    handles: Mapping[str, str],
    listing: Listing | None,
) -> list[_Shown]:
    """Return a row for each entry, or for each of its pieces where a listing has cut them."""
    described = {str(entry["id"]): names.describe(entry) for entry in entries}
    if listing is None:
        return [
            _Shown(
                entry=entry,
                names=described[str(entry["id"])],
                handle=handles.get(str(entry["id"]), ""),
                look=look,
                day=look.local(start_of(entry)).date(),
                start=start_of(entry),
                end=end_of(entry),
                seconds=seconds_of(entry, look.now),
            )
            for entry in entries
        ]
    last: dict[str, int] = {}
    for pieces in listing.pieces.values():
        for piece in pieces:
            entry_id = str(piece.entry["id"])
            last[entry_id] = max(piece.start, last.get(entry_id, piece.start))
    found = []
    for day, pieces in listing.pieces.items():
        for piece in pieces:
            entry_id = str(piece.entry["id"])
            runs = is_running(piece.entry) and piece.start == last[entry_id]
            found.append(
                _Shown(
                    entry=piece.entry,
                    names=described[entry_id],
                    handle=handles.get(entry_id, ""),
                    look=look,
                    day=day,
                    start=moment(piece.start),
                    end=None if runs else moment(piece.end),
                    seconds=piece.seconds,
                    continued=piece.start > epoch_of(start_of(piece.entry)),
                )
            )
    return found


def _day_sum(day: date, shown: Sequence[_Shown], listing: Listing | None) -> Line:
    seconds = listing.totals[day].work if listing else sum(s.seconds for s in shown)
    return Line(screen_duration(seconds))


def _total_rows(shown: Sequence[_Shown], listing: Listing | None) -> list[tuple[str, int]]:
    """Return the sums below a list: of the whole range, and of what is no work."""
    if listing is None:
        return []
    total = listing.total
    aside = [("Breaks", total.breaks), ("Time off", total.time_off)]
    found = [(label, seconds) for label, seconds in aside if seconds]
    if shown and (len(listing.totals) > 1 or listing.left_out or found):
        found.insert(0, ("Total", total.work))
    return found


def _compact(
    shown: Sequence[_Shown],
    look: Look,
    totals: Sequence[tuple[str, int]],
    *,
    ids: bool,
    users: bool,
    empty: str,
    listing: Listing | None = None,
) -> str:
    """Two lines an entry: when, and what."""
    if not shown:
        return Line(Span(empty, "dim")).text(look)
    out: list[Line] = []
    for day, group in groupby(shown, key=lambda s: s.day):
        held = list(group)
        if out:
            out.append(Line())
        out.append(_spread(_day_title(day, look), _day_sum(day, held, listing), look))
        for one in held:
            when = Line(Span(f"{one.handle} " if one.handle else "", "dim"), one.range)
            dollar = Span(" $", "green") if one.dollar else "  "
            out.append(_spread(when, Line(one.spent, dollar), look, bold=False))
            tags = Line(Span(one.names.get("tags") or "", "cyan"))
            user = one.names.get("user") or "" if users else ""
            project = project_line(one.names, look, task=True)
            out.extend(_what(one.description, joined([user, project, tags]), look))
            if ids:
                out.append(Line("  ", Span(one.id, "dim")))
    if totals:
        out.append(Line())
    for label, seconds in totals:
        value = Line(screen_duration(seconds))
        out.append(_spread(Line(label), value, look, bold=label == "Total"))
    return "\n".join(line.text(look) for line in out)


def _what(description: Line, rest: Line, look: Look) -> list[Line]:
    """Put the description and what belongs to it on one line, or on two if they do not fit."""
    one = Line("  ", joined([description, rest]))
    if one.width <= look.width or not rest:
        return [one]
    return [Line("  ", description), Line("  ", rest)]


def _spread(left: Line | str, right: Line, look: Look, *, bold: bool = True) -> Line:
    """Put one thing at the left edge and one at the right."""
    line = left if isinstance(left, Line) else Line(left)
    room = look.width - right.width
    spread = Line(line.cut(max(0, room - 1)).pad(room), right)
    return spread.styled("bold") if bold else spread


def _day_title(day: date, look: Look) -> str:
    text = moments.day_text(day)
    near = moments.relative_day(day, look)
    return text if near == text else f"{text} {near}"


def _description(entry: Entry) -> Line:
    text = safe(entry.get("description") or "").strip()
    return Line(text) if text else Line(Span(NO_DESCRIPTION, "dim"))


def _field(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
