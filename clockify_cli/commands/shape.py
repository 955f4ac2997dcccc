"""The form that every command has: shared options, examples, numbers that are no options."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import typer
from typer._click.core import Command as ClickCommand
from typer._click.core import Context
from typer._click.formatting import HelpFormatter
from typer._click.parser import _OptionParser, _ParsingState
from typer.core import TyperCommand, TyperGroup, TyperOption

from clockify_cli.core.errors import UsageError
from clockify_cli.session import Run

_Function = TypeVar("_Function", bound=Callable[..., Any])
AFTER_DASHES = "clockify_cli.after_dashes"  # how many words stood behind "--"


def run_of(ctx: typer.Context | Context) -> Run:
    """Return what this run knows."""
    run: Run = ctx.find_root().obj
    return run


def words_after_dashes(ctx: typer.Context) -> int:
    """Return how many of the command's words stood behind ``--``."""
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
                their placeholder (``WHEN``).
            settings: As for Typer.
        """
        kind = type("Command", (cls or Command,), {"conflicts": tuple(conflicts)})
        return super().command(name, cls=kind, **settings)


class NounApp(CommandApp):
    """A Typer application that holds the verbs of a noun.

    Args:
        summary: What the noun is, for its help.
        default: The verb that the bare noun stands for; none where it is empty.
    """

    def __init__(self, summary: str, default: str = "list") -> None:
        super().__init__()
        self.summary = summary
        self.default_verb = default


def load(app: CommandApp, name: str) -> ClickCommand:
    """Return the command that an application holds, under ``name``."""
    if isinstance(app, NounApp):
        verbs: dict[str, ClickCommand] = {}
        for info in app.registered_commands:
            verb = typer.main.get_command_from_info(
                info, pretty_exceptions_short=True, rich_markup_mode=None
            )
            verbs[str(verb.name)] = verb
        return Noun(
            name=name,
            commands=verbs,
            help=app.summary,
            default=app.default_verb,
            params=[],
            rich_markup_mode=None,
        )
    command = typer.main.get_command_from_info(
        app.registered_commands[0], pretty_exceptions_short=True, rich_markup_mode=None
    )
    command.name = name
    return command


class _Parser(_OptionParser):
    """Takes ``-1h30m`` for the time that it is: no option begins with a digit."""

    def _process_opts(self, arg: str, state: _ParsingState) -> None:
        if re.match(r"-\d", arg):
            state.largs.append(arg)
        else:
            super()._process_opts(arg, state)


NARROW = 52  # columns: below it, what an option means stands on a line of its own


class _Formatter(HelpFormatter):
    """Writes help that fits a narrow terminal too."""

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names with their meanings: side by side, or one below the other."""
        super().write_dl(rows, 4 if self.width < NARROW else col_max, col_spacing)


class HelpContext(Context):
    """A context whose help fits the terminal."""

    formatter_class = _Formatter


def _parser(command: ClickCommand, ctx: Context) -> _OptionParser:
    parser = _Parser(ctx)
    for param in command.get_params(ctx):
        param.add_to_parser(parser, ctx)
    return parser


class Command(TyperCommand):
    """A command with the options that every command takes.

    Attributes:
        conflicts: Groups of options and arguments of which only one may be given.
    """

    context_class = HelpContext
    conflicts: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        # A command's own option goes before a shared one of the same name (a project's --color).
        own = {name for param in self.params for name in param.opts}
        shared = [option for option in shared_options() if own.isdisjoint(option.opts)]
        self.params = [*self.params, *shared]

    def make_parser(self, ctx: Context) -> _OptionParser:
        """Return the parser that knows negative times from options."""
        return _parser(self, ctx)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words, and note how many stood behind ``--``."""
        if "--" in args:
            ctx.meta[AFTER_DASHES] = len(args) - args.index("--") - 1
        rest = super().parse_args(ctx, args)
        self._refuse_conflicts(ctx)
        return rest

    def _refuse_conflicts(self, ctx: Context) -> None:
        for group in self.conflicts:
            given = [name for name in group if self.is_given(ctx, name)]
            if len(given) > 1:
                raise UsageError(
                    f"{' and '.join(given[:2])} cannot be combined.", "Give only one of them."
                )

    def is_given(self, ctx: Context, name: str) -> bool:
        """Say whether an option (as typed) or an argument (by its placeholder) was given."""
        for param in self.params:
            field = str(param.name)
            if field.startswith("shared_"):
                if name in param.opts:
                    return bool(getattr(run_of(ctx).options, field.removeprefix("shared_")))
                continue
            if name.startswith("-"):
                found = name in (*param.opts, *param.secondary_opts)
            else:
                found = name == re.sub(r"[^\w|-]", "", param.metavar or field.upper())
            if found:
                source = ctx.get_parameter_source(field)
                typed = source is not None and source.name == "COMMANDLINE"
                # One parameter has two spellings: --billable and --no-billable.
                off = name in param.secondary_opts
                return typed and (not param.secondary_opts or ctx.params[field] is not off)
        raise AssertionError(f"{ctx.command_path} has no {name}")

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the options, and which of them exclude each other."""
        super().format_options(ctx, formatter)
        if self.conflicts:
            formatter.write_paragraph()
            with formatter.indentation():
                for group in self.conflicts:
                    formatter.write_text(only_one(group))

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples, each on its own line."""
        if self.epilog:
            _write_examples(self.epilog.split("\n"), formatter)


def only_one(group: Sequence[str]) -> str:
    """Return the sentence that says that the names of a group exclude each other."""
    return f"Give only one of {', '.join(group[:-1])} and {group[-1]}."


def _write_examples(lines: list[str], formatter: HelpFormatter) -> None:
    with formatter.section("Examples"):
        indent = " " * formatter.current_indent
        formatter.write("".join(f"{indent}{line}\n" for line in lines))


class Noun(TyperGroup):
    """A noun with its verbs; the bare noun stands for the default one."""

    context_class = HelpContext

    def __init__(self, *, default: str = "", **attributes: Any) -> None:
        super().__init__(subcommand_metavar="VERB …", **attributes)
        self.default = default
        self.params = [*self.params, *shared_options()]

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the default verb in where none is named."""
        if self._verb_missing(args):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the first example of each verb."""
        epilogs = [verb.epilog for verb in self.commands.values() if verb.epilog]
        if epilogs:
            _write_examples([epilog.split("\n")[0] for epilog in epilogs], formatter)

    def _verb_missing(self, args: list[str]) -> bool:
        if not self.default:
            return False
        taking = {o for p in self.params if not getattr(p, "is_flag", True) for o in p.opts}
        rest = iter(args)
        for word in rest:
            if word in self.commands or word in ("-h", "--help"):
                return False
            if not word.startswith("-") or word == "--":
                return True
            if word in taking:
                next(rest, None)
        return True


def shared_options() -> list[TyperOption]:
    """Return the options that every command takes, before it or behind it."""

    def text(*names: str, field: str, metavar: str, meaning: str) -> TyperOption:
        return TyperOption(
            param_decls=[*names, f"shared_{field}"],
            callback=_keep(field),
            expose_value=False,
            metavar=metavar,
            help=meaning,
        )

    def flag(*names: str, field: str, meaning: str) -> TyperOption:
        return TyperOption(
            param_decls=[*names, f"shared_{field}"],
            callback=_keep(field),
            expose_value=False,
            is_flag=True,
            default=False,
            help=meaning,
        )

    return [
        flag("--json", field="json", meaning="One JSON document."),
        text(
            "--workspace",
            "-w",
            field="workspace",
            metavar="NAME|ID",
            meaning="Instead of the active workspace.",
        ),
        text("--connection", field="connection", metavar="ID", meaning="Gateway connection."),
        text("--profile", field="profile", metavar="NAME", meaning="Section of the config file."),
        flag("--sandbox", field="sandbox", meaning="The embedded gateway, not the network."),
        flag("--verbose", "-v", field="verbose", meaning="A line a request on stderr."),
        flag("--quiet", "-q", field="quiet", meaning="No notices; lists print IDs only."),
        flag("--no-input", field="no_input", meaning="Never prompt."),
        text(
            "--color", field="color", metavar="auto|always|never", meaning="Colour on the terminal."
        ),
        text("--tz", field="tz", metavar="ZONE", meaning="Zone of typed and shown times."),
        flag("--refresh", field="refresh", meaning="Renew cached names, user and settings."),
        flag("--no-queue", field="no_queue", meaning="Fail rather than queue while away."),
    ]


def _keep(field: str) -> Callable[[Context, Any, Any], None]:
    """Return a callback that notes an option's value for the run, wherever it stood."""

    def keep(ctx: Context, _param: Any, value: Any) -> None:
        if value:
            _CHECKS.get(field, str)(value)
            setattr(ctx.find_root().obj.options, field, value)

    return keep


def _check_color(value: str) -> None:
    if value not in ("auto", "always", "never"):
        raise UsageError(f"--color is {value!r}.", "It is one of: auto, always, never.")


def _check_zone(value: str) -> None:
    from clockify_cli.core.zones import find_zone

    find_zone(value, "--tz")


# What cannot be read is refused even where the command has no use for it.
_CHECKS: dict[str, Callable[[str], Any]] = {"color": _check_color, "tz": _check_zone}
