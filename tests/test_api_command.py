"""``clockify api``: any request, through the installed program."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli import ENTRIES, Cli
from conftest import Served
from hypothesis import given
from hypothesis import strategies as st
from sandbox_api import WS, Api

from clockify_cli.core.errors import UsageError
from clockify_cli.gateway.raw import typed_path
from clockify_cli.output import json_text
from clockify_cli.sandbox import USER_ID, WORKSPACE_ID

BASE = f"/clockify/api/v1/workspaces/{WORKSPACE_ID}"


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def asked(served: Served, *, control: bool = False) -> list[tuple[str, str, str, str]]:
    """Return method, path, query and body of the requests since the last look."""
    found = [
        (r["method"], r["path"], r["query"], r["body"]) for r in served.requests(control=control)
    ]
    served.clear()
    return found


@pytest.mark.parametrize("path", ["/api/v1/user", "api/v1/user", "v1/user", "/user", "user"])
def test_a_path_may_be_short(cli: Cli, served: Served, path: str) -> None:
    assert cli("api", "get", path).json["id"] == USER_ID
    assert asked(served) == [("GET", "/clockify/api/v1/user", "", "")]


def test_placeholders_are_filled_from_the_cache(cli: Cli, served: Served) -> None:
    path = "/api/v1/workspaces/{workspace}/user/{userId}/time-entries"
    assert cli("api", "GET", path).json == []
    wanted = f"{BASE}/user/{USER_ID}/time-entries"
    assert [p for _, p, _, _ in asked(served)] == ["/clockify/api/v1/user", wanted]
    cli("api", "GET", path)
    assert [p for _, p, _, _ in asked(served)] == [wanted]


def test_fields_are_the_query_of_a_get_and_the_body_of_the_rest(cli: Cli, served: Served) -> None:
    cli("api", "GET", "user?x=1&y=", "-f", "x=2", "-F", "flag=true", "-F", 'list=["a",3]')
    [(_, _, query, body)] = asked(served)
    assert query == "x=1&x=2&y=&flag=true&list=a&list=3"
    assert body == ""
    path = f"workspaces/{WORKSPACE_ID}/tags?q=1"
    made = cli("api", "POST", path, "-f", "name=a=b", "-F", "archived=false", "-F", "n=[1]").json
    assert made["name"] == "a=b"
    [(method, _, query, body)] = asked(served)
    assert (method, query) == ("POST", "q=1")
    assert json.loads(body) == {"name": "a=b", "archived": False, "n": [1]}


def test_a_body_from_a_file_and_from_standard_input(cli: Cli, served: Served) -> None:
    body = {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T09:00:00Z", "description": "Ünï 🚀"}
    (cli.home / "entry.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    cli("api", "POST", "workspaces/{workspace}/time-entries", "--input", "entry.json", "-f", "a=b")
    method, path, query, sent = asked(served)[-1]
    assert (method, path, query, json.loads(sent)) == ("POST", ENTRIES, "a=b", body)
    text = json.dumps(body)
    entry = cli("api", "POST", ENTRIES.removeprefix("/clockify"), "--input", "-", input=text).json
    assert entry["description"] == "Ünï 🚀"
    # What went out this way is no work of the journal.
    assert cli("undo", "--json", code=4).error["kind"] == "not_found"


def test_every_page_is_one_array(cli: Cli, served: Served, api: Api) -> None:
    tags = [api.create(f"{WS}/tags", name=f"t{i}") for i in range(5)]
    path = f"workspaces/{WORKSPACE_ID}/tags"
    served.clear()
    ran = cli("api", "GET", f"{path}?page-size=2", "--paginate")
    assert ran.json == tags
    assert ran.out == json_text(tags) + "\n"
    assert [query for _, _, query, _ in asked(served)] == [
        f"page={page}&page-size=2" for page in (1, 2, 3)
    ]
    assert cli("api", "GET", path, "--paginate", "--json").json == tags
    assert len(asked(served)) == 1
    assert cli("api", "GET", path, "--paginate", "-q").out.split() == [t["id"] for t in tags]
    assert cli("api", "GET", path, "-f", "name=t3", "--paginate").json == [tags[3]]
    assert cli("api", "GET", path, "-f", "name=none", "--paginate").out == "[]\n"
    assert cli("api", "GET", path, "-f", "name=none", "--paginate", "-q").out == ""


def test_pages_that_break_off_are_an_error(cli: Cli, served: Served, api: Api) -> None:
    for number in range(4):
        api.create(f"{WS}/tags", name=f"t{number}")
    fault = {"match": {"path": "tags"}, "kind": "status_before", "status": 403, "skip": 1}
    served.faults([fault])
    path = f"workspaces/{WORKSPACE_ID}/tags?page-size=2"
    ran = cli("api", "GET", path, "--paginate", code=3)
    with pytest.raises(ValueError):
        json.loads(ran.out)  # nobody takes half a list for the whole
    assert cli("api", "GET", "user", "--paginate", "--json", code=5).out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("GET", "https://evil.example/api/v1/user"),
        ("GET", "//evil.example/user"),
        ("GET", "user/../../../connections"),
        ("GET", "user#x"),
        ("GET", "a b"),
        ("GET", "a\nb"),
        ("GET", ""),
        ("GET", "workspaces/{company}"),
        ("GET", "user", "--input", "-"),
        ("GET", "user", "-f", "novalue"),
        ("GET", "user", "-f", "=x"),
        ("GET", "user", "-F", "a=nope"),
        ("GET", "user", "-F", "a=NaN"),
        ("GET", "user", "-F", 'a={"b":1}'),
        ("GET", "user", "--paginate", "-f", "page-size=many"),
        ("GET", "user", "--include", "--json"),
        ("POST", "user", "--paginate"),
        ("POST", "user", "--input", "/nowhere/at/all.json"),
        ("HEAD", "user"),
        ("user",),
    ],
)
def test_what_cannot_be_sent_costs_no_request(
    cli: Cli, served: Served, words: tuple[str, ...]
) -> None:
    assert cli("api", *words, code=2).out == ""
    assert asked(served) == []


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": "\\ud800"}', "[" * 100_000])
def test_input_that_is_no_json(cli: Cli, served: Served, text: str) -> None:
    ran = cli("api", "POST", "user", "--input", "-", "--json", input=text, code=2)
    assert "Standard input" in ran.error["message"]
    assert asked(served) == []


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [(400, 6, 1), (401, 3, 1), (403, 3, 1), (404, 4, 1), (409, 6, 1), (422, 6, 1), (500, 5, 3)],
)
def test_exit_codes_are_those_of_every_command(
    cli: Cli, served: Served, status: int, code: int, tries: int
) -> None:
    served.faults([{"kind": "status_before", "status": status, "times": 0}])
    ran = cli("api", "GET", "user", "--json", code=code)
    assert ran.out == ""
    assert (ran.error["status"], ran.error["exit"]) == (status, code)
    assert len(asked(served)) == tries
    # A write is never repeated.
    cli("api", "POST", "user", "-f", "a=b", code=code)
    assert len(asked(served)) == 1


def test_a_redirect_is_not_followed(cli: Cli, served: Served) -> None:
    served.faults([{"kind": "redirect", "times": 0}])
    assert cli("api", "GET", "user", "--json", code=5).error["status"] // 100 == 3
    assert len(asked(served)) == 1


def test_an_answer_without_a_body(cli: Cli, api: Api) -> None:
    ids = [
        api.entry("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", description=f"{i}")["id"]
        for i in range(2)
    ]
    assert cli("api", "DELETE", f"workspaces/{{workspace}}/time-entries/{ids[0]}").out == ""
    path = f"workspaces/{{workspace}}/time-entries/{ids[1]}"
    assert cli("api", "DELETE", path, "--json").json is None


def test_the_control_plane(cli: Cli, served: Served) -> None:
    found = cli("api", "GET", "/connections", "-f", "app=clockify", "--control").json
    assert [c["app"] for c in found["connections"]] == ["clockify"]
    assert [(p, q) for _, p, q, _ in asked(served, control=True)] == [
        ("/connections", "app=clockify")
    ]
    direct = {"CLOCKIFY_API_KEY": "sandbox", "CLOCKIFY_API_URL": served.url}
    assert cli("api", "GET", "user", **direct).json["id"] == USER_ID
    cli("api", "GET", "/connections", "--control", code=2, **direct)


def test_status_and_headers(cli: Cli) -> None:
    head, _, body = cli("api", "GET", "user", "--include").out.partition("\n\n")
    assert head.splitlines()[0] == "HTTP 200"
    assert "content-type: application/json" in head
    assert json.loads(body)["id"] == USER_ID


def test_the_key_is_never_shown(cli: Cli, served: Served) -> None:
    key = "mk_0123456789abcdef"
    served.configure(keys={key: USER_ID})
    env = {"MATON_API_KEY": key}
    echo = json.dumps({"message": f"Bearer {key}", "id": "x"})
    for kind in ({"kind": "garbage"}, {"kind": "status_before", "status": 400}):
        served.faults([{**kind, "body": echo, "times": 0}])
        for words in ((), ("--include",), ("--json",), ("-v",), ("-q",)):
            ran = cli("api", "GET", "user", *words, code=None, **env)
            assert key not in ran.out + ran.err
            assert ran.code in (0, 6)
            assert "status" in kind or words in (("-q",),) or "Bearer [key]" in ran.out


def test_answers_are_harmless_and_whole(cli: Cli, api: Api) -> None:
    name = "esc\x1b[31m c1\x9b31m \u202egnitteg\u2066 🚀 👩‍💻 é"
    tag = api.create(f"{WS}/tags", name=name)
    for words in ((), ("--json",), ("--paginate",)):
        ran = cli("api", "GET", "workspaces/{workspace}/tags", *words)
        assert not any(char in ran.out for char in "\x1b\x9b\u202e\u2066")
        assert "🚀" in ran.out
        assert ran.json == [tag]


def test_a_write_makes_the_cache_ask_again(cli: Cli, served: Served, api: Api) -> None:
    cli("clients", "create", "Acme")
    client = cli("clients", "-q").out.strip()
    cli("projects", "create", "Web", "--client", "Acme")
    cli("projects")
    cli("api", "PUT", f"workspaces/{{workspace}}/clients/{client}", "-f", "name=Beta")
    assert cli("projects", "show", "Beta/Web", "--json").json["clientName"] == "Beta"
    project = cli("projects", "-q").out.strip()
    tasks = f"workspaces/{{workspace}}/projects/{project}/tasks"
    cli("tasks", "-p", "Web", "--all")
    task = cli("api", "POST", tasks, "-f", "name=Build", "-q").out.strip()
    cli("tasks", "show", "Build", "-p", "Web")
    cli("api", "PUT", f"{tasks}/{task}", "-f", "name=Make", "-f", "status=DONE")
    served.clear()
    cli("tasks", "show", "Buil", "-p", "Web", code=4)
    assert [m for m, *_ in asked(served)] == ["GET", "GET"]  # as typed, then the nearest names
    # An untouched list is not asked for again.
    cli("api", "GET", "user")
    served.clear()
    cli("projects", "show", "Web")
    assert len(asked(served)) == 1


@given(st.text(max_size=20))
def test_a_typed_path_stays_below_the_base(text: str) -> None:
    try:
        path, _ = typed_path(text, lambda _: "ID")
    except UsageError:
        return
    assert path.startswith(("/api/v1/", "/api/"))
    assert not path.startswith("//")
    assert ".." not in path.split("/")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_for_a_terminal_is_the_same_json(data: Any) -> None:
    text = json_text(data)
    assert json.loads(text) == data
    assert text.replace("\n", "").isprintable()
