"""The base of every command: shared options, options that exclude each other, help.

Of Typer only public names are used: a command is declared by an annotated function, and the
shared options are turned into parameters by one such function too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from clockify_cli.commands.parameters import (
    first_word,
    names_taking_values,
    placeholder,
    shared_parameters,
    take_shared,
)
from clockify_cli.core.errors import UsageError
from clockify_cli.core.options import SHARED
from clockify_cli.core.tree import ROWS
from clockify_cli.session import Run

_Function = TypeVar("_Function", bound=Callable[..., Any])
AFTER_DASHES = "clockify_cli.after_dashes"  # how many words stood after "--"
_NEGATIVE = "\0"  # stands before -1h30m while words are parsed; no word holds it


def run_of(ctx: typer.Context) -> Run:
    """Return what this run knows."""
    run: Run = ctx.find_root().obj
    return run


def words_after_dashes(ctx: typer.Context) -> int:
    """Return how many of the command's words stood after ``--``."""
    return int(ctx.meta.get(AFTER_DASHES, 0))


def examples(*lines: str) -> str:
    """Return the epilog that shows how a command is used."""
    return "\n".join(lines)


class CommandApp(typer.Typer):
    """A Typer application that holds one command."""

    def __init__(self) -> None:
        super().__init__(add_completion=False, rich_markup_mode=None)

    def command(
        self,
        name: str | None = None,
        *,
        cls: type[TyperCommand] | None = None,
        conflicts: Sequence[tuple[str, ...]] = (),
        **settings: Any,
    ) -> Callable[[_Function], _Function]:
        """Register a command.

        Args:
            name: Of a verb; a command is named by the table of commands.
            cls: The class of the command.
            conflicts: Groups of which only one may be given: options as they are typed
                (``--csv``, ``--no-billable``, shared ones such as ``--json`` too), arguments by
                their placeholder (``WHEN``), an option with a certain value (``--svg -``).
            settings: As for Typer.
        """
        kind = type("Command", (cls or Command,), {"conflicts": tuple(conflicts)})
        return super().command(name, cls=kind, **settings)


class NounApp:
    """The verbs of a noun, each an application of its own, so that only what is called is built.

    Args:
        summary: What the noun is, for its help.
        default: The verb that the bare noun stands for.
    """

    def __init__(self, summary: str, default: str = "list") -> None:
        self.summary = summary
        self.default_verb = default
        self.verbs: dict[str, CommandApp] = {}

    def command(self, name: str, **settings: Any) -> Callable[[_Function], _Function]:
        """Register a verb; see ``CommandApp.command``."""
        app = self.verbs[name] = CommandApp()
        return app.command(name, **settings)


def load(app: CommandApp | NounApp, name: str) -> Command | Noun:
    """Return the command that an application holds, under ``name``."""
    if isinstance(app, NounApp):
        return Noun(app, name)
    command = get_command(app)
    assert isinstance(command, Command)
    command.name = name
    return command


class Command(TyperCommand):
    """A command with the options that every command takes.

    Attributes:
        conflicts: Groups of options and arguments of which only one may be given.
    """

    conflicts: ClassVar[tuple[tuple[str, ...], ...]] = ()
    params: list[Any]  # of classes that Typer does not name publicly

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        # A command's own option goes before a shared one of the same name (a project's --color).
        own = {name for param in self.params for name in param.opts}
        shared = [option for option in shared_parameters() if own.isdisjoint(option.opts)]
        self.params = [*self.params, *shared]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; note how many stood after ``--``, and refuse what excludes each other."""
        if "--" in args:
            ctx.meta[AFTER_DASHES] = len(args) - args.index("--") - 1
        rest = super().parse_args(ctx, list(self._protected(args)))
        ctx.params = {name: plain(value) for name, value in ctx.params.items()}
        ctx.args = plain(ctx.args)
        given = {name for group in self.conflicts for name in group if self._is_given(ctx, name)}
        take_shared(ctx, run_of(ctx).options)
        options = run_of(ctx).options
        for option in SHARED:  # given before the command's name too
            if getattr(options, option.field):
                given.update(option.names)
        for group in self.conflicts:
            clash = [name for name in group if name in given]
            if len(clash) > 1:
                raise UsageError(
                    f"{' and '.join(clash[:2])} cannot be combined.", "Give only one of them."
                )
        return rest

    def get_help(self, ctx: Any) -> str:
        """Return what ``--help`` shows."""
        from clockify_cli.commands.help import command_help

        return command_help(self, ctx.command_path)

    def _protected(self, args: list[str]) -> Iterator[str]:
        """Mark times such as ``-1h30m``: no option begins with a digit."""
        taking = names_taking_values(self.params)
        rest = iter(args)
        for word in rest:
            if word == "--":
                yield word
                break
            yield _NEGATIVE + word if re.match(r"-\d", word) else word
            if word in taking and (value := next(rest, None)) is not None:
                yield value
        yield from rest

    def _is_given(self, ctx: typer.Context, name: str) -> bool:
        """Say whether an option (as typed) or an argument (by its placeholder) was given here.

        ``--svg -`` was only given with that value.
        """
        name, _, value = name.partition(" ")
        for param in self.params:
            if name not in (*param.opts, *param.secondary_opts, placeholder(param)):
                continue
            source = ctx.get_parameter_source(param.name)
            if source is None or source.name != "COMMANDLINE":
                return False
            if value:
                return bool(ctx.params[param.name] == value)
            # One parameter may have two spellings: --billable and --no-billable.
            is_off = name in param.secondary_opts
            return not param.secondary_opts or ctx.params[param.name] is not is_off
        raise AssertionError(f"{ctx.command_path} has no {name}")


class Noun(TyperGroup):
    """A noun with its verbs; the bare noun stands for the default one.

    Args:
        app: The verbs.
        name: As it is typed.
    """

    def __init__(self, app: NounApp, name: str) -> None:
        super().__init__(
            name=name, help=app.summary, params=shared_parameters(), rich_markup_mode=None
        )
        self.verbs = app.verbs
        self.default = app.default_verb

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the verbs."""
        return list(self.verbs)

    def get_command(self, ctx: Any, cmd_name: str) -> Command | None:
        """Return a verb."""
        return self.verb(cmd_name) if cmd_name in self.verbs else None

    def verb(self, name: str) -> Command:
        """Return the verb ``name``."""
        command = load(self.verbs[name], name)
        assert isinstance(command, Command)
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default verb in if none is named."""
        if first_word(args, self.params) not in (*self.verbs, "--help", "-h"):
            args = [self.default, *args]
        rest = super().parse_args(ctx, args)
        take_shared(ctx, run_of(ctx).options)
        return rest

    def get_help(self, ctx: Any) -> str:
        """Return what ``--help`` shows."""
        from clockify_cli.commands.help import noun_help

        return noun_help(self, ctx.command_path)


def plain(value: Any) -> Any:
    """Return a parsed value without the marks of ``_protected``."""
    if isinstance(value, str):
        return value.replace(_NEGATIVE, "")
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return value


def find_command(name: str) -> Command | Noun:
    """Return the command ``name``, importing its module."""
    return load(import_module(f"clockify_cli.commands.{ROWS[name].module}").app, name)
