"""Turn data into text; no network, no disk."""
