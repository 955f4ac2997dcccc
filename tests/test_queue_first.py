"""The queue before anything is known of the account."""

from __future__ import annotations

from cli import NOW, Cli
from conftest import Served
from sandbox_api import MINE, Api


def test_the_very_first_start_and_stop_can_be_offline(cli: Cli, served: Served) -> None:
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    started = cli("start", "Train", "--json", CLOCKIFY_NOW="2026-11-25T08:00:00Z").json
    assert started["queued"] is True
    assert started["id"].startswith("local-")
    assert cli("status", "--json").json["description"] == "Train"
    stopped = cli("stop", "--json", CLOCKIFY_NOW="2026-11-25T08:30:00Z").json
    assert stopped["queued"] is True
    cli("start", "CI", code=5, CI="true")
    served.faults([])
    served.clear()
    cli("sync")
    assert [r["method"] for r in served.requests()] == ["GET", "POST"], "the user, one entry"
    [entry] = Api.gateway(served.url).get(MINE)
    assert entry["description"] == "Train"
    assert entry["timeInterval"]["duration"] == "PT30M"
    assert cli("queue", "--json").json == []
    assert cli("status", "--json").json is None


def test_refresh_is_content_with_the_cache_while_away(cli: Cli, served: Served) -> None:
    cli("start", "One")
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    ran = cli("start", "Two", "--refresh", "--json")
    assert ran.json["queued"] is True


def test_what_was_recorded_first_goes_where_it_was_meant(cli: Cli, served: Served) -> None:
    """A later command that names another workspace does not take it along."""
    other = Api.gateway(served.url).create("/v1/workspaces", name="Other")["id"]
    served.faults([{"kind": "cut_before", "match": {}, "times": 0}])
    assert cli("log", "8:00-8:30", "Train", "--json", CLOCKIFY_NOW=NOW).json["queued"] is True
    served.faults([])
    cli("status", "-w", other)
    cli("sync")
    assert [e["description"] for e in Api.gateway(served.url).get(MINE)] == ["Train"]
    assert cli("entries", "2026-11-25", "-w", other, "--json").json == []
