"""Time entries as text, one line per entry: how it is written and how it is read.

    2026-11-24 Tuesday
    09:00-10:30  Client/Project: Task :: Description  +tag +"two words"  $  #1a2b3c4d

Between the time and the marks at the end stands the description, behind ``::`` where there
is a project. What could be misread is in quotes, as a JSON string. ``09:00-`` runs on,
``22:00-01:00+1`` ends on the next day, and a wall clock that happens twice names its offset
if it is not the earlier one as a start or the later one as an end: ``02:30[+01:00]``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.core.weekdays import WEEKDAYS
from clockify_cli.tracking.versions import digest

if TYPE_CHECKING:
    from clockify_cli.times import Clock, Role

SHORT = 8  # digits of an ID that a line shows, more where two would look alike
_DAY = timedelta(days=1)
_JOINERS = "\u200c\u200d"  # format characters that belong to ordinary text

_TIME = r"(\d{1,2}:\d\d(?::\d\d)?)(?:\[([+-]\d\d:\d\d(?::\d\d)?)\])?"
_TIMES = re.compile(rf"{_TIME}-(?:{_TIME}([+-]\d+)?)?(?=\s|$)", re.ASCII)
_HEADER = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s+[A-Za-z]+)?", re.ASCII)
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)\s+(?=\d)", re.ASCII)
_ZONE = re.compile(r"#= zone (.+)")
_OPENED = re.compile(r"#=\s*(\S+)\s+([0-9a-f]+)\s+([0-9a-f]+)\s*", re.ASCII)
_SEPARATOR = re.compile(r"(?:^|(?<=\s))::(?=\s|$)")
_TASK_QUOTE = re.compile(r':\s+(?=")')
_MARK = (
    r'(?:\+"(?:[^"\\]|\\.)*"|\+[^\s"]\S*|-?\$|#(?:local-\d+|[0-9A-Fa-f]{6,24}))(?=\s|$)'  # one mark
)
_TAIL = re.compile(rf"(?P<text>.*?)(?P<marks>(?:(?:^|\s+){_MARK})*)\s*", re.DOTALL)

GUIDE = """\
# A line is an entry:
#
#   09:00-10:30  Client/Project: Task :: Description  +tag +tag  $  #id
#
# Change a line to change the entry, remove it to delete the entry; a line without #id is
# a new one. The order does not matter. Only the time is required. $ is billable; a new
# line is as its project is, or -$ for not. 09:00- runs. 22:00-01:00+1 ends on the next day.
# Quote ambiguous text, as in JSON: "Prices: $"  "A/B": "Task :: 1" ::  +"two words"
# Lines that begin with # are ignored. If you leave the text as it is, nothing changes.
"""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """What one line says; names as they are written, not resolved.

    Attributes:
        start: When the entry begins, in UTC.
        end: When it ends; ``None`` while it runs.
        description: Its text.
        project: ``Client/Project`` or an ID; empty for none.
        task: A name or an ID; empty for none.
        tags: Names or IDs.
        billable: ``None`` if the line does not say.
        number: The entry's ID, the end of it, or a local one; empty for a new entry.
        place: The number of the line in its text.
        notices: What the user should know about how it was read.
    """

    start: datetime
    end: datetime | None = None
    description: str = ""
    project: str = ""
    task: str = ""
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    number: str = ""
    place: int = field(default=0, compare=False)
    notices: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry as it was when the text was written.

    Attributes:
        version: Of the entry (``versions.version_of``).
        line: Of its line (``line_version``).
    """

    version: str
    line: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text that was read.

    Attributes:
        days: The days it speaks of.
        lines: Its entries.
        opened: The entries that there were when it was written, by their ID.
    """

    days: tuple[date, ...]
    lines: tuple[EntryLine, ...]
    opened: Mapping[str, Opened]

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all is left of it."""
        return not self.days and not self.lines and not self.opened


class LineError(UsageError):
    """A line that cannot be read."""


# -- writing ----------------------------------------------------------------------------


def write_sheet(
    days: Sequence[date],
    lines: Iterable[EntryLine],
    clock: Clock,
    *,
    opened: Mapping[str, Opened] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Return days as text.

    Args:
        days: The days, each of which gets its header.
        lines: Entries that begin on them, with their whole IDs.
        clock: For the wall clock.
        opened: What there is now, to notice later what was changed elsewhere in the meantime.
        notes: Further comments, a line each.
    """
    listed = list(lines)
    shown = short_numbers([line.number for line in listed if line.number])
    listed = [replace(line, number=shown.get(line.number, "")) for line in listed]
    out = [GUIDE.rstrip("\n"), *(f"# {one_line(note)}" for note in notes), f"#= zone {clock.zone}"]
    for day in days:
        out += ["", f"{day.isoformat()} {WEEKDAYS[day.weekday()].title()}", ""]
        mine = [line for line in listed if clock.local(line.start).date() == day]
        mine.sort(key=lambda line: (line.start, line.end or line.start, line.number))
        width = max((len(times_text(line, clock)) for line in mine), default=0)
        out += [line_text(line, clock, width) for line in mine]
    if opened:
        out += ["", "# These lines detect changes made elsewhere in the meantime."]
        out += [f"#= {number} {was.version} {was.line}" for number, was in opened.items()]
    return "\n".join(out) + "\n"


def line_text(line: EntryLine, clock: Clock, width: int = 0) -> str:
    """Return a line as text; its time padded to ``width`` columns."""
    what = " ".join(part for part in (_head_text(line), _description_text(line)) if part)
    # No mark may look like the '::' that ends a project.
    tags = (_plain_or_quoted(tag, _reads_as_tag).replace("::", ":\\u003a") for tag in line.tags)
    marks = " ".join(f"+{tag}" for tag in tags)
    dollar = {True: "$", False: "-$", None: ""}[line.billable]
    number = f"#{line.number}" if line.number else ""
    parts = [times_text(line, clock).ljust(width), what, marks, dollar, number]
    return "  ".join(part for part in parts if part).rstrip()


def line_version(line: EntryLine, clock: Clock) -> str:
    """Return the token of what a line says and of its day, its ID apart."""
    day = clock.wall(line.start).date()
    return digest(f"{day} {line_text(replace(line, number=''), clock)}")


def times_text(line: EntryLine, clock: Clock) -> str:
    """Return the times of a line: ``09:00-10:30``, ``22:00-01:00+1``, ``09:00-``."""
    start = _time_text(line.start, "start", clock)
    if line.end is None:
        return f"{start}-"
    days = (clock.wall(line.end).date() - clock.wall(line.start).date()).days
    return f"{start}-{_time_text(line.end, 'end', clock)}" + (f"{days:+d}" if days else "")


def short_numbers(numbers: Iterable[str]) -> dict[str, str]:
    """Return for each ID the end of it that no other one shares."""
    listed = set(numbers)
    size = SHORT
    while size < 24:
        ends = [n[-size:] for n in listed if not n.startswith("local-")]
        if len(set(ends)) == len(ends):
            break
        size += 1
    return {n: n if n.startswith("local-") else n[-size:] for n in listed}


def one_line(text: str) -> str:
    """Return ``text`` without anything that would end a line or move a terminal."""
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)


def _time_text(moment: datetime, role: Role, clock: Clock) -> str:
    wall = clock.wall(moment)
    text = wall.strftime("%H:%M:%S" if wall.second else "%H:%M")
    if clock.at(wall, role)[0] != moment:
        text += f"[{clock.local(moment).isoformat()[19:]}]"
    return text


def _head_text(line: EntryLine) -> str:
    """Return ``Client/Project: Task ::``, in quotes only where it would be misread."""
    if not line.project:
        return ""
    project, task = _quoted(line.project), _quoted(line.task)
    for first, second in ((line.project, line.task), (line.project, task), (project, task)):
        text = f"{first}: {second} ::" if line.task else f"{first} ::"
        if _is_plain(text) and _head_reads(text, line):
            return text
    return text


def _head_reads(text: str, line: EntryLine) -> bool:
    try:
        return _read_head(text) == (line.project, line.task, "")
    except LineError:
        return False


def _description_text(line: EntryLine) -> str:
    return _plain_or_quoted(line.description, _reads_as_description)


def _reads_as_description(text: str) -> bool:
    # A quote behind a plus could pair with that of a tag behind it.
    return '+"' not in text and _read_body(text) == _Body(description=text)


def _reads_as_tag(text: str) -> bool:
    return "::" not in text and _read_body(f"+{text}") == _Body(tags=(text,))


def _plain_or_quoted(text: str, reads: Callable[[str], bool]) -> str:
    try:
        plain = not text or (_is_plain(text) and reads(text))
    except LineError:
        plain = False
    return text if plain else _quoted(text)


def _is_plain(text: str) -> bool:
    return all(c.isprintable() or c in _JOINERS for c in text)


def _quoted(text: str) -> str:
    inner = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() or c in _JOINERS else json.dumps(c)[1:-1] for c in inner)


# -- reading ----------------------------------------------------------------------------


def read_sheet(text: str, clock: Clock, day: date | None = None) -> Sheet:
    """Return what a text says.

    Args:
        text: The text.
        clock: The present and the zone.
        day: Of the lines before the first date; today where left out.

    Raises:
        LineError: Lines that cannot be read; it speaks of the first and names the others.
    """
    current = day or clock.today
    days: list[date] = [day] if day else []
    lines: list[EntryLine] = []
    opened: dict[str, Opened] = {}
    problems: list[tuple[int, ClockifyError]] = []
    for place, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        stripped = raw.strip()
        if stripped.startswith("#"):
            if (found := _ZONE.fullmatch(stripped)) and found[1] != str(clock.zone):
                raise LineError(
                    f"Line {place}: the text was written in time zone {found[1]}, but {clock.zone} "
                    f"is used now.",
                    f"Run it with --tz {found[1]}.",
                    details={"line": place, "lines": [place]},
                )
            if found := _OPENED.fullmatch(stripped):
                opened[found[1]] = Opened(found[2], found[3])
            continue
        if not stripped:
            continue
        try:
            header = _read_header(stripped, clock)
            if header is not None:
                current = header
                days.append(header)
                continue
            line = read_line(stripped, current, clock)
        except UsageError as error:
            problems.append((place, error))
            continue
        lines.append(replace(line, place=place))
        days.append(clock.local(line.start).date())
    if problems:
        raise _problem(problems)
    return Sheet(tuple(dict.fromkeys(days)), tuple(lines), opened)


def read_line(text: str, day: date, clock: Clock) -> EntryLine:
    """Return what one line says.

    Args:
        text: The line.
        day: The day it stands under; one of its own comes before.
        clock: The present and the zone.

    Raises:
        UsageError: It cannot be read.
    """
    text = text.strip()
    if own := _DATED.match(text):
        day, text = _date(own[1], clock), text[own.end() :]
    if found := _TIMES.match(text):
        start, end, notices = _read_times(found, day, clock)
        rest = text[found.end() :]
    else:
        start, end, rest, notices = _typed_span(text, day, clock)
    body = _read_body(rest)
    return EntryLine(
        start,
        end,
        body.description,
        body.project,
        body.task,
        body.tags,
        body.billable,
        body.number,
        notices=notices,
    )


def _problem(problems: Sequence[tuple[int, ClockifyError]]) -> LineError:
    place, first = problems[0]
    others = [number for number, _ in problems[1:]]
    hint = first.hint
    if others:
        listed = ", ".join(map(str, others[:8])) + (" …" if len(others) > 8 else "")
        hint = f"{hint} Also line{'s' * (len(others) > 1)} {listed}.".strip()
    return LineError(
        f"Line {place}: {first.message}",
        hint,
        details={"line": place, "lines": [number for number, _ in problems]},
    )


def _read_header(text: str, clock: Clock) -> date | None:
    """Return the day that a line consists of, or ``None``."""
    from clockify_cli.times import parse_day
    from clockify_cli.times.days import find_day
    from clockify_cli.times.text import tidy

    if found := _HEADER.fullmatch(text):
        return _date(found[1], clock)
    return parse_day(text, clock) if find_day(tidy(text)) is not None else None


def _date(text: str, clock: Clock) -> date:
    from clockify_cli.times import parse_day

    return parse_day(text, clock)


def _read_times(
    found: re.Match[str], day: date, clock: Clock
) -> tuple[datetime, datetime | None, tuple[str, ...]]:
    first, first_offset, last, last_offset, days = found.groups()
    start, notices = _moment(day, first, first_offset, "start", clock)
    if last is None:
        return start, None, notices
    later = int(days or 0) * _DAY
    end, said = _moment(day + later, last, last_offset, "end", clock)
    if end < start and not days:
        from clockify_cli.times.forms import LONGEST_ROLLOVER

        end, said = _moment(day + _DAY, last, last_offset, "end", clock)
        if end - start > LONGEST_ROLLOVER:
            raise LineError(
                f"'{found[0]}' ends before it starts.",
                f"If it ends on the next day, write {found[0]}+1.",
            )
        said = (f"'{found[0]}' ends on the next day.", *said)
    if end < start:
        raise LineError(f"'{found[0]}' ends before it starts.", "For example: 22:00-01:00+1.")
    return start, end, notices + said


def _moment(
    day: date, text: str, offset: str | None, role: Role, clock: Clock
) -> tuple[datetime, tuple[str, ...]]:
    from clockify_cli.times.instants import read_clock

    wall = datetime.combine(day, read_clock(text, text))
    if offset is None:
        return clock.at(wall, role)
    hours, minutes, seconds = (*map(int, offset[1:].split(":")), 0)[:3]
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if ahead >= _DAY:
        raise LineError(f"There is no offset [{offset}].", "For example: [+01:00].")
    zone = timezone(-ahead if offset[0] == "-" else ahead)
    return wall.replace(tzinfo=zone).astimezone(UTC), ()


def _typed_span(
    text: str, day: date, clock: Clock
) -> tuple[datetime, datetime, str, tuple[str, ...]]:
    """Read a time that is written in another form of the grammar: ``9am-10am``, ``9:00 +45m``.

    Two blanks end it; else it is the longest run of words that forms a span.
    """
    from clockify_cli.core.errors import TimeError
    from clockify_cli.times import leading_span

    words = re.split(r"\s{2,}|\t", text, maxsplit=1)[0].split()
    try:
        span, count = leading_span([day.isoformat(), *words], clock, allow_future=True)
    except TimeError as error:
        raise LineError(
            f"There is no time at the beginning: '{one_line(text[:40])}'.",
            "For example: 09:00-10:30, 9:00 +45m, 09:00- for a running timer.",
        ) from error
    rest = re.sub(rf"^(?:\s*\S+){{{count - 1}}}", "", text, count=1)
    return span.start, span.end, rest, span.notices


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands behind the time."""

    description: str = ""
    project: str = ""
    task: str = ""
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    number: str = ""


def _read_body(text: str) -> _Body:
    project, task, tail = _read_head(text.strip())
    if tail.startswith('"'):
        description, rest = _unquoted(tail)
        found = _TAIL.fullmatch(rest)
        assert found is not None  # it matches anything
        if found["text"]:
            raise LineError(
                f"There is more text after a quoted description: '{one_line(found['text'][:40])}'.",
                'Put all of it in quotes, with \\" for a quote within.',
            )
    else:
        found = _TAIL.fullmatch(tail)
        assert found is not None
        description = found["text"].rstrip()
    tags: list[str] = []
    billable: bool | None = None
    number = ""
    for mark in re.findall(rf"(?:^|(?<=\s)){_MARK}", found["marks"]):
        if mark[0] == "#":
            if number:
                raise LineError("There are two #ids in the line.", "Write one entry per line.")
            number = mark[1:].lower()
        elif mark[0] == "+":
            tag = _unquoted(mark[1:])[0] if mark[1] == '"' else mark[1:]
            if tag not in tags:
                tags.append(tag)
        else:
            billable = mark == "$"
    return _Body(description, project, task, tuple(tags), billable, number)


def _read_head(text: str) -> tuple[str, str, str]:
    """Return project, task and the rest of what stands behind the time."""
    if text.startswith('"'):
        project, rest = _unquoted(text)
        rest = rest.lstrip()
        if found := _SEPARATOR.match(rest):
            return _project(project), "", rest[found.end() :].strip()
        if not rest.startswith(":"):
            return "", "", text
        rest = rest[1:].strip()
        if rest.startswith('"'):
            task, rest = _unquoted(rest)
            found = _SEPARATOR.match(rest.lstrip())
            rest = rest.lstrip()
        else:
            found = _SEPARATOR.search(rest)
            task = rest[: found.start()].strip() if found else ""
        if not found:
            raise LineError(
                "There is no '::' after the task.", "For example: Acme/Web: Build :: Text."
            )
        return _project(project), task, rest[found.end() :].strip()
    separator = _SEPARATOR.search(text)
    quote = _TASK_QUOTE.search(text)
    if quote and separator and quote.start() < separator.start():
        try:
            task, rest = _unquoted(text[quote.end() :])
        except LineError:
            task, rest = "", ""
        rest = rest.lstrip()
        if found := _SEPARATOR.match(rest):
            return _project(text[: quote.start()].strip()), task, rest[found.end() :].strip()
    if not separator:
        return "", "", text
    head, tail = text[: separator.start()].strip(), text[separator.end() :].strip()
    project, colon, task = head.partition(": ")
    if not head:
        return "", "", tail
    return _project(project.strip()), task.strip() if colon else "", tail


def _project(text: str) -> str:
    if not text.strip():
        raise LineError(
            "There is a task or '::' without a project.", "For example: Acme/Web :: Text."
        )
    return text


def _unquoted(text: str) -> tuple[str, str]:
    """Return the JSON string that ``text`` begins with, and what follows it."""
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text)
    except ValueError:
        raise LineError(
            f"The quotes do not close: {one_line(text[:40])}",
            'In quotes, write \\" for a quote and \\\\ for a backslash.',
        ) from None
    if end < len(text) and not text[end].isspace() and text[end] != ":":
        raise LineError(
            f"There is no space after the quotes: {one_line(text[:40])}",
            'In quotes, write \\" for a quote.',
        )
    return str(value), text[end:]
