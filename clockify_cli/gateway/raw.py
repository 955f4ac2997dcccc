"""Read a request as typed for ``clockify api``: path, placeholders, fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from clockify_cli.core.errors import UsageError
from clockify_cli.gateway.client import PAGE_SIZE, Gateway

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
API = "/api/v1/"
Query = dict[str, Any]


def checked_method(text: str) -> str:
    """Return an HTTP method in capitals; refuse what the API does not have."""
    method = text.upper()
    if method not in METHODS:
        raise UsageError(f"'{text}' is not a method of the API.", f"Methods: {', '.join(METHODS)}.")
    return method


def typed_path(text: str, ids: Callable[[str], str], *, control: bool = False) -> tuple[str, Query]:
    """Return the path below the base address and the query that stood behind it.

    Args:
        text: ``/api/v1/…``, or what comes after it; ``{workspace}`` and ``{user}`` are filled in.
        ids: Gives the ID for ``workspace`` or ``user``.
        control: It is a path of the control plane, taken as it is.

    Raises:
        UsageError: It is an address of its own, or cannot be a path.
    """
    if "://" in text or text.startswith("//"):
        raise UsageError(
            "Give a path, not an address: the key is sent only to the configured address.",
            "For example: 'workspaces/{workspace}/projects' or /api/v1/user.",
        )
    path, _, query = text.strip().partition("?")
    if "#" in path + query or any(c.isspace() or not c.isprintable() for c in path):
        raise UsageError(f"This is not a path: {text!r}.", "Write a space as %20, # as %23.")
    path = path.lstrip("/")
    if ".." in path.split("/"):
        raise UsageError("A path cannot contain '..'.", "Start it at /api/v1/.")
    if not path:
        raise UsageError("The path is empty.", "For example: /api/v1/user.")
    path = re.sub(r"\{([A-Za-z]*)\}", lambda found: _filled(found[1], ids), path)
    if control or path.startswith("api/"):
        return f"/{path}", _query(query)
    return API + path.removeprefix("v1/"), _query(query)


def _filled(name: str, ids: Callable[[str], str]) -> str:
    plain = name.removesuffix("Id").lower()
    if plain not in ("workspace", "user"):
        raise UsageError(f"There is no placeholder {{{name}}}.", "Use {workspace} or {user}.")
    return ids(plain)


def _query(text: str) -> Query:
    from urllib.parse import parse_qsl

    query: Query = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _add(query, name, value)
    return query


def typed_fields(texts: Iterable[str], values: Iterable[str]) -> Query:
    """Return the typed fields; a name that is given again becomes a list.

    Args:
        texts: ``key=value``, the value as text.
        values: ``key=json``.

    Raises:
        UsageError: One has no ``=``, or is not JSON.
    """
    found: Query = {}
    for field in texts:
        _add(found, *_pair(field))
    for field in values:
        name, text = _pair(field)
        try:
            _add(found, name, read_json(text))
        except ValueError:
            raise UsageError(
                f"The value of '{name}' is not JSON: {text!r}.",
                f"For text, use -f: -f {name}=…",
            ) from None
    return found


def _pair(field: str) -> tuple[str, str]:
    name, mark, value = field.partition("=")
    if not mark or not name:
        raise UsageError(f"'{field}' is not KEY=VALUE.", "For example: -f name=Acme.")
    return name, value


def _add(fields: Query, name: str, value: Any) -> None:
    if name in fields:
        before = fields[name]
        value = [*(before if isinstance(before, list) else [before]), value]
    fields[name] = value


def read_json(text: str) -> Any:
    """Return a JSON value; raise ValueError if it is not one (``NaN`` included)."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        found = json.loads(text, parse_constant=refuse)
        # Half a surrogate pair is no text: it could not be sent.
        json.dumps(found, ensure_ascii=False).encode()
        return found
    except RecursionError:
        raise ValueError("nested too deeply") from None


def with_query(query: Query, fields: Query) -> Query:
    """Return ``query`` with ``fields`` in it: lists repeat their name, objects are refused."""
    found = dict(query)
    for name, value in fields.items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, (dict, list)):
                raise UsageError(f"'{name}' cannot go into a query.", "Use a text or a number.")
            _add(found, name, part if isinstance(part, str) else json.dumps(part))
    return found


def every_item(gateway: Gateway, path: str, query: Query) -> Iterator[Any]:
    """Yield every item of a list, a request a page; ``page-size`` of the query is heeded."""
    params = {name: value for name, value in query.items() if name not in ("page", "page-size")}
    asked = str(query.get("page-size", PAGE_SIZE))
    if not asked.isdecimal() or not 0 < int(asked) <= 5000:
        raise UsageError(f"page-size is a number from 1 to 5000, not {asked!r}.")
    return gateway.pages(path, params, page_size=int(asked), most_pages=None)
