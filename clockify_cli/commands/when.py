"""``clockify when``: explains a time."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.tracking.explaining import explained

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify when yesterday 14:00",
        "clockify when 9:00-10:30",
        "clockify when monday 9-10:30 13:00-14:00",
        "clockify when last 2 weeks",
        "clockify when 2026-10-25 02:30 --tz Europe/Berlin",
    ),
)
def when(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="EXPR…", help="Instant, spans, period or duration."),
    ],
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="ISO", help="Use this instant as the present."),
    ] = None,
) -> None:
    """Explain a time: the local time, the UTC instant and the rule that applied.

    Makes no request, except for last-stop and last-start.
    """
    run = run_of(ctx)
    if now is not None:
        run.set_now(now)
    told = explained(" ".join(words), run.clock)

    def text() -> str:
        from clockify_cli.render.resources import details

        rows: list[tuple[str, Any]] = [(n[:1].upper() + n[1:], value) for n, value in told.lines]
        return details(rows, run.look)

    run.out.answer(
        told.json, text, ids=[told.json[k] for k in ("at", "start", "end") if k in told.json]
    )
