"""``clockify queue``: the writes that wait or were set aside."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.journal import pending as queued
from clockify_cli.journal.operation import Operation

app = NounApp("The writes that wait to be sent, and those that were set aside.")

Number = Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")]
Numbers = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers in the list.")]


def as_json(operation: Operation) -> dict[str, Any]:
    """Return the documented form of a queued write."""
    return {
        "id": operation.id,
        "operation": operation.verb,
        "state": operation.state,
        "createdAt": operation.created_at,
        "entry": operation.after or operation.before or {"id": operation.entry},
        "error": operation.error,
    }


@app.command("list", cls=Command, epilog=examples("clockify queue", "clockify queue list --json"))
def list_queue(ctx: typer.Context) -> None:
    """List what waits and what was set aside, in order. No request."""
    run = run_of(ctx)
    found = run.journal.open_operations()

    def text() -> str:
        from clockify_cli.render.queue import queue_table

        return queue_table(found, run.line_look)

    run.out.answer([as_json(o) for o in found], text, ids=[str(o.id) for o in found])


@app.command("show", cls=Command, epilog=examples("clockify queue show 12"))
def show(ctx: typer.Context, number: Number) -> None:
    """Show one write: what was meant, what it was before, and why it waits."""
    run = run_of(ctx)
    operation = queued.open_operation(run.journal, number)

    def text() -> str:
        from clockify_cli.render.queue import operation_details

        return operation_details(operation, run.outbox, run.look)

    answer = as_json(operation) | {
        "kind": operation.kind,
        "before": operation.before,
        "attempts": operation.attempts,
    }
    run.out.answer(answer, text, ids=[str(operation.id)])


@app.command("retry", cls=Command, epilog=examples("clockify queue retry 12"))
def retry(
    ctx: typer.Context,
    numbers: Numbers,
    force: Annotated[
        bool,
        typer.Option("--force", help="Of a conflict: write what was meant over what is there."),
    ] = False,
) -> None:
    """Put writes that were set aside back into the queue and deliver them."""
    run = run_of(ctx)
    done = queued.retry(run.outbox, numbers, force=force)

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        return outcome_lines(done, run.look)

    run.out.answer([as_json(o) for o in done], text, ids=[str(o.id) for o in done])


@app.command(
    "drop",
    cls=Command,
    epilog=examples("clockify queue drop 12", "clockify queue drop 12 13 --yes"),
)
def drop(ctx: typer.Context, numbers: Numbers) -> None:
    """Take writes out of the queue; they will not be sent. What depends on them goes too."""
    run = run_of(ctx)
    found = queued.with_dependents(run.journal, numbers)
    run.confirm(
        f"{len(found)} recorded write{'s' * (len(found) > 1)} would be lost. Drop?",
    )
    queued.drop(run.outbox, found)

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        return outcome_lines(found, run.look)

    run.out.answer([as_json(o) for o in found], text, ids=[str(o.id) for o in found])
