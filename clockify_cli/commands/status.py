"""``clockify status``: what is running."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli import fastpath
from clockify_cli.commands.exclusive import CACHED, not_with, refuse_exclusive
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry
from clockify_cli.session import Run
from clockify_cli.times.pieces import Sums

app = CommandApp()
NOTHING = "No timer is running."
EXCLUSIVE = (
    *not_with("--everyone", "--today", "--watch", "--exit-code", "--cached", "--format"),
    *not_with("--watch", "--today", "--exit-code", "--cached", "--format", "--json", "--quiet"),
    *not_with("--format", "--json", "--quiet", "--today"),
    *not_with("--quiet", "--today"),
    *CACHED,
)


@app.command(
    cls=Command,
    epilog=examples(
        "clockify status",
        "clockify status --today",
        "clockify status --format '{project} {elapsed}'",
        "clockify status --exit-code --quiet || clockify start",
    ),
)
def status(
    ctx: typer.Context,
    today: Annotated[bool, typer.Option("--today", help="Add the day's total.")] = False,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="All running timers of the workspace.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show a live clock.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 when nothing runs.")
    ] = False,
    cached: Annotated[
        bool, typer.Option("--cached", help="As last known, without any request.")
    ] = False,
    template: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="TEMPLATE",
            help="Fields: {description} {project} {client} {task} {tags} {label} {elapsed} "
            "{seconds} {decimal} {start} {today} {mark} {id}.",
        ),
    ] = None,
) -> None:
    """Show your running time entry.

    With --json the entry, or null if nothing runs. --watch redraws it each second from what
    is known on this machine, so it makes one request however long it runs.
    """
    run = run_of(ctx)
    refuse_exclusive(ctx, EXCLUSIVE)
    if template is not None:
        fastpath.check_template(template)
    if everyone:
        _everyone(run)
        return
    if watch:
        _watch(run)
        return
    if cached:
        run.offline = True
        entry = run.outbox.last_known.shown
    else:
        entry = run.outbox.running()
    wants_total = today or (template is not None and "{today" in template)
    total = _today(run, entry, cached=cached) if wants_total else None
    if template is not None:
        fields = fastpath.template_fields(run.outbox.last_known.values)
        run.out.write(fastpath.filled(template, fields) + "\n")
    else:
        _show(run, entry, total, today=today, cached=cached)
    if exit_code and entry is None:
        raise typer.Exit(1)


def _show(
    run: Run, entry: TimeEntry | None, total: Sums | None, *, today: bool, cached: bool
) -> None:
    def text() -> str:
        from clockify_cli.render.durations import clock_duration
        from clockify_cli.render.entries import entry_line

        lines = [NOTHING]
        if entry is not None:
            run.names.know(entry)
            lines = [entry_line(entry, run.outbox, run.line_look)]
        elif cached and not run.outbox.last_known.is_known:
            lines = [fastpath.UNKNOWN]
        if today:
            lines.append(f"Today {clock_duration(total.work)}" if total else fastpath.DAY_UNKNOWN)
        if today and total:
            beside = (("Breaks", total.breaks), ("Time off", total.time_off))
            lines += [f"{label} {clock_duration(n)}" for label, n in beside if n]
        return "\n".join(lines)

    answer: dict[str, Any] | None = entry
    if entry is not None and today:
        answer = {**entry, "today": total.as_json() if total else None}
    if cached:
        state = run.outbox.last_known.values
        answer = {**answer, "asOf": fastpath.as_of(state)} if answer else None
        if (age := fastpath.age_text(state)) and not (answer and run.out.json_mode):
            run.notice(age)
    run.out.answer(answer, text, ids=[str(entry["id"])] if entry else [])


def _today(run: Run, running: TimeEntry | None, *, cached: bool) -> Sums | None:
    """Return today's sums, the running entry up to now included. One request unless cached.

    Args:
        run: The run.
        running: The running entry, which may have begun long ago.
        cached: Only what was counted before; ``None`` if that is not known.
    """
    from datetime import timedelta

    from clockify_cli.core.model import is_running
    from clockify_cli.times.pieces import Days, epoch_of, pieces_of, sums_of
    from clockify_cli.tracking.history import entries_in

    if cached:
        state = run.outbox.last_known.values
        known = fastpath.is_today_known(state)
        return Sums(fastpath.seconds_today(state)) if known else None
    day = run.clock.today
    start, end = run.clock.day_start(day), run.clock.day_start(day + timedelta(days=1))
    days, now = Days(run.clock, day, day), epoch_of(run.now)
    finished = [e for e in entries_in(run.outbox, start, end) if not is_running(e)]
    run.outbox.save(sums_of(pieces_of(finished, days, now)).work)
    return sums_of(pieces_of([*finished, *([running] if running else [])], days, now))


def _everyone(run: Run) -> None:
    from clockify_cli.gateway.entries import running_entries

    found = list(running_entries(run.gateway, run.account.workspace))

    def text() -> str:
        from clockify_cli.render.entries import entries_table

        run.names.know(*found)
        run.names.know_users(*found)
        return entries_table(
            found, run.outbox, run.line_look, handles=False, users=True, empty=NOTHING
        )

    run.out.answer(found, text, ids=[str(e["id"]) for e in found])


def _watch(run: Run) -> None:
    import time
    from dataclasses import replace
    from datetime import UTC, datetime

    from clockify_cli.render.live import frame

    if run.out.json_mode or not run.out.is_terminal:
        raise UsageError("--watch needs a terminal.", "Leave it out: clockify status.")
    run.outbox.running()
    while True:
        run.outbox.last_known.renew()
        entry = run.outbox.last_known.shown
        now = datetime.now(UTC).replace(microsecond=0)
        line = frame(entry, run.outbox, replace(run.look, width=run.out.width, now=now))
        run.out.write("\r\x1b[K" + line)
        run.out.stdout.flush()
        time.sleep(1)
