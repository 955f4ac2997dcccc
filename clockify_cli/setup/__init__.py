"""Sign-in and set-up: what has to be right before time can be tracked; prints nothing."""
