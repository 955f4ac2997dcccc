"""A small workspace for tests of editing, and ways to look at what a command did to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cli import NOW, Cli
from conftest import Served
from sandbox_api import ENTRIES, WS, Api

from clockify_cli.sandbox import CUSTOM_FIELD_ID

DAY = "2026-11-24"  # the day before NOW


class Sheet:
    """A workspace with two projects, tasks and tags, and the means to look at it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.acme = api.create(f"{WS}/clients", name="Acme")["id"]
        self.web = api.create(f"{WS}/projects", name="Web", clientId=self.acme)["id"]
        self.ops = api.create(f"{WS}/projects", name="Ops")["id"]
        self.build = api.create(f"{WS}/projects/{self.web}/tasks", name="Build")["id"]
        self.deploy = api.create(f"{WS}/projects/{self.ops}/tasks", name="Deploy")["id"]
        self.dev = api.create(f"{WS}/tags", name="dev")["id"]
        self.urgent = api.create(f"{WS}/tags", name="urgent")["id"]

    def entry(self, start: str, end: str | None = None, **body: Any) -> Any:
        """Create an entry of ``DAY`` with UTC clock times."""
        return self.api.entry(f"{DAY}T{start}Z", f"{DAY}T{end}Z" if end else None, **body)

    def full(self) -> Any:
        """Create an entry that has everything an edit could lose."""
        return self.entry(
            "08:00:00",
            "09:30:00",
            description="Review",
            projectId=self.web,
            taskId=self.build,
            tagIds=[self.dev],
            billable=True,
            type="BREAK",
            customFields=[
                {"customFieldId": CUSTOM_FIELD_ID, "sourceType": "TIMEENTRY", "value": "PO-17"}
            ],
        )

    def now(self, entry: Any) -> Any:
        """Return an entry as the service has it."""
        return self.api.get(f"{ENTRIES}/{entry['id']}")

    def there(self) -> list[Any]:
        """Return all entries, oldest first."""
        found = self.api.get(f"{WS}/user/{self.api.get('/v1/user')['id']}/time-entries")
        return sorted(found, key=lambda e: str(e["timeInterval"]["start"]))


def warmed(cli: Cli, sheet: Sheet, served: Served) -> Cli:
    """Return the user with names cached, at a fixed present, with the log of requests empty."""
    cli.env["CLOCKIFY_NOW"] = NOW
    seen = sheet.full()
    cli("entries", "show", seen["id"])
    sheet.api.send("DELETE", f"{ENTRIES}/{seen['id']}")
    served.clear()
    return cli


def methods(served: Served) -> list[str]:
    return [r["method"] for r in served.requests()]


def without(entry: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in (*fields, "hourlyRate", "costRate")}


@contextmanager
def away(served: Served) -> Iterator[None]:
    """Cut every request before anything is done."""
    served.faults([{"kind": "cut_before", "times": 0}])
    yield
    served.faults([])


def spans(entries: list[Any]) -> list[tuple[str, str]]:
    """Return the clock times (UTC) of entries, ``…`` for an end that is not there."""
    times = [e["timeInterval"] for e in entries]
    return [(t["start"][11:16], t["end"][11:16] if t["end"] else "…") for t in times]


def content(entry: Any) -> Any:
    """Return what an entry holds beside its times and IDs."""
    fields = [f["value"] for f in entry["customFieldValues"]]
    tags = entry["tagIds"] or []
    return fields, tags, without(entry, "id", "timeInterval", "customFieldValues", "tagIds")
