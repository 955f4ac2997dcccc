"""The options that every command takes, before its name or after it: declared here, once each.

The parser, the help, the man pages, the completion and the fast path all read this table.
Importing it costs nothing, so that a shell prompt can.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs a prompt more than its own work
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class SharedOption:
    """One of them.

    Attributes:
        field: The attribute of ``Options`` that holds its value.
        names: As they are typed, the long one first.
        metavar: What its value is; empty for a flag.
        help: What it does.
        environment: The variables that say the same.
        choices: The values that there are, if they are few.
    """

    __slots__ = ("choices", "environment", "field", "help", "metavar", "names")

    def __init__(
        self, names: Iterable[str], help: str, metavar: str, environment: str, choices: str
    ) -> None:
        self.field = ""
        self.names = tuple(names)
        self.help = help
        self.metavar = metavar
        self.environment = environment
        self.choices = tuple(choices.split("|")) if choices else ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.field = name


def _flag(*names: str, help: str, environment: str = "") -> Any:
    return SharedOption(names, help, "", environment, "")


def _text(
    *names: str, help: str, metavar: str = "", environment: str = "", choices: str = ""
) -> Any:
    return SharedOption(names, help, metavar or choices, environment, choices)


class Options:
    """What was given with them; ``None`` or False for what was not."""

    json: bool = _flag("--json", help="Print JSON.")
    workspace: str | None = _text(
        "--workspace",
        "-w",
        metavar="NAME|ID",
        environment="CLOCKIFY_WORKSPACE",
        help="Use this workspace instead of the active one.",
    )
    connection: str | None = _text(
        "--connection",
        metavar="ID",
        environment="CLOCKIFY_CONNECTION",
        help="Use this connection of the gateway.",
    )
    profile: str | None = _text(
        "--profile",
        metavar="NAME",
        environment="CLOCKIFY_PROFILE",
        help="Use this profile (a section of the config file).",
    )
    sandbox: bool = _flag(
        "--sandbox",
        environment="CLOCKIFY_SANDBOX=1",
        help="Use the embedded gateway instead of the network.",
    )
    verbose: bool = _flag("--verbose", "-v", help="Log each request on stderr.")
    quiet: bool = _flag("--quiet", "-q", help="No notices; lists print IDs only, one per line.")
    no_input: bool = _flag("--no-input", help="Never prompt.")
    yes: bool = _flag("--yes", "-y", help="Answer yes to all questions.")
    no_queue: bool = _flag(
        "--no-queue", environment="CI", help="Fail rather than queue a change while offline."
    )
    refresh: bool = _flag(
        "--refresh", help="Renew cached names, user and settings, and ask the service."
    )
    tz: str | None = _text(
        "--tz", metavar="ZONE", environment="TZ", help="Time zone of typed and shown times."
    )
    color: str | None = _text(
        "--color",
        choices="auto|always|never",
        environment="NO_COLOR, FORCE_COLOR",
        help="Colour on the terminal.",
    )

    def __init__(self, **given: Any) -> None:
        for option in SHARED:
            setattr(self, option.field, given.get(option.field, None if option.metavar else False))


SHARED: tuple[SharedOption, ...] = tuple(
    value for value in vars(Options).values() if isinstance(value, SharedOption)
)
