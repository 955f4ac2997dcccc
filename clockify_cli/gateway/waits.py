"""How long to wait before the next try: backoff with jitter, and what ``Retry-After`` says."""

from __future__ import annotations

import random
from collections.abc import Mapping

GET_TRIES = 3
FIRST_PAUSE = 0.2  # seconds; doubled at each try, and up to half as much again at random


def backoff(tries: int) -> float:
    """Return the seconds to pause after ``tries`` failed tries (from 1)."""
    pause: float = FIRST_PAUSE * 2 ** (tries - 1)
    return pause * (1 + random.random() / 2)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, or ``None`` where it says nothing readable.

    Args:
        headers: The answer's headers; the value is seconds or an HTTP date.
        now: Seconds since the epoch.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text)) if float(text) < 1e9 else None
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
