"""The running timer as the state file knows it: for prompts, bars and ``status --cached``.

Nothing here costs start-up time: a shell prompt imports it on every line.
"""

from __future__ import annotations

import time

from clockify_cli.core.present import STALE_SECONDS

DEFAULT_FORMAT = "{label} {elapsed}{mark}"
UNKNOWN = "Nothing is cached yet: run 'clockify status'."
DAY_UNKNOWN = "Today is not cached yet: run 'clockify status --today'."
FIELDS = (
    *("description", "project", "client", "task", "tags", "color", "label", "elapsed", "seconds"),
    *("decimal", "start", "today", "mark", "id"),
)
State = dict[str, str]
# For each shell what stands for the characters that would mean something in its prompt.
INERT = {
    "bash": {"\\": "\\\\\\\\", "$": "\\\\$", "`": "\\\\`"},  # in PS1 itself: decoded, then expanded
    "zsh": {  # with prompt_subst and without
        "%": "%%",
        "$": "$%{%}",
        "`": "\u02cb",
        "\\": "\\%{%}",
    },
    "fish": {},
    "tmux": {"#": "##"},  # times are filled in before
}


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
    fields["today"] = hours(seconds_today(state, now)) + "?" * (not is_today_known(state, now))
    stale = now - _number(state, "as_of") > STALE_SECONDS
    fields["mark"] = ("?" if stale else "") + ("+" if _number(state, "waiting") else "")
    return fields


def seconds_today(state: State, now: int) -> int:
    """Return today's seconds of work as last counted, with the running timer's up to now."""
    offset = _number(state, "offset")
    day = _number(state, "day_seconds") if is_today_known(state, now) else 0
    midnight = (now + offset) // 86400 * 86400 - offset
    if state.get("day") == _date(now, state):
        midnight = _number(state, "midnight") or midnight  # clocks may have changed since
    start = state.get("start", "")
    shown = state.get("shown", "")
    works = not any(f'"type":"{kind}"' in shown for kind in ("BREAK", "TIME_OFF", "HOLIDAY"))
    return day + max(0, now - max(int(start), midnight)) if start and works else day


def is_today_known(state: State, now: int) -> bool:
    """Say whether today's finished entries were ever counted."""
    return state.get("day") == _date(now, state) and "day_seconds" in state


def prompt_line(state: State, template: str, now: int, shell: str = "") -> str:
    """Return the line of ``clockify prompt``; empty if nothing runs.

    Args:
        state: The state file.
        template: The template; empty for the stored or the default one.
        now: Seconds since the epoch.
        shell: Whose prompt it is for (``INERT``): names mean nothing to it then.
    """
    if not state.get("start"):
        return ""
    chosen = template or state.get("prompt_format") or DEFAULT_FORMAT
    return filled(chosen, template_fields(state, now), INERT.get(shell))


def filled(template: str, fields: State, inert: dict[str, str] | None = None) -> str:
    """Put the fields into a template; ``{project:20}`` cuts and pads to 20 columns.

    Args:
        template: The template.
        fields: The values.
        inert: What stands for some characters of the values.
    """
    out = []
    for text, name, width in _parts(template.replace("\\n", "\n").replace("\\t", "\t")):
        value = fields.get(name, "")
        if width:
            value = value if len(value) <= width else value[: width - 1] + "…"
            value = value.ljust(width)
        if inert:
            value = "".join(inert.get(char, char) for char in value)
        out.append(text + value)
    return "".join(out)


def unknown_fields(template: str) -> list[str]:
    """Return the fields of a template that there are none of."""
    return [name for _, name, _ in _parts(template) if name and name not in FIELDS]


def check_template(template: str) -> None:
    """Raise UsageError for a field that there is none of."""
    if unknown := unknown_fields(template):
        from clockify_cli.core.errors import UsageError

        known = " ".join("{" + name + "}" for name in FIELDS)
        raise UsageError(f"There is no field {{{unknown[0]}}}.", f"Fields: {known}.")


def _parts(template: str) -> list[tuple[str, str, int]]:
    """Cut a template into texts, each with the field and the width that follow it."""
    found: list[tuple[str, str, int]] = []
    text, rest = "", template
    while True:
        before, mark, after = rest.partition("{")
        text += before
        if not mark:
            return [*found, (text, "", 0)]
        inner, end, following = after.partition("}")
        name, colon, width = inner.partition(":")
        if end and name.isidentifier() and (not colon or (width.isdecimal() and len(width) < 4)):
            found.append((text, name, int(width or 0)))
            text, rest = "", following
        else:  # a brace that belongs to the text
            text, rest = text + "{", after


def cached_line(state: State, now: int) -> str:
    """Return the running entry as last known, in one line."""
    if "about" not in state:
        return UNKNOWN
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
    told = "" if quiet else age_text(state, now)
    seconds = seconds_today(state, now) if today and is_today_known(state, now) else None
    if json:
        shown = state.get("shown", "") if state.get("start") else ""
        if shown[:1] + shown[-1:] != "{}":
            return "null", told
        # Without a parser, which would cost as much as the rest.
        extra = f',"asOf":"{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(as_of(state)))}"'
        if seconds is not None:
            extra += f',"today":{{"duration":"{iso_duration(seconds)}","seconds":{seconds}}}'
        elif today:
            extra += ',"today":null'
        return shown[:-1] + extra + "}", ""
    if template is not None:
        return filled(template, template_fields(state, now)), ""
    if quiet:
        return state.get("id", ""), ""
    lines = [cached_line(state, now)]
    if today:
        lines.append(DAY_UNKNOWN if seconds is None else f"Today {clock(seconds)}")
    return "\n".join(lines), told


def age_text(state: State, now: int) -> str:
    """Say how old the state is; empty if it is of the last minute, or says not."""
    age = now - as_of(state)
    return f"As of {age_words(age)} ago." if "about" in state and as_of(state) and age >= 60 else ""


def age_words(seconds: int) -> str:
    """Write an age in words: ``5 minutes``, ``3 hours``, ``2 days``."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size * (2 if word == "day" else 1) or size == 1:
            count = max(0, seconds) // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    raise AssertionError


def as_of(state: State) -> int:
    """Return when the state was learnt, in seconds since the epoch (0: never)."""
    return _number(state, "as_of")


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
