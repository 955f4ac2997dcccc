"""The state of one run, built when it is first needed.

Asking for the client is what imports httpx; asking for the journal is what opens SQLite.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clockify_cli.core.account import Account, account_id
from clockify_cli.core.errors import (
    ClockifyError,
    RateLimitError,
    SignInError,
    UnreachableError,
    UsageError,
)
from clockify_cli.core.options import Options as Options
from clockify_cli.core.settings import Settings, find_folder_file
from clockify_cli.output import Output
from clockify_cli.store import accounts, config, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from clockify_cli.gateway.client import Gateway
    from clockify_cli.gateway.target import Target
    from clockify_cli.journal.operation import Change, Operation
    from clockify_cli.journal.outbox import Outbox
    from clockify_cli.journal.store import Journal
    from clockify_cli.render.style import Look
    from clockify_cli.resources.kinds import Kind
    from clockify_cli.resources.recorded import Recorder
    from clockify_cli.setup.spending import QuotaWatch, Spent
    from clockify_cli.store.last_known import LastKnown
    from clockify_cli.store.name_search import Question
    from clockify_cli.store.names import Names
    from clockify_cli.store.recent_ranges import RecentRanges
    from clockify_cli.times import Clock, Moment


class Run:
    """One run of the program."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._now: datetime | None = None
        self.offline = False  # --cached: no request is made
        self._renewed = False  # the service has said who is signed in, in this run
        self.folder_error: UsageError | None = None  # the folder file cannot be read
        # Asks at a terminal which thing an unknown name means; gives its ID.
        self.choose_name: Callable[[Run, Question], str | None] | None = None

    # -- words and streams -------------------------------------------------------------

    @cached_property
    def out(self) -> Output:
        """The streams."""
        color = self.options.color
        if color is None:
            # The setting counts only where neither variable says anything.
            quiet_env = os.environ.get("NO_COLOR") or os.environ.get("FORCE_COLOR")
            color = "auto" if quiet_env or self.options.json else self.settings.get("color")
        return Output(
            json_mode=self.options.json,
            quiet=self.options.quiet,
            color=color,
            no_input=self.options.no_input,
        )

    def notice(self, text: str, *, always: bool = False) -> None:
        """Tell something on stderr unless ``--quiet``; ``always`` even then."""
        quiet = self.options.quiet and not always
        told = Output(json_mode=self.options.json, quiet=quiet, stderr=sys.stderr)
        told.notice(text)

    @cached_property
    def look(self) -> Look:
        """What a view is drawn for."""
        from clockify_cli.render.style import Look

        return Look(width=self.out.width, color=self.out.colored, zone=self.zone, now=self.now)

    @property
    def line_look(self) -> Look:
        """What lists and single lines are drawn for: in a pipe nothing of them is cut."""
        return self.look_beside(0)

    def look_beside(self, columns: int) -> Look:
        """Return the look for a line that so many columns stand before."""
        return replace(self.look, width=max(1, self.out.line_width - columns))

    def echo(self, *moments: Moment) -> None:
        """Tell what typed times were taken for, where that is not plainly today."""
        for moment in moments:
            for text in moment.notices:
                self.notice(text)
        if not all(moment.plainly_today for moment in moments):
            self.notice(" to ".join(self.clock.show(m.at) for m in moments))

    def without_key(self, text: str) -> str:
        """Return ``text`` with the API key blotted out, should it have got into it."""
        if "target" not in self.__dict__:
            return text
        return self.target.without_key(text.encode("utf-8", "surrogatepass")).decode(
            "utf-8", "surrogatepass"
        )

    def remind(self) -> None:
        """Notice a timer that has been left running, with the line that would fix it."""
        if self.folder_error is not None:
            self.notice(f"{self.folder_error.message} It is ignored.")
        if "outbox" not in self.__dict__ or self.options.quiet:
            return
        from clockify_cli.tracking.reminders import left_running

        text = left_running(self.outbox, self.settings.get("warn_running_hours"))
        if text:
            self.notice(text)

    # -- settings ----------------------------------------------------------------------

    @cached_property
    def sandboxed(self) -> bool:
        """Whether the embedded gateway serves this run."""
        from clockify_cli.store.state import is_on

        return self.options.sandbox or is_on(os.environ.get("CLOCKIFY_SANDBOX", ""))

    @cached_property
    def profile(self) -> str:
        """The profile's name."""
        return self.options.profile or os.environ.get("CLOCKIFY_PROFILE", "").strip() or "default"

    @cached_property
    def config(self) -> dict[str, Any]:
        """The config file as a table."""
        return config.load(self.notice)

    def admit_profile(self) -> dict[str, Any] | None:
        """Let a profile that the config file does not have yet count as an empty section.

        Returns:
            Its section; ``None`` if there is none yet.
        """
        profiles = self.config.setdefault("profile", {})
        found: dict[str, Any] | None = profiles.get(self.profile)
        if found is None:
            profiles[self.profile] = {}
            return None if self.profile != "default" else {}
        return found

    @cached_property
    def settings(self) -> Settings:
        """Every setting with its origin."""
        folder_path = find_folder_file()
        options = {
            "workspace": self.options.workspace,
            "connection": self.options.connection,
            "time_zone": self.options.tz,
            "color": self.options.color,
        }
        return Settings(
            options=options,
            environ=os.environ,
            folder=self._folder_table(folder_path),
            folder_path=folder_path,
            profile=config.profile_table(self.config, self.profile),
            profile_path=f"profile '{self.profile}' in {config.path()}",
        )

    def _folder_table(self, path: str) -> dict[str, Any]:
        if not path:
            return {}
        from clockify_cli.core.folder_file import read_folder_file
        from clockify_cli.setup.setting_values import check_folder_value

        found = read_folder_file(path, check_folder_value)
        self.folder_error = found.error
        for text in found.notices:
            self.notice(text)
        return found.table

    # -- the clock -----------------------------------------------------------------------

    @cached_property
    def now(self) -> datetime:
        """The present, in UTC, whole seconds; one instant for the whole run.

        ``CLOCKIFY_NOW`` (an ISO timestamp) sets it, for reproducible scripts and examples.
        """
        if self._now is not None:
            return self._now
        fixed = os.environ.get("CLOCKIFY_NOW", "").strip()
        if fixed:
            return _timestamp(fixed, f"CLOCKIFY_NOW is not a timestamp: {fixed!r}.")
        return datetime.now(UTC).replace(microsecond=0)

    def set_now(self, text: str) -> None:
        """Take another instant for the present.

        Raises:
            UsageError: It is not a timestamp.
        """
        moment = _timestamp(text, f"{text!r} is not a timestamp.")
        for name in ("now", "clock", "look"):
            self.__dict__.pop(name, None)
        self._now = moment

    def present(self) -> datetime:
        """Return the present again, for a command that lasts; ``CLOCKIFY_NOW`` holds it still."""
        for name in ("now", "clock", "look"):
            self.__dict__.pop(name, None)
        if "outbox" in self.__dict__:
            self.outbox.now = self.now
        return self.now

    @cached_property
    def zone(self) -> tzinfo:
        """The zone in which times are typed and shown."""
        from clockify_cli.core.zones import find_zone

        name, origin = self.settings.explain("time_zone")
        return find_zone(name, "--tz" if origin == "option" else f"time_zone from {origin}")

    @cached_property
    def clock(self) -> Clock:
        """What the time grammar needs to know."""
        from clockify_cli.times import Clock

        return Clock(
            now=self.now,
            zone=self.zone,
            week_start=self.week_start,
            last_stop=self._last_stop,
            last_start=self._last_start,
        )

    def _last_stop(self) -> datetime | None:
        from clockify_cli.tracking import handles

        return handles.last_stop(self.outbox)

    def _last_start(self) -> datetime | None:
        from clockify_cli.tracking import handles

        return handles.last_start(self.outbox)

    @cached_property
    def week_start(self) -> int:
        """The first day of the week, Monday 0: the setting's, else the account's as cached."""
        from clockify_cli.core.weekdays import weekday_number

        name = self.settings.get("week_start") or self.known_user.get("week_start") or "monday"
        return weekday_number(str(name)) or 0

    # -- the service -------------------------------------------------------------------

    @cached_property
    def target(self) -> Target:
        """Whom to talk to, the key included if there is one."""
        from clockify_cli.gateway.target import Target, checked_connection

        if self.sandboxed:
            from clockify_cli.core import paths
            from clockify_cli.store import files

            files.ensure_folder(paths.folder("state"))
            return Target(
                "http://sandbox.localhost/clockify",
                "http://sandbox.localhost",
                key="sandbox",
                connection=checked_connection(self.options.connection or ""),
                sandbox=paths.file("state", "sandbox.sqlite3"),
            )
        direct = self.direct
        found = self.key_found
        return self.target_with(found.key, direct=direct, key_source=found.command)

    @cached_property
    def key_found(self) -> keys.Found:
        """The API key, where it came from and its mark."""
        command = self.settings.get("key_command") or ()
        return keys.find(self.profile, direct=self.direct, command=command, notice=self.notice)

    @property
    def key_origin(self) -> str:
        """Where the key comes from; empty if there is none."""
        if self.target.sandbox:
            return "the sandbox"
        return self.key_found.origin

    @property
    def direct(self) -> bool:
        """Whether this run talks to Clockify itself instead of the gateway."""
        in_environ = os.environ.get(keys.variable(direct=True), "").strip()
        return bool(in_environ or self.settings.get("direct"))

    def target_with(
        self, key: str, *, direct: bool, key_source: keys.KeyCommand | None = None
    ) -> Target:
        """Return whom to talk to with ``key``, by the settings' addresses."""
        from clockify_cli.gateway.target import (
            Target,
            checked_connection,
            checked_url,
            gateway_addresses,
        )

        about: dict[str, Any] = {"key": key, "key_source": key_source}
        about["ca_file"] = self.settings.get("ca_file") or ""
        if direct:
            url = checked_url(self.settings.get("api_url"), "api_url")
            return Target(url, direct=True, **about)
        return Target(
            *gateway_addresses(self.settings),
            connection=checked_connection(self.settings.get("connection") or ""),
            **about,
        )

    @cached_property
    def gateway(self) -> Gateway:
        """The client; raises SignInError if there is no key."""
        if self.offline:
            raise UnreachableError(
                "Nothing is cached for that.", "Leave out --cached to ask Clockify."
            )
        if not self.target.has_key:
            error = SignInError(
                "Not signed in: there is no API key.",
                "Run 'clockify auth login', or set MATON_API_KEY; "
                "to try it without an account: clockify --sandbox start Test",
            )
            if self.target.direct:
                error = SignInError(
                    "There is no Clockify API key.",
                    "Set CLOCKIFY_API_KEY, or run 'clockify auth login --direct'.",
                )
            error.no_key = True
            raise error
        gateway = self.gateway_to(self.target)
        gateway.own_user = str(self.known_user.get("user") or "")
        return gateway

    @property
    def rate(self) -> int:
        """Requests per second that may be made; 0 for any number."""
        from clockify_cli.gateway.target import rate_for

        return rate_for(self.target, self.settings)

    def gateway_to(self, target: Target) -> Gateway:
        """Return a client for ``target``, with this run's patience."""
        from clockify_cli.gateway.client import Gateway
        from clockify_cli.gateway.target import rate_for

        self._quota_watch  # noqa: B018 - a quota that cannot be read is told before a request
        if self.out.can_show_progress and not target.sandbox and Output.progress is None:
            from clockify_cli.progress import Progress

            Output.progress = Progress(self.out.stderr)
        return Gateway(
            target,
            progress=Output.progress,
            timeout=self.settings.get("timeout") or 1,
            rate=rate_for(target, self.settings),
            quota_spent=self._quota_watch.is_spent if self._quota_watch else None,
            max_wait=self.settings.get("max_wait"),
            on_request=self._note_request,
            on_wait=lambda s: self.notice(f"Rate limited; waiting {s:.0f} s."),
            on_notice=self.notice,
        )

    def _note_request(
        self, method: str, path: str, status: int, milliseconds: float, request_id: str = ""
    ) -> None:
        if self.options.verbose:
            line = f"{method} {path} {status or '-'} {milliseconds:.0f} ms {request_id}"
            Output(stderr=sys.stderr).tell(self.without_key(line.rstrip()))
        if not status:
            return  # nobody has answered, so nobody has counted
        from clockify_cli.store import budget

        budget.note(self.target.realm, path, self.without_key(request_id))
        if self._quota_watch is not None:
            self._tell_of_quota(self._quota_watch.after(path))

    def _tell_of_quota(self, few: Spent | None) -> None:
        if few is None:
            return
        from clockify_cli.render.setup import few_left

        try:
            self.notice(few_left(few, self.look, self.workspace_name(few.workspace)))
        except ClockifyError:  # a notice must never make a request fail that has been answered
            pass

    @cached_property
    def _quota_watch(self) -> QuotaWatch | None:
        quota = self.settings.get("quota")
        if not quota:
            return None
        from clockify_cli.setup.spending import QuotaWatch

        return QuotaWatch(self.target.realm, quota)

    # -- the account -------------------------------------------------------------------

    @property
    def account_name(self) -> str:
        """The section of the config file that caches the account."""
        return "sandbox" if self.sandboxed else self.profile

    @property
    def _account_tables(self) -> dict[str, Any]:
        tables = self.config.setdefault("account", {})
        return tables if isinstance(tables, dict) else {}

    @cached_property
    def way(self) -> accounts.Way:
        """How this run reaches its account: realm, key and chosen connection."""
        target = self.target
        mark = keys.mark(target.key) if target.key else self.key_found.mark
        return accounts.Way(
            target.realm,
            mark,
            target.connection,
            keys.mark_010(target.key),
            target.account_010,
        )

    @property
    def known_user(self) -> dict[str, Any]:
        """What is remembered of the user of this run's key; empty if nothing is. No request."""
        return accounts.find(self._account_tables, self.account_name, self.way)

    @property
    def account_id(self) -> str:
        """The account's ID; of a key whose user is not known yet, what stands for it."""
        user = self.known_user.get("user")
        return account_id(self.way.realm, str(user)) if user else self.way.unclaimed

    @cached_property
    def account(self) -> Account:
        """User, workspace, zone and week start; one request if they are not cached."""
        known = self.known_user
        if not known or (self.options.refresh and not self._renewed):
            try:
                known = self.renew_account()
            except ClockifyError as error:
                if not known or error.blames_change:
                    raise
                self.notice(f"{error.message} The cached account is used.")
        self._pin(str(known.get("connection") or ""))
        if "gateway" in self.__dict__:
            self.gateway.own_user = str(known["user"])
        wanted, origin = self.settings.explain("workspace")
        workspace = str(known["workspace"])
        # What a profile or a folder names is a workspace of the network; the sandbox has its own.
        if wanted and (not self.sandboxed or origin.startswith(("option", "environment"))):
            workspace = self._workspace_id(wanted, known)
        return Account(
            id=account_id(self.way.realm, str(known["user"])),
            user=str(known["user"]),
            user_name=str(known.get("user_name", "")),
            workspace=workspace,
            time_zone=str(known.get("time_zone", "UTC")),
            week_start=str(known.get("week_start", "MONDAY")),
            active_workspace=str(known["workspace"]),
        )

    def _pin(self, connection: str) -> None:
        """Name this connection in every request from now on, unless another one was chosen."""
        self.way  # noqa: B018 - it holds what was chosen, not what is pinned
        if connection and not self.target.connection and not self.target.direct:
            self.target = replace(self.target, connection=connection)
            gateway = self.__dict__.get("gateway")
            if gateway is not None:
                gateway.use(self.target)

    def ask_user(self) -> Any:
        """Ask the service who is signed in. One request, unless the answer could not be kept."""
        config.check_room()  # what cannot be kept must not be asked for, again and again
        self._settle_connection()
        return self.gateway.get("/api/v1/user")

    def _settle_connection(self) -> None:
        """Settle which of the gateway's connections is used, if none was chosen yet."""
        way, target = self.way, self.target
        if target.direct or target.sandbox or target.connection or not target.control_url:
            return
        from clockify_cli.setup.connections import ACTIVE, all_connections, settled_connection

        gateway = self.gateway
        tries, gateway.tries = gateway.tries, 1
        try:
            found = all_connections(gateway, ACTIVE)
        except ClockifyError:
            return  # the gateway chooses, until the control plane can be asked
        finally:
            gateway.tries = tries
        chosen, notice = settled_connection(found, way.connection)
        if notice:
            self.notice(notice)
        self._pin(chosen)

    def renew_account(self, user: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask who is signed in and cache it in the config file. One request to Clockify.

        What was recorded under this key before its user was known is the user's from now on.
        """
        if user is None:
            user = self.ask_user()
        if not isinstance(user, dict) or not user.get("id"):
            raise UnreachableError("The gateway's answer is not a user.", "Run 'clockify doctor'.")
        table = accounts.remember(
            self._account_tables,
            self.account_name,
            self.way,
            user,
            connection=self.target.connection,
        )
        self._renewed = True
        if not self.way.connection and table["connection"]:
            self._claim(table, replace(self.way, connection=table["connection"]).unclaimed)
        self._claim(table, self.way.unclaimed)
        return table

    def _claim(self, table: Mapping[str, Any], unclaimed: str) -> None:
        """Give what an unknown user recorded to the one who turns out to be it."""
        from clockify_cli.core import paths

        if not os.path.exists(paths.file("state", "journal.sqlite3")):
            return
        from clockify_cli.journal.store import Journal

        journal = Journal(str(table["id"]), self.notice)
        try:
            journal.adopt(unclaimed, str(table["workspace"]), str(table["user"]))
            journal.name_account(str(table["user_name"]))
        finally:
            journal.close()

    def forget_user(self) -> None:
        """Forget whom this run's key was known for: it belongs to somebody else by now."""
        mark, realm = self.way.mark, self.way.realm
        accounts.forget(
            self._account_tables,
            self.account_name,
            lambda table: (
                table.get("realm", realm) == realm and table.get("key") in (mark, self.way.mark_010)
            ),
        )

    @property
    def own_email(self) -> str:
        """The account's e-mail address; one request if it is not cached."""
        cached = self.known_user
        if "email" not in cached:
            cached = self.renew_account()
        return str(cached["email"])

    def workspace_name(self, number: str) -> str:
        """Return the cached name of a workspace, or its ID; no request."""
        from clockify_cli.store.names import Names

        names = Names(self.account_id, "", lambda: self.gateway, max_age=0)
        return str((names.find("workspaces", number) or {}).get("name") or number)

    def _workspace_id(self, wanted: str, cached: dict[str, Any]) -> str:
        from clockify_cli.core.model import is_entity_id

        if is_entity_id(wanted):
            return wanted
        names = self._names_of(self.account_id, str(cached["workspace"]))
        return str(names.resolve("workspaces", wanted, "workspace")["id"])

    @cached_property
    def names(self) -> Names:
        """Names of projects, clients, tags, tasks and users."""
        names = self._names_of(self.account.id, self.account.workspace)
        choose = self.choose_name
        if choose is not None and self.out.can_ask:
            names.choose = lambda question: choose(self, question)
        return names

    def _names_of(self, account: str, workspace: str) -> Names:
        from clockify_cli.store.names import Names

        return Names(
            account,
            workspace,
            lambda: self.gateway,
            max_age=self.settings.get("cache_hours") * 3600,
            refresh=self.options.refresh,
            notice=self.notice,
        )

    def recorder(self, workspace: str = "") -> Recorder:
        """Return what notes changes of projects, clients, tags and tasks in the journal."""
        from clockify_cli.resources.recorded import Recorder

        account = self.account
        return Recorder(lambda: self.journal, workspace or account.workspace, account.user)

    def reverse_things(
        self, change: Change, operations: Sequence[Operation], notes: list[str]
    ) -> Any:
        """Undo what a change did to projects, clients, tags and tasks."""
        from clockify_cli.gateway.entries import has_entries
        from clockify_cli.resources.resource_list import ResourceList
        from clockify_cli.resources.reversal import reverse
        from clockify_cli.store.names import Names

        recorder = self.recorder(operations[0].workspace)
        recorder.verb = "redo" if change.undoes is not None else "undo"
        recorder.undoes = change.id
        for operation in operations:  # what was deleted may be back under another ID
            operation.entry = self.journal.thing_now(operation.entry)
            project = str(operation.payload.get("project") or "")
            operation.payload = {**operation.payload, "project": self.journal.thing_now(project)}

        def lists(kind: Kind, workspace: str, project: str) -> ResourceList:
            names = self.names
            if workspace != self.account.workspace:
                names = Names(self.account.id, workspace, lambda: self.gateway, max_age=0)
            return ResourceList(
                kind, workspace, lambda: self.gateway, names, project=project, recorder=recorder
            )

        def in_use(operation: Operation) -> bool:
            return has_entries(
                self.gateway,
                operation.workspace,
                operation.user,
                str(operation.payload["list"]),
                operation.entry,
            )

        left = reverse(lists, change, operations, notes, in_use)
        if recorder.change is None:
            self.journal.mark_undone(change.id, 0)
        return left

    # -- tracking ----------------------------------------------------------------------

    @cached_property
    def queues(self) -> bool:
        """Whether a change is queued while offline."""
        in_ci = os.environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")
        return not self.options.no_queue and not in_ci and self.settings.get("queue")

    @cached_property
    def journal(self) -> Journal:
        """The journal of this account."""
        from clockify_cli.core.terminal import is_typed, session_id
        from clockify_cli.journal.operation import Origin
        from clockify_cli.journal.store import Journal

        account = self.account_id
        journal = Journal(account, self.notice)
        journal.origin = Origin(session_id(), is_typed())
        known = self.known_user
        if known and journal.has_any(self.way.unclaimed):
            # Recorded by a command that had started before the user was known.
            journal.adopt(self.way.unclaimed, str(known["workspace"]), str(known["user"]))
        return journal

    @property
    def carried_out(self) -> list[Operation]:
        """What Clockify has carried out of this run's own change."""
        return self.outbox.carried_out if "outbox" in self.__dict__ else []

    def what_waits(self) -> str:
        """Say where to find what this run has recorded and not delivered; empty for nothing."""
        try:
            pending = "journal" in self.__dict__ and self.journal.undelivered()
        except Exception:  # it is only a hint
            pending = False
        return "Pending changes go out with the next command: clockify queue." * bool(pending)

    @cached_property
    def last_known(self) -> LastKnown:
        """The state file."""
        from clockify_cli.store.last_known import LastKnown
        from clockify_cli.store.state import chosen_file

        name = chosen_file(
            self.profile, self.sandboxed, self.options.workspace, self.options.connection
        )
        account = self.account
        return LastKnown(name, account.id, account.workspace, account.user)

    @cached_property
    def outbox(self) -> Outbox:
        """Time tracking for this account."""
        from clockify_cli.journal.outbox import Outbox

        unreachable: ClockifyError | None = None
        try:
            account = self.account
        except (UnreachableError, RateLimitError) as error:
            if not self.queues or self.settings.get("workspace"):
                raise
            # Nothing is known of the account yet: what is recorded waits for whoever it is.
            unreachable, account = error, Account(self.way.unclaimed, "", "", "", "UTC", "MONDAY")
            self.__dict__["account"] = account
        outbox = Outbox(
            account=account,
            gateway=lambda: self.gateway,
            journal=self.journal,
            last_known=self.last_known,
            names=self.names,
            now=self.now,
            zone=self.zone,
            queues=self.queues,
            notice=self.notice,
        )
        outbox.unreachable = unreachable
        outbox.timer.prompt_format = self.settings.get("prompt_format") or ""
        outbox.refresh_now = self.present
        outbox.on_stranger = self.forget_user
        outbox.long_hours = self.settings.get("warn_running_hours")
        outbox.entry_cache = self.entry_cache
        if account.workspace:
            from clockify_cli.store.recent import Recent

            outbox.recent = Recent(account.id, account.workspace, account.user)
        return outbox

    @cached_property
    def entry_cache(self) -> RecentRanges:
        """The ranges of entries that were read last."""
        from clockify_cli.store.recent_ranges import RecentRanges

        return RecentRanges(self.account_id)

    def user_id(self, name: str | None) -> str:
        """Return the ID of the user called ``name``; one's own if it is empty or ``me``."""
        if not name or name == "me":
            return self.account.user
        from clockify_cli.core.model import is_entity_id

        if is_entity_id(name):
            return name
        return str(self.names.user(name)["id"])

    def confirm(
        self,
        question: str,
        *,
        doubt: str = "",
        yes: bool = False,
        hint: str = "Add --yes to do it.",
    ) -> None:
        """Ask before something that cannot be undone; without a terminal ``--yes`` is needed.

        Args:
            question: What is about to be done, as ``Delete 2 entries?``.
            doubt: A sentence that says why it is asked.
            yes: It was answered already.
            hint: What to do without a terminal.
        """
        if yes or self.options.yes:
            return
        before = f"{doubt} " if doubt else ""
        if not self.out.can_ask:
            action = question[0].lower() + question[1:].removesuffix("?").removesuffix(" anyway")
            raise UsageError(f"{before}Refusing to {action} without --yes.", hint)
        reply = self.out.ask(f"{before}{question} [y/N] ").lower()
        if reply not in ("y", "yes"):
            raise UsageError("Nothing was done.")

    def close(self) -> None:
        """Close what was opened."""
        if Output.progress is not None:
            Output.progress.clear()
            Output.progress = None
        for name in ("gateway", "journal"):
            opened = self.__dict__.get(name)
            if opened is not None:
                opened.close()


def _timestamp(text: str, refusal: str) -> datetime:
    """Return a timestamp that was given for the present; raise UsageError if it is not one."""
    from clockify_cli.core.model import instant

    try:
        return instant(text)
    except ValueError:
        raise UsageError(refusal, "For example: 2026-11-25T10:15:00Z.") from None
