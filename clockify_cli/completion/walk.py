"""Find where the cursor is in a command line: after which command, option or argument.

``words.json`` holds the command tree, as ``python -m clockify_cli.generate`` reads it:

    {"options": [OPTION, …],                         those that every command takes
     "root": [OPTION, …],                            those of clockify alone
     "commands": {NAME: COMMAND, …},
     "settings": {NAME: [MEANING, KIND], …}}
    COMMAND = {"help": …, "options": [OPTION, …], "arguments": [KIND, …]}, a noun also
              {"verbs": {NAME: COMMAND, …}, "default": NAME}
    OPTION  = [[NAME, …], KIND, HELP]                an empty KIND takes no value

An argument's kind that ends in ``…`` takes all words that follow; an option's may be repeated.
"""

from __future__ import annotations

import json
import os
from typing import Any

MORE = "…"
TABLE = os.path.join(os.path.dirname(__file__), "words.json")


def table() -> dict[str, Any]:
    """Return the command tree."""
    with open(TABLE, encoding="utf-8") as stream:
        found: dict[str, Any] = json.load(stream)
    return found


class Option:
    """One option as the table has it."""

    __slots__ = ("help", "kind", "many", "names", "shared")

    def __init__(self, row: list[Any], *, shared: bool) -> None:
        self.shared = shared
        self.names: list[str] = row[0]
        self.kind: str = row[1].removesuffix(MORE)
        self.many: bool = row[1].endswith(MORE)
        self.help: str = row[2]


class Walk:
    """A command line up to the word at the cursor.

    Attributes:
        command: The command's row of the table; ``None`` if none is named yet.
        verb: The verb's row, likewise; for a command without verbs the same as ``command``.
        arguments: The words that are no options, behind command and verb.
        options: The options that may stand here, by name.
        given: What was given with each option, by the option's first long name.
        awaits: The option whose value the next word is.
        ended: Options have ended with ``--``.
        lost: A word has no meaning here, so nothing can be offered.
        start: How many words stand before the first argument.
    """

    def __init__(self, words: list[str], rows: dict[str, Any]) -> None:
        self._rows = rows
        self.command: dict[str, Any] | None = None
        self.verb: dict[str, Any] | None = None
        self.arguments: list[str] = []
        self.options: dict[str, Option] = {}
        self.given: dict[str, list[str]] = {}
        self.awaits: Option | None = None
        self.ended = False
        self.lost = False
        self.start = 0
        self._of_noun: dict[str, Option] = {}  # those of a noun, whatever the verb
        self._learn(rows["options"], shared=True)
        self._learn(rows["root"])
        for number, word in enumerate(words):
            self._step(word)
            if not self.arguments:
                self.start = number + 1

    def _learn(self, rows: list[list[Any]], *, shared: bool = False) -> None:
        for row in rows:
            option = Option(row, shared=shared)
            self.options |= dict.fromkeys(option.names, option)

    def _step(self, word: str) -> None:
        if self.awaits is not None:
            self._give(self.awaits, word)
            self.awaits = None
        elif not self.ended and word == "--":
            self.ended = True
        elif not self.ended and is_option(word):
            self._read_option(word)
        elif self.command is None:
            self._enter(word)
        elif self.verb is None:
            self._choose_verb(word)
        else:
            self._argue(word)

    def _give(self, option: Option, value: str) -> None:
        self.given.setdefault(long_name(option), []).append(value)

    def _read_option(self, word: str) -> None:
        if word.startswith("--"):
            name, mark, value = word.partition("=")
            option = self.options.get(name)
            if option is None:
                return
            if option.kind and not mark:
                self.awaits = option
            else:
                self._give(option, value)
            return
        for at, letter in enumerate(word[1:], 2):
            option = self.options.get("-" + letter)
            if option is None:
                return
            if option.kind:
                if word[at:]:
                    self._give(option, word[at:])
                else:
                    self.awaits = option
                return
            self._give(option, "")

    def own_aliases(self) -> dict[str, str]:
        """Return the user's own short commands, each with what it stands for."""
        from clockify_cli.store.aliases import own_aliases

        return own_aliases(next(iter(self.given.get("--profile", ())), None))

    def _expanded(self, word: str) -> list[str]:
        """Return the words that an alias stands for; none if it is none."""
        from clockify_cli.core.tree import ALIASES

        own = self.own_aliases().get(word)
        if own is None:
            return list(ALIASES.get(word, ()))
        import shlex

        try:
            words = shlex.split(own)
        except ValueError:
            return []
        if words and words[0] not in self._rows["commands"]:
            words = [*ALIASES.get(words[0], ()), *words[1:]]
        return words

    def _enter(self, word: str) -> None:
        if word not in self._rows["commands"]:
            first, *others = self._expanded(word) or [word]
            if first in self._rows["commands"]:
                for other in (first, *others):
                    self._step(other)
                return
        self.command = self._rows["commands"].get(word)
        if self.command is None:
            self.lost = True
            self.command = self.verb = {"options": [], "arguments": []}
            return
        for row in self._rows["root"]:
            for name in row[0]:
                self.options.pop(name, None)
        self._learn(self.command["options"])
        if "verbs" not in self.command:
            self.verb = self.command
            return
        self._of_noun = dict(self.options)
        default = self.default_verb()
        if default is not None:  # its options may stand where no verb does
            self._learn(default["options"])

    def _choose_verb(self, word: str) -> None:
        assert self.command is not None
        named = self.command["verbs"].get(word)
        self.verb = named or self.default_verb()
        if self.verb is None:
            self.lost = True
            self.verb = {"options": [], "arguments": []}
            return
        self.options = dict(self._of_noun)
        self._learn(self.verb["options"])
        if named is None:
            self._argue(word)

    def _argue(self, word: str) -> None:
        self.arguments.append(word)
        if self.argument_kind(len(self.arguments) - 1) == "command":
            self.ended = True  # what follows belongs to the command that is run

    def argument_kind(self, number: int) -> str:
        """Return the kind of the argument with this number, or an empty text."""
        if self.verb is None:
            return ""
        kinds: list[str] = self.verb["arguments"]
        if number < len(kinds):
            return kinds[number].removesuffix(MORE)
        return kinds[-1].removesuffix(MORE) if kinds and kinds[-1].endswith(MORE) else ""

    def default_verb(self) -> dict[str, Any] | None:
        """Return the row of the verb that the bare noun stands for."""
        if self.command is None or "verbs" not in self.command:
            return None
        found: dict[str, Any] | None = self.command["verbs"].get(self.command.get("default"))
        return found


def long_name(option: Option) -> str:
    """Return the name by which an option's values are kept: its first long one."""
    return next((n for n in option.names if n.startswith("--")), option.names[0])


def is_option(word: str) -> bool:
    """Say whether a word is read as an option: ``-1h30m`` is a time."""
    return len(word) > 1 and word[0] == "-" and not word[1].isdecimal()
