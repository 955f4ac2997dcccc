"""The three doors (gateway, control plane, Clockify itself), their refusals and the limits."""

from __future__ import annotations

import email.utils
import time

import httpx
import pytest
from conftest import Served
from sandbox_api import ENTRIES, MINE, NOBODY, WS, Api, refused

from clockify_cli.sandbox import CONNECTION_ID, USER_ID


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


@pytest.fixture
def control(served: Served) -> Api:
    return Api(served.control_url, {"Authorization": "Bearer sandbox"})


def test_the_gateway_asks_for_a_known_key(served: Served) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic sandbox"}):
        answer = httpx.get(f"{served.gateway_url}/api/v1/user", headers=headers)
        assert "API key" in refused(answer, 401, None)
        refused(httpx.get(f"{served.control_url}/connections", headers=headers), 401, None)


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
        refused(answer, 404, None)


def test_unknown_addresses_and_methods(api: Api) -> None:
    for path in ("/v1/users", f"{WS}/nothing", "/v2/user", f"{WS}/projects/{NOBODY}/x"):
        assert "No static resource" in refused(api.send("GET", path), 404, 3000)
    refused(api.send("DELETE", "/v1/user"), 405, 3000)
    refused(api.send("PATCH", f"{WS}/projects/{NOBODY}", {}), 405, 3000)
    assert api.send("HEAD", "/v1/user").status_code == 405


@pytest.mark.parametrize(
    "content",
    [
        b"",
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
        "metadata",
    }
    pending = api.http.get("/v1/user", headers={"Maton-Connection": made})
    assert "not active" in refused(pending, 400, None)
    assert "ACTIVE" in httpx.get(one["url"]).text
    active = control.get("/connections", app="clockify", status="ACTIVE")["connections"]
    assert [c["connection_id"] for c in active] == [CONNECTION_ID, made]
    assert api.http.get("/v1/user", headers={"Maton-Connection": made}).status_code == 200
    for number in (CONNECTION_ID, made):
        assert control.send("DELETE", f"/connections/{number}").status_code == 200
    assert control.get("/connections") == {"connections": []}
    assert "No active connection" in refused(api.send("GET", "/v1/user"), 400, None)
    refused(control.send("POST", "/connections", {"app": "other"}), 400, None)


def test_a_connection_may_fail_or_expire(control: Api, api: Api, served: Served) -> None:
    made = control.send("POST", "/connections", {"app": "clockify"}).json()["connection_id"]
    httpx.get(f"{served.url}/oauth/{made}?deny=1")
    assert control.get(f"/connections/{made}")["connection"]["status"] == "FAILED"
    unknown = api.http.get("/v1/user", headers={"Maton-Connection": "nothing"})
    refused(unknown, 400, None)
    served.configure(expired_connections=[CONNECTION_ID])
    refused(api.send("GET", "/v1/user"), 500, None)
    assert Api.direct(served.url).get("/v1/user")


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


def test_settings_are_checked(served: Served) -> None:
    for wrong in ({"nonsense": 1}, {"list_users": 1}, {"requests_per_second": "many"}, [1]):
        answer = httpx.post(f"{served.url}/__sandbox__/settings", json=wrong)
        assert answer.status_code == 400
    assert served.configure(latency=0.5)["latency"] == 0.5
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
