"""Answers the commands that need no network from small files, before anything is imported.

Only words that it knows are taken; with any other (``--help``, ``--tz``, a typing slip) the app
answers, by the same functions: ``render.cached`` and ``store.state``.
"""

from __future__ import annotations

import sys

from clockify_cli.core.options import SHARED, Options

_NEEDS_APP = ("tz", "color", "refresh")  # these change the answer, or are refused with it
_STATUS = {"--cached": "cached", "--exit-code": "exit_code", "--today": "today"}
Given = dict[str, str]


def answer(arguments: list[str]) -> int | None:
    """Answer what can be answered at once; ``None`` leaves it to the app."""
    if not arguments:
        return None
    if arguments in (["--help"], ["-h"], ["help"]):
        from clockify_cli.core.tree import overview
        from clockify_cli.output import Output
        from clockify_cli.store.aliases import own_aliases

        sys.stdout.write(overview(Output().width, own_aliases()))
        return 0
    if arguments in (["--version"], ["-V"]):
        from clockify_cli import __version__

        sys.stdout.write(f"clockify {__version__}\n")
        return 0
    if arguments[0] == "__complete":
        from clockify_cli.completion import complete

        return complete(arguments[1:])
    if "prompt" in arguments:
        return _prompt(arguments)
    if "--cached" in arguments:
        return _cached_status(arguments)
    return None


def _prompt(arguments: list[str]) -> int | None:
    read = _read(arguments, "prompt", {}, ("--format", "--for"))
    if read is None or read[0].json:
        return None
    from clockify_cli.core.present import seconds_now
    from clockify_cli.render.cached import INERT, prompt_line, unknown_fields
    from clockify_cli.store.state import state_of

    options, given = read
    template = given.get("--format", "")
    shell = given.get("--for", "")
    if unknown_fields(template) or ("--for" in given and shell not in INERT):
        return None  # the app refuses it
    return _write(prompt_line(state_of(options), template, seconds_now(), shell))


def _cached_status(arguments: list[str]) -> int | None:
    read = _read(arguments, "status", _STATUS, ("--format",))
    if read is None:
        return None
    from clockify_cli.core.present import seconds_now
    from clockify_cli.render.cached import cached_status, unknown_fields
    from clockify_cli.store.state import state_of

    options, given = read
    template = given.get("--format")
    today = "today" in given
    if (template is not None and (today or options.json)) or (today and options.quiet):
        return None  # the app refuses it
    if unknown_fields(template or ""):
        return None
    state = state_of(options)
    text, told = cached_status(
        state,
        seconds_now(),
        json=options.json,
        quiet=options.quiet,
        today=today,
        template=template,
    )
    if told:
        sys.stderr.write(told + "\n")
    _write(text)
    return 1 if "exit_code" in given and not state.get("start") else 0


def _read(
    arguments: list[str], command: str, flags: Given, texts: tuple[str, ...]
) -> tuple[Options, Given] | None:
    """Return the options of ``command``, or ``None`` if a word is not known here."""
    shared = {name: option for option in SHARED for name in option.names}
    options, given = Options(), Given()
    named = False
    rest = iter(arguments)
    for word in rest:
        name, mark, value = word.partition("=")
        option = shared.get(name)
        takes = name in texts or (option is not None and option.metavar)
        if mark and not (takes and name.startswith("--")):
            return None
        if takes and not mark:
            value = next(rest, "\udc00")
        if any("\ud800" <= c <= "\udfff" for c in value):
            return None  # missing, or not UTF-8
        if option is not None:
            if option.field in _NEEDS_APP:
                return None
            setattr(options, option.field, value if takes else True)
        elif name in texts:
            given[name] = value
        elif word in flags:
            given[flags[word]] = "1"
        elif word == command and not named:
            named = True
        else:
            return None
    return (options, given) if named and _is_profile(options.profile) else None


def _is_profile(name: str | None) -> bool:
    """Say whether the chosen profile is plainly there; if not, the app finds out."""
    import os

    name = name or os.environ.get("CLOCKIFY_PROFILE", "").strip() or "default"
    if name == "default":
        return True
    from clockify_cli.core import paths

    try:
        with open(paths.file("config", "config.toml"), encoding="utf-8") as stream:
            return f"\n[profile.{name}]\n" in "\n" + stream.read()
    except (OSError, UnicodeDecodeError):
        return False


def _write(text: str) -> int:
    if text:
        sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
    return 0
