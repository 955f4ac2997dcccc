"""Typer parameters made from annotations: the shared options and their details."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from typer.main import get_command

from clockify_cli.core.errors import UsageError
from clockify_cli.core.options import SHARED, Options, SharedOption

Parameters = Mapping[str, tuple[Any, Any]]  # by name: the annotation and the default
REQUIRED = Parameter.empty
_SHARED = "shared_"  # begins the names of shared options' parameters


def shared_parameters() -> list[Any]:
    """Return the parameters of the options that every command takes, as Typer makes them."""
    if not _PARAMETERS:
        _PARAMETERS.extend(get_command(_prototype()).params)
    return _PARAMETERS


_PARAMETERS: list[Any] = []


def _prototype() -> typer.Typer:
    """Return an application whose only command takes the shared options."""

    def shared() -> None:
        """Do nothing."""

    parameters: dict[str, tuple[Any, Any]] = {}
    for option in SHARED:
        kind: Any = str if option.metavar else bool
        info = typer.Option(*option.names, metavar=option.metavar or None, help=option.help)
        parameters[_SHARED + option.field] = (
            Annotated[kind | None if option.metavar else kind, info],
            getattr(Options(), option.field),
        )
    set_parameters(shared, parameters)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(shared)
    return app


def set_parameters(function: Callable[..., Any], parameters: Parameters) -> None:
    """Let a function look as if it were written with these parameters; Typer reads them."""
    signature = Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in parameters.items()
        ]
    )
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__annotations__ = {name: kind for name, (kind, _) in parameters.items()}


def take_shared(ctx: typer.Context, options: Options) -> None:
    """Note the shared options for the run, wherever they stood."""
    for option in SHARED:
        value = ctx.params.pop(_SHARED + option.field, None)
        if value:
            _check(option, value)
            setattr(options, option.field, value)


def _check(option: SharedOption, value: str) -> None:
    """Refuse a value that cannot be read, even if the command has no use for it."""
    if option.choices and value not in option.choices:
        raise UsageError(
            f"{option.names[0]} cannot be {value!r}.",
            f"Choose one of: {', '.join(option.choices)}.",
        )
    if option.field == "tz":
        from clockify_cli.core.zones import find_zone

        find_zone(value, "--tz")


def names_taking_values(params: Sequence[Any]) -> set[str]:
    """Return the names of the options whose value is the next word."""
    return {o for p in params if not getattr(p, "is_flag", True) for o in p.opts}


def first_word(args: Sequence[str], params: Sequence[Any]) -> str | None:
    """Return the first word that is neither an option of ``params`` nor the value of one.

    That is a command's or verb's name, or an option of the default one; ``--`` is a word.
    """
    known = {o for p in params for o in (*p.opts, *p.secondary_opts)}
    taking = names_taking_values(params)
    rest = iter(args)
    for word in rest:
        if word.startswith("--"):
            names = [word.partition("=")[0]]
        else:  # -qw Acme, -qwAcme
            letters = [f"-{letter}" for letter in word[1:]] if word.startswith("-") else []
            end = next((n for n, o in enumerate(letters, 1) if o in taking), len(letters))
            names = letters[:end]
            if names and names[-1] in taking and len(letters) > end:
                names[-1] = word[:0]
        if not names or any(name and name not in known for name in names):
            return word
        if names[-1] in taking and "=" not in word:
            next(rest, None)
    return None


def placeholder(param: Any) -> str:
    """Return the name that an argument has in help, without brackets; empty for an option."""
    if param.param_type_name != "argument":
        return ""
    return re.sub(r"[^\w|-]", "", param.metavar or str(param.name).upper())
