"""Sign-in, settings, findings, requests spent and the sandbox's own settings, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clockify_cli.render.moments import moment_text
from clockify_cli.render.resources import details
from clockify_cli.render.style import Line, Look, Span
from clockify_cli.render.tables import Column, table

if TYPE_CHECKING:
    from clockify_cli.setup.doctor import Finding
    from clockify_cli.setup.explaining import Explained
    from clockify_cli.setup.spending import Spent

_WAYS = {
    "gateway": "the Maton gateway",
    "direct": "Clockify itself",
    "sandbox": "the embedded gateway",
}


def sign_in_lines(told: Mapping[str, Any], look: Look) -> str:
    """Return who is signed in and by which way; ``told`` is what ``auth status --json`` prints."""
    user = told.get("user") or {}
    workspace = told.get("workspace") or {}
    mail = str(user.get("email") or "")
    return details(
        [
            ("Signed in as", Line(str(user.get("name") or ""), Span(mail and f" <{mail}>", "dim"))),
            ("Workspace", str(workspace.get("name") or workspace.get("id") or "")),
            ("Access", f"{_WAYS[told['way']]}, {told['address']}"),
            ("Key from", str(told["keyFrom"])),
            ("Connection", _connection(told)),
            ("Profile", str(told["profile"])),
            ("To do", Line(Span(str(told.get("todo") or ""), "yellow"))),
        ],
        look,
    )


def _connection(told: Mapping[str, Any]) -> str:
    if told["way"] != "gateway":
        return ""
    return str(told.get("connection") or "the gateway's choice")


def value_text(value: Any) -> str:
    """Return a setting's value as it is typed: lists with commas, true and false."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name} = {text}" for name, text in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def settings_lines(rows: Sequence[Explained], look: Look) -> str:
    """Return settings with their values, one a line."""
    lines = [Line(Span(row.name, "bold"), " = ", value_text(row.value)) for row in rows]
    return "\n".join(_whole(line, look) for line in lines)


def explained_table(rows: Sequence[Explained], look: Look) -> str:
    """Return settings with their values and where each came from."""
    return table(
        [
            Column[Any]("Setting", lambda r: r.name, 0, style="bold"),
            Column[Any]("Value", _value, 0, 10, ratio=2, lines=3),
            Column[Any]("From", _place, 1, 12, ratio=3, lines=3),
            Column[Any]("Meaning", lambda r: Line(Span(r.meaning, "dim")), 2, 20, ratio=3),
        ],
        rows,
        look,
        empty="No settings.",
    )


def explained_lines(row: Explained, look: Look) -> str:
    """Return one setting in full: its meaning, its value, and every place that has a say."""
    pairs: list[tuple[str, Any]] = [
        ("Setting", Line(Span(row.name, "bold"))),
        ("Meaning", row.meaning),
        ("One of", ", ".join(row.choices)),
        ("Value", _value(row)),
        ("From", _origin(row)),
    ]
    for value, origin in row.passed_over:
        pairs.append(("Passed over", f"{value_text(value)}  ({origin})"))
    return details(pairs, look)


def _value(row: Explained) -> Line:
    if row.value is None:
        return Line(Span("(not set)", "dim"))
    return Line(value_text(row.value))


def _origin(row: Explained) -> Line:
    return Line(Span(row.origin, "dim" if row.origin == "default" else ""))


def _place(row: Explained) -> Line:
    """Return the origin without the config file's path, which is the same for every row."""
    if row.origin.startswith("profile '"):
        return Line(row.origin.split("' in ")[0] + "'")
    return _origin(row)


def findings_lines(findings: Sequence[Finding], look: Look, next_step: str) -> str:
    """Return what the doctor found, one below the other, and what to do first."""
    out: list[str] = []
    size = max((len(f.check) for f in findings), default=0)
    for finding in findings:
        mark = Span("ok  ", "green") if finding.ok else Span("BAD ", "bold red")
        head = Line(mark, " ", Span(finding.check.ljust(size), "bold"), "  ")
        room = max(20, look.width - head.width)
        parts = Line(finding.message).wrap(room) if look.width > 50 else None
        if parts is None:  # a narrow terminal: the text below the name
            out.append(Line(mark, " ", Span(finding.check, "bold")).text(look))
            indent = "  "
            parts = Line(finding.message).wrap(look.width - 2)
            out += [Line(indent, part).text(look) for part in parts]
        else:
            indent = " " * head.width
            out += [Line(head if not n else indent, p).text(look) for n, p in enumerate(parts)]
        if finding.fix:
            out.append(_whole(Line(indent, Span("fix: ", "dim"), finding.fix), look))
    if next_step:
        out.append(_whole(Line(Span("Next: ", "bold"), next_step), look))
    return "\n".join(out)


def spent_table(rows: Sequence[Spent], look: Look, name: Callable[[str], str]) -> str:
    """Return the requests of the last hour by workspace; ``name`` gives a workspace's name."""
    return table(
        [
            Column[Any]("Workspace", lambda r: _workspace(r, name), 0, 12, ratio=1),
            Column[Any]("Requests", lambda r: str(r.requests), 0, justify="right", keep=True),
            Column[Any]("Quota", lambda r: str(r.quota or ""), 2, justify="right"),
            Column[Any]("Left", _left, 1, justify="right"),
            Column[Any]("Next back", lambda r: _clock(r.next_at, look), 1),
            Column[Any]("All back", lambda r: _clock(r.clear_at, look), 2),
        ],
        rows,
        look,
        empty="No requests in the last hour.",
    )


def few_left(spent: Spent, look: Look, name: str) -> str:
    """Return the notice that few requests of the hour are left."""
    left = "No request" if not spent.left else f"{spent.left} of {spent.quota} requests"
    verb = "is" if spent.left in (0, 1) else "are"
    return (
        f"{left} of this hour {verb} left in the workspace {name}; "
        f"the next one comes back at {_clock(spent.next_at, look)}."
    )


def _workspace(row: Spent, name: Callable[[str], str]) -> Line:
    if not row.workspace:
        return Line(Span("(no workspace named)", "dim"))
    return Line(name(row.workspace))


def _left(row: Spent) -> Line:
    if not row.quota or not row.workspace:
        return Line()
    return Line(Span(str(row.left), "red" if not row.left else "yellow" if row.left <= 5 else ""))


def _clock(seconds: int, look: Look) -> str:
    return moment_text(datetime.fromtimestamp(seconds, UTC), look)


def switches_lines(switches: Mapping[str, Any], look: Look) -> str:
    """Return the sandbox's settings, one a line."""
    lines = [Line(Span(name, "bold"), " = ", json.dumps(value)) for name, value in switches.items()]
    return "\n".join(_whole(line, look) for line in lines)


def _whole(line: Line, look: Look) -> str:
    """Return a line that is copied from the terminal: never cut, however narrow that is."""
    from dataclasses import replace

    return line.text(replace(look, width=max(look.width, line.width)))
