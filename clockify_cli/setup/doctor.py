"""Diagnose problems on this machine and name the command that fixes each.

What the service says is in ``service_checks``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from clockify_cli.core import paths
from clockify_cli.core.errors import (
    ClockifyError,
    NotFoundError,
    RateLimitError,
    RefusedError,
    SignInError,
    StorageError,
    UnreachableError,
)
from clockify_cli.core.settings import DEFAULT_GATEWAY_URL, KEYS, Settings
from clockify_cli.gateway.target import Target
from clockify_cli.store import config, files, keys

APP_SEGMENT = "clockify"  # with which every path of the gateway begins

# Which finding gives the exit code, if there are several.
_WORST_FIRST = (
    SignInError.exit_code,
    UnreachableError.exit_code,
    RateLimitError.exit_code,
    RefusedError.exit_code,
    NotFoundError.exit_code,
    2,
    1,
)


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: The check's name.
        ok: Whether it is as it should be.
        message: What was found, in one sentence.
        fix: The command or the step that fixes it; empty if it is ok.
        code: The exit code that such a fault causes; 0 if it is ok.
    """

    check: str
    ok: bool
    message: str
    fix: str = ""
    code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the documented form; ``fix`` only if there is one."""
        told: dict[str, Any] = {"check": self.check, "ok": self.ok, "message": self.message}
        return told | ({"fix": self.fix} if self.fix else {})


def exit_code(findings: list[Finding]) -> int:
    """Return 0 where everything is ok, else the code of the worst finding."""
    codes = {f.code for f in findings if not f.ok}
    return next((code for code in _WORST_FIRST if code in codes), 1) if codes else 0


def good(check: str, message: str) -> Finding:
    """Return a finding that is as it should be."""
    return Finding(check, True, message)


def bad(check: str, message: str, fix: str, code: int = 1) -> Finding:
    """Return a finding that needs a fix."""
    return Finding(check, False, message, fix, code)


# -- this machine ------------------------------------------------------------------------


def check_folders() -> Iterator[Finding]:
    """Check that the three folders can be written, and by their owner alone."""
    sound = []
    for kind in ("config", "state", "cache"):
        folder = paths.folder(kind)
        try:
            files.ensure_folder(folder)
            files.check_room(os.path.join(folder, "doctor"))
        except StorageError as error:
            yield bad("folders", error.message, error.hint, error.exit_code)
            continue
        if os.name != "nt" and os.stat(folder).st_mode & 0o022:
            yield bad("folders", f"Other users can write to {folder}.", f"chmod 700 '{folder}'")
            continue
        sound.append(folder)
    if len(sound) == 3:
        yield good("folders", f"Writable: {', '.join(sound)}.")


def check_private_files(key_notices: list[str]) -> Iterator[Finding]:
    """Check that nobody else can read what this program keeps.

    Args:
        key_notices: What reading the API key has told of its file.
    """
    open_files = []
    for kind in ("config", "state"):
        folder = paths.folder(kind)
        for name in sorted(_names_in(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and files.close_to_others(path):
                open_files.append(path)
    for text in key_notices:
        yield bad("files", text, "clockify auth login")
    if open_files:
        yield bad(
            "files",
            f"Other users could read {', '.join(open_files)}; that is fixed.",
            "Nothing to do, unless somebody may have read them.",
        )
    elif not key_notices:
        yield good("files", "Only you can read them.")


def check_config(notices: list[str], table: Mapping[str, Any], profile: str) -> Iterator[Finding]:
    """Check the config file.

    Args:
        notices: What reading it has told: that a damaged one was moved aside.
        table: The file as a table.
        profile: The profile's name.
    """
    path = config.path()
    for text in notices:
        yield bad("config", text, "Fix that file and restore it, or start over: clockify config")
    unknown = [
        (name, key)
        for name, section in (table.get("profile") or {}).items()
        for key in section
        if key not in KEYS
    ]
    for name, key in unknown:
        chosen = "" if name == "default" else f" --profile {quote(name)}"
        yield bad(
            "config",
            f"'{key}' in the profile '{name}' is not a setting and has no effect.",
            f"clockify config unset{chosen} {quote(key)}",
            2,
        )
    if not notices and not unknown:
        there = os.path.exists(path)
        yield good("config", f"{path}{'' if there else ' (not there yet)'}, profile '{profile}'.")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Check that every setting can be read and has a value that it may have."""
    from clockify_cli.setup.setting_values import check_value

    fine = True
    for name, key in KEYS.items():
        try:
            value, _ = settings.explain(name)
            check_value(key, value)
        except ClockifyError as error:
            fine = False
            yield bad("settings", error.message, _fix_setting(settings, name), error.exit_code)
    if fine:
        yield good("settings", "All valid; 'clockify config' lists them.")


def check_journal(account: str) -> Iterator[Finding]:
    """Check the journal, and say how much is pending in it, and whose."""
    from clockify_cli.journal import store
    from clockify_cli.setup.forgetting import pending_sentence

    if not os.path.exists(store.path()):
        yield good("journal", "Nothing recorded yet.")
        return
    notices: list[str] = []
    try:
        journal = store.Journal(account, notices.append)
        try:
            waiting, aside = len(journal.undelivered()), len(journal.set_aside())
            elsewhere = [pending_sentence(*found) for found in journal.pending_elsewhere()]
        finally:
            journal.close()
    except StorageError as error:
        yield bad("journal", error.message, error.hint, error.exit_code)
        return
    for text in notices:
        yield bad("journal", text, "Check your last entries: clockify entries")
    if aside:
        yield bad("journal", f"{aside} refused or in conflict.", "clockify queue", 6)
    elif not notices:
        told = f"{waiting} pending." if waiting else "Nothing is pending."
        yield good("journal", " ".join([told, *elsewhere]))


def check_cache() -> Iterator[Finding]:
    """Check that the cached lists can be read."""
    import json

    damaged = []
    for folder, _, names in os.walk(paths.folder("cache")):
        for name in names:
            if name.endswith(".json"):
                path = os.path.join(folder, name)
                try:
                    json.loads(files.read(path, strict=True) or "")
                except (ValueError, StorageError, RecursionError):
                    damaged.append(path)
    if damaged:
        kept = ", ".join(files.set_aside(path) for path in damaged)
        yield bad("cache", f"Damaged lists were moved aside: {kept}.", "clockify status --refresh")
    else:
        yield good("cache", "The cached lists are readable.")


# -- the way in ----------------------------------------------------------------------------


def check_key(target: Target, origin: str) -> Finding:
    """Check that there is a key, and tell where it comes from."""
    if target.has_key:
        return good("key", f"From {origin}.")
    fix = "clockify auth login" + (" --direct" if target.direct else "")
    return bad("key", "There is no API key.", fix, SignInError.exit_code)


def check_address(target: Target, settings: Settings) -> Finding:
    """Check the address: on the gateway it ends with the app's name."""
    if target.sandbox:
        return good("address", f"The sandbox, {target.sandbox}.")
    segments = [part for part in urlsplit(target.base_url).path.split("/") if part]
    if target.direct:
        if segments[-2:] == ["api", "v1"]:
            url = target.base_url.removesuffix("/api/v1")
            return bad(
                "address",
                f"{target.base_url} includes /api/v1, which is added to it anyway.",
                _set_or_export(settings, "api_url", url),
                UnreachableError.exit_code,
            )
        return good("address", f"{target.base_url}, Clockify itself.")
    if APP_SEGMENT not in segments:
        url = target.base_url + "/" + APP_SEGMENT
        if urlsplit(target.base_url).hostname == urlsplit(DEFAULT_GATEWAY_URL).hostname:
            url = DEFAULT_GATEWAY_URL
        return bad(
            "address",
            f"{target.base_url} does not lead to Clockify: the gateway's paths begin with "
            f"/{APP_SEGMENT}.",
            _set_or_export(settings, "gateway_url", url),
            UnreachableError.exit_code,
        )
    return good("address", f"{target.base_url}.")


def _fix_setting(settings: Settings, name: str) -> str:
    given = settings.given(name)
    origin = given[0][1] if given else ""
    if origin.startswith("environment"):
        return f"unset {KEYS[name].variable}"
    if origin.startswith("profile"):
        return f"clockify config unset {name}"
    return f"Fix it there: {origin}"


def _set_or_export(settings: Settings, name: str, value: str) -> str:
    if settings.explain(name)[1].startswith("environment"):
        return f"export {KEYS[name].variable}={value}"
    return f"clockify config set {name} {quote(value)}"


def unset_or_unexport(settings: Settings, name: str) -> str:
    """Return the command that takes a setting away from where it is given."""
    origin = settings.explain(name)[1]
    if origin == "option":
        return f"Leave out --{name}"
    if origin.startswith("environment"):
        return f"unset {KEYS[name].variable}"
    return f"clockify config unset {name}"


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def key_notices(profile: str, *, direct: bool) -> list[str]:
    """Return what reading the stored key tells of its file."""
    told: list[str] = []
    try:
        keys.find(profile, direct=direct, notice=told.append)
    except SignInError as error:
        told.append(error.message)
    return told
