"""What was probably meant by text that the grammar does not have.

Imported only to refuse something. Nothing here is ever taken for what was typed: a mend is
shown as a question, and only where the grammar has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from clockify_cli.core.errors import TimeError
from clockify_cli.times.days import DAY, find_day
from clockify_cli.times.durations import find_length, not_a_length
from clockify_cli.times.instants import CLOCK, find_instant
from clockify_cli.times.periods import find_period
from clockify_cli.times.spans import TwoWays, find_span
from clockify_cli.times.text import (
    DAYS,
    INSTANTS,
    LONGEST,
    PERIODS,
    SPANS,
    quoted,
    slashed_date,
    unit_missing,
)

_ANYTHING, _NAMED, _NEAR = range(3)  # how much a refusal knows about what was meant

_NUMBER = r"\d+(?:[.,]\d+)?"
_SLASHED = r"(?:^| )\d{1,4}/\d{1,2}(?:/\d{1,4})?(?:[ .-]|$)"

# What people type and how the grammar has it; each is tried on what the ones before it left.
_TIMES = (
    (r"^from (?=.)", ""),
    (r"^at (?=\d)", ""),
    (r"^([-+]) (?=\d)", r"\1"),
    (r"(\d) (?=[ap]m\b)", r"\1"),
    (r"(?<![\d.,:])(\d{1,2})\.([0-5]\d)(?![\d.,a-z])", r"\1:\2"),  # 9.30
    (r"(?<![\d.,:])(\d+)h ?([0-5]?\d)(?=$| )", r"\1h\2m"),  # 1h30
    (r"(?<=\d)\+(?=\d{1,2}:\d\d$)", " +"),  # a length as in 9:00+1:30
    (r"([+-]\d\d)([0-5]\d)$", r"\1:\2"),  # an offset as in +0200
    (r"(?<![\d:])(\d{1,2})( ?- ?| to )(\d{1,2})([ap]m)$", r"\1\4\2\3\4"),  # 9-11am
    (rf"^({CLOCK}|.* (?:{CLOCK})) (?:until|till?) ", r"\1 to "),
    (r" till? ", " until "),
    (r"(?: ?- ?| ?\.\. ?| to )(now|last-st(?:op|art)|-\d)", r" \1"),
)
_PERIOD_WORDS = (
    (r"^(this|last) (week|month|quarter|year)$", r"\1-\2"),
    (r"^(?:last|past)?[ -]?(\d+)[ -]?d(?:ays?)?$", r"last-\1d"),
    (r"^(\d{4})-?w(\d)$", r"\1-w0\2"),
    (r"^(\d{4})-?([wq])(\d+)$", r"\1-\2\3"),
    (rf"^({DAY})(?: ?- ?| to | until )({DAY})$", r"\1..\2"),
)


def not_an_instant(text: str, typed: str) -> TimeError:
    """Return the refusal of text that has not the form of an instant."""
    if known := _common(text, typed, INSTANTS):
        return known
    if find_day(typed):
        return TimeError(f"{quoted(text)} is not a time but a day.", _did_you_mean(f"{typed} 9:00"))
    if _fits(find_length, typed):
        return TimeError(f"{quoted(text)} is not a time but a length.", _did_you_mean(f"-{typed}"))
    if _fits(find_span, typed):
        return TimeError(f"{quoted(text)} is not a time but a span.", INSTANTS)
    if meant := _mended(typed, _TIMES, find_instant):
        return TimeError(f"{quoted(text)} is not a time.", _did_you_mean(meant))
    return TimeError(f"{quoted(text)} is not a time.", INSTANTS)


def not_a_span(text: str, typed: str) -> tuple[int, TimeError]:
    """Return the refusal of text that has not the form of a span, and how near it came."""
    if known := _common(text, typed, SPANS):
        return (_NEAR if "/" in typed else _ANYTHING), known
    try:
        find_span(typed)
        one = find_instant(typed)
    except TimeError as refusal:
        return _NEAR, refusal
    if re.fullmatch(rf"{_NUMBER} ?(?:mo|months?|y|yrs?|years?)", typed, re.ASCII):
        return _NEAR, not_a_length(text, typed)
    if number := _without_unit(typed):
        return _NEAR, unit_missing(number)
    if one and one.dashed:
        return _NEAR, TimeError(
            f"{quoted(text)} may be a timestamp with an offset, or a span.",
            f"{_did_you_mean(typed.replace(' ', 't').upper())} {SPANS}",
        )
    if one:
        more = "" if typed == "now" else f"Did you mean '{typed} now' or '{typed} +45m'? "
        return _NAMED, TimeError(f"{quoted(text)} is one time; a span needs two.", more + SPANS)
    if find_day(typed):
        meant = [f"{typed} 9:00-10:30"]
        if typed[2:3] == "-" and _fits(find_span, hours := _hours(typed.replace("-", " - "))):
            meant.append(hours)  # 10-11 is a day; perhaps hours were meant
        return _NAMED, TimeError(
            f"{quoted(text)} is a day; a span needs times.", _did_you_mean(*meant)
        )
    if spelled := _mended(typed, _TIMES, find_span):
        return _NEAR, TimeError(f"{quoted(text)} is not a span.", _did_you_mean(spelled))
    if spelled := _mended(typed, _TIMES, find_instant):
        return _NAMED, TimeError(
            f"{quoted(text)} is not a span.", _did_you_mean(f"{spelled} now", f"{spelled} +45m")
        )
    return _ANYTHING, TimeError(f"{quoted(text)} is not a span.", SPANS)


def not_a_period(text: str, typed: str) -> TimeError:
    """Return the refusal of text that has not the form of a period."""
    if known := _common(text, typed, PERIODS):
        return known
    if meant := _mended(typed, _PERIOD_WORDS, find_period):
        if meant[0].isdigit() and ".." not in meant:
            meant = meant.upper()
        return TimeError(f"{quoted(text)} is not a period.", _did_you_mean(meant))
    if ".." in typed:
        return TimeError(f"{quoted(text)} is not a period: both its ends are days.", PERIODS)
    return TimeError(f"{quoted(text)} is not a period.", PERIODS)


def not_a_day(text: str, typed: str) -> TimeError:
    """Return the refusal of text that has not the form of a day."""
    return _common(text, typed, DAYS) or TimeError(f"{quoted(text)} is not a day.", DAYS)


def _common(text: str, typed: str, examples: str) -> TimeError | None:
    """Return the refusal of what no part of the grammar has."""
    if not typed:
        return TimeError("There is nothing where a time is asked.", examples)
    if len(text) > LONGEST:
        return TimeError(f"{quoted(text)} is too long for a time.", examples)
    if typed == "?":
        return TimeError(f"{quoted(text)} has characters that no time has.", examples)
    if re.search(_SLASHED, typed, re.ASCII):
        return slashed_date(text)
    return None


def _did_you_mean(*meant: str) -> str:
    spelled = [re.sub(r"(?<=\d)t(?=\d\d:)", "T", one) for one in meant]
    shown = [f"'{one}'" if " " in one else one for one in spelled]
    return f"Did you mean {' or '.join(shown)}?"


def _mended(
    typed: str, spellings: tuple[tuple[str, str], ...], find: Callable[[str], object]
) -> str:
    """Return what ``find`` has instead of ``typed``, or nothing."""
    meant = typed
    for pattern, instead in spellings:
        meant = re.sub(pattern, instead, meant, flags=re.ASCII)
    tries = [meant, _hours(meant), _day_first(meant), _hours(_day_first(meant))]
    tries += [re.sub(r" (?:-|\.\.|to) |\.\.", " ", meant)]
    return next((one for one in tries if one != typed and _fits(find, one)), "")


def _fits(find: Callable[[str], object], typed: str) -> bool:
    try:
        found = find(typed)
    except TimeError:
        return False
    return found is not None and not isinstance(found, TwoWays)


def _hours(typed: str) -> str:
    """Return ``typed`` with bare numbers as clock times: ``9`` as 9:00, ``900`` too."""
    words = []
    for word in typed.split(" "):
        parts = re.split(r"(\.\.|-)", word)
        if word[:1] in ("-", "+") or re.match(r"(?:\d{4}-)?\d\d-\d\d(?!:)", word, re.ASCII):
            parts = [word]
        words.append("".join(_hour(part) for part in parts))
    return " ".join(words)


def _hour(part: str) -> str:
    if re.fullmatch(r"\d{1,2}", part, re.ASCII) and int(part) < 24:
        return f"{int(part)}:00"
    if re.fullmatch(r"[1-9][0-5]\d", part, re.ASCII):
        return f"{part[0]}:{part[1:]}"
    return part


def _day_first(typed: str) -> str:
    """Return ``9:00 yesterday`` as ``yesterday 9:00``."""
    found = re.fullmatch(rf"(.+) (?:on )?({DAY})", typed, re.ASCII)
    return f"{found[2]} {found[1]}" if found else typed


def _without_unit(typed: str) -> str:
    """Return the bare number that stands where a length is asked, or nothing."""
    if re.fullmatch(_NUMBER, typed, re.ASCII):
        return typed
    if (found := re.fullmatch(rf"(.+?) ?(?: for |\+ ?)({_NUMBER})", typed, re.ASCII)) and _fits(
        find_instant, found[1]
    ):
        return found[2]
    if (found := re.fullmatch(rf"({_NUMBER}) until (.+)", typed, re.ASCII)) and _fits(
        find_instant, found[2]
    ):
        return found[1]
    return ""
