"""Time against the clock and the calendar: one day's timeline, a month's heat map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from clockify_cli.render import moments
from clockify_cli.render.cells import width
from clockify_cli.render.durations import hours_minutes
from clockify_cli.render.names import Names, dot
from clockify_cli.render.style import Line, Look, Span, is_color
from clockify_cli.times.pieces import WORK, Piece
from clockify_cli.times.pieces import moment as moment_of

_HALVES = {(True, True): "█", (True, False): "▌", (False, True): "▐", (False, False): " "}
_SHADES = " ░▒▓█"
_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July")
_MONTHS += ("August", "September", "October", "November", "December")


def timeline(
    pieces: Sequence[Piece],
    edges: tuple[int, int],
    day: date,
    names: Names,
    look: Look,
    *,
    counted: Collection[str] = (WORK,),
    hours: tuple[int, int] = (8, 18),
) -> str:
    """Draw one day: a row for each project, for breaks and for time off; blocks for the time.

    Args:
        pieces: Those of the day.
        edges: The first second of the day, and the first one after it, since 1970.
        day: The day.
        names: Knows the projects.
        look: What it is drawn for.
        counted: The kinds of time that count for the sum.
        hours: The axis shows at least these, from and to, and whatever has entries.
    """
    spans = _spans(pieces, names, counted)
    if not spans:
        return Line(Span(f"Nothing was tracked on {moments.day_text(day)}.", "dim")).text(look)
    first, last = _shown_hours(spans, edges, hours)
    labels = list(dict.fromkeys(s[0] for s in spans))
    sums = {
        name: sum((s[2] - s[1]).total_seconds() for s in spans if s[0] == name) for name in labels
    }
    colors = {s[0]: s[3] for s in spans}
    mark = 2 if look.color else 0
    side = 0 if look.compact else min(24, max(width(name) for name in labels)) + mark + 2
    tail = 0 if look.compact else 2 + max(len(hours_minutes(int(s))) for s in sums.values())
    room = max(8, look.width - side - tail)
    whole = sum(p.seconds for p in pieces if p.kind in counted)
    total = Line(Span(hours_minutes(whole), "bold"))
    title = Line(Span(moments.day_text(day), "bold"))
    out = [Line(title.cut(look.width - total.width - 1).pad(look.width - total.width), total)]
    axis = Line(" " * side, Span(_axis(first, last, room, look), "dim"))
    out.append(axis)
    for name in labels:
        held = [(a, b) for label, a, b, _ in spans if label == name]
        style = colors[name] if is_color(colors[name]) else "cyan"
        blocks = Span(_blocks(held, first, last, room), style)
        spent = hours_minutes(int(sums[name]))
        label = Line(dot(colors[name], look), name)
        if look.compact:
            label_room = max(1, look.width - len(spent))
            out.append(Line(label.cut(label_room - 1).pad(label_room), spent))
            out.append(Line(blocks))
        else:
            out.append(
                Line(label.cut(side - 2).pad(side), Line(blocks).pad(room), spent.rjust(tail))
            )
    return "\n".join(line.text(look) for line in out)


def day_chart(
    pieces: Sequence[Piece],
    edges: tuple[int, int],
    day: date,
    names: Names,
    look: Look,
    *,
    counted: Collection[str] = (WORK,),
    hours: tuple[int, int] = (8, 18),
) -> str:
    """Return a day's timeline as SVG; arguments as for :func:`timeline`."""
    from clockify_cli.render.charts import Block, day_timeline

    spans = _spans(pieces, names, counted)
    first, last = _shown_hours(spans, edges, hours)
    rows: dict[str, tuple[list[Block], list[int]]] = {}
    for label, start, end, color in spans:
        blocks, seconds = rows.setdefault(label, ([], []))
        shares = (start - first) / (last - first), (end - first) / (last - first)
        blocks.append(Block(*shares, color))
        seconds.append(int((end - start).total_seconds()))
    count = round((last - first) / timedelta(hours=1))
    axis = [look.local(first + timedelta(hours=i)).hour for i in range(count + 1)]
    whole = sum(p.seconds for p in pieces if p.kind in counted)
    return day_timeline(
        moments.day_text(day),
        hours_minutes(whole),
        [(label, hours_minutes(sum(s)), blocks) for label, (blocks, s) in rows.items()],
        axis,
    )


def _shown_hours(
    spans: Sequence[tuple[str, datetime, datetime, str]],
    edges: tuple[int, int],
    hours: tuple[int, int],
) -> tuple[datetime, datetime]:
    """Return the first and the last hour of the axis."""
    midnight, next_midnight = map(moment_of, edges)
    first = min([midnight + timedelta(hours=hours[0]), *(_hour_before(s[1]) for s in spans)])
    last = max([midnight + timedelta(hours=hours[1]), *(_hour_after(s[2]) for s in spans)])
    return max(first, midnight), min(last, next_midnight)


def heatmap(day_seconds: Mapping[date, int], look: Look, week_start: int = 0) -> str:
    """Draw months as calendars whose days are shaded by their time, weeks with their sums.

    Args:
        day_seconds: Seconds by day; the calendar runs from the first month to the last.
        look: What it is drawn for.
        week_start: The first day of a week, Monday 0.
    """
    if not any(day_seconds.values()):
        return Line(Span("No time was tracked.", "dim")).text(look)
    step = _step(max(day_seconds.values()))
    first, last = min(day_seconds), max(day_seconds)
    month = first.replace(day=1)
    out: list[Line] = []
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        if out:
            out.append(Line())
        out += _month(month, following, day_seconds, step, look, week_start)
        month = following
    legend: list[Span | str] = []
    for level in range(1, 5):
        up_to = f"{'≤' if level < 4 else '>'}{hours_minutes(step * min(level, 3))}"
        legend += [Span(_SHADES[level] * 2, _heat(level)), f" {up_to}  "]
    out += [Line(), Line(*legend)]
    return "\n".join(line.text(look) for line in out)


def _month(
    month: date,
    following: date,
    day_seconds: Mapping[date, int],
    step: int,
    look: Look,
    week_start: int,
) -> list[Line]:
    order = [(week_start + i) % 7 for i in range(7)]
    total = sum(s for d, s in day_seconds.items() if month <= d < following)
    title = Line(Span(f"{_MONTHS[month.month - 1]} {month.year}", "bold"))
    sums = len("999:59")
    shade = 2 if 7 * 5 + sums <= look.width else 1
    span = 7 * (3 + shade) + sums
    out = [Line(title.pad(span - len(hours_minutes(total))), Span(hours_minutes(total), "bold"))]
    out.append(Line(*(Span(f"{moments.DAYS[i][:2]} {' ' * shade}", "dim") for i in order)))
    day = month - timedelta(days=(month.weekday() - week_start) % 7)
    while day < following:
        week: list[Span | str] = []
        week_sum = 0
        for _ in range(7):
            seconds = day_seconds.get(day, 0)
            if month <= day < following:
                week_sum += seconds
                level = min(4, -(-seconds // step)) if seconds > 0 else 0
                number = Span(
                    f"{day.day:2}", "bold" if day == look.today else "" if level else "dim"
                )
                week += [number, Span(_SHADES[level] * shade, _heat(level)), " "]
            else:
                week.append(" " * (3 + shade))
            day += timedelta(days=1)
        summed = hours_minutes(week_sum) if week_sum else ""
        out.append(Line(*week, summed.rjust(sums)))
    return out


def _step(most: int) -> int:
    """Return the seconds of one shade: a quarter of the longest day, in half hours upward."""
    return max(1, -(-most // (4 * 1800))) * 1800


def _heat(level: int) -> str:
    return ("", "#9be9a8", "#40c463", "#30a14e", "#216e39")[level]


def _spans(
    pieces: Sequence[Piece], names: Names, counted: Collection[str]
) -> list[tuple[str, datetime, datetime, str]]:
    found = []
    clients: dict[str, set[str]] = {}
    for piece in sorted(pieces, key=lambda p: p.start):
        if piece.seconds:
            described = names.describe(piece.entry)
            clients.setdefault(described.get("project") or "", set()).add(
                described.get("client") or ""
            )
            found.append((piece, described))

    def label(piece: Piece, described: Mapping[str, str]) -> str:
        if piece.kind not in counted:
            return f"({piece.kind})"
        # The client only if it tells equal names apart: there is little room.
        client, project = described.get("client") or "", described.get("project") or ""
        if client and len(clients[project]) > 1:
            return Line(f"{client}/{project}").plain
        return Line(project or "(no project)").plain

    return [
        (label(p, d), moment_of(p.start), moment_of(p.end), d.get("color") or "") for p, d in found
    ]


def _hour_before(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0)


def _hour_after(moment: datetime) -> datetime:
    whole = _hour_before(moment)
    return whole if whole == moment else whole + timedelta(hours=1)


def _axis(first: datetime, last: datetime, room: int, look: Look) -> str:
    """Write the hours above the cells where they begin, as many as there is room for."""
    text = [" "] * (room + 2)
    hour = timedelta(hours=1)
    free = 0
    moment = first
    while moment < last:
        place = round((moment - first) / (last - first) * room)
        local = look.local(moment)
        label = str(local.hour)
        if local.minute == 0 and place >= free and place + len(label) <= room:
            text[place : place + len(label)] = label
            free = place + len(label) + 1
        moment += hour if local.minute == 0 else timedelta(minutes=60 - local.minute)
    return "".join(text[:room])


def _blocks(
    held: Sequence[tuple[datetime, datetime]], first: datetime, last: datetime, room: int
) -> str:
    """Draw what is covered in half cells; nothing that was tracked is left out."""
    halves = [False] * (2 * room)
    whole = last - first
    for start, stop in held:
        low = int((start - first) / whole * 2 * room + 0.5)
        high = int((stop - first) / whole * 2 * room + 0.5)
        low = min(low, 2 * room - 1)
        for i in range(low, max(high, low + 1)):
            halves[i] = True
    return "".join(_HALVES[halves[i], halves[i + 1]] for i in range(0, 2 * room, 2))
