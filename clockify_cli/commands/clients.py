"""``clockify clients``: the workspace's clients."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands import resources
from clockify_cli.commands.shape import NounApp
from clockify_cli.commands.verbs import Noun
from clockify_cli.core.model import Json
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import CLIENT
from clockify_cli.session import Run

app = NounApp("The workspace's clients.")

Address = Annotated[
    str | None,
    typer.Option("--address", metavar="TEXT", help="Address; '' clears it.", show_default=False),
]
Email = Annotated[
    str | None,
    typer.Option("--email", metavar="EMAIL", help="E-mail; '' clears it.", show_default=False),
]


def _typed(
    run: Run,
    name: str | None,
    *,
    address: str | None,
    note: str | None,
    email: str | None,
    archived: bool | None,
) -> Json:
    return resources.named(
        name=None if name is None else fields.checked_name(CLIENT, name),
        address=None if address is None else fields.checked_text(CLIENT, "address", address),
        note=None if note is None else fields.checked_text(CLIENT, "note", note),
        email=None if email is None else fields.checked_email(email),
        archived=archived,
    )


def _table(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import clients_table

    return clients_table(found, run.line_look)


def _details(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import client_details

    return client_details(found, run.look)


Noun(
    app,
    CLIENT,
    fields={
        "address": (Address, None),
        "note": (resources.Note, None),
        "email": (Email, None),
        "archived": (resources.Archived, None),
    },
    typed=_typed,
    table=_table,
    details=_details,
).add_verbs(
    {
        "list": (
            "List the active clients.",
            "clockify clients",
            "clockify clients --archived --json",
        ),
        "show": ("Show a client in full.", "clockify clients show Acme"),
        "create": (
            "Create a client.",
            "clockify clients create Acme",
            "clockify clients create Acme --email billing@acme.example --note 'Net 30'",
        ),
        "update": (
            "Edit a client.\n\nOnly the given fields change.",
            "clockify clients update Acme --name 'Acme Ltd'",
            "clockify clients update Acme --email '' --note ''",
        ),
        "rename": (
            "Rename a client; nothing else changes.",
            "clockify clients rename Acme 'Acme Ltd'",
        ),
        "archive": (
            "Archive clients.\n\nThey keep their projects and are no longer suggested.",
            "clockify clients archive Acme",
        ),
        "unarchive": ("Unarchive clients.", "clockify clients unarchive Acme"),
        "delete": (
            "Delete clients permanently.\n\n"
            "Their projects are left without a client. Clockify deletes only archived ones: "
            "--archive does both "
            "steps.",
            "clockify clients delete Acme",
            "clockify clients delete Acme --archive --yes",
        ),
    }
)
