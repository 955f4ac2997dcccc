"""The man page of the time grammar, ``clockify-times.1``."""

from __future__ import annotations

from collections.abc import Callable

from clockify_cli.generate.troff import Page, bold, text

_ABOUT = """\
Every option and argument of clockify that takes a time reads one closed grammar. Nothing is
guessed: what does not match is a usage error (exit 2) that shows how it is typed. Capitals and
surplus blanks do not matter. A time of several words is one argument, so it is quoted for
options: --at 'yesterday 17:30'. The arguments of clockify log, clockify when and of ranges may
stand as words of their own.

Times are typed and shown in the zone of the run: --tz, else the setting time_zone, else TZ,
else the system's. What was understood is told on standard error whenever it is not plainly
today. clockify when explains any expression: the local time, UTC and the rule that applied.

The examples below take it to be 10:15 on Wednesday, 25 November 2026, in Berlin.\
"""

INSTANTS = {
    "now": "This second. Seconds are kept, so that entries which follow each other touch.",
    "9:00, 09:00, 0900, 9am, noon, midnight": "Today at that time. A bare 9 or 900 is refused.",
    "yesterday 14:00, yesterday at 9am": "A day and a time: 24 November. The day alone is no "
    "instant and is refused.",
    "monday 9:00": "The most recent Monday, today included once that time has passed. Days are "
    "written in English, whole or with three letters. Before it, last leaves today out, this "
    "means the current week, and next the first one to come.",
    "11-24 9:00, 2026-11-24 9:00": "A date, of this year where none is typed, or of the year "
    "before where it is still to come. 24/11 and 11/24 are refused: countries read them in two "
    "ways.",
    "-1h, -1h30m, -90m, 1h ago": "That long before now, in exact elapsed time. "
    "-1:30 is 1 hour 30 minutes ago, too.",
    "+10m, in 10m": "That long after now; see FUTURE AND DOUBT.",
    "-1d, -1d 9:00": "The same wall clock yesterday; yesterday at 9:00.",
    "2026-11-24T09:00Z, 2026-11-24 09:00+01:00": "A timestamp of ISO 8601. With an offset it is "
    "that very instant, else it is read in the zone of the run.",
    "last-stop, last-start": "The end of the newest finished entry; the start of the newest entry.",
}
LENGTHS = {
    "1h30m, 1h 30m, 90m, 90min, 1.5h, 1,5h, 1:30, PT1H30M": "All the same 90 minutes.",
    "units": "w, d, h, m and s, and their long words, from long to short, each once. m is always "
    "minutes; a length in months does not exist.",
    "90": "Refused: minutes or hours? So are 1h1h, 30m1h, 1:75 and 0m.",
}
SPANS = {
    "9:00-10:30, 9:00..10:30, 9:00 to 10:30": "From one time to the other.",
    "yesterday 22:00-06:00": "The day belongs to the start. An end before its start is on the "
    "next day where that makes 12 hours or less, and this is told.",
    "23:00-01:00": "Without a day it is the latest such span that is over.",
    "yesterday 14:00 +45m, 9:00 for 1h": "A start and a length.",
    "1h until 15:00": "A length and an end.",
    "last-stop now, 9:00 now": "Two instants, the first of them the start.",
    "1h30m": "A length alone ended just now.",
    "9:00-8:30": "Refused: it ends before it starts.",
}
PERIODS = {
    "today, yesterday, monday, 2026-11-24": "One day.",
    "week, month, quarter, year": "The current one, whole; this-week means the same.",
    "last-week, last-month, last-quarter, last-year": "The one before.",
    "last-7d": "Seven days, of which today is the last.",
    "2026, 2026-11, 2026-Q4, 2026-W48": "A year, a month, a quarter, a week of ISO 8601.",
    "2026-11-02..2026-11-06, monday..today": "From one day to the other, both included.",
}


def times_page(new_page: Callable[[str, str], Page]) -> Page:
    """Return the page.

    Args:
        new_page: Begins a page with a name and a summary.
    """
    page = new_page("clockify-times", "how times, lengths, spans and ranges are typed")
    page.section("DESCRIPTION")
    page.paragraphs(_ABOUT)
    for title, intro, rows in (
        ("INSTANTS", "Where an option's value is WHEN:", INSTANTS),
        ("LENGTHS", "Where it is DURATION:", LENGTHS),
        (
            "SPANS",
            "What clockify log begins with. It takes the longest run of leading words that is a "
            "span; what follows is the description, and -- ends the span before that.",
            SPANS,
        ),
        (
            "RANGES",
            "Where an argument is RANGE. --since and --until take a day each and stand for its "
            "two ends. A week begins on the account's first day, or the setting's.",
            PERIODS,
        ),
    ):
        page.section(title)
        page.line(text(intro))
        for typed, meaning in rows.items():
            page.item(", ".join(bold(part) for part in _parts(typed)), meaning)
    page.section("CLOCK CHANGES")
    page.paragraphs(
        "A time that the clock leaps over (2026-03-29 02:30 in Berlin) does not exist and is "
        "refused, with both its neighbours. One that happens twice (2026-10-25 02:30) is the "
        "earlier as a start and the later as an end, and this is told; an offset decides "
        "otherwise. The length of a span is the time that has passed: 01:30-03:30 is one hour on "
        "the first of these days and three on the second."
    )
    page.section("FUTURE AND DOUBT")
    page.paragraphs(
        "A start or end still to come is refused, beyond one minute for clocks that differ, "
        "unless --allow-future is given.\n\n"
        "What is longer than 24 hours, or lies more than a year back, is asked about first; "
        "without a terminal it needs --yes. A timer is never stopped before it was started."
    )
    page.section("EXIT STATUS")
    page.item(bold("2"), "The expression is outside the grammar, or there is no such time.")
    page.section("EXAMPLES")
    page.example(
        [
            "clockify start Review --at -10m",
            "clockify stop --at 'yesterday 17:30'",
            "clockify log 9:00-10:30 Team meeting",
            "clockify log yesterday 14:00 +45m Planning",
            "clockify entries 2026-11-02..2026-11-06",
            "clockify when monday 9:00",
        ]
    )
    page.section("SEE ALSO")
    page.line(
        ", ".join(f"{bold(name)}(1)" for name in ("clockify", "clockify-when", "clockify-log"))
    )
    return page


def _parts(typed: str) -> list[str]:
    """Part spellings at their commas; the comma within ``1,5h`` has no blank behind it."""
    return typed.split(", ")
