from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.calculations import DocumentTotals
from billing.medical_facts import carry_services, lines_with_services
from billing.models import Invoice, InvoiceLine
from billing.operations.details import CustomersOf, InvoiceDetails, fill_draft, products_of
from billing.orders.linking import kept_links, write_links
from billing.states import require_draft
from billing.tax_choice import taxes_of
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record, record_all
from office.audit.recording import was_just_noted
from office.models import Company, User

FIRST_VERSION = 1


def draft_invoice(company: Company, details: InvoiceDetails, *, by: User | None) -> Invoice:
    """Prepare an invoice or credit memo; it has no number and owes nothing yet. Raises Refused for bad details."""
    return draft_invoices(company, [details], by=by)[0]


def draft_once(company: Company, details: InvoiceDetails, *, key: UUID, by: User | None) -> Invoice:
    """Prepare an invoice from a form with a key of its own: sent again, it saves the same draft anew.

    Raises Refused for bad details, and where somebody changed or issued that draft meanwhile.
    """
    known = Invoice.objects.filter(form_key=key, company=company).first()
    if known is None:
        try:
            with transaction.atomic():
                [drafted] = draft_with_totals(company, [details], by=by, form_key=key)
                return drafted.draft
        except IntegrityError as error:
            known = Invoice.objects.filter(form_key=key, company=company).first()
            if known is None:
                raise Refused("This form was sent elsewhere already. Load the page again.", code="no_key") from error
    return edit_draft(known.pk, details, version=FIRST_VERSION, by=by, is_autosave=True)


def draft_invoices(company: Company, batch: Sequence[InvoiceDetails], *, by: User | None) -> list[Invoice]:
    """Prepare many at once; all of them or none."""
    return [drafted.draft for drafted in draft_with_totals(company, batch, by=by)]


class Drafted(NamedTuple):
    """A draft as it was written, with its lines and what they come to."""

    draft: Invoice
    lines: list[InvoiceLine]
    totals: DocumentTotals


@transaction.atomic
def draft_with_totals(
    company: Company, batch: Sequence[InvoiceDetails], *, by: User | None, form_key: UUID | None = None
) -> list[Drafted]:
    """Prepare many at once."""
    customers = CustomersOf(company, (details.customer_id for details in batch))
    taxes, products = taxes_of(company), products_of(company, batch)
    drafted = []
    for details in batch:
        customer = customers.customer_with(details.customer_id)
        draft = Invoice(
            company=company, kind=details.kind, adds_to_id=details.adds_to_id, created_by=by, form_key=form_key
        )
        drafted.append(Drafted(draft, *fill_draft(draft, customer, details, taxes, products)))
    insert_all(draft for draft, *_ in drafted)
    for draft, lines, _ in drafted:
        for line in lines:
            line.invoice = draft  # which has its id only now
    insert_all(line for _, lines, _ in drafted for line in lines)
    links = [[line.link for line in details.lines] for details in batch]
    write_links([(draft, lines, said) for (draft, lines, _), said in zip(drafted, links, strict=True)], by)
    record_all(by, "draft_invoice", [draft for draft, *_ in drafted])
    return drafted


@transaction.atomic
def edit_draft(
    invoice_id: int, details: InvoiceDetails, *, version: int, by: User | None, is_autosave: bool = False
) -> Invoice:
    """Save a draft that was read at `version`. Raises Refused where somebody saved or issued it meanwhile.

    What saves itself while one person types is noted in the audit trail once for a while, not every two seconds.
    """
    invoice = _locked_draft(invoice_id)
    if invoice.version != version:
        raise Refused(
            "Somebody saved this draft while you were editing. Load it again.",
            code="stale",
        )
    customer = Customer.objects.filter(company_id=invoice.company_id, pk=details.customer_id).first()
    if customer is None:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    before = {"customer": invoice.customer, "total": invoice.total}
    company = invoice.company
    lines, _ = fill_draft(invoice, customer, details, taxes_of(company), products_of(company, [details]))
    invoice.version += 1
    coded = lines_with_services(invoice) if company.bills_healthcare else []
    links = kept_links(invoice, [line.link for line in details.lines])
    invoice.lines.all().delete()
    invoice.save()
    InvoiceLine.objects.bulk_create(lines)
    carry_services(coded, lines)
    write_links([(invoice, lines, links)], by)
    if not (is_autosave and was_just_noted(by, ("draft_invoice", "edit_draft"), invoice)):
        record(by, "edit_draft", invoice, before=before, after={"customer": customer, "total": invoice.total})
    return invoice


@transaction.atomic
def delete_draft(invoice_id: int, *, by: User | None) -> None:
    """Throw a draft away; it had no number, so nothing is missing. Raises Refused once it is issued."""
    invoice = _locked_draft(invoice_id)
    record(
        by,
        "delete_draft",
        invoice,
        before={"customer": invoice.customer, "total": invoice.total},
    )
    invoice.delete()


def _locked_draft(invoice_id: int) -> Invoice:
    invoice = Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id).first()
    if invoice is None:
        raise Refused("Somebody has thrown this draft away.", code="gone")
    require_draft(invoice)
    return invoice
