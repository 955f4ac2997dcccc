"""How much of the hour's request quota is spent, and when some of it comes back.

The service's hour is taken for a rolling one: a request is counted for 3600 seconds. Nobody
outside knows whether it is, so what is promised here is the later of the two possible times.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from clockify_cli.core.errors import StorageError
from clockify_cli.store import budget

FEW = 5  # requests left, from which on every command says so


@dataclass(frozen=True, slots=True)
class Spent:
    """The requests of the last hour in one workspace.

    Attributes:
        workspace: The workspace's ID; empty for the requests that name none.
        requests: How many there were.
        quota: How many the workspace allows an hour; 0: unknown.
        left: How many are left of the quota; those that name no workspace are counted too,
            for nobody knows whether the service does not.
        next_at: When the oldest of them is an hour old, in seconds since the epoch.
        clear_at: When the newest is.
    """

    workspace: str
    requests: int
    quota: int
    left: int
    next_at: int
    clear_at: int


def last_hour(account: str, quota: int, *, now: float | None = None) -> list[Spent]:
    """Return what was spent in the last hour, the busiest workspace first. No request.

    Args:
        account: ``Target.realm``.
        quota: Requests per hour that a workspace allows; 0 where unknown.
        now: Seconds since the epoch; the present where left out.
    """
    since = (time.time() if now is None else now) - budget.HOUR
    found = budget.times(account, since)
    unnamed = found.pop(budget.UNNAMED, [])
    rows = [_spent(workspace, moments, unnamed, quota) for workspace, moments in found.items()]
    rows.sort(key=lambda row: (-row.requests, row.workspace))
    if unnamed:
        rows.append(_spent("", [], unnamed, quota))
    return rows


def _spent(workspace: str, moments: list[int], unnamed: list[int], quota: int) -> Spent:
    counted = sorted(moments + unnamed)
    return Spent(
        workspace=workspace,
        requests=len(moments) if workspace else len(unnamed),
        quota=quota,
        left=max(0, quota - len(counted)),
        next_at=counted[0] + budget.HOUR,
        clear_at=counted[-1] + budget.HOUR,
    )


class QuotaWatch:
    """Notices, once a run, that few requests of the hour are left.

    Args:
        account: ``Target.realm``.
        quota: Requests per hour that a workspace allows.
    """

    def __init__(self, account: str, quota: int) -> None:
        self._account = account
        self._quota = quota
        self._left: dict[str, int] = {}
        self._told = False

    def is_spent(self, request_path: str) -> bool:
        """Say whether the hour's quota is what a refusal of this request is about."""
        workspace = budget.workspace_of(request_path)
        if not request_path.startswith("/api/"):
            return False
        try:
            rows = last_hour(self._account, self._quota)
        except StorageError:
            return False
        counted = [row for row in rows if row.workspace == workspace or not row.workspace]
        return sum(row.requests for row in counted) >= self._quota

    def after(self, request_path: str) -> Spent | None:
        """Return what is left after a request that was just noted, where that is newly few.

        The file is read once a workspace; an import of thousands only counts.
        """
        workspace = budget.workspace_of(request_path)
        if self._told or workspace == budget.UNNAMED or not request_path.startswith("/api/"):
            return None
        if workspace in self._left:
            self._left[workspace] -= 1
            if self._left[workspace] > FEW:
                return None
        try:
            rows = last_hour(self._account, self._quota)
        except StorageError:
            return None  # it is a convenience
        row = next((r for r in rows if r.workspace == workspace), None)
        if row is None:
            return None
        self._left[workspace] = row.left
        if row.left > FEW:
            return None
        self._told = True
        return row
