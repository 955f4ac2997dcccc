"""Shared by the timer commands: typed content and instants, and their output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from clockify_cli.core.model import TimeEntry
from clockify_cli.session import Run
from clockify_cli.times.pieces import WORK, kind_of
from clockify_cli.tracking.content import Content, typed

if TYPE_CHECKING:
    from clockify_cli.tracking.continuing import Past
    from clockify_cli.tracking.timer import ForgottenTimer, Started

Result = TypeVar("Result")
End = datetime | Callable[[datetime], datetime] | None  # for a timer's start; None for now


def typed_end(run: Run, text: str, *, allow_future: bool = False, yes: bool = False) -> End:
    """Return when a timer ended, ``None`` for now; of a clock time what tells it from the start."""
    if text == "now":
        return None
    from clockify_cli.times import is_bare_clock, latest_clock

    if allow_future or not is_bare_clock(text):
        return typed_or_now(run, text, role="end", allow_future=allow_future, yes=yes)

    # What no clock shows is refused before anything is asked for.
    latest_clock(text, run.clock, run.clock.now - timedelta(days=3))

    def end_of(start: datetime) -> datetime:
        moment = latest_clock(text, run.clock, start)
        run.echo(moment)
        return moment.at

    return end_of


def typed_or_now(
    run: Run,
    text: str,
    *,
    role: Literal["start", "end"] = "start",
    allow_future: bool = False,
    yes: bool = False,
) -> datetime | None:
    """Return the instant that was typed, or ``None`` for now, which is read when its turn comes.

    It is echoed if it is not plainly today, and asked about if it is unlikely.
    """
    if text == "now":
        return None
    from clockify_cli.times import implausibilities, parse_instant

    moment = parse_instant(text, run.clock, role=role, allow_future=allow_future)
    run.echo(moment)
    for doubt in implausibilities(moment.at, moment.at, run.clock):
        run.confirm("Record it anyway?", doubt=doubt, yes=yes)
    return moment.at


class Forgotten(NamedTuple):
    """What becomes of a timer that was left running.

    Attributes:
        agreed: The ID of the timer, if it may end now.
        stopped: The entry, if it was ended at another time.
    """

    agreed: str = ""
    stopped: TimeEntry | None = None

    def before(self, started: Started) -> Started:
        """Return what was started, with the timer that was ended for it."""
        return started if self.stopped is None else started._replace(stopped=self.stopped)


def settle_forgotten(run: Run, act: Callable[[Forgotten], Result]) -> Result:
    """Do what ends the running timer; should it be a forgotten one, ask for its end first.

    Args:
        run: The run.
        act: Does it; it may be called again, once it is known what becomes of the timer.

    Raises:
        ForgottenTimer: Nobody can be asked; nothing was done.
    """
    from clockify_cli.tracking.timer import ForgottenTimer

    try:
        return act(Forgotten())
    except ForgottenTimer as error:
        if run.options.yes or run.settings.get("forgotten") == "stop":
            forgotten = Forgotten(str(error.entry.get("id")))
        elif run.out.can_ask:
            forgotten = _ask_for_end(run, error)
        else:
            raise
    return act(forgotten)


def stop_settled(run: Run, at: End, *, verb: str = "stop") -> TimeEntry:
    """Stop the running timer; a forgotten one at the end that is asked for."""
    from clockify_cli.tracking import timer

    def act(forgotten: Forgotten) -> TimeEntry:
        return forgotten.stopped or timer.stop(run.outbox, at, verb=verb, agreed=forgotten.agreed)

    return settle_forgotten(run, act)


def resume_settled(run: Run, like: TimeEntry, at: datetime | None, *, verb: str) -> None:
    """Start a timer like an entry and report it; show the timer if that work is running."""
    from clockify_cli.tracking import continuing

    def act(forgotten: Forgotten) -> Started | None:
        started = continuing.resume(run.outbox, like, at, verb=verb, agreed=forgotten.agreed)
        return started and forgotten.before(started)

    started = settle_forgotten(run, act)
    if started is not None:
        show_started(run, started)
    else:
        show_entry(run, run.outbox.known_running or like, "Running already")


def continue_last(run: Run, past: Past, at: datetime | None, *, verb: str) -> None:
    """Start a timer like the last work that is over, and report it."""
    from clockify_cli.core.errors import NotFoundError

    like = past.work or past.running
    if like is None or kind_of(like) != WORK:
        raise NotFoundError("There is no earlier work to continue.", "Start it: clockify start …")
    resume_settled(run, like, at, verb=verb)


def _ask_for_end(run: Run, error: ForgottenTimer) -> Forgotten:
    from clockify_cli.tracking import timer
    from clockify_cli.tracking.forgotten import likely_ends

    offers = likely_ends(run.outbox, error.entry, run.settings, run.clock)
    lines = [f"{error.message} When did it end?"]
    lines += [f"  {n}) {run.clock.show(o.at)}, {o.why}" for n, o in enumerate(offers, 1)]
    lines += [f"  {len(offers) + 1}) now", "  or type another time, for example 17:30"]
    run.out.tell("\n".join(lines))
    reply = run.out.ask("When? [1] ").strip() or "1"
    if reply == "now" or reply == str(len(offers) + 1):
        return Forgotten(str(error.entry.get("id")))
    end: End
    if reply.isdecimal() and 1 <= int(reply) <= len(offers):
        end = offers[int(reply) - 1].at
    else:
        end = typed_end(run, reply)
    return Forgotten(stopped=timer.stop(run.outbox, end))


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

    settings = run.settings
    if run.folder_error is not None:
        raise run.folder_error
    asked = with_defaults(
        settings,
        description=None if words is None else " ".join(words),
        project=project,
        task=task,
        tags=tags,
        billable=billable,
    )
    if interactive or (interactive is None and run.settings.get("menu") and run.out.can_ask):
        from clockify_cli.commands.menu import completed

        asked = completed(run, asked)
    outbox = run.outbox  # copes with an account that is not known yet
    running = outbox.known_running or {}
    return typed(outbox.names, asked, running_project=running.get("projectId"), defer=run.queues)


def show_entry(run: Run, entry: TimeEntry, done: str) -> None:
    """Report an entry that was started, stopped, logged …, in the form that was asked for."""

    def text() -> str:
        from clockify_cli.render.entries import entry_line

        if not entry.get("timeInterval"):
            return f"{done}: whatever runs then"  # Clockify is unreachable
        run.names.know(entry)
        return f"{done}: " + entry_line(entry, run.outbox, run.look_beside(len(done) + 2))

    run.out.answer(entry, text, ids=[str(entry.get("id"))])


def show_started(run: Run, started: Started) -> None:
    """Report a timer that was started, and the one that it ended."""
    if started.stopped is not None and not run.out.json_mode and not run.out.quiet:
        show_entry(run, started.stopped, "Stopped")
    show_entry(run, started.entry, "Started")
