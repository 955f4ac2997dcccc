"""Explain a typed time, for ``clockify when``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clockify_cli.core.errors import TimeError
from clockify_cli.core.model import duration_text, utc_text
from clockify_cli.times import Clock, parse_instant, parse_period, parse_span, parse_spans

TO_COME = "It is in the future: recording it needs --allow-future."


@dataclass(frozen=True, slots=True)
class Explained:
    """A typed time's meaning.

    Attributes:
        lines: Names and values, in the order in which they are read.
        json: The same for programs.
    """

    lines: list[tuple[str, str]]
    json: dict[str, Any] = field(default_factory=dict)


def explained(text: str, clock: Clock) -> Explained:
    """Return what ``text`` means as an instant, a span, a period or a duration.

    It is read as ``start`` and ``log`` read it; what they would refuse because it is in the
    future is explained anyway, with a note. A bare duration is the span that ended now.

    Raises:
        TimeError: It is none of them; the refusal is the one that fits its form best.
    """
    first: TimeError | None = None
    for told in (_instant, _span, _period, _spans):
        for allow_future in (False, True):
            try:
                found = told(text, clock, allow_future)
            except TimeError as error:
                # A refusal that names what is wrong beats one that shows what there is.
                if first is None or (_is_vague(first) and not _is_vague(error)):
                    first = error
                continue
            if told is _instant and found.json["rule"] == "timestamp":
                found = _as_logged(text, clock) or found
            if found.json["kind"] == "span":
                _add_date(found, text, clock)
            if allow_future:
                found.json["notices"].append(TO_COME)
                found.lines.append(("note", TO_COME))
            return found
    assert first is not None
    raise first


def _is_vague(error: TimeError) -> bool:
    return error.hint.startswith("For example")


def _instant(text: str, clock: Clock, allow_future: bool) -> Explained:
    moment = parse_instant(text, clock, allow_future=allow_future)
    return Explained(
        [
            ("local", local_text(moment.at, clock)),
            ("UTC", utc_text(moment.at)),
            ("rule", moment.rule),
            ("note", " ".join(moment.notices)),
        ],
        {
            "kind": "instant",
            "at": utc_text(moment.at),
            "local": clock.local(moment.at).isoformat(),
            "timeZone": str(clock.zone),
            "rule": moment.rule,
            "notices": list(moment.notices),
        },
    )


def _as_logged(text: str, clock: Clock) -> Explained | None:
    """Return the span that ``log`` takes a time with an offset for, if it does.

    ``2026-10-25 01:30-03:30`` is two clocks there, and one time where one is asked.
    """
    try:
        found = _span(text, clock, True)
    except TimeError:
        return None
    note = "For options that take one time (--at), the second clock time is the offset from UTC."
    found.json["notices"].append(note)
    found.lines.append(("note", note))
    return found


def _spans(text: str, clock: Clock, allow_future: bool) -> Explained:
    """Explain several spans, which ``log`` records as one entry each."""
    parts = [
        _between("span", span.start, span.end, clock, span.rule, list(span.notices))
        for span in parse_spans(text, clock, allow_future=allow_future)
    ]
    notices = [notice for part in parts for notice in part.json["notices"]]
    told = Explained([], {"kind": "spans", "spans": [part.json for part in parts]})
    told.json.update({"rule": "several spans", "notices": notices})
    for number, part in enumerate(parts, 1):
        told.lines.extend((f"{name} {number}", value) for name, value in part.lines)
    return told


def _add_date(found: Explained, text: str, clock: Clock) -> None:
    """Say of hours such as ``10-12`` that they are a date where no span may begin."""
    if re.fullmatch(r"\s*\d\d-\d\d\s*", text, re.ASCII):
        try:
            day = parse_period(text, clock).first
        except TimeError:
            return
        note = f"As a range or a day, and before a clock in --at, it is the date {day}."
        found.json["notices"].append(note)
        found.lines.append(("note", note))


def _span(text: str, clock: Clock, allow_future: bool) -> Explained:
    span = parse_span(text, clock, allow_future=allow_future)
    return _between("span", span.start, span.end, clock, span.rule, list(span.notices))


def _period(text: str, clock: Clock, allow_future: bool) -> Explained:
    period = parse_period(text, clock)
    told = _between("period", period.start, period.end, clock, period.name, list(period.notices))
    told.lines.insert(0, ("days", f"{period.first} to {period.last}"))
    told.json.update({"first": str(period.first), "last": str(period.last)})
    return told


def _between(
    kind: str, start: datetime, end: datetime, clock: Clock, rule: str, notices: list[str]
) -> Explained:
    seconds = int((end - start).total_seconds())
    return Explained(
        [
            ("start", f"{local_text(start, clock)} = {utc_text(start)}"),
            ("end", f"{local_text(end, clock)} = {utc_text(end)}"),
            ("length", duration_text(seconds)),
            ("rule", rule),
            ("note", " ".join(notices)),
        ],
        {
            "kind": kind,
            "start": utc_text(start),
            "end": utc_text(end),
            "duration": duration_text(seconds),
            "seconds": seconds,
            "timeZone": str(clock.zone),
            "rule": rule,
            "notices": notices,
        },
    )


def local_text(moment: datetime, clock: Clock) -> str:
    """Write an instant as a wall clock with its offset and zone."""
    local = clock.local(moment)
    offset = local.strftime("%z")
    return f"{local:%a %Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]} ({clock.zone})"
