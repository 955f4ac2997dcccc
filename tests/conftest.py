"""The fixtures that most tests share: a served sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import hypothesis
import pytest
from cli import Cli, new_cli
from sandbox_bulk import insert

from clockify_cli.sandbox import Sandbox

if TYPE_CHECKING:
    from fault_worlds import Worlds


# The same examples on each push, so that a red run can be repeated; new ones in the whole suite.
hypothesis.settings.register_profile("push", derandomize=True, deadline=None)
hypothesis.settings.register_profile("whole", deadline=None)
hypothesis.settings.load_profile("whole" if os.environ.get("CLOCKIFY_FAULTS") == "all" else "push")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of tests that are marked ``sample(n)``, keep one case in n; CLOCKIFY_FAULTS=all keeps all."""
    if os.environ.get("CLOCKIFY_FAULTS") == "all":
        return
    seen: Counter[str] = Counter()
    left_out = []
    for item in items:
        mark = item.get_closest_marker("sample")
        if mark is None or len(items) == 1:
            continue
        name = item.nodeid.partition("[")[0]
        if seen[name] % mark.args[0]:
            left_out.append(item)
        seen[name] += 1
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


class Served:
    """A sandbox that runs as a process of its own, and what a test can make of it."""

    def __init__(self, url: str, database: Path) -> None:
        self.url = url
        self.database = database
        self.gateway_url = f"{url}/clockify"
        self.control_url = url
        self.api_url = url
        self._sandbox = Sandbox(database)
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def requests(self, *, control: bool = False) -> list[dict[str, Any]]:
        """Return the requests since the last ``clear``: method, path, query, body, status, …

        Args:
            control: Those to the control plane too, which no quota of Clockify's counts.
        """
        found: list[dict[str, Any]] = self._own("GET", "/requests")
        return [r for r in found if control or "/api/" in r["path"]]

    def clear(self) -> None:
        """Forget the requests."""
        self._own("DELETE", "/requests")

    def faults(self, rules: list[dict[str, Any]]) -> None:
        """Let these faults happen from now on, in the place of earlier ones."""
        self._own("POST", "/faults", rules)

    def fault_counts(self) -> list[dict[str, Any]]:
        """Return how often each fault in force has happened."""
        found: list[dict[str, Any]] = self._own("GET", "/faults")
        return found

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change the sandbox's settings (clockify_cli/sandbox/settings.py)."""
        return self._sandbox.configure(**settings)

    def reset(self) -> None:
        """Bring everything back to the minimal account, without limits on requests."""
        assert self._sandbox.reset() is None
        self._own("DELETE", "/faults")
        self.configure(requests_per_second=0, gateway_requests_per_second=0)
        self.clear()

    def seed(self, **options: Any) -> dict[str, int]:
        """Add a month of work."""
        return self._sandbox.seed(**options)

    def bulk_insert(self, entries: list[dict[str, Any]]) -> int:
        """Add many time entries at once, unchecked."""
        return insert(self._sandbox, entries)

    def close(self) -> None:
        """Close the file and the connections."""
        self._sandbox.close()
        self._http.close()

    def _own(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, f"/__sandbox__{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


SERVER = Path(__file__).parent / "sandbox_server.py"


def start_server(database: Path, *more: str) -> tuple[subprocess.Popen[str], str]:
    """Serve a sandbox with faults; return the process and its address."""
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--database", str(database), *more],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a sandbox for the whole run; tests take ``served``, which empties it first."""
    database = tmp_path_factory.mktemp("served") / "sandbox.sqlite3"
    process, url = start_server(database)
    try:
        assert url.startswith("http://127.0.0.1:"), "the sandbox did not start"
        served = Served(url, database)
        yield served
        served.close()
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def served(sandbox_process: Served) -> Served:
    """Return a served sandbox in its minimal state: no faults, no log, no limits."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def cli(served: Served, tmp_path: Path) -> Cli:
    """Return a user with a new home, signed in to the served sandbox."""
    return new_cli(tmp_path / "home", served.url)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let Ctrl-C reach what the tests start, also where a shell has these in its background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Serve the worlds of the fault suite."""
    from fault_worlds import Worlds

    found = Worlds(tmp_path_factory.mktemp("worlds"), 20)
    yield found
    found.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what this worker's part of the fault suite has tried to the process that started it."""
    from fault_tally import TALLY

    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["faults"] = TALLY.told()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what a worker has tried."""
    from fault_tally import TALLY

    if hasattr(node, "workeroutput"):  # one that crashed has none
        TALLY.add(node.workeroutput["faults"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many cases the fault suite has tried."""
    from fault_tally import TALLY

    if TALLY.cases:
        terminalreporter.write_line(TALLY.summary())
