"""How days and times of day are written for people, in the look's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from clockify_cli.core.weekdays import SHORT
from clockify_cli.render.style import Look

DAYS = SHORT


def day_text(day: date) -> str:
    """Write a day as ``Mon 2026-11-23``."""
    return f"{DAYS[day.weekday()]} {day.isoformat()}"


def relative_day(day: date, look: Look) -> str:
    """Write a day as ``today``, ``yesterday``, ``tomorrow`` or ``Mon 2026-11-23``."""
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}
    return near.get((day - look.today).days) or day_text(day)


def time_text(moment: datetime, look: Look) -> str:
    """Write a time of day as ``09:00``."""
    return look.local(moment).strftime("%H:%M")


def moment_text(moment: datetime, look: Look) -> str:
    """Write a moment as ``09:00`` today, ``yesterday 09:00``, ``Mon 2026-11-23 09:00``."""
    day = look.local(moment).date()
    time = time_text(moment, look)
    return time if day == look.today else f"{relative_day(day, look)} {time}"


def range_text(start: datetime, end: datetime | None, look: Look) -> str:
    """Write ``09:00–10:30``, ``23:30–00:45+1`` over midnight, ``09:00–…`` without an end."""
    if end is None:
        return f"{time_text(start, look)}–…"
    days = (look.local(end).date() - look.local(start).date()) // timedelta(days=1)
    return f"{time_text(start, look)}–{time_text(end, look)}" + (f"+{days}" if days else "")


def full_text(moment: datetime, look: Look) -> str:
    """Write a moment in full: ``Mon 2026-11-23 09:00:00 +01:00``."""
    local = look.local(moment)
    offset = local.strftime("%z")
    return f"{day_text(local.date())} {local:%H:%M:%S} {offset[:3]}:{offset[3:5]}"
