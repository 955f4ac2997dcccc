"""On a full disk what reads still answers, and what writes says why it cannot."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cli import Cli, new_cli
from conftest import Served


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a small file system of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, check=False).returncode
    except OSError:
        done = 1
    if done:
        pytest.skip("no file system can be mounted here: a full disk was not tried")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_reading_works_on_a_full_disk(served: Served, small: Path, tmp_path: Path) -> None:
    cli: Cli = new_cli(small / "home", served.url)
    cli("start", "Review")
    with suppress(OSError), (small / "fill").open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 1024)
    commands = ("status", "entries", "report", "queue", "gaps", "export", "prompt")
    for words in (*([name] for name in commands), ["undo", "--list"], ["config", "list"]):
        assert cli(*words, cwd=tmp_path).out
    assert cli("stop", "--json", code=1, cwd=tmp_path).error["kind"] == "storage"
    (small / "fill").unlink()
    assert cli("stop", "--json", cwd=tmp_path).json["description"] == "Review"
