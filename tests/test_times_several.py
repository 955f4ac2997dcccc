"""Several spans in one line, and words that are plainly times where text is typed."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clockify_cli.core.errors import TimeError
from clockify_cli.times import Clock, leading_spans, parse_span, parse_spans
from clockify_cli.times.plain import find_plain, split_tags

BERLIN = ZoneInfo("Europe/Berlin")
NOW = Clock(datetime(2026, 11, 25, 18, 0, tzinfo=BERLIN), BERLIN)


def read(line: str, clock: Clock = NOW) -> tuple[list[str], str]:
    """Return the spans of a line as ``25 09:00-10:00``, and the description."""
    words = shlex.split(line)
    found, count = leading_spans(words, clock)
    shown = [
        f"{s.start.astimezone(BERLIN):%d %H:%M}-{s.end.astimezone(BERLIN):%H:%M}" for s in found
    ]
    return shown, " ".join(words[count:])


def refusal(line: str, clock: Clock = NOW) -> str:
    with pytest.raises(TimeError) as caught:
        read(line, clock)
    return f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("line", "spans", "text"),
    [
        ("9:00-10:00 11:00-12:00 x", ["25 09:00-10:00", "25 11:00-12:00"], "x"),
        ("9-10 11:00-12:00 x", ["25 09:00-10:00", "25 11:00-12:00"], "x"),
        ("9am-10am 11am-12pm x", ["25 09:00-10:00", "25 11:00-12:00"], "x"),
        ("9:00 to 10:00 11:00 to 12:00 x", ["25 09:00-10:00", "25 11:00-12:00"], "x"),
        ("9:00–10:00 11:00–12:00", ["25 09:00-10:00", "25 11:00-12:00"], ""),
        ("9:00 - 10:00 11:00 - 12:00 a b", ["25 09:00-10:00", "25 11:00-12:00"], "a b"),
        ("'9:00-10:00 11:00-12:00' x", ["25 09:00-10:00", "25 11:00-12:00"], "x"),
        ("9:00-10:00 '11:00-12:00 x'", ["25 09:00-10:00"], "11:00-12:00 x"),
        ("9:00-10:00 -- 11:00-12:00 x", ["25 09:00-10:00"], "-- 11:00-12:00 x"),
        ("1h 9:00-10:00 x", ["25 17:00-18:00", "25 09:00-10:00"], "x"),
        ("9:00 +45m 11:00-12:00", ["25 09:00-09:45", "25 11:00-12:00"], ""),
        ("9:00 10:00 11:00-12:00", ["25 09:00-10:00", "25 11:00-12:00"], ""),
        (
            "monday 9-10 11:00-12:00 tue 9:00-10:00 13:00-14:00",
            ["23 09:00-10:00", "23 11:00-12:00", "24 09:00-10:00", "24 13:00-14:00"],
            "",
        ),
        ("9:00-10:00 yesterday 9:00-10:00", ["25 09:00-10:00", "24 09:00-10:00"], ""),
        ("2026-11-20 9:00-10:00 22:00-2:00", ["20 09:00-10:00", "20 22:00-02:00"], ""),
        ("yesterday 22:00-23:00 23:30-0:30", ["24 22:00-23:00", "24 23:30-00:30"], ""),
        ("monday 10-12 13:00-14:00", ["23 10:00-12:00", "23 13:00-14:00"], ""),
        ("13-15 16:00-17:00", ["25 13:00-15:00", "25 16:00-17:00"], ""),
        ("10..12 13:00-14:00", ["25 10:00-12:00", "25 13:00-14:00"], ""),
        ("10–12 13:00-14:00", ["25 10:00-12:00", "25 13:00-14:00"], ""),
        ("10-12", ["25 10:00-12:00"], ""),
        ("10-12 Review", ["25 10:00-12:00"], "Review"),
        ("9-10 9-11 memorial", ["25 09:00-10:00"], "9-11 memorial"),
        ("9-10 1100-1200 units", ["25 09:00-10:00"], "1100-1200 units"),
        ("9:00-10:00 3d printing", ["25 09:00-10:00"], "3d printing"),
        ("9:00-10:00 5 minutes of talk", ["25 09:00-10:00"], "5 minutes of talk"),
        ("9:00-10:00 now and then", ["25 09:00-10:00"], "now and then"),
        ("9:00-10:00 2026-11 plan", ["25 09:00-10:00"], "2026-11 plan"),
    ],
)
def test_several_spans_are_read_in_order(line: str, spans: list[str], text: str) -> None:
    assert read(line) == (spans, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1h 2h of work", "clockify log 1h -- 2h of work"),
        ("9:00-10:00 1h Review", "clockify log 9:00-10:00 -- 1h Review"),
        ("9:00-10:00 +45m x", "cannot follow another span"),
        ("9:00-10:00 -10m", "cannot follow another span"),
        ("9:00 10:00 11:00 12:00 x", "Did you mean '9:00-10:00 11:00-12:00'?"),
        ("yesterday 9:00 10:00 11:00 12:00", "'yesterday 9:00-10:00 11:00-12:00'"),
        ("9:00-10:00 11:00 12:00 x", "Did you mean '9:00-10:00 11:00-12:00'?"),
        ("9:00-10:00 11:00-12 x", "Did you mean '9:00-10:00 11:00-12:00'?"),
        ("9:00-10:00 11-12:30 x", "Did you mean '9:00-10:00 11:00-12:30'?"),
        ("9:00-10:00 11:00 +45m x", "both ends"),
        ("9:00-10:00 11:00-now x", "both ends"),
        ("9:00-10:00 -2h -1h x", "both ends"),
        ("9am-10am 11am-noon x", "cannot follow another span"),
        ("10-12 13:00-14:00 x", "'2026-10-12 13:00-14:00' or '10:00-12:00 13:00-14:00'"),
        ("11-12 9:00 10:00 x", "'2026-11-12 9:00 10:00' or '11:00-12:00 -- 9:00 10:00'"),
        ("11-12 14:00 +45m x", "'2026-11-12 14:00 +45m' or '11:00-12:00 -- 14:00 +45m'"),
        ("11-12 9:00", "'2026-11-12 9:00 for 1h' or '11:00-12:00 -- 9:00'"),
        ("10-12 13:00-14:00 15:00-16:00", "two ways"),
        ("9:00-10:00 10-12 13:00-14:00", "both ends"),
        ("yesterday 22:00-2:00 3:00-4:00", "'2026-11-24 3:00-4:00' or '2026-11-25 3:00-4:00'"),
        ("9:00-10:00 17:00-19:00 x", "in the future"),
        ("9:00-10:00 12:00-11:00 x", "before it starts"),
        ("9:00-10:00 11:00-12:75 x", "minutes and seconds to 59"),
    ],
)
def test_times_that_spans_cannot_go_on_with_are_refused(line: str, said: str) -> None:
    assert said in refusal(line)


def test_each_span_says_its_own_date() -> None:
    found, _ = leading_spans(["yesterday", "9:00-10:00", "11:00-12:00", "x"], NOW)
    assert [span.plainly_today for span in found] == [False, False]
    found, _ = leading_spans(["9:00-10:00", "11:00-12:00", "x"], NOW)
    assert [span.plainly_today for span in found] == [True, True]
    assert parse_spans("9:00-10:00 11:00-12:00", NOW) == found


# -- plain words ---------------------------------------------------------------------------

PLAIN = {
    "+5m": "relative",
    "-10m": "relative",
    "foo +5m": "relative",
    "foo -1h30m bar": "relative",
    "foo +1:30 bar": "relative",
    "-1d foo": "relative",
    "@1": "handle",
    "foo @12 bar": "handle",
    "@last": "handle",
    "@running": "handle",
    "9:00": "clock",
    "9:00 standup": "clock",
    "standup 9am": "clock",
    "Lunch 12:30pm": "clock",
    "15m": "length",
    "1h30m Review": "length",
    "Review 1.5h": "length",
    "Review 45min": "length",
    "Review 100:00": "length",
    "9:00-10:30 Review": "span",
    "Review 9:00-now": "span",
    "9–10:30": "span",
}
TEXT = [
    "Prepare 10:30 meeting",
    "monday",
    "midnight",
    "noon",
    "1234",
    "3d",
    "3d printing",
    "2w off",
    "call +49 171",
    "'call +49 171'",
    "'9:00 standup'",
    "'foo +5m' bar",
    "plan 1-1 with Bob",
    "1-1",
    "9-11 memorial",
    "+5",
    "-5 degrees",
    "C++",
    "foo @1234",
    "foo @last bar",
    "mail a@1",
    "2026-11-25 notes",
    "10 things",
    "v1.5",
    "5 m of rope",
    "",
]


@pytest.mark.parametrize(("line", "kind"), PLAIN.items())
def test_a_word_that_is_plainly_a_time_is_found(line: str, kind: str) -> None:
    found = find_plain(shlex.split(line))
    assert found is not None
    assert found.kind == kind
    assert shlex.split(line)[found.place] == found.word


@pytest.mark.parametrize("line", TEXT)
def test_text_remains_text(line: str) -> None:
    assert find_plain(shlex.split(line)) is None


def test_a_plus_and_a_letter_is_a_tag() -> None:
    words = ["x", "+review", "+5m", "+über", "C++", "+", "+1", "+two words", "y"]
    left, tags = split_tags(words)
    assert tags == ["review", "über"]
    assert left == ["x", "+5m", "C++", "+", "+1", "+two words", "y"]


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(["foo", "9:00", "15m", "@2", "+5m", "+tag", "monday", "3d"])))
def test_only_the_outer_words_are_taken_for_clocks_and_lengths(words: list[str]) -> None:
    found = find_plain(words)
    anywhere = [n for n, word in enumerate(words) if word in ("@2", "+5m")]
    outer = [n for n in {0, len(words) - 1} if words and words[n] in ("9:00", "15m")]
    assert (found.place if found else None) == min(anywhere + outer, default=None)


# -- properties ----------------------------------------------------------------------------

days = st.sampled_from(["", "", "yesterday ", "monday ", "2026-11-20 ", "-3d "])
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]}:{t[1]:02}")
dashes = st.sampled_from(["-", " - ", "..", " to ", "–"])
single = st.tuples(days, clocks, dashes, clocks).map("".join)


@settings(max_examples=400, deadline=None)
@given(parts=st.lists(single, min_size=1, max_size=4), text=st.sampled_from(["", "x", "Fix it"]))
def test_a_line_of_spans_is_each_of_them_with_the_day_carried_over(
    parts: list[str], text: str
) -> None:
    line = " ".join([*parts, text]).strip()
    day, expected = "", []
    try:
        for part in parts:
            typed = part if re.match(r"[a-z-]|\d{4}", part) else f"{day}{part}"
            expected.append(parse_span(typed, NOW))
            if typed != part or re.match(r"[a-z-]|\d{4}", part):
                day = f"{expected[-1].start.astimezone(BERLIN):%Y-%m-%d} "
    except TimeError:
        with pytest.raises(TimeError):
            leading_spans(line.split(), NOW)
        return
    try:
        found, count = leading_spans(line.split(), NOW)
    except TimeError as error:
        assert "two ways" in error.message  # after a midnight
        return
    assert [(s.start, s.end) for s in found] == [(s.start, s.end) for s in expected]
    assert line.split()[count:] == text.split()
