"""How projects, clients, tags and tasks differ: which fields each write must carry.

Fields are spelled as they are read. Every update is a ``PUT`` that may drop what it does not
name, so all of them are sent, each time:

* a project's ``public`` is written as ``isPublic``; it and ``billable`` fall to false when
  left out, and an empty text is sent, since leaving it out seems to keep the old one;
* a client's ``PUT`` clears what is left out, ``archived`` included;
* a tag's rename without ``archived`` brings it back from the archive;
* a task's ``PUT`` clears what is left out, assignees and groups included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clockify_cli.core.model import Json
from clockify_cli.core.naming import Thing, project_label

_RATES = ("hourlyRate", "costRate")


@dataclass(frozen=True)
class Kind:
    """One kind of thing.

    Attributes:
        noun: What one is called; the list's name is this with an ``s``.
        fields: What a write carries, as it is read.
        longest: Most characters of its name; ``shortest`` the fewest.
        later: Fields that only a ``PUT`` takes: it is created first, then they are set.
        written: The fields that are written under another name.
        empties: An empty text is sent; else it is left out, which clears it.
        away: The field and the value that put it away (archived, done); ``back`` undo it.
        away_words: How that is said: the verb, its opposite, what it then is, its option.
        guarded: The service deletes only what was archived before.
        loss: What else its deletion takes away.
        longest_text: Most characters of its note and address.
    """

    noun: str
    fields: tuple[str, ...]
    longest: int
    later: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    empties: bool = False
    away: tuple[str, Any] = ("archived", True)
    back: tuple[str, Any] = ("archived", False)
    away_words: tuple[str, str, str, str] = ("archive", "unarchive", "archived", "--archive")
    guarded: bool = True
    loss: str = ""
    shortest: int = 1
    longest_text: int = 3000

    @property
    def plural(self) -> str:
        """Its list's name, in addresses and commands."""
        return f"{self.noun}s"

    def body(self, thing: Mapping[str, Any], *, new: bool = False) -> Json:
        """Return the body that writes ``thing``: all of its fields, as they are written.

        Args:
            thing: What it shall be, as it is read.
            new: It does not exist yet.
        """
        found: Json = {}
        for name in self.fields:
            value = thing.get(name)
            if value is None or (new and (value == "" or name in self.later)):
                continue
            if value == "" and not self.empties:
                continue
            if name in _RATES:
                value = {"amount": value.get("amount") or 0}
            found[self.written.get(name, name)] = value
        return found

    def differences(self, wanted: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
        """Return the fields in which ``got`` is not what was ``wanted``."""
        return [n for n in self.fields if _plain(n, wanted.get(n)) != _plain(n, got.get(n))]

    def label(self, thing: Thing) -> str:
        """Return what tells it apart from others: its name, a project's with its client."""
        return project_label(thing) if self.noun == "project" else str(thing.get("name", ""))


PROJECT = Kind(
    noun="project",
    fields=(
        *("name", "clientId", "public", "billable", "color", "note", "archived"),
        *("hourlyRate", "costRate"),
    ),
    later=("archived",),
    written={"public": "isPublic"},
    empties=True,
    loss="its tasks are deleted too and its time entries are left without a project",
    shortest=2,
    longest=250,
    longest_text=16384,
)
CLIENT = Kind(
    noun="client",
    fields=("name", "address", "note", "email", "archived", "ccEmails", "currencyId"),
    later=("archived",),
    loss="its projects lose it",
    longest=100,
)
TAG = Kind(
    noun="tag",
    fields=("name", "archived"),
    later=("archived",),
    guarded=False,
    loss="its time entries lose it",
    longest=100,
)
TASK = Kind(
    noun="task",
    fields=(
        *("name", "assigneeIds", "userGroupIds", "estimate", "budgetEstimate"),
        *("billable", "status"),
    ),
    away=("status", "DONE"),
    back=("status", "ACTIVE"),
    away_words=("done", "reopen", "done", "--done"),
    loss="its time entries lose it",
    longest=1000,
)


def _plain(name: str, value: Any) -> Any:
    """Return a value in the one form that all its spellings have; none, empty and false are one."""
    if not value:
        return None
    if name in _RATES:
        return value.get("amount") or None
    if name == "estimate":
        return _seconds(str(value)) or None
    if name == "color":
        return str(value).lower()
    if name == "status":
        return None if value == "ACTIVE" else value
    if isinstance(value, list):
        return sorted(map(str, value))
    return value


def _seconds(estimate: str) -> int | str:
    """Return the seconds of an ISO duration; text that is none stays itself."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", estimate)
    if found is None:
        return estimate
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
