"""The audit trail: every operation leaves a record, chained to the one before, sealed each day, found and proved."""

from office.audit.recording import coming_from, note_look, record, record_all

__all__ = ["coming_from", "note_look", "record", "record_all"]
