"""Importing invoices and cancellations of another system, each issued on its own date."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction
from django.db.models import Count, Q

from billing.importing.fields import FIELDS
from billing.importing.lines import LineReader
from billing.importing.staging import drop_known, next_documents, stage
from billing.models import DocumentKind, Invoice, StagedDocument
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.issue_invoice import draft_and_issue
from customers.countries import country_code
from customers.merging import ids_by_number
from customers.operations.create_customer import create_customers
from customers.operations.details import AddressDetails, CustomerDetails
from ledger.allocating import allocate, lock_items, oldest_first
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import rule_of
from office.importing import told_of_file
from office.models import Company, Run, RunStatus, User
from office.rates.exchange import exchange_rate_of, in_company_currency
from office.reading import Mapping, TableReader, Trouble, TroubleFile
from office.reading.unpacking import unpacked
from office.work.runs import RunKind

KIND = "import_invoices"
AT_ONCE = 250
"""Documents in one transaction."""


def start_import(
    company: Company,
    mapping: Mapping,
    file: IO[bytes],
    *,
    by: User | None,
    name: str,
    apply_credits: bool = False,
) -> Run:
    """A run that waits for its file to be staged. Raises Refused for whoever may not see all customers."""
    if by and by.only_own_customers:
        raise Refused("Invoices are imported by somebody who sees all customers.", code="limited_user")
    parameters = {"mapping": mapping.as_json(), "apply_credits": apply_credits, **told_of_file(name, file)}
    return Run.objects.create(company=company, by=by, kind=KIND, title=f"Import of {name}", parameters=parameters)


@transaction.atomic
def stage_file(run: Run, file: IO[bytes], troubles: IO[bytes]) -> None:
    """Read the file and stage what is to be issued; the run says how much that is and what was left out: among that are
    credit memos for which whoever imports would need another person's word.

    Raises Refused where the file or its mapping cannot be used.
    """
    mapping = Mapping.from_json(run.parameters["mapping"])
    wrong = TroubleFile(troubles)
    with unpacked(file) as table:
        left_out = stage(run, TableReader(table, FIELDS, mapping), LineReader(run.company, mapping.rules), wrong)
    known = drop_known(run)
    for trouble in _drop_above_limit(run):
        wrong.add(trouble)
        left_out[trouble.reason] += 1
    run.total = StagedDocument.objects.filter(run=run).count()
    run.result = {"Documents already here": known, **{f"Lines left out: {why}": n for why, n in left_out.items()}}
    run.parameters["is_staged"] = True


def _drop_above_limit(run: Run) -> Iterator[Trouble]:
    """Unstage the credit memos that give more than the person who imports gives alone, and say so of each."""
    company, rule = run.company, rule_of("credit_invoice", run.company)
    if rule is None or run.by is None:
        return
    limit, above = rule.above_for(run.by), []
    for memo in StagedDocument.objects.filter(run=run, total__lt=0).order_by("line"):
        rate = exchange_rate_of(company, memo.currency, memo.exchange_rate, memo.dated_on)
        amount = in_company_currency(company, -memo.total, rate)
        if amount > limit:
            above.append(memo.pk)
            gives, alone = (format_money(each, company.currency, "en") for each in (amount, limit))
            advice = f"It gives {gives}: above {alone} another person has to say yes. Draft it here instead."
            yield Trouble(memo.line, "", memo.reference, advice, "Credit memo above the limit")
    StagedDocument.objects.filter(pk__in=above).delete()


def summary(run: Run) -> dict[str, Any]:
    """What issuing the staged documents will make."""
    staged = StagedDocument.objects.filter(run=run)
    numbers = set(staged.values_list("customer_number", flat=True).distinct())
    known = len(ids_by_number(run.company, numbers))
    counts = staged.aggregate(
        invoices=Count("pk", filter=Q(total__gte=0)),
        memos=Count("pk", filter=Q(total__lt=0)),
        nothing=Count("pk", filter=Q(total=0)),
    )
    made: dict[str, Any] = {
        "New customers": len(numbers) - known,
        "Invoices": counts["invoices"],
        "Invoices that come to zero": counts["nothing"],
        "Credit memos": counts["memos"],
    }
    return made | dict(run.result)


def do_piece(run: Run) -> None:
    """Stage the run's file, or issue the next documents of one day."""
    if not run.parameters.get("is_staged"):
        _stage_kept_file(run)
        if run.is_dry:
            _tell_only(run)
    elif documents := next_documents(run, AT_ONCE):
        done = Counter(run.result) + _issue(run, documents)
        run.result, run.done = dict(done), run.done + len(documents)
        StagedDocument.objects.filter(pk__in=[document.pk for document in documents]).delete()
    else:
        run.status, run.input_file = RunStatus.DONE, None


RUN_KIND = RunKind(KIND, do_piece, page="billing:import_mapping")


def _tell_only(run: Run) -> None:
    """End a dry run: it says what would be made and leaves nothing staged."""
    run.result, run.status = summary(run), RunStatus.DONE
    StagedDocument.objects.filter(run=run).delete()
    run.parameters["is_staged"] = False
    run.save(update_fields=["parameters"])


def _stage_kept_file(run: Run) -> None:
    with TemporaryFile() as file, TemporaryFile() as troubles:
        file.write(run.input)
        file.seek(0)
        stage_file(run, file, troubles)
        troubles.seek(0)
        run.errors_file = troubles.read()
    run.save(update_fields=["errors_file", "parameters"])


def _issue(run: Run, documents: Sequence[StagedDocument]) -> Counter[str]:
    """Make the customers that are new, issue the documents in their order, and let the credit memos settle."""
    company, by, day = run.company, run.by, documents[0].dated_on
    customers, added = _customer_ids(company, documents, by)
    batch = [_details(document, customers[document.customer_number]) for document in documents]
    issued = draft_and_issue(company, batch, by=by, on=day)
    memos = [invoice for invoice in issued if invoice.is_credit_memo]
    if run.parameters.get("apply_credits") and memos:
        settle_oldest(memos, by=by)
    return Counter({"New customers": added, "Invoices": len(issued) - len(memos), "Credit memos": len(memos)})


@transaction.atomic
def settle_oldest(memos: Sequence[Invoice], *, by: User | None) -> None:
    """Let credit memos of one day settle what their customers owe by then, the earliest due first."""
    day = present(memos[0].dated_on)
    customers = {memo.customer_id for memo in memos}
    waiting = OpenItem.objects.filter(company_id=memos[0].company_id, customer_id__in=customers, dated_on__lte=day)
    items = lock_items(waiting.exclude(balance=0).values_list("pk", flat=True)).values()
    entries = {memo.entry_id for memo in memos}
    pairs = []
    for group in {(item.customer_id, item.currency) for item in items}:
        theirs = [item for item in items if (item.customer_id, item.currency) == group]
        debits = [item for item in theirs if item.balance > 0]
        pairs += oldest_first(debits, [item for item in theirs if item.entry_id in entries])
    if pairs:
        allocate(pairs, dated_on=day, by_id=by.pk if by else None, reason="Oldest first")


def _customer_ids(company: Company, documents: Sequence[StagedDocument], by: User | None) -> tuple[dict[str, int], int]:
    """The documents' customers by number, and how many of them had to be made."""
    wanted = {document.customer_number: document for document in documents}
    known = ids_by_number(company, wanted)
    missing = [_customer_details(document) for number, document in wanted.items() if number not in known]
    made = create_customers(company, missing, by=by) if missing else []
    return known | {customer.number: customer.pk for customer in made}, len(made)


def _customer_details(document: StagedDocument) -> CustomerDetails:
    country = country_code(document.country)
    return CustomerDetails(
        name=document.customer_name or f"Customer {document.customer_number}",
        number=document.customer_number,
        currency=document.currency,
        net_days=document.net_days,
        addresses=[AddressDetails(country=country)] if country else [],
    )


def _details(document: StagedDocument, customer_id: int) -> InvoiceDetails:
    """The draft of a document. A credit memo's amounts are positive, so its quantities change their sign."""
    sign = -1 if document.total < 0 else 1
    lines = [
        LineDetails(description, Decimal(unit_price), sign * Decimal(quantity))
        for description, quantity, unit_price in document.lines
    ]
    return InvoiceDetails(
        customer_id=customer_id,
        lines=lines,
        kind=DocumentKind.CREDIT_MEMO if sign < 0 else DocumentKind.INVOICE,
        dated_on=document.dated_on,
        net_days=document.net_days,
        currency=document.currency,
        exchange_rate=document.exchange_rate,
        source_reference=document.reference,
    )
