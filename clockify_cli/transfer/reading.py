"""Which format a file is in, and reading it."""

from __future__ import annotations

import re
from datetime import tzinfo

from clockify_cli.core.errors import UsageError
from clockify_cli.transfer.plain import text_of
from clockify_cli.transfer.record import Reading

FORMATS = (
    "csv",
    "json",
    "jsonl",
    "ics",
    "clockify",
    "toggl",
    "watson",
    "timewarrior",
)


def read(
    content: bytes,
    name: str,
    zone: tzinfo,
    *,
    format: str | None = None,
    date_order: str | None = None,
) -> Reading:
    """Return what a file says, whatever program wrote it.

    Args:
        content: The file.
        name: Its name, for errors.
        zone: The zone of times that do not say theirs.
        format: One of ``FORMATS``; told by the content where it is ``None``.
        date_order: ``dmy`` or ``mdy``, where the file leaves it open.

    Raises:
        UsageError: It cannot be read at all; broken lines of one that can are in the reading.
    """
    text = text_of(content, name)
    if not text.strip() and format != "jsonl":  # no entries are no lines
        raise UsageError(f"{name} is empty.")
    dialect = format if format in ("clockify", "toggl", "watson", "timewarrior") else ""
    form = format if format and not dialect else _form(text)
    if form == "ics":
        from clockify_cli.transfer.calendars import read_calendar

        return read_calendar(text, name, zone)
    if form in ("json", "jsonl"):
        from clockify_cli.transfer import documents

        if form == "jsonl":
            return documents.read_lines(text, name)
        return documents.read_array(text, name, dialect=dialect)
    from clockify_cli.transfer.tables import read_table

    return read_table(text, name, zone, dialect=dialect, date_order=date_order)


def _form(text: str) -> str:
    head = text[:4096].lstrip()
    if head[:15].upper() == "BEGIN:VCALENDAR":
        return "ics"
    if head.startswith("["):
        return "json"
    if head.startswith("{"):
        return "jsonl"
    if re.match(r"(<!doctype|<html|%PDF|PK\x03)", head, re.I):
        raise UsageError(
            "This is a page or a document, not a table of time entries.",
            "Export it as CSV, JSON or a calendar (ICS).",
        )
    return "csv"
