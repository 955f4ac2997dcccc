"""``python -m clockify_cli.sandbox``: serves a sandbox without the rest of the program."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m clockify_cli.sandbox", description=__doc__)
    parser.add_argument("--database", required=True, help="the SQLite file")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--print-url", action="store_true", help="the address, on standard output")
    parser.add_argument("--reset", action="store_true", help="begin with the minimal account")
    parser.add_argument("--seed", action="store_true", help="add a month of work")
    parser.add_argument(
        "--setting", action="append", default=[], metavar="NAME=JSON", help="may be repeated"
    )
    options = parser.parse_args(arguments)

    from clockify_cli import sandbox

    def ready(url: str) -> None:
        if options.print_url:
            sys.stdout.write(url + "\n")
            sys.stdout.flush()

    try:
        if options.reset:
            sandbox.reset(options.database)
        settings: dict[str, Any] = {}
        for given in options.setting:
            name, _, value = given.partition("=")
            settings[name] = json.loads(value)
        if settings:
            sandbox.configure(options.database, **settings)
        if options.seed:
            sandbox.seed(options.database)
        sandbox.serve(options.database, host=options.host, port=options.port, ready=ready)
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
