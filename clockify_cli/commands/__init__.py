"""One file a command group: read the words, call one verb, show the result."""
