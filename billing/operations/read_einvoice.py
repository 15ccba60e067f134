import re
from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from billing.einvoice.checking import words_of
from billing.einvoice.document import Document, Party, TaxCode
from billing.einvoice.reading.details import TaxFinder, details_of
from billing.einvoice.reading.opening import open_einvoice, read_document
from billing.einvoice.rules import RulesUnavailable, judge
from billing.models import Invoice, TaxCategory
from billing.operations.details import InvoiceDetails, LineDetails, fill_draft
from billing.operations.draft_invoice import draft_invoice
from billing.tax_choice import taxes_of
from customers.access import customers_for
from customers.models import Customer
from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.written import plain_day


def read_einvoice(
    company: Company,
    content: bytes,
    *,
    by: User | None,
    customer_id: int | None = None,
    exchange_rate: Decimal | None = None,
) -> Invoice:
    """Draft what an uploaded UBL, CII or Factur-X file says, for its buyer or for the customer named.

    Raises Refused for what is no e-invoice or breaks a rule, where buyer or a tax is unknown here, where it was read
    before, and where the draft would not come to the same.
    """
    root = open_einvoice(content)
    try:
        broken = [each for each in judge(root) if each.is_fatal]
    except RulesUnavailable as error:
        raise Refused(str(error), code="einvoice_rules_unavailable") from error
    if broken:
        raise Refused(f"The file breaks a rule of e-invoices. {words_of(broken)}", code="einvoice_rule_broken")
    document = read_document(root)
    customer = _customer(company, document.buyer, by, customer_id)
    details = details_of(document, customer.pk, _tax_finder(company, document), exchange_rate)
    details = _with_rounding(company, customer, document, details)
    return _draft(company, document, details, by)


@transaction.atomic
def _draft(company: Company, document: Document, details: InvoiceDetails, by: User | None) -> Invoice:
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)  # of two readers of one file, the second waits
    known = Invoice.objects.filter(company=company, kind=details.kind, source_reference=details.source_reference)
    if details.source_reference and known.exists():
        raise Refused(f"{details.source_reference} was read before: see {known.get()}.", code="einvoice_read_before")
    draft = draft_invoice(company, details, by=by)
    record(by, "read_einvoice", draft, after={"from": document.number, "seller": document.seller.name})
    return draft


def _with_rounding(company: Company, customer: Customer, document: Document, details: InvoiceDetails) -> InvoiceDetails:
    """The details with a line for what the file's tax is rounded by, which the standard lets differ by less than one.

    Raises Refused where the draft would not come to the same.
    """
    trial = Invoice(company=company, kind=details.kind)
    fill_draft(trial, customer, details, taxes_of(company), {})
    totals, currency = document.totals, document.currency
    difference = abs(totals.total) - trial.total
    if abs(totals.net) != trial.net or abs(difference) >= 1:
        raise Refused(
            f"The file comes to {format_money(abs(totals.total), currency)}, {format_money(abs(totals.net), currency)}"
            f" of it net; here the same lines come to {format_money(trial.total, currency)},"
            f" {format_money(trial.net, currency)} net. Draft it by hand.",
            code="einvoice_totals_differ",
        )
    if not difference:
        return details
    return replace(details, lines=[*details.lines, LineDetails("Tax as the file rounds it", difference)])


def _customer(company: Company, buyer: Party, by: User | None, customer_id: int | None) -> Customer:
    """The customer named, or the one with the buyer's VAT id, number or name, whichever is certain first."""
    seen = (customers_for(by) if by else Customer.objects.all()).filter(company=company)
    for found in [seen.filter(pk=customer_id)] if customer_id else _same(seen, buyer):
        if (customer := found.first()) and found.count() == 1:
            return customer
    raise Refused(
        f"Nobody here is certainly the buyer {buyer.name} {buyer.vat_id}".rstrip() + ". Choose the customer.",
        code="einvoice_customer_unknown",
    )


def _same(seen: QuerySet[Customer], buyer: Party) -> list[QuerySet[Customer]]:
    known = seen.exclude(tax_id="").values_list("pk", "tax_id") if buyer.vat_id else []
    with_id = [pk for pk, tax_id in known if _plain(tax_id) == _plain(buyer.vat_id)]
    return [
        seen.filter(pk__in=with_id),
        seen.filter(number=buyer.number) if buyer.number else seen.none(),
        seen.filter(name__iexact=buyer.name) if buyer.name else seen.none(),
    ]


def _plain(tax_id: str) -> str:
    return re.sub(r"[\s.-]", "", tax_id).upper()


def _tax_finder(company: Company, document: Document) -> TaxFinder:
    """Finds the company's tax of a category and rate on the document's day. Raises Refused where it has none."""
    known: dict[tuple[str, Decimal], int] = {}
    for tax in taxes_of(company).values():
        rates = tax.rates_on(present(document.dated_on))
        if len(rates) == 1 and tax.is_active and rates[0].kind == "added":
            known.setdefault((rates[0].category, rates[0].percent), tax.pk)

    def find(tax: TaxCode | None) -> int | None:
        if tax is None:
            return None
        if (found := known.get((tax.category, tax.percent or Decimal(0)))) is None:
            words = dict(TaxCategory.choices).get(tax.category, tax.category)
            raise Refused(
                f"There is no tax of {tax.percent or 0} % ({words}) on {plain_day(document.dated_on)} here."
                " Add it under Taxes.",
                code="einvoice_tax_unknown",
            )
        return found

    return find
