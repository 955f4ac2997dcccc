"""``clockify tags``: the workspace's tags."""

from __future__ import annotations

from typing import Any

from clockify_cli.commands import resources
from clockify_cli.commands.shape import NounApp
from clockify_cli.commands.verbs import Noun
from clockify_cli.core.model import Json
from clockify_cli.resources import fields
from clockify_cli.resources.kinds import TAG
from clockify_cli.session import Run

app = NounApp("The workspace's tags.")


def _typed(run: Run, name: str | None, *, archived: bool | None) -> Json:
    return resources.named(
        name=None if name is None else fields.checked_name(TAG, name), archived=archived
    )


def _table(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import tags_table

    return tags_table(found, run.line_look)


def _details(run: Run, found: Any) -> str:
    from clockify_cli.render.resources import tag_details

    return tag_details(found, run.look)


Noun(
    app,
    TAG,
    fields={"archived": (resources.Archived, None)},
    typed=_typed,
    table=_table,
    details=_details,
).add_verbs(
    {
        "list": ("List the active tags.", "clockify tags", "clockify tags --name dev --json"),
        "show": ("Show a tag.", "clockify tags show dev"),
        "create": ("Create a tag.", "clockify tags create 'on-call'"),
        "update": (
            "Rename a tag; an archived one stays archived.",
            "clockify tags update dev --name engineering",
        ),
        "rename": (
            "Rename a tag; nothing else changes.",
            "clockify tags rename dev engineering",
        ),
        "archive": (
            "Archive tags.\n\nEntries keep them; they are no longer suggested.",
            "clockify tags archive dev review",
        ),
        "unarchive": ("Unarchive tags.", "clockify tags unarchive dev"),
        "delete": (
            "Delete tags permanently.\n\n"
            "Works for active and archived tags. They are removed from time entries.",
            "clockify tags delete dev",
            "clockify tags delete dev review --yes",
        ),
    }
)
