"""Importing usage from a file: each record by its reference, so that a file sent again adds nothing."""

from collections import Counter
from typing import IO

from django.db import transaction

from billing.importing.usage import USAGE_FIELDS
from billing.operations.record_usage import Recorded, UsageDetails, keep_usage
from customers.merging import ids_by_number
from office.importing import NEW, WRONG, Outcome, import_in_one_piece
from office.models import Company, Run, User
from office.reading import Mapping, ReadRow, TableReader, Trouble
from office.work.runs import RunKind

KNOWN = "Here already"
NOBODY = 0
"""The customer of a row whose number is nobody's: refused like every customer that is not here."""


@transaction.atomic
def import_usage(
    company: Company, table: IO[bytes], mapping: Mapping, *, by: User | None, dry_run: bool = False
) -> tuple[Recorded, list[Trouble]]:
    """Keep the good rows of a table, and tell what is wrong with each other one.

    Raises Refused for a file that cannot be read.
    """
    rows = list(TableReader(table, USAGE_FIELDS, mapping))
    readable = [row for row in rows if not row.troubles]
    customers = ids_by_number(company)
    outcome = keep_usage(company, [_details(row, customers) for row in readable], by=by)
    troubles = [trouble for row in rows for trouble in row.troubles]
    for place, refusal in sorted(outcome.refused.items()):
        row = readable[place]
        troubles.append(Trouble(row.line, "", row.values["reference"], refusal.message, refusal.code))
    transaction.set_rollback(dry_run)
    return outcome, sorted(troubles, key=lambda trouble: trouble.line)


def _details(row: ReadRow, customers: dict[str, int]) -> UsageDetails:
    values = dict(row.values)
    return UsageDetails(customer_id=customers.get(values.pop("customer_number"), NOBODY), **values)


def do_piece(run: Run) -> None:
    """The run of an import on screen."""

    def take(table: IO[bytes], mapping: Mapping) -> Outcome:
        recorded, troubles = import_usage(run.company, table, mapping, by=run.by, dry_run=run.is_dry)
        wrong = len({trouble.line for trouble in troubles})
        counts = {NEW: recorded.new, KNOWN: recorded.known, WRONG: wrong}
        return Outcome(Counter(counts), troubles=troubles)

    import_in_one_piece(run, take)


RUN_KIND = RunKind("import_usage", do_piece, page="billing:import_usage_mapping")
