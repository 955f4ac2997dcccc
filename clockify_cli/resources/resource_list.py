"""One list of a workspace: show, create, change, archive and delete its items."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import (
    ClockifyError,
    ConflictError,
    NotFoundError,
    RefusedError,
    UnclearError,
)
from clockify_cli.core.model import Json, is_entity_id
from clockify_cli.core.naming import Thing, is_archived
from clockify_cli.gateway.client import PAGE_SIZE, Gateway
from clockify_cli.gateway.resources import checked, checked_list, item_path, list_path
from clockify_cli.resources.kinds import CLIENT, PROJECT, Kind
from clockify_cli.resources.refusals import name_taken, not_kept, still_active
from clockify_cli.store.names import Names

if TYPE_CHECKING:
    from clockify_cli.resources.recorded import Recorder


class ResourceList:
    """The projects, clients or tags of a workspace, or the tasks of a project.

    Args:
        kind: What stands on it.
        workspace: The workspace's ID.
        gateway: Gives the client when a request is due.
        names: The cache of names, which learns from everything done here.
        project: The project's ID, if the kind is a task.
        recorder: Notes what is done here, so that it can be undone.
    """

    def __init__(
        self,
        kind: Kind,
        workspace: str,
        gateway: Callable[[], Gateway],
        names: Names,
        *,
        project: str = "",
        recorder: Recorder | None = None,
    ) -> None:
        self._recorder = recorder
        self.kind = kind
        self.names = names
        self._workspace = workspace
        self._gateway = gateway
        self._project = project
        self._key = f"tasks-{project}" if project else kind.plural

    # -- reading ------------------------------------------------------------------------

    def items(
        self,
        *,
        away: bool | None = False,
        name: str = "",
        filters: Mapping[str, str] | None = None,
        limit: int | None = None,
    ) -> list[Json]:
        """Return what stands here, as the service sends it. One request a page.

        The cache of names learns from it. A list that the cache lacks is asked for whole where
        it is not filtered, so that the next command knows its names.

        Args:
            away: What was archived (archived, done) alone, or the rest alone; ``None`` for both.
            name: A part of the name, regardless of case.
            filters: More parameters of the list.
            limit: At most so many.
        """
        everything = not name and not filters and limit is None
        if everything and (away is None or self.names.is_due(self._key)):
            self.names.renew(self._key)
            found = self.names.whole(self._key) or []
            return [t for t in found if away is None or is_archived(t) == away]
        params: dict[str, str | bool] = {**(filters or {})}
        if name:
            params["name"] = name
        if away is not None:
            if self.kind.away[0] == "status":
                params["is-active"] = not away
            else:
                params["archived"] = away
        path = list_path(self._workspace, self.kind.plural, project=self._project)
        found = checked_list(list(self._gateway().pages(path, params, limit=limit)))
        gone = (lambda t: is_archived(t) == away) if everything else None
        self.names.learn(self._key, found, gone=gone)
        return found

    def show(self, text: str) -> Json:
        """Return one thing, as it is now. One request where its name is known.

        Raises:
            NotFoundError, AmbiguousError: The name fits nothing, or several.
        """
        return self._found(text, fresh=True, whole=False)

    def things(self, texts: Sequence[str]) -> list[Json]:
        """Return several things as they are now, each once, in as few requests as possible.

        They are about to be changed or removed: only IDs and whole names will do.
        """
        known, _ = self.names.known(self._key)
        pages = -(-len(known or ()) // PAGE_SIZE)
        if self.names.is_whole(self._key) and len(texts) > max(1, pages):
            self.names.renew(self._key)
        found = [self._found(text, fresh=False, whole=True) for text in texts]
        return list({str(thing["id"]): thing for thing in found}.values())

    def _found(self, text: str, *, fresh: bool, whole: bool) -> Json:
        """Return the thing that ``text`` means.

        The cache may be behind: if the thing is gone, or is called something else by now, the
        name is searched once more.

        Args:
            text: A name or an ID.
            fresh: Ask for it even if a list or a search has just shown it.
            whole: Only an ID or a whole name will do.
        """
        typed = text.strip().lower()
        if is_entity_id(typed):
            thing = self._shown(typed, fresh=fresh)
            if thing is None:
                self.names.remove(self._key, typed)
                raise NotFoundError(
                    f"There is no {self.kind.noun} with the ID {typed} here.",
                    f"List them: {self._command('list')}.",
                )
            return thing
        for again in (False, True):
            item = self.names.resolve(self._key, text, self.kind.noun, whole=whole)
            number = str(item["id"])
            thing = self._shown(number, fresh=fresh)
            if thing is not None and _goes_by(thing) == _goes_by(item):
                self.names.put(self._key, self._known_form(thing))
                return thing
            if not again:
                self.names.doubt(self._key, number)
        raise ConflictError(f"The {self.kind.noun} '{text}' is being changed by another process.")

    def _shown(self, number: str, *, fresh: bool) -> Json | None:
        """Return a thing in full, without a request if this run was shown it already."""
        thing = None if fresh else self.names.seen(self._key, number)
        return thing or self._get(number)

    def current(self, number: str) -> Json | None:
        """Return a thing as it is now; ``None`` if it is gone. One request."""
        return self._get(number)

    def _record(self, action: str, before: Json | None, after: Json | None) -> None:
        if self._recorder is not None:
            self._recorder.note(self.kind, self._project, action, before, after)

    def _get(self, number: str) -> Json | None:
        path = item_path(self._workspace, self.kind.plural, number, project=self._project)
        try:
            return checked(self._gateway().get(path), self.kind.noun)
        except NotFoundError as error:
            if self._project and "project" in error.message.lower():
                raise NotFoundError(
                    f"The task or its project {self._project} is not in this workspace.",
                    "List the projects: clockify projects list.",
                    status=error.status,
                ) from None
            return None

    # -- writing ------------------------------------------------------------------------

    def create(self, fields: Mapping[str, Any]) -> Json:
        """Create a thing with ``fields`` (as they are read). One request, or two.

        What a creation does not take (``archived``) is set by an update behind it.

        Raises:
            UnclearError: Its answer was lost, and it could not be found out what came of it.
        """
        path = list_path(self._workspace, self.kind.plural, project=self._project)
        body = self.kind.body(fields, new=True)
        before, _ = self.names.known(self._key)
        old = {thing.get("id") for thing in before or ()}
        made = self._noted(
            self._write("POST", path, body, wanted=fields, look=lambda: self._made(fields, old))
        )
        self._record("create", None, made)
        try:
            return self.update(made, fields)
        except ClockifyError as error:
            error.hint = f"It was created, with the ID {made['id']}. {error.hint}".strip()
            raise

    def update(self, thing: Json, changes: Mapping[str, Any]) -> Json:
        """Change what ``changes`` name (as it is read) and keep the rest. One request.

        Args:
            thing: The thing as it is now.
            changes: Fields with their new values; those that it has already are no reason for
                a request.

        Raises:
            RefusedError: The service said no, or answered yes and did otherwise.
        """
        wanted = {**thing, **changes}
        if not self.kind.differences(wanted, thing):
            return thing
        return self._replace(thing, wanted, changes)

    def archive(self, thing: Json) -> Json:
        """Archive it; of a task: mark it as done."""
        field, value = self.kind.away
        return self.update(thing, {field: value})

    def restore(self, thing: Json) -> Json:
        """Take it out of the archive; of a task: reopen it."""
        field, value = self.kind.back
        return self.update(thing, {field: value})

    def check_deletable(self, things: Sequence[Json]) -> None:
        """Refuse what the service would: things that were not archived before."""
        active = [t for t in things if self.kind.guarded and not is_archived(t)]
        if active:
            raise still_active(self.kind, active, self._command)

    def delete(self, thing: Json) -> Json:
        """Delete it; the service gives back what it was. One request."""
        number = str(thing["id"])
        path = item_path(self._workspace, self.kind.plural, number, project=self._project)
        try:
            gone = self._write(
                "DELETE", path, look=lambda: thing if self._get(number) is None else None
            )
        except RefusedError as error:
            if self.kind.guarded and "active" in error.message.lower():
                raise still_active(self.kind, [thing], self._command) from error
            raise
        self._record("delete", thing, None)
        self.names.remove(self._key, number)
        if self.kind is PROJECT:
            self.names.forget(f"tasks-{number}")
        if self.kind is CLIENT:
            self._tell_projects(number, {"clientId": "", "clientName": ""})
        return gone or thing

    def _replace(self, thing: Json, wanted: Json, changes: Mapping[str, Any]) -> Json:
        number = str(thing["id"])
        path = item_path(self._workspace, self.kind.plural, number, project=self._project)

        def look() -> Json | None:
            now = self._get(number)
            if now is None:
                raise NotFoundError(f"The {self.kind.noun} '{thing.get('name')}' is gone.")
            return now if self.kind.differences(thing, now) else None

        got = self._write("PUT", path, self.kind.body(wanted), wanted=wanted, look=look)
        self._noted(got)
        self._record("update", thing, got)
        if self.kind.differences(wanted, got):
            raise not_kept(self.kind, thing, got, changes, self._command)
        return got

    def _made(self, fields: Mapping[str, Any], old: Container[Any]) -> Json | None:
        """Return the thing of a name, if it is none of the ``old`` IDs. One request."""
        sought = _goes_by(fields)
        for thing in self.items(away=None, name=sought[0]):
            if _goes_by(thing) == sought and thing.get("id") not in old:
                return thing
        return None

    def _write(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        wanted: Thing | None = None,
        look: Callable[[], Json | None],
    ) -> Json:
        """Send a write; return the thing in the answer, which a deletion may leave out.

        Args:
            method: Its method.
            path: Its address.
            body: What it carries.
            wanted: What the thing shall be.
            look: See :func:`clockify_cli.resources.lost_answers.took_effect`.
        """

        def send() -> Json:
            data = self._gateway().send(method, path, body=body).data
            if wanted is None:
                return data if isinstance(data, dict) else {}
            return checked(data, self.kind.noun, written=True)

        try:
            try:
                return send()
            except UnclearError as error:
                from clockify_cli.resources.lost_answers import took_effect

                return took_effect(error, look, send)
        except UnclearError as error:
            self.names.forget(self._key)
            more = "" if error.hint == error.default_hint else f" {error.hint}"
            error.hint = f"{error.default_hint} {self._command('list')} shows it.{more}"
            raise
        except RefusedError as error:
            if wanted is not None and "exist" in error.message.lower():
                known, _ = self.names.known(self._key)
                error.hint = name_taken(self.kind, wanted, known or (), self._command)
            raise

    # -- the cache ----------------------------------------------------------------------

    def _noted(self, thing: Json) -> Json:
        """Tell the cache what a write has left."""
        self.names.put(self._key, self._known_form(thing))
        if self.kind is CLIENT:
            self._tell_projects(str(thing["id"]), {"clientName": thing.get("name")})
        return thing

    def _known_form(self, thing: Json) -> Json:
        """Return a thing for the cache: a project with its client's name, told or not."""
        if self.kind is not PROJECT or thing.get("clientName") or not thing.get("clientId"):
            return thing
        client = self.names.find("clients", thing["clientId"])
        return {**thing, "clientName": client["name"]} if client else thing

    def _tell_projects(self, client: str, changes: Json) -> None:
        """Change what the cached projects know of their client."""
        known, _ = self.names.known("projects")
        theirs = [{**p, **changes} for p in known or () if p.get("clientId") == client]
        self.names.learn("projects", theirs)

    def _command(self, verb: str, thing: Thing | None = None) -> str:
        """Return the command line that does ``verb``, for a hint."""
        line = f"clockify {self.kind.plural} {verb}"
        if thing is not None:
            line += f" {thing['id']}"
        return f"{line} -p {self._project}" if self._project else line


def _goes_by(thing: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a typed name is matched with: a name, and whose project it is."""
    return str(thing.get("name")), str(thing.get("clientId") or "")
