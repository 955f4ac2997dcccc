"""The embedded gateway: Clockify behind Maton on an SQLite file.

``Sandbox`` is the whole service. It imports nothing of the rest of the program. Call it in
process (it is a WSGI application) or serve it on loopback; any number of processes may use
one file at once.
"""

from __future__ import annotations

from clockify_cli.sandbox.defaults import (
    API_KEY,
    CONNECTION_ID,
    CUSTOM_FIELD_ID,
    USER_ID,
    WORKSPACE_ID,
)
from clockify_cli.sandbox.service import Sandbox

__all__ = ["API_KEY", "CONNECTION_ID", "CUSTOM_FIELD_ID", "USER_ID", "WORKSPACE_ID", "Sandbox"]
