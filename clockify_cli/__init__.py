"""Clockify in the terminal: start, stop, log and report time through Maton's gateway."""

__version__ = "0.1.0"
