"""What the placeholders in ``--help`` stand for, for the completion."""

from __future__ import annotations

import re

from clockify_cli.commands import import_
from clockify_cli.commands.describe import Argument, Option
from clockify_cli.completion.values import ARCHIVED, CHOICES, LIST, NOTHING
from clockify_cli.completion.walk import MORE
from clockify_cli.tracking import check, tally

# The kinds are the methods of clockify_cli.completion.values.Values, and files, folders and
# command, which the shell completes itself.
_KINDS = {
    "PROJECT": "project",
    "CLIENT": "client",
    "TASK": "task",
    "TAG": "tag",
    "TAGS": "tags",
    "USER": "user",
    "WORKSPACE": "workspace",
    "ENTRY": "entry",
    "ENTRY|DAY": "entry",
    "ENTRY|RANGE": "entry-or-period",
    "WHEN": "when",
    "EXPR": "when",
    "WHEN DESCRIPTION": "span",
    "DAY": "day",
    "RANGE": "period",
    "DURATION": "duration",
    "ZONE": "zone",
    "COMMAND": "command",
    "FILE": "files",
    "FILE|VERSION": "files",
    "FOLDER": "folders",
    "METHOD": CHOICES + "GET,POST,PUT,PATCH,DELETE",
    "PATH": "path",
    "VALUE": "setting-value",
}
# Words that a command has in a table of its own, by command and placeholder.
_TABLES = {
    ("report", "A,B"): LIST + ",".join(tally.DIMENSIONS),
    ("check", "A,B"): LIST + ",".join(check.REQUIRABLE),
    ("import", "FORMAT"): CHOICES + ",".join(import_.FORMATS),
}
# Free text, numbers, and what is not kept on this machine.
_NOTHING = (
    *(
        "ADDRESS",
        "CHANGE",
        "COLOR",
        "DESCRIPTION",
        "EMAIL",
        "ID",
        "ISO",
        "KEY",
        "KEY=JSON",
        "KEY=VALUE",
    ),
    *("N", "NAME", "NAME=JSON", "NAME=VALUE", "NEW", "OLD=NEW", "SECONDS", "TEMPLATE", "TEXT"),
)
# Where the placeholder alone does not tell: by option, and by noun and placeholder.
_BY_OPTION = {
    "--workspace": "workspace",
    "--profile": "profile",
    "--connection": "connection",
}
_BY_NOUN = {("connections", "ID"): "connection", ("config", "KEY"): "setting"}
_BRING_BACK = ("unarchive", "reopen")  # verbs that take what is archived or done


class UnknownKind(Exception):
    """A placeholder that nobody has said what to offer for."""


def kind_of(param: Option | Argument, where: str) -> str:
    """Return the kind of an option's or argument's value, with ``…`` where there may be more.

    Raises:
        UnknownKind: Its placeholder is not listed here.
    """
    more = MORE if param.many else ""
    if isinstance(param, Option):
        if not param.metavar:
            return more
        for name in param.names:
            if name in _BY_OPTION:
                return _BY_OPTION[name] + more
        return _value_kind(param, where) + more
    kind = _value_kind(param, where)
    return (ARCHIVED + kind if where.split()[-1] in _BRING_BACK else kind) + more


def _value_kind(param: Option | Argument, where: str) -> str:
    plain = re.sub(r"[\[\]…]", "", param.metavar).removeprefix("-- ").strip()
    of_command = (where.split()[0], plain)
    if of_command in _TABLES:
        return _TABLES[of_command]
    if of_command in _BY_NOUN:
        return _BY_NOUN[of_command]
    if plain in _KINDS:
        return _KINDS[plain]
    if plain in _NOTHING:
        return NOTHING
    for separator, form in (("|", CHOICES), (",", LIST)):
        parts = plain.strip(separator).split(separator)
        if len(parts) > 1 and all(re.fullmatch(r"[a-z][a-z0-9_-]*", part) for part in parts):
            return form + ",".join(parts)
    raise UnknownKind(
        f"{where}: no kind is known for the placeholder {param.metavar!r}; "
        "say in clockify_cli/generate/kinds.py what to offer for it"
    )
