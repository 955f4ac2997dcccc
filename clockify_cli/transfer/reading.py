"""Detect the format of a file and read it."""

from __future__ import annotations

from datetime import tzinfo

from clockify_cli.core.errors import UsageError
from clockify_cli.transfer.plain import text_of
from clockify_cli.transfer.record import Reading


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
        format: ``csv``, ``json``, ``jsonl``, ``ics``, or the program's name; by the content
            if it is ``None``.
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

        read_json = documents.read_array if form == "json" else documents.read_objects
        if form == "json" and text.lstrip().startswith("{"):
            read_json = documents.read_objects
        return read_json(text, name, dialect=dialect)
    from clockify_cli.transfer.foreign import refuse_text
    from clockify_cli.transfer.tables import read_table

    refuse_text(text[:4096].lstrip(), name)
    return read_table(text, name, zone, dialect=dialect, date_order=date_order)


def _form(text: str) -> str:
    head = text[:4096].lstrip()
    if head[:15].upper() == "BEGIN:VCALENDAR":
        return "ics"
    if head.startswith("["):
        return "json"
    return "jsonl" if head.startswith("{") else "csv"
