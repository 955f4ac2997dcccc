"""``clockify me``: who is signed in."""

from __future__ import annotations

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of

app = CommandApp()


@app.command(cls=Command, epilog=examples("clockify me", "clockify me --json"))
def me(ctx: typer.Context) -> None:
    """Ask the service who is signed in, and refresh the cache.

    Makes one request.

    JSON: the API's user.
    """
    run = run_of(ctx)
    user = run.ask_user()
    run.renew_account(user)

    def text() -> str:
        from clockify_cli.render.resources import user_details

        workspace = str(user.get("activeWorkspace") or "")
        return user_details(user, run.look, workspace=run.workspace_name(workspace))

    run.out.answer(user, text, ids=[str(user["id"])])
