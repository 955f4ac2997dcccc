"""Shared by the commands that change entries: questions, and how results are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clockify_cli.core.model import TimeEntry
from clockify_cli.session import Run
from clockify_cli.tracking import editing, overlaps


def sure(run: Run, *, yes: bool) -> Callable[[str], None]:
    """Return what asks about something unlikely; it raises where the user says no."""
    return lambda doubt: run.confirm("Record it anyway?", doubt=doubt, yes=yes)


def ask_for_many(run: Run, handles: Sequence[str], verb: str, *, yes: bool) -> None:
    """Ask before several entries are overwritten or removed."""
    count = len({handle.strip().lower() for handle in handles})
    if count > 1:
        run.confirm(f"{verb} {count} entries?", yes=yes)


def show_entries(run: Run, entries: Sequence[tuple[str, TimeEntry]], *, one: bool) -> None:
    """Report entries, each in a line behind the word that says what became of it.

    Args:
        run: The run.
        entries: Words such as ``Changed``, and the entries.
        one: A single entry was asked about: JSON has it alone, not in an array.
    """

    def text() -> str:
        from clockify_cli.render.entries import entry_line

        run.names.know(*(entry for _, entry in entries))
        return "\n".join(
            f"{word}: " + entry_line(entry, run.outbox, run.look_beside(len(word) + 2))
            for word, entry in entries
        )

    found = [entry for _, entry in entries]
    run.out.answer(found[0] if one else found, text, ids=[str(e.get("id")) for e in found])


def reshape(
    run: Run, verb: str, handle: str, change: Callable[[TimeEntry], TimeEntry], done: str
) -> None:
    """Change the times of one entry as one change, and report it."""
    found = editing.find_all(run.outbox, [handle], sure(run, yes=run.options.yes))
    [edited] = editing.edit(run.outbox, found, change, verb=verb)
    show_entries(run, [(done if edited.changed else "Unchanged", edited.entry)], one=True)
    if edited.changed:
        overlaps.told(run.outbox, edited.entry, before=found)


def resize(
    run: Run,
    verb: str,
    handle: str,
    words: Sequence[str],
    *,
    at_start: bool,
    shorter: bool,
    allow_future: bool,
    yes: bool,
) -> None:
    """Make an entry longer or shorter by the length that was typed."""
    from clockify_cli.times import parse_duration
    from clockify_cli.tracking.reshaping import resized

    length = parse_duration(" ".join(words))
    reshape(
        run,
        verb,
        handle,
        lambda entry: resized(
            entry,
            -length if shorter else length,
            run.clock,
            sure(run, yes=yes),
            at_start=at_start,
            allow_future=allow_future,
        ),
        "Shortened" if shorter else "Extended",
    )
