"""What the lines of an advice mean of ours: which open item each is of, and what it leaves open."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Func, Value
from django.db.models.functions import Upper

from billing.early_payment import early_payment_left
from billing.models import DocumentStatus, Invoice, ReasonCode, ReasonPurpose
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.present import present
from office.models import Company
from payments.account_numbers import plain_number
from payments.models import Remittance, RemittanceLine, Rest
from payments.remittances.reasons import ShortPay

CODED = {ShortPay.DISCOUNT: Rest.LATE_DISCOUNT, ShortPay.FEE: Rest.BANK_FEE}
DISPUTED = {
    ShortPay.PRICE: "price_disputed",
    ShortPay.QUANTITY: "quantity_disputed",
    ShortPay.DAMAGED: "quality_disputed",
    ShortPay.RETURNED: "quality_disputed",
    ShortPay.DISPUTE: "unknown_deduction",
    ShortPay.OTHER: "unknown_deduction",
}
"""The usual reasons for a dispute, see billing/reason_codes.py, by what the payer says."""


@dataclass
class Explained:
    """A line of an advice with the open item it means, or the problem with it, in words."""

    line: RemittanceLine
    item: OpenItem | None
    problem: str = ""
    rest: str = ""
    """What a page suggests to say of what was taken off."""

    @property
    def stays_open(self) -> Decimal:
        """What would be left of the item, with its sign."""
        return self.item.balance - self.line.paid if self.item else Decimal(0)


def explained(remittance: Remittance) -> list[Explained]:
    """Each line with the one open item it means. What is below zero means a credit of ours that the payer takes."""
    return explained_all([remittance])[remittance.pk][1]


def explained_all(remittances: Iterable[Remittance]) -> dict[int, tuple[Remittance, list[Explained]]]:
    """Many advices of one company, by id, each with its lines explained; as many queries as for one."""
    found = {each.pk: (each, list(each.lines.all())) for each in remittances}
    if not found:
        return {}
    first = next(iter(found.values()))[0]
    references = {line.reference for _, lines in found.values() for line in lines}
    items = _open_items(first.company_id, references)
    ours = _Known(first, references)
    return {
        pk: (advice, [_explained(line, items.get(plain_number(line.reference), []), advice, ours) for line in lines])
        for pk, (advice, lines) in found.items()
    }


class _Known:
    """Which references are documents of ours, asked once and only where a line means nothing that is open."""

    def __init__(self, remittance: Remittance, references: Iterable[str]) -> None:
        self._remittance, self._references = remittance, references
        self._numbers: set[str] | None = None

    def __contains__(self, reference: object) -> bool:
        if self._numbers is None:
            self._numbers = known_numbers(self._remittance.company)(self._references)
        return str(reference).upper() in self._numbers


def _explained(
    line: RemittanceLine, items: Sequence[OpenItem], remittance: Remittance, ours: Container[str]
) -> Explained:
    in_question = [item for item in items if item.currency == remittance.currency]
    if remittance.customer_id:
        in_question = [item for item in in_question if item.customer_id == remittance.customer_id]
    meant = [item for item in in_question if (item.amount > 0) == (line.paid >= 0)]
    if not meant:
        is_ours = line.reference in ours
        return Explained(line, None, "Nothing is open of it." if is_ours else "That is no document of ours.")
    if len({item.customer_id for item in meant}) > 1:
        return Explained(line, None, "Two customers have a document of that number.")
    item = next((item for item in meant if item.balance == line.paid), meant[0])  # of instalments, the one that fits
    if abs(line.paid) > abs(item.balance):
        return Explained(line, item, f"Only {format_money(abs(item.balance), item.currency)} is open of it.")
    return Explained(line, item)


def _open_items(company_id: int, references: Iterable[str]) -> dict[str, list[OpenItem]]:
    """The open items that references mean, by number without spaces and signs; the earliest due first."""
    wanted = {plain_number(reference) for reference in references} - {""}
    items = OpenItem.objects.filter(company_id=company_id).exclude(balance=0)
    plain = Func(Upper(F("reference")), Value("[^A-Z0-9]"), Value(""), Value("g"), function="regexp_replace")
    found: dict[str, list[OpenItem]] = {}
    for item in items.alias(plain=plain).filter(plain__in=wanted).order_by("due_on", "pk"):
        found.setdefault(plain_number(item.reference), []).append(item)
    return found


def known_numbers(company: Company) -> Callable[[Iterable[str]], set[str]]:
    """What tells our documents' numbers from other words: those of the words that are one."""

    def known(words: Iterable[str]) -> set[str]:
        wanted = {form for word in words for form in (word, word.upper())}
        numbers = Invoice.objects.filter(company=company, number__in=wanted).exclude(number="")
        return {number.upper() for number in numbers.values_list("number", flat=True)}

    return known


def rests_of(advised: Iterable[Explained], company: Company, paid_on: date) -> dict[int, tuple[Rest, int | None]]:
    """By open item, what is said of what the payer took off, and the reason of a dispute."""
    codes, taken = dispute_codes(company), [each for each in advised if each.item and each.line.discount]
    return {
        present(each.item).pk: (Rest.DISCOUNT, None) if is_earned(each, paid_on) else rest_unless_earned(each, codes)
        for each in taken
    }


def is_earned(each: Explained, paid_on: date) -> bool:
    """Whether what was taken off is the early-payment discount, and just what is left of the document after it."""
    if each.line.reason != ShortPay.DISCOUNT or each.stays_open != each.line.discount:
        return False
    invoice = Invoice.objects.filter(entry=present(each.item).entry_id, status=DocumentStatus.ISSUED).first()
    early = early_payment_left(invoice, paid_on) if invoice else None
    return early is not None and early.discount == each.line.discount


def dispute_codes(company: Company) -> dict[str, int]:
    """The reasons for a dispute that a company offers, by code."""
    offered = ReasonCode.objects.filter(company=company, purpose=ReasonPurpose.DISPUTE, is_active=True)
    return dict(offered.values_list("code", "pk"))


def rest_unless_earned(each: Explained, codes: Mapping[str, int]) -> tuple[Rest, int | None]:
    """What is said of what was taken off where it is no discount earned; it stays open where more is short than that.

    Nothing in it gives money away that the payer named no reason for: a small difference is a person's to let pass.
    """
    if each.stays_open != each.line.discount:
        return Rest.OPEN, None
    reason = ShortPay(each.line.reason)
    if code_id := codes.get(DISPUTED.get(reason, "")):
        return Rest.DISPUTE, code_id
    return CODED.get(reason, Rest.OPEN), None
