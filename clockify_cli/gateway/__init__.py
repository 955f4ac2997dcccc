"""The thin client: one request in, one answer or one of our errors out."""
