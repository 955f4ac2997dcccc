"""The doctor's checks of the service: key, connection, Clockify, clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from clockify_cli.core.errors import ConnectionRefused, RateLimitError
from clockify_cli.core.settings import Settings
from clockify_cli.gateway.client import Gateway
from clockify_cli.gateway.target import Target
from clockify_cli.setup import sign_in
from clockify_cli.setup.doctor import Finding, bad, good, unset_or_unexport
from clockify_cli.setup.ladder import (
    CONNECTION,
    KEY,
    Climb,
    climb,
    is_out_of_reach,
    other_family,
)

SKEW_SECONDS = 30  # a clock that is further off records times that surprise


def try_service(gateway: Gateway) -> Climb:
    """Climb to Clockify, each step asked once, neither repeated nor waited for."""
    gateway.tries, gateway.max_wait = 1, 0
    return climb(gateway)


def check_service(
    found: Climb, target: Target, settings: Settings, gateway_to: Callable[[Target], Gateway]
) -> Iterator[Finding]:
    """Tell what the steps to Clockify have shown.

    Args:
        found: How far they led.
        target: Whom was talked to.
        settings: The settings, for the fixes.
        gateway_to: Makes a client for another address.
    """
    through_gateway = not target.direct and not target.sandbox
    error = found.error
    if found.step == KEY and error is not None:
        variable = sign_in.key_in_environment()
        fix = f"Set {variable} to a valid key" if variable else "clockify auth login"
        yield bad(
            "sign-in", f"The key was refused: {error.message.rstrip('.')}.", fix, error.exit_code
        )
        return
    if through_gateway and found.key_is_good:
        yield good("sign-in", f"The gateway accepts the key{found.owner and f' of {found.owner}'}.")
    if found.step == CONNECTION and error is not None:
        fix = found.fix
        if target.connection and _is_gone(found, target.connection):
            fix = unset_or_unexport(settings, "connection")
        yield bad("connection", error.message, fix, error.exit_code)
        return
    if through_gateway and found.key_is_good:
        yield _chosen(found, target)
    if error is None:
        yield good("service", "Clockify answers.")
        return
    message, fix = error.message, found.fix
    if error.status == 404:
        message = f"Clockify is not at {target.base_url} (404)."
    if isinstance(error, RateLimitError):
        fix = "clockify budget"
    if is_out_of_reach(found):
        fix = _other_address(target, settings, gateway_to) or fix
    fix = fix or "Check the network, the address and the proxy."
    yield bad("service", message, fix, error.exit_code)


def _is_gone(found: Climb, chosen: str) -> bool:
    """Say whether the chosen connection is not among those that the control plane knows."""
    if found.known is None:
        return isinstance(found.error, ConnectionRefused) and found.error.status in (400, 404)
    return all(c["connection_id"] != chosen for c in found.known)


def _chosen(found: Climb, target: Target) -> Finding:
    """Tell which connection is used."""
    if found.notice:
        return good("connection", found.notice)
    return good("connection", f"{target.connection}." if target.connection else "It works.")


def _other_address(
    target: Target, settings: Settings, gateway_to: Callable[[Target], Gateway]
) -> str:
    """Return the command that turns to the gateway's other address, if that one answers."""
    other = other_family(target, settings)
    if other is None:
        return ""
    there, maton_url = other
    found = try_service(gateway_to(there))
    if is_out_of_reach(found):
        return ""
    if maton_url is None:
        return "clockify config unset maton_url"
    return f"clockify config set maton_url {maton_url}"


def check_clock(skew: float) -> Finding:
    """Check this machine's clock against the service's."""
    if abs(skew) <= SKEW_SECONDS:
        return good("clock", "In sync with the service.")
    way = "ahead of" if skew > 0 else "behind"
    return bad(
        "clock",
        f"This machine's clock is {abs(skew):.0f} s {way} the service's, and so is everything you "
        f"record.",
        "Set it: sudo timedatectl set-ntp true",
    )


def check_zone(zone: str, account_zone: str) -> Finding:
    """Tell if the zone of shown times is another than the account's; both are right."""
    if zone == account_zone or not account_zone:
        return good("zone", f"{zone}.")
    return good("zone", f"Times are shown in {zone}; the account's zone is {account_zone}.")


def next_step(findings: list[Finding]) -> str:
    """Return the one thing to do first; empty if nothing is wrong."""
    return next((f.fix for f in findings if not f.ok and f.fix), "")
