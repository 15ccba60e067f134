"""What proves an exported record: its place in the chain, and the check of an export against the chain.

Each row of an export holds what its record says, as it is hashed (`office.audit.chain`), the hash before it, its own
hash, and the first seal at or after it. So anybody can do the sum without us: SHA-256 of the hash before and the text
after it is the hash; of two rows at positions that follow each other, the hash of the one is the hash before of the
other; and a hash or seal that somebody kept earlier must be there again.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.db.models import CharField, TextField
from django.db.models.expressions import RawSQL

from office.audit.chain import next_hash
from office.audit.search import Records
from office.models import AuditLink, AuditSeal

POSITION, BEFORE, SAYS, HASH, SEAL = HEADS = ("Position", "Hash before", "Says", "Hash", "Sealed by")
_BEFORE = """(
    SELECT p.hash FROM office_auditlink l JOIN office_auditlink p ON p.position = l.position - 1
        AND (p.company_id = l.company_id OR (p.company_id IS NULL AND l.company_id IS NULL))
    WHERE l.record_id = office_auditrecord.id)"""
_SEALED = """(
    SELECT s.seal FROM office_auditlink l JOIN office_auditseal s ON s.position >= l.position
        AND (s.company_id = l.company_id OR (s.company_id IS NULL AND l.company_id IS NULL))
    WHERE l.record_id = office_auditrecord.id ORDER BY s.day LIMIT 1)"""


def with_proof(records: Records) -> Records:
    """The records, each with `says`, `hash_before` and `sealed_by`."""
    return records.annotate(
        says=RawSQL("office_audit_text(office_auditrecord)", [], output_field=TextField()),
        hash_before=RawSQL(_BEFORE, [], output_field=CharField()),  # noqa: S611  our own texts
        sealed_by=RawSQL(_SEALED, [], output_field=CharField()),  # noqa: S611
    )


class Exported(NamedTuple):
    """A row of an export, as far as it proves itself."""

    line: int
    position: int
    before: str
    says: str
    hash: str
    seal: str


def wrong_with_export(path: Path) -> tuple[int, list[str]]:
    """How many rows an exported CSV has, and what does not agree with itself or with the chain, by its line."""
    count, wrong = 0, []
    known: dict[tuple[str, int], str] = {}
    for row in _rows(path):
        count += 1
        wrong += [f"line {row.line}, position {row.position}: {words}" for words in _faults(row, known)]
    return count, wrong


def _faults(row: Exported, known: dict[tuple[str, int], str]) -> Iterator[str]:
    chain = _chain_of(row)
    if next_hash(row.before, row.says) != row.hash:
        yield "what it says does not have this hash"
    for position, kept in ((row.position, row.hash), (row.position - 1, row.before)):
        if known.setdefault((chain, position), kept) != kept:
            yield f"the hash at position {position} is another one in another line"
    if not AuditLink.objects.filter(position=row.position, hash=row.hash, **_company(chain)).exists():
        yield "the chain holds no such hash there: the export or the chain was changed"
    if row.seal and not AuditSeal.objects.filter(seal=row.seal, position__gte=row.position).exists():
        yield "there is no such seal any more"


def _chain_of(row: Exported) -> str:
    """Whose chain it is, by what the record says: its second fact."""
    return row.says.split(", ", 2)[1] if row.says.count(", ") > 1 else ""


def _company(chain: str) -> dict[str, int | None]:
    return {"company": int(chain) if chain.isascii() and chain.isdigit() else None}


def _rows(path: Path) -> Iterator[Exported]:
    csv.field_size_limit(2**24)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not set(HEADS) <= set(reader.fieldnames or ()):
            raise ValueError(f"The file has no columns {', '.join(HEADS)}.")
        for row in reader:
            position = row[POSITION]
            yield Exported(
                reader.line_num,
                int(position) if position.isascii() and position.isdigit() else 0,
                row[BEFORE],
                row[SAYS],
                row[HASH],
                row[SEAL],
            )
