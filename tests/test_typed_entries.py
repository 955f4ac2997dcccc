"""Whatever JSON comes for a time entry, what is made of it can be relied on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clockify_cli.core import model
from clockify_cli.gateway.typed import time_entry, usable_entries

NOW = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
START = "2026-11-25T08:00:00Z"
ENTRY: dict[str, Any] = {
    "id": "e" * 24,
    "description": "Fix login",
    "userId": "b" * 24,
    "workspaceId": "a" * 24,
    "projectId": None,
    "taskId": "",
    "tagIds": None,
    "billable": True,
    "type": "BREAK",
    "isLocked": False,
    "timeInterval": {"start": START, "end": "2026-11-25T09:00:00.000Z", "duration": "PT1H"},
    "customFieldValues": [{"customFieldId": "d" * 24, "value": ["x", 7], "name": "Cost"}],
    "hourlyRate": {"amount": 5000, "currency": "EUR"},
    "somethingNew": {"of": ["the", "service"]},
}
BODY: dict[str, Any] = {
    "start": START,
    "end": "2026-11-25T09:00:00Z",
    "description": "Fix login",
    "projectId": "c" * 24,
    "tagIds": ["f" * 24],
    "billable": True,
    "type": "BREAK",
    "customFields": [{"customFieldId": "d" * 24, "sourceType": "TIMEENTRY", "value": "V"}],
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            START,
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "2026-11-25",
            "2026-11-25T25:00:00Z",
            "",
        ]
    )
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["customFieldId", "value", "start", "end", "amount", "name", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
odd_intervals = anything | st.fixed_dictionaries(
    {}, optional={"start": anything, "end": anything, "duration": anything}
)


@st.composite
def odd_entries(draw: st.DrawFn) -> dict[str, Any]:
    """An entry in which a few fields are of any form."""
    entry = dict(ENTRY)
    for name in draw(st.lists(st.sampled_from(list(ENTRY)), max_size=6, unique=True)):
        kind = odd_intervals if name == "timeInterval" else anything
        entry[name] = draw(kind)
    for name in draw(st.lists(st.sampled_from(list(ENTRY)), max_size=3, unique=True)):
        entry.pop(name, None)
    return entry


def use(entry: dict[str, Any]) -> None:
    """Ask everything of an entry that is asked deeper down."""
    assert entry["id"]
    assert isinstance(entry["id"], str)
    start, end = model.start_of(entry), model.end_of(entry)
    assert model.is_running(entry) == (end is None)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        for moment in (start, end or start):
            (moment.astimezone(ZoneInfo(zone)) + timedelta(days=40)).isoformat()
            (moment.astimezone(ZoneInfo(zone)) - timedelta(days=40)).isoformat()
    assert model.seconds_of(entry, NOW) >= 0
    model.with_interval(entry, start, end)
    body = model.write_body(entry)
    json.dumps(body, allow_nan=False)
    assert model.same_content(entry, dict(entry))
    hash(tuple(sorted(entry.get("tagIds") or [])))
    model.entry_from_body("x", "w", "u", body)
    assert isinstance(entry.get("description") or "", str)
    for name in ("projectId", "taskId", "userId"):
        hash(entry.get(name))
    assert all(isinstance(f, dict) for f in entry.get("customFieldValues") or [])


@given(data=odd_entries() | anything)
def test_what_a_list_holds_is_usable_or_left_out(data: Any) -> None:
    found = time_entry(data)
    if found is not None:
        use(found)
        assert time_entry(found) is found  # nothing is odd in it any more


@given(data=odd_entries(), body=st.sampled_from([BODY, {"end": START}, {"start": START}, {}]))
def test_the_answer_of_a_change_needs_an_id_alone(data: dict[str, Any], body: Any) -> None:
    found = time_entry(data, body)
    usable = isinstance(data.get("id"), str) and data["id"] == ENTRY["id"]
    assert not usable or found is not None
    if found is not None:
        use(found)


def test_an_entry_without_anything_odd_is_given_back_as_it_came() -> None:
    assert time_entry(ENTRY) is ENTRY


ODD: list[tuple[str, Any, Any]] = [
    ("tagIds", 7, BODY["tagIds"]),
    ("description", {"text": "x"}, "Fix login"),
    ("billable", "yes", True),
    ("projectId", 7, BODY["projectId"]),
    ("type", ["BREAK"], "BREAK"),
    ("customFieldValues", "x", [{"customFieldId": "d" * 24, "value": "V"}]),
    ("timeInterval", None, {"start": START, "end": BODY["end"], "duration": "PT1H"}),
    (
        "timeInterval",
        {"start": START, "end": "2026-13-01T00:00:00Z", "duration": None},
        {"start": START, "end": BODY["end"], "duration": "PT1H"},
    ),
    (
        "timeInterval",
        {"start": "0000-00-00", "end": "2026-11-25T10:00:00Z"},
        {"start": START, "end": "2026-11-25T10:00:00Z", "duration": "PT2H"},
    ),
]


@pytest.mark.parametrize(("name", "odd", "right"), ODD)
def test_the_request_supplies_what_is_odd_in_the_answer(name: str, odd: Any, right: Any) -> None:
    found = time_entry({**ENTRY, name: odd}, BODY)
    assert found is not None
    assert found[name] == right
    assert {**found, name: None} == {**ENTRY, name: None}


def test_an_id_alone_is_an_answer() -> None:
    found = time_entry({"id": "e" * 24}, BODY)
    assert found is not None
    assert found["timeInterval"]["start"] == START
    assert found["description"] == "Fix login"
    assert found["tagIds"] == BODY["tagIds"]
    assert time_entry({"ok": True}, BODY) is None
    assert time_entry([{"id": "e" * 24}], BODY) is None


def test_a_started_timer_with_an_odd_end_runs() -> None:
    odd = {**ENTRY, "timeInterval": {"start": START, "end": 7}}
    found = time_entry(odd, {"start": START})
    assert found is not None
    assert model.is_running(found)


def test_an_entry_whose_end_cannot_be_read_is_no_running_timer() -> None:
    odd = {**ENTRY, "timeInterval": {"start": START, "end": "2026-13-01T00:00:00Z"}}
    found = time_entry(odd)
    assert found is not None
    assert not model.is_running(found)
    assert model.seconds_of(found, NOW) == 0


def test_what_cannot_be_used_in_a_list_is_left_out_and_counted() -> None:
    counts: list[int] = []
    odd = {**ENTRY, "timeInterval": {"start": "?"}}
    assert usable_entries([odd, ENTRY, None, {"id": None}], counts.append) == [ENTRY]
    assert counts == [3]
    assert usable_entries([ENTRY], counts.append) == [ENTRY]
    assert counts == [3]
