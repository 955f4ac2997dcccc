"""``clockify undo``: takes back the last change."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.session import Run
from clockify_cli.tracking import undo as undoing

app = CommandApp()
LISTED = 20


@app.command(
    cls=Command,
    epilog=examples("clockify undo", "clockify undo --list", "clockify undo 17"),
)
def undo(
    ctx: typer.Context,
    change: Annotated[
        int | None,
        typer.Argument(metavar="[CHANGE]", help="Its number in --list; the last one otherwise."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what can be taken back.")] = False,
) -> None:
    """Take back the last change that this tool made, and say what was done.

    It refuses where an entry has been changed since. What was deleted comes back under a new ID.
    """
    run = run_of(ctx)
    if listing:
        _list(run)
        return
    done = undoing.undo(run.outbox, change)
    answer: dict[str, Any] = {
        "undone": {"operation": done.change.verb, "entry": done.entry},
        "notes": list(done.notes),
    }
    if len(done.entries) > 1:
        answer["undone"]["entries"] = list(done.entries)
    if done.queued:
        answer["queued"] = True

    def text() -> str:
        from clockify_cli.render.entries import entry_line
        from clockify_cli.render.safe import safe

        lines = [f"Undone: {done.change.verb} '{safe(done.change.label)}'"]
        if done.entry is not None and done.entry.get("timeInterval"):
            shown = list(done.entries) or [done.entry]
            run.names.know(*shown)
            lines = [f"Undone: {done.change.verb}"]
            lines += ["  " + entry_line(e, run.outbox, run.look_beside(2)) for e in shown]
        return "\n".join([*lines, *(f"  {safe(note)}" for note in done.notes)])

    run.out.answer(answer, text, ids=[str(done.entry.get("id"))] if done.entry else [])


def _list(run: Run) -> None:
    changes = run.outbox.journal.undoable(LISTED)

    def text() -> str:
        from clockify_cli.render.queue import changes_table

        return changes_table(changes, run.line_look)

    run.out.answer(
        [
            {"id": c.id, "operation": c.verb, "label": c.label, "createdAt": c.created_at}
            for c in changes
        ],
        text,
        ids=[str(c.id) for c in changes],
    )
