"""``clockify log``: records finished time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.changes import show_entries
from clockify_cli.commands.described import given, line_of, parted
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.commands.timers import show_entry, typed_content
from clockify_cli.core.errors import TimeError, UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import editing

if TYPE_CHECKING:
    from clockify_cli.times import Span

app = CommandApp()
_HOW = "For example: clockify log 9:00-10:30 Review, clockify log 1h30m, clockify log --for 45m."


@app.command(
    cls=Command,
    epilog=examples(
        'clockify log 9:00-10:30 "Team meeting" -p Acme',
        "clockify log 1h30m Review",
        "clockify log yesterday 14:00 +45m Planning +dev",
        "clockify log monday 9-10:30 13:00-14:00 Workshop",
        "clockify log 1h -- 2 reviews",
        "clockify log 9:00-9:15 Deploy --key build-123",
    ),
)
def log(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WHEN… [DESCRIPTION]…",
            help="Time spans, for example 9:00-10:30 or 1h30m; the rest is the description.",
            show_default=False,
        ),
    ] = None,
    project: options.Project = None,
    task: options.Task = None,
    tag: options.Tags = None,
    billable: options.Billable = None,
    start: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Start time.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="End time.")] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="Duration.")
    ] = None,
    user: options.User = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="Record only once under this key."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do nothing if the same entry already exists.")
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Record finished time.

    WHEN is as many of the leading words as form time spans; "--" ends it. Several spans make
    several entries and one change for 'clockify undo'. With --from, --to or --for, all words are
    the description. A word like +dev after WHEN is a tag. --once and --key make it safe to repeat:
    if the entry already exists, it is shown (exit 0).
    """
    from clockify_cli.times.plain import split_tags

    run = run_of(ctx)
    typed, text = parted(ctx, words or ())
    if start or end or length:
        from clockify_cli.times import span_between

        options = {"--from": start, "--to": end, "--for": length}
        content = given(project, task, tag, billable)
        when = " ".join(filter(None, (start, end, length)))
        _refuse_two(run, typed, text, {k: v for k, v in options.items() if v}, content)
        spans = [
            span_between(run.clock, start=start, end=end, length=length, allow_future=allow_future)
        ]
    else:
        from clockify_cli.times import leading_spans

        if not words:
            raise UsageError("No time was given.", _HOW)
        spans, count = leading_spans(typed, run.clock, allow_future=allow_future)
        when, typed = " ".join(typed[:count]), typed[count:]
    for span in spans:
        _check(run, span, yes=run.options.yes)
    left, tags = split_tags(typed)
    description = [*left, *text] or None
    content_of = typed_content(
        run, description, project, task, [*(tag or ()), *tags] or tag, billable
    )
    logged = editing.log(
        run.outbox,
        content_of,
        [(span.start, span.end) for span in spans],
        user=run.user_id(user) if user else "",
        key=key,
        once=once,
        typed=when,
    )
    entries, new = logged.entries, logged.new
    if not new:
        run.notice("Already recorded.")
    elif not run.out.quiet:
        from clockify_cli.tracking import overlaps

        overlaps.told(run.outbox, *entries)
    done = "Logged" if new else "Recorded before"
    if len(entries) == 1:
        show_entry(run, entries[0], done)
    else:
        show_entries(run, [(done, entry) for entry in entries], one=False)


def _refuse_two(
    run: Run,
    words: Sequence[str],
    text: Sequence[str],
    when: Mapping[str, str],
    content: Sequence[str],
) -> None:
    """Refuse words that say when it was beside options that say it too.

    Args:
        run: The run.
        words: The words before ``--``.
        text: Those after it.
        when: The options that say when it was.
        content: The other options as they can be typed again.
    """
    from clockify_cli.times import parse_instant, parse_spans
    from clockify_cli.times.plain import is_length, names_time

    for count in range(min(6, len(words)), 0, -1):
        typed = " ".join(words[:count])
        if not (names_time(typed.lower()) or is_length(typed.lower())):
            continue
        for read in (parse_instant, parse_spans):
            try:
                read(typed, run.clock, allow_future=True)
            except TimeError:
                continue
            options = [part for pair in when.items() for part in pair]
            log, rest = ["clockify", "log", *options], [*words[count:], *text]
            missing = "--from" if read is parse_instant else "--for"
            both = missing not in when and len(when) == 1 and (missing == "--from" or count == 1)
            line = line_of([*log, missing, typed, *content, *(["--"] * bool(rest)), *rest])
            hint = f"Did you mean '{line}'?" if both else "Leave out one of them."
            raise UsageError(
                f"'{typed}' already gives the time, and so does {next(iter(when))}.",
                f"{hint} As text: {line_of([*log, *content, '--', *words, *text])}",
            )


def _check(run: Run, span: Span, *, yes: bool) -> None:
    """Echo what was understood if it is not plainly today, and ask about what is unlikely."""
    from clockify_cli.times import implausibilities

    for text in span.notices:
        run.notice(text)
    if not span.plainly_today:
        wall = run.clock.show(span.start).split(" (")[0]
        run.notice(f"{wall} to {run.clock.show(span.end)}")
    for doubt in implausibilities(span.start, span.end, run.clock):
        run.confirm("Record it anyway?", doubt=doubt, yes=run.options.yes)
