"""Entries and files for the tests of import and export."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import Served
from sandbox_api import MINE, Api

from clockify_cli.importing.people import Owner
from clockify_cli.transfer.reading import read
from clockify_cli.transfer.record import Reading

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def bodies(count: int, begin: datetime = BEGIN) -> list[dict[str, Any]]:
    """Return entries as a creation has them, one an hour, three quarters of it long."""
    return [
        {
            "start": stamp(begin + timedelta(hours=number)),
            "end": stamp(begin + timedelta(hours=number, minutes=45)),
            "description": f"Entry {number}",
        }
        for number in range(count)
    ]


def jsonl(path: Path, entries: list[dict[str, Any]]) -> str:
    """Write entries as JSON lines; return the path as text."""
    path.write_text("".join(json.dumps(e) + "\n" for e in entries), encoding="utf-8")
    return str(path)


def held(served: Served) -> Counter[tuple[Any, ...]]:
    """Return what the service holds of the user, by what must survive, with names for IDs."""
    api = Api.gateway(served.url)
    found: Counter[tuple[Any, ...]] = Counter()
    page = 0
    while True:
        page += 1
        entries = api.get(MINE, hydrated=True, page=page, page_size=1000)
        for entry in entries:
            span, project = entry["timeInterval"], entry["project"] or {}
            found[
                span["start"],
                span["end"],
                entry["description"],
                project.get("name"),
                project.get("clientName") or None,
                (entry["task"] or {}).get("name"),
                tuple(sorted(tag["name"] for tag in entry["tags"])),
                entry["billable"],
                entry["type"],
            ] += 1
        if len(entries) < 1000:
            return found


def spans(served: Served) -> Counter[tuple[str, str | None, str]]:
    """Return what the service holds of the user: start, end and description alone."""
    found: Counter[tuple[str, str | None, str]] = Counter()
    for (start, end, description, *_), count in held(served).items():
        found[start, end, description] += count
    return found


def wanted(entries: list[dict[str, Any]]) -> Counter[tuple[str, str | None, str]]:
    """Return what ``spans`` is to be, each entry once."""
    return Counter((e["start"], e["end"], e["description"]) for e in entries)


def writes(served: Served) -> list[dict[str, Any]]:
    """Return the requests that would have changed something."""
    return [r for r in served.requests() if r["method"] != "GET"]


# -- reading in process --------------------------------------------------------------------------

ME = Owner("5" * 24, "Robin", "robin@x.org")
# An entry of each program, from 9:00 to 10:00 UTC.
ENTRIES: dict[str, dict[str, Any]] = {
    "Clockify JSON": {
        "description": "x",
        "timeInterval": {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z"},
    },
    "Clockify report JSON": {
        "description": "x",
        "userEmail": "robin@x.org",
        "projectName": "Web",
        "clientName": "Acme",
        "tags": [{"name": "dev", "_id": "d"}],
        "timeInterval": {
            "start": "2026-11-24T10:00:00+01:00",
            "end": "2026-11-24T11:00:00+01:00",
            "duration": 3600,
        },
    },
    "Toggl JSON": {
        "description": "x",
        "workspace_id": None,
        "project_id": 17,
        "start": "2026-11-24T09:00:00+00:00",
        "stop": "2026-11-24T10:00:00Z",
        "duration": 3600,
        "tags": ["dev"],
        "user_id": 42,
    },
    "Watson JSON": {
        "start": "2026-11-24T10:00:00+01:00",
        "stop": "2026-11-24T11:00:00+01:00",
        "project": "Web",
        "tags": ["dev"],
    },
    "timewarrior JSON": {
        "start": "20261124T090000Z",
        "end": "20261124T100000Z",
        "tags": ["dev"],
        "annotation": "x",
    },
}


def read_text(text: str | bytes, **options: Any) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, "file", UTC, **options)
