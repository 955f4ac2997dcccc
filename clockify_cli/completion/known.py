"""Cached data of the account that a command line selects; makes no request.

The state file tells the account and its workspace; the config file is read only where that
cannot be the whole truth, for reading it costs more than everything else here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from clockify_cli.core import paths
from clockify_cli.core.matching import match
from clockify_cli.core.present import STALE_SECONDS, seconds_now
from clockify_cli.store import state
from clockify_cli.store.cached import list_path

Item = dict[str, Any]
_DEFAULT_PROFILE = "default"


class Known:
    """The caches as one command line sees them.

    Args:
        options: The options that choose an account, by the names of their fields: ``profile``,
            ``sandbox``, ``workspace`` and ``connection``; those that were given.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        environ = os.environ
        self._sandbox = "sandbox" in options or state.is_on(environ.get("CLOCKIFY_SANDBOX", ""))
        self._profile = options.get("profile") or environ.get("CLOCKIFY_PROFILE", "").strip()
        self._folder: dict[str, Any] | None = None
        self._config: dict[str, Any] | None = None
        self._lists: dict[str, list[Item]] = {}
        self._recent: dict[str, Any] | None = None
        self.user = ""
        chosen = options.get("workspace") or environ.get("CLOCKIFY_WORKSPACE", "").strip()
        self._wanted = chosen or str(self.folder_file().get("workspace") or "")
        self.state = state.read(
            self._profile,
            self._sandbox,
            options.get("workspace"),
            options.get("connection"),
        )
        # Each workspace that is chosen by option or variable has a state file of its own.
        self._is_chosen = bool(chosen) and "about" in self.state
        if "about" not in self.state and self._wanted:
            others = {name: environ.get(name, "") for name in state.OVERRIDES}
            others["CLOCKIFY_WORKSPACE"] = ""
            if "connection" in options:
                others["CLOCKIFY_CONNECTION"] = options["connection"]
            name = state.file_name(self._profile, self._sandbox, others)
            self.state = state.values(_text(paths.file("state", name)))
        self.account, self.workspace = self._place()

    def _place(self) -> tuple[str, str]:
        """Return the account (``Account.id``) and the ID of the workspace."""
        about = self.state.get("about", "").rsplit(" ", 2)
        account, workspace, self.user = about if len(about) == 3 else ("", "", "")
        # The state may be about the workspace of another folder's file.
        if not account or (not self._wanted and f'"{workspace}"' not in self._config_text()):
            cached = self._section("account", "sandbox" if self._sandbox else self.profile)
            account = account or str(cached.get("id") or "")
            self.user = self.user or str(cached.get("user") or "")
            workspace = str(cached.get("workspace") or workspace)
            self._wanted = self._wanted or str(self.profile_table().get("workspace") or "")
        if account and self._wanted and not self._is_chosen:
            self.account, self.workspace = account, ""
            found = self.find("workspaces", self._wanted)
            workspace = str(found["id"]) if found else self._wanted
            workspace *= workspace.isalnum()  # it becomes a path: a name or worse finds nothing
        return account, workspace

    # -- files -------------------------------------------------------------------------

    @property
    def profile(self) -> str:
        """The name of the profile in use."""
        return self._profile or _DEFAULT_PROFILE

    def profiles(self) -> list[str]:
        """Return the names of the profiles in the config file."""
        table = self._config_table().get("profile")
        return [_DEFAULT_PROFILE, *(n for n in table or () if n != _DEFAULT_PROFILE)]

    def connections(self) -> list[str]:
        """Return the IDs of the gateway connections that the profiles use."""
        table = self._config_table().get("profile")
        rows = table.values() if isinstance(table, dict) else ()
        found = [r["connection"] for r in rows if isinstance(r, dict) and r.get("connection")]
        return sorted({str(number) for number in found})

    def profile_table(self) -> dict[str, Any]:
        """Return the settings of the profile in use."""
        return self._section("profile", self.profile)

    def folder_file(self) -> dict[str, Any]:
        """Return the settings of the nearest ``.clockify.toml``."""
        if self._folder is None:
            path = paths.find_folder_file()
            table = _toml(_text(path, 64 * 1024)) if path else {}
            self._folder = {k: v for k, v in table.items() if isinstance(v, str)}
        return self._folder

    def setting(self, name: str, variable: str) -> str:
        """Return a setting's text: from the environment, the folder's file or the profile."""
        return (
            os.environ.get(variable, "").strip()
            or str(self.folder_file().get(name) or "")
            or (str(self.profile_table().get(name) or "") if name in self._config_text() else "")
        )

    def _section(self, kind: str, name: str) -> dict[str, Any]:
        tables = self._config_table().get(kind)
        table = tables.get(name) if isinstance(tables, dict) else None
        return table if isinstance(table, dict) else {}

    def _config_text(self) -> str:
        return _text(paths.file("config", "config.toml"))

    def _config_table(self) -> dict[str, Any]:
        if self._config is None:
            self._config = _toml(self._config_text())
        return self._config

    # -- lists -------------------------------------------------------------------------

    def items(self, kind: str) -> list[Item]:
        """Return the cached list ``kind`` (``projects``, ``tags``, ``tasks-PROJECTID`` …)."""
        if kind not in self._lists:
            self._lists[kind] = self._read(list_path(self.account, self.workspace, kind))
        return self._lists[kind]

    def tasks(self) -> list[Item]:
        """Return the tasks of every project that are cached."""
        folder = os.path.dirname(list_path(self.account, self.workspace, "tasks"))
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return []
        kinds = [n[:-5] for n in names if n.startswith("tasks-") and n.endswith(".json")]
        return [item for kind in kinds for item in self.items(kind)]

    def find(self, kind: str, text: str) -> Item | None:
        """Return the one thing that a typed name means, as the commands would read it."""
        from clockify_cli.core.errors import NotFoundError

        try:
            return dict(match(text, self.items(kind), kind))
        except NotFoundError:
            return None

    def _read(self, path: str) -> list[Item]:
        try:
            stored = json.loads(_text(path) or "{}")
            items = list(stored.get("items") or ())
        except (ValueError, AttributeError, TypeError, RecursionError):
            return []
        return [i for i in items if isinstance(i, dict) and str(i.get("id")).isalnum()]

    @property
    def is_unknown(self) -> bool:
        """Nothing was ever learnt about the running timer."""
        return "about" not in self.state

    def recent(self) -> list[Item]:
        """Return the newest entries as last seen, newest first."""
        items = self._seen.get("items")
        return [e for e in items if isinstance(e, dict)] if isinstance(items, list) else []

    def entries(self) -> list[Item]:
        """Return the entries whose content is known: the newest, and those of recent ranges."""
        from clockify_cli.store.recent_ranges import RecentRanges

        others = RecentRanges(self.account).entries(self.workspace) if self.account else []
        return [*others, *self.recent()]

    def shown_rows(self) -> tuple[str, ...]:
        """Return the IDs of the rows that this session was shown last, ``@1`` first."""
        from clockify_cli.store import shown_rows

        table = shown_rows.last(self.account, self.workspace)
        return table.rows if table else ()

    @property
    def recent_age(self) -> str:
        """When the newest entries were last seen, where that is long ago; else empty."""
        until = str(self._seen.get("until") or "")
        seconds = self._moment(until)
        if seconds is None or seconds_now() - seconds < STALE_SECONDS:
            return ""
        return self.wall(until)

    @property
    def _seen(self) -> dict[str, Any]:
        if self._recent is None:
            try:
                stored = json.loads(_text(list_path(self.account, self.workspace, "recent")))
                self._recent = dict(stored) if stored["user"] == self.user or not self.user else {}
            except (ValueError, KeyError, TypeError, RecursionError):
                self._recent = {}
        return self._recent

    def _moment(self, instant: str) -> float | None:
        from datetime import datetime

        try:
            return datetime.fromisoformat(instant).timestamp()
        except ValueError:
            return None

    def wall(self, instant: str) -> str:
        """Return an instant of the API as the user's wall clock, with its day unless today."""
        from datetime import datetime, timedelta, timezone

        seconds = self._moment(instant)
        if seconds is None:
            return ""
        offset = self.state.get("offset", "")
        zone = None
        if offset.removeprefix("-").isdecimal():
            zone = timezone(timedelta(seconds=int(offset)))
        at = datetime.fromtimestamp(seconds, zone)
        today = datetime.fromtimestamp(seconds_now(), zone).date()
        return f"{at:%H:%M}" if at.date() == today else f"{at:%a %d %b %H:%M}"

    @property
    def running(self) -> Item:
        """The running entry as last known; empty if there is none."""
        try:
            found = json.loads(self.state.get("shown") or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def _text(path: str, most: int = -1) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(most)
    except OSError:
        return ""


def _toml(text: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}
