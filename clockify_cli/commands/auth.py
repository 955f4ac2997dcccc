"""``clockify auth``: signs in and out, and shows the sign-in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clockify_cli.commands.shape import Command, NounApp, examples, run_of
from clockify_cli.core.errors import SignInError, UnreachableError, UsageError
from clockify_cli.session import Run
from clockify_cli.setup import sign_in
from clockify_cli.setup.ladder import Climb

app = NounApp("Sign in, sign out, and show who is signed in.", default="status")

# Extra words are taken, to refuse them here: the usual refusal would repeat a key.
EXTRA = {"allow_extra_args": True}


@app.command(
    "login",
    cls=Command,
    context_settings=EXTRA,
    epilog=examples(
        "clockify auth login",
        "pass show maton | clockify auth login --with-token",
        "clockify auth login --direct",
        "clockify auth login --profile work",
    ),
)
def login(
    ctx: typer.Context,
    with_token: Annotated[
        bool, typer.Option("--with-token", help="Read the key from standard input.")
    ] = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Use Clockify's own API key, without the gateway.")
    ] = False,
) -> None:
    """Store the API key after checking it.

    Checks the key, then the connection, then Clockify; a good key is stored even if the
    connection is still missing. Type the key at the hidden prompt or pipe it in, never on the
    command line. It is stored in the system keyring if the 'keyring' extra is installed, otherwise
    in a file only you can read. Not needed with MATON_API_KEY (or CLOCKIFY_API_KEY) in
    the environment, or with a key_command. JSON: what 'auth status' prints.
    """
    run = _without_words(ctx)
    if run.sandboxed:
        raise UsageError(
            "The sandbox needs no sign-in.", "Leave out --sandbox to sign in to the service."
        )
    table = run.admit_profile()
    key = sign_in.read_key(_typed_key(run, with_token, direct))
    run.target = run.target_with(key, direct=direct)
    found, maton_url = _tried(run)
    place = sign_in.keep_key(run.profile, table, key, direct=direct)
    if maton_url is not None:
        from clockify_cli.store import config

        config.update(("profile", run.profile), {"maton_url": maton_url or None})
    if found.user is not None:
        run.renew_account(found.user)
    told = _told(run, place)
    if found.user is not None:
        told |= _who(run, run.known_user["workspace"])
        told["user"]["email"] = str(found.user.get("email") or "")
    if found.error is not None:
        told["todo"] = f"{found.error.message} Next: {found.fix}"
    if found.notice:
        run.notice(found.notice)
    _answer(run, told)
    variable = sign_in.key_in_environment()
    if variable:
        run.notice(
            f"{variable} is set in the environment and takes precedence over the stored key."
        )


@app.command(
    "status",
    cls=Command,
    context_settings=EXTRA,
    epilog=examples("clockify auth status", "clockify auth status --refresh --json"),
)
def status(ctx: typer.Context) -> None:
    """Show who is signed in, and how.

    Includes the source of the key and the connection in use. Answers from the cache; --refresh asks
    the service (one request). Exit 3 if not signed in. JSON: {signedIn, profile, way, address,
    keyFrom, connection, user: {id, name}, workspace: {id, name}}.
    """
    run = _without_words(ctx)
    if not run.target.has_key:
        raise SignInError(
            f"Not signed in (profile '{run.profile}').",
            "Run 'clockify auth login', or set MATON_API_KEY.",
        )
    workspace = run.account.workspace
    _answer(run, _told(run, run.key_origin) | _who(run, workspace))


@app.command("logout", cls=Command, context_settings=EXTRA, epilog=examples("clockify auth logout"))
def logout(ctx: typer.Context) -> None:
    """Remove the stored key and forget the cached account.

    No request is made; the key itself stays valid. JSON: {signedIn, removed}: whether the
    environment still signs in, and whether a key was stored.
    """
    from clockify_cli.setup.forgetting import forget_account, pending_changes

    run = _without_words(ctx)
    if run.sandboxed:
        raise UsageError("The sandbox needs no sign-in.", "To empty it: clockify sandbox reset.")
    pending = pending_changes(
        run.account_id, str(run.known_user.get("user_name") or ""), run.notice
    )
    forget_account(run.account_name, run.account_id, sandbox=False)
    removed = sign_in.forget_keys(run.profile)
    variable = sign_in.key_in_environment()
    for line in pending:
        run.notice(f"{line} It is kept, and goes out after the next sign-in as that user.")
    if variable:
        run.notice(f"{variable} is set in the environment and still signs you in.")
    run.out.answer(
        {"signedIn": bool(variable), "removed": removed},
        lambda: (
            f"Removed the key of profile '{run.profile}'."
            if removed
            else f"No key was stored for profile '{run.profile}'."
        ),
        ids=[],
    )


def _without_words(ctx: typer.Context) -> Run:
    if ctx.args:
        raise sign_in.refuse_argument()
    return run_of(ctx)


def _tried(run: Run) -> tuple[Climb, str | None]:
    """Try the key of ``run.target``, at the gateway's other address too if nobody answers.

    Returns:
        How far it leads, and the ``maton_url`` to store: empty to remove it, ``None`` to
        leave it as it is.
    """
    from clockify_cli.setup.ladder import other_family

    try:
        return sign_in.try_key(run.gateway_to(run.target)), None
    except UnreachableError as error:
        other = other_family(run.target, run.settings)
        if other is None or error.status not in (None, 404):
            raise
        target, maton_url = other
        try:
            found = sign_in.try_key(run.gateway_to(target))
        except UnreachableError:
            raise error from None
        run.target = target
        return found, maton_url or ""


def _typed_key(run: Run, with_token: bool, direct: bool) -> str:
    """Return what was piped in or typed at the hidden prompt."""
    import sys

    if with_token and not sys.stdin.isatty():
        return sys.stdin.read(sign_in.LONGEST_KEY * 2)
    if not run.out.can_ask:
        raise UsageError(
            "Cannot prompt for the key without a terminal.",
            "Pipe it in (clockify auth login --with-token < FILE), or set MATON_API_KEY.",
        )
    import getpass

    where = sign_in.CLOCKIFY_KEYS if direct else sign_in.MATON_KEYS
    run.notice(f"Find your key at {where} (input is hidden).")
    try:
        return getpass.getpass("API key: ")
    except EOFError:
        raise KeyboardInterrupt from None


def _told(run: Run, origin: str) -> dict[str, Any]:
    """Return the documented form of a sign-in, without the user; never the key."""
    target = run.target
    told: dict[str, Any] = {
        "signedIn": True,
        "profile": run.profile,
        "way": "sandbox" if target.sandbox else "direct" if target.direct else "gateway",
        "address": target.sandbox or target.base_url,
        "keyFrom": origin,
    }
    if target.connection:
        told["connection"] = target.connection
    return told


def _who(run: Run, workspace: str) -> dict[str, Any]:
    """Return who is signed in, from the cache, and the workspace that is worked in."""
    known = run.known_user
    told = {"id": workspace}
    name = run.workspace_name(workspace)
    if name != workspace:
        told["name"] = name
    return {"user": {"id": known["user"], "name": known["user_name"]}, "workspace": told}


def _answer(run: Run, told: dict[str, Any]) -> None:
    def text() -> str:
        from clockify_cli.render.setup import sign_in_lines

        return sign_in_lines(told, run.look)

    run.out.answer(told, text, ids=[told["user"]["id"]] if "user" in told else [])
