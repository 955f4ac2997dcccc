"""``clockify budget``: the requests made this hour."""

from __future__ import annotations

from typing import Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.setup.spending import Spent, last_hour

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples("clockify budget", "clockify config set quota 30", "clockify budget --json"),
)
def budget(ctx: typer.Context) -> None:
    """Show requests in the last hour per workspace, and the remaining quota.

    Makes no request. Counts only what this program sent from this machine; the service counts
    everybody in the workspace. The hour is rolling: each request is given back 60 minutes after it
    was sent. New workspaces on the Free plan allow 30 an hour: clockify config set quota 30.

    JSON: an array of {workspace: {id, name}, requests, quota, left, nextBackAt, allBackAt}; no
    workspace for requests that name none, no quota and left if none is set.
    """
    run = run_of(ctx)
    rows = last_hour(run.target.realm, run.settings.get("quota"))

    def text() -> str:
        from clockify_cli.render.setup import spent_table

        return spent_table(rows, run.look, run.workspace_name)

    told = [_as_json(row, run.workspace_name(row.workspace)) for row in rows]
    run.out.answer(told, text, ids=[row.workspace for row in rows if row.workspace])


def _as_json(row: Spent, name: str) -> dict[str, Any]:
    from datetime import UTC, datetime

    from clockify_cli.core.model import utc_text

    told: dict[str, Any] = {}
    if row.workspace:
        told["workspace"] = {"id": row.workspace}
        if name != row.workspace:
            told["workspace"]["name"] = name
    told["requests"] = row.requests
    if row.quota and row.workspace:
        told |= {"quota": row.quota, "left": row.left}
    told["nextBackAt"] = utc_text(datetime.fromtimestamp(row.next_at, UTC))
    told["allBackAt"] = utc_text(datetime.fromtimestamp(row.clear_at, UTC))
    return told
