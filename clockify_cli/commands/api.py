"""``clockify api``: any request to the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import UsageError
from clockify_cli.gateway import raw
from clockify_cli.output import json_text
from clockify_cli.session import Run

if TYPE_CHECKING:
    from clockify_cli.gateway.answers import Answer

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify api GET /api/v1/user",
        "clockify api GET 'workspaces/{workspace}/projects' -f archived=false --paginate",
        "clockify api POST 'workspaces/{workspace}/tags' -f name=dev",
        "clockify api PUT 'workspaces/{workspace}/tags/ID' -f name=dev -F archived=true",
        "clockify api POST 'workspaces/{workspace}/time-entries' --input entry.json",
        "clockify api GET /connections -f app=clockify --control",
    ),
)
def api(
    ctx: typer.Context,
    method: Annotated[
        str, typer.Argument(metavar="METHOD", help="GET, POST, PUT, PATCH or DELETE.")
    ],
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="Path below /api/v1/; {workspace} and {user} are filled in."
        ),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            "-f",
            metavar="KEY=VALUE",
            help="Add a string field: to the query with GET, else to the body.",
            show_default=False,
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--json-field",
            "-F",
            metavar="KEY=JSON",
            help='Add a JSON field: true, 12, null, ["a"].',
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Read the JSON body from a file (- for standard input). Fields then go into the "
            "query.",
            show_default=False,
        ),
    ] = None,
    paginate: Annotated[
        bool, typer.Option("--paginate", help="Fetch every page and print one array.")
    ] = False,
    control: Annotated[
        bool, typer.Option("--control", help="Send to the gateway's control plane (/connections).")
    ] = False,
    include: Annotated[
        bool, typer.Option("--include", "-i", help="Print the status and headers too.")
    ] = False,
) -> None:
    """Send any request and print the answer's JSON.

    Signs in, retries and reports errors like every other command. Changes are sent once, without
    asking. They are never queued, and 'clockify undo' cannot undo them.
    """
    run = run_of(ctx)
    verb = raw.checked_method(method)
    if verb == "GET" and source is not None:
        raise UsageError("A GET request has no body.", "Leave out --input; -f adds to the query.")
    if paginate and (verb != "GET" or control or include):
        raise UsageError("--paginate works only with GET requests to the API, without --include.")
    if include and run.out.json_mode:
        raise UsageError("--include prints more than one JSON document.", "Leave out --json.")
    if control and run.target.direct:
        raise UsageError("Clockify itself has no control plane.", "Leave out --control.")
    fields = raw.typed_fields(field or (), value or ())
    body = None if source is None else _read(source)
    address, query = raw.typed_path(
        path, lambda what: str(getattr(run.account, what)), control=control
    )
    if verb == "GET" or source is not None:
        query = raw.with_query(query, fields)
    elif fields:
        body = fields
    if paginate:
        _stream(run, raw.every_item(run.gateway, address, query))
        return
    answer = run.gateway.send(verb, address, body=body, params=query, control=control)
    if verb != "GET" and not control:
        try:
            _forget(run, address)
        except Exception:  # it was done: a damaged file of ours must not deny that
            run.notice(
                "The cached names could not be refreshed: add --refresh to the next command."
            )
    if include:
        _show_head(run, answer)
    if answer.data is not None or run.out.json_mode:
        _show(run, answer.data)


def _read(source: str) -> Any:
    """Return the JSON of a file, or of standard input."""
    import sys

    name = "Standard input" if source == "-" else source
    try:
        if source == "-":
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            with open(source, encoding="utf-8") as stream:
                text = stream.read()
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror or error}.") from error
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text.") from None
    try:
        return raw.read_json(text)
    except ValueError as error:
        raise UsageError(f"{name} is not JSON: {error}.") from None


def _forget(run: Run, address: str) -> None:
    """Drop what the caches hold and the request may have changed."""
    from clockify_cli.resources.touched import forget_touched

    forget_touched(run.account_id, address)
    if run.entry_cache is not None:
        run.entry_cache.forget_all()


def _show_head(run: Run, answer: Answer) -> None:
    """Write the status and the headers, as HTTP does."""
    from clockify_cli.render.safe import safe

    lines = [f"HTTP {answer.status}", *(f"{k}: {v}" for k, v in answer.headers.items()), ""]
    run.out.write("".join(f"{safe(run.without_key(line))}\n" for line in lines))


def _ids(data: Any) -> list[str] | None:
    """Return the IDs of an answer, where all of it has some."""
    things = data if isinstance(data, list) else [data]
    if all(isinstance(thing, dict) and thing.get("id") for thing in things):
        return [str(thing["id"]) for thing in things]
    return None


def _show(run: Run, data: Any) -> None:
    """Write an answer; with ``--quiet`` its IDs."""
    ids = _ids(data) if run.out.quiet and not run.out.json_mode else None
    if ids:
        run.out.answer(data, ids=ids)
    else:
        run.out.write(run.without_key(json_text(data)) + "\n")


def _stream(run: Run, items: Iterable[Any]) -> None:
    """Write a list as one JSON array while it comes in; with ``--quiet`` the IDs."""
    bare = run.out.quiet and not run.out.json_mode
    count = 0
    for item in items:
        ids = _ids(item) if bare else None
        if ids:
            run.out.answer(item, ids=ids)
            continue
        text = run.without_key(json_text(item)).replace("\n", "\n  ")
        run.out.write(f"{',' if count else '['}\n  {text}")
        count += 1
    if count or not bare:
        run.out.write("\n]\n" if count else "[]\n")
