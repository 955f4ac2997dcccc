"""Many operations of one change: recorded and settled one transaction at a time.

The journal's rule holds for each of them: it is on disk as ``sending`` before its first byte
goes out. A transaction (some milliseconds, synced) takes in what was answered since the last
one and what is sent next, so that a few dozen are in flight at most: should the process die,
the next command looks up those few, and the rest were never promised to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from clockify_cli.journal.operation import DONE, Draft, Operation
from clockify_cli.journal.store import Journal


class Batch:
    """The operations of one change.

    Args:
        journal: The journal, whose delivery lock the caller holds whenever it calls.
        verb: The command.
        label: What it changes, for people.
        workspace: The workspace's ID.
        key: The idempotency key: the same one continues with the change that it began.
        undoes: The change that this one undoes.
    """

    def __init__(
        self,
        journal: Journal,
        verb: str,
        label: str,
        workspace: str,
        *,
        key: str | None = None,
        undoes: int | None = None,
    ) -> None:
        self._journal = journal
        self._verb = verb
        self._label = label
        self._workspace = workspace
        self._key = key
        self._undoes = undoes
        self.change: int | None = None  # its number, once something was recorded

    def record(self, drafts: Sequence[Draft], settled: Iterable[Operation] = ()) -> list[Operation]:
        """Put operations on disk that are sent at once, and what became of earlier ones.

        Returns:
            The operations of the drafts, as ``sending``.
        """
        self.change, operations = self._journal.record_more(
            self.change,
            self._verb,
            self._label,
            drafts,
            settled,
            key=self._key,
            workspace=self._workspace,
            undoes=self._undoes,
        )
        return operations


def done(operation: Operation, answer: dict[str, Any] | None = None) -> Operation:
    """Note in the object that it has happened; :meth:`Batch.record` puts it on disk."""
    operation.state = DONE
    operation.error = None
    operation.hold_until = 0
    if answer is not None:
        operation.after = answer
        operation.entry = str(answer["id"])
    return operation
