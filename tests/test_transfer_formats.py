"""The formats of import and export, without the program around them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import with_interval
from clockify_cli.transfer.guard import guarded, unguarded
from clockify_cli.transfer.icalendar import folded
from clockify_cli.transfer.reading import read
from clockify_cli.transfer.record import Reading, Record
from clockify_cli.transfer.writing import FORMATS, Labels, Setting, writer

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
HOSTILE = (
    "plain",
    "",
    "=1+1",
    "'=1+1",
    "''@x",
    "'quoted'",
    "-5",
    "\t=tab",
    "a;b,c\"d'e",
    '"',
    '"a, b"',
    "two\nlines",
    "two\r\nlines",
    "old\rmac",
    "\rat the front",
    "ends\n",
    "back\\slash\\n",
    "nul\x00bell\x07escape\x1b[31m",
    "🚀 emoji 👩‍👩‍👧 Zoë",
    "\u202eoverride\u2028line\x85",
    "ＦＵＬＬ＝",
    "＝SUM(A1)",
    "BEGIN:VEVENT",
    "long " * 60,
    "ü" * 80,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def read_text(text: str | bytes, **options: Any) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, "file", options.pop("zone", BERLIN), **options)


@dataclass
class Names:
    """Labels by an entry's ID."""

    by_id: dict[str, Labels] = field(default_factory=dict)

    def labels(self, entry: dict[str, Any]) -> Labels:
        return self.by_id.get(entry["id"], Labels())


def written(format: str, entries: list[dict[str, Any]], names: Names, zone: Any = BERLIN) -> bytes:
    out = writer(format, Setting(zone, NOW, names))
    half = len(entries) // 2  # two pages, one of which may be empty
    return out.head() + out.body(entries[:half]) + out.body(entries[half:]) + out.tail()


def entry(number: int, start: datetime, end: datetime | None, **more: Any) -> dict[str, Any]:
    body = {
        "id": f"{number:024x}",
        "description": "",
        "billable": False,
        "projectId": None,
        "taskId": None,
        "tagIds": [],
        "type": "REGULAR",
        "userId": "u",
        "workspaceId": "w",
        **more,
    }
    return with_interval(body, start, end)


# -- what is written is read -----------------------------------------------------------

names_text = (
    st.one_of(
        st.sampled_from([t for t in HOSTILE if t.strip()]),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    )
    .map(str.strip)
    .filter(bool)
)
descriptions = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=60)
)
starts = st.integers(int(utc(2024, 1, 1).timestamp()), int(utc(2027, 1, 1).timestamp())).map(
    lambda s: datetime.fromtimestamp(s, UTC)
)
# Close to where Berlin's clocks change, both ways.
changes = st.sampled_from([utc(2026, 3, 29, 1), utc(2026, 10, 25, 1)]).flatmap(
    lambda at: st.integers(-7200, 7200).map(lambda s: at + timedelta(seconds=s))
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[str, Any]], Names]:
    entries, names = [], Names()
    for number in range(draw(st.integers(0, 4))):
        start = draw(st.one_of(starts, changes))
        end = start + timedelta(seconds=draw(st.integers(0, 100_000)))
        project = draw(st.one_of(st.just(""), names_text))
        client = draw(st.one_of(st.just(""), names_text)) if project else ""
        task = draw(st.one_of(st.just(""), names_text)) if project else ""
        tags = tuple(draw(st.lists(names_text, max_size=3, unique=True)))
        one = entry(
            number,
            start,
            end,
            description=draw(descriptions),
            billable=draw(st.booleans()),
            type=draw(st.sampled_from(["REGULAR", "REGULAR", "BREAK", "HOLIDAY", "TIME_OFF"])),
            projectId=f"p{number}" if project else None,
            taskId=f"t{number}" if task else None,
            tagIds=[f"g{number}{at}" for at in range(len(tags))],
        )
        entries.append(one)
        user, email = draw(names_text), draw(st.one_of(st.just(""), names_text))
        names.by_id[one["id"]] = Labels(project, client, task, tags, user, email)
    return entries, names


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=150, deadline=None)
@given(world=worlds(), zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]))
def test_what_is_written_is_read(
    format: str, world: tuple[list[dict[str, Any]], Names], zone: str
) -> None:
    entries, names = world
    content = written(format, entries, names, ZoneInfo(zone))
    # Read in another zone: the file carries its own.
    reading = read(content, "file", ZoneInfo("America/New_York"), format=format)
    work = [one for one in entries if one["type"] in ("REGULAR", "BREAK")]
    assert (reading.broken, reading.implausibilities) == ([], [])
    assert len(reading.skipped) == len(entries) - len(work)
    assert [_seen(record) for record in reading.records] == [
        _meant(one, names.labels(one)) for one in work
    ]
    assert set(reading.unread) <= {"Group", "DTSTAMP", "TRANSP"}
    if format == "csv":
        assert [(r.person.name, r.person.email) for r in reading.records] == [
            (names.labels(one).user, names.labels(one).email) for one in work
        ]


def _seen(record: Record) -> tuple[Any, ...]:
    return (
        record.start,
        record.end,
        record.description,
        record.project,
        record.client or "",
        record.task,
        record.tags,
        record.billable,
        record.type,
    )


def _meant(one: dict[str, Any], labels: Labels) -> tuple[Any, ...]:
    start, end = (datetime.fromisoformat(one["timeInterval"][k]) for k in ("start", "end"))
    content = (one["description"], labels.project, labels.client, labels.task, labels.tags)
    return start, end, *content, one["billable"], one["type"]


@given(st.text())
def test_the_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r＝＋－＠")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=400))
def test_folded_lines_are_short_and_whole(text: str) -> None:
    lines = folded(text).split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines[0] + "".join(line[1:] for line in lines[1:]) == text


def test_json_is_one_array_and_carries_ids_and_names() -> None:
    one = entry(1, utc(2026, 11, 25, 8), utc(2026, 11, 25, 9), projectId="p", tagIds=["g"])
    names = Names({one["id"]: Labels("Web", "Acme", "", ("dev",))})
    [found] = json.loads(written("json", [one], names))
    assert found == {
        **one,
        "project": {"id": "p", "name": "Web", "clientName": "Acme"},
        "tags": [{"id": "g", "name": "dev"}],
    }
    assert json.loads(written("json", [], names)) == []


def test_a_running_entry_is_written_but_not_read_back_as_a_timer() -> None:
    running = entry(1, utc(2026, 11, 25, 8), None, description="still at it")
    for format in FORMATS:
        reading = read(written(format, [running], Names()), "f", BERLIN, format=format)
        assert (reading.records, reading.broken) == ([], []), format
        [note] = reading.skipped
        assert "no end" in note.text


def test_a_calendar_names_its_events_by_the_entries_ids() -> None:
    one = entry(0xABC, utc(2026, 11, 25, 8), utc(2026, 11, 25, 9))
    text = written("ics", [one], Names()).decode()
    assert f"\r\nUID:{one['id']}\r\n" in text
    assert "\r\nDTSTAMP:20261125T091500Z\r\nDTSTART:20261125T080000Z\r\n" in text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert read_text(text).records[0].id == one["id"]


# -- Clockify's own tables ------------------------------------------------------------------

CLOCKIFY = (
    '"Project","Client","Description","Task","User","Group","Email","Tags","Billable",'
    '"Start Date","Start Time","End Date","End Time","Duration (h)","Duration (decimal)",'
    '"Billable Rate (EUR)","Billable Amount (EUR)","Date of creation"\n'
)


def clockify_row(
    day: str, start: str, last: str, end: str, length: str = "", description: str = "x"
) -> str:
    cells = ["Web", "Acme", description, "", "Robin", "", "r@x.org", "a, b", "Yes"]
    cells += [day, start, last, end, length, "", "60.00", "13.00", day]
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def test_clockify_with_twelve_hours_and_months_first() -> None:
    text = CLOCKIFY + clockify_row("09/30/2026", "11:44:33 PM", "10/01/2026", "12:19:30 AM")
    reading = read_text(text)
    [record] = reading.records
    assert reading.format == "Clockify CSV"
    assert (record.start, record.end) == (
        utc(2026, 9, 30, 21, 44, 33),
        utc(2026, 9, 30, 22, 19, 30),
    )
    assert (record.project, record.client, record.tags) == ("Web", "Acme", ("a", "b"))
    assert (record.billable, str(record.person), record.line) == (True, "r@x.org", 2)


def test_one_date_decides_for_the_whole_file() -> None:
    text = (
        CLOCKIFY
        + clockify_row("03/04/2026", "10:00", "03/04/2026", "10:13")
        + clockify_row("22/06/2026", "10:00", "22/06/2026", "10:13")
    )
    assert [r.start.month for r in read_text(text).records] == [4, 6]
    assert read_text(text).whole_minutes


def test_dates_that_can_be_read_in_two_ways_are_refused() -> None:
    text = CLOCKIFY + clockify_row("03/04/2026", "10:00", "03/04/2026", "10:13")
    with pytest.raises(UsageError, match="file:2: '03/04/2026' can be read in two ways") as caught:
        read_text(text)
    assert "--date-order" in caught.value.hint
    assert read_text(text, date_order="dmy").records[0].start.month == 4
    assert read_text(text, date_order="mdy").records[0].start.month == 3


def test_dates_in_two_orders_are_refused() -> None:
    text = (
        CLOCKIFY
        + clockify_row("13/04/2026", "10:00", "13/04/2026", "10:13")
        + clockify_row("04/13/2026", "10:00", "04/13/2026", "10:13")
    )
    with pytest.raises(UsageError, match="two orders"):
        read_text(text)
    text = CLOCKIFY + clockify_row("13/04/2026", "10:00", "13/04/2026", "10:13")
    with pytest.raises(UsageError, match="cannot be month-day-year"):
        read_text(text, date_order="mdy")


@pytest.mark.parametrize(
    ("text", "month"), [("03.04.2026", 4), ("2026-04-03", 4), ("2026/04/03", 4), ("2026.4.3", 4)]
)
def test_dates_that_need_no_order(text: str, month: int) -> None:
    table = CLOCKIFY + clockify_row(text, "10:00", text, "10:13")
    assert read_text(table).records[0].start == utc(2026, month, 3, 8)


def test_every_broken_line_is_named() -> None:
    text = (
        CLOCKIFY
        + clockify_row("2026-13-01", "10:00", "2026-13-01", "10:13")
        + clockify_row("2026-11-01", "10:00", "2026-11-01", "10:13", description="two\nlines")
        + clockify_row("2026-11-01", "25:00", "2026-11-01", "10:13")
        + clockify_row("2026-11-01", "10:00", "2026-11-01", "9:00")
        + clockify_row("26-11-01", "10:00", "26-11-01", "9:00")
        + '"too","few"\n'
        + clockify_row("2026-03-29", "02:30", "2026-03-29", "04:00")
        + clockify_row("2026-11-01", "9:00", "2026-11-01", "x")
    )
    reading = read_text(text)
    assert [note.line for note in reading.broken] == [2, 5, 6, 7, 8, 9, 10]
    assert [record.line for record in reading.records] == [3]
    assert "does not exist in Europe/Berlin" in reading.broken[5].text
    assert "it has 2 fields" in reading.broken[4].text


def test_the_length_decides_when_the_clock_shows_a_time_twice() -> None:
    def table(start: str, end: str, length: str) -> Reading:
        return read_text(CLOCKIFY + clockify_row("2026-10-25", start, "2026-10-25", end, length))

    long = table("01:30:00", "02:30:00", "02:00:00")
    assert (long.records[0].start, long.implausibilities) == (utc(2026, 10, 24, 23, 30), [])
    assert long.records[0].end == utc(2026, 10, 25, 1, 30)
    short = table("01:30:00", "02:30:00", "01:00:00")
    assert (short.records[0].end, short.implausibilities) == (utc(2026, 10, 25, 0, 30), [])
    unsaid = table("01:30:00", "02:30:00", "")
    assert unsaid.records[0].end == utc(2026, 10, 25, 1, 30)  # an end is the later one
    assert "happens twice" in unsaid.implausibilities[0].text


def test_a_table_as_clockify_imports_it_has_lengths_alone() -> None:
    text = (
        "Project,Client,Description,Task,Email,Tags,Billable,Start Date,Start Time,Duration (h)\n"
        "PTO,Sol-Tech,Time off,Vacation,j@x.com,,No,08/31/2026,9:00 AM,8:00\n"
        "PTO,Sol-Tech,Time off,Vacation,j@x.com,,No,08/31/2026,9:00 AM,1.5\n"
    )
    reading = read_text(text)
    assert [r.end - r.start for r in reading.records] == [
        timedelta(hours=8),
        timedelta(hours=1, minutes=30),
    ]
    assert reading.records[0].task == "Vacation"


def test_semicolons_marks_and_utf16() -> None:
    text = "Start Date;Start Time;End Time;Description\r\n2026-11-25;9:00;10:00;süß\r\n"
    for content in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        b"\xff\xfe" + text.encode("utf-16-le"),
        b"\xfe\xff" + text.encode("utf-16-be"),
    ):
        [record] = read_text(content).records
        assert (record.description, record.start) == ("süß", utc(2026, 11, 25, 8))
    with pytest.raises(UsageError, match="file:2: this is not UTF-8"):
        read_text(text.encode("latin-1"))


def test_names_with_commas_stand_in_quotes() -> None:
    text = 'Start Date,Start Time,End Time,Tags\n2026-11-25,9:00,10:00,"""a, b"", c"\n'
    assert read_text(text).records[0].tags == ("a, b", "c")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "no column 'Start date'"),
        ("Start Date,Start Time\n1,2\n", "neither an end nor a duration"),
        ("<!DOCTYPE html><html>", "a page or a document"),
        ('Start Date,Start Time,End Time\n"2026-11-25,9:00', "cannot be read"),
        ("[1, 2", "is not JSON"),
        ("[] x", "something follows"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "does not belong here"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "has no end"),
    ],
)
def test_what_is_no_file_of_entries_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_text(text)
    assert words in caught.value.message


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "ignore"))
    ),
    st.sampled_from(["csv", "json", "jsonl", "ics", "toggl", "watson", "timewarrior", None]),
    st.sampled_from([b"", b"[", b"{", CLOCKIFY.encode(), b"BEGIN:VCALENDAR\n", b"id,start,stop\n"]),
)
def test_no_file_is_more_than_a_usage_error(
    content: bytes, format: str | None, head: bytes
) -> None:
    try:
        reading = read(head + content, "file", BERLIN, format=format)
    except UsageError:
        return
    for record in reading.records:
        assert record.end >= record.start


# -- the other programs' files ------------------------------------------------------------------


def test_toggl_old_and_new() -> None:
    old = (
        "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,"
        "End time,Duration,Tags,Amount (USD)\n"
        'Robin,r@x.org,Acme,Web,Build,"Fix, login",No,2026-11-24,12:12:12,2026-11-24,13:24:24,'
        '01:12:12,"dev, urgent",3.50\n'
    )
    new = (
        "\ufeff"
        '"Description","Billable","Duration","Member","Email","Project","Tags","Start date",'
        '"Start time","Stop date","Stop time"\n'
        '"Fix, login","No","1:12:12","Robin","r@x.org","Web","-","2026-11-24","12:12:12",'
        '"2026-11-24","13:24:24"\n'
        '"Running","No","-","Robin","r@x.org","-","-","2026-11-24","12:12:12","",""\n'
    )
    reading = read_text(old)
    [record] = reading.records
    assert (reading.format, record.start, record.end) == (
        "Toggl CSV",
        utc(2026, 11, 24, 11, 12, 12),
        utc(2026, 11, 24, 12, 24, 24),
    )
    assert (record.project, record.client, record.task) == ("Web", "Acme", "Build")
    assert (record.tags, record.billable) == (("dev", "urgent"), False)
    reading = read_text(new)
    [record] = reading.records
    assert (record.project, record.client, record.tags) == ("Web", None, ())
    assert (record.description, str(record.person)) == ("Fix, login", "r@x.org")
    assert [note.line for note in reading.skipped] == [3]


def test_watson_in_its_three_forms() -> None:
    log = [
        {
            "id": "e31a",
            "start": "2026-11-23T09:00:00+01:00",
            "stop": "2026-11-23T10:00:00+01:00",
            "project": "voyager2",
            "tags": ["antenna"],
        }
    ]
    table = (
        "id,start,stop,project,tags\n"
        'e31a,2026-11-23 09:00:00,2026-11-23 10:00:00,voyager2,"antenna, dish"\n'
    )
    begin = int(utc(2026, 11, 23, 8).timestamp())
    frames = [[begin, begin + 3600, "voyager2", "e31a", ["antenna"], begin + 3601]]
    for text, format, tags in (
        (json.dumps(log), "Watson JSON", ("antenna",)),
        (table, "Watson CSV", ("antenna", "dish")),
        (json.dumps(frames, indent=1), "Watson frames", ("antenna",)),
    ):
        reading = read_text(text)
        [record] = reading.records
        assert reading.format == format
        assert (record.start, record.end) == (utc(2026, 11, 23, 8), utc(2026, 11, 23, 9))
        assert (record.project, record.client, record.tags) == ("voyager2", None, tags)


def test_timewarrior() -> None:
    text = (
        "[\n"
        '{"id":2,"start":"20261123T080000Z","end":"20261123T093000Z",'
        '"tags":["acme","code review"]},'
        '\n{"id":1,"start":"20261123T100000Z","tags":["acme"],"annotation":"Fix login"}\n]\n'
    )
    reading = read_text(text)
    [record] = reading.records
    assert reading.format == "timewarrior JSON"
    assert (record.start, record.end) == (utc(2026, 11, 23, 8), utc(2026, 11, 23, 9, 30))
    assert (record.description, record.tags) == ("", ("acme", "code review"))
    assert [note.line for note in reading.skipped] == [3]


def test_json_names_the_lines_of_what_is_wrong() -> None:
    good = {"timeInterval": {"start": "2026-11-25T08:00:00Z", "end": "2026-11-25T09:00:00Z"}}
    bad: list[Any] = [
        {"timeInterval": {"start": "yesterday", "end": "2026-11-25T09:00:00Z"}},
        {"timeInterval": {"start": "2026-11-25T09:00:00Z", "end": "2026-11-25T08:00:00Z"}},
        {**good, "description": 5},
        {**good, "tagIds": "x"},
        {**good, "billable": "yes"},
        {**good, "description": "\ud800"},
        {"start": "2026-11-25T09:00:00", "end": "2026-11-25T10:00:00"},
        5,
    ]
    lines = "\n".join(json.dumps(item) for item in [good, *bad]) + "\nnot json\n"
    reading = read_text(lines, format="jsonl")
    assert [note.line for note in reading.broken] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert len(reading.records) == 1
    array = "[\n" + ",\n".join(json.dumps(item) for item in [good, *bad]) + "\n]"
    reading = read_text(array)
    assert [note.line for note in reading.broken] == [3, 4, 5, 6, 7, 8, 9, 10]


def test_json_as_the_api_hydrates_it() -> None:
    one = {
        "id": "a" * 24,
        "description": "x",
        "billable": True,
        "timeInterval": {"start": "2026-11-25T08:00:00Z", "end": "2026-11-25T09:00:00Z"},
        "project": {"id": "b" * 24, "name": "Web", "clientName": "Acme"},
        "task": {"id": "c" * 24, "name": "Build"},
        "tags": [{"id": "d" * 24, "name": "dev"}],
        "user": {"name": "Robin", "email": "r@x.org"},
    }
    for text in (json.dumps([one]), json.dumps(one), json.dumps(one, indent=2)):
        [record] = read_text(text).records
        assert (record.project, record.client, record.task) == ("Web", "Acme", "Build")
        assert (record.project_id, record.task_id) == ("b" * 24, "c" * 24)
        assert (record.tags, record.tag_ids, str(record.person)) == (
            ("dev",),
            ("d" * 24,),
            "r@x.org",
        )


def calendar(*lines: str, zones: str = "") -> str:
    event = "\r\n".join(("BEGIN:VEVENT", "UID:x", *lines, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\r\n{zones}{event}\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("DTSTART:20261125T080000Z", "DTEND:20261125T090000Z", 8, 9),
        ("DTSTART;TZID=Europe/Berlin:20261125T090000", "DURATION:PT1H", 8, 9),
        ('DTSTART;TZID="Asia/Tokyo":20261125T170000', "DURATION:P0DT1H0M0S", 8, 9),
        ("DTSTART;TZID=/x.org/2024/America/New_York:20261125T030000", "DURATION:PT1H", 8, 9),
        ("DTSTART:20261125T090000", "DTEND:20261125T100000", 8, 9),
    ],
)
def test_calendar_times(first: str, last: str, start: int, end: int) -> None:
    [record] = read_text(calendar(first, last, "SUMMARY:Hello\\, world")).records
    assert (record.start.hour, record.end.hour) == (start, end)
    assert (record.description, record.client, record.billable) == ("Hello, world", None, None)


OUTLOOK = """BEGIN:VTIMEZONE\r
TZID:W. Europe Standard Time\r
BEGIN:STANDARD\r
DTSTART:16011028T030000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010325T020000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


@pytest.mark.parametrize(("month", "hour"), [(7, 7), (11, 8)])
def test_a_zone_that_the_calendar_defines(month: int, hour: int) -> None:
    first = f"DTSTART;TZID=W. Europe Standard Time:2026{month:02}10T090000"
    text = calendar(first, "DURATION:PT30M", "CATEGORIES:a\\,b,c", zones=OUTLOOK)
    [record] = read_text(text).records
    assert record.start == utc(2026, month, 10, hour)
    assert record.tags == ("a,b", "c")


@pytest.mark.parametrize(
    ("lines", "skipped", "words"),
    [
        (["DTSTART;VALUE=DATE:20261125"], True, "all-day"),
        (["DTSTART:20261125T080000Z"], True, "no end"),
        (["DTSTART:20261125T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"], True, "recurring"),
        (["DTSTART:20261125T080000Z", "DURATION:PT1H", "STATUS:CANCELLED"], True, "cancelled"),
        (["DTSTART;TZID=Nowhere:20261125T080000", "DURATION:PT1H"], False, "'Nowhere'"),
        (["DTSTART:20261325T080000Z", "DURATION:PT1H"], False, "not a time"),
        (["SUMMARY:x"], False, "no start"),
    ],
)
def test_events_that_are_no_entries(lines: list[str], skipped: bool, words: str) -> None:
    reading = read_text(calendar(*lines))
    assert reading.records == []
    [note] = reading.skipped if skipped else reading.broken
    assert words in note.text
    assert note.line == 2
    assert len(reading.skipped) + len(reading.broken) == 1
