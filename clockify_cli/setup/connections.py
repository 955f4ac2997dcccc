"""The gateway's connections to Clockify, through its control plane."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from clockify_cli.core.account import is_loopback
from clockify_cli.core.errors import (
    AmbiguousError,
    ClockifyError,
    ConflictError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    UsageError,
)
from clockify_cli.gateway.client import Gateway
from clockify_cli.store import config

Connection = dict[str, Any]

APP = "clockify"
PATH = "/connections"
ACTIVE, PENDING, FAILED = "ACTIVE", "PENDING", "FAILED"

UUID_LENGTH = 36

FIRST_PAUSE = 1.0  # seconds between two looks at a connection that is being made
LONGEST_PAUSE = 5.0


def refuse_direct(gateway: Gateway) -> None:
    """Raise UsageError if there is no control plane to ask."""
    if gateway.target.direct:
        raise UsageError(
            "Connections belong to the Maton gateway, but you are using Clockify directly.",
            "Unset CLOCKIFY_API_KEY, or sign in to the gateway: clockify auth login.",
        )


def all_connections(gateway: Gateway, status: str = "") -> list[Connection]:
    """Return the account's connections to Clockify, the oldest first. One request.

    Args:
        gateway: The client.
        status: Only those that are ``ACTIVE``, ``PENDING`` or ``FAILED``.
    """
    refuse_direct(gateway)
    params: dict[str, str | int | bool] = {"app": APP}
    if status:
        params["status"] = status
    found = gateway.send("GET", PATH, params=params, control=True).data
    listed = found.get("connections") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise _not_a_control_plane(gateway)
    mine = [c for c in map(spelled, listed) if c is not None and c.get("app", APP) == APP]
    return sorted(mine, key=lambda c: str(c.get("creation_time") or ""))


def spelled(data: Any) -> Connection | None:
    """Return a connection as the control plane spells it, its ID always as ``connection_id``.

    Its routes disagree: the ID is ``connection_id``, ``connection_Id`` or ``id``, and the
    connection may be wrapped in ``connection``.
    """
    if isinstance(data, dict) and isinstance(data.get("connection"), dict):
        data = data["connection"]
    if not isinstance(data, dict):
        return None
    names = ("connection_id", "connection_Id", "connectionId", "id")
    found = next((data[n] for n in names if isinstance(data.get(n), str) and data[n]), None)
    if found is None:
        return None
    rest = {k: v for k, v in data.items() if k not in names}
    return {"connection_id": found, **rest}


def settled_connection(known: list[Connection], chosen: str) -> tuple[str, str]:
    """Return the ID of the connection to use, and a notice if somebody should look at it.

    Args:
        known: All connections of the account.
        chosen: The one of the settings; empty if none is chosen.

    Returns:
        The chosen one, else the only active one, else the oldest active one with a notice;
        two empty texts if none is active.
    """
    if chosen:
        return chosen, ""
    active = [c for c in known if c.get("status") == ACTIVE]
    active.sort(key=lambda c: (str(c.get("creation_time") or "~"), str(c["connection_id"])))
    if not active:
        return "", ""
    oldest = str(active[0]["connection_id"])
    if len(active) == 1:
        return oldest, ""
    return oldest, (
        f"There are {len(active)} active connections to Clockify; the oldest one, {oldest}, is "
        "used. To choose another: clockify connections use ID."
    )


def connection(gateway: Gateway, connection_id: str) -> Connection:
    """Return one connection. One request.

    Raises:
        NotFoundError: There is none with this ID.
    """
    refuse_direct(gateway)
    try:
        found = spelled(gateway.send("GET", _path(connection_id), control=True).data)
    except (NotFoundError, RefusedError) as error:
        raise NotFoundError(
            f"There is no connection '{connection_id}'.",
            "List them: clockify connections list.",
            status=error.status,
            request_id=error.request_id,
        ) from error
    if found is None:
        raise _not_a_control_plane(gateway)
    return found


def one(gateway: Gateway, text: str) -> Connection:
    """Return the connection whose ID is ``text`` or, alone among all, begins with it. One request.

    Raises:
        NotFoundError: There is none; AmbiguousError: several begin so.
    """
    wanted = text.strip().lower()
    if len(wanted) == UUID_LENGTH:
        return connection(gateway, wanted)
    found = [
        c
        for c in all_connections(gateway)
        if wanted and str(c.get("connection_id", "")).lower().startswith(wanted)
    ]
    if len(found) > 1:
        raise AmbiguousError(
            f"'{text}' matches {len(found)} connections.",
            "Type more of the ID: " + ", ".join(str(c["connection_id"]) for c in found) + ".",
            details={"candidates": [{"connection_id": c["connection_id"]} for c in found]},
        )
    if not found:
        raise NotFoundError(
            f"There is no connection '{text}'.", "List them: clockify connections list."
        )
    return found[0]


def create(gateway: Gateway) -> Connection:
    """Make a connection and return it with the address where its sign-in is finished.

    One request, and one more where the control plane tells only the ID at first.
    """
    refuse_direct(gateway)
    made = spelled(gateway.send("POST", PATH, body={"app": APP}, control=True).data)
    if made is None:
        raise _not_a_control_plane(gateway)
    if made.get("url") and made.get("status"):
        return made
    return {**made, **connection(gateway, str(made["connection_id"]))}


def wait(
    gateway: Gateway,
    number: str,
    seconds: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Connection:
    """Look at a connection until it is active, gently, and return it.

    Args:
        gateway: The client.
        number: The connection's ID.
        seconds: How long to wait.
        sleep: Waits.
        clock: Tells the time that passes.

    Raises:
        RefusedError: Its sign-in failed.
        UnreachableError: It is still pending after ``seconds``.
    """
    until = clock() + seconds
    pause = FIRST_PAUSE
    while True:
        try:
            found = connection(gateway, number)
            status = found.get("status")
        except UnreachableError:  # the browser may be at it anyway: look again
            status = PENDING
        if status == ACTIVE:
            return found
        if status == FAILED:
            raise RefusedError(
                f"The sign-in of the connection {number} failed.",
                "Try again: clockify connections create.",
            )
        left = until - clock()
        if left <= 0:
            raise UnreachableError(
                f"The sign-in of connection {number} is not finished yet.",
                f"Finish it in the browser, then run 'clockify connections show {number}'.",
            )
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def delete(gateway: Gateway, number: str) -> None:
    """Delete a connection. One request."""
    refuse_direct(gateway)
    gateway.send("DELETE", _path(number), control=True)


def forget_choice(config_table: dict[str, Any], profile: str, number: str) -> bool:
    """Take a connection out of the profile if it is the chosen one; say whether it was."""
    table = config.profile_table(config_table, profile)
    if str(table.get("connection", "")).lower() != number.lower():
        return False
    config.update(("profile", profile), {"connection": None})
    return True


def check_usable(found: Connection) -> None:
    """Raise ConflictError where a connection cannot be used now, with the way out."""
    status, number = found.get("status"), found.get("connection_id")
    if status == ACTIVE:
        return
    if status == PENDING:
        where = page(found)
        raise ConflictError(
            f"The sign-in of connection {number} is not finished.",
            (f"Finish it at {where} , then try again." if where else "")
            or "Create a new one: clockify connections create.",
        )
    raise ConflictError(
        f"The connection {number} is {str(status).lower()}.",
        "Create a new one: clockify connections create.",
    )


def page(found: Connection) -> str:
    """Return the address where a connection's sign-in is finished; empty if there is none.

    It comes from the network and goes to the browser, so only what is plainly a web page's
    address is let through.
    """
    url = found.get("url")
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if not host or '"' in url or "\\" in url or "'" in url:
        return ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return url if safe else ""


def _path(number: str) -> str:
    return f"{PATH}/{quote(number.strip(), safe='')}"


def _not_a_control_plane(gateway: Gateway) -> ClockifyError:
    return UnreachableError(
        f"The server at {gateway.target.control_url} is not Maton's control plane.",
        "Check the address: clockify config explain control_url.",
    )
