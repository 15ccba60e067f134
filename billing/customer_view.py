"""A document as its customer sees it: the mail and the page behind the link say the same."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from billing.models import DocumentStatus, Invoice
from billing.queries import account_of, settlements, with_state
from ledger.models import Allocation

CREDIT_STATES = {"paid": "applied", "part_paid": "part_applied", "open": "unapplied"}


@dataclass(frozen=True)
class CustomerView:
    """An issued or void document, with what its own account says today."""

    invoice: Invoice
    today: date

    @property
    def state(self) -> str:
        """The state in its word for this kind of document: a credit memo is applied, not paid."""
        return CREDIT_STATES.get(self.invoice.state, "void") if self.invoice.is_credit_memo else self.invoice.state

    @property
    def is_payable(self) -> bool:
        """Whether there is something to pay."""
        return self.invoice.state in ("open", "part_paid", "overdue") and not self.invoice.is_credit_memo

    @cached_property
    def account(self) -> dict[str, Decimal]:
        """What the customer's payments and our credit memos did to the total."""
        return account_of(self.invoice)

    @property
    def seller(self) -> dict[str, Any]:
        return self.invoice.printed["seller"]

    @property
    def buyer(self) -> dict[str, Any]:
        return self.invoice.printed["buyer"]

    @property
    def bank_accounts(self) -> list[dict[str, str]]:
        """Where to pay to, as printed, and the account number without blanks, as banks' forms take it."""
        accounts = self.invoice.printed["bank_accounts"]
        return [{**account, "bare_iban": "".join(account["iban"].split())} for account in accounts]

    @property
    def history(self) -> list[Allocation]:
        """What was applied to the document and stands; a void one has only its own mirror."""
        if self.invoice.status == DocumentStatus.VOID:
            return []
        return [row for row in settlements(self.invoice) if not row.reverses_id and not hasattr(row, "reversed_by")]


def customer_view(invoice: Invoice) -> CustomerView:
    """The document as it stands on its company's today."""
    today = invoice.company.today()
    read = with_state(Invoice.objects.filter(pk=invoice.pk).select_related("company"), today).get()
    return CustomerView(read, today)
