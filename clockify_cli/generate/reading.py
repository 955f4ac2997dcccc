"""The command tree as plain data."""

from __future__ import annotations

from typing import NamedTuple

from clockify_cli.commands.describe import Node, Option, described, described_option
from clockify_cli.commands.parameters import shared_parameters
from clockify_cli.commands.shape import find_command
from clockify_cli.core.tree import ROWS


class Tree(NamedTuple):
    """All commands, in the order of the overview, and the options that every command takes."""

    commands: tuple[Node, ...]
    shared: tuple[Option, ...]


def read_tree() -> Tree:
    """Return the whole tree."""
    return Tree(
        tuple(described(find_command(name), row.summary) for name, row in ROWS.items()),
        tuple(described_option(param) for param in shared_parameters()),
    )
