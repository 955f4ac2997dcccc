"""Everything users do with their time. Prints nothing, so that anything can drive it."""
