"""``--help`` of a command, written from the same description as its man page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clockify_cli.commands.describe import Node, Option, described, only_one
from clockify_cli.core.tree import table, wrapped
from clockify_cli.output import Output

GLOBAL = "Every command also takes --json, --yes and more: clockify help options"
WIDEST = 100  # columns of running text: longer lines are hard to read


def command_help(command: Any, path: str) -> str:
    """Return the help of a command or verb that is typed as ``path``."""
    node = described(command)
    width = _width()
    words = [path, *(argument.metavar for argument in node.arguments), "[OPTIONS]"]
    lines = wrapped(f"Usage: {' '.join(words)}", width, "  ")
    lines += ["", *_paragraphs(node.text, width)]
    lines += _parts(node, width)
    return "\n".join([*lines, *_ending(list(node.examples), width)])


def noun_help(noun: Any, path: str) -> str:
    """Return the help of a noun: its verbs, and the options of the one that it stands for."""
    node = described(noun)
    width = _width()
    lines = wrapped(f"Usage: {path} [VERB] [ARGUMENTS] [OPTIONS]", width, "  ")
    lines += ["", *_paragraphs(node.text, width)]
    lines += ["", "Verbs:", *table([(v.name, v.summary) for v in node.verbs], width)]
    [default] = [verb for verb in node.verbs if verb.name == node.default]
    lines += ["", *wrapped(f"Without a verb it is '{path} {default.name}', which takes:", width)]
    lines += _parts(default, width) or ["  no options of its own"]
    shown = [line for verb in node.verbs for line in verb.examples[:1]]
    return "\n".join([*lines, *_ending(shown, width)])


def option_names(option: Option) -> str:
    """Return an option as it is typed, short names first."""
    names = ", ".join(sorted(option.names, key=lambda name: name.startswith("--")))
    return f"{names} {option.metavar}".rstrip()


def _width() -> int:
    return min(Output().width, WIDEST)


def _parts(node: Node, width: int) -> list[str]:
    arguments = [(a.metavar, a.help) for a in node.arguments if a.help]
    options = [(option_names(o), _option_help(o)) for o in node.options]
    lines: list[str] = []
    for title, rows in (("Arguments", arguments), ("Options", options)):
        if rows:
            lines += ["", f"{title}:", *table(rows, width)]
    for group in node.conflicts:
        lines += wrapped(only_one(group), width, "    ", first="  ")
    return lines


def _option_help(option: Option) -> str:
    return f"{option.help} [default: {option.default}]" if option.default else option.help


def _ending(examples: Sequence[str], width: int) -> list[str]:
    # An example is for pasting: it stands on one line.
    shown = ["", "Examples:", *(f"  {line}" for line in examples)] if examples else []
    return ["", *wrapped(GLOBAL, width, "  "), *shown]


def _paragraphs(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        if lines:
            lines.append("")
        if paragraph.startswith(" "):  # laid out by hand
            lines += paragraph.split("\n")
        else:
            lines += wrapped(paragraph, width)
    return lines
