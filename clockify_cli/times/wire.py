"""Timestamps and durations as the API spells them, and durations as tables show them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from clockify_cli.errors import TimeError
from clockify_cli.times.text import quoted

_STAMP = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d(?::?\d\d)?)?"
_NUMBER = r"\d{1,12}"
_ISO = (
    rf"P(?=[\dT])(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=\d)(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})(?:[.,]\d+)?S)?)?"
)
_SECONDS = (604_800, 86_400, 3600, 60, 1)


def utc_text(value: datetime) -> str:
    """Write an aware datetime the way the API wants it: ``2026-02-13T18:34:28Z``."""
    return value.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def parse_utc(text: str) -> datetime:
    """Read a timestamp of the API as an aware UTC datetime of whole seconds.

    Fractions are dropped; an offset is followed; without one it is UTC.

    Raises:
        TimeError: It is none.
    """
    found = re.fullmatch(_STAMP, text.strip(), re.ASCII | re.IGNORECASE)
    try:
        if found is None:
            raise ValueError(text)
        stamp, zone = found.groups()
        offset = "+00:00" if zone in (None, "Z", "z") else zone
        return datetime.fromisoformat(stamp.upper() + offset).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TimeError(
            f"{quoted(text)} is not a timestamp.", "Such as 2026-11-25T10:15:00Z."
        ) from None


def iso_duration(seconds: int) -> str:
    """Write seconds as the API does: ``PT1H30M``; hours do not roll into days (``PT100H``)."""
    hours, rest = divmod(max(0, seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if n)
    return f"PT{parts or '0S'}"


def parse_iso_duration(text: str) -> int:
    """Return the whole seconds of an ISO 8601 duration (``PT1H30M``, ``P1DT2H``).

    Fractions of a second are dropped. Months and years have no length and are refused.

    Raises:
        TimeError: It is none.
    """
    found = re.fullmatch(_ISO, text.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise TimeError(f"{quoted(text)} is not an ISO 8601 duration.", "Such as PT1H30M.")
    return sum(int(n or 0) * unit for n, unit in zip(found.groups(), _SECONDS, strict=True))


def show_duration(seconds: int) -> str:
    """Write seconds for people, as hours, minutes and seconds: ``1:30:00``."""
    sign = "-" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"
