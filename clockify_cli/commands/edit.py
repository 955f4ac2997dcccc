"""``clockify edit``: edits entries, or a whole day as text."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import ask_for_many, show_entries, sure
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import editing, overlaps
from clockify_cli.tracking.revision import Reviser, Revision

app = CommandApp()


class EditCommand(Command):
    """``edit``, whose ``--day`` may carry its day with it: ``--day=yesterday``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; the day is the word behind ``--day``."""
        split: list[str] = []
        for number, word in enumerate(args):
            if word == "--":
                split += args[number:]
                break
            name, equals, value = word.partition("=")
            split += ["--day", value] if name == "--day" and equals and value else [word]
        return super().parse_args(ctx, split)


@app.command(
    cls=EditCommand,
    epilog=examples(
        "clockify edit @1 -d 'Review of the parser' -t +dev,-urgent",
        "clockify edit @2 --from 9:15 --to 10:45",
        "clockify edit @1 @2 @3 -p Acme/Web --yes",
        "clockify edit --day yesterday",
        "clockify edit 64a687e29ae1f428e7ebe301 -p '' --if-unchanged before.json",
    ),
)
def edit(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ENTRY]…|[DAY]",
            help="ID, @1 (a row of the last list), @last; default: @running; with --day a day.",
            show_default=False,
        ),
    ] = None,
    description: Annotated[
        str | None,
        typer.Option("--description", "-d", metavar="TEXT", help="New description; '' for none."),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", "-p", metavar="PROJECT", help="New project; '' for none."),
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", "-k", metavar="TASK", help="New task; '' for none.")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            "-t",
            metavar="TAGS",
            help="+a,-b adds and removes; a,b replaces all; '' for none.",
            show_default=False,
        ),
    ] = None,
    billable: Annotated[
        bool | None,
        typer.Option(
            "--billable/--no-billable", help="Make it billable or not.", show_default=False
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="New start; see above.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="New end; see above.")
    ] = None,
    if_unchanged: Annotated[
        str | None,
        typer.Option(
            "--if-unchanged",
            metavar="FILE|VERSION",
            help="Edit only if it still matches this JSON file (- for standard input) or the "
            "version that 'edit --day --print' shows; else exit 6.",
        ),
    ] = None,
    day: Annotated[
        bool,
        typer.Option("--day", help="Open a day as text (default: today)."),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--print", help="With --day, print the text instead of opening an editor."),
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Edit entries. Only the given fields change.

    A new project clears the task, unless -k names one. A clock time without a day is on the entry's
    own day, not today (see 'clockify when'). An end before the start is on the next day, at most 12
    hours later. -10m means ten minutes ago; 'clockify extend' and 'clockify move' count from the
    entry's own times. Editing several entries is one change for 'clockify undo'.

    With --day [DAY], a whole day opens in $VISUAL or $EDITOR, one line per entry. The changes are
    shown and applied once you agree, in the fewest requests. 'clockify apply' reads the same text
    from a file.
    """
    run = run_of(ctx)
    revision = Revision(
        description,
        project,
        task,
        None if tag is None else tuple(tag),
        billable,
        start,
        end,
        allow_future,
    )
    if day or show:
        if not revision.is_empty or if_unchanged is not None:
            raise UsageError(
                "--day opens a text to edit; it cannot be combined with field options.",
                "Leave out the other options, or name entries instead of --day.",
            )
        from clockify_cli.commands.day_texts import edit_day

        edit_day(run, words or [], show=show, allow_future=allow_future, yes=run.options.yes)
        return
    _edit_entries(run, words or [], revision, if_unchanged, yes=run.options.yes)


def _edit_entries(
    run: Run, handles: list[str], revision: Revision, if_unchanged: str | None, *, yes: bool
) -> None:
    if revision.is_empty:
        raise UsageError(
            "Nothing to change was given.",
            "Name it: -d TEXT, -p PROJECT, -k TASK, -t +TAG, --to WHEN …",
        )
    handles = handles or ["@running"]
    unchanged = None
    if if_unchanged is not None:
        from clockify_cli.tracking.versions import expected_versions

        unchanged = expected_versions(if_unchanged, read_source)
    ask_for_many(run, handles, "Edit", yes=yes)
    outbox = run.outbox
    reviser = Reviser(
        revision, run.names, run.clock, run.notice, sure(run, yes=yes), defer=run.queues
    )
    entries = editing.find_all(outbox, handles, sure(run, yes=yes))
    edited = editing.edit(outbox, entries, reviser, if_unchanged=unchanged)
    show_entries(
        run,
        [("Changed" if e.changed else "Unchanged", e.entry) for e in edited],
        one=len(handles) == 1,
    )
    changed = [e.entry for e in edited if e.changed]
    if changed and revision.moves:
        overlaps.told(outbox, *changed, seen=entries, before=entries)


def read_source(name: str) -> str:
    """Return the text of a file, or of standard input where the name is ``-``.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig").replace("\r\n", "\n")
        with open(name, encoding="utf-8-sig") as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"Cannot read '{name}': {reason}.") from error
