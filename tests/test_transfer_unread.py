"""What of a file is read, what is listed as not read, and whose lines they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transfer_files import ENTRIES, ME, read_text

from clockify_cli.core.errors import UsageError
from clockify_cli.importing.people import choose_person
from clockify_cli.transfer.dates import read_length
from clockify_cli.transfer.record import Reading

# -- what is not read is listed --------------------------------------------------------------

CELLS = {
    "Description": "x",
    "Start Date": "2026-11-24",
    "Start Time": "09:00:00",
    "End Time": "10:00:00",
}
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@given(st.dictionaries(names, st.sampled_from(["", "value"]), max_size=5))
def test_every_column_is_read_or_listed(more: dict[str, str]) -> None:
    more = {name: value for name, value in more.items() if name.lower() not in _READ_COLUMNS}
    cells = {**CELLS, **more}
    text = "\n".join(",".join(row) for row in (cells.keys(), cells.values()))
    reading = read_text(text)
    assert [r.description for r in reading.records] == ["x"]
    assert {name: one.count for name, one in reading.unread.items()} == {
        name: bool(value) for name, value in more.items()
    }
    assert all(one.why for one in reading.unread.values())


_READ_COLUMNS = {
    *("project", "client", "description", "task", "user", "member", "email", "tags", "tag"),
    *("type", "billable", "duration", "start", "stop", "sep"),
}


@pytest.mark.parametrize("format", ENTRIES)
@given(more=st.dictionaries(names.map("x{}".format), st.sampled_from([0, "a", [1], {"b": 1}])))
@settings(max_examples=30)
def test_every_key_is_read_or_listed(format: str, more: dict[str, Any]) -> None:
    entry = {**ENTRIES[format], **more}
    for text in (json.dumps([entry, entry]), json.dumps(entry) + "\n" + json.dumps(entry)):
        reading = read_text(text)
        assert reading.format.removesuffix("L") == format
        [first, second] = reading.records
        assert (first.start, first.end) == (
            datetime(2026, 11, 24, 9, tzinfo=UTC),
            datetime(2026, 11, 24, 10, tzinfo=UTC),
        )
        assert first.content == second.content
        assert {name: one.count for name, one in reading.unread.items()} == dict.fromkeys(more, 2)


def test_clockifys_report_with_its_sums_around_it() -> None:
    entries = [
        {**ENTRIES["Clockify report JSON"], "description": text, "customFields": []}
        for text in ("a", "b")
    ]
    text = '{"totals": [{"totalTime": 7200}],\n"timeentries": [\n' + ",\n".join(
        map(json.dumps, entries)
    )
    reading = read_text(text + "]}")
    assert [(r.line, r.description) for r in reading.records] == [(3, "a"), (4, "b")]
    assert {(r.project, r.client, r.person.email, r.tags) for r in reading.records} == {
        ("Web", "Acme", "robin@x.org", ("dev",))
    }
    assert list(reading.unread) == ["totals"]


def test_toggls_reports() -> None:
    span = {"id": 1, "seconds": 3600, "start": "2026-11-24T09:00:00Z", "stop": None}
    v3 = [
        {
            "user_id": 42,
            "username": "Robin",
            "project_id": 17,
            "description": "x",
            "tag_ids": [5],
            "time_entries": [
                {**span, "stop": "2026-11-24T10:00:00Z"},
                {**span, "start": "2026-11-24T11:00:00Z", "stop": "2026-11-24T12:00:01Z"},
                {**span, "stop": "2026-11-24T12:00:00Z"},
            ],
        }
    ]
    reading = read_text(json.dumps(v3))
    assert [(r.start.hour, r.person.name, r.project_id, r.tag_ids) for r in reading.records] == [
        (9, "Robin", "17", ("5",)),
        (11, "Robin", "17", ("5",)),
    ]
    assert "3:00:00 from start to end, but its duration says 3600" in reading.broken[0].text
    assert list(reading.unread) == ["time_entries[].id"]
    v2 = {
        "total_grand": 1,
        "data": [
            {
                "id": 1,
                "pid": 17,
                "project": "Web",
                "client": "Acme",
                "user": "Robin",
                "start": "2026-11-24T10:00:00+01:00",
                "end": "2026-11-24T11:00:00+01:00",
                "dur": 3_600_000,
                "tags": [],
            }
        ],
    }
    reading = read_text(json.dumps(v2))
    assert [(r.project, r.client, r.person.name) for r in reading.records] == [
        ("Web", "Acme", "Robin")
    ]
    assert set(reading.unread) == {"total_grand", "id"}


# -- lengths ---------------------------------------------------------------------------------


def settings_of(seconds: int) -> list[str]:
    """Return a length in each of Toggl's settings, and as our own export has it."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    classic = f"{hours}:{minutes:02}:{rest:02}"
    if not hours:
        classic = f"{minutes}:{rest:02} min" if minutes else f"{rest} sec"
    return [
        classic,
        f"{hours:02}:{minutes:02}:{rest:02}",
        f"{seconds / 3600:.2f} h",
        f"{seconds / 3600:.2f}".replace(".", ","),
        f"PT{seconds}S",
    ]


def table(length: str, seconds: int) -> Reading:
    begin = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    end = begin + timedelta(seconds=seconds)
    head = "Start date,Start time,End date,End time,Duration"
    return read_text(f'{head}\n{begin:%Y-%m-%d,%H:%M:%S},{end:%Y-%m-%d,%H:%M:%S},"{length}"\n')


@given(st.integers(0, 100_000))
def test_toggls_durations_agree_in_every_setting(seconds: int) -> None:
    for text in settings_of(seconds):
        length, slack = read_length(text)
        assert abs(length.total_seconds() - seconds) <= slack.total_seconds() <= 59
        reading = table(text, seconds)
        assert (len(reading.records), reading.broken) == (1, []), text


@given(st.integers(0, 100_000), st.integers(60, 5000))
def test_an_end_and_a_duration_that_disagree_are_refused_with_both(seconds: int, off: int) -> None:
    for text in settings_of(seconds + off):
        [note] = table(text, seconds).broken
        shown = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        assert f"it lasts {shown} from start to end, but its duration says {text}" == note.text


def test_a_duration_that_nobody_can_read_gives_way_to_start_and_end() -> None:
    reading = table("1 Std. 30", 5400)
    assert len(reading.records) == 1
    assert "'1 Std. 30' is not a duration: start and end count" in (
        reading.implausibilities[0].text
    )


def test_two_columns_of_lengths_must_agree_too() -> None:
    head = "Start Date,Start Time,Duration (h),Duration (decimal)\n"
    assert read_text(head + "2026-11-24,9:00,01:30:00,1.50\n").broken == []
    [note] = read_text(head + "2026-11-24,9:00,01:30:00,2.50\n").broken
    assert "it lasts 1:30:00 from start to end, but its duration says 2.50" in note.text


# -- rows that are no work -------------------------------------------------------------------


def test_time_off_and_holidays_are_left_out_by_name() -> None:
    head = "Type,Start Date,Start Time,End Time\n"
    kinds = ("Regular", "Break", "Time off", "TIME_OFF", "Holiday", "", "Lunch")
    rows = "".join(f"{kind},2026-11-24,9:00,17:00\n" for kind in kinds)
    reading = read_text(head + rows + "Holiday,,,\n")
    assert [r.type for r in reading.records] == ["REGULAR", "BREAK", ""]
    assert [(n.line, n.text) for n in reading.skipped] == [
        (4, "it is time off, not work"),
        (5, "it is time off, not work"),
        (6, "it is a holiday, not work"),
        (9, "it is a holiday, not work"),
    ]
    assert [n.line for n in reading.broken] == [8]
    entry = ENTRIES["Clockify JSON"]
    text = json.dumps([{**entry, "type": kind} for kind in ("TIME_OFF", "HOLIDAY", "BREAK")])
    reading = read_text(text)
    assert ([r.type for r in reading.records], len(reading.skipped)) == (["BREAK"], 2)


# -- separators and marks ----------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("line", ["", "sep=%s\r\n"])
def test_separators_and_encodings(separator: str, encoding: str, line: str) -> None:
    first = line.replace("%s", separator)
    rows = [["Start Date", "Start Time", "End Time", "Description"]]
    rows.append(["2026-11-24", "9:00", "10:00", "süß, (a)" if separator != "," else "süß"])
    text = first + "\r\n".join(separator.join(row) for row in rows)
    [record] = read_text(text.encode(encoding)).records
    assert record.description.startswith("süß")
    assert record.line == 2 + bool(first)


# -- people ------------------------------------------------------------------------------------


def people_table(*people: tuple[str, str]) -> Reading:
    head = "Start Date,Start Time,End Time,User,Email,Description\n"
    rows = "".join(
        f"2026-11-24,9:{number:02},10:00,{user},{email},{number}\n"
        for number, (user, email) in enumerate(people)
    )
    return read_text(head + rows)


@pytest.mark.parametrize(
    ("people", "wanted", "taken"),
    [
        ([("Robin", "robin@x.org"), ("Mina", "m@x.org")], None, ["0"]),
        ([("Robin", ""), ("Mina", "")], None, ["0"]),
        ([("ROBIN", ""), ("Mina", "")], None, ["0"]),
        ([("Robin", "other@x.org"), ("Robin", "robin@x.org")], None, ["1"]),
        ([("Robin", "robin@x.org"), ("Mina", "m@x.org")], "mina", ["1"]),
        ([("Robin", "robin@x.org"), ("Mina", "m@x.org")], "M@X.org", ["1"]),
        ([("Robin", "robin@x.org"), ("Mina", "m@x.org")], "me", ["0"]),
        ([("Robin", "robin@x.org"), ("", "")], None, ["0", "1"]),
    ],
)
def test_only_the_lines_of_who_is_meant(
    people: list[tuple[str, str]], wanted: str | None, taken: list[str]
) -> None:
    reading = people_table(*people)
    skipped, found = choose_person(reading, "file", ME, wanted)
    assert [r.description for r in reading.records] == taken
    assert len(skipped) == len(people) - len(taken)
    assert sum(found.lines.values()) == sum(1 for person in people if any(person))
    assert not found.stranger


def test_a_stranger_alone_is_doubtful_and_two_are_refused() -> None:
    _, found = choose_person(people_table(("Robin", "other@x.org")), "file", ME, None)
    assert (found.stranger, found.doubtful) == ("other@x.org", True)
    with pytest.raises(UsageError, match=r"none of them is you: a@x\.org, b@x\.org"):
        choose_person(people_table(("", "a@x.org"), ("", "b@x.org")), "file", ME, None)
    with pytest.raises(UsageError, match="fits 2 people"):
        choose_person(people_table(("A", "a@x.org"), ("A", "b@x.org")), "file", ME, "A")
    toggl = read_text(json.dumps([ENTRIES["Toggl JSON"]]))
    _, found = choose_person(toggl, "file", ME, None)
    assert (found.stranger_text, found.doubtful) == ("user 42", False)


def test_an_id_tells_who_it_is() -> None:
    entry = {**ENTRIES["Clockify JSON"], "userId": "5" * 24}
    other = {**entry, "userId": "6" * 24}
    reading = read_text(json.dumps([entry, other]))
    skipped, _ = choose_person(reading, "file", ME, None)
    assert ([r.person.id for r in reading.records], len(skipped)) == (["5" * 24], 1)


def test_other_peoples_wrong_lines_do_not_stop_ones_own() -> None:
    head = "Start Date,Start Time,End Time,Email,Type\n"
    rows = [
        "2026-11-24,9:00,10:00,robin@x.org,Regular",
        "2026-11-24,9:00,8:00,m@x.org,Regular",
        "2026-11-24,9:00,10:00,m@x.org,Holiday",
        "2026-11-24,9:00,8:00,robin@x.org,Regular",
        "2026-11-24,9:00,m@x.org",
    ]
    reading = read_text(head + "\n".join(rows))
    notes, found = choose_person(reading, "file", ME, None)
    assert [note.line for note in notes] == [3, 4]
    assert [note.line for note in reading.broken] == [5, 6]
    assert (len(reading.records), reading.skipped) == (1, [])
    assert found.lines == {"robin@x.org": 2, "m@x.org": 2}
