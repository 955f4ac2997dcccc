"""The gateway, its control plane and Clockify itself: their refusals and their limits."""

from __future__ import annotations

import email.utils
import time
from typing import Any

import httpx
import pytest
from conftest import Served
from sandbox_api import ENTRIES, MINE, NOBODY, WS, Api, refused

from clockify_cli.sandbox import CONNECTION_ID, USER_ID, Sandbox
from clockify_cli.sandbox.defaults import CHOICES


def maton_says(answer: httpx.Response, status: int) -> str:
    """Check an error of Maton's own, in the form it usually has, and return its message."""
    assert answer.status_code == status, answer.text
    if status == 500:
        return answer.text
    body = answer.json()
    if status == 401:
        body = body["error"]
    else:
        assert body["type"]
    assert body["code"] == status
    return str(body["message"])


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


@pytest.fixture
def control(served: Served) -> Api:
    return Api(served.control_url, {"Authorization": "Bearer sandbox"})


def test_the_gateway_asks_for_a_known_key(served: Served) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic sandbox"}):
        answer = httpx.get(f"{served.gateway_url}/api/v1/user", headers=headers)
        assert "API key" in maton_says(answer, 401)
        maton_says(httpx.get(f"{served.control_url}/connections", headers=headers), 401)


def test_clockify_itself_takes_one_credential(served: Served) -> None:
    assert Api.direct(served.api_url).get("/v1/user")["id"] == USER_ID
    url = f"{served.api_url}/api/v1/user"
    refused(httpx.get(url), 401, 1000)
    both = {"X-Api-Key": "sandbox", "Authorization": "Bearer sandbox"}
    refused(httpx.get(url, headers=both), 401, 1000)
    refused(httpx.get(url, headers={"X-Api-Key": "nobody"}), 401, 4003)


def test_an_address_without_the_apps_name_is_not_found(served: Served) -> None:
    for path in ("/api/v1/user", "/clockifyy/api/v1/user", "/"):
        answer = httpx.get(served.url + path, headers={"Authorization": "Bearer sandbox"})
        assert "no app" in maton_says(answer, 404)


def test_unknown_addresses_and_methods(api: Api) -> None:
    for path in ("/v1/users", f"{WS}/nothing", "/v2/user", f"{WS}/projects/{NOBODY}/x"):
        assert "No static resource" in refused(api.send("GET", path), 404, 3000)
    refused(api.send("DELETE", "/v1/user"), 405, 3000)
    refused(api.send("PATCH", f"{WS}/projects/{NOBODY}", {}), 405, 3000)
    assert api.send("HEAD", "/v1/user").status_code == 405


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"7",
        b'{"start": NaN}',
        b"\xff",
        b"[" * 100_000,
        b'{"description": "\\ud800"}',
    ],
)
def test_bodies_that_cannot_be_read(api: Api, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    refused(api.http.post(ENTRIES, content=content, headers=headers), code=3002)


def test_a_body_must_be_json_by_name(api: Api) -> None:
    answer = api.http.post(ENTRIES, data={"start": "x"})
    assert answer.status_code == 415


def test_connections_live_from_pending_to_deleted(control: Api, api: Api, served: Served) -> None:
    assert control.send("GET", "/connections/" + NOBODY).status_code == 404
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    one = control.get(f"/connections/{made}")["connection"]
    assert one["status"] == "PENDING"
    assert one["url"] == f"{served.url}/oauth/{made}"
    assert set(one) == {
        *("connection_id", "status", "creation_time", "last_updated_time", "url", "app"),
        *("method", "metadata"),
    }
    pending = api.http.get("/v1/user", headers={"Maton-Connection": made})
    assert "not active" in maton_says(pending, 412)
    assert "ACTIVE" in httpx.get(one["url"]).text
    active = control.get("/connections", app="clockify", status="ACTIVE")["connections"]
    assert [c["connection_id"] for c in active] == [CONNECTION_ID, made]
    assert api.http.get("/v1/user", headers={"Maton-Connection": made}).status_code == 200
    for number in (CONNECTION_ID, made):
        assert control.send("DELETE", f"/connections/{number}").status_code == 200
    assert control.get("/connections") == {"connections": []}
    assert "No active connection" in maton_says(api.send("GET", "/v1/user"), 400)
    maton_says(control.send("POST", "/connections", {"app": "other"}), 400)


def test_a_connection_may_fail_or_expire(control: Api, api: Api, served: Served) -> None:
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    httpx.get(f"{served.url}/oauth/{made}?deny=1")
    assert control.get(f"/connections/{made}")["connection"]["status"] == "FAILED"
    unknown = api.http.get("/v1/user", headers={"Maton-Connection": "nothing"})
    assert maton_says(unknown, 404) == "Connection nothing not found"
    served.configure(unresolved_connections=[CONNECTION_ID])
    maton_says(api.send("GET", "/v1/user"), 412)
    served.configure(unresolved_connections=[], expired_connections=[CONNECTION_ID])
    assert maton_says(api.send("GET", "/v1/user"), 500) == "Internal server error"
    assert Api.direct(served.url).get("/v1/user")


SHAPES = {
    "flat": lambda body, status: (body["code"] == status and body["type"]) and body["message"],
    "nested": lambda body, status: body["error"]["code"] == status and body["error"]["message"],
    "detail": lambda body, status: body["detail"],
    "list": lambda body, status: body["detail"][0]["loc"] and body["detail"][0]["msg"],
}


@pytest.mark.parametrize("shape", [*SHAPES, "text"])
def test_matons_errors_come_in_every_form(api: Api, served: Served, shape: str) -> None:
    """The body of each status that Maton answers with itself."""

    def check(answer: httpx.Response, status: int) -> None:
        assert answer.status_code == status
        assert answer.headers["X-Request-Id"]
        if shape == "text":
            assert answer.headers["Content-Type"].startswith("text/plain")
            assert answer.text and "{" not in answer.text
        else:
            assert SHAPES[shape](answer.json(), status)

    def ask(**headers: str) -> httpx.Response:
        return api.http.get(
            "/v1/user", headers={n.replace("_", "-"): v for n, v in headers.items()}
        )

    served.configure(error_shape=shape)
    check(ask(Authorization="Bearer nobody"), 401)
    check(ask(Maton_Connection="nothing"), 404)
    served.configure(keys_without_scope=["sandbox"])
    check(ask(), 403)
    served.configure(keys_without_scope=None, unresolved_connections=[CONNECTION_ID])
    check(ask(), 412)
    served.configure(expired_connections=[CONNECTION_ID], unresolved_connections=None)
    check(ask(), 500)
    served.configure(expired_connections=None, gateway_requests_per_second=1)
    ask()
    check(ask(), 429)
    served.configure(
        gateway_requests_per_second=0, connections={CONNECTION_ID: {"status": "FAILED"}}
    )
    check(ask(), 400)
    # Clockify speaks for itself in one form only.
    served.configure(connections={CONNECTION_ID: {"status": "ACTIVE"}})
    refused(api.send("GET", f"{WS}/projects/{NOBODY}"))


@pytest.mark.parametrize("form", CHOICES["connection_id_field"])
def test_the_id_of_a_new_connection_has_many_names(control: Api, served: Served, form: str) -> None:
    served.configure(connection_id_field=form)
    found = control.send("POST", "/connections", {"app": "clockify"}).json()
    for part in form.split("."):
        assert list(found) == [part]
        found = found[part]
    assert control.get(f"/connections/{found}")["connection"]["connection_id"] == found


def test_filters_of_connections(control: Api, served: Served) -> None:
    served.configure(connections={"b": {"method": "API_KEY"}, "c": {"status": "FAILED"}})

    def listed(**filters: str) -> list[str]:
        found = control.http.get("/connections", params=filters).json()["connections"]
        return [connection["connection_id"] for connection in found]

    assert listed() == [CONNECTION_ID, "b", "c"]
    assert listed(method="API_KEY") == ["b"]
    assert listed(status="FAILED") == ["c"]
    assert listed(app="clockify", status="ACTIVE", limit="1") == [CONNECTION_ID]
    assert listed(app="gmail") == []
    maton_says(control.send("GET", "/connections", limit="x"), 400)


def test_connections_lead_to_the_same_account_or_to_another(
    control: Api, api: Api, served: Served
) -> None:
    def user_of(connection: str | None) -> str:
        headers = {"Maton-Connection": connection} if connection else {}
        return str(api.http.get("/v1/user", headers=headers).json()["email"])

    robin, kim = "robin@sandbox.example", "kim@sandbox.example"
    served.configure(connections={"same": robin, "other": kim}, connection_metadata=True)
    assert [user_of(c) for c in (CONNECTION_ID, "same", "other")] == [robin, robin, kim]
    metadata = [c["metadata"]["email"] for c in control.get("/connections")["connections"]]
    assert metadata == [robin, robin, kim]
    assert user_of(None) == robin
    served.configure(default_connection="newest")
    assert user_of(None) == kim
    served.configure(default_connection="refuse")
    maton_says(api.send("GET", "/v1/user"), 412)
    # Somebody may sign in as another user of Clockify.
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    assert httpx.get(f"{served.url}/oauth/{made}", params={"user": kim}).status_code == 200
    assert user_of(made) == kim
    served.configure(connection_url_stays=True)
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    httpx.get(f"{served.url}/oauth/{made}")
    one = control.get(f"/connections/{made}")["connection"]
    assert (one["status"], one["url"]) == ("ACTIVE", f"{served.url}/oauth/{made}")


def test_another_key_is_another_account(api: Api, served: Served) -> None:
    served.configure(keys={"kim": "kim@sandbox.example"})
    kims = Api.gateway(served.url, "kim")
    me = kims.get("/v1/user")
    assert me["id"] != USER_ID
    assert Api.direct(served.url, "kim").get("/v1/user")["id"] == me["id"]
    refused(kims.send("POST", MINE, {}), 403)
    served.configure(roles={"kim@sandbox.example": "WORKSPACE_ADMIN"})
    assert kims.send("POST", MINE, {}).status_code == 201
    served.configure(keys={"kim": None})
    maton_says(kims.send("GET", "/v1/user"), 401)


def test_whose_key_it_is(control: Api, served: Served) -> None:
    assert control.get("/user")["email"] == "robin@sandbox.example"
    maton_says(httpx.get(f"{served.url}/user"), 401)
    served.configure(control_user=False)
    maton_says(control.send("GET", "/user"), 404)


def test_addresses_the_control_plane_does_not_have(control: Api, served: Served) -> None:
    maton_says(control.send("GET", f"/connections/{CONNECTION_ID}/logs"), 404)
    maton_says(control.send("PUT", f"/connections/{CONNECTION_ID}", {}), 405)  # no update
    served.configure(refusals_as_501=True, error_shape="text")
    assert control.send("POST", "/connections", {"app": "x"}).status_code == 400


def test_banned_and_unverified_users(api: Api, served: Served) -> None:
    for client in (api, Api.direct(served.url)):
        served.configure(banned_users=["robin@sandbox.example"])
        refused(client.send("GET", "/v1/user"), 403, 406)
        served.configure(banned_status=401)
        refused(client.send("GET", "/v1/user"), 401, 406)
        served.configure(banned_users=[], banned_status=None, unverified_users=[USER_ID])
        refused(client.send("GET", "/v1/user"), 401, 4019)
        served.configure(unverified_users=[])
        client.get("/v1/user")


def test_a_refusal_may_come_as_501(api: Api, served: Served) -> None:
    served.configure(refusals_as_501=True)
    refused(api.send("GET", f"{WS}/projects/{NOBODY}"), 501)
    refused(api.send("POST", f"{WS}/tags", {}), 501)
    refused(api.send("GET", MINE, page="x"), 400, 3001)


def test_every_answer_has_a_number(served: Served) -> None:
    urls = [f"{served.api_url}/api/v1/user", f"{served.control_url}/connections", served.url]
    found = [httpx.get(url).headers["X-Request-Id"] for url in urls]
    assert len(set(found)) == 3


def test_ten_requests_a_second_of_one_key(api: Api, served: Served) -> None:
    served.configure(gateway_requests_per_second=None, keys={"kim": "kim@sandbox.example"})
    answers = [api.send("GET", "/v1/user") for _ in range(12)]
    assert [a.status_code for a in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "1"
    assert Api.gateway(served.url, "kim").get("/v1/user")
    assert Api.direct(served.url).get("/v1/user")  # Clockify does not count them
    time.sleep(1.05)
    assert api.send("GET", "/v1/user").status_code == 200


def test_the_limit_of_the_second(api: Api, served: Served) -> None:
    served.configure(requests_per_second=5)
    answers = [api.send("GET", "/v1/user") for _ in range(8)]
    assert [a.status_code for a in answers] == [200] * 5 + [429] * 3
    assert answers[-1].json()["message"] == "Too many requests"
    assert answers[-1].headers["Retry-After"] == "1"
    time.sleep(1.05)
    assert api.send("GET", "/v1/user").status_code == 200


@pytest.mark.parametrize("form", ["seconds", "date", "none"])
def test_the_quota_of_the_hour_is_the_workspaces(api: Api, served: Served, form: str) -> None:
    served.configure(requests_per_hour=3, retry_after=form)
    direct = Api.direct(served.url)
    other = Api.gateway(served.url).create("/v1/workspaces", name="Other")["id"]  # one is spent
    statuses = [c.send("GET", MINE).status_code for c in (api, direct, api, direct)]
    assert statuses == [200, 200, 429, 429]
    answer = api.send("POST", ENTRIES, {"start": "2026-11-20T08:00:00Z"})
    assert answer.status_code == 429
    given = answer.headers.get("Retry-After")
    if form == "none":
        assert given is None
    elif form == "seconds":
        assert 3500 < int(str(given)) <= 3600
    else:
        at = email.utils.parsedate_to_datetime(str(given)).timestamp()
        assert 3500 < at - time.time() <= 3601
    assert api.send("GET", f"/v1/workspaces/{other}").status_code == 200
    served.configure(requests_per_hour=0)
    assert api.get(MINE) == []  # nothing was done


def test_the_hour_may_be_short(api: Api, served: Served) -> None:
    served.configure(requests_per_hour=1, quota_window=0.3)
    assert api.send("GET", MINE).status_code == 200
    assert api.send("GET", MINE).status_code == 429
    time.sleep(0.35)
    assert api.send("GET", MINE).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"list_users": 1},
        {"requests_per_second": "many"},
        {"requests_per_second": -1},
        {"requests_per_second": True},
        {"retry_after": "later"},
        {"error_shape": ["flat"]},
        {"expired_connections": 5},
        {"connections.c.status": "GONE"},
        {"approved_until": "yesterday"},
        {"workspace": 5},
        {"workspace": {"forceNothing": True}},
        {"workspace.forceTags": "yes"},
        {"workspace.lockTimeEntries": 7},
        {"workspace.timeTrackingMode": "SOMETIMES"},
        {"user.shoeSize": 44},
        {"roles": {USER_ID: "KING"}},
        {"roles": {"nobody": "USER"}},
        {"keys.k": "nobody"},
        {"connections.c": {"colour": "red"}},
        {"connections.c": {"status": "GONE"}},
        {"hourly_rate": "much"},
    ],
)
def test_settings_are_checked(served: Served, wrong: dict[str, Any]) -> None:
    before = Sandbox(served.database).settings()
    with pytest.raises(ValueError, match=r"There is no|has to be|has no|is a group"):
        served.configure(latency=0.5, **wrong)
    assert Sandbox(served.database).settings() == before


def test_what_is_listed_can_be_set(served: Served) -> None:
    before = served.configure(hourly_rate=100)
    assert served.configure(**before) == before
    changed = served.configure(**{"workspace.forceTags": True, "roles.kim@x.example": "USER"})
    assert (changed["workspace.forceTags"], changed["roles.kim@x.example"]) == (True, "USER")
    assert served.configure(**{"workspace.forceTags": None})["workspace.forceTags"] is False
    assert served.configure(latency=0.5)["latency"] == 0.5
    assert served.configure(banned_users="a,b")["banned_users"] == ["a", "b"]
    served.configure(**{"connections.c": "kim@x.example", "connections.c.status": "PENDING"})
    listed = Api(served.control_url, {"Authorization": "Bearer sandbox"}).get("/connections")
    assert [c["status"] for c in listed["connections"]] == ["ACTIVE", "PENDING"]
    assert served.configure(latency=None)["latency"] == 0.0


def test_latency_and_a_clock_ahead(api: Api, served: Served) -> None:
    served.configure(latency=0.2, clock_skew=3600)
    began = time.perf_counter()
    answer = api.send("GET", "/v1/user")
    assert time.perf_counter() - began >= 0.2
    told = email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert 3590 < told - time.time() < 3610


def test_the_log_of_requests(api: Api, served: Served) -> None:
    api.send("GET", MINE, page=1)
    api.entry("2026-11-20T08:00:00Z")
    first, second = served.requests()
    assert (first["method"], first["path"]) == ("GET", f"/clockify/api{MINE}")
    assert (first["query"], first["status"]) == ("page=1", 200)
    assert (second["status"], second["body"]) == (201, '{"start":"2026-11-20T08:00:00Z"}')
    assert "Bearer" not in str(served.requests())
    served.clear()
    assert served.requests() == []
