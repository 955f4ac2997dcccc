"""Every error this program reports, with its exit code and kind.

    ClockifyError                 1   error
    ├── UsageError                2   usage          an option, a time or a name that cannot be read
    │   └── TimeError             2   usage          a time expression outside the grammar
    ├── SignInError             * 3   auth           no key, or the key was refused (401)
    │   └── ConnectionRefused   * 3   connection     the gateway has no usable connection
    ├── PermissionRefused       * 3   permission     the account or the key may not do this (403)
    ├── NotFoundError             4   not_found      no such thing
    │   ├── AmbiguousError        4   ambiguous      a name that fits several
    │   └── UnknownWorkspaceError 4   not_found      no such workspace
    ├── UnreachableError        * 5   unavailable    network, gateway or Clockify unreachable
    │   └── UnclearError        * 5   unclear        a change whose answer was lost
    ├── RefusedError              6   refused        refused for what the entry or thing is
    │   └── ConflictError         6   conflict       changed by somebody else in the meantime
    ├── RateLimitError          * 7   rate_limited   429 after waiting
    ├── StorageError            * 1   storage        disk full, read-only home, damaged file
    └── Interrupted           * 130   interrupted    Ctrl-C

An asterisk marks what says nothing about the change that met it (``blames_change``): that
change is kept and sent again later.

They are raised where the fact is known and caught in one place (``app.run``),
which prints the sentence and the hint, or the JSON object.
"""

from __future__ import annotations

from typing import Any


class ClockifyError(Exception):
    """An error with a sentence for people, a kind for scripts and an exit code.

    Args:
        message: One sentence that says what is wrong, without a final newline.
        hint: What to do next; empty if there is nothing to say.
        status: The HTTP status that caused it, if there was one.
        code: The ``code`` in the service's error body, if there was one.
        request_id: ``X-Request-Id`` of the answer, which the gateway's support asks for.
        details: More keys for the JSON object (for example the candidates of a name).
    """

    exit_code = 1
    kind = "error"
    default_hint = ""
    blames_change = True  # something is wrong with the change itself: no use sending it again
    by_gateway = False  # Maton says so, not Clockify

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        code: int | None = None,
        request_id: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.status = status
        self.code = code
        self.request_id = request_id
        self.details = details or {}

    def as_json(self) -> dict[str, Any]:
        """Return the documented error object, without keys that have no value."""
        body: dict[str, Any] = {"kind": self.kind, "message": self.message}
        if self.hint:
            body["hint"] = self.hint
        if self.status is not None:
            body["status"] = self.status
        if self.request_id:
            body["requestId"] = self.request_id
        body["exit"] = self.exit_code
        body.update(self.details)
        return {"error": body}


class UsageError(ClockifyError):
    """Something the user typed cannot be read."""

    exit_code = 2
    kind = "usage"


class TimeError(UsageError):
    """A time expression that the grammar does not have, or that cannot be meant."""


class SignInError(ClockifyError):
    """There is no API key, or it was refused."""

    exit_code = 3
    kind = "auth"
    default_hint = "Run 'clockify auth login', or set MATON_API_KEY."
    blames_change = False
    no_key = False  # there is no key at all


class ConnectionRefused(SignInError):
    """The gateway has no usable connection to Clockify for this key."""

    kind = "connection"
    default_hint = (
        "See 'clockify connections list'; 'clockify connections create' makes a new one, "
        "'clockify connections use ID' chooses one."
    )


class StrangerError(SignInError):
    """The key or connection belongs to another Clockify user now than the one it was known for."""

    entry: dict[str, Any] | None = None  # the entry of theirs that came, if one did


class PermissionRefused(ClockifyError):
    """The account is signed in but may not do this."""

    exit_code = 3
    kind = "permission"
    blames_change = False


class NotFoundError(ClockifyError):
    """No such entry, project, client, tag, task, user, workspace or connection."""

    exit_code = 4
    kind = "not_found"


class AmbiguousError(NotFoundError):
    """A name that fits several things."""

    kind = "ambiguous"


class UnknownWorkspaceError(NotFoundError):
    """No such workspace: nothing can be recorded there, now or later."""

    unsaid = False  # the empty 404 may also mean that the user is another one


class UnreachableError(ClockifyError):
    """The network, the gateway or Clockify cannot be reached or does not work."""

    exit_code = 5
    kind = "unavailable"
    default_hint = "Check the network, then try again; 'clockify doctor' shows what is wrong."
    blames_change = False
    timed_out = False  # the other side may still be at work on the request


class UnclearError(UnreachableError):
    """A change was sent and its answer was lost: it may or may not have been recorded."""

    kind = "unclear"
    default_hint = "It may or may not have been done: check before you try again."


class RefusedError(ClockifyError):
    """Clockify understood the request and refused it."""

    exit_code = 6
    kind = "refused"


class ConflictError(RefusedError):
    """The thing was changed elsewhere since this program last saw it."""

    kind = "conflict"


class RateLimitError(ClockifyError):
    """Too many requests, even after waiting."""

    exit_code = 7
    kind = "rate_limited"
    default_hint = (
        "Wait until requests are available again; 'clockify budget' shows this hour's requests."
    )
    blames_change = False
    retry_after: float | None = None  # seconds that the service asked to wait


class StorageError(ClockifyError):
    """A file of ours cannot be read or written."""

    kind = "storage"
    blames_change = False


class Interrupted(ClockifyError):
    """The user pressed Ctrl-C."""

    exit_code = 130
    blames_change = False
    kind = "interrupted"
