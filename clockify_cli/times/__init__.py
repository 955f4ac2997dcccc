"""The time grammar: what people type for instants, spans, periods, days and lengths.

Pure: the present, the zone and the newest entry come in with a ``Clock``. The grammar is
closed and guesses nothing; what it does not have is a ``TimeError`` that shows what it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clockify_cli.times.clock import Clock, Role

if TYPE_CHECKING:
    from clockify_cli.times.durations import parse_duration
    from clockify_cli.times.instants import Moment, parse_instant
    from clockify_cli.times.periods import Period, parse_day, parse_period
    from clockify_cli.times.spans import (
        Span,
        implausibilities,
        leading_span,
        parse_span,
        span_between,
    )

__all__ = [
    "Clock",
    "Moment",
    "Period",
    "Role",
    "Span",
    "implausibilities",
    "leading_span",
    "parse_day",
    "parse_duration",
    "parse_instant",
    "parse_period",
    "parse_span",
    "span_between",
]

# Every run has a clock, few have a typed time: the rest loads when it is asked for.
_HOMES = {
    "Moment": "instants",
    "Period": "periods",
    "Span": "spans",
    "implausibilities": "spans",
    "leading_span": "spans",
    "parse_day": "periods",
    "parse_duration": "durations",
    "parse_instant": "instants",
    "parse_period": "periods",
    "parse_span": "spans",
    "span_between": "spans",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
