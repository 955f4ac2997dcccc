"""What Clockify refuses: one sentence, the documented exit code and a way on that can be typed."""

from __future__ import annotations

from typing import Any

import pytest
from cli import USER_ENTRIES, Cli
from conftest import Served
from test_hints import lines_in, refusal

from clockify_cli.sandbox import USER_ID

LATER = "2099-01-01T00:00:00Z"
MEMBER = {"roles": {USER_ID: "USER"}}
BANNED = "has blocked this account"
WORDS = {
    "start": ("start", "More"),
    "stop": ("stop",),
    "log": ("log", "1h", "More"),
    "edit": ("edit", "@running", "-d", "Other"),
    "delete": ("entries", "delete", "@running", "--yes"),
}
Settings = dict[str, Any]

# Each with what is set, and for each verb that it refuses the exit code and words of the sentence.
TABLE: dict[str, tuple[Settings, dict[str, tuple[int, str]]]] = {
    "locked": (
        {"workspace.lockTimeEntries": LATER, **MEMBER},
        dict.fromkeys(WORDS, (6, "locked")),
    ),
    "approved": ({"approved_until": LATER}, dict.fromkeys(WORDS, (6, "approved"))),
    "timer only": (
        {"workspace.timeTrackingMode": "STOPWATCH_ONLY", **MEMBER},
        {"log": (6, "Manual time tracking disabled")},
    ),
    "project": (
        {"workspace.forceProjects": True},
        {"start": (6, "a project"), "stop": (6, "a project"), "log": (6, "requires")},
    ),
    "everything": (
        {f"workspace.force{name}": True for name in ("Projects", "Tasks", "Tags", "Description")},
        {"start": (6, "a task"), "stop": (6, "a tag"), "log": (6, "a project, a task and a tag")},
    ),
    "banned": ({"banned_users": USER_ID, "banned_status": 403}, dict.fromkeys(WORDS, (3, BANNED))),
    "banned 401": (
        {"banned_users": USER_ID, "banned_status": 401},
        dict.fromkeys(WORDS, (3, BANNED)),
    ),
    "unverified": (
        {"unverified_users": USER_ID},
        dict.fromkeys(WORDS, (3, "not verified")),
    ),
}


def is_sentence(text: str) -> bool:
    """Say whether a text is one sentence."""
    return text.endswith((".", "?")) and ". " not in text and "\n" not in text


@pytest.mark.parametrize(
    ("name", "as_501"), [*((name, False) for name in TABLE), ("everything", True)]
)
def test_a_refusal_is_one_sentence_with_a_way_on(
    cli: Cli, served: Served, name: str, as_501: bool
) -> None:
    settings, verbs = TABLE[name]
    cli("start", "Review", "--at", "-10m")
    served.configure(**settings, refusals_as_501=as_501)
    for verb, (code, words) in verbs.items():
        ran = cli(*WORDS[verb], "--json", "--no-queue", code=code)
        error = ran.error
        assert ran.out == ""
        assert words in error["message"], (verb, error)
        assert is_sentence(error["message"]), (verb, error)
        assert error["hint"], (verb, error)
        for line in lines_in(error["hint"]):
            assert refusal(line) == "", (verb, line)
    if code == 6:
        assert cli("queue", "--json").json == []


def test_the_line_of_a_refused_stop_supplies_what_is_missing(cli: Cli, served: Served) -> None:
    cli("projects", "create", "Acme")
    cli("start", "Review", "--at", "-10m")
    served.configure(**{"workspace.forceProjects": True})
    hint = cli("stop", "--json", code=6).error["hint"]
    [line] = lines_in(hint)
    assert line.startswith("clockify edit @running -p PROJECT") or line.startswith("edit @running")
    cli("edit", "@running", "-p", "Acme")
    assert cli("stop", "--json").json["timeInterval"]["end"]


def test_only_what_is_empty_is_asked_for(cli: Cli, served: Served) -> None:
    served.configure(**{"workspace.forceDescription": True, "workspace.forceTags": True})
    cli("start", "--at", "-10m")
    hint = cli("stop", "--json", code=6).error["hint"]
    assert hint.endswith("edit @running -p PROJECT -k TASK -t TAG -d TEXT")
    cli("edit", "@running", "-d", "Review")
    assert "-d TEXT" not in cli("stop", "--json", code=6).error["hint"]


@pytest.mark.parametrize("as_501", [False, True], ids=["400", "501"])
def test_a_done_task_and_an_archived_tag_are_named(cli: Cli, served: Served, as_501: bool) -> None:
    cli("projects", "create", "Acme")
    cli("tasks", "create", "Build", "-p", "Acme")
    cli("tags", "create", "old")
    cli("start", "Review", "-p", "Acme", "-k", "Build", "--at", "-10m")
    cli("tasks", "done", "Build", "-p", "Acme")
    cli("tags", "archive", "old")
    served.configure(archived_tags="refuse", refusals_as_501=as_501)
    for words in (["stop"], ["log", "1h", "x", "-p", "Acme", "-k", "Build"]):
        error = cli(*words, "--json", code=6).error
        assert error["message"].startswith("The task is done")
        assert "-k TASK" in error["hint"]
    error = cli("log", "1h", "x", "-t", "old", "--json", code=6).error
    assert "archived" in error["message"]
    assert all(refusal(line) == "" for line in lines_in(error["hint"]))


def test_markup_is_refused_before_a_request_is_spent(cli: Cli, served: Served) -> None:
    cli("start", "Review", "--at", "-10m")
    cli("entries")
    for words, text in (
        (["start", "a <b"], None),
        (["switch", "a> b"], None),
        (["break", "<"], None),
        (["log", "1h", "a > b"], None),
        (["run", "-d", "<b>", "true"], None),
        (["projects", "create", "a<b"], None),
        (["clients", "create", "a>b"], None),
        (["tags", "create", "<"], None),
        (["workspaces", "create", "<x>"], None),
        (["apply", "-"], "9:00-9:10 a <b>\n"),
    ):
        served.clear()
        error = cli(*words, "--json", input=text, code=6).error
        assert "'<' or '>'" in error["message"], words
        assert [r for r in served.requests() if r["method"] != "GET"] == [], words
    error = cli("edit", "@running", "-d", "a<b", "--json", code=6).error
    assert "'<' or '>'" in error["message"]


def test_a_billable_that_was_stored_otherwise_is_pointed_out(cli: Cli, served: Served) -> None:
    served.configure(**{"workspace.onlyAdminsCanChangeBillableStatus": True}, **MEMBER)
    assert "stored the entry as not billable" in cli("log", "1h", "x", "--billable").err
    assert "stored" not in cli("log", "2h", "y").err
    served.configure(**{"workspace.onlyAdminsCanChangeBillableStatus": False})
    assert "stored" not in cli("log", "3h", "z", "--billable").err
    posts = [r for r in served.requests() if r["method"] == "POST"]
    assert {r["path"] for r in posts} == {USER_ENTRIES}
