"""The reports' door for browsers."""
