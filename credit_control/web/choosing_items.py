"""What a customer chooses to pay of their account: which items, how much of each, more on account, own credit first."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from billing.disputes import undisputed
from billing.early_payment import amount_paid_early, early_discounts
from customers.models import Customer
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from office.web.fields import typed_id
from payments.online.asking import ZERO, Asked
from payments.online.own_credit import credit_of
from payments.operations.receive_payment import Share
from payments.web.paying_words import amount_typed, no_amount, no_more_than

MOST_ROWS = 200


@dataclass
class Row:
    """An open item that can be paid: what is asked of it, what was typed, and what is wrong with that."""

    item: OpenItem
    amount: Decimal
    early_until: date | None
    is_disputed: bool
    is_chosen: bool
    typed: str
    wrong: str = ""


class Choice:
    """What can be paid in one currency, and what of it was chosen."""

    def __init__(self, customer: Customer, currency: str, sent: QueryDict | None) -> None:
        self.customer, self.currency = customer, currency
        self.typed = sent if sent is not None and sent.get("currency") == currency else None
        self.is_sent = self.typed is not None
        self.credit = credit_of(customer.pk, currency)
        self.uses_credit = bool(self.typed and self.typed.get("use_credit"))
        self.on_account = (self.typed.get("on_account", "") if self.typed else "")[:40]
        self.wrong_on_account = ""
        self.rows = self._rows()

    def asked(self) -> Asked | None:
        """What was chosen; none where something is wrong with it, which then stands beside it."""
        shares = [Share(row.item.pk, amount) for row in self.rows if (amount := self._amount_of(row))]
        on_account = self._more()
        if any(row.wrong for row in self.rows) or self.wrong_on_account:
            return None
        return Asked(self.currency, shares, on_account, self.uses_credit)

    def ticked(self) -> Asked:
        """What was ticked, also where it is not open any more."""
        ids = [typed_id(text) for text in self.typed.getlist("item")] if self.typed else []
        return Asked(self.currency, [Share(item_id, ZERO) for item_id in ids if item_id])

    def _rows(self) -> list[Row]:
        company, today = self.customer.company, self.customer.company.today()
        owed = OpenItem.objects.filter(company_id=company.pk, customer_id=self.customer.pk, balance__gt=0)
        items = list(with_late(owed.filter(currency=self.currency).order_by("due_on", "pk"), today)[:MOST_ROWS])
        free, early = undisputed(items), early_discounts(company.pk, [self.customer.pk])
        return [self._row(item, free[item.pk], early.get(item.entry_id), today) for item in items]

    def _row(self, item: Any, free: Decimal, early: tuple[Decimal, date] | None, today: date) -> Row:
        reduced = amount_paid_early(item.balance, free, early, today)
        amount, until = reduced or free or item.balance, early[1] if early and reduced else None
        if self.typed is None:
            return Row(item, amount, until, free < item.balance, bool(item.late), "")
        chosen = str(item.pk) in self.typed.getlist("item")
        typed = self.typed.get(f"amount_{item.pk}", "")[:40]
        return Row(item, amount, until, free < item.balance, chosen, typed)

    def _amount_of(self, row: Row) -> Decimal | None:
        if not row.is_chosen:
            return None
        if not row.typed.strip():
            return row.amount
        try:
            amount = amount_typed(row.typed, self.currency)
        except ValueError:
            row.wrong = no_amount()
            return None
        if amount > row.item.balance:
            row.wrong = no_more_than(row.item.balance, self.currency)
        return amount

    def _more(self) -> Decimal:
        if not self.on_account.strip():
            return ZERO
        try:
            return amount_typed(self.on_account, self.currency)
        except ValueError:
            self.wrong_on_account = no_amount()
            return ZERO


def choices_of(customer: Customer, sent: QueryDict | None) -> list[Choice]:
    """What can be paid in each currency in which something is open, with what was sent."""
    owed = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).order_by("currency")
    currencies = list(owed.values_list("currency", flat=True).distinct()) or [customer.currency]
    return [Choice(customer, currency, sent) for currency in currencies]
