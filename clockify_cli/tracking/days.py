"""How much of an entry lies within a span of time: what days, reports and goals count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clockify_cli.core.model import end_of, start_of


def seconds_within(entry: Mapping[str, Any], start: datetime, end: datetime, now: datetime) -> int:
    """Return the entry's whole seconds in ``[start, end)``; a running one counts up to ``now``."""
    first = max(start_of(entry), start)
    last = min(end_of(entry) or max(now, start_of(entry)), end)
    return max(0, (last - first) // timedelta(seconds=1))
