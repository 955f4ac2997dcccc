"""``clockify log``: records finished time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from clockify_cli.commands import options
from clockify_cli.commands.shape import Command, CommandApp, examples, run_of, words_after_dashes
from clockify_cli.commands.timers import show_entry, typed_content
from clockify_cli.core.errors import TimeError, UsageError
from clockify_cli.session import Run
from clockify_cli.tracking import editing

if TYPE_CHECKING:
    from clockify_cli.times import Span

app = CommandApp()
_HOW = "Such as: clockify log 9:00-10:30 Review, clockify log 1h30m, clockify log --for 45m."


@app.command(
    cls=Command,
    epilog=examples(
        'clockify log 9:00-10:30 "Team meeting" -p Acme',
        "clockify log 1h30m Review",
        "clockify log yesterday 14:00 +45m Planning -t dev",
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
            help="A span such as 9:00-10:30 or 1h30m; what follows it is the description.",
            show_default=False,
        ),
    ] = None,
    project: options.Project = None,
    task: options.Task = None,
    tag: options.Tags = None,
    billable: options.Billable = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="When it began.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="When it ended.")] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="How long it took.")
    ] = None,
    user: options.User = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="Record once under this key, ever."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Not where the same entry exists already.")
    ] = False,
    allow_future: options.AllowFuture = False,
) -> None:
    """Record finished time.

    The longest run of leading words that is a span of time is WHEN; "--" ends it. With --from,
    --to or --for all words are the description. --once and --key make it safe to repeat: what
    is recorded already is answered, exit 0.
    """
    run = run_of(ctx)
    if start or end or length:
        from clockify_cli.times import span_between

        _tell_of_times(run, words or ())
        span = span_between(
            run.clock, start=start, end=end, length=length, allow_future=allow_future
        )
        description: Sequence[str] | None = words
    else:
        span, description = _from_words(run, words, words_after_dashes(ctx), allow_future)
    _tell(run, span, yes=run.options.yes)
    content = typed_content(run, description or None, project, task, tag, billable)
    entry, new = editing.log(
        run.outbox,
        content,
        span.start,
        span.end,
        user=run.user_id(user) if user else "",
        key=key,
        once=once,
    )
    if not new:
        run.notice("Already recorded.")
    elif not run.out.quiet:
        from clockify_cli.tracking import overlaps

        overlaps.told(run.outbox, entry)
    show_entry(run, entry, "Logged" if new else "Recorded before")


def _tell_of_times(run: Run, words: Sequence[str]) -> None:
    """Tell of words that would say when, if the options did not."""
    from clockify_cli.times import parse_instant, parse_span

    for count in range(1, min(3, len(words)) + 1):
        text = " ".join(words[:count])
        if ":" not in text:
            continue
        for read in (parse_instant, parse_span):
            try:
                read(text, run.clock, allow_future=True)
            except TimeError:
                continue
            run.notice(f"'{text}' is part of the description: the options say when it was.")
            return


def _from_words(
    run: Run, words: Sequence[str] | None, behind: int, allow_future: bool
) -> tuple[Span, list[str]]:
    from clockify_cli.times import leading_span

    if not words:
        raise UsageError("When was it?", _HOW)
    before = list(words[: len(words) - behind])
    span, count = leading_span(before, run.clock, allow_future=allow_future)
    return span, [*before[count:], *words[len(words) - behind :]]


def _tell(run: Run, span: Span, *, yes: bool) -> None:
    """Echo what was understood where it is not plainly today, and ask about what is unlikely."""
    from clockify_cli.times import implausibilities

    for text in span.notices:
        run.notice(text)
    if not span.plainly_today:
        wall = run.clock.show(span.start).split(" (")[0]
        run.notice(f"{wall} to {run.clock.show(span.end)}")
    for doubt in implausibilities(span.start, span.end, run.clock):
        run.confirm(doubt, yes=yes)
