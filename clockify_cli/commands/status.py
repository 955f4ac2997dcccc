"""``clockify status``: shows the running timer."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import TimeEntry
from clockify_cli.render.cached import check_template, filled, template_fields
from clockify_cli.session import Run
from clockify_cli.times.pieces import Sums

app = CommandApp()
NOTHING = "No timer is running."


@app.command(
    cls=Command,
    conflicts=[
        ("--everyone", "--watch", "--format", "--today"),
        ("--watch", "--today", "--quiet"),
        ("--watch", "--format", "--json"),
        ("--everyone", "--watch", "--exit-code"),
        ("--everyone", "--watch", "--cached"),
        ("--cached", "--refresh"),
    ],
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
        bool, typer.Option("--everyone", help="Show all running timers in the workspace.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show a live clock.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 if no timer is running.")
    ] = False,
    cached: Annotated[
        bool, typer.Option("--cached", help="Show what was last known, without a request.")
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

    With --json the entry, or null if none is running. --watch redraws it every second and makes
    only one request.
    """
    run = run_of(ctx)
    if template is not None:
        check_template(template)
    if everyone:
        _everyone(run)
        return
    if watch:
        _watch(run)
        return
    if cached:
        _cached(run, exit_code=exit_code, today=today, template=template)
        return
    entry = run.outbox.running()
    wants_total = today or (template is not None and "{today" in template)
    total = _today(run, entry) if wants_total else None
    if template is not None:
        fields = template_fields(run.outbox.last_known.values, int(run.now.timestamp()))
        run.out.write(filled(template, fields) + "\n")
    else:
        _show(run, entry, total)
    if exit_code and entry is None:
        raise typer.Exit(1)


def _show(run: Run, entry: TimeEntry | None, total: Sums | None) -> None:
    def text() -> str:
        from clockify_cli.render.durations import clock_duration
        from clockify_cli.render.entries import entry_line

        lines = [NOTHING]
        if entry is not None:
            run.names.know(entry)
            lines = [entry_line(entry, run.outbox, run.line_look)]
        if total is not None:
            lines.append(f"Today {clock_duration(total.work)}")
            beside = (("Breaks", total.breaks), ("Time off", total.time_off))
            lines += [f"{label} {clock_duration(n)}" for label, n in beside if n]
        return "\n".join(lines)

    answer: dict[str, Any] | None = entry
    if entry is not None and total is not None:
        answer = {**entry, "today": total.as_json()}
    run.out.answer(answer, text, ids=[str(entry["id"])] if entry else [])


def _cached(run: Run, *, exit_code: bool, today: bool, template: str | None) -> None:
    """Answer from the state file, as the fast path does with the options that it knows."""
    from datetime import datetime

    from clockify_cli.render.cached import cached_status
    from clockify_cli.store.config import profile_table
    from clockify_cli.store.state import state_of

    profile_table(run.config, run.profile)  # an unknown one is refused
    state = state_of(run.options)
    if run.options.tz:
        delta = run.now.astimezone(run.zone).utcoffset()
        offset = str(int(delta.total_seconds()) if delta else 0)
        if offset != state.get("offset"):
            state["offset"] = offset
            state.pop("day", None)  # what was counted is another zone's day
        if state.get("start"):
            started = datetime.fromtimestamp(int(state["start"]), run.zone)
            state["started"] = started.strftime("%Y-%m-%d %H:%M")
    text, told = cached_status(
        state,
        int(run.now.timestamp()),
        json=run.out.json_mode,
        quiet=run.out.quiet,
        today=today,
        template=template,
    )
    if told:
        run.out.tell(told)
    if text:
        run.out.write(text + "\n")
    if exit_code and not state.get("start"):
        raise typer.Exit(1)


def _today(run: Run, running: TimeEntry | None) -> Sums:
    """Return today's sums, the running entry up to now included. One request.

    Args:
        run: The run.
        running: The running entry, which may have begun long ago.
    """
    from datetime import timedelta

    from clockify_cli.core.model import is_running
    from clockify_cli.times.pieces import Days, epoch_of, pieces_of, sums_of
    from clockify_cli.tracking.history import entries_in

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
        return entries_table(found, run.outbox, run.line_look, users=True, empty=NOTHING)

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
