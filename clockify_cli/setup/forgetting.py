"""What this program remembers about an account, and how it is forgotten."""

from __future__ import annotations

import os
from collections.abc import Callable

from clockify_cli.store import config, files, last_known

DELIVERY_LOCK_SECONDS = 10.0


def forget_account(section: str, account: str, *, sandbox: bool) -> None:
    """Forget who is signed in, the cached names and the last known timer. No request.

    Args:
        section: The name under which the config file caches the account.
        account: ``Target.account``.
        sandbox: It is the embedded gateway's, which all profiles share.
    """
    config.remove(("account", section))
    forget_names(account)
    last_known.forget(None if sandbox else section, sandbox=sandbox)


def forget_names(account: str) -> None:
    """Remove the cached lists of an account."""
    import shutil

    from clockify_cli.store.cached import account_folder

    folder = account_folder(account)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise files.storage_error(folder, error) from error


def writes_waiting(account: str, notice: Callable[[str], None]) -> int:
    """Return how many writes of an account have not been delivered; 0 where there is no journal."""
    from clockify_cli.journal import store

    if not os.path.exists(store.path()):
        return 0
    journal = store.Journal(account, notice)
    try:
        return len(journal.waiting())
    finally:
        journal.close()


def replace_account(
    account: str, renew: Callable[[], object], notice: Callable[[str], None]
) -> int:
    """Renew an account that this machine alone serves, and drop what waits for the old one.

    Args:
        account: ``Target.account``.
        renew: Puts the new account in the old one's place; nothing is sent meanwhile.
        notice: Told where the journal was damaged.

    Returns:
        How many undelivered writes were dropped.
    """
    from clockify_cli.core.errors import UnreachableError
    from clockify_cli.journal import store

    if not os.path.exists(store.path()):
        renew()
        return 0
    journal = store.Journal(account, notice)
    try:
        with journal.delivery_lock(DELIVERY_LOCK_SECONDS) as got:
            if not got:
                raise UnreachableError(
                    "Another clockify is still sending.", "Try again in a moment."
                )
            renew()
            return journal.abandon()
    finally:
        journal.close()
