"""Forget what this program remembers about an account."""

from __future__ import annotations

import os
from collections.abc import Callable

from clockify_cli.core.account import is_unclaimed, user_of
from clockify_cli.core.errors import StorageError
from clockify_cli.store import accounts, config, files, last_known

DELIVERY_LOCK_SECONDS = 10.0


def forget_account(section: str, account: str, *, sandbox: bool) -> None:
    """Forget who is signed in, the cached names and the last known timer. No request.

    Args:
        section: The name under which the config file caches the account.
        account: The account's ID.
        sandbox: It is the embedded gateway's, which all profiles share.
    """
    try:
        tables = config.load(lambda _: None).get("account") or {}
    except StorageError:
        tables = {}
    accounts.forget(tables, section)
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


def pending_changes(account: str, own: str, notice: Callable[[str], None]) -> list[str]:
    """Return a sentence for each account with pending changes on this machine.

    Args:
        account: The account of this run; of others only name and number are told.
        own: What this account is called.
        notice: Called if the journal is damaged.
    """
    from clockify_cli.journal import store

    if not os.path.exists(store.path()):
        return []
    journal = store.Journal(account, notice)
    try:
        mine = len(journal.open_operations())
        told = [f"{_changes(mine)} of {own or 'this account'}: clockify queue."] if mine else []
        return told + [pending_sentence(*found) for found in journal.pending_elsewhere()]
    finally:
        journal.close()


def pending_sentence(account: str, name: str, count: int) -> str:
    """Return what is said of another account's pending changes."""
    if is_unclaimed(account):
        return (
            f"{_changes(count)} of a key that never got an answer. "
            "To claim them: clockify queue claim."
        )
    return f"{_changes(count)} of another account ({name or user_of(account)})."


def _changes(count: int) -> str:
    return f"{count} pending change{'s' * (count > 1)}"


def replace_account(
    account: str, renew: Callable[[], object], notice: Callable[[str], None]
) -> int:
    """Renew an account that this machine alone serves, and drop what waits for the old one.

    Args:
        account: the account's ID.
        renew: Puts the new account in the old one's place; nothing is sent in the meantime.
        notice: Called if the journal was damaged.

    Returns:
        How many pending changes were dropped.
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
                    "Another clockify process is still sending.", "Try again in a moment."
                )
            renew()
            return journal.abandon()
    finally:
        journal.close()
