"""Bringing in the invoices of another system: what a file may hold, and staging it for issue."""
