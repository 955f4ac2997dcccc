"""The time grammar: what people type for instants, spans, periods, days and lengths.

Pure: the present, the zone and the newest entry come in with a ``Clock``. The grammar is
closed and guesses nothing; what it does not have is a ``TimeError`` that shows what it has.
"""

from __future__ import annotations

from clockify_cli.times.clock import Clock, Role
from clockify_cli.times.durations import parse_duration
from clockify_cli.times.instants import Moment, parse_instant
from clockify_cli.times.periods import Period, parse_day, parse_period
from clockify_cli.times.spans import Span, doubts, leading_span, parse_span

__all__ = [
    "Clock",
    "Moment",
    "Period",
    "Role",
    "Span",
    "doubts",
    "leading_span",
    "parse_day",
    "parse_duration",
    "parse_instant",
    "parse_period",
    "parse_span",
]
