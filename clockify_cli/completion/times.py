"""Candidates for times."""

from __future__ import annotations

import time

from clockify_cli.completion.candidates import Candidate, Group
from clockify_cli.core.weekdays import WEEKDAYS

_DAYS = {
    "today": "this day",
    "yesterday": "the day before",
    **{day: f"the most recent {day.title()}" for day in WEEKDAYS},
}
_PERIODS = {
    "today": "this day",
    "yesterday": "the day before",
    "week": "this week",
    "last-week": "the week before",
    "month": "this month",
    "last-month": "the month before",
    "quarter": "this quarter",
    "last-quarter": "the quarter before",
    "year": "this year",
    "last-year": "the year before",
    "last-7d": "seven days, today the last",
    "last-14d": "fourteen days, today the last",
    "last-30d": "thirty days, today the last",
    "all": "all entries",
    **{day: f"the most recent {day.title()}" for day in WEEKDAYS},
}
_INSTANTS = {
    "now": "now",
    "-5m": "5 minutes ago",
    "-15m": "15 minutes ago",
    "-30m": "half an hour ago",
    "-1h": "an hour ago",
    "last-stop": "the end of the newest finished entry",
    "last-start": "the start of the newest entry that has begun",
    "noon": "today 12:00",
    "midnight": "today 0:00",
    "today 9:00": "a day and a time",
    "yesterday 9:00": "a day and a time",
    "yesterday 17:00": "a day and a time",
}
_LENGTHS = {
    "15m": "a quarter of an hour",
    "30m": "half an hour",
    "45m": "three quarters of an hour",
    "1h": "an hour",
    "1h30m": "an hour and a half",
    "2h": "two hours",
    "4h": "four hours",
    "8h": "eight hours",
}
_SPAN_STARTS = {
    **{length: f"{meaning}, ending now" for length, meaning in _LENGTHS.items()},
    **_DAYS,
    "last-stop": "from the end of the newest finished entry",
}
_CLOCK_WORDS = {"at": "… a time", "noon": "12:00", "midnight": "0:00"}
_RECENT_DAYS = 7


class Today:
    """The user's day, as far as completion needs it.

    Args:
        seconds: The present, in seconds since the epoch.
        offset: The zone's offset from UTC in seconds; ``None`` takes the machine's.
    """

    def __init__(self, seconds: int, offset: int | None) -> None:
        self.seconds = seconds
        self.offset = offset

    def days_ago(self, days: int) -> time.struct_time:
        """Return the date so many days ago."""
        if self.offset is None:
            return time.localtime(self.seconds - days * 86400)
        return time.gmtime(self.seconds + self.offset - days * 86400)


def _group(words: dict[str, str]) -> Group:
    return [Candidate(word, meaning) for word, meaning in words.items()]


def _clocks(typed: str) -> Group:
    """Return the quarters of the hour that is typed: ``9:00`` to ``9:45`` for ``9``."""
    hour = typed.partition(":")[0]
    if not (hour.isdecimal() and hour.isascii() and len(hour) <= 2 and int(hour) < 24):
        return []
    return [Candidate(f"{hour}:{minute}") for minute in ("00", "15", "30", "45")]


def instants(typed: str) -> Group:
    """Return what could be typed for one instant."""
    day, blank, rest = typed.rpartition(" ")
    if blank and day.strip().lower() in _DAYS:
        clocks = _clocks(rest) or [Candidate(c) for c in ("9:00", "12:00", "17:00")]
        return [clock.behind(day + " ") for clock in clocks]
    return _group(_INSTANTS) + _clocks(typed) + _group_of_weekdays(typed)


def moments(before: list[str], typed: str) -> Group:
    """Return what could come next of an instant whose words stand one by one."""
    if not before:
        return instants(typed) + _group(_DAYS)
    if before[-1].lower() in _DAYS and len(before) == 1:
        return _group(_CLOCK_WORDS) + _clocks(typed)
    return _clocks(typed) if before[-1].lower() == "at" else []


def _group_of_weekdays(typed: str) -> Group:
    """Return ``monday 9:00`` and the like, once something of a weekday is typed."""
    return [Candidate(f"{day} 9:00", "a day and a time") for day in WEEKDAYS if typed]


def spans(before: list[str], typed: str) -> Group:
    """Return what could come next of a span whose words stand one by one.

    Args:
        before: The span's words so far.
        typed: What there is of the next one.
    """
    last = before[-1].lower() if before else ""
    start, dash, end = typed.rpartition("-")
    if dash and _clocks(start):
        to_now = [Candidate("now", "until now")] if "now".startswith(end) else []
        return [clock.behind(start + dash) for clock in _clocks(end) + to_now]
    if not before:
        return _group(_SPAN_STARTS) + _clocks(typed)
    if last in _DAYS and len(before) == 1:
        return _group(_CLOCK_WORDS) + _clocks(typed)
    if last == "until":
        return _group({"now": "now"}) + _clocks(typed)
    if last == "to":
        return _group({"noon": "12:00", "midnight": "0:00"}) + _clocks(typed)
    if last == "for":
        return _group(_LENGTHS)
    if "-" in last and _is_clock(last.rpartition("-")[2]):
        return _clocks(typed)  # another span
    if last in _LENGTHS:
        return _group({"until": "… its end; else it ended now"})
    if last == "last-stop":
        return _group({"now": "until now", "for": "… a duration"})
    if last in ("noon", "midnight") or (len(before) < 4 and _is_clock(last)):
        return _group({"to": "… an end", "for": "… a duration", "now": "until now"})
    return _clocks(typed) if last == "at" else []


def _is_clock(word: str) -> bool:
    return bool(_clocks(word)) and len(word.partition(":")[2]) == 2


def lengths() -> Group:
    """Return lengths of time."""
    return _group(_LENGTHS)


def days(typed: str, today: Today) -> Group:
    """Return what could be typed for a day; dates once a digit is typed."""
    if typed[:1].isdecimal():
        return [
            Candidate(time.strftime("%Y-%m-%d", d), time.strftime("%A", d))
            for d in (today.days_ago(number) for number in range(_RECENT_DAYS))
        ]
    return _group(_DAYS)


def periods(typed: str, today: Today) -> Group:
    """Return what could be typed for a period; years, months, weeks and dates after a digit."""
    first, dots, last = typed.partition("..")
    if dots:
        return [day.behind(first + dots) for day in days(last, today)]
    if not typed[:1].isdecimal():
        return _group(_PERIODS)
    now = today.days_ago(0)
    before = today.days_ago(now.tm_mday)
    quarter = (now.tm_mon + 2) // 3
    return [
        Candidate(f"{now.tm_year}", "this year"),
        Candidate(f"{now.tm_year - 1}", "the year before"),
        Candidate(f"{now.tm_year}-{now.tm_mon:02}", "this month"),
        Candidate(f"{before.tm_year}-{before.tm_mon:02}", "the month before"),
        Candidate(time.strftime("%G-W%V", now), "this week, Monday to Sunday"),
        Candidate(time.strftime("%G-W%V", today.days_ago(7)), "the week before"),
        Candidate(f"{now.tm_year}-Q{quarter}", "this quarter"),
        *days(typed, today),
    ]
