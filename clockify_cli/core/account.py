"""Who is signed in, in which workspace a run works, and what identifies an account.

An account is a realm (one installation of Clockify) and Clockify's user in it. By which
address, connection, key or profile it is reached says nothing of whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOUD = "clockify"  # Clockify's own cloud, which every gateway outside this machine leads to
SANDBOX = "sandbox"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_UNKNOWN = "?"  # stands before the fingerprint of a key whose user is not known yet


@dataclass(frozen=True)
class Account:
    """Who is signed in, as cached in the config file.

    Attributes:
        id: Realm and user (:func:`account_id`).
        user: The user's ID; empty as long as it is not known.
        user_name: Their name.
        workspace: The ID of the workspace that this run works in.
        time_zone: The account's zone, in which the service reads list windows.
        week_start: The account's first day of the week (``MONDAY`` …).
        active_workspace: The ID of the workspace that is meant if none is named.
    """

    id: str
    user: str
    user_name: str
    workspace: str
    time_zone: str
    week_start: str
    active_workspace: str = ""


def account_id(realm: str, user: str) -> str:
    """Return what identifies an account in the journal and the caches; holds no secret."""
    return f"{realm}/{user}"


def unclaimed_id(realm: str, mark: str) -> str:
    """Return the account of a key that has never got an answer, by its fingerprint."""
    return f"{realm}{_UNKNOWN}{mark}"


def is_unclaimed(account: str) -> bool:
    """Say whether nobody knows yet whose the changes of ``account`` are."""
    return _UNKNOWN in account


def user_of(account: str) -> str:
    """Return the user's ID of an account."""
    return account.rsplit("/", 1)[-1]


def realm_of_account(account: str) -> str:
    """Return the realm of an account, claimed or not."""
    return account.split(_UNKNOWN)[0] if is_unclaimed(account) else account.rsplit("/", 1)[0]


def realm_of(url: str, *, direct: bool) -> str:
    """Return the realm that an address leads to.

    Args:
        url: The base address.
        direct: It is Clockify's own address, not a gateway's.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if is_loopback(host):
        return f"local:{port}"
    if not direct or host == "clockify.me" or host.endswith(".clockify.me"):
        return CLOUD
    return f"{host}:{port}"


def realm_of_010(account: str) -> str:
    """Return the realm of an account as version 0.1.0 wrote it: an address, or ``sandbox``."""
    if account == SANDBOX:
        return SANDBOX
    url = account.split("#")[0].rstrip("/")
    try:
        return realm_of(url, direct=not url.endswith("/clockify"))
    except ValueError:
        return CLOUD


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this machine."""
    if host in LOOPBACK:
        return True
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(p.isdigit() for p in parts)
