"""Changes that must not be lost: recorded before they are sent, looked up before repeated."""
