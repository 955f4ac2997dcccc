"""The last known running timer: the small file that the prompt reads.

Lines of ``name<TAB>value``, without anything that would need a parser: reading it must
cost next to nothing. ``fastpath.py`` reads it; this module writes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from clockify_cli.core import paths
from clockify_cli.core.errors import StorageError
from clockify_cli.core.model import TimeEntry, end_of, start_of
from clockify_cli.store import files, state

KEPT_DAYS = 30  # that a state file is kept unwritten


class LastKnown:
    """The state file of one run.

    Args:
        name: Its name, from :func:`clockify_cli.store.state.file_name`.
        account: ``Account.id``, and ``workspace`` and ``user`` the IDs that it is about.
    """

    def __init__(self, name: str, account: str, workspace: str, user: str) -> None:
        self.path = paths.file("state", name)
        self._about = f"{account} {workspace} {user}"
        self._values = self._read()

    def _read(self) -> dict[str, str]:
        values = state.values(files.read(self.path) or "")
        return values if values.get("about") == self._about else {}

    @property
    def is_known(self) -> bool:
        """Say whether anything was ever learnt about the running timer."""
        return "known" in self._values

    @property
    def running(self) -> TimeEntry | None:
        """Return the entry that the service said to run, without pending changes."""
        return _entry(self._values.get("known", ""))

    @property
    def values(self) -> dict[str, str]:
        """Return the lines of the file, as the prompt reads them."""
        return self._values

    @property
    def shown(self) -> TimeEntry | None:
        """Return the running entry with pending changes applied."""
        return _entry(self._values.get("shown", ""))

    def renew(self) -> None:
        """Read the file again: another command may have changed it."""
        self._values = self._read()

    def day_seconds(self, now: datetime, zone: tzinfo) -> int | None:
        """Return today's finished seconds as last counted, or ``None``."""
        return self.add_to_day(0, now, zone)

    @property
    def as_of(self) -> int:
        """Return when that was learnt, in seconds since the epoch (0: never)."""
        text = self._values.get("as_of", "0")
        return int(text) if text.isdecimal() and len(text) < 19 else 0

    @property
    def journal(self) -> int:
        """Return the number of the newest write of the journal that this knows of (0: none)."""
        text = self._values.get("journal", "0")
        return int(text) if text.isdecimal() and len(text) < 19 else 0

    def save(
        self,
        known: TimeEntry | None,
        shown: TimeEntry | None,
        *,
        now: datetime,
        zone: tzinfo,
        describe: Callable[[TimeEntry], Mapping[str, str]],
        waiting: int,
        confirmed: bool = True,
        journal: int = 0,
        day_seconds: int | None = None,
        prompt_format: str = "",
        failed: Callable[[str], Any] | None = None,
    ) -> None:
        """Write what is known now.

        Args:
            known: The running entry as the service told it.
            shown: The same with pending changes applied; what the prompt shows.
            now: The present.
            zone: The run's zone, for the start's wall clock.
            describe: Gives the names of an entry's project, client, task, tags and colour.
            waiting: How many writes wait.
            confirmed: The service has said so just now; else the old age stays.
            journal: The number of the newest write that ``known`` knows of.
            day_seconds: Finished seconds of today, where just counted.
            prompt_format: The setting, which the prompt cannot afford to look up.
            failed: Called if the file cannot be written; the prompt is a convenience.
        """
        from clockify_cli.times import Clock

        local = now.astimezone(zone)
        today, offset = local.strftime("%Y-%m-%d"), local.utcoffset()
        values = {
            "about": self._about,
            "as_of": str(int(now.timestamp()) if confirmed else self.as_of),
            "offset": str(int(offset.total_seconds()) if offset else 0),
            "prompt_format": one_line(prompt_format),
            "known": _compact(known),
            "journal": str(journal),
            "waiting": str(waiting),
            "day": today,
            "midnight": str(int(Clock(now=now, zone=zone).day_start(local.date()).timestamp())),
        }
        if day_seconds is not None:
            values["day_seconds"] = str(day_seconds)
        elif self._values.get("day") == today and "day_seconds" in self._values:
            values["day_seconds"] = self._values["day_seconds"]
        if shown is not None and end_of(shown) is None:
            start = start_of(shown)
            values |= {
                "shown": _compact(shown),
                "id": str(shown.get("id") or ""),
                "start": str(int(start.timestamp())),
                "started": start.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                "description": one_line(shown.get("description") or ""),
                "billable": "1" if shown.get("billable") else "",
                "queued": "1" if shown.get("queued") else "",
                **{k: one_line(v) for k, v in describe(shown).items()},
            }
        text = "".join(f"{name}\t{value}\n" for name, value in values.items())
        self._values = values
        try:
            if not os.path.exists(self.path):
                _forget_old(self.path)
            files.replace(self.path, text, synced=False)
        except StorageError as error:
            if failed is not None:
                failed(error.message)

    def add_to_day(self, seconds: int, now: datetime, zone: tzinfo) -> int | None:
        """Return today's finished seconds with ``seconds`` added, or ``None`` where unknown."""
        today = now.astimezone(zone).strftime("%Y-%m-%d")
        text = self._values.get("day_seconds", "")
        if self._values.get("day") != today or not text.isdecimal():
            return None
        return max(0, int(text) + seconds)


def set_prompt_format(profile: str, template: str) -> None:
    """Put the setting into the state files of a profile, so that the next prompt has it.

    Args:
        profile: The profile's name.
        template: The template; empty for the default one.
    """
    for path in [*_files_of(profile, sandbox=False), *_files_of(profile, sandbox=True)]:
        known = state.values(files.read(path) or "")
        known["prompt_format"] = one_line(template)
        text = "".join(f"{name}\t{value}\n" for name, value in known.items())
        files.replace(path, text, synced=False)


def _forget_old(path: str) -> None:
    """Remove state files that nobody has written for long: a key that rotates leaves many."""
    import time

    folder, oldest = os.path.dirname(path), time.time() - KEPT_DAYS * 86400
    try:
        for entry in os.scandir(folder):
            name = entry.name
            if name.startswith("now-") and name.endswith(".txt") and entry.stat().st_mtime < oldest:
                os.unlink(entry.path)
    except OSError:
        pass


def forget(profile: str | None, *, sandbox: bool) -> None:
    """Remove the state files of a profile (of every profile if it is ``None``)."""
    for path in _files_of(profile, sandbox=sandbox):
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise files.storage_error(path, error) from error


def _files_of(profile: str | None, *, sandbox: bool) -> Iterator[str]:
    """Yield the paths of the state files, whatever addresses or workspaces they were for."""
    folder = paths.folder("state")
    try:
        names = os.listdir(folder)
    except OSError:
        return
    wanted = None if profile is None else state.file_name(profile, False, {}).split("-")[1][:-4]
    for name in names:
        parts = name.removesuffix(".txt").split("-")
        if parts[0] != "now" or len(parts) < 2 or not name.endswith(".txt"):
            continue
        if ("sandbox" in parts[2:]) == sandbox and wanted in (None, parts[1]):
            yield os.path.join(folder, name)


def one_line(text: str) -> str:
    """Return ``text`` without control characters, so that it stays one value on one line."""
    return "".join(c if c.isprintable() else " " for c in text)


def _compact(entry: TimeEntry | None) -> str:
    return json.dumps(entry, ensure_ascii=True, separators=(",", ":")) if entry else ""


def _entry(text: str) -> TimeEntry | None:
    """Return the entry of a line; nothing if it is damaged, for it is asked for again."""
    try:
        found: TimeEntry | None = json.loads(text) if text else None
        return found if found and found["id"] and start_of(found) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
