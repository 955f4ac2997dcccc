"""The English names of the days of the week, Monday first as in ``date.weekday()``."""

from __future__ import annotations

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = tuple(day[:3].title() for day in WEEKDAYS)  # not the locale's: output is English


def weekday_number(name: str) -> int | None:
    """Return the number of a weekday from its name or its first three letters, Monday 0."""
    name = name.lower()
    for number, day in enumerate(WEEKDAYS):
        if name in (day, day[:3]):
            return number
    return None
