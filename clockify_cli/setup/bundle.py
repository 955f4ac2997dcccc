"""The report for a bug: the state of this machine, without secrets."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from clockify_cli import __version__
from clockify_cli.core.errors import ClockifyError
from clockify_cli.core.settings import KEYS, Settings
from clockify_cli.setup.doctor import Finding
from clockify_cli.store import budget

# What tells more of a person than of a fault.
_PRIVATE = ("key_command", "project", "task", "tags", "description")
_REQUEST_IDS = 20


def bundle(findings: Sequence[Finding], settings: Settings | None) -> dict[str, Any]:
    """Return the report as JSON; the key still has to be blotted out of its text.

    Args:
        findings: What the doctor has found.
        settings: The settings, if they can be read.
    """
    return {
        "versions": _versions(),
        "settings": _settings(settings) if settings is not None else None,
        "variables": sorted(n for n in os.environ if n.startswith(("CLOCKIFY_", "MATON_"))),
        "findings": [finding.as_json() for finding in findings],
        "requestIds": budget.request_ids(_REQUEST_IDS),
        "journal": _journal(),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    found = {name: version(name) for name in ("httpx", "typer", "rich", "platformdirs")}
    return {
        "clockify": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{sys.platform} {platform.release()} {platform.machine()}",
        **found,
    }


def _settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that are given somewhere, with that place's kind."""
    told: dict[str, Any] = {}
    for name in KEYS:
        try:
            value, origin = settings.explain(name)
        except ClockifyError as error:
            told[name] = {"error": error.message}
            continue
        if origin != "default":
            shown = "(set)" if name in _PRIVATE else value
            told[name] = {"value": shown, "origin": origin.partition(" in ")[0]}
    return told


def _journal() -> dict[str, Any]:
    """Return how many rows each table of the journal has, by state if it has states."""
    from clockify_cli.journal import store

    path = store.path()
    if not os.path.exists(path):
        return {}
    try:
        uri = f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {name: _rows(db, name) for (name,) in names}
    except sqlite3.Error as error:
        return {"error": type(error).__name__}


def _rows(db: sqlite3.Connection, table: str) -> Any:
    quoted = '"' + table.replace('"', '""') + '"'
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({quoted})")]
    if "state" in columns:
        counts = db.execute(f"SELECT state, COUNT(*) FROM {quoted} GROUP BY state")
        return {str(state): count for state, count in counts}
    return db.execute(f"SELECT COUNT(*) FROM {quoted}").fetchone()[0]
