"""``clockify export``: writes time entries as a table, as JSON or as a calendar."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from clockify_cli.commands import filters, options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run

app = CommandApp()
FORMATS = ("csv", "json", "jsonl", "ics")
_BLOCK = 1 << 20
_SUFFIXES = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".ics": "ics"}


@app.command(
    cls=Command,
    conflicts=[
        ("--all", "RANGE"),
        ("--all", "--since"),
        ("--all", "--until"),
        ("--everyone", "--user"),
    ],
    epilog=examples(
        "clockify export",
        "clockify export last-month --format json",
        "clockify export --all --output everything.jsonl",
        "clockify export 2026-Q3 -p Acme --output acme.csv",
        "clockify export week --format ics > week.ics",
    ),
)
def export(
    ctx: typer.Context,
    period: options.Range = None,
    since: options.Since = None,
    until: options.Until = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Export all entries, not a range.")
    ] = False,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="csv|json|jsonl|ics",
            help="Format (default: from the file name, else csv).",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to this file instead of stdout."
        ),
    ] = "",
    project: filters.Projects = None,
    client: filters.Clients = None,
    task: filters.Tasks = None,
    tag: filters.Tags = None,
    text: filters.Text = "",
    billable: filters.Billable = None,
    user: filters.Users = None,
    everyone: filters.Everyone = False,
) -> None:
    """Write the time entries that start in a range (default: this month), newest first.

    csv has the columns of Clockify's detailed report and is safe to open in a spreadsheet; json and
    jsonl have the API's keys, with names beside the IDs; ics is a calendar. 'clockify import' reads
    all of them.
    """
    from clockify_cli.gateway.parallel import Crew
    from clockify_cli.tracking import exporting
    from clockify_cli.tracking.history import UNREACHABLE
    from clockify_cli.transfer.writing import Setting, writer

    run = run_of(ctx)
    to_file = output not in ("", "-")
    chosen = _format(run, format, output if to_file else "")
    span = None
    if not everything:
        found = filters.period_of(run, period, since, until, default="month")
        span = found.start, found.end
    wanted = filters.typed_filters(
        run, project=project, client=client, task=task, tag=tag, text=text, billable=billable
    )
    users = filters.typed_users(run, user, everyone=everyone)
    people = _people(run, users) if chosen == "csv" else {}
    names = exporting.NameBook(run.names, people)
    out = writer(chosen, Setting(run.zone, run.now, names))
    count = 0
    with _sink(run, output if to_file else "") as write, Crew(run.gateway, rate=run.rate) as crew:
        head = out.head()  # written once there is something: an error leaves stdout empty
        try:
            for page in exporting.pages(run.outbox, crew, users, span, wanted):
                names.learn(page)
                write(head + out.body(page))
                head = b""
                count += len(page)
        except UNREACHABLE as error:
            known = "'clockify entries --cached' shows what was last known."
            error.hint = f"{error.hint} {known}".strip()
            raise
        write(head + out.tail())
    waiting = sum(1 for o in run.journal.waiting() if o.user in users)
    if waiting:
        run.notice(f"Without {waiting} pending changes: see 'clockify queue'.")
    entries = "1 entry" if count == 1 else f"{count} entries"
    if to_file:
        run.out.answer(
            {"file": output, "format": chosen, "entries": count},
            lambda: f"Wrote {entries} to {output}.",
            ids=[],
        )
    elif sys.stdout.isatty():
        run.notice(f"{entries}.")


def _format(run: Run, format: str | None, path: str) -> str:
    """Return the format that was asked for, by its name or by the file's."""
    if format is not None and format.lower() not in FORMATS:
        raise UsageError(f"Unknown format '{format}'.", f"Formats: {', '.join(FORMATS)}.")
    if run.out.json_mode and not path:
        if format is not None and format.lower() != "json":
            raise UsageError(
                f"--json prints one JSON document, which --format {format} is not.",
                "Leave out one of them, or write to a file with --output.",
            )
        return "json"
    ending = os.path.splitext(path)[1].lower()
    by_name = _SUFFIXES.get(ending)
    if format is None and ending and by_name is None:
        raise UsageError(
            f"No format is known for {ending} files.", f"Add --format {'|'.join(FORMATS)}."
        )
    if format is not None and by_name not in (None, format.lower()):
        raise UsageError(
            f"--format {format} does not fit {path}.", "Leave out --format, or rename the file."
        )
    return format.lower() if format is not None else by_name or "csv"


def _people(run: Run, users: list[str]) -> dict[str, tuple[str, str]]:
    """Return the users' names and e-mail addresses; others' come from the list of users."""
    own = run.account.user
    people = {own: (run.account.user_name, run.own_email)} if own in users else {}
    if set(users) - {own}:
        for found in run.names.all("users"):
            if found.get("id") in users:
                name, email = str(found.get("name") or ""), str(found.get("email") or "")
                people[str(found["id"])] = (name, email)
    return people


@contextmanager
def _sink(run: Run, path: str) -> Iterator[Any]:
    """Yield what writes bytes to ``path``, or to stdout if it is empty.

    The document of ``--json`` appears when it is whole, as a file does.
    """
    from clockify_cli.store.whole_file import whole_file

    if not path or _is_screen(path):
        write = _to_terminal if sys.stdout.isatty() else _to_pipe()
        if not run.out.json_mode:
            yield write
            return
        from tempfile import TemporaryFile

        with TemporaryFile() as kept:
            yield kept.write
            kept.seek(0)
            while content := kept.read(_BLOCK):
                write(content)
        return
    with whole_file(path) as write:
        yield write


def _is_screen(path: str) -> bool:
    """Say whether a path is the terminal that standard output goes to: /dev/tty, /dev/stdout."""
    if sys.platform == "win32":
        return False  # a terminal has no path there
    return bool(
        sys.stdout.isatty()
        and os.path.exists(path)
        and os.path.realpath(path) in (os.ttyname(sys.stdout.fileno()), "/dev/tty")
    )


def _to_pipe() -> Any:
    sys.stdout.flush()
    return sys.stdout.buffer.write


def _to_terminal(content: bytes) -> None:
    """Write for somebody who looks at it: nothing in it is obeyed."""
    from clockify_cli.render.safe import safe

    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    sys.stdout.write("\n".join(map(safe, lines)))
