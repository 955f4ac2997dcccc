"""The options that several commands share, as annotated types."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

_ENTRY = "ID, @1 (a row of the last list), @last, @running."
_RANGE = "today, week, last-month, 2026-11-02..2026-11-06 …"

Words = Annotated[list[str] | None, Argument(metavar="[DESCRIPTION]…", show_default=False)]
Project = Annotated[
    str | None,
    Option("--project", "-p", metavar="PROJECT", help="Project name, Client/Project or ID."),
]
Task = Annotated[str | None, Option("--task", "-k", metavar="TASK", help="Task in the project.")]
Tags = Annotated[
    list[str] | None, Option("--tag", "-t", metavar="TAG", help="Tag (repeatable, or a,b).")
]
Billable = Annotated[
    bool | None,
    Option(
        "--billable/--no-billable",
        help="Make it billable or not (default: as the project).",
        show_default=False,
    ),
]
Interactive = Annotated[
    bool | None,
    Option(
        "--interactive/--no-interactive",
        "-i",
        help="Choose missing parts from a menu.",
        show_default=False,
    ),
]
At = Annotated[
    str,
    Option("--at", metavar="WHEN", help="Time to use: 9:00, -10m, 'yesterday 17:30'."),
]
AllowFuture = Annotated[bool, Option("--allow-future", help="Accept a time in the future.")]
User = Annotated[
    str | None, Option("--user", "-u", metavar="USER", help="Another user, by name, e-mail or ID.")
]
Entries = Annotated[list[str], Argument(metavar="ENTRY…", help=_ENTRY, show_default=False)]
Entry = Annotated[str, Argument(metavar="ENTRY", help=_ENTRY, show_default=False)]
Length = Annotated[list[str], Argument(metavar="DURATION…", help="15m, 1h30m, 1:30 …")]
Range = Annotated[list[str] | None, Argument(metavar="[RANGE]", help=_RANGE, show_default=False)]
Since = Annotated[
    str | None, Option("--since", "--from", metavar="DAY", help="First day of the range.")
]
Until = Annotated[
    str | None, Option("--until", "--to", metavar="DAY", help="Last day of the range.")
]
Limit = Annotated[int | None, Option("--limit", min=1, metavar="N", help="Show at most N.")]
