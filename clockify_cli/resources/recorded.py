"""Changes of projects, clients, tags and tasks in the journal, for undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clockify_cli.core.model import Json
from clockify_cli.journal.operation import DONE, THING, Draft
from clockify_cli.resources.kinds import CLIENT, PROJECT, TAG, TASK, Kind

if TYPE_CHECKING:
    from clockify_cli.journal.store import Journal

KINDS = {kind.plural: kind for kind in (PROJECT, CLIENT, TAG, TASK)}


class Recorder:
    """Notes what one command has done to things, as one change.

    Args:
        journal: Gives the journal.
        workspace: The workspace's ID.
        user: The user's ID.
    """

    def __init__(self, journal: Callable[[], Journal], workspace: str, user: str) -> None:
        self._journal = journal
        self._workspace = workspace
        self._user = user
        self.change: int | None = None  # the change that they are noted in
        self.verb = ""  # of the change, if that is more than the one thing
        self.label = ""
        self.key: str | None = None  # of the change: what it began before goes on
        self.undoes: int | None = None

    def note(
        self, kind: Kind, project: str, action: str, before: Json | None, after: Json | None
    ) -> None:
        """Note what has happened to a thing; whatever fails here, it has happened.

        Args:
            kind: What it is.
            project: The ID of a task's project.
            action: ``create``, ``update`` or ``delete``.
            before: The thing as it was.
            after: As it is.
        """
        thing = after or before or {}
        payload = {"list": kind.plural, "project": project, "action": action}
        draft = Draft(
            THING, self._workspace, self._user, str(thing.get("id")), payload, before, after
        )
        try:
            self._record(kind, action, thing, draft)
        except Exception:  # after Clockify's yes nothing fails
            self.change = None

    def _record(self, kind: Kind, action: str, thing: Json, draft: Draft) -> None:
        journal = self._journal()
        verb = self.verb or f"{kind.plural} {action}"
        if self.change is None and self.key is not None:
            self.change = journal.begun_under(self.key, self._workspace)
        if self.change is not None:
            journal.add(self.change, verb, draft, DONE)
            return
        label = self.label or kind.label(thing)
        [recorded] = journal.record(
            verb, label, [draft], state=DONE, key=self.key, undoes=self.undoes
        )
        self.change = recorded.change
