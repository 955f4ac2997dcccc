"""Sign-in and set-up; prints nothing."""
