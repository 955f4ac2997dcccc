"""Files of other programs become time entries."""
