"""The rate limits: requests per second of a key and a workspace, per hour of a workspace."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from clockify_cli.sandbox import maton
from clockify_cli.sandbox.refusals import clockify

if TYPE_CHECKING:
    from clockify_cli.sandbox.call import Call
    from clockify_cli.sandbox.store import Store

TOO_MANY = 429

# Not strftime: headers are English wherever the machine is.
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
_MONTHS += ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Limits:
    """What was let through lately.

    Seconds are counted in memory, the hour in the database: the commands of an hour are many
    processes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._second: dict[str, deque[float]] = {}

    def admit_key(self, call: Call) -> None:
        """Count a request of a key, or refuse it as Maton does."""
        rate = int(call.settings["gateway_requests_per_second"])
        if rate and not self._fits_second(f"key {call.key}", rate):
            raise maton.error(call, TOO_MANY, "Rate limit exceeded", retry_after(call, 1))

    def admit(self, call: Call, workspace: str) -> None:
        """Count a request to a workspace, or refuse it as Clockify does."""
        rate, quota = (int(call.settings[f"requests_per_{unit}"]) for unit in ("second", "hour"))
        wait: float | None = None
        if rate and not self._fits_second(workspace, rate):
            wait = 1
        elif quota:
            wait = self._spend(call, workspace, quota)
        if wait is not None:
            raise clockify(TOO_MANY, "Too many requests", TOO_MANY, retry_after(call, wait))

    def _fits_second(self, whose: str, rate: int) -> bool:
        clock = time.monotonic()
        with self._lock:
            recent = self._second.setdefault(whose, deque())
            while recent and clock - recent[0] >= 1:
                recent.popleft()
            if len(recent) >= rate:
                return False
            recent.append(clock)
        return True

    def _spend(self, call: Call, workspace: str, quota: int) -> float | None:
        """Count one of ``quota``, or return how many seconds to wait for the next."""
        window, now = float(call.settings["quota_window"]), call.clock
        with self._store.transaction(write=True) as db:
            db.execute("DELETE FROM spent WHERE at <= ?", (now - window,))
            count, oldest = db.execute(
                "SELECT count(*), min(at) FROM spent WHERE workspace = ?", (workspace,)
            ).fetchone()
            if count >= quota:
                return max(0.0, float(oldest) + window - now)
            db.execute("INSERT INTO spent VALUES (?, ?)", (workspace, now))
        return None


def retry_after(call: Call, wait: float) -> dict[str, str]:
    """Return the header that says when to ask again, if the settings want one.

    Args:
        call: The request.
        wait: Seconds until the next request may come.
    """
    whole = -int(-wait // 1)
    form = call.settings["retry_after"]
    if form == "none":
        return {}
    return {"Retry-After": http_date(call.clock + whole) if form == "date" else str(whole)}


def http_date(seconds: float) -> str:
    """Write an instant as HTTP headers do: ``Tue, 24 Nov 2026 08:00:00 GMT``."""
    at = time.gmtime(seconds)
    day, month = _DAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year} {clock} GMT"
