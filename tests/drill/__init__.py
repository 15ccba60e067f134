"""Drills: servers of their own that are restarted, and real workers that are killed."""
