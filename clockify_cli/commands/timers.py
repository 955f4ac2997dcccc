"""What the timer commands have in common: typed content and instants, and what they report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from clockify_cli.core.model import TimeEntry
from clockify_cli.session import Run
from clockify_cli.tracking.content import Content, typed

if TYPE_CHECKING:
    from clockify_cli.tracking.timer import Started


def typed_instant(
    run: Run,
    text: str,
    *,
    role: Literal["start", "end"] = "start",
    allow_future: bool = False,
    yes: bool = False,
) -> datetime:
    """Return the instant that was typed, echoing it if it is not plainly today."""
    if text == "now":
        return run.now
    from clockify_cli.times import implausibilities, parse_instant

    moment = parse_instant(text, run.clock, role=role, allow_future=allow_future)
    run.echo(moment)
    for doubt in implausibilities(moment.at, moment.at, run.clock):
        run.confirm(doubt, yes=yes)
    return moment.at


def typed_end(
    run: Run, text: str, *, allow_future: bool = False, yes: bool = False
) -> datetime | Callable[[datetime], datetime]:
    """Return when a timer ended, or for a clock time alone what tells it from the start."""
    if text == "now":
        return run.now
    from clockify_cli.times import is_bare_clock, latest_clock

    if allow_future or not is_bare_clock(text):
        return typed_instant(run, text, role="end", allow_future=allow_future, yes=yes)

    # What no clock shows is refused before anything is asked for.
    latest_clock(text, run.clock, run.clock.now - timedelta(days=3))

    def end_of(start: datetime) -> datetime:
        moment = latest_clock(text, run.clock, start)
        run.echo(moment)
        return moment.at

    return end_of


def typed_content(
    run: Run,
    words: Sequence[str] | None,
    project: str | None,
    task: str | None,
    tags: Sequence[str] | None,
    billable: bool | None,
    *,
    interactive: bool | None = None,
) -> Content:
    """Return what an entry shall be about: the words, then the settings' defaults.

    With ``interactive`` (or the ``menu`` setting) what is missing is chosen from a menu, where
    there is a terminal.
    """
    from clockify_cli.tracking.defaults import with_defaults

    asked = with_defaults(
        run.settings,
        description=None if words is None else " ".join(words),
        project=project,
        task=task,
        tags=tags,
        billable=billable,
    )
    if interactive or (interactive is None and run.settings.get("menu") and run.out.can_ask):
        from clockify_cli.commands.menu import completed

        asked = completed(run, asked)
    return typed(run.outbox.names, asked)  # the outbox copes with an account that is not known yet


def show_entry(run: Run, entry: TimeEntry, done: str) -> None:
    """Report an entry that was started, stopped, logged …, in the form that was asked for."""

    def text() -> str:
        from clockify_cli.render.entries import entry_line

        if not entry.get("timeInterval"):
            return f"{done}: whatever runs then"  # nothing is known of it while Clockify is away
        run.names.know(entry)
        return f"{done}: " + entry_line(entry, run.outbox, run.look_beside(len(done) + 2))

    run.out.answer(entry, text, ids=[str(entry.get("id"))])


def show_entries(run: Run, entries: Sequence[TimeEntry], done: str) -> None:
    """Report several entries that one command made: in JSON an array, else one per line."""

    def text() -> str:
        from clockify_cli.render.entries import entry_line

        for entry in entries:
            run.names.know(entry)
        look = run.look_beside(len(done) + 2)
        return "\n".join(f"{done}: " + entry_line(e, run.outbox, look) for e in entries)

    run.out.answer(list(entries), text, ids=[str(entry.get("id")) for entry in entries])


def show_started(run: Run, started: Started) -> None:
    """Report a timer that was started, and the one that it ended."""
    if started.stopped is not None and not run.out.json_mode and not run.out.quiet:
        show_entry(run, started.stopped, "Stopped")
    show_entry(run, started.entry, "Started")
