"""The account every new sandbox holds: its IDs, its key and its settings."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

API_KEY = "sandbox"
USER_ID = "5d0000000000000000000001"
WORKSPACE_ID = "5d00000000000000000000a1"
CUSTOM_FIELD_ID = "5d00000000000000000000f1"
CURRENCY_ID = "5d00000000000000000000c1"
CONNECTION_ID = "00000000-0000-4000-8000-000000000001"
USER_NAME = "Robin Sandbox"
USER_EMAIL = "robin@sandbox.example"
WORKSPACE_NAME = "Sandbox"

# Not UTC on purpose: the list filter's shift by the account's offset shows at once.
TIME_ZONE = "Europe/Berlin"

# Lists hold user IDs, e-mail addresses, keys or connection IDs. Only changed values are stored.
SETTINGS: Json = {
    # Limits
    "gateway_requests_per_second": 10,  # per key, served requests only; 0 for no limit
    "requests_per_second": 50,  # per workspace; 0 for no limit
    "requests_per_hour": 0,  # per workspace: 30 on the Free plan; 0 for no limit
    "quota_window": 3600.0,  # how many seconds "an hour" lasts
    "retry_after": "seconds",
    # The network
    "latency": 0.0,  # seconds a served request takes at least
    "clock_skew": 0.0,  # seconds the service's clock is ahead
    # Maton
    "error_shape": "mixed",  # by status, or the same form for every error
    "control_user": True,  # False: GET /user of the control plane is 404, as on its old host
    "connection_id_field": "connection_id",
    "connection_metadata": False,  # True: a connection names its account
    "connection_url_stays": False,  # True: an active connection still has its sign-in address
    "default_connection": "oldest",  # for requests that name none
    "expired_connections": [],  # the grant behind them is over: 500
    "unresolved_connections": [],  # 412
    "keys_without_scope": [],  # 403
    # Clockify
    "banned_users": [],
    "banned_status": 403,  # or 401
    "unverified_users": [],  # their e-mail address is not verified: 401
    "refusals_as_501": False,  # True: HTTP 501 instead of 400 for a domain refusal
    "list_users": True,  # False: nobody may list the users of the workspace
    "last_page_header": True,
    "max_page_size": 5000,  # larger pages are cut without a word
    "refused_page_size": 5000,  # larger pages are refused
    "window_rule": True,  # the list filter's window is shifted by the account's offset
    "replaced_timer_ends": "start",  # when a new timer ends the running one: at its start, or now
    "project_put_keeps": True,  # False: a project's PUT clears what it leaves out
    "archived_tags": "accept",
    "refuse_empty_entries": False,  # True: an entry may not end when it starts
    "approved_until": "",  # entries that start earlier are approved, which nobody may edit
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "retry_after": ("seconds", "date", "none"),
    "error_shape": ("mixed", "flat", "nested", "detail", "list", "text"),
    "connection_id_field": (
        *("connection_id", "connection_Id", "id"),
        *("connection.connection_id", "connection.connection_Id", "connection.id"),
    ),
    "default_connection": ("oldest", "newest", "refuse"),
    "banned_status": (401, 403),
    "replaced_timer_ends": ("start", "now"),
    "archived_tags": ("accept", "refuse"),
    "timeTrackingMode": ("DEFAULT", "STOPWATCH_ONLY"),
    "role": ("OWNER", "WORKSPACE_ADMIN", "USER"),
    "status": ("ACTIVE", "PENDING", "FAILED"),
}
INSTANTS = ("approved_until", "lockTimeEntries")


def workspace_settings() -> Json:
    """Return the ``workspaceSettings`` of a new workspace."""
    return {
        "timeRoundingInReports": False,
        "onlyAdminsSeeBillableRates": True,
        "onlyAdminsCanChangeBillableStatus": False,
        "onlyAdminsCreateProject": False,
        "onlyAdminsSeeDashboard": False,
        "defaultBillableProjects": True,
        "lockTimeEntries": None,
        "round": {"round": "Round to nearest", "minutes": "15"},
        "projectFavorites": True,
        "canSeeTimeSheet": False,
        "canSeeTracker": True,
        "projectPickerSpecialFilter": False,
        "forceProjects": False,
        "forceTasks": False,
        "forceTags": False,
        "forceDescription": False,
        "onlyAdminsSeeAllTimeEntries": False,
        "onlyAdminsSeePublicProjectsEntries": False,
        "trackTimeDownToSecond": True,
        "projectGroupingLabel": "client",
        "onlyAdminsCreateTag": False,
        "onlyAdminsCreateTask": False,
        "timeTrackingMode": "DEFAULT",
        "isProjectPublicByDefault": True,
        "currencyFormat": "CURRENCY_SPACE_VALUE",
        "numberFormat": "COMMA_PERIOD",
        "durationFormat": "FULL",
        "projectLabel": "project",
        "taskLabel": "task",
        "workingDays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
        "activeBillableHours": True,
        "multiFactorEnabled": False,
    }


def user_settings() -> Json:
    """Return the ``settings`` of a new user."""
    return {
        "weekStart": "MONDAY",
        "timeZone": TIME_ZONE,
        "timeFormat": "HOUR24",
        "dateFormat": "DD/MM/YYYY",
        "sendNewsletter": False,
        "weeklyUpdates": False,
        "longRunning": False,
        "timeTrackingManual": False,
        "summaryReportSettings": {"group": "Project", "subgroup": "Time Entry"},
        "isCompactViewOn": False,
        "dashboardSelection": "ME",
        "dashboardViewType": "PROJECT",
        "dashboardPinToTop": False,
        "projectListCollapse": 50,
        "collapseAllProjectLists": False,
        "groupSimilarEntriesDisabled": False,
        "myStartOfDay": "09:00",
        "projectPickerTaskFilter": False,
        "lang": "EN",
        "multiFactorEnabled": False,
        "theme": "DEFAULT",
        "scheduling": True,
        "onboarding": False,
        "showOnlyWorkingDays": False,
    }
