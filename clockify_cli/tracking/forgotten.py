"""Guess when a forgotten timer ended."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from clockify_cli.core.errors import ClockifyError
from clockify_cli.core.model import TimeEntry, instant, start_of
from clockify_cli.journal.outbox import Outbox

if TYPE_CHECKING:
    from clockify_cli.core.settings import Settings
    from clockify_cli.times import Clock

_GIT_SECONDS = 2  # how long git may take to tell the last commit


@dataclass(frozen=True, slots=True)
class Offer:
    """A likelier end than now, and why."""

    at: datetime
    why: str


def likely_ends(
    outbox: Outbox, running: TimeEntry, settings: Settings, clock: Clock
) -> list[Offer]:
    """Return likelier ends of a forgotten timer, the likeliest first; at least one.

    Args:
        outbox: The outbox.
        running: The timer.
        settings: The run's settings, for the working hours.
        clock: The present and the zone.
    """
    start = start_of(running)
    found = [
        Offer(at, why)
        for at, why in (
            (_last_commit(), "the last commit in this folder"),
            (_last_command(outbox, running), "your last command here"),
            (_end_of_work(start, settings, clock), "the end of your working hours"),
        )
        if at is not None and start < at < outbox.now
    ]
    unique = list({offer.at: offer for offer in reversed(found)}.values())[::-1]
    return unique or [Offer(start + timedelta(hours=1), "an hour after its start")]


def _last_commit() -> datetime | None:
    import subprocess

    try:
        told = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=False,
        ).stdout.strip()
        return datetime.fromtimestamp(int(told), UTC) if told.isdecimal() else None
    except (OSError, subprocess.SubprocessError, ValueError, OverflowError):
        return None


def _last_command(outbox: Outbox, running: TimeEntry) -> datetime | None:
    changes = outbox.journal.undoable(20)
    stamps = [instant(c.created_at) for c in changes]
    later = [at for at in stamps if at > start_of(running) + timedelta(minutes=1)]
    return max(later, default=None)


def _end_of_work(start: datetime, settings: Settings, clock: Clock) -> datetime | None:
    from clockify_cli.tracking.working_hours import working_hours

    try:
        hours = working_hours(settings.get("work_days"), settings.get("work_hours"))
        spans = hours.on(clock.local(start).date(), clock)
    except ClockifyError:
        return None
    ends = [datetime.fromtimestamp(end, UTC) for _, end in spans]
    return max((end for end in ends if end > start), default=None)
