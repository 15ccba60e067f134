"""Loading what was open in another product: staged and checked as a whole, then entered piece by piece."""

from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.db import transaction

from billing.models import StagedOpeningItem
from billing.opening.fields import FIELDS
from billing.opening.formats import FORMATS
from billing.opening.items import LOADED, enter
from billing.opening.staging import HERE, drop_known, name_customers, stage
from billing.operations.manage_opening import locked_opening
from customers.operations.create_customer import create_customers
from customers.operations.details import ContactDetails, CustomerDetails
from ledger.refusals import Refused
from office.audit import record
from office.importing import told_of_file
from office.models import Run, RunStatus, User
from office.reading import Mapping, RowsToMend, TableReader
from office.reading.unpacking import unpacked
from office.work.runs import RunKind, begin_run

AT_ONCE = 2000
"""Documents in one transaction."""
TAKEN, ADDED, WRONG = "Documents taken over", "New customers", "Rows to mend"


@transaction.atomic
def begin_load(
    opening_id: int,
    name: str,
    content: bytes,
    *,
    mapping: dict[str, Any] | None = None,
    adds_customers: bool = False,
    dry_run: bool = True,
    by: User | None,
) -> Run:
    """Have the workers load a file; without a mapping its columns are told by its headings.

    Raises Refused once the opening is live, and for a file that is no table or a mapping that cannot be read.
    """
    opening = locked_opening(opening_id)
    chosen = Mapping.from_json(mapping) if mapping else FORMATS.guessed(content, FIELDS)
    kept = {"mapping": chosen.as_json(), "opening": opening.pk, "adds_customers": adds_customers, "dry_run": dry_run}
    kept |= told_of_file(name, BytesIO(content))
    title = f"Import of {name}"[:200]
    run = Run(company=opening.company, by=by, kind=LOADED, title=title, input_file=content, parameters=kept)
    begin_run(run)
    record(by, "begin_load", opening, after={"file": name, "dry run": dry_run})
    return run


def do_piece(run: Run) -> None:
    """Stage the load's file, or enter the next of its documents."""
    opening = locked_opening(run.parameters["opening"])
    if not run.parameters.get("is_staged"):
        _stage_load(run)
        if run.is_dry:
            _end_dry(run)
    elif staged := list(StagedOpeningItem.objects.filter(run=run).order_by("line")[:AT_ONCE]):
        counts = Counter(run.result)
        before = len(staged)
        if gone := drop_known(run, opening):
            counts[HERE] += gone
            staged = list(StagedOpeningItem.objects.filter(run=run).order_by("line")[:AT_ONCE])
        counts[ADDED] += _add_customers(run, staged)
        enter(run, opening, staged)
        counts[TAKEN] += len(staged)
        run.result, run.done = dict(+counts), run.done + max(before, len(staged))
        StagedOpeningItem.objects.filter(pk__in=[row.pk for row in staged]).delete()
    else:
        run.status, run.input_file = RunStatus.DONE, None
        digest = run.file.sha256 if run.file else ""
        record(run.by, "load_opening", opening, after={"file": run.title, "SHA-256": digest, **run.result})


RUN_KIND = RunKind(LOADED, do_piece, page="billing:opening_mapping")


def _stage_load(run: Run) -> None:
    """Stage the load's file; the run then says how much is to be entered, what is left out, and what is to be mended.

    Needs a transaction. Raises Refused where the file or its mapping cannot be used.
    """
    opening = locked_opening(run.parameters["opening"])
    mapping = Mapping.from_json(run.parameters["mapping"])
    if not {"customer", "customer_number"} & {*mapping.columns, *mapping.constants}:
        raise Refused("Say which column is the customer's number or name.", code="column_missing")
    adds_customers = bool(run.parameters.get("adds_customers"))
    with unpacked(BytesIO(run.input)) as table:
        reader = TableReader(table, FIELDS, mapping, FORMATS.arrange_of(mapping))
        left_out, wrong = stage(run, opening, reader, adds_customers=adds_customers)
        run.errors_file = _to_mend(reader, wrong) if wrong else None
    run.total = StagedOpeningItem.objects.filter(run=run).count()
    run.result = {words: count for words, count in {**left_out, WRONG: len(wrong)}.items() if count}
    run.parameters["is_staged"] = True
    run.save(update_fields=["errors_file", "parameters"])


def _to_mend(reader: TableReader, wrong: dict[int, str]) -> bytes:
    """The rows that do not go in, as they stand in the file."""
    with BytesIO() as target:
        rows = RowsToMend(target, reader.headings)
        for row in reader:
            if row.line in wrong:
                rows.add(row.cells, wrong[row.line])
        return target.getvalue()


def _end_dry(run: Run) -> None:
    """End a dry run: it says what would be entered and leaves nothing staged."""
    staged = StagedOpeningItem.objects.filter(run=run)
    keys = staged.filter(customer=None).values("customer_key").distinct().count()
    run.result = dict(+Counter({TAKEN: run.total, ADDED: keys, **run.result}))
    run.done, run.status = run.total, RunStatus.DONE
    staged.delete()
    run.parameters["is_staged"] = False
    run.save(update_fields=["parameters"])


def _add_customers(run: Run, staged: Iterable[StagedOpeningItem]) -> int:
    """Make the customers of these rows that are not there, for all rows of the load; returns how many."""
    missing: dict[str, StagedOpeningItem] = {}
    for row in staged:
        if row.customer_id is None:
            missing.setdefault(row.customer_key, row)
    if not missing:
        return 0
    made = create_customers(run.company, [_details(row) for row in missing.values()], by=run.by)
    ids = dict(zip(missing, (customer.pk for customer in made), strict=True))
    name_customers(run, ids)
    for row in staged:
        row.customer_id = row.customer_id or ids[row.customer_key]
    return len(made)


def _details(row: StagedOpeningItem) -> CustomerDetails:
    name = row.customer_name or f"Customer {row.customer_number}"
    contacts = [ContactDetails(name[:100], row.email)] if row.email else []
    return CustomerDetails(name=name, number=row.customer_number, currency=row.currency, contacts=contacts)
