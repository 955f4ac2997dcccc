"""What the journal holds: changes, and the operations that each consists of.

The states of an operation:

    queued    not sent, or known not to have happened; waits its turn
    sending   handed to the network; until an answer is recorded, nobody knows
    done      happened, with the service's answer
    refused   the service said no; set aside with its words
    conflict  somebody changed the entry meanwhile; set aside for the user to decide
    dropped   taken out of the queue; will not be sent
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

QUEUED, SENDING, DONE = "queued", "sending", "done"
REFUSED, CONFLICT, DROPPED = "refused", "conflict", "dropped"

WAITING = (QUEUED, SENDING)
SET_ASIDE = (REFUSED, CONFLICT)

CREATE, STOP, UPDATE, DELETE = "create", "stop", "update", "delete"

# Changes whose later writes make no sense without the earlier ones: where an entry could not be
# shortened, its second half must not be made.
WHOLE = ("split", "join", "undo")

HOLD_SECONDS = 5.0  # after it was sent, the service may still be at work on a request

LOCAL = "local-"  # prefix of the ID of an entry that the service does not know yet


@dataclass(slots=True)
class Draft:
    """One write that is about to be recorded.

    Attributes:
        kind: ``create``, ``stop``, ``update`` or ``delete``.
        workspace: The workspace's ID.
        user: Whose entry it is.
        entry: The ID of the entry (of the service or local); empty for a creation, and for a
            stop of whatever runs.
        payload: The body to send. Of an update: the whole entry as it shall be.
        before: The entry as it was; ``None`` where it did not exist or is not known.
        after: The entry as it is expected to be.
    """

    kind: str
    workspace: str
    user: str
    entry: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(slots=True)
class Operation:
    """One recorded write; the fields of :class:`Draft` and what became of it.

    Attributes:
        id: Number in the order of recording.
        change: The change that it belongs to.
        account: Which account it is for (``Target.account``).
        state: See the module.
        error: The error object of the last failure.
        attempts: How often it was sent.
        hold_until: Seconds since the epoch before which it must not be sent again.
        verb: The command of its change.
        sent: The body as it was last sent, where that differs from ``payload``: a creation
            takes in what was done to the entry while both waited.
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

    @property
    def is_unclear(self) -> bool:
        """Say whether it was given up without anybody knowing what had become of it."""
        return self.state == DROPPED and (self.error or {}).get("kind") == "unclear"

    @property
    def local_id(self) -> str:
        """Return the ID by which a created entry is known before the service gives one."""
        return f"{LOCAL}{self.id}"


@dataclass(slots=True)
class Change:
    """What one command changed: the unit of ``undo``."""

    id: int
    account: str
    verb: str
    label: str
    created_at: str
    undone_by: int | None
    undoes: int | None
    key: str | None
