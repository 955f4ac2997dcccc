"""The time grammar: what people type for instants, spans, periods, days and lengths.

Pure: the present, the zone and the newest entry come in with a ``Clock``. The grammar is
closed and guesses nothing; what it does not have is a ``TimeError`` that shows what it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clockify_cli.times.clock import Clock, Role

if TYPE_CHECKING:
    from clockify_cli.times.durations import parse_duration
    from clockify_cli.times.forms import Span
    from clockify_cli.times.instants import Moment
    from clockify_cli.times.parse import (
        is_bare_clock,
        latest_clock,
        leading_span,
        leading_spans,
        parse_day,
        parse_instant,
        parse_period,
        parse_span,
        parse_spans,
        span_between,
    )
    from clockify_cli.times.periods import Period
    from clockify_cli.times.spans import implausibilities

__all__ = [
    "Clock",
    "Moment",
    "Period",
    "Role",
    "Span",
    "implausibilities",
    "is_bare_clock",
    "latest_clock",
    "leading_span",
    "leading_spans",
    "parse_day",
    "parse_duration",
    "parse_instant",
    "parse_period",
    "parse_span",
    "parse_spans",
    "span_between",
]

# Every run has a clock, few have a typed time: the rest loads when it is asked for.
_HOMES = {
    "Moment": "instants",
    "Period": "periods",
    "Span": "forms",
    "implausibilities": "spans",
    "parse_duration": "durations",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'parse')}"), name)
