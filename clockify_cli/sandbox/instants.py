"""Times on the wire: timestamps, durations, and the list filter's window."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_ESTIMATE = re.compile(r"PT(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999


def read_instant(text: str) -> int:
    """Return the whole seconds since 1970 of an ISO 8601 timestamp with ``Z`` or an offset.

    Raises:
        ValueError: It is none, or has neither.
    """
    found = _STAMP.fullmatch(text)
    if found is None:
        raise ValueError(text)
    stamp, zone = found.groups()
    moment = datetime.fromisoformat(stamp + ("+00:00" if zone == "Z" else zone))
    # No timestamp(): that loses seconds to floating point far from 1970.
    since = moment - _EPOCH
    seconds = since.days * 86400 + since.seconds
    if not _FIRST <= seconds <= _LAST:  # an offset may lead out of the calendar
        raise ValueError(text)
    return seconds


def instant_text(seconds: int) -> str:
    """Write seconds since 1970 as the service does: ``2026-02-13T18:34:28Z``."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19] + "Z"


def duration_text(seconds: int) -> str:
    """Write a duration in ISO 8601; hours do not roll into days (``PT100H``)."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if n)
    return f"PT{parts or '0S'}"


def is_duration(text: str) -> bool:
    """Say whether ``text`` is an ISO 8601 duration as an estimate takes it."""
    return _ESTIMATE.fullmatch(text) is not None


def window_bound(text: str, zone_name: str, shifted: bool) -> int:
    """Return the instant that a bound of the list filter really means.

    The service reads the bound as an instant, takes its UTC wall clock and reads that again
    as a wall clock in the account's zone: the bound moves by the account's offset.

    Args:
        text: The bound as it was sent.
        zone_name: The account's zone.
        shifted: Follow that rule; otherwise the bound means what it says.
    """
    seconds = read_instant(text)
    if not shifted:
        return seconds
    wall = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    try:
        since = wall.replace(tzinfo=_zone(zone_name)).astimezone(UTC) - _EPOCH
    except OverflowError:
        return seconds  # at the edge of the calendar there is nothing to be moved past
    return since.days * 86400 + since.seconds


def _zone(name: str) -> tzinfo:
    if name in ("UTC", "Etc/UTC", "Z"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC  # an account may hold a zone that this machine does not know
