"""What an HTTP answer means: the data in it, or which of our errors it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clockify_cli.core.errors import (
    ClockifyError,
    NotFoundError,
    PermissionRefused,
    RateLimitError,
    RefusedError,
    SignInError,
    UnclearError,
    UnreachableError,
)

FOREIGN_ENTITY = "doesn't belong to"  # how the service says "not found": 400, code 501
UNSAID = "There is no such thing, or no such address."  # where a 404 has no words
_TIMED_OUT = (408, 425)  # said by what stands between: nobody knows what came of the request


class Answer:
    """One good answer: its status, its JSON (``None`` where there is no body) and its headers."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, status: int, data: Any, headers: Mapping[str, str]) -> None:
        self.status = status
        self.data = data
        self.headers = headers


def read_answer(status: int, headers: Mapping[str, str], content: bytes, *, write: bool) -> Answer:
    """Return the answer, or raise the error that it is.

    Args:
        status: The HTTP status.
        headers: The answer's headers.
        content: The whole body.
        write: The request changed something, so that an unreadable answer leaves it open
            whether the change was made.
    """
    if 200 <= status < 300:
        if status == 204 or not content.strip():
            if write or status == 204:
                return Answer(status, None, headers)
            raise UnreachableError("The gateway sent an empty answer.", status=status)
        try:
            return Answer(status, json.loads(content), headers)
        except (ValueError, RecursionError):
            lost = UnclearError if write else UnreachableError
            raise lost(
                f"The gateway's answer is not JSON ({_kind_of(content)}).", status=status
            ) from None
    raise error_for(status, content, write=write)


def whole_characters(content: bytes) -> bytes:
    """Return JSON with every half of a surrogate pair replaced by U+FFFD.

    A text that some program cut in the middle of an emoji holds one; it is no character, and
    could neither be written to a file or a terminal nor be sent back.
    """
    # Seldom any of these is there: looking for them costs next to nothing.
    if not any(trace in content for trace in (b"\\ud", b"\\uD", b"\xed")):
        return content
    import re

    def mended(found: re.Match[bytes]) -> bytes:
        return b"\\ufffd" if found[1] else b"\xef\xbf\xbd" if found[2] else found[0]

    half, low = rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    pair = rb"\\u[dD][89abAB][0-9a-fA-F]{2}" + low
    raw = rb"\xed[\xa0-\xbf][\x80-\xbf]"
    return re.sub(rb"%s|(%s)|(%s)|\\." % (pair, half, raw), mended, content)


def error_for(status: int, content: bytes, *, write: bool) -> ClockifyError:
    """Return the error that a status outside 2xx is, in the service's own words if any."""
    words, code = _words(content)
    if status == 401:
        return SignInError(
            words or "The API key was refused.",
            "Check MATON_API_KEY (CLOCKIFY_API_KEY for Clockify itself), "
            "or run 'clockify auth login'.",
            status=status,
        )
    if status == 403:
        return PermissionRefused(
            words or "This account may not do that.",
            "Ask an admin of the workspace, or choose another with --workspace.",
            status=status,
        )
    if status == 404 and not words and write:
        # Of what it cannot find Clockify says so: this comes from something in between.
        return UnclearError(
            "The address answered 404, in no words of Clockify's.",
            "'clockify doctor' checks the address.",
            status=status,
        )
    if status == 404 or (status == 400 and FOREIGN_ENTITY in words):
        return NotFoundError(
            words or UNSAID,
            "List what there is; 'clockify doctor' checks the address and the workspace.",
            status=status,
        )
    if status in (400, 409, 422):
        hint = ""
        if code is None and "connection" in words.lower():
            hint = "See 'clockify connections list'; 'clockify connections create' makes one."
        return RefusedError(
            words or f"Clockify refused the request ({status}).", hint, status=status
        )
    if status == 429:
        return RateLimitError(words or "Too many requests.", status=status)
    if status >= 500 or status in _TIMED_OUT:
        away = UnclearError if write else UnreachableError
        return away(
            f"The gateway or Clockify does not work at the moment ({status})"
            + (f": {words}" if words else "."),
            "Most often the connection's sign-in has expired: 'clockify doctor' tells."
            if status == 500
            else "",
            status=status,
        )
    if 300 <= status < 400:
        # Nobody promises that it was not carried out before it was sent on.
        away = UnclearError if write else UnreachableError
        return away(
            f"The address answered with a redirect ({status}); the key is not sent on.",
            "Set the final address: clockify config set gateway_url https://…",
            status=status,
        )
    return ClockifyError(words or f"Unexpected answer ({status}).", status=status)


def _words(content: bytes) -> tuple[str, int | None]:
    """Return the message and the code of an error body, whatever its form."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return "", None  # HTML of some proxy says nothing to a user
    if not isinstance(body, dict):
        return "", None
    code = body.get("code")
    message = body.get("message") or body.get("error") or body.get("detail") or ""
    if isinstance(message, dict):
        message = message.get("message") or ""
    words = str(message).strip()[:500]
    if words and words[-1] not in ".!?…":
        words += "."  # sentences of our own are put behind it
    return words, code if isinstance(code, int) else None


def _kind_of(content: bytes) -> str:
    head = content[:200].lstrip().lower()
    return "HTML" if head.startswith((b"<!doctype", b"<html")) else f"{len(content)} bytes"
