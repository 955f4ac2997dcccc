"""The account that every new sandbox holds: its IDs, its key and the settings it begins with."""

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

# Away from UTC on purpose: the list filter's shift by the account's offset shows at once.
TIME_ZONE = "Europe/Berlin"

# What can be set; see each name's place in the code. Stored are only those that differ.
SWITCHES: Json = {
    "requests_per_second": 50,  # a workspace; 0 for no limit
    "requests_per_hour": 0,  # 30 on the Free plan; 0 for no limit
    "quota_window": 3600.0,  # seconds that "an hour" lasts
    "retry_after": "seconds",  # or "date", or "none": nobody knows which it is
    "latency": 0.0,  # seconds that a served request takes at least
    "clock_skew": 0.0,  # seconds that the service's clock is ahead
    "list_users": True,  # False: members may not list the users of the workspace (403)
    "last_page_header": True,
    "max_page_size": 5000,
    "window_rule": True,  # the list filter's window is shifted by the account's offset
    "replaced_timer_ends": "start",  # or "now": when a new timer ends the one that runs
    "project_put_keeps": True,  # what a project's PUT leaves out is kept, or cleared
    "lock_status": 400,  # or 403
    "expired_connections": [],  # IDs whose OAuth grant is over: the gateway answers 500
}


def workspace_settings() -> Json:
    """Return the ``workspaceSettings`` of a new workspace."""
    return {
        "timeRoundingInReports": False,
        "onlyAdminsSeeBillableRates": True,
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
