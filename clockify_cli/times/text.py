"""Typed text: tidied before it is read, quoted safely when it is refused."""

from __future__ import annotations

import re

from clockify_cli.core.errors import TimeError

LONGEST = 200  # characters
SHOWN = 60  # characters of a refused text that an error shows

INSTANTS = "For example: 9:00, 'yesterday 14:00', -1h30m."
DURATIONS = "For example: 90m, 1h30m, 1:30."
SPANS = "For example: 9:00-10:30, 'yesterday 14:00 +45m', 1h30m."
PERIODS = "For example: today, last-week, 2026-11-02..2026-11-06."
DAYS = "For example: yesterday, monday, 2026-11-20."


class UnclearTimeError(TimeError):
    """Text that has the form of two things.

    Attributes:
        readings: What to write instead, each ready to be typed.
        length: The length that it may be, if it may be one.
    """

    def __init__(self, message: str, hint: str, *readings: str, length: str = "") -> None:
        super().__init__(message, hint)
        self.readings = readings
        self.length = length


def tidy(text: str) -> str:
    """Return ``text`` in small letters, trimmed, every run of blanks as one.

    The en dash of the ranges that we print becomes ``..``. What cannot belong to the grammar
    (too long, not ASCII, control characters) comes back as ``?``, which nothing matches. ASCII
    is asked for before the letters are made small: a few signs elsewhere (the Kelvin sign) have
    an ASCII small letter.
    """
    if len(text) > LONGEST:
        return "?"
    text = text.replace("–", "..")
    if not text.isascii():
        return "?"
    words = text.strip(" \t\r\n").replace("\t", " ").split(" ")
    found = " ".join(word for word in words if word).lower()
    return found if found.isprintable() else "?"


def quoted(text: str) -> str:
    """Return the beginning of ``text`` in quotes, without anything that moves a terminal."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "?" for c in cut) + "'"


def outside_calendar(text: str) -> TimeError:
    """Return the refusal of a time that no calendar has (year 0, year 10000)."""
    return TimeError(f"{quoted(text)} is outside the calendar.", "Years go from 1 to 9999.")


def unit_missing(text: str) -> TimeError:
    """Return the refusal of a bare number where a duration is expected."""
    number = text.strip()
    return TimeError(
        f"{quoted(number)}: minutes or hours?", f"Write {number[:9]}m or {number[:9]}h, or 1h30m."
    )


def slashed_date(text: str) -> TimeError:
    """Return the refusal of ``20/11``: countries read it in two ways."""
    return TimeError(
        f"{quoted(text)}: a date with slashes can be read in two ways.",
        "Write year-month-day or month-day: 2026-11-20, 11-20, or 'yesterday 9:00'.",
    )


def did_you_mean(*meant: str) -> str:
    """Return the hint that offers what was probably meant, ready to be typed."""
    return f"Did you mean {' or '.join(map(shown, meant))}?"


def shown(typed: str) -> str:
    """Return tidied text as it is typed: in quotes if it has blanks, timestamps with their T."""
    spelled = re.sub(r"(?<=\d)t(?=\d\d:)", "T", typed)
    return f"'{spelled}'" if " " in spelled else spelled
