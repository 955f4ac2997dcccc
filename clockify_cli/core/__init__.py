"""The base of everything else; imports nothing above itself."""
