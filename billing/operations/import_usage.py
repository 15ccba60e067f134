"""Importing usage from a file: each record by its reference, so that a file sent again adds nothing."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import IO

from django.db import transaction

from billing.importing.usage import USAGE_FIELDS
from billing.operations.record_usage import UsageDetails, keep_usage, note_usage
from customers.merging import ids_by_number
from office.importing import NEW, WRONG, Outcome, note_rows, whole_file
from office.models import Company, User
from office.reading import Mapping, ReadRow, TableReader, Trouble
from office.work.runs import RunKind

KNOWN = "Here already"
NOBODY = 0
"""The customer of a row whose number is nobody's: refused like every customer that is not here."""
AT_ONCE = 5_000


@transaction.atomic
def import_usage(
    company: Company, table: IO[bytes], mapping: Mapping, *, by: User | None, dry_run: bool = False
) -> Outcome:
    """Keep the good rows of a table, and tell what is wrong with each other one.

    Raises Refused for a file that cannot be read.
    """
    outcome, customers = Outcome(Counter({NEW: 0, KNOWN: 0, WRONG: 0})), ids_by_number(company)
    rows = iter(TableReader(table, USAGE_FIELDS, mapping))
    while some := list(islice(rows, AT_ONCE)):
        _take(company, some, customers, outcome, by)
        note_rows(sum(outcome.counts.values()))
    note_usage(company, outcome.counts[NEW], outcome.counts[KNOWN], by=by)
    transaction.set_rollback(dry_run)
    return outcome


def _take(
    company: Company, rows: Sequence[ReadRow], customers: dict[str, int], outcome: Outcome, by: User | None
) -> None:
    readable = [row for row in rows if not row.troubles]
    kept = keep_usage(company, [_details(row, customers) for row in readable], by=by)
    troubles = [trouble for row in rows for trouble in row.troubles]
    for place, refusal in kept.refused.items():
        row = readable[place]
        troubles.append(Trouble(row.line, "", row.values["reference"], refusal.message, refusal.code))
    outcome.troubles += sorted(troubles, key=lambda trouble: trouble.line)
    wrong = len({trouble.line for trouble in troubles})
    outcome.counts.update({NEW: kept.new, KNOWN: kept.known, WRONG: wrong})


def _details(row: ReadRow, customers: dict[str, int]) -> UsageDetails:
    values = dict(row.values)
    return UsageDetails(customer_id=customers.get(values.pop("customer_number"), NOBODY), **values)


RUN_KIND = RunKind("import_usage", whole_file(import_usage), page="billing:import_usage_mapping")
