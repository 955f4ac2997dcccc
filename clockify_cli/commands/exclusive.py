"""Options that cannot both be honoured: declared by each command, refused before it begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import typer

from clockify_cli.commands.shape import run_of
from clockify_cli.core.errors import UsageError

Pair = tuple[str, str]
CACHED: tuple[Pair, ...] = (("--cached", "--refresh"),)
_SHARED = ("json", "quiet", "refresh")  # they may stand before the command's name


def one_of(*options: str) -> tuple[Pair, ...]:
    """Return the pairs of options of which only one may be given."""
    return tuple(combinations(options, 2))


def not_with(option: str, *others: str) -> tuple[Pair, ...]:
    """Return the pairs of an option and each of ``others``."""
    return tuple((option, other) for other in others)


def refuse_exclusive(ctx: typer.Context, pairs: Sequence[Pair]) -> None:
    """Refuse options that exclude each other.

    Args:
        ctx: The command's context.
        pairs: Long options; ``--svg -`` is the one that writes to standard output, RANGE the
            words of a range.

    Raises:
        UsageError: Both of a pair are given.
    """
    given = set(_given(ctx))
    for one, other in pairs:
        if one in given and other in given:
            raise UsageError(f"{one} and {other} exclude each other.", "Leave one of them out.")


def _given(ctx: typer.Context) -> Iterator[str]:
    """Yield the long options of the command line that are on, wherever they stood."""
    options = run_of(ctx).options
    for name in _SHARED:
        if getattr(options, name):
            yield f"--{name}"
    for param in ctx.command.params:
        name = str(param.name)
        value = ctx.params.get(name)
        source = ctx.get_parameter_source(name)
        if value in (None, False, "", [], ()) and not getattr(param, "secondary_opts", ()):
            continue
        if value is None or source is None or source.name != "COMMANDLINE":
            continue
        if param.param_type_name == "argument":
            yield (param.metavar or name).strip("[]")
            continue
        names = param.opts if value is not False else param.secondary_opts
        long = next(n for n in names if n.startswith("--"))
        yield long
        if value == "-":
            yield f"{long} -"
