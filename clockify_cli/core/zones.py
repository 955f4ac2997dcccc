"""The zone of a run: ``--tz``, the ``time_zone`` setting, ``TZ``, the system's."""

from __future__ import annotations

import io
import os
from datetime import UTC, tzinfo

from clockify_cli.core.errors import UsageError

_SYSTEM = "/etc/localtime"


def find_zone(name: str | None, origin: str = "--tz") -> tzinfo:
    """Return the zone called ``name``, or the machine's if it is empty.

    Args:
        name: An IANA name such as ``Europe/Berlin``, or ``UTC``.
        origin: Where the name came from, for the error.
    """
    if name:
        return _named(name, origin)
    variable = os.environ.get("TZ", "").lstrip(":")
    if variable:
        return _named(variable, "TZ")
    return _system_zone()


def _named(name: str, origin: str) -> tzinfo:
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        pass
    if origin == "TZ":
        try:
            return posix_zone(name)
        except (ValueError, UnicodeEncodeError):
            pass
    raise UsageError(
        f"{origin} is not a time zone: {name!r}.", "Use an IANA name such as Europe/Berlin, or UTC."
    )


def posix_zone(rule: str) -> tzinfo:
    """Return the zone of a POSIX rule (``CET-1CEST,M3.5.0,M10.5.0/3``).

    zoneinfo reads such rules only as the last line of a zone file, so it is given one.
    """
    import struct
    from zoneinfo import ZoneInfo

    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    body = struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    data = header + body + header + body + b"\n" + rule.encode("ascii") + b"\n"
    return ZoneInfo.from_file(io.BytesIO(data), key=rule)


def _system_zone() -> tzinfo:
    try:
        real = os.path.realpath(_SYSTEM)
        if "zoneinfo/" in real:
            from zoneinfo import ZoneInfo

            return ZoneInfo(real.split("zoneinfo/", 1)[1])
    except (ValueError, OSError, LookupError):
        pass
    try:
        with open(_SYSTEM, "rb") as stream:
            from zoneinfo import ZoneInfo

            return ZoneInfo.from_file(stream, key="local")
    except (OSError, ValueError):
        from datetime import datetime

        return datetime.now().astimezone().tzinfo or UTC


def zone_name(zone: tzinfo) -> str:
    """Return the zone's name for people and for JSON."""
    return str(getattr(zone, "key", None) or zone)
