"""Things to text: knows no network and no disk."""
