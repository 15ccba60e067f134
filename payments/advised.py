"""What the lines of an advice mean of ours: which open item each is of, and what it leaves open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Func, Value
from django.db.models.functions import Upper

from billing.models import Invoice
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import Company
from payments.account_numbers import plain_number
from payments.models import Remittance, RemittanceLine


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
