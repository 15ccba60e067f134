"""A document as its customer sees it: the mail and the page behind the link say the same."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from billing.disputes import disputed_now, undisputed
from billing.early_payment import early_payment_left
from billing.instalments import EarlyPayment, Instalment
from billing.models import DocumentStatus, Invoice
from billing.payment_codes.references import as_printed
from billing.queries import InvoiceWithState, account_of, settlements, with_state
from ledger.agreed_days import ItemWithLate, coming_parts, with_late
from ledger.models import Allocation, OpenItem
from ledger.present import present

CREDIT_STATES = {"paid": "applied", "part_paid": "part_applied", "open": "unapplied"}


def told_state(invoice: InvoiceWithState) -> str:
    """The state in the customer's word for it: a credit memo is applied, not paid; what we gave up is settled."""
    if invoice.is_credit_memo:
        return CREDIT_STATES.get(invoice.state, "void")
    return "settled" if invoice.state == "written_off" else invoice.state


@dataclass(frozen=True)
class CustomerView:
    """An issued or void document, with what its own account says today."""

    invoice: InvoiceWithState
    today: date

    @property
    def state(self) -> str:
        """The state in the customer's word for it."""
        return told_state(self.invoice)

    @property
    def is_payable(self) -> bool:
        """Whether there is something to pay."""
        is_owed = self.invoice.state in ("open", "part_paid", "overdue", "disputed") and not self.invoice.is_credit_memo
        return is_owed and bool(self.next_due.amount or not self.disputed)

    @cached_property
    def disputed(self) -> Decimal:
        """What of it is in dispute now, and need not be paid."""
        return sum(disputed_now([item.pk for item in self._owed]).values(), Decimal(0))

    @cached_property
    def _owed(self) -> list[ItemWithLate]:
        items = OpenItem.objects.filter(entry=self.invoice.entry_id, balance__gt=0).order_by("due_on", "pk")
        return list(with_late(items, self.today))

    @cached_property
    def account(self) -> dict[str, Decimal]:
        """What the customer's payments and our credit memos did to the total."""
        return account_of(self.invoice)

    @cached_property
    def next_due(self) -> Instalment:
        """What is to be paid next, and by when: all that is late, else the next instalment, also of a plan.

        It is less tax withheld, and without what is in dispute.
        """
        free = undisputed(self._owed)
        items = [item for item in self._owed if free[item.pk]]
        late = [(item.late_since, item.late - (item.balance - free[item.pk])) for item in items if item.late]
        late = [(since, amount) for since, amount in late if amount > 0]
        if late:
            first, wanted = min(since for since, _ in late), [amount for _, amount in late]
        else:
            coming = coming_parts(items, self.today)
            first = min((part.due_on for part in coming.values()), default=present(self.invoice.due_on))
            wanted = [min(part.amount, free[pk]) for pk, part in coming.items() if part.due_on == first]
        most = max(self.account["to_pay"] - self.disputed, Decimal(0))
        return Instalment(first, min(sum(wanted, Decimal(0)), most))

    @property
    def instalments(self) -> list[Instalment]:
        """The parts in which the document is due, where there are several."""
        parts = self.invoice.printed.get("instalments", [])
        return [Instalment(date.fromisoformat(part["due_on"]), Decimal(part["amount"])) for part in parts]

    @property
    def early_payment(self) -> EarlyPayment | None:
        """What settles the document early, while that still holds, less what was paid and credited already."""
        return early_payment_left(self.invoice, self.today)

    @property
    def pays_early(self) -> bool:
        """Whether what is to be paid next, all of the document, is less today for paying early."""
        return bool(self.early_payment) and self.next_due.amount == self.account["to_pay"]

    @property
    def pay_now(self) -> Decimal:
        """What to transfer today: what is due next, with the discount for paying early while that holds."""
        early = self.early_payment
        return early.amount if early and self.pays_early else self.next_due.amount

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
    def payment_reference(self) -> str:
        """What to name when paying, as printed."""
        return as_printed(self.invoice.payment_reference)

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
