"""Which Clockify user a key signs in, as learned once and cached in the config file.

One section ``[account.PROFILE]`` for the key and connection that a profile used last, and
``[account."PROFILE-MARK"]`` for those that it used before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clockify_cli.core.account import account_id, unclaimed_id
from clockify_cli.store import config

KEPT = 20  # users remembered beside a profile's present one: a key may rotate every hour
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """The way in of one run; holds no secret.

    Attributes:
        realm: Which installation of Clockify.
        mark: The key's fingerprint; empty if there is no key.
        connection: The gateway connection that was chosen; empty if none was.
        mark_010: The fingerprint and ``account_010`` the account as version 0.1.0 wrote them.
    """

    realm: str
    mark: str
    connection: str = ""
    mark_010: str = ""
    account_010: str = ""

    @property
    def unclaimed(self) -> str:
        """Return the account of what is recorded before the user is known."""
        return unclaimed_id(self.realm, ":".join(filter(None, (self.mark, self.connection))))


def find(tables: Mapping[str, Any], section: str, way: Way) -> Table:
    """Return what is remembered of the user whom a way in leads to; empty if nothing is.

    Args:
        tables: The ``account`` part of the config file.
        section: The profile's name, or ``sandbox``.
        way: The way in.
    """
    for table in _tables(tables, section):
        if _fits(table, way):
            return table
    return {}


def _tables(tables: Mapping[str, Any], section: str) -> Iterator[Table]:
    names = [section, *(name for name in tables if name.startswith(f"{section}-"))]
    for name in names:
        table = tables.get(name)
        # What is cached is checked when it is read: a damaged section costs a request.
        if isinstance(table, dict) and all(_is_word(table.get(k)) for k in ("user", "workspace")):
            yield table


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isalnum()


def _fits(table: Table, way: Way) -> bool:
    if "realm" not in table:  # written by 0.1.0
        same = table.get("key", way.mark_010) == way.mark_010 if way.mark else True
        return same and table.get("for") == way.account_010
    if table["realm"] != way.realm or (way.mark and table.get("key") != way.mark):
        return False
    return bool(
        table.get("connection") == way.connection if way.connection else table.get("settled")
    )


def remember(
    tables: Table, section: str, way: Way, user: Mapping[str, Any], *, connection: str
) -> Table:
    """Note which user a way in leads to, in the config file and in ``tables``.

    Args:
        tables: The ``account`` part of the config file.
        section: The profile's name, or ``sandbox``.
        way: The way in.
        user: The API's user.
        connection: The connection that is used from now on, chosen or settled.
    """
    settings = user.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    table: Table = {
        "id": account_id(way.realm, str(user["id"])),
        "realm": way.realm,
        "key": way.mark,
        "connection": connection,
        "settled": not way.connection,  # it is the one that is used if none is chosen
        "user": str(user["id"]),
        "user_name": str(user.get("name") or user.get("email") or ""),
        "email": str(user.get("email") or ""),
        "workspace": str(user.get("activeWorkspace") or user.get("defaultWorkspace") or ""),
        "time_zone": str(settings.get("timeZone") or "UTC"),
        "week_start": str(settings.get("weekStart") or "MONDAY"),
    }
    before = tables.get(section)
    if isinstance(before, dict) and before.get("user") and not _same_way(before, table):
        kept = f"{section}-{before.get('key', '')[:8]}{before.get('connection', '')[:8]}"
        tables[kept] = before
        config.update(("account", kept), before)
    config.update(("account", section), {**dict.fromkeys(before or {}), **table})
    tables[section] = table
    surplus = [n for n in tables if n.startswith(f"{section}-")][:-KEPT]
    for name in surplus:
        del tables[name]
        config.remove(("account", name))
    return table


def _same_way(one: Table, other: Table) -> bool:
    if "realm" not in one:  # of 0.1.0, which is replaced
        return True
    names = ("realm", "key", "connection", "settled")
    return [one.get(n) for n in names] == [other.get(n) for n in names]


def forget(tables: Table, section: str, fits: Callable[[Table], bool] = lambda _: True) -> None:
    """Forget the users of a profile (those that ``fits`` names)."""
    for name in [n for n in tables if n == section or n.startswith(f"{section}-")]:
        table = tables[name]
        if not isinstance(table, dict) or fits(table):
            del tables[name]
            config.remove(("account", name))
