"""What the journal holds: changes, and the operations that each consists of.

The states of an operation:

    queued    not sent, or known not to have happened; waits its turn
    sending   handed to the network; until an answer is recorded, nobody knows
    lost      its answer was lost and it must not be sent again: it is only looked up
    done      happened, with the service's answer
    refused   the service said no; set aside with its words
    conflict  somebody changed the entry in the meantime; set aside for the user to decide
    dropped   taken out of the queue; will not be sent
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

QUEUED, SENDING, LOST, DONE = "queued", "sending", "lost", "done"
REFUSED, CONFLICT, DROPPED = "refused", "conflict", "dropped"

PENDING = (QUEUED, SENDING)
SET_ASIDE = (REFUSED, CONFLICT)
OPEN = (*PENDING, LOST, *SET_ASIDE)  # what ``queue`` lists and what is never pruned

CREATE, STOP, UPDATE, DELETE = "create", "stop", "update", "delete"
THING = "thing"  # a change of a project, client, tag or task: recorded once it has happened
FOUND = "found"  # a creation that was not to be made if the entry existed, and it did
ENTRY_KINDS = (CREATE, STOP, UPDATE, DELETE)

# Changes whose later operations make no sense without the earlier ones: if an entry could not
# be shortened, its second half must not be made.
WHOLE = ("split", "join", "undo", "redo")

HOLD_SECONDS = 5.0  # after it was sent, the service may still be at work on a request

LOCAL = "local-"  # prefix of the ID of an entry that the service does not know yet

# What ``meta`` may say of an operation.
ONCE = "once"  # send it only if no such entry exists; holds the idempotency key, or ""
UNRESOLVED = "unresolved"  # names that were unknown offline, by field


@dataclass(slots=True)
class Draft:
    """One operation that is about to be recorded.

    Attributes:
        kind: ``create``, ``stop``, ``update``, ``delete`` or ``thing``.
        workspace: The workspace's ID.
        user: Whose entry it is.
        entry: The ID of the entry (of the service or local); empty for a creation, and for a
            stop of whatever timer is running.
        payload: The body to send. Of an update: the whole entry as it shall be.
        before: The entry as it was; ``None`` if it did not exist or is not known.
        after: The entry as it is expected to be.
        meta: What delivery has to heed: see ``ONCE`` and ``UNRESOLVED``.
    """

    kind: str
    workspace: str
    user: str
    entry: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Operation:
    """One recorded operation; the fields of :class:`Draft` and what became of it.

    Attributes:
        id: Number in the order of recording.
        change: The change that it belongs to.
        account: Whose change it is: realm and user (``core.account``).
        state: See the module.
        error: The error object of the last failure.
        attempts: How often it was sent.
        hold_until: Seconds since the epoch before which it must not be sent again.
        verb: The command of its change.
        sent: The body as it was last sent, if that differs from ``payload``: a creation
            takes in what was done to the entry while both were pending.
    """

    id: int
    change: int
    account: str
    workspace: str
    user: str
    kind: str
    state: str
    entry: str
    payload: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    error: dict[str, Any] | None
    attempts: int
    hold_until: float
    created_at: str
    verb: str = ""
    sent: dict[str, Any] | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def is_unclear(self) -> bool:
        """Say whether it was given up without anybody knowing what had become of it."""
        unclear = (self.error or {}).get("kind") == "unclear"
        return self.state == LOST or (self.state == DROPPED and unclear)

    @property
    def local_id(self) -> str:
        """Return the ID by which a created entry is known before the service gives one."""
        return f"{LOCAL}{self.id}"


@dataclass(slots=True)
class Change:
    """What one command changed: the unit of ``undo``.

    Attributes:
        undone_by: The change that undid it; 0 if nothing had to be sent for that.
        undoes: The change that this one undoes.
        key: The caller's idempotency key, and ``content`` what was recorded under it.
        session: The terminal session it was made in.
        typed: A person at a terminal made it, not a script.
    """

    id: int
    account: str
    verb: str
    label: str
    created_at: str
    undone_by: int | None
    undoes: int | None
    key: str | None
    workspace: str = ""
    content: str | None = None
    session: str = ""
    typed: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where changes come from: the terminal session, and whether a person types there."""

    session: str = ""
    typed: bool = False
