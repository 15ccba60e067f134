"""The lines of a paper list of payments: whose each is, told by a number, a name, or the invoice it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from billing.models import DocumentKind, DocumentStatus, Invoice
from customers.access import customers_for
from customers.models import Customer
from customers.search import fold
from ledger.refusals import Refused
from office.models import Company, User
from payments.models import PaymentMethod


@dataclass(frozen=True)
class BatchLine:
    """A line of a paper list: who paid, by number or name or by the invoice they name, how much, and how."""

    amount: Decimal
    customer: str = ""
    invoice: str = ""
    method: str = PaymentMethod.CHEQUE
    reference: str = ""


class Told(NamedTuple):
    """Whose payment a line is, and for which invoice, if it names one."""

    customer: Customer
    invoice: Invoice | None


class BatchRefused(Refused):
    """Something is wrong with lines of a list; `by_line` says what, by the line's place from 0."""

    def __init__(self, by_line: dict[int, str]) -> None:
        place, words = next(iter(by_line.items()))
        more = f" {len(by_line) - 1} more lines are wrong, too." if len(by_line) > 1 else ""
        super().__init__(f"Line {place + 1}: {words}{more}", code="bad_lines")
        self.by_line = by_line


def told_apart(company: Company, lines: Sequence[BatchLine], currency: str, by: User | None) -> list[Told]:
    """Whose payment each line is, and for which invoice, among the customers that this person sees.

    Raises BatchRefused for what cannot be told.
    """
    seen = (customers_for(by) if by else Customer.objects.all()).filter(company=company)
    found: list[Told] = []
    wrong: dict[int, str] = {}
    for place, line in enumerate(lines):
        try:
            invoice = _invoice(seen, line, currency)
            found.append(Told(_customer(seen, line, invoice), invoice))
        except Refused as refusal:
            wrong[place] = refusal.message
    if wrong:
        raise BatchRefused(wrong)
    return found


def _invoice(seen: QuerySet[Customer], line: BatchLine, currency: str) -> Invoice | None:
    if not (number := line.invoice.strip()):
        return None
    issued = Invoice.objects.filter(customer__in=seen, status=DocumentStatus.ISSUED, number__iexact=number)
    invoice = issued.exclude(kind=DocumentKind.CREDIT_MEMO).select_related("customer").first()
    if invoice is None:
        raise Refused(f"There is no issued invoice {number}.", code="unknown_invoice")
    if invoice.currency != currency:
        raise Refused(f"{invoice} is in {invoice.currency}, the list in {currency}.", code="another_currency")
    return invoice


def _customer(seen: QuerySet[Customer], line: BatchLine, invoice: Invoice | None) -> Customer:
    typed = line.customer.replace("\0", "").strip()
    if not typed and invoice is None:
        raise Refused("Say whose payment it is: a customer's number or name, or an invoice.", code="customer_missing")
    if not typed and invoice:
        return invoice.customer
    customer = _named(seen, typed)
    if invoice and invoice.customer_id != customer.pk:
        raise Refused(f"{invoice} is an invoice of {invoice.customer}.", code="another_customer")
    return customer


def _named(customers: QuerySet[Customer], typed: str) -> Customer:
    """The one customer with this number, else of this name."""
    found = list(customers.filter(number__iexact=typed)[:1] or customers.filter(sort_name=fold(typed)[:200])[:2])
    if not found:
        raise Refused(f"There is no customer {typed}.", code="unknown_customer")
    if len(found) > 1:
        raise Refused(f"Several customers are called {typed}. Type the number.", code="several_customers")
    return found[0]
