"""The command tree: loads the command that is called and reports errors."""

from __future__ import annotations

import os
import sys
from typing import Any

from typer import Abort, Exit, TyperException
from typer.core import TyperGroup

from clockify_cli import __version__
from clockify_cli.commands.parameters import first_word, shared_parameters, take_shared
from clockify_cli.commands.shape import Command, Noun, find_command, plain
from clockify_cli.core.errors import (
    ClockifyError,
    Interrupted,
    StorageError,
    StrangerError,
    UsageError,
)
from clockify_cli.core.tree import ALIASES, BARE, ELSEWHERE, ROWS, TOPICS, overview, topic
from clockify_cli.output import Output
from clockify_cli.session import Options, Run
from clockify_cli.store.aliases import own_aliases

PIPE_CLOSED = 141  # what a shell reports of a program that a closed pipe has ended


class Root(TyperGroup):
    """``clockify`` itself: a command's module is imported when the command is called."""

    def __init__(self) -> None:
        super().__init__(
            name="clockify",
            params=shared_parameters(),
            rich_markup_mode=None,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(ROWS)

    def get_command(self, ctx: Any, cmd_name: str) -> Command | Noun | None:
        """Return the command ``cmd_name``, importing its module."""
        return find_command(cmd_name) if cmd_name in ROWS else None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the shared options that stand before the command; without one it is ``status``."""
        word = first_word(args, self.params)
        if word in ("--version", "-V"):
            sys.stdout.write(f"clockify {__version__}\n")
            raise Exit(0)
        if word is None or (word.startswith("-") and word not in ("--help", "-h")):
            args = [BARE, *args]
        rest = super().parse_args(ctx, args)
        take_shared(ctx, ctx.obj.options)
        return rest

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Command | Noun | None, list[str]]:
        """Find the command that the first word names, by an alias too; else offer the nearest."""
        name, rest = args[0], args[1:]
        if name == "help":
            raise UsageError("Put 'help' first.", "See 'clockify --help'.")
        if name not in ROWS:
            words = _alias(name, ctx.obj.options.profile)
            if words is None:
                raise _unknown(name)
            name, rest = words[0], [*words[1:], *rest]
            if name not in ROWS:
                raise UsageError(
                    f"The alias '{args[0]}' stands for '{name}', which is not a command."
                )
        return name, self.get_command(ctx, name), rest

    def get_help(self, ctx: Any) -> str:
        """Return the overview."""
        return overview(Output().width, own_aliases(ctx.obj.options.profile)).rstrip("\n")


def _alias(name: str, profile: str | None) -> list[str] | None:
    """Return the words that an alias stands for: the user's own, else one of other tools."""
    own = own_aliases(profile).get(name)
    if own is None:
        return list(ALIASES[name]) if name in ALIASES else None
    import shlex

    try:
        words = shlex.split(own)
    except ValueError as error:
        raise UsageError(f"The alias '{name}' cannot be read: {error}.") from error
    if words and words[0] not in ROWS and words[0] in ALIASES:
        words = [*ALIASES[words[0]], *words[1:]]
    return words or None


def _unknown(name: str) -> UsageError:
    if name in ELSEWHERE:
        return UsageError(f"There is no command '{name}'.", f"Use: clockify {ELSEWHERE[name]}")
    from difflib import get_close_matches

    near = get_close_matches(name, [*ROWS, *ALIASES], n=2, cutoff=0.6)
    return UsageError(
        f"There is no command '{name}'.",
        f"Did you mean {' or '.join(near)}?" if near else "List them: clockify help commands",
    )


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
    except TyperException as error:
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
        this_run.without_key(
            f"Clockify recorded it ({ids}), but the result cannot be shown. {place}"
        )
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
        f"Cannot {what}: {error.strerror or error}.", "Free some space or fix the permissions."
    )
    return _report(failed, arguments, this_run or Run(Options()))


def _invoke(arguments: list[str], this_run: Run) -> int:
    for word in arguments:
        if not word.isascii() and any("\ud800" <= c <= "\udfff" for c in word):
            raise UsageError(f"This is not UTF-8 text: {word!r}.", "Set LC_ALL to a UTF-8 locale.")
    if not arguments and not this_run.target.key:
        sys.stdout.write(overview(Output().width, own_aliases()))  # a newcomer
        return 0
    if arguments[:1] == ["help"]:
        asked = arguments[1:]
        if len(asked) == 1 and asked[0] in TOPICS:
            sys.stdout.write(topic(asked[0], Output().width, own_aliases()))
            return 0
        arguments = [*asked, "--help"]
    root = Root()
    try:
        with root.make_context("clockify", list(arguments), obj=this_run) as ctx:
            root.invoke(ctx)
    except Exit as error:
        return error.exit_code
    this_run.remind()
    return 0


def _usage(error: TyperException) -> UsageError:
    message = plain(error.format_message()).strip()
    path = getattr(getattr(error, "ctx", None), "command_path", "clockify")
    return UsageError(
        message if message.endswith((".", "?", "!")) else message + ".", f"See '{path} --help'."
    )


def _bug(error: Exception) -> ClockifyError:
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return ClockifyError(
        f"Unexpected error: {type(error).__name__} at {place}: {error}.",
        "Nothing recorded was lost. Please report this, with the command you typed.",
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
