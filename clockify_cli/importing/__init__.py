"""Import time entries from files."""
