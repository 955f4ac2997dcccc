"""How a length of time is written for people; whole seconds in, text out."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def clock_duration(seconds: int) -> str:
    """Write ``5400`` as ``1:30:00``; hours do not roll over into days."""
    sign, hours, minutes, rest = _parts(seconds)
    return f"{sign}{hours}:{minutes:02}:{rest:02}"


def hours_minutes(seconds: int) -> str:
    """Write ``5400`` as ``1:30``, rounded to the nearest minute."""
    sign, hours, minutes, _ = _parts(_whole_minutes(seconds) * 60)
    return f"{sign}{hours}:{minutes:02}"


def screen_duration(seconds: int) -> str:
    """Write ``5400`` as ``1:30``; seconds are shown only below a minute."""
    return clock_duration(seconds) if 0 < abs(seconds) < 60 else hours_minutes(seconds)


def short_duration(seconds: int) -> str:
    """Write ``5400`` as ``1h 30m``; seconds are named only below a minute."""
    if abs(seconds) < 60:
        return f"{seconds}s"
    sign, hours, minutes, _ = _parts(_whole_minutes(seconds) * 60)
    parts = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(minutes)
    return sign + " ".join(parts)


def decimal_hours(seconds: int, places: int = 2) -> str:
    """Write ``5400`` as ``1.50``, halves rounded away from zero."""
    exact = Decimal(seconds) / 3600
    return str(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def _parts(seconds: int) -> tuple[str, int, int, int]:
    hours, rest = divmod(abs(seconds), 3600)
    return "-" if seconds < 0 else "", hours, rest // 60, rest % 60


def _whole_minutes(seconds: int) -> int:
    minutes = (abs(seconds) + 30) // 60
    return -minutes if seconds < 0 else minutes
