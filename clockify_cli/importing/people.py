"""Choose whose lines of a file are imported; somebody else's never without asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.model import is_entity_id
from clockify_cli.core.naming import folded
from clockify_cli.transfer.record import Note, Person, Reading, Record

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Owner:
    """By what the user whose entries are recorded is known; ``called`` says them to the user."""

    id: str = ""
    name: str = ""
    email: str = ""
    called: str = "you"

    def is_(self, person: Person) -> bool:
        """Say whether a line's person is this user. A name decides only if it is all there is."""
        if person.id and person.id == self.id:
            return True
        if person.email:
            return folded(person.email) == folded(self.email)
        if is_entity_id(person.id):
            return False
        return bool(person.name) and folded(person.name) == folded(self.name)


@dataclass(slots=True)
class People:
    """Whose lines a file holds.

    Attributes:
        owner: Whose entries are recorded, as the user says it.
        lines: How many lines each has, by their names.
        taken: Whose lines are recorded.
        stranger: Who is meant where the file is all of one person who is not the user.
        doubtful: The user is asked about the stranger, who is more than another program's number.
    """

    owner: str = "you"
    lines: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    stranger: str = ""
    doubtful: bool = False

    @property
    def stranger_text(self) -> str:
        """Who the stranger is, as people say it."""
        return f"user {self.stranger}" if self.stranger.isdigit() else self.stranger

    def as_json(self) -> list[dict[str, Any]]:
        """Return them as the JSON has them."""
        return [
            {"name": name, "lines": count, "taken": name in self.taken}
            for name, count in self.lines.items()
        ]


def choose_person(
    reading: Reading, name: str, owner: Owner, wanted: str | None
) -> tuple[list[Note], People]:
    """Leave out other people's lines.

    Args:
        reading: What was read; its records become those that are kept.
        name: The file's name.
        owner: The user whose entries are recorded.
        wanted: Whose lines the user wants: an e-mail address, a name, an ID or ``me``;
            ``None`` for their own.

    Returns:
        What is left out, and whose lines the file holds.

    Raises:
        UsageError: It is not plain whose lines are meant.
    """
    people = People(owner.called)
    found = reading.people()
    for person in found:
        people.lines[str(person)] = people.lines.get(str(person), 0) + 1
    mine = wanted is None or folded(wanted) == "me"
    people.taken = {
        str(person)
        for person in found
        if (owner.is_(person) if mine else _is_called(person, wanted or ""))
    }
    if wanted is not None:
        _check_wanted(people, name, owner.called if mine else f"'{wanted}'")
    elif not people.taken and len(people.lines) > 1:
        raise UsageError(
            f"{name} holds the time of {len(people.lines)} people, and none of them is"
            f" {owner.called}:"
            f" {_listed(people.lines)}.",
            "Choose whose lines to import: --of NAME.",
        )
    elif not people.taken and people.lines:
        [people.stranger] = people.lines
        people.doubtful = any(p.email or p.name or is_entity_id(p.id) for p in found)
        people.taken = {people.stranger}
    return _leave_out(reading, people.taken), people


def _leave_out(reading: Reading, taken: set[str]) -> list[Note]:
    """Take other people's lines out of a reading, those too that are wrong; return notes."""
    notes: list[Note] = []

    def stays(item: Record | Note) -> bool:
        person = str(item.person)
        if person and person not in taken:
            notes.append(Note(item.line, f"it is the time of {person}"))
            return False
        return True

    reading.records = list(filter(stays, reading.records))
    reading.broken = list(filter(stays, reading.broken))
    reading.skipped = list(filter(stays, reading.skipped))
    return notes


def _check_wanted(people: People, name: str, wanted: str) -> None:
    if not people.taken:
        raise UsageError(
            f"{name} has no lines of {wanted}.",
            f"It has lines of {_listed(people.lines)}."
            if people.lines
            else "The file does not say whose it is.",
        )
    if len(people.taken) > 1 and wanted.startswith("'"):
        raise UsageError(
            f"{wanted} fits {len(people.taken)} people of {name}: {_listed(people.taken)}.",
            "Choose by e-mail address whose lines to import.",
        )


def _is_called(person: Person, wanted: str) -> bool:
    names = (person.email, person.name, person.id)
    return folded(wanted) in {folded(name) for name in names if name}


def _listed(people: Iterable[str]) -> str:
    shown = list(people)
    return ", ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")
