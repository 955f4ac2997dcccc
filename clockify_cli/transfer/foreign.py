"""Recognise files of other programs and languages, and refuse them by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from clockify_cli.core.errors import UsageError

_COLUMNS = "Start Date, Start Time, and End Time or Duration (h)"
_NO_TIMES = f"It has days and hours, but no start times. Add the columns {_COLUMNS}."
_RENAME = f"Rename its columns: {_COLUMNS}; also Project, Client, Description, Tags."
_SUMS = "It holds sums, not entries. Export the detailed report."

# A table is what its column names say, in small letters; all of a set are there.
_TABLES: tuple[tuple[str, set[str], str], ...] = (
    ("a Harvest time report", {"date", "client", "project", "task", "notes", "hours"}, _NO_TIMES),
    ("a Tempo timesheet", {"issue key", "hours", "work date"}, _NO_TIMES),
    ("a Jira worklog report", {"issue key", "time spent"}, _NO_TIMES),
    ("a Jira worklog report", {"issue key", "time spent (h)"}, _NO_TIMES),
    ("a Jira export of issues", {"issue key", "issue type"}, "It holds issues, not time entries."),
    ("a Jira export of issues", {"issue key", "summary"}, "It holds issues, not time entries."),
    (
        "an Outlook calendar (CSV)",
        {"subject", "start date", "all day event"},
        "Export the calendar as an ICS file: that is read.",
    ),
    ("a Kimai export", {"date", "from", "to", "project", "activity"}, _RENAME),
    ("a Kimai export", {"begin", "end", "customer", "activity"}, _RENAME),
    ("a solidtime export", {"description", "project", "start", "end", "duration"}, _RENAME),
    ("a TMetric report", {"day", "project", "start time", "end time"}, _RENAME),
    ("a Hubstaff report", {"organization", "member", "project", "time zone"}, _NO_TIMES),
    ("a RescueTime export", {"date", "time spent (seconds)"}, _NO_TIMES),
    ("a Hamster export", {"activity", "start time", "end time", "category"}, _RENAME),
    ("an ATracker export", {"task name", "start time", "end time"}, _RENAME),
    ("a ManicTime timesheet", {"name", "start", "end", "duration"}, _RENAME),
    ("a FreshBooks time report", {"date", "client", "project", "service", "hours"}, _NO_TIMES),
    ("a QuickBooks Time export", {"local_date", "hours"}, _NO_TIMES),
    ("a Redmine time report", {"project", "date", "activity", "issue", "hours"}, _NO_TIMES),
    ("an OpenProject cost report", {"date", "activity", "work package"}, _NO_TIMES),
    ("a Timely report", {"date", "logged hours"}, _NO_TIMES),
    ("a Clockify summary report", {"time (h)"}, _SUMS),
    ("a Clockify summary report", {"time (decimal)"}, _SUMS),
)
_NOUNS = {"project", "client", "description", "title", "member", "user", "tag", "tags", "task"}

# Column names of Clockify and Toggl in other languages.
_LANGUAGES = {
    "German": "projekt, kunde, beschreibung, aufgabe, benutzer, benutzername, mitglied, gruppe,"
    " schlagworte, schlagwörter, startdatum, startzeit, enddatum, endzeit, stoppdatum, stoppzeit,"
    " anfangsdatum, anfangszeit, beginn, dauer, datum, von, bis, abrechenbar, verrechenbar, typ",
    "French": "projet, tâche, tache, utilisateur, membre, groupe, étiquettes, mots-clés,"
    " facturable, durée, duree, début, fin, date de début, heure de début, date de debut,"
    " heure de debut, date de fin, heure de fin",
    "Spanish": "proyecto, descripción, descripcion, tarea, usuario, miembro, grupo, duración,"
    " etiquetas, facturable, duracion, cliente, fecha de inicio, hora de inicio, fecha inicial,"
    " hora inicial, hora final,"
    " fecha de finalización, hora de finalización, fecha de fin, hora de fin, fecha final",
    "Portuguese": "projeto, projecto, descrição, tarefa, usuário, utilizador, membro, duração,"
    " etiquetas, faturável, facturável, cliente, data de início, hora de início,"
    " data de término, hora de término, data de fim, hora de fim, data de conclusão,"
    " data inicial, hora inicial, data final, hora final",
    "Italian": "progetto, descrizione, attività, utente, membro, durata, fatturabile, etichette,"
    " cliente, data di inizio, ora di inizio, data di fine, ora di fine",
    "Dutch": "klant, omschrijving, beschrijving, taak, gebruiker, lid, duur, factureerbaar,"
    " begindatum, begintijd, startdatum, starttijd, einddatum, eindtijd",
    "Polish": "projekt, klient, opis, zadanie, użytkownik, członek, tagi, data rozpoczęcia,"
    " czas rozpoczęcia, data zakończenia, czas zakończenia, czas trwania",
    "Russian": "проект, клиент, описание, задача, пользователь, группа, теги, дата начала,"
    " время начала, дата окончания, время окончания",
    "Japanese": "プロジェクト, クライアント, 説明, タスク, ユーザー, タグ, 開始日, 開始時刻",
    "Chinese": "项目, 客户, 描述, 任务, 用户, 标签, 开始日期, 开始时间, 结束日期, 结束时间",
}

# A text is what its first lines look like.
_TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        r"inc \d{8}T\d{6}Z",
        "timewarrior's own data file",
        "Pipe what timewarrior exports: timew export | clockify import -",
    ),
    (
        r"[iI] \d{4}[-/]\d\d[-/]\d\d \d\d:\d\d",
        "a timeclock file (ledger, hledger)",
        f"Convert it to a CSV table with the columns {_COLUMNS}.",
    ),
    (
        r"(?s:.*?)^\s*CLOCK: \[\d{4}-",
        "an Org mode file",
        f"Convert its clock lines to a CSV table with the columns {_COLUMNS}.",
    ),
    (
        r"\d{4}-\d\d-\d\d \d\d:\d\d - \d{4}-\d\d-\d\d \d\d:\d\d \|",
        "a Bartib log",
        f"Convert it to a CSV table with the columns {_COLUMNS}.",
    ),
    (
        r"\d{4}-\d\d-\d\d \d\d:\d\d(?: [+-]\d{4})?:? \D",
        "a gtimelog or utt log",
        f"Convert it to a CSV table with the columns {_COLUMNS}.",
    ),
    (
        r"(?:\d{4}-\d\d-\d\d(?: \(.*\))?\s*\n(?:[^\n]*\n)?)?\s*\d\d?:\d\d ?- ?\d\d?:\d\d\b",
        "a day as text, as klog and 'clockify edit --day' have it",
        "Lines such as '9:00-10:30  Review' are read by 'clockify apply FILE'.",
    ),
    (
        r"(?i:<!doctype|<html|<\?xml|<[a-z]+[ >])",
        "a page or a document, not a table of time entries",
        "Export it as CSV, JSON or a calendar (ICS).",
    ),
)

# A JSON object is what its keys say; all of a set are there.
_OBJECTS: tuple[tuple[str, set[str], str], ...] = (
    ("an ActivityWatch export", {"buckets"}, "It holds window activity, not time entries."),
    ("Harvest's JSON", {"spent_date", "hours"}, _NO_TIMES),
    ("Harvest's JSON", {"time_entries", "per_page"}, _NO_TIMES),
    ("Tempo's JSON", {"tempoWorklogId"}, _NO_TIMES),
    ("Jira's JSON", {"timeSpentSeconds"}, _NO_TIMES),
    ("Jira's JSON", {"worklogs"}, _NO_TIMES),
    ("Jira's JSON", {"issues", "total"}, "It holds issues, not time entries."),
    ("Kimai's JSON", {"begin", "end", "activity"}, "Export it as CSV and rename its columns."),
    ("Google Calendar's JSON", {"kind", "etag"}, "Export the calendar as ICS."),
    ("Super Productivity's data", {"timeSpentOnDay"}, _NO_TIMES),
    ("a Clockify summary report", {"groupOne"}, _SUMS),
    ("a Toggl summary report", {"groups", "report"}, _SUMS),
    ("a report of 'clockify report'", {"groups", "seconds"}, "'clockify export' writes entries."),
    ("Clockify's projects", {"clientName", "memberships"}, "It holds no time entries."),
    ("Toggl's projects", {"active", "actual_hours"}, "It holds no time entries."),
    ("an API error", {"message", "code"}, "Fetch the entries again."),
    ("an API error", {"error"}, "Fetch the entries again."),
)


def refuse_text(head: str, name: str) -> None:
    """Refuse a text that begins as another program's.

    Raises:
        UsageError: It does.
    """
    for pattern, what, hint in _TEXTS:
        if re.match(pattern, head, re.ASCII | re.MULTILINE):
            raise _refusal(name, what, hint)


def refuse_table(header: Collection[str], name: str, line: int) -> None:
    """Refuse a table of another program or in another language, by its column names.

    Raises:
        UsageError: It is one.
    """
    columns = {cell.strip().lower() for cell in header}
    for what, marks, hint in _TABLES:
        if marks <= columns and "start date" not in columns - marks:
            raise _refusal(name, what, hint)
    if not any(column.startswith("start") for column in columns):
        if columns & {"duration", "duration (h)"} and columns & _NOUNS:
            raise _refusal(name, "a Toggl summary report", _SUMS)
    elif {"start date", "start"} & columns:
        return
    language, words = max(
        ((lang, columns & set(words.split(", "))) for lang, words in _LANGUAGES.items()),
        key=lambda found: len(found[1]),
    )
    if len(words) > 1:
        shown = ", ".join(f"'{cell.strip()}'" for cell in header if cell.strip().lower() in words)
        raise UsageError(
            f"{name}:{line}: the column names are {language} ({shown}); English ones are read.",
            "Switch Clockify or Toggl to English in your profile and export again, or rename the"
            f" columns: {_COLUMNS}.",
        )


def refuse_object(item: Mapping[str, Any], name: str) -> None:
    """Refuse a JSON object of another program, by its keys.

    Raises:
        UsageError: It is one.
    """
    for what, marks, hint in _OBJECTS:
        if marks <= item.keys():
            raise _refusal(name, what, hint)


def _refusal(name: str, what: str, hint: str) -> UsageError:
    return UsageError(f"{name} is {what}, which clockify does not import.", hint)
