"""The customers' door for browsers."""
