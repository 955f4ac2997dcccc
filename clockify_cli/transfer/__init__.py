"""Files of time entries, every format in and out; knows no network and no disk."""
