"""Which of our errors an answer is: over the statuses and shapes of Clockify and the gateway."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clockify_cli.core import errors
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
from clockify_cli.gateway.answers import error_for

WORKSPACE = "a" * 24
OWN = f"/api/v1/workspaces/{WORKSPACE}/user/{'b' * 24}/time-entries"
ENTRIES = f"/api/v1/workspaces/{WORKSPACE}/time-entries"
USER = "/api/v1/user"
CONTROL = "/connections/0f3c"


def clockify(code: int, message: str = "Said so") -> Any:
    return {"message": message, "code": code}


MATON: dict[str, Any] = {
    "flat": {"message": "Said so", "type": "Some Error", "code": 400},
    "nested": {"error": {"message": "Said so", "code": 401}},
    "detail": {"detail": "Said so"},
    "details": {"detail": [{"loc": ["header", "maton-connection"], "msg": "Said so"}]},
}
HTML = "<!DOCTYPE html><html><body>Bad gateway</body></html>"
FOREIGN = clockify(501, "TIMEENTRY doesn't belong to Workspace")

# (status, body, error for a change, path); reading differs in UnclearError alone.
TABLE: list[tuple[int, Any, type[ClockifyError], str]] = [
    # The gateway speaks: of the key, the scope, the connection; never of the change.
    *((400, body, ConnectionRefused, OWN) for body in MATON.values()),
    *((404, body, ConnectionRefused, OWN) for body in MATON.values()),
    *((412, body, ConnectionRefused, ENTRIES) for body in MATON.values()),
    *((422, body, ConnectionRefused, ENTRIES) for body in MATON.values()),
    *((401, body, SignInError, USER) for body in MATON.values()),
    *((403, body, PermissionRefused, ENTRIES) for body in MATON.values()),
    *((429, body, RateLimitError, ENTRIES) for body in MATON.values()),
    *((500, body, UnclearError, ENTRIES) for body in MATON.values()),
    *((501, body, UnclearError, ENTRIES) for body in MATON.values()),
    (412, "", ConnectionRefused, ENTRIES),
    (400, {"message": "No active connection found"}, ConnectionRefused, ENTRIES),
    (404, {"message": "Connection 0f3c not found"}, ConnectionRefused, ENTRIES),
    # Clockify speaks.
    (400, clockify(501), RefusedError, ENTRIES),
    (400, clockify(3002), RefusedError, ENTRIES),
    (400, clockify(501, "Required: connection"), RefusedError, ENTRIES),
    (400, FOREIGN, NotFoundError, ENTRIES),
    (404, clockify(404), NotFoundError, OWN),
    (404, FOREIGN, NotFoundError, OWN),
    (404, clockify(3000, "No static resource"), UnreachableError, ENTRIES),
    (405, clockify(3000, "Not supported"), UnreachableError, ENTRIES),
    (409, clockify(501), RefusedError, ENTRIES),
    (422, clockify(501), RefusedError, ENTRIES),
    (402, clockify(501), RefusedError, ENTRIES),
    (501, clockify(501), RefusedError, ENTRIES),
    (401, clockify(1000), SignInError, ENTRIES),
    (401, clockify(4003), SignInError, ENTRIES),
    (401, clockify(4017), SignInError, ENTRIES),
    (401, clockify(4019), SignInError, ENTRIES),
    (401, clockify(406), SignInError, ENTRIES),
    (403, clockify(406), PermissionRefused, ENTRIES),
    (403, clockify(4019), PermissionRefused, ENTRIES),
    (403, clockify(501, "Access Denied"), PermissionRefused, ENTRIES),
    (403, clockify(403), PermissionRefused, ENTRIES),
    (403, clockify(1003), RefusedError, ENTRIES),
    (403, clockify(4005), RefusedError, ENTRIES),
    (403, clockify(4030), RefusedError, ENTRIES),
    (429, clockify(429), RateLimitError, ENTRIES),
    (500, clockify(500), UnclearError, ENTRIES),
    (503, clockify(503), UnclearError, ENTRIES),
    # Nobody speaks, or something in between.
    (404, "", UnknownWorkspaceError, OWN),
    (404, "", UnknownWorkspaceError, ENTRIES),
    (404, "", UnknownWorkspaceError, f"/api/v1/workspaces/{WORKSPACE}"),
    (404, "", UnreachableError, USER),
    (404, HTML, UnreachableError, ENTRIES),
    (400, HTML, RefusedError, ENTRIES),
    (422, HTML, RefusedError, ENTRIES),
    (404, "no such page", NotFoundError, ENTRIES),
    (400, "", RefusedError, ENTRIES),
    (400, "bad request", RefusedError, ENTRIES),
    (401, "", SignInError, ENTRIES),
    (403, HTML, PermissionRefused, ENTRIES),
    (413, HTML, UnreachableError, ENTRIES),
    (429, "", RateLimitError, ENTRIES),
    (500, "Internal Server Error", UnclearError, ENTRIES),
    (502, HTML, UnclearError, ENTRIES),
    (504, "", UnclearError, ENTRIES),
    (501, "", UnclearError, ENTRIES),
    (408, "", UnclearError, ENTRIES),
    (302, "", UnclearError, ENTRIES),
    # The control plane speaks of its own things.
    (404, MATON["flat"], NotFoundError, CONTROL),
    (404, "", NotFoundError, "/user"),
    (404, HTML, UnreachableError, CONTROL),
    (400, MATON["flat"], RefusedError, "/connections"),
    (422, MATON["details"], RefusedError, "/connections"),
    (401, MATON["nested"], SignInError, "/connections"),
    (403, MATON["flat"], PermissionRefused, "/connections"),
    (500, MATON["flat"], UnclearError, "/connections"),
]


def content(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


@pytest.mark.parametrize(("status", "body", "error", "path"), TABLE)
def test_each_status_and_shape_is_one_error(
    status: int, body: Any, error: type[ClockifyError], path: str
) -> None:
    found = error_for(status, content(body), write=True, path=path)
    assert type(found) is error
    assert found.status == status
    assert found.message.endswith(".")
    read = error_for(status, content(body), write=False, path=path)
    assert type(read) is (UnreachableError if error is UnclearError else error)


@pytest.mark.parametrize("body", MATON.values(), ids=list(MATON))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 412, 422, 429, 500])
def test_what_the_gateway_says_never_blames_the_change(status: int, body: Any) -> None:
    found = error_for(status, content(body), write=True, path=ENTRIES)
    assert not found.blames_change
    assert "Said so" in found.message


@pytest.mark.parametrize("body", MATON.values(), ids=list(MATON))
def test_a_connection_problem_names_the_commands_that_solve_it(body: Any) -> None:
    found = error_for(400, content(body), write=True, path=ENTRIES)
    assert found.exit_code == 3
    for verb in ("list", "create", "use"):
        assert f"clockify connections {verb}" in found.hint


@pytest.mark.parametrize(("code", "word"), [(406, "blocked"), (4019, "not verified")])
@pytest.mark.parametrize("status", [401, 403])
def test_a_blocked_or_unverified_account_has_a_sentence(status: int, code: int, word: str) -> None:
    found = error_for(status, content(clockify(code)), write=True, path=ENTRIES)
    assert word in found.message
    assert found.exit_code == 3
    assert not found.blames_change


def test_which_errors_blame_the_change() -> None:
    blaming = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, ClockifyError) and kind.blames_change
    }
    assert blaming == {
        "ClockifyError",
        "UsageError",
        "TimeError",
        "NotFoundError",
        "AmbiguousError",
        "UnknownWorkspaceError",
        "RefusedError",
        "ConflictError",
    }


def test_an_empty_404_on_ones_own_route_may_be_another_user() -> None:
    own = error_for(404, b"", write=True, path=OWN)
    other = error_for(404, b"", write=True, path=ENTRIES)
    assert isinstance(own, UnknownWorkspaceError)
    assert isinstance(other, UnknownWorkspaceError)
    assert (own.unsaid, other.unsaid) == (True, False)
    assert WORKSPACE in own.message


def test_a_list_of_details_reads_as_sentences() -> None:
    body = {"detail": [{"loc": ["body", "app"], "msg": "field required"}, {"msg": "odd"}, 7]}
    found = error_for(422, content(body), write=False, path="/connections")
    assert found.message == "app: field required; odd."


def test_the_request_id_is_in_the_json_error() -> None:
    found = error_for(
        500, b"", write=False, path=USER, headers={"x-request-id": "req-7", "date": ""}
    )
    assert found.as_json()["error"]["requestId"] == "req-7"
    assert found.as_json()["error"]["status"] == 500
    odd = error_for(500, b"", write=False, path=USER, headers={"x-request-id": "\x1b[31m"})
    assert "requestId" not in odd.as_json()["error"]


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "code", "error", "detail", "type", "loc", "msg"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    status=st.integers(300, 599),
    body=any_json.map(lambda v: json.dumps(v).encode()) | st.binary(max_size=200),
    write=st.booleans(),
    path=st.sampled_from([OWN, ENTRIES, USER, CONTROL, "/user", "/api", ""]),
)
def test_any_answer_is_an_error_with_a_sentence(
    status: int, body: bytes, write: bool, path: str
) -> None:
    found = error_for(status, body, write=write, path=path)
    assert found.message
    assert len(found.message) < 700
    assert found.exit_code in (1, 3, 4, 5, 6, 7)
    json.dumps(found.as_json(), ensure_ascii=False)
