"""Read fields that every format has: types, yes and no, durations that must agree."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from clockify_cli.transfer.record import Broken, Skipped

SECOND = timedelta(seconds=1)
YEARS = range(1900, 2200)  # others are misread, and beyond what zones and windows can do
_YES, _NO = ("yes", "true", "y", "1"), ("no", "false", "n", "0")
_LEAVE = {
    "TIMEOFF": "time off",
    "PTO": "time off",
    "VACATION": "time off",
    "LEAVE": "time off",
    "SICKLEAVE": "time off",
    "HOLIDAY": "a holiday",
    "PUBLICHOLIDAY": "a holiday",
}

# Why a column or a key is not read, by the words of its name.
_REASONS = (
    (
        r"amount|rate|rates|cost|currency|price|revenue|usd|eur|gbp|chf|hourly|earnings",
        "Clockify works out money from its own rates",
    ),
    (
        r"created|creation|updated|modified|at|locked|approval|approved|invoiced?|invoicing|kiosk"
        r"|deleted|duronly|row|uid|dtstamp|sequence|class|transp|status|priority",
        "bookkeeping of the program that wrote it",
    ),
    (r"group|groups|team|teams|department|workspace|wid", "not about a single entry"),
    (r"id|uuid|gid", "an ID that is not needed"),
    (r"color|avatar|image|active", "not about time"),
)
EMPTY = "it is empty"


def unread_reason(name: str) -> str:
    """Return why a column or a key of this name is not read."""
    thing, dot, _ = name.partition(".")
    if dot and thing.rstrip("[]") in ("project", "task", "tags", "user", "client"):
        return f"part of the {thing.rstrip('[]').rstrip('s')}, which goes by its name"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    words = set(re.findall(r"[^\W_]+", spaced))
    for pattern, why in _REASONS:
        if any(re.fullmatch(pattern, word) for word in words):
            return why
    return "no field of a time entry that can be imported"


def entry_type(text: str) -> str:
    """Return ``REGULAR``, ``BREAK`` or nothing.

    Raises:
        Skipped: It is time off or a holiday, which nobody can record as work.
        Broken: It is none of Clockify's types.
    """
    plain = "".join(filter(str.isalnum, text)).upper()
    if plain in ("", "REGULAR", "BREAK"):
        return plain
    if plain in _LEAVE:
        raise Skipped(f"it is {_LEAVE[plain]}, not work")
    raise Broken(f"the type is neither Regular nor Break: {text!r}")


def read_flag(text: str) -> bool | None:
    """Return a yes or no; ``None`` if nothing stands."""
    plain = text.strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    if plain in ("", "-"):
        return None
    raise Broken(f"billable is neither yes nor no: {text!r}")


def checked_span(
    start: datetime, end: datetime, *lengths: tuple[str, timedelta, timedelta]
) -> tuple[datetime, datetime]:
    """Return a start and an end that agree with what the file says of the length.

    Args:
        start: The start.
        end: The end.
        lengths: Each as the file writes it, what it means, and by how much it may be off.

    Raises:
        Broken: The end is before the start, in no year of ours, or a length disagrees.
    """
    if end < start:
        raise Broken("it ends before it begins")
    for year in (start.year, end.year):
        if year not in YEARS:
            raise Broken(f"its year is {year}")
    for text, length, slack in lengths:
        if abs(end - start - length) > slack:
            lasts = hours_text(end - start)
            raise Broken(f"it lasts {lasts} from start to end, but its duration says {text}")
    return start, end


def hours_text(length: timedelta) -> str:
    """Return a length as ``H:MM:SS``."""
    seconds = int(length / SECOND)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
