"""Find the candidates at the cursor of a command line."""

from __future__ import annotations

from typing import Any

from clockify_cli.completion.candidates import Candidate, Group, fitting
from clockify_cli.completion.values import ARCHIVED, Values
from clockify_cli.completion.walk import MORE, Option, Walk, is_option, long_name, table

_NAMED = ("entry", "entry-or-period", "project", "client", "tag", "task")
WORDS, FILES, FOLDERS, COMMAND = "words", "files", "folders", "command"


class Answer:
    """What the shell is told.

    Attributes:
        what: ``words``: the candidates; ``files`` or ``folders``: the shell completes a path;
            ``command``: it completes another command line.
        candidates: Whole words, in the order in which they are shown.
        prefix: Of ``files`` and ``folders``: what stands before the path in the same word.
        start: Of ``command``: how many words stand before it, the program's name not counted.
    """

    __slots__ = ("candidates", "prefix", "start", "what")

    def __init__(
        self, what: str, candidates: Group | None = None, *, prefix: str = "", start: int = 0
    ) -> None:
        self.what = what
        self.candidates = candidates or []
        self.prefix = prefix
        self.start = start


def answer(words: list[str], typed: str) -> Answer:
    """Return what could stand at the cursor.

    Args:
        words: The words before it, without the program's name.
        typed: What there is of the word at the cursor.
    """
    rows = table()
    walk = Walk(words, rows)
    values = Values(walk, rows)
    if walk.lost:
        return Answer(WORDS)
    if walk.awaits is not None:
        return _value(values, walk.awaits.kind, typed, walk.awaits)
    if not walk.ended and typed.startswith("--") and "=" in typed:
        name, _, value = typed.partition("=")
        option = walk.options.get(name)
        if option is None or not option.kind:
            return Answer(WORDS)
        return _value(values, option.kind, value, option, name + "=")
    if not walk.ended and is_option(typed):
        option = walk.options.get(typed[:2])
        if option is not None and option.kind and len(typed) > 2:
            return _value(values, option.kind, typed[2:], option, typed[:2])
        return Answer(WORDS, fitting([_options(walk), _short_options(walk)], typed))
    groups = _positional(walk, values, typed)
    kind = _positional_kind(walk)
    if kind in (FILES, FOLDERS):
        return Answer(kind)
    if kind == COMMAND:
        if walk.arguments:
            return Answer(COMMAND, start=walk.start)
        if walk.ended or typed:
            return Answer(COMMAND, start=len(words))
        groups = [[Candidate("--", "what follows is the command to run")]]
    found = fitting(groups, typed)
    if not walk.ended and typed in ("", "-") and not found:
        found = _options(walk)
    elif typed == "-" and not walk.ended:
        found = found + _options(walk)
    return Answer(WORDS, found)


def _value(values: Values, kind: str, typed: str, option: Option, prefix: str = "") -> Answer:
    if kind in (FILES, FOLDERS):
        return Answer(kind, prefix=prefix)
    if kind == COMMAND:
        return Answer(WORDS)
    groups, inner = values.of(kind, typed, long_name(option))
    found = fitting(groups, typed[len(inner) :])
    return Answer(WORDS, [c.behind(prefix + inner) for c in found])


def _positional_kind(walk: Walk) -> str:
    if walk.command is None:
        return ""
    if walk.verb is None:
        default = walk.default_verb()
        kinds = default["arguments"] if default else []
        return str(kinds[0]).removesuffix(MORE) if kinds else ""
    return walk.argument_kind(len(walk.arguments))


def _positional(walk: Walk, values: Values, typed: str) -> list[Group]:
    if walk.command is None:
        own = [Candidate(name, f"= {words}") for name, words in walk.own_aliases().items()]
        return [_named(values.rows["commands"]) + own]
    groups: list[Group] = []
    kind = _positional_kind(walk)
    if kind and kind not in (FILES, FOLDERS, COMMAND):
        groups, inner = values.of(kind, typed, "")
        # What is named already is not named twice.
        taken = walk.arguments if kind.removeprefix(ARCHIVED) in _NAMED else []
        groups = [[c.behind(inner) for c in g if c.value not in taken] for g in groups]
    if walk.verb is None:
        verbs = _named(walk.command["verbs"])
        groups = [verbs + (groups[0] if groups else []), *groups[1:]]
    return groups


def _named(rows: dict[str, Any]) -> Group:
    return [Candidate(name, row["help"]) for name, row in rows.items()]


def _options(walk: Walk) -> Group:
    """Return the options that may still be given, the command's own first."""
    own: Group = []
    shared: Group = []
    for name, option in walk.options.items():
        if not name.startswith("--") or (long_name(option) in walk.given and not option.many):
            continue
        (shared if option.shared else own).append(Candidate(name, option.help))
    return own + shared


def _short_options(walk: Walk) -> Group:
    return [Candidate(n, o.help) for n, o in walk.options.items() if not n.startswith("--")]
