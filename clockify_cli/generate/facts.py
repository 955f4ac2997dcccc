"""Man page content that no single command's help has: exit codes, variables, files."""

from __future__ import annotations

from clockify_cli.core.settings import KEYS

PROMISES = """\
Tracks time in Clockify, through the Maton gateway or directly with Clockify's own API.

Every change (a start, a stop, a finished entry, an edit, a deletion) is written to a journal on
disk before it is sent. If the network is unreachable it stays pending there, in order, with the
time you meant, and goes out with the next command or with clockify sync. A change whose answer was
lost is looked up before it is sent again, so nothing is recorded twice. clockify undo undoes the
last change.

Requests are scarce in small workspaces. Names, the user and the workspace are cached; --refresh
renews them. Completion and clockify prompt make none.

The answer goes to standard output, everything else to standard error. With --json the answer is one
JSON document with the keys of the API, and an error is one JSON object on standard error. Without a
terminal, or with --no-input, nothing is ever asked: a question becomes an error that names the
option to use.

To try it without an account, add --sandbox to any command, or set CLOCKIFY_SANDBOX=1: an
embedded service on this machine answers in Clockify's place.\
"""

NAMES = """\
Names are accepted wherever an ID is: the whole name (case and accents do not matter),
or the beginnings of its words in any order. Client/Project tells equal names apart. A name that
matches several things is an error that lists them. Archived or done things need their whole name,
and so does every command that changes or removes a project, client, tag or task. An entry is an ID,
@1 for the first row of the last list (or the newest), @2 for the second, @last or @running.\
"""

EXIT_CODES: dict[int, str] = {
    0: "Done; or, for a change made offline, safely queued.",
    1: "Any other error; also a check or status --exit-code that fails.",
    2: "Usage: an option, a time or a name that cannot be read.",
    3: "Not signed in, the key was refused, or the account is not allowed to do this.",
    4: "Not found, or a name that matches several things.",
    5: "The network, the gateway or Clockify is unreachable, and nothing could be queued.",
    6: "Refused by Clockify, or changed elsewhere in the meantime.",
    7: "Still rate limited after waiting.",
    130: "Interrupted.",
}

_OF_SETTINGS = {
    key.variable: f"The setting {key.name}: {key.meaning}." for key in KEYS.values() if key.variable
}
ENVIRONMENT: dict[str, str] = {
    "MATON_API_KEY": "The API key of the gateway.",
    "CLOCKIFY_API_KEY": "Clockify's own API key, to use Clockify without the gateway.",
    "CLOCKIFY_PROFILE": "The profile, like --profile.",
    "CLOCKIFY_SANDBOX": "Set to 1 to use the embedded service, like --sandbox.",
    **_OF_SETTINGS,
    "CLOCKIFY_CONFIG_DIR": "The folder of the config file and the stored key.",
    "CLOCKIFY_STATE_DIR": "The folder of the journal and of the last known state.",
    "CLOCKIFY_CACHE_DIR": "The folder of the cached names.",
    "CLOCKIFY_NOW": "A timestamp to use as the present, for tests and examples.",
    "CI": "If set (and not 0, false or no), a change that cannot be sent fails (exit 5) "
    "and is not queued.",
    "TZ": "The time zone of typed and shown times, if neither --tz nor time_zone is set.",
    "NO_COLOR": "Disables colour.",
    "FORCE_COLOR": "Forces colour, even without a terminal.",
    "COLUMNS": "The width of tables, instead of the terminal's.",
    "VISUAL, EDITOR": "The editor in which edit --day opens the day.",
    "SSL_CERT_FILE": "CA certificates to trust, instead of the built-in list.",
    "HTTPS_PROXY, ALL_PROXY, NO_PROXY": "The proxy to use, and the hosts to reach without it.",
}

FILES: dict[str, str] = {
    "~/.config/clockify/config.toml": "Profiles with their settings, and the cached account.",
    "~/.config/clockify/credentials.json": "The API key, readable only by its owner, "
    "if no system keyring holds it.",
    "~/.local/state/clockify/journal.sqlite3": "The journal: pending changes and the undo history.",
    "~/.cache/clockify/": "The cached names. They may be deleted at any time.",
    ".clockify.toml": "Defaults for time entries in this folder and below: project, task, tags, "
    "billable, description and more; never a key or an address.",
}
