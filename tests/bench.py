"""The speed table of the README: ``python tests/bench.py``; ``--help`` tells its options.

Every row runs whole processes in turn (ours, the yardstick, ours, the yardstick …), counts the
CPU time of each as the operating system does, and prints the ratio pair by pair as minimum,
median and maximum: single times mean nothing on a shared machine, ratios of neighbours do.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from cli import Cli, new_cli  # noqa: E402
from conftest import start_server  # noqa: E402

from clockify_cli.sandbox import WORKSPACE_ID  # noqa: E402

# What the yardstick is: imports Typer and httpx, parses one option, makes the same requests.
YARDSTICK = """
import os, sys
import httpx, typer
BASE = "/api/v1/workspaces/{workspace}"
def main(json: bool = False):
    headers = {{"Authorization": "Bearer " + os.environ["MATON_API_KEY"]}}
    with httpx.Client(base_url=os.environ["CLOCKIFY_GATEWAY_URL"], headers=headers) as client:
        for method, path, body in {requests!r}:
            client.request(method, BASE + path, json=body)
typer.run(main)
"""
USER = "/user/5d0000000000000000000001/time-entries"


def hours_from_now(hours: int) -> str:
    """Return an instant as the API spells it."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


START = ("POST", "/time-entries", {"start": hours_from_now(-1), "description": "x"})
LOG = (
    "POST",
    "/time-entries",
    {"start": hours_from_now(-3), "end": hours_from_now(-2), "description": "x"},
)
STOP = ("PATCH", USER, {"end": hours_from_now(1)})
STATUS = ("GET", USER + "?in-progress=true", None)


def cpu_of(command: Sequence[str], env: dict[str, str]) -> float:
    """Return the CPU seconds of one run of ``command``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def ratios(
    ours: Sequence[str],
    theirs: Sequence[str],
    env: dict[str, str],
    runs: int,
    prepare: Callable[[], object] = lambda: None,
) -> tuple[float, float, float]:
    """Return the least, the median and the greatest ratio of neighbouring runs."""
    found = []
    for number in range(runs + 1):
        prepare()
        one = cpu_of(ours, env)
        prepare()
        other = cpu_of(theirs, env)
        if number:  # the first pair warms up
            found.append(one / other)
    return min(found), statistics.median(found), max(found)


def served(database: Path) -> tuple[subprocess.Popen[str], str]:
    """Serve a sandbox; return the process and its address."""
    unlimited = ("--setting=requests_per_second=0", "--setting=gateway_requests_per_second=0")
    return start_server(database, "--seed", *unlimited)


def own_rows(cli: Cli, runs: int) -> list[tuple[str, str, tuple[float, float, float]]]:
    """Measure our commands against their yardsticks."""
    clockify = shutil.which("clockify", path=cli.env["PATH"]) or "clockify"
    bare = [sys.executable, "-c", "pass"]

    def program(*requests: tuple[str, str, object]) -> list[str]:
        text = YARDSTICK.format(workspace=WORKSPACE_ID, requests=list(requests))
        return [sys.executable, "-c", text, "--json"]

    def running() -> None:
        cli("start", "x", "-q")

    def stopped() -> None:
        cli("stop", "-q", code=None)

    rows = [
        ("--version", "bare interpreter", 2.0, [clockify, "--version"], bare, None),
        ("prompt", "bare interpreter", 2.0, [clockify, "prompt"], bare, None),
        ("status --cached", "bare interpreter", 2.0, [clockify, "status", "--cached"], bare, None),
        (
            "completion of a project",
            "bare interpreter",
            5.0,
            [clockify, "__complete", "bash", "clockify start -p A", "A", "9"],
            bare,
            None,
        ),
        ("--help", "bare interpreter", 8.0, [clockify, "--help"], bare, None),
        (
            "start --json",
            "Typer + httpx",
            1.1,
            [clockify, "start", "x", "--json"],
            program(START),
            stopped,
        ),
        ("stop --json", "Typer + httpx", 1.1, [clockify, "stop", "--json"], program(STOP), running),
        (
            "status --json",
            "Typer + httpx",
            1.1,
            [clockify, "status", "--json"],
            program(STATUS),
            None,
        ),
        ("status", "Typer + httpx", 1.1, [clockify, "status"], program(STATUS), None),
        (
            "log --json",
            "Typer + httpx",
            1.1,
            [clockify, "log", "1h", "x", "--json"],
            program(LOG),
            None,
        ),
        (
            "start that ends a timer",
            "Typer + httpx, 2 requests",
            1.1,
            [clockify, "start", "y", "--json"],
            program(STOP, START),
            running,
        ),
    ]
    out = []
    for name, against, aim, ours, theirs, prepare in rows:
        found = ratios(ours, theirs, cli.env, runs, prepare or (lambda: None))
        out.append((name, f"{against} (aim {aim})", found))
        print(row(name, against, found), file=sys.stderr)
    return out


def peer_rows(
    cli: Cli, runs: int, folders: Sequence[str]
) -> list[tuple[str, str, tuple[float, float, float]]]:
    """Measure what peers do at once against the same bare interpreter."""
    bare = [sys.executable, "-c", "pass"]
    path = os.pathsep.join([*folders, cli.env["PATH"]])
    env = {
        **cli.env,
        "TIMEWARRIORDB": str(cli.home / "timew"),
        "WATSON_DIR": str(cli.home / "watson"),
    }
    if shutil.which("timew", path=path):  # makes its folder, so that it asks for nothing later
        command = ["timew", ":yes"]
        subprocess.run(command, env={**env, "PATH": path}, check=False, capture_output=True)
    out = []
    for name, words in (
        ("clockify", ["status", "--cached"]),
        ("timew", []),
        ("gh", ["--version"]),
        ("watson", ["status"]),
        ("toggl", ["--help"]),
    ):
        program = shutil.which(name, path=path)
        if program is None:
            continue
        found = ratios([program, *words], bare, env, runs)
        out.append((" ".join([name, *words]), "bare interpreter", found))
        print(row(*out[-1]), file=sys.stderr)
    return out


def row(name: str, against: str, found: tuple[float, float, float]) -> str:
    """Return a line of the table."""
    least, median, most = found
    return f"| `{name}` | {against} | {least:.2f} | **{median:.2f}** | {most:.2f} |"


def main() -> None:
    """Print the table; with ``--readme`` put it into the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--peers", action="append", default=[], help="a folder that holds peers")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process, url = served(Path(folder) / "sandbox.sqlite3")
        try:
            cli = new_cli(Path(folder) / "home", url)
            cli("projects", "list", "-q", code=None)
            cli("start", "x")
            rows = [*own_rows(cli, given.runs), *peer_rows(cli, given.runs, given.peers)]
        finally:
            process.terminate()
            process.wait()
    lines = [
        "| command | CPU time against | min | median | max |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [row(*found) for found in rows]
    table = "\n".join(lines)
    print(table)
    if given.readme:
        readme = HERE.parent / "README.md"
        text = readme.read_text(encoding="utf-8")
        head, _, rest = text.partition("<!-- benchmark -->")
        _, _, tail = rest.partition("<!-- /benchmark -->")
        readme.write_text(
            f"{head}<!-- benchmark -->\n{table}\n<!-- /benchmark -->{tail}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
