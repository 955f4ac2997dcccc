"""Signing in and out: a key is tried before it is kept."""

from __future__ import annotations

import os
from typing import Any

from clockify_cli.core.errors import SignInError, UsageError
from clockify_cli.gateway.client import Gateway
from clockify_cli.setup.ladder import CONNECTION, KEY, Climb, climb
from clockify_cli.store import config, keys

LONGEST_KEY = 4096

MATON_KEYS = "https://maton.ai/settings"
CLOCKIFY_KEYS = "https://app.clockify.me/manage-api-keys"


def read_key(text: str) -> str:
    """Return the key that was typed or came on standard input.

    Raises:
        UsageError: There is none, or more than one word.
    """
    found = text.strip()
    if not found:
        raise UsageError("No API key was given.", "Paste the key at the prompt, or pipe it in.")
    if len(found) > LONGEST_KEY or len(found.split()) > 1:
        raise UsageError("That is not an API key: a key is one word.", "Nothing was stored.")
    return keys.checked(found, "standard input")


def try_key(gateway: Gateway) -> Climb:
    """Try a key before it is kept.

    Returns:
        How far it leads: a good key is worth keeping even if the connection is still missing.

    Raises:
        SignInError: The key was refused.
        StorageError: It could not be kept; nothing is sent then.
        ClockifyError: It could not be tried: nobody knows yet whether it is good.
    """
    config.check_room()  # a key that could not be kept needs no trying
    found = climb(gateway)
    error = found.error
    if error is None or found.key_is_good or found.step == CONNECTION:
        return found
    target = gateway.target
    if found.step == KEY:
        raise SignInError(
            f"The API key was refused: {error.message.rstrip('.')}.",
            "Nothing was stored. Copy the whole key from "
            f"{CLOCKIFY_KEYS if target.direct else MATON_KEYS}.",
            status=error.status,
            code=error.code,
            request_id=error.request_id,
        ) from error
    error.hint = f"Nothing was stored. {error.hint or 'See clockify doctor.'}"
    raise error


def keep_key(profile: str, table: dict[str, Any] | None, key: str, *, direct: bool) -> str:
    """Store a key that was tried, and the way in that it is for; return where it was put.

    Args:
        profile: The profile's name.
        table: The profile's section; ``None`` if the config file has none yet.
        key: The key.
        direct: It is Clockify's own.
    """
    place = keys.store(profile, key, direct=direct)
    if direct or table is None or "direct" in table:
        config.update(("profile", profile), {"direct": True if direct else None})
    return place


def forget_keys(profile: str) -> bool:
    """Remove the stored keys of a profile, the gateway's and Clockify's; say whether there were."""
    gateway = keys.forget(profile, direct=False)
    direct = keys.forget(profile, direct=True)
    return gateway or direct


def key_in_environment() -> str:
    """Return the name of the variable that gives a key, or ``""``."""
    for direct in (True, False):  # the order in which a run looks at them
        name = keys.variable(direct)
        if os.environ.get(name, "").strip():
            return name
    return ""


def refuse_argument() -> UsageError:
    """Return the refusal of a key on the command line; it does not repeat the key."""
    return UsageError(
        "The API key is not accepted as an argument: other users can see it in the process list, "
        "and the shell keeps it in its history.",
        "Type it at the prompt of 'clockify auth login', or pipe it into "
        "'clockify auth login --with-token'. If that was a real key, create a new one.",
    )
