"""Faults on purpose: which requests go wrong, in which way, how often.

A rule is a JSON object:

``match``
    ``method`` (any if left out) and ``path`` (a regular expression, searched in the whole
    path as it came).
``kind``
    ``cut_before``, ``cut_after``: the socket is closed without a byte, nothing or all done.
    ``status_before``, ``status_after``: the answer is ``status`` (500), nothing or all done.
    ``half``: all headers and half the body. ``garbage``, ``html``, ``empty``: another body.
    ``hang``: no answer for ``seconds`` (30), then a cut. ``slow``: ``seconds`` (1) late.
    ``429``: with ``retry_after`` as its header. ``redirect``: to another host.
    ``reset``: the socket is reset. ``odd``: the answer's JSON with other values in it, as
    ``set`` says: ``{"timeInterval.end": "2026-13-01T00:00:00Z"}``.
``commit``
    Whether the request is carried out, if the name of the kind does not say so: ``half``,
    ``garbage``, ``html`` and ``empty`` are by default, ``hang``, ``429``, ``redirect`` and
    ``reset`` are not.
``times``
    How many requests go wrong (1; 0 for all of them), after ``skip`` (0) that do not.
``probability``
    How likely each is to go wrong (1).
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

BEFORE = ("cut_before", "status_before", "hang", "429", "redirect", "reset")
AFTER = ("cut_after", "status_after", "half", "garbage", "html", "empty", "slow", "odd")
KINDS = BEFORE + AFTER
FIXED = ("cut_before", "cut_after", "status_before", "status_after", "slow", "odd")


@dataclass(slots=True)
class Rule:
    """One fault, and how often it may still happen."""

    kind: str
    method: str
    path: re.Pattern[str]
    status: int
    seconds: float
    times: int
    skip: int
    retry_after: str | None
    probability: float
    commit: bool
    body: str | None
    set: Mapping[str, Any]
    done: int = 0

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Rule:
        """Return the rule that a JSON object describes.

        Raises:
            ValueError: It describes none.
        """
        kind = str(given.get("kind"))
        if kind not in KINDS:
            raise ValueError(f"kind has to be one of {', '.join(KINDS)}")
        match = given.get("match") or {}
        commit = kind in AFTER
        if given.get("commit") is not None and kind not in FIXED:
            commit = bool(given["commit"])
        retry_after = given.get("retry_after")
        try:
            return cls(
                kind=kind,
                method=str(match.get("method") or "").upper(),
                path=re.compile(str(match.get("path") or "")),
                status=int(given.get("status") or 500),
                seconds=float(given.get("seconds", 30 if kind == "hang" else 1)),
                times=int(given.get("times", 1)),
                skip=int(given.get("skip", 0)),
                retry_after=None if retry_after is None else str(retry_after),
                probability=float(given.get("probability", 1)),
                commit=commit,
                body=given.get("body"),
                set=dict(given.get("set") or {}),
            )
        except (TypeError, AttributeError, re.error) as error:
            raise ValueError(str(error)) from error

    def fits(self, method: str, path: str) -> bool:
        """Say whether this request is meant, and there is something left to go wrong."""
        if self.times and self.done >= self.times:
            return False
        return self.method in ("", method) and self.path.search(path) is not None

    def twist(self, answer: Any) -> Any:
        """Return an answer with the values of ``set`` in it; of a list, in every item."""
        for one in answer if isinstance(answer, list) else [answer]:
            for path, value in self.set.items():
                *parents, name = path.split(".")
                holder = one
                for parent in parents:
                    holder = holder[parent]
                holder[name] = value
        return answer


class Faults:
    """The rules in force; may be asked from several threads."""

    def __init__(self, rules: Iterable[Mapping[str, Any]] = ()) -> None:
        self._lock = threading.Lock()
        self._rules = [Rule.read(rule) for rule in rules]
        self._chance = random.Random(0)

    def take(self, method: str, path: str) -> Rule | None:
        """Return what goes wrong with a request, and count it; ``None`` if nothing does."""
        with self._lock:
            for rule in self._rules:
                if not rule.fits(method, path):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                if rule.probability < 1 and self._chance.random() >= rule.probability:
                    continue
                rule.done += 1
                return rule
        return None

    def counts(self) -> list[dict[str, Any]]:
        """Return each rule's kind and how often it has happened."""
        with self._lock:
            return [{"kind": rule.kind, "done": rule.done} for rule in self._rules]
