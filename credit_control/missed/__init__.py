"""Missed payments: finding them, once each, and reading what became of them."""
