"""The addresses of the service, and what answers each."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from clockify_cli.sandbox import maton
from clockify_cli.sandbox.call import Answer, Call
from clockify_cli.sandbox.refusals import Refusal, no_route, wrong_method

Endpoint = Callable[..., Answer]
Found = tuple[Endpoint, list[str]]

_WS = "v1/workspaces/*"
_PROJECT = f"{_WS}/projects/*"
# Named rather than imported: a request loads the module that answers it and no other.
_TABLE: dict[str, dict[str, str]] = {
    "v1/user": {"GET": "people.show_me"},
    "v1/workspaces": {"GET": "people.list_workspaces", "POST": "people.create_workspace"},
    _WS: {"GET": "people.show_workspace"},
    f"{_WS}/users": {"GET": "people.list_users", "POST": "people.invite_user"},
    f"{_WS}/projects": {"GET": "projects.list_projects", "POST": "projects.create_project"},
    _PROJECT: {
        "GET": "projects.show_project",
        "PUT": "projects.change_project",
        "DELETE": "projects.delete_project",
    },
    f"{_PROJECT}/tasks": {"GET": "tasks.list_tasks", "POST": "tasks.create_task"},
    f"{_PROJECT}/tasks/*": {
        "GET": "tasks.show_task",
        "PUT": "tasks.replace_task",
        "DELETE": "tasks.delete_task",
    },
    f"{_WS}/clients": {"GET": "clients.list_clients", "POST": "clients.create_client"},
    f"{_WS}/clients/*": {
        "GET": "clients.show_client",
        "PUT": "clients.replace_client",
        "DELETE": "clients.delete_client",
    },
    f"{_WS}/tags": {"GET": "tags.list_tags", "POST": "tags.create_tag"},
    f"{_WS}/tags/*": {
        "GET": "tags.show_tag",
        "PUT": "tags.replace_tag",
        "DELETE": "tags.delete_tag",
    },
    f"{_WS}/time-entries": {"POST": "entries.create_entry"},
    f"{_WS}/time-entries/batch": {"POST": "entry_lists.find_many"},
    f"{_WS}/time-entries/invoiced": {"PATCH": "entries.mark_invoiced"},
    f"{_WS}/time-entries/status/in-progress": {"GET": "entry_lists.list_running"},
    f"{_WS}/time-entries/*": {
        "GET": "entries.show_entry",
        "PUT": "entries.replace_entry",
        "DELETE": "entries.delete_entry",
    },
    f"{_WS}/user/*/time-entries": {
        "GET": "entry_lists.list_entries",
        "POST": "entries.create_for",
        "PATCH": "entries.stop_running",
        "PUT": "entries.replace_many",
        "DELETE": "entries.delete_many",
    },
    f"{_WS}/user/*/time-entries/*/duplicate": {"POST": "entries.duplicate_entry"},
}
_CONTROL: dict[str, dict[str, str]] = {
    "user": {"GET": "maton.show_account"},
    "connections": {"GET": "maton.list_connections", "POST": "maton.create_connection"},
    "connections/*": {"GET": "maton.show_connection", "DELETE": "maton.delete_connection"},
}

_Tree = dict[str, Any]


def _grown(table: dict[str, dict[str, str]]) -> _Tree:
    tree: _Tree = {}
    for path, endpoints in table.items():
        branch = tree
        for part in path.split("/"):
            branch = branch.setdefault(part, {})
        branch[""] = endpoints
    return tree


_TREE, _CONTROL_TREE = _grown(_TABLE), _grown(_CONTROL)


def find(method: str, path: str) -> Found:
    """Return what answers Clockify's ``path`` (``/api/v1/…``), and the IDs in it."""
    if not path.startswith("/api/"):
        raise no_route(path)
    return _find(_TREE, method, path.removeprefix("/api"))


def find_control(call: Call, path: str) -> Found | None:
    """Return what answers a path of the control plane; ``None`` if it is not one of them."""
    first = path.split("/")[1]
    if first not in _CONTROL_TREE or (first == "user" and not call.settings["control_user"]):
        return None
    try:
        return _find(_CONTROL_TREE, call.method, path)
    except Refusal as refusal:
        raise maton.error(call, refusal.status, refusal.body["message"]) from None


def _find(tree: _Tree, method: str, path: str) -> Found:
    branch, ids = tree, []
    for part in path.strip("/").split("/"):
        if part and part in branch:
            branch = branch[part]
        elif part and "*" in branch:
            ids.append(part)
            branch = branch["*"]
        else:
            raise no_route(path)
    endpoints = branch.get("")
    if endpoints is None:
        raise no_route(path)
    if method not in endpoints:
        raise wrong_method(method)
    module, _, name = endpoints[method].partition(".")
    endpoint: Endpoint = getattr(import_module(f"clockify_cli.sandbox.{module}"), name)
    return endpoint, ids
