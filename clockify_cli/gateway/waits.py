"""How long to wait before the next try: backoff with jitter, and what ``Retry-After`` says."""

from __future__ import annotations

import random
from collections.abc import Mapping

from clockify_cli.core.errors import RateLimitError

GET_TRIES = 3
BLIND_PAUSE = 1.0  # seconds; a limit per second is over then, and of an hour's little is spent
FIRST_PAUSE = 0.2  # seconds; doubled at each try, and up to half as much again at random


def backoff(tries: int) -> float:
    """Return the seconds to pause after ``tries`` failed tries (from 1)."""
    pause: float = FIRST_PAUSE * 2 ** (tries - 1)
    return pause * (1 + random.random() / 2)


def pause_after_refusal(error: RateLimitError, refusals: int, spent: bool) -> float | None:
    """Return the seconds after which a refused request may be sent again; ``None`` for never.

    Where nobody says how long to wait, each further request may burn what is left of an hour's
    quota: one more is sent, and none if our own count says that the quota is spent.

    Args:
        error: The refusal (429).
        refusals: How many there have been, this one included.
        spent: The hour's quota is spent by our own count.
    """
    if error.retry_after is None:
        blind = BLIND_PAUSE * (1 + random.random() / 2)
        return None if spent or refusals > 1 else blind
    return max(error.retry_after, backoff(refusals))  # "at once" is not meant, again and again


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, or ``None`` if it says nothing readable.

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


def clock_skew(date: str, before: float, after: float) -> float | None:
    """Return how far this machine's clock is ahead of a ``Date`` header, in seconds.

    Args:
        date: The header.
        before: When the request was sent, in seconds since the epoch.
        after: When its answer was there.
    """
    if not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        theirs = parsedate_to_datetime(date).timestamp() + 0.5  # the header has whole seconds
    except (ValueError, TypeError, OverflowError):
        return None
    return (before + after) / 2 - theirs


def tell_wait_in(error: RateLimitError) -> None:
    """Put into an error how long the service asks to wait, if it says so."""
    asked = error.retry_after
    if asked is not None and asked >= 1 and "retryAfter" not in error.details:
        told = f"{asked:.0f} s" if asked < 120 else f"{asked / 60:.0f} min"
        error.hint = f"Clockify asks for a wait of {told}. {error.hint}"
        error.details["retryAfter"] = int(asked)
