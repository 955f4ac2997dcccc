"""``clockify import``: records the entries of a file, each once."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clockify_cli.commands import options
from clockify_cli.commands.resources import shelf_of
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import (
    ClockifyError,
    Interrupted,
    RefusedError,
    StorageError,
    UnreachableError,
    UsageError,
)
from clockify_cli.session import Run

if TYPE_CHECKING:
    from clockify_cli.importing.plan import Plan
    from clockify_cli.importing.sending import Imported

app = CommandApp()
FORMATS = ("csv", "json", "jsonl", "ics", "clockify", "toggl", "watson", "timewarrior")
STDIN = "standard input"
LONG = 2.0  # seconds after which progress is told where there is no terminal
TOLD = 5  # doubtful lines that a question or a notice names


@app.command(
    cls=Command,
    epilog=examples(
        "clockify import toggl.csv --dry-run",
        "clockify import Clockify_Report.csv --date-order dmy",
        "clockify import toggl.csv --map 'Web=Acme/Website' --map tag:dev=code",
        "watson log --all --json | clockify import - --create-missing",
        "timew export | clockify import - --map acme=Acme/Website",
    ),
)
def import_(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="The file; - is standard input.", show_default=False),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="csv, json, jsonl, ics, clockify, toggl, watson or timewarrior; else the content "
            "tells.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would be done; record nothing.")
    ] = False,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OLD=NEW",
            help="Take the project NEW for OLD; tag:, task: and client: before OLD mean those; "
            "nothing behind = leaves it out. May be repeated.",
            show_default=False,
        ),
    ] = None,
    create_missing: Annotated[
        bool,
        typer.Option("--create-missing", help="Create clients, projects, tasks and tags."),
    ] = False,
    date_order: Annotated[
        str | None,
        typer.Option(
            "--date-order",
            metavar="dmy|mdy",
            help="What 03/04/2026 means, where no date of the file decides.",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="NAME",
            help="Whose lines to take, where the file has several people's.",
            show_default=False,
        ),
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave out the lines that cannot be read.")
    ] = False,
    user: options.User = None,
    yes: options.Yes = False,
) -> None:
    """Record the entries of a file: of Clockify, Toggl, Watson, timewarrior, or a calendar.

    Everything is checked before the first entry is recorded. What is there already (the same
    start, end, description and project) is left alone, so importing a file twice changes
    nothing, and after an interruption the same command goes on. 'clockify undo' takes it back.
    """
    from clockify_cli.gateway.parallel import Crew
    from clockify_cli.importing import plan as planning
    from clockify_cli.importing import sending
    from clockify_cli.importing.names import NameFinder, read_rule, unknown_error
    from clockify_cli.transfer.reading import read

    run = run_of(ctx)
    typed = [read_rule(text) for text in rules or ()]
    content, name = _content(file)
    reading = read(
        content,
        name,
        run.zone,
        format=_choice("--format", format, FORMATS),
        date_order=_choice("--date-order", date_order, ("dmy", "mdy")),
    )
    skipped = planning.checked(reading, name, skip_broken=skip_broken) + reading.skipped
    who = run.user_id(user) if user else run.account.user
    own = _known_as(run, who, (record.person for record in reading.records))
    others, stranger = planning.choose_person(reading, name, own, person)
    skipped += others + planning.without_repeats(reading)
    finder = NameFinder(run.names, typed, create=create_missing)
    plan = planning.Plan(name, reading, finder, skipped=sorted(skipped, key=lambda n: n.line))
    if dry_run:
        _compare(run, plan, who)
        finder.check_rules()
        _tell(run, plan, stranger)
        _show_plan(run, plan)
        return
    with sending.alone():
        with run.outbox.delivery_lock():  # what waits goes first
            pass
        if run.outbox.unreachable is not None:
            raise run.outbox.unreachable
        _compare(run, plan, who)
        finder.check_rules()
        if finder.unknown:
            raise unknown_error(finder.unknown.values(), name)
        _tell(run, plan, stranger)
        _ask(run, plan, yes=yes)
        if plan.new and finder.new:
            _create(run, plan)
        result = sending.Imported()
        if plan.new:
            with Crew(run.gateway, rate=run.rate) as crew:
                progress = _Progress(run)
                try:
                    key = _key(content, run.account.workspace, who)
                    result = sending.run(run.outbox, crew, plan, who, key, progress)
                finally:
                    progress.end()
    _report(run, plan, result, file)


# -- what is read ---------------------------------------------------------------------------


def _content(file: str) -> tuple[bytes, str]:
    if file == "-":
        return sys.stdin.buffer.read(), STDIN
    try:
        with open(file, "rb") as stream:  # noqa: PTH123
            return stream.read(), file
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.") from error


def _choice(option: str, value: str | None, choices: Sequence[str]) -> str | None:
    if value is not None and value.lower() not in choices:
        raise UsageError(f"{option} cannot be '{value}'.", f"It is one of: {', '.join(choices)}.")
    return value.lower() if value is not None else None


def _known_as(run: Run, who: str, people: Any) -> list[str]:
    """Return by what names a file may call the user; asks only where it calls anybody."""
    called = set(people) - {""}
    if who == run.account.user:
        known = [who, run.account.user_name]
        return [*known, run.own_email] if called - set(known) else known
    found = next((u for u in run.names.all("users") if u.get("id") == who), {})
    return [who, str(found.get("name") or ""), str(found.get("email") or "")]


def _key(content: bytes, workspace: str, user: str) -> str:
    """Return what tells this file from others, for this workspace and user."""
    from hashlib import sha256

    mark = sha256(content + f"\0{workspace}\0{user}".encode()).hexdigest()
    return f"import\0{mark}"  # no key that is typed has a NUL in it


# -- before anything is recorded ---------------------------------------------------------------


def _compare(run: Run, plan: Plan, who: str) -> None:
    from clockify_cli.gateway.parallel import Crew
    from clockify_cli.importing import plan as planning
    from clockify_cli.importing import sending

    if not plan.reading.records:
        return
    span = planning.span_of(plan.reading.records)
    with Crew(run.gateway, rate=run.rate) as crew:
        planning.compare(plan, sending.listed(run.outbox, crew, who, span))


def _tell(run: Run, plan: Plan, stranger: str) -> None:
    """Tell how the file was understood, where it could be otherwise."""
    reading = plan.reading
    if not reading.zoned and reading.records:
        run.notice(f"The file's times are taken for {run.zone}; --tz decides otherwise.")
    if stranger:
        run.notice(f"The file holds the time of {stranger}; it is taken for yours.")
    for note in reading.implausibilities[:TOLD]:
        run.notice(f"{plan.name}:{note.line}: {note.text}.")
    if len(reading.implausibilities) > TOLD:
        run.notice(f"And {len(reading.implausibilities) - TOLD} more lines like these.")


def _ask(run: Run, plan: Plan, *, yes: bool) -> None:
    """Ask about entries that are so unusual that they may be a slip."""
    for words, rows in plan.doubtful(run.now):
        lines = ", ".join(str(row.record.line) for row in rows[:TOLD])
        lines += " …" if len(rows) > TOLD else ""
        count = "1 entry is" if len(rows) == 1 else f"{len(rows)} entries are"
        run.confirm(
            f"{count} {words} ({plan.name}, line {lines}).",
            yes=yes,
            hint="Add --yes to record them all the same.",
        )


def _create(run: Run, plan: Plan) -> None:
    from clockify_cli.importing.names import Creator

    creator = Creator(run.names, lambda kind, project: shelf_of(run, kind, project=project))
    for made in creator.create(plan.names.new.values()):
        run.notice(f"Created the {made['kind']} '{made.get('name')}'.")
    plan.finish(creator)


# -- answers ------------------------------------------------------------------------------------


def _show_plan(run: Run, plan: Plan) -> None:
    from clockify_cli.importing.names import unknown_json
    from clockify_cli.importing.plan import sums

    projects, days = sums(plan, run.zone)
    found = {
        **_counts(plan),
        "dryRun": True,
        "create": len(plan.new),
        "created": 0,
        "failed": 0,
        "new": [unknown_json(one) for one in plan.names.new.values()],
        "unknown": [unknown_json(one) for one in plan.names.unknown.values()],
        "projects": projects,
        "days": days,
        "skips": [{"line": note.line, "message": note.text} for note in plan.skipped],
    }

    def text() -> str:
        from clockify_cli.render.transfer import plan_text

        return plan_text(found, run.look)

    run.out.answer(found, text)
    if plan.names.unknown:
        run.notice("Nothing would be recorded: see --map and --create-missing.")
        raise typer.Exit(4)


def _counts(plan: Plan) -> dict[str, Any]:
    return {
        "file": plan.name,
        "format": plan.reading.format,
        "existing": len(plan.existing),
        "skipped": len(plan.skipped),
    }


def _report(run: Run, plan: Plan, result: Imported, file: str) -> None:
    from clockify_cli.core.model import seconds_of

    found = {
        **_counts(plan),
        "created": len(result.created),
        "failed": len(result.failed),
        "seconds": sum(seconds_of(entry, run.now) for entry in result.created),
        "skips": [{"line": note.line, "message": note.text} for note in plan.skipped],
    }
    if result.error is not None or result.failed:
        raise _shortfall(plan, result, found, file)

    def text() -> str:
        from clockify_cli.render.transfer import result_text

        return result_text(found, run.look)

    run.out.answer(found, text, ids=[str(entry["id"]) for entry in result.created])


def _shortfall(plan: Plan, result: Imported, found: dict[str, Any], file: str) -> BaseException:
    """Return the error that tells how much of a file was not recorded, and how to go on."""
    error = result.error
    if error is not None and not isinstance(error, (ClockifyError, KeyboardInterrupt)):
        return error
    told = f"{len(result.created)} of {len(plan.new)} entries were recorded"
    if result.failed:
        lines = "\n".join(f"  {plan.name}:{note.line}: {note.text}" for note in result.failed)
        found["failures"] = [{"line": n.line, "message": n.text} for n in result.failed]
        told += f"; Clockify refused {len(result.failed)}:\n{lines}"
        if error is None and result.left:
            told += f"\nSo {result.left} more were not tried."
    if result.unclear:
        found["unclear"] = result.unclear
    if result.left:
        found["left"] = result.left
    if error is None:
        return RefusedError(
            told if result.failed else told + ".",
            "Mend these lines and import the file again: what is recorded is left alone.",
            details=found,
        )
    again = f"clockify import {file}" if file != "-" else "the same command"
    hint = f"Run '{again}' again with the same options: it goes on where it stopped."
    if result.unclear:
        hint += f" It is not known of {result.unclear} yet whether they were; that is looked up."
    if isinstance(error, KeyboardInterrupt):
        return Interrupted(f"Interrupted: {told}.", hint, details=found)
    assert isinstance(error, ClockifyError)
    kind = StorageError if isinstance(error, StorageError) else type(error)
    made = (kind if kind is not ClockifyError else UnreachableError)(
        f"{told}; then: {error.message}", hint, status=error.status, details=found
    )
    made.details |= error.details
    return made


class _Progress:
    """Tells on stderr how far it is: a bar on a terminal, else a line now and then.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stream = run.out.stderr
        self._live = self._stream.isatty() and not run.options.quiet
        self._begun = time.monotonic()
        self._told = self._begun
        self._lines = 0
        self._drawn = False

    def __call__(self, count: int, total: int) -> None:
        """Take note of how many are settled."""
        if self._run.options.quiet:
            return
        now = time.monotonic()
        if self._live:
            if now - self._told >= 0.1 or count == total:
                self._told = now
                self._draw(count, total, now - self._begun)
            return
        pause = 1.0 if self._lines < 10 else 10.0
        if now - self._begun >= LONG and now - self._told >= pause and count < total:
            self._told = now
            self._lines += 1
            self._run.notice(f"{count} of {total} recorded.")

    def _draw(self, count: int, total: int, seconds: float) -> None:
        from dataclasses import replace

        from clockify_cli.render.transfer import progress_line

        look = replace(self._run.look, width=max(10, self._run.out.width - 1))
        self._stream.write("\r" + progress_line(count, total, seconds, look) + "\x1b[K")
        self._stream.flush()
        self._drawn = True

    def end(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
