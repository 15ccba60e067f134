"""What records of a customer say became of what, as people say it: names for ids, days as they are written, yes, no."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Model

from customers.access import customers_for
from customers.models import Customer, CustomerGroup, PaymentTerms
from office.models import AuditRecord, User
from office.written import plain_day

NAMED: dict[str, type[Model]] = {
    "sales_owner_id": User,
    "group_id": CustomerGroup,
    "parent_id": Customer,
    "terms_id": PaymentTerms,
}
"""What the ids in records are of."""
FLAGS = {"True": "yes", "False": "no"}
"""Records keep each value as text."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Fact(NamedTuple):
    """What something was, and what it became; empty where it was nothing."""

    words: str
    before: str
    after: str


def told_facts(reader: User, records: Iterable[AuditRecord]) -> dict[int, list[Fact]]:
    """The facts of each of these records, by its id; customers whom the reader may not see are not named."""
    records = list(records)
    names = _names(reader, records)
    return {record.pk: list(_facts(record, names)) for record in records}


def _names(reader: User, records: list[AuditRecord]) -> dict[tuple[str, str], str]:
    """What is named by an id, by the field that holds it and the id."""
    said = [values for record in records for values in (record.before, record.after)]
    found: dict[tuple[str, str], str] = {}
    for field, model in NAMED.items():
        rows = customers_for(reader) if model is Customer else model._default_manager.all()
        ids = {values[field] for values in said if values.get(field)}
        found |= {(field, str(pk)): str(each) for pk, each in (rows.in_bulk(ids) if ids else {}).items()}
    return found


def _facts(record: AuditRecord, names: dict[tuple[str, str], str]) -> Iterator[Fact]:
    for field, value in record.after.items():
        before, after = (_told(field, each, names) for each in (record.before.get(field), value))
        if before or after not in ("", "no"):
            yield Fact(
                field.removesuffix("_id" if field in NAMED else "").replace("_", " ").capitalize(), before, after
            )


def _told(field: str, value: object, names: dict[tuple[str, str], str]) -> str:
    said = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if field in NAMED:
        return names.get((field, said), "")
    return plain_day(date.fromisoformat(said)) if DAY.fullmatch(said) else FLAGS.get(said, said)
