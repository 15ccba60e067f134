"""The chain of audit records: what of a record is hashed, and how. Needs nothing of the database's own functions.

The database links records as their transactions end (`office/migrations/0037_audit_chain.sql`); here the same is worked
out anew. What a record says is one JSON list of its columns, in the order of FACTS, as PostgreSQL writes jsonb: a comma
or colon and a space between, letters as they are. Its hash is the SHA-256, in hexadecimal, of the hash before it, in
hexadecimal too (of the first: nothing), and of this text, both as UTF-8.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

FACTS = (
    "id",
    "company_id",
    "by_id",
    "action",
    "subject_type",
    "subject_id",
    "subject_name",
    "before",
    "after",
    "reason",
    "origin",
    "policy_version",
    "recorded_at",
)
"""Every column of a record. Leave out one that is added later where it is empty: what is linked keeps its hash."""

_AS_WRITTEN = {"before": "r.before::text", "after": "r.after::text"}
_AS_WRITTEN["recorded_at"] = """to_char(r.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_JSON = FACTS.index("before")
_encode = json.JSONEncoder(ensure_ascii=False).encode
COLUMNS = ", ".join(_AS_WRITTEN.get(name, f"r.{name}") for name in FACTS)
"""What `text_of` takes, as a query of records `r` selects it."""


def text_of(values: Sequence[Any]) -> str:
    """What a record says as one text, from its COLUMNS."""
    return f"{_encode(values[:_JSON])[:-1]}, {values[_JSON]}, {values[_JSON + 1]}, {_encode(values[_JSON + 2 :])[1:]}"


def next_hash(before: str, text: str) -> str:
    """The hash of a link, from the one before it and what its record says."""
    return sha256((before + text).encode()).hexdigest()
