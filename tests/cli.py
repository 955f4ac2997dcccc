"""The installed ``clockify`` as a test drives it: a home of its own, a gateway on loopback."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fork_server import ForkServer

from clockify_cli.sandbox import API_KEY, USER_ID, WORKSPACE_ID

WHOLE = os.environ.get("CLOCKIFY_FAULTS") == "all"
UTF_8 = "C.UTF-8"
LIMIT = 90  # seconds that a command may take
PROGRAM = str(Path(sys.executable).parent / "clockify")
NOW = "2026-11-25T09:15:00Z"  # a Wednesday, 10:15 in Berlin
ENTRIES = f"/clockify/api/v1/workspaces/{WORKSPACE_ID}/time-entries"
USER_ENTRIES = f"/clockify/api/v1/workspaces/{WORKSPACE_ID}/user/{USER_ID}/time-entries"


@dataclass
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The JSON error object, the last line on standard error."""
        found: dict[str, Any] = json.loads(self.err.strip().splitlines()[-1])["error"]
        return found


@dataclass
class Cli:
    """A user at a shell: calling it runs the program, on each push forked off a warm interpreter.

    Attributes:
        home: The folder that holds the program's own three.
        env: Its whole environment.
    """

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        *words: str,
        code: int | None = 0,
        input: str | None = None,
        cwd: Path | None = None,
        **environ: str,
    ) -> Ran:
        """Run ``clockify WORDS``; the exit code must be ``code`` unless that is ``None``."""
        env, folder = {**self.env, **environ}, cwd or self.home
        if WHOLE or any(_is_of_the_interpreter(*pair) for pair in env.items()):
            return self.installed(*words, code=code, input=input, cwd=cwd, **environ)
        return _checked(words, Ran(*fork_server().run(words, env, folder, input, LIMIT)), code)

    def installed(
        self,
        *words: str,
        code: int | None = 0,
        input: str | None = None,
        cwd: Path | None = None,
        **environ: str,
    ) -> Ran:
        """Run the installed ``clockify WORDS``, in an interpreter of its own."""
        done = subprocess.run(
            [PROGRAM, *words],
            env={**self.env, **environ},
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            cwd=cwd or self.home,
        )
        return _checked(words, Ran(done.returncode, done.stdout, done.stderr), code)

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start ``clockify WORDS`` and return the process."""
        return subprocess.Popen(
            [PROGRAM, *words],
            env={**self.env, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
        )


def _is_of_the_interpreter(name: str, value: str) -> bool:
    """Say whether an interpreter reads this variable when it starts, and never again."""
    return name.startswith(("PYTHON", "LC_", "LANG")) and value != UTF_8


def _checked(words: tuple[str, ...], ran: Ran, code: int | None) -> Ran:
    if code is not None:
        assert ran.code == code, (words, ran)
    assert "Traceback" not in ran.err, ran.err
    return ran


_STARTING = threading.Lock()  # threads may ask for it at once


@cache
def _started() -> ForkServer:
    folder = tempfile.TemporaryDirectory()
    server = ForkServer(Path(folder.name) / "fork-server")
    atexit.register(folder.cleanup)
    atexit.register(server.close)
    return server


def fork_server() -> ForkServer:
    with _STARTING:
        return _started()


def new_cli(home: Path, url: str, **environ: str) -> Cli:
    """Return a user with a new home whose gateway is at ``url``."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TZ": "Europe/Berlin",
        "LC_ALL": UTF_8,
        "COLUMNS": "100",
        "CLOCKIFY_CONFIG_DIR": str(home / "config"),
        "CLOCKIFY_STATE_DIR": str(home / "state"),
        "CLOCKIFY_CACHE_DIR": str(home / "cache"),
        "CLOCKIFY_GATEWAY_URL": f"{url}/clockify",
        "CLOCKIFY_CONTROL_URL": url,
        "MATON_API_KEY": API_KEY,
        **environ,
    }
    home.mkdir(parents=True, exist_ok=True)
    return Cli(home, env)
