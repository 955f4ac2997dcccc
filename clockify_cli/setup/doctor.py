"""Finding what is wrong with a set-up, and the command that mends it.

Everything on this machine is looked at without a request. Then one request tells of the
key, the address, the network and the clock together; the control plane is asked only where
that request failed in a way for which a connection may be the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from clockify_cli.core import paths
from clockify_cli.core.errors import (
    ClockifyError,
    ConnectionRefused,
    NotFoundError,
    PermissionRefused,
    RateLimitError,
    RefusedError,
    SignInError,
    StorageError,
    UnreachableError,
)
from clockify_cli.core.settings import DEFAULT_GATEWAY_URL, KEYS, Settings
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.target import Target
from clockify_cli.setup import connections, sign_in
from clockify_cli.store import config, files, keys

SKEW_SECONDS = 30  # a clock that is further off records times that surprise
APP_SEGMENT = "clockify"  # with which every path of the gateway begins

# Which finding gives the exit code, where there are several.
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
        fix: The command or the step that mends it; empty where it is ok.
        code: The exit code that such a fault causes; 0 where it is ok.
    """

    check: str
    ok: bool
    message: str
    fix: str = ""
    code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the documented form; ``fix`` only where there is one."""
        told: dict[str, Any] = {"check": self.check, "ok": self.ok, "message": self.message}
        return told | ({"fix": self.fix} if self.fix else {})


def exit_code(findings: list[Finding]) -> int:
    """Return 0 where everything is ok, else the code of the worst finding."""
    codes = {f.code for f in findings if not f.ok}
    return next((code for code in _WORST_FIRST if code in codes), 1) if codes else 0


def _good(check: str, message: str) -> Finding:
    return Finding(check, True, message)


def _bad(check: str, message: str, fix: str, code: int = 1) -> Finding:
    return Finding(check, False, message, fix, code)


# -- this machine ------------------------------------------------------------------------


def check_folders() -> Iterator[Finding]:
    """Check that the three folders can be written, and by their owner alone."""
    sound = []
    for kind in ("config", "state", "cache"):
        folder = paths.folder(kind)
        try:
            files.ensure_folder(folder)
            files.check_room(os.path.join(folder, "doctor"))  # noqa: PTH118
        except StorageError as error:
            yield _bad("folders", error.message, error.hint, error.exit_code)
            continue
        if os.name != "nt" and os.stat(folder).st_mode & 0o022:  # noqa: PTH116
            yield _bad("folders", f"Other users may write into {folder}.", f"chmod 700 '{folder}'")
            continue
        sound.append(folder)
    if len(sound) == 3:
        yield _good("folders", f"Can be written: {', '.join(sound)}.")


def check_private_files(key_notices: list[str]) -> Iterator[Finding]:
    """Check that nobody else can read what this program keeps.

    Args:
        key_notices: What reading the API key has told of its file.
    """
    open_files = []
    for kind in ("config", "state"):
        folder = paths.folder(kind)
        for name in sorted(_names_in(folder)):
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path) and files.close_to_others(path):  # noqa: PTH113
                open_files.append(path)
    for text in key_notices:
        yield _bad("files", text, "clockify auth login")
    if open_files:
        yield _bad(
            "files",
            f"Other users could read {', '.join(open_files)}; that is mended.",
            "Look who has been on this machine; nothing else is to be done.",
        )
    elif not key_notices:
        yield _good("files", "Only you can read them.")


def check_config(notices: list[str], table: Mapping[str, Any], profile: str) -> Iterator[Finding]:
    """Check the config file.

    Args:
        notices: What reading it has told: that a damaged one was moved aside.
        table: The file as a table.
        profile: The profile's name.
    """
    path = config.path()
    for text in notices:
        yield _bad("config", text, "Mend that file and put it back, or begin anew: clockify config")
    unknown = [
        (name, key)
        for name, section in (table.get("profile") or {}).items()
        for key in section
        if key not in KEYS
    ]
    for name, key in unknown:
        chosen = "" if name == "default" else f" --profile {name}"
        yield _bad(
            "config",
            f"'{key}' in the profile '{name}' is not a setting and has no effect.",
            f"clockify config unset{chosen} {key}",
            2,
        )
    if not notices and not unknown:
        there = os.path.exists(path)  # noqa: PTH110
        yield _good("config", f"{path}{'' if there else ' (not there yet)'}, profile '{profile}'.")


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
            yield _bad("settings", error.message, _mend_setting(settings, name), error.exit_code)
    if fine:
        yield _good("settings", "Each can be read; 'clockify config' lists them.")


def check_journal(account: str) -> Iterator[Finding]:
    """Check the journal, and tell what waits in it."""
    from clockify_cli.journal import store

    if not os.path.exists(store.path()):  # noqa: PTH110
        yield _good("journal", "Not there yet: nothing was recorded.")
        return
    notices: list[str] = []
    try:
        journal = store.Journal(account, notices.append)
        try:
            waiting, aside = len(journal.waiting()), len(journal.set_aside())
        finally:
            journal.close()
    except StorageError as error:
        yield _bad("journal", error.message, error.hint, error.exit_code)
        return
    for text in notices:
        yield _bad("journal", text, "Look at your last entries: clockify entries")
    if aside:
        yield _bad("journal", f"{aside} refused or in conflict.", "clockify queue", 6)
    elif not notices:
        yield _good("journal", f"{waiting} waiting to be sent." if waiting else "Nothing waits.")


def check_cache() -> Iterator[Finding]:
    """Check that the cached lists can be read."""
    import json

    damaged = []
    for folder, _, names in os.walk(paths.folder("cache")):
        for name in names:
            if name.endswith(".json"):
                path = os.path.join(folder, name)  # noqa: PTH118
                try:
                    json.loads(files.read(path, strict=True) or "")
                except (ValueError, StorageError):
                    damaged.append(path)
    if damaged:
        kept = ", ".join(files.set_aside(path) for path in damaged)
        yield _bad("cache", f"Damaged lists were moved aside: {kept}.", "clockify status --refresh")
    else:
        yield _good("cache", "The cached lists can be read.")


# -- the way in ----------------------------------------------------------------------------


def check_key(target: Target, origin: str) -> Finding:
    """Check that there is a key, and tell where it comes from."""
    if target.has_key:
        return _good("key", f"From {origin}.")
    fix = "clockify auth login" + (" --direct" if target.direct else "")
    return _bad("key", "There is no API key.", fix, SignInError.exit_code)


def check_address(target: Target, settings: Settings) -> Finding:
    """Check the address: on the gateway it ends with the app's name."""
    if target.sandbox:
        return _good("address", f"The sandbox, {target.sandbox}.")
    segments = [part for part in urlsplit(target.base_url).path.split("/") if part]
    if target.direct:
        if segments[-2:] == ["api", "v1"]:
            url = target.base_url.removesuffix("/api/v1")
            return _bad(
                "address",
                f"{target.base_url} names /api/v1 itself, which every path begins with already.",
                _set_or_export(settings, "api_url", url),
                UnreachableError.exit_code,
            )
        return _good("address", f"{target.base_url}, Clockify itself.")
    if APP_SEGMENT not in segments:
        url = target.base_url + "/" + APP_SEGMENT
        if urlsplit(target.base_url).hostname == urlsplit(DEFAULT_GATEWAY_URL).hostname:
            url = DEFAULT_GATEWAY_URL
        return _bad(
            "address",
            f"{target.base_url} does not lead to Clockify: the gateway's paths begin with "
            f"/{APP_SEGMENT}.",
            _set_or_export(settings, "gateway_url", url),
            UnreachableError.exit_code,
        )
    return _good("address", f"{target.base_url}.")


@dataclass(frozen=True)
class Asked:
    """What one request for the signed-in user told.

    Attributes:
        user: The API's user; ``None`` where it failed.
        error: Why it failed.
        skew: Seconds that this machine's clock is ahead; ``None`` where nobody said.
    """

    user: dict[str, Any] | None = None
    error: ClockifyError | None = None
    skew: float | None = None


def ask(gateway: Gateway) -> Asked:
    """Ask who is signed in. One request, neither repeated nor waited for."""
    gateway.tries, gateway.max_wait = 1, 0
    try:
        user = gateway.get(sign_in.USER)
    except ClockifyError as error:
        return Asked(error=error, skew=gateway.clock_skew)
    if not isinstance(user, dict) or not user.get("id"):
        foreign = UnreachableError("What answers there is not Clockify.")
        return Asked(error=foreign, skew=gateway.clock_skew)
    return Asked(user=user, skew=gateway.clock_skew)


def check_answer(asked: Asked, gateway: Gateway, settings: Settings) -> Iterator[Finding]:
    """Tell what the one request says of the gateway and the connection."""
    error, target = asked.error, gateway.target
    if error is None:
        yield _good("service", "Clockify answers.")
        if not target.direct and not target.sandbox:
            chosen = target.connection
            yield _good("connection", f"{chosen}." if chosen else "The gateway's choice works.")
        return
    at_fault = isinstance(error, ConnectionRefused) or error.status == 500
    if at_fault and not target.direct and not target.sandbox:
        yield _good("service", "The gateway answers and takes the key.")
        yield _connection_at_fault(error, gateway, settings)
    elif isinstance(error, SignInError):
        variable = sign_in.key_in_environment()
        yield _bad(
            "sign-in",
            f"The key was refused: {error.message.rstrip('.')}.",
            f"Set {variable} to a key that is good" if variable else "clockify auth login",
            error.exit_code,
        )
    elif error.status == 404:
        name = "api_url" if target.direct else "gateway_url"
        yield _bad(
            "service",
            f"Clockify is not at {target.base_url} (404).",
            f"clockify config explain {name}",
            error.exit_code,
        )
    elif isinstance(error, PermissionRefused):
        yield _bad("service", error.message, "clockify auth login", error.exit_code)
    elif isinstance(error, RateLimitError):
        yield _bad("service", error.message, "clockify budget", error.exit_code)
    else:
        fix = error.hint if error.status else "Look at the network, the address and the proxy."
        yield _bad("service", error.message, fix, error.exit_code)


def check_clock(skew: float) -> Finding:
    """Check this machine's clock against the service's."""
    if abs(skew) <= SKEW_SECONDS:
        return _good("clock", "Agrees with the service's.")
    way = "ahead of" if skew > 0 else "behind"
    return _bad(
        "clock",
        f"This machine's clock is {abs(skew):.0f} s {way} the service's; what you record is too.",
        "Set it, such as: sudo timedatectl set-ntp true",
    )


def check_zone(zone: str, account_zone: str) -> Finding:
    """Tell where the zone of shown times is another than the account's; both are right."""
    if zone == account_zone or not account_zone:
        return _good("zone", f"{zone}.")
    return _good("zone", f"Times are shown in {zone}; the account's zone is {account_zone}.")


def _connection_at_fault(error: ClockifyError, gateway: Gateway, settings: Settings) -> Finding:
    """Find out at the control plane what is the matter with the connection. One request."""
    create = "clockify connections create --use"
    chosen = gateway.target.connection
    try:
        known = connections.all_connections(gateway)
    except ClockifyError as second:
        fix = "clockify config explain control_url"
        return _bad("connection", f"{error.message} {second.message}", fix, error.exit_code)
    if chosen:
        found = next((c for c in known if c.get("connection_id") == chosen), None)
        if found is None:
            return _bad(
                "connection",
                f"There is no connection {chosen}.",
                _unset_or_unexport(settings, "connection"),
                error.exit_code,
            )
        known = [found]
    if not known:
        return _bad("connection", "There is none to Clockify yet.", create, error.exit_code)
    by_status = {str(c.get("status")): c for c in reversed(known)}
    active = by_status.get(connections.ACTIVE)
    if active is not None:
        if error.status == 500:
            number = active.get("connection_id")
            message = f"{number} is active but does not work: its sign-in has most often expired."
            return _bad("connection", message, create, error.exit_code)
        return _bad("connection", error.message, create, error.exit_code)
    pending = by_status.get(connections.PENDING)
    if pending is not None:
        page = connections.page(pending)
        return _bad(
            "connection",
            f"{pending.get('connection_id')} waits for its sign-in.",
            f"Open {page}" if page else create,
            error.exit_code,
        )
    return _bad("connection", "Its sign-in has failed.", create, error.exit_code)


def _mend_setting(settings: Settings, name: str) -> str:
    given = settings.given(name)
    origin = given[0][1] if given else ""
    if origin.startswith("environment"):
        return f"unset {KEYS[name].variable}"
    if origin.startswith("profile"):
        return f"clockify config unset {name}"
    return f"Mend it there: {origin}"


def _set_or_export(settings: Settings, name: str, value: str) -> str:
    if settings.explain(name)[1].startswith("environment"):
        return f"export {KEYS[name].variable}={value}"
    return f"clockify config set {name} {value}"


def _unset_or_unexport(settings: Settings, name: str) -> str:
    origin = settings.explain(name)[1]
    if origin == "option":
        return f"Leave out --{name}"
    if origin.startswith("environment"):
        return f"unset {KEYS[name].variable}"
    return f"clockify config unset {name}"


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
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
