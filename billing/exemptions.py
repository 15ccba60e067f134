"""The certificates that some taxes may be billed with only."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from billing.models import Invoice, InvoiceLine, Tax, TaxExemption
from customers.models import Customer
from ledger.present import present
from ledger.refusals import Refused
from office.written import plain_day


def valid_exemptions(customer: Customer, on: date) -> QuerySet[TaxExemption]:
    """The customer's certificates that hold on a day."""
    holding = Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gte=on))
    return TaxExemption.objects.filter(holding, customer=customer)


def require_certificates(invoices: Sequence[Invoice], lines: Mapping[int, Sequence[InvoiceLine]]) -> None:
    """Refuse a document with a tax that needs a certificate, where its customer has none that holds on its day.

    What credits a line stands as that line was issued.
    """
    for invoice in invoices:
        asked = {line.tax for line in lines[invoice.pk] if line.tax and _asks(line)}
        if asked:
            shown = set(valid_exemptions(invoice.customer, present(invoice.dated_on)).values_list("tax", flat=True))
            for tax in sorted(asked, key=lambda tax: tax.pk):
                _require(invoice, tax, shown)


def _asks(line: InvoiceLine) -> bool:
    return line.tax is not None and line.tax.needs_certificate and not line.credited_line_id


def _require(invoice: Invoice, tax: Tax, shown: set[int]) -> None:
    if tax.pk not in shown:
        raise Refused(
            f"{tax} needs a certificate of {invoice.customer} that holds on {plain_day(invoice.dated_on)}."
            " Add it to the customer, or choose another tax.",
            code="certificate_missing",
        )
