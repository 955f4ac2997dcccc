"""``clockify mark-invoiced``: marks entries as invoiced."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.changes import sure
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import invoicing
from clockify_cli.tracking.handles import is_handle

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify mark-invoiced @1 @2 --yes",
        "clockify mark-invoiced last-month -c Acme --billable",
        "clockify mark-invoiced last-month -c Acme --not",
    ),
)
def mark_invoiced(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENTRY…|RANGE",
            help="Entries (ID, @1), or a range: last-month, 2026-11-02..2026-11-06.",
            show_default=False,
        ),
    ] = None,
    since: options.Since = None,
    until: options.Until = None,
    project: filters.Projects = None,
    client: filters.Clients = None,
    tag: filters.Tags = None,
    billable: filters.Billable = None,
    undo: Annotated[bool, typer.Option("--not", help="Mark them as not invoiced.")] = False,
) -> None:
    """Mark entries as invoiced, if the workspace's plan allows it.

    A range means your own finished entries in it; the filters choose among them. 'clockify undo'
    cannot undo it; use --not. JSON: {invoiced, timeEntryIds}.
    """
    run = run_of(ctx)
    handles = [word for word in words or () if is_handle(word)]
    if handles:
        if len(handles) < len(words or ()) or since or until or project or client or tag:
            raise UsageError(
                "Give entries, or a range with filters, not both.",
                "For example: clockify mark-invoiced @1 @2, clockify mark-invoiced last-month -p "
                "Acme.",
            )
        numbers = invoicing.numbers_of(run.outbox, handles, sure(run, yes=run.options.yes))
    elif words or since or until:
        numbers = _in_range(run, words, since, until, project, client, tag, billable)
    else:
        raise UsageError(
            "Which entries?", "For example: clockify mark-invoiced last-month -p Acme."
        )
    done = "marked as not invoiced" if undo else "marked as invoiced"
    if len(numbers) > 1:
        run.confirm(f"Mark {len(numbers)} entries {done.removeprefix('marked ')}?")
    invoicing.mark(run.outbox, numbers, invoiced=not undo)
    count = f"{len(numbers)} {'entry' if len(numbers) == 1 else 'entries'}"
    run.out.answer(
        {"invoiced": not undo, "timeEntryIds": numbers},
        lambda: f"{count} {done}." if numbers else "No finished entries in that range.",
        ids=numbers,
    )


def _in_range(
    run: Run,
    words: list[str] | None,
    since: str | None,
    until: str | None,
    project: list[str] | None,
    client: list[str] | None,
    tag: list[str] | None,
    billable: bool | None,
) -> list[str]:
    from clockify_cli.core.model import is_running, start_of
    from clockify_cli.tracking.history import entries_in

    span = filters.period_of(run, words, since, until)
    chosen = filters.typed_filters(run, project=project, client=client, tag=tag, billable=billable)
    found = entries_in(run.outbox, span.start, span.end, filters=chosen)
    # One that reaches into the range belongs to the one before, or it would be billed twice.
    return [
        str(e["id"])
        for e in found
        if start_of(e) >= span.start and not is_running(e) and not e.get("queued")
    ]
