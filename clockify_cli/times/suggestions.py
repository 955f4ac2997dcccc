"""Suggest what was probably meant by text outside the grammar.

Imported only to refuse something. Nothing here is ever taken for what was typed: a suggestion
is shown as a question, and only if it would be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from clockify_cli.core.errors import TimeError
from clockify_cli.times.days import DAY, find_day
from clockify_cli.times.durations import find_length, not_a_length
from clockify_cli.times.forms import Alone, Between, Form, TwoWays
from clockify_cli.times.instants import CLOCK, NEEDS_FLAG, DayClock, FutureError, find_instant
from clockify_cli.times.spans import find_span
from clockify_cli.times.text import (
    DAYS,
    INSTANTS,
    LONGEST,
    PERIODS,
    SPANS,
    UnclearTimeError,
    did_you_mean,
    quoted,
    shown,
    slashed_date,
    unit_missing,
)

Accepts = Callable[[str], bool]

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
    (r"^(?:last|past)?[ -]?(\d+)[ -]?d(?:ays?)?$", r"last-\1d"),
    (r"^(?:last|past)?[ -]?(\d+)[ -]?w(?:eeks?)?$", r"last \1 weeks"),
    (r"^(?:last|past)?[ -]?(\d+)[ -]?(?:mo|months?)$", r"last \1 months"),
    (rf"^from ({DAY})$", r"since \1"),
    (r"^(\w{3,9}),? (\d{4})$", r"\1 \2"),
    (r"^w(\d)$", r"w0\1"),
    (r"^(\d{4})-?w(\d)$", r"\1-w0\2"),
    (r"^(\d{4})-?([wq])(\d+)$", r"\1-\2\3"),
    (rf"^({DAY})(?: ?- ?| until )({DAY})$", r"\1..\2"),
)


def with_reading(error: TimeError, typed: str, accepts: Accepts) -> TimeError:
    """Return the refusal of text that has a form, with what can be typed instead.

    Args:
        error: The refusal, whose hint stays if nothing better is accepted.
        typed: The tidied text.
        accepts: Says of other text whether it would be read.
    """
    if isinstance(error, UnclearTimeError):
        readings = _accepted(error.readings, accepts)
        if error.length:
            first = f"{shown(readings[0])}, or a duration: " if readings else "a duration: "
            error.hint = f"Did you mean {first}{error.length}?"
        elif readings:
            error.hint = did_you_mean(*readings)
    elif isinstance(error, FutureError):
        if meant := _accepted(_yesterdays(typed), accepts)[:1]:
            error.hint = f"{did_you_mean(*meant)} {NEEDS_FLAG}"
    elif meant := _accepted(_respelled(typed), accepts):
        error.hint = did_you_mean(*meant)
    return error


def not_an_instant(text: str, typed: str, accepts: Accepts) -> TimeError:
    """Return the refusal of text that has not the form of an instant."""
    if known := _common(text, typed, INSTANTS):
        return known
    if find_day(typed):
        return _not_a_time(text, " but a day", [f"{typed} 9:00"], accepts)
    if _fits(find_length, typed):
        return TimeError(
            f"{quoted(text)} is a duration, not a time.",
            _hint(_accepted([f"-{typed}"], accepts), INSTANTS),
        )
    if _fits(find_span, typed):
        return TimeError(f"{quoted(text)} is a span, not a time.", INSTANTS)
    return _not_a_time(text, "", _spelled(typed, _TIMES), accepts)


def _not_a_time(text: str, but: str, meant: list[str], accepts: Accepts) -> TimeError:
    hint = _hint(_accepted(meant, accepts)[:1], INSTANTS)
    return TimeError(f"{quoted(text)} is not a time{but}.", hint)


def not_a_span(text: str, typed: str, accepts: Accepts) -> TimeError:
    """Return the refusal of text that has not the form of a span."""
    return near_span(text, typed, accepts)[1]


def near_span(text: str, typed: str, accepts: Accepts) -> tuple[int, TimeError]:
    """Return the refusal of text that has not the form of a span, and how near it came."""
    if known := _common(text, typed, SPANS):
        return (_NEAR if "/" in typed else _ANYTHING), known
    try:
        span = find_span(typed)
        one = find_instant(typed)
    except TimeError as refusal:
        return _NEAR, refusal
    if isinstance(span, Alone | TwoWays):
        return _NAMED, _refusal_of(span, accepts)
    if re.fullmatch(rf"{_NUMBER} ?(?:mo|months?|y|yrs?|years?)", typed, re.ASCII):
        return _NEAR, not_a_length(text, typed)
    if number := _without_unit(typed):
        return _NEAR, unit_missing(number)
    if one and one.dashed:
        meant = _accepted([f"{typed.replace(' ', 't')} now"], accepts)
        return _NEAR, TimeError(
            f"{quoted(text)} can be a timestamp with an offset, or a span.", _hint(meant, SPANS)
        )
    if one:
        dash = "-" if isinstance(one, DayClock) else " "
        starts = [] if typed == "now" else [typed, *_respelled(typed)]
        tries = [f"{start}{more}" for start in starts for more in (f"{dash}now", " +45m")]
        meant = _accepted(tries, accepts)[:2]
        return _NAMED, TimeError(
            f"{quoted(text)} is one time; a span needs two.", _hint(meant, SPANS)
        )
    if find_day(typed):
        meant = _accepted([f"{typed} 9:00-10:30"], accepts)
        return _NAMED, TimeError(
            f"{quoted(text)} is a day; a span needs times.", _hint(meant, SPANS)
        )
    spelled = _spelled(typed, _TIMES)
    if meant := _accepted(spelled, accepts)[:1]:
        return _NEAR, TimeError(f"{quoted(text)} is not a span.", did_you_mean(*meant))
    for spelling in spelled:
        if meant := _accepted([f"{spelling}-now", f"{spelling} now", f"{spelling} +45m"], accepts):
            return _NAMED, TimeError(f"{quoted(text)} is not a span.", did_you_mean(*meant[:2]))
    return _ANYTHING, TimeError(f"{quoted(text)} is not a span.", SPANS)


def _refusal_of(form: Alone | TwoWays, accepts: Accepts) -> TimeError:
    """Return the refusal of a form that is none, which needs no clock but for a date's year."""
    if isinstance(form, Alone):
        return with_reading(form.refusal(), form.typed, accepts)
    return TimeError(f"{quoted(form.typed)} can be read in two ways.", SPANS)


def not_another_span(
    words: Sequence[str], rest: Sequence[str], typed: str, forms: Sequence[Form], more: Form | None
) -> TimeError:
    """Return the refusal of a time after spans that they cannot continue with.

    Args:
        words: The words that form the spans.
        rest: The words after them.
        typed: What of these is a time, tidied.
        forms: The spans.
        more: The span that it would be by itself, if it is one.
    """
    from shlex import join  # it compiles a pattern when it is imported

    line = join(["clockify", "log", *words, "--", *rest])
    hints = [f"If it is part of the description: {line}"]
    pair = [_with_dash(form) for form in (*forms, more)]
    if len(pair) == 2 and all(pair):
        hints.insert(0, did_you_mean(" ".join(pair)))
    else:
        hints.insert(0, "From the second span on, write both ends: 9:00-10:00 11:00-12:30.")
    return TimeError(f"{quoted(typed)} cannot follow another span.", " ".join(hints))


def _with_dash(form: Form | None) -> str:
    """Return a span of two clock times with a dash between them, or nothing."""
    if not isinstance(form, Between) or form.later is not None:
        return ""
    first, last = form.first, form.last
    if not (isinstance(first, DayClock) and isinstance(last, DayClock)) or last.day:
        return ""
    day = f"{first.day.typed} " if first.day else ""
    return f"{day}{_hour(first.clock_time)}-{_hour(last.clock_time)}"


def not_a_period(text: str, typed: str, accepts: Accepts) -> TimeError:
    """Return the refusal of text that has not the form of a period."""
    if known := _common(text, typed, PERIODS):
        return known
    for meant in _accepted(_spelled(typed, _PERIOD_WORDS), accepts):
        if (meant[0].isdigit() or re.match(r"w\d", meant)) and ".." not in meant:
            meant = meant.upper()
        return TimeError(f"{quoted(text)} is not a period.", did_you_mean(meant))
    if ".." in typed:
        return TimeError(f"{quoted(text)} is not a period: both its ends are days.", PERIODS)
    return TimeError(f"{quoted(text)} is not a period.", PERIODS)


def not_a_day(text: str, typed: str, accepts: Accepts) -> TimeError:
    """Return the refusal of text that has not the form of a day."""
    return _common(text, typed, DAYS) or TimeError(f"{quoted(text)} is not a day.", DAYS)


def _common(text: str, typed: str, examples: str) -> TimeError | None:
    """Return the refusal of what no part of the grammar has."""
    if not typed:
        return TimeError("A time is missing.", examples)
    if len(text) > LONGEST:
        return TimeError(f"{quoted(text)} is too long for a time.", examples)
    if typed == "?":
        return TimeError(f"{quoted(text)} contains characters that no time has.", examples)
    if re.search(_SLASHED, typed, re.ASCII):
        return slashed_date(text)
    return None


def _hint(meant: Sequence[str], otherwise: str) -> str:
    return did_you_mean(*meant) if meant else otherwise


def _accepted(candidates: Iterable[str], accepts: Accepts) -> list[str]:
    """Return what of ``candidates`` would be read; yesterday's where today's is in the future."""
    found: list[str] = []
    for candidate in candidates:
        tries = [candidate, *_yesterdays(candidate)]
        # What follows "--" is the description.
        meant = next((one for one in tries if accepts(one.partition(" -- ")[0])), "")
        if meant and meant not in found:
            found.append(meant)
    return found


def _yesterdays(typed: str) -> list[str]:
    """Return the same text with yesterday for its day."""
    if re.match(r"[\d-]", typed) is None or typed.startswith("-"):
        return []
    return [f"yesterday {typed}", re.sub(r" until (at )?", " until yesterday ", typed)]


def _respelled(typed: str) -> list[str]:
    """Return ``typed`` with times that no clock shows as those that were probably meant."""
    hour = r"(?<![\d:])(1[3-9]|2[0-3])"
    meant = re.sub(rf"{hour}(:\d\d)[ap]m\b", r"\1\2", typed, flags=re.ASCII)
    meant = re.sub(rf"{hour}[ap]m\b", r"\1:00", meant, flags=re.ASCII)
    meant = re.sub(r"(?<![\d:])0?0((?::\d\d)?)am\b", r"12\1am", meant, flags=re.ASCII)
    meant = re.sub(r"(?<![\d:])0?0((?::\d\d)?)pm\b", r"12\1pm", meant, flags=re.ASCII)
    meant = re.sub(r"(?<!\d)24:?00(?::00)?(?!\d)", "0:00", meant, flags=re.ASCII)
    meant = re.sub(r"([-.]|to )24$", r"\g<1>0:00", meant, flags=re.ASCII)
    if meant == typed:
        return []
    if meant == "yesterday 0:00" and "24" in typed:
        return ["today 0:00"]  # the midnight at its end
    if night := re.fullmatch(r"(\d[\d:]*(?:[ap]m)?)(?: ?(?:-|\.\.) ?| to )24(?::?00)?", typed):
        return [meant, f"yesterday {night[1]} to today 0:00"]
    return [] if re.search(r"\w 0:00$", meant) and "24" in typed else [meant]


def _spelled(typed: str, spellings: tuple[tuple[str, str], ...]) -> list[str]:
    """Return how the grammar may have what was typed, likelier spellings first."""
    meant = typed
    for pattern, instead in spellings:
        meant = re.sub(pattern, instead, meant, flags=re.ASCII)
    tries = [meant, _hours(meant), _day_first(meant), _hours(_day_first(meant))]
    tries += [re.sub(r" (?:-|\.\.|to) |\.\.", " ", meant), *_respelled(meant)]
    return [one for one in dict.fromkeys(tries) if one != typed]


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
    """Return a bare number in the place of a duration, or nothing."""
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
