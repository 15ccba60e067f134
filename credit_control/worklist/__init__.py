"""Whom to ask next, and why."""
