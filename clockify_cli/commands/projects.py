"""``clockify projects``: the workspace's projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from clockify_cli.commands import resources
from clockify_cli.commands.shape import NounApp
from clockify_cli.commands.verbs import Noun
from clockify_cli.core.model import Json, is_entity_id
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import PROJECT
from clockify_cli.session import Run

app = NounApp("The workspace's projects.")

TERMINAL = ("auto", "always", "never")  # --color of every command; here it is the project's too

Client = Annotated[
    str | None,
    typer.Option(
        "--client", "-c", metavar="CLIENT", help="Client; '' for none.", show_default=False
    ),
]
Billable = Annotated[
    bool | None,
    typer.Option(
        "--billable/--no-billable", help="Make its time billable or not.", show_default=False
    ),
]
Public = Annotated[
    bool | None,
    typer.Option(
        "--public/--private",
        help="Make it visible to the whole workspace or not.",
        show_default=False,
    ),
]
Color = Annotated[
    list[str] | None,
    typer.Option(
        "--color",
        metavar="COLOR",
        help="#rrggbb, #rgb, or red, blue, teal …; auto, always and never are the terminal's.",
        show_default=False,
    ),
]
OnlyClient = Annotated[
    str | None,
    typer.Option(
        "--client",
        "-c",
        metavar="CLIENT",
        help="Show only this client's projects.",
        show_default=False,
    ),
]


def _client_id(run: Run, text: str) -> str:
    """Return the ID of a client; an ID needs no list."""
    return text.strip() if is_entity_id(text.strip()) else str(run.names.client(text)["id"])


def _typed(
    run: Run,
    name: str | None,
    *,
    client: str | None,
    billable: bool | None,
    public: bool | None,
    color: Sequence[str] | None,
    note: str | None,
    archived: bool | None,
) -> Json:
    """Return the fields that were typed, as they are read; the client is looked up last."""
    chosen = None
    for word in color or ():
        if word in TERMINAL:
            run.options.color = word
        else:
            chosen = fields.checked_color(word)
    typed = resources.named(
        name=None if name is None else fields.checked_name(PROJECT, name),
        clientId=client,
        billable=billable,
        public=public,
        color=chosen,
        note=None if note is None else fields.checked_text(PROJECT, "note", note),
        archived=archived,
    )
    if client:
        typed["clientId"] = _client_id(run, client)
    return typed


def _asked(run: Run, *, client: str | None) -> Json | None:
    return None if client is None else {"clients": _client_id(run, client)}


def _table(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import projects_table

    return projects_table(found, run.line_look)


def _details(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import project_details

    return project_details(found, run.look)


Noun(
    app,
    PROJECT,
    fields={
        "client": (Client, None),
        "billable": (Billable, None),
        "public": (Public, None),
        "color": (Color, None),
        "note": (resources.Note, None),
        "archived": (resources.Archived, None),
    },
    typed=_typed,
    table=_table,
    details=_details,
    filters={"client": (OnlyClient, None)},
    asked=_asked,
).add_verbs(
    {
        "list": (
            "List the active projects.",
            "clockify projects",
            "clockify projects --client Acme",
            "clockify projects list --all --name web --json",
        ),
        "show": (
            "Show a project in full.",
            "clockify projects show Website",
            "clockify projects show Acme/Website",
        ),
        "create": (
            "Create a project.",
            "clockify projects create Website",
            "clockify projects create Website --client Acme --billable --color teal",
        ),
        "update": (
            "Edit a project.\n\nOnly the given fields change.",
            "clockify projects update Website --client 'Acme Ltd' --no-billable",
            "clockify projects update Acme/Website --name 'Web site' --color '#03A9F4'",
        ),
        "rename": (
            "Rename a project; nothing else changes.",
            "clockify projects rename Website 'Web site'",
        ),
        "archive": (
            "Archive projects.\n\nTheir time stays; they are no longer suggested.",
            "clockify projects archive Website 'Old shop'",
        ),
        "unarchive": (
            "Unarchive projects.",
            "clockify projects unarchive Website",
        ),
        "delete": (
            "Delete projects permanently.\n\n"
            "Their tasks are deleted too; time entries are left without a project. Clockify "
            "deletes only archived "
            "ones: --archive does both steps.",
            "clockify projects delete 'Old shop'",
            "clockify projects delete Website --archive --yes",
        ),
    }
)
