"""Where each setting comes from: option, environment, folder file, profile, default, in that order.

A setting is one row of ``KEYS``; whatever is not there is not a setting. The profile is the
section ``[profile.NAME]`` of the config file; the folder file is the nearest
``.clockify.toml`` above the current folder, which may give defaults for time entries but
never an address or a key (a cloned repository must not be able to redirect anything).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.core.paths import find_folder_file as find_folder_file
from clockify_cli.core.weekdays import WEEKDAYS

DEFAULT_GATEWAY_URL = "https://gateway.maton.ai/clockify"
DEFAULT_CONTROL_URL = "https://ctrl.maton.ai"
DEFAULT_API_URL = "https://api.clockify.me"
_MOST = 1_000_000  # of any number: seconds, hours or requests


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its type, the variable that gives it, its default and its meaning."""

    name: str
    kind: str  # "text", "bool", "int", "list" (at commas) or "words" (as a shell splits them)
    meaning: str
    default: Any = None
    variable: str = ""
    in_folder: bool = False
    choices: tuple[str, ...] = ()


KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key("workspace", "text", "workspace, by name or ID", None, "CLOCKIFY_WORKSPACE", True),
        Key("connection", "text", "gateway connection ID", None, "CLOCKIFY_CONNECTION"),
        Key("gateway_url", "text", "gateway address", DEFAULT_GATEWAY_URL, "CLOCKIFY_GATEWAY_URL"),
        Key("control_url", "text", "control plane", DEFAULT_CONTROL_URL, "CLOCKIFY_CONTROL_URL"),
        Key("maton_url", "text", "Maton's newer host, for both", None, "MATON_API_URL"),
        Key("api_url", "text", "Clockify's own address", DEFAULT_API_URL, "CLOCKIFY_API_URL"),
        Key("direct", "bool", "talk to Clockify itself with its own API key", False),
        Key("key_command", "words", "program that prints the API key", None),
        Key("ca_file", "text", "file or folder of trusted certificates", None),
        Key("time_zone", "text", "zone of shown and typed times", None),
        Key(
            "week_start",
            "text",
            "first day of the week",
            None,
            choices=WEEKDAYS,
        ),
        Key("color", "text", "colour on the terminal", "auto", choices=("auto", "always", "never")),
        Key("timeout", "int", "seconds to wait for an answer", 20, "CLOCKIFY_TIMEOUT"),
        Key("max_wait", "int", "seconds to wait out a rate limit", 10, "CLOCKIFY_MAX_WAIT"),
        Key("queue", "bool", "queue changes while Clockify is unreachable", True),
        Key("quota", "int", "requests per hour that the workspace allows (0: unknown)", 0),
        Key("rate", "int", "requests per second (10 through the gateway, else 50)", None),
        Key("cache_hours", "int", "hours until cached names are refreshed", 24),
        Key("menu", "bool", "choose missing parts of a start from a menu", False),
        Key("project", "text", "default project", None, "CLOCKIFY_PROJECT", True),
        Key("task", "text", "default task", None, "CLOCKIFY_TASK", True),
        Key("tags", "list", "default tags", None, "CLOCKIFY_TAGS", True),
        Key("billable", "bool", "whether new entries are billable", None, "", True),
        Key(
            "description", "text", "default description; {branch} is the git branch", None, "", True
        ),
        Key(
            "task_from_branch",
            "text",
            "pattern that finds a task in the git branch",
            None,
            "",
            True,
        ),
        Key("work_days", "list", "working days", ["mon", "tue", "wed", "thu", "fri"], "", True),
        Key(
            "work_hours",
            "text",
            "working hours, for example 9:00-12:30,13:30-17:30",
            "9:00-17:00",
            "",
            True,
        ),
        Key("goal_day", "text", "daily goal", None, "", True),
        Key("goal_week", "text", "weekly goal", None, "", True),
        Key("round", "text", "rounding of reports, for example 15m", None, "", True),
        Key(
            "round_mode",
            "text",
            "rounding up, nearest or down",
            "nearest",
            "",
            True,
            ("up", "nearest", "down"),
        ),
        Key(
            "round_per",
            "text",
            "round each entry, day or project",
            "entry",
            "",
            True,
            ("entry", "day", "project"),
        ),
        Key("warn_running_hours", "int", "hours after which a running timer is suspicious", 12),
        Key(
            "forgotten",
            "text",
            "ask before stopping a forgotten timer, or stop it now",
            "ask",
            choices=("ask", "stop"),
        ),
        Key("prompt_format", "text", "template of `clockify prompt`", None),
        Key("alias", "table", "short commands of your own, each as alias.NAME", None),
    )
}


class Settings:
    """The settings of one run, each with its value and its origin.

    Args:
        options: What the command line gave (``None`` if it gave nothing).
        environ: The process's environment.
        folder: The table of the folder file, and ``folder_path`` its path.
        profile: The table of the config file's profile, and ``profile_path`` where it stands.
    """

    def __init__(
        self,
        *,
        options: Mapping[str, Any],
        environ: Mapping[str, str],
        folder: Mapping[str, Any],
        folder_path: str,
        profile: Mapping[str, Any],
        profile_path: str,
    ) -> None:
        self._layers: list[tuple[str, Mapping[str, Any]]] = [
            ("option", options),
            ("environment", environ),
            (folder_path or "folder", folder),
            (profile_path, profile),
        ]

    def get(self, name: str) -> Any:
        """Return the value of the setting ``name``; raise UsageError if it cannot be read."""
        return self.explain(name)[0]

    def explain(self, name: str) -> tuple[Any, str]:
        """Return the value of ``name`` and where it came from."""
        given = self.given(name)
        if not given:
            return KEYS[name].default, "default"
        raw, origin = given[0]
        return read_value(KEYS[name], raw, origin), origin

    def rank(self, name: str) -> int:
        """Return how far from the command line ``name`` is given: the lower one counts."""
        key = KEYS[name]
        for number, (_, layer) in enumerate(self._layers):
            if layer.get(key.variable if number == 1 else name) not in (None, ""):
                return number
        return len(self._layers)

    def given(self, name: str) -> list[tuple[Any, str]]:
        """Return what ``name`` was given, as it stands there, and where; the first one counts."""
        key = KEYS[name]
        found = []
        for number, (origin, layer) in enumerate(self._layers):
            if number == 1:
                raw: Any = layer.get(key.variable) if key.variable else None
                origin = f"environment ({key.variable})"
            else:
                raw = layer.get(name)
            if raw is not None and raw != "":
                found.append((raw, origin))
        return found


def read_value(key: Key, raw: Any, origin: str) -> Any:
    """Turn what stands in a file, a variable or on the command line into the key's type."""
    value: Any
    if key.kind == "bool":
        if isinstance(raw, bool):
            return raw
        text = str(raw).strip().lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("0", "false", "no", "off"):
            return False
        raise UsageError(f"'{key.name}' from {origin} is not true or false: {raw!r}.")
    if key.kind == "int":
        try:
            value = int(str(raw).strip())
        except ValueError:
            value = -1
        if isinstance(raw, bool) or not 0 <= value <= _MOST:
            raise UsageError(
                f"'{key.name}' from {origin} is not a whole number up to {_MOST:,}: "
                f"{str(raw)[:40]!r}."
            )
        return value
    if key.kind == "list":
        if isinstance(raw, list):
            return [str(item) for item in raw]
        return [part.strip() for part in str(raw).split(",") if part.strip()]
    if key.kind == "table":
        if isinstance(raw, dict) and all(isinstance(value, str) for value in raw.values()):
            return dict(raw)
        raise UsageError(
            f"'{key.name}' from {origin} is not a table of strings.",
            f"Set one at a time: clockify config set {key.name}.NAME 'WORDS…'",
        )
    if key.kind == "words":
        return _words(key, raw, origin)
    if not isinstance(raw, str):
        raise UsageError(f"'{key.name}' from {origin} is not text: {raw!r}.")
    value = raw.strip()
    if key.choices and value.lower() not in key.choices:
        raise UsageError(
            f"'{key.name}' from {origin} is {value!r}.", f"Choose one of: {', '.join(key.choices)}."
        )
    return value.lower() if key.choices else value


def _words(key: Key, raw: Any, origin: str) -> list[str]:
    """Return the words of a command: a list of them, or a text that a shell would split so."""
    import shlex

    try:
        words = shlex.split(raw) if isinstance(raw, str) else raw
    except ValueError as error:
        raise UsageError(f"'{key.name}' from {origin}: {error}.") from error
    if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
        raise UsageError(
            f"'{key.name}' from {origin} is not a command.", 'For example: ["maton", "token"].'
        )
    if not words[0].strip() or any("\0" in word for word in words):
        raise UsageError(f"'{key.name}' from {origin} does not name a program.")
    return words
