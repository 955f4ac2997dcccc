"""``clockify config``: the settings, and where each comes from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import NotFoundError, UsageError
from clockify_cli.core.settings import KEYS
from clockify_cli.session import Run

app = NounApp(
    "Show and change settings. Each profile is a [profile.NAME] section of the config file."
)

KeyName = Annotated[
    str, typer.Argument(metavar="KEY", help="Name of the setting; see 'clockify config list'.")
]


@app.command(
    "list",
    cls=Command,
    epilog=examples("clockify config", "clockify config list --all", "clockify config list --json"),
)
def list_settings(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", "-a", help="Include settings that have their default value.")
    ] = False,
) -> None:
    """List the settings that differ from their defaults.

    Shows the values in effect, from the environment, .clockify.toml and the config file; 'config
    explain' shows which. The API key is never shown. JSON: an object of names and values.
    """
    from clockify_cli.setup.explaining import explained

    run = run_of(ctx)
    rows = [r for r in explained(run.settings) if every or r.origin != "default"]

    def text() -> str:
        from clockify_cli.render.setup import explained_table, settings_lines

        if every:
            return explained_table(rows, run.look)
        return settings_lines(rows, run.look) or (
            "All settings have their default values; to see them: clockify config list --all."
        )

    shown = {row.name: row.value for row in rows if row.value is not None}
    run.out.answer(shown, text, ids=[row.name for row in rows])


@app.command(
    "get",
    cls=Command,
    epilog=examples("clockify config get time_zone", "clockify config get tags --json"),
)
def get(ctx: typer.Context, key: KeyName) -> None:
    """Print the value of a setting in effect.

    Exit 4 if it has none.
    """
    from clockify_cli.setup.setting_values import is_alias, key_of

    run = run_of(ctx)
    if is_alias(key):
        name, value = key, _aliases(run).get(key.partition(".")[2])
    else:
        name = key_of(key).name
        value = run.settings.get(name)
    if value is None:
        raise NotFoundError(f"'{name}' is not set.", f"Set it: clockify config set {name} VALUE.")

    def text() -> str:
        from clockify_cli.render.safe import safe
        from clockify_cli.render.setup import value_text

        return safe(value_text(value))

    run.out.answer(value, text)


@app.command(
    "set",
    cls=Command,
    epilog=examples(
        "clockify config set time_zone Europe/Berlin",
        "clockify config set work_hours 9:00-12:30,13:30-17:30",
        "clockify config set tags dev,remote",
        "clockify config set quota 30",
        "clockify config set --profile work workspace Acme",
        "clockify config set alias.daily 'start Standup -p Team'",
    ),
)
def set_value(
    ctx: typer.Context,
    key: KeyName,
    value: Annotated[list[str], typer.Argument(metavar="VALUE", help="New value; lists as a,b.")],
) -> None:
    """Set a setting of the profile.

    Comments in the file are kept. Makes no request. JSON: an object with the setting's name and its
    new value.
    """
    from clockify_cli.setup.setting_values import checked_alias, is_alias, key_of, typed_value

    run = run_of(ctx)
    typed: Any
    if is_alias(key):
        name, typed = key, checked_alias(key, " ".join(value))
    else:
        name = key_of(key).name
        typed = typed_value(key_of(key), " ".join(value))
    _write(run, name, typed)

    def text() -> str:
        from clockify_cli.render.safe import safe
        from clockify_cli.render.setup import value_text

        return safe(f"{name} = {value_text(typed)}")

    run.out.answer({name: typed}, text, ids=[name])


@app.command("unset", cls=Command, epilog=examples("clockify config unset time_zone"))
def unset(ctx: typer.Context, key: KeyName) -> None:
    """Remove a setting from the profile. JSON: an empty object."""
    from clockify_cli.setup.setting_values import is_alias, key_of
    from clockify_cli.store import config

    run = run_of(ctx)
    table = config.profile_table(run.config, run.profile)
    if is_alias(key):
        table = {f"alias.{short}": words for short, words in _aliases(run).items()}
    # A name that is not a setting must be removable too: a typing slip of somebody's editor.
    name = key if key in table or is_alias(key) else key_of(key).name
    if name not in table:
        raise NotFoundError(
            f"'{name}' is not set in profile '{run.profile}'.",
            f"Where it comes from: clockify config explain {name}." if name in KEYS else "",
        )
    _write(run, name, None)
    run.out.answer({}, lambda: f"Removed {name}.", ids=[])


@app.command("path", cls=Command, epilog=examples("clockify config path"))
def path(ctx: typer.Context) -> None:
    """Print the path of the config file.

    The file may not exist yet.
    """
    from clockify_cli.store import config

    run_of(ctx).out.answer(config.path(), config.path)


@app.command(
    "explain",
    cls=Command,
    epilog=examples("clockify config explain", "clockify config explain workspace"),
)
def explain(
    ctx: typer.Context,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="Show only this setting.")
    ] = None,
) -> None:
    """Show where each setting comes from.

    Precedence: option, environment, .clockify.toml, profile, default.

    JSON: an array of {name, value, origin, meaning, passedOver}; one object with KEY.
    """
    from clockify_cli.setup.explaining import explained
    from clockify_cli.setup.setting_values import key_of

    run = run_of(ctx)
    rows = explained(run.settings, KEYS if key is None else [key_of(key).name])

    def text() -> str:
        from clockify_cli.render.setup import explained_lines, explained_table

        if key is None:
            return explained_table(rows, run.look)
        return explained_lines(rows[0], run.look)

    told: Any = [row.as_json() for row in rows]
    run.out.answer(told if key is None else told[0], text, ids=[row.name for row in rows])


def _aliases(run: Run) -> dict[str, str]:
    return run.settings.get("alias") or {}


def _write(run: Run, name: str, value: Any) -> None:
    """Write a setting, and tell where something else goes before it.

    This comes before anything else is asked of the settings: one that cannot be read must be
    replaceable, and a new profile has no section yet.
    """
    from clockify_cli.store import config, last_known

    group, dot, short = name.rpartition(".")
    section = ("profile", run.profile, group) if dot else ("profile", run.profile)
    config.update(section, {short: value}, run.notice)
    run.__dict__.pop("config", None)
    run.__dict__.pop("settings", None)
    if name == "prompt_format":
        last_known.set_prompt_format(run.profile, value or "")
    if value is None or name not in KEYS:
        return
    try:
        counts, origin = run.settings.explain(name)
    except UsageError as error:
        run.notice(f"{error.message} {error.hint}")
        return
    if counts != value:
        run.notice(f"The {origin} gives '{name}' another value, which takes precedence.")
