"""The commands by name: which module each lives in and what it is for, in the order of help.

Reading this costs nothing: the overview and the completion need no command to be imported.
"""

from __future__ import annotations

from typing import NamedTuple


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
        Row("start", "start", "Start a timer; one that runs is stopped."),
        Row("stop", "stop", "Stop the running timer."),
        Row("status", "status", "Show what is running."),
        Row("continue", "continue_", "Start a timer like the last entry, or another one."),
        Row("resume", "resume", "Go on with what ran before the break, or last."),
        Row("switch", "switch", "Stop the running timer and start another like it."),
        Row("break", "break_", "Stop the running timer and start a break."),
        Row("discard", "discard", "Drop the running timer."),
        Row("run", "run", "Track a command while it runs and pass its exit code through."),
    ),
    "Time entries": (
        Row("log", "log", "Record finished time."),
        Row("entries", "entries", "List, show and delete time entries."),
        Row("edit", "edit", "Change entries, or a whole day as text."),
        Row("apply", "apply", "Apply a day written as text."),
        Row("split", "split", "Split an entry in two."),
        Row("join", "join", "Join entries into one."),
        Row("extend", "extend", "Make an entry longer."),
        Row("shorten", "shorten", "Make an entry shorter."),
        Row("move", "move", "Move an entry to another time."),
        Row("undo", "undo", "Undo the last change."),
        Row("redo", "redo", "Redo what the last undo took back."),
        Row("mark-invoiced", "mark_invoiced", "Mark entries as invoiced."),
    ),
    "Reports and checks": (
        Row("report", "report", "Sum time by project, client, tag, day and more."),
        Row("goal", "goal", "Show how far the day's and the week's goals are reached."),
        Row("gaps", "gaps", "Show working hours that no entry covers."),
        Row("check", "check", "Check entries against rules, for cron, hooks and CI."),
        Row("standup", "standup", "Write yesterday and today as Markdown."),
        Row("export", "export", "Write entries as CSV, JSON, JSONL or a calendar."),
        Row("import", "import_", "Read entries from other programs' files."),
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
    "Sign-in and set-up": (
        Row("auth", "auth", "Sign in, sign out, show the sign-in."),
        Row("connections", "connections", "Manage the gateway's connections to Clockify."),
        Row("config", "config", "Show and change settings."),
        Row("doctor", "doctor", "Find what is wrong and the command that mends it."),
        Row("sandbox", "sandbox", "The embedded gateway: serve, seed, reset."),
    ),
    "Queue and tools": (
        Row("queue", "queue", "Show and manage pending changes."),
        Row("sync", "sync", "Deliver pending changes now."),
        Row("budget", "budget", "Show the requests made this hour."),
        Row("when", "when", "Explain a time that you type."),
        Row("prompt", "prompt", "Print the running timer for a shell prompt; no request."),
        Row("api", "api", "Send any request to the API."),
        Row("completion", "completion", "Print the completion script of a shell."),
    ),
}

ROWS: dict[str, Row] = {row.name: row for rows in SECTIONS.values() for row in rows}

USAGE = "Usage: clockify COMMAND [ARGUMENTS] [OPTIONS]"
SUMMARY = "The Clockify time tracker for the terminal."
SHARED = (
    ("--json", "one JSON document on stdout"),
    ("-w, --workspace NAME|ID", "instead of the active workspace"),
    ("--connection ID", "the gateway connection to use"),
    ("--profile NAME", "a section of the config file"),
    ("--sandbox", "the embedded gateway instead of the network"),
    ("-v, --verbose", "a line a request on stderr"),
    ("-q, --quiet", "no notices; lists print IDs only"),
    ("--no-input", "never prompt"),
    ("--color auto|always|never", "colour on the terminal"),
    ("--tz ZONE", "the zone of typed and shown times"),
    ("--refresh", "renew the cached names, user and settings"),
    ("--no-queue", "fail instead of queueing while the network is away"),
    ("-h, --help", "help on the tool or on a command"),
)
FIRST_STEPS = (
    'clockify --sandbox start "First try"',
    'clockify start "Review" -p Acme -t dev',
    'clockify log 9:00-10:30 "Team meeting" -p Acme',
    "clockify report week --by project,day",
)


def overview(width: int) -> str:
    """Return the help of the whole tool, for a terminal of ``width`` columns."""
    import textwrap

    lines = [*textwrap.wrap(USAGE, width, subsequent_indent="  "), "", SUMMARY]
    tables = [(name, [(row.name, row.summary) for row in rows]) for name, rows in SECTIONS.items()]
    for title, rows in [*tables, ("Options that every command takes", list(SHARED))]:
        lines += ["", f"{title}:"]
        indent = 2 + (max(len(name) for name, _ in rows) if width >= 60 else 2) + 2
        for name, text in rows:
            if len(name) + 4 > indent:
                lines.append(f"  {name}")
                name = ""
            lines += textwrap.wrap(
                text,
                max(20, width),
                initial_indent=f"  {name}".ljust(indent),
                subsequent_indent=" " * indent,
            )
    lines += ["", "Examples:", *(f"  {line}" for line in FIRST_STEPS)]
    lines += ["", "'clockify COMMAND --help' tells everything about a command."]
    return "\n".join(lines) + "\n"
