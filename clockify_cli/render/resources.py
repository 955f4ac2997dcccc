"""Projects, clients, tags, tasks, users, workspaces and connections: lists, and one in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clockify_cli.render.names import dot
from clockify_cli.render.style import Line, Look, Span, joined
from clockify_cli.render.tables import Cell, Column, table

Thing = Mapping[str, Any]
_STATUS = {"ACTIVE": "green", "PENDING": "yellow", "FAILED": "red", "INACTIVE": "dim"}


def details(pairs: Iterable[tuple[str, Cell]], look: Look) -> str:
    """Return ``pairs`` one below the other, empty ones left out, long values broken to fit."""
    lines = [
        (name if isinstance(name, str) else str(name), v if isinstance(v, Line) else Line(v))
        for name, v in pairs
    ]
    lines = [(name, value) for name, value in lines if value.plain.strip()]
    label = max((Line(name).width for name, _ in lines), default=0)
    label = min(label, max(4, look.width // 3))
    out: list[Line] = []
    for name, value in lines:
        head = Line(Span(name, "dim")).cut(label).pad(label + 2)
        for number, part in enumerate(value.wrap(max(1, look.width - label - 2))):
            out.append(Line(head if not number else " " * (label + 2), part))
    return "\n".join(line.text(look) for line in out)


def thing_line(thing: Thing, look: Look) -> str:
    """Return a project, client, tag, task or workspace on one line; its ID if there is room."""
    client = _text(thing, "clientName")
    name = Line(
        dot(thing["color"], look) if thing.get("color") else None,
        Span(f"{client}/", "dim") if client else None,
        _name(thing),
    )
    done = "done" if thing.get("status") == "DONE" else ""
    away = "archived" if thing.get("archived") else done
    told = joined([name, Line(Span(away, "yellow"))])
    whole = joined([told, _dim_id(thing)])
    return (whole if whole.width <= look.width else told).text(look)


def projects_table(projects: Sequence[Thing], look: Look) -> str:
    """Return a list of projects: name, client, what is special about them, ID."""
    return table(
        [
            Column[Thing](
                "Project", lambda p: Line(dot(p.get("color"), look), _name(p)), 0, 14, ratio=3
            ),
            Column[Thing]("Client", lambda p: _text(p, "clientName"), 1, 8, ratio=2),
            Column[Thing]("$", lambda p: "$" if p.get("billable") else "", 3, style="green"),
            Column[Thing]("Tracked", lambda p: _tracked(p.get("duration")), 4, justify="right"),
            Column[Thing]("", _project_marks, 3, style="yellow"),
            _id(),
        ],
        projects,
        look,
        empty="No projects.",
    )


def project_details(project: Thing, look: Look) -> str:
    """Return one project in full."""
    color = _text(project, "color")
    return details(
        [
            ("Project", _name(project)),
            ("Client", _text(project, "clientName") or _text(project, "clientId")),
            ("Color", Line(dot(color, look), color) if color else ""),
            ("Billable", _yes(project, "billable")),
            ("Public", _yes(project, "public")),
            ("Archived", _yes(project, "archived")),
            ("Estimate", _tracked((project.get("estimate") or {}).get("estimate"))),
            ("Tracked", _tracked(project.get("duration"))),
            ("Note", _text(project, "note")),
            ("ID", _dim_id(project)),
        ],
        look,
    )


def clients_table(clients: Sequence[Thing], look: Look) -> str:
    """Return a list of clients."""
    return table(
        [
            Column[Thing]("Client", _name, 0, 12, ratio=3),
            Column[Thing]("Email", lambda c: _text(c, "email"), 3, 10, ratio=2),
            Column[Thing]("Note", lambda c: _text(c, "note"), 4, 10, ratio=2),
            _archived(),
            _id(),
        ],
        clients,
        look,
        empty="No clients.",
    )


def client_details(client: Thing, look: Look) -> str:
    """Return one client in full."""
    return details(
        [
            ("Client", _name(client)),
            ("Email", _text(client, "email")),
            ("Copies to", ", ".join(map(str, client.get("ccEmails") or []))),
            ("Address", _text(client, "address")),
            ("Note", _text(client, "note")),
            ("Currency", _text(client, "currencyCode")),
            ("Archived", _yes(client, "archived")),
            ("ID", _dim_id(client)),
        ],
        look,
    )


def tags_table(tags: Sequence[Thing], look: Look) -> str:
    """Return a list of tags."""
    columns = [Column[Thing]("Tag", _name, 0, 12, ratio=1), _archived(), _id()]
    return table(columns, tags, look, empty="No tags.")


def tag_details(tag: Thing, look: Look) -> str:
    """Return one tag in full."""
    pairs: list[tuple[str, Cell]] = [
        ("Tag", _name(tag)),
        ("Archived", _yes(tag, "archived")),
        ("ID", _dim_id(tag)),
    ]
    return details(pairs, look)


def tasks_table(
    tasks: Sequence[Thing], look: Look, *, people: Mapping[str, str] | None = None
) -> str:
    """Return a list of tasks; ``people`` are the names of users by ID, as far as known."""
    return table(
        [
            Column[Thing]("Task", _name, 0, 14, ratio=3),
            Column[Thing]("Status", _task_status, 1),
            Column[Thing]("Estimate", lambda t: _tracked(t.get("estimate")), 3, justify="right"),
            Column[Thing]("Tracked", lambda t: _tracked(t.get("duration")), 4, justify="right"),
            Column[Thing]("$", lambda t: "$" if t.get("billable") else "", 4, style="green"),
            Column[Thing]("Assignees", lambda t: _people(t, people), 5, 8, ratio=2),
            _id(),
        ],
        tasks,
        look,
        empty="No tasks.",
    )


def task_details(
    task: Thing, look: Look, *, project: str = "", people: Mapping[str, str] | None = None
) -> str:
    """Return one task in full; ``project`` is the name of its project."""
    return details(
        [
            ("Task", _name(task)),
            ("Project", project or _text(task, "projectId")),
            ("Status", _task_status(task)),
            ("Estimate", _tracked(task.get("estimate"))),
            ("Tracked", _tracked(task.get("duration"))),
            ("Billable", _yes(task, "billable")),
            ("Assignees", _people(task, people)),
            ("ID", _dim_id(task)),
        ],
        look,
    )


def users_table(users: Sequence[Thing], look: Look, *, me: str = "") -> str:
    """Return a list of users; ``me`` is the ID of the one who is signed in."""
    return table(
        [
            Column[Thing]("User", lambda u: Line(_name(u), _you(u, me)), 0, 12, ratio=2),
            Column[Thing]("Email", lambda u: _text(u, "email"), 1, 14, ratio=2),
            Column[Thing]("Status", lambda u: _status(u.get("status")), 4),
            _id(),
        ],
        users,
        look,
        empty="No users.",
    )


def user_details(user: Thing, look: Look, *, workspace: str = "") -> str:
    """Return one user in full; ``workspace`` is the name of their active workspace."""
    settings = user.get("settings") or {}
    return details(
        [
            ("User", _name(user)),
            ("Email", _text(user, "email")),
            ("Status", _status(user.get("status"))),
            ("Workspace", workspace or _text(user, "activeWorkspace")),
            ("Time zone", _text(settings, "timeZone")),
            ("Week start", _text(settings, "weekStart").capitalize()),
            ("ID", _dim_id(user)),
        ],
        look,
    )


def workspaces_table(workspaces: Sequence[Thing], look: Look, *, active: str = "") -> str:
    """Return a list of workspaces; the one whose ID is ``active`` is marked."""
    return table(
        [
            Column[Thing](
                "", lambda w: "*" if active and w.get("id") == active else "", 1, style="green"
            ),
            Column[Thing]("Workspace", _name, 0, 12, ratio=1),
            Column[Thing]("Plan", lambda w: _text(w, "featureSubscriptionType").lower(), 3),
            _id(),
        ],
        workspaces,
        look,
        empty="No workspaces.",
    )


def workspace_details(workspace: Thing, look: Look, *, active: bool = False) -> str:
    """Return one workspace in full, with the fields that it demands of an entry."""
    settings = workspace.get("workspaceSettings") or {}
    forced = {
        "forceProjects": "project",
        "forceTasks": "task",
        "forceTags": "tags",
        "forceDescription": "description",
    }
    return details(
        [
            ("Workspace", _name(workspace)),
            ("Active", "yes" if active else ""),
            ("Plan", _text(workspace, "featureSubscriptionType").lower()),
            ("Required", ", ".join(v for k, v in forced.items() if settings.get(k))),
            ("ID", _dim_id(workspace)),
        ],
        look,
    )


def connections_table(connections: Sequence[Thing], look: Look, *, used: str = "") -> str:
    """Return the gateway's connections; the one whose ID is ``used`` is marked."""
    return table(
        [
            Column[Thing](
                "",
                lambda c: "*" if used and c.get("connection_id") == used else "",
                1,
                style="green",
            ),
            Column[Thing]("Connection", lambda c: _text(c, "connection_id"), 0, 8, ratio=2),
            Column[Thing]("Status", lambda c: _status(c.get("status")), 0),
            Column[Thing]("Account", _connected_account, 2, 10, ratio=2),
            Column[Thing]("Method", lambda c: _text(c, "method"), 4),
            Column[Thing]("Created", lambda c: _stamp(c.get("creation_time"), look), 2),
            Column[Thing]("Finish at", _finish_at, 3, 16, ratio=3),
        ],
        connections,
        look,
        empty="No connections.",
    )


def connection_details(connection: Thing, look: Look) -> str:
    """Return one connection in full."""
    return details(
        [
            ("Connection", _text(connection, "connection_id")),
            ("Status", _status(connection.get("status"))),
            ("Created", _stamp(connection.get("creation_time"), look)),
            ("Updated", _stamp(connection.get("last_updated_time"), look)),
            ("Method", _text(connection, "method")),
            ("Account", _connected_account(connection)),
            ("Finish at", _finish_at(connection)),
        ],
        look,
    )


def _connected_account(connection: Thing) -> str:
    """Return what the gateway tells of the account behind a connection."""
    about = connection.get("metadata")
    if not isinstance(about, dict):
        return ""
    return ", ".join(str(v) for v in about.values() if isinstance(v, (str, int)) and v is not True)


def _finish_at(connection: Thing) -> str:
    """Return where a connection's sign-in is finished; an active one needs none."""
    return "" if connection.get("status") == "ACTIVE" else _text(connection, "url")


def _id() -> Column[Thing]:
    return Column("ID", lambda thing: _text(thing, "id"), 2, style="dim")


def _archived() -> Column[Thing]:
    return Column("", lambda t: "archived" if t.get("archived") else "", 1, style="yellow")


def _text(thing: Thing, key: str) -> str:
    value = thing.get(key)
    return "" if value is None else str(value)


def _name(thing: Thing) -> str:
    return _text(thing, "name") or _text(thing, "email") or "(no name)"


def _dim_id(thing: Thing) -> Line:
    return Line(Span(_text(thing, "id"), "dim"))


def _yes(thing: Thing, key: str) -> str:
    return "" if thing.get(key) is None else "yes" if thing[key] else "no"


def _project_marks(project: Thing) -> str:
    marks = ["archived"] * bool(project.get("archived")) + ["public"] * bool(project.get("public"))
    return " ".join(marks)


def _task_status(task: Thing) -> Line:
    status = _text(task, "status")
    return Line(Span(status.lower(), "dim" if status == "DONE" else _STATUS.get(status, "")))


def _status(status: object) -> Line:
    text = "" if status is None else str(status)
    return Line(Span(text.lower(), _STATUS.get(text, "")))


def _people(task: Thing, people: Mapping[str, str] | None) -> str:
    return ", ".join((people or {}).get(str(u), str(u)) for u in task.get("assigneeIds") or [])


def _you(user: Thing, me: str) -> Span | None:
    return Span(" (you)", "dim") if me and user.get("id") == me else None


def _tracked(duration: object) -> str:
    """Write the API's ``PT1H30M`` as ``1h 30m``; nothing for none, other text as it is."""
    import re

    from clockify_cli.render.durations import short_duration

    text = str(duration or "")
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?", text)
    if found is None or text == "PT":
        return text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return short_duration(total) if total else ""


def _stamp(value: object, look: Look) -> str:
    """Write a timestamp of the control plane in the look's zone; unreadable text as it is."""
    try:
        moment = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return str(value or "")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return f"{look.local(moment):%Y-%m-%d %H:%M}"
