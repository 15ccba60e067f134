"""The door of payments for browsers."""
