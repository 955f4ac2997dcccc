"""Path and format of the state file; imports nothing slow, for the prompt.

Lines of ``name<TAB>value``. ``last_known`` writes them, the front door reads them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from clockify_cli.core import paths
from clockify_cli.core.options import Options

OVERRIDES = (
    "CLOCKIFY_GATEWAY_URL",
    "CLOCKIFY_API_URL",
    "CLOCKIFY_API_KEY",
    "MATON_API_KEY",
    "CLOCKIFY_CONNECTION",
    "CLOCKIFY_WORKSPACE",
)


def file_name(profile: str, sandbox: bool, environ: Mapping[str, str]) -> str:
    """Return the name of the state file for what the command line and the environment choose.

    It must be found without reading the config file, so it is named by the choices alone;
    addresses, a key and a workspace from the environment enter as a checksum.
    """
    chosen = "\n".join(environ.get(name, "") for name in OVERRIDES)
    mark = ""
    if chosen.strip():
        import zlib

        mark = f"-{zlib.crc32(chosen.encode()):08x}"
    safe = "".join(c if c.isalnum() else "_" for c in profile or "default")
    return f"now-{safe}{'-sandbox' if sandbox else ''}{mark}.txt"


def is_on(variable: str) -> bool:
    """Say whether an environment variable's value means yes."""
    return variable.strip().lower() not in ("", "0", "false", "no", "off")


def values(text: str) -> dict[str, str]:
    """Return what the lines of a state file say."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, mark, value = line.partition("\t")
        if mark:
            found[name] = value
    if not (found.get("start", "0").isdecimal() and len(found.get("start", "")) < 12):
        found.pop("start")  # a damaged file knows of no timer
    if not found.get("offset", "0").lstrip("-").isdecimal() or len(found.get("offset", "")) > 6:
        found.pop("offset")
    return found


def chosen_file(
    profile: str | None, sandbox: bool, workspace: str | None, connection: str | None
) -> str:
    """Return the name of the state file of this choice of account; arguments as for ``read``."""
    environ: Mapping[str, str] = os.environ
    if workspace or connection:
        chosen = {name: os.environ.get(name, "") for name in OVERRIDES}
        chosen["CLOCKIFY_WORKSPACE"] = workspace or chosen["CLOCKIFY_WORKSPACE"]
        chosen["CLOCKIFY_CONNECTION"] = connection or chosen["CLOCKIFY_CONNECTION"]
        environ = chosen
    return file_name(
        profile or os.environ.get("CLOCKIFY_PROFILE", "").strip(),
        sandbox or is_on(os.environ.get("CLOCKIFY_SANDBOX", "")),
        environ,
    )


def read(
    profile: str | None, sandbox: bool, workspace: str | None, connection: str | None
) -> dict[str, str]:
    """Return the state that this choice of account left; empty if there is none.

    Args:
        profile: ``--profile``, or ``None`` for the environment's choice.
        sandbox: ``--sandbox``.
        workspace: ``--workspace``.
        connection: ``--connection``.
    """
    name = chosen_file(profile, sandbox, workspace, connection)
    try:
        with open(paths.file("state", name), encoding="utf-8", errors="replace") as stream:
            return values(stream.read())
    except OSError:
        return {}


def state_of(options: Options) -> dict[str, str]:
    """Return the state of the account that the options of a command line choose."""
    return read(options.profile, options.sandbox, options.workspace, options.connection)
