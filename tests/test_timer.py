"""The timer through the front door."""

from __future__ import annotations

from cli import Cli
from conftest import Served


def test_start_then_stop_is_one_entry_and_one_request_each(cli: Cli, served: Served) -> None:
    cli("start", "Warm up")
    served.clear()
    started = cli("start", "Review", "--json").json
    assert [r["method"] for r in served.requests()] == ["PATCH", "POST"]
    served.clear()
    stopped = cli("stop", "--json").json
    assert [r["method"] for r in served.requests()] == ["PATCH"]
    assert stopped["id"] == started["id"]
    assert stopped["timeInterval"]["end"]


def test_stop_with_nothing_running_is_not_found(cli: Cli) -> None:
    assert cli("stop", "--json", code=4).error["kind"] == "not_found"
