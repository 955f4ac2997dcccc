"""Read calendars: each event with a start and an end becomes an entry."""

from __future__ import annotations

import base64
import binascii
from datetime import tzinfo
from functools import partial

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import is_entity_id
from clockify_cli.transfer.fields import SECOND, checked_span, entry_type, read_flag, unread_reason
from clockify_cli.transfer.icalendar import Component, Zones, parse, split_values, unescaped
from clockify_cli.transfer.record import Broken, Note, Reading, Record, Skipped

FORMAT = "iCalendar"
_READ = {
    *("DTSTART", "DTEND", "DURATION", "SUMMARY", "CATEGORIES", "STATUS", "RRULE", "RDATE", "UID"),
    *(f"X-CLOCKIFY-{name}" for name in ("DESCRIPTION", "PROJECT", "CLIENT", "TASK", "TAG")),
    *("X-CLOCKIFY-BILLABLE", "X-CLOCKIFY-TYPE"),
}
_REASONS = {
    "DESCRIPTION": "the description is the SUMMARY",
    "VALARM": "an entry has no alarm",
    "LOCATION": "an entry has no place",
    "ATTENDEE": "an entry has no guests",
    "ORGANIZER": "an entry has no guests",
    "LAST-MODIFIED": "bookkeeping of the program that wrote it",
}


def read_calendar(text: str, name: str, zone: tzinfo) -> Reading:
    """Return what a calendar says.

    The summary becomes the description and the categories the tags; the project and the rest
    are read where this program wrote them.

    Args:
        text: The file.
        name: Its name, for errors.
        zone: The zone of times that have none.

    Raises:
        UsageError: It is not a calendar.
    """
    try:
        whole = parse(text)
    except Broken as why:
        line, _, words = str(why).partition(": ")
        raise UsageError(f"{name}:{line}: {words}.", "The file may have been cut off.") from None
    calendars = [c for c in whole.inside if c.name == "VCALENDAR"]
    if not calendars:
        raise UsageError(f"{name} is not a calendar.", "A calendar begins with BEGIN:VCALENDAR.")
    reading = Reading(FORMAT)
    for calendar in calendars:
        zones = Zones(calendar.inside, zone)
        for event in calendar.inside:
            if event.name == "VEVENT":
                reading.take(event.line, partial(_record, event, zones))
                _note_unread(reading, event)
            elif event.name != "VTIMEZONE":
                reading.skipped.append(Note(event.line, f"it is a {event.name}, not an event"))
    return reading


def _note_unread(reading: Reading, event: Component) -> None:
    own = event.get("X-CLOCKIFY-BILLABLE") is not None
    told: set[str] = set()
    for name in [p.name for p in event.properties] + [c.name for c in event.inside]:
        # Our own calendars say the project once more for people.
        if name and name not in _READ and name not in told and not (own and name == "DESCRIPTION"):
            told.add(name)
            why = _REASONS.get(name) or unread_reason(name)
            reading.leave_unread("property", name, why, event.line)


def _record(event: Component, zones: Zones) -> Record:
    first, last, length = event.get("DTSTART"), event.get("DTEND"), event.get("DURATION")
    if event.text("STATUS").upper() == "CANCELLED":
        raise Skipped("it is cancelled")
    if first is None:
        raise Broken("it has no start")
    if first.params.get("VALUE", "").upper() == "DATE" or len(first.value.strip()) == 8:
        raise Skipped("it is an all-day event")
    if event.get("RRULE") or event.get("RDATE"):
        raise Skipped("it is a recurring event")
    start = zones.instant(first)
    if last is not None:
        end = zones.instant(last, last=True)
    elif length is not None:
        end = start + zones.length(length)
    else:
        raise Skipped("it has no end")
    said = [(length.value, zones.length(length), SECOND)] if length is not None else []
    checked_span(start, end, *said)
    number = event.text("UID").partition("@")[0]
    own = event.get("X-CLOCKIFY-BILLABLE") is not None
    return Record(
        event.line,
        start,
        end,
        description=_exact(event, "X-CLOCKIFY-DESCRIPTION", "SUMMARY"),
        project=_exact(event, "X-CLOCKIFY-PROJECT"),
        client=_exact(event, "X-CLOCKIFY-CLIENT") if own else None,
        task=_exact(event, "X-CLOCKIFY-TASK"),
        tags=_tags(event),
        billable=read_flag(event.text("X-CLOCKIFY-BILLABLE")),
        type=entry_type(event.text("X-CLOCKIFY-TYPE")) or ("REGULAR" if own else ""),
        id=number if is_entity_id(number) else "",
    )


def _exact(event: Component, *names: str) -> str:
    """Return the text of the first of these properties that is there."""
    for name in names:
        found = event.get(name)
        if found is None:
            continue
        if found.params.get("ENCODING", "").upper() != "BASE64":
            return unescaped(found.value)
        try:
            return base64.b64decode(found.value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise Broken(f"{name} cannot be read") from None
    return ""


def _tags(event: Component) -> tuple[str, ...]:
    exact = [p for p in event.properties if p.name == "X-CLOCKIFY-TAG"]
    if exact:
        names = [_exact(Component("", event.line, [p]), p.name) for p in exact]
    else:
        names = [
            tag for p in event.properties if p.name == "CATEGORIES" for tag in split_values(p.value)
        ]
    return tuple(dict.fromkeys(name.strip(" ") for name in names if name.strip()))
