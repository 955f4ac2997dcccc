"""The verbs that projects, clients, tags and tasks share, made from a description of the noun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from clockify_cli.commands import options, resources
from clockify_cli.commands.parameters import REQUIRED, Parameters, set_parameters
from clockify_cli.commands.shape import NounApp, examples, run_of
from clockify_cli.core.model import Json
from clockify_cli.resources.kinds import Kind
from clockify_cli.resources.resource_list import ResourceList
from clockify_cli.session import Run

_NEW: Parameters = {
    "new": (Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)], None)
}
Verbs = Mapping[str, tuple[str, ...]]


class Noun:
    """What makes a noun's verbs its own.

    Args:
        app: Where the verbs go.
        kind: The kind of thing.
        fields: The options of ``create`` and ``update`` besides ``--name``.
        typed: Reads the name and those options; ``None`` is what was not given.
        table: Draws a list.
        details: Draws one thing in full.
        within: Options of every verb that say which list is meant (a task's project).
        open: Returns that list.
        filters: Options of ``list`` besides the usual ones.
        asked: Turns those into the filters of the API.
        away: The list's options for what is archived, for both, and the one of ``delete``.
    """

    def __init__(
        self,
        app: NounApp,
        kind: Kind,
        *,
        fields: Parameters,
        typed: Callable[..., Json],
        table: Callable[[Run, Any], str],
        details: Callable[[Run, Any], str],
        within: Parameters | None = None,
        open: Callable[..., ResourceList] | None = None,
        filters: Parameters | None = None,
        asked: Callable[..., Json | None] | None = None,
        away: tuple[Any, Any, Any] = (
            resources.ArchivedOnly,
            resources.Both,
            resources.Archive,
        ),
    ) -> None:
        self._app = app
        self._kind = kind
        self._fields = fields
        self._typed = typed
        self._table = table
        self._details = details
        self._within = within or {}
        self._open = open or (lambda run: resources.list_of(run, kind))
        self._filters = filters or {}
        self._asked = asked
        self._away = away

    def add_verbs(self, texts: Verbs) -> None:
        """Register the verbs.

        Args:
            texts: By verb: its help, then its examples. Archiving is called as the kind calls it.
        """
        away, back = self._kind.away_words[:2]
        acts: dict[str, Callable[..., None]] = {
            "list": self._list,
            "show": self._show,
            "create": self._create,
            "update": self._update,
            "edit": self._update,
            "rename": self._rename,
            away: self._archive,
            back: self._restore,
            "delete": self._delete,
        }
        one = {"text": (Annotated[str, resources.one(self._kind.noun)], REQUIRED)}
        many = {"texts": (Annotated[list[str], resources.several(self._kind.noun)], REQUIRED)}
        to_delete = {"both_steps": (self._away[2], False)} if self._kind.guarded else {}
        name = {"name": (resources.Name, None)}
        parameters: dict[str, Parameters] = {
            "list": {
                **self._within,
                "name": (resources.NamePart, ""),
                **self._filters,
                "away": (self._away[0], False),
                "both": (self._away[1], False),
                "limit": (options.Limit, None),
            },
            "show": {**one, **self._within},
            "create": {**_NEW, **self._within, **name, **self._fields},
            "update": {
                **one,
                **self._within,
                "name": (resources.NewName, None),
                **self._fields,
            },
            "rename": {**one, "new": (resources.NewNameWord, REQUIRED), **self._within},
            away: {**many, **self._within},
            back: {**many, **self._within},
            "delete": {**many, **self._within, **to_delete},
        }
        parameters["edit"] = parameters["update"]
        put_away = f"--{self._kind.away_words[2]}"
        for verb, (text, *lines) in {**texts, "edit": texts["update"]}.items():
            self._app.command(
                verb,
                hidden=verb == "edit",  # another name of update
                conflicts=[(put_away, "--all")] if verb == "list" else (),
                epilog=examples(*lines),
            )(_function(acts[verb], text, parameters[verb]))

    def _things(self, run: Run, given: dict[str, Any]) -> ResourceList:
        """Return the list that is meant, taking its options out of what was given."""
        return self._open(run, **{name: given.pop(name) for name in self._within})

    def _list(
        self, run: Run, *, name: str, away: bool, both: bool, limit: int | None, **given: Any
    ) -> None:
        things = self._things(run, given)
        filters = self._asked(run, **given) if self._asked else None
        found = things.items(away=None if both else away, name=name, filters=filters, limit=limit)
        resources.show_list(run, found, lambda: self._table(run, found))

    def _show(self, run: Run, *, text: str, **given: Any) -> None:
        found = self._things(run, given).show(text)
        resources.show_one(run, found, lambda: self._details(run, found))

    def _create(self, run: Run, *, new: str | None, name: str | None, **given: Any) -> None:
        named = resources.given_name(self._kind.noun, new, name)
        within = {option: given.pop(option) for option in self._within}
        wanted = self._typed(run, named, **given)
        resources.report(run, "Created", [self._open(run, **within).create(wanted)])

    def _update(self, run: Run, *, text: str, name: str | None, **given: Any) -> None:
        within = {option: given.pop(option) for option in self._within}
        changes = self._typed(run, name, **given)
        resources.report_update(run, self._open(run, **within), text, changes)

    def _rename(self, run: Run, *, text: str, new: str, **given: Any) -> None:
        resources.rename(run, self._things(run, given), text, new)

    def _archive(self, run: Run, *, texts: list[str], **given: Any) -> None:
        resources.archive(run, self._things(run, given), texts)

    def _restore(self, run: Run, *, texts: list[str], **given: Any) -> None:
        resources.restore(run, self._things(run, given), texts)

    def _delete(
        self, run: Run, *, texts: list[str], both_steps: bool = False, **given: Any
    ) -> None:
        things = self._things(run, given)
        resources.delete(run, things, texts, yes=run.options.yes, both_steps=both_steps)


def _function(act: Callable[..., None], text: str, parameters: Parameters) -> Callable[..., None]:
    """Return a function with these parameters, as Typer wants a command."""

    def verb(ctx: typer.Context, **given: Any) -> None:
        act(run_of(ctx), **given)

    verb.__doc__ = text
    set_parameters(verb, {"ctx": (typer.Context, REQUIRED), **parameters})
    return verb
