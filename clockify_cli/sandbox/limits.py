"""The rate limits of a workspace: requests a second, and requests an hour."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from clockify_cli.sandbox.store import Store

TOO_MANY = 429

# Not strftime: headers are English wherever the machine is.
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
_MONTHS += ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Limits:
    """What one server has let through lately.

    The second is counted in memory; the hour in the database, since the commands of an
    hour are many processes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._second: dict[str, deque[float]] = {}

    def admit(self, workspace: str, switches: Mapping[str, Any], now: float) -> None:
        """Count a request, or refuse it where the workspace has had its share.

        Args:
            workspace: Whose share it is.
            switches: The sandbox's settings.
            now: The service's clock, in seconds since 1970.
        """
        rate = int(switches["requests_per_second"])
        if rate and not self._fits_second(workspace, rate):
            raise too_many(switches["retry_after"], 1, now)
        quota = int(switches["requests_per_hour"])
        if quota:
            wait = self._spend(workspace, quota, float(switches["quota_window"]), now)
            if wait is not None:
                raise too_many(switches["retry_after"], wait, now)

    def forget(self) -> None:
        """Begin the count of the second anew; the hour's is the database's."""
        self._second.clear()

    def _fits_second(self, workspace: str, rate: int) -> bool:
        clock = time.monotonic()
        with self._lock:
            recent = self._second.setdefault(workspace, deque())
            while recent and clock - recent[0] >= 1:
                recent.popleft()
            if len(recent) >= rate:
                return False
            recent.append(clock)
        return True

    def _spend(self, workspace: str, quota: int, window: float, now: float) -> float | None:
        """Count one of ``quota``, or return how many seconds to wait for the next."""
        with self._store.transaction(write=True) as db:
            db.execute("DELETE FROM spent WHERE at <= ?", (now - window,))
            count, oldest = db.execute(
                "SELECT count(*), min(at) FROM spent WHERE workspace = ?", (workspace,)
            ).fetchone()
            if count >= quota:
                return max(0.0, float(oldest) + window - now)
            db.execute("INSERT INTO spent VALUES (?, ?)", (workspace, now))
        return None


def too_many(form: str, wait: float, now: float) -> Refusal:
    """Return the answer to one request too many.

    Args:
        form: How ``Retry-After`` is written: ``seconds``, ``date`` or ``none``.
        wait: Seconds until the next request may come.
        now: The service's clock, in seconds since 1970.
    """
    headers = {}
    whole = -int(-wait // 1)
    if form == "seconds":
        headers["Retry-After"] = str(whole)
    elif form == "date":
        headers["Retry-After"] = http_date(now + whole)
    return Refusal(TOO_MANY, "Too many requests", TOO_MANY, headers)


def http_date(seconds: float) -> str:
    """Write an instant as HTTP headers do: ``Tue, 24 Nov 2026 08:00:00 GMT``."""
    at = time.gmtime(seconds)
    day, month = _DAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year} {clock} GMT"
