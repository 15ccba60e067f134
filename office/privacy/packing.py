"""All that is held on a person as one file: JSON for machines, a page for people, and the papers (Art. 15, 20 GDPR)."""

import json
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Field, ForeignKey, Model, QuerySet
from django.template.loader import render_to_string

from office.models import Company, User
from office.privacy.holdings import Holding, holdings
from office.privacy.registry import HELD, Held, Subject

OURS = {
    *("sealed_number", "number_hash", "token_hash", "code_hash", "ref", "session_id", "checkout_url", "fingerprint"),
    *("search_text", "sort_name", "plain_name", "near_name", "plain_tax_id", "origin", "hash", "previous_hash"),
}
"""Columns that open or find something, or say where a colleague was: none of the person's."""
AT_ONCE = 200
SIGNS = ((b"%PDF", ".pdf"), (b"<?xml", ".xml"), (b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"))
MAIL = "kept_message"


def personal_rows(subject: Subject) -> list[dict[str, Any]]:
    """What is held, kind by kind, with each row as it stands: what programs get, and the file's JSON."""
    return [_kind(holding, subject) for holding in holdings(subject)]


def pack(subject: Subject, name: str, into: IO[bytes], noted: Callable[[int], None] = lambda count: None) -> None:
    """Write the file of a person, row by row; `noted` is told how many papers are in it so far."""
    kinds = personal_rows(subject)
    about = {"about": name, "held_by": subject.company.legal_name, "as_of": subject.company.today(), "held": kinds}
    with ZipFile(into, "w", ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(about, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        file.writestr("data.html", render_to_string("office/privacy/person.html", about))
        for count, (path, content) in enumerate(_papers(subject), start=1):
            file.writestr(path, content)
            noted(count)


def _kind(holding: Holding, subject: Subject) -> dict[str, Any]:
    held = holding.held
    return {
        "what": held.what,
        "why": held.why or "Needed to bill, to send papers and to be asked about them.",
        "kept_until": holding.until,
        "by_law": holding.law,
        "rows": list(_rows(held, held.rows_of(subject))),
    }


def _rows(held: Held, rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    fields = [each for each in held.model._meta.local_concrete_fields if _is_theirs(each)]
    for row in rows.only("pk", *(each.name for each in fields)).iterator(chunk_size=AT_ONCE):
        said = {each.attname: getattr(row, each.attname) for each in fields}
        yield said | ({"file_begins_with": _stem(held, row)} if held.file else {})


def _is_theirs(field: "Field[Any, Any]") -> bool:
    """Whether a column is shown: not bytes, not who of us did it, nothing that opens or finds something."""
    if isinstance(field, ForeignKey) and field.related_model in (User, Company):
        return False
    return not isinstance(field, BinaryField) and field.name not in OURS


def _papers(subject: Subject) -> Iterator[tuple[str, bytes]]:
    for held in (each for each in HELD if each.file and each.is_found):
        for row in held.rows_of(subject).iterator(chunk_size=1):
            if content := bytes(getattr(row, held.file) or b""):
                yield f"{_stem(held, row)}{_ending(held, row, content)}", content


def _stem(held: Held, row: Model) -> str:
    return f"files/{held.model._meta.model_name}-{row.pk}"


def _ending(held: Held, row: Model, content: bytes) -> str:
    if held.file == MAIL:
        return ".eml"
    named = PurePath(str(getattr(row, "name", ""))).suffix
    signed = next((ending for sign, ending in SIGNS if content.startswith(sign)), ".bin")
    return named if named.isascii() and named[1:].isalnum() and len(named) < 8 else signed
