"""``clockify undo``: undoes the last change."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.journal.operation import Change
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
        typer.Argument(metavar="[CHANGE]", help="Number in --list (default: the last change)."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what can be undone.")] = False,
) -> None:
    """Undo the last change this tool made, in any workspace.

    Works for entries, projects, clients, tags, tasks and whole imports. Asks first if the change is
    more than ten minutes old or was made in another session or by a script. Refuses if an entry was
    changed since. Deleted things come back under a new ID.
    """
    run = run_of(ctx)
    if listing:
        _list(run)
        return
    outbox = run.outbox
    chosen = undoing.choose(outbox, change)
    if change is None:
        _ask(run, chosen)
    show_undone(run, undoing.undo(outbox, chosen, run.reverse_things), "undone")


def _ask(run: Run, chosen: Change) -> None:
    """Ask before a change is taken back that is not plainly meant."""
    why = undoing.why_ask(run.outbox, chosen)
    if not why:
        return
    mine = undoing.last_of_session(run.outbox)
    hint = f"Add --yes, or name it: clockify undo {chosen.id}."
    if mine is not None:
        hint += f" The last one of this session: clockify undo {mine.id} ({mine.verb})."
    try:
        run.confirm("Undo it?", doubt=f"The {chosen.verb} '{chosen.label}' {why}.", hint=hint)
    except UsageError as error:
        error.hint = hint
        raise


def show_undone(run: Run, done: undoing.Undone, word: str) -> None:
    """Answer with what was undone or redone."""
    told: dict[str, Any] = {"operation": done.change.verb, "kind": done.kind, "entry": done.entry}
    if len(done.entries) > 1:
        told["entries"] = list(done.entries)
    if done.thing is not None:
        told["thing"] = done.thing
    answer: dict[str, Any] = {word: told, "notes": list(done.notes)}
    if done.queued:
        answer["queued"] = True

    def text() -> str:
        from clockify_cli.core.model import instant
        from clockify_cli.render.entries import entry_line
        from clockify_cli.render.moments import moment_text
        from clockify_cli.render.safe import safe

        made = moment_text(instant(done.change.created_at), run.look)
        head = f"{word.capitalize()}: {done.change.verb}"
        lines = [f"{head} '{safe(done.change.label)}' (made {made})"]
        shown = list(done.entries) or ([done.entry] if done.entry is not None else [])
        shown = [entry for entry in shown if entry.get("timeInterval")]
        run.names.know(*shown)
        lines += ["  " + entry_line(e, run.outbox, run.look_beside(2)) for e in shown]
        return "\n".join([*lines, *(f"  {safe(note)}" for note in done.notes)])

    found = done.entry or done.thing
    run.out.answer(answer, text, ids=[str(found.get("id"))] if found else [])


def _list(run: Run) -> None:
    journal = run.outbox.journal
    changes = journal.undoable(LISTED)

    def text() -> str:
        from clockify_cli.render.queue import changes_table

        operations = {c.id: journal.of_change(c.id) for c in changes}
        return changes_table(changes, operations, run.line_look)

    run.out.answer(
        [
            {"id": c.id, "operation": c.verb, "label": c.label, "createdAt": c.created_at}
            for c in changes
        ],
        text,
        ids=[str(c.id) for c in changes],
    )
