"""Read and check typed values of settings."""

from __future__ import annotations

import re
from typing import Any

from clockify_cli.core.errors import ClockifyError, UsageError
from clockify_cli.core.settings import KEYS, Key, read_value
from clockify_cli.core.tree import ALIASES, PLANNED, ROWS
from clockify_cli.core.weekdays import WEEKDAYS

ALIAS = "alias."
_DURATIONS = ("goal_day", "goal_week", "round")
_ADDRESSES = ("gateway_url", "control_url", "maton_url", "api_url")
_NOT_ZERO = ("timeout", "rate")


def key_of(name: str) -> Key:
    """Return the setting called ``name``, typed with blanks or dashes too.

    Raises:
        UsageError: There is none; the nearest names are offered.
    """
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    found = KEYS.get(plain)
    if found is not None:
        return found
    if plain in ("key", "api_key", "token", "maton_api_key", "clockify_api_key"):
        raise UsageError(
            "The API key is not a setting and is never kept in the config file.",
            "Store it with 'clockify auth login'.",
        )
    import difflib

    near = difflib.get_close_matches(plain, list(KEYS), n=3, cutoff=0.6)
    raise UsageError(
        f"There is no setting '{name}'.",
        f"Did you mean {' or '.join(near)}?" if near else "List them: clockify config list.",
    )


def is_alias(name: str) -> bool:
    """Say whether a setting's name is that of an alias: ``alias.NAME``."""
    return name.startswith(ALIAS)


def checked_alias(name: str, words: str) -> str:
    """Return what the setting ``alias.NAME`` stands for.

    Raises:
        UsageError: The name is a command's, or the words are no command line.
    """
    import shlex

    short = name.removeprefix(ALIAS)
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", short):
        raise UsageError(f"'{short}' cannot be an alias.", "Use letters, digits, - and _.")
    if short in ROWS or short in (*PLANNED, "help"):
        raise UsageError(f"'{short}' is a command.", "Choose another name.")
    try:
        found = shlex.split(words)
    except ValueError as error:
        raise UsageError(f"The alias cannot be read: {error}.") from error
    if not found or (found[0] not in ROWS and found[0] not in ALIASES):
        raise UsageError(
            "An alias must stand for a clockify command.",
            f"For example: clockify config set {name} 'start Standup'",
        )
    return words.strip()


def typed_value(key: Key, text: str) -> Any:
    """Return the value of ``key`` that was typed, in the type that the file holds.

    Raises:
        UsageError: The setting cannot have that value.
    """
    if not text.strip():
        raise UsageError(
            f"'{key.name}' needs a value.", f"To remove it: clockify config unset {key.name}."
        )
    value = read_value(key, text, "the command line")
    if key.name == "work_days":
        value = [_day(word) for word in value]
    check_value(key, value)
    return value


def check_value(key: Key, value: Any) -> None:
    """Raise UsageError if the setting ``key`` cannot have ``value``, of the right type."""
    if value is None:
        return
    if key.name == "time_zone":
        from clockify_cli.core.zones import find_zone

        find_zone(value, "time_zone")
    elif key.name in _DURATIONS:
        from clockify_cli.times.durations import parse_duration

        try:
            parse_duration(value)
        except ClockifyError as error:
            raise UsageError(f"'{key.name}': {error.message}", error.hint) from error
    elif key.name in _ADDRESSES:
        from clockify_cli.gateway.target import checked_url

        checked_url(value, key.name)
    elif key.name == "work_hours":
        _check_hours(value)
    elif key.name == "work_days":
        for word in value:
            _day(word)
    elif key.name == "task_from_branch":
        from clockify_cli.core.patterns import bounded_pattern

        try:
            bounded_pattern(value)
        except UsageError as error:
            raise UsageError(f"'{key.name}': {error.message}", error.hint) from error
    elif key.name == "description":
        from clockify_cli.tracking.content import checked_description

        checked_description(value)
    elif key.name in _NOT_ZERO and value < 1:
        raise UsageError(f"'{key.name}' must be at least 1.")


def check_folder_value(name: str, raw: Any, origin: str) -> None:
    """Raise ClockifyError if the setting ``name`` cannot have what a folder file gives it."""
    key = KEYS[name]
    taken = {"bool": (bool, str), "list": (list, str)}.get(key.kind, (str,))
    if not isinstance(raw, taken):
        raise UsageError(f"'{name}' is not {'a list of texts' if key.kind == 'list' else 'text'}.")
    if isinstance(raw, list) and not all(isinstance(item, str) for item in raw):
        raise UsageError(f"'{name}' is not a list of texts.")
    value = read_value(key, raw, origin)
    if name in ("work_days", "work_hours"):
        from clockify_cli.tracking.working_hours import working_hours

        days, hours = KEYS["work_days"].default, KEYS["work_hours"].default
        working_hours(*((value, hours) if name == "work_days" else (days, value)))
        return
    check_value(key, value)


def _day(word: str) -> str:
    plain = word.strip().lower()
    for day in WEEKDAYS:
        if len(plain) >= 3 and day.startswith(plain):
            return day[:3]
    raise UsageError(f"'work_days': '{word}' is not a day.", "For example: mon,tue,wed,thu,fri.")


def _check_hours(text: str) -> None:
    """Refuse working hours that are not parts of a day in order."""
    before = -1
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", part)
        if found is None:
            raise UsageError(
                f"'work_hours': '{part.strip()}' is not a time range.",
                "For example: 9:00-12:30,13:30-17:30.",
            )
        numbers = [int(group) for group in found.groups()]
        start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if numbers[1] > 59 or numbers[3] > 59 or end > 24 * 60 or not before <= start < end:
            raise UsageError(
                f"'work_hours': '{part.strip()}' is not in order within the day.",
                "For example: 9:00-12:30,13:30-17:30.",
            )
        before = end
