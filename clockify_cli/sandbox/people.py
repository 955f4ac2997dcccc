"""Users and workspaces: the account that asks, its workspaces, and who else is in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from clockify_cli.sandbox.call import Answer, Call, Json
from clockify_cli.sandbox.defaults import CURRENCY_ID, WORKSPACE_ID
from clockify_cli.sandbox.fields import Fields
from clockify_cli.sandbox.refusals import (
    BANNED,
    NO_CREDENTIAL,
    UNKNOWN_KEY,
    UNVERIFIED,
    Refusal,
    clockify,
    denied,
    foreign,
    refused,
)
from clockify_cli.sandbox.store import add_user, add_workspace, new_id

if TYPE_CHECKING:
    import sqlite3

    from _typeshed.wsgi import WSGIEnvironment

LONGEST_WORKSPACE_NAME = 50
_ORDERS = {
    "EMAIL": "fold(email)",
    "ID": "users.id",
    "NAME": "name",
    "NAME_LOWERCASE": "fold(name)",
    "ACCESS": "members.role",
    "HOURLYRATE": "members.rate",
    "COSTRATE": "users.id",
}


def show_me(call: Call) -> Answer:
    """``GET /v1/user``."""
    return Answer(user_body(call, call.user, memberships=bool(call.flag("include-memberships"))))


def list_workspaces(call: Call) -> Answer:
    """``GET /v1/workspaces``: a plain list, without pages."""
    rows = call.db.execute(
        "SELECT workspaces.id, role FROM workspaces JOIN members ON workspace = workspaces.id"
        " WHERE user = ? AND status = 'ACTIVE' ORDER BY seq",
        (call.user,),
    ).fetchall()
    roles = call.many("roles")
    if roles:
        rows = [row for row in rows if row[1] in roles]
    return Answer([workspace_body(call, row[0]) for row in rows])


def create_workspace(call: Call) -> Answer:
    """``POST /v1/workspaces``."""
    name = Fields(call.json()).required_name(longest=LONGEST_WORKSPACE_NAME, label="Workspace name")
    workspace_id = new_id()
    add_workspace(call.db, workspace_id, name, call.user)
    return Answer(workspace_body(call, workspace_id), 201)


def show_workspace(call: Call, workspace: str) -> Answer:
    """``GET /v1/workspaces/{workspaceId}``."""
    return Answer(workspace_body(call, workspace))


def list_users(call: Call, workspace: str) -> Answer:
    """``GET …/users``, which a workspace may keep from its members."""
    if not call.settings["list_users"]:
        raise denied()
    where, values = ["members.workspace = ?"], [workspace]
    for column in ("email", "name"):
        wanted = call.one(column)
        if wanted:
            where.append(f"instr(fold(users.{column}), ?)")
            values.append(wanted.casefold())
    status = call.one("status")
    if status and status != "ALL":
        where.append("members.status = ?")
        values.append(status)
    project = call.one("project-id")
    if project:
        where.append(
            "users.id IN (SELECT json_extract(m.value, '$.userId') FROM resources,"
            " json_each(resources.body, '$.memberships') m WHERE resources.id = ?)"
        )
        values.append(project)
    column = call.one("sort-column") or "EMAIL"
    if column not in _ORDERS:
        raise refused(f"sort-column has to be one of {', '.join(_ORDERS)}")
    down = call.one("sort-order") == "DESCENDING"
    skip, size = call.page()
    rows = call.db.execute(
        "SELECT users.id FROM users JOIN members ON members.user = users.id"
        f" WHERE {' AND '.join(where)} ORDER BY {_ORDERS[column]} {'DESC' if down else 'ASC'},"
        " users.id LIMIT ? OFFSET ?",
        (*values, size + 1, skip),
    ).fetchall()
    cut, headers = call.paged(rows, size)
    wanted_memberships = (call.one("memberships") or "NONE") != "NONE"
    found = [user_body(call, row[0], memberships=wanted_memberships) for row in cut]
    return Answer(found, headers=headers)


def invite_user(call: Call, workspace: str) -> Answer:
    """``POST …/users``: adds somebody by e-mail address, as a pending member."""
    require_owner(call, workspace)
    email = Fields(call.json()).text("email", longest=320, shortest=1, label="Email")
    if not email or "@" not in email[1:-1]:
        raise refused("Email is not well formed")
    row = call.db.execute("SELECT id FROM users WHERE fold(email) = ?", (email.casefold(),))
    known = row.fetchone()
    user = known[0] if known else new_id()
    if known is None:
        add_user(call.db, user, email.split("@")[0], email, workspace, "PENDING_EMAIL_VERIFICATION")
    if _membership(call, workspace, user) is not None:
        raise refused("User already belongs to Workspace")
    call.db.execute("INSERT INTO members VALUES (?, ?, 'PENDING', 'USER', NULL)", (workspace, user))
    return Answer(workspace_body(call, workspace))


def check_member(call: Call, workspace: str, user: str) -> None:
    """Refuse a user who is not in the workspace."""
    if _membership(call, workspace, user) is None:
        raise foreign("User")


def is_admin(call: Call, workspace: str) -> bool:
    """Say whether the user who asks owns or administers the workspace."""
    found = _membership(call, workspace, call.user)
    return found is not None and found["role"] != "USER"


def require_owner(call: Call, workspace: str) -> None:
    """Refuse an account that only is a member."""
    if not is_admin(call, workspace):
        raise denied()


def workspace_settings(call: Call, workspace: str) -> Json:
    """Return a workspace's ``workspaceSettings``."""
    row = call.db.execute("SELECT settings FROM workspaces WHERE id = ?", (workspace,)).fetchone()
    found: Json = json.loads(row[0])
    return found


# -- who asks ------------------------------------------------------------------------------


def owner_of(call: Call, key: str) -> str | None:
    """Return the user a key belongs to."""
    row = call.db.execute("SELECT user FROM keys WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def signed_in(call: Call, environ: WSGIEnvironment) -> str:
    """Return the user who asks Clockify directly."""
    key = environ.get("HTTP_X_API_KEY")
    if not key or environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_X_ADDON_TOKEN"):
        raise clockify(401, "Multiple or none auth tokens present", NO_CREDENTIAL)
    user = owner_of(call, key)
    if user is None:
        raise clockify(401, "Api key does not exist", UNKNOWN_KEY)
    call.key = key
    return user


def check_account(call: Call) -> None:
    """Refuse a user who is banned or has not verified their e-mail address."""
    me = {call.user, name_and_email(call, call.user)[1]}
    if me & set(call.settings["banned_users"]):
        raise clockify(int(call.settings["banned_status"]), "User is banned", BANNED)
    if me & set(call.settings["unverified_users"]):
        raise clockify(401, "Email is not verified", UNVERIFIED)


def enter_workspace(call: Call, ids: list[str]) -> str:
    """Return the workspace a request counts for: its path's first ID, or the active one."""
    row = call.db.execute(
        "SELECT workspace FROM users WHERE id = ?"
        if not ids
        else "SELECT workspace FROM members WHERE user = ? AND workspace = ?",
        (call.user, *ids[:1]),
    ).fetchone()
    if row is None:
        raise Refusal(404, None)
    return str(row[0])


def name_and_email(call: Call, user: str) -> tuple[str, str]:
    """Return a user's name and e-mail address."""
    row = call.db.execute("SELECT name, email FROM users WHERE id = ?", (user,)).fetchone()
    return ("", "") if row is None else (str(row[0]), str(row[1]))


def user_named(db: sqlite3.Connection, word: Any, *, make: bool = False) -> str:
    """Return the ID of the user with this ID or e-mail address.

    Args:
        db: A connection inside a transaction.
        word: The ID or the address.
        make: Let an unknown address become a new member of the first workspace.

    Raises:
        ValueError: There is no such user.
    """
    row = db.execute("SELECT id FROM users WHERE ? IN (id, email)", (str(word),)).fetchone()
    if row is not None:
        return str(row[0])
    if not make or "@" not in str(word)[1:-1]:
        raise ValueError(f"There is no user '{word}'; give an ID or an e-mail address")
    user = new_id()
    add_user(db, user, str(word).split("@")[0].capitalize(), str(word), WORKSPACE_ID)
    db.execute("INSERT INTO members VALUES (?, ?, 'ACTIVE', 'USER', NULL)", (WORKSPACE_ID, user))
    return user


# -- as the service shows them -------------------------------------------------------------


def time_zone(call: Call) -> str:
    """Return the time zone of the account that asks."""
    row = call.db.execute("SELECT settings FROM users WHERE id = ?", (call.user,)).fetchone()
    return str(json.loads(row[0])["timeZone"])


def user_body(call: Call, user: str, *, memberships: bool = False) -> Json:
    """Return a user as the service shows one."""
    row = call.db.execute(
        "SELECT name, email, status, workspace, settings FROM users WHERE id = ?", (user,)
    ).fetchone()
    name, email, status, workspace, settings = row
    held = []
    if memberships:
        rows = call.db.execute(
            "SELECT workspace, user, status, rate FROM members WHERE user = ?", (user,)
        )
        held = [_membership_body(*found) for found in rows]
    return {
        "id": user,
        "email": email,
        "name": name,
        "memberships": held,
        "profilePicture": None,
        "activeWorkspace": workspace,
        "defaultWorkspace": workspace,
        "settings": json.loads(settings),
        "status": status,
        "customFields": [],
    }


def workspace_body(call: Call, workspace: str) -> Json:
    """Return a workspace as the service shows one."""
    name, settings, rate = call.db.execute(
        "SELECT name, settings, rate FROM workspaces WHERE id = ?", (workspace,)
    ).fetchone()
    rows = call.db.execute(
        "SELECT workspace, user, status, rate FROM members WHERE workspace = ?", (workspace,)
    )
    return {
        "id": workspace,
        "name": name,
        "hourlyRate": json.loads(rate) if rate else {"amount": 0, "currency": "USD"},
        "costRate": None,
        "memberships": [_membership_body(*row) for row in rows],
        "workspaceSettings": json.loads(settings),
        "imageUrl": "",
        "features": ["ADD_TIME_FOR_OTHERS", "CUSTOM_FIELDS", "REQUIRED_FIELDS", "TIME_TRACKING"],
        "featureSubscriptionType": "PRO",
        "currencies": [{"id": CURRENCY_ID, "code": "USD", "isDefault": True}],
    }


def rate_of_member(call: Call, workspace: str, user: str) -> Json | None:
    """Return the hourly rate of a member, or ``None`` if none is set."""
    found = _membership(call, workspace, user)
    rate: Json | None = json.loads(found["rate"]) if found and found["rate"] else None
    return rate


def _membership(call: Call, workspace: str, user: str) -> dict[str, Any] | None:
    row = call.db.execute(
        "SELECT status, role, rate FROM members WHERE workspace = ? AND user = ?",
        (workspace, user),
    ).fetchone()
    return None if row is None else dict(zip(("status", "role", "rate"), row, strict=True))


def _membership_body(workspace: str, user: str, status: str, rate: str | None) -> Json:
    return {
        "userId": user,
        "hourlyRate": json.loads(rate) if rate else None,
        "costRate": None,
        "targetId": workspace,
        "membershipType": "WORKSPACE",
        "membershipStatus": status,
    }
