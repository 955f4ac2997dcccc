"""Durations that people type: ``1h30m``, ``1,5h``, ``1:30``, ``PT1H30M``."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from clockify_cli.core.errors import TimeError
from clockify_cli.times.text import DURATIONS, quoted, tidy, unit_missing

LONGEST_DAYS = 36_525  # a hundred years: beyond any estimate, within every calendar

UNIT = r"w(?:eeks?)?|d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?"
_PART = rf"\d+(?:[.,]\d+)? ?(?:{UNIT})"
_PARTS = rf"{_PART}(?: ?{_PART})*"
_EACH = rf"(\d+)(?:[.,](\d+))? ?({UNIT})"
_ISO = r"pt(?=\d)(?:\d+(?:[.,]\d+)?h)?(?:\d+(?:[.,]\d+)?m)?(?:\d+(?:[.,]\d+)?s)?"
_HOURS_MINUTES = r"(\d{1,4}):(\d\d)"

_ORDER = "wdhms"
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}


class Length:
    """A typed length: what was said in weeks and days apart from what was said in hours.

    Attributes:
        days: Whole days. As a length they are 24 hours each; "ago" they move the wall clock.
        seconds: The rest, elapsed time.
        clock_like: It was typed as ``H:MM``, which could be taken for a clock time.
    """

    __slots__ = ("clock_like", "days", "seconds")

    def __init__(self, days: int, seconds: int, clock_like: bool = False) -> None:
        self.days = days
        self.seconds = seconds
        self.clock_like = clock_like

    def elapsed(self) -> timedelta:
        """Return the length with 24 hours for a day."""
        return timedelta(days=self.days, seconds=self.seconds)


def parse_duration(text: str) -> timedelta:
    """Return the length that ``text`` says: positive, whole seconds, 24 hours for a day.

    Raises:
        TimeError: It is no duration of the grammar, or none at all (``0m``).
    """
    return read_length(text).elapsed()


def read_length(text: str) -> Length:
    """Return the length that ``text`` says.

    Raises:
        TimeError: As ``parse_duration``.
    """
    typed = tidy(text)
    found = find_length(typed)
    if found is None:
        raise not_a_length(text, typed)
    return found


def find_length(typed: str) -> Length | None:
    """Return the length that tidied text says, or ``None`` if it has not the form of one.

    Raises:
        TimeError: It has the form, but a unit twice, minutes above 59, or no length at all.
    """
    if match := re.fullmatch(_HOURS_MINUTES, typed, re.ASCII):
        hours, minutes = int(match[1]), int(match[2])
        if minutes > 59:
            raise TimeError(f"{quoted(typed)}: minutes go up to 59.", DURATIONS)
        return _checked(Length(0, hours * 3600 + minutes * 60, clock_like=True), typed)
    if re.fullmatch(_ISO, typed, re.ASCII):
        days, seconds = _sum(re.findall(_EACH, typed[2:], re.ASCII))
        return _checked(Length(days, seconds), typed)
    if re.fullmatch(_PARTS, typed, re.ASCII):
        parts = re.findall(_EACH, typed, re.ASCII)
        places = [_ORDER.index(unit[0]) for _, _, unit in parts]
        if any(after <= before for before, after in pairwise(places)):
            raise TimeError(
                f"{quoted(typed)}: write units from large to small, each once.", DURATIONS
            )
        return _checked(Length(*_sum(parts)), typed)
    return None


def _sum(parts: list[tuple[str, str, str]]) -> tuple[int, int]:
    """Return whole days and seconds of (whole, fraction, unit) triples, in integers throughout.

    A fraction of a day or week counts in elapsed time; the total is rounded to a second.
    """
    scale: int = 10 ** max(len(fraction) for _, fraction, _ in parts)
    dated = exact = 0
    for whole, fraction, unit in parts:
        amount = int(whole + fraction) * scale // 10 ** len(fraction) * _SECONDS[unit[0]]
        if unit[0] in "wd":
            dated += amount
        else:
            exact += amount
    days, left = divmod(dated, 86_400 * scale)
    return days, (2 * (left + exact) + scale) // (2 * scale)


def _checked(length: Length, typed: str) -> Length:
    if length.days + length.seconds // 86_400 > LONGEST_DAYS:
        raise TimeError(f"{quoted(typed)} is longer than a hundred years.", DURATIONS)
    if length.days == length.seconds == 0:
        raise TimeError(f"{quoted(typed)} is zero.", DURATIONS)
    return length


def not_a_length(text: str, typed: str) -> TimeError:
    """Return the refusal of text that has not the form of a duration."""
    if re.fullmatch(r"\d+(?:[.,]\d+)?", typed, re.ASCII):
        return unit_missing(typed)
    if match := re.fullmatch(rf"{_PARTS} ?(\d+)", typed, re.ASCII):
        return TimeError(f"{quoted(text)}: {match[1][:9]} of what?", DURATIONS)
    if re.fullmatch(r"-(?:\d.*)", typed):
        return TimeError(f"{quoted(text)}: a duration cannot be negative.", DURATIONS)
    if re.fullmatch(r"\d+(?:[.,]\d+)? ?(?:mo|months?|y|yrs?|years?)", typed, re.ASCII):
        return TimeError(
            f"{quoted(text)}: months and years have no fixed length.", "Use days: 30d, 4w, 90m."
        )
    return TimeError(f"{quoted(text)} is not a duration.", DURATIONS)
