"""The completion's table of words; its format is described in ``clockify_cli.completion.walk``."""

from __future__ import annotations

import json
from typing import Any

from clockify_cli.commands.describe import Node, Option
from clockify_cli.completion.values import CHOICES, NOTHING
from clockify_cli.core.settings import KEYS, Key
from clockify_cli.generate.kinds import kind_of
from clockify_cli.generate.reading import Tree

_HELP = [["--help"], "", "Show help and exit."]
_VERSION = [["--version", "-V"], "", "Print the version."]
# Settings whose values are names that the cache knows, or words of time.
_SETTING_KINDS = {
    "workspace": "workspace",
    "project": "project",
    "task": "task",
    "tags": "tag",
    "time_zone": "zone",
    "goal_day": "duration",
    "goal_week": "duration",
    "round": "duration",
}


def words(tree: Tree) -> str:
    """Return the text of ``words.json``: a line a command, so that changes can be read."""
    shared = [*(_option(option, "shared") for option in tree.shared), _HELP]
    lines = [f'{{"options": {_json(shared)},', f'"root": {_json([_VERSION])},', '"commands": {']
    lines.append(",\n".join(f"{_json(n.name)}: {_json(_row(n, n.name))}" for n in tree.commands))
    lines.append("},")
    settings = {key.name: [key.meaning, _setting_kind(key)] for key in KEYS.values()}
    lines.append('"settings": {')
    lines.append(",\n".join(f"{_json(name)}: {_json(row)}" for name, row in settings.items()))
    lines.append("}}")
    return "\n".join(lines) + "\n"


def _row(node: Node, path: str) -> dict[str, Any]:
    """Return the row of a command or verb."""
    row: dict[str, Any] = {
        "help": node.summary,
        "options": [_option(option, path) for option in node.options],
        "arguments": [kind_of(argument, path) for argument in node.arguments],
    }
    if node.verbs:
        row["verbs"] = {v.name: _row(v, f"{path} {v.name}") for v in node.verbs}
        row["default"] = node.default
    return row


def _option(option: Option, path: str) -> list[Any]:
    """Return the row of an option."""
    return [list(option.names), kind_of(option, f"{path} {option.names[0]}"), option.help]


def _setting_kind(key: Key) -> str:
    if key.choices:
        return CHOICES + ",".join(key.choices)
    if key.kind == "bool":
        return CHOICES + "true,false"
    return _SETTING_KINDS.get(key.name, NOTHING)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
