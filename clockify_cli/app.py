"""The command tree at work: loads the command that is called, and reports what goes wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from typer._click.core import Command as ClickCommand
from typer._click.core import Context
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup, TyperOption
from typer.exceptions import Abort, Exit

from clockify_cli import __version__
from clockify_cli.commands.shape import NARROW, load, shared_options
from clockify_cli.core.errors import (
    ClockifyError,
    Interrupted,
    StorageError,
    StrangerError,
    UsageError,
)
from clockify_cli.core.tree import ROWS, overview
from clockify_cli.output import Output
from clockify_cli.session import Options, Run

PIPE_CLOSED = 141  # what a shell reports of a program that a closed pipe has ended


class Root(TyperGroup):
    """``clockify`` itself: a command's module is imported when the command is called."""

    def __init__(self) -> None:
        version = TyperOption(
            param_decls=["--version", "-V", "version"],
            is_flag=True,
            default=False,
            expose_value=False,
            is_eager=True,
            callback=_print_version,
            help="Print the version.",
        )
        columns = Output().width
        super().__init__(
            name="clockify",
            params=[version, *shared_options()],
            invoke_without_command=True,
            callback=_bare,
            rich_markup_mode=None,
            context_settings={
                "help_option_names": ["-h", "--help"],
                # Left alone, help is never as narrow.
                "terminal_width": columns if columns < NARROW else None,
            },
        )

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names of the commands."""
        return list(ROWS)

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:
        """Return the command ``cmd_name``, importing its module."""
        row = ROWS.get(cmd_name)
        if row is None:
            return None
        module = import_module(f"clockify_cli.commands.{row.module}")
        return load(module.app, cmd_name)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Find the command that the first word names; offer the nearest where there is none."""
        found = self.get_command(ctx, args[0])
        if found is None:
            from difflib import get_close_matches

            near = get_close_matches(args[0], list(ROWS), n=2, cutoff=0.6)
            raise UsageError(
                f"There is no command '{args[0]}'.",
                f"Did you mean {' or '.join(near)}?" if near else "List them: clockify --help.",
            )
        return args[0], found, args[1:]

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the overview."""
        formatter.write(overview(Output().width))


def _bare() -> None:
    """Do nothing: what the command line says is done by the commands."""


def _print_version(ctx: Context, _param: Any, value: bool) -> None:
    if value:
        sys.stdout.write(f"clockify {__version__}\n")
        raise Exit(0)


def run(arguments: list[str], *, options: Options | None = None) -> int:
    """Run the command line and return the exit code."""
    this_run = Run(options or Options())
    this_run.choose_name = _choose_name
    try:
        code = _invoke(arguments, this_run)
        sys.stdout.flush()
        Output().release()
        return code
    except BrokenPipeError as error:
        return unwritten(error, arguments, this_run)
    except (KeyboardInterrupt, Abort):
        return _report(Interrupted("Interrupted.", this_run.what_waits()), arguments, this_run)
    except ClockifyError as error:
        if isinstance(error, StrangerError):
            this_run.forget_user()
        return _report(error, arguments, this_run)
    except ClickException as error:
        return _report(_usage(error), arguments, this_run)
    except OSError as error:
        return unwritten(error, arguments, this_run)
    except Exception as error:
        if this_run.carried_out:  # after Clockify's yes nothing fails
            return _shown_plainly(error, this_run)
        return _report(_bug(error), arguments, this_run)
    finally:
        this_run.close()


def _shown_plainly(error: Exception, this_run: Run) -> int:
    """Answer with what Clockify has carried out and this program could not draw."""
    import json

    place = _bug(error).message
    left = [o.after or {"id": o.entry} for o in this_run.carried_out]
    ids = ", ".join(str(entry.get("id")) for entry in left)
    if this_run.options.json:
        data = left[-1] if len(left) == 1 else left
        sys.stdout.write(json.dumps(data, default=str) + "\n")
    else:
        sys.stdout.write(f"Done: {ids}\n")
    sys.stdout.flush()
    Output(stderr=sys.stderr).tell(
        this_run.without_key(f"Clockify has recorded it ({ids}), but it cannot be shown. {place}")
    )
    return 0


def _choose_name(this_run: Run, question: Any) -> str | None:
    from clockify_cli.commands.menu import choose_name

    return choose_name(this_run, question)


def unwritten(error: OSError, arguments: list[str], this_run: Run | None = None) -> int:
    """Return the exit code where a file or the answer cannot be written, and tell why."""
    if isinstance(error, BrokenPipeError):
        # The reader is gone: nothing more can be said there, at exit included.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    what = f"use {error.filename}" if error.filename else "write the answer"
    failed = StorageError(
        f"Cannot {what}: {error.strerror or error}.", "Free some space or mend the permissions."
    )
    return _report(failed, arguments, this_run or Run(Options()))


def _invoke(arguments: list[str], this_run: Run) -> int:
    for word in arguments:
        if not word.isascii() and any("\ud800" <= c <= "\udfff" for c in word):
            raise UsageError(f"This is not UTF-8 text: {word!r}.", "Set LC_ALL to a UTF-8 locale.")
    root = Root()
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    try:
        with root.make_context("clockify", list(arguments), obj=this_run) as ctx:
            root.invoke(ctx)
            if ctx.invoked_subcommand is None:
                sys.stdout.write(ctx.get_help())
    except NoArgsIsHelpError as error:
        sys.stdout.write(error.format_message() + "\n")
    except Exit as error:
        return error.exit_code
    this_run.remind()
    return 0


def _usage(error: ClickException) -> UsageError:
    message = error.format_message().strip()
    path = getattr(getattr(error, "ctx", None), "command_path", "clockify")
    return UsageError(
        message if message.endswith((".", "?", "!")) else message + ".", f"See '{path} --help'."
    )


def _bug(error: Exception) -> ClockifyError:
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return ClockifyError(
        f"Something went wrong that should not: {type(error).__name__} at {place}: {error}.",
        "Nothing that was recorded is lost. Please report it with the command that you typed.",
    )


def _report(error: ClockifyError, arguments: list[str], this_run: Run) -> int:
    """Tell an error on stderr, as a sentence or as a JSON object; return its exit code."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if this_run.options.json or "--json" in words:
        import json

        if Output.held:
            error.details["notices"] = Output.held
            Output.held = []
        told = json.dumps(error.as_json(), ensure_ascii=False)
    else:
        told = f"clockify: {error.message}"
        if error.hint:
            told += f"\n{error.hint}"
    try:
        sys.stdout.flush()
    except OSError:
        pass
    try:
        Output(stderr=sys.stderr).tell(this_run.without_key(told))
    except OSError:
        pass
    return error.exit_code
