"""One file per command group: parse the options, call one function, show the result."""
