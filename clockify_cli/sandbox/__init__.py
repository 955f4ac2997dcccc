"""The embedded gateway: Clockify behind Maton, as a WSGI application on an SQLite file.

It stands apart: it imports nothing of the rest of the program. ``application`` is called in
process or served on loopback by ``serve``; both may use one file at once, as may any number
of processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.defaults import (
    API_KEY,
    CONNECTION_ID,
    CUSTOM_FIELD_ID,
    USER_ID,
    WORKSPACE_ID,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from clockify_cli.sandbox.faults import Faults
    from clockify_cli.sandbox.wsgi import Application

    Path = str | os.PathLike[str]

__all__ = [
    "API_KEY",
    "CONNECTION_ID",
    "CUSTOM_FIELD_ID",
    "USER_ID",
    "WORKSPACE_ID",
    "application",
    "bulk_insert",
    "configure",
    "reset",
    "seed",
    "serve",
    "settings",
]


def application(
    database: Path,
    *,
    faults: Faults | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Application:
    """Return the WSGI application over ``database``.

    The file is opened by the first request; one that is missing is created with one user,
    one workspace and one active connection. ``defaults.API_KEY`` is its key.

    Args:
        database: The SQLite file.
        faults: What is to go wrong; nothing where left out.
        clock: Tells the service's time; the machine's clock where left out.
    """
    from clockify_cli.sandbox.store import Store
    from clockify_cli.sandbox.wsgi import Application

    return Application(Store(database), faults, clock)


def reset(database: Path) -> str | None:
    """Bring ``database`` back to the minimal account; its settings go too.

    Returns:
        Where a damaged file was moved to, or ``None`` where it could be read.
    """
    from clockify_cli.sandbox.store import renew

    return renew(database)


def seed(database: Path, *, now: datetime | None = None, days: int = 31) -> dict[str, int]:
    """Add a believable month of work to ``database`` and return how much of each was added.

    The same days get the same entries, so seeding twice adds nothing twice.

    Args:
        database: The SQLite file.
        now: The last instant to fill; its zone is where the working hours are, and becomes
            the account's where it has a name. Now, in the account's zone, where left out.
        days: How many days to fill, today included.
    """
    from clockify_cli.sandbox import seeds
    from clockify_cli.sandbox.store import Store

    store = Store(database)
    try:
        return seeds.seed(store, now=now, days=days)
    finally:
        store.close()


def configure(database: Path, **settings: Any) -> None:
    """Change the sandbox's settings; ``switches.configure`` tells which there are.

    Raises:
        ValueError: There is no such setting, or it cannot have that value.
    """
    from clockify_cli.sandbox import switches
    from clockify_cli.sandbox.store import Store

    store = Store(database)
    try:
        with store.transaction(write=True) as db:
            switches.configure(db, settings)
    finally:
        store.close()


def settings(database: Path) -> dict[str, Any]:
    """Return every setting of ``database`` with its value."""
    from clockify_cli.sandbox import switches
    from clockify_cli.sandbox.store import Store

    store = Store(database)
    try:
        with store.transaction(write=False) as db:
            return switches.switches(db)
    finally:
        store.close()


def bulk_insert(database: Path, entries: Iterable[Mapping[str, Any]]) -> int:
    """Add many time entries at once, unchecked, and return how many are new."""
    from clockify_cli.sandbox.bulk import insert
    from clockify_cli.sandbox.store import Store

    store = Store(database)
    try:
        return insert(store, entries)
    finally:
        store.close()


def serve(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    faults: Faults | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve ``database`` on loopback until interrupted (Ctrl-C, SIGTERM).

    Args:
        database: The SQLite file.
        host: A loopback address or ``localhost``.
        port: The port; 0 for a free one.
        faults: What is to go wrong; nothing where left out.
        ready: Told the server's address once it listens.

    Raises:
        ValueError: ``host`` is not this machine alone.
        OSError: The port is taken.
    """
    from clockify_cli.sandbox import server

    server.serve(application(database, faults=faults), host=host, port=port, ready=ready)
