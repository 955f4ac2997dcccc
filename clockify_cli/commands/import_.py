"""``clockify import``: records the entries of a file, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clockify_cli.commands import options
from clockify_cli.commands.resources import list_of
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run

if TYPE_CHECKING:
    from clockify_cli.importing.people import Owner
    from clockify_cli.importing.plan import Plan
    from clockify_cli.importing.sending import Imported
    from clockify_cli.transfer.record import Person, Reading

app = CommandApp()
FORMATS = ("csv", "json", "jsonl", "ics", "clockify", "toggl", "watson", "timewarrior")
LONG = 2.0  # seconds after which progress is reported without a terminal
SHOWN_NOTES = 5


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
        typer.Argument(
            metavar="FILE", help="File to import, or - for standard input.", show_default=False
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="Format: csv, json, jsonl, ics, clockify, toggl, watson or timewarrior (default: "
            "detected).",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            "-n",
            help="Show what would be imported, without recording anything; exit 1 if something "
            "would stop it.",
        ),
    ] = False,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OLD=NEW",
            help="Map project OLD to NEW (repeatable). Prefix OLD with tag:, task: or client: for "
            "those; leave NEW empty to drop it.",
            show_default=False,
        ),
    ] = None,
    create_missing: Annotated[
        bool,
        typer.Option("--create-missing", help="Create missing clients, projects, tasks and tags."),
    ] = False,
    date_order: Annotated[
        str | None,
        typer.Option(
            "--date-order",
            metavar="dmy|mdy",
            help="Order of day and month in dates like 03/04/2026, if ambiguous.",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="NAME",
            help="Import only this person's lines (name, e-mail or me).",
            show_default=False,
        ),
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Skip lines that cannot be read.")
    ] = False,
    user: options.User = None,
) -> None:
    """Import entries from a file of Clockify, Toggl, Watson, timewarrior, or a calendar.

    Everything is checked before the first entry is recorded, and everything in the file that is not
    read (columns, keys, rows) is listed with the reason. Entries that exist already (same start,
    end, description and project) are left alone, so importing a file twice changes nothing, and
    after an interruption the same command continues. 'clockify undo' undoes the import.
    """
    from clockify_cli.importing import answers
    from clockify_cli.transfer.source import read_source

    run = run_of(ctx)
    content, name = read_source(file)
    reading = _read(run, content, name, format, date_order)
    who = run.user_id(user) if user else run.account.user
    plan = _plan(run, reading, name, who, person, rules or (), create_missing, skip_broken)
    if dry_run:
        _show(run, plan, who, yes=run.options.yes)
        return
    if plan.problem is not None:
        raise plan.problem
    result = _record(run, plan, who, _key(content, run.account.workspace, who), yes=run.options.yes)
    found = answers.result_json(plan, result, run.now)
    _notice_left_out(run, found)
    if result.error is not None or result.failed:
        raise answers.shortfall(plan, result, found, file)
    ids = [str(entry["id"]) for entry in result.created]
    run.out.answer(found, lambda: _drawn(run, found, plan=False), ids=ids)


def _show(run: Run, plan: Plan, who: str, *, yes: bool) -> None:
    """Answer what would be done; exit 1 if something would stop it."""
    from clockify_cli.importing import answers

    _compare(run, plan, who)
    _notice_reading(run, plan, asking=not yes)
    questions = [] if yes else plan.questions(run.now)
    ok = not (plan.problem or questions or plan.names.unknown)
    found = answers.plan_json(plan, run.zone, questions, ok=ok)
    run.out.answer(found, lambda: _drawn(run, found, plan=True))
    if not ok:
        run.notice(f"As it is, nothing would be recorded.{_ways_on(found)}")
        raise typer.Exit(1)


def _record(run: Run, plan: Plan, who: str, key: str, *, yes: bool) -> Imported:
    """Record what is new, alone of all imports, once everything is settled."""
    from clockify_cli.gateway.parallel import Crew
    from clockify_cli.importing import sending
    from clockify_cli.importing.names import unknown_error

    with sending.alone():
        with run.outbox.delivery_lock():  # pending changes go first
            pass
        if run.outbox.unreachable is not None:
            raise run.outbox.unreachable
        _compare(run, plan, who)
        if plan.names.unknown:
            raise unknown_error(plan.names.unknown.values(), plan.name)
        _notice_reading(run, plan, asking=not yes)
        _ask(run, plan, yes=run.options.yes)
        if not plan.new:
            return sending.Imported()
        if plan.names.new:
            _create(run, plan, key)
        with Crew(run.gateway, rate=run.rate) as crew:
            progress = _Progress(run)
            try:
                return sending.run(run.outbox, crew, plan, who, key, progress)
            finally:
                progress.end()


# -- what is read ---------------------------------------------------------------------------


def _read(
    run: Run, content: bytes, name: str, format: str | None, date_order: str | None
) -> Reading:
    from clockify_cli.transfer.reading import read

    chosen = _choice("--format", format, FORMATS)
    order = _choice("--date-order", date_order, ("dmy", "mdy"))
    return read(content, name, run.zone, format=chosen, date_order=order)


def _choice(option: str, value: str | None, choices: Sequence[str]) -> str | None:
    if value is not None and value.lower() not in choices:
        raise UsageError(f"{option} cannot be '{value}'.", f"Choose one of: {', '.join(choices)}.")
    return value.lower() if value is not None else None


def _plan(
    run: Run,
    reading: Reading,
    name: str,
    who: str,
    person: str | None,
    rules: Sequence[str],
    create: bool,
    skip_broken: bool,
) -> Plan:
    """Return the plan of a file before it is compared with what is there."""
    from clockify_cli.importing import plan as planning
    from clockify_cli.importing.names import NameFinder, read_rule
    from clockify_cli.importing.people import choose_person

    finder = NameFinder(run.names, [read_rule(text) for text in rules], create=create)
    plan = planning.Plan(name, reading, finder)
    owner = _owner(run, who, set(reading.people()))
    others, plan.people = choose_person(reading, name, owner, person)
    planning.find_refused(reading)
    plan.problem = planning.broken_error(reading, name, skipping=skip_broken)
    left_out = reading.skipped + others + planning.without_repeats(reading)
    if skip_broken:
        left_out += reading.broken
    else:
        plan.broken = reading.broken
    plan.skipped = sorted(left_out, key=lambda note: note.line)
    planning.note_custom_fields(reading, run.account.workspace)
    return plan


def _owner(run: Run, who: str, people: Iterable[Person]) -> Owner:
    """Return by what the user is known; asks only if the file calls anybody."""
    from clockify_cli.importing.people import Owner

    if who != run.account.user:
        user = next((u for u in run.names.all("users") if u.get("id") == who), {})
        name, email = str(user.get("name") or ""), str(user.get("email") or "")
        return Owner(who, name, email, called=name or who)
    owner = Owner(who, run.account.user_name)
    if any(person.email and not owner.is_(person) for person in people):
        return Owner(who, run.account.user_name, run.own_email)
    return owner


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

    if plan.reading.records:
        span = planning.span_of(plan.reading.records)
        with Crew(run.gateway, rate=run.rate) as crew:
            planning.compare(plan, sending.listed(run.outbox, crew, who, span))
    plan.names.check_rules()


def _notice_reading(run: Run, plan: Plan, *, asking: bool) -> None:
    """Tell how the file was understood, if it could be otherwise."""
    reading = plan.reading
    if not reading.zoned and reading.records:
        run.notice(f"Reading the file's times as {run.zone}; use --tz for another zone.")
    if plan.people.stranger and not (asking and plan.people.doubtful):
        run.notice(f"Importing the time of {plan.people.stranger_text} as yours.")
    for note in reading.implausibilities[:SHOWN_NOTES]:
        run.notice(f"{plan.name}:{note.line}: {note.text}.")
    if len(reading.implausibilities) > SHOWN_NOTES:
        run.notice(f"And {len(reading.implausibilities) - SHOWN_NOTES} more like these.")


def _notice_left_out(run: Run, found: Mapping[str, Any]) -> None:
    from clockify_cli.render.transfer import left_out

    for line in left_out(found):
        run.notice(line)


def _ask(run: Run, plan: Plan, *, yes: bool) -> None:
    """Ask about everything so unusual that it may be a slip, in one question."""
    from clockify_cli.render.transfer import line_numbers

    found = plan.questions(run.now)
    if not found:
        return
    asked = "; ".join(w + (f" ({line_numbers(lines)})" if lines else "") for w, lines in found)
    hint = "Add --yes to record it anyway."
    if plan.people.doubtful:
        hint = f"Add --of '{plan.people.stranger}' to import it anyway, or --yes."
        if plan.people.owner == "you":
            hint += " To record it for somebody else: --user NAME."
    run.confirm("Record it anyway?", doubt=f"{plan.name}: {asked}.", yes=run.options.yes, hint=hint)


def _create(run: Run, plan: Plan, key: str) -> None:
    """Create what the plan lacks, as a part of the import that is undone along with it."""
    from clockify_cli.importing import sending
    from clockify_cli.importing.creating import Creator

    recorder = run.recorder()
    recorder.verb, recorder.label, recorder.key = sending.VERB, sending.label_of(plan), key
    creator = Creator(
        run.names,
        lambda kind, project: list_of(run, kind, project=project, recorder=recorder),
    )
    for made in creator.create(plan.names.new.values()):
        run.notice(f"Created the {made['kind']} '{made.get('name')}'.")
    plan.finish(creator)


def _ways_on(plan: Mapping[str, Any]) -> str:
    """Return the options that let a plan be carried out."""
    ways = (
        ("broken", "--skip-broken skips lines."),
        ("unknown", "--create-missing and --map OLD=NEW settle names."),
        ("asks", "--yes answers the questions."),
    )
    return "".join(f" {words}" for key, words in ways if plan[key])


def _drawn(run: Run, found: Mapping[str, Any], *, plan: bool) -> str:
    from clockify_cli.render.transfer import plan_text, result_text

    return (plan_text if plan else result_text)(found, run.look)


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
