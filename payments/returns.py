"""Which receipt a line of money out takes back, and why: proposals that a person accepts or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import F, QuerySet

from ledger.models import Allocation
from ledger.money import format_money
from payments.booked_banks import booked_account
from payments.matching.names import names_near
from payments.matching.words import plain, words_in
from payments.models import BankLine, BankTie, Receipt, ReceiptStatus
from payments.return_reasons import reason_words

MOST = 3
MOST_CANDIDATES = 200
LONGEST = timedelta(days=400)
"""SEPA lets a debtor ask an unauthorised debit back for thirteen months."""
MOST_FEE = Decimal(60)
"""More than a bank takes for a return; a larger difference is another payment."""
NO_ID = ("", "NOTPROVIDED")


@dataclass(frozen=True)
class Returned:
    """That a line takes back a receipt and, with it, so much for the bank; and the reasons in words."""

    receipt: Receipt
    fee: Decimal
    reasons: tuple[str, ...]


def returns_of(line: BankLine) -> list[Returned]:
    """The likeliest receipts that a line of money out takes back, the likeliest first; at most three."""
    if line.amount >= 0 or BankTie.objects.filter(line=line, undone_at=None).exists():
        return []
    weighed = [(len(signs) + (not fee), receipt, fee, signs) for receipt, fee, signs in _signs(line)]
    likely = sorted(weighed, key=lambda each: (-each[0], -each[1].received_on.toordinal(), -each[1].pk))
    return [Returned(receipt, fee, tuple(signs)) for _, receipt, fee, signs in likely[:MOST]]


def reason_of(line: BankLine) -> str:
    """Why the bank sends it back, in words."""
    said = line.return_reason or line.text
    code = line.return_reason.split(":")[0].strip()
    return (reason_words(code, said) if code else said)[:300] or "Returned by the bank"


def _signs(line: BankLine) -> Iterator[tuple[Receipt, Decimal, list[str]]]:
    """The receipts that something speaks for, with what the bank took more, and what speaks for them."""
    words = words_in((line.text, line.end_to_end_id, *line.references))
    payers = names_near(line.company_id, [line.party_name]).same(line.party_name) if line.party_name else []
    for receipt in _candidates(line).select_related("customer", "bank_line", "company")[:MOST_CANDIDATES]:
        told, fee = receipt.bank_line, -line.amount - receipt.banked
        signs = []
        if told and line.end_to_end_id not in NO_ID and told.end_to_end_id == line.end_to_end_id:
            signs.append("has the payment's own id")
        if told and line.bank_reference and told.bank_reference == line.bank_reference:
            signs.append("has the bank's reference of the payment")
        if named := sorted(number for number in _numbers(receipt) if plain(number) in words):
            signs.append(f"{', '.join(named)} in its words")
        if told and line.party_account and told.party_account == line.party_account:
            signs.append("goes to the account that it came from")
        elif receipt.customer_id in payers:
            signs.append("goes to somebody of that name")
        if signs:
            signs.append(
                "is exactly what came in" if not fee else f"is what came in and {format_money(fee, line.currency)} more"
            )
            yield receipt, fee, signs


def _candidates(line: BankLine) -> QuerySet[Receipt]:
    """The receipts that it may take back, as far as amounts and days go."""
    receipts = Receipt.objects.filter(
        company=line.company_id,
        currency=line.currency,
        status=ReceiptStatus.RECORDED,
        received_on__range=(line.booked_on - LONGEST, line.booked_on),
        bank_account=booked_account(line.bank_account),
    )
    came = receipts.alias(came=F("amount") - F("bank_fee"))
    return came.filter(came__lte=-line.amount, came__gte=-line.amount - MOST_FEE).order_by("-received_on", "-pk")


def _numbers(receipt: Receipt) -> set[str]:
    """The numbers of the receipt itself and of what it settles."""
    settled = Allocation.objects.filter(credit__entry=receipt.entry_id, reverses=None, reversed_by=None)
    return {receipt.number, *settled.values_list("debit__reference", flat=True)}
