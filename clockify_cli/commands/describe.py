"""Commands as plain data: what help, man pages and the completion's table are written from."""

from __future__ import annotations

from importlib import import_module
from inspect import cleandoc
from typing import Any, NamedTuple

from clockify_cli.commands.shape import Command, Noun, load, shared_parameters
from clockify_cli.core.tree import ROWS


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


class Tree(NamedTuple):
    """All commands, in the order of the overview, and the options that every command takes."""

    commands: tuple[Node, ...]
    shared: tuple[Option, ...]


def read_tree() -> Tree:
    """Return the whole tree."""
    return Tree(
        tuple(described(find_command(name), row.summary) for name, row in ROWS.items()),
        tuple(_option(p) for p in shared_parameters()),
    )


def find_command(name: str) -> Command | Noun:
    """Return the command ``name``, importing its module."""
    return load(import_module(f"clockify_cli.commands.{ROWS[name].module}").app, name)


def described(command: Command | Noun, summary: str = "") -> Node:
    """Return a command as data."""
    text = cleandoc(command.help or "")
    summary = summary or text.partition("\n\n")[0].replace("\n", " ")
    if isinstance(command, Noun):
        return Node(
            name=str(command.name),
            summary=summary,
            text=text,
            verbs=tuple(described(command.verb(name)) for name in command.verbs),
            default=command.default,
        )
    shared = shared_parameters()
    own = [p for p in command.params if p not in shared and not getattr(p, "hidden", False)]
    return Node(
        name=str(command.name),
        summary=summary,
        text=text,
        options=tuple(_option(p) for p in own if p.param_type_name == "option"),
        arguments=tuple(_argument(p) for p in own if p.param_type_name == "argument"),
        examples=tuple((command.epilog or "").splitlines()),
        conflicts=command.conflicts,
    )


def _option(param: Any) -> Option:
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
