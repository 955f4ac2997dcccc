"""The commands that need no network: answered from small files, before anything is imported.

Each takes only the words that it knows by heart; with any other (``--help``, a typing slip)
it returns ``None``, and the app answers, with the same functions behind it.
"""

from __future__ import annotations

import sys
import time

DEFAULT_FORMAT = "{label} {elapsed}{mark}"
UNKNOWN = "Nothing is known yet: run 'clockify status'."
DAY_UNKNOWN = "Today is not known yet: run 'clockify status --today'."
_FLAGS = {"--sandbox": "sandbox", "--json": "json", "--quiet": "quiet", "-q": "quiet"}
_TEXTS = {
    "--profile": "profile",
    "--workspace": "workspace",
    "-w": "workspace",
    "--connection": "connection",
}
_IGNORED = ("--no-input", "--no-queue", "--verbose", "-v")
FIELDS = (
    *("description", "project", "client", "task", "tags", "color", "label", "elapsed", "seconds"),
    *("decimal", "start", "today", "mark", "id"),
)
Words = dict[str, str]


def answer(arguments: list[str]) -> int | None:
    """Answer what can be answered at once; ``None`` leaves it to the app."""
    if not arguments or arguments in (["--help"], ["-h"], ["help"]):
        from clockify_cli.core.tree import overview
        from clockify_cli.output import Output

        sys.stdout.write(overview(Output().width))
        return 0
    if arguments in (["--version"], ["-V"]):
        from clockify_cli import __version__

        sys.stdout.write(f"clockify {__version__}\n")
        return 0
    if arguments[0] == "__complete":
        from clockify_cli.completion import complete

        return complete(arguments[1:])
    if "prompt" in arguments:
        words = _read(arguments, "prompt", {}, {"--format": "format"})
        known = words is not None and not unknown_fields(words.get("format", ""))
        if words is not None and known and "json" not in words:
            state = state_of(words)
            if state or "profile" not in words:  # the app knows whether there is such a profile
                return _write(prompt_line(state, words.get("format", "")), 0)
    if "--cached" in arguments:
        flags = {"--cached": "cached", "--exit-code": "exit_code", "--today": "today"}
        words = _read(arguments, "status", flags, {"--format": "format"})
        # The app writes JSON and refuses what cannot be: an unknown field or profile, pairs.
        if words is not None and "profile" not in words:
            chosen = [name for name in ("format", "quiet", "today", "json") if name in words]
            if len(chosen) < 2 and not unknown_fields(words.get("format", "")):
                return _cached_status(words)
    return None


def _read(
    arguments: list[str], command: str, flags: dict[str, str], texts: dict[str, str]
) -> Words | None:
    """Return the options of ``command``, or ``None`` where it does not know a word."""
    flags, texts = {**_FLAGS, **flags}, {**_TEXTS, **texts}
    found: Words = {}
    named = False
    rest = iter(arguments)
    for word in rest:
        name, mark, value = word.partition("=")
        if word in flags:
            found[flags[word]] = "1"
        elif word in texts:
            given = next(rest, None)
            if given is None:
                return None
            found[texts[word]] = given
        elif mark and name in texts and name.startswith("--"):
            found[texts[name]] = value
        elif word == command and not named:
            named = True
        elif word not in _IGNORED:
            return None
    return found if named else None


def state_of(words: Words) -> Words:
    """Return the state file's values for the account that the options choose."""
    from clockify_cli.store import state

    return state.read(
        words.get("profile"),
        "sandbox" in words,
        words.get("workspace"),
        words.get("connection"),
    )


def seconds_now() -> int:
    """Return the present in seconds since the epoch; ``CLOCKIFY_NOW`` sets it."""
    import os

    fixed = os.environ.get("CLOCKIFY_NOW", "").strip()
    if fixed:
        from datetime import datetime, timezone

        try:
            moment = datetime.fromisoformat(fixed)
        except ValueError:
            return int(time.time())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())  # noqa: UP017
    return int(time.time())


def template_fields(state: Words) -> Words:
    """Return what a template may name, from the state file: empty texts where nothing runs.

    ``description project client task tags color label elapsed seconds decimal start today
    mark id``; ``label`` is the project, else the description; ``mark`` says ``?`` where the
    service has not been asked for long and ``+`` where writes wait to be sent.
    """
    from clockify_cli.store.state import STALE_SECONDS

    fields = {
        name: state.get(name, "")
        for name in ("description", "project", "client", "task", "tags", "color")
    }
    fields |= dict.fromkeys(("elapsed", "seconds", "decimal", "start", "label", "id"), "")
    now = seconds_now()
    start = state.get("start", "")
    if start:
        spent = max(0, now - int(start))
        fields["elapsed"] = hours(spent)
        fields["seconds"] = str(spent)
        fields["decimal"] = f"{spent / 3600:.2f}"
        fields["start"] = state.get("started", "")[11:]
        fields["label"] = state.get("project") or state.get("description") or "timer"
        fields["id"] = state.get("id", "")
    fields["today"] = hours(seconds_today(state)) + "?" * (not is_today_known(state))
    stale = now - _number(state, "as_of") > STALE_SECONDS
    fields["mark"] = ("?" if stale else "") + ("+" if _number(state, "waiting") else "")
    return fields


def seconds_today(state: Words) -> int:
    """Return today's seconds of work as last counted, with the running timer's up to now."""
    now, offset = seconds_now(), _number(state, "offset")
    day = _number(state, "day_seconds") if is_today_known(state) else 0
    midnight = (now + offset) // 86400 * 86400 - offset
    if state.get("day") == _date(now, state):
        midnight = _number(state, "midnight") or midnight  # clocks may have changed since
    start = state.get("start", "")
    shown = state.get("shown", "")
    works = not any(f'"type":"{kind}"' in shown for kind in ("BREAK", "TIME_OFF", "HOLIDAY"))
    return day + max(0, now - max(int(start), midnight)) if start and works else day


def is_today_known(state: Words) -> bool:
    """Say whether today's finished entries were ever counted."""
    return state.get("day") == _date(seconds_now(), state) and "day_seconds" in state


def prompt_line(state: Words, template: str) -> str:
    """Return the line of ``clockify prompt``; empty where nothing runs."""
    if not state.get("start"):
        return ""
    return filled(template or state.get("prompt_format") or DEFAULT_FORMAT, template_fields(state))


def filled(template: str, fields: Words) -> str:
    """Put the fields into a template; ``{project:20}`` cuts and pads to 20 columns."""
    out = []
    for text, name, width in _parts(template.replace("\\n", "\n").replace("\\t", "\t")):
        value = fields.get(name, "")
        if width:
            value = value if len(value) <= width else value[: width - 1] + "…"
            value = value.ljust(width)
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


def cached_line(state: Words) -> str:
    """Return the running entry as last known, in one line."""
    if "about" not in state:
        return UNKNOWN
    if not state.get("start"):
        return "No timer is running."
    now = seconds_now()
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


def age_text(state: Words) -> str:
    """Say how old the state is; empty where it is of the last minute, or says not."""
    as_of = _number(state, "as_of")
    age = seconds_now() - as_of
    return f"As of {age_words(age)} ago." if "about" in state and as_of and age >= 60 else ""


def age_words(seconds: int) -> str:
    """Write an age in words: ``5 minutes``, ``3 hours``, ``2 days``."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size * (2 if word == "day" else 1) or size == 1:
            count = max(0, seconds) // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    raise AssertionError


def _cached_status(words: Words) -> int:
    state = state_of(words)
    runs = bool(state.get("start"))
    code = 1 if "exit_code" in words and not runs else 0
    if "json" in words:
        return _write(_as_json(state), code)
    if "format" in words:
        return _write(filled(words["format"], template_fields(state)), code)
    if "quiet" in words:
        return _write(state.get("id", ""), code)
    lines = [cached_line(state)]
    if "today" in words:
        known = is_today_known(state)
        lines.append(f"Today {clock(seconds_today(state))}" if known else DAY_UNKNOWN)
    if age := age_text(state):
        sys.stderr.write(age + "\n")
    return _write("\n".join(lines), code)


def _as_json(state: Words) -> str:
    shown = state.get("shown", "") if state.get("start") else ""
    if shown[:1] + shown[-1:] == "{}":  # without a parser, which would cost as much as the rest
        return f'{shown[:-1]},"asOf":"{as_of(state)}"}}'
    if age := age_text(state):
        sys.stderr.write(age + "\n")
    return "null"


def as_of(state: Words) -> str:
    """Return when the state was learnt, as the API spells times."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_number(state, "as_of")))


def _write(text: str, code: int) -> int:
    if text:
        sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
    return code


def _number(state: Words, name: str) -> int:
    text = state.get(name, "0")
    try:
        return int(text)
    except ValueError:
        return 0


def _date(now: int, state: Words) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(now + _number(state, "offset")))


def hours(seconds: int) -> str:
    """Write ``5400`` as ``1:30``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}"


def clock(seconds: int) -> str:
    """Write ``5400`` as ``1:30:00``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
