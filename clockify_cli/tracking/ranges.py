"""Resolve a range given as words, ``--since`` and ``--until``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from clockify_cli.core.errors import UsageError

if TYPE_CHECKING:
    from clockify_cli.times import Clock, Period


def typed_period(
    words: Sequence[str] | None,
    since: str | None,
    until: str | None,
    clock: Clock,
    *,
    default: str = "today",
) -> Period:
    """Return the period that is meant.

    ``since`` alone reaches to today. Beside a range, each of the two moves its own edge. A
    longer period in their place stands for its first or its last day: ``--since 2026-10
    --until 2026-11`` is two months.

    Args:
        words: The range as it was typed; may be empty.
        since: The first day.
        until: The last day, which still belongs to the period.
        clock: The present, the zone and the week's first day.
        default: The period if nothing is typed.

    Raises:
        TimeError: A word is outside the grammar.
        UsageError: The period would end before it begins.
    """
    from clockify_cli.times import parse_period

    typed = " ".join(words or ())
    if not since and not until:
        return parse_period(typed or default, clock)
    begin = parse_period(since, clock) if since else None
    finish = parse_period(until, clock) if until else None
    if typed or begin is None:
        whole = parse_period(typed or default, clock)
    else:
        whole = replace(begin, last=max(begin.first, clock.today), notices=())
    first = (begin or whole).first
    last = (finish or whole).last
    if last < first:
        raise UsageError(
            f"The range would end ({_dated(last)}) before it begins ({_dated(first)}).",
            "Give the first day with --since and the last one with --until.",
        )
    period = parse_period(f"{first.isoformat()}..{last.isoformat()}", clock)
    notices = tuple(text for p in (begin, finish, whole) if p for text in p.notices)
    return replace(period, notices=notices)


def _dated(day: date) -> str:
    return f"{day:%a} {day.isoformat()}"
