"""Advices of payers and the bank lines that they explain."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ledger.refusals import Refused
from office.models import BankAccount
from payments.models import BankLine, Receipt, Remittance, RemittanceUse
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from tests.payments.advice_samples import table
from tests.payments.bank_samples import OURS, camt, detail, entry, statement

DAY, BEFORE = date(2026, 3, 2), date(2026, 2, 1)


def line_of(company: Any, amount: str, text: str = "Thank you") -> BankLine:
    """A line of money in."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    number = BankLine.objects.count()
    paid = entry(amount, detail(amount, text, name="Somebody"), reference=str(number))
    take_bank_file(company, f"{number}.xml", camt(statement(paid, closing="1.00")), by=None)
    return BankLine.objects.latest("pk")


def take(company: Any, *rows: str, paid_on: date | None = DAY, **more: Any) -> Remittance:
    details = AdviceDetails(paid_on=paid_on, **more)
    return take_remittance(company, "advice.csv", table(*rows), details, by=None)


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value


def nothing_is_recorded() -> bool:
    return not Receipt.objects.exists() and not RemittanceUse.objects.exists()
