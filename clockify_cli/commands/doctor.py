"""``clockify doctor``: diagnoses problems and shows how to fix them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC
from typing import Annotated

import typer

from clockify_cli.commands.shape import Command, CommandApp, examples, run_of
from clockify_cli.core.errors import ClockifyError, SignInError, StorageError, UsageError
from clockify_cli.session import Run
from clockify_cli.setup import doctor as checks
from clockify_cli.setup import service_checks as service
from clockify_cli.setup.doctor import Finding

app = CommandApp()


@app.command(
    cls=Command,
    epilog=examples(
        "clockify doctor",
        "clockify doctor --json",
        "clockify doctor --bundle report.json",
        "clockify --sandbox doctor",
    ),
)
def doctor(
    ctx: typer.Context,
    bundle: Annotated[
        str,
        typer.Option(
            "--bundle",
            metavar="FILE",
            help="Write a bug report, without secrets, to a new file.",
        ),
    ] = "",
) -> None:
    """Diagnose problems and show how to fix them.

    Checks folders, files, settings, journal and cache on this machine, then the key, the connection
    and Clockify: one request of Clockify's quota. Works offline. Exit 0 if all is well, else by the
    worst finding: 3 key or connection, 5 network or address, 7 quota, 2 setting, 1 file. JSON: an
    array of {check, ok, message, fix}.
    """
    run = run_of(ctx)
    if bundle and os.path.exists(bundle):
        raise UsageError(f"{bundle} exists already.", "Give another name.")
    findings = list(_examined(run))
    if bundle:
        _write_bundle(run, findings, bundle)

    def text() -> str:
        from clockify_cli.render.setup import findings_lines

        return findings_lines(findings, run.look, service.next_step(findings))

    ids = [f.check for f in findings if not f.ok]
    run.out.answer([f.as_json() for f in findings], text, ids=ids)
    code = checks.exit_code(findings)
    if code:
        raise typer.Exit(code)


def _write_bundle(run: Run, findings: list[Finding], path: str) -> None:
    from clockify_cli.setup.bundle import bundle
    from clockify_cli.store import files

    try:
        settings = run.settings
    except ClockifyError:
        settings = None
    report = json.dumps(bundle(findings, settings), indent=2, ensure_ascii=False)
    files.replace(path, run.without_key(report) + "\n", mode=0o600)
    run.notice(f"Wrote {path}. Read it before you share it.")


def _examined(run: Run) -> Iterator[Finding]:
    """Yield the findings in the order in which one depends on the other."""
    from clockify_cli.store import config

    yield from checks.check_folders()
    told: list[str] = []
    try:
        run.config = config.load(told.append)
        yield from checks.check_config(told, run.config, run.profile)
        settings = run.settings
    except ClockifyError as error:
        yield Finding("settings", False, error.message, error.hint, error.exit_code)
        yield from _without_settings(run)
        return
    found = list(checks.check_settings(settings))
    yield from found
    if not all(finding.ok for finding in found):
        yield from _without_settings(run)
        return
    try:
        notices = [] if run.sandboxed else checks.key_notices(run.profile, direct=run.direct)
        target = run.target
    except SignInError as error:
        yield Finding("key", False, error.message, error.hint, error.exit_code)
        return
    except ClockifyError as error:
        yield Finding("address", False, error.message, error.hint, error.exit_code)
        return
    yield from checks.check_private_files(notices)
    yield from checks.check_journal(run.account_id)
    yield from checks.check_cache()
    yield checks.check_key(target, run.key_origin)
    address = checks.check_address(target, settings)
    yield address
    if not target.has_key or not address.ok:
        return  # a request would only say the same in other words
    climbed = service.try_service(run.gateway)
    yield from service.check_service(climbed, target, settings, run.gateway_to)
    if climbed.user is not None:
        try:
            run.renew_account(climbed.user)
        except StorageError:
            pass  # told with the folders; what is asked next is answered from what is known
        else:
            yield _workspace(run)
        from clockify_cli.core.zones import zone_name

        account_zone = str((climbed.user.get("settings") or {}).get("timeZone") or "")
        yield service.check_zone(zone_name(run.zone), account_zone)
    if run.gateway.clock_skew is not None:
        yield service.check_clock(run.gateway.clock_skew)


def _without_settings(run: Run) -> Iterator[Finding]:
    """Yield what can be told while settings cannot be read, and show it without them."""
    run.options.color = run.options.color or "auto"
    run.zone = UTC
    yield from checks.check_cache()


def _workspace(run: Run) -> Finding:
    """Say which workspace is worked in; at most one request, for the name in a setting."""
    try:
        number = run.account.workspace
    except ClockifyError as error:
        return Finding(
            "workspace", False, error.message, "clockify workspaces list", error.exit_code
        )
    if not number:
        return Finding(
            "workspace",
            False,
            "The account has no active workspace.",
            "clockify workspaces list, then: clockify config set workspace NAME",
            4,
        )
    name, origin = run.workspace_name(number), run.settings.explain("workspace")[1]
    chosen = "the account's active one" if origin == "default" else f"from {origin}"
    return Finding("workspace", True, f"{name}, {chosen}.")
