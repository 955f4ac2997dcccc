"""The commands by name: which module each lives in, what it is for, and what else it is called.

Reading this costs nothing: the overview and the completion need no command to be imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from clockify_cli.core.options import SHARED, SharedOption


class Row(NamedTuple):
    """One command.

    Attributes:
        name: As it is typed.
        module: The module of ``clockify_cli.commands`` that holds its ``app``.
        summary: What it is for, in one line.
    """

    name: str
    module: str
    summary: str


SECTIONS: dict[str, tuple[Row, ...]] = {
    "Timer": (
        Row("start", "start", "Start a timer, stopping the one that's running."),
        Row("stop", "stop", "Stop the running timer."),
        Row("status", "status", "Show the running timer."),
        Row("continue", "continue_", "Start a timer like the last work, or a given entry."),
        Row("resume", "resume", "Resume what you were doing before the break."),
        Row("toggle", "toggle", "Stop the running timer, or continue the last work."),
        Row("switch", "switch", "Stop the running timer and start another like it."),
        Row("break", "break_", "Stop the running timer and start a break."),
        Row("discard", "discard", "Discard the running timer."),
        Row("run", "run", "Track a command while it runs; its exit code is passed through."),
    ),
    "Entries": (
        Row("log", "log", "Record finished time."),
        Row("entries", "entries", "List, show and delete time entries."),
        Row("edit", "edit", "Edit entries, or a whole day as text."),
        Row("apply", "apply", "Apply a day written as text."),
        Row("split", "split", "Split an entry in two."),
        Row("join", "join", "Join entries into one."),
        Row("extend", "extend", "Make an entry longer."),
        Row("shorten", "shorten", "Make an entry shorter."),
        Row("move", "move", "Move an entry to another time."),
        Row("undo", "undo", "Undo the last change."),
        Row("redo", "redo", "Redo the last undone change."),
        Row("mark-invoiced", "mark_invoiced", "Mark entries as invoiced."),
    ),
    "Reports": (
        Row("report", "report", "Sum time by project, client, tag, day and more."),
        Row("goal", "goal", "Show progress towards your daily and weekly goals."),
        Row("gaps", "gaps", "Show working hours that no entry covers."),
        Row("check", "check", "Check entries against rules, for cron, hooks and CI."),
        Row("standup", "standup", "Print yesterday and today as Markdown."),
        Row("export", "export", "Export entries as CSV, JSON, JSONL or a calendar."),
        Row("import", "import_", "Import entries from other programs' files."),
    ),
    "Workspace": (
        Row("workspaces", "workspaces", "List, show, choose and create workspaces."),
        Row("projects", "projects", "Manage projects."),
        Row("clients", "clients", "Manage clients."),
        Row("tags", "tags", "Manage tags."),
        Row("tasks", "tasks", "Manage the tasks of projects."),
        Row("users", "users", "List and show the workspace's users."),
        Row("me", "me", "Show who is signed in."),
    ),
    "Set-up": (
        Row("auth", "auth", "Sign in, sign out, show who is signed in."),
        Row("connections", "connections", "Manage the gateway's connections to Clockify."),
        Row("config", "config", "Show and change settings."),
        Row("doctor", "doctor", "Diagnose problems and show how to fix them."),
        Row("sandbox", "sandbox", "The embedded gateway: serve, seed, reset."),
    ),
    "Tools": (
        Row("queue", "queue", "Show, retry or discard pending changes."),
        Row("sync", "sync", "Send pending changes now."),
        Row("budget", "budget", "Show the requests made this hour."),
        Row("when", "when", "Explain how a time is understood."),
        Row("prompt", "prompt", "Print the running timer for a shell prompt."),
        Row("api", "api", "Send any request to the API."),
        Row("completion", "completion", "Print a shell's completion script."),
    ),
}

ROWS: dict[str, Row] = {row.name: row for rows in SECTIONS.values() for row in rows}
DAILY = ("start", "stop", "status", "log", "continue", "entries", "edit", "report", "undo")

# Words of other tools that mean exactly ours: they run, and only 'help aliases' shows them.
ALIASES: dict[str, tuple[str, ...]] = {
    "in": ("start",),
    "out": ("stop",),
    "st": ("status",),
    "ls": ("entries",),
    "rm": ("entries", "delete"),
    "delete": ("entries", "delete"),
    "restart": ("continue",),
    "clone": ("continue",),
    "cancel": ("discard",),
    "pause": ("break",),
    "login": ("auth", "login"),
    "logout": ("auth", "logout"),
}
# Words of other tools that mean something close to ours: the error names it.
ELSEWHERE: dict[str, str] = {
    "list": "entries",
    "today": "entries",
    "begin": "start",
    "track": "start",
    "end": "stop",
    "add": "log",
    "manual": "log",
    "drop": "discard",
    "current": "status",
    "show": "status",
    "summary": "report",
    "week": "report",
    "timeline": "report",
    "version": "--version",
    "annotate": "edit",
    "tag": "edit",
}
# Commands to come: an alias of one's own must not take their names.
PLANNED = ("fill", "schema", "mcp", "skill")
BARE = "status"  # what clockify alone stands for

USAGE = "Usage: clockify [COMMAND] [ARGUMENTS] [OPTIONS]"
SUMMARY = "The Clockify time tracker for the terminal."
FIRST_STEPS = (
    'clockify --sandbox start "First try"',
    'clockify start "Review" -p Acme -t dev',
    'clockify log 9:00-10:30 "Team meeting" -p Acme',
    "clockify report week --by project,day",
)
TOPICS = ("commands", "options", "aliases")


def overview(width: int, own: dict[str, str]) -> str:
    """Return the help of the whole tool; it fits a terminal of 24 lines.

    Args:
        width: The terminal's columns.
        own: The user's own aliases, each with what it stands for.
    """
    lines = [
        *wrapped(USAGE, width, "  "),
        *wrapped(f"{SUMMARY} With no command, shows the {BARE}.", width),
        "",
        *table([(name, ROWS[name].summary) for name in DAILY], width),
        "",
    ]
    others = [
        (title, [row.name for row in rows if row.name not in DAILY])
        for title, rows in SECTIONS.items()
    ]
    rows = [(title, " ".join(names)) for title, names in others if names]
    if own:
        rows.append(("Aliases", " ".join(own)))
    lines += [*table(rows, width), ""]
    lines += wrapped(
        "Every command takes --json, --yes and more: clockify help options", width, "  "
    )
    lines += wrapped("More: clockify COMMAND --help, clockify help commands", width, "  ")
    if not own:
        lines += wrapped(f"To try it without an account: {FIRST_STEPS[0]}", width, "  ")
    return "\n".join(lines) + "\n"


def topic(name: str, width: int, own: dict[str, str]) -> str:
    """Return the help on all commands, the options of every command, or the aliases."""
    lines: list[str] = []
    if name == "commands":
        for title, rows in SECTIONS.items():
            lines += ["", f"{title}:", *table([(r.name, r.summary) for r in rows], width)]
        lines += ["", "Examples:", *(f"  {line}" for line in FIRST_STEPS)]
    elif name == "options":
        lines += wrapped("Every command takes these options, before its name or after it.", width)
        asked = [("-h, --help", "Show help."), ("-V, --version", "Print the version.")]
        lines += ["", *table([*map(option_row, SHARED), *asked], width)]
    else:
        lines += ["Words from other tools that work here:"]
        lines += ["", *table([(n, "clockify " + " ".join(w)) for n, w in ALIASES.items()], width)]
        lines += ["", "Your own:", ""]
        lines += table([(n, f"clockify {words}") for n, words in own.items()], width)
        lines += wrapped(
            "To add one: clockify config set alias.NAME 'WORDS…'", width, "  ", first="  "
        )
    return "\n".join(lines).strip("\n") + "\n"


def option_row(option: SharedOption) -> tuple[str, str]:
    """Return how a shared option is typed, and what it does."""
    names = ", ".join(sorted(option.names, key=len))
    meaning = option.help
    if option.environment:
        meaning += f" [{option.environment}]"
    return f"{names} {option.metavar}".rstrip(), meaning


def table(rows: Sequence[tuple[str, str]], width: int, longest: int = 26) -> list[str]:
    """Return names with their meanings: side by side, or one below the other if it is narrow."""
    fits = width >= 60
    column = max((len(n) for n, _ in rows if len(n) <= longest), default=0) if fits else 2
    indent = " " * (column + 4)
    lines: list[str] = []
    for name, text in rows:
        if len(name) > column:
            lines += wrapped(name, width, "    ", first="  ")
            name = ""
        lines += wrapped(text, width, indent, first=f"  {name}".ljust(len(indent)))
    return lines


def wrapped(text: str, width: int, indent: str = "", *, first: str = "") -> list[str]:
    """Return the lines of ``text``: broken between words alone, so that nothing is cut."""
    lines: list[str] = []
    line = first
    for word in text.split():
        if line.strip() and len(line) + (line[-1:] != " ") + len(word) > width:
            lines.append(line)
            line = indent
        line += word if not line or line.endswith(" ") else f" {word}"
    return [*lines, line.rstrip()]
