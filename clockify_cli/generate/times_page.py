"""The man page of the time grammar, ``clockify-times.1``."""

from __future__ import annotations

from collections.abc import Callable

from clockify_cli.generate.troff import Page, bold, text

_ABOUT = """\
Every option and argument of clockify that takes a time reads one closed grammar.
Nothing is guessed: text outside it is a usage error (exit 2) that shows how it is typed. Capitals
and extra spaces do not matter. A time of several words is one argument, so it is quoted for
options: --at 'yesterday 17:30'. In the arguments of clockify log, stop, when and in ranges, quotes
are not needed.

Times are typed and shown in one time zone: --tz, else the setting time_zone, else TZ, else the
system's. The time that was understood is printed on standard error unless it is plainly today.
clockify when explains any expression: the local time, UTC and the rule that applied.

In the examples below it is 10:15 on Wednesday, 25 November 2026, in Berlin.\
"""

INSTANTS = {
    "now": "This second. Seconds are kept, so that entries which follow each other touch.",
    "9:00, 09:00, 0900, 9am, noon, midnight": "Today at that time. A bare 9 or 900 is refused.",
    "yesterday 14:00, yesterday at 9am": "A day and a time: 24 November. The day alone is refused.",
    "monday 9:00": "The most recent Monday, today included once that time has passed. Days are "
    "written in English, whole or with three letters. Before it, last leaves today out, this "
    "means the current week, and next the first one in the future.",
    "11-24 9:00, 2026-11-24 9:00, tue 2026-11-24 9:00": "A date, of this year if none is typed, "
    "or of the year before if it is in the future. 24/11 and 11/24 are refused: countries read "
    "them in two ways.",
    "-1h, -1h30m, -90m, 1h ago": "That long before now, in exact elapsed time. "
    "-1:30 is 1 hour 30 minutes ago, too.",
    "+10m, in 10m": "That long after now; see FUTURE AND DOUBT.",
    "-1d, -1d 9:00": "The same wall clock yesterday; yesterday at 9:00.",
    "2026-11-24T09:00Z, 2026-11-24 09:00+01:00": "A timestamp of ISO 8601. With an offset it is "
    "that very instant, else it is read in that time zone.",
    "last-stop, last-start": "The end of the newest entry that is over; the start of the newest "
    "one that has begun.",
}
LENGTHS = {
    "1h30m, 1h 30m, 90m, 90min, 1.5h, 1,5h, 1:30, PT1H30M": "All the same 90 minutes.",
    "units": "w, d, h, m and s, and their long words, from long to short, each once. m is always "
    "minutes; there are no durations in months.",
    "90": "Refused: minutes or hours? So are 1h1h, 30m1h, 1:75 and 0m.",
}
SPANS = {
    "9:00-10:30, 9-10:30, 9:00..10:30, 9:00 to 10:30, 9:00–10:30": "From one time to the other. "
    "Beside the dash a bare hour will do.",
    "9:00-now": "From that time until this second.",
    "monday 9-11, yesterday 22:00-06:00": "The day belongs to the start. An end before its start "
    "is on the next day if that makes 12 hours or less, and a notice says so.",
    "23:00-01:00, 23:00–01:00+1": "Without a day it is the latest such span that is over. +1 is "
    "how we print that the end is a day later.",
    "yesterday 14:00 +45m, 9:00 for 1h": "A start and a duration.",
    "1h until 10:00": "A duration and an end.",
    "last-stop now, 9:00 10:00": "Two instants, the first of them the start.",
    "1h30m": "A duration alone ends now.",
    "9:00-8:30": "Refused: it ends before it starts.",
    "9:00, 1:30": "Refused: each can be a time or a duration. Write 9:00-now, or 9h.",
    "10-12 9:00-10:00": "Refused: two hours, or 12 October. Before a span a date needs its year.",
    "2026-08, 8-9pm": "Refused: they can be read in two ways.",
}
PERIODS = {
    "today, yesterday, monday, 2026-11-24": "One day.",
    "week, month, quarter, year": "The current one, whole; this-week and this week are the same.",
    "last-week, last month, last-quarter, last year": "The one before.",
    "last-7d, last 7 days, last 2 weeks, last 3 "
    "months": "That many days, weeks or months, ending today.",
    "since monday, since 11-02": "From that day to today.",
    "2026, 2026-11, 2026-Q4, 2026-W48": "A year, a month, a quarter, a week of ISO 8601.",
    "november, nov 2025, "
    "W48": "The most recent month or week of that name or number, or the one in the given year.",
    "all": "Everything.",
    "2026-11-02..2026-11-06, monday..today": "From one day to the other, both included.",
}


def times_page(new_page: Callable[[str, str], Page]) -> Page:
    """Return the page.

    Args:
        new_page: Begins a page with a name and a summary.
    """
    page = new_page("clockify-times", "how times, durations, spans and ranges are typed")
    page.section("DESCRIPTION")
    page.paragraphs(_ABOUT)
    for title, intro, rows in (
        ("INSTANTS", "For options that take WHEN:", INSTANTS),
        ("LENGTHS", "For options that take DURATION:", LENGTHS),
        (
            "SPANS",
            "The first words of clockify log. It takes the longest run of leading words that forms "
            "spans; what follows is the description, and -- ends the spans before that. Several "
            "spans make several entries and one change: 9:00-10:00 11:00-12:00. From the "
            "second on both ends are H:MM or have am or pm, and a day carries over.",
            SPANS,
        ),
        (
            "RANGES",
            "For arguments called RANGE. --since and --until take a day each and set its two ends. "
            "A space works as well as the dash. A week begins on the account's first "
            "day, "
            "or the setting's.",
            PERIODS,
        ),
    ):
        page.section(title)
        page.line(text(intro))
        for typed, meaning in rows.items():
            page.item(", ".join(bold(part) for part in _parts(typed)), meaning)
    page.section("CLOCK CHANGES")
    page.paragraphs(
        "A time that the clock skips (2026-03-29 02:30 in Berlin) does not exist and is "
        "refused, with both its neighbours. One that happens twice (2026-10-25 02:30) is the "
        "earlier as a start and the later as an end, and a notice says so; an offset decides "
        "otherwise. The length of a span is the time that has passed: 01:30-03:30 is one hour on "
        "the first of these days and three on the second."
    )
    page.section("STOPPING")
    page.paragraphs(
        "clockify stop 17:30 ends the timer at the latest 17:30 that is over and not before its "
        "start: yesterday's, if today's is in the future. The date is shown."
    )
    page.section("TIMES IN DESCRIPTIONS")
    page.paragraphs(
        "In the descriptions of clockify start, switch and break, words that are plainly times "
        "are refused with the line that was probably meant: +5m, -10m and @2 wherever they "
        "stand; a clock time with a colon or am or pm, a length in h, m, min or s and a span of "
        "these as the first or the last word. -- makes text of all that follows, and quotes of a "
        "word with blanks. In clockify start, switch and log a word like +review is a tag."
    )
    page.section("FUTURE AND DOUBT")
    page.paragraphs(
        "A start or end in the future is refused, beyond one minute for clocks that differ, "
        "unless --allow-future is given.\n\n"
        "Anything longer than 24 hours, or more than a year ago, is asked about first; without a "
        "terminal it needs --yes. A timer is never stopped before it was started."
    )
    page.section("EXIT STATUS")
    page.item(
        bold("2"), "The expression is outside the grammar, or names a time that does not exist."
    )
    page.section("EXAMPLES")
    page.example(
        [
            "clockify start Review --at -10m",
            "clockify stop 17:30",
            "clockify log 9-10:30 13:00-14:00 Workshop",
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
