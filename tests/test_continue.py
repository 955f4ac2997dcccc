"""Going on with earlier work, and timers that were left running."""

from __future__ import annotations

import pytest
from cli import Cli
from conftest import Served
from sandbox_api import MINE, Api
from terminal import Terminal


def at(time: str, day: int = 25) -> dict[str, str]:
    """Return the environment of a command that runs then."""
    return {"CLOCKIFY_NOW": f"2026-11-{day}T{time}:00Z"}


@pytest.fixture
def api(served: Served) -> Api:
    return Api.gateway(served.url)


def running(api: Api) -> list[str]:
    return [e["description"] for e in api.get(MINE) if not e["timeInterval"]["end"]]


def span(api: Api, description: str) -> tuple[str, str]:
    [entry] = [e for e in api.get(MINE) if e["description"] == description]
    return entry["timeInterval"]["start"], entry["timeInterval"]["end"]


# -- continue, resume, toggle ----------------------------------------------------------


def test_continue_means_the_last_work_that_is_over(cli: Cli, served: Served, api: Api) -> None:
    assert "no earlier work" in cli("continue", code=4, **at("08:00")).err
    cli("log", "7:00-7:30", "Work", **at("08:00"))
    served.bulk_insert(
        [
            {"start": "2026-11-25T07:00:00Z", "end": "2026-11-25T07:10:00Z", "type": kind}
            for kind in ("BREAK", "TIME_OFF", "HOLIDAY")
        ]
        + [{"start": "2026-12-20T09:00:00Z", "end": "2026-12-20T10:00:00Z", "description": "Plan"}]
        + [{"start": "2026-11-25T12:00:00Z", "end": "2026-11-25T13:00:00Z", "description": "Soon"}]
    )
    served.clear()
    assert cli("continue", "--json", **at("08:00")).json["description"] == "Work"
    assert [r["method"] for r in served.requests()] == ["GET", "POST"]
    again = cli("continue", **at("08:10"))
    assert again.out.startswith("Running already: Work")
    assert len(running(api)) == 1
    cli("entries", "2026-12-20", **at("08:10"))
    assert "is planned" in cli("continue", "@1", code=6, **at("08:10")).err
    assert "is running already" not in again.err


def test_resume_needs_an_interruption(cli: Cli, served: Served, api: Api) -> None:
    cli("resume", code=4, **at("08:00"))
    cli("start", "Work", **at("08:00"))
    refused = cli("resume", code=4, **at("08:10"))
    assert "clockify continue" in refused.err and running(api) == ["Work"]
    cli("stop", **at("08:20"))
    cli("resume", code=4, **at("08:21"))
    for hour, words in (("09", ["break"]), ("10", ["break", "--gap"])):
        cli("continue", **at(f"{hour}:30"))
        cli(*words, **at(f"{hour}:40"))
        cli("resume", **at(f"{hour}:50"))
        assert running(api) == ["Work"], words
        cli("resume", code=4, **at(f"{hour}:51"))
        cli("stop", **at(f"{hour}:52"))


def test_continue_in_a_break_resumes(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "Work", **at("08:00"))
    cli("break", **at("09:00"))
    cli("continue", **at("09:30"))
    assert running(api) == ["Work"]


def test_toggle_stops_resumes_and_continues(cli: Cli, served: Served, api: Api) -> None:
    assert cli("toggle", code=4, **at("07:00")).out == ""
    cli("start", "Work", **at("08:00"))
    served.clear()
    assert "Stopped: Work" in cli("toggle", **at("08:10")).out
    assert [r["method"] for r in served.requests()] == ["PATCH"]
    assert "Started: Work" in cli("toggle", **at("08:20")).out
    cli("break", **at("08:30"))
    assert "Started: Work" in cli("toggle", **at("08:40")).out
    assert running(api) == ["Work"]
    cli("stop", **at("08:50"))
    api.send("POST", MINE, {"start": "2026-11-25T08:55:00Z", "description": "On the phone"})
    assert "Stopped: On the phone" in cli("toggle", **at("09:00")).out


def test_anchors_leave_time_off_and_plans_apart(cli: Cli, served: Served) -> None:
    cli("log", "9:00-9:30", "Work", **at("09:00"))
    served.bulk_insert(
        [
            {"start": "2026-11-25T08:40:00Z", "end": "2026-11-25T08:50:00Z", "type": "HOLIDAY"},
            {"start": "2026-11-25T12:00:00Z", "end": "2026-11-25T13:00:00Z"},
        ]
    )
    assert "09:30" in cli("when", "last-stop", **at("09:00")).out
    assert "09:00" in cli("when", "last-start", **at("09:00")).out


# -- forgotten timers ------------------------------------------------------------------

ENDS = (("stop",), ("start", "New"), ("switch", "New"), ("break",), ("break", "--gap"))


@pytest.mark.parametrize("words", [*ENDS, ("continue",), ("toggle",)], ids=" ".join)
def test_a_forgotten_timer_is_not_booked_by_a_script(
    cli: Cli, served: Served, api: Api, words: tuple[str, ...]
) -> None:
    cli("log", "6:00-6:30", "Old", **at("07:00", 24))
    cli("start", "Forgotten", **at("08:00", 24))
    error = cli(*words, "--json", code=2, **at("08:00")).error
    assert "24 hours" in error["message"] and "clockify stop --at '2026-11-24" in error["hint"]
    assert running(api) == ["Forgotten"] and len(api.get(MINE)) == 2
    cli(*words, "--yes", **at("08:00"))
    assert span(api, "Forgotten")[1] == "2026-11-25T08:00:00Z"


def test_the_setting_and_the_bound_decide(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "A", **at("08:00", 24))
    cli("stop", code=2, **at("20:01", 24))
    cli("config", "set", "warn_running_hours", "0")
    cli("stop", **at("20:01", 24))
    cli("config", "set", "warn_running_hours", "2")
    cli("start", "B", **at("08:00"))
    cli("stop", code=2, **at("10:01"))
    cli("config", "set", "forgotten", "stop")
    cli("stop", **at("10:01"))
    assert span(api, "B")[1] == "2026-11-25T10:01:00Z"


def test_a_timer_that_was_stopped_elsewhere_is_not_forgotten(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("start", "Work", **at("08:00", 24))
    assert api.send("PATCH", MINE, {"end": "2026-11-24T16:00:00Z"}).status_code == 200
    assert cli("start", "New", "--json", **at("08:00")).json["description"] == "New"
    assert span(api, "Work")[1] == "2026-11-24T16:00:00Z"


def test_a_terminal_is_asked_for_the_end(cli: Cli, served: Served, api: Api) -> None:
    cli("start", "Work", **at("08:00", 24))
    with Terminal(cli, "start", "New", **at("08:00")) as terminal:
        terminal.read_until("When? [1]")
        assert "24 hours" in terminal.shown
        terminal.type("17:30\r")
        assert terminal.code() == 0
    assert span(api, "Work")[1] == "2026-11-24T16:30:00Z"
    assert running(api) == ["New"]


def test_a_timer_forgotten_elsewhere_is_asked_for_too(cli: Cli, served: Served, api: Api) -> None:
    cli("me", **at("07:00", 24))
    api.send("POST", MINE, {"start": "2026-11-24T08:00:00Z", "description": "Phone"})
    with Terminal(cli, "toggle", **at("08:00")) as terminal:
        terminal.read_until("When? [1]")
        terminal.type("now\r")
        assert terminal.code() == 0
    assert span(api, "Phone")[1] == "2026-11-25T08:00:00Z"


# -- changed elsewhere -----------------------------------------------------------------


def test_what_changed_elsewhere_is_noticed_by_what_asks_and_marked_else(
    cli: Cli, served: Served, api: Api
) -> None:
    cli("start", "Work", **at("08:00"))
    api.send("PATCH", MINE, {"end": "2026-11-25T08:02:00Z"})
    assert cli("prompt", **at("08:04")).out == "Work 0:04\n"
    assert cli("prompt", **at("08:06")).out == "Work 0:06?\n", "nobody has asked for minutes"
    assert "As of 6 minutes ago" in cli("status", "--cached", **at("08:06")).err
    cli("entries", "-q", **at("08:07"))
    assert cli("prompt", **at("08:07")).out == ""
    api.send("POST", MINE, {"start": "2026-11-25T08:08:00Z", "description": "Phone"})
    cli("entries", "show", "@last", **at("08:09"))
    assert cli("prompt", **at("08:09")).out == "Phone 0:01\n"
