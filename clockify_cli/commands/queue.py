"""``clockify queue``: pending changes and those that were set aside."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.account import is_unclaimed, realm_of_account
from clockify_cli.journal import pending as queued
from clockify_cli.journal.operation import SET_ASIDE, Operation

app = NounApp("Show and manage pending changes and those set aside.")

Number = Annotated[int, typer.Argument(metavar="ID", help="Number in the list.")]
Numbers = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers in the list.")]


def as_json(operation: Operation) -> dict[str, Any]:
    """Return the documented form of a pending change."""
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
    """List pending changes and those that were set aside, in order.

    Makes no request.

    Of other accounts only the name and the number of pending changes are shown.
    """
    run = run_of(ctx)
    found = run.journal.open_operations()

    def text() -> str:
        from clockify_cli.render.queue import queue_table

        return queue_table(found, run.line_look)

    run.out.answer([as_json(o) for o in found], text, ids=[str(o.id) for o in found])
    from clockify_cli.setup.forgetting import pending_sentence

    for elsewhere in run.journal.pending_elsewhere():
        run.notice(pending_sentence(*elsewhere))


@app.command("claim", cls=Command, epilog=examples("clockify queue claim --yes"))
def claim(ctx: typer.Context) -> None:
    """Take over changes that were recorded under a key that never got an answer.

    They become yours and go out with the next command. JSON: the changes.
    """
    run = run_of(ctx)
    account = run.account
    waiting = [
        (found, count)
        for found, _, count in run.journal.pending_elsewhere()
        if is_unclaimed(found) and realm_of_account(found) == realm_of_account(account.id)
    ]
    total = sum(count for _, count in waiting)
    before = {o.id for o in run.journal.open_operations()}
    if total:
        run.confirm(
            f"Take over {total} change{'s' * (total > 1)} of an unknown key for "
            f"{account.user_name or account.user}?",
        )
    for found, _ in waiting:
        run.journal.adopt(found, account.active_workspace or account.workspace, account.user)
    taken = [o for o in run.journal.open_operations() if o.id not in before]

    def text() -> str:
        from clockify_cli.render.queue import queue_table

        return queue_table(taken, run.line_look) if taken else "There is nothing to take over."

    run.out.answer([as_json(o) for o in taken], text, ids=[str(o.id) for o in taken])


@app.command("show", cls=Command, epilog=examples("clockify queue show 12"))
def show(ctx: typer.Context, number: Number) -> None:
    """Show a pending change: the old and new values, and why it is pending."""
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
        typer.Option("--force", help="In a conflict, overwrite the entry with your change."),
    ] = False,
) -> None:
    """Put changes that were set aside back into the queue and deliver them.

    Exit 0 if all were delivered, 3, 5 or 7 if one is still pending, 6 if one was set aside again.
    """
    run = run_of(ctx)
    done = queued.retry(run.outbox, numbers, force=force)

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        return outcome_lines(done, run.look)

    run.out.answer([as_json(o) for o in done], text, ids=[str(o.id) for o in done])
    if any(o.state in SET_ASIDE for o in done):
        raise typer.Exit(6)


@app.command(
    "drop",
    cls=Command,
    epilog=examples("clockify queue drop 12", "clockify queue drop 12 13 --yes"),
)
def drop(ctx: typer.Context, numbers: Numbers) -> None:
    """Discard pending changes without sending them.

    Changes that depend on them are discarded too.
    """
    run = run_of(ctx)
    found = queued.with_dependents(run.journal, numbers)
    run.confirm(
        f"Discard {len(found)} pending change{'s' * (len(found) > 1)}?",
        yes=run.options.yes,
    )
    queued.drop(run.outbox, found)

    def text() -> str:
        from clockify_cli.render.queue import outcome_lines

        return outcome_lines(found, run.look)

    run.out.answer([as_json(o) for o in found], text, ids=[str(o.id) for o in found])
