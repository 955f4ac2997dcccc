"""What an HTTP answer means: the data in it, or which of our errors it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from clockify_cli.core.errors import (
    ClockifyError,
    ConnectionRefused,
    NotFoundError,
    PermissionRefused,
    RateLimitError,
    RefusedError,
    SignInError,
    UnclearError,
    UnknownWorkspaceError,
    UnreachableError,
)

FOREIGN_ENTITY = "doesn't belong to"  # how the service says "not found": 400, code 501
UNSAID = "Not found: no such thing, or a wrong address."  # for a 404 without words
_TIMED_OUT = (408, 425)  # from something in between: nobody knows what became of the request
_NO_ROUTE = 3000  # the code of an address that does not exist, or not with this method
_BANNED, _UNVERIFIED = 406, 4019  # codes about the account, in a 401 or a 403
_ENTRY_CODES = {  # of a 403 that is about the entry, not about the account
    1003: "A workspace admin has locked that time; only an admin can change it.",
    4005: "It is approved: withdraw the approval in Clockify first.",
    4030: "This workspace only allows the timer: clockify start, clockify stop.",
}
_LIST = "Check the ID; 'clockify doctor' checks the address and the workspace."

# Who an error body comes from.
CLOCKIFY, GATEWAY, PAGE, SILENCE, UNKNOWN = "clockify", "gateway", "page", "silence", "unknown"


class Answer:
    """One good answer: its status, its JSON (``None`` if there is no body) and its headers."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, status: int, data: Any, headers: Mapping[str, str]) -> None:
        self.status = status
        self.data = data
        self.headers = headers


def read_answer(status: int, headers: Mapping[str, str], content: bytes, *, write: bool) -> Answer:
    """Return an answer with a status of 2xx; raise if its body cannot be read.

    Args:
        status: The HTTP status.
        headers: The answer's headers.
        content: The whole body.
        write: The request changed something, so that an unreadable answer leaves it open
            whether the change was made.
    """
    request_id = _request_id(headers)
    if status == 204 or not content.strip():
        if write or status == 204:
            return Answer(status, None, headers)
        raise UnreachableError(
            "The gateway sent an empty answer.", status=status, request_id=request_id
        )
    try:
        return Answer(status, json.loads(content), headers)
    except (ValueError, RecursionError):
        lost = UnclearError if write else UnreachableError
        raise lost(
            f"The gateway's answer is not JSON ({_kind_of(content)}).",
            status=status,
            request_id=request_id,
        ) from None


def whole_characters(content: bytes) -> bytes:
    """Return JSON with every half of a surrogate pair replaced by U+FFFD.

    A text that some program cut in the middle of an emoji holds one; it is no character, and
    could neither be written to a file or a terminal nor be sent back.
    """
    # Seldom any of these is there: looking for them costs next to nothing.
    if not any(trace in content for trace in (b"\\ud", b"\\uD", b"\xed")):
        return content
    import re

    def repaired(found: re.Match[bytes]) -> bytes:
        return b"\\ufffd" if found[1] else b"\xef\xbf\xbd" if found[2] else found[0]

    half, low = rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    pair = rb"\\u[dD][89abAB][0-9a-fA-F]{2}" + low
    raw = rb"\xed[\xa0-\xbf][\x80-\xbf]"
    return re.sub(rb"%s|(%s)|(%s)|\\." % (pair, half, raw), repaired, content)


def error_for(
    status: int,
    content: bytes,
    *,
    write: bool,
    path: str = "/api/",
    headers: Mapping[str, str] | None = None,
) -> ClockifyError:
    """Return the error that a status outside 2xx is, in the service's own words if any.

    Args:
        status: The HTTP status.
        content: The whole body.
        write: The request was to change something, so it may be open whether it did.
        path: The request's path; what does not begin with ``/api/`` is the control plane's.
        headers: The answer's headers, with lower-case names.
    """
    said = _read_error(content)
    error = _error(status, said, write, path)
    error.status, error.code = status, said.code
    error.request_id = _request_id(headers or {})
    error.by_gateway = said.speaker == GATEWAY
    return error


def _error(status: int, said: _Said, write: bool, path: str) -> ClockifyError:
    words, code = said.words, said.code
    if status == 429:
        return RateLimitError(words or "Too many requests.")
    if status in (401, 403):
        return _credential_error(status, said)
    if status >= 500 or status in _TIMED_OUT or status < 400:
        if status == 501 and said.speaker == CLOCKIFY:
            return RefusedError(words)
        return _server_error(status, said, write)
    if not path.startswith("/api/"):  # the control plane speaks of its own things
        if status == 404 and said.speaker != PAGE:
            return NotFoundError(words or UNSAID)
        return _wrong_address(status) if said.speaker == PAGE else RefusedError(words or UNSAID)
    if FOREIGN_ENTITY in words:
        return NotFoundError(words, _LIST)
    if status == 412 or said.speaker == GATEWAY:
        # Whatever else the gateway objects to, it is not what the change holds.
        return ConnectionRefused(words or "The gateway cannot use the connection to Clockify.")
    if code == _NO_ROUTE:
        return _wrong_address(status, words)
    if said.speaker == CLOCKIFY:
        return NotFoundError(words, _LIST) if status == 404 else RefusedError(words)
    # In no shape that is known: neither Clockify's nor the gateway's.
    if status in (400, 404) and "connection" in words.lower():
        return ConnectionRefused(words)
    if status in (400, 409, 422):
        return RefusedError(words or f"Clockify refused the request ({status}).")
    if status == 404 and words:
        return NotFoundError(words, _LIST)
    workspace = workspace_in(path)
    if status == 404 and said.speaker == SILENCE and workspace:
        unknown = UnknownWorkspaceError(
            f"This account has no workspace {workspace}.",
            "List them: clockify workspaces. To choose one: --workspace.",
        )
        unknown.unsaid = "/user/" in path
        return unknown
    return _wrong_address(status, words)


def _credential_error(status: int, said: _Said) -> ClockifyError:
    """Return what a 401 or a 403 is."""
    refused = SignInError if status == 401 else PermissionRefused
    if said.code == _BANNED:
        return refused(
            "Clockify has blocked this account.", "Contact Clockify's support, or use another key."
        )
    if said.code == _UNVERIFIED:
        return refused(
            "The e-mail address of this Clockify account is not verified yet.",
            "Follow the link in Clockify's mail, then try again.",
        )
    if status == 401:
        return SignInError(
            said.words or "The API key was refused.",
            "Check MATON_API_KEY (CLOCKIFY_API_KEY for Clockify itself), "
            "or run 'clockify auth login'.",
        )
    if said.code in _ENTRY_CODES and said.speaker == CLOCKIFY:
        return RefusedError(said.words, _ENTRY_CODES[said.code])
    if said.speaker == GATEWAY:
        return PermissionRefused(
            said.words or "The API key is not allowed to do that.",
            "Create a key with the missing permission, then run 'clockify auth login'.",
        )
    return PermissionRefused(
        said.words or "This account is not allowed to do that.",
        "Ask a workspace admin, or choose another workspace with --workspace.",
    )


def _server_error(status: int, said: _Said, write: bool) -> ClockifyError:
    """Return what a redirect, a 5xx or a time-out in between is."""
    lost = UnclearError if write else UnreachableError
    if 300 <= status < 400:
        # Nobody promises that it was not carried out before it was sent on.
        return lost(
            f"The address redirects ({status}); the key is not sent to another address.",
            "Set the final address: clockify config set gateway_url https://…",
        )
    expired = "Usually the connection's sign-in has expired; 'clockify doctor' shows."
    return lost(
        f"The gateway or Clockify is failing at the moment ({status})"
        + (f": {said.words}" if said.words else "."),
        expired if status == 500 else "",
    )


def _wrong_address(status: int, words: str = "") -> UnreachableError:
    told = f": {words}" if words else ", which is not an answer of Clockify's."
    return UnreachableError(
        f"The address answered {status}{told}", "'clockify doctor' checks the address."
    )


def workspace_in(path: str) -> str:
    """Return the workspace ID that a request's path names; empty if it names none."""
    parts = path.split("/")
    return parts[4] if len(parts) > 4 and parts[1] == "api" and parts[3] == "workspaces" else ""


class _Said(NamedTuple):
    """What an error body says, and who speaks."""

    speaker: str
    words: str = ""
    code: int | None = None


def _read_error(content: bytes) -> _Said:
    """Read an error body, whatever its shape.

    Clockify's is ``{"message", "code"}`` alone. The gateway has four: ``message`` with a
    ``type``, an object ``error``, and a ``detail`` that is a text or a list.
    """
    if not content.strip():
        return _Said(SILENCE)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        if _kind_of(content) == "HTML":
            return _Said(PAGE)
        text = content[:500].decode(errors="replace")
        plain = " ".join(text.split())
        return _Said(UNKNOWN, _sentence(plain) if plain.isprintable() else "")
    if not isinstance(body, dict):
        return _Said(UNKNOWN)
    error, detail = body.get("error"), body.get("detail")
    inner = error if isinstance(error, dict) else body
    code = inner.get("code")
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    words = _sentence(
        inner.get("message") or (error if isinstance(error, str) else "") or _details(detail)
    )
    if inner is error or "type" in body or (detail and "message" not in body):
        return _Said(GATEWAY, words, number)
    if words and number is not None:
        return _Said(CLOCKIFY, words, number)
    return _Said(UNKNOWN, words, number)


def _details(detail: Any) -> str:
    """Return ``detail`` as a sentence: a text, or what is wrong with each of some fields."""
    if isinstance(detail, list):
        found = []
        for part in detail:
            message = part.get("msg") if isinstance(part, dict) else part
            place = part.get("loc") if isinstance(part, dict) else None
            field = str(place[-1]) if isinstance(place, list) and place else ""
            if isinstance(message, str) and message:
                found.append(f"{field}: {message}" if field else message)
        return "; ".join(found)
    if isinstance(detail, dict):
        return str(detail.get("message") or detail.get("msg") or "")
    return detail if isinstance(detail, str) else ""


def _sentence(message: Any) -> str:
    """Return a message with a full stop: sentences of our own follow it."""
    words = (message if isinstance(message, str) else "").strip()[:500]
    return words + "." if words and words[-1] not in ".!?…" else words


def _request_id(headers: Mapping[str, str]) -> str:
    found = headers.get("x-request-id", "").strip()[:100]
    return found if found.isascii() and found.isprintable() else ""


def _kind_of(content: bytes) -> str:
    head = content[:200].lstrip().lower()
    return "HTML" if head.startswith((b"<!doctype", b"<html")) else f"{len(content)} bytes"
