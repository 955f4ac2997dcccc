"""``clockify entries``: lists, shows and deletes time entries."""

from __future__ import annotations

from typing import Annotated

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.changes import ask_for_many, sure
from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import StorageError
from clockify_cli.session import Run
from clockify_cli.store import shown_rows
from clockify_cli.times.pieces import Days, epoch_of
from clockify_cli.tracking import editing
from clockify_cli.tracking.history import Filters, entries_in
from clockify_cli.tracking.listing import Listing
from clockify_cli.tracking.listing import list_entries as list_of

app = NounApp("List, show and delete time entries.")


@app.command(
    "list",
    cls=Command,
    conflicts=[("--cached", "--refresh")],
    epilog=examples(
        "clockify entries",
        "clockify entries last-week -p Acme",
        "clockify entries 2026-11-02..2026-11-06 --json",
        "clockify entries month --text review --no-billable",
    ),
)
def list_entries(
    ctx: typer.Context,
    period: options.Range = None,
    since: options.Since = None,
    until: options.Until = None,
    project: filters.Projects = None,
    client: filters.Clients = None,
    task: filters.Tasks = None,
    tag: filters.Tags = None,
    text: filters.Text = "",
    billable: filters.Billable = None,
    user: options.User = None,
    limit: options.Limit = None,
    ids: Annotated[bool, typer.Option("--ids", help="Show the entries' IDs.")] = False,
    reverse: Annotated[bool, typer.Option("--reverse", help="Show the oldest first.")] = False,
    cached: filters.Cached = False,
) -> None:
    """List the time entries of a range (default: today), newest first, with totals.

    The rows are numbered: @1, @2 … mean them in the commands that take an ENTRY, in this
    terminal session, until the next list. --json and --quiet number nothing.

    An entry that reaches over an edge of the range or over midnight counts with its part.
    """
    run = run_of(ctx)
    span = filters.period_of(run, period, since, until)
    chosen = filters.typed_filters(
        run, project=project, client=client, task=task, tag=tag, text=text, billable=billable
    )
    who = run.user_id(user) if user else ""
    freshness = filters.freshness_of(run, cached=cached, copied=True)
    as_of = run.outbox.newest_done()
    found = entries_in(
        run.outbox, span.start, span.end, user=who, filters=chosen, freshness=freshness
    )
    all_newest = not who and chosen == Filters() and span.end > run.now
    if all_newest and run.outbox.unreachable is None and freshness.as_of is None:
        run.outbox.learn_newest(found, span.start)
        if span.start <= run.now and not run.outbox.waiting_here():
            run.outbox.learn_running_from(found, span.start, as_of)
    days = Days(run.clock, span.first, span.last)
    listing = list_of(found, days, epoch_of(run.now), limit=limit, oldest_first=reverse)
    if listing.left_out:
        run.notice(f"Showing {len(listing.entries)} of {len(found)} entries.")

    def table() -> str:
        from clockify_cli.render.entries import entries_table

        run.names.know(*listing.entries)
        numbers = _number(run, who, listing)
        return entries_table(
            listing.entries, run.outbox, run.line_look, listing=listing, ids=ids, numbers=numbers
        )

    answer = filters.with_age(run, freshness, listing.as_json())
    run.out.answer(answer, table, ids=[str(e["id"]) for e in listing.entries])


def _number(run: Run, user: str, listing: Listing) -> dict[str, int]:
    """Return the rows' numbers, once this session is sure to know them."""
    account = run.outbox.account
    rows = listing.rows[: shown_rows.MOST_ROWS]
    table = shown_rows.Table(epoch_of(run.now), user or account.user, tuple(rows))
    try:
        shown_rows.keep(account.id, account.workspace, table)
    except StorageError as error:
        run.notice(f"The rows have no numbers: {error.message}")
        return {}
    return {entry_id: number for number, entry_id in enumerate(rows, 1)}


@app.command(
    "show",
    cls=Command,
    epilog=examples("clockify entries show @1", "clockify entries show @running --json"),
)
def show(ctx: typer.Context, entry: options.Entries) -> None:
    """Show one or more entries in full."""
    run = run_of(ctx)
    found = editing.find_all(run.outbox, entry)

    def text() -> str:
        from clockify_cli.render.entries import entry_details

        run.names.know(*found)
        return "\n\n".join(entry_details(e, run.outbox, run.look) for e in found)

    run.out.answer(found[0] if len(entry) == 1 else found, text, ids=[str(e["id"]) for e in found])


@app.command(
    "delete",
    cls=Command,
    epilog=examples("clockify entries delete @1", "clockify entries delete @1 @2 @3 --yes"),
)
def delete(ctx: typer.Context, entry: options.Entries) -> None:
    """Delete entries; 'clockify undo' brings them back (under new IDs)."""
    run = run_of(ctx)
    ask_for_many(run, entry, "Delete", yes=run.options.yes)
    found = editing.find_all(run.outbox, entry, sure(run, yes=run.options.yes))
    gone = editing.delete(run.outbox, found)

    def text() -> str:
        from clockify_cli.render.entries import entry_line

        run.names.know(*gone)
        return "\n".join("Deleted: " + entry_line(e, run.outbox, run.look_beside(9)) for e in gone)

    run.out.answer(gone[0] if len(entry) == 1 else gone, text, ids=[str(e["id"]) for e in gone])
