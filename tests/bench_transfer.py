"""How fast export and import are, against a served sandbox with 150 ms a request.

Run it by hand: ``python tests/bench_transfer.py [export|import] [COUNT]``. It prints ratios and
rates, never a verdict: a busy machine is not a broken program.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cli import PROGRAM, Cli, new_cli
from conftest import Served, start_server

from clockify_cli import sandbox
from clockify_cli.gateway.parallel import ITEMS_AHEAD, PAGES_AHEAD

LATENCY = 0.15
SLOW = [{"match": {"path": "/time-entries"}, "kind": "slow", "seconds": LATENCY, "times": 0}]
BEGIN = datetime(2016, 1, 4, 8, tzinfo=UTC)


@contextmanager
def served() -> Iterator[tuple[Served, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "sandbox.sqlite3"
        process, url = start_server(database, "--setting=gateway_requests_per_second=0")
        try:
            yield Served(url, database), Path(folder)
        finally:
            assert process.stdout is not None
            process.terminate()
            process.wait(timeout=10)
            process.stdout.close()


# What a process has used at most is not forgotten when it becomes another program: so the
# program is started by a small one, not by this.
HELPER = """
import json, os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
out, err = process.stdout.read(), process.stderr.read()
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - begun
own = int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1])
print(json.dumps([status, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                  own / 1024, out.decode(), err.decode()]))
"""


def measured(cli: Cli, *words: str) -> tuple[float, float, float, str]:
    """Run the program; return its seconds, those of CPU, its peak memory in MiB, its output."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", HELPER, PROGRAM, *words],
        env=cli.env,
        cwd=cli.home,
        capture_output=True,
        text=True,
        check=True,
    )
    status, seconds, cpu, memory, least, out, err = json.loads(done.stdout)
    assert status == 0, err
    assert memory > least, "the helper itself is larger than the program"
    return seconds, cpu, memory, out


def entries(count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        start = BEGIN + timedelta(minutes=50 * number)
        found.append(
            {
                "start": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "end": (start + timedelta(minutes=45)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "description": f"Entry {number}: work on something with a usual length",
            }
        )
    return found


def round_trip(service: Served, size: int) -> float:
    """Return the seconds that one page of this size takes when nothing else is asked."""
    path = f"/clockify/api/v1/workspaces/{sandbox.WORKSPACE_ID}/user/{sandbox.USER_ID}/time-entries"
    headers = {"Authorization": f"Bearer {sandbox.API_KEY}"}
    times = []
    with httpx.Client(base_url=service.url, headers=headers, trust_env=False, timeout=60) as http:
        for page in (1, 2, 3):
            begun = time.perf_counter()
            http.get(path, params={"page": page, "page-size": size})
            times.append(time.perf_counter() - begun)
    return min(times)


def bench_export(count: int, formats: tuple[str, ...] = ("jsonl", "json", "csv", "ics")) -> None:
    with served() as (service, folder):
        service.configure(requests_per_second=50)
        service.bulk_insert(entries(count))
        for largest in (5000, 1000):
            service.configure(max_page_size=largest)
            service.faults(SLOW)
            trip = round_trip(service, largest)
            window = max(2, min(PAGES_AHEAD, ITEMS_AHEAD // largest))
            for format in formats:
                cli = new_cli(folder / f"home-{largest}-{format}", service.url)
                cli("projects", "list")
                service.clear()
                seconds, cpu, memory, _ = measured(
                    cli, "export", "--all", "--output", "all.out", "--format", format
                )
                asked = [r for r in service.requests() if r["path"].endswith("time-entries")]
                best = len(asked) * trip / window
                # A trip beside others takes longer: server and program share the cores.
                busy = sum(r["milliseconds"] or 0 for r in asked) / 1000 / window
                size = (cli.home / "all.out").stat().st_size / 2**20
                print(
                    f"export {count} as {format:5} pages of {largest}: {seconds:5.2f} s,"
                    f" {len(asked)} requests x {trip:.3f} s / {window} = {best:5.2f} s,"
                    f" ratio {seconds / best:.2f} (to the trips as they were:"
                    f" {seconds / busy:.2f}); {cpu:.1f} s of CPU; peak {memory:.0f} MiB;"
                    f" {size:.1f} MiB written"
                )


def bench_import(count: int) -> None:
    with served() as (service, folder):
        service.configure(requests_per_second=50)
        service.faults(SLOW)
        path = folder / "in.jsonl"
        path.write_text("".join(json.dumps(e) + "\n" for e in entries(count)))
        cli = new_cli(folder / "home", service.url)
        cli("projects", "list")
        for again in (False, True):
            service.clear()
            seconds, cpu, memory, out = measured(cli, "import", str(path), "--json", "--yes")
            asked = service.requests()
            refused = sum(1 for r in asked if r["status"] == 429)
            found = json.loads(out)
            print(
                f"import {count}{' again' if again else ''}: {seconds:.2f} s,"
                f" {found['created']} created, {found['existing']} there;"
                f" {found['created'] / seconds:.1f} a second; {len(asked)} requests,"
                f" {refused} refused by 429 ({100 * refused / max(1, len(asked)):.2f} %);"
                f" {cpu:.1f} s of CPU; peak {memory:.0f} MiB"
            )


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if which in ("all", "export"):
        bench_export(number or 100_000)
    if which in ("all", "import"):
        bench_import(number or 2_000)
    print(f"(the bench itself: {resource.getrusage(resource.RUSAGE_SELF).ru_utime:.1f} s)")
