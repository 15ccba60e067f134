"""Who works here: companies, staff and roles, the audit trail, numbers, outgoing mail and long runs."""
