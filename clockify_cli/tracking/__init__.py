"""What a person does with their time. Prints nothing, so that anything can drive it."""
