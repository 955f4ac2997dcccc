"""Check the way to Clockify step by step: the key, the connection, Clockify itself.

Each step is asked on its own, so that what is wrong is told from what is merely behind it.
The gateway's own routes spend no request of Clockify's quota.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clockify_cli.core.errors import (
    ClockifyError,
    ConnectionRefused,
    SignInError,
    UnreachableError,
)
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.target import NEW_URL, Target
from clockify_cli.setup import connections
from clockify_cli.setup.connections import Connection

if TYPE_CHECKING:
    from clockify_cli.core.settings import Settings

KEY, CONNECTION, CLOCKIFY = "key", "connection", "Clockify"
USER = "/api/v1/user"
CREATE = "clockify connections create --use"


@dataclass(frozen=True)
class Climb:
    """How far the way to Clockify is open.

    Attributes:
        step: The step that failed: ``KEY``, ``CONNECTION`` or ``CLOCKIFY``; empty for none.
        error: Why; ``None`` if no step failed.
        fix: The command that fixes it.
        key_is_good: The gateway took the key.
        owner: Whose key it is, by the gateway; empty if it did not say.
        known: The connections; ``None`` if the control plane did not tell them.
        user: Clockify's user, once the last step was reached.
        notice: What somebody should look at although nothing failed.
    """

    step: str = ""
    error: ClockifyError | None = None
    fix: str = ""
    key_is_good: bool = False
    owner: str = ""
    known: list[Connection] | None = None
    user: dict[str, Any] | None = None
    notice: str = ""


def climb(gateway: Gateway) -> Climb:
    """Try the key, then the connection, then Clockify; stop at the first step that fails."""
    so_far = Climb()
    target = gateway.target
    if not target.direct and not target.sandbox:
        so_far = _try_key(gateway)
        if so_far.error is None and so_far.known is not None:
            so_far = _try_connection(so_far, target.connection)
        if so_far.error is not None:
            return so_far
    try:
        user = gateway.get(USER)
    except ClockifyError as error:
        return _failed(so_far, error, gateway)
    if not isinstance(user, dict) or not user.get("id"):
        foreign = UnreachableError(f"The server at {target.base_url} is not Clockify.")
        return replace(so_far, step=CLOCKIFY, error=foreign, fix=_ADDRESS)
    return replace(so_far, user=user, key_is_good=True)


_ADDRESS = "clockify config explain gateway_url"


def _try_key(gateway: Gateway) -> Climb:
    """Ask the control plane whose key it is, and for the connections.

    An older control plane does not know the first route; what it answers then says nothing
    of the key.
    """
    owner, good = "", False
    for route in ("user", "connections"):
        try:
            if route == "user":
                found = gateway.send("GET", "/user", control=True).data
                if isinstance(found, dict):
                    good = True
                    owner = str(found.get("email") or found.get("name") or "")
            else:
                known = connections.all_connections(gateway)
                return Climb(key_is_good=True, owner=owner, known=known)
        except SignInError as error:
            if isinstance(error, ConnectionRefused):
                continue
            return Climb(step=KEY, error=error, fix="clockify auth login")
        except ClockifyError as error:
            # Nothing more is known of the key. The gateway may be well anyway.
            if isinstance(error, UnreachableError) and error.status is None:
                break
    return Climb(key_is_good=good, owner=owner)


def _try_connection(so_far: Climb, chosen: str) -> Climb:
    """Look whether one of the connections can be used."""
    known = so_far.known or []
    if chosen:
        found = next((c for c in known if c["connection_id"] == chosen), None)
        if found is None:
            error = ConnectionRefused(f"There is no connection {chosen}.")
            return replace(so_far, step=CONNECTION, error=error, fix="clockify connections list")
        known = [found]
    used, notice = connections.settled_connection(
        known, chosen if known and known[0].get("status") == connections.ACTIVE else ""
    )
    if used:
        return replace(so_far, notice=notice)
    pending = next((c for c in known if c.get("status") == connections.PENDING), None)
    if pending is not None:
        page = connections.page(pending)
        error = ConnectionRefused(
            f"Connection {pending['connection_id']} is not finished: sign in to complete it."
        )
        fix = f"Open {page}" if page else CREATE
    elif known:
        error = ConnectionRefused("The sign-in of the connection has failed.")
        fix = CREATE
    else:
        error, fix = ConnectionRefused("There is no connection to Clockify yet."), CREATE
    return replace(so_far, step=CONNECTION, error=error, fix=fix)


def _failed(so_far: Climb, error: ClockifyError, gateway: Gateway) -> Climb:
    """Say which step it is that Clockify's own route has failed at."""
    target = gateway.target
    direct = target.direct or target.sandbox
    if isinstance(error, ConnectionRefused) and not direct:
        fix = "clockify connections list" if target.connection else CREATE
        return replace(so_far, step=CONNECTION, error=error, fix=fix, key_is_good=True)
    if error.status == 500 and not direct:
        used, _ = connections.settled_connection(so_far.known or [], target.connection)
        expired = UnreachableError(
            f"The connection {used or 'to Clockify'} does not work (500): usually its sign-in has "
            f"expired.",
            status=500,
            request_id=error.request_id,
        )
        return replace(so_far, step=CONNECTION, error=expired, fix=CREATE)
    if isinstance(error, SignInError) and not so_far.key_is_good:
        return replace(so_far, step=KEY, error=error, fix="clockify auth login")
    if isinstance(error, SignInError):
        return replace(so_far, step=CONNECTION, error=error, fix=CREATE)
    fix = error.hint
    if error.status == 404:
        fix = f"clockify config explain {'api_url' if target.direct else 'gateway_url'}"
    return replace(so_far, step=CLOCKIFY, error=error, fix=fix)


def other_family(target: Target, settings: Settings) -> tuple[Target, str | None] | None:
    """Return the account's other address, and the ``maton_url`` that stands for it.

    ``None`` if there is no other one: an address of one's own, or one of the environment, is
    nothing to choose for.
    """
    own = settings.given("gateway_url") or settings.given("control_url")
    given = settings.given("maton_url")
    if target.direct or target.sandbox or own:
        return None
    if not given:
        new = replace(target, base_url=f"{NEW_URL}/clockify", control_url=NEW_URL)
        return new, NEW_URL
    if given[0][1].startswith("environment") or target.control_url != NEW_URL:
        return None
    from clockify_cli.core.settings import DEFAULT_CONTROL_URL, DEFAULT_GATEWAY_URL

    old = replace(target, base_url=DEFAULT_GATEWAY_URL, control_url=DEFAULT_CONTROL_URL)
    return old, None


def is_out_of_reach(found: Climb) -> bool:
    """Say whether nobody of the gateway's has answered, so that its other address may do."""
    error = found.error
    return (
        isinstance(error, UnreachableError)
        and not found.key_is_good
        and (error.status is None or error.status == 404)
    )
