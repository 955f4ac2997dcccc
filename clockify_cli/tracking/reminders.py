"""Remind the user of a timer that was left running."""

from __future__ import annotations

from datetime import timedelta

from clockify_cli.core.model import start_of
from clockify_cli.journal.outbox import Outbox


def left_running(outbox: Outbox, hours: int) -> str:
    """Return a sentence about a timer that runs since an earlier day or for too long, else ``""``.

    It ends with the line that would fix it. No request: the state as last known decides.

    Args:
        outbox: The outbox.
        hours: A timer of the same day is suspicious after so many; 0 never.
    """
    running = outbox.known_running
    if running is None:
        return ""
    start = start_of(running).astimezone(outbox.zone)
    now = outbox.now.astimezone(outbox.zone)
    long = bool(hours) and now - start > timedelta(hours=hours)
    if not long and start.date() >= now.date():
        return ""
    if not long and now - start < timedelta(hours=4):
        return ""  # work over midnight is work
    from clockify_cli.tracking.timer import likely_end

    end = likely_end(outbox, running)
    what = running.get("description") or "a timer"
    return (
        f"'{what}' has been running since {start:%a %Y-%m-%d %H:%M}. Forgotten? "
        f"clockify stop --at '{end:%Y-%m-%d %H:%M}'"
    )
