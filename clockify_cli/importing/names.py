"""Resolve a file's names in the workspace: exactly, never by part of a name.

A file is not typed: a name that is only like another one is unknown, and told with the
nearest ones. ``Old=New`` rules and the creation of what is missing are the user's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clockify_cli.core.errors import NotFoundError, UsageError
from clockify_cli.core.model import is_entity_id
from clockify_cli.core.naming import folded, is_archived, project_label
from clockify_cli.resources.kinds import CLIENT, PROJECT, TAG, TASK, Kind
from clockify_cli.store.names import Names
from clockify_cli.transfer.record import Record

KINDS = ("project", "tag", "task", "client")
NEAR = 3  # names offered for an unknown one
_CREATED = "new:"  # stands before what has no ID yet
MARKUP = "<>"  # the service refuses these in names and descriptions

Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """``Old=New``: another name for what the file calls ``old``; an empty one leaves it out."""

    kind: str
    old: str
    new: str


def read_rule(text: str) -> Rule:
    """Return the rule that was typed: ``Old=New``, ``tag:Old=New``, ``client:Old=``.

    Raises:
        UsageError: It has no ``=``.
    """
    old, mark, new = text.partition("=")
    kind = "project"
    head, colon, rest = old.partition(":")
    if colon and head.strip().lower() in KINDS:
        kind, old = head.strip().lower(), rest
    if not mark or not old.strip():
        raise UsageError(
            f"'{text}' is not OLD=NEW.",
            "For example: --map 'Web=Acme/Website' or --map tag:dev=code.",
        )
    return Rule(kind, old.strip(), new.strip())


@dataclass(slots=True)
class Unknown:
    """A name of the file that the workspace does not have.

    Attributes:
        kind: ``project``, ``task`` or ``tag``.
        name: Its own name.
        label: The name as people tell it: a project's with its client, a task's with its project.
        lines: Where it stands.
        near: Names that it may have been meant for.
        of: A task's project, or a project's client: what it belongs to.
        why: Why it cannot be, if it is not just missing.
    """

    kind: str
    name: str
    label: str = ""
    lines: list[int] = field(default_factory=list)
    near: tuple[str, ...] = ()
    of: str = ""
    why: str = ""

    @property
    def stand_in(self) -> str:
        """What stands for its ID until it is created."""
        return _CREATED + "\0".join((self.kind, self.name, self.of))

    def __str__(self) -> str:
        where = ", ".join(map(str, self.lines[:3]))
        more = f" and {len(self.lines) - 3} more" if len(self.lines) > 3 else ""
        lines = "line" if len(self.lines) == 1 else "lines"
        told = f"{self.kind} '{self.label or self.name}' ({lines} {where}{more})"
        if self.why:
            return f"{told}: {self.why}"
        return f"{told}: did you mean {' or '.join(self.near)}?" if self.near else told


@dataclass(frozen=True, slots=True)
class Meant:
    """The IDs that a record's names mean; what is to be created has a stand-in for an ID.

    ``billable`` is ``None`` where a project that is still to be created decides.
    """

    project: str = ""
    task: str = ""
    tags: tuple[str, ...] = ()
    billable: bool | None = None

    @property
    def is_new(self) -> bool:
        """Say whether something of it is still to be created."""
        return any(map(is_stand_in, (self.project, self.task, *self.tags)))


def is_stand_in(number: str) -> bool:
    """Say whether an ID stands for what is still to be created."""
    return number.startswith(_CREATED)


class NameFinder:
    """Finds the things that a file's names mean.

    Args:
        names: The cached lists; one in which a name is missing is asked for once more.
        rules: Other names.
        create: Unknown names are to be created.
    """

    def __init__(self, names: Names, rules: Sequence[Rule], *, create: bool) -> None:
        self._names = names
        self._rules = {(rule.kind, folded(rule.old)): rule for rule in rules}
        self._used: set[Rule] = set()
        self._create = create
        self._renewed: set[str] = set()
        self._found: dict[tuple[Any, ...], Any] = {}
        self._indexes: dict[str, tuple[list[Any], dict[str, list[Thing]]]] = {}
        self.unknown: dict[str, Unknown] = {}  # by their stand-ins
        self.new: dict[str, Unknown] = {}
        self._homeless: set[int] = set()  # lines whose project is not known
        self.omitted: dict[str, Unknown] = {}  # names that no entry gets, and why

    def meant(self, record: Record) -> Meant:
        """Return what a record's names mean; unknown ones are noted and left out."""
        tags = list(record.tags)
        project = self._project(record, tags)
        number = str(project["id"]) if project else ""
        task = self._task(record, project) if project else ""
        if not project and record.line not in self._homeless:
            self._omit_homeless(record)
        billable = record.billable
        if billable is None and not is_stand_in(number):
            billable = bool(project and project.get("billable"))
        found = (self._tag(record, name) for name in self._tag_names(record, tags))
        return Meant(number, task, tuple(dict.fromkeys(t for t in found if t)), billable)

    def project_names(self, number: str) -> tuple[str, str]:
        """Return the names of a project that was found, or is to be created, and of its client."""
        new = self.new.get(number)
        if new is not None:
            return new.name, new.of
        project = self._by_id("projects", number) or {}
        return str(project.get("name") or number), str(project.get("clientName") or "")

    def check_rules(self) -> None:
        """Refuse rules that fit nothing in the file: a slip in them would change the result."""
        idle = [rule for rule in self._rules.values() if rule not in self._used]
        if idle:
            rule = idle[0]
            raise UsageError(
                f"--map: the file has no {rule.kind} '{rule.old}'.",
                "--dry-run without --map shows the file's names.",
            )

    # -- rules ----------------------------------------------------------------------------

    def _rule(self, kind: str, line: int, *names: str) -> Rule | None:
        for name in names:
            rule = self._rules.get((kind, folded(name)))
            if rule is not None:
                self._used.add(rule)
                if not rule.new:
                    self._omit(Unknown(kind, name, why="--map leaves it out"), line)
                return rule
        return None

    def _omit(self, name: Unknown, line: int) -> None:
        self.omitted.setdefault(name.stand_in, name).lines.append(line)

    def _omit_homeless(self, record: Record) -> None:
        """Note what an entry without a project cannot have."""
        named = record.project or record.project_id
        why = "its project is left out" if named else "the line has no project"
        for kind, name in (("task", record.task), ("client", record.client or "")):
            if name:
                self._omit(Unknown(kind, name, why=why), record.line)

    # -- projects ---------------------------------------------------------------------------

    def _project(self, record: Record, tags: list[str]) -> Thing | None:
        name, client = record.project, record.client
        if client:
            rule = self._rule("client", record.line, client)
            client = rule.new if rule is not None else client
        full = f"{client}/{name}" if client else name
        if name or record.project_id:
            rule = self._rule("project", record.line, full, name, record.project_id)
        else:
            # Programs without projects have tags for them.
            rule = next((r for tag in tags if (r := self._rule("project", record.line, tag))), None)
            if rule is not None:
                tags[:] = [tag for tag in tags if folded(tag) != folded(rule.old)]
        if rule is not None:
            typed: Thing | None = self._once(("rule", rule), lambda: self._typed_project(rule.new))
            return typed
        if not name and not record.project_id:
            return None
        key = ("project", record.project_id, name, client)
        found: Thing | Unknown = self._once(
            key, lambda: self._exact_project(record.project_id, name, client)
        )
        return self._missing(found, record.line) if isinstance(found, Unknown) else found

    def _typed_project(self, text: str) -> Thing | None:
        return self._names.project(text) if text else None

    def _exact_project(self, number: str, name: str, client: str | None) -> Thing | Unknown:
        by_id = self._by_id("projects", number)
        if by_id is not None:
            return by_id
        label = f"{client}/{name}" if client else name or number

        def fitting() -> list[Thing]:
            found = self._named("projects", name)
            if client is None:
                return found
            return [p for p in found if folded(str(p.get("clientName") or "")) == folded(client)]

        found = self._with_renewal("projects", fitting) if name else []
        chosen = best_match(found, name)
        if chosen is not None:
            return chosen
        return Unknown(
            "project",
            name or number,
            label,
            near=self._near(label, "projects", project_label) if name and not found else (),
            of=client or "",
            why=_why_not(PROJECT, name, label, found) or (_unfit(CLIENT, client) if client else ""),
        )

    # -- tasks and tags -----------------------------------------------------------------------

    def _task(self, record: Record, project: Thing) -> str:
        name, parent = record.task, str(project["id"])
        rule = self._rule("task", record.line, name, record.task_id)
        if rule is not None:
            if not rule.new:
                return ""
            found = self._once(
                ("task rule", rule, parent), lambda: self._names.task(rule.new, parent)
            )
            return str(found["id"])
        if not name and not record.task_id:
            return ""
        key = ("task", parent, record.task_id, name)
        found = self._once(key, lambda: self._exact_task(project, record.task_id, name))
        if isinstance(found, Unknown):
            found = self._missing(found, record.line)
        return str(found["id"]) if found else ""

    def _exact_task(self, project: Thing, number: str, name: str) -> Thing | Unknown:
        parent = str(project["id"])
        label = f"{project_label(project)}: {name or number}"
        if is_stand_in(parent):
            why = _why_not(TASK, name, name or number, ())
            return Unknown("task", name or number, label, of=parent, why=why)
        kind = f"tasks-{parent}"
        found = self._with_renewal(
            kind, lambda: [t for t in [self._by_id(kind, number)] if t] or self._named(kind, name)
        )
        chosen = best_match(found, name)
        if chosen is not None:
            return chosen
        near = self._near(name, kind, lambda t: str(t.get("name"))) if name and not found else ()
        why = _why_not(TASK, name, name or number, found)
        return Unknown("task", name or number, label, near=near, of=parent, why=why)

    def _tag_names(self, record: Record, names: list[str]) -> list[str]:
        """Return the tags' names or IDs; a name that holds a comma may have been cut in two."""
        numbers = [number for number in record.tag_ids if self._by_id("tags", number)]
        if record.tag_ids and len(numbers) == len(record.tag_ids):
            return numbers
        if not names:
            return list(record.tag_ids)
        joined: list[str] = []
        at = 0
        while at < len(names):
            for end in range(len(names), at, -1):
                whole = ", ".join(names[at:end])
                if end == at + 1 or self._named("tags", whole):
                    joined.append(whole)
                    at = end
                    break
        return joined

    def _tag(self, record: Record, name: str) -> str:
        rule = self._rule("tag", record.line, name)
        if rule is not None:
            if not rule.new:
                return ""
            found = self._once(("tag rule", rule), lambda: self._names.tag(rule.new))
        else:
            is_id = not record.tags or is_entity_id(name)
            found = self._once(("tag", name, is_id), lambda: self._exact_tag(name, is_id))
        if isinstance(found, Unknown):
            found = self._missing(found, record.line)
        return str(found["id"]) if found else ""

    def _exact_tag(self, name: str, is_id: bool) -> Thing | Unknown:
        by_id = self._by_id("tags", name)
        if by_id is not None:
            return by_id
        found = self._with_renewal("tags", lambda: self._named("tags", name)) if not is_id else []
        chosen = best_match(found, name)
        if chosen is not None:
            return chosen
        near = self._near(name, "tags", lambda t: str(t.get("name"))) if not found else ()
        return Unknown(
            "tag", name, near=near, why=_why_not(TAG, "" if is_id else name, name, found)
        )

    # -- lists ------------------------------------------------------------------------------

    def _once(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def _missing(self, unknown: Unknown, line: int) -> Thing | None:
        """Note an unknown name; return its stand-in if it is to be created."""
        number = unknown.stand_in
        can = self._create and not unknown.why
        noted = (self.new if can else self.unknown).setdefault(number, unknown)
        noted.lines.append(line)
        if unknown.kind == "project":
            self._homeless.add(line)
        return {"id": number, "name": unknown.name, "clientName": unknown.of} if can else None

    def _index(self, kind: str) -> dict[str, list[Thing]]:
        items = self._names.all(kind)
        known, index = self._indexes.get(kind, ([], {}))
        if known is not items:
            index = {}
            for item in items:
                index.setdefault(folded(str(item.get("name", ""))), []).append(item)
            self._indexes[kind] = items, index
        return index

    def _named(self, kind: str, name: str) -> list[Thing]:
        return self._index(kind).get(folded(name), [])

    def _by_id(self, kind: str, number: str) -> Thing | None:
        if not number:
            return None
        self._names.all(kind)  # asks for the list if it never was asked for
        return self._names.find(kind, number)

    def _with_renewal(self, kind: str, find: Callable[[], list[Thing]]) -> list[Thing]:
        """Return what is found; if nothing is, the list is asked for once more in this run."""
        found = find()
        if not found and kind not in self._renewed:
            self._renewed.add(kind)
            if not self._names.is_fresh(kind):
                self._names.renew(kind)
                found = find()
        return found

    def _near(self, name: str, kind: str, label: Callable[[Thing], str]) -> tuple[str, ...]:
        import difflib

        shown = {folded(label(item)): label(item) for item in self._names.all(kind)}
        by_name = {folded(str(i.get("name", ""))): label(i) for i in self._names.all(kind)}
        pool = {**by_name, **shown}
        wanted = folded(name)
        near = difflib.get_close_matches(wanted, list(pool), n=NEAR, cutoff=0.6)
        plain = wanted.rpartition("/")[2]
        near += [key for key in pool if plain and (key == plain or key.endswith("/" + plain))]
        return tuple(dict.fromkeys(pool[key] for key in near))[:NEAR]


def best_match(found: Sequence[Thing], name: str) -> Thing | None:
    """Return the one that is meant: the same letter by letter, then the one that is in use."""
    exact = [thing for thing in found if thing.get("name") == name] or found
    active = [thing for thing in exact if not is_archived(thing)] or exact
    return active[0] if len(active) == 1 else None


def _why_not(kind: Kind, name: str, label: str, found: Sequence[Thing]) -> str:
    """Return why a name that is missing cannot be created, or nothing."""
    rule = label if kind is PROJECT else f"{kind.noun}:{label}"
    if found:
        shown = "; ".join(f"{project_label(p)} ({p.get('id')})" for p in found[:6])
        return f"it fits {len(found)} {kind.noun}s: {shown}; choose with --map '{rule}=ID'"
    if not name:
        return f"the file has only an ID, which is not in this workspace; try --map '{rule}=NAME'"
    return _unfit(kind, name)


def _unfit(kind: Kind, name: str) -> str:
    """Return why the service would not take a name, or nothing."""
    if any(sign in name for sign in MARKUP):
        return "Clockify does not allow '<' or '>' in a name"
    size = len(name.strip())
    if size < kind.shortest:
        return f"its name is too short: {kind.shortest} characters are needed"
    if size > kind.longest:
        return f"its name is too long: {size} characters, {kind.longest} are allowed"
    return ""


def unknown_error(unknown: Iterable[Unknown], name: str) -> NotFoundError:
    """Return the error that lists the unknown names of a file."""
    listed = list(unknown)
    count = "1 name" if len(listed) == 1 else f"{len(listed)} names"
    lines = "\n".join(f"  {one}" for one in listed)
    return NotFoundError(
        f"{count} in {name} not found in this workspace; nothing was recorded:\n{lines}",
        "--create-missing creates them; --map 'Old=Client/Project' uses another one (also "
        "'tag:Old=New'; leave the right side empty to drop it).",
        details={"unknown": [unknown_json(one) for one in listed]},
    )


def unknown_json(one: Unknown) -> dict[str, Any]:
    """Return an unknown name as the JSON of the plan has it."""
    found: dict[str, Any] = {"kind": one.kind, "name": one.label or one.name, "lines": one.lines}
    if one.near:
        found["near"] = list(one.near)
    if one.why:
        found["why"] = one.why
    return found
