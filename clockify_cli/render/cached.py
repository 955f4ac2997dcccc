"""The running timer as the state file knows it: for prompts, bars and ``status --cached``.

Nothing here costs start-up time: a shell prompt imports it on every line.
"""

from __future__ import annotations

import time

from clockify_cli.core.present import STALE_SECONDS

DEFAULT_FORMAT = "{label} {elapsed}{mark}"
State = dict[str, str]


def template_fields(state: State, now: int) -> State:
    """Return what a template may name, from the state file: empty texts if nothing runs.

    ``description project client task tags color label elapsed seconds decimal start today
    mark id``; ``label`` is the project, else the description; ``mark`` is ``?`` if the service
    has not been asked for long, and ``+`` if changes are pending.
    """
    fields = {
        name: state.get(name, "")
        for name in ("description", "project", "client", "task", "tags", "color")
    }
    fields |= dict.fromkeys(("elapsed", "seconds", "decimal", "start", "label", "id"), "")
    start = state.get("start", "")
    if start:
        spent = max(0, now - int(start))
        fields["elapsed"] = hours(spent)
        fields["seconds"] = str(spent)
        fields["decimal"] = f"{spent / 3600:.2f}"
        fields["start"] = state.get("started", "")[11:]
        fields["label"] = state.get("project") or state.get("description") or "timer"
        fields["id"] = state.get("id", "")
    fields["today"] = hours(seconds_today(state, now))
    stale = now - _number(state, "as_of") > STALE_SECONDS
    fields["mark"] = ("?" if stale else "") + ("+" if _number(state, "waiting") else "")
    return fields


def seconds_today(state: State, now: int) -> int:
    """Return today's seconds as last counted, with the running timer's up to now."""
    offset = _number(state, "offset")
    day = _number(state, "day_seconds") if state.get("day") == _date(now, state) else 0
    midnight = (now + offset) // 86400 * 86400 - offset
    start = state.get("start", "")
    return day + max(0, now - max(int(start), midnight)) if start else day


def prompt_line(state: State, template: str, now: int) -> str:
    """Return the line of ``clockify prompt``; empty if nothing runs."""
    if not state.get("start"):
        return ""
    chosen = template or state.get("prompt_format") or DEFAULT_FORMAT
    return filled(chosen, template_fields(state, now))


def filled(template: str, fields: State) -> str:
    """Put the fields into a template; what is no field stays as it stands."""
    out = template.replace("\\n", "\n").replace("\\t", "\t")
    for name, value in fields.items():
        if "{" + name + "}" in out:
            out = out.replace("{" + name + "}", value.replace("{", "{\0"))
    return out.replace("{\0", "{")


def cached_line(state: State, now: int) -> str:
    """Return the running entry as last known, in one line."""
    if "about" not in state:
        return "Nothing is known yet: run 'clockify status'."
    if not state.get("start"):
        return "No timer is running."
    spent = max(0, now - int(state["start"]))
    started = state.get("started", "")
    since = started[11:] if started[:10] == _date(now, state) else started
    project = state.get("project", "")
    if project and state.get("client"):
        project = f"{state['client']}/{project}"
    if project and state.get("task"):
        project += f": {state['task']}"
    parts = [
        state.get("description") or "(no description)",
        project,
        state.get("tags", ""),
        f"since {since} ({clock(spent)})" + (" $" if state.get("billable") else ""),
        "queued" if state.get("queued") else "",
    ]
    return " · ".join(part for part in parts if part)


def cached_status(
    state: State,
    now: int,
    *,
    json: bool = False,
    quiet: bool = False,
    today: bool = False,
    template: str | None = None,
) -> tuple[str, str]:
    """Return what ``status --cached`` writes to stdout and to stderr."""
    age = now - _number(state, "as_of")
    told = f"as of {hours(age)} ago" if "about" in state and age >= 60 and not quiet else ""
    if json:
        shown = state.get("shown", "")
        if not shown:
            return "null", told
        seconds = seconds_today(state, now)
        extra = f',"asOf":"{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - age))}"'
        if today:
            extra += f',"today":{{"duration":"{iso_duration(seconds)}","seconds":{seconds}}}'
        return shown[:-1] + extra + "}", ""
    if template is not None:
        return filled(template, template_fields(state, now)), ""
    if quiet:
        return state.get("id", ""), ""
    lines = [cached_line(state, now)]
    if today:
        lines.append(f"Today {clock(seconds_today(state, now))}")
    return "\n".join(lines), told


def _number(state: State, name: str) -> int:
    text = state.get(name, "0")
    try:
        return int(text)
    except ValueError:
        return 0


def _date(now: int, state: State) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(now + _number(state, "offset")))


def hours(seconds: int) -> str:
    """Write ``5400`` as ``1:30``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}"


def clock(seconds: int) -> str:
    """Write ``5400`` as ``1:30:00``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def iso_duration(seconds: int) -> str:
    """Write ``5400`` as ``PT1H30M``."""
    parts = zip((seconds // 3600, seconds // 60 % 60, seconds % 60), "HMS", strict=True)
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")
