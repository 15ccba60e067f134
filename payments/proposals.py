"""What a bank line probably pays, and why: proposals in words that a person accepts or not.

A document's number counts only as a whole word, never inside another (ALL-10). Nothing here applies anything.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Func, Q, QuerySet, Value

from billing.models import Invoice
from billing.payment_codes.references import QR_DIGITS
from customers.models import Customer
from customers.search import fold
from ledger.models import OpenItem
from payments.models import BankLine, Receipt

MOST = 3
NAMED, ACCOUNT_SEEN, SAME_NAME = 4, 2, 1
"""How strong a sign each is for a customer."""
_WORD = re.compile(r"[A-Z0-9]+(?:[-./][A-Z0-9]+)*")
_PART = re.compile(r"[A-Z0-9]+(?:[-.][A-Z0-9]+)*")
_CREDITOR_REFERENCE = re.compile(r"RF\d\d([A-Z0-9]{1,21})")
MOST_WORDS = 200


@dataclass(frozen=True)
class Proposal:
    """That a customer paid so much, what it would settle of which items, and the reasons in words."""

    customer: Customer
    amount: Decimal
    shares: tuple[tuple[OpenItem, Decimal], ...]
    reasons: tuple[str, ...]

    @property
    def rest(self) -> Decimal:
        """What would stay on account."""
        return self.amount - sum((share for _, share in self.shares), Decimal(0))


def proposals_for(line: BankLine, left: Decimal) -> list[Proposal]:
    """The likeliest customers for what is left of a line of money in, the likeliest first; at most three."""
    if left <= 0:
        return []
    named = _named_items(line)
    signs: dict[int, dict[int, str]] = defaultdict(dict)
    for customer_id, items in named.items():
        signs[customer_id][NAMED] = f"{', '.join(item.reference for item in items)} in their words"
    for customer_id in _seen_before(line):
        signs[customer_id][ACCOUNT_SEEN] = "paid from this account before"
    for customer_id in _of_that_name(line):
        signs[customer_id][SAME_NAME] = "has the payer's name"
    customers = Customer.objects.filter(company_id=line.company_id).in_bulk(signs)
    found = [_proposal(customers[pk], line, left, named.get(pk, []), signs[pk]) for pk in signs if pk in customers]
    ranked = sorted(found, key=lambda pair: (-pair[0], pair[1].customer.sort_name))
    return [proposal for _, proposal in ranked[:MOST]]


def _proposal(
    customer: Customer, line: BankLine, left: Decimal, named: Sequence[OpenItem], signs: dict[int, str]
) -> tuple[int, Proposal]:
    """With how strong its signs are; an amount that fits exactly makes any of them stronger."""
    items, fits = named, ""
    if named and sum(item.balance for item in named) == left:
        fits = "the amount is exactly what is open of it" if len(named) == 1 else "the amount is exactly their sum"
    if not named:
        items = _open(line).filter(customer_id=customer.pk, balance=left).order_by("due_on", "pk")[:2]
        if len(items) == 1:
            fits = f"the amount is exactly that of {items[0].reference}, and of nothing else of theirs"
        else:
            items = _open(line).filter(customer_id=customer.pk).order_by("due_on", "dated_on", "pk")[:MOST_WORDS]
    reasons = tuple(words for words in (*signs.values(), fits or ("" if named else "oldest first")) if words)
    return sum(signs) * 2 + bool(fits), Proposal(customer, left, _shares(items, left), reasons)


def _shares(items: Iterable[OpenItem], left: Decimal) -> tuple[tuple[OpenItem, Decimal], ...]:
    """What is left on the items, the first as far as it goes."""
    shares = []
    for item in items:
        share = min(item.balance, left)
        if share > 0:
            shares.append((item, share))
            left -= share
    return tuple(shares)


def _open(line: BankLine) -> QuerySet[OpenItem]:
    """The debts that a line may settle."""
    return OpenItem.objects.filter(
        company_id=line.company_id, currency=line.currency, balance__gt=0, dated_on__lte=line.booked_on
    )


def words_of(line: BankLine) -> set[str]:
    """The whole words of all that the payer wrote, in capitals; with what slashes part as words of their own."""
    text = " ".join((line.text, line.end_to_end_id, *line.references)).upper()
    words = {*_WORD.findall(text), *_PART.findall(text)}
    return set(sorted(words, key=len, reverse=True)[:MOST_WORDS])


def _named_items(line: BankLine) -> dict[int, list[OpenItem]]:
    """The open items that a line names, by customer: by their number, their RF reference or their QR reference."""
    words = words_of(line)
    plain = {match[1] for word in words if (match := _CREDITOR_REFERENCE.fullmatch(word))}
    ids = [int(word[:QR_DIGITS]) for word in words if len(word) == QR_DIGITS + 1 and word.isdecimal()]
    entries = Invoice.objects.filter(company_id=line.company_id, pk__in=[pk for pk in ids if pk < 2**63])
    without_signs = Func(F("reference"), Value("[^A-Z0-9]"), Value(""), Value("g"), function="regexp_replace")
    items = (
        _open(line)
        .alias(plain=without_signs)
        .filter(Q(reference__in=words) | Q(plain__in=plain) | Q(entry__in=entries.values("entry")))
    )
    named: dict[int, list[OpenItem]] = defaultdict(list)
    for item in items.order_by("due_on", "dated_on", "pk"):
        named[item.customer_id].append(item)
    return named


def _seen_before(line: BankLine) -> list[int]:
    """The customers whose payments came from that account."""
    if not line.party_account:
        return []
    receipts = Receipt.objects.filter(
        company_id=line.company_id, bank_line__party_account=line.party_account, was_mistaken=False
    )
    return sorted(set(receipts.values_list("customer", flat=True)[:MOST_WORDS]))


def _of_that_name(line: BankLine) -> list[int]:
    if not line.party_name:
        return []
    customers = Customer.objects.filter(company_id=line.company_id, sort_name=fold(line.party_name)[:200])
    return list(customers.values_list("pk", flat=True)[:MOST])
