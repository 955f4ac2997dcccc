"""What can be typed for each kind of value: names from the cache, choices, words of time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from clockify_cli.completion import times
from clockify_cli.completion.candidates import Candidate, Group
from clockify_cli.completion.known import Item, Known
from clockify_cli.completion.walk import Walk
from clockify_cli.core.naming import folded, is_archived
from clockify_cli.core.present import seconds_now
from clockify_cli.render.safe import safe

CHOICES, LIST = "choices:", "list:"  # kinds that bring their words: one of them, or several
ARCHIVED = "archived-"  # before the kind of a thing: what is archived or done of it first
NOTHING = "text"  # free text, numbers, addresses: nothing to offer
_ACCOUNT = {"--profile": "profile", "--workspace": "workspace", "--connection": "connection"}
_ZONES = "/usr/share/zoneinfo/tzdata.zi", "/usr/share/zoneinfo/zone1970.tab"
_APART = "-~"  # at the beginning: an option; a home folder, which fish does not quote
_HANDLES = 20  # entries that are offered


class Values:
    """The values that one command line can take.

    Args:
        walk: The command line.
        rows: The table of words.
    """

    def __init__(self, walk: Walk, rows: dict[str, Any]) -> None:
        self.rows = rows
        self._walk = walk
        self._known: Known | None = None

    @property
    def known(self) -> Known:
        """What is cached of the account that the command line chooses."""
        if self._known is None:
            given = self._walk.given
            chosen = {name: given[long][-1] for long, name in _ACCOUNT.items() if given.get(long)}
            if "--sandbox" in given:
                chosen["sandbox"] = "1"
            self._known = Known(chosen)
        return self._known

    def of(self, kind: str, typed: str, option: str) -> tuple[list[Group], str]:
        """Return the candidates for a value, and what of ``typed`` stands before the last one.

        Args:
            kind: What it is; unknown kinds have no candidates.
            typed: What there is of it.
            option: The long name of the option that takes it; empty for an argument.
        """
        if kind.startswith(CHOICES):
            return [[Candidate(word) for word in kind[len(CHOICES) :].split(",")]], ""
        if kind.startswith(LIST):
            before, comma, _ = typed.rpartition(",")
            taken = before.split(",")
            words = [w for w in kind[len(LIST) :].split(",") if w not in taken]
            return [[Candidate(word) for word in words]], before + comma
        if kind in ("tags", "tag") and option:
            return self._tags(typed, option, signed=kind == "tags")
        if kind.startswith(ARCHIVED):
            *rest, archived = self.of(kind[len(ARCHIVED) :], typed, option)[0]
            return [archived, *rest], ""
        if kind == "when" and not option:
            return [times.moments(self._same("when"), typed)], ""
        source = getattr(self, f"_{kind.replace('-', '_')}", None)
        return (source(typed) if source else []), ""

    def _same(self, kind: str) -> list[str]:
        """Return the arguments of a kind that stand before the cursor."""
        words = self._walk.arguments
        return [w for n, w in enumerate(words) if self._walk.argument_kind(n) == kind]

    # -- names ---------------------------------------------------------------------------

    def _project(self, typed: str) -> list[Group]:
        return named(self.known.items("projects"), typed)

    def _client(self, typed: str) -> list[Group]:
        return named(self.known.items("clients"))

    def _task(self, typed: str) -> list[Group]:
        """Return the tasks of the project that the line, the settings or the timer name."""
        known = self.known
        given = self._walk.given.get("--project")
        text = given[-1] if given else known.setting("project", "CLOCKIFY_PROJECT")
        if given or text:
            project = known.find("projects", text)
            return named(known.items(f"tasks-{project['id']}")) if project else []
        for entry in self._entries_of_line():
            if entry.get("projectId"):
                return named(known.items(f"tasks-{entry['projectId']}"))
        return named(known.tasks())

    def _entries_of_line(self) -> list[Item]:
        """Return the entries that the line is about, as far as they are known."""
        words = self._same("entry")
        rows = enumerate(self.known.shown_rows(), 1)
        meant = {*words, *(entry_id for n, entry_id in rows if f"@{n}" in words)}
        if "@last" in words:
            meant |= {str(e["id"]) for e in self.known.recent()[:1]}
        found = [e for e in self.known.entries() if e.get("id") in meant]
        return found or ([self.known.running] if self.known.running else [])

    def _tag(self, typed: str) -> list[Group]:
        return named(self.known.items("tags"))

    def _tags(self, typed: str, option: str, *, signed: bool) -> tuple[list[Group], str]:
        """Return the tags that are not yet in a comma-separated value."""
        before, comma, last = typed.rpartition(",")
        sign = last[:1] if signed and last[:1] in ("+", "-") and last else ""
        taken = {folded(text.strip("+-")) for text in before.split(",")}
        for text in self._walk.given.get(option, ()):
            taken |= {folded(part.strip("+-")) for part in text.split(",")}
        items = [i for i in self.known.items("tags") if folded(str(i["name"])) not in taken]
        return named(items, last, ",+" + _APART), before + comma + sign

    def _user(self, typed: str) -> list[Group]:
        users = [
            {**user, "name": user.get("name") or user.get("email")}
            for user in self.known.items("users")
        ]
        groups = named(users)
        mails = [
            Candidate(str(u["email"]), safe(u["name"]))
            for u in users
            if u.get("email") and sayable(str(u["email"]))
        ]
        return [[Candidate("me", "yourself"), *groups[0]], mails]

    def _workspace(self, typed: str) -> list[Group]:
        return named(self.known.items("workspaces"))

    def _profile(self, typed: str) -> list[Group]:
        return [[Candidate(name) for name in self.known.profiles() if sayable(name)]]

    def _connection(self, typed: str) -> list[Group]:
        return [[Candidate(number) for number in self.known.connections() if sayable(number)]]

    def _entry(self, typed: str) -> list[Group]:
        """Return the rows of the last list and what else means an entry; days for ``--day``."""
        if "--day" in self._walk.given:
            return self._day(typed)
        entries = {str(e.get("id")): e for e in self.known.entries()}
        recent = self.known.recent()[:_HANDLES]
        handles = [Candidate("@last", self._told(recent[0]) if recent else "the newest entry")]
        for number, entry_id in enumerate(self.known.shown_rows()[:_HANDLES], 1):
            row = entries.get(entry_id)
            handles.append(Candidate(f"@{number}", self._told(row) if row else "of the last list"))
        running = self.known.running
        if running or self.known.is_unknown:
            told = self._told(running) if running else "the running entry"
            handles.insert(0, Candidate("@running", told))
        numbers = [Candidate(str(e["id"]), self._told(e)) for e in recent]
        return [handles, numbers]

    def _entry_or_period(self, typed: str) -> list[Group]:
        if self._walk.arguments:
            return self._entry(typed)
        handles, *others = self._entry(typed)
        return [handles + times.periods(typed, self._today), *others]

    def _told(self, entry: Item) -> str:
        """Return an entry in one line: when, what, for whom."""
        interval = entry.get("timeInterval") or {}
        parts = [
            self.known.wall(str(interval.get("start") or "")),
            safe(entry.get("description") or "(no description)"),
        ]
        for project in self.known.items("projects"):
            if project["id"] == entry.get("projectId"):
                client = project.get("clientName")
                parts.append(safe(f"{client}/{project['name']}" if client else project["name"]))
        if self.known.recent_age:
            parts.append(f"as of {self.known.recent_age}")
        return " · ".join(part for part in parts if part)

    # -- times ---------------------------------------------------------------------------

    @property
    def _today(self) -> times.Today:
        offset = self.known.state.get("offset", "")
        number = offset.removeprefix("-")
        return times.Today(seconds_now(), int(offset) if number.isdecimal() else None)

    def _when(self, typed: str) -> list[Group]:
        return [times.instants(typed)]

    def _span(self, typed: str) -> list[Group]:
        return [times.spans(self._same("span"), typed)]

    def _duration(self, typed: str) -> list[Group]:
        return [times.lengths()]

    def _day(self, typed: str) -> list[Group]:
        return [times.days(typed, self._today)]

    def _period(self, typed: str) -> list[Group]:
        return [times.periods(typed, self._today)] if not self._same("period") else []

    def _zone(self, typed: str) -> list[Group]:
        return [[Candidate(zone) for zone in zones()]]

    # -- the API -----------------------------------------------------------------------

    def _path(self, typed: str) -> list[Group]:
        lists = ("clients", "projects", "tags", "time-entries", "users")
        found = [Candidate(f"workspaces/{{workspace}}/{name}") for name in lists]
        return [[Candidate("/api/v1/user"), Candidate("/api/v1/workspaces"), *found]]

    # -- settings ------------------------------------------------------------------------

    def _setting(self, typed: str) -> list[Group]:
        return [[Candidate(name, row[0]) for name, row in self.rows["settings"].items()]]

    def _setting_value(self, typed: str) -> list[Group]:
        row = self.rows["settings"].get(self._walk.arguments[0]) if self._walk.arguments else None
        return self.of(row[1], typed, "")[0] if row else []


def sayable(text: str, apart: str = _APART) -> bool:
    """Say whether a name can be typed as it is.

    Args:
        text: The name.
        apart: Characters that mean something else: at the beginning, a comma anywhere.
    """
    return (
        bool(text)
        and safe(text) == text
        and text.strip() == text
        and text[0] not in apart
        and not ("," in apart and "," in text)
    )


def named(items: list[Item], typed: str = "", apart: str = _APART) -> list[Group]:
    """Return things by name, so that each candidate means exactly one of them.

    What a name cannot tell (two are equal, it has a line break) is told by its client before
    it, else by its ID. ``Client/Project`` of all comes second, or first once a slash is typed;
    what is archived comes last.
    """
    items = [item for item in items if item.get("name")]
    active = [item for item in items if not is_archived(item)]
    names = Counter(str(item["name"]) for item in active)
    paths = Counter(_path(item) for item in active)
    plain, qualified = [], []
    for item in sorted(active, key=lambda item: folded(str(item["name"]))):
        name, path = str(item["name"]), _path(item)
        path_is_it = sayable(path, apart) and paths[path] == 1 and path not in names
        if path_is_it:
            qualified.append(Candidate(path))
        # Another's client and name may read like this one's name: then it means both.
        alone = names[name] == 1 and paths[name] == (path == name)
        if sayable(name, apart) and alone:
            plain.append(Candidate(name, safe(item.get("clientName") or "")))
        elif path_is_it:
            plain.append(qualified[-1])
        else:
            plain.append(Candidate(str(item["id"]), safe(path), also=safe(name)))
    away = [item for item in items if is_archived(item)]
    gone = Counter(str(item["name"]) for item in away)
    taken = {folded(str(item["name"])) for item in active}
    taken |= {folded(_path(item)) for item in items if item.get("clientName")}
    archived = [
        Candidate(str(item["name"]), "done" if item.get("status") == "DONE" else "archived")
        for item in away
        if sayable(str(item["name"]), apart) and gone[str(item["name"])] == 1
        if folded(str(item["name"])) not in taken
    ]
    return [qualified, plain, archived] if "/" in typed else [plain, qualified, archived]


def _path(item: Item) -> str:
    client = item.get("clientName")
    return f"{client}/{item['name']}" if client else str(item["name"])


def zones() -> list[str]:
    """Return the names of time zones that this machine lists; none if it has no list."""
    for path in _ZONES:
        try:
            with open(path, encoding="utf-8") as stream:
                lines = stream.read().splitlines()
        except OSError:
            continue
        if path.endswith(".zi"):
            found = [x.split()[1] for x in lines if x.startswith("Z ")]
            found += [x.split()[2] for x in lines if x.startswith("L ")]
        else:
            found = [x.split("\t")[2] for x in lines if not x.startswith("#")]
        return sorted({"UTC", *found})
    return []
