"""The present, for what must answer before datetime is imported."""

from __future__ import annotations

import os
import time

STALE_SECONDS = 5 * 60  # after so long without a word from the service, what is shown says so


def seconds_now() -> int:
    """Return the present in seconds since the epoch; ``CLOCKIFY_NOW`` sets it."""
    fixed = os.environ.get("CLOCKIFY_NOW", "").strip()
    if not fixed:
        return int(time.time())
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        return int(time.time())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
