"""Calendars (RFC 5545): content lines, their folding and escaping, zones and lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from clockify_cli.transfer.dates import instants_of, iso_length
from clockify_cli.transfer.record import Broken

_LONGEST = 75  # octets a line
_PARAMETER = re.compile(r';([^=;:]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


@dataclass(slots=True)
class Property:
    """One content line: its name in capitals, its parameters, its raw value."""

    name: str
    value: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Component:
    """One component: its name, the line of its ``BEGIN``, its properties and what is in it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def get(self, name: str) -> Property | None:
        """Return the first property of this name."""
        return next((p for p in self.properties if p.name == name), None)

    def text(self, name: str) -> str:
        """Return the text of a property; empty if there is none."""
        found = self.get(name)
        return unescaped(found.value) if found is not None else ""


# -- writing -----------------------------------------------------------------------------


def escaped(text: str) -> str:
    """Return a TEXT value."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a content line broken after at most 75 octets, with its end."""
    if len(line) <= _LONGEST and line.isascii():
        return line + "\r\n"
    parts: list[str] = []
    size, begin = 0, 0
    for at, character in enumerate(line):
        octets = len(character.encode())
        if size + octets > _LONGEST:
            parts.append(line[begin:at])
            size, begin = 1, at  # the blank that continues the line counts
        size += octets
    parts.append(line[begin:])
    return "\r\n ".join(parts) + "\r\n"


def is_plain(text: str) -> bool:
    """Say whether a TEXT value can carry ``text`` as it is: it knows no control characters."""
    return _CONTROL.search(text) is None


# -- reading ------------------------------------------------------------------------------


def unescaped(value: str) -> str:
    """Return the text of a TEXT value."""
    if "\\" not in value:
        return value
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def split_values(value: str) -> list[str]:
    """Return the texts of a list value."""
    return [unescaped(part) for part in re.findall(r"((?:\\.|[^\\,])*)(?:,|$)", value)[:-1]] or []


def parse(text: str) -> Component:
    """Return everything of a file as one component without a name.

    Raises:
        Broken: A component ends that did not begin, or does not end; with its line in front.
    """
    root = Component("", 1)
    open_ones = [root]
    for line, content in _unfolded(text):
        found = _property(content)
        if found.name == "BEGIN":
            inner = Component(found.value.strip().upper(), line)
            open_ones[-1].inside.append(inner)
            open_ones.append(inner)
        elif found.name == "END":
            ended = open_ones.pop()
            if ended.name != found.value.strip().upper() or ended is root:
                raise Broken(f"{line}: END:{found.value} does not belong here")
        else:
            open_ones[-1].properties.append(found)
    if len(open_ones) > 1:
        raise Broken(f"{open_ones[-1].line}: this {open_ones[-1].name} has no end")
    return root


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    began, parts = 0, [""]
    for line, raw in enumerate(text.split("\n"), 1):
        content = raw.removesuffix("\r")
        if content[:1] in (" ", "\t") and began:
            parts.append(content[1:])
            continue
        if began and (whole := "".join(parts)):
            yield began, whole
        began, parts = line, [content]
    if whole := "".join(parts):
        yield began, whole


def _property(content: str) -> Property:
    found = re.match(r"[A-Za-z0-9.-]+", content)
    if found is None:
        return Property("", content)
    name, at = found[0].upper(), found.end()
    params: dict[str, str] = {}
    while parameter := _PARAMETER.match(content, at):
        params[parameter[1].upper()] = parameter[2].strip('"')
        at = parameter.end()
    return Property(name.rsplit(".", 1)[-1], content[at:].removeprefix(":"), params)


# -- time -----------------------------------------------------------------------------------


class Zones:
    """The zones of a calendar: by their names, or as the file itself defines them.

    Args:
        components: What the calendar holds.
        floating: The zone of times that have none.
    """

    def __init__(self, components: list[Component], floating: tzinfo) -> None:
        self._own = {c.text("TZID"): c for c in components if c.name == "VTIMEZONE"}
        self._floating = floating
        self._known: dict[str, tzinfo] = {}

    def instant(self, found: Property, *, last: bool = False) -> datetime:
        """Return the instant of a DATE-TIME, in UTC.

        Args:
            found: ``DTSTART`` or ``DTEND``.
            last: It is an end: of two readings the later one is meant.

        Raises:
            Broken: It is no such time, or its zone is not known.
        """
        parts = _STAMP.fullmatch(found.value.strip())
        if parts is None:
            raise Broken(f"{found.value!r} is not a date with a time")
        try:
            wall = datetime(*map(int, parts.groups()[:6]))  # type: ignore[arg-type]
        except ValueError:
            raise Broken(f"{found.value!r} is not a time of the calendar") from None
        if parts[7]:
            return wall.replace(tzinfo=UTC)
        zone = self._zone(found.params["TZID"]) if "TZID" in found.params else self._floating
        instants = instants_of(wall, zone)
        if not instants:
            raise Broken(f"{wall.isoformat(' ')} does not exist in {zone}: the clocks skip it")
        return instants[-1] if last else instants[0]

    def length(self, found: Property) -> timedelta:
        """Return what a ``DURATION`` says."""
        return iso_length(found.value)

    def _zone(self, name: str) -> tzinfo:
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> tzinfo:
        own = self._own.get(name)
        said = own.text("X-LIC-LOCATION") if own is not None else ""
        # Some programs put a registry in front: /citadel.org/20240101_1/Europe/Berlin
        parts = name.strip("/").split("/")
        for candidate in (said, name, "/".join(parts[-2:]), "/".join(parts[-3:])):
            zone = _named(candidate)
            if zone is not None:
                return zone
        if own is not None and (zone := _defined(own)) is not None:
            return zone
        raise Broken(f"its time zone {name!r} is not known")


def _named(name: str) -> tzinfo | None:
    if not name:
        return None
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def _defined(own: Component) -> tzinfo | None:
    """Return the zone that a VTIMEZONE defines by its newest rules.

    They are brought into the one-line form of POSIX, which the standard library reads.
    """
    from clockify_cli.core.zones import posix_zone

    latest: dict[str, Component] = {}
    for part in own.inside:
        before = latest.get(part.name)
        if before is None or _begin(part) >= _begin(before):
            latest[part.name] = part
    standard, daylight = latest.get("STANDARD"), latest.get("DAYLIGHT")
    if standard is None:
        return None
    try:
        rule = f"<STD>{_posix_offset(standard)}"
        if daylight is not None and daylight.get("RRULE") and standard.get("RRULE"):
            rule += f"<DST>{_posix_offset(daylight)}"
            rule += f",{_posix_rule(daylight)},{_posix_rule(standard)}"
        return posix_zone(rule)
    except (ValueError, LookupError, AttributeError):
        return None


def _begin(part: Component) -> str:
    found = part.get("DTSTART")
    return found.value if found is not None else ""


def _posix_offset(part: Component) -> str:
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", part.text("TZOFFSETTO").strip())
    if found is None:
        raise ValueError(part.text("TZOFFSETTO"))
    sign = "-" if found[1] == "+" else "+"  # POSIX counts westwards
    return f"{sign}{found[2]}:{found[3]}:{found[4] or '00'}"


def _posix_rule(part: Component) -> str:
    rule = dict(item.split("=", 1) for item in part.text("RRULE").upper().split(";") if "=" in item)
    found = re.fullmatch(r"([+-]?\d)([A-Z]{2})", rule["BYDAY"])
    if rule.get("FREQ") != "YEARLY" or found is None:
        raise ValueError(rule)
    week = int(found[1])
    if not (week == -1 or 1 <= week <= 4):
        raise ValueError(rule)
    clock = _begin(part)[9:15]
    time = f"{int(clock[:2])}:{clock[2:4]}:{clock[4:6]}"
    return f"M{int(rule['BYMONTH'])}.{5 if week == -1 else week}.{_DAYS.index(found[2])}/{time}"
