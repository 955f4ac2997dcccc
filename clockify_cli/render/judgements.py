"""Gaps, the outcome of a check, and goals, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clockify_cli.core.model import instant
from clockify_cli.render import moments
from clockify_cli.render.bars import bar
from clockify_cli.render.durations import hours_minutes, screen_duration
from clockify_cli.render.style import Line, Look, Span
from clockify_cli.render.tables import Column, Section, table

_SHOWN_FINDINGS = 20


def gaps_table(gaps: Sequence[Mapping[str, Any]], look: Look) -> str:
    """Return the gaps ``{start, end, seconds}`` under their days, with their sum."""
    days = {moments.day_text(look.local(instant(str(gap["start"]))).date()) for gap in gaps}
    rows: list[Mapping[str, Any] | Section] = list(gaps)
    if gaps:
        total = sum(int(gap["seconds"]) for gap in gaps)
        count = f"{len(gaps)} gap{'s' * (len(gaps) > 1)}"
        label = count if len(days) < 2 else f"{count} on {len(days)} days"
        rows.append(Section(label, {"Missing": screen_duration(total)}, rule=True))
    shown: list[str] = []

    def day(gap: Mapping[str, Any]) -> str:
        text = moments.day_text(look.local(instant(str(gap["start"]))).date())
        shown.append(text)
        return "" if shown[-2:-1] == [text] else text

    def times(gap: Mapping[str, Any]) -> str:
        return moments.range_text(instant(str(gap["start"])), instant(str(gap["end"])), look)

    return table(
        [
            Column[Mapping[str, Any]]("Day", day, 0),
            Column[Mapping[str, Any]]("Time", times, 0),
            Column[Mapping[str, Any]](
                "Missing", lambda g: screen_duration(int(g["seconds"])), 0, justify="right"
            ),
        ],
        rows,
        look,
        empty="No gaps.",
    )


def check_view(outcome: Mapping[str, Any], look: Look) -> str:
    """Return ``{ok, rules: [{rule, ok, findings}]}`` as a list with what was found below each rule.

    A finding is a sentence, or an object with a ``message``.
    """
    out: list[Line] = []
    rules = outcome.get("rules") or []
    for rule in rules:
        good = bool(rule.get("ok"))
        mark = Span("✓ ", "green") if good else Span("✗ ", "red")
        out.append(Line(mark, Span(rule_text(rule), "" if good else "bold")))
        findings = rule.get("findings") or []
        for finding in findings[:_SHOWN_FINDINGS]:
            words = finding.get("message") or finding if isinstance(finding, Mapping) else finding
            for part in Line(str(words)).wrap(max(8, look.width - 4)):
                out.append(Line("    ", part))
        if len(findings) > _SHOWN_FINDINGS:
            more = len(findings) - _SHOWN_FINDINGS
            out.append(Line("    ", Span(f"and {more} more; --json lists all.", "dim")))
    broken = sum(not rule.get("ok") for rule in rules)
    if broken:
        last = Line(Span(f"{broken} of {len(rules)} rules broken.", "red"))
    else:
        last = Line(Span("All rules hold.", "green"))
    return "\n".join(line.text(look) for line in [*out, last])


def rule_text(rule: Mapping[str, Any]) -> str:
    """Write a rule of a check as it was asked for: ``max-entry 10h``, ``require project``."""
    name = str(rule.get("rule") or "")
    if name.startswith("require-"):
        return f"require {name[8:]}"
    limit = str(rule.get("limit") or "").removeprefix("PT").lower()
    return f"{name} {limit}".strip()


def goals_view(goals: Mapping[str, Any], look: Look) -> str:
    """Return how far the goals ``{day, week}`` are reached, with bars and what is left."""
    out: list[Line] = []
    for title, key in (("Today", "day"), ("Week", "week")):
        goal = goals.get(key)
        if goal is None:
            continue
        done, wanted = int(goal["doneSeconds"]), int(goal["goalSeconds"])
        style = "green" if goal["reached"] else "cyan"
        share = done / wanted
        cells = 16 if look.compact else 24
        drawn = Line(bar(share, cells, color=look.color, style=style))
        drawn = Line(drawn, Span("·" * (cells - drawn.width), "dim"))
        figures = Line(
            Span(title.ljust(6), "bold"),
            Span(hours_minutes(done).rjust(6), style),
            Span(f" of {hours_minutes(wanted):<6}"),
        )
        percent = f"{int(100 * share):3}%"
        left = Line(Span(_left_text(goal, done - wanted), "green" if goal["reached"] else ""))
        if look.compact:
            out += [Line(figures, " ", percent), Line("  ", drawn), Line("  ", left)]
        else:
            out.append(Line(figures, " ", drawn, " ", percent, "  ", left))
    return "\n".join(line.text(look) for line in out)


def _left_text(goal: Mapping[str, Any], more: int) -> str:
    if goal["reached"]:
        return f"reached, {hours_minutes(more)} more" if more >= 30 else "reached"
    left = f"{hours_minutes(int(goal['leftSeconds']))} left"
    days = goal.get("workingDaysLeft")
    if days is None:
        return left
    if not days:
        return f"{left}, no working day"
    each = hours_minutes(int(goal["perDaySeconds"]))
    return f"{left}: {each} a day" if days > 1 else f"{left}, 1 working day"
