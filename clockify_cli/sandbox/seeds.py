"""A believable month of work: clients, projects, tasks, tags, colleagues and their hours.

With it come a holiday, a day off, a locked period, a task that is done, an archived tag and a
colleague with a key of her own. Everything is drawn from its own name or day, so the same days
get the same entries with the same IDs, and seeding again adds nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox import defaults
from clockify_cli.sandbox.instants import instant_text
from clockify_cli.sandbox.store import add_connection

if TYPE_CHECKING:
    import sqlite3

    from clockify_cli.sandbox.store import Store

Json = dict[str, Any]

MINA, TOMAS = "Mina Sørensen", "Tomás Łukasik"
MINA_KEY = "mina"
_COLLEAGUES = {MINA: "mina@sandbox.example", TOMAS: "tomas@sandbox.example"}
_CLIENTS = ("Northwind Traders", "Café Zürich", "Contoso")
_TAGS = ("meeting", "deep work", "review", "on-call", "naïve estimate")
_ARCHIVED_TAG = "Q3 budget"
_DONE_TASK = "Press kit"
_LONG = 14  # days; shorter seeds lock nothing

# Name, client, colour, billable, archived, tasks, what people write.
_PROJECTS: tuple[tuple[str, str, str, bool, bool, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Website",
        "Northwind Traders",
        "#03A9F4",
        True,
        False,
        ("Design", "Frontend", "Accessibility"),
        ("Landing page", "Fix the menu on phones", "Colour contrast", "Release 2.4"),
    ),
    (
        "Website",
        "Café Zürich",
        "#8BC34A",
        True,
        False,
        ("Design", "Menu cards"),
        ("Opening hours", "Photos of the terrace", "Online reservations"),
    ),
    (
        "C++",
        "Contoso",
        "#F44336",
        True,
        False,
        ("Port to C++23", "Benchmarks"),
        ("Segfault in the parser", "Templates: error messages", "CI on three compilers"),
    ),
    (
        "Überarbeitung Preisliste",
        "Café Zürich",
        "#FF9800",
        True,
        False,
        (),
        ("Abstimmung mit Zoë", "Prüfung der Preise"),
    ),
    (
        "🚀 Launch",
        "Northwind Traders",
        "#9C27B0",
        True,
        False,
        ("Checklist", "Press kit"),
        ("Countdown page", "Press kit: quotes 💬", "Rehearsal"),
    ),
    (
        "[Internal] Housekeeping",
        "",
        "#607D8B",
        False,
        False,
        (),
        ("Daily stand-up", "Mail", "Planning", "Invoices"),
    ),
    ("Legacy CRM", "Contoso", "#795548", True, True, ("Migration",), ("Export of old records",)),
)


def seed(store: Store, *, now: datetime | str | None = None, days: int = 31) -> dict[str, int]:
    """Add the month that ends at ``now`` and return how much of each kind was added.

    Args:
        store: The sandbox's database.
        now: The last instant (an ISO 8601 text will do); in the zone of the working hours,
            which becomes the account's if it has a name.
        days: How many days, the last one included.
    """
    if isinstance(now, str):
        now = datetime.fromisoformat(now)
    with store.transaction(write=True) as db:
        zone = _zone(db, now)
        moment = (now or datetime.now(zone)).astimezone(zone)
        before = _counts(db)
        _people(db)
        _resources(db)
        _entries(db, moment, days)
        if days >= _LONG:
            _lock(db, moment.date() - timedelta(days=days * 2 // 3), zone)
        after = _counts(db)
    return {kind: after[kind] - before[kind] for kind in after}


def _zone(db: sqlite3.Connection, now: datetime | None) -> tzinfo:
    row = db.execute("SELECT settings FROM users WHERE id = ?", (defaults.USER_ID,)).fetchone()
    settings = json.loads(row[0])
    if now is not None and now.tzinfo is not None:
        name = getattr(now.tzinfo, "key", None)
        if name:
            db.execute(
                "UPDATE users SET settings = ? WHERE id = ?",
                (json.dumps({**settings, "timeZone": name}), defaults.USER_ID),
            )
        return now.tzinfo
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(settings["timeZone"])
    except (LookupError, ValueError, OSError):
        return UTC


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    found = {"users": db.execute("SELECT count(*) FROM users").fetchone()[0]}
    for kind in ("client", "project", "task", "tag"):
        row = db.execute("SELECT count(*) FROM resources WHERE kind = ?", (kind,)).fetchone()
        found[f"{kind}s"] = row[0]
    found["entries"] = db.execute("SELECT count(*) FROM entries").fetchone()[0]
    return found


def _people(db: sqlite3.Connection) -> None:
    for name, email in _COLLEAGUES.items():
        user_id = entity_id("user", name)
        settings = json.dumps(defaults.user_settings())
        db.execute(
            "INSERT OR IGNORE INTO users VALUES (?, ?, ?, 'ACTIVE', ?, ?)",
            (user_id, name, email, defaults.WORKSPACE_ID, settings),
        )
        db.execute(
            "INSERT OR IGNORE INTO members VALUES (?, ?, 'ACTIVE', 'USER', NULL)",
            (defaults.WORKSPACE_ID, user_id),
        )
    mina = entity_id("user", MINA)
    db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (MINA_KEY, mina))
    add_connection(db, f"{mina[:8]}-0000-4000-8000-{mina[-12:]}", mina)


def _resources(db: sqlite3.Connection) -> None:
    home = {"workspaceId": defaults.WORKSPACE_ID}
    for name in _CLIENTS:
        body = {**home, "name": name, "archived": False, "email": None, "address": None}
        body |= {"note": None, "currencyId": defaults.CURRENCY_ID, "ccEmails": None}
        _keep(db, "client", entity_id("client", name), "", body)
    for name in (*_TAGS, _ARCHIVED_TAG):
        tag = {**home, "name": name, "archived": name == _ARCHIVED_TAG}
        _keep(db, "tag", entity_id("tag", name), "", tag)
    for name, client, color, billable, archived, tasks, _ in _PROJECTS:
        project_id = entity_id("project", client, name)
        holder = entity_id("client", client) if client else ""
        project: Json = {
            **home,
            "name": name,
            "clientId": holder,
            "billable": billable,
            "color": color,
        }
        project |= {"public": True, "archived": archived, "template": False, "note": ""}
        project |= {"hourlyRate": {"amount": 9500, "currency": "USD"} if billable else None}
        project |= {"costRate": None, "estimate": {"estimate": "PT0S", "type": "AUTO"}}
        project |= {"timeEstimate": None, "budgetEstimate": None, "estimateReset": None}
        project |= {"duration": None, "memberships": [_membership(project_id, defaults.USER_ID)]}
        _keep(db, "project", project_id, holder, project)
        for task in tasks:
            made: Json = {
                "name": task,
                "projectId": project_id,
                "assigneeIds": [],
                "assigneeId": None,
            }
            made |= {"userGroupIds": [], "estimate": "PT0S", "budgetEstimate": None}
            done = archived or task == _DONE_TASK
            made |= {"status": "DONE" if done else "ACTIVE", "billable": billable}
            made |= {"hourlyRate": None, "costRate": None, "duration": None}
            _keep(db, "task", entity_id("task", client, name, task), project_id, made)


def _keep(db: sqlite3.Connection, kind: str, resource_id: str, holder: str, body: Json) -> None:
    # A name that is taken stays with whom it belongs to.
    db.execute(
        "INSERT INTO resources (id, kind, workspace, holder, name, archived, body)"
        " SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM resources WHERE id = ? OR"
        " (workspace = ? AND kind = ? AND holder = ? AND name = ?))",
        (
            *(resource_id, kind, defaults.WORKSPACE_ID, holder, body["name"]),
            body.get("archived") or body.get("status") == "DONE",
            json.dumps({"id": resource_id, **body}, ensure_ascii=False),
            *(resource_id, defaults.WORKSPACE_ID, kind, holder, body["name"]),
        ),
    )


def _membership(project: str, user: str) -> Json:
    return {
        "userId": user,
        "hourlyRate": None,
        "costRate": None,
        "targetId": project,
        "membershipType": "PROJECT",
        "membershipStatus": "ACTIVE",
    }


def _entries(db: sqlite3.Connection, now: datetime, days: int) -> None:
    there = {row[0] for row in db.execute("SELECT id FROM resources")}
    people = [defaults.USER_ID, entity_id("user", MINA), entity_id("user", TOMAS)]
    for back in range(days - 1, -1, -1):
        day = now.date() - timedelta(days=back)
        for person in people:
            for index, row in enumerate(_day(person, day, now, oldest=back > days * 2 // 3)):
                start, stop, described, project, task, tags, billable, kind = row
                if project not in there:
                    project, task = None, None
                _insert(
                    db,
                    (
                        entity_id("entry", person, day.isoformat(), str(index)),
                        *(defaults.WORKSPACE_ID, person, start, stop, described, project),
                        task if task in there else None,
                        json.dumps([tag for tag in tags if tag in there]) if tags else None,
                        billable,
                        kind,
                    ),
                )
    mina = people[1]
    started = int(now.timestamp()) - 47 * 60
    runs = "SELECT 1 FROM entries WHERE user = ? AND stop IS NULL"
    if not db.execute(runs, (mina,)).fetchone():
        entry_id = entity_id("running", mina, instant_text(started))
        home = (defaults.WORKSPACE_ID, mina, started, None, "Review of the launch plan")
        _insert(
            db, (entry_id, *home, entity_id("project", "Northwind Traders", "🚀 Launch"), *_NONE)
        )


_NONE = (None, None, True, "REGULAR")


def _insert(db: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    db.execute(
        "INSERT OR IGNORE INTO entries (id, workspace, user, start, stop, description, project,"
        " task, tags, billable, type, custom)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]')",
        row,
    )


def _day(person: str, day: date, now: datetime, *, oldest: bool) -> Iterator[tuple[Any, ...]]:
    """Yield a person's entries of a day, in order; only what is over at ``now``."""
    dice = random.Random(f"{person}:{day}")
    if day.weekday() >= 5 and dice.random() > 0.12:
        return
    off = _day_off(person, day)
    if off:
        start_at, end_at = (
            int(datetime.combine(day, time(hour), now.tzinfo).timestamp()) for hour in (9, 17)
        )
        if end_at <= now.timestamp():
            yield (start_at, end_at, *off[:1], None, None, None, False, *off[1:])
        return
    if dice.random() < 0.04:
        return  # nothing recorded
    clock = datetime.combine(day, time(8, 30)) + timedelta(minutes=dice.randrange(0, 9) * 5)
    home = clock + timedelta(hours=2 if day.weekday() >= 5 else dice.uniform(8.2, 9.3))
    first, lunch = True, False
    while clock < home:
        if first:
            project, described, length = _PROJECTS[5], "Daily stand-up", 15
        else:
            offered = _PROJECTS if oldest else _PROJECTS[:-1]
            project = offered[min(int(dice.expovariate(0.55)), len(offered) - 1)]
            described, length = dice.choice(project[6]), dice.randrange(5, 31) * 5
        end = clock + timedelta(minutes=length, seconds=dice.choice((0, 0, 0, 12, 41)))
        start_at, end_at = (int(t.replace(tzinfo=now.tzinfo).timestamp()) for t in (clock, end))
        if end_at > now.timestamp():
            return
        name, client, _, billable, _, tasks, _ = project
        tags = [entity_id("tag", "meeting")] if first or described == "Planning" else []
        if not tags and dice.random() < 0.35:
            tags = sorted({entity_id("tag", t) for t in dice.choices(_TAGS[1:], k=2)})
        task = dice.choice(tasks) if tasks and dice.random() < 0.8 else None
        bare = dice.random() < 0.05  # somebody forgot to name the project
        yield (
            start_at,
            end_at,
            described,
            None if bare else entity_id("project", client, name),
            None if bare or task is None else entity_id("task", client, name, task),
            tags,
            billable and not bare,
            "REGULAR",
        )
        first = False
        clock = end + timedelta(minutes=dice.choice((0, 0, 0, 5, 10, 25)))
        if not lunch and clock.time() >= time(12):
            lunch, clock = True, clock + timedelta(minutes=dice.randrange(6, 12) * 5)


def _day_off(person: str, day: date) -> tuple[str, str] | None:
    """Return description and type of a whole day's absence: each kind comes every four weeks."""
    if day.toordinal() // 7 % 4:
        return None
    if day.weekday() == 0:
        return ("Founders' Day", "HOLIDAY")
    if day.weekday() == 4 and person == defaults.USER_ID:
        return ("Day off", "TIME_OFF")
    return None


def _lock(db: sqlite3.Connection, first_open: date, zone: tzinfo) -> None:
    """Lock what is earlier than a day, unless something is locked already."""
    opens = datetime.combine(first_open, time(), zone).timestamp()
    db.execute(
        "UPDATE workspaces SET settings = json_set(settings, '$.lockTimeEntries', ?)"
        " WHERE id = ? AND json_extract(settings, '$.lockTimeEntries') IS NULL",
        (instant_text(int(opens)), defaults.WORKSPACE_ID),
    )


def entity_id(*words: str) -> str:
    """Return the ID of what these words name: always the same."""
    return hashlib.sha256("/".join(words).encode()).hexdigest()[:24]
