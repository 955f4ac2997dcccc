"""What the man pages tell that no single command's help does: exit codes, variables, files."""

from __future__ import annotations

from clockify_cli.core.settings import KEYS

PROMISES = """\
Tracks time in Clockify, through the Maton gateway or straight at Clockify's own API.

What is written (a start, a stop, a finished entry, an edit, a deletion) is kept in a journal on
disk before it is sent. While the network is away it waits there, in order, with the time that
was meant, and goes out with the next command or with clockify sync. A write whose answer was
lost is looked up before it is sent again, so nothing is recorded twice. clockify undo takes the
last change back.

Requests are scarce in small workspaces. Names, the user and the workspace are cached; --refresh
renews them. Completion and clockify prompt make none.

The answer goes to standard output, everything else to standard error. With --json the answer is
one JSON document with the keys of the API, and an error is one JSON object on standard error.
Without a terminal, or with --no-input, nothing is ever asked: what would be asked is an error
that names the option that answers it.

To try it without an account, add --sandbox to any command, or set CLOCKIFY_SANDBOX=1: an
embedded service on this machine answers in Clockify's place.\
"""

NAMES = """\
Wherever an ID is taken, a name is: exact, or regardless of case and accents, or its unique
beginning, or words of which it alone has all. Client/Project tells equal names apart. A name
that fits several things is an error that lists them. What is archived or done is meant only by
its exact name.

An entry is an ID, @1 for the newest, @2 for the one before, or @running.\
"""

EXIT_CODES: dict[int, str] = {
    0: "Done; or, for a write while the network is away, safely queued.",
    1: "An error of no other kind here; also what check and status --exit-code answer with.",
    2: "Usage: an option, a time or a name that cannot be read.",
    3: "Not signed in, the key was refused, or the account may not do this.",
    4: "Not found, or a name that fits several things.",
    5: "The network, the gateway or Clockify is away, and nothing could be queued.",
    6: "Refused by Clockify, or changed by somebody else meanwhile.",
    7: "Still rate limited after waiting.",
    130: "Interrupted.",
}

_OF_SETTINGS = {
    key.variable: f"The setting {key.name}: {key.meaning}." for key in KEYS.values() if key.variable
}
ENVIRONMENT: dict[str, str] = {
    "MATON_API_KEY": "The API key of the gateway.",
    "CLOCKIFY_API_KEY": "The API key of Clockify itself: it is then asked directly, without "
    "the gateway.",
    "CLOCKIFY_PROFILE": "The profile, as --profile.",
    "CLOCKIFY_SANDBOX": "1 for the embedded service, as --sandbox.",
    **_OF_SETTINGS,
    "CLOCKIFY_CONFIG_DIR": "The folder of the config file and the stored key.",
    "CLOCKIFY_STATE_DIR": "The folder of the journal and of what was last known.",
    "CLOCKIFY_CACHE_DIR": "The folder of the cached names.",
    "CLOCKIFY_NOW": "A timestamp that is taken for the present, for tests and examples.",
    "CI": "Where it is set, a write that cannot be sent fails (exit 5) and is not queued.",
    "TZ": "The zone of typed and shown times, where neither --tz nor time_zone says one.",
    "NO_COLOR": "No colour, whatever the terminal.",
    "FORCE_COLOR": "Colour, terminal or not.",
    "COLUMNS": "The width of tables, instead of the terminal's.",
    "VISUAL, EDITOR": "The editor in which edit --day opens the day.",
    "SSL_CERT_FILE": "CA certificates to trust, instead of the built-in list.",
    "HTTPS_PROXY, ALL_PROXY, NO_PROXY": "The proxy to use, and for which hosts none.",
}

FILES: dict[str, str] = {
    "~/.config/clockify/config.toml": "Profiles with their settings, and the cached account.",
    "~/.config/clockify/credentials.json": "The API key, readable by its owner alone, where no "
    "keyring of the system keeps it.",
    "~/.local/state/clockify/journal.sqlite3": "The journal: what waits, and what undo takes back.",
    "~/.cache/clockify/": "The cached names. It may be deleted at any time.",
    ".clockify.toml": "Defaults for time entries in this folder and below: project, task, tags, "
    "billable, description and more; never a key or an address.",
}
