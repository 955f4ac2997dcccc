"""A small client of the sandbox for tests: every answer as it comes, no retries."""

from __future__ import annotations

from typing import Any

import httpx

from clockify_cli.sandbox import API_KEY, USER_ID, WORKSPACE_ID

WS = f"/v1/workspaces/{WORKSPACE_ID}"
ENTRIES = f"{WS}/time-entries"
MINE = f"{WS}/user/{USER_ID}/time-entries"
NOBODY = "f" * 24


class Api:
    """Clockify as seen through one door."""

    def __init__(self, base_url: str, headers: dict[str, str], **options: Any) -> None:
        self.http = httpx.Client(
            base_url=base_url, headers=headers, **{"trust_env": False, "timeout": 20, **options}
        )

    @classmethod
    def gateway(cls, url: str, key: str = API_KEY, **options: Any) -> Api:
        return cls(f"{url}/clockify/api", {"Authorization": f"Bearer {key}"}, **options)

    @classmethod
    def direct(cls, url: str, key: str = API_KEY, **options: Any) -> Api:
        return cls(f"{url}/api", {"X-Api-Key": key}, **options)

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in params.items()}
        return self.http.request(method, path, json=body, params=named or None)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.send("GET", path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path: str, body: Any, **params: Any) -> Any:
        answer = self.send("PUT", path, body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, path: str, **body: Any) -> Any:
        answer = self.send("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def entry(self, start: str, end: str | None = None, **body: Any) -> Any:
        if end:
            body["end"] = end
        return self.create(ENTRIES, start=start, **body)


def refused(answer: httpx.Response, status: int = 400, code: int | None = 501) -> str:
    """Check an error answer and return its message."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.get("code") == code, body
    return str(body["message"])
