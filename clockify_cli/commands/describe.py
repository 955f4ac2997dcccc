"""Commands as plain data, from which help, man pages and the completion table are written."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import cleandoc
from typing import Any, NamedTuple

from clockify_cli.commands.parameters import shared_parameters


class Option(NamedTuple):
    """One option.

    Attributes:
        names: As they are typed, long ones first: ``--billable``, ``--no-billable``.
        off: Those among them that switch it off.
        metavar: What its value is; empty for a flag.
        help: What it does.
        default: What holds without it, if ``--help`` says so.
        many: It may be repeated.
    """

    names: tuple[str, ...]
    off: tuple[str, ...]
    metavar: str
    help: str
    default: str
    many: bool


class Argument(NamedTuple):
    """One argument."""

    metavar: str
    help: str
    many: bool


class Node(NamedTuple):
    """A command, a verb, or a noun with its verbs; the shared options are not among its own."""

    name: str
    summary: str
    text: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    verbs: tuple[Node, ...] = ()
    default: str = ""


def described(command: Any, summary: str = "") -> Node:
    """Return a ``Command`` or ``Noun`` as data."""
    text = cleandoc(command.help or "")
    summary = summary or text.partition("\n\n")[0].replace("\n", " ")
    verbs = getattr(command, "verbs", None)
    if verbs is not None:
        return Node(
            name=command.name,
            summary=summary,
            text=text,
            verbs=tuple(described(verb) for verb in map(command.verb, verbs) if not verb.hidden),
            default=command.default,
        )
    shared = shared_parameters()
    own = [p for p in command.params if p not in shared and not p.hidden]
    return Node(
        name=command.name,
        summary=summary,
        text=text,
        options=tuple(described_option(p) for p in own if p.param_type_name == "option"),
        arguments=tuple(_argument(p) for p in own if p.param_type_name == "argument"),
        examples=tuple((command.epilog or "").splitlines()),
        conflicts=command.conflicts,
    )


def only_one(group: Sequence[str]) -> str:
    """Return the sentence that says that the names of a group exclude each other."""
    return f"Give only one of {', '.join(group[:-1])} and {group[-1]}."


def described_option(param: Any) -> Option:
    """Return an option's parameter as data."""
    names = sorted(param.opts, key=lambda name: not name.startswith("--"))
    shown = param.show_default and not param.is_flag and not param.multiple
    return Option(
        names=(*names, *param.secondary_opts),
        off=tuple(param.secondary_opts),
        metavar="" if param.is_flag else param.metavar or str(param.name).upper(),
        help=param.help or "",
        default=str(param.default) if shown and param.default not in (None, "") else "",
        many=param.multiple or param.count,
    )


def _argument(param: Any) -> Argument:
    return Argument(param.metavar or str(param.name).upper(), param.help or "", param.nargs != 1)
