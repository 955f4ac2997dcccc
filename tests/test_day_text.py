"""A day as text: whatever a description, a name or a clock holds comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import UsageError
from clockify_cli.times import Clock
from clockify_cli.tracking.day_text import (
    EntryLine,
    LineError,
    Opened,
    line_text,
    line_version,
    read_line,
    read_sheet,
    short_numbers,
    write_sheet,
)

BERLIN = Clock(datetime(2026, 11, 25, 9, 15, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
DAY = date(2026, 11, 24)
ZONES = ("Europe/Berlin", "America/Goose_Bay", "Australia/Lord_Howe", "Pacific/Apia", "UTC")

# Much of what could be misread, and a little of everything else.
PIECES = st.sampled_from(
    [*"abc:/$#+-\"'\\[] \t\n", "::", " :: ", ": ", "  ", "+dev", '+"', "-$", "$", "#1a2b3c4d",
     "#local-3", "09:00-10:30", "Ä", "👨‍👩‍👧", "\u202e", "\x1b[2J", "\u2028", "\u00a0", "\\u0041",
     "#="]
)  # fmt: skip
TEXT = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=12))
NAME = TEXT.filter(str.strip)


@st.composite
def entry_lines(draw: st.DrawFn) -> tuple[Clock, EntryLine]:
    clock = replace(BERLIN, zone=ZoneInfo(draw(st.sampled_from(ZONES))))
    start = datetime(1995, 1, 1, tzinfo=UTC) + timedelta(
        seconds=draw(st.integers(0, 40 * 366 * 86400))
    )
    if draw(st.booleans()):  # near a change of clocks
        changes = ["2026-10-25T01:00", "2026-03-29T01:00", "2010-11-07T03:00", "2011-12-30T10:00",
                   "2026-04-04T15:00"]  # fmt: skip
        near = datetime.fromisoformat(draw(st.sampled_from(changes))).replace(tzinfo=UTC)
        start = near + timedelta(minutes=draw(st.integers(-150, 150)))
    length = draw(
        st.one_of(
            st.none(),
            st.integers(0, 40).map(lambda n: timedelta(minutes=15 * n)),
            st.integers(0, 3 * 10**6).map(lambda n: timedelta(seconds=n)),
        )
    )
    project = draw(st.one_of(st.just(""), NAME))
    number = draw(st.sampled_from(["", "1a2b3c4d", "64a687e29ae1f428e7ebe301", "local-12"]))
    return clock, EntryLine(
        start,
        None if length is None else start + length,
        draw(TEXT),
        project,
        draw(st.one_of(st.just(""), NAME)) if project else "",
        tuple(dict.fromkeys(draw(st.lists(NAME, max_size=3)))),
        draw(st.sampled_from([None, True, False])),
        number,
    )


@settings(max_examples=1500, deadline=None)
@given(entry_lines())
@example((BERLIN, EntryLine(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), None)))
def test_a_line_says_what_was_written(drawn: tuple[Clock, EntryLine]) -> None:
    clock, line = drawn
    text = line_text(line, clock)
    assert "\n" not in text and all(c.isprintable() or c in "\u200c\u200d" for c in text)
    assert read_line(text, clock.local(line.start).date(), clock) == line


@settings(max_examples=300, deadline=None)
@given(st.lists(entry_lines(), max_size=5))
def test_a_sheet_says_what_was_written(drawn: list[tuple[Clock, EntryLine]]) -> None:
    clock = drawn[0][0] if drawn else BERLIN
    lines = [
        replace(line, number=f"{n:024x}"[::-1] if line.number else "")
        for n, (_, line) in enumerate(drawn, 1)
    ]
    days = tuple(sorted({clock.local(line.start).date() for line in lines}))
    opened = {
        line.number: Opened("0123456789ab", line_version(line, clock))
        for line in lines
        if line.number
    }
    text = write_sheet(days, lines, clock, opened=opened, notes=["a\nb"])
    sheet = read_sheet(text, clock)
    assert sheet.days == days and sheet.opened == opened
    shown = short_numbers(line.number for line in lines if line.number)
    expected = {replace(line, number=shown.get(line.number, "")) for line in lines}
    assert set(sheet.lines) == expected and len(sheet.lines) == len(lines)
    for line in sheet.lines:
        if line.number:
            [whole] = [n for n in opened if n.endswith(line.number)]
            assert opened[whole].line == line_version(line, clock)


@settings(max_examples=500, deadline=None)
@given(st.one_of(TEXT, TEXT.map(lambda t: f"9:00-10:00 {t}"), st.text(max_size=60)))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        sheet = read_sheet(text, BERLIN, DAY)
    except LineError as error:
        assert error.details["line"] in error.details["lines"]
    else:
        again = read_sheet(write_sheet(sheet.days, sheet.lines, BERLIN), BERLIN)
        assert set(again.lines) == set(sheet.lines)


def read(text: str) -> EntryLine:
    return read_line(text, DAY, BERLIN)


def utc(clock: str, day: int = 24) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}+00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00-10:30", EntryLine(utc("08:00"), utc("09:30"))),
        ("9:00-10:30 Talk", EntryLine(utc("08:00"), utc("09:30"), "Talk")),
        ("09:00-  Talk", EntryLine(utc("08:00"), None, "Talk")),
        ("09:00:05-10:30", EntryLine(utc("08:00:05"), utc("09:30"))),
        ("22:00-01:00", EntryLine(utc("21:00"), utc("00:00", 25))),
        ("22:00-01:00+1 Night", EntryLine(utc("21:00"), utc("00:00", 25), "Night")),
        ("22:00-01:00+2", EntryLine(utc("21:00"), utc("00:00", 26))),
        ("9:00 +45m  Stand-up", EntryLine(utc("08:00"), utc("08:45"), "Stand-up")),
        ("9am-10:30am Talk", EntryLine(utc("08:00"), utc("09:30"), "Talk")),
        ("9:00 to 10:30  9 lives", EntryLine(utc("08:00"), utc("09:30"), "9 lives")),
        ("2026-11-23 9:00-10:00 Talk", EntryLine(utc("08:00", 23), utc("09:00", 23), "Talk")),
        (
            "09:00-10:30  Acme/Web: Build :: Description text  +dev +urgent  $  #abc12345",
            EntryLine(
                utc("08:00"),
                utc("09:30"),
                "Description text",
                "Acme/Web",
                "Build",
                ("dev", "urgent"),
                True,
                "abc12345",
            ),
        ),
        ("9:00-10:00 A: B", EntryLine(utc("08:00"), utc("09:00"), "A: B")),
        ("9:00-10:00 A ::", EntryLine(utc("08:00"), utc("09:00"), "", "A")),
        ("9:00-10:00 :: A", EntryLine(utc("08:00"), utc("09:00"), "A")),
        ("9:00-10:00 C++ #123 +1 hour", EntryLine(utc("08:00"), utc("09:00"), "C++ #123 +1 hour")),
        ('9:00-10:00 Say "hi"', EntryLine(utc("08:00"), utc("09:00"), 'Say "hi"')),
        ('9:00-10:00 "Price: $" -$', EntryLine(utc("08:00"), utc("09:00"), "Price: $",
                                               billable=False)),
        ("9-10 Talk", EntryLine(utc("08:00"), utc("09:00"), "Talk")),
        ('9:00-10:00 "a" +"two words"', EntryLine(utc("08:00"), utc("09:00"), "a",
                                                  tags=("two words",))),
    ],
)  # fmt: skip
def test_what_people_write(text: str, expected: EntryLine) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Talk",
        "9 Talk",
        "9-25 Talk",
        "25:00-26:00",
        "10:00-8:30",
        "10:00-9:00+0",
        '9:00-10:00 "Talk',
        '9:00-10:00 "Talk" and more',
        '9:00-10:00 "Talk"+dev',
        "9:00-10:00 Talk #1a2b3c #4d5e6f",
        '9:00-10:00 "A": Task without end',
        "2026-13-01 9:00-10:00",
        "9:00-10:00[+25:00]",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read(text)


def test_clock_times_that_happen_twice() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    later = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    assert line_text(EntryLine(first, second), BERLIN) == "02:30-02:30"
    assert line_text(EntryLine(second, later), BERLIN) == "02:30[+01:00]-04:00"
    assert line_text(EntryLine(first, first), BERLIN) == "02:30-02:30[+02:00]"
    with pytest.raises(UsageError):
        read_line("02:30-03:30", date(2026, 3, 29), BERLIN)


def test_days_and_comments_of_a_sheet() -> None:
    sheet = read_sheet(
        "\ufeff9:00-9:30 Today\r\n\n# 10:00-11:00 not this\n  yesterday\n9:00-9:30 A\r\n"
        "2026-11-23 Monday\n9:00-9:30 B\nfri\n9:00-9:30 C\n",
        BERLIN,
    )
    days = [line.start.date().isoformat() for line in sheet.lines]
    assert days == ["2026-11-25", "2026-11-24", "2026-11-23", "2026-11-20"]
    assert [line.place for line in sheet.lines] == [1, 5, 7, 9]
    assert [d.day for d in sheet.days] == [25, 24, 23, 20]
    assert read_sheet("# nothing\n\n", BERLIN).is_blank


def test_every_line_that_cannot_be_read_is_named() -> None:
    with pytest.raises(LineError) as caught:
        read_sheet("9:00-9:30 A\nwhat\n\n10:00-9:00 B\nno\n", BERLIN)
    assert caught.value.details == {"line": 2, "lines": [2, 4, 5]}
    assert caught.value.message.startswith("Line 2: ") and "4, 5" in caught.value.hint
