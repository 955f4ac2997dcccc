"""Who is signed in, and in which workspace a run works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """Who is signed in, as cached in the config file.

    Attributes:
        user: The user's ID.
        user_name: Their name.
        workspace: The ID of the workspace that this run works in.
        time_zone: The account's zone, in which the service reads list windows.
        week_start: The account's first day of the week (``MONDAY`` …).
        active_workspace: The ID of the workspace that is meant where none is named.
    """

    user: str
    user_name: str
    workspace: str
    time_zone: str
    week_start: str
    active_workspace: str = ""
