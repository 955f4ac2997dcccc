"""What is no file of entries is refused by name; anything else is a plan or one sentence."""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transfer_files import ENTRIES, ME, read_text

from clockify_cli.core.errors import UsageError
from clockify_cli.importing.people import choose_person
from clockify_cli.transfer import source
from clockify_cli.transfer.foreign import refuse_table
from clockify_cli.transfer.reading import read
from clockify_cli.transfer.source import read_source


def refusal(text: str | bytes, **options: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_text(text, **options)
    return caught.value


# -- files that are refused by name -----------------------------------------------------------

REFUSED = {
    "Harvest time report": "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?\n1,2\n",
    "Harvest's JSON": '[{"id": 1, "spent_date": "2026-11-23", "hours": 1.5}]',
    "Tempo timesheet": '"Issue Key","Issue summary","Hours","Work date","Username"\n',
    "Tempo's JSON": '[{"tempoWorklogId": 1, "timeSpentSeconds": 60}]',
    "Jira worklog report": "Issue Key,Author,Time Spent,Started\n",
    "Jira's JSON": '{"worklogs": [{"timeSpentSeconds": 60}]}',
    "Jira export of issues": "Issue Type,Issue Key,Summary\n",
    "Outlook calendar": "Subject,Start Date,Start Time,End Date,End Time,All day event\n",
    "Kimai export": "Date,From,To,Duration,Customer,Project,Activity\n",
    "Kimai's JSON": '[{"begin": "2026-11-23T09:00:00+0100", "end": "x", "activity": 1}]',
    "solidtime export": "Description,Task,Project,Client,User,Start,End,Duration,Billable,Tags\n",
    "TMetric report": "Day,User,Project,Start Time,End Time\n",
    "RescueTime export": "Date,Time Spent (seconds),Activity\n",
    "Hamster export": "activity\tstart time\tend time\tduration minutes\tcategory\n",
    "ManicTime timesheet": "Name,Start,End,Duration\n",
    "FreshBooks time report": "Date,Client,Project,Service,Hours\n",
    "QuickBooks Time export": "username,local_date,hours\n",
    "Redmine time report": "Project,Date,User,Activity,Issue,Comment,Hours\n",
    "OpenProject cost report": "Date,User,Activity,Work package,Units\n",
    "Toggl summary report": "Client,Project,Duration\nAcme,Web,1:00:00\n",
    "Clockify summary report": "Project,Client,Time (h),Time (decimal),Amount (USD)\n",
    "a Clockify summary": '{"totals": [], "groupOne": [{"duration": 5}]}',
    "ActivityWatch export": '{"buckets": {"aw-watcher-window": {}}}',
    "Google Calendar's JSON": '{"kind": "calendar#events", "etag": "x", "items": []}',
    "Super Productivity's data": '[{"id": "x", "timeSpentOnDay": {}}]',
    "a report of 'clockify report'": '{"start": "2026-11-23", "groups": [], "seconds": 60}',
    "an API error": '{"message": "Full authentication is required", "code": 1000}',
    "timewarrior's own data": "inc 20261123T080000Z - 20261123T093000Z # acme\n",
    "a timeclock file": "i 2026/11/23 09:00:00 acme:web\no 2026/11/23 10:00:00\n",
    "an Org mode file": "* Task\n  CLOCK: [2026-11-23 Mon 09:00]--[2026-11-23 Mon 10:00]\n",
    "a Bartib log": "2026-11-23 09:00 - 2026-11-23 10:00 | acme | web\n",
    "a gtimelog or utt log": "2026-11-23 09:00: hello\n",
    "a day as text": "2026-11-23\n    9:00 - 10:00 Review\n",
    "a page or a document": '<?xml version="1.0"?><activities/>',
    "an Excel workbook": b"PK\x03\x04\x14\x00",
    "an old Excel workbook": b"\xd0\xcf\x11\xe0\xa1\xb1",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3",
    "compressed file": b"\x1f\x8b\x08\x00",
    "an SQLite database": b"SQLite format 3\x00",
    "not text": bytes(4000),
    "UTF-16 without its mark": "Start Date,Start Time\n".encode("utf-16-le"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_other_programs_files_are_refused_by_name(what: str) -> None:
    error = refusal(REFUSED[what])
    assert what in error.message
    assert error.hint
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("German", "Projekt;Kunde;Beschreibung;Aufgabe;Startdatum;Startzeit;Enddatum;Endzeit"),
        ("German", "Benutzer,E-Mail,Kunde,Projekt,Aufgabe,Beschreibung,Startdatum,Dauer"),
        ("French", "Projet,Client,Description,Tâche,Date de début,Heure de début,Durée"),
        ("Spanish", "Proyecto,Cliente,Descripción,Tarea,Fecha de inicio,Hora de inicio,Duración"),
        ("Portuguese", "Projeto,Cliente,Descrição,Tarefa,Data de início,Hora de início,Duração"),
        ("Italian", "Progetto,Cliente,Descrizione,Data di inizio,Ora di inizio,Durata"),
        ("Dutch", "Project,Klant,Omschrijving,Begindatum,Begintijd,Duur"),
        ("Polish", "Projekt,Klient,Opis,Data rozpoczęcia,Czas rozpoczęcia"),
    ],
)
def test_other_languages_are_refused_by_name(language: str, header: str) -> None:
    for text in (
        header + "\n1\n",
        "\ufeff" + header + "\r\n",
        "sep=,\n" + header.replace(";", ","),
    ):
        error = refusal(text)
        assert f"the column names are {language}" in error.message
        assert "English" in error.hint


def test_what_is_read_is_never_taken_for_something_else() -> None:
    for header in (
        "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,"
        "End Date,End Time,Duration (h),Duration (decimal),Billable Amount (EUR),Activity,Notes",
        "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,"
        "End time,Duration,Tags,Amount (USD)",
        "Description,Billable,Duration,Member,Email,Project,Tags,Start date,Start time,Stop date",
        "Date,Hours,Activity,Project,Start Date,Start Time,End Time,Name,Kunde,Projekt",
    ):
        refuse_table(header.split(","), "file", 1)


def test_json_of_something_else_names_its_keys() -> None:
    error = refusal('[\n{"foo": 1, "bar": 2}]')
    assert "file:2: this is not a time entry" in error.message
    assert "foo, bar" in error.message


def test_an_object_that_was_cut_off_is_one_error() -> None:
    error = refusal('{"timeentries": [\n{"_id": "a",\n"description": "x"')
    assert "this is not JSON" in error.message


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_years_that_nobody_works_in_are_broken_lines(year: str) -> None:
    span = {"start": f"{year}-12-31T23:00:00Z", "end": f"{year}-12-31T23:59:59Z"}
    basic = {key: value.replace("-", "").replace(":", "") for key, value in span.items()}
    watson = {"start": span["start"], "stop": span["end"], "project": "x"}
    texts = [json.dumps([entry]) for entry in (span, basic, watson)]
    texts.append(f"Start Date,Start Time,End Time\n{year}-12-31,23:00,23:59\n")
    texts.append(f"id,start,stop,project,tags\nx,{year}-12-31 20:00:00,{year}-12-31 21:00:00,,\n")
    for text in texts:
        reading = read_text(text)
        assert (reading.records, len(reading.broken)) == ([], 1), text


# -- what is not a file ----------------------------------------------------------------------


def test_a_file_is_read_up_to_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(5 * 2**30)
    with pytest.raises(UsageError, match=r"has 5,120 MiB; .* 64 MiB"):
        read_source(str(large))
    monkeypatch.setattr(source, "LARGEST", 2**17)
    small = tmp_path / "small"
    small.write_bytes(b"x" * 2**17)
    assert read_source(str(small)) == (b"x" * 2**17, str(small))


@pytest.mark.parametrize("text", ["\n" * 1_000_001, "[" + "0," * 1_000_001 + "0]"])
def test_a_file_is_read_up_to_a_number_of_lines(text: str) -> None:
    assert "more than 1,000,000 " in refusal(text).message


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/dev/full", "is a device"),
        ("/dev/zero", "is a device"),
        ("/", "Is a directory"),
        ("/nowhere", "No such file"),
        ("a\0b", "cannot be read"),
    ],
)
def test_what_is_no_file_is_refused(path: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_source(path)


def test_a_pipe_is_read_if_somebody_writes_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_PATIENCE", 0.05)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="nothing came out of it"):
        read_source(str(pipe))
    out, into = os.pipe()
    try:
        os.write(into, b"Start Date")
        os.close(into)
        assert read_source(f"/dev/fd/{out}")[0] == b"Start Date"
    finally:
        os.close(out)


# -- anything at all ------------------------------------------------------------------------------

FORMATS = [None, "csv", "json", "jsonl", "ics", "clockify", "toggl", "watson", "timewarrior"]
KEYS = sorted(
    {key for entry in ENTRIES.values() for key in entry}
    | {"id", "type", "billable", "project", "task", "user", "client", "tagIds", "userId", "dur"}
    | {"customFieldValues", "time_entries", "data", "timeentries", "end", "pid", "userName"}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["2026-11-24T09:00:00Z", "9999-12-31T23:59:59-01:00", "PT1H", "P" + "9" * 40]),
    st.sampled_from(["20261124T090000Z", "\ud800", "x" * 24, "a" * 24, 10**400, "0001-01-01"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=4)), inner, max_size=6),
        st.sampled_from(list(ENTRIES.values())).flatmap(
            lambda entry: st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
                lambda more: {**entry, **more}
            )
        ),
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(VALUES, st.sampled_from(FORMATS), st.sampled_from(["", "\n", " x", "]"]))
def test_any_json_is_a_plan_or_a_sentence(value: Any, format: str | None, tail: str) -> None:
    _read_or_refuse((json.dumps(value) + tail).encode(), format)


CELL = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["2026-11-24", "9:00", "99:99", "9999-12-31", "23:59:59", "9" * 400, "1:30"]),
    st.sampled_from(["Yes", "Holiday", "+99:99", "-01:00 x", "0001-01-01", "9" * 5000 + ":00"]),
)
HEADERS = st.lists(
    st.one_of(
        st.sampled_from(
            ["Start Date", "Start Time", "End Date", "End Time", "Duration", "Duration (decimal)"]
        ),
        st.sampled_from(["Type", "Billable", "Tags", "UTC offset", "Email", "start", "stop", ""]),
        st.text(max_size=5),
    ),
    max_size=9,
)


@settings(max_examples=300, deadline=None)
@given(
    HEADERS,
    st.lists(st.lists(CELL, max_size=9), max_size=4),
    st.sampled_from(FORMATS),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["", "sep=;\n", "sep=,\r\n", "\ufeff"]),
)
def test_any_table_is_a_plan_or_a_sentence(
    header: list[str], rows: list[list[str]], format: str | None, separator: str, first: str
) -> None:
    whole = ["Start Date", "Start Time", "End Date", "End Time", "Duration", *header]
    for head in (header, whole):
        padded = [(row + ["9:00"] * len(head))[: len(head)] for row in rows]
        text = first + "\n".join(separator.join(row) for row in [head, *padded])
        _read_or_refuse(text.encode("utf-8", "replace"), format)


CALENDAR_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTODO", "END:VTODO", "BEGIN:VTIMEZONE"]
        ),
        st.sampled_from(["DTSTART:20261124T090000Z", "DTEND:99991231T235959", "DURATION:P9W"]),
        st.sampled_from(["DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:P" + "9" * 30]),
        st.sampled_from(["SUMMARY:x\\", "X-CLOCKIFY-TASK;ENCODING=BASE64:%%", "TZID:x", " fold"]),
        st.text(max_size=12),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(CALENDAR_LINES)
def test_any_calendar_is_a_plan_or_a_sentence(lines: list[str]) -> None:
    event = ["BEGIN:VEVENT", *(line for line in lines if ":V" not in line), "END:VEVENT"]
    for body in (lines, event):
        text = "\r\n".join(["BEGIN:VCALENDAR", *body, "END:VCALENDAR"])
        _read_or_refuse(text.encode("utf-8", "replace"), None)


def _read_or_refuse(content: bytes, format: str | None) -> None:
    try:
        reading = read(content, "file", UTC, format=format)
    except UsageError as error:
        assert error.message
        return
    try:
        choose_person(reading, "file", ME, None)
    except UsageError:
        return
    for record in reading.records:
        assert 1900 <= record.start.year <= record.end.year < 2200
        assert record.end >= record.start
