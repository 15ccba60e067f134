"""The same, for programs."""
