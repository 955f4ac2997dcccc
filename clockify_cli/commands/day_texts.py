"""Shared by ``edit --day`` and ``apply``: the text, its plan, the question, the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from clockify_cli.commands.editor import run_editor
from clockify_cli.core.errors import ClockifyError, Interrupted, NotFoundError, UsageError
from clockify_cli.journal.operation import CREATE, DELETE, UPDATE
from clockify_cli.session import Run
from clockify_cli.store import files, texts
from clockify_cli.tracking import day_sheet, overlaps
from clockify_cli.tracking.day_text import read_sheet

if TYPE_CHECKING:
    from clockify_cli.tracking.day_plan import Plan
    from clockify_cli.tracking.day_sheet import Done, OpenedDay

_WORDS = {CREATE: "added", UPDATE: "changed", DELETE: "deleted"}
_NOTHING = "Nothing to change."


class _Declined(UsageError):
    """The user has said no to the plan: the text is not wanted any more."""


def edit_day(run: Run, words: Sequence[str], *, show: bool, allow_future: bool, yes: bool) -> None:
    """Open a day in the editor and carry out what was made of it; or just print it."""
    from clockify_cli.times import parse_day

    day = parse_day(" ".join(words) or "today", run.clock)
    if show:
        opened = day_sheet.open_day(run.outbox, run.clock, day)
        run.out.answer({"text": opened.text}, lambda: opened.text)
        return
    name = f"day-{day}"
    opened = day_sheet.open_day(run.outbox, run.clock, day)
    resumed = _offered_again(run, name)
    path = resumed or texts.keep(name, opened.text)
    try:
        done = _edited(run, opened, path, bool(resumed), allow_future=allow_future, yes=yes)
    except KeyboardInterrupt:
        raise day_sheet.with_way_on(Interrupted("Interrupted."), path) from None
    except _Declined:
        texts.drop(path)
        raise
    except ClockifyError as error:
        if (files.read(path) or "").strip() == opened.text.strip():
            texts.drop(path)  # there is nothing in it that could be lost
            raise
        raise day_sheet.with_way_on(error, path) from error
    texts.drop(path)
    _report(run, done)


def _offered_again(run: Run, name: str) -> str:
    """Offer once to continue with a day's text that was not applied; return its path if so.

    A declined text is set aside and not offered again.
    """
    from shlex import quote

    kept = texts.kept(name)
    if not kept:
        return ""
    newest = kept[-1]
    if run.out.can_ask:
        reply = run.out.ask("Continue with the unsaved text of this day? [Y/n] ").lower()
        if reply not in ("n", "no"):
            return newest
    aside = [texts.set_aside(path) for path in kept]
    if not run.out.can_ask:
        run.notice(f"An unsaved text of this day is kept: clockify apply {quote(aside[-1])}")
    return ""


def apply_text(
    run: Run,
    text: str,
    *,
    source: str,
    day: date | None,
    remove: bool,
    dry_run: bool,
    allow_future: bool,
    yes: bool,
) -> None:
    """Carry out a text from a file or from standard input."""
    try:
        done = _applied(
            run, text, day, remove=remove, dry_run=dry_run, allow_future=allow_future, yes=yes
        )
    except ClockifyError as error:
        if source != "-" or dry_run or not text.strip() or isinstance(error, _Declined):
            raise
        given = [f"--day {day}"] if day else []
        given += ["--replace"] if remove else []
        given += ["--allow-future"] if allow_future else []
        raise day_sheet.with_way_on(error, texts.keep("apply", text), given) from error
    if not dry_run:
        texts.drop(source)
    _report(run, done)


def _edited(
    run: Run, opened: OpenedDay, path: str, resumed: bool, *, allow_future: bool, yes: bool
) -> Done | None:
    while True:
        run_editor(run, path)
        text = files.read(path) or ""
        if text == opened.text or not text.strip():
            return None
        try:
            sheet = read_sheet(text, run.clock, opened.day)
            if not resumed:  # else it knows itself what there was when it was written
                sheet = replace(sheet, opened=opened.opened)
            plan = day_sheet.plan_of(
                run.outbox, run.clock, sheet, opened.entries, allow_future=allow_future
            )
            break
        except (UsageError, NotFoundError) as error:
            if not run.out.can_ask:
                raise
            run.out.tell(f"{error.message}\n{error.hint}".strip())
            if run.out.ask("Open the text again? [Y/n] ").lower() in ("n", "no"):
                raise
    if not plan.steps:
        return None
    _show(run, plan)
    _ask(run, plan, yes=yes)
    return day_sheet.carry_out(
        run.outbox,
        run.clock,
        sheet,
        lambda _plan: True,
        verb="edit",
        allow_future=allow_future,
        known=opened.entries,
        current=not plan.overwritten,
    )


def _applied(
    run: Run,
    text: str,
    day: date | None,
    *,
    remove: bool,
    dry_run: bool,
    allow_future: bool,
    yes: bool,
) -> Done:
    sheet = read_sheet(text, run.clock, day)
    if not sheet.days and day is None:
        raise UsageError("The text contains no entries.", "For example: 9:00-10:30 Acme :: Review")
    agreed = False

    def agree(plan: Plan) -> bool:
        if agreed or dry_run:
            return not dry_run
        _show(run, plan)
        return not _needs_asking(run, plan, yes=yes)

    def carried_out() -> Done:
        return day_sheet.carry_out(
            run.outbox,
            run.clock,
            sheet,
            agree,
            verb="apply",
            remove=remove,
            allow_future=allow_future,
        )

    done = carried_out()
    if done.results is None and not dry_run:
        # Nobody else's turn is held up by the question.
        _ask(run, done.plan, yes=yes)
        agreed = True
        done = carried_out()
    return done


def _needs_asking(run: Run, plan: Plan, *, yes: bool) -> bool:
    return not yes and (run.out.can_ask or plan.overwritten > 1 or bool(plan.implausibilities))


def _ask(run: Run, plan: Plan, *, yes: bool) -> None:
    if not _needs_asking(run, plan, yes=yes):
        return
    counts = ", ".join(f"{plan.count(kind)} {word}" for kind, word in _counted(plan))
    total = sum(plan.count(kind) for kind, _ in _counted(plan))
    many = "s" * (total > 1)
    try:
        run.confirm(
            f"Apply {total} change{many} ({counts})?",
            doubt=" ".join(plan.implausibilities),
            yes=yes,
        )
    except UsageError as error:
        if run.out.can_ask:
            raise _Declined(error.message) from None
        raise


def _counted(plan: Plan) -> list[tuple[str, str]]:
    return [(kind, word) for kind, word in _WORDS.items() if plan.count(kind)]


def _show(run: Run, plan: Plan) -> None:
    """Show on stderr what is about to be done."""
    from clockify_cli.render.plans import plan_lines

    for text in plan.notices:
        run.notice(text)
    if not run.options.quiet or run.out.can_ask:
        run.names.know(*(step.entry for step in plan.steps))
        changes = [(step.before, step.after) for step in plan.steps]
        run.out.tell(plan_lines(changes, run.outbox, replace(run.look, color=False)))


def _report(run: Run, done: Done | None) -> None:
    if done is None or not done.plan.steps:
        for text in done.plan.notices if done else ():
            run.notice(text)
        run.out.answer([], lambda: _NOTHING, ids=[])
        return
    plan = done.plan
    if done.results is None:
        from clockify_cli.render.plans import plan_lines

        def planned() -> str:
            run.names.know(*(step.entry for step in plan.steps))
            changes = [(step.before, step.after) for step in plan.steps]
            return plan_lines(changes, run.outbox, run.look)

        for text in (*plan.notices, *plan.implausibilities):
            run.notice(text)
        answer = [_as_json(s.kind, s.before, s.after or s.before) for s in plan.steps]
        run.out.answer(
            answer, planned, ids=[str(s.entry["id"]) for s in plan.steps if s.entry["id"]]
        )
        return
    counts = ", ".join(f"{plan.count(kind)} {word}" for kind, word in _counted(plan))
    waits = " It is queued." if done.queued else ""
    run.out.answer(
        [_as_json(step.kind, step.before, entry) for step, entry in done.results],
        lambda: f"Done: {counts}.{waits}",
        ids=[str(entry["id"]) for _, entry in done.results],
    )
    gone = {str(step.entry["id"]) for step in plan.steps if step.kind == DELETE}
    written = [entry for step, entry in done.results if step.kind != DELETE]
    if written:
        before = [step.before for step in plan.steps if step.before is not None]
        near = [entry for entry in done.near if str(entry["id"]) not in gone]
        overlaps.told(run.outbox, *written, seen=near, before=before)


def _as_json(kind: str, before: dict[str, Any] | None, entry: Any) -> dict[str, Any]:
    """Return the documented form of one step: action, entry, and before if it was another."""
    answer: dict[str, Any] = {"action": kind, "entry": entry}
    if kind == UPDATE:
        answer["before"] = before
    return answer
