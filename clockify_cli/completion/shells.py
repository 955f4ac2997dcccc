"""The protocol between each shell's script and this program.

Every script runs ``clockify __complete SHELL …`` and reads UTF-8 lines. The first says what
follows: ``words`` (candidates), ``files`` or ``folders`` (the shell completes a path itself),
``command N`` (the words from the Nth on are a command line of their own). A candidate's line is
the word, a tab and what it is; neither holds a control character.

    bash        LINE WORD TYPE   the line up to the cursor as typed, the part of the word that
                                 readline replaces, and COMP_TYPE; candidates come back quoted
                                 for the place where they go
    zsh, fish   WORD …           the words before the cursor, and the one at it
    powershell  (no words)       the same in CLOCKIFY_COMPLETE, one a line: its older versions
                                 lose empty words and quotes on the way to a program
"""

from __future__ import annotations

import os

from clockify_cli.completion.answer import COMMAND, FILES, FOLDERS, WORDS, Answer, answer
from clockify_cli.completion.candidates import Group
from clockify_cli.completion.line import Line, Word, quoted
from clockify_cli.render.safe import safe

LISTING, LISTING_TOO, ONE_BY_ONE = "63", "33", "37"  # COMP_TYPE: what readline will do
_WIDEST = 40  # columns of a word that descriptions are aligned behind


def told(shell: str, words: list[str]) -> list[str]:
    """Return the lines for a shell; none if it is not known."""
    if shell == "bash":
        return _bash(*words) if len(words) == 3 else []
    if shell == "powershell":
        words = os.environ.get("CLOCKIFY_COMPLETE", "").split("\n")
    elif shell == "fish" and words:
        # fish gives the word at the cursor with its quotes.
        words = [*words[:-1], Line(words[-1]).current.text]
    elif shell != "zsh":
        return []
    if not words:
        return []
    found = answer(words[:-1], words[-1])
    return [_head(found), *(f"{c.value}\t{safe(c.help)}" for c in found.candidates)]


def _head(found: Answer) -> str:
    if found.what == COMMAND:
        return f"{COMMAND} {found.start}"
    if found.what in (FILES, FOLDERS):
        return f"{found.what} {found.prefix}".rstrip()
    return WORDS


def _bash(text: str, replaced: str, completing: str) -> list[str]:
    line = Line(text)
    if line.redirected:
        return [FILES]
    if not line.words:
        return [WORDS]
    word = line.current
    found = answer(line.words[1:], word.text)
    if found.what != WORDS:
        return [_head(found)]
    cut = _cut(word, replaced)
    kept, quote = word.text[: word.lengths[cut]], word.quotes[cut]
    group = found.candidates
    if not all(c.value.startswith(word.text) for c in group) and len(group) > 1:
        # They begin otherwise than what is typed, in case or in a client's name; readline would
        # put the little that they share in its place. So it gets them only to list them.
        if completing not in (LISTING, ONE_BY_ONE, ""):
            return [WORDS]
        if completing == LISTING:
            kept = ""
    group = [c for c in group if c.value.startswith(kept)]
    texts = [quoted(c.value[len(kept) :], quote) for c in group]
    if quote:
        texts = [_between(text, quote[-1], word.raw[:cut]) for text in texts]
    if completing in (LISTING, LISTING_TOO) and len(group) > 1 and not quote:
        texts = _with_help(texts, group)
    return [WORDS, *texts]


def _between(text: str, quote: str, before: str) -> str:
    """Return text for a place behind an open quote, so that readline adds and drops no quote.

    It closes the quote at the end, but not where the text ends in one, escaped or not; and it
    takes the open quote away where the text begins with another.
    """
    if text.startswith(quote) and before.endswith(quote):
        text = quote + text
    return text + quote if text.endswith(quote) else text


def _cut(word: Word, replaced: str) -> int:
    """Return from where on readline replaces the raw word: it breaks words at ``=``, ``:`` …"""
    if word.raw.endswith(replaced):
        return len(word.raw) - len(replaced)
    return 0


def _with_help(texts: list[str], group: Group) -> list[str]:
    """Return the words as they are listed, with what they are: not what is put in."""
    if not any(c.help for c in group):
        return texts
    width = min(_WIDEST, max(len(text) for text in texts))
    return [
        f"{text.ljust(width)}  ({safe(c.help)})" if c.help else text
        for text, c in zip(texts, group, strict=True)
    ]
