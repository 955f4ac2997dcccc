"""Read a typed description: its words and tags; refuse times and handles given by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from clockify_cli.commands.shape import run_of, words_after_dashes
from clockify_cli.core.errors import TimeError, UsageError

if TYPE_CHECKING:
    from clockify_cli.times import Clock
    from clockify_cli.times.plain import PlainWord


def description_and_tags(
    ctx: typer.Context,
    words: Sequence[str] | None,
    *,
    options: Sequence[str] = (),
    at: str = "now",
    tagged: bool = True,
) -> tuple[list[str] | None, list[str]]:
    """Return the words of a description, ``None`` without any, and the ``+tags`` among them.

    Args:
        ctx: The command's context: its name, and how many words stand after ``--``.
        words: The words as they were typed.
        options: The other options that were given, to be repeated in the line that is offered.
        at: The value of ``--at``.
        tagged: Whether ``+review`` is a tag.

    Raises:
        UsageError: A word before ``--`` is plainly a time or a handle.
    """
    if not words:
        return None, []
    if not any(char in "0123456789@+" for word in words for char in word):
        return list(words), []  # nothing to read: most descriptions
    from clockify_cli.times.plain import find_plain, split_tags

    typed, text = parted(ctx, words)
    left, tags = split_tags(typed) if tagged else (typed, [])
    found = find_plain(left, last=not text)
    if found is not None:
        more = [*options, *(["--at", at] if at != "now" else []), *(f"+{tag}" for tag in tags)]
        lines = _Lines(str(ctx.info_name), left, text, more, run_of(ctx).clock)
        raise lines.refusal(found, timed=at != "now")
    return [*left, *text] or None, tags


def parted(ctx: typer.Context, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words before ``--`` and those after it."""
    count = len(words) - words_after_dashes(ctx)
    return list(words[:count]), list(words[count:])


def given(
    project: str | None = None,
    task: str | None = None,
    tags: Sequence[str] | None = None,
    billable: bool | None = None,
) -> list[str]:
    """Return the options for an entry's content as they can be typed again."""
    found = []
    for option, value in (("-p", project), ("-k", task)):
        found += [option, value] if value is not None else []
    for tag in tags or ():
        found += ["-t", tag]
    if billable is not None:
        found.append("--billable" if billable else "--no-billable")
    return found


def line_of(words: Sequence[str]) -> str:
    """Return a command line as it can be pasted into a shell, in double quotes if they do."""
    from shlex import quote

    found = []
    for word in words:
        quoted = quote(word)
        plain = quoted != word and not set(word) & set("\"$`\\!'")
        found.append(f'"{word}"' if plain else quoted)
    return " ".join(found)


class _Lines:
    """The lines that may be meant by one with a time in its description.

    Args:
        command: The command that was typed.
        words: The words of the description before ``--``, without tags.
        text: Those after it.
        options: The options and tags that were given.
        clock: The present and the zone.
    """

    def __init__(
        self,
        command: str,
        words: Sequence[str],
        text: Sequence[str],
        options: Sequence[str],
        clock: Clock,
    ) -> None:
        self._command = command
        self._words = words
        self._text = text
        self._options = options
        self._clock = clock

    def refusal(self, found: PlainWord, *, timed: bool) -> UsageError:
        """Return the error with the lines that can be typed instead.

        Args:
            found: The word.
            timed: ``--at`` was given, so the word can be no other time.
        """
        kind = "an entry" if found.kind == "handle" else "a time"
        meant = [] if timed and found.kind != "handle" else self._meant(found)
        as_text = line_of(
            ["clockify", self._command, *self._options, "--", *self._words, *self._text]
        )
        hint = " or ".join(f"'{line_of(line)}'" for line in meant)
        hint = f"Did you mean {hint}? As text: {as_text}" if meant else f"As text: {as_text}"
        return UsageError(f"'{found.word}' is {kind}, not a description.", hint)

    def _meant(self, found: PlainWord) -> list[list[str]]:
        from clockify_cli.times.plain import find_plain

        rest = [*self._words[: found.place], *self._words[found.place + 1 :]]
        if found.kind == "handle":
            return [["clockify", "continue", found.word]] if self._command != "break" else []
        if find_plain(rest, last=not self._text) is not None:
            return []  # there is more than one: no line can be told
        tail = ["--", *self._text] if self._text else []
        lines = []
        at = [] if found.kind == "span" else self._at(found)
        # A switch needs something that it switches to.
        if at and (self._command != "switch" or rest or tail or self._options):
            lines.append(["clockify", self._command, *rest, *self._options, *at, *tail])
        if self._command != "break" and self._is_span(found.word):
            lines.append(["clockify", "log", found.word, *rest, *self._options, *tail])
        return lines

    def _at(self, found: PlainWord) -> list[str]:
        """Return ``--at`` with the time that the word may mean."""
        for when in (found.word, f"-{found.word}"):
            if found.kind == "length" and when == found.word:
                continue
            for flag in ([], ["--allow-future"]):
                if self._is_instant(when, bool(flag)):
                    return ["--at", when, *flag]
        return []

    def _is_instant(self, text: str, allow_future: bool) -> bool:
        from clockify_cli.times import parse_instant

        try:
            parse_instant(text, self._clock, allow_future=allow_future)
        except TimeError:
            return False
        return True

    def _is_span(self, text: str) -> bool:
        from clockify_cli.times import parse_span

        try:
            parse_span(text, self._clock)
        except TimeError:
            return False
        return True
