"""An entry of many lines as pairs of account and contra account, for books that know no other."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.refusals import Refused
from reports.journal.entries import JournalEntry


class Side(NamedTuple):
    """An account of the other books, with its tax code, and what it gets: debits positive."""

    number: str
    tax_code: str
    amount: Decimal
    is_debtor: bool


class Pair(NamedTuple):
    """An amount above zero from one account to another; the tax code belongs to the contra account."""

    amount: Decimal
    is_debit: bool
    account: str
    contra: str
    tax_code: str


def pairs_of(entry: JournalEntry) -> Iterator[Pair]:
    """Pairs that give each account what the entry gives it, in the company's currency; none for what it gives none.

    Raises Refused where two accounts that each have a tax code of their own would have to be a pair.
    """
    sides = list(_sides(entry))
    debits = [side for side in sides if side.amount > 0]
    credits = [side._replace(amount=-side.amount) for side in sides if side.amount < 0]
    debits.sort(key=lambda side: bool(side.tax_code))
    credits.sort(key=lambda side: not side.tax_code)  # so that a code meets an account without one
    while debits and credits:
        debit, credit = debits.pop(0), credits.pop(0)
        amount = min(debit.amount, credit.amount)
        yield _pair(entry, amount, debit, credit)
        if debit.amount > amount:
            debits.insert(0, debit._replace(amount=debit.amount - amount))
        if credit.amount > amount:
            credits.insert(0, credit._replace(amount=credit.amount - amount))


def _sides(entry: JournalEntry) -> Iterator[Side]:
    """What each account gets of an entry, all lines together."""
    sums: dict[tuple[str, str, bool], Decimal] = {}
    for line in entry.lines:
        is_debtor = line.account.is_receivable and bool(line.debtor)
        place = (line.number, "" if is_debtor else line.account.tax_code, is_debtor)
        sums[place] = sums.get(place, Decimal(0)) + line.company_amount
    return (Side(number, code, amount, is_debtor) for (number, code, is_debtor), amount in sums.items() if amount)


def _pair(entry: JournalEntry, amount: Decimal, debit: Side, credit: Side) -> Pair:
    if debit.tax_code and credit.tax_code and debit.tax_code != credit.tax_code:
        raise Refused(
            f"Entry {entry.key} moves money between accounts {debit.number} and {credit.number}, which have different"
            " tax codes. This format has room for one: take the code away from one of them.",
            code="two_tax_codes",
        )
    if not (debit.number and credit.number):
        raise Refused(f"Entry {entry.key} is on an account that has no number there.", code="not_ready_to_export")
    if debit.number == credit.number:
        raise Refused(
            f"Entry {entry.key} moves money within account {debit.number}: two of our accounts have that number there,"
            " with different tax codes.",
            code="account_to_itself",
        )
    if debit.tax_code or (credit.is_debtor and not debit.is_debtor and not credit.tax_code):
        return Pair(amount, False, credit.number, debit.number, debit.tax_code)
    return Pair(amount, True, debit.number, credit.number, credit.tax_code)
