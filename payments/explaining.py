"""Which payment an advice explains, what its lines mean of ours, and what they leave open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper

from billing.models import Invoice
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import Company
from payments.account_numbers import plain_number
from payments.models import BankLine, Remittance, RemittanceLine, RemittanceUse

DAYS_APART = timedelta(days=45)
"""How long before or after a payment its advice may come, where nobody joined them."""


@dataclass(frozen=True)
class Explained:
    """A line of an advice with the open item it means, or the problem with it, in words."""

    line: RemittanceLine
    item: OpenItem | None
    problem: str = ""

    @property
    def stays_open(self) -> Decimal:
        """What would be left of the item, with its sign."""
        return self.item.balance - self.line.paid if self.item else Decimal(0)


def remittance_lines_for(bank_line: BankLine) -> list[Explained]:
    """What the advice of a bank line says of our open items; empty where none explains it."""
    remittance = remittance_for(bank_line)
    return explained(remittance) if remittance else []


def remittance_for(bank_line: BankLine) -> Remittance | None:
    """The advice that explains a line of money in: the one joined with it, else the only one that can be meant."""
    if bank_line.amount <= 0:
        return None
    if joined := bank_line.remittances.defer("content").order_by("pk").first():
        return joined
    like = list(remittances_like(bank_line))
    said = [each for each in like if _names(bank_line, each.payer_reference)]
    meant = said or like
    return meant[0] if len(meant) == 1 else None


def remittances_like(bank_line: BankLine) -> QuerySet[Remittance]:
    """The advice of exactly its amount and about its day that explains no other line."""
    near = (bank_line.booked_on - DAYS_APART, bank_line.booked_on + DAYS_APART)
    free = free_remittances(bank_line.company_id).filter(total=bank_line.amount, currency=bank_line.currency)
    return free.filter(Q(paid_on__range=near) | Q(paid_on=None, taken_at__date__range=near)).order_by("pk")


def bank_lines_like(remittance: Remittance) -> QuerySet[BankLine]:
    """The lines of money in of exactly its total that no advice is joined with, the newest first."""
    lines = BankLine.objects.filter(bank_account__company=remittance.company_id, currency=remittance.currency)
    return lines.filter(amount=remittance.total, remittances=None).select_related("bank_account").order_by("-pk")


def free_remittances(company_id: int) -> QuerySet[Remittance]:
    """Those that explain no line yet and are not withdrawn."""
    waiting = Remittance.objects.filter(company=company_id, bank_line=None, withdrawn_because="")
    return with_state(waiting).filter(is_applied=False).defer("content")


def with_state(remittances: QuerySet[Remittance]) -> QuerySet[Remittance]:
    """Add `is_applied`: whether receipts stand that were applied as it says."""
    used = RemittanceUse.objects.filter(remittance=OuterRef("pk"), receipt__was_mistaken=False)
    return remittances.annotate(is_applied=Exists(used))


def _names(bank_line: BankLine, reference: str) -> bool:
    """Whether the bank's words hold the payer's number of the payment as a whole word."""
    said = " ".join((bank_line.text, bank_line.end_to_end_id, *bank_line.references)).upper().split()
    return bool(reference) and reference.upper() in said


def explained(remittance: Remittance) -> list[Explained]:
    """Each line with the one open item it means. What is below zero means a credit of ours that the payer takes."""
    lines = list(remittance.lines.all())
    items = _open_items(remittance, [line.reference for line in lines])
    return [_explained(line, items.get(plain_number(line.reference), []), remittance) for line in lines]


def _explained(line: RemittanceLine, items: Sequence[OpenItem], remittance: Remittance) -> Explained:
    meant = [item for item in items if (item.amount > 0) == (line.paid >= 0)]
    if not meant:
        is_ours = known_numbers(remittance.company)([line.reference])
        return Explained(line, None, "Nothing is open of it." if is_ours else "That is no document of ours.")
    if len({item.customer_id for item in meant}) > 1:
        return Explained(line, None, "Two customers have a document of that number.")
    item = next((item for item in meant if item.balance == line.paid), meant[0])  # of instalments, the one that fits
    if abs(line.paid) > abs(item.balance):
        return Explained(line, item, f"Only {format_money(abs(item.balance), item.currency)} is open of it.")
    return Explained(line, item)


def _open_items(remittance: Remittance, references: Iterable[str]) -> dict[str, list[OpenItem]]:
    """The open items that references mean, by number without spaces and signs; the earliest due first."""
    wanted = {plain_number(reference) for reference in references} - {""}
    items = OpenItem.objects.filter(company_id=remittance.company_id, currency=remittance.currency).exclude(balance=0)
    items = items.filter(customer_id=remittance.customer_id) if remittance.customer_id else items
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
