"""The command tree as plain data, read from the commands that ``--help`` shows."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from typer._click.core import Command as ClickCommand
from typer._click.core import Parameter
from typer.core import TyperArgument

from clockify_cli.commands.shape import Noun, load, shared_options
from clockify_cli.core.tree import ROWS


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        names: As they are typed, long ones first: ``--billable``, ``--no-billable``.
        off: Those among them that switch it off.
        metavar: What its value is; empty for a flag.
        help: What it does.
        default: What holds without it, where ``--help`` says so.
        many: It may be repeated.
        choices: The values that there are, where they are listed.
    """

    names: tuple[str, ...]
    off: tuple[str, ...]
    metavar: str
    help: str
    default: str
    many: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Argument:
    """One argument."""

    metavar: str
    help: str
    many: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A command, a verb, or a noun with its verbs."""

    name: str
    summary: str
    text: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    verbs: tuple[Node, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Tree:
    """All commands.

    Attributes:
        commands: In the order of the overview.
        shared: The options that every command takes.
        missing: The commands that cannot be imported, and why.
        unknown: What was met in them that no kind of value is known for.
    """

    commands: tuple[Node, ...]
    shared: tuple[Option, ...]
    missing: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read_tree() -> Tree:
    """Return the tree; what cannot be imported is left out and told in ``missing``."""
    shared = tuple(_option(p) for p in shared_options())
    names = {option.names for option in shared}
    commands: list[Node] = []
    missing: dict[str, str] = {}
    for row in ROWS.values():
        try:
            module = import_module(f"clockify_cli.commands.{row.module}")
            command = load(module.app, row.name)
        except (ImportError, AttributeError, SyntaxError) as error:
            missing[row.name] = str(error)
            continue
        commands.append(_node(row.name, command, names, row.summary))
    return Tree(tuple(commands), shared, missing)


def _node(name: str, command: ClickCommand, shared: set[tuple[str, ...]], summary: str) -> Node:
    params = [p for p in command.params if not getattr(p, "hidden", False)]
    options = [_option(p) for p in params if not isinstance(p, TyperArgument)]
    verbs: list[Node] = []
    if isinstance(command, Noun):
        verbs = [
            _node(verb, one, shared, one.get_short_help_str(limit=200))
            for verb, one in command.commands.items()
            if not one.hidden
        ]
    return Node(
        name=name,
        summary=summary,
        text=inspect.cleandoc(command.help or ""),
        options=tuple(option for option in options if option.names not in shared),
        arguments=tuple(_argument(p) for p in params if isinstance(p, TyperArgument)),
        examples=tuple((command.epilog or "").splitlines()),
        verbs=tuple(verbs),
        default=getattr(command, "default", ""),
    )


def _option(param: Parameter) -> Option:
    names = sorted(param.opts, key=lambda name: not name.startswith("--"))
    is_flag = bool(getattr(param, "is_flag", False))
    default: Any = param.default
    shown = getattr(param, "show_default", True) and not is_flag and not param.multiple
    return Option(
        names=(*names, *param.secondary_opts),
        off=tuple(param.secondary_opts),
        metavar="" if is_flag else _metavar(param),
        help=getattr(param, "help", None) or "",
        default=str(default) if shown and default not in (None, "") else "",
        many=bool(getattr(param, "multiple", False)) or bool(getattr(param, "count", False)),
        choices=_choices(param),
    )


def _argument(param: Parameter) -> Argument:
    return Argument(
        metavar=_metavar(param),
        help=getattr(param, "help", None) or "",
        many=param.nargs != 1,
        choices=_choices(param),
    )


def _metavar(param: Parameter) -> str:
    return str(param.metavar or "|".join(_choices(param)) or (param.name or "").upper())


def _choices(param: Parameter) -> tuple[str, ...]:
    return tuple(str(choice) for choice in getattr(param.type, "choices", None) or ())
